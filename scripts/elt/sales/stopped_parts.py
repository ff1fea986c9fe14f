"""Countries, stores and channels that sold for a long time and then never again, though the data go on.

A part of the export may be missing, as of a branch that moved to another system; what it sold would look like a loss.
"""

from collections.abc import Sequence

import polars as pl

from elt.report import assumptions
from elt.report.assumptions import Entry
from elt.run.mart import FACT
from elt.tables import ORDER_ID, ORDER_NUMBER

CODE = "stopped_part"
PLACE = "location_key"
PARTS = {  # columns of the order lines -> what they tell
    PLACE: {"en": "country", "de": "Land"},
    "store": {"en": "store", "de": "Filiale"},
    "channel": {"en": "channel", "de": "Vertriebskanal"},
}
READS = {"order_date", "sales_amount"}
SHARE, SILENCE, LONG = 0.05, 28, 180  # of the revenue; days without an order; days before
CHANCE = 0.001  # that so long a silence is none


def totals(lines: pl.LazyFrame) -> pl.DataFrame:
    """One row a place, store and channel: column, part (text), first, last (days), orders, lines, revenue.

    `lines`: fact_sales.
    """
    names, day = lines.collect_schema().names(), pl.col("order_date")
    order = pl.col(ORDER_ID if ORDER_ID in names else ORDER_NUMBER).n_unique().cast(pl.Int64).alias("orders")
    sums = (order, pl.len().cast(pl.Int64).alias("lines"), pl.col("sales_amount").sum().alias("revenue"))
    found = [
        lines.filter(day.is_not_null())
        .group_by(pl.lit(name).alias("column"), pl.col(name).cast(pl.String).alias("part"))
        .agg(day.min().alias("first"), day.max().alias("last"), *sums)
        for name in PARTS
        if name in names
    ]
    return pl.concat(found).collect(engine="streaming") if found else pl.DataFrame()


def by_name(parts: Sequence[pl.DataFrame], locations: pl.LazyFrame | None) -> pl.DataFrame:
    """One row a country, store and channel that is known by name; as `totals`, of all lines."""
    every = pl.concat(parts, how="diagonal")
    if every.is_empty():
        return every
    if locations is not None:
        names = locations.select(column=pl.lit(PLACE), part=pl.col(PLACE).cast(pl.String), name="country").collect()
        every = every.join(names, on=["column", "part"], how="left")
        every = every.with_columns(part=pl.when(pl.col("column") == PLACE).then("name").otherwise("part"))
    every = every.filter(
        pl.col("part").is_not_null(), (pl.col("column") != PLACE) | pl.lit(value=locations is not None)
    )
    ends = (pl.col("first").min(), pl.col("last").max())
    return (
        every.group_by("column", "part")
        .agg(*ends, pl.col("orders", "lines", "revenue").sum())
        .sort("column", "last", "part")
    )


def entries(parts: Sequence[pl.DataFrame], locations: pl.LazyFrame | None) -> list[Entry]:
    """What is said of the lines of parts that stopped; `parts`: `totals` of all lines, part by part; `locations`:
    dim_location, without which no country is known."""
    every = by_name(parts, locations)
    if every.is_empty():
        return []
    told = []
    for (column,), found in every.group_by("column", maintain_order=True):
        stopped = found.filter(is_stopped(found))
        if stopped.height:
            records, of = (int(frame["lines"].sum()) for frame in (stopped, found))
            money, of_money = ({"sales_amount": frame["revenue"].sum()} for frame in (stopped, found))
            months = ", ".join(f"{day:%Y-%m}" for day in stopped["last"])
            why = {language: f"{name}, {months}" for language, name in PARTS[str(column)].items()}
            told.append(assumptions.entry(CODE, FACT, records, of, money, of_money, why=why))
    return told


def countries(lines: pl.LazyFrame, locations: pl.LazyFrame | None) -> frozenset[str]:
    """The countries that stopped; `lines`: fact_sales."""
    every = by_name([totals(lines)], locations)
    places = every.filter(column=PLACE) if every.height else every
    return frozenset(places.filter(is_stopped(places))["part"]) if places.height else frozenset()


def is_stopped(found: pl.DataFrame) -> pl.Series:
    """Whether each part of a column has stopped: it had orders for long, enough of the revenue, and then a silence to
    the end of the data that is no chance; `found`: first, last, orders, revenue."""
    begin, end = found["first"].min(), found["last"].max()
    before, after = (pl.col("last") - pl.col("first")).dt.total_days(), (end - pl.col("last")).dt.total_days()
    since = (pl.col("last") - begin).dt.total_days()
    revenue = pl.col("revenue").cast(pl.Float64)
    is_large = (revenue >= SHARE * revenue.sum()) & (before >= LONG) & (2 * before >= since)
    is_silent = (after >= SILENCE) & ((-pl.col("orders") / before * after).exp() <= CHANCE)
    return found.select(is_large & is_silent).to_series()
