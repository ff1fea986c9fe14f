"""Names of segments by declarative rules on their profile, and words for how far a mean lies from the average."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elt.report.words import Words, in_all_languages
from elt.run.segment_rules import SegmentCondition, SegmentRule
from elt.segmentation.members import MOST

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


def nothing_holds(condition: SegmentCondition) -> float | None:
    """Of a segment that may not be described no condition is said to hold."""
    return None


@dataclass(frozen=True)
class Profile:
    """What rules look at in a segment: its deviations from the mean of all customers in standard deviations, and of
    which share of its members a condition holds (None if that cannot be said). `number`: its own, 0
    for that of its place; `rule`: the id of the rule that it had its name from in an earlier run, if it was there."""

    deviation: Mapping[str, float]
    share: Callable[[SegmentCondition], float | None] = nothing_holds
    number: int = 0
    rule: str | None = None


def cleared(condition: SegmentCondition, profile: Profile) -> Iterator[float | None]:
    """By how much each limit of a condition is cleared; None if one is not, if it does not hold for most of the
    members, or if its feature is absent."""
    share, deviation = profile.share(condition), profile.deviation.get(condition.feature)
    if share is None or share < MOST:
        yield None
        return
    if condition.above is not None:
        yield None if deviation is None or deviation <= condition.above else deviation - condition.above
    if condition.below is not None:
        yield None if deviation is None or deviation >= condition.below else condition.below - deviation
    if condition.at_least is not None or condition.at_most is not None:
        yield share - MOST


def margin(conditions: Sequence[SegmentCondition], profile: Profile) -> float | None:
    """How far the tightest condition is cleared, in standard deviations or as a share of the members beyond most of
    them; None if one fails or its feature is absent."""
    found = [by for condition in conditions for by in cleared(condition, profile)]
    return None if not found or None in found else min(by for by in found if by is not None)


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

    def of_profiles(self, profiles: Sequence[Profile]) -> list[SegmentRule]:
        """The rule of each segment, given their profiles in order of revenue.

        A segment that an earlier run has named keeps its rule where that still holds. The others are taken in order.
        Each goes to the one unnamed segment that clears it by most (of equal ones the one with more revenue), so no
        name stands twice. A segment without a rule is called by its number.
        """
        known = {rule.id: rule for rule in self.rules}
        named = ((i, known[one.rule], one) for i, one in enumerate(profiles) if one.rule in known)
        found = {i: rule for i, rule, one in named if margin(rule.when, one) is not None}
        for rule in (rule for rule in self.rules if rule not in [*found.values()]):
            margins = {i: margin(rule.when, one) for i, one in enumerate(profiles) if i not in found}
            matching = {i: round(value, 9) for i, value in margins.items() if value is not None}
            if matching:
                found[max(matching, key=lambda i: (matching[i], -i))] = rule
        return [found.get(i) or self.unnamed(one.number or i + 1) for i, one in enumerate(profiles)]

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
