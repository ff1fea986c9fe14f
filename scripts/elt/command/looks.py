"""The scheduler looks at its jobs when one of them has ended, and no more besides.

Snakemake starts at most 100 jobs a second. To see whether more may start by then it looks again a second after each
look, and that look has another one after it: each job that ends begins a chain of looks, and each look goes through the
inputs of all jobs that wait for a processor. On this machine the processors are the limit, and jobs that wait for one
start when another has ended. At the end of a call it also waits for the last of these seconds. On a cluster, where the
limit spares the queue, under a limit that the call names, and under another version or another text of the methods
that rest on it, all stays as it is.
"""

import contextlib
import hashlib
import inspect
from typing import Any

SNAKEMAKE = "9.27.1"
STANDS_IN_FOR = "eb42e9ceebc15175"  # first 16 hex digits of a SHA-256 over the source of the methods below
USUAL = (100, 1)  # jobs, seconds


def shape() -> str:
    """What the source of the methods that rest on the limit comes to."""
    from snakemake.scheduling.job_scheduler import JobScheduler

    methods = (JobScheduler.schedule, JobScheduler.job_selector, JobScheduler.update_available_resources)
    return hashlib.sha256("".join(map(inspect.getsource, methods)).encode()).hexdigest()[:16]


def start(workflow: Any) -> None:
    """From now on the scheduler of a workflow on this machine has no limit of jobs a second, if it is the usual one."""
    with contextlib.suppress(Exception):  # whatever it is, the ordinary way is there
        import snakemake

        limit = workflow.scheduling_settings.max_jobs_per_timespan
        is_usual = (limit.max_jobs, limit.timespan) == USUAL and workflow.executor_plugin.name == "local"
        if is_usual and snakemake.__version__ == SNAKEMAKE and shape() == STANDS_IN_FOR:
            workflow.scheduler.job_rate_limiter = None
