"""The expressions of a contract are planned over no records: a column that is no field is named before anything runs."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

from elt.command import company_checks
from elt.run import contract_faults, settings
from elt.run.contract import Contract
from elt.silver import expressions

STATED = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))
FIELDS: list[dict[str, Any]] = [
    {"name": "number", "type": "integer"}, {"name": "customer", "type": "string"}, {"name": "day", "type": "date"},
    {"name": "amount", "type": "number", "decimals": 2, "money": True}, {"name": "Menge in Stück", "type": "integer"},
]  # fmt: skip


def contract(*more: dict[str, Any], **stated: Any) -> Contract:
    """A contract of the fields above and more; a field of the same name takes the place of one."""
    fields = {field["name"]: field for field in [*FIELDS, *more]}
    entries = [{"personal": "none", "description": "d", **field} for field in fields.values()]
    base = {"name": "sales", "title": "t", "files": "s*.csv", "primaryKey": ["number"], "fields": entries}
    return Contract.of({**base, **stated})


def said(*more: dict[str, Any], **stated: Any) -> list[str]:
    """The lines about a contract."""
    return list(expressions.contract_faults(contract(*more, **stated), "c.yaml"))


def repair(field: str, when: str, new: str) -> dict[str, str]:
    """An entry of repairs."""
    return {"field": field, "when": when, "set": new, "why": "w"}


def rule(when: str) -> dict[str, str]:
    """An entry of quarantine."""
    return {"code": "c", "when": when, "why": "w"}


CORRECT = "Correct the expression, in which text stands in single quotes, or add the field"


@pytest.mark.parametrize(
    ("more", "stated", "lines"),
    [
        ([{"name": "customer", "type": "string", "convert": "TRIM(custmer)"}], {},
         ["c.yaml: fields.customer.convert: the contract has no field custmer; it may be customer. "]),
        ([{"name": "half", "type": "number", "compute": "amount / 2 + rebate"}], {},
         ["c.yaml: fields.half.compute: the contract has no field rebate. "]),
        ([], {"repairs": [repair("amount", "amout < 0", "amount * -1")]},
         ["c.yaml: repairs[0].when: the contract has no field amout; it may be amount. "]),
        ([], {"repairs": [repair("amount", "amount < 0", "amount"), repair("amount", "amount < 0", "ABS(price * pieces)")]},
         ["c.yaml: repairs[1].set: the contract has no field pieces. ",
          "c.yaml: repairs[1].set: the contract has no field price. "]),
        ([], {"quarantine": [rule("Amount < 0")]},
         ["c.yaml: quarantine[0].when: the contract has no field Amount; it may be amount. "]),
        ([], {"quarantine": [rule('customer = "open"')]}, ["c.yaml: quarantine[0].when: the contract has no field open. "]),
        ([], {"quarantine": [rule('"Menge in Stueck" < 0')]},
         ["c.yaml: quarantine[0].when: the contract has no field Menge in Stueck; it may be Menge in Stück. "]),
        ([{"name": "x", "type": "string", "compute": "SUM(nope) OVER (PARTITION BY customer)"}],
         {"quarantine": [rule("day < number AND nix IS NULL")]},
         ["c.yaml: fields.x.compute: the contract has no field nope. ",
          "c.yaml: quarantine[0].when: the contract has no field nix. "]),
    ],
)  # fmt: skip
def test_a_column_that_no_field_is_is_named_with_its_expression_and_spelling(more, stated, lines):
    assert said(*more, **stated) == [f"{line}{CORRECT}" for line in lines]


@pytest.mark.parametrize(
    ("more", "stated", "where"),
    [
        ([{"name": "customer", "type": "string", "convert": "TRIM(customer"}], {}, "fields.customer.convert"),
        ([], {"repairs": [repair("amount", "amount <", "amount")]}, "repairs[0].when"),
        ([], {"repairs": [repair("amount", "amount < 0", "NO_FUNCTION(amount)")]}, "repairs[0].set"),
        ([], {"quarantine": [rule("customer + 1 > day")]}, "quarantine[0].when"),
    ],
)
def test_what_else_the_planner_does_not_take_is_told_with_its_expression(more, stated, where):
    (line,) = said(*more, **stated)
    assert line.startswith(f"c.yaml: {where}: the SQL cannot be run: ")
    assert line.endswith(". Correct the expression")


@pytest.mark.parametrize(
    ("more", "stated"),
    [
        ([{"name": "customer", "type": "string", "convert": "UPPER(customer)"}], {}),
        ([{"name": "k", "type": "string", "compute": "_file || '-' || CAST(_record AS VARCHAR)"}], {}),
        ([{"name": "k", "type": "number", "decimals": 2, "compute": 'amount * "Menge in Stück"'}], {}),
        ([{"name": "k", "type": "integer", "compute": "ROW_NUMBER() OVER (PARTITION BY customer ORDER BY day)"}], {}),
        ([], {"repairs": [repair("day", "day < DATE '2000-01-01'", "day + INTERVAL '1 day'")]}),
        ([], {"repairs": [repair("customer", "customer IS NULL", "'n/a'"), repair("amount", "amount < 0", "NULL")]}),
        ([], {"quarantine": [rule("amount IS NULL AND customer IN ('open', 'closed')")]}),
    ],
)  # fmt: skip
def test_whatever_the_planner_takes_is_no_fault(more, stated):
    assert said(*more, **stated) == []


def test_both_ways_that_the_message_names_are_accepted():
    wrong = {"quarantine": [rule("amount < 0 AND status = 'open'")]}
    assert len(said(**wrong)) == 1
    assert said({"name": "status", "type": "string"}, **wrong) == []
    assert said(quarantine=[rule("amount < 0")]) == []
    assert said(quarantine=[rule('customer = "open"')]) != []
    assert said(quarantine=[rule("customer = 'open'")]) == []


@pytest.mark.parametrize("folder", ["config/bike_retailer", "tests/data/office_supplier"])
def test_the_companies_of_the_project_are_bound_without_a_fault(folder):
    found, faults = settings.load(settings.prepared({**STATED, "company": str(ROOT / folder)}), ROOT)
    assert faults == [] and found is not None
    assert list(expressions.faults(found)) == []


def test_a_call_is_refused_before_a_rule_exists(tmp_path: Path):
    folder = tmp_path / "company"
    shutil.copytree(ROOT / "config/bike_retailer", folder)
    path = folder / "contracts/crm_sales.yaml"
    text = path.read_text("utf-8")
    assert "ABS(sls_price)" in text
    path.write_text(text.replace("ABS(sls_price)", "ABS(sls_prise)"), encoding="utf-8")
    found, faults = settings.load(settings.prepared({**STATED, "company": str(folder)}), ROOT)
    assert faults == [] and found is not None
    lines = company_checks.unbound(found)
    assert lines and all("the contract has no field sls_prise; it may be sls_price" in line for line in lines)


@pytest.mark.parametrize(
    ("stated", "line"),
    [
        ({"primaryKey": ["numbr"]}, "primaryKey: numbr is not one of the fields; it may be number"),
        ({"keep": {"latest": "days"}}, "keep.latest: days is not one of the fields; it may be day"),
        ({"uniqueKeys": [["custome"]]}, "uniqueKeys[0]: custome is not one of the fields; it may be customer"),
        ({"repairs": [repair("amounts", "TRUE", "1")]}, "repairs[0].field: amounts is not one of the fields; it may be amount"),
        ({"foreignKeys": [{"fields": "custmer", "reference": {"fields": "nummer"}}]},
         "foreignKeys[0].fields: custmer is not one of the fields; it may be customer"),
        ({"foreignKeys": [{"fields": "customer", "reference": {"fields": "nummer"}}]},
         "foreignKeys[0].reference.fields: nummer is not a field of sales; it may be number"),
        ({"equalSums": [{"field": "amout", "fields": "numbr", "reference": {"resource": "sales", "fields": "nmber", "sum": "ammount"}}]},
         "equalSums[0].reference.sum: ammount is not a field of sales; it may be amount"),
        ({"equalSums": [{"field": "amout", "fields": "numbr", "reference": {"resource": "sales", "fields": "nmber", "sum": "ammount"}}]},
         "equalSums[0].field: amout is not one of the fields; it may be amount"),
    ],
)  # fmt: skip
def test_a_key_or_sum_over_no_field_is_named_with_its_likely_spelling(stated, line):
    found = {"sales": contract(**stated)}
    faults = [
        *contract_faults.contract_faults(found),
        *contract_faults.reference_faults(found),
        *contract_faults.sum_faults(found),
    ]
    assert f"contracts/sales.yaml: {line}" in faults
