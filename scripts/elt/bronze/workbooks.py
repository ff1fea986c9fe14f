"""The sheets of a workbook (.xlsx, .ods): which there are, and one of them as rows of values with its facts.

Values come from python-calamine, what it does not tell from the XML (`sheet_facts`). No formula is computed, no macro
run and no link followed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from elt.bronze import sheet_ods, sheet_xlsx
from elt.bronze.sheet_facts import SheetFacts, unreadable
from elt.faults import Fault

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

ENDINGS = {".xlsx": sheet_xlsx.facts, ".ods": sheet_ods.facts}
OTHER_ENDINGS = (".xls", ".xlsm", ".xlsb", ".xltx", ".fods", ".numbers")
OLE = b"\xd0\xcf\x11\xe0"  # the container of Excel before 2007, and of every workbook with a password
PASSWORD = "EncryptedPackage".encode("utf-16-le")
LARGEST = 4 << 30  # bytes of all parts unpacked; a workbook of Excel's most rows has less
SAVE_AS = "Open it in a spreadsheet program and save it as .xlsx or .ods, or export the table as CSV"


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, whether it is hidden, its rows of values from the first row and column on, its facts."""

    name: str
    is_hidden: bool
    values: "CalamineSheet"
    facts: SheetFacts

    def rows(self) -> Iterator[list[Any]]:
        """The rows, from the first one of the sheet on; a cell is a str, number, bool, date or time."""
        yield from self.values.iter_rows()


def is_workbook(name: str | Path) -> bool:
    """Whether a file is read as a workbook, by the ending of its name."""
    return Path(name).suffix.lower() in ENDINGS


def is_other_workbook(name: str | Path) -> bool:
    """Whether a file is a workbook of a kind that is not read."""
    return Path(name).suffix.lower() in OTHER_ENDINGS


def check_kind(path: Path, where: str) -> None:
    """Raises Fault for a file that is no workbook, or one that is not read: macros, a password, the old format."""
    with open(path, "rb") as file:
        start = file.read(1 << 16)
    if not start:
        raise Fault(where, "is empty", "Export the table again")
    if start.startswith(OLE):
        if PASSWORD in path.read_bytes():
            remedy = "Open it with its password, take the password away and save it again as .xlsx"
            raise Fault(where, "is protected by a password", remedy)
        raise Fault(where, "is a workbook in the old format .xls", SAVE_AS)
    try:
        with ZipFile(path) as archive:
            check_parts(archive, where)
    except (BadZipFile, OSError, ValueError) as error:
        raise unreadable(where, error) from None


def check_parts(archive: ZipFile, where: str) -> None:
    """Raises Fault for a workbook with macros, of the binary format, encrypted or too large to be one."""
    parts = set(archive.namelist())
    if sheet_xlsx.MACROS in parts:
        raise Fault(where, "is a workbook with macros", "Save it without macros, as .xlsx, or export the table as CSV")
    if sheet_xlsx.BINARY in parts:
        raise Fault(where, "is a workbook in the binary format .xlsb", SAVE_AS)
    if sheet_ods.is_encrypted(archive):
        remedy = "Open it with its password, take the password away and save it again as .ods"
        raise Fault(where, "is protected by a password (OpenDocument)", remedy)
    if sum(part.file_size for part in archive.infolist()) > LARGEST:
        raise Fault(where, "is larger than 4 GB unpacked", "Export the table as CSV")


def opened(path: Path, where: str) -> "CalamineWorkbook":
    """A workbook; raises Fault if it cannot be read."""
    from python_calamine import CalamineError, CalamineWorkbook

    check_kind(path, where)
    try:
        return CalamineWorkbook.from_path(path)
    except (CalamineError, OSError, ValueError) as error:
        raise unreadable(where, error) from None


def names(path: Path, where: str) -> list[str]:
    """Names of the sheets with cells, hidden ones too; sheets that are diagrams have none."""
    book = opened(path, where)
    return [name for name in book.sheet_names if holds_cells(book, name)]


def holds_cells(book: "CalamineWorkbook", name: str) -> bool:
    """Whether a sheet has any cell."""
    from python_calamine import CalamineError

    try:
        return book.get_sheet_by_name(name).total_height > 0
    except CalamineError:
        return False


def sheet_of(path: Path, where: str, name: str) -> Sheet:
    """One sheet of a workbook, by its name; raises Fault if there is none, or it cannot be read."""
    from python_calamine import CalamineError, SheetVisibleEnum

    book = opened(path, where)
    listed = {one.name: one.visible for one in book.sheets_metadata}
    if name not in listed:
        problem = f"has {len(listed)} sheets, none of them with this name"
        raise Fault(where, problem, "Correct sheet: in the contract; it is the name at the foot of the sheet")
    try:
        with ZipFile(path) as archive:
            facts = ENDINGS[path.suffix.lower()](archive, name)
        values = book.get_sheet_by_name(name)
    except (CalamineError, BadZipFile, expat.ExpatError, KeyError, ValueError, OSError) as error:
        raise unreadable(where, error) from None
    return Sheet(name, listed[name] != SheetVisibleEnum.Visible, values, facts)
