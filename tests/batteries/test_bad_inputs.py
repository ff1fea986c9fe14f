"""The kinds of bad input of docs/bad_inputs.md: each is accepted, repaired, quarantined or refused as stated there.

The number of the kind stands in front of each test's id. A case of several classes has a test for each of them.
"""

import gzip
import io
import json
import re
import zipfile
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import one_table
import pandas as pd
import polars as pl
import pytest
import test_small_companies
import yaml
from conftest import ROOT
from one_table import CANARY, SILVER_WORDS, Cleaned, contract
from one_table import field as column
from referring_tables import Shop, shop, with_totals
from small_run import SmallRun
from small_run import lines as order_lines

import bronze_file
import gold_calendar
import gold_mart
from elt import tables
from elt.bronze import exports
from elt.faults import Fault
from elt.features import objections
from elt.features.measures import category_features
from elt.gold import binding, budgets, documents, proofs, reconciliation
from elt.gold.budgets import Budgets
from elt.protection import person_lists
from elt.report.languages import in_language
from elt.report.markdown import escape
from elt.report.pages import page
from elt.run import declared, mart_faults, settings, sql_names
from elt.run.columns import Column
from elt.run.contract import Contract
from elt.run.mart import Calendar, Mart, Query
from elt.sales import (
    collective_accounts,
    exchange_rates,
    line_amounts,
    order_days,
    price_levels,
    renumbered,
    repeated_orders,
    stopped_parts,
    sum_lines,
)
from elt.sales.collective_accounts import CollectiveAccounts
from elt.silver import warning_budgets
from elt.silver.reference_text import worded_repair

pytestmark = pytest.mark.slow

DOCUMENT = ROOT / "docs/bad_inputs.md"
REPORT_TEMPLATE = ROOT / "scripts/templates/report.html.j2"
FIELDS = (
    column("id"),
    column("name", personal="direct"),
    column("amount", "number", decimals=2, money=True, unit="money"),
    column("day", "date"),
)
TABLE = contract(*FIELDS)
HEADER = "id,name,amount,day"
ROWS = ["1,Änne,1.50,2024-01-05", "2,Bert,2.00,2024-01-06"]
CLEAN = [("1", "Änne", "1.50", "2024-01-05"), ("2", "Bert", "2.00", "2024-01-06")]
BY_POSITION = contract(column("id"), column("order", position=2), column("customer", position=4), ignore=["x"])
GOOD = "\n".join([HEADER, *ROWS, ""])
SEMICOLONS = GOOD.replace(",", ";")
FIFTY = [f"{number:02},Bert,2.00,2024-01-06" for number in range(50)]


def with_fields(**changed: dict[str, Any]) -> dict[str, Any]:
    """The contract with some of its fields changed."""
    return {**TABLE, "fields": [{**f, **changed.get(f["name"], {})} for f in FIELDS]}


def dialect(**stated: Any) -> dict[str, Any]:
    """The contract with a stated dialect."""
    return {**TABLE, "dialect": stated}


def lines(*records: str, header: str = HEADER) -> str:
    """A file of these records."""
    return "\n".join([header, *records, ""])


def cells(name: str, *values: str, **spec: Any) -> tuple[dict[str, Any], str]:
    """(contract, file) of a table with a number and one other column, whose cells are these."""
    table = contract(column("id"), column(name, **spec))
    return table, lines(*(f'{n},"{value}"' for n, value in enumerate(values, 1)), header=f"id,{name}")


def dates(formats: Any, *values: str, **more: Any) -> tuple[dict[str, Any], str]:
    """The same with a column of dates."""
    return cells("day", *values, kind="date", format=formats, **more)


def amounts(*values: str) -> tuple[dict[str, Any], str]:
    """The same with a column of amounts."""
    return cells("amount", *values, kind="number", decimals=2, money=True)


