"""Names of segments by declarative rules on their profile, and words for how far a mean lies from the average."""

from collections.abc import Mapping, Sequence
from typing import Any

from elt.features.catalogue import FEATURES
from elt.report.numbers import number
from elt.run.company import SegmentCondition, SegmentRule

Texts = Mapping[str, str]

NO_TEXT = {"en": "Look at the segment before acting on it", "de": "Erst ansehen, dann handeln"}
NO_MEASURE = {"en": "Not defined", "de": "Nicht festgelegt"}
ALL_CUSTOMERS = SegmentRule(
    id="all_customers",
    name={"en": "All customers", "de": "Alle Kunden"},
    when=(),
    no_action=True,
    action={"en": "No action by segment", "de": "Keine Maßnahme nach Segmenten"},
    success=NO_MEASURE,
)
WORDS = (  # from so many standard deviations on
    (1.0, {"en": "far above average", "de": "weit über dem Durchschnitt"}),
    (0.5, {"en": "above average", "de": "über dem Durchschnitt"}),
    (0.25, {"en": "slightly above average", "de": "leicht über dem Durchschnitt"}),
    (-0.25, {"en": "about average", "de": "etwa im Durchschnitt"}),
    (-0.5, {"en": "slightly below average", "de": "leicht unter dem Durchschnitt"}),
    (-1.0, {"en": "below average", "de": "unter dem Durchschnitt"}),
)
LOWEST = {"en": "far below average", "de": "weit unter dem Durchschnitt"}


def words(deviation: float) -> Texts:
    """A distance from the mean, in standard deviations, as words in both languages."""
    if deviation < 0:
        return next((text for limit, text in WORDS[3:] if deviation > limit), LOWEST)
    return next(text for limit, text in WORDS if deviation >= limit)


def label(feature: str, labels: Mapping[str, Texts]) -> Texts:
    """How reports call a feature: by the company's labels, by the catalogue, or by its column name."""
    known = {entry.name: entry.label for entry in FEATURES} | dict(labels)
    return dict(known.get(feature) or dict.fromkeys(("en", "de"), feature.replace("_", " ")))


def margin(conditions: Sequence[SegmentCondition], deviation: Mapping[str, float]) -> float | None:
    """How far the tightest condition is cleared, in standard deviations; None if one fails or its feature is absent."""
    cleared = []
    for condition in conditions:
        value = deviation.get(condition.feature)
        if value is None:
            return None
        if condition.above is not None:
            cleared.append(value - condition.above)
        if condition.below is not None:
            cleared.append(condition.below - value)
    return min(cleared) if cleared and min(cleared) > 0 else None


def named(deviations: Sequence[Mapping[str, float]], rules: Sequence[SegmentRule]) -> list[SegmentRule]:
    """The rule of each segment, given their profiles in order of revenue.

    Rules are taken in order. Each goes to the one unnamed segment that clears it by most (of equal ones the one with
    more revenue), so no name stands twice. A segment without a rule is called by its number.
    """
    found: dict[int, SegmentRule] = {}
    for rule in rules:
        margins = {i: margin(rule.when, d) for i, d in enumerate(deviations) if i not in found}
        matching = {i: round(value, 9) for i, value in margins.items() if value is not None}
        if matching:
            found[max(matching, key=lambda i: (matching[i], -i))] = rule
    return [found.get(i) or neutral(i + 1) for i in range(len(deviations))]


def neutral(number_of_segment: int) -> SegmentRule:
    """What a segment without a rule is called."""
    name = f"Segment {number_of_segment}"
    return SegmentRule(
        id=f"segment_{number_of_segment}", name={"en": name, "de": name}, when=(), action=NO_TEXT, success=NO_MEASURE
    )


def rule_text(conditions: Sequence[Mapping[str, Any]], language: str) -> str:
    """A rule of model_metadata.json as text: "Orders > +0.5 SD and Revenue > +0.5 SD"; empty without a rule."""
    unit, both = {"en": ("SD", " and "), "de": ("SA", " und ")}[language]
    parts = []
    for condition in conditions:
        for key, mark in (("above", ">"), ("below", "<")):
            if key in condition:
                parts.append(
                    f"{condition['label'][language]} {mark} {number(condition[key], 1, language, sign=True)} {unit}"
                )
    return both.join(parts)


def distinguishing(deviation: Mapping[str, float], labels: Mapping[str, Texts]) -> list[dict[str, Any]]:
    """The three to five features that lie farthest from the average, with words; beyond three only if noticeable."""
    order = sorted(deviation, key=lambda name: (-round(abs(deviation[name]), 6), name))
    kept = [name for place, name in enumerate(order[:5]) if place < 3 or abs(deviation[name]) >= WORDS[2][0]]
    return [
        {
            "feature": name,
            "label": label(name, labels),
            "deviation": round(deviation[name], 2) + 0.0,
            "words": words(round(deviation[name], 2)),
        }
        for name in kept
    ]
