"""The tables that the SQL of a mart may read, as frames."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from elt import tables
from elt.gold import binding
from elt.run.mart import CALENDAR, COMPLETE_MONTHS, Calendar


@dataclass(frozen=True)
class Source:
    """A table that the SQL may read: its file, its columns, and optional ones that it lacks, read as missing values."""

    path: str
    columns: tables.Spec
    absent: tables.Spec = ()

    def scan(self) -> pl.LazyFrame:
        """The table, the columns that it lacks included."""
        return tables.with_absent(tables.scan(self.path, self.columns), self.absent)


def frames_of(sources: Mapping[str, Source], calendar: Calendar | None, months: str | None) -> dict[str, pl.LazyFrame]:
    """Dotted name -> frame of all that the SQL may select from; the calendar is made where it is read."""
    frames = {table: source.scan() for table, source in sources.items()}
    if months:
        frames[COMPLETE_MONTHS] = pl.scan_csv(months, schema=binding.MONTHS)
    if calendar:
        from elt.gold import calendar_days

        frames[CALENDAR] = calendar_days.days(calendar)
    return frames
