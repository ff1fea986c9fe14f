"""Whatever the umask: protected folders 0700, protected files 0600, the key 0600, nothing left in the system's folder."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Project
from flat_shop import EXPORT, FlatShop

pytestmark = pytest.mark.slow

CONFIG = ("--config", f"raw={EXPORT.parent}", "company=config/flat_shop", "run_id=r")
CUSTOMER = "00060"

TARGETS = ("silver_feedback", "gold_pseudonyms", "bronze_report")
PROTECTED = ("bronze", "silver", "gold")


def run_under(project: Project, umask: int, temporary: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Type `snakemake` under a umask, with an empty folder as the system's temporary one."""
    temporary.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "2", *arguments], cwd=project.folder, umask=umask,
        env={**os.environ, "TMPDIR": str(temporary)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def mode(path: Path) -> int:
    """The permission bits of a file or folder."""
    return stat.S_IMODE(path.lstat().st_mode)


def open_places(folder: Path) -> list[str]:
    """Folders that are not 0700 and files that are not 0600, the folder itself and all below it."""
    return [
        f"{path} {mode(path):o}"
        for path in [folder, *folder.rglob("*")]
        if mode(path) != (0o700 if path.is_dir() else 0o600)
    ]


@pytest.mark.parametrize(("umask", "targets"), [(0o000, TARGETS), (0o022, ("all",)), (0o077, TARGETS)])
def test_protected_layers_and_key_are_closed_and_no_temporary_file_is_left(tmp_path, umask, targets):
    project = FlatShop(tmp_path / "project").project
    done = run_under(project, umask, tmp_path / "tmp", *targets, *CONFIG)
    assert done.returncode == 0, done.stdout[-3000:]
    run = project.run("r")
    for layer in PROTECTED:
        assert list((run / layer).rglob("*.csv")), layer
        assert open_places(run / layer) == []
    assert mode(project.folder / ".env") == 0o600
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not list(run.rglob(".*")) and not list(run.rglob("*.tmp*"))
    (project.folder / "who.txt").write_text(f"{CUSTOMER}\n")
    erased = run_under(project, umask, tmp_path / "tmp", "erase", *CONFIG, "erase_from=who.txt")
    assert erased.returncode == 0, erased.stdout[-3000:]
    retention = project.folder / "artifacts/retention"
    assert mode(retention) == 0o700
    assert open_places(retention / "tombstones") == []
    assert [mode(retention / name) for name in ("log.jsonl", "erasures.json")] == [0o600, 0o600]
    assert mode(project.folder / ".env") == 0o600
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_check_sees_an_open_file(tmp_path):
    tmp_path.chmod(0o700)
    (tmp_path / "open.csv").touch(0o644)
    (tmp_path / "open.csv").chmod(0o640)
    assert open_places(tmp_path) == [f"{tmp_path / 'open.csv'} 640"]


@pytest.mark.parametrize("wrong", [0o604, 0o640])
def test_a_key_that_others_can_read_stops_the_run_before_bronze(project, tmp_path, wrong):
    (project.folder / ".env").write_text("ELT_PSEUDONYM_KEY=" + bytes(i * 7 % 256 ^ i for i in range(32)).hex() + "\n")
    (project.folder / ".env").chmod(wrong)
    done = run_under(project, 0o022, tmp_path / "tmp", "--config", "run_id=r")
    assert done.returncode != 0 and "can be read by group or others" in done.stdout
    assert not project.run("r").exists()
