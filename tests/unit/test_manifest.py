"""The manifest says what a run was made from, is known when it was edited, and never breaks what reads it."""

import json
import platform
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import made_manifest
import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from elt import receipts
from elt.command import run as command_run
from elt.command.invocation import Invocation
from elt.command.refusals import RefusalError
from elt.files import sha256, write_json, write_text
from elt.run import last_call, made_from, manifest, row_counts, steps

BEGAN = "2026-11-23T10:15:00+00:00"
NOW = datetime.fromisoformat(BEGAN)
NAMES = ["gold/data/x.csv", "reports/final_expose.html"]


def job(run: Path, step: str, *names: str, has_ended: bool = True, **facts: Any) -> None:
    """What a step of a run leaves: files with receipts, a log, and a benchmark if it has ended well."""
    write_text(run / f"_meta/logs/{step}.log", "INFO done\n")
    for name in names:
        write_text(run / name, "a,b\n1,2\n")
        receipt = {"job": step, "code": "c", "params": "p", "versions": manifest.versions(), **facts}
        receipts.write(run, name, {**receipt, "sha256": sha256(run / name), **receipts.look(run / name)})
    if has_ended:
        write_text(run / f"_meta/benchmarks/{step}.tsv", "s\n1\n")


@pytest.fixture
def run(folder: Path) -> Path:
    """A run with two steps that have ended, not yet closed."""
    run = Path("artifacts/runs/mine")
    write_json(run / "_meta/run.json", {"company": "config/shop", "raw": "raw", "created_at": BEGAN})
    write_json(run / "bronze/_meta/files/a.csv.json", {"sha256": "ab", "records": 7})
    job(run, "gold_mart/x", NAMES[0])
    job(run, "expose_report", NAMES[1])
    return run


def closed(run: Path, status: str = "complete", **more: Any) -> dict[str, Any]:
    """The manifest of the run, as it is written."""
    write_json(run / manifest.NAME, manifest.describe(run, status, {"seed": 42}, NAMES, **more))
    return json.loads((run / manifest.NAME).read_bytes())


def test_each_file_has_hash_size_mode_and_rows_and_each_step_its_code(run):
    found = closed(run)
    mode, size = "0600", 8
    assert found["files"]["gold/data/x.csv"] == {
        "sha256": sha256(run / NAMES[0]),
        "bytes": size,
        "mode": mode,
        "rows": 1,
    }
    assert "rows" not in found["files"]["reports/final_expose.html"]
    assert found["steps"]["gold_mart/x"] == {"status": "done", "code": "c", "params": "p"}
    assert found["raw_files"] == {"a.csv": {"sha256": "ab", "records": 7}}
    assert set(found["records"]) == {
        f"_meta/{kind}"
        for step in ("gold_mart/x", "expose_report")
        for kind in (f"logs/{step}.log", f"benchmarks/{step}.tsv")
    }
    assert found["missing"] == [] and found["code"]["scripts/audit_manifest.py"]


def test_a_step_made_with_other_versions_says_with_which(run):
    job(run, "gold_mart/x", NAMES[0], versions={"python": "3.10"})
    found = closed(run)["steps"]
    assert found["gold_mart/x"]["versions"] == {"python": "3.10"} and "versions" not in found["expose_report"]


def test_a_package_that_is_not_there_is_stated_as_such(monkeypatch):
    monkeypatch.setattr(manifest, "PACKAGES", ("pandas", "no-such-package"))
    assert manifest.versions() == {
        "python": platform.python_version(),
        "pandas": version("pandas"),
        "no-such-package": "not installed",
    }


def test_a_manifest_that_the_system_does_not_let_be_read_is_called_so_and_not_damaged(tmp_path, monkeypatch):
    path = tmp_path / "run_manifest.json"
    assert manifest.parsed(path) == (None, "is missing")
    path.write_text("{")
    assert manifest.parsed(path) == (None, "is no JSON")
    monkeypatch.setattr(
        Path, "read_bytes", lambda path: (_ for _ in ()).throw(PermissionError(13, "Permission denied"))
    )
    assert manifest.parsed(path) == (None, "cannot be read (Permission denied)")


