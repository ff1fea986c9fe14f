"""Which features k-means sees, and the rules by which segments get their names, as segments.yaml states them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from elt.run.entries import taken

CYCLES = "cycles"  # the repurchase cycle of the company, in days
MEDIANS = "medians"  # the median of all customers


@dataclass(frozen=True)
class SegmentCondition:
    """A condition on a segment: its mean of a feature lies above or below so many standard deviations; or most of its
    members have at least or at most so much of it, in its own unit or in multiples of `unit`."""

    feature: str
    above: float | None = None
    below: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    unit: str | None = None  # cycles or medians


@dataclass(frozen=True)
class SegmentRule:
    """A name for segments, the conditions under which it is given, and what to do for whom bears it."""

    id: str
    name: Mapping[str, str]
    when: tuple[SegmentCondition, ...]
    action: Mapping[str, str]
    success: Mapping[str, str]
    no_action: bool = False
    measure: str | None = None  # the figure of the segment that is the baseline of its success

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """The rule of an entry of segments.yaml."""
        return cls(**taken(cls, entry, when=tuple(SegmentCondition(**one) for one in entry["when"])))


@dataclass(frozen=True)
class Segments:
    """Which features k-means sees, how reports call them, and the rules of the names, in order."""

    features: tuple[str, ...]
    rules: tuple[SegmentRule, ...]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """The content of segments.yaml."""
        return cls(**taken(cls, entry, rules=tuple(map(SegmentRule.of, entry["segments"]))))
