"""Flags of a mart are counted with their amounts, and what they doubt is an assumption with a budget."""

import polars as pl
import pytest

from elt.faults import Fault
from elt.gold import budgets
from elt.gold.proofs import check_rows, counters
from elt.run.mart import Mart

WHY = {"en": "the cost is guessed", "de": "die Kosten sind geschätzt"}
COLUMNS = {
    "number": {"type": "integer"},
    "amount": {"type": "decimal", "decimals": 2},
    "cost": {"type": "decimal", "decimals": 2},
    "is_gift": {"type": "boolean"},
    "is_guessed": {"type": "boolean", "doubts": ["cost"], "why": WHY},
}
ENTRY = {"title": "Facts", "grain": "one row a line", "key": ["number"], "columns": COLUMNS}
MART = Mart.of("facts", ENTRY | {"ledger": {"table": "sales", "money": {"amount": "amount"}}})
ROWS = pl.LazyFrame(
    {
        "number": [1, 2, 3, 4],
        "amount": ["10.00", "20.00", "30.50", "40.00"],
        "cost": ["1.00", None, "2.00", "3.00"],
        "is_gift": [True, True, None, False],
        "is_guessed": [True, True, True, False],
    }
).with_columns(pl.col("amount", "cost").cast(pl.Decimal(18, 2)))


def checked(rows: pl.LazyFrame, mart: Mart, dates: dict) -> dict:
    """What is proved of the rows of a mart."""
    return check_rows(rows.select(counters(mart)).collect().row(0, named=True), mart, dates)


def test_every_flag_has_its_rows_and_its_amount():
    found = checked(ROWS, MART, {})
    assert found["flags"] == {"is_gift": 2, "is_guessed": 3}
    assert found["flag_money"] == {"is_gift": {"amount": "30.00"}, "is_guessed": {"amount": "60.50"}}


def test_what_a_flag_doubts_is_an_assumption_over_the_rows_that_have_the_value():
    (entry,) = checked(ROWS, MART, {})["assumptions"]
    assert (entry["code"], entry["where"], entry["records"], entry["of"]) == ("flag", "facts.is_guessed", 2, 4)
    assert (entry["money"], entry["of_money"], entry["why"]) == ({"amount": "40.50"}, {"amount": "100.50"}, WHY)


def test_a_flag_that_is_true_nowhere_contradicts_nothing():
    assert checked(ROWS.with_columns(is_guessed=pl.lit(value=False)), MART, {})["assumptions"] == []


def test_a_mart_without_money_counts_rows():
    (entry,) = checked(ROWS, Mart.of("facts", ENTRY), {})["assumptions"]
    assert (entry["records"], entry["money"]) == (2, {})
    budgets.check_flags(MART, [entry], 0.5)
    with pytest.raises(Fault, match="50.0% of rows, the budget is 40.0%"):
        budgets.check_flags(MART, [entry], 0.4)


def test_above_the_budget_the_run_stops_with_count_amount_and_remedy():
    (entry,) = checked(ROWS, MART, {})["assumptions"]
    budgets.check_flags(MART, [entry], 0.41)
    with pytest.raises(Fault) as caught:
        budgets.check_flags(MART, [entry], 0.4)
    message = str(caught.value)
    assert "2 of 4 rows, 40.50 in amount rest on an assumption (facts.is_guessed): 40.3% of amount" in message
    assert "raise assumption_budget in config/config.yaml" in message
