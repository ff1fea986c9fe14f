"""Order lines as all analyses read them: amounts as whole numbers of their smallest unit, orders, days and months."""

from collections.abc import Iterable
from datetime import date

import polars as pl

from elt.gold import documents
from elt.sales.periods import Period

CENTS = 2  # decimals of an amount, at least
AMOUNTS = ("sales_amount", "cost_amount")
IS_ORDER = pl.col(documents.COLUMN) == documents.ORDER  # a credit note, a discount, a fee or a text is none
ORDERS = pl.col("order_number").filter(IS_ORDER).n_unique()
MONTH = pl.col("order_date").dt.truncate("1mo").alias("month")


def decimals_of(lines: pl.LazyFrame) -> int:
    """Decimals of the finest amount of the order lines, at least two: amounts are counted in units of the last one."""
    schema = lines.collect_schema()
    scales = [kind.scale for name in AMOUNTS if isinstance(kind := schema.get(name), pl.Decimal)]
    return max([CENTS, *scales])


def whole_amount(lines: pl.LazyFrame, name: str) -> pl.Expr:
    """An amount of the order lines as a whole number of the smallest unit of the finest; of a decimal this is what it
    is kept as, and costs a sixth of a product."""
    decimals, kind = decimals_of(lines), lines.collect_schema().get(name)
    if isinstance(kind, pl.Decimal):
        return pl.col(name).to_physical().cast(pl.Int64) * 10 ** (decimals - kind.scale)
    return (pl.col(name) * 10**decimals).cast(pl.Int64)


def revenue_of(lines: pl.LazyFrame) -> pl.Expr:
    """`revenue`: the amount of an order line as a whole number of its smallest unit."""
    return whole_amount(lines, "sales_amount").alias("revenue")


def units_of(lines: pl.LazyFrame) -> pl.Expr:
    """`quantity`: the quantity of an order line as a whole number of its last decimal."""
    kind, quantity = lines.collect_schema()["quantity"], pl.col("quantity")
    return (quantity.to_physical() if isinstance(kind, pl.Decimal) else quantity).cast(pl.Int64)


def within(lines: pl.LazyFrame, period: Period) -> pl.LazyFrame:
    """The order lines of a period."""
    return lines.filter(pl.col("order_date") >= period.start, pl.col("order_date") < period.end)


def outside(lines: pl.LazyFrame, periods: Iterable[Period]) -> pl.LazyFrame:
    """The order lines of none of the periods."""
    for period in periods:
        lines = lines.filter((pl.col("order_date") < period.start) | (pl.col("order_date") >= period.end))
    return lines


def fixed_day(setting: str) -> date | None:
    """The analysis date that the settings fix (ISO), or None for "newest"."""
    return None if str(setting) == "newest" else date.fromisoformat(str(setting))


def day_of_analysis(lines: pl.LazyFrame, setting: str) -> date | None:
    """The analysis date: the one of the settings, or else the newest order date; None without orders."""
    return fixed_day(setting) or lines.select(pl.col("order_date").max()).collect(engine="streaming").item()
