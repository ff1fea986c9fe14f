"""A step whose inputs come out as they were is not computed again; any other is."""

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import snakemake.api  # before snakemake.jobs, which it imports in turn
from calls import caller
from conftest import ROOT
from snakemake.executors.local import Executor
from snakemake.jobs import Job, Reason

from elt import receipts
from elt.command import early_cutoff

RUN = "artifacts/runs/one"
SNAKEFILE = """
import sys
sys.path.insert(0, {scripts!r})
from elt.command import early_cutoff, input_times

input_times.start()

onstart:
    early_cutoff.start(workflow)

rule all:
    input: "{run}/total.txt"

rule cleaned:
    input: "words.txt"
    output: "{run}/cleaned.txt"
    log: "{run}/_meta/logs/cleaned.log"
    params: code="1", of=lambda wildcards, output: output[0]
    script: "made.py"

rule total:
    input: rules.cleaned.output
    output: "{run}/total.txt"
    log: "{run}/_meta/logs/total.log"
    benchmark: "{run}/_meta/benchmarks/total.tsv"
    params: code="1", of=config.get("of", "total")
    script: "made.py"
"""
SCRIPT = """
import sys
sys.path.insert(0, {scripts!r})
from elt import rulelog
from elt.files import write_text
from pathlib import Path

rulelog.start(snakemake)
write_text(Path(snakemake.output[0]), Path(snakemake.input[0]).read_text().strip() + "\\n")
"""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run of two steps."""
    folder, scripts = tmp_path_factory.mktemp("first"), str(ROOT / "scripts")
    (folder / "Snakefile").write_text(SNAKEFILE.format(scripts=scripts, run=RUN), encoding="utf-8")
    (folder / "made.py").write_text(SCRIPT.format(scripts=scripts), encoding="utf-8")
    (folder / RUN / receipts.FOLDER).mkdir(parents=True)
    edit(folder, "words")
    called(folder)
    return folder


@pytest.fixture
def made(first: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(first, tmp_path / "made"))


def edit(folder: Path, words: str) -> None:
    (folder / "words.txt").write_text(words, encoding="utf-8")


def called(folder: Path, *arguments: str) -> str:
    """What Snakemake says."""
    code, said = caller().call(folder, ["--cores", "1", *arguments])
    assert code == 0, said
    return said


def is_computed(folder: Path, *arguments: str) -> bool:
    """Whether a call makes the total anew, by its benchmark, which a step that is computed writes anew."""
    benchmark = folder / RUN / "_meta/benchmarks/total.tsv"
    benchmark.write_text("of before", encoding="utf-8")
    said = called(folder, *arguments)
    assert "localrule total:" in said
    is_kept = benchmark.read_text("utf-8") == "of before"
    assert is_kept == (early_cutoff.KEPT in said)
    return not is_kept


@pytest.mark.slow
def test_what_comes_out_the_same_stops_the_rest(made: Path):
    edit(made, "words  ")
    assert not is_computed(made)
    assert receipts.compared(made / RUN).altered == []
    assert "Nothing to be done" in called(made)


@pytest.mark.slow
def test_what_comes_out_otherwise_is_computed_with(made: Path):
    edit(made, "other words")
    assert is_computed(made)
    assert (made / RUN / "total.txt").read_text() == "other words\n"


@pytest.mark.slow
def test_a_step_that_is_asked_for_by_name_runs(made: Path):
    edit(made, "words  ")
    assert is_computed(made, "--forcerun", "total")


@pytest.mark.slow
def test_a_step_with_other_params_runs(made: Path):
    edit(made, "words  ")
    assert is_computed(made, "--config", "of=another")


@pytest.mark.slow
def test_a_file_that_its_job_has_not_written_so_is_made_again(made: Path):
    total = made / RUN / "total.txt"
    before = total.stat()
    total.write_text("wordz\n", encoding="utf-8")
    os.utime(total, ns=(before.st_atime_ns, before.st_mtime_ns))
    edit(made, "words  ")
    assert is_computed(made)
    assert total.read_text() == "words\n"


@pytest.mark.slow
def test_without_a_receipt_a_step_runs(made: Path):
    receipts.receipt_of(made / RUN, "total.txt").unlink()
    edit(made, "words  ")
    assert is_computed(made)


@pytest.mark.parametrize(
    "other",
    [
        *("forced", "noio", "nooutput", "code_changed", "params_changed", "input_changed", "software_stack_changed"),
        *("unfinished_queue_input", "no_metadata", "outdated_metadata", "pipe", "service"),
    ],
)
def test_a_step_with_a_reason_of_its_own_runs(other: str):
    reason = Reason()
    reason.updated_input_run.add("cleaned.txt")
    assert early_cutoff.is_by_inputs_alone(reason)
    setattr(reason, other, True)
    assert not early_cutoff.is_by_inputs_alone(reason)


@pytest.mark.parametrize("other", ["missing_output", "incomplete_output"])
def test_a_step_without_its_files_runs(other: str):
    reason = Reason()
    reason.updated_input_run.add("cleaned.txt")
    getattr(reason, other).add("total.txt")
    assert not early_cutoff.is_by_inputs_alone(reason)


def test_a_step_that_no_other_has_woken_is_not_looked_at():
    assert not early_cutoff.is_by_inputs_alone(Reason())


def test_on_a_cluster_all_stays_as_it_is(monkeypatch: pytest.MonkeyPatch):
    ordinary = Job.prepare, Executor.acached_or_run
    monkeypatch.setattr(Job, "prepare", ordinary[0])  # put back after the test
    monkeypatch.setattr(Executor, "acached_or_run", ordinary[1])
    early_cutoff.start(SimpleNamespace(executor_plugin=SimpleNamespace(name="slurm")))
    assert snakemake.api is not None
    assert (Job.prepare, Executor.acached_or_run) == ordinary
