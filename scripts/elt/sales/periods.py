"""Periods: which months are compared with which, and which are kept out of every growth figure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

YEAR, QUARTER = 12, 3
MATERIAL_SHARE = 0.05  # a category below this share of revenue may pause without spoiling a comparison
SUSPECT = 0.5  # of a category's share: so much more without a category may be that category
NO_CATEGORY = "n/a"  # of lines without a product or a category
PAUSE_DAYS = 14  # a shorter silence at the end of the data says nothing


def add_months(month: date, months: int) -> date:
    """The first day of the month that lies `months` after the month of `month`."""
    index = month.year * YEAR + month.month - 1 + months
    return date(index // YEAR, index % YEAR + 1, 1)


def months_between(start: date, end: date) -> list[date]:
    """First days of the months from `start` (inclusive) to `end` (exclusive)."""
    months = []
    while start < end:
        months.append(start)
        start = add_months(start, 1)
    return months


@dataclass(frozen=True)
class Period:
    """Whole months from `start` (inclusive) to `end` (exclusive), both the first day of a month."""

    start: date
    end: date

    @property
    def months(self) -> list[date]:
        """First days of the months of the period."""
        return months_between(self.start, self.end)

    def a_year_before(self) -> "Period":
        """The same months one year earlier."""
        return Period(add_months(self.start, -YEAR), add_months(self.end, -YEAR))

    @property
    def condition(self) -> str:
        """The period as an SQL condition over fact_sales."""
        return f"order_date >= DATE '{self.start}' AND order_date < DATE '{self.end}'"


def year_of(month: date, first_month: int) -> Period:
    """The business year in which a month lies; `first_month`: that with which it begins, 1 to 12."""
    start = date(month.year - (month.month < first_month), first_month, 1)
    return Period(start, add_months(start, YEAR))


def in_business_year(this: Period, earliest: date, first_month: int) -> Period:
    """Of the months that may be compared, up to the end of `this`, those of the business year.

    While that is no quarter old it is the whole one before, if its first months may be compared: from `earliest` on.
    """
    year = year_of(add_months(this.end, -1), first_month)
    before = Period(max(add_months(year.start, -YEAR), earliest), year.start)
    is_young = len(months_between(year.start, this.end)) < QUARTER
    return before if is_young and before.months else Period(max(year.start, earliest), this.end)


def comparison(complete: Iterable[date], first_month: int | None = None) -> tuple[Period | None, Period | None]:
    """(this year, last year): the last twelve complete months and the twelve before.

    `first_month`: that of a business year; this year is then the months of it that are complete, or the whole one
    before while it is no quarter old, and last year the same months of the year before.

    With fewer than 24 complete months this year shrinks to the months that have the same month a year earlier; with
    twelve or fewer there is no last year (None); without any complete month neither.
    """
    months = sorted(complete)
    if not months:
        return None, None
    first, end = months[0], add_months(months[-1], 1)
    count = len(months_between(first, end))
    length = min(YEAR, count - YEAR)
    if length <= 0:
        return Period(first, end), None
    this = Period(add_months(end, -length), end)
    this = this if first_month is None else in_business_year(this, add_months(first, YEAR), first_month)
    return this, this.a_year_before()


@dataclass(frozen=True)
class Gap:
    """A category that was sold in most months before, but not in the months at the end of the data."""

    category: str
    last_order: date
    months_sold: int  # of the twelve (or fewer) months before the gap
    months_before: int
    share: float  # of the revenue of those months
    missing: tuple[date, ...]  # months without the category, up to the newest month with sales
    sums: Mapping[str, int] | None = None  # of the category in those months, as disclosure control needs them
    people_of_day: int = 0  # known customers of the category on the day of the last order


def revenue_in(revenue: Mapping[tuple[str, date], float], months: Collection[date], category: str = "") -> float:
    """The revenue of some months, of one category or of all."""
    return sum(float(v) for (c, m), v in revenue.items() if m in months and (not category or c == category))


def lost_its_product(
    revenue: Mapping[tuple[str, date], float], before: Collection[date], missing: Collection[date], share: float
) -> bool:
    """Whether the lines of a category that seems to end may be there without their product.

    So it is if, from the months before to those without the category, the share of revenue without a category has
    risen by half of the category's own share or more.
    """
    after = revenue_in(revenue, missing)
    if after <= 0:
        return False
    rise = revenue_in(revenue, missing, NO_CATEGORY) / after
    rise -= revenue_in(revenue, before, NO_CATEGORY) / revenue_in(revenue, before)
    return rise >= SUSPECT * share


def coverage_gaps(revenue: Mapping[tuple[str, date], float], last_orders: Mapping[str, date]) -> list[Gap]:
    """Categories that end before the data do: a month without them looks like a slump and is none.

    `revenue` by (category, first day of the month). A category counts if it was sold in more than half of the up to
    twelve months before its end, brought at least MATERIAL_SHARE of their revenue, and has been silent for PAUSE_DAYS;
    unless its lines may have lost their product.
    """
    if not revenue:
        return []
    first, newest, end = min(m for _, m in revenue), max(m for _, m in revenue), max(last_orders.values())
    gaps = []
    for category in sorted(last_orders):
        if category == NO_CATEGORY or (end - last_orders[category]).days < PAUSE_DAYS:
            continue
        sold = {m for c, m in revenue if c == category}
        missing = months_between(add_months(max(sold), 1), add_months(newest, 1))
        before = [m for m in months_between(add_months(max(sold), 1 - YEAR), add_months(max(sold), 1)) if m >= first]
        # after half a year the category is gone for good, and months without it are the new normal
        if not missing or len(missing) > YEAR // 2 or len(before) < 2 or 2 * len(sold & set(before)) <= len(before):
            continue
        total, own = revenue_in(revenue, before), revenue_in(revenue, before, category)
        if total <= 0 or own / total < MATERIAL_SHARE or lost_its_product(revenue, before, missing, own / total):
            continue
        sold_months = len(sold & set(before))
        gaps.append(Gap(category, last_orders[category], sold_months, len(before), own / total, tuple(missing)))
    return gaps


def comparable_months(complete: Iterable[date], gaps: Iterable[Gap]) -> list[date]:
    """Complete months that may be compared: those that lack a category at the end are left out."""
    lacking = {month for gap in gaps for month in gap.missing}
    return sorted(set(complete) - lacking)
