"""Segmentation report: who the segments are, what to do, on what evidence and within which limits.

Inputs: step3_segmentation/_meta/model_metadata.json, gold/_meta/marts/fact_sales.json, the words in the language of
the run, the template of pages.
Outputs: step3_segmentation/reports/segmentation_report.md, the same as .html, and the ledger of all figures that it
prints, step3_segmentation/reports/number_ledger.json.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.files import read_json, write_json
from elt.report import assumptions, pages
from elt.report.figure_ledger import Told
from elt.report.markdown import Markdown, escape
from elt.report.words import Words, read
from elt.sales.collective_accounts import is_beside_segments
from elt.segmentation import density_text, limits_text, migration_text, origins
from elt.segmentation import no_segments as without
from elt.segmentation.report_method import method, refused_features
from elt.segmentation.report_sections import (
    Model,
    evidence_table,
    evidence_text,
    figures_table,
    profile,
    segment_table,
    size_text,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def count_of(model: Model, words: Told) -> str:
    """The number of segments."""
    return words.number("choice.k", model["choice"]["k"], origins.place("choice", "k"))


def headline(model: Model, words: Told) -> str:
    """The title: the number of segments and what the strongest one brings, or why there are none."""
    text, language, choice = words["report"], words.language, model["choice"]
    if choice["k"] == 0:
        return text["no_customers"]
    if choice["k"] == 1:
        return text["one_segment"][choice["by"]]
    shown = [segment for segment in model["segments"] if not segment["is_suppressed"]]
    if not shown:
        return text["only_hidden"].format(k=count_of(model, words))
    first = shown[0]
    return text["headline"].format(
        k=count_of(model, words),
        name=escape(first["name"][language]),
        customers=size_text("customer_share", first, words),
        revenue=size_text("revenue_share", first, words),
    )


def no_segments(model: Model, words: Told) -> list[str]:
    """Why there are no segments, with the figure, its threshold and what to set; nothing where there are some."""
    if model["choice"]["k"] > 1:
        return []
    figures = {
        name: words.number(f"no_segments.{name}", value, origins.place(*place), decimals, unit)
        for name, (value, unit, decimals, place) in without.figures(model).items()
    }
    return [words["report"]["no_segments"][without.reason(model).name].format(**figures), "\n\n"]


def evidence_title(model: Model, words: Told) -> str:
    """The message of the evidence: which number was taken and why."""
    why, choice, count = words["report"]["why"], model["choice"], count_of(model, words)
    if choice["by"] == "none":
        return why["none"]
    if choice["by"] != "evidence":
        asked = words.number("choice.asked", choice["asked"], origins.place("choice", "asked"))
        return why[choice["by"]].format(k=count, asked=asked)
    taken = next(entry for entry in model["evidence"] if entry["k"] == choice["k"])
    jaccard = origins.place("evidence", taken["k"], "lowest_jaccard")
    return why["evidence"].format(
        k=count,
        silhouette=evidence_text(taken, "silhouette", 3, words),
        error=evidence_text(taken, "silhouette_error", 3, words),
        jaccard=words.number("choice.lowest_jaccard", taken["lowest_jaccard"], jaccard, 2, "index"),
    )


def actions_title(model: Model, words: Told) -> str:
    """How many of the segments call for action."""
    acting = sum(not segment["is_no_action"] for segment in model["segments"])
    is_action = origins.place("segments", "*", "is_no_action", function="count", where=False)
    return words["report"]["profiles"].format(
        actions=words.number("actions", acting, is_action),
        segments=words.number("segments", len(model["segments"]), origins.place("segments", "*", function="count")),
    )


def beside_segments(facts: Mapping[str, Any], words: Words, minimum: int) -> list[str]:
    """What the order lines contradict and the figures of segments depend on, a sentence each."""
    entries = [entry for entry in facts.get("assumptions", []) if is_beside_segments(entry)]
    return [f"{escape(assumptions.sentence(words, entry, minimum))}.\n\n" for entry in entries]


def report(model: Model, words: Told, beside: Sequence[str] = ()) -> str:
    """The whole report as Markdown, who and what to do before what that rests on; `beside`: what is said beside the
    table of segments."""
    text = words["report"]
    parts = [f"# {headline(model, words)}\n\n", *no_segments(model, words)]
    if model["segments"]:
        parts += [segment_table(model, words), *beside]
        parts += [*density_text.section(model, words), *migration_text.section(model, words)]
        parts += [f"## {actions_title(model, words)}\n\n"]
        parts += [part for segment in model["segments"] for part in profile(segment, model, words)]
        parts += [*figures_table(model, words), *limits_text.section(model, words)]
        parts += [f"## {evidence_title(model, words)}\n\n", evidence_table(model, words)]
    parts += [f"## {text['refused_title']}\n\n", *refused_features(model, words), "\n"]
    parts += [f"## {text['method_title']}\n\n", *method(model, words), "\n"]
    parts += [f"## {text['limits_title']}\n\n", *(f"- {line}\n" for line in text["limits"])]
    return Markdown("".join(parts))


def enter_profiles(model: Model, words: Told) -> None:
    """Enter the deviations that the chart of the profiles prints, of features that the tables leave out too."""
    features = [feature for feature in model["features"] if feature["is_used"]]
    for segment in (segment for segment in model["segments"] if not segment["is_suppressed"]):
        for feature in features:
            name = f"figure.segment_profiles.{segment['label']}.{feature['name']}"
            value, origin = segment["deviation"][feature["name"]], origins.deviation(feature, segment)
            words.enter(name, value, "deviations", 1, origin)


def main(
    metadata: str,
    word_file: str,
    template: pages.Template,
    *,
    facts: str,
    assumption_file: str,
    made: Mapping[str, str],
) -> None:
    """Read the model, write the report and the ledger of its figures; `facts`: what was found in fact_sales;
    `assumption_file`: words for it; `made`: report, page, ledger."""
    words, model = Told(read(word_file)), read_json(metadata)
    beside = beside_segments(read_json(facts), read(assumption_file), model["minimum_group"])
    text = report(model, words, beside)
    pages.write(text, made["report"], made["page"], template=template, language=words.language)
    enter_profiles(model, words)
    write_json(made["ledger"], {**origins.tables(model), "figures": words.ledger.figures})
    rulelog.log.info("%d figures", len(words.ledger.figures))


if __name__ == "__main__":
    rulelog.start(snakemake)
    given = snakemake.input
    main(
        given.metadata,
        given.words,
        given.template,
        facts=given.facts,
        assumption_file=given.assumptions,
        made=dict(snakemake.output.items()),
    )
