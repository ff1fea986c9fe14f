"""Segmentation report: who the segments are, what to do, on what evidence and within which limits.

Inputs: step3_segmentation/_meta/model_metadata.json.
Outputs: step3_segmentation/reports/segmentation_report.md (English or German) and the same as .html.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.features.catalogue import FEATURES
from elt.files import read_json
from elt.report import pages
from elt.report.markdown import Markdown, escape, table
from elt.report.numbers import number, percent
from elt.segmentation.report_texts import TEXTS
from elt.segmentation.segment_names import rule_text

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

Model = Mapping[str, Any]
DECIMALS = {"money": 2, "share": 2, "days": 0}  # of a typical value, by unit; other units 1
HIDDEN = "–"


def stability_word(jaccard: float | None, choice: Model, text: Model) -> str:
    """Stable, doubtful or unstable, after Hennig (2007); a dash without resampling."""
    if jaccard is None:
        return HIDDEN
    if jaccard >= choice["stable_from"]:
        return text["stable"]
    return text["unstable"] if jaccard < choice["unstable_below"] else text["doubtful"]


def typical_text(feature: str, value: float, language: str) -> str:
    """A typical value in the feature's unit."""
    unit = next((entry.unit for entry in FEATURES if entry.name == feature), "share")
    if unit == "share":
        return percent(value, 1, language)
    return number(value, DECIMALS.get(unit, 1), language)


def headline(model: Model, language: str) -> str:
    """The title: the number of segments and what the strongest one brings, or why there are none."""
    text, choice = TEXTS[language], model["choice"]
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


def segment_table(model: Model, language: str) -> str:
    """One row a segment: size, revenue, stability; what is suppressed is a dash."""
    text, rows = TEXTS[language], []
    for segment in model["segments"]:
        figures = [HIDDEN] * 4
        if not segment["is_suppressed"]:
            figures = [
                number(segment["customers"], 0, language),
                percent(segment["customer_share"], 1, language),
                number(segment["revenue"], 2, language),
                percent(segment["revenue_share"], 1, language),
            ]
        jaccard = segment["jaccard"]
        stable = stability_word(jaccard, model["choice"], text)
        value = "" if jaccard is None else f" ({number(jaccard, 2, language)})"
        name = segment["name"][language]
        rows.append([segment["label"], name, *figures, stable + value])
    note = text["suppressed"].format(minimum=model["minimum_group"])
    is_any_hidden = any(segment["is_suppressed"] for segment in model["segments"])
    return table(text["segment_columns"], rows) + (note + "\n\n" if is_any_hidden else "")


def evidence_title(model: Model, language: str) -> str:
    """The message of the evidence: which number was taken and why."""
    text, choice = TEXTS[language], model["choice"]
    if choice["by"] != "evidence":
        return text["why"][choice["by"]].format(k=choice["k"], asked=choice["asked"])
    taken = next(entry for entry in model["evidence"] if entry["k"] == choice["k"])
    return text["why"]["evidence"].format(
        k=choice["k"],
        silhouette=number(taken["silhouette"], 2, language),
        jaccard=number(taken["lowest_jaccard"], 2, language),
    )


def evidence_table(model: Model, language: str) -> str:
    """One row a number of segments, with what speaks for and against it."""
    text = TEXTS[language]
    rows = [
        [
            entry["k"],
            HIDDEN if entry["silhouette"] is None else number(entry["silhouette"], 3, language),
            number(entry["davies_bouldin"], 2, language),
            f"<{model['minimum_group']}"
            if entry["smallest_customers"] is None
            else number(entry["smallest_customers"], 0, language),
            number(entry["lowest_jaccard"], 3, language),
            text["yes"] if entry["is_eligible"] else text["no"],
            text["chosen"] if entry["k"] == model["choice"]["k"] else "",
        ]
        for entry in model["evidence"]
    ]
    return table(text["evidence_columns"], rows) if rows else text["no_evidence"] + "\n\n"


