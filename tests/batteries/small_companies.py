"""Small and degenerate companies: the flat shop of tests/data/flat_shop_by_sql with less of everything.

Each shape is a list of records of its one export, in the order of its header.
"""

import random
import runpy
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from conftest import ROOT

Record = dict[str, str]
FLAT = runpy.run_path(str(ROOT / "tests/data/make_flat_shop.py"))
COLUMNS = FLAT["HEADER"].split(";")
ORDER, LINE, DAY, CUSTOMER, NAME = "Bestell-Nr.", "Position", "Bestelldatum", "Kunden-Nr.", "Name"
COUNTRY, PRODUCT, TITLE, CATEGORY, PIECES, AMOUNT = (
    "Land", "Artikel-Nr.", "Artikel", "Warengruppe", "Menge", "Betrag"
)  # fmt: skip
PERSON = COLUMNS[COLUMNS.index(CUSTOMER) : COLUMNS.index(PRODUCT)]


def records() -> list[Record]:
    """The whole shop: 127 customers, 8 products, 24 months; without its faults."""
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in FLAT["rows"](random.Random(20240101))]
    return [row for row in rows if row[AMOUNT] and row[PIECES] != "0"]


def day_of(row: Record) -> date:
    """The day of the order."""
    day, month, year = map(int, row[DAY].split("."))
    return date(year, month, day)


def of(column: str, *values: str) -> list[Record]:
    """The records that hold one of these values."""
    return [row for row in records() if row[column] in values]


def each(change: Callable[[int, Record], Record]) -> list[Record]:
    """All records, with what `change` gives for (number of the record, record)."""
    return [row | change(number, row) for number, row in enumerate(records())]


def persons(count: int) -> list[Record]:
    """All orders, made by so many customers in turn."""
    known: list[Record] = []
    for row in records():
        person = {column: row[column] for column in PERSON}
        if person not in known:
            known.append(person)
    numbers = {order: place for place, order in enumerate(dict.fromkeys(row[ORDER] for row in records()))}
    return each(lambda _, row: known[numbers[row[ORDER]] % count])


def first_orders(count: int) -> list[Record]:
    """The first orders."""
    wanted = list(dict.fromkeys(row[ORDER] for row in records()))[:count]
    return of(ORDER, *wanted)


def between(start: date, end: date) -> list[Record]:
    """The orders from a day to another, both included."""
    return [row for row in records() if start <= day_of(row) <= end]


def negative(row: Record) -> Record:
    """The record as a return."""
    return {PIECES: f"-{row[PIECES]}", AMOUNT: f"-{row[AMOUNT]}"}