@dataclass(frozen=True)
class Case:
    """A file and what it must become.

    `rows`: cells of silver; `counts`: rule -> cells, lines or records that the metadata must state; `quarantine`:
    (record, code); `place`, `words`: of the refusal; `budget`: share of records that may be in quarantine.
    """

    name: str
    table: dict[str, Any] = field(repr=False)
    raw: bytes | str = field(repr=False)
    rows: list[tuple[str, ...]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    quarantine: list[tuple[int, str]] = field(default_factory=list)
    place: str = ""
    words: tuple[str, ...] = ()
    budget: float = 0.75


def numbered(*values: str) -> list[tuple[str, str]]:
    """The rows of a table whose other column holds these values."""
    return [(str(n), value) for n, value in enumerate(values, 1)]


def workbook() -> bytes:
    """What begins like an Excel workbook."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", CANARY)
    return file.getvalue()


def parquet() -> bytes:
    """A Parquet file."""
    file = io.BytesIO()
    pl.DataFrame({"id": [CANARY]}).write_parquet(file)
    return file.getvalue()


DMY, MDY = "%d/%m/%Y", "%m/%d/%Y"
ZONED, BERLIN = "%Y-%m-%dT%H:%M:%S%z", "Europe/Berlin"
SWAPPED = [f"2024-{month:02}-{day:02}" for month in range(1, 7) for day in range(1, 10)]  # no day above 12 in months
ITEMS = contract(
    column("id"), column("day", "date"), column("until", "date"), column("pieces", "integer"),
    column("price", "number"), column("amount", "number", money=True, unit="money"),
    repairs=[
        {"field": "until", "when": "until < day", "set": "day", "why": "an end is not before its start"},
        {"field": "amount", "when": "amount IS NULL OR amount <> pieces * price", "set": "pieces * price",
         "why": "amount is pieces times price"},
    ],
)  # fmt: skip
ITEM = "id,day,until,pieces,price,amount"
GENDER = {"kind": "string", "codes": {"m": "Male", "männlich": "Male", "divers": "Diverse"}, "otherwise": "n/a"}
BORN = {"minimum": "1900-01-01", "maximum": "2020-12-31"}
TEXTS = ("1E5", "Null", "NA", "None", "nan", "true")
FORMULAS = ("=cmd|' /C calc'!A0", "@SUM(1+1)", "+49 170 1234567", "-1+1")
HOSTILE = ("<script>alert(1)</script>", "[x](http://evil.example)", "a\tb\x07", "| cell | `code`")

ACCEPTED = [
    Case("01 lines end in LF", TABLE, GOOD, CLEAN),
    Case("01 lines end in CR LF", TABLE, GOOD.replace("\n", "\r\n"), CLEAN),
    Case("01 line ends are mixed", TABLE, GOOD.replace("\n", "\r\n", 2), CLEAN),
    Case("04 umlauts in cp1252", TABLE, GOOD.encode("cp1252"), CLEAN),
    Case("14 line break in a quoted field", TABLE, GOOD.replace("Bert", '"Bert\nMaria"'),
         [CLEAN[0], ("2", "Bert\nMaria", *CLEAN[1][2:])]),
    Case("19 no final line end", TABLE, GOOD.rstrip("\n"), CLEAN),
    Case("57 a contract in decomposed letters", contract(column("id"), column("Stu\u0308ckzahl")),
         "id,Stückzahl\n1,7\n", [("1", "7")]),
    Case("58 a column without a name that is ignored", {**TABLE, "ignore": [""]},
         lines(*(f"{n},{row}" for n, row in enumerate(ROWS)), header=f",{HEADER}"), CLEAN),
    Case("58 two columns of one name that are ignored", {**TABLE, "ignore": ["phone"]},
         lines(*(f"7,{row},8" for row in ROWS), header=f"Phone,{HEADER},phone"), CLEAN),
    Case("32 leading zeros", *cells("postcode", "01067", "007"), numbered("01067", "007")),
    Case("33 text that others take for numbers or missing", *cells("name", *TEXTS), numbered(*TEXTS)),
    Case("49 formula text", *cells("name", *FORMULAS), numbered(*FORMULAS)),
    Case("85 amounts below a cent", *cells("amount", "0,0149", "1,5", kind="number", decimals=4, money=True),
         numbered("0.0149", "1.5000")),
    Case("85 six decimals", *cells("amount", "0,000001", "12,345678", kind="number", decimals=6, money=True),
         numbered("0.000001", "12.345678")),
    Case("87 quantity with decimals", *cells("quantity", "2,5", "0,125", kind="number", decimals=3),
         numbered("2.500", "0.125")),
]  # fmt: skip
REPAIRED = [
    Case("02 lines end in CR", TABLE, GOOD.replace("\n", "\r"), CLEAN, {"lines end in CR alone": 1}),
    Case("03 UTF-8 with a mark", TABLE, GOOD.encode("utf-8-sig"), CLEAN, {"read as utf-8-sig": 1}),
    Case("03 UTF-16 LE", TABLE, b"\xff\xfe" + GOOD.encode("utf-16-le"), CLEAN, {"read as utf-16": 1}),
    Case("03 UTF-16 BE", TABLE, b"\xfe\xff" + GOOD.encode("utf-16-be"), CLEAN, {"read as utf-16": 1}),
    *(Case(f"60 stated {encoding}", dialect(encoding=encoding), GOOD.encode(encoding), CLEAN,
           {f"read as {encoding}": 1})
      for encoding in ("cp850", "cp437", "mac-roman", "iso-8859-15", "utf-16-le", "utf-16-be")),
    *(Case(f"07 {name} as delimiter", TABLE, GOOD.replace(",", sign), CLEAN, {f"{name} taken as delimiter": 1})
      for name, sign in (("semicolon", ";"), ("tab", "\t"), ("pipe", "|"))),
    Case("08 line sep= above the header", TABLE, "sep=;\n" + SEMICOLONS, CLEAN,
         {"line sep= above the header left out": 1}),
    Case("09 stated preamble", dialect(skipLines=2), "Report\nof today\n" + GOOD, CLEAN,
         {"lines above the header left out": 2}),
    Case("10 stated footer", dialect(skipFooterLines=1), GOOD + "2 rows\n", CLEAN,
         {"lines below the records left out": 1}),
    Case("13 inch signs where the contract says that nothing is quoted", dialect(quoteChar=""),
         GOOD.replace("Bert", 'Rohr 1/2" Stahl'), [CLEAN[0], ("2", 'Rohr 1/2" Stahl', *CLEAN[1][2:])],
         {"read with the quote signs that the contract states": 1}),
    Case("13 backslash escapes that the contract states", dialect(escapeChar="\\"),
         GOOD.replace("Bert", '"1/2\\" Stahl"'), [CLEAN[0], ("2", '1/2" Stahl', *CLEAN[1][2:])],
         {"read with the quote signs that the contract states": 1}),
    Case("13 single quotes that the contract states", dialect(quoteChar="'"),
         GOOD.replace("Bert", "'Bert, Maria'"), [CLEAN[0], ("2", "Bert, Maria", *CLEAN[1][2:])],
         {"read with the quote signs that the contract states": 1}),
    Case("16 Ctrl-Z at the end", TABLE, GOOD + "\x1a", CLEAN, {"sign for the end of the file left out": 1}),
    Case("24 padded header in upper case and another order", TABLE,
         lines("2024-01-05,Änne,1.50,1", "2024-01-06,Bert,2.00,2", header=" DAY ,NAME, Amount,ID"), CLEAN,
         {"columns in another order": 1, "names of columns in another case or padded": 1}),
    Case("26 blank lines", TABLE, GOOD.replace("\n", "\n\n").replace("2024-01-05\n\n", "2024-01-05\n \r\n"), CLEAN,
         {"blank lines left out": 3}),
    Case("26 delimiter at the end of every line", TABLE, GOOD.replace("\n", ",\n"), CLEAN,
         {"delimiter at the end of the line left out": 2}),
    Case("34 integer key with .0", *cells("key", "7.0", "8", kind="integer"), numbered("7", "8"),
         {"another spelling of the integer": 1}),
    *(Case(f"36 {name}", *amounts(*values), numbered("1234.56", "0.50"), {"decimal comma": commas, "group character": 1})
      for name, commas, values in (
          ("point in groups, decimal comma", 2, ("1.234,56", "0,50")),
          ("blank in groups", 2, ("1 234,56", "0,50")),
          ("no-break blank in groups", 2, ("1\u00a0234,56", "0,50")),
          ("narrow no-break blank in groups", 2, ("1\u202f234,56", "0,50")),
          ("apostrophe in groups", 0, ("1'234.56", "0.50")),
      )),
    Case("37 a point in front of three digits where the contract states the decimal comma",
         {**amounts("1.234")[0], "dialect": {"decimalChar": ","}}, amounts("1.234")[1], numbered("1234.00"),
         {"group character": 1}),
    *(Case(f"57 {name}", contract(column("id"), column("Stückzahl")), f"id,{written}\n1,7\n", [("1", "7")],
           {"names of columns composed": 1})
      for name, written in (
          ("a header in decomposed letters", "Stu\u0308ckzahl"), ("in another case too", "STU\u0308CKZAHL"),
          ("invisible signs in a header", "\u200bStück\u00adzahl"),
      )),
    Case("58 a name that stands twice, by position", BY_POSITION, 'x,number,id,Number\n,7,1,"8"\n', [("1", "7", "8")],
         {"columns taken by their position": 1}),
    Case("58 columns without a name, by position", BY_POSITION, "x,,id,\n,7,1,8\n,9,2,\n", [("1", "7", "8"), ("2", "9", "")],
         {"columns taken by their position": 1}),
    Case("58 one of two columns of a name, the other ignored", {**BY_POSITION, "fields": BY_POSITION["fields"][:2],
         "ignore": ["x", "number"]}, "x,number,id,number\n,7,1,8\n", [("1", "7")], {"columns taken by their position": 1}),
    Case("58 a name that no field may have, by position", BY_POSITION, "x,Preis [EUR],id,number: \n,7,1,8\n",
         [("1", "7", "8")], {"columns taken by their position": 1}),
    *(Case(f"55 {name}", *amounts(*values), numbered(*silver), {"zero in front of the mark left out": counted})
      for name, values, silver, counted in (
          ("comma without a zero in front", (",90", "-,5", "12,50"), ("0.90", "-0.50", "12.50"), 2),
          ("point without a zero in front", (".5", "+.25", "1,234.00"), ("0.50", "0.25", "1234.00"), 2),
          ("with a currency sign", (",90 €", "EUR ,50", "(,25)"), ("0.90", "0.50", "-0.25"), 3),
      )),
    Case("39 trailing minus", *amounts("123,00-", "1,50"), numbered("-123.00", "1.50"), {"minus behind": 1}),
    Case("39 brackets", *amounts("(123,00)", "1,50"), numbered("-123.00", "1.50"), {"brackets for minus": 1}),
    Case("39 euro sign", *amounts("123,00 €", "€1,50"), numbered("123.00", "1.50"), {"currency sign": 2}),
    Case("39 EUR", *amounts("EUR 123,00", "1,50EUR"), numbered("123.00", "1.50"), {"currency sign": 2}),
    Case("39 percent", *amounts("12,5 %", "7%"), numbered("12.50", "7.00"), {"percent sign": 2}),
    *(Case(f"40 {form}", *dates(form, text), numbered("2024-12-31"), {f"date written {form}": 1})
      for form, text in (("%d.%m.%Y", "31.12.2024"), ("%Y%m%d", "20241231"), ("%d.%m.%y", "31.12.24"))),
    Case("40 two formats in a column", *dates(["%Y-%m-%d", "%d.%m.%Y"], "2024-12-31", "30.12.2024"),
         numbered("2024-12-31", "2024-12-30"), {"date written %d.%m.%Y": 1}),
    Case("41 both readings of a date where the contract states one", *dates(DMY, "03/04/2024", dayFirst=True),
         numbered("2024-04-03"), {f"date written {DMY}": 1}),
    *(Case(f"64 {name}", {**dates(form, text)[0], "timeZone": zone}, dates(form, text)[1], numbered(day),
           {f"date written {form}": 1, f"day of {zone} for the one written in another zone": moved})
      for name, form, text, zone, day, moved in (
          ("late in the evening by UTC", ZONED, "2023-12-31T23:30:00Z", BERLIN, "2024-01-01", 1),
          ("in summer", ZONED, "2024-06-30T22:00:00Z", BERLIN, "2024-07-01", 1),
          ("in summer, just before midnight", ZONED, "2024-06-30T21:59:59Z", BERLIN, "2024-06-30", 0),
          ("in winter, just before midnight", ZONED, "2023-12-31T22:59:59Z", BERLIN, "2023-12-31", 0),
          ("early by an offset", ZONED, "2024-01-01T00:30:00+02:00", BERLIN, "2023-12-31", 1),
          ("the offset of the company", ZONED, "2024-01-01T00:30:00+01:00", BERLIN, "2024-01-01", 0),
          ("an offset without a colon", ZONED, "2024-01-01T00:30:00+0200", BERLIN, "2023-12-31", 1),
          ("fractions of a second", ZONED.replace("%z", ".%f%z"), "2023-12-31T23:30:00.123Z", BERLIN, "2024-01-01", 1),
          ("zone by its name", "%Y-%m-%d %H:%M:%S %z", "2023-12-31 23:30:00 UTC", BERLIN, "2024-01-01", 1),
          ("without separators", "%Y%m%dT%H%M%S%z", "20231231T233000Z", BERLIN, "2024-01-01", 1),
          ("behind the company's day", ZONED, "2024-01-01T03:30:00Z", "America/New_York", "2023-12-31", 1),
      )),
    Case("64 two offsets in a column", {**dates(ZONED)[0], "timeZone": BERLIN},
         dates(ZONED, "2024-03-31T23:30:00+02:00", "2024-03-31T00:30:00+01:00", "2024-03-31T22:30:00Z")[1],
         numbered("2024-03-31", "2024-03-31", "2024-04-01"), {f"date written {ZONED}": 3}),
    Case("66 day and month that the contract states", *dates(DMY, "03/04/2024", dayFirst=True), numbered("2024-04-03"),
         {f"date written {DMY}": 1}),
    Case("66 for all dates of a table", {**dates(MDY)[0], "dayFirst": False}, dates(MDY, "03/04/2024")[1],
         numbered("2024-03-04"), {f"date written {MDY}": 1}),
    Case("66 a word for each format", *dates(["%d-%m-%Y", MDY], "31-12-2023", "03/04/2024", dayFirst=[True, False]),
         numbered("2023-12-31", "2024-03-04"), {f"date written {MDY}": 1}),
    Case("66 a day above 12", *dates(DMY, "03/04/2024", "13/04/2024"), numbered("2024-04-03", "2024-04-13"),
         {f"date written {DMY}": 2}),
    Case("66 one day that is the same either way", *dates(DMY, "05/05/2024"), numbered("2024-05-05"),
         {f"date written {DMY}": 1}),
    Case("42 0 as a missing date", *dates("%Y%m%d", "0", "00000000", missingValues=["0", "00000000"]),
         numbered("", ""), {"missing value": 2}),
    Case("42 days that are none, where the contract says null",
         *dates(["%Y-%m-%d", "%Y%m%d"], "32154", "2024-02-31", "45678", invalid="null"), numbered("", "", ""),
         {"unreadable": 3}),
    Case("42 days outside the limits, where the contract says null",
         *dates("%Y-%m-%d", "9999-12-31", "1850-01-01", "2050-01-01", invalid="null", **BORN), numbered("", "", ""),
         {"outside limits": 3}),
    Case("43 end before start", ITEMS, lines("1,2024-01-05,2024-01-01,1,2.00,2.00", header=ITEM),
         [("1", "2024-01-05", "2024-01-05", "1", "2.00", "2.00")], {"an end is not before its start": 1}),
    Case("44 amount is not quantity times price",
         ITEMS,
         lines("1,,,3,2.00,5.00", "2,,,2,2.00,-4.00", "3,,,2,2.00,0", "4,,,2,2.00,", "5,,,2,2.00,4", header=ITEM),
         [("1", "", "", "3", "2.00", "6.00"), *((str(n), "", "", "2", "2.00", "4.00") for n in (2, 3, 4, 5))],
         {"amount is pieces times price": 4, "money amount is pieces times price": 17}),
    Case("45 customer repeated with other rows and the same row twice",
         {**TABLE, "keep": {"latest": "day"}},
         GOOD + "1,Anna,3.00,2024-03-01\n" + ROWS[1] + "\n", [("1", "Anna", "3.00", "2024-03-01"), CLEAN[1]],
         {"superseded": 1, "duplicates": 1}),
    Case("47 invisible signs, decomposed umlauts, blanks in keys", TABLE,
         GOOD.replace("1,Änne", "1 ,\u00a0A\u0308n\u200bn\u00ade\u00a0"), CLEAN, {"trimmed": 2}),
    Case("53 error values in a column that is no key",
         *cells("customer", "A1", "#NV", " #N/A", "#BEZUG!", "#wert!", "#DIV/0!", "Err:502", "####", "#1"),
         [("1", "A1"), *((str(n), "") for n in range(2, 9)), ("9", "#1")],
         {"error value of a spreadsheet taken as missing": 7, "trimmed": 0}),
    Case("53 error values in a column of numbers", *amounts("1,50", "#ZAHL!"), numbered("1.50", ""),
         {"error value of a spreadsheet taken as missing": 1, "unreadable": 0}),
    Case("54 text wrapped as a formula", contract(column("id"), column("postcode")),
         'id,postcode\n1,="01067"\n2,80331\n3,"=""007"""\n', numbered("01067", "80331", "007"),
         {"text out of a formula": 2, "trimmed": 0}),
    Case("86 amounts with more decimals than stated", *amounts("0,0149", "10,5050", "2,50"),
         numbered("0.01", "10.51", "2.50"), {"rounded to 2 decimals": 2}),
    Case("48 variants of a code", *cells("sex", "m", "M ", "Male", "männlich", "divers", "?", **GENDER),
         numbered("Male", "Male", "Male", "Male", "Diverse", "n/a"), {"code": 4, "not in the code list": 1}),
]  # fmt: skip
QUARANTINED = [
    Case("10 footer text", TABLE, GOOD + "2 rows\n", CLEAN, quarantine=[(3, "wrong_width")]),
    Case("10 totals line of the right width",
         {**TABLE, "quarantine": [{"code": "not_a_key", "when": "NOT REGEXP_LIKE(id, '^[0-9]+$')", "why": "no number"}]},
         GOOD + "Sum,,3.50,\n", CLEAN, quarantine=[(3, "not_a_key")]),
    Case("100 the first bad record of fifty", TABLE, lines(*FIFTY[1:], CANARY),
         [(*row.split(","),) for row in FIFTY[1:]], quarantine=[(50, "wrong_width")], budget=0.01),
    Case("100 five bad records of fifty", TABLE, lines(*FIFTY[5:], *[CANARY] * 5),
         [(*row.split(","),) for row in FIFTY[5:]], quarantine=[(n, "wrong_width") for n in range(46, 51)], budget=0.01),
    Case("11 short record", TABLE, GOOD + "3,x,1.00\n", CLEAN, quarantine=[(3, "wrong_width")]),
    Case("11 unquoted decimal comma", TABLE, GOOD + "3,x,1,00,2024-01-05\n", CLEAN, quarantine=[(3, "wrong_width")]),
    *(Case(f"13 {name}", TABLE, GOOD + f"3,{text},1.00,2024-01-05\n", CLEAN, quarantine=[(3, code)])
      for name, text, code in (
          ("inch sign", 'Rohr 1/2" Stahl', "stray_quote"),
          ("quote inside a quoted field", '"say "hi" there"', "stray_quote"),
          ("backslash escape", '"say \\"hi\\""', "stray_quote"),
          ("single quotes", "'Bert'", "single_quoted"),
      )),
    Case("53 error value in a key", *cells("name", "Bert")[:1], lines("1,Bert", "#NV,Anna", header="id,name"),
         [("1", "Bert")], quarantine=[(2, "missing_key")]),
    Case("54 formula text with the delimiter inside", contract(column("id"), column("postcode")),
         'id,postcode\n1,="01,067"\n2,80331\n', [("2", "80331")], quarantine=[(1, "stray_quote")]),
    Case("25 header in the middle", TABLE, GOOD + GOOD.replace("1,Ä", "3,Ä").replace("2,B", "4,B"),
         [*CLEAN, ("3", *CLEAN[0][1:]), ("4", *CLEAN[1][1:])], quarantine=[(3, "repeated_header")]),
    Case("28 field above a megabyte", TABLE, GOOD + f"3,{'x' * (1 << 20)}y,1.00,2024-01-05\n", CLEAN,
         quarantine=[(3, "field_too_long")]),
    Case("38 two conventions in a column", *amounts("1,50", "2,50", "1.234,00", "3.75"),
         numbered("1.50", "2.50", "1234.00"), quarantine=[(4, "unreadable_number")]),
    *(Case(f"56 {name}", *amounts(*values), numbered(*silver), quarantine=[(len(silver) + 1, "doubtful_thousands")])
      for name, values, silver in (
          ("a group of another locale beside decimal commas", ("1,50", "1.249,00", "1,249"), ("1.50", "1249.00")),
          ("a group of another locale beside decimal points", ("0.5", "1,249.00", "-12.000"), ("0.50", "1249.00")),
          ("with a currency sign", ("1,50", "1.249,00", "1,249 €"), ("1.50", "1249.00")),
      )),
    Case("42 days that are none",
         *dates(["%Y-%m-%d", "%Y%m%d"], "0", "00000000", "32154", "2024-02-31", "45678", "2024-02-29"),
         [("6", "2024-02-29")], quarantine=[(n, "unreadable_date") for n in range(1, 6)], budget=0.9),
    Case("42 days outside the limits", *dates("%Y-%m-%d", "9999-12-31", "1850-01-01", "2050-01-01", "1990-01-01", **BORN),
         [("4", "1990-01-01")], quarantine=[(n, "out_of_range") for n in range(1, 4)]),
]  # fmt: skip
REFUSED = [
    Case("05 invalid byte in a file whose contract says UTF-8", dialect(encoding="utf-8"),
         f"{HEADER}\n1,{CANARY},1.50,\n".encode() + "2,Ä,2.00,\n".encode("cp1252"),
         place="line 3", words=("the byte 0xC4 at position 43 is not utf-8", "Export the file again in UTF-8")),
    *(Case(f"59 words of {encoding}", TABLE, GOOD.replace("Bert", f"{CANARY}straße Präsentkorb").encode(encoding),
           place="line ", words=("do not look like text", f"(likely {encoding}"))
      for encoding in ("cp850", "mac-roman")),
    Case("59 a byte that is neither UTF-8 nor cp1252", TABLE, GOOD.replace("Bert", "Müller").encode("cp850"),
         place="line 3", words=("the byte 0x81", "is neither UTF-8 nor cp1252", "(likely cp850 or cp437")),
    Case("61 UTF-16 without a mark", TABLE, GOOD.encode("utf-16-be"), words=("state encoding: utf-16-be",)),
    Case("61 UTF-7", TABLE, GOOD.replace("Bert", "Jörg").encode("utf-7"), words=("2 lines look like UTF-7",)),
    Case("07 a delimiter under which the header is not the contract's", TABLE,
         f"id;name;amount\n1;{CANARY};2\n", words=("column day of the contract is missing", "Export it")),
    Case("09 preamble", TABLE, f"Report\n{CANARY}\n{GOOD}", place="line 1",
         words=("the header, which stands in line 3", "skipLines: 2")),
    Case("12 quoted field without an end", TABLE, f'{GOOD}3,"{CANARY},1.00,\n4,x,1.00,\n', place="line 4",
         words=("a quote opens or closes in the wrong place", "quotes doubled")),
    Case("12 quoted field that swallows lines", TABLE, f'{GOOD}3,"{CANARY},1.00,\n4,"x",1.00,\n', place="line 4",
         words=("a quote opens or closes in the wrong place",)),
    Case("15 NUL byte", TABLE, f"{GOOD}3,{CANARY}\0,1.00,\n", place="line 4", words=("NUL byte", "Export the table again")),
    Case("17 empty file", TABLE, b"", words=("is empty", "Export the table again")),
    Case("17 header only", TABLE, HEADER + "\n", words=("has a header and no records", "mayBeEmpty: true")),
    Case("18 last record cut off", TABLE, f"{GOOD}3,{CANARY}", place="line 4",
         words=("the last record is cut off", "Fetch the file again")),
    Case("20 no header line", TABLE, f"7,{CANARY},1.50,2024-01-05\n{ROWS[1]}\n", place="line 1",
         words=("not the header that the contract expects (id, name, amount, day)", "header line as the first line")),
    Case("21 column missing", TABLE, f"id,name,amount\n1,{CANARY},2\n",
         words=("column day of the contract is missing", "Export it, or take it out of the contract")),
    Case("21 column renamed", TABLE, f"id,name,amounts,day\n1,{CANARY},2,\n",
         words=("column amount of the contract is missing; column 3 of the file may be amount",
                "Rename it in the export or in the contract")),
    Case("22 unknown column", TABLE, f"{HEADER},phone\n1,{CANARY},2,,3\n",
         words=("a column that the contract does not know: 'phone' (column 5)", "ignore",
                '  - {name: "phone", type: string, personal: , description: }')),
    Case("23 column twice", TABLE, f"{HEADER},name\n1,{CANARY},2,,x\n",
         words=("column name stands in the header more than once", "Export it once")),
    *(Case(f"27 {name}", TABLE, raw, words=(f"is {kind}, not a CSV file", "Export the table as CSV"))
      for name, kind, raw in (
          ("workbook", "a ZIP archive or Excel workbook", workbook()),
          ("PDF", "a PDF", b"%PDF-1.7\n" + CANARY.encode()),
          ("gzip", "a gzip archive", gzip.compress(GOOD.encode())),
          ("Parquet", "a Parquet file", parquet()),
          ("HTML page", "an HTML page", f"\n<!DOCTYPE html><p>{CANARY}</p>"),
      )),
    Case("35 key in scientific notation", *cells("key", "7", "1,23E+11", personal="identifier"), place="record 2",
         words=("column key is in scientific notation", "Export the table again")),
    *(Case(f"52 {name}", *cells("article", "7", value, **more), place="record 2",
           words=("column article is in scientific notation", "ignore"))
      for name, value, more in (
          ("article number with decimal comma", "4,00638E+12", {}), ("with a small e", "4.00638e+12", {}),
          ("without a plus", "4.00638E12", {}), ("without decimals", "4E+12", {}),
          ("integer without a plus", "4,00638E12", {"kind": "integer"}),
      )),
    Case("35 integer key in scientific notation", *cells("key", "1.23E+11", kind="integer", personal="identifier"),
         place="record 1", words=("its last digits are lost",)),
    Case("37 a point in front of three digits", *amounts("1.234", "5"), place="column amount",
         words=("1 numbers can be read with a decimal point and with a decimal comma", "decimalChar")),
    Case("38 two conventions above the budget", *amounts("1,50", "2,50", "3.75"), budget=0.01,
         words=("1 of 3 records cannot be used", "amount cannot be read as number (record 3)", "Mend the export")),
    Case("56 three decimals all over a column of two", *amounts("1,500", "2,250", "0,750"), budget=0.01,
         words=("2 of 3 records cannot be used", "it may be thousands", "state decimals: 3")),
    Case("58 a name that stands twice", TABLE, f"{HEADER},name\n1,{CANARY},2,,x\n",
         words=("column name stands in the header more than once (columns 2, 5)", "by its position", "under ignore",
                '  - {name: "name", position: 2, type: string, personal: , description: }',
                '  - {name: "name_5", position: 5, type: string, personal: , description: }')),
    Case("58 a column without a name", TABLE, f",{HEADER}\n0,1,{CANARY},2,\n",
         words=("a column that the contract does not know: '' (column 1)", 'ignore (one without a name as "")',
                '  - {name: "column_1", position: 1, type: string, personal: , description: }')),
    Case("58 a position whose column has another name", BY_POSITION, f"x,phone,id,number\n,{CANARY},1,8\n",
         words=("column 2, which the contract declares as order, has a name of its own", "Correct position")),
    Case("58 a position behind the last column", BY_POSITION, f"x,number,id\n,{CANARY},1\n",
         words=("has 3 columns, and the contract declares customer as column 4", "Correct position")),
    Case("38 two conventions, each as often", *amounts("1,50", "3.75"), place="column amount",
         words=("1 numbers can be read only with a decimal point and 1 only with a decimal comma", "in one convention")),
    Case("41 dates with two readings", *dates([DMY, MDY], "03/04/2024", "05/06/2024"), place="column day",
         words=("2 dates can be read as %d/%m/%Y and as %m/%d/%Y", "State one format in the contract, and dayFirst")),
    *(Case(f"65 {name}", *dates(form, "2023-12-31T23:30:00Z", **more), place="column day", words=words)
      for name, form, more, words in (
          ("the letter Z in a format", "%Y-%m-%dT%H:%M:%SZ", {}, ("Z in %Y-%m-%dT%H:%M:%SZ would cut", "Write %z")),
          ("text that is skipped", "%Y-%m-%dT%H:%M:%S%Z", {}, ("%Z in ", "Write %z")),
          ("the day cut out of the text", "%Y-%m-%d", {"convert": "LEFT(day, 10)"},
           ("convert of column day takes the day out of 1 time stamps", "record 1", "whose format ends in %z")),
      )),
    Case("65 the day computed from the text",
         contract(column("id"), column("stamp"), column("day", "date", compute="STRPTIME(LEFT(stamp, 10), '%Y-%m-%d')")),
         lines("1,2023-12-31T23:30:00+00:00", header="id,stamp"), place="record 1", words=("compute of column day",)),
    Case("64 time stamps with a zone and no zone for the company", *dates(ZONED, "2023-12-31T23:30:00Z"),
         place="column day", words=("does not say the company's zone", "State timeZone")),
    *(Case(f"66 {form} where no day is above 12", *dates(form, *texts), place="column day",
           words=(f"dates can be read as {form} and 2 as {other}", "record 1", f"If {form} is right, add dayFirst: {word}"))
      for form, other, word, texts in (
          (DMY, MDY, "true", ("03/04/2024", "05/06/2024")),
          (MDY, DMY, "false", ("03/04/2024", "05/05/2024")),
          ("%d.%m.%Y", "%m.%d.%Y", "true", ("03.04.2024", "05.06.2024")),
          ("%m-%d-%Y", "%d-%m-%Y", "false", ("03-04-2024", "05-06-2024")),
          ("%d/%m/%y", "%m/%d/%y", "true", ("03/04/24", "05/06/24")),
          ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "true", ("03/04/2024 10:00", "05/06/2024 11:00")),
          ("%Y-%d-%m", "%Y-%m-%d", "true", ("2024-03-04", "2024-05-06")),
      )),
    Case("66 more cells that the other order reads", *dates(DMY, "03/04/2024", "04/13/2024"), place="column day",
         words=(f"1 dates can be read as {DMY} and 2 as {MDY}",)),
    Case("66 one format of two where no day is above 12", *dates(["%d-%m-%Y", DMY], "31-12-2023", "03/04/2024"),
         place="record 2", words=(f"1 dates can be read as {DMY} and 1 as {MDY}", "dayFirst: [true, false]")),
    Case("66 ISO days beside others, none above 12 in months", *dates(["%d.%m.%Y", "%Y-%m-%d"], "31.12.2023", *SWAPPED),
         place="column day", words=("54 dates can be read as %Y-%m-%d and 54 as %Y-%d-%m", "dayFirst: true")),
    Case("51 half of the records in quarantine", TABLE, GOOD + f"3,{CANARY}\n4,{CANARY}\n", budget=0.01,
         words=("2 of 4 records cannot be used, the budget is 1.0%", "2 × has more or fewer cells than the header "
                "(records 3, 4)", "Mend the export or the contract")),
    Case("101 three of four records are bad", TABLE, lines(ROWS[0], *[CANARY] * 3), budget=0.01, place="people",
         words=("3 of 4 records cannot be used, the budget is 1.0% for a reason, 5.0% for all together: 3 × ",)),
    Case("101 more bad records in a small table than its floor", TABLE, lines(*FIFTY[6:], *[CANARY] * 6), budget=0.01,
         place="people", words=("6 of 50 records cannot be used", "5.0% for all together, at least 5 records: 6 × ")),
]  # fmt: skip
OTHERS = {
    6: {"OK"},
    17: {"OK"},
    29: {"E"},
    30: {"E"},
    31: {"E"},
    46: {"R"},
    50: {"OK"},
    70: {"E"},
    71: {"OK"},
    75: {"R"},
    76: {"E"},
    77: {"E"},
    78: {"E"},
    87: {"E"},
    88: {"E", "R"},
    89: {"R"},
    90: {"OK"},
    91: {"E", "R"},
    67: {"Q"},
    68: {"E", "Q"},
    69: {"E"},
    92: {"R"},
    93: {"E"},
    94: {"E", "R"},
    95: {"R"},
    96: {"R"},
    97: {"OK"},
    98: {"R"},
    99: {"R"},
    107: {"OK"},
    108: {"OK"},
    109: {"OK"},
    110: {"OK"},
}  # tests of their own below


