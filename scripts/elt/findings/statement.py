"""A finding: a typed statement about this period against the one before, with what proves it and who is behind it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

MATERIAL = Decimal("0.005")  # of last year's revenue: what moved less is no finding
TINY = 10  # a change of more than so many times its base tells of the base, not of the change


@dataclass(frozen=True)
class Finding:
    """What was found of one subject.

    kind: category, place, new_customers, unknown, silent_months, margin, returns, season, gap; subject: which one,
    empty of the whole company; measure: what was measured; this, last: of both periods, in the unit of the measure;
    amount: by how much it moved; weight: money by which it is ranked; evidence: by "this" and "last" where the value
    comes from; customers: behind each of the two, by "last" and "this", where they are known.
    """

    kind: str
    subject: str
    measure: str
    this: Decimal
    last: Decimal
    amount: Decimal
    weight: Decimal
    evidence: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    customers: Mapping[str, int] = field(default_factory=dict)

    @property
    def people(self) -> int | None:
        """The fewest customers behind any of its values; None if nobody is known."""
        return min((count for count in self.customers.values() if count), default=None)


def is_meaningful(difference: Decimal, base: Decimal) -> bool:
    """Whether a difference may be told as a share of a base: the base is above zero and not tiny beside it."""
    return base > 0 and abs(difference) <= TINY * base


def beyond(this: Decimal, last: Decimal, rate: Decimal) -> Decimal:
    """By how much a part moved more (or less) than it would have at the rate of the whole."""
    return this - last * (1 + rate)


def ranked(findings: Iterable[Finding], least: Decimal) -> list[Finding]:
    """The findings of at least so much money, the weightiest first; of equal ones by kind and subject."""
    told = [finding for finding in findings if abs(finding.weight) >= least]
    return sorted(told, key=lambda one: (-abs(one.weight), one.kind, one.subject))
