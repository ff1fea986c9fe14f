"""Where each figure of the segmentation report comes from: SQL over gold and over the segments of the run that it was
compared with, or its place in model_metadata.json."""

# ruff: noqa: S608 - these queries are told, not run

from collections.abc import Iterable, Mapping
from typing import Any

from elt.protection.people_behind import MODEL
from elt.report.figure_ledger import Origin, at, query
from elt.run.segment_rules import CYCLES, MEDIANS
from elt.segmentation.matching import GONE, NEW

Record = Mapping[str, Any]

TABLES = {"members": "SELECT * FROM gold.customer_features_exact JOIN gold.customer_clusters USING (customer)"}
CYCLE = "MEDIAN(days_between_orders)"
CYCLE_DAYS = query(f"SELECT {CYCLE} FROM members")
FIGURES = {  # of a segment, in SQL over its members
    "customers": "COUNT(*)",
    "revenue": "SUM(monetary)",
    "repeat_share": "AVG(CASE WHEN frequency > 1 THEN 1.0 ELSE 0.0 END)",
    "active_share": "AVG(CASE WHEN recency_days < 365 THEN 1.0 ELSE 0.0 END)",
    "average_order_value": "SUM(monetary) / SUM(frequency)",
    "revenue_of_year": "SUM(revenue_of_year)",
    "gross_margin": "SUM(gross_margin)",
    "margin_rate": "SUM(gross_margin) / SUM(costed_revenue)",
}
SHARES = {"customer_share": "customers", "revenue_share": "revenue"}


SEGMENTS = "step3_segmentation/data/customer_segments.csv"


def tables(model: Record) -> dict[str, Any]:
    """The tables of the queries, and where those of the run that it was compared with come from."""
    found = model.get("migration")
    files = {"earlier": {"run": found["run"], "file": SEGMENTS, "sha256": found["sha256"]}} if found else {}
    return {"tables": TABLES, **({"files": files} if files else {})}


def moved(segments: Iterable[Record], row: str, column: str) -> Origin:
    """The origin of the customers who moved from a segment of the earlier run (a row) to one of this run."""
    clusters = {str(segment["label"]): segment.get("cluster", segment["label"]) for segment in segments}
    then = "IS NULL" if row == NEW else f"= {row}"
    now = "IS NULL" if column == GONE else f"= {clusters[column]}"
    both = "earlier FULL JOIN gold.customer_clusters AS now USING (customer)"
    return query(f"SELECT COUNT(*) FROM {both} WHERE earlier.segment {then} AND now.segment {now}")


def place(*steps: Any, **more: Any) -> Origin:
    """A place in the metadata of the model."""
    return at(MODEL, *steps, **more)


def of_segment(segment: Record, name: str) -> Origin:
    """The origin of a figure of a segment, from its members; a share is one of all customers in segments."""
    condition = f"segment = {segment.get('cluster', segment['label'])}"
    if name in SHARES:
        whole = FIGURES[SHARES[name]]
        return query(f"SELECT {whole} FILTER (WHERE {condition}) / {whole} FROM members")
    return query(f"SELECT {FIGURES[name]} FROM members WHERE {condition}")


def seen(feature: Record) -> str:
    """A feature on the scale that k-means sees, in SQL: as it is, or log(1 + x) and the mirrored curve below zero."""
    column = f'"{feature["name"]}"'
    return f"SIGN({column}) * LN(1 + ABS({column}))" if feature["is_logged"] else column


def typical(feature: Record, segment: Record | None = None) -> Origin:
    """The origin of what is typical of a segment, or of all: the mean, or that of the logarithms turned back."""
    where = "" if segment is None else f" WHERE segment = {segment.get('cluster', segment['label'])}"
    mean = f"AVG({seen(feature)})"
    return query(
        f"SELECT SIGN(mean) * (EXP(ABS(mean)) - 1) FROM (SELECT {mean} AS mean FROM members{where})"
        if feature["is_logged"]
        else f"SELECT {mean} FROM members{where}"
    )


def deviation(feature: Record, segment: Record) -> Origin:
    """The origin of the distance of a segment from the mean of all customers in standard deviations."""
    own = f"FILTER (WHERE segment = {segment.get('cluster', segment['label'])})"
    value = seen(feature)
    return query(f"SELECT (AVG({value}) {own} - AVG({value})) / STDDEV_POP({value}) FROM members")


def limit(segment: Record, condition: Record, key: str) -> Origin:
    """The origin of a limit of a rule: what the company states, or its multiple of the cycle or of a median."""
    one = {CYCLES: CYCLE, MEDIANS: f'MEDIAN("{condition["feature"]}")'}.get(condition.get("unit", ""))
    if one is None or key != "value":
        own = {name: value for name, value in condition.items() if name not in (key, "label")}
        return place("segments", segment["label"], "rule", own, key)
    multiple = next(condition[name] for name in ("at_least", "at_most") if name in condition)
    return query(f"SELECT {multiple} * {one} FROM members")
