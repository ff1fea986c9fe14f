"""Clean one raw table by its contract; every record is kept, quarantined, superseded or a duplicate, and counted.

Inputs: the table's bronze files with their metadata; its contract, as far as it says how to clean.
Outputs: silver/data/<table>.csv and its twin silver/parquet/<table>.parquet, silver/quarantine/<table>.csv,
silver/changes/<table>.csv, silver/_meta/tables/<table>.json.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from elt import rulelog
from elt.bronze import scan
from elt.files import read_json, scratch, staged, write_json
from elt.run.contract import Contract
from elt.silver import cleaning, conventions, other_formats, spreadsheets
from elt.silver.books import ERASED, QUARANTINED, SILVER, Books, check_ledger
from elt.silver.budgets import most_of_all
from elt.silver.cleaning import Rules
from elt.silver.deduplication import Deduplication
from elt.silver.external_sort import SortedParts, prefetched
from elt.silver.order_dates import OrderDates
from elt.silver.output_contract import validated
from elt.silver.quarantine import (
    CHANGES,
    QUARANTINE,
    Rejects,
    change_rows,
    late_rows,
    malformed_rows,
    quarantine_rows,
)
from elt.silver.stops import Stops
from elt.silver.zone_cuts import check_zones
from elt.table_files import write_parts
from elt.typed_twin import TypedTwin

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


@dataclass(frozen=True)
class Source:
    """The bronze files of a table and what bronze states of each; `raw`: their records as strings."""

    paths: Sequence[str]
    files: Sequence[Mapping[str, Any]]
    raw: pl.LazyFrame

    @property
    def where(self) -> str:
        """The files in messages."""
        return self.files[0]["file"] if len(self.files) == 1 else f"{len(self.files)} files"

    @property
    def records(self) -> int:
        """Records in bronze."""
        return sum(stated["records"] for stated in self.files)

    @property
    def erased(self) -> int:
        """Records of erased persons, which bronze has left out."""
        return sum(stated["erased"] for stated in self.files)

    def holds(self, flag: str) -> bool:
        """Whether a flag of the dialect (`is_tidy`, `is_unmarked`) holds for all records."""
        return scan.holds(self.files, flag)


def rules_of(contract: Contract, source: Source) -> Rules:
    """By what the table is cleaned, its conventions decided from all of its records."""
    is_tidy = source.holds("is_tidy")
    texts = cleaning.texts(source.raw, contract.fields, is_tidy=is_tidy)
    check_zones(texts, contract)
    found = conventions.decided(texts, contract, is_unmarked=source.holds("is_unmarked"))
    return Rules(contract, found, is_tidy)


def clean(
    source: Source, rules: Rules, books: Books, *, rejects: Rejects, parts: SortedParts, dates: OrderDates
) -> Iterator[pl.DataFrame]:
    """The cells that repairs changed, batch by batch, as rows of the change log.

    On the way what is fit for silver goes to `parts`, typed and repaired, what is not to `rejects`; all is booked, and
    the days that feed the order date are counted.
    """
    contract = rules.contract
    batches = scan.batches(source.raw, source.paths, source.files, is_whole=cleaning.looks_across(contract))
    for frame in prefetched(cleaning.working_frame(batch.lazy(), rules).collect() for batch in batches):
        if not source.holds("is_unmarked"):
            spreadsheets.check_digits(frame, contract)
        books.add_batch(frame)
        books.add_outcome(QUARANTINED, frame.filter(pl.col("_reason").is_not_null()))
        rejects.add(quarantine_rows(frame, contract))
        kept = frame.lazy().filter(pl.col("_reason").is_null()).select(*cleaning.PLACE, *contract.names).collect()
        dates.add_batch(kept)
        books.alike_keys.add_batch(kept)
        books.reused_numbers.add_batch(kept)
        parts.add(kept)
        yield change_rows(frame, contract)


def checked(parts: Iterable[pl.DataFrame], where: str, contract: Contract, books: Books) -> Iterator[pl.DataFrame]:
    """The rows of silver, validated against the output contract and booked."""
    for part in validated(parts, where, contract):
        books.add_outcome(SILVER, part)
        yield part


def summary_of(source: Source, rules: Rules, books: Books, parts: SortedParts, dates: OrderDates) -> dict[str, Any]:
    """The metadata of the table, whose last outcome is booked: records of erased persons, which bronze left out."""
    books.outcomes[ERASED] += source.erased
    contract, found = rules.contract, books.summary(parts.runs_again(), is_one_file=len(source.files) == 1)
    found["warnings"] += dates.warnings()
    return found | {
        "name": contract.name,
        "files": [{key: stated[key] for key in ("file", "sha256", "bytes", "records")} for stated in source.files],
        "records": source.records + source.erased,
        "conventions": rules.conventions,
        "order_dates": dates.described(),
    }


def formats_to_state(source: Source, rules: Rules, found: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Formats that read the days which are in quarantine because none of the contract's does, by field."""
    if not other_formats.are_many_unread(found["quarantined"], source.records):
        return {}
    fields = rules.contract.fields
    texts = cleaning.texts(source.raw, fields, is_tidy=rules.is_tidy)
    return {"formats": other_formats.to_state(texts, [f for f in fields if f.type == "date" and f.compute is None])}


