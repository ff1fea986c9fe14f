"""Write tests/data/office_supplier/raw/: two years of a made-up wholesaler of office supplies, nobody in it exists.

Order header and lines in two tables, two years in two files each, customers that are companies with numbers that are
text, places on the order, three currencies with a rate table, discounts instead of amounts, credit notes with negative
quantities, lines without a number (two of them may be equal); no categories, no costs, nothing about the customers.
"""

import csv
import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

FOLDER = Path(__file__).parent / "office_supplier/raw"
YEARS = (2024, 2025)
KINDS = ("Bürohaus", "Kanzlei", "Praxis", "Werkstatt", "Agentur")
NAMES = ("Ahlbeck", "Börner", "Dreßler", "Eichhorn", "Föhr", "Glück", "Hövel", "Iserlohn", "Jäger", "Kühn", "Lüders")
PLACES = {
    "DE": ("Köln", "Münster", "Lübeck"),
    "AT": ("Wien", "Graz"),
    "CH": ("Zürich", "Basel"),
    "GB": ("Leeds", "Bristol"),
}
CURRENCIES = {"DE": "EUR", "AT": "EUR", "CH": "CHF", "GB": "GBP"}
RATES = {"EUR": Decimal(1), "CHF": Decimal("1.04"), "GBP": Decimal("1.17")}
ARTICLES = ("Ordner", "Toner", "Kopierpapier", "Heftgerät", "Bürostuhl", "Schreibtischlampe", "Whiteboard", "Locher")


def in_german(amount: Decimal) -> str:
    """A number with a decimal comma."""
    return str(amount).replace(".", ",")


def customers(chance: random.Random, count: int) -> list[dict[str, str]]:
    """Companies with number, name and place; some order abroad too."""
    found = []
    for number in range(1, count + 1):
        country = chance.choices(list(PLACES), [6, 2, 2, 1])[0]
        name = f"{chance.choice(KINDS)} {chance.choice(NAMES)} {chance.choice(('GmbH', 'KG', 'e. K.', 'AG'))}"
        found.append({"number": f"K-{number:04}", "name": name, "country": country})
    return found


def write(name: str, header: list[str], rows: list[list[str]]) -> None:
    """A CSV as a German accounting system exports it."""
    with open(FOLDER / name, "w", encoding="cp1252", newline="") as file:
        csv.writer(file, delimiter=";", lineterminator="\r\n").writerows([header, *rows])


def main() -> None:
    """Write headers and lines of both years and the rates."""
    chance = random.Random(7)
    FOLDER.mkdir(parents=True, exist_ok=True)
    articles = [
        (f"{name[:3].upper()}-{size}", f"{name} {size}", Decimal(chance.randrange(199, 19900)) / 100)
        for name in ARTICLES
        for size in ("A", "B", "C")
    ]
    firms, number = customers(chance, 140), 0
    weights = [chance.paretovariate(1.2) for _ in firms]
    for year in YEARS:
        headers, lines = [], []
        for _ in range(420):
            number += 1
            firm = chance.choices(firms, weights)[0]
            day = date(year, 1, 1) + timedelta(days=chance.randrange(366 if year == 2024 else 365))
            place = chance.choice(PLACES[firm["country"]])
            head = [day.strftime("%d.%m.%Y"), firm["number"], firm["name"], firm["country"], place]
            order, currency = f"A{year % 100}-{number:05}", CURRENCIES[firm["country"]]
            headers.append([order, *head, currency])
            chosen = [chance.choice(articles) for _ in range(chance.choice((1, 1, 2, 2, 3, 5)))]
            bought = [
                [
                    order,
                    code,
                    name,
                    str(chance.choice((1, 2, 5, 10, 20))),
                    in_german(price),
                    chance.choice(("0", "0", "5", "12,5")),
                ]
                for code, name, price in chosen
            ]
            lines += bought + bought[:1] * (number % 97 == 0)  # the same article entered twice is no mistake here
            if chance.random() < 0.06:
                credit = order.replace("A", "G", 1)
                headers.append([credit, *head, currency])
                lines.append([credit, *bought[0][1:3], f"-{bought[0][3]}", *bought[0][4:]])
        write(f"auftraege_{year}.csv", ["Belegnr", "Datum", "Kundennr", "Firma", "Land", "Ort", "Waehrung"], headers)
        write(f"positionen_{year}.csv", ["Belegnr", "Artikelnr", "Artikel", "Menge", "Einzelpreis", "Rabatt"], lines)
    rates = [
        [
            currency,
            f"01.{month:02}.{year}",
            in_german((rate + Decimal(month) / 1000 * (rate != 1)).quantize(Decimal("0.0001"))),
        ]
        for currency, rate in RATES.items()
        for year in YEARS
        for month in range(1, 13)
    ]
    write("kurse.csv", ["Waehrung", "Monat", "Kurs"], rates)


if __name__ == "__main__":
    main()
