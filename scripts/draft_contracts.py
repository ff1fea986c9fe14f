"""Draft a contract for every export that has none: dialect, types, keys, references, hints on personal data.

Inputs: the folder of raw exports, the contracts that are there.
Outputs: config/<company>/contracts/<table>.yaml for what has no contract; a summary for the closing words. No file
that exists is written to.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.bronze import scan
from elt.draft import column_types, contract_text, export_files
from elt.draft.contract_text import Table
from elt.faults import Fault
from elt.files import make_folder, read_yaml, write_json, write_text

if TYPE_CHECKING:
    import polars as pl
    from snakemake.iocontainers import snakemake


def known(company: Path) -> dict[str, Any]:
    """Table -> contract that is there; raises Fault for a file that is no contract."""
    import yaml

    contracts = {}
    for path in sorted(company.glob("contracts/*.yaml")):
        try:
            contract = read_yaml(path)
        except (yaml.YAMLError, ValueError):
            contract = None
        if not isinstance(contract, dict) or not isinstance(contract.get("files"), str):
            raise Fault(
                path.as_posix(), "is no contract with files:, so it is open what it covers", "Mend or remove it"
            )
        contracts[path.stem] = contract
    return contracts


def keys(frame: "pl.LazyFrame", table: Table) -> None:
    """Find the columns of the likeliest key and every candidate; fewest columns first, with the evidence for each."""
    columns, records, evidence = table.columns, table.records, table.key_evidence
    singles = column_types.single_keys(columns, records)
    table.candidates += [column.name for column in singles]
    for column in singles:
        again, empty = column.filled - column.distinct, records - column.filled
        but = [f"{again} repeat"] * bool(again) + [f"{empty} are empty"] * bool(empty)
        evidence.append(f"{column.name}: unique in {column.distinct} of {records} records" + but_for(but))
    is_unique = bool(singles) and singles[0].distinct == records
    combined = [] if is_unique else column_types.combined_keys(frame, columns, records)
    for parts, count in combined:
        names = " + ".join(part.name for part in parts)
        evidence.append(f"{names}: unique in {count} of {records} records")
    exact = [parts for parts, count in combined if count == records]
    likeliest = singles[:1] or (exact[0] if exact else [])
    table.key += [part.name for part in likeliest]


def but_for(words: Sequence[str]) -> str:
    """What a candidate key lacks."""
    return f" ({', '.join(words)})" if words else ""


def references(raws: Mapping[str, "pl.LazyFrame"], tables: Sequence[Table]) -> None:
    """Add to each table which of its columns may refer to the key of another one."""
    values = {
        (table.draft.name, key): column_types.values_of(raws[table.draft.name], key)
        for table in tables
        for key in table.candidates
    }
    for table in tables:
        mine = table.draft.name
        others = {target: found for target, found in values.items() if target[0] != mine}
        for column in table.columns if others else ():
            if column.kind not in ("string", "integer"):
                continue
            own = column_types.values_of(raws[mine], column.name)
            for (name, key), found in others.items():
                if (count := column_types.refers(column, own, found)) is not None:
                    words = f"{count} of its {own.len()} distinct values are there"
                    table.references.append(f"{column.name} -> {name}.{key}: {words}")


def main(raw: str, company: str, staging: str, summary: str) -> None:
    """Find the exports without a contract, read them, write their drafts."""
    folder = Path(raw)
    if not folder.is_dir():
        raise Fault(raw, "there is no such folder", "Give the folder with the exports: --config raw=<folder>")
    contracts = known(Path(company))
    drafts, faults = export_files.found(folder, contracts)
    if not drafts and not contracts:
        words = " ".join(faults).rstrip(".") or "there is no file with the ending .csv, .txt, .tsv or .tab"
        raise Fault(raw, f"no contract can be drafted: {words}", "Export the tables as CSV into this folder")
    make_folder(Path(staging))
    try:
        tables, raws = [], {}
        for draft in drafts:
            exports = draft.exports
            names, place = list(exports[0].columns), Path(staging) / draft.name
            described = [export.metadata for export in exports]
            files = [export.path.as_posix() for export in exports]
            frame, _ = scan.scan(files, described, names, place)
            columns, records = column_types.profiled(frame, names)
            raws[draft.name] = frame
            tables.append(Table(draft, columns, records))
            keys(column_types.texts(frame, names), tables[-1])
        references(raws, tables)
    finally:
        shutil.rmtree(staging)
    for table in tables:
        target = Path(company) / "contracts" / f"{table.draft.name}.yaml"
        if target.exists():
            raise Fault(target.as_posix(), "appeared while the drafts were made", "Start again")
        write_text(target, contract_text.contract(table))
        rulelog.log.info("%s: %d records, %d fields", target, table.records, len(table.columns))
    for fault in faults:
        rulelog.log.warning("%s", fault)
    kept = {name: contract["files"] for name, contract in contracts.items()}
    write_json(summary, contract_text.summary(tables, kept, faults))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.params.raw,
        snakemake.params.company,
        snakemake.params.staging,
        snakemake.output.summary,
    )
