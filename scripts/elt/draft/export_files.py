"""What an export is: its header, its dialect, its lines above and below the table.

Nothing of a file but its header is ever named, and that only if it looks like one: a first line that is no header may
be a person.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from elt.bronze import dialects, exports, sheet_text, structural_validation
from elt.bronze.encodings import UnlikelyText, find_encoding
from elt.bronze.headers import COLUMN, DELIMITERS, composed, field_names, header_cells, name_of, needs_position
from elt.draft.personal_hints import looks_personal
from elt.faults import Fault
from elt.run.contract import Contract
from elt.run.dialect import StatedDialect
from elt.run.fields import Field

SENTENCE, MOST_PROSE = 4, 0.5  # words of a line, and the share of such lines above which a text is no table
MOST_ODD = 0.5  # share of the names in a header up to which it is one though they cannot be those of fields
MOST_WIDE = 0.5  # share of the records with a cell behind the last name up to which that is no column
MOST_FOOTERS = 5  # lines below the table that are looked for
YEAR = re.compile(r"(?:19|20)[0-9]{2}")  # may be the name of a column in a list that people keep
VALUE = re.compile(r"[-+]?[.,]?[0-9][0-9.,:/ -]*|[^@ ]+@[^@ ]+")
NO_PERSON_BESIDE = {"jan": "feb", "max": "min"}  # first names that are a month or a measure where the other one stands


@dataclass
class Export:
    """One raw file: where it lies, its columns under the names that fields may have, what the contract must say of it.

    `positions`: column -> its position (1 is the first), where the header does not name it alone or no field may be
    called so; `called`: what it is called there, or nothing.
    """

    path: Path
    where: str
    columns: tuple[str, ...]
    stated: dict[str, Any]  # for dialect in the contract
    remarks: list[str]
    metadata: dict[str, Any] = field(default_factory=dict)  # as bronze would state it
    sheet: str | None = None  # of a workbook; `path` is then its text
    workbook: Path | None = None
    is_only_sheet: bool = False
    positions: dict[str, int] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)

    @property
    def source(self) -> Path:
        """The file below the raw folder."""
        return self.workbook or self.path

    @property
    def nameless(self) -> list[str]:
        """The columns without a name in the header."""
        return [column for column, name in self.called.items() if not name]

    def metadata_as(self, names: Sequence[str]) -> dict[str, Any]:
        """The metadata with its columns spelt as those of another file of the table."""
        spelt = {name_of(name): name for name in names}
        dialect = self.metadata["dialect"]
        columns = [spelt.get(name_of(column), column) for column in dialect["columns"]]
        return {**self.metadata, "dialect": {**dialect, "columns": columns}}


def header_at(lines: Sequence[str], delimiter: str) -> tuple[int, list[str], int]:
    """(position, cells, lines of the same width) of the first line that is as wide as most lines are."""
    rows = [header_cells(line.rstrip("\r\n"), delimiter, '"') for line in lines]
    widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    width = max(widths, key=lambda w: (widths[w], w), default=0)
    counts = [sum(bool(cell.strip()) for cell in row) if len(row) == width else 0 for row in rows]
    most = max(counts, default=0)  # a title has the width of the table, too, where a spreadsheet has written it
    position = next((i for i, count in enumerate(counts) if count and 2 * count >= most), 0)
    return position, [cell.strip() for cell in rows[position]] if rows else [], widths[width]


def find_header(lines: Sequence[str], where: str) -> tuple[str, int, list[str], list[str]]:
    """(delimiter, lines above the header, its cells, other delimiters that fit as well).

    The delimiter is the one under which most lines have as many cells as the header, more than one.
    """
    separator = dialects.SEPARATOR_LINE.fullmatch(lines[0].strip("\r\n"))
    body = lines[1:] if separator else lines
    read = {d: header_at(body, d) for d in ([separator[1]] if separator else DELIMITERS)}
    fit = {d: found[2] for d, found in read.items() if len(found[1]) > 1}
    if not fit:
        first = separator[1] if separator else ","
        return first, read[first][0], read[first][1], []

    def named(d: str) -> int:
        return sum(bool(COLUMN.fullmatch(cell)) for cell in read[d][1])

    best = max(fit, key=lambda d: (fit[d], named(d)))
    others = [d for d in fit if d != best and fit[d] == fit[best]]
    skip, cells, _ = read[best]
    if not cells:
        raise Fault(where, "has no header line", "Export the table with the names of its columns in the first line")
    return best, skip, cells, others


def check_header(where: str, cells: Sequence[str]) -> None:
    """Raises Fault, without a word of the line, if it looks like data or most names cannot be those of columns."""
    named = [cell for cell in cells if cell]
    words = {cell.casefold() for cell in named}
    asked = [cell for cell in named if NO_PERSON_BESIDE.get(cell.casefold()) not in words and not YEAR.fullmatch(cell)]
    if any(VALUE.fullmatch(cell) or looks_personal(cell) for cell in asked):
        remedy = "Export the table with the names of its columns in the first line"
        raise Fault(where, "has no header: numbers, dates or personal data stand where names were expected", remedy)
    names = [name_of(cell) for cell in cells]
    odd = [place + 1 for place in range(len(names)) if needs_position(names, place)]
    unusable = [
        place for place in odd if not COLUMN.fullmatch(names[place - 1]) or names[place - 1] in names[: place - 1]
    ]
    if len(unusable) > MOST_ODD * len(names) or len(odd) == len(names):
        listed = ", ".join(map(str, odd))
        remedy = (
            "Give each column a name of its own, which starts with a letter and has letters, digits, blanks and "
            "_ - . , ( ) / % & + # only"
        )
        raise Fault(where, f"columns {listed} have no name, share one, or have signs that no field may have", remedy)


def check_table(lines: Sequence[str], where: str, cells: Sequence[str]) -> None:
    """Raises Fault for a text that is prose: one column, whose lines are sentences."""
    words = [len(line.split()) for line in lines if line.strip()]
    if len(cells) == 1 and sum(count >= SENTENCE for count in words) > MOST_PROSE * len(words):
        remedy = "Take it out of the folder, or export the table with a sign between its columns"
        raise Fault(where, "is a text and no table: one column, and its lines are sentences", remedy)


def export_of(path: Path, where: str, cells: Sequence[str], stated: dict[str, Any], remarks: list[str]) -> Export:
    """An export with the columns of its header; raises Fault if it is none."""
    check_header(where, cells)
    taken = field_names(cells)  # what the header does not name alone, or as no field may be called, has a position
    return Export(
        path,
        where,
        tuple(name for name, _ in taken),
        stated,
        remarks,
        positions={name: at for name, at in taken if at is not None},
        called={name: composed(cells[at - 1]).strip() for name, at in taken if at is not None},
    )


def likely_encoding(path: Path, where: str) -> tuple[str, str, dict[str, Any]]:
    """(encoding, reason, what the contract must state) of an export; the likeliest code page where none is certain."""
    try:
        return *find_encoding(path, where, "auto"), {}
    except UnlikelyText as fault:
        if not fault.likely:
            raise
        why = f"the likeliest of {', '.join(fault.likely)}, under which its words are text"
        return fault.likely[0], why, {"encoding": fault.likely[0]}


def opened(path: Path, where: str) -> Export:
    """What an export is, validated by the engine itself; raises Fault if it cannot be a table."""
    if not exports.SAFE_NAME.fullmatch(exports.composed(path.name)):
        raise Fault("a file name", "holds characters beyond letters, digits, space and . _ - + ( )", "Rename the file")
    if not path.stat().st_size:
        raise Fault(where, "is empty", "Export the table again")
    encoding, why, stated = likely_encoding(path, where)
    lines = dialects.first_lines(path, encoding, dialects.SEARCHED_LINES)
    delimiter, skip, cells, others = find_header(lines, where)
    check_table(lines, where, cells)
    remarks = [
        f"{PurePosixPath(where).name}: encoding {encoding.removesuffix('-sig')} ({why}); delimiter {shown(delimiter)}"
    ]
    if stated:
        remarks.append("  OPEN: look whether names and articles read well, and correct encoding")
    if others:
        stated["delimiter"] = delimiter
        remarks.append(
            f"  OPEN: {' and '.join(map(shown, others))} would fit as well; look, and correct delimiter and fields"
        )
    if skip:
        stated["skipLines"] = skip
        remarks.append(f"  {skip} lines above the header are left out")
    is_trailing = len(cells) > 1 and not cells[-1]
    export = export_of(path, where, cells[:-1] if is_trailing else cells, {**stated}, [*remarks])
    if is_trailing and is_last_filled(export):
        export = export_of(path, where, cells, stated, remarks)
    return validated(export)


def is_last_filled(export: Export) -> bool:
    """Whether the cells below a last header cell that is blank are filled: a column, and no delimiter at line ends."""
    try:
        structure = structural_validation.inspected(export.path, export.where, dialect_of(export))
    except Fault:
        return False
    return structure.faults.total() > MOST_WIDE * structure.records


def dialect_of(export: Export) -> dialects.Dialect:
    """The dialect of an export under the contract that is being drafted; raises Fault."""
    fields = tuple(Field(name, "string", position=export.positions.get(name)) for name in export.columns)
    stated = StatedDialect.of(export.stated)
    contract = Contract("", "", "", (), fields, dialect=stated, sheet=export.sheet)
    read_by = contract if export.sheet is None else sheet_text.as_read(contract)
    return dialects.detect(export.path, export.where, read_by)


def validated(export: Export) -> Export:
    """The export with the metadata that bronze would state; lines below the records are found on the way."""
    dialect, found = without_footers(export)
    if not found.records:
        raise Fault(export.where, "has a header and no records", "Export the table with its records")
    if footers := export.stated.get("skipFooterLines"):
        export.remarks.append(f"  {footers} lines below the last record are left out; look whether that is so")
    faulty = ", ".join(f"{count} {code}" for code, count in sorted(found.faults.items()))
    if faulty:
        export.remarks.append(f"  records with another structure than the header go to quarantine: {faulty}")
    described = {**dialect.described(), "is_plain": found.is_plain}
    export.metadata = {"file": export.where, "dialect": described, **found.described(dialect)}
    return export


def without_footers(export: Export) -> tuple[dialects.Dialect, structural_validation.Structure]:
    """(dialect, structure) of an export, with the lines at its end left out that are no records; raises Fault."""
    while True:
        dialect = dialect_of(export)
        try:
            return dialect, structural_validation.inspected(export.path, export.where, dialect)
        except Fault as fault:
            if "skipFooterLines" not in fault.remedy or export.stated.get("skipFooterLines") == MOST_FOOTERS:
                raise
            export.stated["skipFooterLines"] = export.stated.get("skipFooterLines", 0) + 1


def shown(delimiter: str) -> str:
    """A delimiter by its name."""
    return DELIMITERS[delimiter]
