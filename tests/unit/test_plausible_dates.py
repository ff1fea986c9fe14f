"""An order date that stands alone is in quarantine: it becomes neither the analysis date nor the first day of the data.

A shop of 400 records from 2 January 2023 on, at most nine days apart, stands for the sound ones.
"""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from one_table import clean, contract, field

from elt.faults import Fault
from elt.run.contract import Contract
from elt.silver import plausible_dates
from elt.silver.plausible_dates import Span

DAY = field("day", "date")
SALES = contract(field("id"), DAY, field("amount", "number", decimals=2, money=True))
START = date(2023, 1, 2)
SHOP = [START + timedelta(days=2 * i + i // 5 * 7) for i in range(400)]
END = max(SHOP)


def span(days: list[date], **limits: str) -> Span:
    """The span of a field over some dates."""
    return Span.of(Contract.of(contract(field("id"), field("day", "date", **limits))).by_name["day"], Counter(days))


def after(days: int) -> date:
    """So many days behind the end of the shop."""
    return END + timedelta(days=days)


def before(days: int) -> date:
    """So many days ahead of its beginning."""
    return min(SHOP) - timedelta(days=days)


def test_the_sound_shop_is_plausible_as_a_whole():
    assert span(SHOP) == Span(min(SHOP), END)


@pytest.mark.parametrize(
    "apart",
    [
        [date(2042, 5, 2)],
        [date(9999, 12, 31)],
        [after(60)],
        [after(367)] * 40,
        [date(2042, 5, 2), date(2051, 1, 1), date(2099, 7, 7)],
        [after(60), after(62), date(2042, 5, 2)],
        [after(50), after(90), after(400)],
    ],
    ids=["2042", "9999", "two_months", "many_after_a_year", "three_typos", "near_and_far", "stepwise"],
)
def test_what_lies_apart_behind_the_end_is_no_newest_date(apart):
    assert span(SHOP + apart) == Span(min(SHOP), END, after=len(apart))


@pytest.mark.parametrize(
    "apart",
    [[date(1900, 1, 1)], [before(60)], [before(367)] * 40, [date(1900, 1, 1), date(1970, 1, 1), date(2002, 3, 1)]],
    ids=["1900", "two_months", "many_before_a_year", "three_typos"],
)
def test_what_lies_apart_ahead_of_the_beginning_is_no_first_date(apart):
    assert span(apart + SHOP) == Span(min(SHOP), END, before=len(apart))


def test_both_ends_are_told_apart():
    both = [date(1900, 1, 1), date(2012, 1, 1), *SHOP, after(90), date(2042, 1, 1)]
    assert span(both) == Span(min(SHOP), END, before=2, after=2)


@pytest.mark.parametrize(
    "more",
    [[after(30)], [after(7), after(30), after(60)], [after(45)], [after(100)] * 5, [before(20)]],
    ids=["next_month", "a_month_each", "five_silences", "more_than_a_few", "an_early_one"],
)
def test_orders_ahead_of_time_are_plausible(more):
    found = span(SHOP + more)
    assert (found.records, found.newest) == (0, max(SHOP + more))


def test_a_seasonal_shop_keeps_its_short_season():
    years = [date(year, month, day) for year in (2021, 2022, 2023) for month in (11, 12) for day in range(1, 25)]
    assert span([*years, date(2024, 11, 1), date(2024, 11, 2)]).records == 0


def test_a_shop_that_sells_every_other_year_keeps_all_of_them():
    fairs = [date(year, 6, day) for year in (2018, 2020, 2022, 2024) for day in range(1, 12)]
    assert span(fairs).records == 0


def test_a_shop_that_was_closed_for_two_years_is_not_torn_apart_silently():
    old = [date(2018, 1, 1) + timedelta(days=i) for i in range(100)]
    assert span([*old, *SHOP]).before == 100  # which is beyond the budget: the run stops
    assert span([*old, *SHOP], minimum="2018-01-01").records == 0


def test_of_a_handful_of_records_nobody_can_tell():
    assert span([date(2023, 1, 5), date(2024, 12, 1), date(2024, 12, 4)]).records == 0
    assert span([START + timedelta(days=i) for i in (0, 1, 2, 5, 6, 90, 92)]).records == 0


def test_monthly_dates_are_no_silence():
    months = [date(2022 + i // 12, i % 12 + 1, 1) for i in range(30)]
    assert span([*months, date(2024, 9, 1)]).records == 0


def test_a_limit_of_the_contract_switches_the_rule_off_on_its_side():
    both = [date(1900, 1, 1), *SHOP, date(2042, 1, 1)]
    assert span(both, maximum="2099-12-31") == Span(min(SHOP), date(2042, 1, 1), before=1, stated=("maximum",))
    assert span(both, minimum="1900-01-01") == Span(date(1900, 1, 1), END, after=1, stated=("minimum",))


def test_the_order_of_the_records_plays_no_part():
    days = [*SHOP, after(90), date(1900, 1, 1)]
    assert span(days) == span(days[::-1])


def raw(*days: date) -> str:
    """A file with a record of 1.50 a day."""
    return "id,day,amount\n" + "".join(f"{i:04},{day},1.50\n" for i, day in enumerate(days, 1))


def test_the_record_goes_to_quarantine_with_its_money_and_its_reason(tmp_path):
    done = clean(tmp_path, SALES, raw(*SHOP, date(2042, 5, 2)), order_dates=["day"])
    assert done.quarantine == [(401, "implausible_date")]
    (row,) = done.rows("quarantine")
    assert row["content"] == "0401,2042-05-02,1.50"
    assert row["reason"] == (
        "day lies far after all other records; if the date is right, state a maximum for day in the contract"
    )
    assert len(done.rows("data")) == 400
    assert done.summary["money"]["amount"] | {} == {
        "raw": "601.50", "quarantined": "1.50", "silver": "600.00", "superseded": "0.00", "duplicates": "0.00",
        "erased": "0.00", "repairs": "0.00",
    }  # fmt: skip


def test_it_is_told_with_count_amount_and_the_rule(tmp_path):
    done = clean(tmp_path, SALES, raw(date(1900, 1, 1), *SHOP, date(2042, 5, 2)), order_dates=["day"])
    assert done.summary["warnings"] == [
        {"column": "day", "warning": "implausible_dates", "cells": 2, "of": 402,
         "money": {"amount": "3.00"}, "of_money": {"amount": "603.00"}}
    ]  # fmt: skip
    assert done.summary["order_dates"] == {
        "day": {
            "first": min(SHOP).isoformat(),
            "newest": END.isoformat(),
            "implausible": {"before": 1, "after": 1},
            "limits_of_the_contract": [],
            "rule": plausible_dates.RULE,
        }
    }


def test_a_field_that_feeds_no_order_date_is_left_alone(tmp_path):
    done = clean(tmp_path, SALES, raw(*SHOP, date(2042, 5, 2)))
    assert (done.quarantine, done.summary["order_dates"], done.summary["warnings"]) == ([], {}, [])


def test_more_than_the_budget_stop_the_run_and_say_how_to_go_on(tmp_path):
    with pytest.raises(Fault, match=r"40 of 440 .*40 × day lies far after .* state a maximum for day in the contract"):
        clean(tmp_path, SALES, raw(*SHOP, *[date(2042, 5, 2)] * 40), order_dates=["day"], budget=0.01)
    limited = {**SALES, "fields": [SALES["fields"][0], {**DAY, "maximum": "2099-12-31"}, SALES["fields"][2]]}
    done = clean(tmp_path, limited, raw(*SHOP, *[date(2042, 5, 2)] * 40), order_dates=["day"], budget=0.01)
    assert done.quarantine == []


def test_a_record_of_another_time_supersedes_nothing(tmp_path):
    newest = {**SALES, "keep": {"latest": "day"}}
    text = raw(*SHOP) + "0001,2042-05-02,9.00\n"
    done = clean(tmp_path, newest, text, order_dates=["day"])
    assert done.quarantine == [(401, "implausible_date")]
    assert [row["amount"] for row in done.rows("data") if row["id"] == "0001"] == ["1.50"]
    assert Decimal(done.summary["money"]["amount"]["quarantined"]) == Decimal("9.00")


def test_a_repaired_date_counts_as_it_was_repaired(tmp_path):
    repair = {"field": "day", "when": "day > DATE '2040-01-01'", "set": f"DATE '{END}'", "why": "typing error"}
    done = clean(tmp_path, {**SALES, "repairs": [repair]}, raw(*SHOP, date(2042, 5, 2)), order_dates=["day"])
    assert (done.quarantine, done.summary["order_dates"]["day"]["newest"]) == ([], END.isoformat())
