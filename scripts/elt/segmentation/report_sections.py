"""Sections of the segmentation report as Markdown: sizes, evidence, profiles.

`model` is model_metadata.json, `words` those of the segmentation in the language of the report, which enter each figure
in its ledger.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from elt.features.catalogue import FEATURES
from elt.report.figure_ledger import Told
from elt.report.markdown import escape, table
from elt.report.words import Words
from elt.run.segment_rules import CYCLES, MEDIANS
from elt.segmentation import origins
from elt.segmentation.members import FIGURES, MONEY
from elt.segmentation.stake import TENTH_OF, one_more_order, tenth_of

Model = Mapping[str, Any]
DECIMALS = {"money": 2, "share": 2, "days": 0}  # of a typical value, by unit; other units 1
SIZES = ("customers", "customer_share", "revenue", "revenue_share")
HIDDEN = "–"


def stability_word(jaccard: float | None, choice: Model, text: Words) -> str:
    """Stable, doubtful or unstable, after Hennig (2007); a dash without resampling."""
    if jaccard is None:
        return HIDDEN
    if jaccard >= choice["stable_from"]:
        return text["stable"]
    return text["unstable"] if jaccard < choice["unstable_below"] else text["doubtful"]


def typical_text(feature: Model, value: float, words: Told, segment: Model | None = None) -> str:
    """A typical value of a segment, or of all customers, in the feature's unit."""
    unit = next((entry.unit for entry in FEATURES if entry.name == feature["name"]), "share")
    origin = origins.typical(feature, segment)
    name = f"{'all' if segment is None else name_of(segment)}.typical.{feature['name']}"
    if unit == "share":
        return words.share(name, value, origin)
    return words.number(name, value, origin, DECIMALS.get(unit, 1), unit)


def name_of(segment: Model) -> str:
    """How the names of figures of a segment begin."""
    return f"segment.{segment['label']}"


def segment_table(model: Model, words: Told) -> str:
    """One row a segment: size, revenue, stability; what is suppressed is a dash."""
    text, language, rows = words["report"], words.language, []
    for segment in model["segments"]:
        figures = [HIDDEN] * 4
        if not segment["is_suppressed"]:
            figures = [size_text(name, segment, words) for name in SIZES]
        jaccard = segment["jaccard"]
        stable = stability_word(jaccard, model["choice"], text)
        place = origins.place("segments", segment["label"], "jaccard")
        value = (
            "" if jaccard is None else f" ({words.number(f'{name_of(segment)}.jaccard', jaccard, place, 2, 'index')})"
        )
        rows.append([segment["label"], segment["name"][language], *figures, stable + value])
    is_any_hidden = any(segment["is_suppressed"] for segment in model["segments"])
    note = text["suppressed"].format(minimum=least(model, words)) + "\n\n" if is_any_hidden else ""
    return table(text["segment_columns"], rows) + text["shares_of"] + "\n\n" + note


def size_text(name: str, segment: Model, words: Told) -> str:
    """The size or revenue of a segment, or its share."""
    told, origin = f"{name_of(segment)}.{name}", origins.of_segment(segment, name)
    if name in origins.SHARES:
        return words.share(told, segment[name], origin)
    unit, decimals = ("money", 2) if name == "revenue" else ("people", 0)
    return words.number(told, segment[name], origin, decimals, unit)


def least(model: Model, words: Told) -> str:
    """The minimum group."""
    return words.number("minimum_group", model["minimum_group"], origins.place("minimum_group"))


def evidence_text(entry: Model, name: str, decimals: int, words: Told) -> str:
    """What speaks for or against a number of segments."""
    unit = "count" if decimals == 0 else "index"
    place = origins.place("evidence", entry["k"], name)
    return words.number(f"evidence.{entry['k']}.{name}", entry[name], place, decimals, unit)


def silhouette_text(entry: Model, words: Told) -> str:
    """A silhouette with its error, or a dash."""
    if entry["silhouette"] is None:
        return HIDDEN
    told = [evidence_text(entry, name, 3, words) for name in ("silhouette", "silhouette_error")]
    return "\xa0±\xa0".join(told)


