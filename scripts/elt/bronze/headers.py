"""The header of a raw file against the columns of its contract, and what to say where they differ."""

import csv
import difflib
import json
from collections.abc import Iterator, Mapping, Sequence

from elt.faults import Fault
from elt.run.company import Contract

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
MARK = "\ufeff"
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
    """A header's cell as it is compared: without blanks and byte order mark, in lower case."""
    return cell.strip().removeprefix(MARK).strip().casefold()


def line_of_header(lines: Sequence[str], fields: Sequence[str], delimiters: Sequence[str], quote: str) -> int | None:
    """Position of the first line that has all of the contract's columns; None if there is none."""
    wanted = {name.casefold() for name in fields}
    for position, line in enumerate(lines):
        if any(wanted <= {name_of(cell) for cell in header_cells(line, d, quote)} for d in delimiters):
            return position
    return None


def best_reading(line: str, delimiters: Sequence[str], known: Mapping[str, str], quote: str) -> tuple[str, list[str]]:
    """(delimiter, cells) of a header line: the reading with the most known columns, of these the one with fewest cells.

    `known`: name in lower case -> name, of all columns that the contract knows.
    """
    readings = {d: [cell.strip() for cell in header_cells(line, d, quote)] for d in delimiters}

    def rank(delimiter: str) -> tuple[int, int]:
        cells = readings[delimiter]
        return len(known.keys() & {cell.casefold() for cell in cells}), -len(cells)

    best = max(readings, key=rank)
    return best, readings[best]


def find_columns(
    lines: Sequence[str], where: str, contract: Contract, *, delimiter: str, skip: int, quote: str
) -> tuple[str, tuple[str, ...], str]:
    """(delimiter, columns, header): the delimiter under which line `skip` equals the contract's fields, and that line.

    `delimiter`: the only one that is tried, or auto. Upper and lower case and the order of the columns do not matter;
    ignored columns may be there or not. Cells of a header that is not the contract's are never quoted, as the line may
    be a person; columns are named only beside all those that the contract knows.
    """
    fields = columns_in_file(contract)
    known = {name.casefold(): name for name in (*fields, *contract.ignore)}
    delimiters = list(DELIMITERS) if delimiter == "auto" else [delimiter]
    line = lines[skip] if skip < len(lines) else ""
    best, cells = best_reading(line, delimiters, known, quote)
    trailing = ("",) if len(cells) > 1 and not cells[-1] else ()
    cells = cells[: len(cells) - len(trailing)]
    header = [cell.casefold() for cell in cells]
    missing = [name for name in fields if name.casefold() not in header]
    if missing:
        if not any(header) and not skip:
            raise Fault(where, "the first line is blank, a header was expected", "Remove lines above the header")
        check_place(where, skip, line_of_header(lines, fields, delimiters, quote))
        if len(missing) == len(fields):
            raise Fault(
                f"{where}, line {skip + 1}",
                f"is not the header that the contract expects ({', '.join(fields)})",
                "Export the file with its header line as the first line",
            )
    check_columns(where, cells, missing, known)
    return best, (*(known[cell] for cell in header), *trailing), line


def check_place(where: str, skip: int, found: int | None) -> None:
    """Raises Fault if the header stands (`found`) in another line than below the `skip` lines above it."""
    if found is not None and found != skip:
        below = f"Remove the lines above it, or state skipLines: {found} under dialect in the contract"
        raise Fault(f"{where}, line {skip + 1}", f"is not the header, which stands in line {found + 1}", below)


def check_columns(where: str, cells: Sequence[str], missing: Sequence[str], known: Mapping[str, str]) -> None:
    """Raises Fault if a column stands twice, is missing or unknown; a new column comes with lines for the contract."""
    header = [cell.casefold() for cell in cells]
    unknown = [position for position, cell in enumerate(header) if not cell or cell not in known]
    repeated = sorted({known[cell] for cell in header if cell and header.count(cell) > 1 and cell in known})
    if repeated:
        raise Fault(where, f"column {', '.join(repeated)} stands in the header more than once", "Export it once")
    if missing:
        hints = "".join(f"; {hint}" for hint in renamed(header, missing, unknown))
        listed = ", ".join(missing)
        remedy = "Rename it in the export or in the contract" if hints else "Export it, or take it out of the contract"
        raise Fault(where, f"column {listed} of the contract is missing{hints}", remedy)
    if unknown:
        names = ", ".join(f"{cells[p]!r} (column {p + 1})" for p in unknown)
        lines = "\n".join(field_line(cells[p]) for p in unknown)
        raise Fault(
            where,
            f"has a column that the contract does not know: {names}",
            "Unknown means personal: name it under ignore, or add it to fields with the personal class that a person "
            f"decides (none, quasi, identifier or direct):\n{lines}\n ",
        )


def renamed(header: Sequence[str], missing: Sequence[str], unknown: Sequence[int]) -> Iterator[str]:
    """What each unknown column of a file may be called in the contract: by its name, else as the only one left."""
    names = {name.casefold(): name for name in missing}
    for position in unknown:
        near = difflib.get_close_matches(header[position], list(names), 1, LIKE_ENOUGH)
        if near:
            yield f"column {position + 1} of the file may be {names.pop(near[0])}"
        elif len(unknown) == len(missing) == 1:
            only = "the only one that the contract does not know"
            yield f"column {position + 1} of the file, {only}, may be {missing[0]}"


def field_line(name: str) -> str:
    """The line for a new column that is to be pasted into the fields of the contract; its class is left open."""
    return f"  - {{name: {json.dumps(name, ensure_ascii=False)}, type: string, personal: , description: }}"
