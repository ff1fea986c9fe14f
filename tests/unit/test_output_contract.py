"""A table on its way to silver is checked against its contract part by part; the message names no value."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from one_table import CANARY, contract, field

from elt.faults import Fault
from elt.run.contract import Contract
from elt.silver import output_contract
from elt.tables import scan

PEOPLE = Contract.of(
    contract(
        field("id"),
        field("pieces", "integer", minimum=0),
        field("kind", codes={"A": "Apple"}, otherwise="n/a"),
    )
)


def check(folder, rows):
    """Check a small table, two rows a part, so that borders between parts are crossed."""
    (folder / "t.csv").write_text("id,pieces,kind\n" + rows, encoding="utf-8")
    table = scan(folder / "t.csv", PEOPLE.typed_columns).collect()
    passed = list(output_contract.validated(table.iter_slices(2), "people", PEOPLE))
    assert sum(part.height for part in passed) == table.height


def test_a_table_that_keeps_its_contract_passes(tmp_path):
    check(tmp_path, "a,1,Apple\nb,,n/a\nc,0,\nd,5,Apple\ne,5,Apple\n")


def test_an_empty_table_passes(tmp_path):
    check(tmp_path, "")


@pytest.mark.parametrize(
    ("row", "column"), [(f",1,{CANARY}", "id"), ("x,-1,Apple", "pieces"), (f"x,1,{CANARY}", "kind")]
)
@pytest.mark.parametrize("before", range(4))
def test_a_value_that_breaks_the_contract_is_found_in_any_batch_and_not_quoted(tmp_path, row, column, before):
    rows = "".join(f"{i},1,Apple\n" for i in range(before))
    with pytest.raises(Fault) as caught:
        check(tmp_path, f"{rows}{row}\n")
    assert str(caught.value).startswith("people: breaks its contract (")
    assert f"{column}: " in str(caught.value)
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("keys", ["aab", "abb", "abbc", "aaaa", "abcc"])
def test_a_repeated_key_is_found_within_and_across_batches(tmp_path, keys):
    with pytest.raises(Fault, match=f"people: {len(keys) - len(set(keys))} records repeat the key id"):
        check(tmp_path, "".join(f"{key},1,Apple\n" for key in keys))


def test_a_table_that_is_not_sorted_by_its_key_is_found_across_parts(tmp_path):
    with pytest.raises(Fault, match="people: 1 records are not sorted by the key id"):
        check(tmp_path, "b,1,Apple\nc,1,Apple\na,1,Apple\nd,1,Apple\n")


LIMITED = Contract.of(
    contract(
        field("id"),
        field("day", "date", minimum="2020-01-01", maximum="2020-12-31"),
        field("amount", "number", decimals=2, minimum=1, maximum=2.5),
    )
)


@pytest.mark.parametrize(
    ("row", "column"),
    [("a,2019-12-31,1", "day"), ("a,2021-01-01,1", "day"), ("a,,0.99", "amount"), ("a,,2.51", "amount")],
)
def test_days_and_amounts_outside_their_limits_are_found(row, column):
    day, amount = row.split(",")[1:]
    frame = pl.DataFrame(
        {"id": ["a"], "day": [date.fromisoformat(day) if day else None], "amount": [Decimal(amount)]},
        schema={"id": pl.String, "day": pl.Date, "amount": pl.Decimal(38, 2)},
    )
    with pytest.raises(Fault, match=f"{column}: "):
        list(output_contract.validated([frame], "people", LIMITED))


def test_a_column_of_another_type_and_one_too_many_are_found():
    for frame in (pl.DataFrame({"id": [1]}), pl.DataFrame({"id": ["a"], "more": ["b"]})):
        with pytest.raises(Fault, match="breaks its contract"):
            list(output_contract.validated([frame], "people", Contract.of(contract(field("id")))))
