"""The check of a run by another account, and of a run on a disk that can only be read: what it says, and that it works.

Each case is a process of its own that gives up the rights of root first, so the tests need them.
"""

import ctypes
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from erasure_case import finished

import retention_verify
from elt import files, receipts, system_faults
from elt.command import retention
from elt.faults import Fault
from elt.run import last_call, run_folders

NOBODY = 65534
NEW_MOUNTS = 0x20000  # CLONE_NEWNS: mounts that nobody else sees
OUT = Path("out/verify.json")

pytestmark = [
    pytest.mark.usefixtures("folder"),
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="another account needs root"),
]


def read_only(run: Path) -> bool:
    """Mount a folder read-only for this process and what it starts; whether the machine allows it."""
    if ctypes.CDLL(None).unshare(NEW_MOUNTS) != 0:
        return False
    calls = (["--make-rprivate", "/"], ["--bind", run, run], ["-o", "remount,bind,ro", run])
    return all(subprocess.run(["mount", *call], capture_output=True, check=False).returncode == 0 for call in calls)


def said_by_nobody(work: Callable[[], None], prepare: Callable[[], bool] = lambda: True) -> str:
    """The message of what an account without rights does; empty where it works; `prepare`: before rights are given up."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        said = "not allowed here"
        try:
            if prepare():
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
                said = ""
                work()
        except Fault as fault:
            said = str(fault)
        except OSError as error:
            said = str(system_faults.fault(error))
        except BaseException as error:
            said = repr(error)
        finally:
            os.write(writer, said.encode())
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as told:
        said = told.read().decode()
    os.waitpid(child, 0)
    return said


def verify() -> None:
    """The rule's main, in a process that holds no run."""
    run_folders._locks.clear()
    retention_verify.main("r1", str(OUT))


@pytest.fixture
def run(folder: Path) -> Path:
    """A finished run of root in a folder that others may enter, and a folder in which they may write."""
    folder.chmod(0o755)
    made = finished(folder, "r1")
    OUT.parent.mkdir()
    os.chown(OUT.parent, NOBODY, NOBODY)
    for place in ("artifacts", "artifacts/runs"):
        Path(place).chmod(0o755)
    return made


def given_to_nobody(run: Path) -> None:
    """Give a run to the other account, with the modes that it has."""
    for path in (run, *run.rglob("*")):
        os.chown(path, NOBODY, NOBODY)


def test_an_account_without_rights_is_told_what_it_may_not_read_and_nothing_false(run):
    said = said_by_nobody(verify)
    closed = ("_meta/receipts", "_meta/run.json", "bronze", "gold", "silver")
    listed = "; ".join(f"{name} cannot be read (EACCES)" for name in closed)
    assert f"{len(closed)} files are not as the manifest says: {listed}. Give this account the right" in said
    assert not OUT.exists()
    given_to_nobody(run)
    assert said_by_nobody(verify) == ""


def test_a_run_whose_folder_is_closed_is_refused_with_the_code_and_its_place(run):
    run.chmod(0o700)
    config = {"company": "config/shop", "raw": "raw", "erase_from": None, "today": "clock", "run_id": "r1"}
    for work in (verify, lambda: list(retention.faults("verify", config))):
        said = said_by_nobody(work)
        assert said.startswith("artifacts/runs/r1/_meta") and "(EACCES)" in said, said


def test_the_owner_of_a_run_needs_no_rights_of_root(run):
    given_to_nobody(run)
    assert said_by_nobody(verify) == ""
    assert json.loads(OUT.read_text())["lines"] == ["11 files have the hash of the manifest"]


def test_one_file_that_the_account_may_not_read_is_named_alone(run):
    given_to_nobody(run)
    os.chown(run / "silver/data/customers.csv", 0, 0)
    said = said_by_nobody(verify)
    assert "1 files are not as the manifest says: silver/data/customers.csv cannot be read (EACCES)" in said
    assert "Give this account the right to what cannot be read" in said


@pytest.mark.parametrize("name", [f"{receipts.FOLDER}/silver/data/customers.csv.json", receipts.CALL])
def test_a_receipt_that_the_account_may_not_read_is_not_called_lost_or_changed(run, name):
    files.write_text(run / receipts.CALL, "2026-11-01T00:00:00+00:00", 0o600)
    last_call.note(run, status="running", began="2026-11-01T00:00:00+00:00")
    last_call.close(run, "complete")
    given_to_nobody(run)
    assert said_by_nobody(verify) == ""
    os.chown(run / name, 0, 0)
    listed = f"1 files are not as the manifest says: {name} cannot be read (EACCES). Give this account the right"
    assert listed in said_by_nobody(verify)


def test_a_run_on_a_disk_that_can_only_be_read_is_checked_and_what_was_changed_there_is_named(run):
    given_to_nobody(run)
    said = said_by_nobody(verify, lambda: read_only(run))
    if said == "not allowed here":
        pytest.skip("this machine lets nobody mount")
    assert said == "" and OUT.exists()
    OUT.unlink()
    (run / "reports/final_expose.md").write_text("other\n")
    said = said_by_nobody(verify, lambda: read_only(run))
    assert "1 files are not as the manifest says: reports/final_expose.md was changed" in said
    assert said_by_nobody(lambda: (run / "x").touch(), lambda: read_only(run)).count("EROFS") == 1
