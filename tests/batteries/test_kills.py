"""Kills, full disks and calls at once: whatever happens to a call, the same command ends with the bytes of a quiet run.

Kills are spread over the steps of the run and not over time. They happen in one run, one after the other: each call
goes on where the one before was killed. `KILLS=60` kills at every rule that is met alone: one that ends beside
another that is killed is not.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest
from conftest import Project, copy_project

from elt.files import sha256

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("KILLS", "4"))
SIZES = [int(size) for size in os.environ.get("SIZES", "3000 12000").split()]  # KB of a disk that grows
PAIRS = int(os.environ.get("PAIRS", "1"))  # of runs side by side
LAYERS = ("bronze/data", "silver", "gold", "step1_eda", "step2_feature_engineering", "step3_segmentation", "reports")
RULE = re.compile(r"^(?:local)?rule (\w+):", re.MULTILINE)
ORPHAN = "a step of a call that has ended is still at work"


def content(run: Path) -> dict[str, str]:
    """Hash of every file of the layers and reports of a run."""
    paths = (path for layer in LAYERS for path in (run / layer).rglob("*") if path.is_file())
    return {path.relative_to(run).as_posix(): sha256(path) for path in paths if "tracebacks" not in path.parts}


def started(project: Project, said: Path, *settings: str) -> subprocess.Popen:
    """A call in a session of its own, which leaves in a file what it says."""
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--config", "seed=42", *settings]
    with open(said, "w") as file:
        return subprocess.Popen(command, cwd=project.folder, stdout=file, stderr=file, start_new_session=True)


def until(condition: Callable[[], bool], seconds: float = 300) -> bool:
    """Wait until something holds; whether it did."""
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return found


@pytest.fixture
def keyed(sample_project: Project, tmp_path: Path) -> Project:
    """A copy of the project without a run, with the key of the finished one, so that pseudonyms are the same."""
    project = copy_project(tmp_path / "project")
    shutil.copy2(sample_project.folder / ".env", project.folder / ".env")
    return project


def killed_at(project: Project, wanted: Collection[str], said: Path, *, alone: bool) -> set[str]:
    """Call, and kill the call as soon as it announces one of some rules, its main process alone or all; which it did.

    None of them if it came to its end before.
    """

    def announced() -> set[str]:
        return {*RULE.findall(said.read_text())} & {*wanted}

    for _ in range(60):
        call = started(project, said, "run_id=sample", f"warm_worker={'off' if alone else 'auto'}")
        until(lambda call=call: bool(announced()) or call.poll() is not None)
        if ORPHAN not in said.read_text():
            break
        call.wait()
        time.sleep(0.5)
    if call.poll() is not None:
        return set()
    (os.kill if alone else os.killpg)(call.pid, signal.SIGKILL)
    call.wait()
    return announced()


def finish(project: Project, run: str = "sample") -> str:
    """The same command until no orphan is in its way; what it said."""
    for _ in range(120):
        done = project.snakemake("--config", "seed=42", f"run_id={run}")
        if ORPHAN not in done.stdout:
            break
        time.sleep(0.5)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def test_killed_at_steps_all_over_the_run_it_ends_with_the_bytes_of_a_quiet_one(
    sample_project: Project, keyed: Project, tmp_path: Path
):
    rules = list(dict.fromkeys(RULE.findall((sample_project.folder / "console.txt").read_text())))
    wanted = {rules[at * (len(rules) - 1) // KILLS] for at in range(KILLS)}
    kills = 0
    while hit := killed_at(keyed, wanted, tmp_path / "said", alone=kills % 3 == 2):
        kills, wanted = kills + 1, wanted - hit
    print(f"{kills} kills; not met, as they ended beside another step: {sorted(wanted)}")
    assert kills >= 2 and len(wanted) <= KILLS // 3, "there were no kills"
    finish(keyed)
    assert content(keyed.run("sample")) == content(sample_project.run("sample"))
    assert "Nothing to be done" in keyed.snakemake("-n", "--config", "seed=42", "run_id=sample").stdout


def start_three(project: Project, folder: Path, expected: dict[str, str]) -> None:
    """Two runs side by side, one of them up to the marts, the other started twice: the second start is refused, and
    both runs end as they should."""
    for name in ("sample", "beside"):
        shutil.rmtree(project.run(name), ignore_errors=True)
    folder.mkdir()
    first = started(project, folder / "first", "run_id=sample")
    assert until(lambda: bool(RULE.search((folder / "first").read_text())))
    beside = started(project, folder / "beside", "run_id=beside", "--until", "gold_report")
    began = time.monotonic()
    second = project.snakemake("--config", "seed=42", "run_id=sample")
    took = time.monotonic() - began
    assert second.returncode != 0 and took < 60  # a start of Python and Snakemake, on a machine that is busy
    assert f"another process is working on it (process {first.pid} on " in second.stdout
    assert not RULE.search(second.stdout) and "Nothing was written" in second.stdout
    assert [first.wait(), beside.wait()] == [0, 0]
    assert content(project.run("sample")) == expected
    others = content(project.run("beside"))
    others = {name: sha for name, sha in others.items() if not name.endswith((".md", ".html"))}  # they name the run
    assert {"silver/data/crm_sales.csv", "gold/data/fact_sales.csv"} <= others.keys()
    assert [name for name, sha in others.items() if expected[name] != sha] == []


def test_of_two_starts_of_one_run_the_second_is_refused_and_another_run_goes_on_beside_it(
    sample_project: Project, keyed: Project, tmp_path: Path
):
    for pair in range(PAIRS):
        start_three(keyed, tmp_path / str(pair), content(sample_project.run("sample")))
    elsewhere = copy_project(tmp_path / "clone")  # another checkout that works on the same artifacts
    shutil.copy2(keyed.folder / ".env", elsewhere.folder / ".env")
    (elsewhere.folder / "artifacts").symlink_to(keyed.folder / "artifacts")
    assert "Nothing to be done" in elsewhere.snakemake("-n", "--config", "seed=42", "run_id=sample").stdout


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own; skips where none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    size = f"size={SIZES[0]}k"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_told_and_with_room_the_same_command_ends_with_the_same_bytes_without_a_network(
    sample_project: Project, keyed: Project, disk: Path
):
    for name in ("artifacts", ".snakemake"):
        (disk / name).mkdir()
        (keyed.folder / name).symlink_to(disk / name)
    for size in SIZES:
        subprocess.run(["mount", "-o", f"remount,size={size}k", disk], check=True)
        full = keyed.snakemake("--config", "seed=42", "run_id=sample")
        assert full.returncode != 0, f"{size} KB are enough"
        assert re.search(r"the disk is full \(ENOSPC\)|No space left on device", full.stdout), full.stdout[-3000:]
        left = [path for path in keyed.run("sample").rglob("*") if path.is_file() and path.stat().st_size == 0]
        assert not [path for path in left if path.suffix in (".csv", ".json", ".parquet") and path.name[0] != "."]
    subprocess.run(["mount", "-o", "remount,size=200m", disk], check=True)
    alone = ["unshare", "-n"] if subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode == 0 else []
    command = [*alone, sys.executable, "-m", "snakemake", "--cores", "2", "--config", "seed=42", "run_id=sample"]
    done = subprocess.run(command, cwd=keyed.folder, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    assert content(keyed.run("sample")) == content(sample_project.run("sample"))
