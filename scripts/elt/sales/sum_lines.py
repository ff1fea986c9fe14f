"""Lines that sum the other lines of their order, as where an export has a line of the total: all counts twice.

A product whose amount is that of all other lines of the order, wherever there are two or more, is no product.
"""

from collections.abc import Sequence

import polars as pl

from elt.report import assumptions
from elt.report.assumptions import Entry
from elt.run.mart import FACT
from elt.tables import ORDER_ID, ORDER_NUMBER

CODE = "sum_lines"
READS = {"product_key", "order_date", "sales_amount"}
LEAST, MOST = 10, 0.9  # orders with two other lines or more, and in which share of them


def totals(lines: pl.LazyFrame) -> pl.DataFrame:
    """One row a product: product_key, lines, revenue; lines beside two others or more, and those that sum these.

    `lines`: fact_sales.
    """
    order = (ORDER_ID if ORDER_ID in lines.collect_schema().names() else ORDER_NUMBER, "order_date")
    amount = pl.col("sales_amount")
    is_beside = (pl.len() > 2) & (amount > 0)
    is_sum = is_beside & (2 * amount == amount.sum())
    counts = lines.select(
        "product_key", amount, is_beside.over(order).alias("beside"), is_sum.over(order).alias("sums")
    )
    sums = (
        pl.len().cast(pl.Int64).alias("lines"),
        amount.sum().alias("revenue"),
        pl.col("beside", "sums").sum().cast(pl.Int64),
    )
    return counts.group_by("product_key").agg(sums).collect(engine="streaming")


def entries(parts: Sequence[pl.DataFrame]) -> list[Entry]:
    """What is said of the lines of such products; `parts`: `totals` of all lines, part by part."""
    every = pl.concat(parts).group_by("product_key").agg(pl.all().sum())
    found = every.filter(pl.col("beside") >= LEAST, pl.col("sums") >= MOST * pl.col("beside"))
    if not found.height:
        return []
    records, of = (int(frame["lines"].sum()) for frame in (found, every))
    money, of_money = ({"sales_amount": frame["revenue"].sum()} for frame in (found, every))
    return [assumptions.entry(CODE, FACT, records, of, money, of_money)]
