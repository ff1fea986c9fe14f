"""Which files below a raw folder, and which sheets of them, are exports that have no contract yet."""

import csv
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from elt.bronze import exports, workbooks
from elt.draft import export_files, export_sheets
from elt.draft.export_files import Export
from elt.draft.personal_hints import without_persons
from elt.faults import Fault

ENDINGS = {".csv", ".txt", ".tsv", ".tab"}


class Covered(NamedTuple):
    """What a contract that is there covers: the pattern of its files, and the sheet if they are workbooks."""

    pattern: str
    sheet: str | None


def owned(raw: Path, covered: Iterable[Covered]) -> set[tuple[Path, str | None]]:
    """The files, or sheets of them, that have a contract already."""
    return {(path, one.sheet) for one in covered for path in exports.matching(raw, one.pattern)}


def files_below(raw: Path) -> list[Path]:
    """The files below the raw folder that may be exports by the ending of their names, sorted."""
    hidden = re.compile(r"(?:^|/)(?:\.|~\$)")  # Excel marks an open workbook by a file ~$name
    found = (path for path in raw.rglob("*") if path.is_file())
    return sorted(path for path in found if not hidden.search(path.relative_to(raw).as_posix()))


def said_place(place: str, number: int) -> str:
    """A place below the raw folder in words that may be said: with its number if a word of it is a person's name."""
    return place if without_persons(place) == place else f"file {number} by name below the raw folder"


def read(raw: Path, covered: Mapping[str, Covered], staging: Path) -> tuple[list[Export], list[str]]:
    """(exports without a contract, faults of files that cannot be drafted: a line each).

    `covered`: name of a contract -> what it covers; `staging`: folder for the texts of sheets.
    """
    found, faults, taken = [], [], owned(raw, covered.values())
    for number, path in enumerate(files_below(raw), start=1):
        where = said_place(exports.place_of(path, raw), number)
        if workbooks.is_other_workbook(path):
            faults.append(f"{where}: is a workbook of a kind that is not read. {workbooks.SAVE_AS}.")
        is_text = path.suffix.lower() in ENDINGS and (path, None) not in taken
        if is_text or workbooks.is_workbook(path):
            some, told = read_file(path, where, {sheet for file, sheet in taken if file == path}, staging / str(number))
            found += some
            faults += told
    return found, faults


def read_file(path: Path, where: str, taken: Collection[str | None], staging: Path) -> tuple[list[Export], list[str]]:
    """(the exports in a file: itself, or its sheets without those that are taken; faults: a line each)."""
    found, faults = [], []
    try:
        sheets: list[str | None] = list(workbooks.names(path, where)) if workbooks.is_workbook(path) else [None]
    except Fault as fault:
        return [], [told(fault)]
    for place, sheet in enumerate(sheets):
        if sheet is not None and sheet in taken:
            continue
        try:
            if sheet is None:
                found.append(export_files.opened(path, where))
            else:
                export = export_sheets.sheet_of(path, where, sheet, place, staging / f"{place}.csv")
                found.append(replace(export, is_only_sheet=len(sheets) == 1))
        except (Fault, csv.Error) as fault:
            faults.append(told(fault))
    return found, faults


def told(fault: Exception) -> str:
    """A fault in the closing words of a draft."""
    return str(fault).removesuffix(" Nothing was written.")
