"""Whether the gold stage stays linear, in little memory, and byte for byte the same whatever the number of threads.

    .venv/bin/python tests/batteries/benchmark_gold.py RAW [RAW ...]

RAW: folders of exports of one company, of growing size. For each, the run is made up to silver; then all marts are
built with one thread of Polars and with two, each in a process of its own that one job runs in at a time. Prints a
Markdown table for docs/benchmarks.md; ends with an error if a mart's bytes differ.
"""

import argparse
import csv
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmark import copy_project, memory, timed

CHILD = (
    "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:]).returncode; "
    "sys.stderr.write(f'peak {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}\\n'); sys.exit(code)"
)
THREADS = (1, 2)


def measured(folder: Path, threads: int, *arguments: str) -> tuple[float, float]:
    """(seconds, memory in MB of the largest process) of one call of Snakemake."""
    began = time.monotonic()
    command = [sys.executable, "-c", CHILD, sys.executable, "-m", "snakemake", *arguments]
    environment = {**os.environ, "POLARS_MAX_THREADS": str(threads)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return time.monotonic() - began, int(done.stderr.rsplit("peak ", 1)[1]) / 1024


def hashes(run: Path) -> dict[str, str]:
    """Mart -> hash of its bytes."""
    found = {}
    for path in sorted((run / "gold/data").glob("*.csv")):
        with open(path, "rb") as file:
            found[path.stem] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def order_lines(run: Path) -> int:
    """Order lines of the run."""
    with open(run / "gold/data/fact_sales.csv", encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("raw", nargs="+")
    lines = [
        f"{os.cpu_count()} cores, {memory()}; one job at a time.\n",
        "| order lines | threads | seconds, gold | a million lines | largest process, MB |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        copy_project(project)
        for number, raw in enumerate(parser.parse_args().raw):
            run = project / f"artifacts/runs/run{number}"
            common = ("--cores", "1", "--config", "seed=42", f"raw={Path(raw).resolve()}", f"run_id={run.name}")
            timed(project, "silver_report", *common)
            first: dict[str, str] = {}
            for threads in THREADS:
                seconds, peak = measured(project, threads, "gold_report", "--forcerun", "gold_mart", *common)
                count, found = order_lines(run), hashes(run)
                first = first or found
                if found != first:
                    sys.exit(f"with {threads} threads these differ: {[n for n in found if found[n] != first.get(n)]}")
                million = seconds / count * 1e6
                lines.append(f"| {count:,} | {threads} | {seconds:.1f} | {million:.2f} | {peak:.0f} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
