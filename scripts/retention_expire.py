"""Delete row-level files of runs that are older than the retention time; evidence and tombstones stay.

Inputs: the manifests of all runs.
Outputs: a summary for the closing words; entries of the log of retention, tombstones.
"""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from shared import retention, retention_log, rulelog, runs
from shared.erasures import HOME
from shared.faults import Fault
from shared.files import write_json

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def wanted(names: Sequence[str], days: int, today: date) -> list[str]:
    """Runs that still have row-level files and are due, and those whose expiry was begun and never confirmed."""
    began = {name for line in retention.begun("expire") for name in line["runs"]}
    due = {name for name in names if retention.due_on(runs.RUNS / name, days) <= today}
    return sorted(name for name in due | began if retention.row_level_of(name))


def main(days: int, today: date, when: str, summary: str) -> None:
    """Lock what is due, leave what is at work, delete."""
    retention_log.entries(HOME)
    names = list(runs.known())
    lines, free = [], []
    for name in wanted(names, days, today):
        try:
            runs.lock(runs.RUNS / name)
            free.append(name)
        except Fault:
            lines.append(f"{name}: left alone, as another process is working on it; type the same again later")
    facts = {"retention_days": days, "today": today.isoformat()}
    why = f"older than {days} days"
    deleted = retention.carry_out("expire", why, free, when, facts, None, HOME)
    lines += [f"{name}: {count} files deleted" for name, count in deleted.items() if count]
    later = {name: retention.due_on(runs.RUNS / name, days) for name in names if retention.row_level_of(name)}
    lines += [f"{name}: due on {day}" for name, day in sorted(later.items()) if day > today]
    found = {"words": f"{len(deleted)} of {len(names)} runs have expired.", "lines": lines}
    write_json(summary, found)
    rulelog.log.info("%d runs have expired", len(deleted))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.params.days,
        date.fromisoformat(snakemake.params.today),
        snakemake.params.when,
        snakemake.output.summary,
    )
