"""A written table is checked against its contract batch by batch; the message names column and check, no value."""

import pytest
from one_table import CANARY, field

from shared import guards
from shared.faults import Fault

FIELDS = [
    field("id"),
    field("pieces", "integer", minimum=0),
    field("kind", codes={"A": "Apple"}, otherwise="n/a"),
]


def check(folder, rows):
    """Guard a small written table."""
    (folder / "t.csv").write_text("id,pieces,kind\n" + rows, encoding="utf-8")
    guards.guard(folder / "t.csv", "people", FIELDS, ["id"], ["id"])


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    """Two rows a batch, so that borders between batches are crossed."""
    monkeypatch.setattr(guards, "BATCH", 2)


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
