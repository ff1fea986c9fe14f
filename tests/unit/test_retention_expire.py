"""Expiry: what is due when, what is deleted and what stays, what is written down; a broken log is seen."""

import json
import os
from datetime import date
from pathlib import Path

import pytest
from erasure_case import WHEN, finished, left, said

import retention_expire
from elt.faults import Fault
from elt.retention import deletion, deletion_log, erasures
from elt.run import run_folders

pytestmark = pytest.mark.usefixtures("folder")


def expire(folder: Path, today: str, days: int = 30) -> list[str]:
    """Expire, give the locks back; the lines of the closing words."""
    retention_expire.main(days, date.fromisoformat(today), WHEN, str(folder / "summary.json"))
    while run_folders._locks:
        os.close(run_folders._locks.pop())
    return json.loads((folder / "summary.json").read_text())["lines"]


@pytest.mark.parametrize(("today", "is_due"), [("2026-11-30", False), ("2026-12-01", True), ("2027-01-01", True)])
def test_row_level_files_are_due_thirty_days_after_the_end_of_the_run(folder, today, is_due):
    run = finished(folder, "r1", created="2026-11-01T23:59:00+00:00")
    expire(folder, today)
    assert (left(run) == []) == is_due


def test_a_run_counts_from_its_own_end_and_a_run_without_a_manifest_from_its_start(folder):
    old, new = finished(folder, "old"), finished(folder, "new", created="2026-12-20T00:00:00+00:00")
    broken = finished(folder, "broken", created="2026-11-05T00:00:00+00:00")
    (broken / "_meta/run_manifest.json").unlink()
    lines = expire(folder, "2026-12-31")
    assert [left(old), left(broken)] == [[], []] and left(new)
    assert lines == ["broken: 7 files deleted", "old: 7 files deleted", "new: due on 2027-01-19"]


def test_a_tombstone_says_path_hash_rows_when_and_why(folder):
    run = finished(folder, "r1")
    sha = deletion.measured(run / "silver/data/customers.csv")[0]
    expire(folder, "2026-12-31")
    stones = {stone["path"]: stone for stone in deletion.tombstones("r1")}
    assert len(stones) == 7
    intent = deletion_log.entries()[0]
    assert stones["silver/data/customers.csv"] == {
        "path": "silver/data/customers.csv", "sha256": sha, "bytes": 26, "rows": 2, "when": WHEN,
        "why": "older than 30 days", "intent": intent["hash"],
    }  # fmt: skip
    assert (stones["bronze/data/orders.csv"]["rows"], stones["gold/warehouse.duckdb"]["rows"]) == (4, None)


def test_a_second_call_has_nothing_to_do_and_says_nothing_in_the_log(folder):
    finished(folder, "r1")
    expire(folder, "2026-12-31")
    before = said()
    assert expire(folder, "2026-12-31") == []
    assert said() == before == [("intent", "expire"), ("done", "expire")]


def test_an_active_run_is_not_touched_and_named(folder):
    run, other = finished(folder, "r1"), finished(folder, "r2")
    before = left(run)
    run_folders.lock(run)
    held = [run_folders._locks.pop()]
    lines = expire(folder, "2026-12-31")
    os.close(held.pop())
    assert (left(run), left(other)) == (before, [])
    assert lines[0].startswith("r1: left alone, as another process is working on it")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bronze/data/x.csv", True), ("bronze/_meta/files/x.csv.json", False), ("bronze/_meta/tracebacks/s.txt", True),
        ("silver/changes/x.csv", True), ("silver/feedback/crm.csv", True), ("silver/reports/r.md", False),
        ("gold/warehouse.duckdb", True), ("gold/parquet/m.parquet", True), ("gold/datapackage.json", False),
        ("gold/data/.fact_sales.77.tmp.csv", True), ("step1_eda/data/eda_summary.json", False),
        ("step2_feature_engineering/data/customer_features.csv", True), ("step3_segmentation/_meta/model_metadata.json", False),
        ("_meta/history/2026/reports/final_expose.md", False), ("reports/figures/a.svg", False),
        ("released/table.csv", True), ("something_new", True),
    ],
)  # fmt: skip
def test_evidence_is_known_by_its_place_and_everything_else_is_row_level(name, expected):
    assert deletion.is_row_level(name) == expected


def broken(text: str) -> dict[str, str]:
    """The log, changed in several ways."""
    first, second = text.splitlines()
    return {
        "a number": text.replace('"r1": 7', '"r1": 6', 1),
        "a line gone": second + "\n",
        "lines swapped": f"{second}\n{first}\n",
        "a line twice": f"{first}\n{first}\n{second}\n",
        "no json": f"{first}\nhello\n",
        "a list": f"{first}\n[]\n",
    }


@pytest.mark.parametrize("change", ["a number", "a line gone", "lines swapped", "a line twice", "no json", "a list"])
def test_a_log_that_was_changed_is_refused_and_nothing_is_deleted(folder, change):
    finished(folder, "r1")
    expire(folder, "2026-12-31")
    log = erasures.HOME / deletion_log.LOG
    log.write_text(broken(log.read_text())[change])
    run = finished(folder, "r2")
    with pytest.raises(Fault, match="does not follow the line before it"):
        expire(folder, "2026-12-31")
    assert left(run)
