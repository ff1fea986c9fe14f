"""The header of a raw file against the columns of its contract, and what to say where they differ."""

import csv
import difflib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from elt.faults import Fault
from elt.run.contract import Contract

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
INVISIBLE = re.compile("[\u200b\u00ad\ufeff]")
COLUMN = re.compile(r"[^\W\d](?:[\w .,()/%&+#€°-]*[\w.)%€])?")  # what may be the name of a field, as in the schema
OTHER_SIGNS = re.compile(r"[^\w .,()/%&+#€°-]+")
LIKE_ENOUGH = 0.5  # likeness of two names (difflib) from which on one may be the other renamed


def columns_in_file(contract: Contract) -> list[str]:
    """The fields that a raw file has, in the order of the contract: all but those that are computed."""
    return [field.name for field in contract.fields if field.compute is None]


def header_cells(line: str, delimiter: str, quote: str) -> list[str]:
    """The cells of a header line, as written; the whole line as one cell if its quotes do not close."""
    quoting = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True, **quoting), [])
    except csv.Error:
        return [line]


def name_of(cell: str) -> str:
    """A header's cell as it is compared: composed (NFC), without blanks and invisible signs, in lower case."""
    if cell.isascii():
        return cell.strip().casefold()
    return composed(composed(cell).strip().casefold())


def composed(cell: str) -> str:
    """A header's cell in normal form C, without invisible signs, its blanks plain."""
    return unicodedata.normalize("NFC", re.sub(r"\s", " ", INVISIBLE.sub("", cell)))


def needs_position(names: Sequence[str], place: int) -> bool:
    """Whether the column at a place (0 is the first) has no name, shares it, or has one that no field may have."""
    name = names[place]
    return not name or names.count(name) > 1 or not COLUMN.fullmatch(name)


@dataclass(frozen=True)
class Expected:
    """The columns that a contract knows. `names`: name as it is compared -> name, of fields and what is ignored.

    `fields`: the fields that a header names; `places`: place (0 is the first column) -> field that the contract
    declares by its position.
    """

    names: Mapping[str, str]
    fields: tuple[str, ...]
    places: Mapping[int, str]

    @classmethod
    def of(cls, contract: Contract) -> "Expected":
        """What a contract expects."""
        in_file = [field for field in contract.fields if field.compute is None]
        named = tuple(field.name for field in in_file if field.position is None)
        known = {name_of(name): name for name in (*contract.ignore, *named)}
        return cls(known, named, {field.position - 1: field.name for field in in_file if field.position is not None})

    def missing(self, cells: Sequence[str]) -> list[str]:
        """The fields that a header should name and does not."""
        there = set(map(name_of, cells))
        return [name for name in self.fields if name_of(name) not in there]

    def is_blank_known(self, place: int) -> bool:
        """Whether a column without a name at a place is one of the contract's."""
        return "" in self.names or place in self.places

    def score(self, cells: Sequence[str]) -> int:
        """How many columns of the contract a reading of the header has."""
        names = [name_of(cell) for cell in cells]
        by_place = sum(place < len(names) and needs_position(names, place) for place in self.places)
        return len({name for name in names if name} & self.names.keys()) + by_place

    def columns(self, cells: Sequence[str]) -> list[str | None]:
        """The contract's name of each column; None where it knows none.

        Of ignored columns that share a name, or have none, all but the first are told apart by their position.
        """
        found: list[str | None] = []
        for place, cell in enumerate(cells):
            column = self.places.get(place, self.names.get(name_of(cell)))
            is_ignored = column is not None and column not in self.fields and place not in self.places
            is_taken = column == "" or column in found or column in self.places.values()
            found.append(f"(column {place + 1}){column}" if is_ignored and is_taken else column)
        return found


@dataclass(frozen=True)
class Header:
    """The header of a raw file: its delimiter, the contract's name of each column, its names as compared, its line."""

    delimiter: str
    columns: tuple[str, ...]
    names: tuple[str, ...]
    line: str

    @property
    def has_other_names(self) -> bool:
        """Whether a column is called in the file as nowhere in the contract, so that its position tells what it is."""
        return self.names != tuple(map(name_of, self.columns))


def line_of_header(lines: Sequence[str], expected: Expected, delimiters: Sequence[str], quote: str) -> int | None:
    """Position of the first line that has all of the columns that the contract names; None if there is none."""
    for position, line in enumerate(lines):
        if any(not expected.missing(header_cells(line, d, quote)) for d in delimiters):
            return position
    return None


def best_reading(line: str, delimiters: Sequence[str], expected: Expected, quote: str) -> tuple[str, list[str]]:
    """(delimiter, cells) of a header line: the reading with the most known columns, of these the one with fewest."""
    readings = {d: [cell.strip() for cell in header_cells(line, d, quote)] for d in delimiters}
    best = max(readings, key=lambda d: (expected.score(readings[d]), -len(readings[d])))
    return best, readings[best]


def find_columns(
    lines: Sequence[str], where: str, contract: Contract, *, delimiter: str, skip: int, quote: str
) -> Header:
    """The header in line `skip`, under the delimiter under which it equals the contract's fields.

    `delimiter`: the only one that is tried, or auto. Upper and lower case, composed letters and the order of the
    columns do not matter; ignored columns may be there or not. Cells of a header that is not the contract's are never
    quoted, as the line may be a person; columns are named only beside all those that the contract knows.
    """
    expected = Expected.of(contract)
    delimiters = list(DELIMITERS) if delimiter == "auto" else [delimiter]
    line = lines[skip] if skip < len(lines) else ""
    best, cells = best_reading(line, delimiters, expected, quote)
    is_trailing = len(cells) > 1 and not name_of(cells[-1]) and not expected.is_blank_known(len(cells) - 1)
    trailing = ("",) if is_trailing else ()
    cells = cells[: len(cells) - len(trailing)]
    missing = expected.missing(cells)
    if missing:
        if not any(cells) and not skip:
            raise Fault(where, "the first line is blank, a header was expected", "Remove lines above the header")
        check_place(where, skip, line_of_header(lines, expected, delimiters, quote))
        if len(missing) == len(expected.fields):
            raise Fault(
                f"{where}, line {skip + 1}",
                f"is not the header that the contract expects ({', '.join(columns_in_file(contract))})",
                "Export the file with its header line as the first line",
            )
    check_columns(where, cells, missing, expected)
    columns = [column or "" for column in expected.columns(cells)]
    return Header(best, (*columns, *trailing), (*map(name_of, cells), *trailing), line)