def report_warnings(found: Mapping[str, Any]) -> None:
    """Say in the log what was found in texts, and how many records are in silver."""
    for warning in found["warnings"]:
        where, code = f"{found['name']}.{warning['column']}", warning["warning"].replace("_", " ")
        places = f" ({warning['places']})" if "places" in warning else ""
        rulelog.log.warning("%s: %s in %d of %d cells%s", where, code, warning["cells"], warning["of"], places)
    rulelog.log.info("%s: %d of %d records in silver", found["name"], found["silver"], found["records"])


def main(
    *,
    bronze: Sequence[str],
    metadata: Sequence[str],
    contract: Contract,
    stops: Stops,
    table: str,
    twin: str,
    quarantine: str,
    changes: str,
    summary: str,
    order_dates: Sequence[str] = (),
) -> None:
    """Read, clean, account for every record, check, write, by batches; `order_dates`: fields of the day of an order."""
    files = [read_json(path) for path in metadata]
    cleaning.check_expressions(contract, f"contract {contract.name}.yaml")
    with scratch(table) as folder, ExitStack() as stack:
        good, typed, bad, log = (stack.enter_context(staged(path)) for path in (table, twin, quarantine, changes))
        raw, malformed = scan.scan(bronze, files, contract.names, folder)
        source = Source(bronze, files, raw)
        rules, where = rules_of(contract, source), f"{contract.name} ({source.where})"
        books = Books(rules)
        parts, dates = SortedParts(folder, contract.primary_key), OrderDates(contract, order_dates, books)
        rejects, unrepeated = (
            Rejects(books, most_of_all(stops.quarantine, source.records)),
            Deduplication(contract, books),
        )
        rejects.add(malformed_rows(malformed))
        write_parts(log, CHANGES, clean(source, rules, books, rejects=rejects, parts=parts, dates=dates))
        unique = unrepeated.unique(dates.plausible(prefetched(parts)))
        TypedTwin(folder, contract.typed_columns).write(good, typed, checked(unique, where, contract, books))
        rejects.add(late_rows(raw, contract, pl.concat([*dates.apart, *unrepeated.undecided])))
        write_parts(bad, QUARANTINE, [rejects.table()])
        found = summary_of(source, rules, books, parts, dates)
        check_ledger(where, found)
        stops.check(where, found | formats_to_state(source, rules, found), source.records)
    write_json(summary, found)
    report_warnings(found)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        bronze=snakemake.input.bronze,
        metadata=snakemake.input.metadata,
        contract=snakemake.params.contract[0],
        order_dates=snakemake.params.order_dates,
        stops=snakemake.params.stops[0],
        table=snakemake.output.table,
        twin=snakemake.output.twin,
        quarantine=snakemake.output.quarantine,
        changes=snakemake.output.changes,
        summary=snakemake.output.metadata,
    )
