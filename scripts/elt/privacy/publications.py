"""What is published of people: every column and figure, its form, and the mart columns that it comes from.

Read from what the published files of a run say of themselves. A form is what of a value a published file holds:
`pseudonym`, `row` (a figure a customer, under the pseudonym), `groups` (counts of groups), `ages` (counts of age
bands), `months` (first and last month), `spread` (figures of a distribution), `share`, `missing` (how many values are
missing), `figure` (a sum, count or share over people), `records` (counts of records and their amounts, by table).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elt.features.catalogue import FEATURES, category_share
from elt.run import lineage
from elt.run.lineage import NOTHING, ROWS, Leaves
from elt.run.mart import Mart

FEATURE_TABLE = "step2_feature_engineering/data/customer_features.csv"
SEGMENT_TABLE = "step3_segmentation/data/customer_segments.csv"
MODEL = "step3_segmentation/_meta/model_metadata.json"
EXPLORATION = "step1_eda/data/eda_summary.json"
UNIQUENESS = "_meta/uniqueness_report.json"
NUMBERS = "reports/number_ledger.json"
SHOWN = {  # kinds of profiles in the exploration -> form
    "hidden": "missing", "key": "missing", "category": "groups", "ages": "ages", "months": "months",
    "number": "spread", "boolean": "share",
}  # fmt: skip
GROUPED_BY = {  # breakdowns of the exploration -> the column that makes the groups
    "month": ("gold.fact_sales", "order_date"),
    "weekday": ("gold.fact_sales", "order_date"),
    "country": ("gold.dim_location", "country"),
    "category": ("gold.dim_product", "category"),
    "subcategory": ("gold.dim_product", "subcategory"),
}
MEASURES = frozenset({("gold.fact_sales", column) for column in ("sales_amount", "customer_key", ROWS)})
BUYING = frozenset(
    {
        ("gold.fact_sales", column)
        for column in ("sales_amount", "quantity", "order_number", "customer_key", "product_key", "order_date", ROWS)
    }
)
CUSTOMER_NUMBER = ("gold.dim_customer", "customer_number")  # what a pseudonym stands for


@dataclass(frozen=True)
class Publication:
    """One thing that is published: file, column or figure, form, the mart columns that it comes from, how often."""

    file: str
    what: str
    form: str
    leaves: Leaves
    figures: int = 1


def leaves_of_source(text: str) -> Leaves:
    """Leaves of a feature's source, such as "fact_sales.sales_amount, order_number"."""
    found, table = set(), ""
    for part in text.split(", "):
        before, dot, column = part.rpartition(".")
        table = before if dot else table
        found.add((f"gold.{table}", column))
    return frozenset(found)


def leaves_of_feature(name: str) -> Leaves:
    """Leaves of a column of customer_features.csv, by the catalogue of features."""
    known = {entry.name: entry.source for entry in FEATURES}
    return leaves_of_source(known.get(name, category_share("", "").source))


def leaves_of_segments(model: Mapping[str, Any]) -> Leaves:
    """Leaves of the features that the segmentation used."""
    used = [feature["name"] for feature in model["features"] if feature["is_used"]]
    return NOTHING.union(*map(leaves_of_feature, used))


def of_tables(headers: Mapping[str, Sequence[str]], segments: Leaves) -> Iterator[Publication]:
    """Columns of the published row-level tables; `headers`: path in the run -> its columns."""
    for file, columns in headers.items():
        for column in columns:
            if column == "customer":
                yield Publication(file, column, "pseudonym", frozenset({CUSTOMER_NUMBER}))
            else:
                leaves = segments if file == SEGMENT_TABLE else leaves_of_feature(column)
                yield Publication(file, column, "row", leaves)


def of_exploration(summary: Mapping[str, Any]) -> Iterator[Publication]:
    """What the exploration shows of each mart's columns, and its breakdowns."""
    for mart in summary["marts"]:
        for column in mart["columns"]:
            leaf = (f"gold.{mart['name']}", column["name"])
            what = f"{mart['name']}.{column['name']}"
            yield Publication(EXPLORATION, what, SHOWN[column["shown"]], frozenset({leaf}))
    for name, breakdown in summary["breakdowns"].items():
        if breakdown:
            group = GROUPED_BY.get(name, ("gold.fact_sales", ROWS))
            yield Publication(EXPLORATION, f"breakdowns.{name}", "figure", MEASURES | {group})
    for name in ("customers", "revenue_a_customer", "correlations"):
        if summary.get(name):
            yield Publication(EXPLORATION, name, "spread", BUYING)


def named_in(text: str, mart: Mart) -> Leaves:
    """Columns of a mart that a formula in words names; all of them if it names none."""
    words = set(re.findall(r"\w+", text))
    named = [column for column in mart.names if column in words]
    return frozenset((f"gold.{mart.name}", column) for column in named or mart.names)


def leaves_of_figure(query: str, marts: Mapping[str, Mart]) -> Leaves:
    """Leaves of all that a query over marts gives and of what chooses its rows."""
    tables = {f"gold.{name}": mart.names for name, mart in marts.items()}
    found = lineage.of_query(query, tables, lineage.outputs(query))
    return found.choosing.union(*found.columns.values())


def of_numbers(figures: Mapping[str, Any], marts: Mapping[str, Mart], segments: Leaves) -> Iterator[Publication]:
    """Figures of the exposé, those of one origin together; a formula that names no column stands for the whole mart.

    Figures that the run computes from other figures have the origin of those and are not counted again.
    """
    found: dict[tuple[str, Leaves], int] = {}
    for figure in figures.values():
        file = figure.get("file", "")
        name = file.removeprefix("gold/data/").removesuffix(".csv")
        if not file or "/" not in file or file.startswith("_meta/data_policy"):
            continue
        if name not in marts:
            key = (file, {MODEL: segments, UNIQUENESS: BUYING}.get(file, NOTHING))
        elif "query" in figure:
            key = (name, leaves_of_figure(figure["query"], marts))
        else:
            key = (name, named_in(figure.get("column") or figure.get("formula", ""), marts[name]))
        found[key] = found.get(key, 0) + 1
    for (what, leaves), count in sorted(found.items(), key=lambda item: (item[0][0], sorted(item[0][1]))):
        yield Publication(NUMBERS, what, "figure" if leaves else "records", leaves, count)


def published(
    headers: Mapping[str, Sequence[str]],
    summary: Mapping[str, Any],
    model: Mapping[str, Any],
    figures: Mapping[str, Any],
    marts: Mapping[str, Mart],
) -> list[Publication]:
    """Everything that leaves the protected layers, in the order of the run."""
    segments = leaves_of_segments(model)
    groups = len(model["segments"])
    return [
        *of_exploration(summary),
        *of_tables(headers, segments),
        *([Publication(MODEL, "segments", "figure", segments, groups)] if groups else []),
        *of_numbers(figures, marts, segments),
    ]
