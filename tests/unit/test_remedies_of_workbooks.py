"""Remedies of messages about workbooks: each is brought about, applied as told, and the sheet is accepted whole."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from made_workbooks import SHEET, ods, with_part, xlsx
from one_table import clean, contract, field
from openpyxl.worksheet.worksheet import Worksheet

import draft_contracts
from elt.bronze import workbooks
from elt.faults import Fault

pytestmark = pytest.mark.slow
remedy = pytest.mark.remedy
ROWS = [["id", "value"], ["a", 1], ["b", 2]]
GOOD = {".xlsx": xlsx(ROWS), ".ods": ods(ROWS)}
TABLE = contract(field("id"), field("value", "integer"), sheet=SHEET)
SAVE_AS = "Open it in a spreadsheet program and save it as .xlsx or .ods, or export the table as CSV"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
ENCRYPTED = '<manifest><file-entry full-path="content.xml"><encryption-data/></file-entry></manifest>'

UNREAD = [
    (".xlsx", b"", "is empty"),
    (".xlsx", OLE, "old format .xls"),
    (".xlsx", with_part(GOOD[".xlsx"], "xl/workbook.bin"), "binary format .xlsb"),
    (".xlsx", with_part(GOOD[".xlsx"], "xl/vbaProject.bin"), "with macros"),
    (".xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    (".ods", ods(ROWS, manifest=ENCRYPTED), "protected by a password (OpenDocument)"),
    (".xlsx", b"<html><table><tr><td>id</td></tr></table></html>", "is damaged, or no workbook"),
    (".xlsx", GOOD[".xlsx"][:-300], "is damaged, or no workbook"),
    (".ods", with_part(GOOD[".ods"], "content.xml", b"<a"), "is damaged, or no workbook"),
    (".xlsx", with_part(GOOD[".xlsx"], "xl/worksheets/sheet1.xml", b"<worksheet><sheetData>"), "is damaged"),
    (".xlsx", with_part(GOOD[".xlsx"], "xl/worksheets/sheet1.xml", b"<!DOCTYPE a><worksheet/>"), "is damaged"),
]


def accepted(folder: Path, book: bytes, ending: str = ".xlsx", table: dict[str, Any] = TABLE) -> None:
    """See every record of a sheet in silver."""
    folder.mkdir(parents=True)
    found = clean(folder, table, book, ending=ending)
    assert (len(found.quarantine), len(found.rows("data"))) == (0, 2)


def refused(folder: Path, book: bytes, ending: str = ".xlsx", table: dict[str, Any] = TABLE) -> str:
    """The message with which a workbook is refused."""
    folder.mkdir(parents=True)
    with pytest.raises(Fault) as caught:
        clean(folder, table, book, ending=ending)
    return str(caught.value)


@remedy("elt.bronze.workbooks", "Export the table again")
@remedy("elt.bronze.workbooks", SAVE_AS)
@remedy("elt.bronze.workbooks", "Save it without macros, as .xlsx, or export the table as CSV")
@remedy("elt.bronze.workbooks", "Open it with its password, take the password away and save it again as .xlsx")
@remedy("elt.bronze.workbooks", "Open it with its password, take the password away and save it again as .ods")
@remedy(
    "elt.bronze.sheet_facts",
    "Open it in a spreadsheet program and save it again as .xlsx, or export it again",
)
def test_a_workbook_that_is_not_read_is_taken_once_it_is_saved_as_told(tmp_path: Path):
    for number, (ending, book, problem) in enumerate(UNREAD):
        assert problem in refused(tmp_path / f"bad{number}", book, ending)
    for ending, book in GOOD.items():
        accepted(tmp_path / f"good{ending}", book, ending)


@remedy("elt.bronze.workbooks", "Export the table as CSV")
def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patch:
        patch.setattr(workbooks, "LARGEST", 1000)
        assert "is larger than 4 GB unpacked" in refused(tmp_path / "bad", GOOD[".xlsx"])
    (tmp_path / "good").mkdir()
    text = {key: value for key, value in TABLE.items() if key != "sheet"}
    assert len(clean(tmp_path / "good", text, "id,value\na,1\nb,2\n").rows("data")) == 2


@remedy("elt.bronze.workbooks", "Correct sheet: in the contract; it is the name at the foot of the sheet")
@remedy("elt.bronze.sheet_text", "Correct sheet: in the contract, or export the table again")
def test_a_sheet_is_named_as_it_is_called(tmp_path: Path):
    book = xlsx(ROWS, change=lambda page: page.parent.create_sheet("empty"))
    for sheet, problem in (("Tabelle2", "has 2 sheets, none of them with this name"), ("empty", "has no cells")):
        assert problem in refused(tmp_path / sheet, book, table={**TABLE, "sheet": sheet})
    accepted(tmp_path / "good", book)


def merged(page: Worksheet) -> None:
    """The second record without a value of its own."""
    page.merge_cells("A2:A3")


@remedy("elt.bronze.sheet_text", "Undo the merging in the spreadsheet and fill each cell, or export the table as CSV")
@remedy("elt.bronze.sheet_text", "Open it in a spreadsheet program, so that they are computed, and save it again")
def test_a_sheet_is_taken_once_every_cell_has_its_value(tmp_path: Path):
    for number, book in enumerate((xlsx(ROWS, change=merged), xlsx([*ROWS, ["c", "=1+1"]]))):
        assert "crm/people.xlsx, line " in refused(tmp_path / f"bad{number}", book)
    accepted(tmp_path / "good", GOOD[".xlsx"])


def drafted(folder: Path, **files: bytes) -> list[str]:
    """Tables that are drafted from workbooks, and lines about what is not."""
    for name, content in files.items():
        path = folder / "raw" / name.replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    draft_contracts.main(*(str(folder / part) for part in ("raw", "new", "staging", "draft.json")))
    found = json.loads((folder / "draft.json").read_text("utf-8"))
    return [*found["drafted"], *found["faults"]]


@remedy("elt.draft.export_sheets", "look whether they are meant", line=True)
@remedy("elt.draft.export_sheets", "Rename the file")
def test_each_sheet_is_drafted_and_what_cannot_be_is_told(tmp_path: Path):
    book = xlsx([["Liste"], [], *ROWS], change=lambda page: two_more(page))
    found = drafted(tmp_path, shop__xlsx=book, old__xls=OLE, **{"a;b__xlsx": GOOD[".xlsx"], "~$shop__xlsx": b"x"})
    assert found[:2] == ["shop_kunden", "shop_tabelle1"]
    assert sorted(line.split(": ")[0] for line in found[2:]) == ["a file name", "old.xls"]
    contract_text = (tmp_path / "new/contracts/shop_kunden.yaml").read_text("utf-8")
    assert 'files: "shop*.xlsx"\nsheet: Kunden\n' in contract_text
    hidden = "hidden rows taken, 1 records; look whether they are meant"
    assert hidden in (tmp_path / "new/contracts/shop_tabelle1.yaml").read_text("utf-8")
    (tmp_path / "raw/old.xls").unlink()
    (tmp_path / "raw/a;b.xlsx").rename(tmp_path / "raw/b.xlsx")
    assert drafted(tmp_path) == ["b"]


def two_more(page: Worksheet) -> None:
    """A second table and an empty sheet; a record of the first is hidden."""
    page.row_dimensions[4].hidden = True
    other = page.parent.create_sheet("Kunden")
    for row in ROWS:
        other.append(row)
    page.parent.create_sheet("leer")


def test_no_message_holds_a_cell(tmp_path: Path):
    for number, rows in enumerate(([["id", "value"], ["Zyxwv", "=1+1"]], [["id", "value"], ["Zyxwv", "4,00638E+12"]])):
        table = contract(field("id"), field("value"), sheet=SHEET)
        assert "Zyxwv" not in refused(tmp_path / str(number), xlsx(rows), table=table)


def test_a_helper_of_these_tests_changes_one_part():
    with ZipFile(BytesIO(with_part(GOOD[".ods"], "content.xml", b"<a"))) as archive:
        assert archive.read("content.xml") == b"<a" and len(archive.namelist()) == 3
