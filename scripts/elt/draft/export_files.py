"""Which exports of a raw folder form a table that has no contract yet, and how its files are written.

Nothing of a file but its header is ever named, and that only if it looks like one: a first line that is no header may
be a person.
"""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

from elt.bronze import dialects, structural_validation
from elt.bronze.encodings import find_encoding
from elt.bronze.exports import SAFE_NAME
from elt.bronze.headers import DELIMITERS, header_cells
from elt.draft.personal_hints import looks_personal
from elt.faults import Fault

ENDINGS = {".csv", ".txt", ".tsv", ".tab"}
LEAST_LETTERS = 3  # that names of files must share to be one table
MOST_FOOTERS = 5
COLUMN = re.compile(r"[^\W\d](?:[\w .,()/%&+#€°-]*[\w.)%€])?")
VALUE = re.compile(r"[-+]?[0-9][0-9.,:/ -]*|[^@ ]+@[^@ ]+")


@dataclass
class Export:
    """One raw file: where it lies, its columns as written, and what the contract must say about its dialect."""

    path: Path
    where: str
    columns: tuple[str, ...]
    stated: dict[str, Any]  # for dialect in the contract
    remarks: list[str]
    metadata: dict[str, Any] = field(default_factory=dict)  # as bronze would state it


@dataclass
class Draft:
    """A table to be drafted: name, pattern of its files, the files."""

    name: str
    pattern: str
    exports: list[Export]


def files_below(raw: Path) -> list[Path]:
    """The files below the raw folder that may be exports by the ending of their names, sorted."""
    hidden = re.compile(r"(?:^|/)\.")
    found = (path for path in raw.rglob("*") if path.is_file())
    return sorted(path for path in found if not hidden.search(path.relative_to(raw).as_posix()))


def owned(raw: Path, contracts: Mapping[str, Any]) -> dict[Path, str]:
    """File -> contract that has it already."""
    return {path: name for name, contract in contracts.items() for path in raw.glob(contract["files"])}


def slug(text: str) -> str:
    """A text as the name of a table: lower case, umlauts written out, words joined by _."""
    for letter, written in {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}.items():
        text = unicodedata.normalize("NFC", text).lower().replace(letter, written)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return name if name[:1].isalpha() else f"table_{name}".rstrip("_")


def header_at(lines: Sequence[str], delimiter: str) -> tuple[int, list[str], int]:
    """(position, cells, lines of the same width) of the first line that is as wide as most lines are."""
    rows = [header_cells(line.rstrip("\r\n"), delimiter, '"') for line in lines]
    widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    width = max(widths, key=lambda w: (widths[w], w), default=0)
    position = next((i for i, row in enumerate(rows) if len(row) == width), 0)
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
    """Raises Fault, without a word of the line, if it looks like data or a name cannot be one of a column."""
    named = [cell for cell in cells if cell]
    if any(VALUE.fullmatch(cell) or looks_personal(cell) for cell in named):
        remedy = "Export the table with the names of its columns in the first line"
        raise Fault(where, "has no header: numbers, dates or personal data stand where names were expected", remedy)
    if len({cell.casefold() for cell in named}) < len(named) or len(named) < len(cells):
        places = [i for i, c in enumerate(cells, 1) if not c or [x.casefold() for x in cells].count(c.casefold()) > 1]
        listed = ", ".join(map(str, places))
        raise Fault(where, f"columns {listed} have no name or share one", "Give each column a name of its own")
    odd = [i for i, cell in enumerate(cells, 1) if not COLUMN.fullmatch(cell)]
    if odd:
        listed = ", ".join(map(str, odd))
        remedy = "Start names with a letter, and use letters, digits, blanks and _ - . , ( ) / % & + # only"
        raise Fault(where, f"the names of columns {listed} hold other signs than the contract allows", remedy)


def opened(path: Path, where: str) -> Export:
    """What an export is, judged by the engine itself; raises Fault if it cannot be a table."""
    if not SAFE_NAME.fullmatch(path.name):
        raise Fault("a file name", "holds characters beyond letters, digits, space and . _ - + ( )", "Rename the file")
    if not path.stat().st_size:
        raise Fault(where, "is empty", "Export the table again")
    encoding, why = find_encoding(path, where, "auto")
    lines = dialects.first_lines(path, encoding, dialects.SEARCHED_LINES)
    delimiter, skip, cells, others = find_header(lines, where)
    is_trailing = len(cells) > 1 and not cells[-1]
    cells = cells[:-1] if is_trailing else cells
    check_header(where, cells)
    remarks = [f"{path.name}: encoding {encoding.removesuffix('-sig')} ({why}); delimiter {shown(delimiter)}"]
    stated: dict[str, Any] = {}
    if others:
        stated["delimiter"] = delimiter
        remarks.append(f"  OPEN: {' and '.join(map(shown, others))} would fit as well; look, and correct delimiter")
    if skip:
        stated["skipLines"] = skip
        remarks.append(f"  {skip} lines above the header are left out")
    return judged(Export(path, where, tuple(cells), stated, remarks))


