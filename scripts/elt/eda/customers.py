"""Customers with orders, one row each: what they bought, and how their revenue is spread."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, floor, log10
from typing import Any

import polars as pl

from elt.eda.distributions import OUTERMOST, bin_counts, merged, rank_value
from elt.eda.mart_shape import PERSON
from elt.protection.tenths import tenths
from elt.run.columns import Column
from elt.run.entries import Words
from elt.run.mart import Mart
from elt.sales.groups import KNOWN
from elt.sales.order_lines import AMOUNTS, CENTS, IS_ORDER, ORDERS, decimals_of, revenue_of


def measure(name: str, description: Words, unit: str, decimals: int = 0) -> Column:
    """A column about a customer's buying: money or a quantity with its decimals, or a count."""
    if decimals:
        return Column(name, "decimal", decimals, personal="none", description=description, unit=unit)
    return Column(name, "integer", personal="none", description=description, unit=unit)


CUSTOMERS = Mart(
    name="customers",
    title="Customers with orders",
    grain="one row a known customer with an order, computed from fact_sales",
    key=(PERSON,),
    columns=(
        Column(PERSON, "integer", personal="identifier", description="Surrogate key"),
        measure("orders", "Distinct orders", "orders"),
        measure("order_lines", "Lines of orders", "lines"),
        measure("units", "Pieces bought", "pieces"),
        measure("revenue", "Sum of sales_amount", "money", CENTS),
        measure("distinct_products", "Distinct product versions", "products"),
        measure("average_order_value", "Revenue divided by orders", "money", CENTS),
    ),
)


def customers_of(facts: Mart) -> Mart:
    """`CUSTOMERS` with the decimals that amounts and quantities of fact_sales have, where those are more."""
    scales = {name: column.scale for name, column in facts.by_name.items() if column.type == "decimal"}
    money = max([CENTS, *(scales.get(name, 0) for name in AMOUNTS)])
    own = {"units": scales.get("quantity", 0), "revenue": money, "average_order_value": money}
    columns = CUSTOMERS.columns
    finer = {c.name: measure(c.name, c.description, c.unit or "", own[c.name]) for c in columns if c.name in own}
    return replace(CUSTOMERS, columns=tuple(finer.get(column.name, column) for column in columns))


STEPS_A_DECADE = 6  # bins for ten times the revenue: about half as much again from one to the next


def customer_measures(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row a known customer with an order: the columns of CUSTOMERS, money as float for statistics; `lines` may be
    those of a part of the customers."""
    measures = {
        "orders": ORDERS,
        "order_lines": IS_ORDER.sum(),
        "units": pl.col("quantity").filter(IS_ORDER).sum(),
        "revenue": revenue_of(lines).sum() / 10 ** decimals_of(lines),
        "distinct_products": pl.col("product_key").filter(IS_ORDER).n_unique(),
    }
    customers = lines.filter(KNOWN).group_by(PERSON).agg(**measures).filter(pl.col("orders") > 0)
    return customers.with_columns(average_order_value=pl.col("revenue") / pl.col("orders"))


def by_value(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The customers of all parts, sorted by values, so that float sums do not depend on their order."""
    customers = pl.concat(parts)
    return customers.sort(*(name for name in customers.columns if name != PERSON))


def revenue_histogram(customers: pl.DataFrame, minimum: int) -> dict[str, Any] | None:
    """Customers by revenue in bins of one width on a logarithmic scale, from the 1st to the 99th percentile.

    None if the customers with a positive revenue are too few for percentiles at which nobody stands alone.
    """
    positive = customers.filter(pl.col("revenue") > 0)
    share = next((share for share in OUTERMOST if share * positive.height >= minimum), None)
    if share is None:
        return None
    values = positive.group_by(value="revenue").agg(rows=pl.len()).sort("value")
    low, high = (log10(rank_value(values, part)) * STEPS_A_DECADE for part in (share, 1 - share))
    first, last = floor(low), max(ceil(high), floor(low) + 1)
    place = pl.col("revenue").log10() * STEPS_A_DECADE
    found = bin_counts(positive.lazy(), place, (first, last), last - first, PERSON).collect()
    edges = [round(10 ** (step / STEPS_A_DECADE), 2) for step in range(first, last + 1)]
    outside = customers.height - int(found["people"].sum())
    return merged(edges, found, minimum, one_row_a_person=True, outside=outside)


def concentration(customers: pl.DataFrame, minimum: int, decimals: int) -> list[dict[str, Any]]:
    """What the first, the first two, … tenths of the customers bring, those with most revenue first: customers in the
    last of these tenths, revenue_share of all; empty if a tenth may not be shown. decimals: of the revenue."""
    whole = (customers["revenue"] * 10**decimals).round().cast(pl.Int64)
    total = int(whole.sum())
    return [{"customers": t.people, "revenue_share": round(t.reached / total, 4)} for t in tenths(whole, minimum)]
