"""Orders that stand in the data twice under two numbers: same customer, same day, same products, pieces and amounts.

A customer may well order the same again on the same day. Where nearly all orders in a row have a second one, an export,
or a part of it, came in twice, with numbers of another system or in another spelling.
"""

from collections.abc import Sequence

import polars as pl

from elt.report import assumptions
from elt.report.assumptions import Entry
from elt.run.mart import FACT
from elt.sales.groups import KNOWN
from elt.tables import ORDER_ID, ORDER_NUMBER

CODE = "repeated_orders"
READS = {"customer_key", "product_key", "order_date", "quantity", "sales_amount"}
ROW, MOST = 10, 9  # of so many orders in a row so many have a second one: no chance, even where one in three has
DAY = pl.col("order_date")


def totals(lines: pl.LazyFrame) -> pl.DataFrame:
    """One row an order: order_date (null where day or customer are unknown), kind (a hash of customer and lines, but
    for their signs), lines, revenue. Two hashes in one, as there are half as many orders as lines.

    `lines`: fact_sales.
    """
    number = ORDER_ID if ORDER_ID in lines.collect_schema().names() else ORDER_NUMBER
    line = pl.struct("product_key", pl.col("quantity", "sales_amount").cast(pl.Float64).abs()).hash()
    content = (line // 2**32).sum().alias("content")
    sums = (content, pl.len().alias("lines"), pl.col("sales_amount").sum().alias("revenue"))
    orders = lines.group_by(number, "customer_key", "order_date").agg(sums)
    kind = pl.struct("customer_key", "content").hash().alias("kind")
    return orders.select(pl.when(KNOWN).then(DAY), kind, "lines", "revenue").collect(engine="streaming")


def entries(parts: Sequence[pl.DataFrame]) -> list[Entry]:
    """What is said of orders beyond the first of their kind, where nearly all orders in a row have one.

    One that a credit note took back is none. `parts`: `totals` of all lines, part by part.
    """
    orders = pl.concat(parts, rechunk=False)
    back = orders.filter(DAY.is_not_null(), pl.col("revenue") < 0).group_by("kind").agg(back=pl.len().cast(pl.Int64))
    years = orders.select(DAY.dt.year().drop_nulls().unique().sort()).to_series()
    every = [repeated(orders.filter(DAY.dt.year() == year), back) for year in years]
    found = pl.concat(every).sum() if every else pl.DataFrame({"lines": [0], "revenue": [0]})
    records, of = int(found["lines"].sum()), int(orders["lines"].sum())
    money, of_money = ({"sales_amount": frame["revenue"].sum()} for frame in (found, orders))
    return [assumptions.entry(CODE, FACT, records, of, money, of_money)] if records else []


def repeated(orders: pl.DataFrame, back: pl.DataFrame) -> pl.DataFrame:
    """Lines and revenue, in one row, of the orders of a year beyond the first of their kind; `back`: how many of a kind
    credit notes took back."""
    kinds = orders.filter(pl.col("revenue") > 0).group_by("order_date", "kind")
    more = (pl.col("len").cast(pl.Int64) - 1 - pl.col("back").fill_null(0)).clip(0).alias("more")
    counted = kinds.agg(pl.len(), pl.col("lines", "revenue").min()).join(back, on="kind", how="left")
    counted = counted.sort("order_date", "kind").with_columns(more)
    is_row = (pl.col("more") > 0).cast(pl.Int64).rolling_sum(ROW) >= MOST
    is_within = is_row.fill_null(value=False).cast(pl.Int64).reverse().rolling_max(ROW, min_samples=1).reverse() > 0
    return counted.filter(is_within).select(pl.col("lines", "revenue") * pl.col("more")).sum()
