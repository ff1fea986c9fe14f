"""Price levels: whether amounts or pieces of order lines changed their meaning from a month on.

Where their unit changed, as from euros to cents, the prices of nearly all products move at once by about ten times or
more, which no price list does. Where they became gross, nearly all move by one and the same factor. Where it is mixed,
as cents, packs or typing errors among the others, some lines of a product have prices of another size than the rest.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from elt.report import assumptions
from elt.report.assumptions import Entry
from elt.report.numbers import number
from elt.run.mart import FACT

SIZE, FACTOR, ODD = "price_level", "price_factor", "odd_prices"
READS = {"product_key", "order_date", "quantity", "sales_amount"}
MOVED = 0.9  # powers of ten: eight times as high or low, as prices also move on their own
TAXED, SAME = 0.025, 0.001  # powers of ten: from 6 percent on, by which taxes move a price; and equal but for rounding
# tenths of powers of ten: what is near the usual price of a product, up to twice or half; what is of another size, from
# five times or a fifth on; how many lines make a usual price, and one line in so many between makes it none
NEAR, AWAY, LEAST_LINES, BETWEEN = 3, 7, 10, 20
LEAST_PRODUCTS, LEAST_SHARE = 5, 0.75  # of a month: how many of its products were sold before, which share moved
SUMS = pl.col("lines", "revenue", "units").sum()


def totals(lines: pl.LazyFrame) -> pl.DataFrame:
    """One row a known product, month and level of the price (in tenths of powers of ten): product_key, month, level,
    lines, revenue, units, of what was sold for money.

    `lines`: fact_sales.
    """
    is_sold = (pl.col("product_key") != 0) & (pl.col("quantity") > 0) & (pl.col("sales_amount") > 0)
    month = pl.col("order_date").dt.truncate("1mo").alias("month")
    level = (10 * price(pl.col("sales_amount"), pl.col("quantity"))).round().cast(pl.Int16).alias("level")
    sold = lines.filter(is_sold, pl.col("order_date").is_not_null()).group_by("product_key", month, level)
    revenue, units = pl.col("sales_amount").sum().alias("revenue"), pl.col("quantity").sum().alias("units")
    return sold.agg(pl.len().cast(pl.Int64).alias("lines"), revenue, units).collect(engine="streaming")


def entries(parts: Sequence[pl.DataFrame]) -> list[Entry]:
    """The first month in which the prices of nearly all products are of another size than before, if there is one; else
    the first in which they moved by one factor, and lines with prices of another size than others of their product.

    `parts`: what `totals` gives of all lines, part by part.
    """
    found = pl.concat(parts).group_by("product_key", "month", "level").agg(SUMS)
    months = (
        moves(found.group_by("product_key", "month").agg(SUMS))
        .filter(pl.col("products") >= LEAST_PRODUCTS)
        .sort("month")
    )
    told: list[Entry] = []
    for code in (SIZE, FACTOR):
        for month, factor in months.filter(pl.col(code) >= LEAST_SHARE).select("month", "factor").head(1).iter_rows():
            when = {language: f"{month:%Y-%m} (× {number(factor, 2, language)})" for language in ("en", "de")}
            told = told or [of_lines(code, found.filter(pl.col("month") >= month), found, why=when)]
    strange = odd(found)
    if strange.height and [one["code"] for one in told] != [SIZE]:
        told.append(of_lines(ODD, strange, found))
    return told


def of_lines(code: str, part: pl.DataFrame, found: pl.DataFrame, **more: Mapping[str, str]) -> Entry:
    """What is told of a part of the lines."""
    records, of = (int(frame["lines"].sum()) for frame in (part, found))
    money, of_money = ({"sales_amount": frame["revenue"].sum()} for frame in (part, found))
    return assumptions.entry(code, FACT, records, of, money, of_money, **more)


def odd(found: pl.DataFrame) -> pl.DataFrame:
    """The rows at a price of another size than that at which most lines of their product are sold, of products that
    have hardly a price between; `found`: totals of all lines.
    """
    by_level = found.group_by("product_key", "level").agg(SUMS).sort("product_key", "level")
    lines, level = pl.col("lines"), pl.col("level")
    usual = level.filter(2 * lines.cum_sum() >= lines.sum()).first()
    away = (level - usual.over("product_key")).abs().alias("away")
    near, between = (
        lines.filter(pl.col("away") <= NEAR).sum(),
        lines.filter(pl.col("away").is_between(NEAR + 1, AWAY - 1)),
    )
    is_priced = ((near >= LEAST_LINES) & (BETWEEN * between.sum() <= lines.sum())).over("product_key")
    return by_level.with_columns(away).filter(is_priced, pl.col("away") >= AWAY)


def price(revenue: pl.Expr, units: pl.Expr) -> pl.Expr:
    """The price of a piece as a power of ten."""
    return (revenue.cast(pl.Float64) / units.cast(pl.Float64)).log10()


def moves(found: pl.DataFrame) -> pl.DataFrame:
    """One row a month: products that were sold before; the factor by which the price of the middle one moved since the
    last month but one in which it was sold, as the last may hold prices of both kinds; the shares of products that
    moved to another size, all up or all down, and by that factor.

    `found`: totals of all lines by product and month.
    """
    level = price(pl.col("revenue"), pl.col("units"))
    move = (level - pl.coalesce(level.shift(2), level.shift(1))).over("product_key", order_by="month").alias("move")
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
