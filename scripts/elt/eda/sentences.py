"""What the exploration's report says of its figures: a title that states the finding, sentences below it, and a text
for those who do not see the figure. Each is made of the figures of eda_summary.json, in the words of a language, and
each figure is entered in the ledger of the page as it is printed."""

# ruff: noqa: S608 - these queries are told, not run

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elt.eda.origins import CUSTOMER_ROWS, all_rows, among, percentile, place
from elt.eda.patterns import (
    UNEVEN,
    Groups,
    closest_pairs,
    is_beyond_chance,
    season_key,
    seasons,
    yearly_ratios,
)
from elt.protection.people_behind import Behind
from elt.report import countries
from elt.report.figure_ledger import Told, query
from elt.report.markdown import escape
from elt.report.words import Words, named
from elt.run.mart import FACT

PEOPLE = ("people", "customers", "percentile_people", "missing_people", "fewest_people")  # counts of them
STRONG = 0.95  # measures that correlate more closely say nearly the same


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


def of_months(months: Groups, told: Told) -> Finding:
    """The best month, how many are shown, which are partial."""
    said = told["month"]
    if not months:
        return Finding(said["none"])
    partial = [entry["month"] for entry in months if entry.get("is_complete", True) is not True]
    best = max(months, key=lambda entry: (entry["revenue"], entry["month"]))
    shown, highest = (f"FROM lines WHERE {among('month', groups)}" for groups in (months, [best]))
    ratios = yearly_ratios([entry for entry in months if entry["month"] not in partial])
    names = {part: ", ".join(told["months"][month - 1] for month in of) for part, of in seasons(ratios).items()}
    return finding(
        said,
        [key for key in ("text", "partial" if partial else "", season_key(ratios)) if key],
        **names,
        months=told.number("month.shown", len(months), query(f"SELECT COUNT(DISTINCT month) {shown}")),
        first=month_name(months[0]["month"], told.words),
        last=month_name(months[-1]["month"], told.words),
        best=month_name(best["month"], told.words),
        revenue=told.amount("month.best.revenue", best["revenue"], query(f"SELECT SUM(sales_amount) {highest}")),
        partial=", ".join(month_name(month, told.words) for month in partial),
    )


def group_name(group: Mapping[str, Any], name: str, words: Words) -> str:
    """What a page calls a group of a breakdown; a country in its language."""
    value = str(group[name])
    return named(words, countries.called(words.get("places", {}), value) if name == "country" else value)


def of_groups(groups: Groups | None, name: str, told: Told, place_of: str | None = None) -> Finding:
    """The group with the largest revenue, and what the first three bring; `groups` None: the star lacks the column;
    `place_of`: whose country is meant, where it is known."""
    said = told["group"][name]
    total = sum(entry["revenue"] for entry in groups or ())
    if groups is None or total <= 0:
        return Finding(said["absent" if groups is None else "none"])
    ordered = sorted(groups, key=lambda entry: (-entry["revenue"], str(entry[name])))
    shown = f"FROM lines WHERE {among(name, groups)}"

    def share(part: str, first: Groups) -> str:
        sql = f"SELECT SUM(sales_amount) FILTER (WHERE {among(name, first)}) / SUM(sales_amount) {shown}"
        return told.share(f"{name}.{part}.share", sum(entry["revenue"] for entry in first) / total, query(sql))

    return finding(
        said,
        [*(["text"] if len(ordered) > len(ordered[:3]) else []), *([place_of] if place_of else [])],
        name=escape(group_name(ordered[0], name, told.words)),
        share=share("first", ordered[:1]),
        count=told.number(f"{name}.shown", len(ordered), query(f"SELECT COUNT(DISTINCT {name}) {shown}")),
        revenue=told.amount(f"{name}.revenue", total, query(f"SELECT SUM(sales_amount) {shown}")),
        three=share("three", ordered[:3]),
    )


def of_weekdays(weekdays: Groups, told: Told) -> Finding:
    """The weekdays with most and fewest order lines; a sentence without a figure where they hardly differ."""
    said = told["weekday"]
    total = sum(entry["order_lines"] for entry in weekdays)
    if not total:
        return Finding(said["none"])
    order = sorted(weekdays, key=lambda entry: (entry["order_lines"], entry["weekday"]))
    low, high = order[0], order[-1]
    shown = f"FROM lines WHERE document_type = 'order' AND {among('weekday', weekdays)}"

    def share(part: str, day: Mapping[str, Any]) -> str:
        sql = f"SELECT COUNT(*) FILTER (WHERE {among('weekday', [day])}) * 1.0 / COUNT(*) {shown}"
        return told.share(f"weekday.{part}.share", day["order_lines"] / total, query(sql))

    shares = {"low_share": share("fewest", low), "high_share": share("most", high)}
    even = told.share("weekday.even", 1 / len(told["weekdays"]), {"formula": f"1 / {len(told['weekdays'])}"})
    is_even = all(abs(day["order_lines"] / total * 7 - 1) < UNEVEN for day in (low, high))
    if len(order) == len(told["weekdays"]) and (is_even or not is_beyond_chance(weekdays)):
        key = "even" if is_even else "chance"
        return Finding(said[key].format(low=shares["low_share"], high=shares["high_share"], even=even))
    return finding(
        said,
        low=told["weekdays"][low["weekday"] - 1],
        high=told["weekdays"][high["weekday"] - 1],
        lines=told.number("weekday.lines", total, query(f"SELECT COUNT(*) {shown}")),
        even=even,
        **shares,
    )