def params(cases: list[Case]) -> Any:
    """The cases as parameters, with their names as ids."""
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


OTHERS |= {number: {"OK"} for number in (103, 104, 105)} | {106: {"OK", "E"}}  # more of them in test_small_companies.py
OTHERS |= {number: {"OK"} for number in range(107, 123)}


OTHERS |= {62: {"OK"}, 63: {"OK", "E"}}  # 63 refused: test_collective_accounts.py


def clean(folder: Path, case: Case) -> Cleaned:
    """The file through bronze and silver."""
    return one_table.clean(folder, case.table, case.raw, budget=case.budget)


def stated(found: Cleaned) -> dict[str, int]:
    """Rule -> lines, cells, records or money (`money <rule>`) that the metadata of bronze and silver state."""
    bronze = json.loads((found.folder / "bronze/_meta/files/people.csv.json").read_text(encoding="utf-8"))
    counts = {repair["rule"]: repair["records"] for repair in bronze["repairs"]}
    for conversion in found.summary["conversions"]:
        counts[conversion["rule"]] = counts.get(conversion["rule"], 0) + conversion["cells"]
    for repair in found.summary["repairs"]:
        why = in_language(worded_repair(repair, SILVER_WORDS)["why"])
        counts[why] = repair["records"]
        counts |= {f"money {why}": round(float(moved)) for moved in repair["money"].values()}
    return counts | {outcome: found.summary[outcome] for outcome in ("superseded", "duplicates")}


