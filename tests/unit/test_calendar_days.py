"""The calendar has every day once, ISO weeks, and the public holidays of the country or its subdivision."""

from datetime import date

import polars as pl
import pytest

from elt.gold import calendar_days
from elt.run.mart import Calendar


def day(on: date, country: str = "DE", subdivision: str | None = None) -> dict:
    """One day of the calendar."""
    return calendar_days.days(Calendar(country, subdivision)).filter(pl.col("date") == on).collect().row(0, named=True)


def test_there_is_one_row_a_day_without_gaps():
    dates = calendar_days.days(Calendar("DE")).select("date").collect().to_series().sort()
    assert (dates[0], dates[-1]) == (date(1990, 1, 1), date(2079, 12, 31))
    assert dates.diff().drop_nulls().dt.total_days().unique().to_list() == [1]


def test_a_holiday_is_described_in_full():
    assert day(date(2024, 12, 25)) == {
        "date": date(2024, 12, 25), "year": 2024, "quarter": 4, "month": 12, "month_start": date(2024, 12, 1),
        "iso_year": 2024, "iso_week": 52, "weekday": 3, "is_weekend": False, "is_holiday": True,
        "holiday": "Erster Weihnachtstag",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("on", "iso"), [(date(2024, 12, 30), (2025, 1)), (date(2021, 1, 3), (2020, 53)), (date(2023, 1, 1), (2022, 52))]
)
def test_iso_weeks_belong_to_their_iso_year(on, iso):
    found = day(on)
    assert (found["iso_year"], found["iso_week"]) == iso


@pytest.mark.parametrize(
    ("on", "expected"), [(date(2024, 6, 1), True), (date(2024, 6, 2), True), (date(2024, 6, 3), False)]
)
def test_saturday_and_sunday_are_the_weekend(on, expected):
    assert day(on)["is_weekend"] is expected


def test_the_holidays_of_a_state_count_where_it_is_named():
    epiphany = date(2025, 1, 6)
    assert day(epiphany)["is_holiday"] is False
    assert day(epiphany, subdivision="BY")["is_holiday"] is True
    assert day(epiphany, "AT")["is_holiday"] is True


def test_without_a_country_no_day_is_a_holiday():
    found = (
        calendar_days.days(Calendar("")).select(pl.col("is_holiday").sum(), pl.col("holiday").null_count()).collect()
    )
    assert found.row(0) == (0, 32872)


def test_an_ordinary_day_has_no_holiday():
    found = day(date(2024, 6, 3))
    assert (found["is_holiday"], found["holiday"]) == (False, None)
