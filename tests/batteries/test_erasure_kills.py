"""Expiry and erasure are ended at every moment: nothing is ever deleted that is not logged, a second call finishes."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from erasure_case import STATED, WHEN, erase, finished, left

import retention_expire
from elt.retention import deletion, deletion_log, erasures
from elt.run import run_folders

pytestmark = pytest.mark.slow

MOMENTS = 24
SCRIPTS = Path(run_folders.__file__).parents[2]
CHILD = """
import json, os, sys, time
import retention_erase
from elt.retention import deletion
from elt.run.contract import Contract
def slow(function):
    def wrapped(*arguments, **named):
        time.sleep(0.01)
        return function(*arguments, **named)
    return wrapped
os.replace, os.unlink, os.fsync = slow(os.replace), slow(os.unlink), slow(os.fsync)
stated = json.loads(open("contracts.json").read())
contracts = {name: Contract.of(entry) for name, entry in stated.items()}
print("ready", flush=True)
retention_erase.main(
    source="who.txt", contracts=contracts, names=["r1", "r2"], raw="raw", key_file=".env",
    when="2026-12-01T10:00:00+00:00", output="summary.json",
)
"""


class Ended(BaseException):
    """The process ends here."""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The test works in a folder of its own and gives its locks back."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run_folders, "_locks", [])
    yield tmp_path
    unlocked()


def unlocked() -> None:
    """Give the locks back, as the end of a process does."""
    while run_folders._locks:
        os.close(run_folders._locks.pop())


def end_at(moment: int, patch: pytest.MonkeyPatch) -> list[str]:
    """Raise at the n-th operation on files, and at every one after it: a dead process cleans nothing up."""
    done: list[str] = []

    def counted(name, function):
        def wrapped(*arguments, **named):
            if len(done) >= moment:
                raise Ended
            done.append(name)
            return function(*arguments, **named)

        return wrapped

    patch.setattr(os, "replace", counted("replace", os.replace))
    patch.setattr(os, "fsync", counted("fsync", os.fsync))
    patch.setattr(Path, "unlink", counted("unlink", Path.unlink))
    return done


def before(folder: Path) -> dict[str, list[str]]:
    """Two runs; row-level files of each."""
    return {name: left(finished(folder, name)) for name in ("r1", "r2")}


def check_nothing_unsaid(were: dict[str, list[str]], action: str) -> int:
    """Every file that is gone has a tombstone, and its intent is in an unbroken log; how many are gone."""
    logged = {line["hash"]: line for line in deletion_log.entries() if line["what"] == "intent"}
    gone = [
        (run, name) for run, names in were.items() for name in names if not (run_folders.RUNS / run / name).exists()
    ]
    stones = {(run, stone["path"]): stone for run in were for stone in deletion.tombstones(run)}
    for run, name in gone:
        intent = logged[stones[run, name]["intent"]]
        assert intent["action"] == action and run in intent["runs"]
    if gone and action == "erase":
        assert (erasures.HOME / erasures.LIST).exists()
    return len(gone)


def check_finished(were: dict[str, list[str]]) -> None:
    """Everything is deleted and said, nothing is open, no temporary file is left with a person in it."""
    assert all(left(run_folders.RUNS / run) == [] for run in were)
    assert deletion_log.unfinished(deletion_log.entries()) == []
    assert {run: sorted(s["path"] for s in deletion.tombstones(run)) for run in were} == were


def erasure(project: Path) -> None:
    """Erase a person of both runs."""
    erase(project, "KU002\n")


def expiry(project: Path) -> None:
    """Expire both runs."""
    retention_expire.main(30, date(2026, 12, 31), WHEN, str(project / "summary.json"))


@pytest.mark.parametrize(("action", "carry_out"), [("erase", erasure), ("expire", expiry)])
def test_what_ends_at_any_moment_has_said_what_it_deleted_and_a_second_call_finishes_it(
    folder, monkeypatch, action, carry_out
):
    def ended_at(moment: int) -> tuple[int, int]:
        """(operations on files that were done, files that were gone) when the call ended at a moment."""
        project = folder / str(moment)
        project.mkdir()
        monkeypatch.chdir(project)
        were = before(project)
        with monkeypatch.context() as patch, contextlib.suppress(Ended):
            done = end_at(moment, patch)
            carry_out(project)
        unlocked()
        gone = check_nothing_unsaid(were, action)
        carry_out(project)
        unlocked()
        check_finished(were)
        return len(done), gone

    operations, files = ended_at(1_000_000)
    assert files == 14
    steps = [operations * i // MOMENTS for i in range(MOMENTS)]
    gone = {ended_at(moment)[1] for moment in steps}
    assert 0 in gone and len(gone - {0, 14}) >= 4, "some moments must lie in the middle of the deletion"


def test_whoever_was_announced_stays_on_the_list_when_the_next_call_is_about_somebody_else(folder, monkeypatch):
    kept = set()
    for moment in range(0, 16, 2):
        project = folder / str(moment)
        project.mkdir()
        monkeypatch.chdir(project)
        finished(project, "r1")
        with monkeypatch.context() as patch, contextlib.suppress(Ended):
            end_at(moment, patch)
            erase(project, "KU002\n")
        unlocked()
        was_announced = bool(deletion_log.entries())
        erase(project, "KU003\n")
        unlocked()
        key = erasures.read_key(project / ".env")
        entries = erasures.read(key)
        assert erasures.entry(key, ("customer", "KU003")) in entries
        assert not was_announced or erasures.entry(key, ("customer", "KU002")) in entries
        assert deletion_log.unfinished(deletion_log.entries()) == []
        deletion.check_list(erasures.digest())
        kept.add(was_announced)
    assert kept == {False, True}


def test_the_check_sees_a_deletion_that_nobody_logged(folder):
    were = before(folder)
    (run_folders.RUNS / "r1" / were["r1"][0]).unlink()
    with pytest.raises(KeyError):
        check_nothing_unsaid(were, "erase")


@pytest.mark.parametrize("share", [0.1, 0.25, 0.4, 0.55, 0.7, 0.85])
def test_a_killed_process_leaves_nothing_unsaid_and_a_second_call_finishes(folder, share):
    were = before(folder)
    (folder / "contracts.json").write_text(json.dumps(STATED))
    (folder / "who.txt").write_text("KU002\n")
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(SCRIPTS)}
    )
    assert child.stdout.readline() == "ready\n"
    time.sleep(share)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    check_nothing_unsaid(were, "erase")
    erase(folder, "KU002\n")
    check_finished(were)
