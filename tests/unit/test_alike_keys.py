"""Keys that differ only in leading zeros, case, blanks or a trailing .0 are counted with amounts, and never joined."""

import random

import polars as pl
import pytest
from conftest import ROOT
from one_table import CANARY, clean, contract, field

from elt.faults import Fault
from elt.key_spellings import MAY_BE_HARMONISED, harmonised
from elt.report import assumptions
from elt.report.words import read
from elt.sales.collective_accounts import is_beside_segments
from elt.silver import alike_keys, warning_budgets

ORDERS = contract(
    field("id"),
    field("customer", personal="identifier"),
    field("article"),
    field("name", personal="direct"),
    field("note"),
    field("amount", "number", decimals=2, money=True, unit="money"),
)


def cleaned(folder, *rows: str, content=ORDERS):
    """The warnings of a table of these records."""
    return clean(folder, content, "id,customer,article,name,note,amount\n" + "".join(f"{row}\n" for row in rows))


def record(number: int, customer: str = "7", article: str = "T-1", name: str = "x", note: str = "") -> str:
    """A record."""
    return f"R{number},{customer},{article},{name},{note},1.50"


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ("00017", "17", "zeros"),
        ("K-0017", "K-17", "zeros"),
        ("k17", "K17", "case"),
        ("K 17", "K17", "blanks"),
        ("K\u00a017", "K17", "blanks"),
        ("17.0", "17", "decimals"),
        ("k 017", "K17", "mixed"),
    ],
)
def test_the_rarer_spelling_is_counted_with_its_amount_and_first_records(tmp_path, first, second, kind):
    found = cleaned(tmp_path, record(1, first), record(2, second), record(3, second), record(4, "8"))
    assert found.summary["warnings"] == [
        {
            "column": "customer",
            "warning": f"keys_alike_{kind}",
            "cells": 1,
            "of": 4,
            "money": {"amount": "1.50"},
            "places": "1 key, first in record 1",
        }
    ]
    assert found.summary["silver"] == 4
    assert {row["customer"] for row in found.rows("data")} == {first.replace("\u00a0", "\u00a0"), second, "8"}


def test_keys_of_the_table_identifiers_and_number_like_texts_are_looked_at(tmp_path):
    rows = [record(1, "1", "T-1"), record(2, "01", "t-1"), "r1,1,T-1,x,,1.50"]
    found = cleaned(tmp_path, *rows).summary["warnings"]
    assert [(one["column"], one["warning"]) for one in found] == [
        ("id", "keys_alike_case"),
        ("customer", "keys_alike_zeros"),
        ("article", "keys_alike_case"),
    ]


def test_references_to_another_table_are_looked_at_whatever_they_look_like(tmp_path):
    reference = {"fields": "note", "reference": {"resource": "notes", "fields": "note"}}
    rows = [record(1, note="late"), record(2, note="Late")]
    found = cleaned(tmp_path, *rows, content={**ORDERS, "foreignKeys": [reference]}).summary["warnings"]
    assert [(one["column"], one["warning"]) for one in found] == [("note", "keys_alike_case")]


def test_a_customer_number_in_two_spellings_is_told_beside_the_segments(tmp_path):
    fields = [{**one, "erasure": "customer"} if one["name"] == "customer" else one for one in ORDERS["fields"]]
    (one,) = cleaned(tmp_path, record(1, "01"), record(2, "1"), content={**ORDERS, "fields": fields}).summary[
        "warnings"
    ]
    (entry,) = assumptions.of_table("orders", {"warnings": [one]})
    assert is_beside_segments(entry)
    assert not is_beside_segments({**entry, "about": "orders"})


def test_names_notes_and_other_keys_are_not_alike(tmp_path):
    rows = [
        record(1, "10", "T-1", "Anna", "on time"),
        record(2, "100", "T-10", "ANNA", "On time"),
        record(3, "1", "T-11"),
    ]
    assert cleaned(tmp_path, *rows).summary["warnings"] == []


