"""The project's six tables as bases for pollution: their first records as they stand in the files, and ways to spoil one.

A reading is what a file truly says: its records in order, each the cells of the contract's fields, or None for a record
that nobody can read for certain and that must not reach silver.
"""

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
CANARY = "Zyxwv-Canary"
RECORDS = 150
SEED = 42
SOURCES = {  # table -> file, delimiter, encoding, record end of the sample
    "crm_customers": ("source_crm/cust_info.csv", ",", "utf-8", "\n"),
    "crm_products": ("source_crm/prd_info.csv", ",", "utf-8", "\n"),
    "crm_sales": ("source_crm/sales_details.csv", ",", "utf-8", "\n"),
    "erp_customers": ("source_erp/CUST_AZ12.csv", ";", "cp1252", "\r\n"),
    "erp_locations": ("source_erp/LOC_A101.csv", ";", "cp1252", "\r\n"),
    "erp_categories": ("source_erp/PX_CAT_G1V2.csv", ";", "cp1252", "\r\n"),
}
FREE_TEXT = {  # a column of each table that takes any text
    "crm_customers": "cst_lastname",
    "crm_products": "prd_nm",
    "crm_sales": "sls_prd_key",
    "erp_customers": "GEN",
    "erp_locations": "CNTRY",
    "erp_categories": "SUBCAT",
}
Cells = list[str]
Reading = list[Cells | None]
Made = Iterator[tuple]  # (name, raw, reading or list of readings[, has_place])


@dataclass(frozen=True)
class Base:
    """The first records of a table of the sample, as they stand in its file."""

    table: str
    contract: dict[str, Any] = field(repr=False)
    header: Cells
    rows: list[Cells] = field(repr=False)
    delimiter: str
    encoding: str
    end: str

    @property
    def lines(self) -> list[str]:
        """The header line and the lines of the records, without their ends."""
        return [self.delimiter.join(cells) for cells in (self.header, *self.rows)]

    @property
    def column(self) -> int:
        """Position of the column that takes any text."""
        return self.header.index(FREE_TEXT[self.table])

    @property
    def places(self) -> list[int]:
        """Three records: the first, one in the middle, the last."""
        return [0, random.Random(f"{SEED} {self.table}").randrange(2, len(self.rows) - 4), len(self.rows) - 1]


@cache
def base(table: str) -> Base:
    """The first records of a table."""
    file, delimiter, encoding, end = SOURCES[table]
    with open(ROOT / "raw" / file, encoding=encoding, newline="") as stream:
        header, *rows = list(csv.reader(stream, delimiter=delimiter))[: RECORDS + 1]
    contract = yaml.safe_load((ROOT / f"config/bike_retailer/contracts/{table}.yaml").read_text(encoding="utf-8"))
    return Base(table, contract, header, rows, delimiter, encoding, end)


def written(
    b: Base, lines: Sequence[str | bytes], end: str | None = None, last: bool = True, encoding: str = ""
) -> bytes:
    """Lines as a file: in the encoding and with the record end of the table, unless others are given."""
    encoding, end = encoding or b.encoding, b.end if end is None else end
    coded = [line if isinstance(line, bytes) else line.encode(encoding) for line in lines]
    mark = end.encode(encoding)
    return mark.join(coded) + (mark if last else b"")


def with_record(b: Base, at: int, line: str | bytes, cells: Cells | None) -> tuple[bytes, Reading]:
    """The file with another line for record `at` (from 0), which truly says `cells`."""
    lines: list[str | bytes] = list(b.lines)
    lines[at + 1] = line
    return written(b, lines), [*b.rows[:at], cells, *b.rows[at + 1 :]]


def with_cell(b: Base, at: int, column: int, text: str, truth: str | None) -> tuple[bytes, Reading]:
    """The file with `text` in one cell as it stands between delimiters; `truth`: what it says, None = unreadable."""
    cells = b.rows[at]
    put = lambda value: [*cells[:column], value, *cells[column + 1 :]]  # noqa: E731
    return with_record(b, at, b.delimiter.join(put(text)), None if truth is None else put(truth))


def is_codable(b: Base, encoding: str) -> bool:
    """Whether an encoding has all letters of the table."""
    try:
        "".join(b.lines).encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def quoted(text: str) -> str:
    """A cell in quotes, quotes inside doubled."""
    return '"' + text.replace('"', '""') + '"'
