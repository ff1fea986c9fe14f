"""What the exploration's report says of its figures: a title that states the finding, sentences below it, and a text
for those who do not see the figure. Each is made of the figures of eda_summary.json, in the words of a language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elt.eda.profile_text import plain
from elt.report.markdown import escape
from elt.report.numbers import number, percent
from elt.report.words import Words
from elt.run.mart import FACT

UNEVEN = 0.1  # a weekday this far from an even share, by its size, is worth a figure
STRONG = 0.95  # measures that correlate more closely say nearly the same

Groups = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Finding:
    """What is said of one figure; `alternative` is empty where the figure shows nothing and is left out."""

    title: str
    text: str = ""
    alternative: str = ""


def finding(words: Words, text: Sequence[str] = ("text",), **values: str) -> Finding:
    """A finding from the words under `title` and `figure` and the sentences under `text`, filled with the values."""
    title, alternative = (words[key].format(**values) for key in ("title", "figure"))
    return Finding(title, " ".join(words[key].format(**values) for key in text), alternative)


def month_name(iso: str, words: Words) -> str:
    """A month ("2025-06") as June 2025."""
    year, month = iso.split("-")
    return words["month_of_year"].format(month=words["months"][int(month) - 1], year=year)


def of_months(months: Groups, words: Words) -> Finding:
    """The best month, how many are shown, which are partial."""
    said, language = words["month"], words["language"]
    if not months:
        return Finding(said["none"])
    partial = [entry["month"] for entry in months if entry.get("is_complete", True) is not True]
    best = max(months, key=lambda entry: (entry["revenue"], entry["month"]))
    return finding(
        said,
        ("text", "partial") if partial else ("text",),
        months=number(len(months), 0, language),
        first=month_name(months[0]["month"], words),
        last=month_name(months[-1]["month"], words),
        best=month_name(best["month"], words),
        revenue=plain(best["revenue"], 2, language),
        partial=", ".join(month_name(month, words) for month in partial),
    )


def of_groups(groups: Groups | None, name: str, words: Words) -> Finding:
    """The group with the largest revenue, and what the first three bring; `groups` None: the star lacks the column."""
    said, language = words["group"][name], words["language"]
    total = sum(entry["revenue"] for entry in groups or ())
    if groups is None or total <= 0:
        return Finding(said["absent" if groups is None else "none"])
    ordered = sorted(groups, key=lambda entry: (-entry["revenue"], str(entry[name])))
    return finding(
        said,
        ("text",) if len(ordered) > len(ordered[:3]) else (),
        name=escape(ordered[0][name]),
        share=percent(ordered[0]["revenue"] / total, 1, language),
        count=number(len(ordered), 0, language),
        revenue=plain(total, 2, language),
        three=percent(sum(entry["revenue"] for entry in ordered[:3]) / total, 1, language),
    )


def of_weekdays(weekdays: Groups, words: Words) -> Finding:
    """The weekdays with most and fewest order lines; a sentence without a figure where they hardly differ."""
    said, language = words["weekday"], words["language"]
    total = sum(entry["order_lines"] for entry in weekdays)
    if not total:
        return Finding(said["none"])
    order = sorted(weekdays, key=lambda entry: (entry["order_lines"], entry["weekday"]))
    low, high = order[0], order[-1]
    shares = [entry["order_lines"] / total for entry in (low, high)]
    low_share, high_share, even = (percent(share, 1, language) for share in (*shares, 1 / 7))
    if len(order) == len(words["weekdays"]) and all(abs(share * 7 - 1) < UNEVEN for share in shares):
        return Finding(said["even"].format(low=low_share, high=high_share, even=even))
    return finding(
        said,
        low=words["weekdays"][low["weekday"] - 1],
        high=words["weekdays"][high["weekday"] - 1],
        lines=number(total, 0, language),
        low_share=low_share,
        high_share=high_share,
        even=even,
    )


def of_customers(customers: Mapping[str, Any], minimum: int, words: Words) -> Finding:
    """What a customer brings, from the percentiles that may be shown; few customers are not counted."""
    said, language = words["customer"], words["language"]
    shares = customers["columns"]["revenue"].get("percentiles", {})
    low, middle, high = (shares.get(name) for name in ("p5", "p50", "p95"))
    is_few = 0 < customers["rows"] < minimum
    count = words["few"].format(minimum=minimum) if is_few else number(customers["rows"], 0, language)
    if middle is None:
        return Finding(said["few"].format(count=count))
    has_spread = low is not None and high is not None
    return finding(
        said,
        ("text", "spread") if has_spread else ("text",),
        count=count,
        low=plain(low, 2, language),
        middle=plain(middle, 2, language),
        high=plain(high, 2, language),
    )


def of_concentration(tenths: Sequence[Mapping[str, Any]], words: Words) -> Finding:
    """What the first tenth of the customers brings, the first two, and the half with less revenue."""
    said, language = words["concentration"], words["language"]
    if not tenths:
        return Finding(said["none"])
    first, second, half = (tenths[place]["revenue_share"] for place in (0, 1, 4))
    values = {"first": first, "second": second, "half": 1 - half}
    return finding(said, **{name: percent(share, 1, language) for name, share in values.items()})


def of_orders(orders: Mapping[str, Any] | None, words: Words) -> Finding:
    """The middle and the quartiles of the value of an order."""
    said, language = words["order_values"], words["language"]
    shares = orders["percentiles"] if orders else {}
    quartiles = {name: shares.get(key) for name, key in (("low", "p25"), ("middle", "p50"), ("high", "p75"))}
    if not orders or not orders["histogram"] or None in quartiles.values():
        return Finding(said["none"])
    return finding(said, **{name: plain(value, 2, language) for name, value in quartiles.items()})


def closest_pairs(found: Mapping[str, Any] | None) -> list[tuple[str, str, float]]:
    """All pairs of measures with Spearman's rho, the closest first; constant measures are left out."""
    if not found:
        return []
    names, rho = found["columns"], found["spearman"]
    pairs = [(names[b], names[a], rho[a][b]) for a in range(len(names)) for b in range(a)]
    return sorted((pair for pair in pairs if pair[2] is not None), key=lambda pair: (-abs(pair[2]), pair[:2]))


