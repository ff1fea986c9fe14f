"""Delete row-level files of runs that are older than the retention time; evidence and tombstones stay.

Inputs: the manifests of all runs.
Outputs: a summary for the closing words; entries of the log of deletion, tombstones.
"""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from elt import rulelog
from elt.faults import Fault
from elt.files import write_json
from elt.retention import deletion, deletion_log
from elt.retention.deletion import Deletion
from elt.retention.erasures import HOME
from elt.run import run_folders

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def wanted(names: Sequence[str], days: int, today: date) -> list[str]:
    """Runs that still have row-level files and are due, and those whose expiry was begun and never confirmed."""
    began = {name for line in deletion.unconfirmed("expire") for name in line["runs"]}
    due = {name for name in names if deletion.due_on(run_folders.RUNS / name, days) <= today}
    return sorted(name for name in due | began if deletion.row_level_of(name))


def main(days: int, today: date, when: str, summary: str) -> None:
    """Lock what is due, leave what is at work, delete."""
    deletion_log.entries(HOME)  # a broken log is found before anything is done
    names = list(run_folders.known())
    lines, free = [], []
    for name in wanted(names, days, today):
        try:
            run_folders.lock(run_folders.RUNS / name)
            free.append(name)
        except Fault:
            lines.append(f"{name}: left alone, as another process is working on it; type the same again later")
    facts = {"retention_days": days, "today": today.isoformat()}
    deleted = deletion.carry_out(Deletion("expire", f"older than {days} days", when, facts), free)
    lines += [f"{name}: {count} files deleted" for name, count in deleted.items() if count]
    later = {name: deletion.due_on(run_folders.RUNS / name, days) for name in names if deletion.row_level_of(name)}
    lines += [f"{name}: due on {day}" for name, day in sorted(later.items()) if day > today]
    lines += [f"{name}: left alone, as its {run_folders.IDENTITY} is damaged" for name in run_folders.damaged()]
    found = {"words": f"{len(deleted)} of {len(names)} runs have expired.", "lines": lines}
    write_json(summary, found)
    rulelog.log.info("%d runs have expired", len(deleted))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        days=snakemake.params.days,
        today=date.fromisoformat(snakemake.params.today),
        when=snakemake.params.when,
        summary=snakemake.output.summary,
    )
