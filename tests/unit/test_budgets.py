"""More records in quarantine than their budget stop the run: by reason, and all together."""

import pytest
from one_table import contract, field

from elt.faults import Fault
from elt.run import reasons, settings
from elt.run.contract import Contract
from elt.silver import budgets, cleaning


def found(records: int = 10, **by_code: int) -> dict:
    """Books of a table with so many records in quarantine by code."""
    reasons = [
        {"records": count, "code": code, "why": f"{code} it is", "first_records": list(range(1, min(count, 5) + 1))}
        for code, count in by_code.items()
    ]
    return {"records": records, "quarantined": reasons}


ONE = {
    "records": 10,
    "quarantined": [{"records": 2, "code": "missing_key", "why": "id is missing", "first_records": [3, 9]}],
}


@pytest.mark.parametrize(("budget", "refused"), [(0.19, True), (0.2, False), (1.0, False), (0.0, True)])
def test_the_budget_is_the_largest_share_that_is_accepted(budget, refused):
    if refused:
        with pytest.raises(Fault, match=r"2 of 10 records cannot be used, .*: 2 × id is missing \(records 3, 9\)"):
            budgets.check_budget("people", ONE, budget)
    else:
        budgets.check_budget("people", ONE, budget)


def test_each_reason_has_a_budget_of_its_own():
    budgets.check_budget("people", found(1000, a=10, b=10, c=10), 0.01)
    with pytest.raises(Fault, match="31 of 1000 records cannot be used, the budget is 1.0% for a reason"):
        budgets.check_budget("people", found(1000, a=10, b=11, c=10), 0.01)


def test_the_same_reason_in_several_columns_is_one_reason():
    twice = found(1000, a=6)["quarantined"] + found(1000, a=6)["quarantined"]
    with pytest.raises(Fault, match="12 of 1000"):
        budgets.check_budget("people", {"records": 1000, "quarantined": twice}, 0.01)


@pytest.mark.parametrize("budget", [0.01, {"default": 0.01}, {"default": 0.01, "a": 0.2}, {"default": 0.09}])
def test_half_of_the_records_in_quarantine_is_too_much_however_many_reasons_share_them(budget):
    with pytest.raises(Fault, match="500 of 1000 records cannot be used"):
        budgets.check_budget("people", found(1000, **dict.fromkeys("abcdefghij", 50)), budget)


def test_many_reasons_within_their_budgets_may_be_too_many_together():
    five = found(1000, a=10, b=10, c=10, d=10, e=10)
    budgets.check_budget("people", five, 0.01)
    six = found(1000, a=10, b=10, c=10, d=10, e=10, f=1)
    with pytest.raises(Fault, match=r"51 of 1000 .*5\.0% for all together"):
        budgets.check_budget("people", six, 0.01)
    budgets.check_budget("people", six, {"default": 0.01, "total": 0.06})
    with pytest.raises(Fault, match=r"2\.0% for all together"):
        budgets.check_budget("people", five, {"default": 0.01, "total": 0.02})


def test_a_reason_may_have_a_smaller_or_a_larger_budget_than_the_others():
    budgets.check_budget("people", found(1000, a=200), {"default": 0.01, "a": 0.2})
    with pytest.raises(Fault, match=r"2 of 1000 .*1\.0% for a reason, 0\.1% for a, "):
        budgets.check_budget("people", found(1000, a=2), {"default": 0.01, "a": 0.001})


@pytest.mark.parametrize(("records", "bad"), [(50, 1), (50, 5), (20, 2), (10, 1), (600, 6)])
def test_a_small_table_does_not_stop_at_its_first_bad_records(records, bad):
    budgets.check_budget("people", found(records, a=bad), 0.01)


@pytest.mark.parametrize(("records", "bad"), [(4, 3), (9, 1), (20, 3), (50, 6), (600, 7)])
def test_a_small_table_stops_beyond_one_in_ten_or_the_floor(records, bad):
    with pytest.raises(Fault, match=f"{bad} of {records} records cannot be used"):
        budgets.check_budget("people", found(records, a=bad), 0.01)


def test_the_floor_is_for_all_reasons_together_too():
    budgets.check_budget("people", found(50, a=3, b=2), 0.01)
    with pytest.raises(Fault, match=r"6 of 50 .*5\.0% for all together, at least 5 records: "):
        budgets.check_budget("people", found(50, a=3, b=3), 0.01)


def test_the_floor_can_be_stated_and_does_not_soften_what_is_stated_for_a_reason():
    budgets.check_budget("people", found(1000, a=20), {"default": 0.01, "floor": 20})
    for strict in (
        {"default": 0.01, "floor": 0},
        {"default": 0.01, "a": 0},
        {"default": 0},
        0,
        {"default": 0.01, "total": 0},
    ):
        with pytest.raises(Fault, match="1 of 50"):
            budgets.check_budget("people", found(50, a=1), strict)


def test_a_floor_is_no_share_and_no_reason():
    assert budgets.share_of_all({"default": 0.01, "floor": 7}) == 0.05
    assert list(settings.budget_faults({"default": 0.01, "floor": 7}, {})) == []


def test_a_budget_for_a_reason_that_does_not_exist_is_a_fault():
    own = {"code": "no_name", "when": "x", "why": "y"}
    contracts = {"people": Contract.of(contract(field("id"), quarantine=[own]))}
    stated = {"default": 0.01, "total": 0.02, "no_name": 0.1, "wrong_width": 0.1, "missing_key": 0, "mising_key": 0.1}
    assert list(settings.budget_faults(stated, contracts)) == [
        "quarantine_budget.mising_key: no record goes to quarantine for this reason"
    ]
    assert list(settings.budget_faults(0.01, contracts)) == []


def test_every_reason_of_the_engine_is_known():
    kinds = contract(
        field("id", required=True),
        field("name", required=True),
        *(field(f"f{kind}", kind, minimum=1) for kind in ("integer", "number")),
        field("day", "date", minimum="2020-01-01"),
    )
    assert {reason.code for reason in cleaning.reasons(Contract.of(kinds))} <= reasons.ALL
