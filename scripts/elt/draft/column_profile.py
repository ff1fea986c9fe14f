"""What the columns of a table hold, from a few passes in bounded memory.

In memory are one batch of records, counters, and at most one 64-bit hash a distinct value of the columns at hand.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import polars as pl

from elt.draft import personal_hints
from elt.run import date_formats
from elt.run.date_formats import FORMATS
from elt.silver import conventions, dates
from elt.silver.spreadsheets import SCIENTIFIC, mended
from elt.silver.trimming import normalised

BATCH = 250_000  # records
FOLLOWED_VALUES = 200  # distinct values up to which they are counted, before a column is no code list
LONGEST_INTEGER = 15  # digits; a longer one is a name of something, not a number
MOST_STAMPS = 0.5  # share of the cells with a time of day, from which on a column holds points in time
MOST_DECIMALS = 8  # that a contract may state
MONTH = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"  # as Polars reads it
NAMED_DAY = rf"^\d{{1,2}}[ -]{MONTH}[ -]\d{{2,4}}$|^{MONTH} \d{{1,2}}, \d{{4}}$"
MAY_BE_DATE = (
    rf"^\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}}(?:[T ]\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:\.\d{{1,9}})?)?(?:{dates.ZONE})?)?$"
    rf"|^(?:18|19|20|21|99)\d{{6}}(?:T\d{{6}}(?:{dates.ZONE}))?$"
    rf"|{NAMED_DAY}"
)
MAY_BE_NUMBER = r"^[(+-]?(?:€|(?i:eur))? *[.,]?[0-9][0-9.,'’ \x{a0}\x{2007}\x{2009}\x{202f}]*(?:€|(?i:eur)|%|\)|-| )*$"
FOREIGN = (
    r"\$|£|¥|(?i:usd|gbp|chf|sfr\.|fr\.|pln|zł|sek|dkk|nok|czk|kč|huf|jpy)"  # currencies that silver does not read away
)
WITH_FOREIGN = rf"^[(+-]?(?:(?:{FOREIGN}) ?[(+-]?[0-9][0-9.,' ]*|[0-9][0-9.,' ]* ?(?:{FOREIGN}))\)?-?$"
LETTERED = r"^(?:(?:#|\p{L}+)[ /._-]?[0-9]|[0-9]+[ /._-]?\p{L})"  # a number of something: it has letters, too
TIME_STAMP = (
    r"(?:^|[T ])[0-9]{1,2}:[0-9]{2}|^[0-9]{1,4}[./-]?[0-9]{1,2}[./-]?[0-9]{1,4}[T ]+[0-9]{1,2}(?::[0-9]{2}|[0-9]{2,4})"
)
HAS_TIME = "%H"  # in the format of a day
NUMBERED = r"^(?:#|\p{Lu}{1,4}[/-]?)[0-9]{3,}$"  # as an order is called, and no person
POINTED = r"\.0{1,2}$"
INTEGER = r"^-?[0-9]+(?:\.0{1,2})?$"
NAMED_WITH_ZERO = r"^0[0-9]"
PLACEHOLDERS = (
    *("0", "00000000", "0000-00-00", "00.00.0000", "-", "--", "---", "?", ".", "n/a", "N/A", "NA", "#N/A", "#NV"),
    *("null", "NULL", "None", "nan", "NaN", "k.A.", "k. A.", "keine Angabe", "unbekannt", "unknown", "leer"),
)


@dataclass
class ColumnProfile:
    """One column as seen in all records; every attribute is a count of cells unless it says otherwise."""

    name: str
    filled: int = 0
    integers: int = 0
    zeros: int = 0  # digits with a zero in front
    long: int = 0  # digits too many for an integer
    numeric: int = 0
    dated: int = 0
    lettered: int = 0  # digits with letters
    numbered: int = 0  # like the number of an order
    pointed: int = 0  # whole numbers with zeros behind a point
    foreign: Counter[str] = field(default_factory=Counter)  # sign of another currency than the euro beside a number
    table: str = ""  # name of the table, which tells what a general name means
    marks: Counter[str] = field(default_factory=Counter)  # evidence of `conventions.number_counts`
    days: Counter[str] = field(default_factory=Counter)  # of `dates.day_counts`, and of day and month
    years: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] | None = field(default_factory=Counter)  # value -> records; None: too many
    placeholders: Counter[str] = field(default_factory=Counter)
    cut_short: int = 0  # in scientific notation: a spreadsheet has lost their last digits
    stamped: int = 0  # with a time of day
    thousands: int = 0  # numbers with three decimals in the shape of a group
    other_decimals: int = 0  # numbers with a mark and no such decimals
    content: Counter[str] = field(default_factory=Counter)
    distinct_in_batches: int = 0
    kind: str = "string"
    formats: list[str] = field(default_factory=list)
    convention: str = ""
    readable: int = 0
    decimals: int = 0
    distinct: int = 0
    remarks: list[str] = field(default_factory=list)

    @property
    def real(self) -> int:
        """Filled cells without placeholders."""
        return self.filled - self.placeholders.total()

    @property
    def is_numbered(self) -> bool:
        """Whether all its cells are like the number of an order, whatever the column is called."""
        return 0 < self.real <= self.numbered

    @property
    def is_stamp(self) -> bool:
        """Whether the column holds points in time."""
        return self.real > 0 and self.stamped >= MOST_STAMPS * self.real

    @property
    def is_cut_to_day(self) -> bool:
        """Whether a run keeps only the day of its cells."""
        return self.kind == "date" and any(HAS_TIME in form for form in self.formats)

    @property
    def is_share(self) -> bool:
        """Whether its numbers are shares of one: a list of few, none outside 0 to 1, some in between."""
        read = self._few_numbers
        return bool(read.is_between(0, 1).all() and read.is_between(0, 1, closed="none").any())

    @property
    def has_above_one(self) -> bool:
        """Whether its numbers are a list of few, and one of them is above 1, as shares are not."""
        return bool((self._few_numbers > 1).any())

    @property
    def _few_numbers(self) -> pl.Series:
        """Its numbers, each once, where they are a list of few; else none."""
        codes = list(self.codes or ()) if self.kind in ("number", "integer") else []
        return conventions.numbers(pl.Series("cell", codes, pl.String), self.convention or ".", MOST_DECIMALS)

    @property
    def missing_values(self) -> list[str]:
        """Placeholders that cannot be read as the column's type."""
        return sorted(self.placeholders) if self.kind != "string" else []

    @property
    def personal(self) -> list[tuple[str, str]]:
        """Why the column may be personal: (reason, usual class), by its name and by its content."""
        found = []
        is_amount = self.kind == "number" and self.decimals > 0
        if named := personal_hints.by_name(self.name, self.table, is_amount=is_amount):
            is_of_order = personal_hints.is_general(self.name) and self.is_numbered
            told = ("its cells look like numbers of orders", "identifier")
            found.append(told if is_of_order else (f"by its name {named[0]}", named[1]))
        held = personal_hints.by_content(self.content)
        if held and (found or not personal_hints.is_label_of_things(self.name, self.table, self.content)):
            found.append(held)
        if self.kind == "date" and personal_hints.birth_dates(self.years):
            found.append(("its days may be dates of birth", "quasi"))
        return found


