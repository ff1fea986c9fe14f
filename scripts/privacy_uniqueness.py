"""How unique customers are, before and after what is done for publication; figures about groups only.

Inputs: gold/data/dim_customer.csv and fact_sales.csv (protected), step2_feature_engineering/data/customer_features.csv.
Outputs: _meta/uniqueness_report.json, _meta/uniqueness_report.md.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from elt import rulelog
from elt.eda.categories import age_band
from elt.eda.mart_shape import PERSON, kind
from elt.files import write_json, write_text
from elt.privacy.uniqueness import all_measured, worst
from elt.release.bands import NAMES, TYPES, banded
from elt.report.markdown import Markdown, code, table
from elt.report.numbers import number, percent
from elt.run.company import Mart
from elt.sales.views import UNKNOWN
from elt.tables import Spec, scan

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

TREATMENTS = {"ages": "ten-year bands of age", "category": "as it is", "boolean": "as it is", "hidden": "not published"}
HIDDEN = "–"
MONEY_DECIMALS = 8  # at most


def quasi_columns(mart: Mart) -> dict[str, str]:
    """Column of class quasi -> how it is published."""
    return {
        column.name: TREATMENTS.get(kind(column.name, mart), TREATMENTS["hidden"])
        for column in mart.columns
        if column.personal == "quasi"
    }


def generalised(customers: pl.DataFrame, treatments: Mapping[str, str], today: date) -> pl.DataFrame:
    """The quasi columns as they are published; those that are not published are gone."""
    kept = [name for name, treatment in treatments.items() if treatment != TREATMENTS["hidden"]]
    bands = [name for name in kept if treatments[name] == TREATMENTS["ages"]]
    return customers.select(kept).with_columns(age_band(pl.col(name), today).alias(name) for name in bands)


def measured_pair(before: pl.DataFrame, after: pl.DataFrame, minimum: int) -> dict[str, Any]:
    """The measures of all combinations of columns, before and after."""
    return {
        "customers": before.height if before.height >= minimum or not before.height else None,
        "before": all_measured(before, before.columns, minimum),
        "after": all_measured(after, after.columns, minimum),
    }


def uniqueness(
    customers: pl.DataFrame, mart: Mart, features: pl.DataFrame, today: date, minimum: int
) -> dict[str, Any]:
    """The report as data: the quasi columns of dim_customer, and what the orders of a customer tell.

    customers: one row a known customer; features: one row a customer with orders (columns of elt/release/bands.py).
    """
    treatments = quasi_columns(mart)
    used = [name for name in NAMES if name in features.columns]
    bands = features.select(banded(name, 0) for name in used)
    return {
        "minimum_group": minimum,
        "quasi_identifiers": {
            "published_as": treatments,
            **measured_pair(customers.select([*treatments]), generalised(customers, treatments, today), minimum),
        },
        "orders": {
            "published_as": dict.fromkeys(used, "exact, under a pseudonym; in bands in the table made on request"),
            **measured_pair(features.select(used), bands, minimum),
        },
    }


def rows_of(found: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Every column alone, the worst combination of each size, and all together, as rows of a table."""
    sizes = sorted({len(entry["columns"]) for entry in found})
    chosen = [entry for entry in found if len(entry["columns"]) == 1]
    chosen += [entry for size in sizes[1:] if (entry := worst(found, size))]
    rows = []
    for entry in chosen:
        counts = [HIDDEN if entry[name] is None else number(entry[name]) for name in ("unique", "small", "protected")]
        share = HIDDEN if entry["unique_share"] is None else percent(entry["unique_share"], 1)
        names = Markdown(", ".join(map(code, entry["columns"])))
        rows.append([names, counts[0], share, *counts[1:]])
    return rows


def section(title: str, part: Mapping[str, Any], minimum: int) -> str:
    """One part of the report as Markdown."""
    columns = [
        "columns",
        "alone",
        "share of customers",
        f"with 1 to {minimum - 2} others",
        f"with {minimum - 1} others or more",
    ]
    treatments = table(["column", "published"], [[code(name), how] for name, how in part["published_as"].items()])
    before, after = (
        table(columns, rows_of([*part[when].values()])) if part[when] else "None.\n\n" for when in ("before", "after")
    )
    return f"## {title}\n\n{treatments}### Before: exact\n\n{before}### After: generalised\n\n{after}"


def report(found: Mapping[str, Any]) -> str:
    """The report as Markdown; each column alone, and of larger combinations the one that singles out most people."""
    minimum = found["minimum_group"]
    return (
        "# How unique customers are\n\n"
        "People who are alone with a combination can be found by whoever knows it of them, with or without a name. "
        "Before: the exact values, in the protected layers and, for orders, under a pseudonym. After: the forms in "
        "which they are published or can be released, taken together; reports show each of them alone.\n\n"
        f"A dash: fewer than {minimum} people, or hidden because the others would tell. Every combination is in "
        "`uniqueness_report.json`.\n\n"
        + section("What is known of customers", found["quasi_identifiers"], minimum)
        + section("What their orders tell", found["orders"], minimum)
    )


def analysis_day(stated: str, facts: str, columns: Spec) -> date:
    """The analysis date that is stated; for "newest" the last day of an order, the first of all days without orders."""
    if stated != "newest":
        return date.fromisoformat(stated)
    last = scan(facts, columns).select(pl.col("order_date").max()).collect(engine="streaming").item()
    return last or date.min


def main(
    *,
    customers: str,
    features: str,
    facts: str,
    mart: Mart,
    fact_columns: Spec,
    analysis_date: str,
    minimum: int,
    output: str,
    page: str,
) -> None:
    """Read customers and features, measure, write both forms of the report."""
    people = scan(customers, mart.typed_columns).filter(pl.col(PERSON) != UNKNOWN).collect()
    bought = pl.read_csv(features, schema_overrides={**TYPES, "monetary": pl.String()})
    bought = bought.with_columns(pl.col("monetary").cast(pl.Decimal(38, MONEY_DECIMALS)))
    found = uniqueness(people, mart, bought, analysis_day(analysis_date, facts, fact_columns), minimum)
    write_json(output, found)
    write_text(page, report(found))
    rulelog.log.info("%d customers", people.height)


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, params = snakemake.input, snakemake.params
    main(
        customers=given.customers,
        features=given.features,
        facts=given.facts,
        mart=params.mart,
        fact_columns=params.facts,
        analysis_date=str(params.analysis_date),
        minimum=params.minimum_group,
        output=snakemake.output.report,
        page=snakemake.output.page,
    )
