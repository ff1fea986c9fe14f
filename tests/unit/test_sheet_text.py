"""A sheet is read as a table with the values that it holds, and what is hidden, merged, wrong or lost in it is seen."""

import csv
import zipfile
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from made_workbooks import SHEET, ods, ods_row, with_part, xlsx
from one_table import Cleaned, clean, contract, field
from openpyxl.worksheet.worksheet import Worksheet

from elt.bronze import sheet_text
from elt.faults import Fault
from elt.run.contract import Contract
from elt.run.dialect import StatedDialect

HEADER = ["id", "value"]
LIBREOFFICE = Path(__file__).parents[1] / "data/libreoffice"  # made-up hours, saved by LibreOffice 7.4 in both formats


def table(kind: str = "string", **more: Any) -> dict[str, Any]:
    """A contract over a sheet with two columns."""
    dialect = {key: more.pop(key) for key in ("decimalChar", "skipLines", "skipFooterLines") if key in more}
    return contract(field("id"), field("value", kind, **more), sheet=SHEET, dialect=dialect)


def text_of(folder: Path, book: bytes, ending: str, content: dict[str, Any], **how: bool) -> list[list[str]]:
    """The cells of the text of a sheet."""
    source, target = folder / f"people{ending}", folder / "text.csv"
    source.write_bytes(book)
    sheet_text.write(source, target, f"people{ending}", Contract.of(content), **how)
    with open(target, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def column(folder: Path, cells: list[Any], ending: str = ".xlsx", content: dict[str, Any] | None = None) -> list[str]:
    """The texts of a column of values."""
    rows = [HEADER, *([f"A{at}", cell] for at, cell in enumerate(cells))]
    book = xlsx(rows) if ending == ".xlsx" else ods(rows)
    return [row[1] for row in text_of(folder, book, ending, content or table())[1:]]


def silver(folder: Path, book: bytes, content: dict[str, Any], ending: str = ".xlsx") -> Cleaned:
    """A sheet through bronze and silver."""
    folder.mkdir(exist_ok=True)
    return clean(folder, content, book, ending=ending)


@pytest.mark.parametrize("ending", [".xlsx", ".ods"])
@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        (["007", "01067", " x "], ["007", "01067", " x "]),
        ([7, 7.0, -3, 0.0], ["7", "7", "-3", "0"]),
        ([12.9, 0.1 + 0.2, 1e-7, 1234567.89], ["12.9", "0.3", "0.0000001", "1234567.89"]),
        ([date(2024, 1, 2), date(1999, 12, 31)], ["2024-01-02", "1999-12-31"]),
        ([datetime(2024, 1, 2, 3, 4, 5), date(2024, 1, 3)], ["2024-01-02T03:04:05", "2024-01-03T00:00:00"]),
        ([True, False], ["true", "false"]),
        (["Straße 5\nHinterhaus", 'a "b", c'], ["Straße 5\nHinterhaus", 'a "b", c']),
        ([4006381333931, 123456789012345678], ["4006381333931", "1.23456789012346E+17"]),
    ],
)
def test_values_are_written_in_one_way(tmp_path: Path, ending: str, cells: list[Any], texts: list[str]):
    assert column(tmp_path, cells, ending) == texts


def test_a_time_of_day_and_a_span_of_time_are_written_with_seconds(tmp_path: Path):
    assert column(tmp_path, [time(4, 5), timedelta(hours=30, seconds=1)]) == ["04:05:00", "30:00:01"]


def test_a_number_of_three_decimals_is_written_so_that_it_is_no_thousand(tmp_path: Path):
    cells = [1.25, 1.125, 12.0]
    assert column(tmp_path, cells, content=table("number")) == ["1.25", "1.1250", "12"]
    assert column(tmp_path, cells, content=table("number", decimalChar=",")) == ["1,25", "1,1250", "12"]
    assert column(tmp_path, cells, content=table("string")) == ["1.25", "1.125", "12"]
    content = contract(field("id"), field("Wert", "number", position=2), sheet=SHEET)
    assert column(tmp_path, cells, content=content) == ["1.25", "1.1250", "12"]


def test_weights_of_three_decimals_alone_are_read_as_they_are(tmp_path: Path):
    book = xlsx([HEADER, ["a", 1.125], ["b", 2.375]])
    found = silver(tmp_path, book, table("number", decimals=3))
    assert [row["value"] for row in found.rows("data")] == ["1.125", "2.375"]


