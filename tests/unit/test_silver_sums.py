"""An amount that must equal the sum of the lines of another table is compared; what differs is counted and told."""

import pytest
from conftest import ROOT
from one_table import SILVER_WORDS
from one_table import field as column
from referring_tables import LINES, Shop, table, with_totals

from elt.faults import Fault
from elt.report import assumptions
from elt.report.words import read
from elt.run import contract_faults
from elt.run.contract import Contract
from silver_report import with_references


def test_totals_that_are_the_sums_of_their_lines_differ_in_nothing(tmp_path):
    (found,) = with_totals(tmp_path, 3).sums("orders", "lines")
    assert found == {
        "field": "total", "target": "lines.amount", "records": 3, "unequal": 0, "money": {"total": "0.00"},
        "of_money": {"total": "60.00"}, "budget": 0.05,
    }  # fmt: skip


def test_a_total_without_lines_differs_by_all_of_it_and_a_missing_total_states_nothing(tmp_path):
    made = with_totals(tmp_path, 0)
    made.add(table("orders", column("order_no"), column("total", "number", decimals=2), equalSums=[
        {"field": "total", "fields": "order_no", "reference": {"resource": "lines", "fields": "order_no", "sum": "amount"}},
    ]), "A,10.00", "B,7.00", "C,")  # fmt: skip
    made.add(LINES, "1,A,10.00", "2,C,5.00")
    (found,) = made.sums("orders", "lines", budget=1.0)
    assert (found["records"], found["unequal"], found["money"]) == (2, 1, {"total": "-7.00"})


def test_differences_below_a_cent_count_and_a_tolerance_lets_them_pass(tmp_path):
    def made(**stated) -> Shop:
        shop = with_totals(tmp_path, 1, **stated)
        lines = {**LINES, "fields": [*LINES["fields"][:2], column("amount", "number", decimals=4, money=True)]}
        shop.add(lines, "1,A000,10.0000", "2,A000,10.0049")
        return shop

    (found,) = made().sums("orders", "lines", budget=1.0)
    assert (found["unequal"], found["money"]) == (1, {"total": "0.0049"})
    (found,) = made(tolerance=0.005).sums("orders", "lines")
    assert found["unequal"] == 0


def test_many_stop_with_count_difference_lines_and_remedy_and_a_budget_of_its_own_lets_them_pass(tmp_path):
    with pytest.raises(Fault) as caught:
        with_totals(tmp_path, 20, wrong=6).sums("orders", "lines")
    text = str(caught.value)
    assert "orders (total = sum of lines.amount): 6 of 20 records differ from the sum of their lines" in text
    assert "together by −3.00 of 403.00" in text and "(lines 2, 3, 4, 5, 6, … of silver/data/orders.csv)" in text
    assert "tolerance" in text and "A000" not in text
    assert with_totals(tmp_path, 20, wrong=6, budget=0.5).sums("orders", "lines")[0]["unequal"] == 6


@pytest.mark.parametrize(("language", "words"), [("en", "1 of 40 records (2.5"), ("de", "1 von 40 Datensätzen (2,5")])
def test_what_differs_is_a_warning_of_its_table_with_a_wording_of_its_own(tmp_path, language, words):
    found = with_totals(tmp_path, 40, wrong=1).run("orders", "lines")
    tables = with_references({"orders": {"warnings": [], "repairs": []}}, {"orders": found}, SILVER_WORDS)
    (entry,) = assumptions.of_table("orders", tables["orders"])
    said = assumptions.sentence(read(ROOT / f"scripts/templates/assumptions.{language}.yaml"), entry)
    assert said.startswith("orders.total = Σ lines.amount: ") and words in said
    assert "0.50 in total" in said or "0,50 in total" in said


def test_equalities_over_what_does_not_exist_or_is_no_number_are_refused_by_name():
    lines = Contract.of(table("lines", column("line", "integer"), column("order_no"), column("amount", "number")))
    reference = {"resource": "lines", "fields": "order_no", "sum": "amount"}

    def faults(**stated) -> list[str]:
        entry = {"field": "total", "fields": "order_no", "reference": reference} | stated
        orders = table("orders", column("order_no"), column("total", "number"), column("note"), equalSums=[entry])
        return list(contract_faults.sum_faults({"orders": Contract.of(orders), "lines": lines}))

    where = "contracts/orders.yaml: equalSums[0]"
    assert faults() == []
    assert faults(field="sum") == [f"{where}.field: sum is not one of the fields"]
    assert faults(field="note") == [f"{where}: note is string; only numbers have a sum"]
    assert faults(reference={**reference, "resource": "x"}) == [f"{where}.reference.resource: x is not a contract"]
    assert faults(reference={**reference, "sum": "x"}) == [f"{where}.reference.sum: x is not a field of lines"]
    assert faults(fields=["order_no", "note"]) == [f"{where}: fields and reference.fields must be equally many"]
    assert faults(reference={**reference, "fields": "line"}) == [
        f"{where}: order_no is string, lines.line is integer; give both the same type"
    ]
