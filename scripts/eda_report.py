"""Report of the exploratory data analysis: what the data say on three pages, and every table in an appendix.

Inputs: step1_eda/data/eda_summary.json; the figures, which it shows by relative links; the words in the language of
the run, the template of pages.
Outputs: step1_eda/reports/eda_report.md, the same as a page, step1_eda/reports/eda_report.html.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.eda import sentences
from elt.eda.profile_text import mart_section, numbers_table
from elt.eda.sentences import Finding
from elt.eda.suppression import missing_rows, suppressed_rows
from elt.files import read_json
from elt.protection import people_behind
from elt.report import pages
from elt.report.markdown import table
from elt.report.words import Words, read

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def section(found: Finding, link: str) -> str:
    """What a figure shows as a heading, sentences and the figure; one line alone where there is nothing to show."""
    if not found.alternative:
        return f"{found.title}{'' if found.title.endswith('.') else '.'}\n\n"
    text = f"{found.text}\n\n" if found.text else ""
    return f"## {found.title}\n\n{text}![{found.alternative}]({link})\n\n"


def story(summary: Mapping[str, Any], links: Mapping[str, str], words: Words) -> list[str]:
    """What the data say, a section a figure: when, who, how much at once, what, where."""
    groups = {name: part["groups"] for name, part in summary["breakdowns"].items()}
    customers, correlations = summary["customers"], summary["correlations"]["customers"]
    measures = {name: words["measures"].get(name, name) for name in customers["columns"]}
    numbers = numbers_table(customers["columns"], words, measures)
    return [
        section(sentences.of_months(groups["month"], words), links["revenue_by_month"]),
        section(sentences.of_groups(groups.get("category"), "category", words), links["revenue_by_category"]),
        section(sentences.of_groups(groups["country"], "country", words), links["revenue_by_country"]),
        section(sentences.of_weekdays(groups["weekday"], words), links["lines_by_weekday"]),
        section(sentences.of_concentration(summary["concentration"], words), links["lorenz_curve"]),
        section(sentences.of_customers(customers, summary["minimum_group"], words), links["revenue_a_customer"]),
        section(sentences.of_orders(summary["order_values"], words), links["order_values"]),
        section(sentences.of_correlations(correlations, words), links["correlations"]),
        f"### {words['headings']['numbers']}\n\n{numbers}" if numbers else "",
    ]


def report(summary: Mapping[str, Any], links: Mapping[str, str], words: Words, smallest: int | None = None) -> str:
    """The whole report as Markdown; `links`: figure name to relative path; `smallest`: people behind a figure."""
    marts, heads, columns = summary["marts"], words["headings"], words["columns"]
    title, text = sentences.opening(summary, smallest, words)
    gaps, suppressed = missing_rows(marts, words), suppressed_rows(summary, words)
    parts = [
        f"# {title}\n\n{text}\n\n",
        *story(summary, links, words),
        f"## {heads['quality']}\n\n### {heads['missing']}\n\n",
        table([columns[name] for name in ("table", "column", "missing")], gaps)
        if gaps
        else f"{words['missing_none']}\n\n",
        f"### {heads['suppressed']}\n\n",
        table([columns[name] for name in ("where", "what", "why")], suppressed)
        if suppressed
        else f"{words['suppressed_none']}\n\n",
        *(f"{line}\n\n" for line in sentences.absent_text(summary, words)),
        words["rules"].format(minimum=summary["minimum_group"]) + "\n\n",
        f"## {heads['appendix']}\n\n",
        *(mart_section(name, profile, words) for name, profile in marts.items()),
    ]
    return "".join(parts).rstrip() + "\n"


def main(summary: str, figures: Mapping[str, str], word_file: str, template: str, *, output: str, page: str) -> None:
    """Read the summary, write the report; figures are linked relative to it."""
    folder, words = Path(output).parent, read(word_file)
    links = {name: Path(os.path.relpath(path, folder)).as_posix() for name, path in figures.items()}
    content = read_json(summary)
    fewest = people_behind.smallest(people_behind.of_exploration(content))
    for profile in (*content["marts"], content["customers"]):
        profile["columns"] = {column["name"]: column for column in profile["columns"]}
    content["marts"] = {mart["name"]: mart for mart in content["marts"]}
    text = report(content, links, words, fewest.people if fewest else None)
    pages.write(text, output, page, template=template, language=words["language"])


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.summary,
        {name: path for name, path in snakemake.input.items() if path.endswith(".svg")},
        snakemake.input.words,
        snakemake.input.template,
        output=snakemake.output.report,
        page=snakemake.output.page,
    )
