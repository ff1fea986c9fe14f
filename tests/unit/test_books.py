"""The books of a table: a record or a cent that is nowhere, or twice, stops the run."""

from decimal import Decimal

import pytest
from one_table import SILVER_WORDS, clean, contract, field

from elt.faults import Fault
from elt.silver import books
from elt.silver.reference_text import worded_repair

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


POINT = {"decimalChar": "."}
AMOUNT = contract(
    field("id", "integer"), field("amount", "number", decimals=2, money=True, unit="money"), dialect=POINT
)


def test_the_books_begin_at_the_text_of_the_file_and_rounding_it_is_a_repair_with_its_amount(tmp_path):
    found = clean(tmp_path, AMOUNT, "id,amount\n1,0.0149\n2,0.0149\n3,10.0050\n4,2.50\n").summary
    assert (
        found["money"]["amount"] | {"raw": "12.5348", "repairs": "-0.0048", "silver": "12.53"}
        == (found["money"]["amount"])
    )
    (repair,) = found["repairs"]
    assert (repair["records"], repair["money"], repair["code"]) == (3, {"amount": "-0.0048"}, "rounded")
    assert sorted(worded_repair(repair, SILVER_WORDS)["why"]) == ["de", "en"]
    assert found["repaired_amounts"] == 3
    (warning,) = found["warnings"]
    told = {"column": "amount", "warning": "rounded_amounts", "cells": 3, "of": 4}
    assert warning == told | {"money": {"amount": "-0.0048"}, "of_money": {"amount": "12.5348"}}


@pytest.mark.parametrize(("text", "value"), [("0.00499999999999", "0.00"), ("-1.0050", "-1.01"), ("1.0049999", "1.00")])
def test_an_amount_is_rounded_once_half_away_from_zero(tmp_path, text, value):
    assert clean(tmp_path, AMOUNT, f"id,amount\n1,{text}\n").rows("data")[0]["amount"] == value


def test_a_price_that_is_rounded_is_a_warning_with_its_amount_too(tmp_path):
    price = contract(field("id", "integer"), field("price", "number", decimals=2, unit="money"), dialect=POINT)
    found = clean(tmp_path, price, "id,price\n1,0.0140\n2,1.00\n").summary
    assert [(one["column"], one["cells"], one["money"]) for one in found["warnings"]] == [
        ("price", 1, {"price": "-0.004"})
    ]
    assert [(repair["column"], repair["records"]) for repair in found["repairs"]] == [("price", 1)]


@pytest.mark.parametrize("decimals", [3, 4, 6])
def test_amounts_keep_the_decimals_that_the_contract_states(tmp_path, decimals):
    table = contract(field("id", "integer"), field("amount", "number", decimals=decimals, money=True), dialect=POINT)
    cleaned = clean(tmp_path, table, "id,amount\n1,0.125\n2,3\n")
    assert cleaned.rows("data")[0]["amount"] == f"{0.125:.{decimals}f}"
    assert (cleaned.summary["warnings"], cleaned.summary["repairs"]) == ([], [])
    assert cleaned.summary["money"]["amount"]["raw"] == f"{3.125:.{decimals}f}"


def test_raw_sums_of_thousands_of_amounts_are_those_of_the_text(tmp_path):
    rows = "".join(f"{n},{n}.{n % 10000:04d}\n" for n in range(1, 3001))
    found = clean(tmp_path, AMOUNT, "id,amount\n" + rows).summary["money"]["amount"]
    assert Decimal(found["raw"]) == sum(Decimal(f"{n}.{n % 10000:04d}") for n in range(1, 3001))
    assert Decimal(found["raw"]) + Decimal(found["repairs"]) == Decimal(found["silver"])