def rows(found: Cleaned) -> list[tuple[str, ...]]:
    """The cells of silver."""
    return [tuple(row.values()) for row in found.rows("data")]


def unbalanced(found: Cleaned) -> str:
    """What the books of a table leave open, "" if nothing."""
    summary = found.summary
    listed = sum(reason["records"] for reason in summary["quarantined"])
    places = (len(found.rows("data")), len(found.quarantine), summary["superseded"], summary["duplicates"])
    if listed != len(found.quarantine) or summary["records"] != sum(places):
        return f"{summary['records']} records, {places} found, {listed} in quarantine by the books"
    return ""


def files(folder: Path) -> list[str]:
    """All files of the run."""
    return [path.name for path in (folder / "artifacts").rglob("*") if path.is_file()]


@params(ACCEPTED)
def test_accepted_as_it_is(tmp_path, case):
    found = clean(tmp_path, case)
    assert (rows(found), found.quarantine, unbalanced(found)) == (case.rows, [], "")


@params(REPAIRED)
def test_repaired_by_a_rule_and_counted(tmp_path, case):
    found = clean(tmp_path, case)
    assert (rows(found), found.quarantine, unbalanced(found)) == (case.rows, [], "")
    counts = stated(found)
    assert {rule: counts.get(rule, 0) for rule in case.counts} == case.counts
    assert any(case.counts.values())


@params(QUARANTINED)
def test_in_quarantine_with_its_reason_and_the_rest_in_silver(tmp_path, case):
    found = clean(tmp_path, case)
    assert (found.quarantine, rows(found), unbalanced(found)) == (case.quarantine, case.rows, "")
    codes = {reason["code"]: reason["records"] for reason in found.summary["quarantined"]}
    assert sum(codes.values()) == len(case.quarantine)
    assert codes.keys() == {code for _, code in case.quarantine}


@params(REFUSED)
def test_refused_with_place_and_remedy_and_nothing_written(tmp_path, case):
    with pytest.raises(Fault) as caught:
        clean(tmp_path, case)
    message = str(caught.value)
    assert message.startswith(("crm/people.csv", "people"))
    assert [part for part in (case.place, *case.words) if part not in message] == []
    assert message.endswith(f"{caught.value.remedy}. Nothing was written.")
    assert CANARY.casefold() not in message.casefold()
    assert not list((tmp_path / "artifacts/runs/r/silver").rglob("*.csv"))
    assert not files(tmp_path) or message.startswith("people"), "bronze refuses a file before it keeps anything of it"


