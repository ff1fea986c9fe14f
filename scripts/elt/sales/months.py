"""Which months the orders cover, from the days on which a company does business.

A day is a day off if nothing can be expected on it:

- a weekday on which the company takes next to no orders
- a public holiday, unless orders came in on the same holiday of another year
- Christmas Eve or New Year's Eve, if no other one in the data saw an order
- a day of a yearly closure: the silent days at the edge of a month were silent in every other year too, so many that
  chance does not explain it

A month is complete if every day of it that is no day off lies between the first order and the newest, both included.
Where the settings state the analysis date, somebody vouches for the export: it may begin before its first order and
reach beyond its newest, and the silent days at its edges may be as many as between two orders at other times. A month
that is not over on the analysis date is complete only if nothing but days off is left of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import ceil
from typing import Any, Self

import polars as pl

from elt.gold import calendar_days
from elt.run.mart import Calendar
from elt.sales.periods import add_months, months_between

RARE = 0.1  # a weekday with fewer order days than this share of the busiest one is a day off
WEEKS = 4  # with fewer, weekdays are judged by the weekend alone
CHANCE = 0.01  # a silence that chance explains no better than this is a closure
USUAL = 0.95  # share of silences between orders that are usual
EVES = ((12, 24), (12, 31))
DAY = timedelta(days=1)


def days_between(first: date, last: date) -> list[date]:
    """All days from `first` to `last`, both included."""
    return [first + DAY * step for step in range((last - first).days + 1)]


def same_day(day: date, year: int) -> date:
    """The day of the same month and number in another year; 29 February becomes the 28th."""
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


@dataclass(frozen=True)
class Business:
    """The days on which orders came in, and the days off that follow from them.

    `order_days`: sorted, at least one; `holidays`: day -> name of the public holiday.
    """

    order_days: tuple[date, ...]
    holidays: dict[date, str]
    ordered: frozenset[date]
    weekdays: frozenset[int]  # ISO weekdays on which business is done
    holidays_off: frozenset[str]  # names of the holidays that are days off
    eves_off: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, order_days: Sequence[date], calendar: Calendar) -> Self:
        """What the order days say, with the public holidays of a country."""
        span = days_between(order_days[0], order_days[-1])
        edges = (add_months(order_days[0], 0), add_months(order_days[-1], 1))
        holidays = _holidays(calendar, *edges)
        ordered = frozenset(order_days)
        return cls(
            tuple(order_days), holidays, ordered, _weekdays(span, ordered, holidays),
            _holidays_off(holidays, span, ordered), _eves_off(span, ordered),
        )  # fmt: skip

    @property
    def first(self) -> date:
        """Day of the first order."""
        return self.order_days[0]

    @property
    def newest(self) -> date:
        """Day of the newest order."""
        return self.order_days[-1]

    def is_off(self, day: date) -> bool:
        """Whether nothing is expected on a day, closures apart."""
        if day.isoweekday() not in self.weekdays or self.holidays.get(day) in self.holidays_off:
            return True
        return (day.month, day.day) in self.eves_off

    def open_days(self, days: Iterable[date]) -> list[date]:
        """The days that are no days off."""
        return [day for day in days if not self.is_off(day)]

    @cached_property
    def rate(self) -> float:
        """Share of the open days of the whole time on which an order came in."""
        days = self.open_days(days_between(self.first, self.newest))
        return sum(day in self.ordered for day in days) / len(days) if days else 0.0

    @cached_property
    def usual_silence(self) -> int:
        """Open days without an order that are usual between two order days: as many or fewer in 95 % of the cases."""
        gaps = sorted(
            len(self.open_days(days_between(day + DAY, after - DAY)))
            for day, after in zip(self.order_days, self.order_days[1:], strict=False)
        )
        return gaps[ceil(USUAL * len(gaps)) - 1] if gaps else 0

    def is_yearly(self, silent: Sequence[date]) -> bool:
        """Whether the same days were silent in every other year, so many that chance does not explain it."""
        years = [
            year
            for year in range(self.first.year, self.newest.year + 1)
            if year != silent[0].year
            and self.first < same_day(silent[0], year) <= same_day(silent[-1], year) < self.newest
        ]
        others = [same_day(day, year) for year in years for day in silent]
        if not others or any(day in self.ordered for day in others):
            return False
        return (1 - self.rate) ** len(self.open_days(others)) < CHANCE

    def is_covered(self, silent: Sequence[date], allowed: int) -> bool:
        """Whether days before the first order or after the newest are days off or a yearly closure, or few enough."""
        opened = self.open_days(silent)
        return len(opened) <= allowed or self.is_yearly(opened)


def _holidays(calendar: Calendar, first: date, end: date) -> dict[date, str]:
    """Day -> name of the public holidays in a time; the first name where a day has several."""
    days = calendar_days.days(calendar).filter(
        pl.col("date").is_between(first, end), pl.col("holiday").is_not_null()
    )  # fmt: skip
    return {row["date"]: row["holiday"] for row in days.select("date", "holiday").collect().rows(named=True)}


def _weekdays(span: Sequence[date], ordered: frozenset[date], holidays: dict[date, str]) -> frozenset[int]:
    """ISO weekdays on which business is done; in a time of few weeks Monday to Friday, and what has an order."""
    usual = [day for day in span if day not in holidays]
    count = {weekday: [day in ordered for day in usual if day.isoweekday() == weekday] for weekday in range(1, 8)}
    if len(span) < WEEKS * 7:
        return frozenset({1, 2, 3, 4, 5, *(day.isoweekday() for day in ordered)})
    rates = {weekday: sum(found) / len(found) if found else 0.0 for weekday, found in count.items()}
    return frozenset(weekday for weekday, rate in rates.items() if rate > RARE * max(rates.values()))


def _holidays_off(holidays: dict[date, str], span: Sequence[date], ordered: frozenset[date]) -> frozenset[str]:
    """Names of the holidays without an order; of one that the time does not hold, what most others say."""
    inside = set(span)
    names = {name: [day in ordered for day, other in holidays.items() if other == name and day in inside]
             for name in holidays.values()}  # fmt: skip
    known = {name: any(found) for name, found in names.items() if found}
    mostly_open = bool(known) and 2 * sum(known.values()) > len(known)
    return frozenset(name for name in names if not known.get(name, mostly_open))


def _eves_off(span: Sequence[date], ordered: frozenset[date]) -> frozenset[tuple[int, int]]:
    """Month and day of the eves that the time holds and that never saw an order."""
    found: dict[tuple[int, int], bool] = {}
    for day in span:
        if (day.month, day.day) in EVES:
            found[day.month, day.day] = found.get((day.month, day.day), False) or day in ordered
    return frozenset(eve for eve, has_orders in found.items() if not has_orders)


def is_complete(business: Business, month: date, stated: date | None) -> bool:
    """Whether the orders cover a month, given by its first day; `stated`: the analysis date of the settings."""
    last, allowed = add_months(month, 1) - DAY, business.usual_silence if stated else 0
    before = days_between(month, min(last, business.first - DAY))
    if not business.is_covered(before, allowed):
        return False
    reach = min(business.newest, stated or business.newest)
    after = days_between(max(month, reach + DAY), last)
    return business.is_covered(after, allowed if stated and last <= stated else 0)


def months_of(business: Business, stated: date | None) -> list[dict[str, Any]]:
    """One row a month from the first order to the newest: month_start, is_complete."""
    months = months_between(add_months(business.first, 0), add_months(business.newest, 1))
    return [{"month_start": month, "is_complete": is_complete(business, month, stated)} for month in months]
