"""Shared fixtures: copies of the project to run in, and one finished run of the sample a session."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared/data/bike_retailer"
PARTS = ("Snakefile", "rules", "scripts", "config", "raw", "profiles", "envs", "docs/report", "pyproject.toml")


@dataclass
class Project:
    """A copy of the project in a folder of its own."""

    folder: Path

    def snakemake(self, *arguments: str, cores: int = 2, **environment: str) -> subprocess.CompletedProcess:
        """Run `snakemake` there; standard output and error together in `stdout`."""
        return subprocess.run(
            [sys.executable, "-m", "snakemake", "--cores", str(cores), *arguments],
            cwd=self.folder,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def jobs(self, *arguments: str, dry: bool = False) -> set[str]:
        """Names of the jobs that ran (or would run), with their wildcard: silver_table/crm_sales; `all` left out."""
        done = self.snakemake(*(["-n"] if dry else []), *arguments)
        assert done.returncode == 0, done.stdout[-6000:]
        return jobs_in(done.stdout)

    def run(self, name: str) -> Path:
        """Folder of a run."""
        return self.folder / "artifacts/runs" / name


def jobs_in(output: str) -> set[str]:
    """The jobs that Snakemake's output announces."""
    found = set()
    for block in re.split(r"\n\n|\n(?=\[)", output):
        if rule := re.search(r"^(?:local)?rule (\w+):", block, re.MULTILINE):
            value = re.search(r"^    wildcards: \w+=(\S+)", block, re.MULTILINE)
            found.add(rule[1] + (f"/{value[1]}" if value else ""))
    return found - {"all"}


def copy_project(target: Path) -> Project:
    """Copy all that a run needs to `target`, without run_folders, key and caches."""
    for part in PARTS:
        source = ROOT / part
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target / part)
    return Project(target)


def clone(project: Project, target: Path) -> Project:
    """A copy of a project with its run_folders, its key and Snakemake's records, times of change kept."""
    shutil.copytree(project.folder, target, dirs_exist_ok=True)
    return Project(target)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which the test works, as the steps do in the project; locks on runs are given back at its end."""
    from elt.run import run_folders

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run_folders, "_locks", [])
    yield tmp_path
    for descriptor in run_folders._locks:
        os.close(descriptor)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A fresh copy of the project without any run."""
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="session")
def sample_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project with one finished run, `sample`; read it, do not change it."""
    project = copy_project(tmp_path_factory.mktemp("sample") / "project")
    done = project.snakemake("--config", "seed=42", "run_id=sample")
    assert done.returncode == 0, done.stdout[-6000:]
    (project.folder / "console.txt").write_text(done.stdout, encoding="utf-8")
    return project


@pytest.fixture(scope="session")
def sample_run(sample_project: Project) -> Path:
    """Folder of a finished run of the sample."""
    return sample_project.run("sample")


@pytest.fixture
def finished(sample_project: Project, tmp_path: Path) -> Project:
    """A copy of the project with the finished run `sample`, to be changed at will."""
    return clone(sample_project, tmp_path / "finished")


@pytest.fixture(scope="session")
def real_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a finished run of the bike-retailer data; skips where the data are absent."""
    if not REAL.is_dir():
        pytest.skip("the bike-retailer data are not beside the project")
    project = copy_project(tmp_path_factory.mktemp("real") / "project")
    done = project.snakemake("--config", "seed=42", "run_id=real", f"raw={REAL}")
    assert done.returncode == 0, done.stdout[-6000:]
    return project.run("real")
