"""Erase persons (Art. 17 GDPR): delete row-level files of the runs that hold them, and keep them out of later runs.

Inputs: a file or standard input with customers, one person a line; the contracts; bronze files of the company's
runs; its raw files, where a person is in no run.
Outputs: the erasure list, entries of the log of deletion, tombstones, a summary for the closing words.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.faults import Fault
from elt.files import read_json, write_json
from elt.protection import person_lists
from elt.protection.person_lists import PersonList
from elt.retention import deletion, deletion_log, erased_records, erasures, known_persons
from elt.retention.deletion import Deletion
from elt.retention.erased_records import Located
from elt.retention.erasures import HOME, PERSON, ErasedIdentifiers, Identifier
from elt.retention.known_persons import Search
from elt.run import run_folders
from elt.run.contract import Contract
from elt.run.settings import STANDARD_INPUT

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

WHY = "erasure of persons, Art. 17 GDPR"


def tables_of(run: Path, contracts: Mapping[str, Contract]) -> Iterator[Located]:
    """The identifiers in each bronze file of a run; raises Fault, KeyError or OSError where they cannot be read."""
    for path in sorted((run / "bronze/data").glob("*")):
        metadata = read_json(run / f"bronze/_meta/files/{path.name}.json")
        contract = contracts[metadata["table"]]
        if contract.erasure_kinds:
            yield erased_records.located(path, metadata, contract)


def readable(run: Path, contracts: Mapping[str, Contract]) -> list[Located] | None:
    """The same as a list; None where it is not certain what a run holds, so that it counts as concerned."""
    names = deletion.row_level(run)
    if not names:
        return []
    stated = {path.name.removesuffix(".json") for path in (run / "bronze/_meta/files").glob("*.json")}
    there = {path.name for path in (run / "bronze/data").glob("*")}
    if not there or there != stated or any(Path(name).name.startswith(".") for name in names):
        return None
    try:
        return list(tables_of(run, contracts))
    except (Fault, KeyError, OSError, ValueError):
        return None


def stated_list(source: str, contracts: Mapping[str, Contract]) -> PersonList:
    """The list in a file or standard input; raises Fault if the contracts identify nobody."""
    if not any(PERSON in contract.erasure_kinds for contract in contracts.values()):
        remedy = f"State erasure: {PERSON} at the field with the customer number"
        raise Fault("contracts", "no field says that it identifies a person", remedy)
    where = "standard input" if source == STANDARD_INPUT else Path(source).name
    content = sys.stdin.buffer.read() if source == STANDARD_INPUT else Path(source).read_bytes()
    return person_lists.read(person_lists.text_of(content, where), where)


def listed_before(key_file: Path) -> tuple[set[str], ErasedIdentifiers]:
    """(entries of a list that an ended call announced, all persons listed or announced); no key is made for it."""
    is_announced = deletion.is_announced()
    if erasures.digest() == erasures.NOTHING and not is_announced:
        return set(), ErasedIdentifiers(b"", ())
    key = erasures.read_key(key_file)
    announced = erasures.read(key, name=erasures.PENDING) if is_announced else set()
    return announced, ErasedIdentifiers(key, erasures.read(key) | announced)


def concerned(contents: Mapping[str, Sequence[Located] | None], erased: ErasedIdentifiers) -> set[str]:
    """Runs that hold a record of an erased person, or of which it is not certain."""
    return {
        name
        for name, tables in contents.items()
        if tables is None or any(erased_records.lines_of(table, erased)[0] for table in tables)
    }


def main(
    *,
    source: str,
    contracts: Mapping[str, Contract],
    names: Sequence[str],
    raw: str,
    key_file: str,
    when: str,
    output: str,
) -> None:
    """Find the persons' identifiers and runs, and carry the erasure out; `names`: the company's runs.

    `raw`: its raw folder. Nothing is written before every person is known, or marked as awaited.
    """
    stated = stated_list(source, contracts)
    deletion_log.entries(HOME)  # a broken log is found before anything is done
    deletion.lock_all()
    deletion.check_list(erasures.digest())
    contents = {name: readable(run_folders.RUNS / name, contracts) for name in names}
    everyone = frozenset(known_persons.seen(table for tables in contents.values() for table in tables or []))
    announced, before = listed_before(Path(key_file))
    listed, persons = Search(everyone, before, Path(raw), contracts).checked(stated)
    key = erasures.ready_key(Path(key_file))
    entries = erasures.read(key)
    named = set[Identifier]().union(*(person.identifiers for person in persons))
    erased = ErasedIdentifiers(key, entries | announced, named)
    erased_records.tie(erased, [table for tables in contents.values() for table in tables or []])
    fresh = entries | announced | {erasures.entry(key, identifier) for identifier in erased.known()}
    facts = {"persons": len(persons), "identifiers_added": len(fresh - entries)}
    began = {name for line in deletion.unconfirmed("erase") for name in line["runs"]}
    runs = concerned(contents, erased) | began
    text = erasures.text_of(key, fresh) if fresh != entries else None
    deleted = deletion.carry_out(Deletion("erase", WHY, when, facts, text), runs)
    met = sum(not person.identifiers.isdisjoint(everyone) for person in persons)
    write_json(output, summary(len(persons), met, deleted, listed.remarks()))
    rulelog.log.info("%d persons, %d runs", len(persons), len(deleted))


def summary(persons: int, met: int, deleted: Mapping[str, int], remarks: Sequence[str]) -> dict[str, Any]:
    """The closing words: how many persons, how many of them were met in a run, files deleted by run."""
    lines = [*remarks, *(f"{name}: {count} files deleted" for name, count in deleted.items())]
    lines.append(f"{met} of {persons} were met in a run; later runs leave all of them out and count their records")
    places = {name: run_folders.RUNS / name / "gold/_meta/publication.json" for name in deleted}
    published = {name: read_json(path) for name, path in places.items() if path.exists()}
    lines += [
        f"PostgreSQL still holds what was published of {name}; type in database {one['database']}: "
        f"DROP SCHEMA {one['schema']} CASCADE"
        for name, one in published.items()
    ]
    lines.append("The raw exports and your own copies are not touched: erase there, too")
    return {"words": f"{persons} persons are on the erasure list.", "lines": lines}


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        source=snakemake.params.source,
        contracts=snakemake.params.contracts,
        names=snakemake.params.runs,
        raw=snakemake.params.raw,
        key_file=snakemake.params.key_file,
        when=snakemake.params.when,
        output=snakemake.output.summary,
    )
