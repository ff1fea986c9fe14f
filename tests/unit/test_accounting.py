"""The books of a table: a record or a cent that is nowhere, or twice, stops the run."""

import pytest

from shared import accounting
from shared.faults import Fault

FOUND = {
    "records": 10, "silver": 6, "superseded": 1, "duplicates": 1,
    "quarantined": [{"records": 2, "why": "id is missing", "first_records": [3, 9]}],
    "money": {"amount": {"raw": "10.00", "repairs": "-1.00", "silver": "6.00", "quarantined": "1.00",
                         "superseded": "1.00", "duplicates": "1.00"}},
}  # fmt: skip


def test_books_that_balance_pass():
    accounting.check_ledger("people", FOUND)


@pytest.mark.parametrize("part", ["silver", "superseded", "duplicates"])
@pytest.mark.parametrize("by", [-1, 1])
def test_a_record_that_is_nowhere_or_twice_stops_the_run(part, by):
    with pytest.raises(Fault, match=f"people: 10 records came in and {10 + by} are accounted for"):
        accounting.check_ledger("people", {**FOUND, part: FOUND[part] + by})


@pytest.mark.parametrize("part", ["raw", "repairs", "silver", "quarantined", "superseded", "duplicates"])
def test_a_cent_that_is_nowhere_stops_the_run(part):
    money = {"amount": {**FOUND["money"]["amount"], part: "0.99"}}
    with pytest.raises(Fault, match="the money in amount does not balance"):
        accounting.check_ledger("people", {**FOUND, "money": money})


@pytest.mark.parametrize(("budget", "refused"), [(0.19, True), (0.2, False), (1.0, False), (0.0, True)])
def test_the_budget_is_the_largest_share_that_is_accepted(budget, refused):
    if refused:
        with pytest.raises(Fault, match=r"2 of 10 records cannot be used, .*: 2 × id is missing \(records 3, 9\)"):
            accounting.check_budget("people", FOUND, budget)
    else:
        accounting.check_budget("people", FOUND, budget)
