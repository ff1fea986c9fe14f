"""Memory that the jobs of a finished run were given, beside what they took: to set scripts/elt/command/job_memory.py.

snakemake -n -F --config run_id=<name> > plan.txt && python tests/batteries/benchmark_memory.py plan.txt <run folder>
"""

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

JOB = re.compile(r"^(?:local)?rule (\w+):\n((?:    .*\n)+)", re.M)
WILDCARD = re.compile(r"^    wildcards: \w+=(\S+)", re.M)
GIVEN = re.compile(r"^    resources:.*\bmem_mb=(\d+)", re.M)


def given(plan: str) -> Iterator[tuple[str, int]]:
    """(job, MB) of every job that a dry run announces, with its wildcard: silver_table/crm_sales."""
    for rule, text in JOB.findall(plan):
        value, memory = WILDCARD.search(text), GIVEN.search(text)
        if memory:
            yield rule + (f"/{value[1]}" if value else ""), int(memory[1])


def taken(run: Path, job: str) -> float | None:
    """The largest memory of a job in MB, shared pages among it; None if it was too short to be sampled."""
    file = run / "_meta/benchmarks" / f"{job}.tsv"
    if not file.exists():
        return None
    with file.open(encoding="utf-8") as lines:
        value = list(csv.DictReader(lines, delimiter="\t"))[-1]["max_rss"]
    return float(value) if value.replace(".", "").isdigit() else None


def table(plan: str, run: Path) -> list[str]:
    """A line a job, the one that took most first."""
    jobs = [(taken(run, job), job, memory) for job, memory in given(plan)]
    lines = ["| job | taken, MB | given, MB | |", "| --- | ---: | ---: | --- |"]
    for used, job, memory in sorted(((u, j, m) for u, j, m in jobs if u is not None), reverse=True):
        lines.append(f"| `{job}` | {used:.0f} | {memory} | {'too little' if used > memory else ''} |")
    return lines


if __name__ == "__main__":
    print("\n".join(table(Path(sys.argv[1]).read_text("utf-8"), Path(sys.argv[2]))))