def test_zeros_that_only_a_number_format_shows_are_kept(tmp_path: Path):
    def formatted(page: Worksheet) -> None:
        page["B2"].number_format = "00000"
        page["B3"].number_format = "00000"
        page["B4"].number_format = "0.00"

    book = xlsx([HEADER, ["a", 1067], ["b", 80331], ["c", 5]], change=formatted)
    assert [row[1] for row in text_of(tmp_path, book, ".xlsx", table())] == ["value", "01067", "80331", "5"]
    shown = '<table:table-cell office:value-type="float" office:value="1067"><text:p>01067</text:p></table:table-cell>'
    assert text_of(tmp_path, ods([HEADER, ["a", shown]]), ".ods", table())[1] == ["a", "01067"]


@pytest.mark.parametrize("ending", [".xlsx", ".ods"])
def test_what_libreoffice_saves_is_read_alike_from_both_formats(tmp_path: Path, ending: str):
    book = LIBREOFFICE / f"stunden{ending}"
    assert sheet_text.header_row(book, book.name, "Stunden") == 1  # the row above groups columns by merged cells
    content = contract(field("Nr"), field("Satz", "number"), sheet="Stunden", dialect={"skipLines": 1})
    assert text_of(tmp_path, book.read_bytes(), ending, content)[1:] == [
        ["Nr", "PLZ", "Dauer", "Satz", "Vermerk"],
        ["A1", "01067", "36:00:00", "0.19", ""],  # "D-"00000, [h]:mm, 0.0%, and a formula whose result is no text
        ["A2", "80331", "-01:30:00", "0.07", "klein"],
        ["A3", "01099", "09:00:00", "0.19", ""],
        ["A4", "04109", "78:00:00", "0.0050", "klein"],
    ]


def test_a_number_format_shows_zeros_in_front_only_where_it_pads(tmp_path: Path):
    codes = {"00000;-00000": "01067", "[$-407]00000": "01067", "000-000": "001067", "[<5]00000": "1067", "0.00": "1067"}

    def formatted(page: Worksheet) -> None:
        for row, code in enumerate(codes, 2):
            page[f"B{row}"].number_format = code

    book = xlsx([HEADER, *(["a", 1067] for _ in codes)], change=formatted)
    assert [row[1] for row in text_of(tmp_path, book, ".xlsx", table())[1:]] == list(codes.values())
    cell = '<table:table-cell office:value-type="float" office:value="{}"><text:p>{}</text:p></table:table-cell>'
    shown = [("1067", "001-067"), ("0", "0,00"), ("0.05", "0,05"), ("0", "000"), ("5", "0005,00")]
    book = ods([HEADER, *(["a", cell.format(*one)] for one in shown)])
    assert [row[1] for row in text_of(tmp_path, book, ".ods", table())[1:]] == ["001067", "0", "0.05", "000", "5"]


def error(page: Worksheet) -> None:
    """An error in the second record."""
    page["A3"].value, page["A3"].data_type = "#N/A", "e"


ODS_ERROR = (
    '<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value="" '
    'calcext:value-type="error"><text:p>#NV</text:p></table:table-cell>'
)


@pytest.mark.parametrize(
    ("ending", "book"),
    [
        (".xlsx", xlsx([HEADER, ["a", 1], ["b", 2], ["c", 3]], change=error)),
        (".ods", ods([HEADER, ["a", 1], [ODS_ERROR, 2], ["c", 3]])),
    ],
)
def test_an_error_is_a_missing_value_and_its_record_is_known_by_its_number(tmp_path: Path, ending: str, book: bytes):
    found = silver(tmp_path, book, table("integer"), ending)
    assert [number for number, _ in found.quarantine] == [2]
    assert [row["id"] for row in found.rows("data")] == ["a", "c"]


def test_article_numbers_that_are_cut_short_are_refused_with_their_record(tmp_path: Path):
    book = xlsx([HEADER, ["a", "4006381333931"], ["b", "4,00638E+12"]])
    with pytest.raises(Fault, match=r"crm/people\.xlsx, record 2\).*scientific notation"):
        silver(tmp_path, book, table())
    long = xlsx([HEADER, ["a", 123456789012345678]])
    with pytest.raises(Fault, match=r"record 1\).*scientific notation"):
        silver(tmp_path / "long", long, table())


def test_a_text_wrapped_as_a_formula_is_the_text(tmp_path: Path):
    found = silver(tmp_path, xlsx([HEADER, ["a", "x"]], change=lambda page: set_text(page["B2"], '="01067"')), table())
    assert [row["value"] for row in found.rows("data")] == ["01067"]


def set_text(cell: Any, text: str) -> None:
    """A text that looks like a formula."""
    cell.value, cell.data_type = text, "s"


