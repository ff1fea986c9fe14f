"""A sheet of a workbook as the text of a CSV file, which every later step reads as it reads any other export.

Line n of the text is row n of the sheet, so a message that names a line names the row. Values are written in one way,
whatever the display of the sheet or the language of the machine:

- a text as it stands, with its zeros in front and its blanks;
- a number with the fifteen digits that a spreadsheet keeps, without a group sign and without ".0"; one of more digits
  in scientific notation, so that the check for lost digits sees it;
- a number whose format shows zeros in front (00000, "D-"00000) with these zeros, and no other sign of the format;
- a day as 2024-01-31; in a column with a time of day anywhere, each of its days as 2024-01-31T00:00:00;
- a truth value as true or false; an error as its sign (#N/A), which counts as a missing value.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from elt.bronze import workbooks
from elt.bronze.headers import name_of
from elt.bronze.workbooks import Sheet
from elt.faults import Fault
from elt.files import scratch, write_rows
from elt.run.contract import Contract
from elt.run.dialect import StatedDialect

MOST_DIGITS = 15  # that a spreadsheet keeps of a number
GROUP = 3  # decimals that may also be a group of thousands
WHY = "written from the sheet"
ALL_ROWS = 1 << 30
SEARCHED_ROWS = 100  # in which a header is looked for
HIDDEN_SHEET = "taken from a hidden sheet"
HIDDEN_ROWS, HIDDEN_COLUMN = "hidden rows taken", "a hidden column taken"


@dataclass(frozen=True)
class NumberStyle:
    """How the numbers of a column are written: decimal mark; whether three decimals get a fourth.

    `1.250` could be read as thousands, `1.2500` cannot.
    """

    mark: str = "."
    is_certain: bool = False


def number_text(value: float, style: NumberStyle) -> str:
    """A number as it is written."""
    if value == 0:
        return "0"
    text = format(value, f".{MOST_DIGITS}g")
    if abs(value) >= 10**MOST_DIGITS:
        return format(Decimal(text), f".{MOST_DIGITS - 1}E")
    text = format(Decimal(text), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    whole, _, decimals = text.partition(".")
    if not decimals:
        return whole
    return f"{whole}{style.mark}{decimals}{'0' if style.is_certain and len(decimals) == GROUP else ''}"


def cell_text(value: Any, style: NumberStyle, *, has_times: bool) -> str:
    """A value as it is written; `has_times`: whether its column has times of day."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value, style)
    if isinstance(value, datetime | time):
        return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00" if has_times else value.isoformat()
    return duration_text(value)


