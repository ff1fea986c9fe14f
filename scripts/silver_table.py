"""Clean one raw table by its contract; every record is kept, quarantined, superseded or a duplicate, and counted.

Inputs: the table's bronze files with their metadata, its contract.
Outputs: silver/data/<table>.csv, silver/quarantine/<table>.csv, silver/changes/<table>.csv,
silver/_meta/tables/<table>.json.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from shared import accounting, cleaning, conventions, rulelog, sources
from shared.files import make_folder, read_json, read_yaml, staged, write_json
from shared.guards import guard
from shared.languages import in_language

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

MALFORMED = "has more or fewer cells than the header"
REPEATED = "the key repeats with other content, and the contract does not say which record is right"


def quarantine_rows(frame: pl.LazyFrame, contract: Mapping[str, Any], malformed: list[dict[str, Any]]) -> pl.LazyFrame:
    """One row a quarantined record: file, record, code, reason, record (its cells as written)."""
    found = cleaning.reasons(contract)
    codes = {i: reason.code for i, reason in enumerate(found)} | {-1: "repeated_key"}
    words = {i: reason.why for i, reason in enumerate(found)} | {-1: REPEATED}
    cells = [pl.col(f"raw:{f['name']}").fill_null("") for f in contract["fields"]]
    written = pl.concat_str(cells, separator=",")
    rows = frame.filter(pl.col("_reason").is_not_null()).select(
        file="_file",
        record="_record",
        code=pl.col("_reason").replace_strict(codes, return_dtype=pl.String),
        reason=pl.col("_reason").replace_strict(words, return_dtype=pl.String),
        content=written,
    )
    broken = pl.LazyFrame(
        [{"file": m["_file"], "record": m["_record"], "code": "malformed", "reason": MALFORMED, "content": m["record"]}
         for m in malformed],
        schema=dict(zip(("file", "record", "code", "reason", "content"),
                        (pl.String, pl.Int64, pl.String, pl.String, pl.String), strict=True)),
    )  # fmt: skip
    return pl.concat([rows, broken]).sort("file", "record")


def reason_rows(rejected: pl.LazyFrame, is_one_file: bool) -> pl.LazyFrame:
    """One row a reason: code, reason, records, first (the first five records; with their file if there are several)."""
    record = pl.col("record") if is_one_file else pl.format("{} of {}", "record", "file")
    first = record.sort_by("file", "record").head(5).alias("first")
    return rejected.group_by("code", "reason").agg(pl.len(), first).sort("code", "reason")


def change_rows(frame: pl.LazyFrame, contract: Mapping[str, Any]) -> pl.LazyFrame:
    """One row a cell that a repair changed: file, record, column, rule, before, after (in the order of the repairs)."""
    rows = [
        frame.filter(cleaning.changed(i)).select(
            file="_file",
            record="_record",
            column=pl.lit(repair["field"]),
            rule=pl.lit(in_language(repair["why"])),
            before=pl.col(f"before:{i}").cast(pl.String),
            after=pl.col(f"after:{i}").cast(pl.String),
        )
        for i, repair in enumerate(contract.get("repairs", []))
    ]
    names = ("file", "record", "column", "rule", "before", "after")
    empty = pl.LazyFrame(schema={name: pl.Int64 if name == "record" else pl.String for name in names})
    return pl.concat([empty, *rows]).sort("file", "record", maintain_order=True)


def main(
    bronze: Sequence[str],
    metadata: Sequence[str],
    contract_file: str,
    budget: float,
    table: str,
    quarantine: str,
    changes: str,
    summary_file: str,
) -> None:
    """Read, clean, account for every record, check, write."""
    contract, files = read_yaml(contract_file), [read_json(path) for path in metadata]
    fields = contract["fields"]
    names = [field["name"] for field in fields]
    where = f"{contract['name']} ({files[0]['file'] if len(files) == 1 else f'{len(files)} files'})"
    cleaning.check_expressions(contract, f"contract {Path(contract_file).name}")
    staging = Path(table).parent / f".{contract['name']}.staging"
    make_folder(staging)
    try:
        frame, malformed = sources.scan(bronze, files, names, staging)
        frame = cleaning.texts(frame, fields)
        wanted = contract.get("dialect", {}).get("decimalChar", "auto")
        found_conventions = conventions.decided(frame, contract["name"], fields, wanted)
        frame = cleaning.judged(cleaning.repaired(cleaning.typed(frame, fields, found_conventions), contract), contract)
        again = cleaning.repeats(frame.filter(pl.col("_reason").is_null()), contract)
        frame = cleaning.fated(frame, again)
        kept = frame.filter(pl.col("_fate") == "silver").select(names).sort(contract["primaryKey"])
        rejected = quarantine_rows(frame, contract, malformed)
        with staged(table) as good, staged(quarantine) as bad, staged(changes) as log:
            *_, sums, fates, reasons = pl.collect_all(
                [
                    kept.sink_csv(good, lazy=True),
                    rejected.sink_csv(bad, lazy=True),
                    change_rows(frame, contract).sink_csv(log, lazy=True),
                    frame.select(accounting.statistics(contract, found_conventions)),
                    frame.group_by("_fate").len(),
                    reason_rows(rejected, is_one_file=len(files) == 1),
                ],
                engine="streaming",
            )
            found = accounting.summary(contract, sums.row(0, named=True), dict(fates.iter_rows()))
            found |= {
                "name": contract["name"],
                "title": contract["title"],
                "department": contract.get("department", ""),
                "files": [{key: stated[key] for key in ("file", "sha256", "bytes", "records")} for stated in files],
                "records": sum(stated["records"] for stated in files),
                "conventions": found_conventions,
                "quarantined": [
                    {"code": code, "why": why, "records": count, "first_records": first}
                    for code, why, count, first in reasons.iter_rows()
                ],
            }
            accounting.check_ledger(where, found)
            accounting.check_budget(where, found, budget)
            required = [f["name"] for f in fields if f.get("required") or f["name"] in contract["primaryKey"]]
            guard(good, where, fields, required, contract["primaryKey"])
    finally:
        shutil.rmtree(staging)
    write_json(summary_file, found)
    rulelog.log.info("%s: %d of %d records in silver", contract["name"], found["silver"], found["records"])


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.bronze,
        snakemake.input.metadata,
        snakemake.input.contract,
        snakemake.params.budget,
        snakemake.output.table,
        snakemake.output.quarantine,
        snakemake.output.changes,
        snakemake.output.metadata,
    )
