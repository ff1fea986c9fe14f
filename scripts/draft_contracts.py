"""Draft a contract for every export that has none: dialect, types, keys, references, hints on personal data.

Inputs: the folder of raw exports, the contracts that are there.
Outputs: config/<company>/contracts/<table>.yaml for what has no contract; a summary for the closing words. No file
that exists is written to.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from elt import rulelog
from elt.bronze import scan
from elt.draft import column_profile, column_types, contract_text, exports_below, role_hints
from elt.draft import keys as draft_keys
from elt.draft.contract_text import Table
from elt.draft.export_tables import Draft, grouped
from elt.draft.exports_below import Covered
from elt.faults import Fault
from elt.files import make_folder, read_yaml, write_json, write_text

if TYPE_CHECKING:
    import polars as pl
    from snakemake.iocontainers import snakemake

CURRENCY = "currency"
ENDINGS = ".csv, .txt, .tsv, .tab, .xlsx or .ods"


def known(company: Path) -> dict[str, Covered]:
    """Contract that is there -> the files that it covers; raises Fault for a file that is no contract."""
    import yaml

    covered = {}
    for path in sorted(company.glob("contracts/*.yaml")):
        try:
            contract = read_yaml(path)
        except (yaml.YAMLError, ValueError):
            contract = None
        if not isinstance(contract, dict) or not isinstance(contract.get("files"), str):
            raise Fault(
                path.as_posix(), "is no contract with files:, so it is open what it covers", "Mend or remove it"
            )
        covered[path.stem] = Covered(contract["files"], contract.get("sheet"))
    return covered


def find_key(frame: "pl.LazyFrame", table: Table) -> None:
    """Find the columns of the likeliest key and every candidate; fewest columns first, with the evidence for each."""
    columns, records, evidence = table.columns, table.records, table.key_evidence
    singles = draft_keys.single_keys(columns, records)
    table.candidates += [column.name for column in singles]
    for column in singles:
        again, empty = column.filled - column.distinct, records - column.filled
        but = [f"{again} repeat"] * bool(again) + [f"{empty} are empty"] * bool(empty)
        evidence.append(f"{column.name}: unique in {column.distinct} of {records} records" + but_for(but))
    is_unique = bool(singles) and singles[0].distinct == records and not draft_keys.is_label(singles[0])
    combined = [] if is_unique else draft_keys.combined_keys(frame, columns, records)
    if singles and draft_keys.is_label(singles[0]):  # a number and the place of a line are likelier than a name
        combined = [one for one in combined if not draft_keys.unlikely(one[0])]
    for parts, count in combined:
        names = " + ".join(part.name for part in parts)
        evidence.append(f"{names}: unique in {count} of {records} records")
    exact = [parts for parts, count in combined if count == records]
    is_sure = bool(singles) and not (exact and draft_keys.is_label(singles[0]))
    likeliest = singles[:1] if is_sure else exact[0] if exact else []
    table.key += [part.name for part in likeliest]


def but_for(words: Sequence[str]) -> str:
    """What a candidate key lacks."""
    return f" ({', '.join(words)})" if words else ""


def find_references(raws: Mapping[str, "pl.LazyFrame"], tables: Sequence[Table]) -> None:
    """Add to each table which of its columns may refer to the key of another one."""
    values = {
        (table.draft.name, key): draft_keys.values_of(raws[table.draft.name], key)
        for table in tables
        for key in table.candidates
    }
    keys = {table.draft.name: table.key for table in tables}
    for table in tables:
        mine = table.draft.name
        others = {target: found for target, found in values.items() if target[0] != mine}
        columns = [column for column in table.columns if others and draft_keys.may_refer(column)]
        for column in columns:
            own = draft_keys.values_of(raws[mine], column.name)
            for (name, key), found in others.items():
                is_alike = draft_keys.is_named_alike(column.name, name, key)
                if keys[name] != [key] and not (is_alike and draft_keys.names_something(column.name)):
                    continue  # two columns called city hold places, and neither is a number of the other table
                is_key = table.key == [column.name]
                if (count := draft_keys.refers(column, own, found, is_alike=is_alike, is_key=is_key)) is not None:
                    words = f"{count} of its {own.len()} distinct values are there"
                    table.references.append(f"{column.name} -> {name}.{key}: {words}")
                    table.foreign_keys.append((column.name, name, key))


def agree_on_types(tables: Sequence[Table]) -> None:
    """Make texts of whole numbers that refer to a text: they could not be compared with it."""
    kinds = {(table.draft.name, column.name): column.kind for table in tables for column in table.columns}
    for table in tables:
        by_name = {column.name: column for column in table.columns}
        for name, other, key in table.foreign_keys:
            if by_name[name].kind == "integer" and kinds[other, key] == "string":
                by_name[name].kind = "string"
                by_name[name].remarks.append(f"digits, but text as {other}.{key} is")


def find_roles(tables: Sequence[Table]) -> None:
    """Add to each table what its columns may be in the star schema."""
    for table in tables:
        mine = table.draft.name
        refer = [(one, key) for one in tables for _, other, key in one.foreign_keys if other == mine]
        table.roles = role_hints.proposed(
            mine,
            table.columns,
            table.key,
            referred=[key for _, key in refer],
            refers=[name for name, _, _ in table.foreign_keys],
            has_lines=any(role_hints.about(one.draft.name) == role_hints.SALES for one, _ in refer),
        )
    leave_currency_to_orders(tables)


def leave_currency_to_orders(tables: Sequence[Table]) -> None:
    """Take the role `currency` from lines whose order has it, and say where it is: a role is proposed once."""
    found = {table.draft.name: {role: name for name, role in table.roles.items()} for table in tables}
    of_orders = {table: roles[CURRENCY] for table, roles in found.items() if {CURRENCY, "order_number"} <= roles.keys()}
    for table in tables:
        orders = [other for _, other, _ in table.foreign_keys if other in of_orders]
        own = of_orders.get(table.draft.name)
        if own is not None and orders:
            del table.roles[own]
            (column,) = (one for one in table.columns if one.name == own)
            column.remarks.append(f"the role {CURRENCY} is proposed once, at {orders[0]}.{of_orders[orders[0]]}")


def profiled(drafts: Sequence[Draft], staging: Path) -> list[Table]:
    """The tables of some drafts: columns, keys and references. Staged files are written to the folder `staging`."""
    tables, raws = [], {}
    for draft in drafts:
        files, first = [export.path.as_posix() for export in draft.exports], draft.exports[0]
        stated = [export.metadata_as(first.columns) for export in draft.exports]
        raw, _ = scan.scan(files, stated, first.columns, staging / draft.name)
        index = [name for name in first.nameless if column_profile.counts_up(raw, name)]
        names = [name for name in first.columns if name not in index]
        raws[draft.name] = raw
        table = Table(draft, *column_types.profiled(raw, names, draft.name), index=index)
        find_key(column_profile.texts(raws[draft.name], names), table)
        tables.append(table)
    find_references(raws, tables)
    agree_on_types(tables)
    find_roles(tables)
    return tables


def write_drafts(tables: Sequence[Table], company: Path) -> None:
    """Write the contracts; raises Fault where one appeared in the meantime."""
    for table in tables:
        target = company / "contracts" / f"{table.draft.name}.yaml"
        if target.exists():
            raise Fault(target.as_posix(), "appeared while the drafts were made", "Start again")
        write_text(target, contract_text.contract(table))
        rulelog.log.info("%s: %d records, %d fields", target, table.records, len(table.columns))


def main(raw: str, company: str, staging: str, summary: str) -> None:
    """Find the exports without a contract, read them, write their drafts."""
    if not Path(raw).is_dir():
        raise Fault(raw, "there is no such folder", "Give the folder with the exports: --config raw=<folder>")
    covered = known(Path(company))
    make_folder(Path(staging))
    try:
        exports, faults = exports_below.read(Path(raw), covered, Path(staging))
        drafts = grouped(Path(raw), exports, covered)
        if not drafts and not covered:
            words = " ".join(faults).rstrip(".") or f"there is no file with the ending {ENDINGS}"
            raise Fault(raw, f"no contract can be drafted: {words}", "Export the tables as CSV into this folder")
        tables = profiled(drafts, Path(staging))
    finally:
        shutil.rmtree(staging)
    write_drafts(tables, Path(company))
    for fault in faults:
        rulelog.log.warning("%s", fault)
    kept = {name: one.pattern for name, one in covered.items()}
    write_json(summary, contract_text.summary(tables, kept, faults))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        raw=snakemake.params.raw,
        company=snakemake.params.company,
        staging=snakemake.params.staging,
        summary=snakemake.output.summary,
    )