def texts(raw: pl.LazyFrame, names: Sequence[str]) -> pl.LazyFrame:
    """The cells as silver trims them, null where nothing is left."""
    frame = raw.select(mended(normalised(pl.col(f"raw:{name}"))).alias(name) for name in names)
    return frame.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in names)


def in_batches(frame: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """A frame batch by batch."""
    yield from frame.collect_batches(chunk_size=BATCH, maintain_order=True)


def count_cells(column: ColumnProfile, cells: pl.Series) -> None:
    """Add what a batch of a column's cells shows."""
    cells = cells.drop_nulls()
    if not cells.len():
        return
    column.filled += cells.len()
    cells = without_foreign(column, cells)
    values = cells.alias("cell").value_counts(name="records")
    column.distinct_in_batches += values.height
    column.cut_short += int(values.filter(pl.col("cell").str.contains(SCIENTIFIC))["records"].sum())
    column.lettered += int(values.filter(pl.col("cell").str.contains(LETTERED))["records"].sum())
    column.stamped += int(values.filter(pl.col("cell").str.contains(TIME_STAMP))["records"].sum())
    digits = values.filter(pl.col("cell").str.contains(INTEGER))
    column.integers += int(digits["records"].sum())
    column.numbered += int(values.filter(pl.col("cell").str.contains(NUMBERED))["records"].sum())
    pointed = int(digits.filter(pl.col("cell").str.contains(POINTED))["records"].sum())
    column.pointed += pointed
    zeros = digits["cell"].str.strip_prefix("-").str.contains(NAMED_WITH_ZERO)
    column.zeros += int(digits.filter(zeros)["records"].sum())
    column.long += int(digits.filter(pl.col("cell").str.len_bytes() > LONGEST_INTEGER)["records"].sum())
    placeholders = values.filter(pl.col("cell").is_in(list(PLACEHOLDERS)))
    column.placeholders.update(dict(placeholders.iter_rows()))
    numeric = cells.filter(cells.str.contains(MAY_BE_NUMBER))
    column.numeric += numeric.len()
    if numeric.len() and (digits.height < values.height or pointed):
        column.marks.update(conventions.number_counts(numeric))
    count_days(column, values)
    is_all_digits = digits.height == values.height and not zeros.any()
    told = cells.filter(~cells.str.contains(NAMED_DAY))  # April and June are names of persons too
    column.content.update(personal_hints.content(told.head(personal_hints.SAMPLE) if is_all_digits else told))
    count_codes(column, values)


def without_foreign(column: ColumnProfile, cells: pl.Series) -> pl.Series:
    """The cells without the signs of other currencies beside numbers, which are counted."""
    like = cells.str.contains(WITH_FOREIGN)
    if not like.any():
        return cells
    signs = cells.filter(like).str.extract(f"({FOREIGN})").value_counts(name="records")
    column.foreign.update(dict(signs.iter_rows()))
    bare = (
        pl.when(pl.lit(like)).then(pl.col("cell").str.replace(FOREIGN, "").str.strip_chars()).otherwise(pl.col("cell"))
    )
    return cells.to_frame("cell").select(bare.alias(cells.name)).to_series()


def count_codes(column: ColumnProfile, values: pl.DataFrame) -> None:
    """Add distinct values of a batch (cell, records) to the codes of a column, while they are few."""
    if column.codes is None:
        return
    if values.height <= FOLLOWED_VALUES:
        column.codes.update(dict(values.iter_rows()))
    if values.height > FOLLOWED_VALUES or len(column.codes) > FOLLOWED_VALUES:
        column.codes = None


def count_days(column: ColumnProfile, values: pl.DataFrame) -> None:
    """Add what distinct values of a batch (cell, records) show of dates: by format, and by year."""
    likely = values.filter(pl.col("cell").str.contains(MAY_BE_DATE))
    if not likely.height:
        return
    cell, records = pl.col("cell"), pl.col("records")
    days = likely.select(cell, records, *(dates.as_date(cell, form).alias(form) for form in FORMATS))
    read = [form for form in FORMATS if days[form].count()]

    def count(when: pl.Expr) -> int:
        return int(days.filter(when)["records"].sum())

    column.days.update({form: count(pl.col(form).is_not_null()) for form in read})
    for one, other in combinations(FORMATS, 2):
        if one in read or other in read:
            first, second = pl.col(one), pl.col(other)
            column.days[f"{one} {other} differ"] += count(first != second)
            column.days[f"{one} {other} one"] += count(first.is_not_null() & second.is_null())
            column.days[f"{one} {other} other"] += count(second.is_not_null() & first.is_null())
    for form in read:
        if (swapped := date_formats.twin(form)) and not date_formats.is_year_first(form):
            first, second = pl.col(form), dates.as_date(cell, swapped)
            column.days[f"{form} swapped"] += count(first != second)
            column.days[f"{form} certain"] += count(first.is_not_null() & second.is_null())
    if read:
        some = days.select(records, year=pl.coalesce(*read).dt.year()).drop_nulls()
        column.dated += int(some["records"].sum())
        column.years.update(dict(some.group_by("year").agg(records.sum()).iter_rows()))


def measure(column: ColumnProfile, cells: pl.Series) -> None:
    """Add how many cells of a batch the convention of a number column reads, and the decimals that they need."""
    cells = without_foreign(ColumnProfile(column.name), cells.drop_nulls())
    convention = column.convention or "."
    cell, mark = pl.col("cell"), convention[0]
    shape = cells.to_frame("cell").select(
        thousands=conventions.may_be_thousands(cell, mark), marked=cell.str.contains(mark, literal=True)
    )
    read = conventions.numbers(cells, convention, MOST_DECIMALS)
    column.readable += read.count()
    column.thousands += int((shape["thousands"] & read.is_not_null()).sum())
    column.other_decimals += int((shape["marked"] & ~shape["thousands"] & read.is_not_null()).sum())
    plain = read.filter(~shape["thousands"]).drop_nulls().cast(pl.String)
    most: Any = plain.str.strip_chars_end("0").str.extract(r"\.(\d+)$").str.len_bytes().max()
    column.decimals = max(column.decimals, most or 0)


def counts_up(raw: pl.LazyFrame, name: str) -> bool:
    """Whether a column holds whole numbers that grow from record to record of each file, as a written index does."""
    last: tuple[str, int] | None = None
    for batch in in_batches(raw.select("_file", number=pl.col(f"raw:{name}").cast(pl.Int64, strict=False))):
        is_same_file = (batch["_file"] == batch["_file"].shift(1)).fill_null(value=False)
        if batch["number"].null_count() or not (batch["number"].diff() > 0).filter(is_same_file).all():
            return False
        if last and last[0] == batch["_file"][0] and last[1] >= batch["number"][0]:
            return False
        last = batch.select("_file", "number").row(-1)
    return last is not None


def hashed(names: Sequence[str]) -> pl.Expr:
    """One 64-bit hash a record of some columns."""
    return pl.struct(list(names)).hash().alias("hash") if len(names) > 1 else pl.col(names[0]).hash().alias("hash")


def distinct(frame: pl.LazyFrame, names: Sequence[str]) -> int:
    """How many distinct values (or combinations without a missing cell) some columns have."""
    filled = frame.select(names).drop_nulls()
    return filled.select(hashed(names)).select(pl.col("hash").n_unique()).collect(engine="streaming").item()
