"""Sections of the segmentation report as Markdown: sizes, evidence, profiles, refused features, method.

`model` is model_metadata.json, `words` those of the segmentation in the language of the report.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from elt.features.catalogue import FEATURES
from elt.report.markdown import escape, table
from elt.report.numbers import number, percent
from elt.report.words import Words
from elt.run.segment_rules import CYCLES, MEDIANS
from elt.segmentation.members import FIGURES, MONEY

Model = Mapping[str, Any]
DECIMALS = {"money": 2, "share": 2, "days": 0}  # of a typical value, by unit; other units 1
HIDDEN = "–"
TENTH = 10  # ASSUMPTION: the value of an action is told for every tenth customer, a share that a campaign may reach


def stability_word(jaccard: float | None, choice: Model, text: Words) -> str:
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


def segment_table(model: Model, words: Words) -> str:
    """One row a segment: size, revenue, stability; what is suppressed is a dash."""
    text, language, rows = words["report"], words["language"], []
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
        rows.append([segment["label"], segment["name"][language], *figures, stable + value])
    note = text["suppressed"].format(minimum=model["minimum_group"])
    is_any_hidden = any(segment["is_suppressed"] for segment in model["segments"])
    return table(text["segment_columns"], rows) + text["shares_of"] + "\n\n" + (note + "\n\n" if is_any_hidden else "")


def silhouette_text(entry: Model, language: str) -> str:
    """A silhouette with its error, or a dash."""
    if entry["silhouette"] is None:
        return HIDDEN
    return f"{number(entry['silhouette'], 3, language)}\xa0±\xa0{number(entry['silhouette_error'], 3, language)}"


def evidence_table(model: Model, words: Words) -> str:
    """One row a number of segments, with what speaks for and against it."""
    text, language = words["report"], words["language"]
    rows = [
        [
            entry["k"],
            silhouette_text(entry, language),
            number(entry["davies_bouldin"], 2, language),
            f"<{model['minimum_group']}"
            if entry["smallest_customers"] is None
            else number(entry["smallest_customers"], 0, language),
            number(entry["lowest_jaccard"], 3, language),
            entry["resamples"],
            text["agreed"] if entry["is_eligible"] else text["denied"],
            text["chosen"] if entry["k"] == model["choice"]["k"] else "",
        ]
        for entry in model["evidence"]
    ]
    return table(text["evidence_columns"], rows) if rows else text["no_evidence"] + "\n\n"


def rule_text(conditions: list[Model], words: Words) -> str:
    """A rule as text: "Orders > +0.5 SD and Days since last order at most 260 (2 repurchase cycles)"; empty without."""
    parts = [part for condition in conditions for part in condition_texts(condition, words)]
    return f" {words['rule']['and']} ".join(parts)


def condition_texts(condition: Model, words: Words) -> Iterator[str]:
    """The limits of a condition, a text each; one that no data of enough people could be compared with is left out."""
    language, rule, label = words["language"], words["rule"], condition["label"][words["language"]]
    for key, mark in (("above", ">"), ("below", "<")):
        if key in condition:
            limit = number(condition[key], 1, language, sign=True)
            yield f"{label} {mark} {limit} {rule['deviation']}"
    for key in ("at_least", "at_most"):
        if key in condition and "value" in condition:
            text = f"{label} {rule[key]} {limit_text(condition['feature'], condition['value'], language)}"
            times = number(condition[key], decimals_of(condition[key]), language)
            multiple = [rule[unit].format(times=times) for unit in (CYCLES, MEDIANS) if unit == condition.get("unit")]
            yield " ".join([text, *(f"({one})" for one in multiple)])


def limit_text(feature: str, value: float, language: str) -> str:
    """A limit of a rule in the feature's unit, with the decimals that it needs."""
    unit = next((entry.unit for entry in FEATURES if entry.name == feature), "share")
    if unit == "share":
        return percent(value, 0, language)
    return number(value, 2 if unit == "money" else decimals_of(value), language)


def decimals_of(value: float) -> int:
    """Decimals that a limit needs to be told as it is stated, at most two."""
    return next(places for places in range(3) if places == 2 or round(value, places) == value)


def figure_text(name: str, value: float | None, language: str) -> str:
    """A figure of a segment: a share, or money; a dash where it is withheld."""
    if value is None:
        return HIDDEN
    return number(value, 2, language) if name in MONEY else percent(value, 1, language)


def figures_table(model: Model, words: Words) -> Iterator[str]:
    """One row a segment that is shown: order behaviour, the last year, margin; what nobody has is no column."""
    text, language = words["report"], words["language"]
    shown = [segment for segment in model["segments"] if segment["figures"]]
    names = [name for name in FIGURES if any(segment["figures"][name] is not None for segment in shown)]
    rows = [
        [segment["name"][language], *(figure_text(name, segment["figures"][name], language) for name in names)]
        for segment in shown
    ]
    if rows and names:
        yield table([text["segment"], *(text["measures"][name] for name in names)], rows)
        if any(segment["figures"][name] is None for segment in shown for name in names):
            yield text["figure_hidden"].format(minimum=model["minimum_group"]) + "\n\n"
    if "gross_margin" in names:
        yield text["margin"] + "\n\n"
    if model["cycle_days"] is not None:
        yield text["cycle"].format(days=number(model["cycle_days"], 0, language)) + "\n\n"


