"""The exports of a made-up wholesaler of spare parts, workbooks with several sheets each; nobody in it exists.

Sheets and headers are like those of a Shopware shop: orders and their lines in a workbook a year, customers with their
addresses, articles with categories and a price list. A line has no price: it is that of the list on the day of the
order. Each order has two addresses, and each customer one. Fifteen categories, twelve countries, returns within an order, no currency.
"""

import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl

Rows = list[Sequence[Any]]
YEARS = (2024, 2025)
COUNTRIES = {
    "Deutschland": ("Kassel", "Ulm"), "Österreich": ("Linz", "Graz"), "Schweiz": ("Bern",), "Polen": ("Łódź",),
    "Tschechien": ("Brno",), "Dänemark": ("Århus",), "Frankreich": ("Lyon",), "Italien": ("Torino",),
    "Spanien": ("León",), "Belgien": ("Liège",), "Schweden": ("Malmö",), "Finnland": ("Åbo",),
}  # fmt: skip
CATEGORIES = (
    "Bremsen", "Filter", "Lager", "Dichtungen", "Riemen", "Pumpen", "Ventile", "Zündung", "Auspuff", "Kupplung",
    "Fahrwerk", "Beleuchtung", "Elektrik", "Schmierstoffe", "Werkzeug",
)  # fmt: skip
LISTS = (date(2024, 1, 1), date(2024, 9, 1), date(2025, 4, 1))  # days from which a price list holds
ORDERS = 420  # a year
CUSTOMERS, ADDRESSES = 180, 240
ORDER_HEAD = ("id", "ordernumber", "userID", "ordertime", "status", "billing_addressID", "shipping_addressID")
LINE_HEAD = ("id", "orderID", "articleordernumber", "name", "quantity", "Rabatt %")
PRICE_HEAD = ("articleordernumber", "Gültig ab", "Preis [EUR]", "EK [EUR]")


def articles(chance: random.Random) -> Rows:
    """Number, name, supplier and category of each article."""
    return [
        (f"SP{number:02}{part:02}.{chance.randrange(10)}", f"{name} {part}", chance.choice("AB"), number)
        for number, name in enumerate(CATEGORIES, 1)
        for part in range(1, 5)
    ]


def prices(chance: random.Random, known: Iterable[Sequence[Any]]) -> Rows:
    """Price and cost of each article in each list; an article of the last category has a price from the second on."""
    found: Rows = []
    for number, *_, category in known:
        price = Decimal(chance.randrange(250, 40_000)) / 100
        for place, day in enumerate(LISTS):
            price = (price * Decimal("1.035")).quantize(Decimal("0.01")) if place else price
            if place or category < len(CATEGORIES):
                found.append((number, day, float(price), float((price * Decimal("0.62")).quantize(Decimal("0.01")))))
    return found


def bought(chance: random.Random, order: int, known: Rows, first: int) -> Rows:
    """The lines of an order; one order in fifteen takes some of its first article back."""
    chosen = chance.sample(known, chance.choice((1, 2, 3, 4)))
    found = [(article, chance.choice((1, 2, 4, 10, 25)), chance.choice((0, 0, 0, 5, 7.5))) for article in chosen]
    found += [(found[0][0], -1, found[0][2])] if chance.random() < 1 / 15 else []
    return [
        (first + place, order, article[0], article[1], pieces, discount)
        for place, (article, pieces, discount) in enumerate(found)
    ]


def year_of_orders(chance: random.Random, year: int, known: Rows, first: int) -> tuple[Rows, Rows]:
    """(orders, lines) of a year; `first`: number of its first line."""
    orders: Rows = []
    lines: Rows = []
    weights = [chance.paretovariate(1.3) for _ in range(CUSTOMERS)]
    for place in range(ORDERS):
        order = (year - YEARS[0]) * ORDERS + place + 1
        moment = datetime(year, 1, 1, 8) + timedelta(days=place * 365 // ORDERS, minutes=chance.randrange(600))
        buyer = chance.choices(range(1, CUSTOMERS + 1), weights)[0]
        billed, sent = buyer, chance.choice((buyer, buyer, chance.randrange(CUSTOMERS + 1, ADDRESSES + 1)))
        orders.append((order, f"{20000 + order}", buyer, moment, chance.choice((2, 2, 7)), billed, sent))
        lines += bought(chance, order, known, first + len(lines))
    return orders, lines


def people(chance: random.Random) -> tuple[Rows, Rows]:
    """(customers, addresses); an address for each customer, and further ones to which is sent."""
    names = ("Achs", "Blech", "Kolben", "Motor", "Rad", "Technik")
    customers = [
        (one, f"{10000 + one}", f"{chance.choice(names)}{chance.choice(('werk', 'hof', 'haus'))} {one} GmbH", f"einkauf{one}@example.com", one)
        for one in range(1, CUSTOMERS + 1)
    ]  # fmt: skip
    places = [(country, city) for country, cities in COUNTRIES.items() for city in cities]
    weights = [len(places) - place for place in range(len(places))]
    addresses: Rows = []
    for one in range(1, ADDRESSES + 1):
        country, city = chance.choices(places, weights)[0]
        addresses.append((one, f"Werkstraße {one}", f"{chance.randrange(10_000):05}", city, country))
    return customers, addresses


def save(path: Path, sheets: Mapping[str, Rows]) -> None:
    """A workbook with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    book.save(path)


def write(folder: Path) -> None:
    """Write all workbooks."""
    chance = random.Random(11)
    folder.mkdir(parents=True, exist_ok=True)
    known = articles(chance)
    listed, (customers, addresses) = prices(chance, known), people(chance)
    first = 1
    for year in YEARS:
        orders, lines = year_of_orders(chance, year, known, first)
        first += len(lines)
        save(
            folder / f"bestellungen_{year}.xlsx",
            {"s_order": [ORDER_HEAD, *orders], "s_order_details": [LINE_HEAD, *lines]},
        )
    save(
        folder / "kunden.xlsx",
        {
            "s_user": [("id", "customernumber", "company", "email", "default_billing_address_id"), *customers],
            "s_user_addresses": [("id", "street", "zipcode", "city", "country"), *addresses],
        },
    )
    categories = list(enumerate(CATEGORIES, 1))
    save(
        folder / "artikel.xlsx",
        {
            "s_articles": [("ordernumber", "name", "supplier", "categoryID"), *known],
            "s_categories": [("id", "description"), *categories],
            "Preisliste": [PRICE_HEAD, *listed],
        },
    )


if __name__ == "__main__":
    write(Path(sys.argv[1]))
