"""Summary of the exploratory data analysis: every figure of it, and none about fewer people than the minimum group.

Inputs: all tables of gold/data in the order of marts.yaml (protected layer).
Outputs: step1_eda/data/eda_summary.json; the figures and the report of this step read nothing else.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from elt import rulelog
from elt.eda.breakdowns import breakdown, lookup, sums
from elt.eda.correlations import correlations, month_correlations
from elt.eda.customers import customer_measures, customers_of, revenue_histogram
from elt.eda.mart_shape import PERSON
from elt.eda.profiles import profile
from elt.files import write_json
from elt.run.mart import Mart
from elt.sales.views import MONTH, decimals_of, fixed_day
from elt.tables import scan

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake
MONTH_OF_KPIS = pl.col("month_start").dt.strftime("%Y-%m")


def drop_repeats(profiles: Mapping[str, dict[str, Any]], breakdowns: Mapping[str, Any]) -> None:
    """Take out of the profiles what another figure says already, as two cuts of the same people give away a third.

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
            if columns[name].get("counts"):  # none are left where all groups are hidden
                columns[name]["distinct"] = len(columns[name].pop("counts"))


def sales_queries(
    frames: Mapping[str, pl.LazyFrame], product_groups: Sequence[str]
) -> tuple[dict[str, pl.LazyFrame], dict[str, pl.LazyFrame]]:
    """What is asked of the order lines: the newest day and one row a customer; and the sums by group.

    product_groups: category and subcategory, as far as the star schema has them.
    """
    lines = frames["fact_sales"]
    places = lookup(lines, frames["dim_location"], "location_key", ["country"])
    products = lookup(lines, frames["dim_product"], "product_key", [*product_groups, "product_number"])
    groups = {
        "month": sums(lines, MONTH.dt.strftime("%Y-%m").alias("month")),
        "weekday": sums(lines, pl.col("order_date").dt.weekday().alias("weekday")),
        "country": sums(places, pl.col("country")),
        "product": sums(products, pl.col("product_number")),
    }
    for position, name in enumerate(product_groups):
        groups[name] = sums(products, *map(pl.col, product_groups[: position + 1]))
    return {"newest": lines.select(pl.col("order_date").max()), "customers": customer_measures(lines)}, groups


def sales(
    frames: Mapping[str, pl.LazyFrame], marts: Mapping[str, Mart], minimum: int
) -> tuple[pl.DataFrame, dict[str, Any], date | None]:
    """One row a customer, the breakdowns of revenue by name, and the newest order date; one pass over the lines."""
    product_groups = [name for name in ("category", "subcategory") if name in marts["dim_product"].by_name]
    others, groups = sales_queries(frames, product_groups)
    queries, decimals = others | groups, decimals_of(frames["fact_sales"])
    found = dict(zip(queries, pl.collect_all(queries.values(), engine="streaming"), strict=True))
    shown: dict[str, Any] = {}
    for name in groups:
        is_nested = name == "subcategory" and "category" in shown
        parents = [entry["category"] for entry in shown["category"]["groups"]] if is_nested else None
        shown[name] = breakdown(found[name], minimum, parents, in_time=name == "month", decimals=decimals)
    return found["customers"], shown, found["newest"].item()


def listed(name: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """A profile with its columns as a list, as the keys of a JSON file have no order."""
    columns = [{"name": column, **entry} for column, entry in found["columns"].items()]
    return {"name": name, **found, "columns": columns}


def publishable_rows(breakdowns: Mapping[str, Any], minimum: int) -> dict[str, pl.Expr]:
    """Which rows of the aggregated marts may be shown: those whose sums the breakdowns show, about enough people."""
    keys = {  # mart: breakdown, its column, what that is in the mart
        "agg_exec_kpis": ("month", "month", MONTH_OF_KPIS),
        "agg_product_performance": ("product", "product_number", pl.col("product_number")),
        "agg_geo_performance": ("country", "country", pl.col("country")),
        "agg_category_performance": ("category", "category", pl.col("category")),
    }
    found = {
        mart: key.fill_null("n/a").is_in([entry[column] for entry in breakdowns[name]["groups"]])
        for mart, (name, column, key) in keys.items()
        if name in breakdowns
    }
    return found | {"agg_cohort_retention": pl.col("active_customers") >= minimum}


def mark_complete_months(groups: Sequence[dict[str, Any]], months: pl.DataFrame) -> None:
    """Say of each month of the breakdown whether it is complete, where agg_exec_kpis (`months`) says so."""
    if "is_complete" not in months.columns:
        return
    is_complete = dict(months.select(MONTH_OF_KPIS, "is_complete").iter_rows())
    for group in groups:
        group["is_complete"] = is_complete.get(group["month"])


def main(tables: Sequence[str], marts: Mapping[str, Mart], *, minimum: int, analysis_date: str, output: str) -> None:
    """Read all marts, compute what may be shown of them, write the summary."""
    frames = {name: scan(path, marts[name].columns) for name, path in zip(marts, tables, strict=True)}
    customers, breakdowns, newest = sales(frames, marts, minimum)
    today = fixed_day(analysis_date) or newest or date.min
    shown = publishable_rows(breakdowns, minimum)
    del breakdowns["product"]  # only the largest products are of interest, and they are in the exposé
    months = frames["agg_exec_kpis"].filter(shown["agg_exec_kpis"]).collect()
    mark_complete_months(breakdowns["month"]["groups"], months)
    profiles = {name: profile(frames[name], mart, minimum, today, shown.get(name)) for name, mart in marts.items()}
    with_orders = profile(customers.lazy(), customers_of(marts["fact_sales"]), minimum, today)
    drop_repeats({**profiles, "customers": with_orders}, breakdowns)
    summary = {
        "minimum_group": minimum,
        "marts": [listed(name, found) for name, found in profiles.items()],
        "customers": listed("customers", with_orders),
        "breakdowns": breakdowns,
        "revenue_a_customer": revenue_histogram(customers, minimum),
        "correlations": {
            "customers": correlations(customers.drop(PERSON), minimum),
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
        minimum=snakemake.params.minimum_group,
        analysis_date=snakemake.params.analysis_date,
        output=snakemake.output.summary,
    )
