"""Writes tests/data/flat_shop/bestellungen.csv: one flat export of an invented shop, as German programs write it.

Every person is invented. The same seed gives the same bytes: python tests/data/make_flat_shop.py
"""

import random
from datetime import date, timedelta
from pathlib import Path

TARGET = Path(__file__).parent / "flat_shop" / "bestellungen.csv"
HEADER = (
    "Bestell-Nr.;Position;Bestelldatum;Kunden-Nr.;Name;E-Mail;Straße;PLZ;Ort;Land;Artikel-Nr.;Artikel;Warengruppe;"
    "Menge;Einzelpreis;Betrag"
)
FIRST = ["Anna", "Jürgen", "Käthe", "Björn", "Lena", "Otto", "Sören", "Ute", "Emil", "Grete", "Hans", "Zoë"]
LAST = ["Müllner", "Großkopf", "Jäkel", "Birnstiel", "Öhmke", "Tannhuber", "Klöpp", "Wiesengrund", "Strübing", "Falk"]
STREETS = ["Lindenweg", "Hauptstraße", "Am Mühlbach", "Schulgasse", "Bahnhofstraße"]
PLACES = [("01067", "Dresden", "DE"), ("20095", "Hamburg", "DE"), ("80331", "München", "DE"), ("50667", "Köln", "DE"),
          ("1010", "Wien", "AT"), ("8001", "Zürich", "CH")]  # fmt: skip
PRODUCTS = [("T-100", "Kanne Ton", "Geschirr", 3490), ("T-110", "Becher Ton", "Geschirr", 950),
            ("T-120", "Schale groß", "Geschirr", 2790), ("K-200", "Kaffee Hausröstung", "Genuss", 1290),
            ("K-210", "Grüner Tee", "Genuss", 890), ("K-220", "Präsentkorb", "Genuss", 4900),
            ("M-300", "Tisch Eiche", "Möbel", 124900), ("M-310", "Hocker Eiche", "Möbel", 18900)]  # fmt: skip
CUSTOMERS, ORDERS, FIRST_DAY, DAYS = 140, 420, date(2023, 1, 2), 720


def amount(cents: int) -> str:
    """Cents as a German program writes them: 1.249,00."""
    whole = f"{cents // 100:,}".replace(",", ".")
    return f"{whole},{cents % 100:02}"


def rows(chance: random.Random) -> list[list[str]]:
    """The order lines, by order number."""
    people = []
    for number in range(CUSTOMERS):
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
        street = f"{chance.choice(STREETS)} {chance.randint(1, 90)}"
        people.append([f"{number + 1:05}", name, f"kunde{number + 1}@example.org", street, *chance.choice(PLACES)])
    weights = [5 if number % 7 == 0 else 2 if number % 3 else 1 for number in range(CUSTOMERS)]
    days = sorted(FIRST_DAY + timedelta(chance.randrange(DAYS)) for _ in range(ORDERS))
    days[0], days[-1] = FIRST_DAY, FIRST_DAY + timedelta(DAYS - 1)
    found = []
    for number, day in enumerate(days):
        person = chance.choices(people, weights)[0]
        for position, product in enumerate(chance.sample(PRODUCTS, chance.choice([1, 1, 2, 3])), 1):
            quantity = chance.choice([1, 1, 2, 4]) if product[3] < 100_000 else 1
            line = [f"B{24000 + number}", str(position), f"{day:%d.%m.%Y}", *person, *product[:3]]
            found.append([*line, str(quantity), amount(product[3]), amount(quantity * product[3])])
    for place in (37, 211, 402):
        found[place][-1] = ""  # the amount is missing
    found[300][-3], found[300][-1] = "0", "0,00"  # nothing was sold
    return found


if __name__ == "__main__":
    lines = [HEADER, *(";".join(row) for row in rows(random.Random(20240101)))]
    TARGET.write_bytes("".join(f"{line}\r\n" for line in lines).encode("cp1252"))
