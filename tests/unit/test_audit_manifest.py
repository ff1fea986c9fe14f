"""The manifest has the hash of every file of the run, its settings and versions, and says how the run ended."""

import hashlib
import json

import pytest

import audit_manifest
from elt.command import run as command_run
from elt.faults import Fault
from elt.run import manifest


def put(run, *names):
    """Files with their name as content."""
    for name in names:
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).write_text(name)
        (run / name).chmod(0o600)


def files_present(run):
    """The manifest's entries if every file that is there is declared."""
    return manifest.files(run, manifest.present(run))


def test_every_file_is_listed_with_hash_and_size_but_those_that_differ_from_run_to_run(tmp_path):
    put(
        tmp_path, "gold/data/x.csv", "_meta/ledger.json", "_meta/run.json", "_meta/run_manifest.json",
        "_meta/logs/a/b.log", "_meta/benchmarks/a.tsv", "_meta/history/1/x.md", "gold/data/.x.1.tmp.csv",
        "bronze/_meta/tracebacks/a.b.txt",
    )  # fmt: skip
    assert files_present(tmp_path) == {
        name: {"sha256": hashlib.sha256(name.encode()).hexdigest(), "bytes": len(name), "mode": "0600"}
        for name in ("_meta/ledger.json", "gold/data/x.csv")
    }


def test_the_manifest_of_a_finished_run_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("ELT_STARTED_AT", "2026-11-23T10:15:00+00:00")
    run = tmp_path / "artifacts/runs/mine"
    put(run, "gold/data/x.csv")
    audit_manifest.main({"seed": 42}, [str(run / "gold/data/x.csv")], str(run / "_meta/run_manifest.json"))
    found = json.loads((run / "_meta/run_manifest.json").read_text())
    assert (found["run_id"], found["status"], found["settings"], found["failures"]) == (
        "mine",
        "complete",
        {"seed": 42},
        [],
    )
    assert found["started_at"] == "2026-11-23T10:15:00+00:00"
    assert list(found["files"]) == ["gold/data/x.csv"]
    assert found["versions"]["polars"] != "not installed"


def test_a_file_that_is_not_declared_is_not_listed_and_a_run_that_holds_one_is_not_closed(tmp_path):
    run = tmp_path / "artifacts/runs/mine"
    put(run, "gold/data/x.csv", "reports/notes.txt")
    assert list(manifest.files(run, ["gold/data/x.csv", "gold/data/lost.csv"])) == ["gold/data/x.csv"]
    with pytest.raises(Fault, match="run mine: 1 files lie in it that no rule makes: reports/notes.txt. Move them out"):
        audit_manifest.main({}, [str(run / "gold/data/x.csv")], str(run / "_meta/run_manifest.json"))
    assert not (run / "_meta/run_manifest.json").exists()
    (run / "reports/notes.txt").unlink()  # the remedy
    audit_manifest.main({}, [str(run / "gold/data/x.csv")], str(run / "_meta/run_manifest.json"))


def test_a_package_that_is_not_there_is_said_to_be_so(monkeypatch):
    monkeypatch.setattr(manifest, "PACKAGES", ("no-such-package-anywhere",))
    assert manifest.versions()["no-such-package-anywhere"] == "not installed"


def test_copies_made_on_request_and_what_a_killed_job_left_are_not_listed(tmp_path):
    put(
        tmp_path, "gold/data/x.csv", "gold/warehouse.duckdb", "gold/_meta/warehouse.json",
        "gold/_meta/publication.json", "gold/.warehouse.tmp/warehouse.duckdb",
    )  # fmt: skip
    assert list(files_present(tmp_path)) == ["gold/data/x.csv"]


def test_a_failed_copy_leaves_the_manifest_of_a_complete_run_unless_a_file_of_the_run_changed(tmp_path):
    run = tmp_path / "artifacts/runs/mine"
    put(run, "gold/data/x.csv", "_meta/logs/warehouse_duckdb.log", "_meta/logs/gold_mart/x.log")
    audit_manifest.main({}, [str(run / "gold/data/x.csv")], str(run / "_meta/run_manifest.json"))
    copy = [{"step": "warehouse_duckdb", "message": "x"}]
    assert command_run.is_untouched(run, copy)
    assert not command_run.is_untouched(run, [*copy, {"step": "gold_mart/x", "message": "x"}])
    put(run, "silver/data/new.csv")
    assert command_run.is_untouched(run, copy)
    (run / "gold/data/x.csv").write_text("changed")
    assert not command_run.is_untouched(run, copy)
