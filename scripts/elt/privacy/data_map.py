"""The data map: from every raw field, over the marts, to everything that is published, and the masking on the way.

Computed from contracts, the SQL of the marts, and what the published files of a run say of themselves. A form is what
of a value a published file holds: `pseudonym`, `row` (a figure a customer, under the pseudonym), `groups` (counts of
groups), `ages` (counts of age bands), `months` (first and last month), `spread` (figures of a distribution), `share`,
`missing` (how many values are missing), `figure` (a sum, count or share over people), `records` (counts of records and
their amounts, by table).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from elt.features.catalogue import FEATURES, category_share
from elt.privacy import lineage
from elt.privacy.lineage import ROWS, Leaf, Leaves, Traced
from elt.run import sql_names

FEATURE_TABLE = "step2_feature_engineering/data/customer_features.csv"
SEGMENT_TABLE = "step3_segmentation/data/customer_segments.csv"
MODEL = "step3_segmentation/_meta/model_metadata.json"
EXPLORATION = "step1_eda/data/eda_summary.json"
NUMBERS = "reports/number_ledger.json"
SHOWN = {  # kinds of profiles in the exploration -> form
    "hidden": "missing", "key": "missing", "category": "groups", "ages": "ages", "months": "months",
    "number": "spread", "boolean": "share",
}  # fmt: skip
BY_FACTS = {  # breakdowns of the exploration -> the column that makes the groups
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
PERSONAL = ("quasi", "identifier", "direct")
Published = dict[str, Any]


def columns_of(contracts: Mapping[str, Any], marts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Dotted table -> its columns, of all silver and gold tables."""
    silver = {f"silver.{name}": [entry["name"] for entry in c["fields"]] for name, c in contracts.items()}
    return silver | {f"gold.{name}": list(mart["columns"]) for name, mart in marts.items()}


def traced(
    contracts: Mapping[str, Any],
    marts: Mapping[str, Any],
    sql: Mapping[str, str],
    formulas: Mapping[str, str],
    star: Mapping[str, Any],
) -> dict[str, Traced]:
    """Mart -> its lineage; `sql`: its text, `formulas`: of the key figures that it names, `star`: columns by mart."""
    tables = columns_of(contracts, marts)
    absent = {f"gold.{name}": set(columns) - set(tables.get(f"gold.{name}", ())) for name, columns in star.items()}
    return {
        name: lineage.of_query(sql_names.with_formulas(sql[name], formulas), tables, mart["columns"], absent)
        for name, mart in marts.items()
    }


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


def entry(file: str, what: str, form: str, leaves: Iterable[Leaf], figures: int = 1) -> Published:
    """One thing that is published: file, column or figure, form, the mart columns that it comes from."""
    return {"file": file, "what": what, "form": form, "from": sorted(leaves), "figures": figures}


def of_tables(headers: Mapping[str, Sequence[str]], model: Mapping[str, Any]) -> Iterator[Published]:
    """Columns of the published row-level tables; `headers`: path in the run -> its columns."""
    segment = leaves_of_segments(model)
    for file, columns in headers.items():
        for column in columns:
            if column == "customer":
                yield entry(file, column, "pseudonym", [("gold.dim_customer", "customer_number")])
            else:
                yield entry(file, column, "row", segment if file == SEGMENT_TABLE else leaves_of_feature(column))


def of_exploration(summary: Mapping[str, Any]) -> Iterator[Published]:
    """What the exploration shows of each mart's columns, and its breakdowns."""
    for mart in summary["marts"]:
        for column in mart["columns"]:
            leaf = (f"gold.{mart['name']}", column["name"])
            yield entry(EXPLORATION, f"{mart['name']}.{column['name']}", SHOWN[column["shown"]], [leaf])
    for name, breakdown in summary["breakdowns"].items():
        if breakdown:
            group = BY_FACTS.get(name, ("gold.fact_sales", ROWS))
            yield entry(EXPLORATION, f"breakdowns.{name}", "figure", {group, *MEASURES})
    for name in ("customers", "revenue_a_customer", "correlations"):
        if summary.get(name):
            yield entry(EXPLORATION, name, "spread", BUYING)


def named_in(text: str, mart: str, columns: Iterable[str]) -> set[Leaf]:
    """Columns of a mart that a formula in words names; all of them if it names none."""
    words = set(re.findall(r"\w+", text))
    named = [column for column in columns if column in words]
    return {(f"gold.{mart}", column) for column in named or columns}