def test_the_value_of_a_formula_is_taken_and_a_formula_without_one_is_refused(tmp_path: Path):
    book = xlsx([HEADER, ["a", "=1+1"], ["b", 5]])
    with pytest.raises(Fault, match=r"^crm/people\.xlsx, line 2: has formulas without a computed value \(1 cells\)"):
        silver(tmp_path, book, table())
    page = b'<c r="B2"><f>1+1</f><v>2</v></c>'
    sheet = "xl/worksheets/sheet1.xml"
    computed = with_part(book, sheet, part(book, sheet).replace(b'<c r="B2"><f>1+1</f><v /></c>', page))
    assert part(computed, sheet) != part(book, sheet)
    assert [row["value"] for row in silver(tmp_path / "b", computed, table()).rows("data")] == ["2", "5"]
    formula = '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"><text:p>2</text:p></table:table-cell>'
    assert text_of(tmp_path, ods([HEADER, ["a", formula]]), ".ods", table())[1] == ["a", "2"]


def part(workbook: bytes, name: str) -> bytes:
    """A part of a workbook."""
    with zipfile.ZipFile(BytesIO(workbook)) as archive:
        return archive.read(name)


def test_hidden_rows_and_columns_and_a_hidden_sheet_are_taken_and_said(tmp_path: Path):
    def hide(page: Worksheet) -> None:
        page.row_dimensions[3].hidden = True
        page.column_dimensions["B"].hidden = True
        page.parent.create_sheet("shown")
        page.sheet_state = "hidden"

    source, target = tmp_path / "people.xlsx", tmp_path / "text.csv"
    source.write_bytes(xlsx([HEADER, ["a", 1], ["b", 2], ["c", 3]], change=hide))
    found = sheet_text.write(source, target, "people.xlsx", Contract.of(table()))
    assert found == [
        {"rule": "taken from a hidden sheet", "records": 3},
        {"rule": "hidden rows taken", "records": 1},
        {"rule": "a hidden column taken", "column": "value", "records": 3},
    ]
    assert target.read_text("utf-8").splitlines()[2] == "b,2"


def test_hidden_rows_and_columns_of_a_document_are_said(tmp_path: Path):
    rows = [
        '<table:table-column/><table:table-column table:visibility="collapse"/>',
        HEADER,
        ods_row(["a", 1], 'table:visibility="filter"'),
        ["b", 2],
    ]
    (tmp_path / "p.ods").write_bytes(ods(rows))
    found = sheet_text.write(tmp_path / "p.ods", tmp_path / "text.csv", "p.ods", Contract.of(table()))
    assert [(one["rule"], one["records"]) for one in found] == [("hidden rows taken", 1), ("a hidden column taken", 2)]


MERGED = (
    '<table:table-cell table:number-rows-spanned="2" office:value-type="string"><text:p>a</text:p></table:table-cell>'
)


@pytest.mark.parametrize(
    ("ending", "book"),
    [
        (".xlsx", xlsx([["Liste"], HEADER, ["a", 1], [None, 2]], change=lambda page: page.merge_cells("A3:A4"))),
        (".ods", ods([["Liste"], HEADER, [MERGED, 1], ["<table:covered-table-cell/>", 2]])),
    ],
)
def test_merged_cells_in_the_table_are_refused_with_their_row(tmp_path: Path, ending: str, book: bytes):
    with pytest.raises(Fault, match=rf"^crm/people\{ending}, line 3: has merged cells"):
        silver(tmp_path, book, table(skipLines=1), ending)


def test_merged_cells_above_the_header_and_lines_below_the_table_do_no_harm(tmp_path: Path):
    rows = [["Umsatz 2024"], [], HEADER, ["a", 1], ["b", 2], [None, None], ["Anzahl: 2"]]
    book = xlsx(rows, change=lambda page: page.merge_cells("A1:B1"))
    found = silver(tmp_path, book, table("integer", skipLines=2, skipFooterLines=1))
    assert [(row["id"], row["value"]) for row in found.rows("data")] == [("a", "1"), ("b", "2")]


def test_a_table_that_begins_further_right_and_a_header_on_two_lines_are_read(tmp_path: Path):
    book = xlsx([[None, "id", "Preis\nEUR"], [None, "a", 2.5]])
    content = contract(field("id"), field("Preis EUR", "number", decimals=2), sheet=SHEET)
    assert [row["Preis EUR"] for row in silver(tmp_path, book, content).rows("data")] == ["2.50"]


def test_the_row_that_is_the_header_is_found_below_titles(tmp_path: Path):
    (tmp_path / "p.xlsx").write_bytes(xlsx([["Liste"], [], ["id", "a", "b"], [1, 2, 3]]))
    assert sheet_text.header_row(tmp_path / "p.xlsx", "p.xlsx", SHEET) == 2


def test_a_contract_is_read_by_the_signs_of_the_text_and_keeps_what_it_says_of_numbers():
    stated = Contract.of(table(decimalChar=",", skipLines=3))
    assert sheet_text.as_read(stated).dialect == StatedDialect(
        delimiter=",", encoding="utf-8", decimal_char=",", quote_char='"', skip_lines=3
    )
