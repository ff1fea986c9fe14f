"""How long the Golden Path takes, as Markdown tables for docs/benchmarks.md.

    .venv/bin/python tests/batteries/benchmark.py [--cores 2] [--times 3] [--raw raw]

Runs in a copy of the project in a temporary folder, so that no run of the project is touched.
"""

import argparse
import csv
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLED = 0.5  # seconds; memory is sampled, and of a shorter job too late
PARTS = ("Snakefile", "rules", "scripts", "config", "raw", "profiles", "envs", "docs/report")


def copy_project(target: Path) -> None:
    """Copy what a run needs."""
    for part in PARTS:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, target / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / part, target / part)


def timed(folder: Path, *arguments: str) -> float:
    """Seconds that one call of Snakemake takes."""
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-m", "snakemake", *arguments], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return time.monotonic() - began


def steps(run: Path) -> list[tuple[str, int, float, float]]:
    """(rule, jobs, seconds of all its jobs, largest memory in MB) of a run, slowest first."""
    found = defaultdict(list)
    for path in (run / "_meta/benchmarks").rglob("*.tsv"):
        with open(path, encoding="utf-8", newline="") as file:
            (row,) = csv.DictReader(file, delimiter="\t")
        rule = path.relative_to(run / "_meta/benchmarks").parts[0].removesuffix(".tsv")
        memory = 0.0 if row["max_rss"] in ("-", "NA") else float(row["max_rss"])
        found[rule].append((float(row["s"]), memory))
    rows = [(rule, len(jobs), sum(s for s, _ in jobs), max(m for _, m in jobs)) for rule, jobs in found.items()]
    return sorted(rows, key=lambda row: -row[2])


def memory() -> str:
    """Memory of this machine."""
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--raw", default=str(ROOT / "raw"))
    asked = parser.parse_args()
    common = ("--cores", str(asked.cores), "--config", "seed=42", f"raw={Path(asked.raw).resolve()}")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        copy_project(project)
        whole, nothing, reseeded = [], [], []
        for turn in range(asked.times):
            whole.append(timed(project, *common, f"run_id=run{turn}"))
            nothing.append(timed(project, *common, f"run_id=run{turn}"))
        for turn in range(asked.times):
            reseeded.append(timed(project, *common, f"run_id=run{turn}", "seed=7"))
        lines = [
            f"{platform.system()}, {asked.cores} of {os.cpu_count()} cores, {memory()}, "
            f"Python {platform.python_version()}; median of {asked.times}.\n",
            "| what | seconds | from – to |",
            "| --- | ---: | ---: |",
        ]
        named = {"the whole Golden Path": whole, "nothing to do": nothing, "another seed": reseeded}
        for name, seconds in named.items():
            lines.append(f"| {name} | {statistics.median(seconds):.1f} | {min(seconds):.1f} – {max(seconds):.1f} |")
        lines += ["", "| step | jobs | seconds, all jobs | largest memory, MB |", "| --- | ---: | ---: | ---: |"]
        for rule, jobs, seconds, size in steps(project / "artifacts/runs/run0"):
            is_sampled = seconds / jobs >= SAMPLED
            lines.append(f"| `{rule}` | {jobs} | {seconds:.1f} | {f'{size:.0f}' if is_sampled else '–'} |")
        sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
