"""Days of orders behind which another day stands are told: of bookings, of imports, exchanged, or missing."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from elt.sales import order_days

START = date(2023, 1, 1)


def lines(days: list[date]) -> pl.LazyFrame:
    """One line a day."""
    return pl.LazyFrame({"order_date": days, "sales_amount": [Decimal("10.00")] * len(days)},
                        schema={"order_date": pl.Date(), "sales_amount": pl.Decimal(38, 2)})  # fmt: skip


def days_of(length: int = 730, step: int = 2) -> list[date]:
    """Every second day of two years."""
    return [START + timedelta(day) for day in range(0, length, step)]


def weekdays(length: int = 730) -> list[date]:
    """Monday to Friday."""
    return [day for day in days_of(length, 1) if day.isoweekday() < 6]


def told(days: list[date], parts: int = 1) -> list[tuple[str, int, str]]:
    """(code, records, why) of each entry."""
    found = order_days.entries([order_days.totals(lines(days[part::parts])) for part in range(parts)])
    return [(one["code"], one["records"], one["why"]) for one in found]


def exchanged(day: date) -> date:
    """Day and month exchanged, if that is a date."""
    return day.replace(month=day.day, day=day.month) if day.day <= 12 else day


def test_usual_days_are_not_told():
    for days in (days_of(), weekdays(), days_of(160, 3), [], [START]):
        assert told(days) == []


def test_days_that_are_all_the_first_or_the_last_of_a_month_are_told():
    first = [day.replace(day=1) for day in days_of()]
    last = [day - timedelta(1) for day in first]
    assert told(first) == [("edge_days", 365, "2023-01-01, 2023-02-01, 2023-03-01")]
    assert told(last)[0][:2] == ("edge_days", 365)
    assert told([*first, *first, *[START + timedelta(4)] * 36]) == told([*first, *first]), "but for one in twenty"


def test_a_day_of_an_import_is_told_and_a_busy_day_is_not():
    imported = date(2023, 6, 1)
    assert told([max(day, imported) for day in days_of()]) == [("crowded_day", 76, "2023-06-01")]
    assert told([*days_of(), *[imported] * 60]) == []


def test_days_that_are_exchanged_where_they_can_be_are_told():
    till_june = [exchanged(day) for day in days_of(546, 1)]
    assert told(till_june, parts=3)[0][:2] == ("exchanged_days", 216)
    assert told([exchanged(day) for day in weekdays()])[0][:2] == ("exchanged_days", 206)
    assert told([exchanged(day) for day in days_of()]) == [], "of all days of whole years nothing shows it"


@pytest.mark.parametrize("gone", [(date(2024, 5, 1), date(2024, 5, 31)), (date(2024, 3, 11), date(2024, 3, 22))])
def test_a_hole_in_the_data_is_told(gone):
    left = [day for day in weekdays() if not gone[0] <= day <= gone[1]]
    assert [one[0] for one in told(left)] == ["silent_days"]


def test_a_hole_is_told_of_a_shop_that_never_closes_and_beside_a_yearly_closure():
    left = [day for day in days_of() if not date(2024, 5, 10) <= day <= date(2024, 5, 31)]
    assert told(left) == [("silent_days", 23, "2024-05-10 – 2024-06-01")]
    closed = [day for day in weekdays() if not (day.month == 8 and day.day < 23)]
    assert told([day for day in closed if not date(2024, 3, 11) <= day <= date(2024, 3, 22)])[0][2].startswith(
        "2024-03"
    )


def test_closures_and_what_chance_explains_are_not_told():
    summer = [day for day in weekdays() if not (day.month == 8 and day.day < 23)]
    assert told(summer) == [], "closed in August of both years"
    winter = [day for day in weekdays(360) if day.month not in (7,) or day.day > 20]
    assert told(winter) == [], "two weeks, and no other year to tell what they are"
    assert told(days_of(730, 9)) == []
