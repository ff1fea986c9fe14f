"""Clean one raw table by its contract; every record is kept, quarantined, superseded or a duplicate, and counted.

Inputs: the table's bronze files with their metadata, its contract.
Outputs: silver/data/<table>.csv, silver/quarantine/<table>.csv, silver/changes/<table>.csv,
silver/_meta/tables/<table>.json.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from elt import rulelog
from elt.bronze import scan
from elt.files import make_folder, read_json, read_yaml, staged, write_json
from elt.silver import cleaning, conventions, deduplication
from elt.silver.books import Books, check_ledger
from elt.silver.budgets import Budget, check_budget, share_of_all
from elt.silver.external_sort import SortedParts, ahead
from elt.silver.output_contract import guarded
from elt.silver.quarantine import CHANGES, change_rows, malformed_rows, quarantine_rows, undecided_rows
from elt.tables import dates_as_text

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def unrepeated(
    parts: Iterable[pl.DataFrame], contract: Mapping[str, Any], books: Books, undecided: list[pl.DataFrame]
) -> Iterator[pl.DataFrame]:
    """The rows that reach silver, sorted by key; those that do not are booked, undecided ones listed by place."""
    names = [field["name"] for field in contract["fields"]]
    for part in parts:
        again = deduplication.neighbours(part, contract["primaryKey"])
        if again.height:
            fates = deduplication.repeats(again.lazy(), contract)
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
    budget: Budget,
    table: str,
    quarantine: str,
    changes: str,
    summary_file: str,
) -> None:
    """Read, clean, account for every record, check, write; batch by batch, so that memory does not grow."""
    contract, files = read_yaml(contract_file), [read_json(path) for path in metadata]
    fields, key, total = contract["fields"], contract["primaryKey"], sum(stated["records"] for stated in files)
    erased = sum(stated.get("erased", 0) for stated in files)  # bronze has left them out
    names, most = [field["name"] for field in fields], share_of_all(budget) * total
    where = f"{contract['name']} ({files[0]['file'] if len(files) == 1 else f'{len(files)} files'})"
    cleaning.check_expressions(contract, f"contract {Path(contract_file).name}")
    staging = Path(table).parent / f".{contract['name']}.staging"
    make_folder(staging)
    try:
        raw, malformed = scan.scan(bronze, files, names, staging)
        dialect = contract.get("dialect", {})
        wanted = dialect.get("decimalChar", "auto"), dialect.get("groupChar", "auto")
        is_tidy, is_unmarked = scan.holds(files, "is_tidy"), scan.holds(files, "is_unmarked")
        texts = cleaning.texts(raw, fields, is_tidy)
        found_conventions = conventions.decided(texts, contract["name"], fields, *wanted, is_unmarked)
        books, parts = Books(contract, found_conventions, is_tidy), SortedParts(staging, key)
        undecided = [pl.DataFrame(schema={"_file": pl.String, "_record": pl.Int64})]
        rejected = [malformed_rows(malformed)]
        books.add_quarantine(rejected[0])
        with staged(table) as good, staged(quarantine) as bad, staged(changes) as log:
            with open(log, "wb") as file:
                pl.DataFrame(schema=CHANGES).write_csv(file)
                batches = scan.batches(raw, bronze, files, cleaning.looks_across(contract))
                engine = contract, found_conventions, is_tidy
                for frame in ahead(cleaning.worked(batch.lazy(), *engine).collect() for batch in batches):
                    if not is_unmarked:
                        cleaning.check_digits(frame, contract)
                    books.add_batch(frame)
                    books.add_fate("quarantined", frame.filter(pl.col("_reason").is_not_null()))
                    rows = quarantine_rows(frame, contract)
                    books.add_quarantine(rows)
                    if sum(books.reasons.values()) <= most:  # beyond it the run fails, and none is written
                        rejected.append(rows)
                    change_rows(frame, contract).write_csv(file, include_header=False)
                    kept = frame.lazy().filter(pl.col("_reason").is_null()).select(*cleaning.PLACE, *names)
                    parts.add(kept.collect())
            required = [f["name"] for f in fields if f.get("required") or f["name"] in key]
            with open(good, "wb") as file:
                pl.DataFrame(schema=names).write_csv(file)
                for part in guarded(unrepeated(ahead(parts), contract, books, undecided), where, fields, required, key):
                    books.add_fate("silver", part)
                    dates_as_text(part).write_csv(file, include_header=False)
            rejected.append(undecided_rows(raw, contract, pl.concat(undecided)))
            books.add_quarantine(rejected[-1])
            pl.concat(rejected).sort("file", "record").write_csv(bad)
            books.fates["erased"] += erased
            found = books.summary(is_one_file=len(files) == 1) | {
                "name": contract["name"],
                "title": contract["title"],
                "department": contract.get("department", ""),
                "files": [{key: stated[key] for key in ("file", "sha256", "bytes", "records")} for stated in files],
                "records": total + erased,
                "conventions": found_conventions,
            }
            check_ledger(where, found)
            check_budget(where, found | {"records": total}, budget)
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
