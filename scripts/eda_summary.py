"""Summary of the exploratory data analysis: every figure of it, and none about fewer people than the minimum group.

Inputs: all tables of gold/data in the order of marts.yaml (protected layer).
Outputs: step1_eda/data/eda_summary.json; the figures and the report of this step read nothing else.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from elt import rulelog
from elt.eda.breakdowns import breakdown, lookup, sums
from elt.eda.distributions import OUTERMOST, bin_counts, merged, rank_value
from elt.eda.profiles import PERSON, UNKNOWN, profile
from elt.files import write_json
from elt.run.company import Column, Mart
from elt.sales.views import CENTS, MONTH, ORDERS
from elt.tables import scan

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def measure(name: str, description: str, unit: str) -> Column:
    """A column that tells of a customer's buying: money with its cents, or a count."""
    if unit == "money":
        return Column(name, "decimal", 2, "none", description, unit=unit)
    return Column(name, "integer", personal="none", description=description, unit=unit)


CUSTOMERS = Mart(
    name="customers",
    title="Customers with orders",
    grain="one row a known customer with an order, computed from fact_sales",
    key=(PERSON,),
    columns=(
        Column(PERSON, "integer", personal="identifier", description="Surrogate key"),
        measure("orders", "Distinct orders, without credit notes", "orders"),
        measure("order_lines", "Order lines", "lines"),
        measure("units", "Pieces bought", "pieces"),
        measure("revenue", "Sum of sales_amount", "money"),
        measure("distinct_products", "Distinct product versions", "products"),
        measure("average_order_value", "Revenue divided by orders", "money"),
    ),
)
STEPS_A_DECADE = 6  # bins of the revenue of a customer, of one width on a logarithmic scale
LEAST_FOR_CORRELATION = 10


