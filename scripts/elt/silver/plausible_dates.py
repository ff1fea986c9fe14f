"""Order dates that stand alone: one mistyped year must become neither the analysis date nor the first day of the data.

A date is implausible where a long silence parts it from the bulk of its table: more than a year, if most records lie on
the other side; or more than a month and five times the longest silence of the bulk, if hardly any record lies beyond.
No clock is asked. A limit that the contract states switches the rule off on its side: whoever states it knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise
from typing import Any, Self

from elt.run.fields import Field

RULE = (
    "The newest order date is the newest one that no silence parts from the bulk of the records: none of more than 366 "
    "days with more than half of the records on its other side, none of more than 31 days and five times the longest "
    "silence of the bulk with at most 3 records or 1 % beyond it. What lies beyond is in quarantine as implausible_date"
)
# ASSUMPTION: orders ahead of time, for delivery next month, follow the last ones within a month; a shop is not silent
# for five times as long as ever before and then sells once; a typing error hits few records.
MONTH, TIMES = 31, 5  # days; the longest silence of the bulk
FEW, FEW_OF = 3, 100  # records; one record in so many
# ASSUMPTION: what more than a year parts from most records belongs to another time, or is a placeholder.
YEAR = 366
# Of fewer records or days nobody can tell what is usual.
BULK_RECORDS, BULK_DAYS = 10, 10

Counts = Mapping[int, int]  # day since 0001-01-01 -> records


def bulk(days: Sequence[int], counts: Counts) -> Sequence[int]:
    """The stretch of sorted days without a silence of more than a year that holds most records; all, if none does."""
    starts = [i for i, (one, other) in enumerate(pairwise(days), 1) if other - one > YEAR]
    for start, end in pairwise([0, *starts, len(days)]):
        records = sum(counts[day] for day in days[start:end])
        if 2 * records > sum(counts.values()) and records >= BULK_RECORDS:
            return days[start:end]
    return days


def lone(records: Sequence[int], few: int) -> int:
    """How many of the first numbers of records make no more than a few together."""
    return sum(1 for together in accumulate(records) if together <= few)


def reach(days: Sequence[int], start: int, end: int) -> int:
    """Up to which day (exclusive) the stretch from `start` to `end` goes on without a silence that is too long."""
    longest = max((other - one for one, other in pairwise(days[start:end])), default=0)
    for i in range(end, len(days)):
        silence = days[i] - days[i - 1]
        if silence > max(MONTH, TIMES * longest):
            return i
        longest = max(longest, silence)
    return len(days)


def span_of(counts: Counts) -> tuple[int, int]:
    """First and last plausible day; there must be a day."""
    days = bulk(sorted(counts), counts)
    records = [counts[day] for day in days]
    few = max(FEW, sum(counts.values()) // FEW_OF)
    first, end = lone(records, few), len(days) - lone(records[::-1], few)
    if end - first < BULK_DAYS:
        return days[0], days[-1]
    backwards = [-day for day in reversed(days)]
    first = len(days) - reach(backwards, len(days) - end, len(days) - first)
    return days[first], days[reach(days, first, end) - 1]


@dataclass(frozen=True)
class Span:
    """The plausible days of a field, and how many records lie before and after them; `stated`: limits of the contract,
    which the rule leaves alone."""

    first: date
    newest: date
    before: int = 0
    after: int = 0
    stated: tuple[str, ...] = ()

    @classmethod
    def of(cls, field: Field, counts: Mapping[date, int]) -> Self:
        """The span of a field with at least one date; without an end on a side whose limit the contract states."""
        days = {day.toordinal(): records for day, records in counts.items()}
        stated = tuple(name for name in ("minimum", "maximum") if getattr(field, name) is not None)
        first, last = span_of(days)
        first, last = (min(days) if "minimum" in stated else first), (max(days) if "maximum" in stated else last)
        before = sum(records for day, records in days.items() if day < first)
        after = sum(records for day, records in days.items() if day > last)
        return cls(date.fromordinal(first), date.fromordinal(last), before, after, stated)

    @property
    def records(self) -> int:
        """Records outside."""
        return self.before + self.after

    @property
    def described(self) -> dict[str, Any]:
        """The span in the metadata of the table."""
        ends = {"first": self.first.isoformat(), "newest": self.newest.isoformat()}
        outside = {"before": self.before, "after": self.after}
        return {**ends, "implausible": outside, "limits_of_the_contract": list(self.stated), "rule": RULE}
