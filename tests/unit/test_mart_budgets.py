"""Budgets of marts: as a param they look alike, and what was found in a mart tells whether new ones stop it."""

import pytest

from elt.faults import Fault
from elt.files import write_json
from elt.gold.budgets import Budgets
from elt.report import assumptions
from elt.run.mart import Mart, MartLedger

MART = Mart("fact_sales", "", "", ("id",), ())
FLAG = assumptions.entry(
    "flag", "fact_sales.is_guessed", 4, 10, {"cost": "40.00"}, {"cost": "100.00"}, key="is_guessed"
)
LOST = assumptions.entry("left_out", "fact_sales ← lines", 10, 40, {"amount": "12.00"}, {"amount": "40.00"})
ACCOUNT = assumptions.entry("collective_account", "fact_sales, customer_key 2", 15, 27)
OTHER = assumptions.entry("unknown_member", "fact_sales.customer_key → dim_customer", 40, 40)


@pytest.mark.parametrize(
    ("told", "buyers", "budgets", "problem"),
    [
        ([FLAG], 0, Budgets(0.0, 0.4), None),
        ([FLAG], 0, Budgets(1.0, 0.39), "40.0% of cost, the budget is 39.0%"),
        ([LOST], 0, Budgets(0.3, 0.0), None),
        ([LOST], 0, Budgets(0.29, 1.0), "10 of 40 rows of the silver table are not in the mart"),
        ([ACCOUNT], 13, Budgets(0.0, 0.56), None),
        ([ACCOUNT], 13, Budgets(1.0, 0.5), "one of 13 customers has 15 of 27 orders"),
        ([ACCOUNT], 9, Budgets(0.0, 0.0), None),
        ([OTHER], 13, Budgets(0.0, 0.0), None),
        ([OTHER, LOST, FLAG, ACCOUNT], 13, Budgets(0.3, 0.39), "rest on an assumption"),
    ],
)
def test_a_mart_that_is_made_exceeds_the_budgets_where_making_it_would_stop(tmp_path, told, buyers, budgets, problem):
    found = {"rows": 40, "assumptions": told, "buyers": buyers}
    write_json(tmp_path / "m.json", found)
    assert budgets.is_exceeded(MART, tmp_path / "m.json") == (problem is not None)
    if problem is None:
        budgets.check(MART, found)
    else:
        with pytest.raises(Fault, match=problem):
            budgets.check(MART, found)


def test_rows_that_are_left_out_for_a_stated_reason_exceed_nothing(tmp_path):
    write_json(tmp_path / "m.json", {"assumptions": [LOST]})
    assert Budgets(0.0).is_exceeded(MART, tmp_path / "m.json")
    meant = Mart("fact_sales", "", "", ("id",), (), ledger=MartLedger(left_out="gifts are no sales"))
    assert not Budgets(0.0).is_exceeded(meant, tmp_path / "m.json")


@pytest.mark.parametrize("text", [None, "{", "{}", "[]", '{"assumptions": [1]}'])
def test_a_mart_that_is_not_made_or_whose_metadata_are_damaged_exceeds_nothing(tmp_path, text):
    if text is not None:
        (tmp_path / "m.json").write_text(text, encoding="utf-8")
    assert not Budgets(0.0, 0.0).is_exceeded(MART, tmp_path / "m.json")


def test_as_a_param_all_budgets_look_alike():
    assert repr(Budgets(0.1, 0.2)) == repr(Budgets(0.3, 0.4))
