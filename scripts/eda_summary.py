"""Summary of the exploratory data analysis: every figure of it, and none about fewer people than the minimum group.

Inputs: all tables of gold/data in the order of marts.yaml (protected layer).
Outputs: step1_eda/data/eda_summary.json; the figures and the report of this step read nothing else.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from elt import rulelog
from elt.eda.correlations import correlations, month_correlations
from elt.eda.customers import concentration, customers_of, revenue_histogram
from elt.eda.mart_shape import PERSON
from elt.eda.profiles import profile
from elt.eda.sold import sales
from elt.files import write_json
from elt.run.mart import FACT, Mart
from elt.sales.by_customer import by_customer, small
from elt.sales.order_lines import decimals_of, fixed_day
from elt.tables import scan, scan_lines

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
            column = columns[name]
            if column.get("counts"):  # none are left where all groups are hidden
                hidden = column["suppressed_groups"] - (column["missing"] == "hidden")  # a gap is no value
                column["distinct"] = len(column.pop("counts")) + hidden


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


def profiles_of(
    frames: Mapping[str, pl.LazyFrame],
    lines: Sequence[pl.LazyFrame],
    marts: Mapping[str, Mart],
    shown: Mapping[str, pl.Expr],
    minimum: int,
    today: date,
) -> dict[str, dict[str, Any]]:
    """The profile of every mart by name; `lines`: the order lines in parts, `shown`: rows that may be published."""
    parts = {name: lines if name == FACT else [frame] for name, frame in frames.items()}
    return {name: profile(parts[name], mart, minimum, today, shown.get(name)) for name, mart in marts.items()}


def summed_up(
    frames: Mapping[str, pl.LazyFrame],
    lines: Sequence[pl.LazyFrame],
    marts: Mapping[str, Mart],
    minimum: int,
    analysis_date: str,
) -> dict[str, Any]:
    """The summary. frames: all marts; lines: the order lines in parts that hold all lines of some customers each."""
    customers, of_orders, breakdowns, newest = sales(lines, frames, marts, minimum)
    today = fixed_day(analysis_date) or newest or date.min
    shown = publishable_rows(breakdowns, minimum)
    del breakdowns["product"]  # only the largest products are of interest, and they are in the exposé
    months = frames["agg_exec_kpis"].filter(shown["agg_exec_kpis"]).collect()
    mark_complete_months(breakdowns["month"]["groups"], months)
    profiles = profiles_of(frames, lines, marts, shown, minimum, today)
    with_orders = profile([customers.lazy()], customers_of(marts[FACT]), minimum, today)
    drop_repeats({**profiles, "customers": with_orders}, breakdowns)
    rulelog.log.info("%d marts, %d customers with orders", len(marts), customers.height)
    return {
        "minimum_group": minimum,
        "place_of": marts["dim_location"].place_of,
        "marts": [listed(name, found) for name, found in profiles.items()],
        "customers": listed("customers", with_orders),
        "breakdowns": breakdowns,
        "revenue_a_customer": revenue_histogram(customers, minimum),
        "concentration": concentration(customers, minimum, decimals_of(frames[FACT])),
        "order_values": of_orders,
        "correlations": {
            "customers": correlations(customers.drop(PERSON), minimum),
            "months": month_correlations(months, marts["agg_exec_kpis"]),
        },
    }


def main(tables: Sequence[str], marts: Mapping[str, Mart], *, minimum: int, analysis_date: str, output: str) -> None:
    """Read all marts, compute what may be shown of them, write the summary."""
    frames = {name: scan(path, marts[name].columns) for name, path in zip(marts, tables, strict=True)}
    facts = tables[[*marts].index(FACT)]
    with by_customer(small(scan_lines(facts, marts[FACT].columns)), output) as lines:
        summary = summed_up(frames, lines, marts, minimum, analysis_date)
    write_json(output, summary)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.tables,
        snakemake.params.marts,
        minimum=snakemake.params.minimum_group,
        analysis_date=snakemake.params.analysis_date,
        output=snakemake.output.summary,
    )
