"""Shared fixtures: copies of the project to run in, and one finished run of the sample a machine and session."""

import compileall
import fcntl
import gc
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unittest import mock

import pytest
from calls import caller

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared/data/bike_retailer"
PARTS = ("Snakefile", "rules", "scripts", "config", "raw", "profiles", "envs", "docs/report", "pyproject.toml")
FINISHED_RUNS = {"sample_project", "real_run"}  # fixtures; those that take one from another count too
ORDER = ("tests/workflow", "tests/batteries", "tests/quality", "tests/unit")  # by how long a file of them takes
A_NEW_PROCESS = {"PYTHONHASHSEED": "random"}  # whose sets have another order than those of calls that follow
ALL_SLOW = re.compile(r"^pytestmark = pytest\.mark\.slow\b", re.MULTILINE)
FEW_FILES = 3  # so many test files are faster without workers, each of which starts Python and imports anew


gc.disable()  # until all tests are collected: thousands of objects that stay would be looked through again and again
# Polars has one thread in this process: for tables of a few rows more take longer, and longer still where each
# processor has a worker of tests. Calls of Snakemake are other processes and have as many as those of users.
with mock.patch.dict(os.environ, POLARS_MAX_THREADS="1"):
    import polars  # noqa: F401
sys.dont_write_bytecode = False  # whatever the environment says: to compile all tests anew takes seconds of each worker


def pytest_collection_finish() -> None:
    """What was collected stays: the collector of garbage looks at it no more."""
    gc.freeze()
    gc.enable()


def workers(arguments: Sequence[str]) -> int:
    """How many workers the tests named on the command line are worth: none for a few files, else one a processor."""
    files = {argument.partition("::")[0] for argument in arguments}
    is_few = 0 < len(files) <= FEW_FILES and all(file.endswith(".py") for file in files)
    return 0 if is_few else os.cpu_count() or 1


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Workers of `--numprocesses auto`; a number in xdist's own variable goes first."""
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    return workers(config.args if config.args_source == pytest.Config.ArgsSource.ARGS else [])


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where slow tests are left out, a file of nothing else is not even imported."""
    if config.option.markexpr != "not slow" or collection_path.suffix != ".py":
        return None
    return bool(ALL_SLOW.search(collection_path.read_text("utf-8"))) or None


@pytest.hookimpl(tryfirst=True)  # before pytest deselects by marker
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what works on a finished run: to make one takes longer than a thousand unit tests. Files that take
    long come first: of short ones at the end, no worker has one alone while the others have nothing left to do."""
    for item in items:
        if FINISHED_RUNS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: place_of(item.nodeid))


def place_of(test: str) -> int:
    """Where a test stands among all."""
    return next((place for place, folder in enumerate(ORDER) if test.startswith(folder)), len(ORDER))


def once_a_machine(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first worker makes and all others read; a worker that comes meanwhile waits."""
    base = factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = base / name, base / f"{name}.done"
    with open(base / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            done.touch()
    return folder


@dataclass
class Project:
    """A copy of the project in a folder of its own."""

    folder: Path

    def snakemake(self, *arguments: str, cores: int = 2, **environment: str) -> subprocess.CompletedProcess:
        """Run `snakemake` there; standard output and error together in `stdout`. With variables of its own it is a new
        process, like one that a user starts, else a fork of one that has Snakemake imported."""
        words = ["--cores", str(cores), *arguments]
        if not environment:
            return subprocess.CompletedProcess(words, *caller().call(self.folder, words))
        return subprocess.run(
            [sys.executable, "-m", "snakemake", *words],
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


@cache
def compile_scripts() -> None:
    """Put bytecode beside the scripts, even where Python is told to keep none: each job of each run in each copy of the
    project would compile them anew."""
    compileall.compile_dir(ROOT / "scripts", quiet=2)


def copy_project(target: Path) -> Project:
    """Copy all that a run needs to `target`, without run_folders, key and caches; the bytecode of scripts with them."""
    compile_scripts()
    for part in PARTS:
        source = ROOT / part
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            left = () if part == "scripts" else ("__pycache__",)
            shutil.copytree(source, target / part, ignore=shutil.ignore_patterns(*left))
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


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """The environment that a test found, for the next one: a call in this process tells its jobs when it began."""
    with mock.patch.dict(os.environ):
        yield


@pytest.fixture(autouse=True, scope="session")
def unsynced() -> Iterator[None]:
    """Nothing that a test writes in this process is synced to the disk: it need not outlast the machine."""
    with mock.patch("os.fsync", lambda descriptor: None):
        yield


@pytest.fixture(autouse=True)
def remedies(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hold a test that is marked with remedies to it: a Fault with each of them is made while it runs."""
    wanted = [mark.args for mark in request.node.iter_markers("remedy") if not mark.kwargs.get("line")]
    if not wanted:
        yield
        return
    from elt.faults import Fault

    given: set[tuple[str, str]] = set()
    plain = Fault.__init__

    def noted(self: Fault, where: str, problem: str, remedy: str) -> None:
        given.add((sys._getframe(1).f_globals["__name__"], remedy))
        plain(self, where, problem, remedy)

    monkeypatch.setattr(Fault, "__init__", noted)
    yield
    for module, text in wanted:
        form = ".*".join(map(re.escape, text.split("…")))
        matched = [one for one in given if one[0] == module and re.fullmatch(form, one[1], re.DOTALL)]
        assert matched, f"no Fault of {module} with the remedy {text!r}, but {sorted(given)}"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A fresh copy of the project without any run."""
    return copy_project(tmp_path / "project")


def finished_run(folder: Path, name: str, *settings: str) -> None:
    """Make a copy of the project in `folder` and a finished run of that name in it."""
    project = copy_project(folder)
    done = project.snakemake("--config", "seed=42", f"run_id={name}", *settings, **A_NEW_PROCESS)
    assert done.returncode == 0, done.stdout[-6000:]
    (project.folder / "console.txt").write_text(done.stdout, encoding="utf-8")


@pytest.fixture(scope="session")
def sample_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project with one finished run, `sample`, for this worker alone; read it, do not change it."""
    made = once_a_machine(tmp_path_factory, "sample", lambda folder: finished_run(folder, "sample"))
    return clone(Project(made), tmp_path_factory.mktemp("sample_of_worker") / "project")


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
    """Folder of a finished run of the bike-retailer data, the same for all workers; skips where the data are absent."""
    if not REAL.is_dir():
        pytest.skip("the bike-retailer data are not beside the project")
    folder = once_a_machine(tmp_path_factory, "real", lambda folder: finished_run(folder, "real", f"raw={REAL}"))
    return Project(folder).run("real")