def of_customers(customers: Mapping[str, Any], minimum: int, told: Told) -> Finding:
    """What a customer brings, from the percentiles that may be shown; few customers are not counted."""
    said = told["customer"]
    revenue = customers["columns"]["revenue"]
    shares, unit = revenue.get("percentiles", {}), revenue["unit"]
    low, middle, high = (
        told.amount(
            *(CUSTOMER_ROWS.figure("revenue", name), shares.get(name), CUSTOMER_ROWS.of_percentile("revenue", name)),
            unit=unit,
        )
        for name in ("p5", "p50", "p95")
    )
    is_few = 0 < customers["rows"] < minimum
    count = told["few"].format(minimum=least(minimum, told)) if is_few else people(customers["rows"], told)
    if shares.get("p50") is None:
        return Finding(said["few"].format(count=count))
    has_spread = None not in (shares["p5"], shares["p95"])
    return finding(
        said, ("text", "spread") if has_spread else ("text",), count=count, low=low, middle=middle, high=high
    )


def people(count: int, told: Told) -> str:
    """How many known customers have ordered."""
    return told.number("customers.count", count, query("SELECT COUNT(*) FROM customers"))


def least(minimum: int, told: Told) -> str:
    """The fewest people of whom a figure is shown."""
    return told.number("minimum_group", minimum, place("minimum_group"))


def of_concentration(tenths: Sequence[Mapping[str, Any]], told: Told) -> Finding:
    """What the first tenth of the customers brings, the first two, and the half with less revenue."""
    said = told["concentration"]
    if not tenths:
        return Finding(said["none"])
    reached = "SUM(revenue) FILTER (WHERE place <= ROUND_EVEN(people * {}, 0)) / SUM(revenue)"
    parts = {
        "first": (tenths[0]["revenue_share"], reached.format(0.1)),
        "second": (tenths[1]["revenue_share"], reached.format(0.2)),
        "half": (1 - tenths[4]["revenue_share"], f"1 - {reached.format(0.5)}"),
    }
    shares = {
        part: told.share(f"concentration.{part}", share, query(f"SELECT {formula} FROM ranked_customers"))
        for part, (share, formula) in parts.items()
    }
    return finding(said, **shares)


def of_orders(orders: Mapping[str, Any] | None, told: Told) -> Finding:
    """The middle and the quartiles of the value of an order."""
    said = told["order_values"]
    shares = orders["percentiles"] if orders else {}
    names = {"low": "p25", "middle": "p50", "high": "p75"}
    if not orders or not orders["histogram"] or None in map(shares.get, names.values()):
        return Finding(said["none"])
    quartiles = {
        part: told.amount(f"order_value.{name}", shares[name], percentile("value", name, "orders"))
        for part, name in names.items()
    }
    return finding(said, **quartiles)


def of_correlations(found: Mapping[str, Any] | None, told: Told) -> Finding:
    """Which two measures of a customer go together most closely, and how many pairs say nearly the same."""
    said = told["together"]
    pairs = closest_pairs(found)
    if not found or not pairs:
        return Finding(said["none"])
    one, other, _ = pairs[0]
    close = sum(abs(rho) > STRONG for *_, rho in pairs)
    rho = place("correlations", "customers", "spearman", "*", "*", above=STRONG, function="pairs")
    return finding(
        said,
        ("text", "close") if close else ("text",),
        one=told["measures"].get(one, one),
        other=told["measures"].get(other, other),
        customers=people(found["rows"], told),
        pairs=told.number("correlations.close", close, rho),
        strong=told.number("correlations.limit", STRONG, {"formula": str(STRONG)}, 2),
    )


def opening(summary: Mapping[str, Any], smallest: Behind | None, told: Told) -> tuple[str, str]:
    """The title, and how much was looked at and what of it is shown; smallest: fewest behind a figure, None without."""
    months = summary["breakdowns"]["month"]["groups"]
    columns = [column for mart in summary["marts"].values() for column in mart["columns"].values()]
    rows, minimum = summary["customers"]["rows"], least(summary["minimum_group"], told)
    lines = summary["marts"][FACT]["rows"]
    title = told["title" if months else "title_without_months"].format(
        lines=told.number(f"{FACT}.rows", lines, all_rows(FACT)),
        customers=told["few"].format(minimum=minimum).lower()
        if 0 < rows < summary["minimum_group"]
        else people(rows, told),
        first=month_name(months[0]["month"], told.words) if months else "",
        last=month_name(months[-1]["month"], told.words) if months else "",
    )
    hidden = sum(column["shown"] == "hidden" for column in columns)
    shown = among("month", months) if months else "FALSE"
    revenue = query(f"SELECT COALESCE(SUM(sales_amount), 0) FROM lines WHERE {shown}")
    every = place("marts", "*", "columns", "*", "shown", where="hidden", function="count")
    text = told["opening"].format(
        minimum=minimum,
        smallest="" if smallest is None else told["smallest"].format(people=fewest(smallest, told)),
        hidden=told.number("columns.hidden", hidden, every),
        revenue=told.amount("month.revenue", sum(entry["revenue"] for entry in months), revenue),
    )
    return title, text


def fewest(smallest: Behind, told: Told) -> str:
    """The fewest people behind a figure of the summary."""
    return told.number("smallest_group", smallest.people, place("**", named=PEOPLE, function="smallest"))


def absent_text(summary: Mapping[str, Any], words: Told) -> list[str]:
    """What the star schema of this company does not offer, one sentence each."""
    customers, months = (summary["marts"][name]["columns"] for name in ("dim_customer", "agg_exec_kpis"))
    absent = {
        "category": "category" not in summary["breakdowns"],
        "subcategory": "subcategory" not in summary["breakdowns"],
        "ages": "birth_date" not in customers,
        "partial": "is_complete" not in months,
    }
    return [words["absent"][name] for name, is_absent in absent.items() if is_absent]
