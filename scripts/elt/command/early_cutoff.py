"""Early cutoff: a step whose inputs come out as they were is not computed again.

Snakemake decides before the first job which steps a change may concern; it cannot know that a table comes out the same.
When such a step is about to start, its inputs, params, code and packages are compared with the receipts of what it made
last. Where they are the same, and so are the files, the files stay, and the step counts as done. Only steps whose one
reason is that an input was made again: what was asked for by name, is missing or has other params runs.
Left out, without a word, under another version or another text of the methods that it stands in for, and on a cluster.
The term: Mokhov, Mitchell, Peyton Jones, Build Systems à la Carte, 2018. docs/decisions/0042-early-cutoff.md tells why.
"""

import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from elt import receipts
from elt.command.monkey_patch import Guard
from elt.faults import Fault

GUARD = Guard(  # the methods that prepare a job, and run it after that
    (
        "snakemake.jobs:Job.prepare",
        "snakemake.executors.local:Executor.job_args_and_prepare",
        "snakemake.executors.local:Executor.acached_or_run",
        "snakemake.executors.local:Executor.run_single_job",
    ),
    "1724b522899e9a56",
)
KEPT = "Kept as they are, since all that they are made from came out the same: files of "  # in Snakemake's log
READS_MORE = {"privacy_leaks"}  # it searches logs and records too, which are no inputs


def is_by_inputs_alone(reason: Any) -> bool:
    """Whether a job would run only as another job of this call has made one of its inputs."""
    others = (
        *(reason.forced, reason.noio, reason.nooutput, reason.missing_output, reason.incomplete_output),
        *(reason.is_provenance_triggered(), reason.unfinished_queue_input, reason.no_metadata),
        *(reason.outdated_metadata, reason.pipe, reason.service),
    )
    return bool(reason.updated_input_run) and not any(others)


def is_asked_for(job: Any) -> bool:
    """Whether a job was asked for by name, which Snakemake does not note where an input is made again as well."""
    return job.rule in job.dag.forcerules or not job.dag.forcefiles.isdisjoint(job.output)


def is_as_made(job: Any) -> bool:
    """Whether all that a job would write is there as it wrote it, from what it would read now."""
    if job.rule.name in READS_MORE or is_asked_for(job) or not job.output:
        return False
    with contextlib.suppress(OSError, Fault):  # an input that is not as its job wrote it: the step itself says so
        now = receipts.made_from(job.input, job.params, receipts.run_of(job.output[0]))
        return all(is_of(path, now) for path in job.output) and all(map(Path.exists, map(Path, beside(job))))
    return False


def beside(job: Any) -> list[str]:
    """Log and benchmark of a job."""
    return [str(path) for path in (*job.log, job.benchmark) if path]


def is_of(path: str, now: dict[str, Any]) -> bool:
    """Whether a file is as its job wrote it, and was made from what `now` says."""
    if (run := receipts.run_of(path)) is None:
        return False
    name = Path(path).relative_to(run).as_posix()
    receipt = receipts.stated(run, name)
    return bool(receipt and now.items() <= receipt.items() and receipts.vouched(run / name, receipt))


def preparing(ordinary: Callable[..., Awaitable[None]], kept: set[Any]) -> Callable[..., Awaitable[None]]:
    """The method that removes what a job has made, which leaves what would be made again as it is."""

    from snakemake.logging import logger

    async def prepare(self: Any) -> None:
        if is_by_inputs_alone(self.dag.reason(self)) and is_as_made(self):
            kept.add(self)
            logger.info(f"{KEPT}{' '.join([self.rule.name, *map(str, self.wildcards)])}")
        else:
            await ordinary(self)

    return prepare


def running(ordinary: Callable[..., Awaitable[None]], kept: set[Any]) -> Callable[..., Awaitable[None]]:
    """The method that runs a job, unless what it has made was kept."""

    async def acached_or_run(self: Any, job: Any, run_func: Any, *args: Any) -> None:
        if job not in kept:
            await ordinary(self, job, run_func, *args)

    return acached_or_run


@GUARD
def start(workflow: Any) -> None:
    """From now on no step of a workflow on this machine is computed again from the same inputs."""
    from snakemake.executors.local import Executor
    from snakemake.jobs import Job

    if workflow.executor_plugin.name == "local":
        kept: set[Any] = set()
        Job.prepare = preparing(Job.prepare, kept)
        Executor.acached_or_run = running(Executor.acached_or_run, kept)
