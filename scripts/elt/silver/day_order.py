"""Whether day and month of a column are certain: a stated format is doubted where its twin reads as many cells.

The twin of %d/%m/%Y is %m/%d/%Y. That both read as many means that no cell has a day above 12 (or that the twin reads
more), so the cells do not say which it is; only the contract can, by `dayFirst`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from elt.faults import Fault
from elt.run.date_formats import is_day_first, is_year_first, twin
from elt.run.fields import Field
from elt.silver.dates import as_date, date_formats

# Days of more than two months of which none is above 12, and more than the first, the fifth and so on: that is no
# chance (less than one in a million), but a part that a program has written with day and month exchanged
MANY_DAYS, MANY_NUMBERS = 25, 6
FILE, RECORD, CELL = "_file", "_record", "cell"
PLACE = ((FILE, ""), (RECORD, 0))  # and what stands for it where it is not known


@dataclass
class Evidence:
    """Cells of a file that a format reads, it alone, its twin alone; its days that are other ones for the twin."""

    read: int = 0
    alone: int = 0
    twin_alone: int = 0
    days: set[date] = field(default_factory=set)
    first: tuple[str, int] | None = None  # file and record of the first such day

    @property
    def is_open(self) -> bool:
        """Whether the twin reads as many cells, and some of them as other days."""
        return bool(self.days) and self.twin_alone >= self.alone

    @property
    def is_many(self) -> bool:
        """Whether so many days cannot all lie before the 13th by chance."""
        return len(self.days) >= MANY_DAYS and len({day.day for day in self.days}) >= MANY_NUMBERS

    def add(self, read: int, alone: int, twin_alone: int, days: Iterable[date], first: tuple[str, int] | None) -> None:
        """Add what a batch shows."""
        self.read, self.alone, self.twin_alone = self.read + read, self.alone + alone, self.twin_alone + twin_alone
        self.days.update(days)
        self.first = self.first or first


def doubted(item: Field) -> list[str]:
    """The formats of a field whose order of day and month the contract does not state and the cells have to show.

    A format that begins with the year is ISO 8601; it is doubted only beside another one, as programs that guess the
    order write the days that they could exchange in a format of their own.
    """
    formats = [] if item.day_first else date_formats(item)
    return [form for form in formats if twin(form) and (len(formats) > 1 or not is_year_first(form))]


class DayOrder:
    """The evidence of a column, filled batch by batch: format -> file -> `Evidence`."""

    def __init__(self, item: Field) -> None:
        self.item = item
        self.found: dict[str, dict[str, Evidence]] = {form: {} for form in doubted(item)}

    def add_batch(self, batch: pl.DataFrame) -> None:
        """Count the cells of a part of the texts; `_file` and `_record` may be missing."""
        if not self.found:
            return
        places = [(pl.col(name) if name in batch.columns else pl.lit(other)).alias(name) for name, other in PLACE]
        cells = batch.select(pl.col(self.item.name).alias(CELL), *places).drop_nulls(CELL)
        values = cells.group_by(FILE, CELL).agg(pl.len().alias("cells"), pl.col(RECORD).min())
        for form, by_file in self.found.items():
            for file, read, alone, twin_alone, days, record in self.counted(values, form).iter_rows():
                first = (file, record) if record else None
                by_file.setdefault(file, Evidence()).add(read, alone, twin_alone, days, first)

    def counted(self, values: pl.DataFrame, form: str) -> pl.DataFrame:
        """One row a file: `read`, `alone`, `twin_alone`, `days` and the first record of them.

        `values`: distinct cells (file, cell, cells, first record).
        """
        first, second, cells = pl.col("first"), pl.col("second"), pl.col("cells")
        zone, is_other = self.item.time_zone, first != second
        return (
            values.with_columns(
                as_date(pl.col(CELL), form, zone).alias("first"),
                as_date(pl.col(CELL), str(twin(form)), zone).alias("second"),
            )
            .group_by(FILE)
            .agg(
                cells.filter(first.is_not_null()).sum().alias("read"),
                cells.filter(first.is_not_null() & second.is_null()).sum().alias("alone"),
                cells.filter(first.is_null() & second.is_not_null()).sum().alias("twin_alone"),
                first.filter(is_other).unique().alias("days"),
                pl.col(RECORD).filter(is_other).min(),
            )
            .sort(FILE)
        )

    def check(self, table: str, tried: Sequence[str]) -> None:
        """Raises Fault where a format may be its twin; `tried`: the formats in the order in which they are tried.

        A column is open as a whole, or in one file of several if that has too many days for chance.
        """
        for form, by_file in self.found.items():
            other = str(twin(form))
            if other in tried and tried.index(other) < tried.index(form):
                continue  # it reads what the twin has left over
            whole = merged(by_file.values())
            if whole.is_open and (whole.is_many or not is_year_first(form)):
                raise self.fault(table, form, whole)
            for file, part in by_file.items():
                if part.is_open and part.is_many:
                    raise self.fault(f"{table} ({file})", form, part)

    def fault(self, where: str, form: str, found: Evidence) -> Fault:
        """What is open, and how to say which format is right."""
        other, read = twin(form), found.read - found.alone + found.twin_alone
        record = f" (the first in {found.first[0]}, record {found.first[1]})" if found.first else ""
        words = (
            f"{found.read} dates can be read as {form} and {read} as {other}, and {len(found.days)} days are then "
            f"other ones{record}; the cells do not tell which is right"
        )
        return Fault(f"{where}, column {self.item.name}", words, self.remedy(form))

    def remedy(self, form: str) -> str:
        """What to write into the contract in either case."""
        formats, other = date_formats(self.item), str(twin(form))
        stated = [stated_order(formats, form, other, is_right=is_right) for is_right in (True, False)]
        return (
            f"If {form} is right, add dayFirst: {stated[0]} to the field in the contract; if {other} is, write that "
            f"and add dayFirst: {stated[1]}"
        )


def stated_order(formats: Sequence[str], form: str, other: str, *, is_right: bool) -> str:
    """`dayFirst` of a field as YAML if a format or its twin is right; a list where its formats differ."""
    right = [other if one == form and not is_right else one for one in formats]
    words = {one: str(bool(is_day_first(one))).lower() for one in right}
    alike = {word for one, word in words.items() if not is_year_first(one)}
    alike = alike or set(words.values())
    return alike.pop() if len(alike) == 1 else f"[{', '.join(words.values())}]"


def merged(parts: Iterable[Evidence]) -> Evidence:
    """The evidence of all files of a column."""
    whole = Evidence()
    for part in parts:
        whole.add(part.read, part.alone, part.twin_alone, part.days, part.first)
    return whole
