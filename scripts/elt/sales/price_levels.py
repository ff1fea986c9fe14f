"""Price levels: whether amounts or pieces of order lines changed their unit from a month on, as from euros to cents.

Then the prices of nearly all products move at once by about ten times or more, which no price list does.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from elt.report import assumptions
from elt.report.assumptions import Entry
from elt.run.mart import FACT

CODE = "price_level"
READS = {"product_key", "order_date", "quantity", "sales_amount"}
MOVED = 0.9  # powers of ten: eight times as high or low, as prices also move on their own
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
    """The first month in which the prices of nearly all products are of another size than before, if there is one.

    `parts`: what `totals` gives of all lines, part by part.
    """
    found = pl.concat(parts).group_by("product_key", "month").agg(pl.col("lines", "revenue", "units").sum())
    is_told = (pl.col("products") >= LEAST_PRODUCTS) & (pl.col("share") >= LEAST_SHARE)
    month = moves(found).filter(is_told)["month"].min()
    if not isinstance(month, date):
        return []
    since = found.filter(pl.col("month") >= month)
    records, of = (int(frame["lines"].sum()) for frame in (since, found))
    money, of_money = ({"sales_amount": frame["revenue"].sum()} for frame in (since, found))
    return [assumptions.entry(CODE, FACT, records, of, money, of_money, why=f"{month:%Y-%m}")]


def moves(found: pl.DataFrame) -> pl.DataFrame:
    """One row a month: products that were sold before, and the share of them whose price moved so far since the last
    month but one in which they were, all up or all down: the last one may hold prices of both sizes.

    `found`: totals of all lines.
    """
    price = (pl.col("revenue").cast(pl.Float64) / pl.col("units").cast(pl.Float64)).log10()
    move = (price - pl.coalesce(price.shift(2), price.shift(1))).over("product_key", order_by="month").alias("move")
    up, down = (pl.col("move") >= MOVED).mean(), (pl.col("move") <= -MOVED).mean()
    known = found.with_columns(move).drop_nulls("move").group_by("month")
    return known.agg(pl.len().alias("products"), pl.max_horizontal(up, down).alias("share"))
