"""Which run an invocation works on: the newest of the same data, the named one, or a new one; one process at a time."""

import fcntl
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import made_manifest
import pytest

from elt import receipts
from elt.command import retention
from elt.faults import Fault
from elt.files import sealed
from elt.run import run_folders

NOW = datetime(2026, 11, 23, 10, 15, tzinfo=UTC)
CONFIG = {"company": "config/firm", "raw": "raw"}
SCRIPTS = Path(run_folders.__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """The test runs in a folder of its own, and gives its locks back."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run_folders, "_locks", [])
    yield tmp_path
    for descriptor in run_folders._locks:
        os.close(descriptor)


def put(name: str, created: str, company: str = "config/firm", raw: str = "raw") -> None:
    """A run of before."""
    folder = run_folders.RUNS / name / "_meta"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps({"company": company, "raw": raw, "created_at": created}))


def test_without_any_run_one_with_a_timestamp_starts():
    assert run_folders.choose(CONFIG, NOW) == "20261123T101500Z"


def test_the_timestamp_is_in_universal_time():
    there = NOW.astimezone(timezone(timedelta(hours=9)))
    assert run_folders.choose(CONFIG, there) == "20261123T101500Z"


def test_choosing_creates_nothing(project):
    run_folders.choose({**CONFIG, "run_id": "mine"}, NOW)
    assert list(project.iterdir()) == []


def test_the_newest_run_of_the_same_company_and_raw_folder_goes_on():
    put("b", "2026-01-02")
    put("a", "2026-01-03")
    put("z", "2026-01-01")
    put("other_company", "2026-01-09", company="config/other")
    put("other_raw", "2026-01-09", raw="exports")
    assert run_folders.choose(CONFIG, NOW) == "a"


def test_another_raw_folder_starts_another_run():
    put("a", "2026-01-03")
    assert run_folders.choose({**CONFIG, "raw": "exports"}, NOW) == "20261123T101500Z"


def test_new_starts_another_run_even_within_one_second():
    put("20261123T101500Z", "2026-11-23")
    put("20261123T101500Z-2", "2026-11-23")
    assert run_folders.choose({**CONFIG, "run_id": "new"}, NOW) == "20261123T101500Z-3"


def test_a_named_run_is_taken_whether_it_exists_or_not():
    put("mine", "2026-01-01")
    put("newest", "2026-01-02")
    assert run_folders.choose({**CONFIG, "run_id": "mine"}, NOW) == "mine"
    assert run_folders.choose({**CONFIG, "run_id": "yours"}, NOW) == "yours"
    assert [run_folders.is_new({**CONFIG, "run_id": run}, NOW) for run in ("mine", "yours", "new")] == [
        False,
        True,
        True,
    ]


@pytest.mark.parametrize("other", [{"company": "config/other"}, {"raw": "exports"}])
def test_a_named_run_of_other_data_is_refused_with_what_it_belongs_to(other):
    put("mine", "2026-01-01", **other)
    with pytest.raises(Fault) as caught:
        run_folders.choose({**CONFIG, "run_id": "mine"}, NOW)
    belongs = {**CONFIG, **other}
    assert str(caught.value).startswith(
        f"run_id mine: this run belongs to company {belongs['company']} and raw folder {belongs['raw']}. Name another"
    )


def test_a_folder_that_is_no_run_is_refused():
    (run_folders.RUNS / "mine").mkdir(parents=True)
    with pytest.raises(Fault, match="a folder of that name is there, but it is no run"):
        run_folders.choose({**CONFIG, "run_id": "mine"}, NOW)


@pytest.mark.parametrize("raw", ["raw/", "./raw", "raw/../raw", "link"])
def test_the_same_raw_folder_written_otherwise_is_the_same(project, raw):
    (project / "raw").mkdir()
    (project / "link").symlink_to("raw")
    assert run_folders.identity({**CONFIG, "raw": raw}) == CONFIG
    assert run_folders.identity({**CONFIG, "raw": str(project / "raw")}) == CONFIG


def test_the_identity_stays_the_same_in_another_folder(project, monkeypatch):
    put("a", "2026-01-03")
    moved = project / "elsewhere"
    moved.mkdir()
    (project / "artifacts").rename(moved / "artifacts")
    monkeypatch.chdir(moved)
    assert run_folders.choose(CONFIG, NOW) == "a"


def test_beginning_writes_the_identity_once():
    run_folders.begin(run_folders.RUNS / "a", CONFIG, NOW)
    expected = sealed({**CONFIG, "created_at": "2026-11-23T10:15:00+00:00"})
    assert json.loads((run_folders.RUNS / "a/_meta/run.json").read_text()) == expected
    os.close(run_folders._locks.pop())
    run_folders.begin(run_folders.RUNS / "a", CONFIG, NOW + timedelta(days=1))
    assert json.loads((run_folders.RUNS / "a/_meta/run.json").read_text()) == expected


def lock_in_another_process(run: Path) -> subprocess.CompletedProcess:
    """Try to take the lock of a run in another process."""
    code = f"from pathlib import Path; from elt.run import run_folders; run_folders.lock(Path({str(run)!r}))"
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)


def test_a_run_that_another_process_works_on_is_refused_until_that_process_ends():
    run = run_folders.RUNS / "a"
    run_folders.begin(run, CONFIG, NOW)
    refused = lock_in_another_process(run)
    assert refused.returncode == 1
    holder = rf"\(process {os.getpid()} on \S+, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC\)"
    assert re.search(f"run a: another process is working on it {holder}. Wait until it has ended", refused.stderr)
    os.close(run_folders._locks.pop())
    assert lock_in_another_process(run).returncode == 0


def finish(run: Path, status: str, finished_at: str) -> None:
    """Leave the evidence of a run, and a file with rows."""
    (run / "reports").mkdir(parents=True, exist_ok=True)
    (run / "step2_feature_engineering/data").mkdir(parents=True, exist_ok=True)
    (run / "reports/final_expose.md").write_text(finished_at)
    (run / "step2_feature_engineering/data/customer_features.csv").write_text("cu1_x")
    made_manifest.write(run, {}, status=status, finished_at=finished_at)


def begin_again(run: Path) -> list[str]:
    """Begin the run again; the files of its history."""
    os.close(run_folders._locks.pop())
    run_folders.begin(run, CONFIG, NOW)
    history = run / "_meta/history"
    return sorted(path.relative_to(history).as_posix() for path in history.rglob("*") if path.is_file())


def test_the_evidence_of_a_finished_run_is_kept_without_rows():
    run = run_folders.RUNS / "a"
    run_folders.begin(run, CONFIG, NOW)
    finish(run, "complete", "2026-11-23T10:16:00+00:00")
    kept = ["20261123T101600Z/_meta/run_manifest.json", "20261123T101600Z/reports/final_expose.md"]
    assert begin_again(run) == kept
    assert begin_again(run) == kept
    finish(run, "complete", "2026-11-23T10:17:00+00:00")
    assert begin_again(run) == [*kept, *(path.replace("1600Z", "1700Z") for path in kept)]


def test_a_failed_run_leaves_no_evidence():
    run = run_folders.RUNS / "a"
    run_folders.begin(run, CONFIG, NOW)
    finish(run, "failed", "2026-11-23T10:16:00+00:00")
    assert begin_again(run) == []


def test_evidence_that_was_kept_by_half_before_a_kill_is_kept_again():
    run = run_folders.RUNS / "a"
    run_folders.begin(run, CONFIG, NOW)
    finish(run, "complete", "2026-11-23T10:16:00+00:00")
    half = run / "_meta/history/.20261123T101600Z.tmp/reports"
    half.mkdir(parents=True)
    (half / "torn.md").write_text("x")
    assert begin_again(run) == ["20261123T101600Z/_meta/run_manifest.json", "20261123T101600Z/reports/final_expose.md"]


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request):
    """Run under another umask."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    """The permission bits of a file or folder."""
    return path.stat().st_mode & 0o777


def test_a_run_and_its_records_are_closed_whatever_the_umask_and_closed_again_if_they_stood_open(project, umask):
    run = run_folders.RUNS / "a"
    for _ in range(2):
        run_folders.begin(run, CONFIG, NOW)
        assert {mode(run / name) for name in (".", "_meta/logs", "_meta/benchmarks")} == {0o700}
        assert mode(run / "_meta/run.json") == 0o600
        os.close(run_folders._locks.pop())
        run.chmod(0o777)


def published_run() -> Path:
    """A run with two published files, their receipts as the job that publishes writes them."""
    run, files = run_folders.RUNS / "a", {"reports/a.md": "a", "_meta/ledger.json": "{}"}
    run_folders.begin(run, CONFIG, NOW)
    os.close(run_folders._locks.pop())
    for name, text in files.items():
        for path in (run / name, run / "_closed" / name):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        about = {"sha256": hashlib.sha256(text.encode()).hexdigest(), "job": "privacy_publish"}
        receipts.write(run, name, {**about, **receipts.look(run / name)})
    return run


def test_files_that_were_edited_are_known_by_their_receipts_and_those_that_are_gone_are_not_edited(project):
    run = published_run()
    assert receipts.compared(run).altered == [] and not run_folders.unpublished(run)
    (run / "reports/a.md").write_text("b", "utf-8")
    (run / "_meta/ledger.json").unlink()
    altered, looks = receipts.compared(run)
    assert altered == ["reports/a.md"]
    run_folders.take(run)
    run_folders.withdraw(run, altered, looks)
    assert receipts.compared(run).altered == [] and not (run / "reports/a.md").exists()


def test_a_run_is_taken_once_and_its_jobs_wait_until_a_call_is_opened_in_it(project):
    run = published_run()
    for _ in range(2):
        run_folders.take(run)
    folder = os.open(run / receipts.FOLDER, os.O_RDONLY)
    with pytest.raises(BlockingIOError):
        fcntl.flock(folder, fcntl.LOCK_SH | fcntl.LOCK_NB)
    run_folders.begin(run, CONFIG, NOW)
    fcntl.flock(folder, fcntl.LOCK_SH | fcntl.LOCK_NB)
    os.close(folder)


def test_of_twenty_starts_at_once_one_takes_the_run_and_the_others_name_it(project):
    begin, end = os.pipe(), os.pipe()  # closed by the test: all begin, all end
    said = project / "said"
    said.mkdir()
    children = []
    for _ in range(20):
        if not (child := os.fork()):
            os.close(begin[1])
            os.close(end[1])
            os.read(begin[0], 1)
            try:
                run_folders.take(run_folders.RUNS / "a")
                (said / f"{os.getpid()}.taken").touch()
                os.read(end[0], 1)
            except Fault as fault:
                (said / str(os.getpid())).write_text(str(fault))
            finally:
                os._exit(0)
        children.append(child)
    os.close(begin[1])
    for _ in range(600):
        if len(list(said.iterdir())) == len(children):
            break
        time.sleep(0.05)
    os.close(end[1])
    for child in children:
        os.waitpid(child, 0)
    [taken] = said.glob("*.taken")
    refused = [path.read_text() for path in said.iterdir() if path != taken]
    assert len(refused) == 19
    assert all(f"another process is working on it (process {taken.stem} on " in words for words in refused)


DAMAGED = ["", "{", "[]", "null", '"x"', "{}", '{"company": "config/firm"}', "\0\0", '{"created_at": 3}', "[" * 100_000]


@pytest.mark.parametrize("text", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_identity_of_one_run_harms_no_other_and_is_named_where_it_is_asked_for(text: str):
    put("a", "2026-01-03")
    put("b", "2026-01-04")
    (run_folders.RUNS / "b/_meta/run.json").write_text(text)
    (run_folders.RUNS / "b/_meta/data_policy.json").write_text("{}")
    assert run_folders.choose(CONFIG, NOW) == "a" and [*run_folders.known()] == ["a"]
    assert run_folders.damaged() == ["b"] and run_folders.with_pseudonyms() == ["b"]
    assert retention.of_company(CONFIG) == ["a", "b"]
    assert retention.verified_run(CONFIG) == "a"
    with pytest.raises(Fault, match="artifacts/runs/b/_meta/run.json is damaged, so it is not known whose run it is"):
        run_folders.choose({**CONFIG, "run_id": "b"}, NOW)


def test_a_closed_file_that_was_made_again_is_unpublished(project):
    run = published_run()
    (run / "_closed/reports/a.md").write_text("new", "utf-8")
    assert run_folders.unpublished(run)
    (run / "_closed/reports/a.md").unlink()
    assert not run_folders.unpublished(run)
    for name in list(receipts.known(run)):
        receipts.receipt_of(run, name).unlink()
    assert run_folders.unpublished(run)


def test_the_published_name_of_a_closed_file_is_its_path_without_the_closed_place():
    folders = run_folders.pathvars("artifacts/runs/a")
    assert folders["reports"] == "artifacts/runs/a/_closed/reports"
    assert run_folders.contracted(f"{folders['reports']}/final_expose.md") == "artifacts/runs/a/reports/final_expose.md"
    assert run_folders.contracted("artifacts/runs/a/gold/data/x.csv") == "artifacts/runs/a/gold/data/x.csv"
    for path in ("_meta/leak_report.json", "_closed/_meta/leak_report.json"):
        assert run_folders.run_of(Path("artifacts/runs/a", path)) == Path("artifacts/runs/a")
