"""References between silver tables are counted in records and money; above the budget the run stops in silver."""

import pytest
from conftest import ROOT
from one_table import SILVER_WORDS
from one_table import field as column
from referring_tables import KEY, LINES, Shop, shop, table

from elt.faults import Fault
from elt.report import assumptions
from elt.report.figure_ledger import Told
from elt.report.words import read
from elt.silver import references
from elt.silver.reference_text import worded_reference
from silver_report import reference_section, unique_key_section, with_references

EMPTY = {"warnings": [], "repairs": []}
TOLD = read(ROOT / "scripts/templates/silver_report.en.yaml")


def test_a_reference_without_a_partner_is_counted_in_records_and_money_and_a_missing_one_apart(tmp_path):
    (found,) = shop(tmp_path, ["A", "B"], ["A", "B", "C", "", "A"]).check("lines", "orders", budget=0.5)
    counts = {name: found[name] for name in ("records", "missing", "orphans", "money", "missing_money", "of_money")}
    assert counts == {"records": 5, "missing": 1, "orphans": 1, "money": {"amount": "10.00"},
                      "missing_money": {"amount": "10.00"}, "of_money": {"amount": "50.00"}}  # fmt: skip
    assert (found["fields"], found["target"], found["budget"]) == (["order_no"], "orders.order_no", 0.5)


def test_a_flood_stops_with_counts_money_lines_and_remedy(tmp_path):
    made = shop(tmp_path, ["A"], [*["A"] * 200, *(f"X{n}" for n in range(4954))])
    with pytest.raises(Fault) as fault:
        made.check("lines", "orders")
    message = str(fault.value)
    assert "4,954 of 5,154 records of lines have no partner in orders, 49,540.00 of 51,540.00 in amount" in message
    assert "the budget is 5.0% (lines 202, 203, 204, 205, 206, … of silver/data/lines.csv)" in message
    assert "Export lines and orders again, both whole and of the same day" in message
    assert "X0" not in message
    assert not (tmp_path / "found.json").exists()


def test_few_records_with_much_money_stop_too_but_a_handful_never_does(tmp_path):
    made = shop(tmp_path, ["A"], [])
    rows = [f"{n},A,1.00" for n in range(1, 200)]
    made.add(LINES, *rows, *(f"{n},C,1000.00" for n in range(200, 205)))
    assert made.check("lines", "orders")[0]["orphans"] == 5
    with pytest.raises(Fault, match="the budget is 0.0%"):
        made.check("lines", "orders", budget=0)
    made.add(LINES, *rows, *(f"{n},C,1000.00" for n in range(200, 206)))
    with pytest.raises(Fault, match="6 of 205 records"):
        made.check("lines", "orders")
    made.add(LINES, "1,A,1.00", "2,C,1.00", "3,C,1.00", "4,C,1.00")
    with pytest.raises(Fault, match="3 of 4 records"):
        made.check("lines", "orders")


def test_a_budget_of_the_contract_takes_the_place_of_the_settings(tmp_path):
    refers = ["A"] * 10 + ["X"] * 10
    keys = [{**KEY, "budget": 0.5}]
    assert shop(tmp_path, ["A"], refers, foreignKeys=keys).check("lines", "orders")[0]["budget"] == 0.5
    with pytest.raises(Fault, match="the budget is 10.0%"):
        shop(tmp_path, ["A"], refers, foreignKeys=[{**KEY, "budget": 0.1}]).check("lines", "orders", budget=0.9)


SPELLED = [
    ("case", "P{n}a", "p{n}A", "UPPER(order_no)", True),
    ("case", "P{n}", "p{n}", "UPPER(order_no)", False),
    ("zeros", "1{n}", "0001{n}", "LTRIM(order_no, '0')", False),
    ("zeros", "01{n}", "0001{n}", "LTRIM(order_no, '0')", True),
    ("blanks", "A{n}", "A {n}", "REPLACE(order_no, ' ', '')", False),
    ("hyphens", "A-{n}", "A{n}", "REPLACE(order_no, '-', '')", True),
    ("decimals", "1{n}", "1{n}.0", "REGEXP_REPLACE(order_no, '[.]0+$', '')", False),
]


@pytest.mark.parametrize(("name", "here", "there", "sql", "is_both"), SPELLED)
def test_keys_in_another_spelling_are_named_with_a_remedy_that_works(tmp_path, name, here, there, sql, is_both):
    import polars as pl

    orders, refers = ([form.format(n=n) for n in range(1, 21)] for form in (here, there))
    with pytest.raises(Fault) as fault:
        shop(tmp_path, orders, refers).check("lines", "orders")
    message = str(fault.value)
    assert "; 20 of them would find one" in message
    assert f"convert of order_no: {sql} (contracts/lines.yaml)" in message
    assert (f"convert of order_no: {sql} (contracts/orders.yaml)" in message) == is_both

    def mended(texts: list[str]) -> list[str]:
        return pl.DataFrame({"order_no": texts}).select(pl.sql_expr(sql).alias("order_no"))["order_no"].to_list()

    other = tmp_path / "mended"
    other.mkdir()
    done = shop(other, mended(orders) if is_both else orders, mended(refers)).check("lines", "orders")
    assert done[0]["orphans"] == 0


def test_a_few_in_another_spelling_are_told_with_the_hint(tmp_path):
    (found,) = shop(tmp_path, ["P1"], ["P1"] * 99 + ["p1"]).check("lines", "orders")
    assert found["why"]["en"] == "; 1 of them would find one if the case of letters did not count"
    assert found["why"]["de"] == "; 1 davon fänden eines, wenn Groß- und Kleinschreibung nicht zählten"


