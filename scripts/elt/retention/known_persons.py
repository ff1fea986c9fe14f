"""Whether the persons of a list for erasure are known: met in a run, in the raw exports, or on the erasure list."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from elt.bronze import dialects, exports, sheet_text, structural_validation
from elt.bronze.exports import RawFile
from elt.faults import Fault
from elt.protection import person_lists
from elt.protection.person_lists import Line, PersonList
from elt.protection.pseudonyms import harmonised
from elt.retention import erased_records
from elt.retention.erased_records import Located
from elt.retention.erasures import HOME, PERSON, ErasedIdentifiers, Identifier
from elt.run.contract import Contract

REMEDY = "Write <customer number>, or <kind>=<number>"


@dataclass(frozen=True)
class Person:
    """A person to be erased: the line of the list, and the identifiers that it gives."""

    line: Line
    identifiers: frozenset[Identifier]


def seen(tables: Iterable[Located]) -> set[Identifier]:
    """Every identifier in some tables."""
    return {identifier for table in tables for identifier in erased_records.held(table.records, table.contract)}


def of_kind(identifiers: Iterable[Identifier], wanted: str = PERSON) -> frozenset[str]:
    """The values of one kind."""
    return frozenset(value for kind, value in identifiers if kind == wanted)


def located(file: RawFile, contract: Contract) -> Located:
    """The identifiers in a raw file; raises Fault or OSError where it cannot be read."""
    with sheet_text.readable(Path(file.path), file.place, contract, HOME / file.name) as (path, read_by):
        dialect = dialects.detect(path, file.place, read_by)
        structure = structural_validation.inspected(path, file.place, dialect)
        described = structure.flagged(dialect).described()
        metadata = {"file": file.place, "dialect": described, **structure.described(dialect)}
        return erased_records.located(path, metadata, contract)


def in_raw(raw: Path, contracts: Mapping[str, Contract]) -> tuple[set[Identifier], int]:
    """(identifiers in the raw files that can identify a person, how many of these files cannot be read)."""
    found, unread = set[Identifier](), 0
    for file in exports.find(raw, contracts)[0].by_name.values():
        if not contracts[file.table].erasure_kinds:
            continue
        try:
            found |= seen([located(file, contracts[file.table])])
        except (Fault, OSError, ValueError):
            unread += 1
    return found, unread


def identifiers(line: Line, where: str, kinds: Collection[str], known: Collection[str]) -> frozenset[Identifier]:
    """The identifiers that a line gives: a customer number, or cells `<kind>=<number>`; raises Fault, never quoting.

    Where a kind is stated in the line, a cell without one is a customer number too; else only the first cell counts.
    """
    if not any("=" in cell for cell in line.cells):
        return frozenset({(PERSON, line.entry(known))})
    found = set()
    for cell in line.cells:
        stated, equals, value = cell.partition("=")
        kind, number = (stated.strip(), harmonised(value)) if equals else (PERSON, cell)
        if kind not in kinds or not number:
            problem = f"holds no identifier of one of these kinds: {', '.join(sorted(kinds))}"
            raise Fault(f"{where}, line {line.number}", problem, REMEDY)
        found.add((kind, number))
    return frozenset(found)


def persons(
    stated: PersonList, kinds: Collection[str], known: Collection[str], columns: Iterable[str]
) -> tuple[PersonList, list[Person]]:
    """(the list without its header, its persons); raises Fault for a line that cannot be used, and for no line.

    `known`: customer numbers; `columns`: names of columns of raw files.
    """
    listed = person_lists.without_header(stated, known, columns)
    person_lists.check_single(listed, known)
    found = [Person(line, identifiers(line, listed.where, kinds, known)) for line in listed.lines]
    if not found:
        raise Fault(listed.where, "names no one", "Write one person a line")
    return listed, found


def why(unmatched: Sequence[Person], known: Collection[Identifier]) -> list[str]:
    """Why persons are unknown, counted: another column, another kind of number, or another form of the number."""
    numbers, found = of_kind(known), set[Identifier]().union(*(person.identifiers for person in unmatched))
    if elsewhere := person_lists.elsewhere([person.line for person in unmatched], numbers):
        return elsewhere
    reasons = []
    for kind in sorted({kind for kind, _ in known}):
        other = of_kind(known, kind)
        count = sum(value in other for stated, value in found if stated != kind)
        reasons += [f"{count} would match as {kind}=<number>"] * bool(count)
        reasons += person_lists.reasons(sorted(of_kind(found, kind)), other)
    return reasons


@dataclass(frozen=True)
class Search:
    """Where persons are looked for: identifiers in runs, those on the erasure list, and the raw exports.

    `raw` is read only if somebody is met in none of the others.
    """

    in_runs: frozenset[Identifier]
    on_list: ErasedIdentifiers
    raw: Path
    contracts: Mapping[str, Contract]

    def among(self, stated: PersonList, known: Collection[Identifier]) -> tuple[PersonList, list[Person]]:
        """(the list without its header, its persons), read with some known identifiers."""
        kinds = {kind for contract in self.contracts.values() for kind in contract.erasure_kinds}
        columns = [name for contract in self.contracts.values() for name in contract.names]
        numbers = of_kind(known) | stated.held(lambda number: (PERSON, number) in self.on_list)
        return persons(stated, kinds, numbers, columns)

    def unknown(self, found: Iterable[Person], known: Collection[Identifier]) -> list[Person]:
        """The persons that are neither known nor on the erasure list."""
        return [
            person
            for person in found
            if person.identifiers.isdisjoint(known) and not any(one in self.on_list for one in person.identifiers)
        ]

    def checked(self, stated: PersonList) -> tuple[PersonList, list[Person]]:
        """(the list without its header, its persons); raises Fault for persons who are unknown and not awaited."""
        listed, found = self.among(stated, self.in_runs)
        if listed.header is None and not self.unknown(found, self.in_runs):
            return listed, found
        in_files, unread = in_raw(self.raw, self.contracts)
        known = self.in_runs | in_files
        listed, found = self.among(stated, known)
        unmatched = [person for person in self.unknown(found, known) if not person.line.is_awaited]
        if unmatched:
            unreadable = f" ({unread} files cannot be read)" * bool(unread)
            place = f"a run of the company, in {self.raw.name}{unreadable} or on the erasure list"
            raise person_lists.refusal(listed, [person.line for person in unmatched], why(unmatched, known), place)
        return listed, found
