"""The way into a run: what happened, in the messages of the exposé, and a door for each reader.

Inputs: reports/number_ledger.json, the words of the page and of the exposé, the templates of pages.
Outputs: reports/index.md, reports/index.html.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from elt import rulelog
from elt.expose.wording import Texts, Wording
from elt.files import read_json
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
        "exploration": "step1_eda/reports/eda_report.html",
        "segments": "step3_segmentation/reports/segmentation_report.html",
        "features": "step2_feature_engineering/reports/feature_dictionary.html",
        "dictionary": "gold/reports/data_dictionary.html",
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
        "policy": "_meta/data_policy.json",
    },
}


def doors(language: str) -> dict[str, dict[str, Markdown]]:
    """The links of the page by reader, relative to reports/."""
    return {
        door: {name: Markdown(os.path.relpath(path.format(language=language), "reports")) for name, path in of.items()}
        for door, of in DOORS.items()
    }


def code(text: str) -> Markdown:
    """A command in code letters; it holds the run's name, which has no backtick."""
    return Markdown(f"`{text}`")


def main(
    ledger_file: str,
    texts: Texts,
    kpis: Mapping[str, Kpi],
    called: str,
    *,
    templates: tuple[str, str],
    made: tuple[str, str],
) -> None:
    """Write the page as Markdown and HTML. templates: its own and that of all reports; called: name of the company."""
    ledger, words = read_json(ledger_file), read(texts.page)
    wording = Wording.of(texts, ledger["figures"], kpis)
    content = {"w": wording, "words": words, "called": called, "run": ledger["run"], "code": code, **ledger["pages"]}
    text = filled(templates[0], doors=doors(words["language"]), **content)
    pages.write(text, *made, template=templates[1], language=words["language"])


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, output = snakemake.input, snakemake.output
    main(
        given.ledger,
        Texts(given.words, given.expose, given.assumptions),
        snakemake.params.kpis,
        snakemake.params.called,
        templates=(given.markdown, given.template),
        made=(output.markdown, output.page),
    )