def same_customers() -> list[Record]:
    """Forty customers who differ in nothing: one line each on each of two days."""
    base, found = records()[0], []
    for number in range(80):
        day = date(2024, 1, 1 + number // 40 * 30)
        person = {CUSTOMER: f"{number % 40:05}", NAME: f"Anna {number % 40}"}
        found.append(base | person | {ORDER: f"B{number:05}", LINE: "1", DAY: f"{day:%d.%m.%Y}"})
    return found


def shifted(start: date, days: int) -> list[Record]:
    """All orders pressed into so many days from `start` on."""
    return each(lambda number, row: {DAY: f"{start + timedelta(number * days // 714):%d.%m.%Y}"})


def cancelled() -> list[Record]:
    """Every order, and its full return on the same day."""
    back = [row | negative(row) | {ORDER: f"R{row[ORDER]}"} for row in records()]
    return [*records(), *back]


def giant() -> list[Record]:
    """All orders, of which one customer bought a thousand times as much as the others together."""
    return each(lambda number, row: {PIECES: "9999", AMOUNT: "99999999,99"} if number == 5 else {})


def leap_day() -> list[Record]:
    """Four customers, one of them a giant, who bought on one 29 February alone."""
    giants = {AMOUNT: "9999999,99"}
    return [row | {DAY: "29.02.2024"} | (giants if number == 0 else {}) for number, row in enumerate(persons(4)[:60])]


SHAPES: dict[str, Callable[[], list[Record]]] = {
    "one product": lambda: of(PRODUCT, "K-200"),
    "two products": lambda: of(PRODUCT, "K-200", "T-100"),
    "one category": lambda: of(CATEGORY, "Genuss"),
    "no category": lambda: each(lambda _, row: {CATEGORY: ""}),
    "one customer": lambda: persons(1),
    "two customers": lambda: persons(2),
    "four customers": lambda: persons(4),
    "five customers": lambda: persons(5),
    "eight customers": lambda: persons(8),
    "customers who differ in nothing": same_customers,
    "one line": lambda: records()[:1],
    "one order": lambda: of(ORDER, next(row[ORDER] for row in records() if row[LINE] == "3")),
    "two orders": lambda: first_orders(2),
    "ten orders": lambda: first_orders(10),
    "one month": lambda: between(date(2024, 3, 1), date(2024, 3, 31)),
    "one busy month": lambda: shifted(date(2024, 3, 1), 31),
    "thirteen months": lambda: between(date(2023, 3, 1), date(2024, 3, 31)),
    "a single day": lambda: shifted(date(2024, 3, 1), 1),
    "all returns": lambda: each(lambda _, row: negative(row)),
    "more returned than sold": lambda: each(lambda number, row: negative(row) if number % 3 else {}),
    "everything returned": cancelled,
    "all free of charge": lambda: each(lambda _, row: {AMOUNT: "0,00"}),
    "one product free of charge": lambda: each(lambda _, row: {AMOUNT: "0,00"} if row[PRODUCT] == "K-200" else {}),
    "a giant customer": giant,
    "all on 29 February": leap_day,
    "all customers unknown": lambda: each(lambda _, row: dict.fromkeys(PERSON, "")),
    "all countries unknown": lambda: each(lambda _, row: {COUNTRY: ""}),
}


def write(rows: list[Record], folder: Path) -> Path:
    """The export of a shape; the folder, to be named as `raw`."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [FLAT["HEADER"], *(";".join(row[column] for column in COLUMNS) for row in rows)]
    (folder / "bestellungen.csv").write_bytes("".join(f"{line}\r\n" for line in lines).encode("cp1252"))
    return folder


LEAN = """
name: invoices
title: {en: Invoices, de: Rechnungen}
department: {en: Office, de: Büro}
files: invoices*.csv
primaryKey: [invoice]
fields:
  - {name: invoice, type: string, role: order_number, required: true, personal: identifier, description: Number of the invoice}
  - {name: day, type: date, role: order_date, required: true, personal: quasi, description: Day of the invoice}
  - {name: client, type: string, role: customer_number, personal: identifier, erasure: customer, description: Number of the client}
  - {name: total, type: number, decimals: 2, role: sales_amount, money: true, required: true, personal: none, unit: money, description: Amount of the invoice}
  - {name: item, type: string, compute: "'Service'", role: product_number, personal: none, description: The one thing that is sold}
  - {name: pieces, type: integer, compute: "1", role: quantity, personal: none, unit: pieces, description: An invoice is one piece}
"""


def lean(project: Path) -> dict[str, Decimal]:
    """A company with invoices and nothing else: no products, places or costs; the amount of each invoice by its number.

    What the star schema cannot do without is computed, as the message about a role that no field has says.
    """
    (project / "config/lean/contracts").mkdir(parents=True)
    (project / "config/lean/contracts/invoices.yaml").write_text(LEAN, encoding="utf-8")
    totals: dict[str, Decimal] = {}
    written: dict[str, str] = {}
    for row in records():
        amount = Decimal(row[AMOUNT].replace(".", "").replace(",", "."))
        totals[row[ORDER]] = totals.get(row[ORDER], Decimal(0)) + amount
        written[row[ORDER]] = f"{row[ORDER]},{day_of(row)},{row[CUSTOMER]},{totals[row[ORDER]]}"
    (project / "lean").mkdir()
    lines = ["invoice,day,client,total", *written.values()]
    (project / "lean/invoices.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return totals


def configure(project: Path) -> None:
    """The configuration of the flat shop, its marts written by hand."""
    shutil.copytree(ROOT / "tests/data/flat_shop_by_sql", project / "config/flat_shop")
