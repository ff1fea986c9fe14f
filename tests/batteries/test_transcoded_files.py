"""A table is the same in whatever dialect its file is written: the same records give the same bytes in silver."""

import csv
import io
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import one_table
import pytest
import yaml
from conftest import REAL, ROOT

pytestmark = pytest.mark.slow

FILES = {
    "crm_customers": "source_crm/cust_info.csv",
    "crm_products": "source_crm/prd_info.csv",
    "crm_sales": "source_crm/sales_details.csv",
    "erp_customers": "source_erp/CUST_AZ12.csv",
    "erp_locations": "source_erp/LOC_A101.csv",
    "erp_categories": "source_erp/PX_CAT_G1V2.csv",
}
PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]{1,2})?")
RECORDS = 5_000  # of a file, spread over it; one is taken whole, over several blocks of each reader
WHOLE = (ROOT / "raw", "crm_sales")
ENGLISH_TO_GERMAN = str.maketrans(",.", ".,")


@dataclass(frozen=True)
class How:
    """A way to write a table. `stated`: what the contract then says under dialect; `numbers`, `dates`: how to spell."""

    name: str
    encoding: str = "utf-8"
    mark: bytes = b""
    end: str = "\n"
    above: str = ""
    below: str = ""
    is_reordered: bool = False
    is_trailing: bool = False
    has_blank_lines: bool = False
    numbers: str = ""
    dates: str = ""
    writer: dict[str, Any] = field(default_factory=dict)
    stated: dict[str, Any] = field(default_factory=dict)


GERMAN = {"delimiter": ";"}
DIALECTS = [
    How("UTF-8 with a mark", mark=b"\xef\xbb\xbf"),
    How("UTF-16 LE", "utf-16-le", b"\xff\xfe", end="\r\n"),
    How("UTF-16 BE, tab", "utf-16-be", b"\xfe\xff", writer={"delimiter": "\t"}),
    How("cp1252, semicolon, CR LF", "cp1252", end="\r\n", writer=GERMAN),
    How("pipe, CR", end="\r", writer={"delimiter": "|"}),
    How("everything in quotes", writer={"quoting": csv.QUOTE_ALL}),
    How("single quotes", writer={"quoting": csv.QUOTE_ALL, "quotechar": "'"}, stated={"quoteChar": "'"}),
    How("backslash escapes", writer={"quoting": csv.QUOTE_ALL, "doublequote": False, "escapechar": "\\"},
        stated={"doubleQuote": False, "escapeChar": "\\"}),
    How("decimal comma", numbers="German", writer=GERMAN),
    How("decimal comma in a file with commas", numbers="German"),
    How("blanks in groups", numbers="blank", writer=GERMAN, stated={"decimalChar": ",", "groupChar": " "}),
    How("sep= line", above="sep=;", end="\r\n", writer=GERMAN),
    How("delimiter at the end of every line", is_trailing=True),
    How("columns in another order, header padded in upper case", is_reordered=True, writer=GERMAN),
    How("blank lines", has_blank_lines=True),
    How("ISO dates", dates="%Y-%m-%d"),
    How("German dates", dates="%d.%m.%Y", end="\r\n", writer=GERMAN),
    How("preamble and footer", above="Report\n\nof today", below="2 files\nEnd",
        stated={"skipLines": 3, "skipFooterLines": 2}),
    How("Ctrl-Z at the end", below="\x1a"),
]  # fmt: skip
OF_SAMPLE = {"UTF-16 BE, tab", "pipe, CR", "single quotes", "decimal comma", "sep= line", "preamble and footer",
             "columns in another order, header padded in upper case", "German dates"}  # fmt: skip


def contract_of(table: str) -> dict[str, Any]:
    """The contract of a table, under the name that the helper expects."""
    contract = yaml.safe_load((ROOT / f"config/bike_retailer/contracts/{table}.yaml").read_text(encoding="utf-8"))
    return {**contract, "name": "people"}