def check_place(where: str, skip: int, found: int | None) -> None:
    """Raises Fault if the header stands (`found`) in another line than below the `skip` lines above it."""
    if found is not None and found != skip:
        below = f"Remove the lines above it, or state skipLines: {found} under dialect in the contract"
        raise Fault(f"{where}, line {skip + 1}", f"is not the header, which stands in line {found + 1}", below)


def check_columns(where: str, cells: Sequence[str], missing: Sequence[str], expected: Expected) -> None:
    """Raises Fault if a column stands twice, is missing or unknown; a new column comes with lines for the contract."""
    names, columns = [name_of(cell) for cell in cells], expected.columns(cells)
    unknown = [place for place, column in enumerate(columns) if column is None]
    if missing:
        hints = "".join(f"; {hint}" for hint in renamed(names, missing, unknown))
        listed = ", ".join(missing)
        remedy = "Rename it in the export or in the contract" if hints else "Export it, or take it out of the contract"
        raise Fault(where, f"column {listed} of the contract is missing{hints}", remedy)
    check_positions(where, names, expected.places)
    check_repeated(where, cells, expected)
    if unknown:
        listed = ", ".join(f"{cells[place]!r} (column {place + 1})" for place in unknown)
        lines = "\n".join(field_line(cells, place) for place in unknown)
        blank = ' (one without a name as "")' if any(not names[place] for place in unknown) else ""
        raise Fault(
            where,
            f"has a column that the contract does not know: {listed}",
            f"Unknown means personal: name it under ignore{blank}, or add it to fields with the personal class that a "
            f"person decides (none, quasi, identifier or direct):\n{lines}\n ",
        )


def check_positions(where: str, names: Sequence[str], places: Mapping[int, str]) -> None:
    """Raises Fault where a position leads to no column, or to one with a name of its own: then columns have moved."""
    for place, field in places.items():
        if place >= len(names):
            words = f"has {len(names)} columns, and the contract declares {field} as column {place + 1}"
            raise Fault(where, words, "Correct position in the contract, or take the field out of it")
    for place, field in places.items():
        if not needs_position(names, place) and names[place] != name_of(field):
            words = f"column {place + 1}, which the contract declares as {field}, has a name of its own in the header"
            raise Fault(
                where,
                words,
                "Correct position in the contract, or leave it out and give the field the name that the column has; a "
                "position is for a column without a name, for a name that stands twice, and for one that no field may "
                "have",
            )


def check_repeated(where: str, cells: Sequence[str], expected: Expected) -> None:
    """Raises Fault where the name of a field stands in the header more than once."""
    columns = expected.columns(cells)
    for field in expected.fields:
        places = [place + 1 for place, column in enumerate(columns) if column == field]
        if len(places) > 1:
            lines = "\n".join(field_line(cells, place - 1) for place in places)
            raise Fault(
                where,
                f"column {field} stands in the header more than once (columns {', '.join(map(str, places))})",
                "Export it once, or declare each by its position in the contract, in place of the one field; for those "
                f"that are not needed name it under ignore:\n{lines}\n ",
            )


def renamed(header: Sequence[str], missing: Sequence[str], unknown: Sequence[int]) -> Iterator[str]:
    """What each unknown column of a file may be called in the contract: by its name, else as the only one left."""
    names = {name_of(name): name for name in missing}
    for position in unknown:
        near = difflib.get_close_matches(header[position], list(names), 1, LIKE_ENOUGH)
        if near:
            yield f"column {position + 1} of the file may be {names.pop(near[0])}"
        elif len(unknown) == len(missing) == 1:
            only = "the only one that the contract does not know"
            yield f"column {position + 1} of the file, {only}, may be {missing[0]}"


def field_names(cells: Sequence[str]) -> list[tuple[str, int | None]]:
    """(name that a field may have, position or None) of each column; a position where the name alone does not do."""
    names = [name_of(cell) for cell in cells]
    taken, found = set(names), list[tuple[str, int | None]]()
    for place, cell in enumerate(cells):
        if not needs_position(names, place):
            found.append((composed(cell).strip(), None))
            continue
        plain = re.sub(r"^[\W\d]+|[^\w.)%€]+$", "", OTHER_SIGNS.sub(" ", composed(cell)))
        plain = re.sub(" +", " ", plain)
        is_first = names.index(names[place]) == place
        name = plain if plain and is_first else f"{plain or 'column'}_{place + 1}"
        while name_of(name) in taken and not (is_first and name_of(name) == names[place]):
            name = f"{name}_{place + 1}"
        taken.add(name_of(name))
        found.append((name, place + 1))
    return found


def field_line(cells: Sequence[str], place: int) -> str:
    """The line for a new column that is to be pasted into the fields of the contract; its class is left open."""
    name, position = field_names(cells)[place]
    by_position = f"position: {position}, " if position else ""
    shown = json.dumps(name, ensure_ascii=False)
    return f"  - {{name: {shown}, {by_position}type: string, personal: , description: }}"