def evidence_table(model: Model, words: Told) -> str:
    """One row a number of segments, with what speaks for and against it."""
    text = words["report"]
    rows = [
        [
            evidence_text(entry, "k", 0, words),
            silhouette_text(entry, words),
            evidence_text(entry, "davies_bouldin", 2, words),
            f"<{least(model, words)}"
            if entry["smallest_customers"] is None
            else evidence_text(entry, "smallest_customers", 0, words),
            evidence_text(entry, "lowest_jaccard", 3, words),
            evidence_text(entry, "resamples", 0, words),
            text["agreed"] if entry["is_eligible"] else text["denied"],
            text["chosen"] if entry["k"] == model["choice"]["k"] else "",
        ]
        for entry in model["evidence"]
    ]
    return table(text["evidence_columns"], rows) if rows else text["no_evidence"] + "\n\n"


def rule_text(segment: Model, words: Told) -> str:
    """A segment's rule as text: "Orders > +0.5 SD and Days since last order at most 260 (2 repurchase cycles)"; empty
    without."""
    parts = [part for condition in segment["rule"] for part in condition_texts(segment, condition, words)]
    return f" {words['rule']['and']} ".join(parts)


def condition_texts(segment: Model, condition: Model, words: Told) -> Iterator[str]:
    """The limits of a condition, a text each; one that no data of enough people could be compared with is left out."""
    rule, label = words["rule"], condition["label"][words.language]
    told = partial(stated, segment, condition, words)
    for key, mark in (("above", ">"), ("below", "<")):
        if key in condition:
            yield f"{label} {mark} {told(key, 1, 'deviations', sign=True)} {rule['deviation']}"
    for key in ("at_least", "at_most"):
        if key in condition and "value" in condition:
            units = [unit for unit in (CYCLES, MEDIANS) if unit == condition.get("unit")]
            multiple = [rule[unit].format(times=told(key, decimals_of(condition[key]), unit)) for unit in units]
            yield " ".join([f"{label} {rule[key]} {limit_text(told, condition)}", *(f"({one})" for one in multiple)])


def stated(
    segment: Model, condition: Model, words: Told, key: str, decimals: int, unit: str, *, sign: bool = False
) -> str:
    """What a condition states, as text."""
    name, origin = f"{name_of(segment)}.rule.{condition['feature']}", origins.limit(segment, condition, key)
    if unit == "share":
        return words.share(f"{name}.{key}", condition[key], origin, decimals)
    return words.number(f"{name}.{key}", condition[key], origin, decimals, unit, sign=sign)


def limit_text(told: Callable[..., str], condition: Model) -> str:
    """A limit of a rule in the feature's unit, with the decimals that it needs."""
    unit = next((entry.unit for entry in FEATURES if entry.name == condition["feature"]), "share")
    decimals = {"share": 0, "money": 2}.get(unit, decimals_of(condition["value"]))
    return told("value", decimals, unit)


def decimals_of(value: float) -> int:
    """Decimals that a limit needs to be told as it is stated, at most two."""
    return next(places for places in range(3) if places == 2 or round(value, places) == value)


def figure_text(name: str, segment: Model, words: Told) -> str:
    """A figure of a segment: a share, or money; a dash where it is withheld."""
    value, told = segment["figures"][name], f"{name_of(segment)}.{name}"
    if value is None:
        return HIDDEN
    origin = origins.of_segment(segment, name)
    return words.number(told, value, origin, 2, "money") if name in MONEY else words.share(told, value, origin)


def figures_table(model: Model, words: Told) -> Iterator[str]:
    """One row a segment that is shown: order behaviour, the last year, margin; what nobody has is no column."""
    text, language = words["report"], words.language
    shown = [segment for segment in model["segments"] if segment["figures"]]
    names = [name for name in FIGURES if any(segment["figures"][name] is not None for segment in shown)]
    rows = [[segment["name"][language], *(figure_text(name, segment, words) for name in names)] for segment in shown]
    if rows and names:
        yield f"## {text['buying_title']}\n\n"
        yield table([text["segment"], *(text["measures"][name] for name in names)], rows)
        if any(segment["figures"][name] is None for segment in shown for name in names):
            yield text["figure_hidden"].format(minimum=least(model, words)) + "\n\n"
    if "gross_margin" in names:
        yield text["margin"] + "\n\n"
    if model["cycle_days"] is not None:
        cycle = words.number("cycle_days", model["cycle_days"], origins.CYCLE_DAYS, 0, "days")
        yield text["cycle"].format(days=cycle) + "\n\n"


