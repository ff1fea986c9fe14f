"""Sentences of the exploration's report, each made of the figures of eda_summary.json."""

from collections.abc import Mapping, Sequence
from typing import Any

from elt.eda.profile_text import plain
from elt.report.markdown import escape
from elt.report.numbers import number, percent

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def opening(marts: Mapping[str, Any], smallest: int | None, minimum: int) -> str:
    """How much was looked at, and what of it is shown; smallest: number of people behind a figure, None without any."""
    columns = [column for profile in marts.values() for column in profile["columns"].values()]
    rows = sum(profile["rows"] for profile in marts.values())
    hidden = sum(column["shown"] == "hidden" for column in columns)
    told = "" if smallest is None else f"; the smallest has {number(smallest)}"
    return (
        f"{len(marts)} tables, {len(columns)} columns, {number(rows)} rows. No group, bin, percentile or mean here is "
        f"about fewer than {minimum} people{told}; numbers of rows of whole tables are exact. Of {hidden} columns with "
        "personal data only the number of missing cells is shown, never a value. Amounts are in the currency of the "
        "data.\n\n"
    )


def group_text(entries: Sequence[Mapping[str, Any]], name: str) -> str:
    """A sentence on the group with the largest revenue; empty without groups."""
    total = sum(entry["revenue"] for entry in entries)
    if total <= 0:
        return f"No revenue by {name} can be shown."
    top = max(entries, key=lambda entry: (entry["revenue"], str(entry[name])))
    share = percent(top["revenue"] / total)
    return f"The largest {name}, {escape(top[name])}, makes {share} of the {plain(total)} shown."


def month_text(months: Sequence[Mapping[str, Any]]) -> str:
    """Sentences on the months: how many, the best, which are partial."""
    if not months:
        return "No month can be shown."
    partial = [entry["month"] for entry in months if entry.get("is_complete", True) is not True]
    best = max(months, key=lambda entry: (entry["revenue"], entry["month"]))
    ends = f"{len(months)} months from {months[0]['month']} to {months[-1]['month']} are shown"
    text = f"{ends}; revenue was highest in {best['month']} with {plain(best['revenue'])}."
    return text + (f" Partial, and hatched: {', '.join(partial)}." if partial else "")


def weekday_text(weekdays: Sequence[Mapping[str, Any]]) -> str:
    """A sentence on the weekdays with the most and the fewest order lines."""
    total = sum(entry["order_lines"] for entry in weekdays)
    if not total:
        return "No weekday can be shown."
    order = sorted(weekdays, key=lambda entry: (entry["order_lines"], entry["weekday"]))
    low, high = (f"{WEEKDAYS[e['weekday'] - 1]} ({percent(e['order_lines'] / total)})" for e in (order[0], order[-1]))
    return f"Most of the {number(total)} order lines shown are of a {high}, the fewest of a {low}."


def customer_text(customers: Mapping[str, Any], minimum: int) -> str:
    """A sentence on the revenue of a customer, from the percentiles that may be shown; few are not counted."""
    shares = customers["columns"]["revenue"].get("percentiles", {})
    low, middle, high = (shares.get(name) for name in ("p5", "p50", "p95"))
    is_few = 0 < customers["rows"] < minimum
    shown = f"Fewer than {minimum}" if is_few else number(customers["rows"])
    count = f"{shown} known customers have ordered"
    if middle is None:
        return f"{count}; too few for percentiles."
    text = f"{count}; half of them for at most {plain(middle)}"
    return text + (f", nine of ten for {plain(low)} to {plain(high)}." if low is not None and high is not None else ".")


def absent_text(summary: Mapping[str, Any]) -> list[str]:
    """What the star schema of this company does not offer, one sentence each."""
    customers, months = (summary["marts"][name]["columns"] for name in ("dim_customer", "agg_exec_kpis"))
    absent = {
        "Revenue by category: dim_product has no category.": "category" not in summary["breakdowns"],
        "Revenue by subcategory: dim_product has no subcategory.": "subcategory" not in summary["breakdowns"],
        "Age bands: dim_customer has no birth_date.": "birth_date" not in customers,
        "Partial months: agg_exec_kpis has no is_complete; all months count as whole.": "is_complete" not in months,
    }
    return [text for text, is_absent in absent.items() if is_absent]
