"""The Golden Path and its baselines on the same data, in turn: time, processor, memory, and what each rule takes.

    .venv/bin/python tests/batteries/benchmark.py [--raw raw] [--copies 1] [--cores 2] [--times 1] [--check | --store]

--copies N scales the exports first (benchmark_scaling.py); the baselines are baseline_duckdb.py and, where `dbt` is on
PATH, the script that --peer names. They know the bike retailer's exports and its sample alone. --check compares with
what is stored in benchmark.json for so many order lines, and ends with code 1 if something got worse; --store puts the
measurement there, and its tables and figure into docs/benchmarks.md. All runs are in a temporary folder (--work names
the place for it; it needs some eight times the room of the scaled exports).
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/batteries"
STORED = HERE / "benchmark.json"
PAGE, FIGURE = ROOT / "docs/benchmarks.md", ROOT / "docs/images/benchmark.svg"
PEER = ROOT.parent / "shared/bench/run_dbt_peer.sh"
SHORT_TIMES = 3  # in turn: what takes two seconds is measured that often
BEGIN, END = "<!-- measured: from here on written by tests/batteries/benchmark.py -->", "<!-- measured: up to here -->"
for part in (ROOT / "scripts", ROOT / "tests", HERE):
    sys.path.insert(0, str(part))

from benchmark_results import Measurement, Rule, Used, compared, draw, page, read, store, worse_table  # noqa: E402
from conftest import copy_project  # noqa: E402


def measured(*command: str | Path, cwd: Path = ROOT, **environment: str) -> Used:
    """What a command used, its children included; ends the benchmark if it fails."""
    with tempfile.TemporaryFile() as said:
        began = time.monotonic()
        child = subprocess.Popen(
            list(map(str, command)), cwd=cwd, stdout=said, stderr=said, env={**os.environ, **environment}
        )
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            sys.exit(f"{command} failed:\n{said.read().decode(errors='replace')[-6000:]}")
    return Used(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6)


def median(rounds: Sequence[Used]) -> Used:
    """The median of each figure."""
    return Used(*(statistics.median(getattr(one, name) for one in rounds) for name in Used.__dataclass_fields__))


def rules_of(folder: Path) -> dict[str, Rule]:
    """What the scripts of a run left there about themselves, by rule."""
    found = defaultdict(list)
    for path in folder.glob("*.json"):
        content = json.loads(path.read_text(encoding="utf-8"))
        found[content["rule"]].append((content["processor"], content["memory"] * 1024 / 1e6))
    return {
        rule: Rule(len(jobs), sum(used for used, _ in jobs), max(size for _, size in jobs))
        for rule, jobs in sorted(found.items())
    }


def rows_and_total(fact: Path) -> tuple[int, str]:
    """Order lines of a fact_sales.csv, and the sum of their amounts."""
    import polars as pl

    amounts = pl.scan_csv(fact, infer_schema=False).select(pl.col("sales_amount").cast(pl.Decimal(38, 2)))
    rows, total = amounts.select(pl.len(), pl.col("sales_amount").sum().alias("total")).collect().row(0)
    return rows, str(total)


def empty_workflow(folder: Path) -> list[str]:
    """The call of a workflow of one rule that has nothing to do, with its file made: what Snakemake takes for itself."""
    folder.mkdir()
    (folder / "Snakefile").write_text(
        'rule done:\n    output:\n        "done.txt",\n    shell:\n        "touch {output}"\n'
    )
    call = [sys.executable, "-m", "snakemake", "--cores", "1"]
    measured(*call, cwd=folder)
    return call


def with_records_swapped(raw: Path) -> tuple[Path, bytes]:
    """Let the last two records of the smallest file of exports change places; its path, and what it held.

    So its bytes are others, and no company's rule can object to what it says.
    """
    path = min(raw.rglob("*.csv"), key=lambda file: (file.stat().st_size, file))
    held = path.read_bytes()
    end = b"\r\n" if b"\r\n" in held else b"\n"
    *before, one, other = held.removesuffix(end).split(end)
    path.chmod(0o644)
    path.write_bytes(end.join([*before, other, one]) + end)
    return path, held


def sides_of(asked: argparse.Namespace, raw: Path, work: Path) -> tuple[dict[str, Used], dict[str, Rule], int]:
    """(what each side used, what each rule used, order lines); all sides in turn, as often as asked."""
    project, found, rules = work / "project", defaultdict(list), {}
    copy_project(project)
    own = [sys.executable, "-m", "snakemake", "--cores", str(asked.cores), "--config", "seed=42", f"raw={raw}"]
    baseline = [sys.executable, HERE / "baseline_duckdb.py", "--cores", str(asked.cores), raw]
    empty = empty_workflow(work / "empty")
    for turn in range(asked.times):
        run, made = f"run{turn}", work / f"duckdb{turn}"
        (usage := work / f"usage{turn}").mkdir()
        found["golden_path"].append(measured(*own, f"run_id={run}", cwd=project, ELT_MEASURED=str(usage)))
        for _ in range(SHORT_TIMES):
            found["nothing_to_do"].append(measured(*own, f"run_id={run}", cwd=project))
            found["empty_workflow"].append(measured(*empty, cwd=work / "empty"))
        rules = rules_of(usage)
        if asked.baselines:
            found["duckdb"].append(measured(*baseline, made))
            totals = [
                rows_and_total(p)
                for p in (project / f"artifacts/runs/{run}/gold/data/fact_sales.csv", made / "fact_sales.csv")
            ]
            if totals[0] != totals[1]:
                sys.exit(f"The baseline has another warehouse: {totals[1]} instead of {totals[0]} lines and revenue.")
            shutil.rmtree(made)
        if asked.baselines and shutil.which("dbt") and asked.peer.exists():
            found["dbt"].append(measured("bash", asked.peer, raw, work / f"dbt{turn}"))
            shutil.rmtree(work / f"dbt{turn}")
        rows, _ = rows_and_total(project / f"artifacts/runs/{run}/gold/data/fact_sales.csv")
        path, held = with_records_swapped(raw)
        found["small_file_changed"].append(measured(*own, f"run_id={run}", cwd=project))
        path.write_bytes(held)
        shutil.rmtree(project / f"artifacts/runs/{run}")
    return {side: median(rounds) for side, rounds in found.items()}, rules, rows


def machine(asked: argparse.Namespace) -> str:
    """What it was measured on, and how."""
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    often = f"median of {asked.times}, in turn" if asked.times > 1 else "once, in turn"
    note = f"; {asked.note}" if asked.note else ""
    return (
        f"{platform.system()}, {asked.cores} of {os.cpu_count()} cores, {size:.0f} GB, "
        f"Python {platform.python_version()}; {often}{note}"
    )


def write_page(found: dict[int, Measurement]) -> None:
    """Put tables and figure of all sizes into the documentation."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(
        before + BEGIN + f"\n\n{page(list(found.values()))}\n" + END + rest.partition(END)[2], encoding="utf-8"
    )
    draw(list(found.values()), FIGURE)


