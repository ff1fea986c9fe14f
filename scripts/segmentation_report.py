"""Segmentation report: who the segments are, what to do, on what evidence and within which limits.

Inputs: step3_segmentation/_meta/model_metadata.json, gold/_meta/marts/fact_sales.json, the words in the language of
the run, the template of pages.
Outputs: step3_segmentation/reports/segmentation_report.md and the same as .html.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.files import read_json
from elt.report import assumptions, pages
from elt.report.markdown import Markdown, escape
from elt.report.numbers import number, percent
from elt.report.words import Words, read
from elt.sales.collective_accounts import is_beside_segments
from elt.segmentation.report_sections import (
    Model,
    evidence_table,
    figures_table,
    method,
    profile,
    refused_features,
    segment_table,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def headline(model: Model, words: Words) -> str:
    """The title: the number of segments and what the strongest one brings, or why there are none."""
    text, language, choice = words["report"], words["language"], model["choice"]
    if choice["k"] == 0:
        return text["no_customers"]
    if choice["k"] == 1:
        return text["one_segment"][choice["by"]]
    shown = [segment for segment in model["segments"] if not segment["is_suppressed"]]
    if not shown:
        return text["only_hidden"].format(k=choice["k"])
    first = shown[0]
    return text["headline"].format(
        k=choice["k"],
        name=escape(first["name"][language]),
        customers=percent(first["customer_share"], 1, language),
        revenue=percent(first["revenue_share"], 1, language),
    )


def evidence_title(model: Model, words: Words) -> str:
    """The message of the evidence: which number was taken and why."""
    text, language, choice = words["report"], words["language"], model["choice"]
    if choice["by"] != "evidence":
        return text["why"][choice["by"]].format(k=choice["k"], asked=choice["asked"])
    taken = next(entry for entry in model["evidence"] if entry["k"] == choice["k"])
    return text["why"]["evidence"].format(
        k=choice["k"],
        silhouette=number(taken["silhouette"], 3, language),
        error=number(taken["silhouette_error"], 3, language),
        jaccard=number(taken["lowest_jaccard"], 2, language),
    )


def beside_segments(facts: Mapping[str, Any], words: Words, minimum: int) -> list[str]:
    """What the order lines contradict and the figures of segments depend on, a sentence each."""
    entries = [entry for entry in facts.get("assumptions", []) if is_beside_segments(entry)]
    return [f"{escape(assumptions.sentence(words, entry, minimum))}.\n\n" for entry in entries]


def report(model: Model, words: Words, beside: Sequence[str] = ()) -> str:
    """The whole report as Markdown; `beside`: what is said beside the table of segments."""
    text = words["report"]
    parts = [f"# {headline(model, words)}\n\n"]
    if model["segments"]:
        parts += [segment_table(model, words), *figures_table(model, words), *beside]
        parts += [f"## {evidence_title(model, words)}\n\n", evidence_table(model, words)]
        actions = sum(not segment["is_no_action"] for segment in model["segments"])
        parts += [f"## {text['profiles'].format(actions=actions, segments=len(model['segments']))}\n\n"]
        parts += [part for segment in model["segments"] for part in profile(segment, model, words)]
    parts += [f"## {text['refused_title']}\n\n", *refused_features(model, words), "\n"]
    parts += [f"## {text['method_title']}\n\n", *method(model, words), "\n"]
    parts += [f"## {text['limits_title']}\n\n", *(f"- {line}\n" for line in text["limits"])]
    return Markdown("".join(parts))


def main(
    metadata: str, word_file: str, template: str, *, facts: str, assumption_file: str, output: str, page: str
) -> None:
    """Read the model, write the report; `facts`: what was found in fact_sales; `assumption_file`: words for it."""
    words, model = read(word_file), read_json(metadata)
    beside = beside_segments(read_json(facts), read(assumption_file), model["minimum_group"])
    pages.write(report(model, words, beside), output, page, template=template, language=words["language"])


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, made = snakemake.input, snakemake.output
    main(
        given.metadata,
        given.words,
        given.template,
        facts=given.facts,
        assumption_file=given.assumptions,
        output=made.report,
        page=made.page,
    )
