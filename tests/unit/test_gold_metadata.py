"""The metadata of gold state a mart and a key figure as their YAML does, and the ledger reads them from there."""

import json

import pytest

from elt.gold.metadata import BuiltMart, described, kpi_entry, mart_entry
from elt.run.key_figures import Kpi
from elt.run.mart import Mart, MartLedger

COLUMNS = {
    "key": {"type": "integer", "personal": "identifier", "description": "Key"},
    "amount": {
        "type": "decimal",
        "decimals": 0,
        "required": True,
        "unit": "money",
        "personal": "direct",
        "description": "",
    },
}
PLAIN = {"title": "T", "grain": "g", "key": ["key"], "columns": COLUMNS}
LINKED = {
    "title": "T",
    "grain": "g",
    "key": ["key"],
    "foreignKeys": {"key": "dim.key"},
    "ledger": {"table": "sales", "rows": "all", "money": {"amount": "price"}, "kpis": {"amount": "revenue"}},
    "columns": COLUMNS,
}  # fmt: skip
FIGURE = {
    "name": {"en": "x", "de": "x"},
    "definition": {"en": "x", "de": "x"},
    "formula": "1",
    "unit": "share",
    "direction": "up",
}


@pytest.mark.parametrize("entry", [PLAIN, LINKED], ids=["plain", "with all that it may state"])
def test_the_entry_of_a_mart_is_that_of_marts_yaml_in_its_order(entry):
    found = mart_entry(Mart.of("m", entry))
    assert found == entry
    assert list(found) == list(entry)
    assert [list(column) for column in found["columns"].values()] == [list(column) for column in COLUMNS.values()]


@pytest.mark.parametrize("left_out", [[], ["margin"]])
def test_the_entry_of_a_standard_mart_says_what_was_left_out_of_it(left_out):
    assert mart_entry(Mart.of("m", {**PLAIN, "left_out": left_out})) == {**PLAIN, "left_out": left_out}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"over": "customers", "exclusions": {"en": "y", "de": "y"}},
        {"unit": "count"},
    ],
    ids=["plain", "over customers", "people"],
)
def test_the_entry_of_a_key_figure_is_that_of_kpis_yaml(more):
    assert kpi_entry(Kpi.of({**FIGURE, **more})) == {**FIGURE, **more}


def test_a_built_mart_is_read_with_what_is_proved_and_what_was_found():
    found = {"rows": 3, "money": {"amount": "1.00"}, "kpis": {"amount": {"kpi": "revenue", "total": "1.00"}}}
    ledger = MartLedger({"amount": "revenue"}, "sales", "all", {"amount": "price"})
    assert BuiltMart.of("m", ledger, found) == BuiltMart("m", ledger, 3, found["money"], found["kpis"])
    assert BuiltMart.of("m", MartLedger(), {"rows": 3, "money": {}}) == BuiltMart("m", MartLedger(), 3, {}, {})


def test_another_word_about_a_mart_changes_nothing_of_what_builds_it_nor_of_its_file():
    words = {name: {**column, "description": {"en": "New", "de": "Neu"}} for name, column in COLUMNS.items()}
    one, other = Mart.of("m", LINKED), Mart.of("m", {**LINKED, "title": "U", "grain": "h", "columns": words})
    assert one != other
    assert one.without_words == other.without_words
    assert described(one) == described(other) == described(one.without_words)
    assert json.loads(described(one)["columns"])["amount"] == "Unit: money. Personal class: direct."
