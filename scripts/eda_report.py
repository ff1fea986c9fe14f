"""Report of the exploratory data analysis: what the data say on three pages, and every table in an appendix.

Inputs: step1_eda/data/eda_summary.json; the figures, which it shows by relative links; the words in the language of
the run, the template of pages.
Outputs: step1_eda/reports/eda_report.md, the same as a page, step1_eda/reports/eda_report.html, and the ledger of all
figures that it and its charts print, step1_eda/reports/number_ledger.json.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.eda import drawn, origins, sentences
from elt.eda.profile_text import drawn_of, mart_section, numbers_table
from elt.eda.sentences import Finding
from elt.eda.suppression import missing_rows, suppressed_rows
from elt.files import read_json, write_json
from elt.protection import people_behind
from elt.protection.people_behind import Behind
from elt.report import countries, pages
from elt.report.figure_ledger import Told
from elt.report.markdown import table
from elt.report.words import read

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def section(found: Finding, link: str) -> str:
    """What a figure shows as a heading, sentences and the figure; one line alone where there is nothing to show."""
    if not found.alternative:
        return f"{found.title}{'' if found.title.endswith('.') else '.'}\n\n"
    text = f"{found.text}\n\n" if found.text else ""
    return f"## {found.title}\n\n{text}![{found.alternative}]({link})\n\n"


def story(summary: Mapping[str, Any], links: Mapping[str, str], told: Told) -> list[str]:
    """What the data say, a section a figure: when, who, how much at once, what, where."""
    groups = {name: part["groups"] for name, part in summary["breakdowns"].items()}
    customers, correlations = summary["customers"], summary["correlations"]["customers"]
    measures = {name: told["measures"].get(name, name) for name in customers["columns"]}
    numbers = numbers_table(customers["columns"], told, origins.CUSTOMER_ROWS, measures, drawn_of(customers))
    return [
        section(sentences.of_months(groups["month"], told), links["revenue_by_month"]),
        section(sentences.of_groups(groups.get("category"), "category", told), links["revenue_by_category"]),
        section(
            sentences.of_groups(groups["country"], "country", told, summary["place_of"]), links["revenue_by_country"]
        ),
        section(sentences.of_weekdays(groups["weekday"], told), links["lines_by_weekday"]),
        section(sentences.of_concentration(summary["concentration"], told), links["lorenz_curve"]),
        section(sentences.of_customers(customers, summary["minimum_group"], told), links["revenue_a_customer"]),
        section(sentences.of_orders(summary["order_values"], told), links["order_values"]),
        section(sentences.of_correlations(correlations, told), links["correlations"]),
        f"### {told['headings']['numbers']}\n\n{numbers}" if numbers else "",
    ]


def report(summary: Mapping[str, Any], links: Mapping[str, str], told: Told, smallest: Behind | None = None) -> str:
    """The whole report as Markdown; `links`: figure name to relative path; `smallest`: the fewest behind a figure."""
    marts, heads, columns = summary["marts"], told["headings"], told["columns"]
    title, text = sentences.opening(summary, smallest, told)
    gaps, suppressed = missing_rows(marts, told), suppressed_rows(summary, told)
    parts = [
        f"# {title}\n\n{text}\n\n",
        *story(summary, links, told),
        f"## {heads['quality']}\n\n### {heads['missing']}\n\n",
        table([columns[name] for name in ("table", "column", "missing")], gaps)
        if gaps
        else f"{told['missing_none']}\n\n",
        f"### {heads['suppressed']}\n\n",
        table([columns[name] for name in ("where", "what", "why")], suppressed)
        if suppressed
        else f"{told['suppressed_none']}\n\n",
        *(f"{line}\n\n" for line in sentences.absent_text(summary, told)),
        told["rules"].format(minimum=sentences.least(summary["minimum_group"], told)) + "\n\n",
        f"## {heads['appendix']}\n\n",
        *(mart_section(name, profile, told) for name, profile in marts.items()),
    ]
    return "".join(parts).rstrip() + "\n"


def with_words(marts: Sequence[Mapping[str, Any]], words: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Profiles of marts by name, their columns by name too, with what they mean: `words` of each mart."""
    found = {}
    for mart in marts:
        said = words[mart["name"]]
        columns = {item["name"]: {**item, "description": said["description"][item["name"]]} for item in mart["columns"]}
        found[mart["name"]] = {**mart, "title": said["title"], "grain": said["grain"], "columns": columns}
    return found


def main(
    summary: str,
    figures: Mapping[str, str],
    word_file: str,
    template: pages.Template,
    *,
    words: Mapping[str, Mapping[str, Any]],
    country_files: Sequence[str] = (),
    output: str,
    page: str,
    ledger: str,
) -> None:
    """Read the summary, write the report and the ledger of its figures; figures are linked relative to it.

    `words`: title, grain and descriptions of columns of each mart, which are not in the summary.
    """
    folder, said = Path(output).parent, read(word_file)
    told = Told({**said, "places": countries.names(country_files, said["language"])})
    links = {name: Path(os.path.relpath(path, folder)).as_posix() for name, path in figures.items()}
    content = read_json(summary)
    smallest = people_behind.smallest(people_behind.of_exploration(content))
    content["customers"]["columns"] = {column["name"]: column for column in content["customers"]["columns"]}
    content["marts"] = with_words(content["marts"], words)
    pages.write(report(content, links, told, smallest), output, page, template=template, language=told.language)
    drawn.enter(content, told)
    write_json(ledger, {"tables": origins.tables(content["breakdowns"]), "figures": told.ledger.figures})
    rulelog.log.info("%d figures", len(told.ledger.figures))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.summary,
        {name: path for name, path in snakemake.input.items() if isinstance(path, str) and path.endswith(".svg")},
        snakemake.input.words,
        snakemake.input.template,
        words=snakemake.params.words,
        country_files=snakemake.input.countries,
        output=snakemake.output.report,
        page=snakemake.output.page,
        ledger=snakemake.output.ledger,
    )