def judged(export: Export) -> Export:
    """The export with the metadata that bronze would state; lines below the records are found on the way."""
    while True:
        fields = [{"name": name} for name in export.columns]
        contract = {"fields": fields, "dialect": export.stated}
        dialect = dialects.detect(export.path, export.where, contract)
        try:
            found = structural_validation.inspected(export.path, export.where, dialect)
            break
        except Fault as fault:
            footers = export.stated.get("skipFooterLines", 0)
            if "skipFooterLines" not in fault.remedy or footers == MOST_FOOTERS:
                raise
            export.stated["skipFooterLines"] = footers + 1
    if not found.records:
        raise Fault(export.where, "has a header and no records", "Export the table with its records")
    if "skipFooterLines" in export.stated:
        words = f"{export.stated['skipFooterLines']} lines below the last record are left out; look whether that is so"
        export.remarks.append(f"  {words}")
    faulty = ", ".join(f"{count} {code}" for code, count in sorted(found.faults.items()))
    if faulty:
        export.remarks.append(f"  records with another structure than the header go to quarantine: {faulty}")
    described = {**dialect.described(), "is_plain": found.is_plain}
    export.metadata = {"file": export.where, "dialect": described, **found.described(dialect)}
    return export


def shown(delimiter: str) -> str:
    """A delimiter by its name."""
    return DELIMITERS[delimiter]


def shared_start(texts: Sequence[str]) -> str:
    """The letters with which all texts begin."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False))
    return "".join(letters[0] for letters in alike)


def stem_of(paths: Sequence[Path]) -> str:
    """What the names of files have in common, without years, months and numbers behind it."""
    common = shared_start([path.stem for path in paths])
    return re.sub(r"(?:[\W_]+\d|\d{4})[\d\W_]*$", "", common).rstrip(" _-.(") or common


def pattern_of(raw: Path, paths: Sequence[Path]) -> str | None:
    """The widest pattern that finds these files and no others below the raw folder; None if there is none."""
    folders = {path.parent.relative_to(raw).as_posix() for path in paths}
    folder = "**/" if len(folders) > 1 else "" if (only := folders.pop()) == "." else f"{only}/"
    suffix, common, stem = paths[0].suffix, shared_start([path.stem for path in paths]), stem_of(paths)
    joint = stem + re.match(r"[\W_]*", common[len(stem) :])[0]
    for start in (f"{stem}*", f"{joint}[0-9]*", f"{common}*", f"{common}[0-9]*", common):
        name = start + suffix
        if sorted(raw.glob(folder + name)) == sorted(paths):
            return folder + name
    return None


def together(exports: Iterable[Export]) -> list[list[Export]]:
    """Exports with equal columns, one ending and names that begin alike; the others alone."""
    groups: list[list[Export]] = []
    for export in exports:
        for group in groups:
            first = group[0]
            same = {c.casefold() for c in first.columns} == {c.casefold() for c in export.columns}
            paths = [*(other.path for other in group), export.path]
            if (
                same
                and first.path.suffix == export.path.suffix
                and sum(map(str.isalpha, stem_of(paths))) >= LEAST_LETTERS
            ):
                group.append(export)
                break
        else:
            groups.append([export])
    return groups


def grouped(raw: Path, exports: Iterable[Export], taken: Iterable[str]) -> list[Draft]:
    """The tables that exports form, with names that no contract has."""
    drafts: list[Draft] = []
    names = set(taken)
    for group in together(exports):
        pattern = pattern_of(raw, [export.path for export in group])
        for part, found in [(group, pattern)] if pattern else [([e], pattern_of(raw, [e.path])) for e in group]:
            wanted = slug(stem_of([export.path for export in part]))
            name = next(n for i in range(1, 1000) if (n := wanted if i == 1 else f"{wanted}_{i}") not in names)
            names.add(name)
            drafts.append(Draft(name, found or part[0].where, part))
    return drafts


def found(raw: Path, contracts: Mapping[str, Any]) -> tuple[list[Draft], list[str]]:
    """(tables without a contract, faults of files that cannot be drafted: a line each)."""
    exports, faults, owners = [], [], owned(raw, contracts)
    for path in files_below(raw):
        if path.suffix.lower() not in ENDINGS or path in owners:
            continue
        try:
            exports.append(opened(path, path.relative_to(raw).as_posix()))
        except (Fault, csv.Error) as fault:
            faults.append(str(fault).removesuffix(" Nothing was written."))
    return grouped(raw, exports, contracts), faults
