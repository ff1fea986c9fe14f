"""Names of segments by declarative rules on their profile, and words for how far a mean lies from the average."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elt.report.words import Words, in_all_languages
from elt.run.segment_rules import SegmentCondition, SegmentRule

Texts = Mapping[str, str]

# ASSUMPTION: a mean is worth a word from a quarter of a standard deviation on, and lies far off from a whole one on.
NOTICEABLE = 0.25
HIGH = ((1.0, "far_above"), (0.5, "above"), (NOTICEABLE, "slightly_above"))  # from so many standard deviations on
LOW = ((-NOTICEABLE, "average"), (-0.5, "slightly_below"), (-1.0, "below"))  # down to so many
FEWEST_FEATURES, MOST_FEATURES = 3, 5  # that describe a segment: enough to tell it apart, few enough to read


def deviation_word(deviation: float) -> str:
    """The key of the words for a distance from the mean, in standard deviations."""
    if deviation < 0:
        return next((key for limit, key in LOW if deviation > limit), "far_below")
    return next((key for limit, key in HIGH if deviation >= limit), "average")


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


@dataclass(frozen=True)
class SegmentNames:
    """What segments and features are called: the company's rules and labels, and the words by language."""

    rules: Sequence[SegmentRule]
    labels: Mapping[str, Texts]
    words: Mapping[str, Words]

    def label(self, feature: str) -> Texts:
        """How reports call a feature: by the company's label, by the words, or by its column name."""
        if feature in self.labels:
            return dict(self.labels[feature])
        if all(feature in words["features"] for words in self.words.values()):
            return in_all_languages(self.words, "features", feature)
        return dict.fromkeys(self.words, feature.replace("_", " "))

    def all_customers(self) -> SegmentRule:
        """The rule of the one segment that holds all customers."""
        return SegmentRule(
            id="all_customers",
            name=in_all_languages(self.words, "names", "all_customers"),
            when=(),
            no_action=True,
            action=in_all_languages(self.words, "names", "all_customers_action"),
            success=in_all_languages(self.words, "names", "undefined_success"),
        )

    def unnamed(self, number_of_segment: int) -> SegmentRule:
        """What a segment is called that no rule fits."""
        return SegmentRule(
            id=f"segment_{number_of_segment}",
            name=in_all_languages(self.words, "names", "unnamed", number=number_of_segment),
            when=(),
            action=in_all_languages(self.words, "names", "unnamed_action"),
            success=in_all_languages(self.words, "names", "undefined_success"),
        )

    def of_profiles(self, deviations: Sequence[Mapping[str, float]]) -> list[SegmentRule]:
        """The rule of each segment, given their profiles in order of revenue.

        Rules are taken in order. Each goes to the one unnamed segment that clears it by most (of equal ones the one
        with more revenue), so no name stands twice. A segment without a rule is called by its number.
        """
        found: dict[int, SegmentRule] = {}
        for rule in self.rules:
            margins = {i: margin(rule.when, d) for i, d in enumerate(deviations) if i not in found}
            matching = {i: round(value, 9) for i, value in margins.items() if value is not None}
            if matching:
                found[max(matching, key=lambda i: (matching[i], -i))] = rule
        return [found.get(i) or self.unnamed(i + 1) for i in range(len(deviations))]

    def distinguishing(self, deviation: Mapping[str, float]) -> list[dict[str, Any]]:
        """The features that lie farthest from the average, with words; the fourth and fifth only if noticeable."""
        order = sorted(deviation, key=lambda name: (-round(abs(deviation[name]), 6), name))
        kept = [
            name
            for place, name in enumerate(order[:MOST_FEATURES])
            if place < FEWEST_FEATURES or abs(deviation[name]) >= NOTICEABLE
        ]
        return [
            {
                "feature": name,
                "label": self.label(name),
                "deviation": round(deviation[name], 2) + 0.0,
                "words": in_all_languages(self.words, "deviations", deviation_word(round(deviation[name], 2))),
            }
            for name in kept
        ]