@cache
def content_of(raw: Path, table: str) -> bytes:
    """A raw file, or every n-th of its records."""
    header, *lines = (raw / FILES[table]).read_bytes().splitlines(keepends=True)
    step = 1 if (raw, table) == WHOLE else -(-len(lines) // RECORDS)
    return b"".join([header, *lines[::step]])


@cache
def records(raw: Path, table: str) -> list[list[str]]:
    """Header and records of a raw file, as they are written."""
    text = content_of(raw, table).decode("cp1252" if raw == ROOT / "raw" and table.startswith("erp") else "utf-8")
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def number(cell: str, spelling: str) -> str:
    """A plain number with groups and decimal comma; any other cell as it is."""
    if not spelling or not PLAIN_NUMBER.fullmatch(cell):
        return cell
    german = f"{Decimal(cell):,.2f}".translate(ENGLISH_TO_GERMAN)
    return german if spelling == "German" else german.replace(".", "\u00a0")


def day(cell: str, formats: list[str], target: str) -> str:
    """A day in another format; any other cell as it is."""
    for form in formats:
        try:
            read = datetime.strptime(cell, form)
        except ValueError:
            continue
        if read.strftime(form) == cell:
            return read.strftime(target)
    return cell


def respelled(rows: list[list[str]], contract: dict[str, Any], how: How) -> Iterator[list[str]]:
    """The records with numbers and days as the dialect spells them."""
    fields = {f["name"]: f for f in contract["fields"]}
    kinds = [fields[name]["type"] for name in rows[0]]
    stated = [fields[name].get("format", "%Y-%m-%d") for name in rows[0]]
    formats = [[form] if isinstance(form, str) else form for form in stated]
    for row in rows[1:]:
        yield [
            number(cell, how.numbers)
            if kind == "number"
            else day(cell, forms, how.dates)
            if kind == "date" and how.dates
            else cell
            for cell, kind, forms in zip(row, kinds, formats, strict=True)
        ]


def written(rows: list[list[str]], contract: dict[str, Any], how: How) -> bytes:
    """The file of a table in a dialect."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", **how.writer)
    order = slice(None, None, -1) if how.is_reordered else slice(None)
    header = [f"  {name.upper()} " for name in rows[0]] if how.is_reordered else rows[0]
    for cells in (header, *respelled(rows, contract, how)):
        writer.writerow([*cells[order], *[""] * how.is_trailing])
    lines = text.getvalue().splitlines()
    if how.has_blank_lines:
        lines = [part for n, line in enumerate(lines) for part in ([line, ""] if n % 7 == 0 else [line])]
    above, below = (part.split("\n") if part else [] for part in (how.above, how.below))
    content = how.end.join([*above, *lines, *below, ""]).removesuffix(how.end if how.below == "\x1a" else "")
    return how.mark + content.encode(how.encoding)


def restated(contract: dict[str, Any], how: How) -> dict[str, Any]:
    """The contract as it is for files in this dialect."""
    fields = [{**f, "format": how.dates} if f["type"] == "date" and how.dates else f for f in contract["fields"]]
    order = {"dayFirst": True} if how.dates.startswith("%d") else {}  # days such as 01.07.2003 do not tell it
    return {**contract, **order, "fields": fields, "dialect": {**contract.get("dialect", {}), **how.stated}}


def silver(contract: dict[str, Any], raw: bytes) -> tuple[str, list[tuple[int, str]], dict[str, Any]]:
    """(silver table, quarantine, money) of a file."""
    with tempfile.TemporaryDirectory(prefix="dialect") as folder:
        found = one_table.clean(Path(folder), contract, raw)
        return found.table, found.quarantine, found.summary["money"]


@cache
def expected(raw: Path, table: str) -> tuple[str, list[tuple[int, str]], dict[str, Any]]:
    """The same of the file as it is."""
    found = silver(contract_of(table), content_of(raw, table))
    assert len(found[0].splitlines()) > 30
    return found


def compare(raw: Path, table: str, how: How) -> None:
    """Fails unless the table in this dialect gives the same silver, quarantine and money."""
    contract, rows = contract_of(table), records(raw, table)
    content = written(rows, contract, how)
    assert content != content_of(raw, table)
    found, wanted = silver(restated(contract, how), content), expected(raw, table)
    assert found[1:] == wanted[1:]
    assert found[0] == wanted[0], "the silver tables differ"


@pytest.mark.real
@pytest.mark.parametrize("table", FILES)
@pytest.mark.parametrize("how", DIALECTS, ids=lambda how: how.name)
def test_a_file_of_the_bike_retailer_gives_the_same_silver_table_in_any_dialect(how, table):
    if not REAL.is_dir():
        pytest.skip("the bike-retailer data are not beside the project")
    compare(REAL, table, how)


@pytest.mark.parametrize("table", FILES)
@pytest.mark.parametrize("how", [how for how in DIALECTS if how.name in OF_SAMPLE], ids=lambda how: how.name)
def test_a_file_of_the_sample_gives_the_same_silver_table_in_any_dialect(how, table):
    compare(ROOT / "raw", table, how)


def test_a_lost_record_would_be_seen():
    rows = records(ROOT / "raw", "erp_categories")
    content = written([*rows[:5], *rows[6:]], contract_of("erp_categories"), DIALECTS[0])
    assert silver(contract_of("erp_categories"), content)[0] != expected(ROOT / "raw", "erp_categories")[0]