def of_numbers(figures: Mapping[str, Any], marts: Mapping[str, Any], segments: Leaves) -> Iterator[Published]:
    """Figures of the exposé, those of one origin together; a formula that names no column stands for the whole mart.

    Figures that the run computes from other figures have the origin of those and are not counted again.
    """
    tables = columns_of({}, marts)
    found: dict[tuple[str, Leaves], int] = {}
    for figure in figures.values():
        file = figure.get("file", "")
        name = file.removeprefix("gold/data/").removesuffix(".csv")
        if not file or "/" not in file or file.startswith("_meta/data_policy"):
            continue
        if name not in marts:
            key = (file, segments if file == MODEL else lineage.NOTHING)
        elif "query" in figure:
            key = (name, leaves_of_figure(figure["query"], tables))
        else:
            text = figure.get("column") or figure.get("formula", "")
            key = (name, frozenset(named_in(text, name, marts[name]["columns"])))
        found[key] = found.get(key, 0) + 1
    for (what, leaves), count in sorted(found.items(), key=lambda item: (item[0][0], sorted(item[0][1]))):
        yield entry(NUMBERS, what, "figure" if leaves else "records", leaves, count)


def leaves_of_figure(query: str, tables: Mapping[str, Sequence[str]]) -> Leaves:
    """Leaves of all that a query over marts gives and of what chooses its rows."""
    found = lineage.of_query(query, tables, lineage.outputs(query))
    return found.choosing.union(*found.columns.values())


def leaves_of_segments(model: Mapping[str, Any]) -> Leaves:
    """Leaves of the features that the segmentation used."""
    used = [feature["name"] for feature in model["features"] if feature["is_used"]]
    return frozenset().union(*(leaves_of_feature(name) for name in used))


def published(
    headers: Mapping[str, Sequence[str]],
    summary: Mapping[str, Any],
    model: Mapping[str, Any],
    figures: Mapping[str, Any],
    marts: Mapping[str, Any],
) -> list[Published]:
    """Everything that leaves the protected layers, in the order of the run."""
    segments = leaves_of_segments(model)
    return [
        *of_exploration(summary),
        *of_tables(headers, model),
        *([entry(MODEL, "segments", "figure", segments, len(model["segments"]))] if model["segments"] else []),
        *of_numbers(figures, marts, segments),
    ]


def data_map(
    contracts: Mapping[str, Any], marts: Mapping[str, Any], found: Mapping[str, Traced], items: Sequence[Published]
) -> dict[str, Any]:
    """raw: contract -> field -> marts and published places that hold something of it; marts: column -> origin; items.

    `marts` and `published` of a field: by value; `chooses`: marts whose rows it chooses, joins or groups.
    """
    cache: dict[Leaves, list[Leaf]] = {}

    def raw_of(leaves: Iterable[Leaf]) -> list[Leaf]:
        wanted = frozenset(leaves)
        if wanted not in cache:
            cache[wanted] = sorted(lineage.to_raw(contracts, found, wanted))
        return cache[wanted]

    raw: dict[str, Any] = {
        name: {f["name"]: {"marts": [], "chooses": [], "published": []} for f in c["fields"] if "compute" not in f}
        for name, c in contracts.items()
    }
    for mart, trace in found.items():
        for column, leaves in trace.columns.items():
            for table, field in raw_of(leaves):
                if field in raw[table]:
                    raw[table][field]["marts"].append(f"{mart}.{column}")
        for table, field in raw_of(trace.choosing):
            if field in raw[table]:
                raw[table][field]["chooses"].append(mart)
    listed: list[Published] = []
    reached: dict[Leaf, set[str]] = {}  # mart column -> forms in which something of it is published
    for item in items:
        for leaf in lineage.to_gold(found, item["from"]):
            reached.setdefault(leaf, set()).add(item["form"])
        origin = raw_of(item["from"])
        listed.append({**item, "from": [".".join(leaf) for leaf in item["from"]], "raw": [".".join(o) for o in origin]})
        for table, field in origin:
            if field in raw[table]:
                raw[table][field]["published"].append({key: item[key] for key in ("file", "what", "form")})
    described = {
        mart: {
            "by_column": trace.is_by_column,
            "chosen_by": [".".join(leaf) for leaf in raw_of(trace.choosing)],
            "columns": {
                column: {
                    "personal": marts[mart]["columns"][column]["personal"],
                    "from": [".".join(leaf) for leaf in sorted(leaves)],
                    "raw": [".".join(leaf) for leaf in raw_of(leaves)],
                    "forms": sorted(reached.get((f"gold.{mart}", column), ())),
                }
                for column, leaves in trace.columns.items()
            },
        }
        for mart, trace in found.items()
    }
    return {"raw": raw, "marts": described, "published": listed}
