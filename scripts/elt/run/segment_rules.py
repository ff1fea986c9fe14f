"""Which features k-means sees, and the rules by which segments get their names, as segments.yaml states them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from elt.run.entries import taken


@dataclass(frozen=True)
class SegmentCondition:
    """A condition on the mean of a segment: a feature above or below so many standard deviations."""

    feature: str
    above: float | None = None
    below: float | None = None


@dataclass(frozen=True)
class SegmentRule:
    """A name for segments, the conditions under which it is given, and what to do for whom bears it."""

    id: str
    name: Mapping[str, str]
    when: tuple[SegmentCondition, ...]
    action: Mapping[str, str]
    success: Mapping[str, str]
    no_action: bool = False

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
