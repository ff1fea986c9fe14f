"""What the operating system refuses is said with path, code and remedy, and following the remedy works."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from elt import files, rulelog, system_faults
from elt.command import invocation, run
from elt.command.invocation import Invocation
from elt.command.refusals import RefusalError
from elt.faults import DamagedFileError, Fault
from elt.run import run_folders

NOW = datetime(2026, 11, 23, 10, 15, tzinfo=UTC)
CONFIG = {"company": "config/firm", "raw": "raw"}
SCRIPTS = Path(system_faults.__file__).resolve().parents[1]
is_root = os.geteuid() == 0 and sys.platform == "linux"


def error(code: int, path: str | None = None) -> OSError:
    """An error of the operating system."""
    return OSError(code, os.strerror(code), path)


def failing(code: int) -> str:
    """What is said of an error of this code, raised for a file of a run."""
    return str(system_faults.fault(error(code, "artifacts/runs/r/gold/data/x.csv")))


@pytest.mark.parametrize("code", system_faults.PROBLEMS)
def test_each_known_fault_has_a_problem_with_its_code_and_a_remedy(code: int):
    told = str(system_faults.fault(error(code, "artifacts/runs/a/gold/data/.sales.12.tmp.csv")))
    assert told.startswith(f"artifacts/runs/a/gold/data/sales.csv: {system_faults.PROBLEMS[code]} (")
    assert errno.errorcode[code] in told and system_faults.REMEDIES[code] in told
    assert isinstance(system_faults.fault(error(code)), Fault)


def test_what_is_no_known_fault_of_the_system_is_left_as_it_is():
    assert [system_faults.fault(one) for one in (ValueError("x"), error(errno.ECHILD, "a"), OSError("x"))] == [None] * 3
    with pytest.raises(OSError, match="No child"), system_faults.noted():
        raise error(errno.ECHILD)


def test_a_fault_of_polars_which_names_no_path_is_that_of_the_file_that_was_written(tmp_path: Path):
    with pytest.raises(OSError, match="No space left") as caught, files.staged(tmp_path / "a.csv") as temporary:
        temporary.touch()
        raise OSError("No space left on device (os error 28)")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(tmp_path / "a.csv"))
    assert list(tmp_path.iterdir()) == []


def test_the_name_of_a_file_elsewhere_which_may_be_a_persons_is_not_said(tmp_path: Path):
    told = str(system_faults.fault(error(errno.EACCES, str(tmp_path / "orders_Eva_Meier.csv"))))
    assert told.startswith(f"a file in {tmp_path}: ") and "Meier" not in told


def job(folder: Path) -> SimpleNamespace:
    """A job of Snakemake as far as its log looks at it."""
    log = folder / "artifacts/runs/r/_meta/logs/rule.log"
    return SimpleNamespace(rule="rule", log=[str(log)], output=[], input=[], params={})


@pytest.fixture
def logged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[BaseException], str]]:
    """What the log of a job says of an error that ends it."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    kept = os.dup(1), os.dup(2)
    rulelog.start(job(folder))

    def ended(reason: BaseException) -> str:
        sys.excepthook(type(reason), reason, None)
        return Path(job(folder).log[0]).read_text("utf-8")

    yield ended
    for number, descriptor in enumerate(kept, 1):
        os.dup2(descriptor, number)
        os.close(descriptor)


def test_the_log_of_a_job_says_what_the_system_refused_and_no_traceback(logged):
    said = logged(error(errno.EROFS, "artifacts/runs/r/gold/data/x.csv"))
    assert said.startswith("FAULT artifacts/runs/r/gold/data/x.csv: it lies on a disk that can only be read (EROFS). ")
    assert not Path("artifacts/runs/r/bronze/_meta/tracebacks").exists()


DAMAGED = [b"", b"{", b'{"a": NaN', b"\xff\xfe", b"[" * 100_000]


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
@pytest.mark.remedy("elt.files", "Restore it from a copy; one that a run makes may be removed, and is made again")
def test_damaged_json_is_named_and_no_traceback_and_a_copy_mends_it(tmp_path: Path, content: bytes):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(DamagedFileError, match=r"a\.json: it is damaged, and no JSON any more"):
        files.read_json(path)
    files.write_json(path, {"a": 1})
    assert files.read_json(path) == {"a": 1}


def call() -> Invocation:
    """A call that begins a run."""
    return Invocation("run", NOW, CONFIG, "artifacts/runs/r")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO])
def test_a_call_that_the_system_refuses_is_refused_with_path_and_remedy(folder, monkeypatch, code: int):
    def begin(run: Path, *_: object) -> None:
        raise error(code, str(run / "_meta"))

    monkeypatch.setattr(run_folders, "begin", begin)
    with pytest.raises(RefusalError) as caught:
        call().begin()
    title, line = str(caught.value).split("\n")
    assert title == "The run cannot be used." and line.startswith("  artifacts/runs/r/_meta: ")
    assert system_faults.REMEDIES[code] in line