@pytest.mark.parametrize("spelling", references.SPELLINGS, ids=lambda one: one.name)
def test_pages_say_of_a_spelling_what_messages_say(spelling):
    hint = {"spelling": spelling.name, "records": 1234}
    why = worded_reference({"hint": hint}, SILVER_WORDS)["why"]
    assert why["en"] == f"; 1,234 of them would find one {spelling.without}"
    assert why["de"].startswith("; 1.234 davon fänden eines")


def test_several_fields_refer_together_and_a_table_may_refer_to_itself(tmp_path):
    made = Shop(tmp_path)
    made.add(
        table("rates", column("id"), column("currency"), column("month", "date")),
        "1,USD,2024-01-01",
        "2,CHF,2024-02-01",
    )
    pair = {"fields": ["cur", "day"], "reference": {"resource": "rates", "fields": ["currency", "month"]}}
    own = {"fields": "parent", "reference": {"resource": "", "fields": "id"}}
    made.add(table("bills", column("id", "integer"), column("parent", "integer"), column("cur"), column("day", "date"),
                   foreignKeys=[pair, own]), "1,,USD,2024-01-01", "2,1,USD,2024-02-01", "3,9,CHF,")  # fmt: skip
    found = made.check("bills", "bills", "rates", budget=1)
    assert [(one["orphans"], one["missing"]) for one in found] == [(1, 1), (1, 1)]
    assert [one["target"] for one in found] == ["rates.currency, rates.month", "bills.id"]


def test_the_report_and_the_assumptions_tell_what_finds_no_partner(tmp_path):
    found = shop(tmp_path, ["A", "B"], ["A"] * 98 + ["C", ""]).run("lines", "orders")
    tables = with_references({"lines": EMPTY, "orders": EMPTY}, {"lines": found}, SILVER_WORDS)
    assert "| `lines.order_no` | `orders.order_no` | 100 | 1 | 1 | 1.00\u00a0% | 5.0\u00a0% | 10.00 in amount |" in (
        reference_section(tables, Told(TOLD))
    )
    (entry,) = assumptions.of_table("lines", tables["lines"])
    words = read(ROOT / "scripts/templates/assumptions.en.yaml")
    assert assumptions.sentence(words, entry) == (
        "lines.order_no → orders.order_no: 1 of 100 records (1.0\u00a0%) have no partner there, 10.00 in amount (1.0\u00a0% of it)"
    )
    assert reference_section(with_references({"orders": EMPTY}, {}, SILVER_WORDS), Told(TOLD)) == ""


VERSIONS = table("versions", column("id", "integer"), column("product"), column("start", "date"),
                 column("cost", "number", decimals=2, money=True), uniqueKeys=[["product", "start"]])  # fmt: skip


def test_records_that_repeat_a_unique_key_are_counted_in_records_and_money(tmp_path):
    made = Shop(tmp_path)
    made.add(VERSIONS, "1,A,2024-01-01,1.00", "2,A,2024-01-01,2.50", "3,A,2024-02-01,1.00", "4,B,,1.00", "5,B,,1.00")
    (found,) = made.keys("versions", budget=0.5)
    assert found == {
        "fields": ["product", "start"], "records": 5, "repeated": 1, "money": {"cost": "2.50"},
        "of_money": {"cost": "6.50"}, "budget": 0.5,
    }  # fmt: skip
    tables = with_references(
        {"versions": EMPTY}, {"versions": {"references": [], "unique_keys": [found]}}, SILVER_WORDS
    )
    assert "| versions.product, start | 5 | 1 | 20.00\u00a0% | 50.0\u00a0% |" in unique_key_section(tables, Told(TOLD))
    (entry,) = assumptions.of_table("versions", tables["versions"])
    assert assumptions.sentence(read(ROOT / "scripts/templates/assumptions.en.yaml"), entry) == (
        "versions.product, start: 1 of 5 records (20.0\u00a0%) repeat what is expected once, 2.50 in cost "
        "(38.5\u00a0% of it)"
    )


def test_more_records_that_repeat_a_unique_key_than_the_budget_stop(tmp_path):
    made = Shop(tmp_path)
    made.add(VERSIONS, *(f"{n},A,2024-01-01,1.00" for n in range(1, 9)))
    with pytest.raises(Fault, match=r"7 of 8 records of versions repeat the product, start of another.*lines 3, 4"):
        made.keys("versions")
    assert made.keys("versions", budget=0.9)[0]["repeated"] == 7


def test_orders_without_a_line_are_told_with_their_amount_where_roles_say_which_tables_they_are(tmp_path):
    made = Shop(tmp_path)
    total = column("total", "number", decimals=2, money=True)
    orders = [column("order_no"), {**column("day", "date", format="%Y-%m-%d"), "role": "order_date"}, total]
    pieces = {**column("pieces", "integer"), "role": "quantity"}
    made.add(table("orders", *orders), "A,2024-01-01,10.00", "B,2024-01-02,20.00", "C,2024-01-03,5.50")
    made.add(
        table("lines", column("line", "integer"), column("order_no"), pieces, foreignKeys=[KEY]),
        "1,A,2",
        "2,A,1",
        "3,,1",
    )
    found = made.run("lines", "orders", budget=0.5)
    checked = with_references({"lines": {**EMPTY}}, {"lines": found}, SILVER_WORDS)["lines"]["warnings"]
    assert checked == [
        {"column": "order_no → orders.order_no", "warning": "without_lines", "cells": 2, "of": 3,
         "money": {"total": "25.50"}, "of_money": {"total": "35.50"}},
    ]  # fmt: skip
    assert "without_lines" not in shop(tmp_path, ["A", "B"], ["A"]).run("lines", "orders"), "customers without an order"
