"""Price levels: whether amounts or pieces of order lines changed their meaning from a month on.

Where their unit changed, as from euros to cents, the prices of nearly all products move at once by about ten times or
more, which no price list does. Where they became gross, nearly all move by one and the same factor.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from elt.report import assumptions
from elt.report.assumptions import Entry
from elt.report.numbers import number
from elt.run.mart import FACT

SIZE, FACTOR = "price_level", "price_factor"
READS = {"product_key", "order_date", "quantity", "sales_amount"}
MOVED = 0.9  # powers of ten: eight times as high or low, as prices also move on their own
TAXED, SAME = 0.025, 0.001  # powers of ten: from 6 percent on, by which taxes move a price; and equal but for rounding
LEAST_PRODUCTS, LEAST_SHARE = 5, 0.75  # of a month: how many of its products were sold before, which share moved


def totals(lines: pl.LazyFrame) -> pl.DataFrame:
    """One row a known product and month: product_key, month, lines, revenue, units, of what was sold for money.

    `lines`: fact_sales.
    """
    is_sold = (pl.col("product_key") != 0) & (pl.col("quantity") > 0) & (pl.col("sales_amount") > 0)
    month = pl.col("order_date").dt.truncate("1mo").alias("month")
    sold = lines.filter(is_sold, pl.col("order_date").is_not_null()).group_by("product_key", month)
    revenue, units = pl.col("sales_amount").sum().alias("revenue"), pl.col("quantity").sum().alias("units")
    return sold.agg(pl.len().cast(pl.Int64).alias("lines"), revenue, units).collect(engine="streaming")


def entries(parts: Sequence[pl.DataFrame]) -> list[Entry]:
    """The first month in which the prices of nearly all products are of another size than before, if there is one; else
    the first in which they moved by one factor.

    `parts`: what `totals` gives of all lines, part by part.
    """
    found = pl.concat(parts).group_by("product_key", "month").agg(pl.col("lines", "revenue", "units").sum())
    months = moves(found).filter(pl.col("products") >= LEAST_PRODUCTS).sort("month")
    for code in (SIZE, FACTOR):
        for month, factor in months.filter(pl.col(code) >= LEAST_SHARE).select("month", "factor").iter_rows():
            when = {language: f"{month:%Y-%m} (× {number(factor, 2, language)})" for language in ("en", "de")}
            return [since(month, found, code, when)]
    return []


def since(month: date, found: pl.DataFrame, code: str, why: Mapping[str, str]) -> Entry:
    """What is told of the lines of a month and those after it."""
    later = found.filter(pl.col("month") >= month)
    records, of = (int(frame["lines"].sum()) for frame in (later, found))
    money, of_money = ({"sales_amount": frame["revenue"].sum()} for frame in (later, found))
    return assumptions.entry(code, FACT, records, of, money, of_money, why=why)


def moves(found: pl.DataFrame) -> pl.DataFrame:
    """One row a month: products that were sold before; the factor by which the price of the middle one moved since the
    last month but one in which it was sold, as the last may hold prices of both kinds; the shares of products that
    moved to another size, all up or all down, and by that factor.

    `found`: totals of all lines.
    """
    price = (pl.col("revenue").cast(pl.Float64) / pl.col("units").cast(pl.Float64)).log10()
    move = (price - pl.coalesce(price.shift(2), price.shift(1))).over("product_key", order_by="month").alias("move")
    up, down, middle = (pl.col("move") >= MOVED).mean(), (pl.col("move") <= -MOVED).mean(), pl.col("move").median()
    is_same = ((pl.col("move") - middle).abs() <= SAME) & (middle.abs() >= TAXED)
    return (
        found.with_columns(move)
        .drop_nulls("move")
        .group_by("month")
        .agg(
            pl.len().alias("products"),
            (10**middle).alias("factor"),
            pl.max_horizontal(up, down).alias(SIZE),
            is_same.mean().alias(FACTOR),
        )
    )
