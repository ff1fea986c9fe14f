"""What the charts of the exposé show, in words, for whoever does not see them: their titles say the messages."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from elt.expose.wording import Wording

Content = Mapping[str, Any]
TOLD_TENTHS = (0, 1, 4)  # of the customers, largest first: 10, 20 and 50 per cent


def said(w: Wording, chart: str, parts: Iterable[Mapping[str, str]], **values: str) -> str:
    """The text of a chart; `parts`: what it shows of each of its bars or points."""
    words = w.words["alternatives"][chart]
    text = words["all"].format(**values, parts="; ".join(words["each"].format(**part) for part in parts))
    return str(text).rstrip(": ")


def revenue_by_month(w: Wording, pages: Content) -> str:
    """The highest of the whole months of this year."""
    rows = [row for row in pages["situation"]["months"] if row["this"] and not row["partial"]]
    if not rows:
        return ""
    highest = max(rows, key=lambda row: w.value(row["this"]))
    part = {"month": w.month(highest["month"]), "revenue": w.figure(highest["this"])}
    is_compared = any(row.get("last") for row in pages["situation"]["months"])
    return said(w, "revenue_by_month" if is_compared else "revenue_by_month_alone", [part])


def revenue_bridge(w: Wording, pages: Content) -> str:
    """Each step with its effect."""
    steps = pages["situation"]["bridge"]
    parts = [{"step": w.words["steps"][one["step"]], "effect": w.figure(one["effect"], "+")} for one in steps]
    ends = {year: w.figure(f"revenue.{year}") for year in ("last", "this")} if steps else {}
    return said(w, "revenue_bridge", parts, **ends) if steps else ""


def segment_shares(w: Wording, pages: Content) -> str:
    """Both shares of each segment."""
    shares = {"customers": "customer_share", "revenue": "revenue_share"}
    rows = pages["segments"]["segments"]
    parts = [{"name": w.text(row["name"]), **{k: w.figure(row[v]) for k, v in shares.items()}} for row in rows]
    return said(w, "segment_shares", parts) if rows else ""


def revenue_concentration(w: Wording, pages: Content) -> str:
    """The share of the revenue of 10, 20 and 50 per cent of the customers."""
    rows = pages["customers"]["pareto"]
    parts = [{name: w.figure(rows[place][name]) for name in ("customers", "revenue")} for place in TOLD_TENTHS if rows]
    return said(w, "revenue_concentration", parts) if rows else ""


def cohort_retention(w: Wording, pages: Content) -> str:
    """Of each quarter of first orders the share that ordered again in the next."""
    rows = [row for row in pages["customers"]["cohorts"] if row["cells"] and row["cells"][0]]
    parts = [{"cohort": row["cohort"].replace("-", " "), "share": w.figure(row["cells"][0])} for row in rows]
    return said(w, "cohort_retention", parts)


def product_classes(w: Wording, pages: Content) -> str:
    """Both shares of each class."""
    shares = {"products": "products_share", "revenue": "revenue_share"}
    rows = pages["products"]["abc"]
    parts = [{"class_name": row["class"], **{k: w.figure(row[v]) for k, v in shares.items()}} for row in rows]
    return said(w, "product_classes", parts) if rows else ""


CHARTS: tuple[Callable[[Wording, Content], str], ...] = (
    revenue_by_month,
    revenue_bridge,
    segment_shares,
    revenue_concentration,
    cohort_retention,
    product_classes,
)


def alternatives(w: Wording, pages: Content) -> dict[str, str]:
    """Text by chart; empty of one that has nothing to show."""
    return {chart.__name__: chart(w, pages) for chart in CHARTS}