def test_rows_are_those_of_the_typed_twin_of_bronze_or_counted_and_broken_tables_have_none(tmp_path):
    for name, text in {
        "silver/data/a.csv": "not read", "bronze/data/a.csv": "not read", "silver/changes/a.csv": 'a\n"x\ny"\nz\n',
        "silver/changes/empty.csv": "", "reports/a.md": "x",
    }.items():  # fmt: skip
        write_text(tmp_path / name, text)
    (tmp_path / "silver/parquet").mkdir()
    pl.DataFrame({"a": [1, 2, 3]}).write_parquet(tmp_path / "silver/parquet/a.parquet")
    write_text(tmp_path / "silver/parquet/b.parquet", "broken")
    names = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")]
    assert row_counts.of_tables(tmp_path, names, {"a.csv": {"records": 7}}) == {
        "bronze/data/a.csv": 7, "silver/changes/a.csv": 2, "silver/data/a.csv": 3, "silver/parquet/a.parquet": 3,
    }  # fmt: skip


def test_what_a_company_states_is_hashed_and_the_list_of_who_objects_is_not(folder):
    for name in ("contracts/a.yaml", "marts/m.sql", "who.yaml", "notes.txt"):
        write_text(Path("config/shop") / name, name)
    found = made_from.company({"company": "config/shop", "objections": "config/shop/who.yaml"})
    assert list(found) == ["contracts/a.yaml", "marts/m.sql"] and made_from.company({}) == {}


def git(folder: Path, *words: str) -> str:
    """What git says in a folder, under a name that is nobody's."""
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    return subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_the_revision_is_that_of_the_project_s_own_repository_and_clean_only_if_nothing_differs(tmp_path):
    assert made_from.revision(tmp_path) == made_from.UNKNOWN
    git(tmp_path, "init", "-q")
    write_text(tmp_path / "a", "1")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-qm", "first")
    head = git(tmp_path, "rev-parse", "HEAD")
    assert made_from.revision(tmp_path) == {"commit": head, "is_clean": True}
    write_text(tmp_path / "a", "2")
    assert made_from.revision(tmp_path) == {"commit": head, "is_clean": False}
    (tmp_path / "inner").mkdir()
    assert made_from.revision(tmp_path / "inner") == made_from.UNKNOWN


def test_nothing_of_a_manifest_can_be_edited_unseen(run):
    content = closed(run)
    assert manifest.stated(run) == content
    for edit in (
        {"settings": {"seed": 43}}, {"status": "failed"}, {"finished_at": BEGAN}, {"root": "0"}, {"files": {}}, {"more": 1},
    ):  # fmt: skip
        write_json(run / manifest.NAME, content | edit)
        assert manifest.stated(run) is None, edit
    (run / manifest.NAME).write_text(json.dumps(content))
    assert manifest.stated(run) is None  # the same content in another text


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
SOUND = made_manifest.sealed({"gold/data/x.csv": {"sha256": "0", "bytes": 1}})
TEXT = json.dumps(SOUND).encode()
damaged = st.one_of(
    st.integers(0, len(TEXT) - 1).map(lambda at: TEXT[:at]),
    st.tuples(st.integers(0, len(TEXT) - 1), st.integers(0, 255)).map(
        lambda change: TEXT[: change[0]] + bytes([change[1]]) + TEXT[change[0] + 1 :]
    ),
    st.tuples(st.sampled_from(sorted(SOUND)), ANY).map(
        lambda change: json.dumps(SOUND | {change[0]: change[1]}).encode()
    ),
    ANY.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(st.text(), ANY, max_size=3).map(lambda files: json.dumps(SOUND | {"files": files}).encode()),
    st.binary(max_size=50),
    st.just(b"[" * 100_000),
    st.just(b'{"files": ' * 5_000),
)