def value_text(segment: Model, words: Words) -> str:
    """What one more order of every tenth customer would bring, with the sum that gives it."""
    language, order = words["language"], segment["figures"]["average_order_value"]
    customers = round(segment["customers"] / TENTH)
    return words["report"]["value_of_action"].format(
        customers=number(customers, 0, language),
        order=number(order, 2, language),
        amount=number(customers * order, 0, language),
    )


def distinguishing_table(segment: Model, model: Model, words: Words) -> str:
    """One row a feature that sets the segment apart: how far, what is typical of it, what of all customers."""
    language, overall = words["language"], {feature["name"]: feature["overall"] for feature in model["features"]}
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
    return table(words["report"]["profile_columns"], rows)


def neighbourhood(segment: Model, model: Model, words: Words) -> Iterator[str]:
    """A sentence: which segment is nearest, and how many customers stand about as near to it as to their own."""
    text, language = words["report"], words["language"]
    names = {other["label"]: other["name"][language] for other in model["segments"]}
    if segment["nearest"] is not None:
        share = segment["borderline_share"]
        said = text["borderline" if share is not None else "borderline_hidden"].format(
            name=escape(names[segment["nearest"]]),
            share="" if share is None else percent(share, 1, language),
            minimum=model["minimum_group"],
        )
        yield said + "\n\n"


def profile(segment: Model, model: Model, words: Words) -> Iterator[str]:
    """One segment: what sets it apart, by which rule it has its name, what to do and how success is measured."""
    text, language = words["report"], words["language"]
    yield f"### {segment['label']}. {escape(segment['name'][language])}\n\n"
    if segment["is_suppressed"]:
        yield text["suppressed"].format(minimum=model["minimum_group"]) + "\n\n"
    if segment["distinguishing"]:
        yield distinguishing_table(segment, model, words)
    yield from neighbourhood(segment, model, words)
    rule = rule_text(segment["rule"], words)
    lines = {
        "rule": escape(rule) if rule else text["no_rule"],
        "no_action" if segment["is_no_action"] else "action": escape(segment["action"][language]),
        "success": escape(segment["success"][language]),
    }
    if segment["figures"]:
        measure = segment["measure"]
        if measure and segment["figures"][measure] is not None:
            baseline = figure_text(measure, segment["figures"][measure], language)
            lines["baseline"] = f"{text['measures'][measure]}: {baseline}"
        lines |= {} if segment["is_no_action"] else {"value": value_text(segment, words)}
    yield "".join(f"- **{text[key]}:** {line}.\n" for key, line in lines.items()) + "\n"


def refused_features(model: Model, words: Words) -> Iterator[str]:
    """One line a refused feature, or that none was."""
    text, language = words["report"], words["language"]
    labels = {feature["name"]: feature["label"][language] for feature in model["features"]}
    refused = [feature for feature in model["features"] if feature["refused"]]
    for feature in refused:
        twin = labels.get(feature["near_duplicate_of"], "")
        reason = text["refused"][feature["refused"]].format(twin=escape(twin))
        yield f"- {escape(feature['label'][language])}: {reason}\n"
    if not refused:
        yield f"- {text['none_refused']}\n"


def method(model: Model, words: Words) -> Iterator[str]:
    """How it was done, one line a step, with the settings of this run."""
    language, choice = words["language"], model["choice"]
    used = [f["label"][language] for f in model["features"] if f["is_used"]]
    logged = [f["label"][language] for f in model["features"] if f["is_logged"]]
    values = {
        "used": escape(", ".join(used)) or HIDDEN,
        "logged": escape(", ".join(logged)) or HIDDEN,
        "seed": model["seed"],
        "rows": HIDDEN if choice["silhouette_rows"] is None else number(choice["silhouette_rows"], 0, language),
        "samples": choice["silhouette_samples"],
        "bootstraps": choice["bootstraps"],
        "screened": choice["screened"],
        "resample": HIDDEN if choice["resample_rows"] is None else number(choice["resample_rows"], 0, language),
        "border": percent(choice["border"], 0, language),
        "share": percent(choice["minimum_share"], 0, language),
        "minimum": number(choice["minimum_customers"], 0, language),
        "stable": number(choice["stable_from"], 2, language),
        "unstable": number(choice["unstable_below"], 2, language),
        "k_min": choice["k_min"],
        "k_max": choice["k_max"],
        "learn": model["versions"]["scikit-learn"],
        "numpy": model["versions"]["numpy"],
    }
    yield from (f"- {line.format(**values)}\n" for line in words["report"]["method"])
    if "evidence_rows" in choice:
        sampled = words["report"]["sampled"].format(rows=number(choice["evidence_rows"], 0, language))
        yield f"- {sampled}\n"