def test_04_the_reason_for_cp1252_is_recorded(tmp_path):
    found = one_table.bronze(tmp_path, TABLE, GOOD.encode("cp1252"))
    assert found["dialect"]["encoding_why"] == "not valid UTF-8, so the encoding of German Windows systems"


def test_62_keys_in_two_spellings_are_counted_with_their_amount_and_stay(tmp_path):
    found = one_table.clean(tmp_path, TABLE, lines("1,x,1.50,", "01,x,2.00,", "001,x,4.00,"))
    (warning,) = found.summary["warnings"]
    assert (warning["column"], warning["warning"], warning["cells"]) == ("id", "keys_alike_zeros", 2)
    assert warning["money"] == {"amount": "3.50"}
    assert warning["places"] == "1 key, first in records 1, 2"
    assert [row["id"] for row in found.rows("data")] == ["001", "01", "1"]


def test_63_a_customer_with_a_tenth_of_the_revenue_is_named_unless_a_contract_lists_it():
    orders = {"order_number": [f"O{n}" for n in range(20)], "customer_key": [1, 1, *range(2, 20)], "sales_amount": 1}
    sold = pl.LazyFrame(orders).with_columns(pl.col("sales_amount").cast(pl.Decimal(38, 2)))
    customers = pl.LazyFrame({"customer_key": range(20), "customer_number": [f"K{n}" for n in range(20)]})
    for listed, code in (((), "collective_account"), (("K1",), "collective_account_listed")):
        (entry,) = collective_accounts.entries(
            collective_accounts.totals(sold), customers, CollectiveAccounts(0.1, listed)
        )
        assert (entry["code"], entry["records"], entry["of"]) == (code, 2, 20)
        assert entry["money"] == {"sales_amount": "2.00"}


@pytest.mark.parametrize(("others", "warnings"), [(99, 1), (100, 0)])
def test_06_garbled_umlauts_are_a_warning_from_one_in_a_hundred_on_and_stay(tmp_path, others, warnings):
    table, raw = cells("name", "MÃ¼ller", *["Anna"] * others)
    found = one_table.clean(tmp_path, table, raw)
    assert rows(found)[0] == ("1", "MÃ¼ller")
    assert [w["warning"] for w in found.summary["warnings"]] == ["mojibake"] * warnings


def test_53_error_values_are_a_warning_with_the_amount_of_their_records(tmp_path):
    table = contract(column("id"), column("customer"), column("amount", "number", money=True, decimals=2))
    raw = lines("1,A1,2.50", "2,#NV,3.25", "3,#REF!,4.00", header="id,customer,amount")
    found = one_table.clean(tmp_path, table, raw)
    assert found.summary["warnings"] == [
        {"column": "customer", "warning": "spreadsheet_errors", "cells": 2, "of": 3, "money": {"amount": "7.25"}}
    ]


def test_64_days_without_a_zone_beside_time_stamps_with_one_are_a_warning_with_the_amount_of_their_records(tmp_path):
    day = column("day", "date", format=[ZONED, "%Y-%m-%d %H:%M:%S"])
    table = contract(column("id"), day, column("amount", "number", money=True, decimals=2), timeZone=BERLIN)
    text = lines("1,2023-12-31T23:30:00Z,1.50", "2,2023-12-31 23:30:00,2.25", header="id,day,amount")
    found = one_table.clean(tmp_path, table, text)
    assert [row["day"] for row in found.rows("data")] == ["2024-01-01", "2023-12-31"]
    assert found.summary["warnings"] == [
        {"column": "day", "warning": "without_zone", "cells": 1, "of": 2, "money": {"amount": "2.25"}}
    ]
    alone = one_table.clean(tmp_path / "alone", table, lines("2,2023-12-31 23:30:00,2.25", header="id,day,amount"))
    assert alone.summary["warnings"] == []


@pytest.mark.parametrize(("without", "is_refused"), [(5, False), (6, True)])
def test_64_more_days_without_a_zone_than_their_budget_are_refused_with_the_amount_of_their_records(
    without, is_refused
):
    warning = {"warning": "without_zone", "column": "day", "cells": without, "of": 20, "money": {"amount": "7.25"}}
    if is_refused:
        words = "people: 6 of 20 records have no time zone in column day, 7.25 in amount, and others have one; the budget is 5"
        with pytest.raises(Fault, match=f"^{words}.*raise zone_budget"):
            warning_budgets.check_zone_budget("people", {"warnings": [warning]}, 0.05)
    else:
        warning_budgets.check_zone_budget("people", {"warnings": [warning]}, 0.05)
    warning_budgets.check_zone_budget("people", {"warnings": [{**warning, "warning": "mojibake"}]}, 0.0)
    warning_budgets.check_zone_budget("people", {"warnings": [warning]}, 0.3)


def test_66_a_file_of_several_whose_days_in_months_are_never_above_12_is_refused(tmp_path):
    swapped = [f"{text[8:]}.{text[5:7]}.{text[:4]}" for text in SWAPPED]
    table, first = dates("%d.%m.%Y", "31.12.2023", "03.04.2024")
    with pytest.raises(
        Fault, match=r"^people \(crm/people_2.csv\), column day: 54 dates can be read as %d.%m.%Y and 54"
    ):
        one_table.clean(tmp_path, table, first, dates("%d.%m.%Y", *swapped)[1])
    few = one_table.clean(tmp_path / "few", table, first, "id,day\n3,03.04.2024\n")
    assert [row["day"] for row in few.rows("data")] == ["2023-12-31", "2024-04-03", "2024-04-03"]


def test_56_doubtful_thousands_are_a_warning_with_the_amount_that_they_would_be(tmp_path):
    table = contract(column("id"), column("price", "number"), column("amount", "number", money=True, decimals=2))
    rows = ['1,"1,50","1,50"', '2,"1,249","1,249"', '3,"2,50","-2,000 €"', '4,"3,125","4,00"']
    found = one_table.clean(tmp_path, table, lines(*rows, header="id,price,amount"))
    assert found.summary["warnings"] == [
        {"column": column, "warning": "doubtful_thousands", "cells": 2, "of": 4, "money": {"amount": money}}
        for column, money in (("amount", "-751.00"), ("price", "4.00"))
    ]
    plain = one_table.clean(tmp_path, table, "id;price;amount\n1;1,50;1,50\n2;7;1,249\n3;7;2,50\n")
    assert [found["money"] for found in plain.summary["warnings"]] == [{"amount": "1249.00"}]


def test_17_a_table_that_may_be_empty_is_accepted_with_its_header_alone(tmp_path):
    assert rows(one_table.clean(tmp_path, {**TABLE, "mayBeEmpty": True}, HEADER + "\n")) == []


@pytest.mark.parametrize("kind", ["missing", "unreadable", "a folder", "a link out of raw"])
def test_29_a_file_that_cannot_be_used_is_refused(tmp_path, monkeypatch, kind):
    raw, secret = tmp_path / "raw", tmp_path / f"{CANARY}.csv"
    (raw / "crm").mkdir(parents=True)
    secret.write_text(GOOD, encoding="utf-8")
    path = raw / "crm/people.csv"
    if kind == "unreadable":
        path.write_text(GOOD, encoding="utf-8")
        monkeypatch.setattr("os.access", lambda path, mode: False)
    elif kind == "a folder":
        path.mkdir()
    elif kind == "a link out of raw":
        path.symlink_to(secret)
    found, faults = exports.find(raw, {"people": Contract.of({**TABLE, "files": "crm/people*.csv"})})
    remedy = {"missing": "Export it there", "unreadable": "Give yourself the right", "a folder": "Replace it",
              "a link out of raw": "Replace it by the file itself"}[kind]  # fmt: skip
    assert found.names == []
    assert len(faults) == 1
    assert faults[0].startswith("people: ")
    assert "crm/people" in faults[0]
    assert remedy in faults[0]
    assert CANARY not in faults[0]


def test_30_a_file_that_changes_while_it_is_copied_is_refused(tmp_path, monkeypatch):
    def copy_and_append(source: str, target: Path) -> None:
        Path(target).write_bytes(Path(source).read_bytes())
        with open(source, "a") as file:
            file.write(f"3,{CANARY},1.00,\n")

    monkeypatch.setattr(bronze_file, "copy_bytes", copy_and_append)
    with pytest.raises(Fault, match=r"^crm/people.csv: changed while it was copied. Start again when") as caught:
        one_table.bronze(tmp_path, TABLE, GOOD)
    assert CANARY not in str(caught.value)
    assert files(tmp_path) == []