@how(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=damaged)
def test_a_damaged_manifest_is_no_manifest_and_no_exception(tmp_path, text):
    path = tmp_path / manifest.NAME
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text)
    content, fault = manifest.parsed(path)
    assert (content is None) == bool(fault)
    assert manifest.stated(tmp_path) in (None, SOUND)


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../b", "a//b", "", ".", "a\0b"])
def test_a_path_that_leaves_the_run_makes_no_manifest(name):
    content = made_manifest.sealed({name: {"sha256": "0", "bytes": 1}})
    assert manifest.faults(content) == "has an entry of a file that is not as it is written"


def test_a_failed_run_names_the_step_that_said_why_the_one_that_said_nothing_and_what_is_missing(run):
    job(run, "silver_table/a", has_ended=False)
    write_text(run / "_meta/logs/silver_table/b.log", "FAULT b: is wrong. Mend it. Nothing was written.\n")
    (run / NAMES[1]).unlink()
    words = command_run.failure(run, {"seed": 42}, datetime(2020, 1, 1, tzinfo=UTC), NAMES)
    found = json.loads((run / manifest.NAME).read_bytes())
    assert {entry["step"]: entry["message"] for entry in found["failures"]} == {
        "silver_table/a": steps.CUT_OFF, "silver_table/b": "b: is wrong. Mend it. Nothing was written.",
    }  # fmt: skip
    assert {name: step["status"] for name, step in found["steps"].items()} == {
        "gold_mart/x": "done", "silver_table/a": "cut off", "silver_table/b": "failed",
    }  # fmt: skip
    assert (found["status"], found["missing"]) == ("failed", [NAMES[1]])
    assert "silver_table/a\n    was cut off" in words and last_call.read(run) == {}


def call(run: Path) -> Invocation:
    """A call that works on the run."""
    return Invocation("run", NOW, {"seed": 42}, str(run))


def closing(run: Path) -> Callable[[], str]:
    """The end of a call that asked for the whole run."""
    return lambda: call(run).result([f"{run}/{name}" for name in [*NAMES, manifest.NAME]], is_whole=True)


def told(run: Path) -> dict[str, Any]:
    """What is said of the last call, without who it was and its settings."""
    return {name: value for name, value in last_call.read(run).items() if name in ("status", "began")}


def test_a_killed_call_is_told_apart_by_the_next_one_with_its_steps_and_settings(run):
    assert last_call.open_call(run, "2020-01-01T00:00:00+00:00", {"seed": 41}, NAMES) == ""
    job(run, "silver_table/a", has_ended=False)
    said = last_call.open_call(run, BEGAN, {"seed": 42}, NAMES)
    assert "was killed; steps at work: silver_table/a" in said
    found = manifest.stated(run)
    assert (found["status"], found["settings"], found["started_at"]) == (
        "killed",
        {"seed": 41},
        "2020-01-01T00:00:00+00:00",
    )
    assert found["steps"]["silver_table/a"] == {"status": "cut off"}
    assert told(run) == {"status": "running", "began": BEGAN}


def test_the_manifest_of_a_killed_call_has_the_code_company_and_commit_that_it_began_with(run, monkeypatch):
    began_with = {"revision": {"commit": "c0", "is_clean": True}, "company": {"a.yaml": "a0"}, "code": {"b.py": "b0"}}
    with monkeypatch.context() as context:
        context.setattr(made_from, "sources", lambda settings: began_with)
        last_call.open_call(run, "2020-01-01T00:00:00+00:00", {"seed": 41}, NAMES)
    last_call.open_call(run, BEGAN, {"seed": 42}, NAMES)
    found = manifest.stated(run)
    assert found["status"] == "killed" and found.items() >= began_with.items()


