"""The books of a table: a record or a cent that is nowhere, or twice, stops the run."""

import pytest
from one_table import clean, contract, field

from elt.faults import Fault
from elt.silver import books

FOUND = {
    "records": 10, "silver": 6, "superseded": 1, "duplicates": 1, "erased": 0,
    "quarantined": [{"records": 2, "code": "missing_key", "why": "id is missing", "first_records": [3, 9]}],
    "money": {"amount": {"raw": "10.00", "repairs": "-1.00", "silver": "6.00", "quarantined": "1.00",
                         "superseded": "1.00", "duplicates": "1.00", "erased": "0.00"}},
}  # fmt: skip


def test_books_that_balance_pass():
    books.check_ledger("people", FOUND)


@pytest.mark.parametrize("part", ["silver", "superseded", "duplicates", "erased"])
@pytest.mark.parametrize("by", [-1, 1])
def test_a_record_that_is_nowhere_or_twice_stops_the_run(part, by):
    with pytest.raises(Fault, match=f"people: 10 records came in and {10 + by} are accounted for"):
        books.check_ledger("people", {**FOUND, part: FOUND[part] + by})


@pytest.mark.parametrize("part", ["raw", "repairs", "silver", "quarantined", "superseded", "duplicates", "erased"])
def test_a_cent_that_is_nowhere_stops_the_run(part):
    money = {"amount": {**FOUND["money"]["amount"], part: "0.99"}}
    with pytest.raises(Fault, match="the money in amount does not balance"):
        books.check_ledger("people", {**FOUND, "money": money})


@pytest.mark.parametrize("invalid", ["null", "quarantine"])
def test_an_amount_outside_its_limits_is_booked_and_the_books_balance(tmp_path, invalid):
    amount = field("amount", "number", decimals=2, money=True, minimum=0, invalid=invalid)
    raw = "id,amount\n" + "".join(f"{n},10.00\n" for n in range(1, 200)) + "200,-5.00\n"
    found = clean(tmp_path, contract(field("id", "integer"), amount), raw).summary
    assert (
        found["money"]["amount"] | {"raw": "1985.00", "repairs": "5.00", "silver": "1990.00"}
        == found["money"]["amount"]
    )
    (repair,) = found["repairs"]
    assert (repair["column"], repair["records"], repair["money"]) == ("amount", 1, {"amount": "5.00"})
    assert found["silver"] == (200 if invalid == "null" else 199)
