"""The tables that the SQL of a mart may read, as frames."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from elt import tables
from elt.gold import binding, steps
from elt.gold.binding import FACTS
from elt.run.mart import CALENDAR, COMPLETE_MONTHS, Calendar, Mart


@dataclass(frozen=True)
class Source:
    """A table that the SQL may read: its file, its columns, and optional ones that it lacks, read as missing values."""

    path: str
    columns: tables.Spec
    absent: tables.Spec = ()

    def scan(self) -> pl.LazyFrame:
        """The table, the columns that it lacks included."""
        return tables.with_absent(tables.scan(self.path, self.columns), self.absent)

    def scan_counting(self) -> pl.LazyFrame:
        """The order lines, with an integer for each order in the place of its number."""
        lines = tables.scan_lines(self.path, self.columns)
        lines = lines.with_columns(pl.col(tables.ORDER_ID).alias(tables.ORDER_NUMBER)).drop(tables.ORDER_ID)
        return tables.with_absent(lines, self.absent)


def counting_orders(
    sql: str, frames: Mapping[str, pl.LazyFrame], sources: Mapping[str, Source], mart: Mart
) -> dict[str, pl.LazyFrame]:
    """The frames; an SQL text that only counts orders reads integers in the place of the order numbers."""
    if FACTS not in sources or tables.ORDER_NUMBER in mart.by_name or not steps.only_counts_orders(sql):
        return dict(frames)
    return {**frames, FACTS: sources[FACTS].scan_counting()}


def frames_of(sources: Mapping[str, Source], calendar: Calendar | None, months: str | None) -> dict[str, pl.LazyFrame]:
    """Dotted name -> frame of all that the SQL may select from; the calendar is made where it is read."""
    frames = {table: source.scan() for table, source in sources.items()}
    if months:
        frames[COMPLETE_MONTHS] = pl.scan_csv(months, schema=binding.MONTHS)
    if calendar:
        from elt.gold import calendar_days

        frames[CALENDAR] = calendar_days.days(calendar)
    return frames
