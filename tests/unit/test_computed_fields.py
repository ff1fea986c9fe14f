"""Fields that no file has are computed from the cleaned ones; the books follow their money like any other."""

import pytest
from one_table import CANARY, clean, contract, field

from elt.faults import Fault

ROWS = "id,price,pieces,rebate\n1,0.05,1,10\n2,10.00,3,0\n3,-0.05,1,10\n"
PARTS = (field("id", "integer"), field("price", "number"), field("pieces", "integer"), field("rebate", "integer"))


def amount(expression: str = "price * pieces * (100 - rebate) / 100", **more):
    """A computed amount of money whose sum the books follow."""
    return field("amount", "number", compute=expression, decimals=2, money=True, **more)


def column(found, name: str = "amount") -> list[str]:
    """The values of a column of the silver table."""
    return [row[name] for row in found.rows("data")]


def test_an_amount_is_computed_from_price_quantity_and_discount_and_rounded_half_away_from_zero(tmp_path):
    found = clean(tmp_path, contract(*PARTS, amount()), ROWS)  # exactly 0.045, 30, -0.045
    assert column(found) == ["0.05", "30.00", "-0.05"]


def test_a_computed_field_may_be_computed_from_one_before_it(tmp_path):
    fields = (*PARTS, amount("price * pieces"), field("twice", "number", compute="2 * amount", decimals=2))
    assert column(clean(tmp_path, contract(*fields), ROWS), "twice") == ["0.10", "60.00", "-0.10"]


def test_a_computed_field_is_computed_from_repaired_values(tmp_path):
    repair = {"field": "pieces", "when": "pieces = 3", "set": "2", "why": "w"}
    found = clean(tmp_path, contract(*PARTS, amount("price * pieces"), repairs=[repair]), ROWS)
    assert column(found) == ["0.05", "20.00", "-0.05"]


def test_file_and_record_number_make_a_key_where_lines_have_none(tmp_path):
    fields = (field("name"), field("file", compute="_file"), field("line", "integer", compute="_record"))
    content = contract(*fields) | {"primaryKey": ["file", "line"]}
    found = clean(tmp_path, content, "name\nb\na\n", "name\nc\na\n")
    assert [tuple(row.values()) for row in found.rows("data")] == [
        ("b", "crm/people_1.csv", "1"), ("a", "crm/people_1.csv", "2"),
        ("c", "crm/people_2.csv", "1"), ("a", "crm/people_2.csv", "2"),
    ]  # fmt: skip


def test_texts_and_days_can_be_computed_too(tmp_path):
    fields = (
        field("id", "integer"),
        field("day", "date", format="%Y-%m-%d"),
        field("label", compute="CONCAT('N', id)"),
        field("due", "date", compute="day + INTERVAL '30 days'"),
    )
    found = clean(tmp_path, contract(*fields), "id,day\n7,2024-02-15\n")
    assert found.rows("data") == [{"id": "7", "day": "2024-02-15", "label": "N7", "due": "2024-03-16"}]


def test_a_file_need_not_have_the_columns_that_are_computed(tmp_path):
    found = clean(tmp_path, contract(*PARTS, amount()), "rebate;pieces;price;id\n10;1;0.05;1\n")
    assert column(found) == ["0.05"]


def test_a_record_whose_required_amount_cannot_be_computed_is_in_quarantine_as_it_was_written(tmp_path):
    found = clean(tmp_path, contract(*PARTS, amount(required=True)), ROWS + "4,,1,0\n5,1.00,,0\n")
    assert found.quarantine == [(4, "missing_value"), (5, "missing_value")]
    assert [row["content"] for row in found.rows("quarantine")] == ["4,,1,0", "5,1.00,,0"]
    assert found.rows("quarantine")[0]["reason"] == "amount is missing"
    assert len(column(found)) == 3


def test_a_record_whose_key_cannot_be_computed_is_in_quarantine(tmp_path):
    fields = (field("name"), field("code", compute="NULLIF(CONCAT(name, ''), 'x')"))
    found = clean(tmp_path, contract(*fields, key="code"), "name\na\nx\n")
    assert found.quarantine == [(2, "missing_key")]


@pytest.mark.parametrize(
    ("invalid", "values", "quarantine"),
    [("quarantine", ["0.05", "-0.05"], [(2, "out_of_range")]), ("null", ["0.05", "", "-0.05"], [])],
)
def test_the_limits_of_the_contract_hold_for_a_computed_value_too(tmp_path, invalid, values, quarantine):
    size = field("amount", "number", compute="price * pieces", decimals=2, maximum=20, invalid=invalid)
    found = clean(tmp_path, contract(*PARTS, size), ROWS)
    assert (column(found), found.quarantine) == (values, quarantine)


def test_an_amount_that_is_not_required_may_be_missing(tmp_path):
    found = clean(tmp_path, contract(*PARTS, amount()), "id,price,pieces,rebate\n1,,1,0\n2,1.00,1,0\n")
    assert column(found) == ["", "1.00"]
    assert found.quarantine == []


def test_the_money_of_a_computed_amount_balances_over_every_outcome(tmp_path):
    content = contract(*PARTS, amount()) | {"quarantine": [{"code": "free", "when": "rebate = 100", "why": "w"}]}
    repeated = "2,10.00,3,0\n4,5.00,1,0\n4,6.00,1,0\n5,7.00,1,100\n"
    found = clean(tmp_path, content, ROWS + repeated)
    money = found.summary["money"]["amount"]
    assert {part: money[part] for part in ("raw", "repairs", "silver", "quarantined", "duplicates")} == {
        "raw": "71.00", "repairs": "0.00", "silver": "30.00", "quarantined": "11.00", "duplicates": "30.00",
    }  # fmt: skip
    assert found.quarantine == [(5, "repeated_key"), (6, "repeated_key"), (7, "free")]


def test_a_repaired_price_shows_in_the_silver_sum_of_the_amount_that_is_computed_from_it(tmp_path):
    repair = {"field": "price", "when": "price < 0", "set": "-price", "why": "w"}
    found = clean(tmp_path, contract(*PARTS, amount("price * pieces"), repairs=[repair]), ROWS)
    assert found.summary["money"]["amount"]["silver"] == "30.10"


def test_nothing_of_a_computed_field_counts_as_converted_or_unreadable(tmp_path):
    found = clean(tmp_path, contract(*PARTS, amount(), field("line", "integer", compute="_record")), ROWS)
    assert [c for c in found.summary["conversions"] if c["column"] in ("amount", "line") and c["cells"]] == []


@pytest.mark.parametrize("expression", ["price *", "price * nobody", "price * CONCAT('a', 'b')"])
def test_an_expression_that_cannot_be_computed_is_a_fault_of_the_contract(tmp_path, expression):
    with pytest.raises(Fault) as caught:
        clean(tmp_path, contract(*PARTS, amount(expression)), ROWS + f"{CANARY},1,1,1\n")
    assert str(caught.value).startswith("contract people.yaml: ")
    assert "Correct convert, compute, repairs or quarantine in it" in str(caught.value)
    assert CANARY not in str(caught.value)
