"""An assumption that the data contradict is told with count and amount wherever somebody reads."""

import copy
import json

import pytest
from conftest import ROOT
from small_run import SmallRun, lines
from test_audit_ledger import MARTS, TABLES
from test_audit_ledger import run as balanced

import gold_report
from elt.command import run as command_run
from elt.files import write_json, write_text
from elt.report import assumptions
from elt.report.figure_ledger import Told
from elt.report.words import read
from elt.silver import finding_text

WORDS = {language: read(ROOT / f"scripts/templates/assumptions.{language}.yaml") for language in ("en", "de")}
WARNING = {"column": "number", "warning": "invented", "cells": 1200, "of": 60000, "money": {"amount": "1234.50"},
           "of_money": {"amount": "2469.00"}}  # fmt: skip
PLANTED = assumptions.entry("invented", "sales.number", 1200, 60000, {"amount": "1234.50"}, {"amount": "2469.00"})
SENTENCE = (
    "sales.number: 1,200 of 60,000 records (2.0\u00a0%) contradict an assumption (invented), 1,234.50 in amount "
    "(50.0\u00a0% of it)"
)


def test_an_entry_is_told_with_count_share_and_amounts_in_both_languages():
    assert assumptions.sentence(WORDS["en"], PLANTED) == SENTENCE
    assert assumptions.sentence(WORDS["de"], PLANTED) == (
        "sales.number: 1.200 von 60.000 Datensätzen (2,0\u00a0%) im Widerspruch zu einer Annahme (invented), "
        "1.234,50 in amount (50,0\u00a0% davon)"
    )


def test_an_amount_of_nothing_is_not_told():
    none = assumptions.entry("invented", "a.b", 1, 2, {"amount": "0.00"}, {"amount": "0.00"})
    assert assumptions.sentence(WORDS["en"], none).endswith("(invented)")


@pytest.fixture
def ledger(tmp_path):
    """The ledger of a run with one planted warning of silver and one of gold."""
    tables, marts = copy.deepcopy(TABLES), copy.deepcopy(MARTS)
    tables["sales"]["warnings"] = [WARNING]
    marts["fact"]["found"]["assumptions"] = [{**PLANTED, "where": "fact"}]
    return balanced(tmp_path, tables, marts)


def test_the_ledger_gathers_the_warnings_of_silver_and_of_gold(ledger):
    assert ledger["assumptions"] == [PLANTED, {**PLANTED, "where": "fact"}]


def test_the_closing_words_tell_each_in_a_line(ledger, tmp_path):
    write_json(tmp_path / "_meta/ledger.json", ledger | {"order_lines": {"lines": 60_000}})
    write_json(tmp_path / "step3_segmentation/_meta/model_metadata.json", {"rows": 80, "segments": []})
    write_text(tmp_path / "reports/final_expose.html", "x")
    words = command_run.result(tmp_path)
    told = f"The data contradict what was assumed:\n  {SENTENCE}\n  {SENTENCE.replace('sales.number', 'fact')}\n"
    assert told in words


def test_the_reports_of_silver_and_gold_tell_theirs():
    found = {"warnings": [WARNING], "files": [{"file": "crm/people.csv"}]}
    assert list(finding_text.warned("sales", found, Told(WORDS["en"]))) == [
        ["warning", SENTENCE, "1,200", "1,234.50", "`crm.csv`"]
    ]
    gold_words = Told({**WORDS["en"], **read(ROOT / "scripts/templates/gold.en.yaml")})
    text = gold_report.assumption_section({"fact": {"assumptions": [PLANTED]}, "dim": {}}, gold_words)
    assert text.startswith("## Assumptions that the data contradict\n\n- sales.number: 1,200 of 60,000")
    assert gold_report.assumption_section({"dim": {}}, gold_words) == ""


@pytest.mark.parametrize(("language", "words"), [("en", "1,200 of 60,000"), ("de", "1.200 von 60.000")])
def test_the_expose_tells_it_in_both_forms_with_figures_of_its_ledger(tmp_path, language, words):
    run = SmallRun(tmp_path, lines())
    run.accounts["assumptions"] = [PLANTED]
    for page in run.reports(language):
        assert words in page
        assert "1,235" in page or "1.235" in page
    ledger = json.loads((tmp_path / "reports/number_ledger.json").read_text(encoding="utf-8"))
    assert ledger["figures"]["assumption.1.amount"]["value"] == "1234.5"


def test_the_expose_does_not_tell_the_amount_of_a_few_records(tmp_path):
    run = SmallRun(tmp_path, lines())
    run.accounts["assumptions"] = [{**PLANTED, "records": 4}]
    _, page = run.reports()
    assert "4 of 60,000" in page
    assert "1,235" not in page
