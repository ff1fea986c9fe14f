"""Receipts: a file that anybody but its job has changed is known, whatever was done to hide it."""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from elt import files, receipts
from elt.command import job_records
from elt.faults import Fault
from elt.run import run_folders

NAME = "gold/data/a.csv"
BEGAN = "2026-01-01T00:00:00+00:00"


class Params(dict):
    """Named params, as Snakemake hands them over."""


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty run whose call has begun, as jobs of this process see it."""
    monkeypatch.setattr(files, "_noted", [])
    monkeypatch.setattr(receipts, "_held", [])
    monkeypatch.setenv(receipts.CALL_VARIABLE, BEGAN)
    run = run_folders.RUNS / "a"
    (run / receipts.FOLDER).mkdir(parents=True)
    receipts.keep_out(run)
    receipts.open_call(run, BEGAN)
    yield run
    for descriptor in receipts._held:
        os.close(descriptor)


def job(run: Path, *outputs: str, inputs: tuple[str, ...] = (), code: str = "1") -> SimpleNamespace:
    """A job of Snakemake as far as receipts look at it."""
    return SimpleNamespace(
        output=[f"{run}/{name}" for name in outputs],
        input=list(inputs),
        log=[f"{run}/_meta/logs/gold_mart/a.log"],
        params=Params(code=code),
    )


@pytest.fixture
def written(run: Path) -> Path:
    """A run with one file that a job wrote."""
    receipts.start(job(run, NAME))
    files.write_text(run / NAME, "key\n1\n")
    return run


def same_time(path: Path, text: str) -> None:
    """Edit a file in place and give it its old times of change."""
    before = path.stat()
    with open(path, "r+", encoding="utf-8") as file:
        file.write(text)
        file.truncate()
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_file_that_its_job_wrote_has_a_receipt_that_fits_and_is_closed_to_others(written: Path):
    receipt = json.loads((written / receipts.FOLDER / f"{NAME}.json").read_text("utf-8"))
    assert receipt["sha256"] == files.sha256(written / NAME) == receipts.intact(written, NAME)
    assert receipt["job"] == "gold_mart/a" and receipt["bytes"] == 6
    assert (written / receipts.FOLDER / f"{NAME}.json").stat().st_mode & 0o777 == 0o600
    assert receipts.compared(written, [NAME]).altered == []


@pytest.mark.parametrize("text", ["key\n2\n", "key\n1\n2\n", ""])
def test_an_edit_is_known_even_under_the_old_time_of_change(written: Path, text: str):
    same_time(written / NAME, text)
    assert receipts.intact(written, NAME) is None and receipts.compared(written).altered == [NAME]


def test_a_file_put_in_the_place_of_another_under_its_times_is_known(written: Path, tmp_path: Path):
    before, other = (written / NAME).stat(), tmp_path / "other"
    other.write_text("key\n7\n", "utf-8")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    os.replace(other, written / NAME)
    assert receipts.compared(written).altered == [NAME]


def test_a_file_that_was_touched_or_copied_is_the_same_and_is_read_whole_once_only(written: Path, monkeypatch):
    os.utime(written / NAME)
    altered, looks = receipts.compared(written)
    assert (altered, [*looks]) == ([], [NAME])
    receipts.renew(written, looks)
    monkeypatch.setattr(files, "sha256", lambda path: pytest.fail("read again"))
    assert receipts.compared(written).altered == []


def test_a_file_that_looks_as_it_did_or_has_another_size_is_compared_without_being_read(written: Path, monkeypatch):
    sha = files.sha256(written / NAME)
    monkeypatch.setattr(files, "sha256", lambda path: pytest.fail("read"))
    assert receipts.hash_of(written, NAME) == sha
    same_time(written / NAME, "longer than before\n")
    assert receipts.intact(written, NAME) is None


def test_a_receipt_says_the_same_in_the_same_bytes_and_has_one_seal_however_often_it_is_renewed(run: Path):
    facts = {"sha256": "0", "bytes": 1, "job": "a"}
    path = receipts.receipt_of(run, NAME)
    receipts.write(run, NAME, facts)
    before = path.read_bytes()
    receipts.write(run, NAME, dict(reversed(facts.items())))
    assert path.read_bytes() == before
    receipts.renew(run, {NAME: receipts.stated(run, NAME) or {}})
    assert path.read_bytes() == before and before.count(b"seal") == 1


@pytest.mark.parametrize("lacking", ["sha256", "bytes"])
def test_a_whole_receipt_that_does_not_say_what_the_file_holds_is_none(written: Path, lacking: str):
    receipt = receipts.stated(written, NAME) or {}
    receipts.write(written, NAME, {key: value for key, value in receipt.items() if key != lacking})
    assert receipts.stated(written, NAME) is None and receipts.compared(written).altered == [NAME]


def test_the_run_of_a_file_is_the_innermost_one_that_holds_it():
    assert receipts.run_of("x/artifacts/runs/a/b.csv") == Path("x/artifacts/runs/a")
    assert receipts.run_of("artifacts/runs/a/artifacts/runs/b/c/d.csv") == Path("artifacts/runs/a/artifacts/runs/b")
    for outside in ("artifacts/runs/a", "artifacts/drafts/a/b.csv", "runs/a/b/c.csv", "b.csv"):
        assert receipts.run_of(outside) is None


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"sha256": "1"}', None])
def test_a_receipt_that_is_damaged_or_gone_vouches_for_nothing(written: Path, damage: str | None):
    path = receipts.receipt_of(written, NAME)
    path.unlink() if damage is None else path.write_text(damage, "utf-8")
    assert receipts.intact(written, NAME) is None and receipts.compared(written, [NAME]).altered == [NAME]


def test_what_is_gone_is_not_altered_and_loses_its_receipt_with_its_folders(written: Path):
    (written / NAME).unlink()
    assert receipts.compared(written, [NAME]).altered == []
    receipts.record_of(written, NAME).write_text("record")
    receipts.remove(written, NAME)
    receipts.remove(written, NAME)  # a call that was killed meanwhile is repeated
    assert [*(written / receipts.FOLDER).rglob("*")] == [written / receipts.CALL]


@pytest.mark.parametrize("place", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
def test_what_is_no_file_any_more_is_not_read_and_holds_nobody_up(written: Path, place):
    (written / NAME).unlink()
    place(written / NAME)
    assert receipts.compared(written, [NAME]) == ([], {})


def test_a_job_notes_what_it_read_of_the_run_by_name_and_of_others_by_hash_alone(written: Path, tmp_path: Path):
    raw = tmp_path / "Erika Mustermann.csv"
    raw.write_text("x", "utf-8")
    receipts.start(job(written, "gold/data/b.csv", inputs=(f"{written}/{NAME}", str(raw))))
    files.write_text(written / "gold/data/b.csv", "b")
    receipt = receipts.receipt_of(written, "gold/data/b.csv").read_text("utf-8")
    assert json.loads(receipt)["inputs"][NAME] == files.sha256(written / NAME)
    assert files.sha256(raw) in receipt and "Mustermann" not in receipt


def test_a_receipt_tells_inputs_params_code_and_versions_of_its_job_apart(run: Path, monkeypatch):
    monkeypatch.setenv(receipts.VERSIONS_VARIABLE, '{"python": "3.11"}')

    def told(**params: str) -> dict:
        return receipts.made_from([], Params(params))

    one = told(code="1", seed="2")
    assert one.keys() == {"inputs", "params", "code", "versions"} and one["versions"] == {"python": "3.11"}
    assert told(seed="2", code="1") == one
    other = told(code="1", seed="3")
    assert other["code"] == one["code"] and other["params"] != one["params"]
    assert told(code="2", seed="2")["code"] != one["code"]


def test_a_job_that_reads_the_same_file_of_another_run_keeps_both_apart(written: Path):
    other = run_folders.RUNS / "b"
    path = other / NAME
    path.parent.mkdir(parents=True)
    path.write_text("key\n7\n", "utf-8")
    receipts.write(other, NAME, {"sha256": files.sha256(path), **receipts.look(path)})
    found = receipts.of_inputs([written / NAME, path], written)
    assert found == {NAME: files.sha256(written / NAME), f"outside {files.sha256(path)[:12]}": files.sha256(path)}
    path.write_text("key\n8\n", "utf-8")
    with pytest.raises(Fault, match="is not as the step that makes it has written it"):
        receipts.of_inputs([path], written)


def test_what_a_job_writes_beside_its_outputs_and_outside_runs_has_no_receipt(written: Path, tmp_path: Path):
    files.write_text(written / "gold/data/c.csv", "c")
    files.write_text(tmp_path / "d.csv", "d")
    assert [*receipts.known(written)] == [NAME]


@pytest.mark.remedy("elt.receipts", "Type the command again: it is made anew")
def test_a_job_does_not_read_a_file_that_was_edited_and_reads_it_once_it_is_made_anew(written: Path):
    same_time(written / NAME, "key\n2\n")
    reader = job(written, "gold/data/b.csv", inputs=(f"{written}/{NAME}",))
    with pytest.raises(Fault, match="not as the step that makes it has written it"):
        receipts.start(reader)
    receipts.start(job(written, NAME))
    files.write_text(written / NAME, "key\n1\n")
    receipts.start(reader)


@pytest.mark.remedy("elt.receipts", "Wait until that process has ended, or end it")
def test_an_orphan_keeps_the_next_call_out_by_name_until_it_has_ended(run: Path):
    code = f"import fcntl, os, time; fcntl.flock(os.open({str(run / receipts.FOLDER)!r}, os.O_RDONLY), fcntl.LOCK_SH)"
    orphan = subprocess.Popen([sys.executable, "-c", f"{code}; print(flush=True); time.sleep(60)"], stdout=-1)
    orphan.stdout.readline()
    with pytest.raises(Fault, match=rf"a step of a call that has ended is still at work \(process {orphan.pid} on "):
        receipts.keep_out(run)
    began = datetime.strptime(receipts.since(orphan.pid), ", since %Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - began) < timedelta(minutes=2)
    orphan.kill()
    orphan.wait()
    receipts.keep_out(run)
    receipts.open_call(run, "later")


@pytest.mark.remedy("elt.receipts", "Type the command again")
def test_a_step_of_an_ended_call_does_not_begin_once_another_call_has(run: Path, monkeypatch):
    receipts.open_call(run, "later")
    with pytest.raises(Fault, match="belongs to a call that has ended"):
        receipts.start(job(run, NAME))
    os.close(receipts._held.pop())
    monkeypatch.setenv(receipts.CALL_VARIABLE, "later")
    receipts.start(job(run, NAME))


def test_a_step_of_a_call_of_which_nothing_is_known_any_more_does_not_begin(run: Path):
    (run / receipts.CALL).unlink()
    with pytest.raises(Fault, match="belongs to a call that has ended"):
        receipts.start(job(run, NAME))


def test_a_step_that_somebody_runs_without_a_call_begins(run: Path, monkeypatch):
    monkeypatch.delenv(receipts.CALL_VARIABLE)
    receipts.start(job(run, NAME))


def test_jobs_of_one_call_work_side_by_side_and_keep_the_next_call_out(run: Path):
    receipts.start(job(run, NAME))
    with pytest.raises(Fault, match="is still at work$|is still at work\\. Wait"):
        receipts.keep_out(run)
    other = os.open(run / receipts.FOLDER, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_SH | fcntl.LOCK_NB)
    os.close(other)


def recorded(run: Path, seed: int = 42) -> Path:
    """Snakemake's record of the file, as of now."""
    path = job_records.record_of(f"{run.as_posix()}/{NAME}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"params": [str(seed)], "endtime": (run / NAME).stat().st_mtime}), "utf-8")
    return path


def test_the_record_of_a_job_is_laid_back_where_it_is_lost_or_of_another_checkout(written: Path):
    record = recorded(written)
    job_records.keep(written)
    text = record.read_text("utf-8")
    record.unlink()
    assert job_records.restore(written) == [] and record.read_text("utf-8") == text
    recorded(written, seed=1)  # of a call from another checkout, older than what lies there now
    assert job_records.restore(written) == [] and record.read_text("utf-8") == text


def test_what_a_killed_call_made_has_no_kept_record_and_is_made_again_where_snakemakes_own_is_lost(written: Path):
    recorded(written)
    job_records.keep(written)
    files.write_text(written / NAME, "key\n3\n")
    record = recorded(written)  # Snakemake has noted that the job has ended, then the call was killed
    assert job_records.restore(written) == []
    record.unlink()
    assert job_records.restore(written) == [NAME]


def test_snakemake_finds_its_record_where_it_is_laid(tmp_path: Path):
    from snakemake.persistence.file import FilePersistence

    snakemake = FilePersistence(path=tmp_path / ".snakemake")
    for length in (10, 190, 191, 192, 400, 600):
        path = "artifacts/runs/a/" + "x" * length
        theirs = Path(snakemake._record_path(snakemake._metadata_path, path))
        assert theirs.relative_to(tmp_path) == job_records.record_of(path)
    assert job_records.is_as_known()


def test_a_file_that_looks_as_its_receipt_says_is_not_read_and_any_other_is(written: Path, tmp_path: Path):
    path = written / NAME
    run, name, receipt = receipts.by_look(str(path)) or pytest.fail("it looks as it did")
    assert (run, name, receipt["sha256"]) == (written, NAME, files.sha256(path))
    os.utime(path)
    assert receipts.by_look(path) is None and receipts.hash_of(written, NAME) == files.sha256(path)
    path.write_text("other")
    assert receipts.hash_of(written, NAME) == files.sha256(path)
    files.write_text(written / "gold/data/none.csv", "x")
    assert receipts.by_look(written / "gold/data/none.csv") is None and receipts.by_look(tmp_path / "x") is None


def test_files_that_are_not_as_they_were_written_are_named_in_order(run: Path):
    names = [f"gold/data/{letter}.csv" for letter in "fbdaec"]
    receipts.start(job(run, *names))
    for name in names:
        files.write_text(run / name, "key\n1\n")
        same_time(run / name, "key\n2\n")
    assert receipts.compared(run).altered == sorted(names)


def test_only_what_is_as_it_was_written_and_looks_otherwise_is_noted_anew(written: Path):
    path = receipts.receipt_of(written, NAME)
    before = path.read_bytes()
    assert receipts.compared(written) == ([], {})
    os.utime(written / NAME)
    receipts.renew(written, receipts.compared(written).looks)
    assert path.read_bytes() != before and receipts.by_look(written / NAME)
    (written / NAME).unlink()
    path.write_text("{")
    assert receipts.compared(written) == ([], {})


def test_what_cannot_be_read_was_not_kept_as_it_is_and_tells_no_beginning(written: Path):
    receipt, record = receipts.receipt_of(written, NAME), receipts.record_of(written, NAME)
    assert receipts.is_as_kept(receipt) and not receipts.is_as_kept(record)
    record.write_bytes(b"0\nrecord")
    assert not receipts.is_as_kept(record)
    record.write_bytes(hashlib.sha256(b"re\ncord").hexdigest().encode() + b"\nre\ncord")
    assert receipts.is_as_kept(record)
    receipt.write_bytes(receipt.read_bytes().replace(b"sha256", b"sha255"))
    assert not receipts.is_as_kept(receipt)
    assert receipts.began(written) == BEGAN
    (written / receipts.CALL).write_bytes(b"\xff")
    assert receipts.began(written) == ""
    (written / receipts.CALL).unlink()
    assert receipts.began(written) == ""


def test_a_folder_of_receipts_stays_as_long_as_another_one_lies_in_it(written: Path):
    receipts.write(written, "gold/other.csv", {"sha256": "0", "bytes": 0})
    receipts.remove(written, NAME)
    assert [path.name for path in (written / receipts.FOLDER / "gold").iterdir()] == ["other.csv.json"]
    receipts.remove(written, "gold/other.csv")
    assert (written / receipts.FOLDER).is_dir() and not (written / receipts.FOLDER / "gold").exists()
    receipts.write(written, NAME, {"sha256": "0", "bytes": 0})
    (written / receipts.CALL).unlink()
    receipts.remove(written, NAME)
    assert [*(written / receipts.FOLDER).iterdir()] == []  # jobs hold their lock on it


def test_who_holds_a_lock_is_told_with_since_when_and_left_out_where_the_kernel_does_not_say(run: Path, monkeypatch):
    descriptor = os.open(run, os.O_RDONLY | os.O_DIRECTORY)
    assert receipts.holders(descriptor) == ""
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    assert receipts.holders(descriptor) == ""  # this process does not wait for itself
    assert receipts.since(os.getpid()).startswith(", since 20") and receipts.since(os.getpid()).endswith(" UTC")
    assert receipts.since(2**22 + 1) == ""
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: (_ for _ in ()).throw(OSError))
    assert receipts.holders(descriptor) == ""
    os.close(descriptor)


def test_the_manifest_and_what_is_not_there_are_no_inputs_that_a_job_answers_for(written: Path):
    files.write_text(written / "_meta/run_manifest.json", "{}")
    paths = [written / "_meta/run_manifest.json", written / "gold/data/gone.csv", written / NAME]
    assert receipts.of_inputs(paths) == {NAME: files.sha256(written / NAME)}
    assert receipts.of_inputs(["a folder or file that is not there"]) == {"outside ": ""}


def test_a_job_that_writes_into_no_run_holds_and_notes_nothing(run: Path, tmp_path: Path):
    held = len(receipts._held)
    receipts.start(SimpleNamespace(output=[str(tmp_path / "x.csv")]))
    files.write_text(tmp_path / "x.csv", "a\n")
    assert len(receipts._held) == held and list(receipts.known(run)) == []
