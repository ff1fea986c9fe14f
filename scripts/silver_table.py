"""Clean one raw table by its contract; every record is kept, quarantined, superseded or a duplicate, and counted.

Inputs: the table's bronze files with their metadata, its contract.
Outputs: silver/data/<table>.csv, silver/quarantine/<table>.csv, silver/changes/<table>.csv,
silver/_meta/tables/<table>.json.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from shared import cleaning, conventions, rulelog, sources
from shared.accounting import Books, check_budget, check_ledger
from shared.files import make_folder, read_json, read_yaml, staged, write_json
from shared.guards import guarded
from shared.languages import in_language
from shared.sorting import SortedParts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

BATCH = 250_000
MALFORMED = "has more or fewer cells than the header"
REPEATED = "the key repeats with other content, and the contract does not say which record is right"
QUARANTINE = {"file": pl.String, "record": pl.Int64, "code": pl.String, "reason": pl.String, "content": pl.String}
CHANGES = {"file": pl.String, "record": pl.Int64} | dict.fromkeys(("column", "rule", "before", "after"), pl.String)


def as_written(contract: Mapping[str, Any]) -> pl.Expr:
    """The cells of a record as they were written."""
    return pl.concat_str([pl.col(f"raw:{f['name']}").fill_null("") for f in contract["fields"]], separator=",")


def quarantine_rows(frame: pl.DataFrame, contract: Mapping[str, Any]) -> pl.DataFrame:
    """One row a record that has a reason: file, record, code, reason, content (its cells as written)."""
    found = dict(enumerate(cleaning.reasons(contract)))
    return frame.filter(pl.col("_reason").is_not_null()).select(
        file="_file",
        record="_record",
        code=pl.col("_reason").replace_strict({i: reason.code for i, reason in found.items()}, return_dtype=pl.String),
        reason=pl.col("_reason").replace_strict({i: reason.why for i, reason in found.items()}, return_dtype=pl.String),
        content=as_written(contract),
    )


def malformed_rows(malformed: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """The same for records that could not be taken apart into the cells of the header."""
    rows = [
        (m["_file"], m["_record"], m.get("code", "malformed"), m.get("reason", MALFORMED), m["record"])
        for m in malformed
    ]
    return pl.DataFrame(rows, schema=QUARANTINE, orient="row")


def undecided_rows(raw: pl.LazyFrame, contract: Mapping[str, Any], places: pl.DataFrame) -> pl.DataFrame:
    """The same for records whose key repeats; they are read once more."""
    if places.is_empty():
        return pl.DataFrame(schema=QUARANTINE)
    rows = raw.join(places.lazy(), on=cleaning.PLACE, how="semi").select(
        file="_file",
        record="_record",
        code=pl.lit("repeated_key"),
        reason=pl.lit(REPEATED),
        content=as_written(contract),
    )
    return rows.collect(engine="streaming")


def change_rows(frame: pl.DataFrame, contract: Mapping[str, Any]) -> pl.DataFrame:
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
    return pl.concat([pl.DataFrame(schema=CHANGES), *rows]).sort("file", "record", maintain_order=True)


def unrepeated(
    parts: SortedParts, contract: Mapping[str, Any], books: Books, undecided: list[pl.DataFrame]
) -> Iterator[pl.DataFrame]:
    """The rows that reach silver, sorted by key; those that do not are booked, undecided ones listed by place."""
    names = [field["name"] for field in contract["fields"]]
    for part in parts:
        again = cleaning.neighbours(part, contract["primaryKey"])
        if again.height:
            fates = cleaning.repeats(again.lazy(), contract)
            lost = again.join(fates, on=cleaning.PLACE)
            for fate, name in (
                ("duplicate", "duplicates"),
                ("superseded", "superseded"),
                ("repeated_key", "quarantined"),
            ):
                books.add_fate(name, lost.filter(pl.col("_fate") == fate))
            undecided.append(fates.filter(pl.col("_fate") == "repeated_key").select(cleaning.PLACE))
            part = part.join(fates, on=cleaning.PLACE, how="anti", maintain_order="left")
        yield part.select(names)


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
    """Read, clean, account for every record, check, write; batch by batch, so that memory does not grow."""
    contract, files = read_yaml(contract_file), [read_json(path) for path in metadata]
    fields, key, total = contract["fields"], contract["primaryKey"], sum(stated["records"] for stated in files)
    names = [field["name"] for field in fields]
    where = f"{contract['name']} ({files[0]['file'] if len(files) == 1 else f'{len(files)} files'})"
    cleaning.check_expressions(contract, f"contract {Path(contract_file).name}")
    staging = Path(table).parent / f".{contract['name']}.staging"
    make_folder(staging)
    try:
        raw, malformed = sources.scan(bronze, files, names, staging)
        dialect = contract.get("dialect", {})
        wanted = dialect.get("decimalChar", "auto"), dialect.get("groupChar", "auto")
        found_conventions = conventions.decided(cleaning.texts(raw, fields), contract["name"], fields, *wanted)
        books, parts = Books(contract, found_conventions), SortedParts(staging, key)
        undecided = [pl.DataFrame(schema={"_file": pl.String, "_record": pl.Int64})]
        rejected = [malformed_rows(malformed)]
        books.add_quarantine(rejected[0])
        with staged(table) as good, staged(quarantine) as bad, staged(changes) as log:
            with open(log, "wb") as file:
                pl.DataFrame(schema=CHANGES).write_csv(file)
                for batch in raw.collect_batches(chunk_size=BATCH, maintain_order=True):
                    frame = cleaning.worked(batch.lazy(), contract, found_conventions).collect()
                    cleaning.check_digits(frame, contract)
                    books.add_batch(frame)
                    books.add_fate("quarantined", frame.filter(pl.col("_reason").is_not_null()))
                    rows = quarantine_rows(frame, contract)
                    books.add_quarantine(rows)
                    if sum(books.reasons.values()) <= budget * total:  # beyond it the run fails, and none is written
                        rejected.append(rows)
                    change_rows(frame, contract).write_csv(file, include_header=False)
                    parts.add(frame.filter(pl.col("_reason").is_null()).select(*cleaning.PLACE, *names))
            required = [f["name"] for f in fields if f.get("required") or f["name"] in key]
            with open(good, "wb") as file:
                pl.DataFrame(schema=names).write_csv(file)
                for part in guarded(unrepeated(parts, contract, books, undecided), where, fields, required, key):
                    books.add_fate("silver", part)
                    part.write_csv(file, include_header=False)
            rejected.append(undecided_rows(raw, contract, pl.concat(undecided)))
            books.add_quarantine(rejected[-1])
            pl.concat(rejected).sort("file", "record").write_csv(bad)
            found = books.summary(is_one_file=len(files) == 1) | {
                "name": contract["name"],
                "title": contract["title"],
                "department": contract.get("department", ""),
                "files": [{key: stated[key] for key in ("file", "sha256", "bytes", "records")} for stated in files],
                "records": total,
                "conventions": found_conventions,
            }
            check_ledger(where, found)
            check_budget(where, found, budget)
    finally:
        shutil.rmtree(staging)
    write_json(summary_file, found)
    for warning in found["warnings"]:
        rulelog.log.warning(
            "%s: %d of %d texts in column %s look like UTF-8 that was read in another encoding; export it again",
            contract["name"], warning["cells"], warning["of"], warning["column"],
        )  # fmt: skip
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