def of_correlations(found: Mapping[str, Any] | None, words: Words) -> Finding:
    """Which two measures of a customer go together most closely, and how many pairs say nearly the same."""
    said, language = words["together"], words["language"]
    pairs = closest_pairs(found)
    if not found or not pairs:
        return Finding(said["none"])
    one, other, _ = pairs[0]
    close = sum(abs(rho) > STRONG for *_, rho in pairs)
    return finding(
        said,
        ("text", "close") if close else ("text",),
        one=words["measures"].get(one, one),
        other=words["measures"].get(other, other),
        customers=number(found["rows"], 0, language),
        pairs=number(close, 0, language),
        strong=number(STRONG, 2, language),
    )


def opening(summary: Mapping[str, Any], smallest: int | None, words: Words) -> tuple[str, str]:
    """The title, and how much was looked at and what of it is shown; smallest: people behind a figure, None without."""
    language, months = words["language"], summary["breakdowns"]["month"]["groups"]
    columns = [column for mart in summary["marts"].values() for column in mart["columns"].values()]
    rows, minimum = summary["customers"]["rows"], summary["minimum_group"]
    title = words["title" if months else "title_without_months"].format(
        lines=number(summary["marts"][FACT]["rows"], 0, language),
        customers=words["few"].format(minimum=minimum).lower() if 0 < rows < minimum else number(rows, 0, language),
        first=month_name(months[0]["month"], words) if months else "",
        last=month_name(months[-1]["month"], words) if months else "",
    )
    text = words["opening"].format(
        minimum=minimum,
        smallest="" if smallest is None else words["smallest"].format(people=number(smallest, 0, language)),
        hidden=number(sum(column["shown"] == "hidden" for column in columns), 0, language),
        revenue=plain(sum(entry["revenue"] for entry in months), 2, language),
    )
    return title, text


def absent_text(summary: Mapping[str, Any], words: Words) -> list[str]:
    """What the star schema of this company does not offer, one sentence each."""
    customers, months = (summary["marts"][name]["columns"] for name in ("dim_customer", "agg_exec_kpis"))
    absent = {
        "category": "category" not in summary["breakdowns"],
        "subcategory": "subcategory" not in summary["breakdowns"],
        "ages": "birth_date" not in customers,
        "partial": "is_complete" not in months,
    }
    return [words["absent"][name] for name, is_absent in absent.items() if is_absent]
