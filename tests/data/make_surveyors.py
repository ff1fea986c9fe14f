"""The exports of a made-up office of surveyors in Switzerland, CSV in English; nobody in it exists.

Invoices in four currencies over two business years from July to June, items by the hour with halves and quarters of
one, credit notes as documents of their own, a table of exchange rates that has no row for the currency of the books,
clients with a table of their own. Six services, no categories, no costs, no places of an order.
"""

import csv
import random
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

FIRST, DAYS = date(2023, 7, 1), 731
INVOICES, CLIENTS = 360, 46
SERVICES = {
    "LS": ("Land survey", "165.00"), "BS": ("Boundary survey", "182.50"), "EX": ("Expert opinion", "240.00"),
    "MP": ("Mapping", "128.75"), "CO": ("Consultation", "210.00"), "TR": ("Training", "1,250.00"),
}  # fmt: skip
CURRENCIES = {"Switzerland": "CHF", "Germany": "EUR", "United Kingdom": "GBP", "United States": "USD"}
RATES = {"EUR": Decimal("0.9512"), "GBP": Decimal("1.1204"), "USD": Decimal("0.8831")}
INVOICE_HEAD = ["Invoice No.", "Invoice Date", "Type", "Client ID", "Currency"]
ITEM_HEAD = ["Invoice No.", "Item", "Service Code", "Service", "Hours", "Hourly Rate", "Discount", "Net Amount"]


def shown(day: date) -> str:
    """A day as the office writes it."""
    return f"{day:%d %b %Y}"


def amount(hours: Decimal, rate: Decimal, discount: Decimal) -> Decimal:
    """Hours by rate less the discount, to the cent."""
    return (hours * rate * (100 - discount) / 100).quantize(Decimal("0.01"))


def items(chance: random.Random, number: str) -> list[list[str]]:
    """The items of an invoice."""
    found = []
    for place, code in enumerate(chance.sample(list(SERVICES), chance.choice((1, 1, 2, 3))), 1):
        title, rate = SERVICES[code]
        hours, discount = Decimal(chance.randrange(2, 90)) / 4, Decimal(chance.choice(("0", "0", "5", "10")))
        net = amount(hours, Decimal(rate.replace(",", "")), discount)
        found.append([number, str(place), code, title, f"{hours:.2f}", rate, f"{discount}%", f"{net:,.2f}"])
    return found


def credited(item: list[str], number: str) -> list[str]:
    """An item taken back by a credit note."""
    return [number, "1", *item[2:4], f"-{item[4]}", *item[5:7], f"-{item[7]}"]


def rates() -> list[list[str]]:
    """A rate a quarter and currency."""
    return [
        [currency, shown(date(year, month, 1)), f"{rate + Decimal(month + year % 10) / 1000:.4f}"]
        for currency, rate in RATES.items()
        for year in (2023, 2024, 2025)
        for month in (1, 4, 7, 10)
    ]


def save(path: Path, rows: list[list[str]]) -> None:
    """A CSV as a spreadsheet program saves it: UTF-8 with its mark."""
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def write(folder: Path) -> None:
    """Write invoices, items, clients and rates."""
    chance = random.Random(5)
    folder.mkdir(parents=True, exist_ok=True)
    clients = [
        [f"C{number:03}", f"{chance.choice(('Alder', 'Birch', 'Cedar', 'Elm'))} Estates {number}", country, chance.choice("NSEW") + "town"]
        for number, country in enumerate(chance.choices(list(CURRENCIES), [5, 4, 2, 2], k=CLIENTS), 1)
    ]  # fmt: skip
    invoices, lines = [], []
    for place in range(INVOICES):
        day, client = FIRST + timedelta(days=place * (DAYS - 1) // (INVOICES - 1)), chance.choice(clients)
        number = f"INV-{place + 1:04}"
        invoices.append([number, shown(day), "Invoice", client[0], CURRENCIES[client[2]]])
        lines += (own := items(chance, number))
        if chance.random() < 0.05:
            credit = f"CRN-{place + 1:04}"
            back = min(day + timedelta(days=9), FIRST + timedelta(days=DAYS - 1))
            invoices.append([credit, shown(back), "Credit note", client[0], CURRENCIES[client[2]]])
            lines.append(credited(own[0], credit))
    save(folder / "invoices.csv", [INVOICE_HEAD, *invoices])
    save(folder / "invoice_items.csv", [ITEM_HEAD, *lines])
    save(folder / "clients.csv", [["Client ID", "Client", "Country", "City"], *clients])
    save(folder / "exchange_rates.csv", [["Currency", "Valid from", "Rate in CHF"], *rates()])


if __name__ == "__main__":
    write(Path(sys.argv[1]))
