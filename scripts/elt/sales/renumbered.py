"""Customers or products that all got other numbers on one day, as where a company moves to another system.

Then no number of before is there after that day, though at any other time many go on. All customers would be new ones,
and all products of before would have stopped.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from elt.report import assumptions
from elt.report.assumptions import CUSTOMERS, Entry
from elt.run.mart import FACT

CODES = {"customer_key": "renumbered_customers", "product_key": "renumbered_products"}
READS = {*CODES, "order_date", "sales_amount"}
LEAST, MANY = 5, 0.1  # numbers that go on at another time, and their share: with fewer it may be chance that none does
SIDE = 0.2  # of all numbers, on either side of the day
GO_ON = 0.02  # of those that go on at another time: what still does, as one account that was kept


def totals(lines: pl.LazyFrame) -> pl.DataFrame:
    """One row a customer and a product that is known: name of the key, key, first, last (days), lines, revenue.

    `lines`: fact_sales.
    """
    day = pl.col("order_date")
    sums = (pl.len().cast(pl.Int64).alias("lines"), pl.col("sales_amount").sum().alias("revenue"))
    found = [
        lines.filter(pl.col(name) != 0, day.is_not_null())
        .group_by(pl.lit(name, pl.Enum([*CODES])).alias("name"), pl.col(name).cast(pl.Int64).alias("key"))
        .agg(day.min().alias("first"), day.max().alias("last"), *sums)
        for name in CODES
    ]
    return pl.concat(found).collect(engine="streaming")


def entries(parts: Sequence[pl.DataFrame]) -> list[Entry]:
    """What is said of the lines from the day on; `parts`: `totals` of all lines, part by part."""
    sums = (pl.col("first").min(), pl.col("last").max(), pl.col("lines", "revenue").sum())
    every, told = pl.concat(parts).group_by("name", "key").agg(sums), []
    for name, code in CODES.items():
        numbers = every.filter(pl.col("name") == name)
        if day := end_of(numbers):
            later = numbers.filter(pl.col("first") >= day)
            money, of_money = ({"sales_amount": frame["revenue"].sum()} for frame in (later, numbers))
            records, of = (int(frame["lines"].sum()) for frame in (later, numbers))
            about = {"about": CUSTOMERS} if name == "customer_key" else {}
            told.append(assumptions.entry(code, FACT, records, of, money, of_money, why=day.isoformat(), **about))
    return told


def end_of(numbers: pl.DataFrame) -> date | None:
    """The one day from which on hardly a number of before is there, if there is one; `numbers`: with first and last."""
    firsts, lasts = (numbers.group_by(day=name).len(name) for name in ("first", "last"))
    days = firsts.join(lasts, on="day", how="full", coalesce=True).sort("day").fill_null(0).with_row_index("place")
    before = pl.col("last").cast(pl.Int64).cum_sum().shift(1, fill_value=0).alias("before")
    after = pl.col("first").cast(pl.Int64).cum_sum(reverse=True).alias("after")
    days = days.with_columns(before, after).with_columns(goes_on=numbers.height - pl.col("before") - pl.col("after"))
    most = max(days["goes_on"], default=0)
    if most < max(LEAST, MANY * numbers.height):
        return None
    found = days.filter(
        pl.min_horizontal("before", "after") >= SIDE * numbers.height, pl.col("goes_on") <= GO_ON * most
    )
    places = found["place"].to_list()
    is_one = bool(places) and places[-1] - places[0] == len(places) - 1
    return found["day"][0] if is_one else None
