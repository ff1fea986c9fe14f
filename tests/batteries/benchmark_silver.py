"""What the guarantees of silver cost: the sales table of the bike retailer against plain Polars, in turn.

    .venv/bin/python tests/batteries/benchmark_silver.py <sales_details.csv> [--times 3]

One side is the project's: structural validation and byte copy of bronze, cleaning, quarantine, change log, books,
output contract. The other is plain Polars as one would write it by hand for this one table: a lazy scan of the same
file, the same trims, dates and repairs, one streamed write. It is measured twice: in the order of the file, and sorted
by key, which gives the same bytes as the project's table (and is checked). Plain Polars knows no quarantine, no books
and no repeated keys. Each side runs in a process of its own, in turn; time is the whole process, memory its largest
resident set.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "config/bike_retailer/contracts/crm_sales.yaml"
SIDES = {"project": "the silver stage", "sorted": "plain Polars, sorted by key", "plain": "plain Polars, unsorted"}


def project(raw: Path, folder: Path) -> Path:
    """Bronze and silver of one table, as the rules call them; the silver table."""
    sys.path.insert(0, str(ROOT / "scripts"))
    import bronze_file
    import silver_table
    from elt.run.contract import read_contract
    from elt.silver.stops import Stops

    run = folder / "artifacts/runs/r"
    copy, stated = str(run / "bronze/data" / raw.name), str(run / f"bronze/_meta/files/{raw.name}.json")
    table = run / "silver/data/crm_sales.csv"
    contract = read_contract(CONTRACT)
    bronze_file.main(raw=str(raw), contract=contract, where=raw.name, copy=copy, metadata=stated)
    silver_table.main(
        bronze=[copy],
        metadata=[stated],
        contract=contract,
        stops=Stops(0.01),
        table=str(table),
        twin=str(run / "silver/parquet/crm_sales.parquet"),
        quarantine=str(run / "silver/quarantine/crm_sales.csv"),
        changes=str(run / "silver/changes/crm_sales.csv"),
        summary=str(run / "silver/_meta/tables/crm_sales.json"),
    )
    return table


def plain(raw: Path, folder: Path, is_sorted: bool) -> Path:
    """The same cleaning by hand, CSV to CSV; the cleaned table."""
    import polars as pl

    key, days = ["sls_ord_num", "sls_prd_key"], ["sls_order_dt", "sls_ship_dt", "sls_due_dt"]
    amounts, whole = ["sls_sales", "sls_price"], ["sls_cust_id", "sls_quantity"]
    money, cent = pl.Decimal(38, 2), 0.005
    frame = pl.scan_csv(raw, infer_schema=False)
    names = frame.collect_schema().names()
    frame = frame.with_columns(pl.all().str.strip_chars()).with_columns(
        pl.col(days).str.to_date("%Y%m%d", strict=False),
        pl.col(amounts).cast(money, strict=False),
        pl.col(whole).cast(pl.Int64, strict=False),
    )
    sales, price, pieces = pl.col("sls_sales"), pl.col("sls_price"), pl.col("sls_quantity")
    frame = frame.with_columns(pl.coalesce("sls_order_dt", pl.col("sls_ship_dt").dt.offset_by("-7d")), price.abs())
    frame = frame.with_columns(
        pl.when(price.is_null() | (price == 0))
        .then((sales / pieces).round(2, mode="half_away_from_zero").cast(money))
        .otherwise(price)
        .alias("sls_price")
    )
    is_wrong = sales.is_null() | (sales <= 0) | ((sales - pieces * price).abs() > cent * pieces)
    frame = frame.with_columns(pl.when(is_wrong).then((pieces * price).cast(money)).otherwise(sales).alias("sls_sales"))
    frame = frame.filter((pieces > 0) & (sales > 0) & pl.col("sls_order_dt").is_not_null()).select(names)
    table = folder / "plain.csv"
    (frame.sort(key) if is_sorted else frame).sink_csv(table, engine="streaming")
    return table


def measured(side: str, raw: Path, folder: Path) -> tuple[float, float, float, str]:
    """(seconds, largest memory in MB, seconds of processor, SHA-256 of the table) of one side in its own process."""
    began = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, __file__, str(raw), "--side", side, "--into", str(folder)], stdout=subprocess.PIPE, text=True
    )
    table = child.stdout.read().strip()
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.monotonic() - began
    if status:
        sys.exit(f"{side} failed")
    digest = subprocess.run(["sha256sum", table], capture_output=True, text=True, check=True).stdout.split()[0]
    return seconds, used.ru_maxrss * 1024 / 1e6, used.ru_utime + used.ru_stime, digest


def main() -> None:
    """Measure all sides in turn and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("raw", type=Path)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--side", choices=SIDES)
    parser.add_argument("--into", type=Path)
    asked = parser.parse_args()
    if asked.side:
        made = project(asked.raw, asked.into) if asked.side == "project" else plain(
            asked.raw, asked.into, asked.side == "sorted"
        )  # fmt: skip
        print(made)
        return
    found = {side: [] for side in SIDES}
    for _ in range(asked.times):
        for side, rounds in found.items():
            with tempfile.TemporaryDirectory() as folder:
                rounds.append(measured(side, asked.raw.resolve(), Path(folder)))
    with open(asked.raw, "rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1
    is_same = len({digest for side in ("project", "sorted") for *_, digest in found[side]}) == 1
    print(
        f"{lines:,} lines, {asked.raw.stat().st_size / 1e6:.0f} MB. {platform.system()}, {os.cpu_count()} cores, ",
        end="",
    )
    print(f"Python {platform.python_version()}; median of {asked.times}, run in turn. ", end="")
    print(f"Silver table and sorted plain table have the same bytes: {'yes' if is_same else 'NO'}.\n")
    print("| | seconds | from – to | of processor | largest memory, MB | the silver stage takes |")
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    medians = {side: [statistics.median(r[i] for r in rounds) for i in (0, 1, 2)] for side, rounds in found.items()}
    for side, (seconds, memory, processor) in medians.items():
        times = [r[0] for r in found[side]]
        more = medians["project"][1] - memory
        ratio = "" if side == "project" else f"{medians['project'][0] / seconds:.2f} × the time, {more:+.0f} MB"
        print(
            f"| {SIDES[side]} | {seconds:.1f} | {min(times):.1f} – {max(times):.1f} | {processor:.1f} | {memory:.0f} | {ratio} |"
        )


if __name__ == "__main__":
    main()
