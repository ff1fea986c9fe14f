"""The scheduler looks at its jobs when one of them has ended, and no more besides.

Snakemake starts at most 100 jobs a second. To see whether more may start by then it looks again a second after each
look, and that look has another one after it: each job that ends begins a chain of looks, and each look goes through the
inputs of all jobs that wait for a processor. On this machine the processors are the limit, and jobs that wait for one
start when another has ended. At the end of a call it also waits for the last of these seconds. On a cluster, where the
limit spares the queue, under a limit that the call names, and under another version or another text of the methods
that rest on it, all stays as it is.
"""

from typing import Any

from elt.command.monkey_patch import Guard

GUARD = Guard(  # the methods that rest on the limit
    (
        "snakemake.scheduling.job_scheduler:JobScheduler.schedule",
        "snakemake.scheduling.job_scheduler:JobScheduler.job_selector",
        "snakemake.scheduling.job_scheduler:JobScheduler.update_available_resources",
    ),
    "eb42e9ceebc15175",
)
USUAL = (100, 1)  # jobs, seconds


@GUARD
def start(workflow: Any) -> None:
    """From now on the scheduler of a workflow on this machine has no limit of jobs a second, if it is the usual one."""
    limit = workflow.scheduling_settings.max_jobs_per_timespan
    if (limit.max_jobs, limit.timespan) == USUAL and workflow.executor_plugin.name == "local":
        workflow.scheduler.job_rate_limiter = None