def customer_measures(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row a known customer with an order: the columns of CUSTOMERS, money as float for statistics."""
    measures = {
        "orders": ORDERS,
        "order_lines": pl.len(),
        "units": pl.col("quantity").sum(),
        "revenue": CENTS.sum() / 100,
        "distinct_products": pl.col("product_key").n_unique(),
    }
    customers = lines.filter(pl.col(PERSON) != UNKNOWN).group_by(PERSON).agg(**measures)
    # Sorted by values, so that float sums do not depend on the order in which groups come.
    return customers.with_columns(average_order_value=pl.col("revenue") / pl.col("orders")).sort(
        *measures, "average_order_value"
    )


def correlations(frame: pl.DataFrame) -> dict[str, Any] | None:
    """Pearson's r and Spearman's rho of all pairs of columns, 4 decimals; None for a constant column.

    Rows with a gap are left out; no result from fewer than ten rows.
    """
    frame = frame.cast(pl.Float64).drop_nulls()
    if frame.height < LEAST_FOR_CORRELATION:
        return None

    def matrix(table: pl.DataFrame) -> list[list[float | None]]:
        columns = [column.to_numpy() - column.mean() if column.n_unique() > 1 else None for column in table]
        columns = [None if column is None else column / np.sqrt((column * column).sum()) for column in columns]
        pairs = [[None if a is None or b is None else float((a * b).sum()) for b in columns] for a in columns]
        return [[None if r is None else round(r, 4) + 0.0 for r in row] for row in pairs]

    ranks = frame.select(pl.all().rank("average"))
    return {"columns": frame.columns, "rows": frame.height, "pearson": matrix(frame), "spearman": matrix(ranks)}


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
    found = bin_counts(positive.lazy(), place, first, last, PERSON, last - first).collect()
    edges = [round(10 ** (step / STEPS_A_DECADE), 2) for step in range(first, last + 1)]
    outside = customers.height - int(found["people"].sum())
    return merged(edges, found, minimum, one_row_a_person=True, outside=outside)


def once(profiles: Mapping[str, dict[str, Any]], breakdowns: Mapping[str, Any]) -> None:
    """Take out of the profiles what another figure tells already, as two cuts of the same people tell a third.

    The revenue of customers has one histogram, `revenue_a_customer`: another one with other edges would count those
    between two edges. And customers by a group of a breakdown are not counted a second time without the orders: the
    difference would be the customers of the group who never ordered.
    """
    for found in profiles.values():
        if found["about_people"] != "row":
            continue
        columns = found["columns"]
        if "revenue" in columns:
            columns["revenue"]["histogram"] = None
        for name in breakdowns.keys() & columns.keys():
            if counts := columns[name].pop("counts", None):
                columns[name]["distinct"] = len(counts)


def sales(
    frames: Mapping[str, pl.LazyFrame], marts: Mapping[str, Mart], minimum: int
) -> tuple[pl.DataFrame, dict[str, Any], date | None]:
    """One row a customer, the breakdowns of revenue by name, and the newest order date; one pass over the lines."""
    lines = frames["fact_sales"]
    wanted = [name for name in ("category", "subcategory") if name in marts["dim_product"].by_name]
    places = lookup(lines, frames["dim_location"], "location_key", ["country"])
    queries = {
        "newest": lines.select(pl.col("order_date").max()),
        "customers": customer_measures(lines),
        "month": sums(lines, MONTH.dt.strftime("%Y-%m").alias("month")),
        "weekday": sums(lines, pl.col("order_date").dt.weekday().alias("weekday")),
        "country": sums(places, pl.col("country")),
    }
    products = lookup(lines, frames["dim_product"], "product_key", [*wanted, "product_number"])
    queries["product"] = sums(products, pl.col("product_number"))
    for position, name in enumerate(wanted):
        queries[name] = sums(products, *map(pl.col, wanted[: position + 1]))
    found = dict(zip(queries, pl.collect_all(queries.values(), engine="streaming"), strict=True))
    newest, customers = found.pop("newest").item(), found.pop("customers")
    shown: dict[str, Any] = {}
    for name, groups in found.items():
        nested = name == "subcategory" and "category" in shown
        parents = [entry["category"] for entry in shown["category"]["groups"]] if nested else None
        shown[name] = breakdown(groups, minimum, parents, in_time=name == "month")
    return customers, shown, newest


def listed(name: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """A profile with its columns as a list, as the keys of a JSON file have no order."""
    columns = [{"name": column, **entry} for column, entry in found["columns"].items()]
    return {"name": name, **found, "columns": columns}


def publishable_rows(breakdowns: Mapping[str, Any], minimum: int) -> dict[str, pl.Expr]:
    """Which rows of the aggregated marts may be shown: those whose sums the breakdowns show, about enough people."""
    keys = {
        "agg_exec_kpis": ("month", pl.col("month_start").dt.strftime("%Y-%m")),
        "agg_product_performance": ("product_number", pl.col("product_number")),
        "agg_geo_performance": ("country", pl.col("country")),
    }
    if "category" in breakdowns:
        keys["agg_category_performance"] = ("category", pl.col("category"))
    shown = {name: [entry[name] for entry in breakdowns[name.split("_")[0]]["groups"]] for name, _ in keys.values()}
    found = {mart: key.fill_null("n/a").is_in(shown[name]) for mart, (name, key) in keys.items()}
    return found | {"agg_cohort_retention": pl.col("active_customers") >= minimum}


def month_correlations(months: pl.DataFrame, mart: Mart) -> dict[str, Any] | None:
    """Correlations of the measures of agg_exec_kpis over its whole months."""
    measures = [column.name for column in mart.columns if column.type in ("integer", "decimal", "number")]
    return correlations((months.filter("is_complete") if "is_complete" in mart.by_name else months).select(measures))


def main(tables: Sequence[str], marts: Mapping[str, Mart], minimum: int, analysis_date: str, output: str) -> None:
    """Read all marts, compute what may be shown of them, write the summary."""
    frames = {name: scan(path, marts[name].columns) for name, path in zip(marts, tables, strict=True)}
    customers, breakdowns, newest = sales(frames, marts, minimum)
    today = (newest or date.min) if str(analysis_date) == "newest" else date.fromisoformat(str(analysis_date))
    shown = publishable_rows(breakdowns, minimum)
    del breakdowns["product"]  # only the largest products are of interest, and they are in the exposé
    months = frames["agg_exec_kpis"].filter(shown["agg_exec_kpis"]).collect()
    if "is_complete" in months.columns:
        state = dict(months.select(pl.col("month_start").dt.strftime("%Y-%m"), "is_complete").iter_rows())
        for entry in breakdowns["month"]["groups"]:
            entry["is_complete"] = state.get(entry["month"])
    profiles = {name: profile(frames[name], mart, minimum, today, shown.get(name)) for name, mart in marts.items()}
    buyers = profile(customers.lazy(), CUSTOMERS, minimum, today)
    once({**profiles, "customers": buyers}, breakdowns)
    summary = {
        "minimum_group": minimum,
        "marts": [listed(name, found) for name, found in profiles.items()],
        "customers": listed("customers", buyers),
        "breakdowns": breakdowns,
        "revenue_a_customer": revenue_histogram(customers, minimum),
        "correlations": {
            "customers": correlations(customers.drop(PERSON)),
            "months": month_correlations(months, marts["agg_exec_kpis"]),
        },
    }
    write_json(output, summary)
    rulelog.log.info("%d marts, %d customers with orders", len(marts), customers.height)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.tables,
        snakemake.params.marts,
        snakemake.params.minimum_group,
        snakemake.params.analysis_date,
        snakemake.output.summary,
    )
