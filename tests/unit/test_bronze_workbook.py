"""A workbook is copied byte for byte once, whatever number of its sheets are tables."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import made_workbooks
import pytest

import bronze_workbook
from elt.bronze import exports
from elt.command.invocation import Invocation
from elt.faults import Fault
from elt.files import sha256
from elt.run.contract import Contract

FIELDS = [{"name": "id", "type": "string", "personal": "none", "description": "Id"}]
remedy = pytest.mark.remedy


def contracts(**sheets: str | None) -> dict[str, Contract]:
    """Table -> contract of a sheet of the same workbook."""
    stated = {"title": "T", "files": "erp/book.xlsx", "primaryKey": ["id"], "fields": FIELDS}
    return {
        name: Contract.of({**stated, "name": name, **({"sheet": sheet} if sheet else {})})
        for name, sheet in sheets.items()
    }


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook in a raw folder."""
    path = tmp_path / "raw/erp/book.xlsx"
    path.parent.mkdir(parents=True)
    path.write_bytes(made_workbooks.xlsx([["id"], ["a"]]))
    return path


def test_two_sheets_of_a_workbook_are_two_tables_and_one_copy(tmp_path: Path, book: Path):
    found, faults = exports.find(tmp_path / "raw", contracts(orders="Orders", customers="Customers"))
    assert faults == []
    assert found.names == ["book.xlsx.orders.csv", "book.xlsx.customers.csv"]
    assert found.tables == {"erp/book.xlsx, sheet Orders": "orders", "erp/book.xlsx, sheet Customers": "customers"}
    assert list(found.workbooks) == ["book.xlsx"]
    assert found.of_workbook("book.xlsx") == found.names
    assert found.sources == ["erp"]


def test_the_same_sheet_is_no_two_tables(tmp_path: Path, book: Path):
    _, [fault] = exports.find(tmp_path / "raw", contracts(orders="Orders", customers="Orders"))
    assert fault.startswith("customers: erp/book.xlsx, sheet Orders belongs to the table orders already")


@pytest.mark.parametrize(("kind", "erased", "kept"), [(None, "a", 1), ("customer", "a", 0), ("customer", "none", 1)])
def test_a_workbook_that_may_hold_erased_persons_is_not_kept(
    tmp_path: Path, book: Path, kind: str | None, erased: str, kept: int
):
    stated = contracts(orders="Orders", customers="Customers")
    [field] = stated["customers"].fields
    stated["customers"] = replace(stated["customers"], fields=(replace(field, erasure=kind),))
    company: Any = SimpleNamespace(contract=stated.__getitem__)
    found, _ = exports.find(tmp_path / "raw", stated)
    call = Invocation("run", datetime.now(UTC), {}, "home", company, found, erased)
    assert len(call.kept_workbooks) == kept


@remedy("bronze_workbook", "Start again when the export is complete")
@remedy("bronze_workbook", "Check that it is there, that you may read it, and that the disk has room")
def test_the_copy_has_the_bytes_of_the_workbook_and_a_changed_one_is_refused(tmp_path: Path, book: Path):
    copy = tmp_path / "artifacts/runs/r/bronze/workbooks/book.xlsx"
    for path, planned in ((book, "0" * 64), (tmp_path / "gone.xlsx", "")):
        with pytest.raises(Fault):
            bronze_workbook.main(raw=str(path), where="erp/book.xlsx", copy=str(copy), planned=planned)
        assert not copy.exists()
    bronze_workbook.main(raw=str(book), where="erp/book.xlsx", copy=str(copy), planned=sha256(book))
    assert copy.read_bytes() == book.read_bytes() and copy.stat().st_mode & 0o777 == 0o600


@remedy("elt.bronze.exports", "Add sheet: <name of the sheet> to the contract", line=True)
@remedy("elt.bronze.exports", "Remove sheet: from the contract", line=True)
def test_a_contract_says_of_each_workbook_which_sheet_it_reads(tmp_path: Path, book: Path):
    def fault(name: str, sheet: str | None) -> str:
        [line] = exports.find(tmp_path / "raw", contracts_of(name, sheet))[1] or [""]
        return line

    def contracts_of(name: str, sheet: str | None) -> dict[str, Contract]:
        [(table, contract)] = contracts(orders=sheet).items()
        return {table: Contract(**{**vars(contract), "files": f"erp/{name}"})}

    (book.parent / "text.csv").write_text("id\na\n")
    (book.parent / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    assert "is a workbook, and its contract names no sheet" in fault("book.xlsx", None)
    assert fault("book.xlsx", "Tabelle1") == ""
    assert "is no workbook, and its contract names a sheet" in fault("text.csv", "Tabelle1")
    assert fault("text.csv", None) == ""
    assert "a workbook of a kind that is not read" in fault("old.xls", "Tabelle1")