def duration_text(value: timedelta) -> str:
    """A time span as hours, minutes and seconds."""
    seconds = round(value.total_seconds())
    sign, seconds = "-" if seconds < 0 else "", abs(seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@dataclass(frozen=True)
class Extent:
    """Where the cells of a sheet are: the last row, first and last column (from 0), and the columns with times."""

    last_row: int
    first: int
    last: int
    timed: frozenset[int]


def extent_of(sheet: Sheet) -> Extent:
    """The part of a sheet that holds anything."""
    last_row, first, last, timed = -1, 1 << 20, -1, set[int]()
    for number, row in enumerate(sheet.rows()):
        filled = [at for at, value in enumerate(row) if value != "" or (number, at) in sheet.facts.errors]
        if filled:
            last_row, first, last = number, min(first, filled[0]), max(last, filled[-1])
            timed.update(at for at in filled if isinstance(row[at], datetime))
    return Extent(last_row, first, last, frozenset(timed))


@dataclass(frozen=True)
class NumberColumns:
    """Which columns hold numbers: by name, as a header is compared, or by position (from 0). None: any may."""

    names: frozenset[str]
    positions: frozenset[int]

    @classmethod
    def of(cls, contract: Contract) -> "NumberColumns":
        """Those of a contract."""
        fields = [field for field in contract.fields if field.type == "number" and field.compute is None]
        names = frozenset(name_of(field.name) for field in fields if field.position is None)
        return cls(names, frozenset(field.position - 1 for field in fields if field.position is not None))


def filled(texts: Sequence[str]) -> list[str]:
    """A row that is no record, without the empty cells at its end."""
    width = max((at for at, text in enumerate(texts, 1) if text), default=0)
    return list(texts[:width])


class SheetText:
    """The rows of a sheet as texts; raises Fault for what no table may have."""

    def __init__(self, sheet: Sheet, where: str, contract: Contract, numbers: NumberColumns | None) -> None:
        """`numbers`: None if it is not known which columns hold numbers."""
        self.sheet, self.where, self.dialect = sheet, where, contract.dialect
        self.extent, self.numbers = extent_of(sheet), numbers
        if self.extent.last < 0:
            raise Fault(where, "has no cells", "Correct sheet: in the contract, or export the table again")
        self.header: list[str] = []
        self.header_row = self.dialect.skip_lines
        self.last_record = self.extent.last_row - self.dialect.skip_footer_lines
        self.styles = [NumberStyle()] * (self.extent.last + 1)
        self.check()

    def check(self) -> None:
        """Raises Fault for merged cells and for formulas without a value in the table."""
        facts, extent = self.sheet.facts, self.extent
        for (first, left), (last, right) in sorted(facts.merged):
            inside = last >= self.header_row and first <= self.last_record
            if inside and right >= extent.first and left <= extent.last:
                remedy = "Undo the merging in the spreadsheet and fill each cell, or export the table as CSV"
                problem = "has merged cells, so that it is open to which records their value belongs"
                raise Fault(f"{self.where}, line {max(first, self.header_row) + 1}", problem, remedy)
        empty = [row for row, at in facts.empty_formulas if extent.first <= at <= extent.last]
        if empty:
            problem = f"has formulas without a computed value ({len(empty)} cells)"
            remedy = "Open it in a spreadsheet program, so that they are computed, and save it again"
            raise Fault(f"{self.where}, line {min(empty) + 1}", problem, remedy)

    def rows(self) -> Iterator[list[str]]:
        """The rows as texts, from the first row of the sheet to the last one that is filled."""
        for number, row in enumerate(self.sheet.rows()):
            if number > self.extent.last_row:
                return
            texts = [self.text(number, at, row[at]) for at in range(self.extent.first, self.extent.last + 1)]
            if number == self.header_row:
                texts = [" ".join(text.split()) for text in texts]  # a name on two lines is one
                self.take_header(texts)
            yield texts if self.header_row <= number <= self.last_record and any(texts) else filled(texts)

    def take_header(self, texts: Sequence[str]) -> None:
        """Note the names of the columns, and how each writes its numbers."""
        self.header = [name_of(text) for text in texts]
        mark = "," if self.dialect.decimal_char == "," else "."
        known = self.numbers
        is_number = [
            known is None or name in known.names or at in known.positions for at, name in enumerate(self.header)
        ]
        found = [NumberStyle(mark if number else ".", number) for number in is_number]
        self.styles = [NumberStyle()] * self.extent.first + found

    def text(self, row: int, column: int, value: Any) -> str:
        """One cell as text."""
        facts = self.sheet.facts
        if (row, column) in facts.errors:
            return facts.errors[row, column]
        value = facts.spans.get((row, column), value)
        text = cell_text(value, self.styles[column], has_times=column in self.extent.timed)
        digits = facts.digits.get((row, column), 0)
        return text.zfill(digits) if digits and text.isdecimal() else text

    def warnings(self) -> list[dict[str, Any]]:
        """What is taken although the sheet hides it, for the metadata; complete after `rows`."""
        facts = self.sheet.facts
        records = max(self.last_record - self.header_row, 0)
        hidden = sum(self.header_row < row <= self.last_record for row in facts.hidden_rows)
        found = [{"rule": HIDDEN_SHEET, "records": records}] if self.sheet.is_hidden else []
        found += [{"rule": HIDDEN_ROWS, "records": hidden}] if hidden else []
        for at, name in enumerate(self.header, self.extent.first):
            if facts.is_hidden(at):
                found.append({"rule": HIDDEN_COLUMN, "column": name, "records": records})
        return found


def header_row(source: Path, where: str, name: str) -> int:
    """The row (from 0) of a sheet that is likely its header: the first with at least half as many cells as any has.

    A row with cells merged side by side is a title, or groups the columns named below it.
    """
    sheet = workbooks.sheet_of(source, where, name)
    open_ended = Contract("", "", "", (), (), sheet=name, dialect=StatedDialect(skip_lines=ALL_ROWS))
    rows = islice(SheetText(sheet, where, open_ended, None).rows(), SEARCHED_ROWS)
    counts = [sum(map(bool, row)) for row in rows]
    titles = {first for (first, _), (last, _) in sheet.facts.merged if first == last}
    full = [at for at, count in enumerate(counts) if count and 2 * count >= max(counts)]
    return next((at for at in full if at not in titles), full[0])


def write(source: Path, target: Path, where: str, contract: Contract, *, is_typed: bool = True) -> list[dict[str, Any]]:
    """Write the sheet of a contract as text; what of it the workbook hides. Raises Fault.

    `is_typed`: whether the contract knows which fields are numbers; a draft does not.
    """
    sheet = workbooks.sheet_of(source, where, contract.sheet or "")
    text = SheetText(sheet, where, contract, NumberColumns.of(contract) if is_typed else None)
    rows = text.rows()
    write_rows(target, next(rows), rows)
    return text.warnings()


def as_read(contract: Contract) -> Contract:
    """The contract of a sheet as its text is read: how it is written is known; the rest is as it was stated."""
    stated = contract.dialect
    known = StatedDialect(
        delimiter=",",
        encoding="utf-8",
        decimal_char=stated.decimal_char,
        group_char=stated.group_char,
        quote_char='"',
        skip_lines=stated.skip_lines,
        skip_footer_lines=stated.skip_footer_lines,
    )
    return replace(contract, dialect=known)


@contextmanager
def readable(source: Path, where: str, contract: Contract, beside: Path) -> Iterator[tuple[Path, Contract]]:
    """(the file that is read for a raw file, the contract by which): of a sheet its text, beside a protected path."""
    if contract.sheet is None:
        yield source, contract
        return
    with scratch(beside) as folder:
        text = folder / "sheet.csv"
        write(source, text, where, contract)
        yield text, as_read(contract)