def test_records_in_quarantine_do_not_count(tmp_path):
    content = {**ORDERS, "quarantine": [{"code": "old", "when": "customer = '01'", "why": "old"}]}
    assert cleaned(tmp_path, record(1, "01"), record(2, "1"), content=content).summary["warnings"] == []


def test_the_files_of_several_are_named(tmp_path):
    head = "id,customer,article,name,note,amount\n"
    parts = [
        head + record(1, "01") + "\n" + record(2, "02") + "\n",
        head + record(3, "2") + "\n" + record(4, "1") + "\n",
    ]
    (one,) = clean(tmp_path, ORDERS, *parts).summary["warnings"]
    assert one["cells"] == 2
    assert one["places"].startswith("2 keys, first in records")


def test_of_too_many_keys_every_second_one_is_looked_at_and_memory_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(alike_keys, "MOST_SPELLINGS", 64)
    rows = [record(n, f"{n % 100:04d}" if n < 100 else str(n % 100)) for n in range(200)]
    (one,) = [w for w in cleaned(tmp_path, *rows).summary["warnings"] if w["column"] == "customer"]
    assert 10 <= one["cells"] <= 32
    assert "among every" in one["places"]


def test_no_key_is_quoted(tmp_path):
    found = cleaned(tmp_path, record(1, f"{CANARY}-01"), record(2, f"{CANARY}-1"))
    assert CANARY not in str(found.summary["warnings"])


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_kind_has_a_wording(language):
    words = read(ROOT / f"scripts/templates/assumptions.{language}.yaml")
    for kind in ("zeros", "case", "blanks", "decimals", "mixed"):
        told = assumptions.sentence(
            words, assumptions.entry(f"keys_alike_{kind}", "orders.customer", 3, 714, {"amount": "12.50"})
        )
        assert told.startswith("orders.customer: 3 ")
        assert "keys_alike" not in told


def warned(cells: int, of: int) -> dict[str, list[dict[str, object]]]:
    """Metadata of a table with one warning."""
    return {"warnings": [{"column": "customer", "warning": "keys_alike_zeros", "cells": cells, "of": of, "money": {}}]}


def test_more_of_them_than_the_budget_stop_the_run_and_the_setting_lets_them_pass():
    with pytest.raises(
        Fault,
        match=r"120 of 200 records contradict an assumption .keys alike zeros. in column customer; the budget is 50",
    ):
        warning_budgets.check_assumption_budget("orders", warned(120, 200), 0.5)
    warning_budgets.check_assumption_budget("orders", warned(120, 200), 0.6)
    warning_budgets.check_assumption_budget("orders", warned(5, 6), 0.5)  # a few records of a small table


def test_a_column_whose_spellings_have_no_other_is_not_counted(tmp_path, monkeypatch):
    added = []
    monkeypatch.setattr(alike_keys.Spellings, "add", lambda column, rows: added.append((column.name, rows.height)))
    monkeypatch.setattr(alike_keys.Spellings, "gather", lambda column: pl.DataFrame({"key": ["t-1"]}))
    monkeypatch.setattr(alike_keys.Spellings, "alike", lambda column: pl.DataFrame())
    cleaned(tmp_path, record(1), record(2, article="t-1"), record(3, "8"))
    assert added == [("article", 3)]


def test_what_harmonising_changes_is_never_passed_over():
    letters = [*map(chr, range(1, 0x250)), *"ǅⓐßﬀ\u0345\u2007\u3000ａ", *"0000011.,.,  aA"]
    number = random.Random(7)
    keys = pl.DataFrame({"key": ["".join(number.choices(letters[:130] + letters[-20:], k=4)) for _ in range(20_000)] + letters})  # fmt: skip
    is_changed, is_seen = pl.col("key") != harmonised(pl.col("key")), pl.col("key").str.contains(MAY_BE_HARMONISED)
    assert keys.filter(is_changed).height > 1_000
    assert keys.filter(is_changed & ~is_seen).is_empty()
    assert keys.filter(~is_seen).height > 1_000