def test_31_the_same_file_twice_in_a_table_is_refused(tmp_path):
    for name in ("people_1.csv", "people_2.csv"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    faults = exports.find(tmp_path, {"people": Contract("people", "People", "people*.csv", (), ())})[1]
    assert len(faults) == 1
    assert "people-0002.csv (number 2 by name of what people*.csv finds) is the same file as people-0001" in faults[0]
    assert "Remove one of them" in faults[0]


def some(spec: tables.Spec, rows: list[dict[str, Any]]) -> pl.LazyFrame:
    """A table of this specification; what the rows do not state is missing."""
    types = {column.name: tables.polars_type(column) for column in spec}
    return pl.DataFrame([{name: row.get(name) for name in types} for row in rows], schema=types, orient="row").lazy()


def bike_mart(name: str, rows: dict[str, list[dict[str, Any]]]) -> pl.DataFrame:
    """A mart of the default company from rows of the tables that its SQL reads; what they do not state is missing."""
    stated = settings.prepared(yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8")))
    company, _ = settings.load({**stated, "company": str(ROOT / "config/bike_retailer")}, ROOT)
    assert company is not None
    frames = {table: some(company.typed_columns(table), listed) for table, listed in rows.items()}
    return gold_mart.shaped(pl.SQLContext(frames).execute(company.queries[name].code), company.marts[name]).collect()


ALWAYS = {"valid_from": date(1900, 1, 1), "valid_to": date(9999, 12, 31), "is_current": True}


def bike_facts(who: list[tuple[str, str, int | None]], ids: list[tuple[int, str]]) -> pl.DataFrame:
    """The facts of sales of 9.50 by (order, product, CRM id of the customer); `ids`: (CRM id, customer number).

    There are the product P1 and the customer AW1.
    """
    day = date(2024, 1, 5)
    sale = {"sls_order_dt": day, "sls_ship_dt": day, "sls_due_dt": day, "sls_quantity": 1, "sls_sales": Decimal("9.50")}
    unknown = {"customer_key": 0, "customer_number": "n/a"}
    products = [{"product_key": 0, "product_number": "n/a"}, {"product_key": 1, "product_number": "P1"}]
    return bike_mart(
        "fact_sales",
        {
            "silver.crm_sales": [{**sale, "sls_ord_num": o, "sls_prd_key": p, "sls_cust_id": c} for o, p, c in who],
            "silver.crm_customers": [{"cst_id": number, "cst_key": key} for number, key in ids],
            "gold.dim_customer": [unknown, {"customer_key": 1, "customer_number": "AW1", "customer_id": 11}],
            "gold.dim_location": [{"location_key": 0, "country": "n/a"}],
            "gold.dim_product": [{**product, **ALWAYS} for product in products],
        },
    )


def test_46_a_sale_of_an_unknown_customer_or_product_has_key_0_and_keeps_its_money():
    facts = bike_facts([("A", "P1", 11), ("B", "P1", 99), ("C", "P9", 11), ("D", "P9", None)], [(11, "AW1")])
    keys = facts.select("order_number", "customer_key", "product_key").rows()
    assert keys == [("A", 1, 1), ("B", 0, 1), ("C", 1, 0), ("D", 0, 0)]
    assert facts["sales_amount"].sum() == Decimal("38.00")


def test_49_formula_text_from_the_data_reaches_no_published_table():
    revenue = pd.DataFrame({"customer_key": range(1, 5), "category": FORMULAS, "revenue": 100, "is_ordered": True})
    published = category_features(revenue)
    assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in published.columns)
    assert all(kind.kind in "if" for kind in published.dtypes)


@pytest.mark.parametrize("text", HOSTILE)
def test_50_markup_and_control_signs_are_escaped_wherever_values_are_shown(text):
    assert not re.search(r"[\x00-\x1f\x7f]", escape(text))
    shown = page(f"# Report\n\n{escape(text)}\n", Path(), REPORT_TEMPLATE)
    assert "<script" not in shown
    assert "<code>" not in shown
    assert 'href="http://evil' not in shown


def test_87_a_quantity_with_decimals_in_a_mart_of_whole_numbers_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "sales.csv").write_text("id,quantity\n1,2.500\n2,3.000\n", encoding="utf-8")
    (tmp_path / "facts.sql").write_text("SELECT id, quantity FROM silver.sales", encoding="utf-8")
    spec = (tables.ColumnType("id", "string"), tables.ColumnType("quantity", "number", 3))
    entry = {
        "title": "t", "grain": "g", "key": ["id"],
        "columns": {name: {"type": kind, "personal": "none", "description": "d"}
                    for name, kind in (("id", "string"), ("quantity", "integer"))},
    }  # fmt: skip
    with pytest.raises(Fault, match="1 values of quantity have decimals.* Write type: decimal") as error:
        gold_mart.main(
            sql=sql_names.bare(sql_names.read(tmp_path / "facts.sql")), mart=Mart.of("facts", entry),
            sources={"silver.sales": gold_mart.Source(str(tmp_path / "sales.csv"), spec)}, calendar=None, formulas={},
            budgets=Budgets(), output=str(tmp_path / "facts.csv"), twin=str(tmp_path / "facts.parquet"),
            metadata=str(tmp_path / "facts.json"),
        )  # fmt: skip
    assert "2.5" not in str(error.value) and not (tmp_path / "facts.csv").exists()


def traced_lines(condition: str = "") -> tuple[dict[str, Any], list[dict[str, Any]], Mart]:
    """(metadata, entries, mart) of 40 order lines whose price stands at the product; some may be lost by a condition."""
    sales = pl.LazyFrame({"id": range(40), "article": ["A", "B"] * 20}, schema={"id": pl.Int64, "article": pl.String})
    prices = pl.LazyFrame({"article": ["A", "B"], "price": [Decimal("1.50"), Decimal("2.5000")]})
    frames = {"silver.sales": sales, "silver.articles": prices}
    columns = (Column("id", "integer"), Column("sales_amount", "decimal", 4))
    mart = Mart("fact_sales", "", "", ("id",), columns)
    sql = (
        "SELECT s.id, 2 * a.price AS sales_amount FROM silver.sales AS s "
        f"LEFT JOIN silver.articles AS a ON s.article = a.article {condition}"
    )
    made = pl.SQLContext(frames).execute(sql).collect()
    totals = {"sales_amount": Decimal(made["sales_amount"].sum())}
    found = reconciliation.traced(sql, frames, mart, ["sales_amount"], made.height)
    return (
        reconciliation.metadata(found, made.height, totals),
        reconciliation.entries(found, mart, made.height, totals),
        mart,
    )


def test_88_rows_that_the_sql_of_the_order_lines_loses_are_counted_and_stop_the_run_above_a_budget():
    _, (one,), mart = traced_lines("WHERE s.id >= 10")
    assert (one["code"], one["records"], one["of"]) == ("left_out", 10, 40)
    with pytest.raises(Fault, match="10 of 40 rows of the silver table are not in the mart, 40.00 in sales_amount"):
        budgets.check_lines(mart, [one], 0.01)
    budgets.check_lines(mart, [one], 0.5)


def test_89_an_amount_that_comes_of_a_join_is_computed_again_for_each_row_of_silver():
    stated, (one,), _ = traced_lines("WHERE a.article = 'A'")
    assert Decimal(one["money"]["sales_amount"]) == 100
    assert [Decimal(value) for value in stated["amounts"]["sales_amount"].values()] == [60, 60]


def test_90_order_lines_without_any_amount_in_the_ledger_are_traced():
    stated, told, _ = traced_lines()
    assert (stated["is_traced"], stated["tables"]["sales"]["in_mart"], told) == (True, 40, [])


def test_91_a_total_that_is_not_the_sum_of_its_lines_is_counted_and_stops_above_the_budget(tmp_path):
    (found,) = with_totals(tmp_path, 40, wrong=1).sums("orders", "lines")
    assert (found["unequal"], found["records"], found["money"]) == (1, 40, {"total": "-0.50"})
    with pytest.raises(
        Fault, match=r"10 of 40 records differ from the sum of their lines, together by −5.00 of 805.00"
    ):
        with_totals(tmp_path, 40, wrong=10).sums("orders", "lines")


def sold_on(*days: str) -> str:
    """A file of an order a day from 2023 to 2024, and of orders on these days."""
    usual = [f"{date(2023, 1, 1) + timedelta(days=number)}" for number in range(700)]
    return lines(*(f"{number:04},Bert,2.00,{day}" for number, day in enumerate([*usual, *days], 1)))


@pytest.mark.parametrize("day", ["2042-05-02", "9999-12-31", "2025-02-03"])
def test_67_an_order_date_that_lies_far_ahead_of_time_is_in_quarantine(tmp_path, day):
    found = one_table.clean(tmp_path, TABLE, sold_on(day), budget=0.01, order_dates=["day"])
    assert (found.quarantine, len(rows(found)), unbalanced(found)) == ([(701, "implausible_date")], 700, "")
    assert found.summary["order_dates"]["day"]["newest"] == "2024-11-30"


@pytest.mark.parametrize("day", ["1900-01-01", "1970-01-01", "2003-01-01", "2022-11-03"])
def test_68_an_order_date_that_lies_far_in_the_past_is_in_quarantine(tmp_path, day):
    found = one_table.clean(tmp_path, TABLE, sold_on(day), budget=0.01, order_dates=["day"])
    assert (found.quarantine, len(rows(found)), unbalanced(found)) == ([(701, "implausible_date")], 700, "")
    assert found.summary["order_dates"]["day"]["first"] == "2023-01-01"


def test_68_many_order_dates_of_another_time_stop_the_run(tmp_path):
    with pytest.raises(Fault, match=r"80 of 780 records cannot be used.* 80 × day lies far before .* state a minimum"):
        one_table.clean(tmp_path, TABLE, sold_on(*["1900-01-01"] * 80), budget=0.01, order_dates=["day"])


def test_69_a_date_outside_the_calendar_names_the_column_and_the_span_of_the_calendar():
    facts = pl.LazyFrame({"ship_date": [date(2024, 1, 5), date(1900, 1, 1), date(9999, 12, 31)]})
    days = pl.LazyFrame({"date": [date(2024, 1, 5)]})
    with pytest.raises(Fault) as caught:
        proofs.check_reference(facts, days, "mart fact_sales", "dim_date.date", ["silver.sales.shipped"])
    assert str(caught.value) == (
        "mart fact_sales: 2 values of ship_date are not in dim_date.date: 2 lie outside calendar.days, which runs from "
        "1990-01-01 to 2079-12-31; they come from silver.sales.shipped. Correct the dates in the export, or let minimum "
        "and maximum of shipped in the contract lie within it. Nothing was written."
    )


def test_92_a_few_records_without_a_partner_are_counted_in_records_and_money(tmp_path):
    (found,) = shop(tmp_path, ["A", "B"], [*["A", "B"] * 50, "C"]).check("lines", "orders")
    assert (found["orphans"], found["records"], found["money"]) == (1, 101, {"amount": "10.00"})


def test_93_a_flood_of_records_without_a_partner_stops_in_silver_with_counts_money_and_lines(tmp_path):
    made = shop(tmp_path, ["A"], [*["A"] * 10, *(f"X{n}" for n in range(40))])
    with pytest.raises(Fault, match=r"40 of 50 records of lines have no partner in orders, 400.00 of 500.00 in amount"):
        made.check("lines", "orders")


def test_94_a_key_in_another_spelling_is_told_with_what_the_contract_has_to_state(tmp_path):
    with pytest.raises(Fault, match=r"10 of them would find one if the case .* convert of order_no: UPPER\(order_no\)"):
        shop(tmp_path, ["P1"], ["P1", *["p1"] * 10]).check("lines", "orders")
    (found,) = shop(tmp_path, ["1"], [*["1"] * 40, "001"]).check("lines", "orders")
    assert found["why"]["en"] == "; 1 of them would find one if leading zeros did not count"


def test_95_order_lines_on_key_0_are_told_with_their_share_beside_the_figures_that_they_are_not_in(tmp_path):
    rows = [{**row, "customer_key": row["customer_key"] * (n % 4 > 0)} for n, row in enumerate(order_lines())]
    run = SmallRun(tmp_path, rows)
    for told in run.reports():
        assert "have no known customer" in told
        assert "of all revenue" in told
    figures = run.numbers()["figures"]
    shares = [Decimal(figures[f"segment.{label}.share_of_all"]["value"]) for label in (1, 2)]
    all_revenue = sum(Decimal(row["sales_amount"]) for row in rows)
    assert shares == [round(amount / all_revenue, 6) for amount in (Decimal(800), Decimal(200))]


