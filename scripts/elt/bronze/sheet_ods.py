"""Facts of a sheet in an OpenDocument spreadsheet (.ods), as ISO/IEC 26300 writes them."""

import re
from xml.parsers import expat
from zipfile import ZipFile

from elt.bronze.sheet_facts import MOST_REPEATED, Attributes, Listener, SheetFacts, parse

CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
ENCRYPTED = b"encryption-data"
CELLS = ("table-cell", "covered-table-cell")
ERROR = re.compile(r"#[A-ZÄÖÜ/0-9]+[!?]?|Err:[0-9]{3}")
ZEROS = re.compile(r"0[0-9]+")
HIDDEN = ("collapse", "filter")


class SheetReader:
    """Gathers the facts of one sheet from the elements of all sheets."""

    def __init__(self, sheet: str) -> None:
        self.sheet, self.facts, self.is_inside = sheet, SheetFacts(), False
        self.columns, self.row, self.column, self.rows = 0, 0, 0, 1
        self.cell: Attributes = {}
        self.shown, self.depth = "", 0  # the text that a cell shows, and how deep in a paragraph we are

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element."""
        if name == "table":
            self.is_inside = attributes.get("name") == self.sheet
        elif not self.is_inside:
            return
        elif name == "table-column":
            count = int(attributes.get("number-columns-repeated", 1))
            if attributes.get("visibility") in HIDDEN:
                self.facts.hidden_columns.append((self.columns, self.columns + count - 1))
            self.columns += count
        elif name == "table-row":
            self.column, self.rows = 0, int(attributes.get("number-rows-repeated", 1))
            if attributes.get("visibility") in HIDDEN and self.rows < MOST_REPEATED:
                self.facts.hidden_rows.update(range(self.row, self.row + self.rows))
        elif name in CELLS:
            self.cell, self.shown = attributes, ""
        elif name == "annotation":
            self.depth -= 1  # a comment has paragraphs, too, which are none of the cell
        elif name == "p":
            self.depth += 1

    def text(self, text: str) -> None:
        """Take text; only what a cell shows matters."""
        if self.depth > 0:
            self.shown += text

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if name == "table":
            self.is_inside = False
        elif not self.is_inside:
            return
        elif name == "p":
            self.depth -= 1
        elif name == "annotation":
            self.depth += 1
        elif name in CELLS:
            self.end_cell()
        elif name == "table-row":
            self.row += self.rows

    def end_cell(self) -> None:
        """Take what is special of a cell, for each place that it stands for."""
        cell, shown = self.cell, self.shown
        count = int(cell.get("number-columns-repeated", 1))
        here, self.column = self.column, self.column + count
        wide, high = int(cell.get("number-columns-spanned", 1)), int(cell.get("number-rows-spanned", 1))
        if wide > 1 or high > 1:
            self.facts.merged.append(((self.row, here), (self.row + high - 1, here + wide - 1)))
        is_error = cell.get("calcext:value-type") == "error" or (
            "formula" in cell and ERROR.fullmatch(shown) is not None
        )
        has_zeros = cell.get("value-type") == "float" and ZEROS.fullmatch(shown) is not None
        is_empty = "formula" in cell and not shown and not {"value", "date-value", "value-type"} & cell.keys()
        if not (is_error or has_zeros or is_empty):
            return
        if count * self.rows > MOST_REPEATED:
            raise expat.ExpatError("a repeated cell")
        for place in ((row, at) for row in range(self.row, self.row + self.rows) for at in range(here, here + count)):
            if is_error:
                self.facts.errors[place] = shown
            elif has_zeros:
                self.facts.digits[place] = len(shown)
            else:
                self.facts.empty_formulas.append(place)


def facts(archive: ZipFile, sheet: str) -> SheetFacts:
    """The facts of a sheet; raises KeyError, ValueError or expat.ExpatError for a damaged workbook."""
    reader = SheetReader(sheet)
    with archive.open(CONTENT) as file:
        parse(file, Listener(reader.start, reader.text, reader.end))
    return reader.facts


def is_encrypted(archive: ZipFile) -> bool:
    """Whether the parts of a document are encrypted."""
    return MANIFEST in archive.namelist() and ENCRYPTED in archive.read(MANIFEST)
