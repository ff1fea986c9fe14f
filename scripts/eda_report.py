"""Report of the exploratory data analysis, for the data engineer and the data protection officer.

Inputs: step1_eda/data/eda_summary.json; the figures, which it shows by relative links.
Outputs: step1_eda/reports/eda_report.md, the same as a page, step1_eda/reports/eda_report.html.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.eda.profile_text import mart_section, numbers_table
from elt.eda.sentences import absent_text, customer_text, group_text, month_text, opening, weekday_text
from elt.eda.suppression import missing_rows, rules_text, suppressed_rows
from elt.files import read_json
from elt.protection import people_behind
from elt.report import pages
from elt.report.markdown import code, table
from elt.report.numbers import number

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

LONGEST_LIST = 15  # pairs of measures: the closest are of interest
STRONG = 0.95  # measures that correlate more closely say nearly the same


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


def figure(title: str, link: str, text: str = "") -> str:
    """A heading, what the figure shows in a sentence, and the figure."""
    return f"### {title}\n\n" + (f"{text}\n\n" if text else "") + f"![{title}]({link})\n\n"


def report(summary: Mapping[str, Any], links: Mapping[str, str], smallest: int | None = None) -> str:
    """The whole report as Markdown; `links`: figure name to relative path; `smallest`: people behind a figure."""
    marts, minimum = summary["marts"], summary["minimum_group"]
    gaps, suppressed = missing_rows(marts), suppressed_rows(summary)
    parts = [
        "# Exploratory data analysis\n\n" + opening(marts, smallest, minimum),
        *sales_sections({name: part["groups"] for name, part in summary["breakdowns"].items()}, links),
        *customer_sections(summary, links),
        "## Missing values\n\n",
        table(["table", "column", "missing"], gaps) if gaps else "No cell is missing.\n\n",
        "## Suppressed and left out\n\n",
        table(["where", "what", "why"], suppressed) if suppressed else "Nothing had to be suppressed.\n\n",
        *(f"{text}\n\n" for text in absent_text(summary)),
        rules_text(minimum),
        "## Tables\n\n",
        *(mart_section(name, profile) for name, profile in marts.items()),
    ]
    return "".join(parts).rstrip() + "\n"


def sales_sections(groups: Mapping[str, Sequence[Mapping[str, Any]]], links: Mapping[str, str]) -> list[str]:
    """Revenue by month, category and country, and weekdays. groups: those of each breakdown that may be shown."""
    category = group_text(groups["category"], "category") if "category" in groups else "The products have no category."
    return [
        "## Sales\n\n",
        figure("Revenue by month", links["revenue_by_month"], month_text(groups["month"])),
        figure("Revenue by category", links["revenue_by_category"], category),
        figure("Revenue by country", links["revenue_by_country"], group_text(groups["country"], "country")),
        figure("Order lines by weekday", links["lines_by_weekday"], weekday_text(groups["weekday"])),
    ]


def customer_sections(summary: Mapping[str, Any], links: Mapping[str, str]) -> list[str]:
    """What a customer brings, and which measures go together, of a customer and of a month."""
    customers, correlations = summary["customers"], summary["correlations"]
    return [
        "## Customers\n\n",
        figure(
            "Revenue of a customer", links["revenue_a_customer"], customer_text(customers, summary["minimum_group"])
        ),
        numbers_table(customers["columns"]),
        figure("Correlations of a customer's measures", links["correlations"]),
        correlation_section(correlations["customers"], "customers"),
        "### Correlations of a month's measures\n\n",
        correlation_section(correlations["months"], "whole months"),
    ]


def main(summary: str, figures: Mapping[str, str], template: str, *, output: str, page: str) -> None:
    """Read the summary, write the report; figures are linked relative to it."""
    folder = Path(output).parent
    links = {name: Path(os.path.relpath(path, folder)).as_posix() for name, path in figures.items()}
    content = read_json(summary)
    fewest = people_behind.smallest(people_behind.of_exploration(content))
    for profile in (*content["marts"], content["customers"]):
        profile["columns"] = {column["name"]: column for column in profile["columns"]}
    content["marts"] = {mart["name"]: mart for mart in content["marts"]}
    pages.write(report(content, links, fewest.people if fewest else None), output, page, template=template)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.summary,
        {name: path for name, path in snakemake.input.items() if path.endswith(".svg")},
        snakemake.input.template,
        output=snakemake.output.report,
        page=snakemake.output.page,
    )
