"""How unique customers are, before and after what is done for publication; figures about groups only.

Inputs: gold/data/dim_customer.csv, fact_sales.csv, customer_pseudonyms.csv and customer_features_exact.csv (protected),
step2_feature_engineering/data/customer_features.csv.
Outputs: _meta/uniqueness_report.json, which `privacy_records` tells in words.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from elt import rulelog
from elt.eda.categories import age_band
from elt.eda.mart_shape import PERSON, kind
from elt.files import write_json
from elt.privacy.partial_knowledge import COLUMNS, Tables, of_purchases, purchases, spread
from elt.privacy.uniqueness import all_measured
from elt.run.mart import Mart
from elt.sales.by_customer import small
from elt.sales.groups import UNKNOWN
from elt.tables import Spec, scan, scan_lines

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

TREATMENTS = {"ages": "age_bands", "category": "as_it_is", "boolean": "as_it_is", "hidden": "not_published"}
TYPES = {"customer": pl.String(), "monetary": pl.Float64()} | dict.fromkeys(COLUMNS[:3], pl.Int64())  # of an empty file


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


def uniqueness(customers: pl.DataFrame, mart: Mart, tables: Tables, today: date, minimum: int) -> dict[str, Any]:
    """The report as data: the quasi columns of dim_customer, and what purchases tell.

    customers: one row a known customer.
    """
    treatments = quasi_columns(mart)
    return {
        "minimum_group": minimum,
        "quasi_identifiers": {
            "published_as": treatments,
            **measured_pair(customers.select([*treatments]), generalised(customers, treatments, today), minimum),
        },
        "purchases": of_purchases(tables, minimum),
    }


def analysis_day(stated: str, facts: str, columns: Spec) -> date:
    """The analysis date that is stated; for "newest" the last day of an order, the first of all days without orders."""
    if stated != "newest":
        return date.fromisoformat(stated)
    last = scan(facts, columns).select(pl.col("order_date").max()).collect(engine="streaming").item()
    return last or date.min


def features_of(path: str) -> pl.DataFrame:
    """A table of features; money as float, for comparisons."""
    return pl.read_csv(path, schema_overrides=TYPES)


def main(
    *,
    inputs: Mapping[str, str],
    mart: Mart,
    fact_columns: Spec,
    analysis_date: str,
    minimum: int,
    published: str,
    output: str,
) -> None:
    """Read customers, features and purchases, measure, write the report.

    inputs: customers, exact, features, pseudonyms and facts; published: the setting.
    """
    customers = scan(inputs["customers"], mart.typed_columns).filter(pl.col(PERSON) != UNKNOWN)
    people = customers.select(PERSON, *quasi_columns(mart)).collect()
    today = analysis_day(analysis_date, inputs["facts"], fact_columns)
    exact, shown = features_of(inputs["exact"]), features_of(inputs["features"])
    names = pl.read_csv(inputs["pseudonyms"], schema_overrides={"customer_key": pl.Int64, "pseudonym": pl.String})
    keys = spread(exact).select("customer").join(names.rename({"pseudonym": "customer"}), on="customer")
    bought = purchases(small(scan_lines(inputs["facts"], fact_columns)), keys, today)
    found = uniqueness(people, mart, Tables(exact, shown, bought, published), today, minimum)
    write_json(output, found)
    rulelog.log.info("%d customers", people.height)


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, params = snakemake.input, snakemake.params
    main(
        inputs=dict(given.items()),
        mart=params.mart[0],
        fact_columns=params.facts,
        analysis_date=str(params.analysis_date),
        minimum=params.minimum_group,
        published=params.published,
        output=snakemake.output.report,
    )