def main() -> None:
    """Measure; print, compare or store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path, default=ROOT / "raw", help="folder of exports")
    parser.add_argument("--copies", type=int, default=1, help="how many times over")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--peer", type=Path, default=PEER, help="script of a peer: RAW OUT")
    parser.add_argument("--no-baselines", dest="baselines", action="store_false", help="the Golden Path alone")
    parser.add_argument("--work", type=Path, help="place for the temporary folder")
    parser.add_argument("--note", default="", help="what else is to be known of the machine")
    end = parser.add_mutually_exclusive_group()
    end.add_argument("--check", action="store_true", help="compare with what is stored")
    end.add_argument("--store", action="store_true", help="store, and write docs/benchmarks.md")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.work) as folder:
        work, raw = Path(folder), asked.raw.resolve()
        if asked.copies > 1:
            measured(sys.executable, HERE / "benchmark_scaling.py", raw, str(asked.copies), work / "raw")
        else:
            shutil.copytree(raw, work / "raw")  # one of the files is changed
        raw = work / "raw"
        sides, rules, lines = sides_of(asked, raw, work)
        size = sum(path.stat().st_size for path in raw.rglob("*.csv")) / 1e6
    found = Measurement(lines, size, machine(asked), sides, rules)
    sys.stdout.write(page([found]))
    if asked.store:
        write_page(store(STORED, found))
    if asked.check:
        stored = read(STORED).get(lines)
        if stored is None:
            sys.exit(f"Nothing is stored for {lines:,} order lines.")
        worse = worse_table(list(compared(stored, found)))
        sys.stdout.write("\n" + (worse or "Nothing got worse.\n"))
        sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()
