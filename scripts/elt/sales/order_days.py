"""Days of orders that look as if another day stood there: of a booking, of an import, with day and month exchanged.

Told are days that are nearly all the first or the last of a month; a day after a silence, or the first of all, that
holds as many lines as many days together; days up to the 12th that do not fit the others; and a silence in the midst of
the data that neither chance nor a yearly closure explains, as where a part of an export is missing.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import polars as pl

from elt.report import assumptions
from elt.report.assumptions import Entry
from elt.run.mart import FACT

EDGES, CROWDED, EXCHANGED, SILENT = "edge_days", "crowded_day", "exchanged_days", "silent_days"
READS = {"order_date", "sales_amount"}
DAY, LINES = pl.col("order_date"), pl.col("lines")
IS_LOW = DAY.dt.day() <= 12  # may be a month
IS_WEEKEND = DAY.dt.weekday() >= 6
LEAST_DAYS, MONTHS = 60, 6  # with fewer it may be chance which days there are, or how they lie in their months
NEARLY_ALL = 0.95
CROWD, CROWD_SHARE, BEFORE = 10, 0.05, 10  # times the usual lines of a day, of all lines, after so many days of silence
NUMBERS = 10  # so many days without one above the 12th are no chance (less than one in ten thousand)
OFTEN, TIMES = 0.1, 5  # share of lines on a weekend, and how much more than of the days from the 13th on
SILENCE, CHANCE = 10, 0.001  # business days without an order, and how probable so many may be in all of the time
LONG = 16  # business days: longer than a closure, where no other year shows whether it is one
OFFICE, WEEK, OPEN = (*[True] * 5, False, False), (True,) * 7, 0.2  # which it is: share of order days on weekends
YEAR, ONE = timedelta(days=364), timedelta(days=1)  # a year later it is the same weekday


def totals(lines: pl.LazyFrame) -> pl.DataFrame:
    """One row a day: order_date, lines, revenue; `lines`: fact_sales."""
    sums = (pl.len().cast(pl.Int64).alias("lines"), pl.col("sales_amount").sum().alias("revenue"))
    return lines.filter(DAY.is_not_null()).group_by("order_date").agg(sums).collect(engine="streaming")


def entries(parts: Sequence[pl.DataFrame]) -> list[Entry]:
    """What is said of days; `parts`: `totals` of all lines, part by part."""
    days = pl.concat(parts).group_by("order_date").agg(pl.col("lines", "revenue").sum()).sort("order_date")
    told = [of_days(code, found, days) for code, found in strange(days) if found.height]
    return told if EDGES in [one["code"] for one in told] else [*told, *silences(days)]


def of_days(code: str, found: pl.DataFrame, days: pl.DataFrame) -> Entry:
    """What is said of a part of the days."""
    records, of = (int(frame["lines"].sum()) for frame in (found, days))
    money, of_money = ({"sales_amount": frame["revenue"].sum()} for frame in (found, days))
    return assumptions.entry(code, FACT, records, of, money, of_money, why=", ".join(map(str, found["order_date"][:3])))


def strange(days: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """(code, its days) of all that may be strange; `days`: sorted, with lines and revenue."""
    for edge in (DAY.dt.day() == 1, DAY.dt.month_end() == DAY):
        found = days.filter(edge)
        if found.height >= MONTHS and int(found["lines"].sum()) >= NEARLY_ALL * int(days["lines"].sum()):
            yield EDGES, found
            return
    if days.height >= LEAST_DAYS:
        silence = (DAY - DAY.shift(1)).dt.total_days()
        is_crowd = (CROWD * LINES.median() <= LINES) & (CROWD_SHARE * LINES.sum() <= LINES)
        yield CROWDED, days.filter(is_crowd & (silence.is_null() | (silence > BEFORE)))
        yield EXCHANGED, days.filter(pl.lit(value=are_exchanged(days)), IS_LOW)


def are_exchanged(days: pl.DataFrame) -> bool:
    """Whether day and month are exchanged where they can be: at an end of the data all days of two months or more lie
    before the 13th; or these lie on weekends, and the others hardly do."""
    low, high = days.filter(IS_LOW), days.filter(~IS_LOW)
    for end in (days.filter(high["order_date"].max() < DAY), days.filter(high["order_date"].min() > DAY)):
        if high.height and end.height >= NUMBERS and end["order_date"].dt.truncate("1mo").n_unique() > 1:
            return True
    of_low, of_high = (
        int(part.filter(IS_WEEKEND)["lines"].sum()) / max(int(part["lines"].sum()), 1) for part in (low, high)
    )
    return min(low.height, high.height) >= LEAST_DAYS and of_low >= max(OFTEN, TIMES * of_high)


def silences(days: pl.DataFrame) -> list[Entry]:
    """What is said of the longest silence in the midst of the data that neither chance nor a closure explains."""
    if days.height < LEAST_DAYS:
        return []
    weekdays = WEEK if days.filter(IS_WEEKEND).height >= OPEN * days.height else OFFICE
    is_open = DAY.dt.weekday() <= sum(weekdays)
    ends = days.select(start=DAY.shift(1), end=DAY, is_open=is_open.shift(1)).drop_nulls()
    between = pl.business_day_count("start", "end", week_mask=weekdays) - pl.col("is_open")
    ends = ends.select("start", "end", silent=between.clip(0))
    open_days, all_silent = days.filter(is_open).height, int(ends["silent"].sum())
    rate = open_days / max(open_days + all_silent, 1)
    for start, end, silent in ends.sort("silent", descending=True, maintain_order=True).rows():
        if silent < SILENCE or days.height * (1 - rate) ** silent > CHANCE:
            return []
        if not is_closure(days, start, end, rate * silent):
            return [assumptions.entry(SILENT, FACT, silent, open_days + all_silent, why=f"{start + ONE} – {end - ONE}")]
    return []


def is_closure(days: pl.DataFrame, start: date, end: date, usual: float) -> bool:
    """Whether a silence between two days was one in the year before or after too; where neither is known, whether it is
    as short as a closure. `usual`: order days in as many days."""
    first, last = days["order_date"][0], days["order_date"][-1]
    years = [shift for shift in (-YEAR, YEAR) if start + shift >= first and end + shift <= last]
    others = [days.filter(DAY.is_between(start + shift, end + shift, closed="none")).height for shift in years]
    return max(others) < usual / 2 if others else (end - start - ONE).days * 5 < LONG * 7