def profile(segment: Model, model: Model, language: str) -> Iterator[str]:
    """One segment: what sets it apart, by which rule it has its name, what to do and how success is measured."""
    text = TEXTS[language]
    yield f"### {segment['label']}. {escape(segment['name'][language])}\n\n"
    if segment["is_suppressed"]:
        yield text["suppressed"].format(minimum=model["minimum_group"]) + "\n\n"
    if segment["distinguishing"]:
        overall = {feature["name"]: feature["overall"] for feature in model["features"]}
        rows = [
            [
                entry["label"][language],
                entry["words"][language],
                typical_text(entry["feature"], segment["centre"][entry["feature"]], language),
                typical_text(entry["feature"], overall[entry["feature"]], language),
                number(entry["deviation"], 2, language, sign=True),
            ]
            for entry in segment["distinguishing"]
        ]
        yield table(text["profile_columns"], rows)
    rule = rule_text(segment["rule"], language)
    lines = {
        "rule": escape(rule) if rule else text["no_rule"],
        "no_action" if segment["is_no_action"] else "action": escape(segment["action"][language]),
        "success": escape(segment["success"][language]),
    }
    yield "".join(f"- **{text[key]}:** {line}.\n" for key, line in lines.items()) + "\n"


def refused_lines(model: Model, language: str) -> Iterator[str]:
    """One line a refused feature, or that none was."""
    text, labels = TEXTS[language], {f["name"]: f["label"][language] for f in model["features"]}
    refused = [feature for feature in model["features"] if feature["refused"]]
    for feature in refused:
        twin = labels.get(feature["near_duplicate_of"], "")
        reason = text["refused"][feature["refused"]].format(twin=escape(twin))
        yield f"- {escape(feature['label'][language])}: {reason}\n"
    if not refused:
        yield f"- {text['none_refused']}\n"


def method(model: Model, language: str) -> Iterator[str]:
    """How it was done, one line a step, with the settings of this run."""
    text, choice = TEXTS[language], model["choice"]
    names = [f["label"][language] for f in model["features"] if f["is_used"]]
    logged = [f["label"][language] for f in model["features"] if f["is_logged"]]
    values = {
        "used": escape(", ".join(names)) or HIDDEN,
        "logged": escape(", ".join(logged)) or HIDDEN,
        "seed": model["seed"],
        "rows": HIDDEN if choice["silhouette_rows"] is None else number(choice["silhouette_rows"], 0, language),
        "bootstraps": choice["bootstraps"],
        "share": percent(choice["minimum_share"], 0, language),
        "minimum": number(choice["minimum_customers"], 0, language),
        "stable": number(choice["stable_from"], 2, language),
        "unstable": number(choice["unstable_below"], 2, language),
        "k_min": choice["k_min"],
        "k_max": choice["k_max"],
        "learn": model["versions"]["scikit-learn"],
        "numpy": model["versions"]["numpy"],
    }
    yield from (f"- {line.format(**values)}\n" for line in text["method"])


def report(model: Model, language: str) -> str:
    """The whole report as Markdown."""
    text = TEXTS[language]
    parts = [f"# {headline(model, language)}\n\n"]
    if model["segments"]:
        parts += [segment_table(model, language)]
        parts += [f"## {evidence_title(model, language)}\n\n", evidence_table(model, language)]
        actions = sum(not segment["is_no_action"] for segment in model["segments"])
        parts += [f"## {text['profiles'].format(actions=actions, segments=len(model['segments']))}\n\n"]
        parts += [part for segment in model["segments"] for part in profile(segment, model, language)]
    parts += [f"## {text['refused_title']}\n\n", *refused_lines(model, language), "\n"]
    parts += [f"## {text['method_title']}\n\n", *method(model, language), "\n"]
    parts += [f"## {text['limits_title']}\n\n", *(f"- {line}\n" for line in text["limits"])]
    return Markdown("".join(parts))


def main(metadata: str, language: str, output: str, page: str) -> None:
    """Read the model, write the report."""
    pages.write(report(read_json(metadata), language), output, page, language)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.input.metadata, snakemake.params.language, snakemake.output.report, snakemake.output.page)
