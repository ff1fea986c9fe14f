"""The Golden Path on Slurm: every step is a job of it, and the bytes are those of a run on one machine."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import slurm_cluster
from conftest import Project, copy_project
from slurm_cluster import PLUGIN, Cluster
from test_golden_path import contents

pytestmark = pytest.mark.slow
ON_SLURM = [str(PLUGIN), "-m", "snakemake", "--workflow-profile", "profiles/slurm"]
HERE = (  # a Slurm without accounting, on one machine; what a test need not wait for
    *("--slurm-no-account", "--slurm-status-command", "squeue", "--latency-wait", "5"),
    *("--slurm-init-seconds-before-status-checks", "2", "--seconds-between-status-checks", "2"),
)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with slurm_cluster.running() as started:
        yield started


def on_slurm(cluster: Cluster, project: Project, *arguments: str) -> subprocess.CompletedProcess:
    """Run `snakemake` with the profile of Slurm; standard output and error together in `stdout`."""
    return subprocess.run(
        [*ON_SLURM, *HERE, *arguments],
        cwd=project.folder, env=cluster.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def called(cluster: Cluster, sample_project: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    """A project with the key of the sample, and what a run on Slurm said there."""
    project = copy_project(tmp_path_factory.mktemp("on_slurm") / "project")
    shutil.copy2(sample_project.folder / ".env", project.folder / ".env")
    done = on_slurm(cluster, project, "--config", "seed=42", "run_id=sample")
    assert done.returncode == 0, done.stdout[-6000:]
    return project, done.stdout


def test_every_step_is_a_job_of_slurm(called: tuple[Project, str], cluster: Cluster):
    said = called[1]
    assert "Run sample is complete." in said
    assert set(cluster.jobs()) == {"COMPLETED"}
    assert len(cluster.jobs()) == said.count("has been submitted with SLURM jobid") > 40


def test_the_bytes_are_those_of_a_run_on_one_machine(called: tuple[Project, str], sample_run: Path):
    ours, theirs = contents(called[0].run("sample")), contents(sample_run)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []


def test_a_fault_on_slurm_is_told_by_step_reason_and_log(cluster: Cluster, project: Project):
    raw = project.folder / "raw/source_erp/LOC_A101.csv"
    raw.write_bytes(raw.read_bytes().replace(b"CID;CNTRY", b"CID;CITY", 1))
    done = on_slurm(cluster, project, "bronze_report", "--config", "run_id=bad")
    assert done.returncode != 0
    words = done.stdout.partition("Run bad failed.")[2]
    assert "bronze_file/LOC_A101.csv" in words
    assert "CNTRY" in words
    assert "artifacts/runs/bad/_meta/logs/bronze_file/LOC_A101.csv.log" in words


def test_a_second_call_on_one_machine_finds_nothing_to_do(called: tuple[Project, str]):
    done = called[0].snakemake("--config", "seed=42")
    assert "Nothing to be done" in done.stdout
