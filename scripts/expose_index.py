"""The way into a run: what happened, in the messages of the exposé, a door for each reader, and what each figure means.

Inputs: reports/number_ledger.json, the words of both pages and of the exposé, the templates of pages.
Outputs: reports/index.md, reports/definitions.md, and the same as .html.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from elt import rulelog
from elt.expose.wording import Texts, Wording
from elt.files import read_json, write_text
from elt.report import pages
from elt.report.markdown import Markdown
from elt.report.templates import filled
from elt.report.words import read
from elt.run.key_figures import Kpi

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

DOORS = {  # reader: page: file of the run; {language} is that of the run
    "management": {
        "expose": "reports/final_expose.html",
        "sales": "reports/sales.html",
        "marketing": "reports/marketing.html",
        "purchasing": "reports/purchasing.html",
    },
    "analysis": {
        "definitions": "reports/definitions.html",
        "exploration": "step1_eda/reports/eda_report.html",
        "segments": "step3_segmentation/reports/segmentation_report.html",
        "features": "step2_feature_engineering/reports/feature_dictionary.html",
    },
    "warehouse": {
        "dictionary": "gold/reports/data_dictionary.html",
        "package": "gold/datapackage.json",
    },
    "audit": {
        "silver": "silver/reports/silver_quality_report.html",
        "gold": "gold/reports/gold_marts_report.html",
        "bronze": "bronze/reports/bronze_report.html",
        "ledger": "_meta/ledger.json",
        "numbers": "reports/number_ledger.json",
        "manifest": "_meta/run_manifest.json",
    },
    "protection": {
        "record": "_meta/privacy/record_of_processing.{language}.html",
        "map": "_meta/privacy/data_map.{language}.html",
        "threshold": "_meta/privacy/threshold_check.{language}.html",
        "impact": "_meta/privacy/impact_assessment.{language}.html",
        "uniqueness": "_meta/privacy/uniqueness_report.{language}.html",
        "policy": "_meta/data_policy.json",
    },
    "changes": {},
}
COMMANDS = {  # door: name: what makes it on request
    "warehouse": {
        "warehouse": "snakemake warehouse --config run_id={run}",
        "postgres": "snakemake publish_postgres --config run_id={run}",
    },
    "changes": {
        "compare": "snakemake compare --config run_id={run} compare_to=…",
        "verify": "snakemake verify --config run_id={run}",
    },
}


def doors(language: str) -> dict[str, dict[str, Markdown]]:
    """The links of the page by reader, relative to reports/."""
    return {
        door: {name: Markdown(os.path.relpath(path.format(language=language), "reports")) for name, path in of.items()}
        for door, of in DOORS.items()
    }


def commands(run: str) -> dict[str, dict[str, str]]:
    """The commands of the page by door, for a run."""
    return {door: {name: text.format(run=run) for name, text in COMMANDS.get(door, {}).items()} for door in DOORS}


def code(text: str) -> Markdown:
    """A command or a formula in code letters, on one line; a backtick would end them."""
    return Markdown(f"`{' '.join(text.replace('`', ' ').split())}`")


def main(
    ledger_file: str,
    texts: Texts,
    kpis: Mapping[str, Kpi],
    called: str,
    *,
    words: Mapping[str, str],
    templates: Mapping[str, str],
    template: pages.Template,
    made: Mapping[str, str],
) -> None:
    """Write both pages as Markdown and HTML. words, templates: files by page, `index_page` that of the index in
    HTML; template: that of all reports as pages, with the logo; made: <page>_text and <page>_page;
    called: name of the company.
    """
    ledger = read_json(ledger_file)
    wording = Wording.of(texts, ledger["figures"], kpis)
    content = {"w": wording, "called": called, "run": ledger["run"], "code": code, "kpis": kpis, **ledger["pages"]}
    content |= {"doors": doors(wording.language), "commands": commands(ledger["run"]["run_id"])}
    _, picture = pages.opened(template)
    index, definitions = read(words["index"]), read(words["definitions"])
    write_text(made["index_text"], filled(templates["index"], words=index, **content))
    write_text(made["index_page"], filled(templates["index_page"], words=index, logo=picture, **content))
    text = filled(templates["definitions"], words=definitions, **content)
    files = (made["definitions_text"], made["definitions_page"])
    pages.write(text, *files, template=template, language=definitions["language"])


if __name__ == "__main__":
    rulelog.start(snakemake)
    given = snakemake.input
    main(
        given.ledger,
        Texts(given.index, given.expose, given.assumptions, given.countries),
        snakemake.params.kpis,
        snakemake.params.called,
        words={"index": given.index, "definitions": given.definitions},
        templates={
            "index": given.index_text,
            "index_page": given.index_page,
            "definitions": given.definitions_text,
        },
        template=given.template,
        made=dict(snakemake.output.items()),
    )