def test_96_a_category_whose_lines_lost_their_product_has_not_stopped(tmp_path):
    rows = order_lines(date(2024, 5, 31))
    run = SmallRun(tmp_path, [{**row, "product_key": row["product_key"] * (row["order_date"].month != 5
                                                                          or row["order_date"].year < 2024)}
                              for row in rows])  # fmt: skip
    products = ((0, "n/a", "n/a"), (1, "P1", "Bikes"), (2, "P2", "Parts"))
    run.table("dim_product", [{"product_key": n, "product_number": p, "category": c} for n, p, c in products])
    _, page = run.reports()
    assert "no sales since" not in page
    assert "have no known product" in page


def versions(*rows: tuple[int, str, date]) -> list[dict[str, Any]]:
    """Product versions (id, key with its category in front, first day) as silver has them."""
    return [
        {
            "prd_id": n,
            "prd_key": key,
            "prd_nm": str(n),
            "prd_num": key[6:],
            "prd_cat": key[:5].replace("-", "_"),
            "prd_start_dt": start,
        }
        for n, key, start in rows
    ]


def chain(*rows: tuple[int, str, date]) -> list[tuple[int, date, date]]:
    """(version id, by which it is called, valid from, valid to) of the versions of the only product."""
    categories = [{"ID": name, "CAT": name, "SUBCAT": name} for name in ("AC_HE", "CL_HE")]
    made = bike_mart("dim_product", {"silver.crm_products": versions(*rows), "silver.erp_categories": categories})
    made = made.filter(pl.col("product_key") != 0)
    assert made["product_number"].unique().to_list() == ["HELM"]
    assert made["is_current"].to_list() == [False] * (len(rows) - 1) + [True]
    return made.select(pl.col("product_name").cast(pl.Int64), "valid_from", "valid_to").rows()


def test_97_the_versions_of_a_product_are_one_chain_though_its_category_changes():
    first, second, third = date(2021, 1, 1), date(2022, 1, 1), date(2023, 1, 1)
    assert chain((1, "AC-HE-HELM", first), (2, "CL-HE-HELM", second), (3, "AC-HE-HELM", third)) == [
        (1, date(1900, 1, 1), second),
        (2, second, third),
        (3, third, date(9999, 12, 31)),
    ]


def test_98_two_versions_with_one_start_are_counted_and_every_day_has_one_version(tmp_path):
    first, second = date(2021, 1, 1), date(2022, 1, 1)
    found = chain((1, "AC-HE-HELM", first), (3, "CL-HE-HELM", second), (2, "AC-HE-HELM", second))
    assert found == [(1, date(1900, 1, 1), second), (2, second, second), (3, second, date(9999, 12, 31))]
    contract_file = ROOT / "config/bike_retailer/contracts/crm_products.yaml"
    assert ["prd_num", "prd_start_dt"] in yaml.safe_load(contract_file.read_text(encoding="utf-8"))["uniqueKeys"]
    made = Shop(tmp_path)
    made.add(contract(column("id"), column("number"), uniqueKeys=[["number"]]), "1,A", "2,B", "3,A")
    assert [(one["repeated"], one["records"]) for one in made.keys("people", budget=0.5)] == [(1, 3)]


def test_99_a_customer_number_under_two_ids_is_one_customer_by_its_newest_record_with_the_orders_of_both():
    entries = [(11, "Old", date(2023, 1, 1)), (12, "New", date(2024, 1, 1)), (10, "Older", None)]
    people = [{"cst_id": n, "cst_key": "AW1", "cst_lastname": name, "cst_gndr": "n/a", "cst_marital_status": "n/a",
               "cst_create_date": day} for n, name, day in entries]  # fmt: skip
    made = bike_mart("dim_customer", {"silver.crm_customers": people, "silver.erp_customers": [],
                                      "silver.erp_locations": []})  # fmt: skip
    assert made.select("customer_key", "customer_number", "customer_id", "last_name").rows() == [
        (0, "n/a", None, None),
        (1, "AW1", 12, "New"),
    ]
    facts = bike_facts([("A", "P1", 11), ("B", "P1", 12), ("C", "P1", 10)], [(n, "AW1") for n in (10, 11, 12)])
    assert facts["customer_key"].to_list() == [1, 1, 1]


LISTED = pl.LazyFrame({"customer_key": [0, 1, 2], "customer_number": ["n/a", "00026", "00052"]})


def objecting(text: str) -> objections.Objections:
    """The customers of a list of objections with this text."""
    return objections.matched(person_lists.read(text, "list.txt"), LISTED, ["Kunden-Nr.", "Name"])


@pytest.mark.parametrize(
    ("text", "mended"), [("26\n", "00026\n"), ("00026\n00099\n", "00026\n?00099\n"), ("1;00026\n", "00026;1\n")]
)
def test_70_an_entry_of_a_list_that_matches_nobody_stops_and_a_list_as_the_exports_have_it_is_taken(text, mended):
    with pytest.raises(Fault, match="match no customer in dim_customer.*Write the numbers as the exports have them"):
        objecting(text)
    assert objecting(mended).keys == [1]


@pytest.mark.parametrize("text", ["Kunden-Nr.;Name\n00026;x\n", '="00026"\n', "\ufeff00026\t\n"])
def test_71_headers_semicolons_and_wrapped_numbers_of_a_list_are_read(text):
    assert objecting(text.removeprefix("\ufeff")).keys == [1]


