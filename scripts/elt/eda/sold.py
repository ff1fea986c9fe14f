"""What was sold: customers, values of orders and breakdowns of revenue, from one pass over the order lines."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from elt.eda.breakdowns import Lookup, breakdown, summed_up, sums, whole_sums
from elt.eda.customers import by_value, customer_measures
from elt.eda.order_values import counted, of_part, order_values
from elt.run.mart import Mart
from elt.sales.order_lines import MONTH, decimals_of


def sales_queries(
    lines: pl.LazyFrame, locations: Lookup, of_products: Lookup, product_groups: Sequence[str]
) -> dict[str, pl.LazyFrame]:
    """What is asked of the order lines of some customers: the newest day, one row a customer, and the sums by group.

    product_groups: category and subcategory, as far as the star schema has them.
    """
    days, keys = (
        summed_up(lines, *names).collect(engine="streaming").lazy()
        for names in (["order_date"], [locations.key, of_products.key])
    )
    places, products = locations.beside(keys), of_products.beside(keys)
    groups = {
        "month": sums(days, MONTH),
        "weekday": sums(days, pl.col("order_date").dt.weekday().alias("weekday")),
        "country": sums(places, pl.col("country")),
        "product": sums(products, pl.col("product_number")),
    }
    for position, name in enumerate(product_groups):
        groups[name] = sums(products, *map(pl.col, product_groups[: position + 1]))
    newest = lines.select(pl.col("order_date").max())
    return {"newest": newest, "customers": customer_measures(lines), "orders": of_part(lines)} | groups


class Sold(NamedTuple):
    """One row a customer, the values of orders, the breakdowns of revenue by name, and the newest order date."""

    customers: pl.DataFrame
    order_values: dict[str, Any] | None
    breakdowns: dict[str, Any]
    newest: date | None


def sales(
    parts: Sequence[pl.LazyFrame], frames: Mapping[str, pl.LazyFrame], marts: Mapping[str, Mart], minimum: int
) -> Sold:
    """What was sold, from one pass over the order lines."""
    product_groups = [name for name in ("category", "subcategory") if name in marts["dim_product"].by_name]
    locations = Lookup.of(frames["dim_location"].collect(), "location_key", ["country"])
    products = Lookup.of(frames["dim_product"].collect(), "product_key", [*product_groups, "product_number"])
    of_parts: dict[str, list[pl.DataFrame]] = {}
    orders: list[dict[str, pl.DataFrame]] = []
    for part in parts:
        queries = sales_queries(part, locations, products, product_groups)
        found = dict(zip(queries, pl.collect_all(queries.values(), engine="streaming"), strict=True))
        orders.append(counted(found.pop("orders")))
        for name, table in found.items():
            of_parts.setdefault(name, []).append(table)
    newest = pl.concat(of_parts.pop("newest"))["order_date"].max()
    customers, decimals = by_value(of_parts.pop("customers")), decimals_of(frames["fact_sales"])
    shown: dict[str, Any] = {}
    for name, tables in of_parts.items():
        groups = products.told(locations.told(whole_sums(tables)))
        if name == "month":
            groups = groups.with_columns(pl.col("month").dt.strftime("%Y-%m"))
        is_nested = name == "subcategory" and "category" in shown
        parents = [entry["category"] for entry in shown["category"]["groups"]] if is_nested else None
        shown[name] = breakdown(groups, minimum, parents, in_time=name == "month", decimals=decimals)
    values = order_values(orders, minimum, decimals)
    return Sold(customers, values, shown, newest if isinstance(newest, date) else None)