def test_a_call_that_fails_where_nothing_can_be_written_still_says_why(folder, monkeypatch):
    files.write_text("artifacts/runs/r/_meta/logs/step.log", "FAULT here: is wrong. Mend it.\n")

    def full(path: Path, *_: object) -> None:
        raise error(errno.ENOSPC, str(path))

    monkeypatch.setattr(run, "write_json", full)
    monkeypatch.setattr(invocation.job_records, "keep", full)
    words = Invocation("run", datetime(2020, 1, 1, tzinfo=UTC), CONFIG, "artifacts/runs/r").failure()
    assert "here: is wrong. Mend it." in words
    assert (
        "The manifest could not be written: artifacts/runs/r/_meta/run_manifest.json: the disk is full (ENOSPC)"
        in words
    )


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own, 256 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.skipif(not is_root, reason="only root can mount a disk")
@pytest.mark.remedy("elt.system_faults", "Make room on it, and type the same command again")
def test_a_full_disk_is_told_and_room_on_it_helps(disk: Path):
    filler = disk / "filler"
    filler.write_bytes(b"x" * 200_000)
    rows = [[str(number)] * 9 for number in range(5000)]
    with pytest.raises(OSError, match="No space left") as caught:
        files.write_rows(disk / "a.csv", ["a"], rows)
    assert "the disk is full (ENOSPC)" in str(system_faults.fault(caught.value))
    assert [path.name for path in disk.iterdir()] == ["filler"]
    filler.unlink()
    files.write_rows(disk / "a.csv", ["a"], rows)


@pytest.mark.skipif(not is_root, reason="only root can mount a disk")
@pytest.mark.remedy(
    "elt.system_faults", "Make the disk writable, or work in another folder, and type the same command again"
)
def test_a_disk_that_can_only_be_read_is_told_and_a_writable_one_helps(disk: Path):
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    with pytest.raises(OSError, match="Read-only") as caught:
        files.write_text(disk / "new/a.txt", "x")
    assert "it lies on a disk that can only be read (EROFS)" in str(system_faults.fault(caught.value))
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    files.write_text(disk / "new/a.txt", "x")


@pytest.mark.skipif(not is_root, reason="only root can become another account")
@pytest.mark.remedy("elt.system_faults", "Give that account the right to it, and type the same command again")
def test_missing_rights_are_told_and_given_rights_help(tmp_path: Path):
    code = (
        "import os; from elt import files, system_faults\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try: files.write_text('place/a.txt', 'x')\n"
        "except OSError as error: print(system_faults.fault(error))\n"
    )
    assert "may not use it" in failing(errno.EACCES)
    folder = tmp_path / "work"
    (folder / "place").mkdir(parents=True)
    for level in (folder, *list(folder.parents)[:-2]):
        level.chmod(level.stat().st_mode | 0o011)
    said = []
    for mode in (0o755, 0o777):
        (folder / "place").chmod(mode)
        command = [sys.executable, "-c", code]
        environment = {**os.environ, "PYTHONPATH": str(SCRIPTS), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        said.append(done.stdout)
    assert "the account that runs this may not use it (EACCES)" in said[0] and said[1] == ""
    assert (folder / "place/a.txt").exists()


@pytest.mark.remedy("elt.system_faults", "Make room, or have the quota raised, and type the same command again")
@pytest.mark.remedy(
    "elt.system_faults", "Have the disk checked, restore what it has lost, and type the same command again"
)
@pytest.mark.remedy("elt.system_faults", "Raise the limit (ulimit -n), and type the same command again")
@pytest.mark.parametrize("code", [errno.EDQUOT, errno.EIO, errno.EMFILE])
def test_after_a_fault_that_goes_away_the_same_writing_works(tmp_path: Path, monkeypatch, code: int):
    for one in (errno.EDQUOT, errno.EIO, errno.EMFILE):
        failing(one)

    def refused(*_: object) -> None:
        raise error(code)

    with monkeypatch.context() as patched, pytest.raises(OSError, match=os.strerror(code)):
        patched.setattr(os, "fsync", refused)
        files.write_text(tmp_path / "a.txt", "x")
    assert list(tmp_path.iterdir()) == []
    files.write_text(tmp_path / "a.txt", "x")
    assert (tmp_path / "a.txt").read_text() == "x"


@pytest.mark.remedy("elt.system_faults", "Put it back if it is yours, and type the same command again")
@pytest.mark.remedy("elt.system_faults", "Move the file elsewhere, and type the same command again")
@pytest.mark.remedy("elt.system_faults", "Move the folder elsewhere, and type the same command again")
@pytest.mark.remedy("elt.system_faults", "Choose a shorter name, and type the same command again")
def test_what_stands_in_the_way_is_named_and_moved_and_what_is_gone_is_put_back(folder: Path):
    def said(path: str) -> str:
        with pytest.raises(OSError, match=r"\w") as caught:
            files.write_text(path, "x")
        return str(system_faults.fault(caught.value))

    Path("artifacts").mkdir()
    Path("artifacts/place").touch()
    assert "a file stands where a folder has to be" in said("artifacts/place/b/a.txt")
    Path("artifacts/place").rename("elsewhere")
    files.write_text("artifacts/place/b/a.txt", "x")
    assert "a folder stands where a file has to be" in said("artifacts/place/b")
    Path("artifacts/place/b").rename("artifacts/other")
    files.write_text("artifacts/place/b", "x")
    assert "its name is too long" in said(f"artifacts/{'x' * 300}")
    with pytest.raises(OSError, match="No such file") as caught:
        files.read_json("artifacts/gone.json")
    assert "artifacts/gone.json: it is gone" in str(system_faults.fault(caught.value))
    Path("artifacts/gone.json").write_text(json.dumps({}))
    assert files.read_json("artifacts/gone.json") == {}
