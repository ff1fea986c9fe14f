"""Report of the exploratory data analysis, for the data engineer and the data protection officer.

Inputs: step1_eda/data/eda_summary.json; the figures, which it shows by relative links.
Outputs: step1_eda/reports/eda_report.md, the same as a page, step1_eda/reports/eda_report.html.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.eda.profile_text import mart_section, missing_cell, numbers_table, plain
from elt.files import read_json
from elt.report import pages
from elt.report.markdown import code, escape, table
from elt.report.numbers import number, percent

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

LONGEST_LIST = 15
STRONG = 0.95  # measures that correlate more closely say nearly the same
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def closest_pairs(found: Mapping[str, Any] | None) -> list[tuple[str, str, float, float]]:
    """All pairs of measures with Pearson's r and Spearman's rho, the closest by r first; constant ones left out."""
    if not found:
        return []
    names, r, rho = found["columns"], found["pearson"], found["spearman"]
    pairs = [(names[b], names[a], r[a][b], rho[a][b]) for a in range(len(names)) for b in range(a)]
    return sorted((pair for pair in pairs if pair[2] is not None), key=lambda pair: (-abs(pair[2]), pair[:2]))


def correlation_section(found: Mapping[str, Any] | None, rows_are: str) -> str:
    """The pairs of measures as a table, after a sentence on those that say nearly the same."""
    pairs = closest_pairs(found)
    if not found or not pairs:
        return f"Too few {rows_are} for correlations.\n\n"
    close = sum(abs(r) > STRONG for _, _, r, _ in pairs)
    text = f"{number(found['rows'])} {rows_are}; |r| is above {STRONG} in {close} of {len(pairs)} pairs"
    text += f", of which the {LONGEST_LIST} closest are listed.\n\n" if len(pairs) > LONGEST_LIST else ".\n\n"
    rows = [[code(one), code(other), number(r, 2), number(rho, 2)] for one, other, r, rho in pairs[:LONGEST_LIST]]
    return text + table(["measure", "measure", "Pearson", "Spearman"], rows)


def largest(entries: Sequence[Mapping[str, Any]], name: str) -> str:
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
    return f"Most order lines are of a {high}, the fewest of a {low}."


def customer_text(customers: Mapping[str, Any]) -> str:
    """A sentence on the revenue of a customer, from the percentiles that may be shown."""
    shares = customers["columns"]["revenue"].get("percentiles", {})
    low, middle, high = (shares.get(name) for name in ("p5", "p50", "p95"))
    count = f"{number(customers['rows'])} known customers have ordered"
    if middle is None:
        return f"{count}; too few for percentiles."
    text = f"{count}; half of them for at most {plain(middle)}"
    return text + (f", nine of ten for {plain(low)} to {plain(high)}." if low is not None and high is not None else ".")


def missing_rows(marts: Mapping[str, Any]) -> list[list[Any]]:
    """Mart, column and missing cells of every column with gaps."""
    return [
        [code(mart), code(name), missing_cell(column)]
        for mart, profile in marts.items()
        for name, column in profile["columns"].items()
        if column["missing"]
    ]


def suppressed_rows(summary: Mapping[str, Any]) -> list[list[str]]:
    """Where something was suppressed: place, what, why."""
    few, rows = f"about fewer than {summary['minimum_group']} people, or by difference", []
    for name, part in summary["breakdowns"].items():
        if part["suppressed_groups"]:
            rows.append(
                [f"revenue by {name}", f"{part['suppressed_groups']} groups", few + ", or one or two people dominate"]
            )
    for mart, profile in (*summary["marts"].items(), ("customers with orders", summary["customers"])):
        if profile["rows_about_few"]:
            rows.append([code(mart), f"{profile['rows_about_few']} rows, all means", few])
        for name, column in profile["columns"].items():
            place = code(f"{mart}.{name}")
            if column.get("suppressed_groups"):
                rows.append([place, f"{column['suppressed_groups']} groups", few])
            if isinstance(column["missing"], str):
                rows.append([place, "number of missing cells", few])
            gone = sum(value is None for value in column.get("percentiles", {}).values())
            if gone:
                rows.append(
                    [
                        place,
                        f"{gone} of {len(column['percentiles'])} percentiles",
                        f"fewer than {summary['minimum_group']} people beyond",
                    ]
                )
            if column["shown"] == "number" and not profile["rows_about_few"] and column.get("mean") is None:
                rows.append([place, "mean and deviation", "too few people, or one or two of them dominate the sum"])
    return rows


def left_out(summary: Mapping[str, Any]) -> list[str]:
    """What the star schema of this company does not offer, one sentence each."""
    customers, months = (summary["marts"][name]["columns"] for name in ("dim_customer", "agg_exec_kpis"))
    absent = {
        "Revenue by category: dim_product has no category.": "category" not in summary["breakdowns"],
        "Revenue by subcategory: dim_product has no subcategory.": "subcategory" not in summary["breakdowns"],
        "Age bands: dim_customer has no birth_date.": "birth_date" not in customers,
        "Partial months: agg_exec_kpis has no is_complete; all months count as whole.": "is_complete" not in months,
    }
    return [text for text, is_absent in absent.items() if is_absent]


def rules_text(minimum: int) -> str:
    """What is suppressed and why, for the reader who has to answer for it."""
    return (
        f"A group is suppressed if it is about fewer than {minimum} people, if one of them makes up more than 80 % of "
        "its sum or two more than 90 %, or if a total would otherwise give away another group. A percentile needs "
        f"{minimum} people on either side; neighbouring bins of a histogram are joined until each holds as many. "
        "Histograms reach at most from the 1st to the 99th percentile; minimum and maximum are not shown. Identifiers, "
        "names and personal dates are never shown or counted by value; dates of birth only as ten-year age bands.\n\n"
    )


def opening(marts: Mapping[str, Any], minimum: int) -> str:
    """How much was looked at, and what of it is shown."""
    columns = [column for profile in marts.values() for column in profile["columns"].values()]
    rows = sum(profile["rows"] for profile in marts.values())
    hidden = sum(column["shown"] == "hidden" for column in columns)
    return (
        f"{len(marts)} tables, {len(columns)} columns, {number(rows)} rows. Nothing here is about fewer than {minimum} "
        f"people. Of {hidden} columns with personal data only the number of missing cells is shown, never a value. "
        "Amounts are in the currency of the data.\n\n"
    )


def figure(title: str, link: str, text: str = "") -> str:
    """A heading, what the figure shows in a sentence, and the figure."""
    return f"### {title}\n\n" + (f"{text}\n\n" if text else "") + f"![{title}]({link})\n\n"


def report(summary: Mapping[str, Any], links: Mapping[str, str]) -> str:
    """The whole report as Markdown; `links`: figure name to relative path."""
    marts, minimum, customers = summary["marts"], summary["minimum_group"], summary["customers"]
    shown = {name: part["groups"] for name, part in summary["breakdowns"].items()}
    category = largest(shown["category"], "category") if "category" in shown else "The products have no category."
    gaps, suppressed = missing_rows(marts), suppressed_rows(summary)
    parts = [
        "# Exploratory data analysis\n\n" + opening(marts, minimum),
        "## Sales\n\n",
        figure("Revenue by month", links["revenue_by_month"], month_text(shown["month"])),
        figure("Revenue by category", links["revenue_by_category"], category),
        figure("Revenue by country", links["revenue_by_country"], largest(shown["country"], "country")),
        figure("Order lines by weekday", links["lines_by_weekday"], weekday_text(shown["weekday"])),
        "## Customers\n\n",
        figure("Revenue of a customer", links["revenue_a_customer"], customer_text(customers)),
        numbers_table(customers["columns"]),
        figure("Correlations of a customer's measures", links["correlations"]),
        correlation_section(summary["correlations"]["customers"], "customers"),
        "### Correlations of a month's measures\n\n",
        correlation_section(summary["correlations"]["months"], "whole months"),
        "## Missing values\n\n",
        table(["table", "column", "missing"], gaps) if gaps else "No cell is missing.\n\n",
        "## Suppressed and left out\n\n",
        table(["where", "what", "why"], suppressed) if suppressed else "Nothing had to be suppressed.\n\n",
        *(f"{text}\n\n" for text in left_out(summary)),
        rules_text(minimum),
        "## Tables\n\n",
        *(mart_section(name, profile) for name, profile in marts.items()),
    ]
    return "".join(parts).rstrip() + "\n"


def main(summary: str, figures: Mapping[str, str], template: str, *, output: str, page: str) -> None:
    """Read the summary, write the report; figures are linked relative to it."""
    folder = Path(output).parent
    links = {name: Path(os.path.relpath(path, folder)).as_posix() for name, path in figures.items()}
    content = read_json(summary)
    for profile in (*content["marts"], content["customers"]):
        profile["columns"] = {column["name"]: column for column in profile["columns"]}
    content["marts"] = {mart["name"]: mart for mart in content["marts"]}
    pages.write(report(content, links), output, page, template=template)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.summary,
        {name: path for name, path in snakemake.input.items() if path.endswith(".svg")},
        snakemake.input.template,
        output=snakemake.output.report,
        page=snakemake.output.page,
    )
