"""Rates at which amounts in other currencies came into the books, as the order lines themselves show them.

A rate of another size (of 100 pieces for one), the inverse of what it usually is, or one that holds far longer than all
others, as where a table of rates has a hole, makes all amounts false.
"""

from collections.abc import Sequence

import polars as pl

from elt.report import assumptions
from elt.report.assumptions import Entry
from elt.run.mart import FACT

ODD, STALE = "odd_rates", "stale_rates"
STATED, BOOKED = "amount_in_currency", "sales_amount"
READS = {"currency", "order_date", STATED, BOOKED}
LEAST = 10  # amounts below it show a rate too coarsely
SAME = 0.0005  # by which a rate differs by rounding
AWAY = 0.7  # natural logarithm: no rate doubles or halves
INVERSE, APART = 0.03, 0.1  # how near the inverse of the usual rate is, and how far the usual one
TIMES, RUNS = 2.5, 4  # how much longer than usual a rate holds; how many rates tell what is usual


def totals(lines: pl.LazyFrame) -> pl.DataFrame:
    """One row a currency and day: currency, order_date, lines, stated, booked (amounts); `lines`: fact_sales."""
    is_shown = (pl.col(STATED).abs() >= LEAST) & (pl.col(STATED) * pl.col(BOOKED) > 0)
    found = lines.filter(pl.col("order_date").is_not_null(), is_shown).group_by("currency", "order_date")
    amounts = (pl.col(STATED).abs().sum().alias("stated"), pl.col(BOOKED).abs().sum().alias("booked"))
    return found.agg(pl.len().cast(pl.Int64).alias("lines"), *amounts).collect(engine="streaming")


def entries(parts: Sequence[pl.DataFrame]) -> list[Entry]:
    """What is said of the lines with such rates; `parts`: `totals` of all lines, part by part."""
    sums = pl.col("lines", "stated", "booked").sum()
    days = pl.concat(parts).group_by("currency", "order_date").agg(sums).sort("currency", "order_date")
    rate = (pl.col("booked").cast(pl.Float64) / pl.col("stated").cast(pl.Float64)).log()
    days = days.with_columns(rate=rate).with_columns(usual=pl.col("rate").median().over("currency"))
    away, inverse = (pl.col("rate") - pl.col("usual")).abs(), (pl.col("rate") + pl.col("usual")).abs()
    is_odd = (away >= AWAY) | ((inverse <= INVERSE) & (away >= APART))
    told = {ODD: days.filter(is_odd), STALE: stale(days.filter(~is_odd))}
    return [of_days(code, found, days) for code, found in told.items() if found.height]


def stale(days: pl.DataFrame) -> pl.DataFrame:
    """The days on which a rate holds on though usually another one would have come; `days`: with rate, sorted."""
    changes = ((pl.col("rate") - pl.col("rate").shift(1)).abs() > SAME).fill_null(value=False)
    runs = days.filter((pl.col("rate").max() - pl.col("rate").min()).over("currency") > SAME)
    runs = runs.with_columns(run=changes.cum_sum().over("currency"))
    runs = runs.with_columns(start=pl.col("order_date").min().over("currency", "run"))
    starts = runs.unique(["currency", "run"]).sort("currency", "run")
    length = (pl.col("start").shift(-1) - pl.col("start")).dt.total_days().over("currency")
    usual = starts.select(length).to_series()
    if usual.len() - usual.null_count() < RUNS:
        return days.clear()
    age = (pl.col("order_date") - pl.col("start")).dt.total_days()
    return runs.filter(age > TIMES * float(str(usual.median())))


def of_days(code: str, found: pl.DataFrame, days: pl.DataFrame) -> Entry:
    """What is said of the lines of some days."""
    records, of = (int(frame["lines"].sum()) for frame in (found, days))
    money, of_money = ({BOOKED: frame["booked"].sum()} for frame in (found, days))
    return assumptions.entry(code, FACT, records, of, money, of_money, why=", ".join(sorted(set(found["currency"]))))