def run_with(folder: Path, *names: str) -> declared.Undeclared:
    """What is undeclared in a run with these files, whose one rule makes bronze of new.csv."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    templates = (declared.Template("bronze/data/{file}", "_meta/logs/bronze_file/{file}.log", "file"),)
    return declared.undeclared(folder, declared.Declared(frozenset({"bronze/data/new.csv"}), templates))


def test_75_what_was_made_of_a_raw_file_that_is_gone_is_removed_from_the_run(tmp_path):
    found = run_with(tmp_path, "bronze/data/new.csv", "bronze/data/old.csv", "_meta/logs/bronze_file/old.csv.log")
    assert (found.left_over, found.foreign) == (["bronze/data/old.csv"], [])
    declared.remove(tmp_path, found.left_over)
    assert run_with(tmp_path) == ([], []) and (tmp_path / "bronze/data/new.csv").exists()


def test_76_a_file_that_somebody_put_into_the_run_is_foreign_until_it_is_moved_out(tmp_path):
    assert run_with(tmp_path, "bronze/data/new.csv", "reports/mine.txt").foreign == ["reports/mine.txt"]
    (tmp_path / "reports/mine.txt").rename(tmp_path.parent / "mine.txt")
    assert run_with(tmp_path).foreign == []


def bound(mart: str, old: str, new: str) -> list[str]:
    """What a plan says of the bike retailer if the SQL of a mart is changed."""
    stated = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))
    folder = str(ROOT / "config/bike_retailer")
    company, faults = settings.load(settings.prepared({**stated, "company": folder}), ROOT)
    assert company is not None and faults == []
    sql = company.queries[mart].text.replace(old, new)
    return list(binding.faults(replace(company, queries={**company.queries, mart: Query("x.sql", sql)})))


def test_77_a_column_that_no_contract_has_is_named_by_the_plan_with_the_spelling_that_is_taken():
    (fault,) = bound("dim_customer", "erp.BDATE AS", "erp.BDATUM AS")
    assert "silver.erp_customers has no column BDATUM; it may be BDATE. Correct the SQL" in fault
    (fault,) = bound("dim_customer", "crm.cst_key AS", "crm.cst_kez AS")  # of a part of the query
    assert "crm has no column cst_kez; it may be cst_key. Correct the SQL" in fault
    assert bound("dim_customer", "crm.cst_kez AS", "crm.cst_key AS") == []


def test_77_a_column_of_the_star_that_the_sql_does_not_give_is_named_by_the_plan():
    (fault,) = bound("dim_customer", "BY customer_number) AS customer_key", "BY customer_number) AS customer_kay")
    assert "the SQL gives no column customer_key; it may be customer_kay. Select it in dim_customer.sql" in fault


def test_78_names_that_a_database_takes_for_one_are_found_until_one_is_renamed():
    assert list(mart_faults.told_by_case(["category", "Category", "id"])) == ["category and Category"]
    assert list(mart_faults.told_by_case(["category", "category_2", "id"])) == []


def classes() -> dict[int, set[str]]:
    """Number -> the classes that tests hold it to."""
    found = {number: set(letters) for number, letters in OTHERS.items()}
    for letter, cases in (("OK", ACCEPTED), ("R", REPAIRED), ("Q", QUARANTINED), ("E", REFUSED)):
        for case in cases:
            found.setdefault(int(case.name.split()[0]), set()).add(letter)
    return found


@pytest.mark.parametrize("shape", ["one product", "one customer"])
def test_103_a_small_company_gets_an_exposé_that_makes_sense(tmp_path, shape):
    test_small_companies.test_every_shape_gets_an_exposé_that_makes_sense(tmp_path, shape)


def test_104_without_revenue_the_first_message_says_why_there_are_no_key_figures(tmp_path):
    shape = "everything returned"
    test_small_companies.test_the_first_message_tells_the_revenue_or_why_it_does_not(tmp_path, shape, "hidden_this")


def test_105_customers_whom_nobody_knows_are_in_no_cohort_and_no_segment(tmp_path):
    rows = test_small_companies.SHAPES["all customers unknown"]()
    pages = test_small_companies.small_run(tmp_path, rows).numbers()["pages"]
    assert (pages["customers"]["absent"], pages["segments"]["method"]) == (
        {"say": "customers_absent"}, {"say": "no_segments_few", "figures": {"minimum": "no_segments.minimum"}},
    )  # fmt: skip


def test_106_what_rests_on_an_assumption_is_counted_and_above_the_budget_refused():
    flag = {"type": "boolean", "doubts": ["cost"], "why": {"en": "the cost is guessed", "de": "geschätzt"}}
    columns = {"number": {"type": "integer"}, "cost": {"type": "integer"}, "is_guessed": flag}
    mart = Mart.of("facts", {"title": "F", "grain": "one row a line", "key": ["number"], "columns": columns})
    frame = pl.LazyFrame({"number": [1, 2, 3], "cost": [5, None, 7], "is_guessed": [True, True, False]})
    (entry,) = proofs.check_rows(frame.select(proofs.counters(mart)).collect().row(0, named=True), mart, {})[
        "assumptions"
    ]
    assert (entry["code"], entry["records"], entry["of"]) == ("flag", 1, 3)
    with pytest.raises(Fault, match="1 of 3 rows rest on an assumption"):
        budgets.check_flags(mart, [entry], 0.3)


def test_every_number_has_a_test():
    assert sorted(classes()) == sorted(map(int, re.findall(r"^\| (\d+) \|", DOCUMENT.read_text("utf-8"), re.M)))
    for number in OTHERS:
        assert any(name.startswith(f"test_{number:02}_") for name in globals()), number


def test_the_document_states_the_classes_that_are_tested():
    found = re.findall(
        r"^\| (\d+) \| .+ \| ([A-Z]+(?:, [A-Z]+)*) \| .+ \|$", DOCUMENT.read_text(encoding="utf-8"), re.M
    )
    assert {int(number): set(letters.split(", ")) for number, letters in found} == classes()
    assert len(found) == len(classes())


def types_of(*lines: tuple[str, int, int, str]) -> list[str]:
    """Document types of lines of one day: number, product, pieces, amount."""
    names = ["order_number", "product_key", "quantity", "sales_amount"]
    frame = pl.DataFrame(lines, schema=names, orient="row").with_columns(pl.col("sales_amount").cast(pl.Decimal(38, 2)))
    return documents.with_types(frame.with_columns(order_date=date(2024, 3, 1)))["document_type"].to_list()


def test_107_a_credit_note_is_no_order_and_a_free_line_of_it_neither():
    found = types_of(("A", 1, 1, "10.00"), ("G", 1, -1, "-10.00"), ("G", 2, 1, "0.00"))
    assert found == ["order", "credit_note", "text"]


def test_108_a_voucher_in_an_order_is_a_discount_and_no_return():
    assert types_of(("A", 1, 1, "10.00"), ("A", 9, 1, "-2.00")) == ["order", "discount"]


@pytest.mark.parametrize(("stated", "complete"), [("newest", "true"), ("2025-01-02", "true")])
def test_109_a_month_is_complete_without_orders_on_days_off_at_its_edges(tmp_path, stated, complete):
    days = [date(2023, 1, 2) + timedelta(days=step) for step in range(729)]
    days = [day for day in days if (day.month, day.day) not in ((1, 1), (12, 31))]
    (tmp_path / "facts.csv").write_text("order_date\n" + "".join(f"{day}\n" for day in days), "utf-8")
    gold_calendar.main(
        facts=str(tmp_path / "facts.csv"), columns=(tables.ColumnType("order_date", "date"),),
        calendar=Calendar("DE"), analysis_date=stated, analysis=str(tmp_path / "a.json"), months=str(tmp_path / "m.csv"),
    )  # fmt: skip
    assert (tmp_path / "m.csv").read_text("utf-8").count(complete) == 24


def test_110_amounts_that_become_cents_are_told_with_month_lines_and_amount():
    rows = [
        (key, date(2024, month, 5), 1, f"{key * (100 if month == 6 else 1)}.00")
        for key in range(1, 6)
        for month in range(1, 7)
    ]
    lines = pl.DataFrame(rows, schema=["product_key", "order_date", "quantity", "sales_amount"], orient="row")
    lines = lines.with_columns(pl.col("sales_amount").cast(pl.Decimal(38, 2)))
    [one] = price_levels.entries([price_levels.totals(lines.lazy())])
    assert (one["why"]["en"][:7], one["records"], one["of"], one["money"]) == (
        "2024-06",
        5,
        30,
        {"sales_amount": "1500.00"},
    )


def test_111_an_amount_that_is_not_pieces_times_price_and_pieces_below_zero_are_told():
    rows = [*[(2, "5.00", "10.00")] * 10, (2, "5.00", "11.90"), (-1, "5.00", "-5.00"), (-1, "5.00", "5.00")]
    frame = pl.DataFrame(rows, schema=["quantity", "unit_price", "sales_amount"], orient="row")
    lines = frame.lazy().with_columns(
        pl.lit(1).alias("product_key"), pl.col("unit_price", "sales_amount").cast(pl.Decimal(38, 2))
    )
    found = line_amounts.entries([line_amounts.totals(lines)])
    assert [(one["code"], one["records"], one["money"]["sales_amount"]) for one in found] == [
        ("not_pieces_times_price", 2, "16.90"), ("opposite_signs", 1, "5.00"),
    ]  # fmt: skip


def year_of_lines(
    day=lambda step: date(2024, 1, 1) + timedelta(step), price=lambda step: "10.00", key=lambda step: step % 9 + 1
):
    """A line a day of a year, of nine customers and products in turn; functions of the day change it."""
    rows = [(f"A{step:03}", key(step), key(step), day(step), 1, price(step)) for step in range(360)]
    names = ["order_number", "customer_key", "product_key", "order_date", "quantity", "sales_amount"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(pl.col("sales_amount").cast(pl.Decimal(38, 2)))


def told_of(check, lines) -> list[tuple[str, int, str | None]]:
    """(code, records, revenue) of what a check of order lines tells; of lines that nothing changed it tells nothing."""
    assert check.entries([check.totals(year_of_lines().lazy())]) == []
    found = check.entries([check.totals(lines.lazy())])
    return [(one["code"], one["records"], one["money"].get("sales_amount")) for one in found]


def test_112_a_price_of_another_size_than_its_product_has_is_told():
    lines = year_of_lines(price=lambda step: "1000.00" if step == 90 else "10.00")
    assert told_of(price_levels, lines) == [("odd_prices", 1, "1000.00")]


def test_113_an_export_that_came_in_twice_with_other_numbers_is_told():
    again = year_of_lines().with_columns(pl.col("order_number") + "B")
    assert told_of(repeated_orders, pl.concat([year_of_lines(), again])) == [("repeated_orders", 360, "3600.00")]


def test_114_numbers_that_all_change_on_one_day_are_told():
    codes = [
        code for code, *amounts in told_of(renumbered, year_of_lines(key=lambda step: step % 9 + step // 180 * 50))
    ]
    assert codes == ["renumbered_customers", "renumbered_products"]


def test_115_days_that_are_all_the_first_of_a_month_are_told():
    lines = year_of_lines(day=lambda step: date(2024, step // 30 + 1, 1))
    assert told_of(order_days, lines) == [("edge_days", 360, "3600.00")]


def test_116_a_hole_in_the_midst_of_the_data_is_told():
    lines = year_of_lines(day=lambda step: date(2024, 1, 1) + timedelta(step + 30 * (step > 99)))
    assert told_of(order_days, lines) == [("silent_days", 30, None)]


def test_117_a_line_of_the_total_in_each_order_is_told():
    three = [("10.00", 1), ("20.00", 2), ("30.00", 3)]
    rows = [(f"A{order}", date(2024, 1, 1), product, amount) for order in range(10) for amount, product in three]
    lines = pl.LazyFrame(rows, schema=["order_number", "order_date", "product_key", "sales_amount"], orient="row")
    lines = lines.with_columns(pl.col("sales_amount").cast(pl.Decimal(38, 2)))
    [one] = sum_lines.entries([sum_lines.totals(lines)])
    assert (one["code"], one["records"], one["money"]) == ("sum_lines", 10, {"sales_amount": "300.00"})


def test_118_a_cost_of_nothing_beyond_its_amount_or_of_one_piece_is_told():
    rows = [(p, n, 10 * p * n, 6 * p) for p in (1, 2, 3) for n in (1, 2) for _ in range(3)] + [
        (1, 1, 10, 0),
        (1, 1, 10, 600),
    ]
    lines = pl.LazyFrame(rows, schema=["product_key", "quantity", "sales_amount", "cost_amount"], orient="row")
    found = line_amounts.entries([line_amounts.totals(lines.filter(pl.col("cost_amount") < 600))])
    assert [(one["code"], one["records"]) for one in found] == [("cost_of_nothing", 1), ("cost_of_a_piece", 9)]
    assert "cost_beyond_amount" in [one["code"] for one in line_amounts.entries([line_amounts.totals(lines)])]


def test_119_a_channel_that_is_missing_from_a_day_on_is_told():
    lines = year_of_lines().with_columns(
        channel=pl.when(pl.col("order_number") < "A250", pl.col("customer_key") < 4)
        .then(pl.lit("shop"))
        .otherwise(pl.lit("web"))
    )
    [one] = stopped_parts.entries([stopped_parts.totals(lines.lazy())], None)
    assert (one["records"], one["why"]["en"], one["money"]) == (84, "channel, 2024-09", {"sales_amount": "840.00"})


def test_120_a_rate_of_another_size_is_told():
    lines = year_of_lines().with_columns(currency=pl.lit("JPY"), amount_in_currency=pl.lit(1600))
    [one] = exchange_rates.entries(
        [
            exchange_rates.totals(
                lines.with_columns(
                    amount_in_currency=pl.when(pl.col("order_number") == "A007").then(16).otherwise(1600)
                ).lazy()
            )
        ]
    )
    assert (one["code"], one["records"], one["money"]) == ("odd_rates", 1, {"sales_amount": "10.00"})
    assert exchange_rates.entries([exchange_rates.totals(lines.lazy())]) == []


def test_121_a_share_among_percent_is_told(tmp_path):
    discount = column("discount", "number", decimals=2, unit="percent", role="discount_share")
    done = one_table.clean(tmp_path, contract(column("id"), discount), "id,discount\n1,10\n2,0.10\n3,0\n")
    assert [(one["warning"], one["cells"]) for one in done.summary["warnings"]] == [("discount_unit", 1)]


def test_122_a_number_that_was_given_to_another_product_is_told(tmp_path):
    number, name = column("nr", role="product_number"), column("name", role="product_name")
    rows = ["1,A,Table", "2,A,Table", "3,A,Bench", "4,B,Cup", "5,B,Cup", "6,C,Tea", "7,C,Tea"]
    done = one_table.clean(tmp_path, contract(column("id"), number, name), "\n".join(["id,nr,name", *rows, ""]))
    assert [(one["warning"], one["cells"]) for one in done.summary["warnings"]] == [("reused_numbers", 1)]
