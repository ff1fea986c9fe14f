"""Erase persons (Art. 17 GDPR): delete row-level files of the runs that hold them, and keep them out of later runs.

Inputs: a file or standard input with customers, one person a line; the contracts; bronze files of the company's runs.
Outputs: the erasure list, entries of the log of deletion, tombstones, a summary for the closing words.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.faults import Fault
from elt.files import read_json, write_json
from elt.protection.pseudonyms import harmonised
from elt.retention import deletion, deletion_log, erased_records, erasures
from elt.retention.deletion import Deletion
from elt.retention.erased_records import Located
from elt.retention.erasures import HOME, ErasedIdentifiers, Identifier
from elt.run import run_folders
from elt.run.company import Contract
from elt.run.settings import STANDARD_INPUT

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

PERSON = "customer"  # the kind of an identifier that is given without one
WHY = "erasure of persons, Art. 17 GDPR"


def given(text: str, where: str, kinds: set[str]) -> list[set[Identifier]]:
    """The identifiers of each person: one person a line, parted by commas, `kind=value` or a customer number.

    Raises Fault, which names the line and not its content.
    """
    persons = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        identifiers = set()
        for part in line.split(","):
            stated, equals, value = part.partition("=")
            kind, value = (stated.strip(), value) if equals else (PERSON, stated)
            if kind not in kinds or not harmonised(value):
                problem = f"holds no identifier of one of these kinds: {', '.join(sorted(kinds))}"
                raise Fault(f"{where}, line {number}", problem, "Write <customer number>, or <kind>=<number>")
            identifiers.add((kind, harmonised(value)))
        persons.append(identifiers)
    if not persons:
        raise Fault(where, "names no one", "Write one person a line")
    return persons


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


def asked_for(source: str, contracts: Mapping[str, Contract]) -> list[set[Identifier]]:
    """The persons that a file or standard input names; raises Fault if the contracts identify nobody."""
    kinds = {kind for contract in contracts.values() for kind in contract.erasure_kinds}
    if PERSON not in kinds:
        remedy = f"State erasure: {PERSON} at the field with the customer number"
        raise Fault("contracts", "no field says that it identifies a person", remedy)
    if source == STANDARD_INPUT:
        return given(sys.stdin.read(), "standard input", kinds)
    path = Path(source)
    return given(path.read_text(encoding="utf-8", errors="replace"), path.name, kinds)


def concerned(contents: Mapping[str, Sequence[Located] | None], erased: ErasedIdentifiers) -> set[str]:
    """Runs that hold a record of an erased person, or of which it is not certain."""
    return {
        name
        for name, tables in contents.items()
        if tables is None or any(erased_records.lines_of(table, erased)[0] for table in tables)
    }


def main(
    source: str, contracts: Mapping[str, Contract], names: Sequence[str], key_file: str, when: str, output: str
) -> None:
    """Find the persons' identifiers and runs, and carry the erasure out; `names`: the company's runs."""
    persons = asked_for(source, contracts)
    deletion_log.entries(HOME)  # a broken log is found before anything is done
    deletion.lock_all()
    deletion.check_list(erasures.digest())
    key = erasures.ready_key(Path(key_file))
    entries = erasures.read(key)
    announced = erasures.read(key, name=erasures.PENDING) if deletion.is_announced() else set()
    contents = {name: readable(run_folders.RUNS / name, contracts) for name in names}
    erased = ErasedIdentifiers(key, entries | announced, set[Identifier]().union(*persons))
    erased_records.tie(erased, [table for tables in contents.values() for table in tables or []])
    everyone = seen(contents)
    met = sum(not person.isdisjoint(everyone) for person in persons)
    fresh = entries | announced | {erasures.entry(key, identifier) for identifier in erased.known()}
    listed = erasures.text_of(key, fresh) if fresh != entries else None
    facts = {"persons": len(persons), "identifiers_added": len(fresh - entries)}
    began = {name for line in deletion.unconfirmed("erase") for name in line["runs"]}
    runs = concerned(contents, erased) | began
    deleted = deletion.carry_out(Deletion("erase", WHY, when, facts, listed), runs)
    write_json(output, summary(len(persons), met, deleted))
    rulelog.log.info("%d persons, %d runs", len(persons), len(deleted))


def seen(contents: Mapping[str, Sequence[Located] | None]) -> set[Identifier]:
    """Every identifier in the runs that could be read."""
    tables = [table for found in contents.values() for table in found or []]
    return {identifier for table in tables for identifier in erased_records.held(table.records, table.contract)}


def summary(persons: int, met: int, deleted: Mapping[str, int]) -> dict[str, Any]:
    """The closing words: how many persons, how many of them were met in a run, files deleted by run."""
    lines = [f"{name}: {count} files deleted" for name, count in deleted.items()]
    lines.append(f"{met} of {persons} were met in a run; later runs leave all of them out and count their records")
    if published := [name for name in deleted if (run_folders.RUNS / name / "gold/_meta/publication.json").exists()]:
        lines.append(f"PostgreSQL still holds what was published of {', '.join(published)}: drop these schemas")
    lines.append("The raw exports and your own copies are not touched: erase there, too")
    return {"words": f"{persons} persons are on the erasure list.", "lines": lines}


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        source=snakemake.params.source,
        contracts=snakemake.params.contracts,
        names=snakemake.params.runs,
        key_file=snakemake.params.key_file,
        when=snakemake.params.when,
        output=snakemake.output.summary,
    )
