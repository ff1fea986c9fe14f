"""The table for release gets its name only as it was searched with the run."""

import hashlib
import json
from pathlib import Path

import pytest

import release_table
from elt.faults import Fault

CLOSED = {
    "release/data/released_customers.csv": "recency_band,segment_name\n0 to 30 days,Loyal\n",
    "release/anonymity_report.json": '{"rows": 1}\n',
}


def run_with(folder: Path) -> Path:
    """A run with the closed table and its report, searched as they are."""
    run = folder / "artifacts/runs/r"
    found = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in CLOSED.items()}
    for name, text in {**CLOSED, "_meta/searched.json": json.dumps(found)}.items():
        (run / "_closed" / name).parent.mkdir(parents=True, exist_ok=True)
        (run / "_closed" / name).write_text(text, encoding="utf-8")
    return run


def release(run: Path, published_mode: str = "0640") -> None:
    """The rule's main on a run."""
    closed = [str(run / "_closed" / name) for name in CLOSED]
    release_table.main(closed, str(run / "_closed/_meta/searched.json"), published_mode)


def test_the_table_is_published_for_its_owner_and_its_report_for_those_of_the_setting(tmp_path):
    run = run_with(tmp_path)
    release(run, "0644")
    assert {name: (run / name).read_text("utf-8") for name in CLOSED} == CLOSED
    assert [(run / name).stat().st_mode & 0o777 for name in CLOSED] == [0o600, 0o644]


def test_a_table_that_changed_after_the_search_is_not_published_and_its_report_neither(tmp_path):
    run = run_with(tmp_path)
    (run / "_closed/release/data/released_customers.csv").write_text("name\nAnna Green\n", encoding="utf-8")
    with pytest.raises(Fault, match="is not as it was searched") as caught:
        release(run)
    assert "Anna" not in str(caught.value)
    assert not [path for path in run.rglob("*") if path.is_file() and "_closed" not in path.parts]