def value_text(segment: Model, words: Told) -> str:
    """What one more order of every tenth customer would bring, with the sum that gives it."""
    name = name_of(segment)
    order = figure_text("average_order_value", segment, words)
    tenth = {"formula": TENTH_OF.format(customers=f"{name}.customers")}
    return words["report"]["value_of_action"].format(
        customers=words.number(f"{name}.tenth", tenth_of(segment["customers"]), tenth, 0, "people"),
        order=order,
        amount=words.number(
            f"{name}.value_of_action",
            one_more_order(segment),
            {"formula": f"[{name}.tenth] * [{name}.average_order_value]"},
            0,
            "money",
        ),
    )


def distinguishing_table(segment: Model, model: Model, words: Told) -> str:
    """One row a feature that sets the segment apart: how far, what is typical of it, what of all customers."""
    language, rows = words.language, []
    features = {feature["name"]: feature for feature in model["features"]}
    for entry in segment["distinguishing"]:
        feature, name = features[entry["feature"]], f"{name_of(segment)}.deviation.{entry['feature']}"
        origin = origins.deviation(feature, segment)
        rows.append(
            [
                entry["label"][language],
                entry["words"][language],
                typical_text(feature, segment["centre"][feature["name"]], words, segment),
                typical_text(feature, feature["overall"], words),
                words.number(name, entry["deviation"], origin, 2, "deviations", sign=True),
            ]
        )
    return table(words["report"]["profile_columns"], rows)


def neighbourhood(segment: Model, model: Model, words: Told) -> Iterator[str]:
    """A sentence: which segment is nearest, and how many customers stand about as near to it as to their own."""
    text, language = words["report"], words.language
    names = {other["label"]: other["name"][language] for other in model["segments"]}
    if segment["nearest"] is None:
        return
    called, share = escape(names[segment["nearest"]]), segment["borderline_share"]
    if share is None:
        yield text["borderline_hidden"].format(name=called, minimum=least(model, words)) + "\n\n"
    else:
        origin = origins.place("segments", segment["label"], "borderline_share")
        told = words.share(f"{name_of(segment)}.borderline_share", share, origin)
        yield text["borderline"].format(name=called, share=told) + "\n\n"


def profile(segment: Model, model: Model, words: Told) -> Iterator[str]:
    """One segment: what sets it apart, by which rule it has its name, what to do and how success is measured."""
    text, language = words["report"], words.language
    yield f"### {segment['label']}. {escape(segment['name'][language])}\n\n"
    if segment["is_suppressed"]:
        yield text["suppressed"].format(minimum=least(model, words)) + "\n\n"
    if segment["distinguishing"]:
        yield distinguishing_table(segment, model, words)
    yield from neighbourhood(segment, model, words)
    rule = rule_text(segment, words)
    lines = {
        "rule": escape(rule) if rule else text["no_rule"],
        "no_action" if segment["is_no_action"] else "action": escape(segment["action"][language]),
        "success": escape(segment["success"][language]),
    }
    if segment["figures"]:
        measure = segment["measure"]
        if measure and segment["figures"][measure] is not None:
            baseline = figure_text(measure, segment, words)
            lines["baseline"] = f"{text['measures'][measure]}: {baseline}"
        elif measure and any(other["figures"] and other["figures"][measure] is not None for other in model["segments"]):
            hidden = text["baseline_hidden"].format(minimum=least(model, words))
            lines["baseline"] = f"{text['measures'][measure]}: {hidden}"
        lines |= {} if segment["is_no_action"] else {"value": value_text(segment, words)}
    yield "".join(f"- **{text[key]}:** {line}.\n" for key, line in lines.items()) + "\n"
