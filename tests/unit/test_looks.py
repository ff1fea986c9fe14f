"""The scheduler of this machine has no limit of jobs a second; any other keeps what it has."""

from types import SimpleNamespace

import pytest
import snakemake.api  # before the scheduler, which it imports in turn
from snakemake.settings.types import MaxJobsPerTimespan

from elt.command import looks


def limited(limit: str = "100/1s", executor: str = "local") -> SimpleNamespace:
    """A workflow with a limit, as Snakemake has it when its first job is to start."""
    return SimpleNamespace(
        scheduling_settings=SimpleNamespace(max_jobs_per_timespan=MaxJobsPerTimespan.parse_choice(limit)),
        executor_plugin=SimpleNamespace(name=executor),
        scheduler=SimpleNamespace(job_rate_limiter="a limit"),
    )


def test_the_usual_limit_is_taken_away():
    assert snakemake.api is not None
    workflow = limited()
    looks.start(workflow)
    assert workflow.scheduler.job_rate_limiter is None


@pytest.mark.parametrize("workflow", [limited("5/1s"), limited("100/1m"), limited(executor="slurm"), SimpleNamespace()])
def test_a_limit_of_the_call_and_that_of_a_cluster_stay(workflow: SimpleNamespace):
    before = getattr(workflow, "scheduler", SimpleNamespace()).__dict__.copy()
    looks.start(workflow)
    assert getattr(workflow, "scheduler", SimpleNamespace()).__dict__ == before
