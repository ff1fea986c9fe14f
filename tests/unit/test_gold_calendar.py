"""The analysis date, and which months are complete: shops that are closed on some days, and exports that end early."""

import csv
import json
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

import gold_calendar
from elt.run.mart import Calendar
from elt.tables import ColumnType

GERMANY = Calendar("DE")


def days(first: date, last: date, keep: Callable[[date], bool] = lambda day: True) -> list[date]:
    """The days from first to last that are kept."""
    every = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return [day for day in every if keep(day)]


def incomplete(
    folder: Path, order_days: Iterable[date], analysis_date: str = "newest", calendar: Calendar = GERMANY
) -> list[str]:
    """Months that are not complete, by the rule's own main; the file for marts says the same as the evidence."""
    facts, months, analysis = (str(folder / name) for name in ("facts.csv", "months.csv", "analysis.json"))
    Path(facts).write_text("order_date\n" + "".join(f"{day}\n" for day in order_days), "utf-8")
    gold_calendar.main(
        facts=facts, columns=[ColumnType("order_date", "date")], calendar=calendar, analysis_date=analysis_date,
        analysis=analysis, months=months,
    )  # fmt: skip
    found = json.loads(Path(analysis).read_text("utf-8"))["incomplete_months"]
    with open(months, newline="", encoding="utf-8") as file:
        assert [row["month_start"][:7] for row in csv.DictReader(file) if row["is_complete"] == "false"] == found
    return found


def is_workday(day: date) -> bool:
    """Monday to Friday."""
    return day.isoweekday() < 6


def test_an_export_from_the_first_day_to_the_last_has_no_incomplete_month(tmp_path):
    assert incomplete(tmp_path, days(date(2023, 1, 1), date(2023, 12, 31))) == []


def test_an_export_that_begins_late_and_ends_early_has_two(tmp_path):
    assert incomplete(tmp_path, days(date(2023, 1, 2), date(2023, 12, 30))) == ["2023-01", "2023-12"]


def test_a_shop_closed_at_the_turn_of_the_year_has_twelve_whole_months(tmp_path):
    shop = days(date(2023, 1, 2), date(2024, 12, 30), lambda day: (day.month, day.day) not in ((1, 1), (12, 31)))
    assert incomplete(tmp_path, shop) == []
    assert incomplete(tmp_path, shop, "2025-01-02") == []


def test_new_years_day_counts_if_another_one_saw_orders(tmp_path):
    assert incomplete(tmp_path, days(date(2023, 1, 2), date(2024, 12, 31))) == ["2023-01"]


def test_a_month_that_ends_on_a_weekend_is_complete_for_who_sells_on_workdays(tmp_path):
    shop = days(date(2023, 4, 3), date(2023, 9, 29), is_workday)  # a Monday and a Friday; 1, 2 and 30 are weekend
    assert incomplete(tmp_path, shop) == []
    assert incomplete(tmp_path, [*shop, date(2023, 5, 6)]) == []  # one order on one Saturday makes no open Saturdays


def test_easter_is_a_holiday_wherever_it_falls(tmp_path):
    def is_open(day: date) -> bool:
        return is_workday(day) and day not in (date(2024, 3, 29), date(2024, 4, 1), date(2023, 4, 7), date(2023, 4, 10))

    assert incomplete(tmp_path, days(date(2023, 1, 2), date(2024, 3, 28), is_open)) == []


def test_a_yearly_closure_makes_the_month_no_shorter(tmp_path):
    def is_open(day: date) -> bool:
        return is_workday(day) and not (day.month == 8 and day.day > 10) and (day.month, day.day) != (1, 1)

    shop = days(date(2022, 1, 3), date(2024, 8, 9), is_open)
    assert incomplete(tmp_path, shop) == []
    assert incomplete(tmp_path, [day for day in shop if day < date(2024, 8, 1)] + [date(2024, 8, 1)]) == ["2024-08"]


def test_a_silence_that_is_usual_is_none_if_the_export_reaches_further(tmp_path):
    shop = days(
        date(2023, 1, 1), date(2023, 12, 29), lambda day: day.toordinal() % 3 == date(2023, 1, 1).toordinal() % 3
    )
    assert shop[-1] == date(2023, 12, 27)
    assert incomplete(tmp_path, shop) == ["2023-12"]
    assert incomplete(tmp_path, [*shop, date(2023, 12, 30)]) == ["2023-12"]
    assert incomplete(tmp_path, [*shop, date(2023, 12, 30)], "2024-01-05") == []
    assert incomplete(tmp_path, [day for day in shop if day < date(2023, 12, 15)], "2024-01-05") == ["2023-12"]


def test_a_stated_analysis_date_vouches_for_the_beginning_too(tmp_path):
    shop = days(date(2023, 1, 2), date(2024, 12, 30), lambda day: day.day % 3 != 2 or day == date(2023, 1, 2))
    assert date(2024, 1, 1) in shop
    assert incomplete(tmp_path, shop) == ["2023-01", "2024-12"]
    assert incomplete(tmp_path, shop, "2025-01-02") == []


def test_a_month_that_is_not_over_on_the_stated_day_is_not_complete(tmp_path):
    assert incomplete(tmp_path, days(date(2023, 1, 1), date(2023, 12, 31)), "2023-10-15") == [
        "2023-10",
        "2023-11",
        "2023-12",
    ]


def test_months_in_the_middle_are_complete_without_an_order_at_their_edges(tmp_path):
    assert incomplete(tmp_path, [date(2023, 1, 1), date(2023, 2, 14), date(2023, 3, 31)]) == []


@pytest.mark.parametrize("only", [[date(2023, 5, 5)], [date(2023, 5, 5), date(2023, 5, 8)]])
def test_a_few_days_make_no_month(tmp_path, only):
    assert incomplete(tmp_path, only) == ["2023-05"]


def test_the_evidence_names_the_analysis_date_its_rule_and_the_days_off(tmp_path):
    incomplete(tmp_path, days(date(2023, 1, 2), date(2024, 12, 30), is_workday))
    found = json.loads((tmp_path / "analysis.json").read_text("utf-8"))
    assert found["analysis_date"] == "2024-12-30"
    assert found["rule"].startswith("newest plausible order date: ")
    assert found["weekdays_off"] == ["Saturday", "Sunday"]
    incomplete(tmp_path, [date(2023, 1, 2)], "2023-06-01")
    found = json.loads((tmp_path / "analysis.json").read_text("utf-8"))
    assert (found["analysis_date"], found["rule"]) == ("2023-06-01", "stated in the settings")


def test_without_a_dated_order_there_is_no_analysis_date_and_no_month(tmp_path):
    (tmp_path / "facts.csv").write_text("order_date\n", "utf-8")
    gold_calendar.main(
        facts=str(tmp_path / "facts.csv"), columns=[ColumnType("order_date", "date")], calendar=GERMANY,
        analysis_date="newest", analysis=str(tmp_path / "a.json"), months=str(tmp_path / "m.csv"),
    )  # fmt: skip
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["analysis_date"] is None
    assert (tmp_path / "m.csv").read_text("utf-8") == "month_start,is_complete\n"
