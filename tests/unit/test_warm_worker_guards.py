"""When the warm worker may take the place of Snakemake's own way to start a script."""

import importlib
import os
import re
import sys
from types import SimpleNamespace

import pytest
from conftest import ROOT

from elt.command import forked_script, monkey_patch, preloaded, warm_worker
from elt.run import settings


def workflow(executor: str = "local", deployment: tuple[str, ...] = (), jobs: int = 46) -> SimpleNamespace:
    return SimpleNamespace(
        executor_plugin=SimpleNamespace(name=executor),
        deployment_settings=SimpleNamespace(deployment_method=set(deployment)),
        dag=range(jobs),
    )


def script(**other: object) -> SimpleNamespace:
    plain = {"conda_env": None, "container_img": None, "env_modules": None, "shadow_dir": None}
    return SimpleNamespace(**{**plain, "threads": 1, "resources": {"tmpdir": "/tmp"}, **other})


@pytest.mark.parametrize(("package", "version"), [("snakemake", monkey_patch.SNAKEMAKE), ("polars", preloaded.POLARS)])
def test_it_is_made_for_the_pinned_packages(package: str, version: str):
    pinned = re.search(rf"^{package}==(\S+)", (ROOT / "envs/requirements.txt").read_text(), re.MULTILINE)
    assert pinned is not None
    assert pinned[1] == version


def test_it_serves_a_run_on_this_machine():
    assert warm_worker.is_as_known(workflow())


@pytest.mark.parametrize(
    "other",
    [workflow("slurm"), workflow("touch"), workflow("dryrun"), workflow(deployment=("conda",)), workflow(jobs=7)],
)
def test_it_is_left_out_for_a_cluster_an_environment_or_few_jobs(other: SimpleNamespace):
    assert not warm_worker.is_as_known(other)


def test_a_workflow_of_another_shape_starts_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(warm_worker, "Worker", lambda: pytest.fail("a server was started"))
    warm_worker.start(SimpleNamespace(), "auto")
    warm_worker.start(workflow(), "off")


@pytest.mark.parametrize(
    "other",
    [{"conda_env": "x"}, {"container_img": "x"}, {"env_modules": "x"}, {"shadow_dir": "x"}, {"threads": 2}],
)
def test_a_script_in_an_environment_of_its_own_goes_the_ordinary_way(other: dict[str, object]):
    assert warm_worker.is_plain(script())
    assert not warm_worker.is_plain(script(**other))


def test_a_script_gets_one_thread_and_the_folder_for_temporary_files(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    found = warm_worker.environment(script(resources={"tmpdir": "/var/tmp"}))
    assert (found["OMP_NUM_THREADS"], found["TMPDIR"], found["TEMP"]) == ("1", "/var/tmp", "/var/tmp")


@pytest.mark.parametrize(("given", "code"), [(None, 0), (0, 0), (3, 3), (300, 44), (-1, 255), ("words", 1)])
def test_an_exit_code_is_counted_as_by_an_interpreter(given: object, code: int, capsys: pytest.CaptureFixture):
    assert forked_script.code_of(SystemExit(given)) == code
    assert capsys.readouterr().err == ("words\n" if given == "words" else "")


def test_nothing_that_starts_threads_is_imported_before_a_fork():
    names = (*preloaded.FIRST, *preloaded.PACKAGES)
    assert not [name for name in names if name.partition(".")[0] == "duckdb"]
    assert set(preloaded.NEED_POLARS) == {name for name in names if name.endswith(".polars")}
    places = [names.index(name) for name in ("polars", *preloaded.NEED_POLARS)]
    assert places == sorted(places)


def test_what_needs_polars_is_left_to_the_forks_with_it(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    monkeypatch.setattr(preloaded.importlib, "import_module", asked.append)
    monkeypatch.setattr(preloaded.gc, "freeze", lambda: None)
    given = SimpleNamespace(polars=SimpleNamespace(module=None))
    preloaded.Preloaded.bring_in(given, "pandera.polars")
    assert asked == []
    given = SimpleNamespace(polars=SimpleNamespace(module=object()))
    preloaded.Preloaded.bring_in(given, "pandera.polars")
    assert asked == ["pandera.polars"]


def test_the_server_is_given_what_the_run_was_given(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(preloaded.ALLOCATOR, "set by the import of Polars")
    asked: dict[str, dict[str, str]] = {}

    class Process:
        def __init__(self, _command: list[str], **options: dict[str, str]) -> None:
            asked.update(options)

        def wait(self, timeout: float) -> None:
            """Ended at once."""

    monkeypatch.setattr(warm_worker.subprocess, "Popen", Process)
    warm_worker.Worker().stop()
    assert asked["env"]["PATH"] == os.environ["PATH"]
    assert asked["env"]["OMP_NUM_THREADS"] == "1"
    assert preloaded.ALLOCATOR not in asked["env"]


def test_a_benchmark_holds_what_the_system_counted():
    benchmark = SimpleNamespace(max_uss=7.0)
    warm_worker.measured(benchmark, 2.0, 0.5, 102_400.0, 0.0, 4096.0)
    assert (benchmark.running_time, benchmark.cpu_time, benchmark.cpu_usage / benchmark.running_time) == (2, 0.5, 25)
    assert (benchmark.max_rss, benchmark.io_in, benchmark.io_out, benchmark.max_uss) == (100, 0, 2, 7)


@pytest.mark.parametrize(
    ("version", "variables"),
    [("2.0.0", {}), (preloaded.POLARS, {"POLARS_THP": "1"}), (None, {"_RJEM_MALLOC_CONF": ""})],
)
def test_polars_is_left_to_the_forks_where_its_start_may_differ(
    version: str | None, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(preloaded.metadata, "version", lambda _: version or preloaded.POLARS)
    monkeypatch.delenv(preloaded.ALLOCATOR, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = preloaded.Polars()
    found.import_all_but_start()
    assert found.module is None
    found.leave_start_to_import()
    assert found not in sys.meta_path


def test_polars_starts_when_a_fork_imports_it(monkeypatch: pytest.MonkeyPatch):
    started, known, found = [], importlib.import_module("polars"), preloaded.Polars()
    found.module, found.start = known, lambda: started.append(1)
    spec = known.__spec__
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    found.leave_start_to_import()
    assert started == []
    assert importlib.import_module("polars") is known
    assert importlib.import_module("polars") is known
    assert (started, known.__spec__ is spec, found in sys.meta_path) == ([1], True, False)


@pytest.mark.parametrize(("given", "setting"), [(False, "off"), ("off", "off"), ("auto", "auto")])
def test_a_plain_off_is_not_taken_for_false(given: object, setting: str):
    assert settings.prepared({"warm_worker": given})["warm_worker"] == setting
