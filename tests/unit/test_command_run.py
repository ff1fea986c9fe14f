"""The closing words: five figures and the exposé, or what failed, why and what to do."""

import json
from datetime import UTC, datetime

import made_manifest
import pytest

from elt.command import invocation, request
from elt.command import run as command_run
from elt.files import write_json, write_text

LEDGER = {
    "tables": {
        "a": {"records": 100, "silver": 90, "quarantined": 4},
        "b": {"records": 1000, "silver": 1000, "quarantined": 0},
    },
    "money": {"b.amount": {"silver": "1234.50", "repairs": "-4.00", "marts": {"x": "1"}}},
    "kpis": {"revenue": {"total": "1234.50", "marts": {"x": "1", "y": "1"}}},
    "rows": {},
    "order_lines": {"lines": 1000},
    "assumptions": [],
}
MODEL = {"rows": 80, "segments": [{"name": {"en": "Loyal"}}, {"name": {"en": "New"}}]}


@pytest.fixture
def run(tmp_path):
    """A finished run."""
    write_json(tmp_path / "_meta/ledger.json", LEDGER)
    write_json(tmp_path / "step3_segmentation/_meta/model_metadata.json", MODEL)
    write_text(tmp_path / "reports/final_expose.html", "x")
    return tmp_path


def test_a_finished_run_says_where_the_expose_is_and_five_figures(run):
    lines = command_run.result(run).splitlines()
    assert lines[1:7] == [
        f"Run {run.name} is complete.",
        "  1,100 raw records: 1,090 clean, 4 in quarantine, 6 superseded, duplicate or erased",
        "  1,000 order lines in the warehouse",
        "  1,234.50 in b.amount, of it −4.00 by repairs",
        "  1,234.50 revenue, equal in 2 marts, to the cent",
        "  80 customers with an order, 2 segments: Loyal, New",
    ]
    assert lines[-1] == f"The exposé: {run}/reports/final_expose.html"


@pytest.mark.parametrize(
    ("rows", "names", "line"),
    [
        (None, ["All customers"], "fewer than 5 customers with an order, no segments"),
        (80, ["All customers"], "80 customers with an order, no segments"),
        (0, [], "0 customers with an order, no segments"),
    ],
)
def test_few_customers_are_not_counted_and_all_in_one_are_no_segments(rows, names, line):
    model = {"rows": rows, "minimum_group": 5, "segments": [{"name": {"en": name}} for name in names]}
    assert command_run.customers_line(model) == line


def test_a_part_of_a_run_says_where_it_is(tmp_path):
    assert command_run.result(tmp_path) == f"\nDone. The run folder is {tmp_path}."


def test_a_part_of_a_run_that_was_complete_once_does_not_call_it_complete(run, monkeypatch):
    monkeypatch.chdir(run.parent)
    call = invocation.Invocation(request.RUN, datetime(2026, 1, 1, tzinfo=UTC), {}, run.name)
    made_manifest.write(run, {}, status="complete")
    assert call.result().startswith(f"\nRun {run.name} is complete.")
    made_manifest.write(run, {"gold/data/fact_sales.csv": {"sha256": "0"}}, status="complete")  # it is gone
    said = call.result()
    assert said.startswith(f"\nDone. The run folder is {run.name}; the run as a whole is not complete")
    assert "is complete." not in said and "The exposé" not in said


def test_a_failed_run_says_step_reason_log_and_what_to_do_and_writes_it_down(run):
    write_text(
        run / "_meta/logs/silver_table/people.log", "INFO 1\nFAULT people: is wrong. Mend it. Nothing was written.\n"
    )
    write_text(run / "silver/data/of_a_table_that_is_gone.csv", "x\n")
    names = ["_meta/ledger.json", "reports/final_expose.html", "reports/final_expose.md"]
    words = command_run.failure(run, {"seed": 42}, datetime(2020, 1, 1, tzinfo=UTC), names)
    assert words.splitlines()[1:] == [
        f"Run {run.name} failed.",
        "  silver_table/people",
        "    people: is wrong. Mend it. Nothing was written.",
        f"    Log: {run}/_meta/logs/silver_table/people.log",
        "  Then type the same command again: what is done stays done.",
    ]
    found = json.loads((run / "_meta/run_manifest.json").read_text(encoding="utf-8"))
    assert (found["status"], found["settings"]) == ("failed", {"seed": 42})
    assert list(found["files"]) == ["_meta/ledger.json", "reports/final_expose.html"]
    assert [failure["message"] for failure in found["failures"]] == ["people: is wrong. Mend it. Nothing was written."]


def test_faults_of_an_earlier_invocation_are_not_repeated(run):
    write_text(run / "_meta/logs/x.log", "FAULT old. Mend it.\n")
    words = command_run.failure(run, {}, datetime(2999, 1, 1, tzinfo=UTC))
    assert "old" not in words
    assert "No step said why" in words


def test_a_run_that_failed_before_it_began_leaves_nothing(tmp_path):
    command_run.failure(tmp_path / "none", {}, datetime(2020, 1, 1, tzinfo=UTC))
    assert list(tmp_path.iterdir()) == []