@pytest.mark.parametrize("text", [None, 7, {"code": {}}, {"revision": {}, "company": {}, "code": []}])
def test_the_manifest_of_a_killed_call_whose_code_is_not_told_has_none(run, text):
    last_call.note(run, status="running", began=BEGAN, sources=text)
    last_call.open_call(run, "2026-11-24T10:15:00+00:00", {}, NAMES)
    found = manifest.stated(run)
    assert found["status"] == "killed" and found.items() >= made_from.NOTHING.items()


def test_a_manifest_tells_the_code_that_its_own_call_began_with_and_run_json_keeps_it_no_longer(run, monkeypatch):
    monkeypatch.setenv(receipts.CALL_VARIABLE, BEGAN)
    last_call.open_call(run, BEGAN, {}, NAMES)
    known = last_call.sources(run)
    assert known["code"] == made_from.code() and known["revision"] == made_from.revision()
    monkeypatch.setenv(receipts.CALL_VARIABLE, "2026-11-24T10:15:00+00:00")
    assert last_call.sources(run) is None  # of another call
    monkeypatch.setenv(receipts.CALL_VARIABLE, BEGAN)
    last_call.close(run, "complete")
    assert last_call.sources(run) is None and "sources" not in last_call.read(run)


def test_a_traceback_is_stated_as_logs_are_unless_its_step_removes_it_on_request(run):
    for step in ("gold_mart.x", "warehouse_duckdb.warehouse_duckdb"):
        write_text(run / f"bronze/_meta/tracebacks/{step}.txt", step)
    lasting = "bronze/_meta/tracebacks/gold_mart.x.txt"
    found = closed(run)["records"]
    assert found[lasting] == sha256(run / lasting) and not any("warehouse" in name for name in found)
    last_call.open_call(run, BEGAN, {}, NAMES)
    last_call.close(run, "complete")
    assert list(last_call.records(run)) == ["bronze/_meta/tracebacks/warehouse_duckdb.warehouse_duckdb.txt"]


def test_a_call_that_ended_or_was_killed_after_it_closed_the_run_was_not_killed(run, monkeypatch):
    monkeypatch.setenv(receipts.CALL_VARIABLE, BEGAN)
    last_call.open_call(run, BEGAN, {}, NAMES)
    assert last_call.killed(run)
    closed(run)
    assert last_call.killed(run) is None
    closing(run)()
    assert told(run) == {"status": "complete", "began": BEGAN}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"last_call": 1}', '{"last_call": {"status": "running", "began": 7}}']
)
def test_a_damaged_run_json_says_nothing_of_the_last_call(run, text):
    (run / manifest.IDENTITY).write_text(text)
    assert last_call.read(run) == {} and last_call.killed(run) is None


@pytest.mark.remedy("elt.command.invocation", "Type the same command again.", line=True)
@pytest.mark.parametrize("what", ["edited", "gone", "not listed", "manifest"])
def test_a_call_for_the_whole_run_ends_well_only_if_every_file_is_there_as_the_manifest_says(run, what):
    closed(run)
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    closing(run)()
    if what == "edited":
        (run / NAMES[0]).write_text("a,b\n1,3\n")
    elif what == "gone":
        (run / NAMES[0]).unlink()
    elif what == "not listed":
        write_json(run / manifest.NAME, manifest.describe(run, "complete", {}, NAMES[1:]))
    else:
        (run / manifest.NAME).unlink()
    with pytest.raises(RefusalError, match="Run mine is not complete. Type the same command again"):
        closing(run)()
    for path, content in before.items():
        path.write_bytes(content)
    closing(run)()


def test_a_manifest_that_does_not_close_the_run_is_made_again(run, capsys):
    mine = call(run)
    assert mine.unclosed() == []
    closed(run)
    assert mine.unclosed() == []
    closed(run, "failed")
    assert mine.unclosed() == [manifest.NAME] and capsys.readouterr().err == ""
    (run / manifest.NAME).write_text("{")
    assert (
        mine.unclosed() == [manifest.NAME] and "is not as it was written: it is made again" in capsys.readouterr().err
    )
