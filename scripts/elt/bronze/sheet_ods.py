"""Facts of a sheet in an OpenDocument spreadsheet (.ods), as ISO/IEC 26300 writes them."""

import re
from datetime import timedelta
from xml.parsers import expat
from zipfile import ZipFile

from elt.bronze.sheet_facts import MOST_REPEATED, Attributes, Listener, SheetFacts, parse

CONTENT, META, MANIFEST = "content.xml", "meta.xml", "META-INF/manifest.xml"
ENCRYPTED = b"encryption-data"
CELLS = ("table-cell", "covered-table-cell")
ERROR = re.compile(r"#[A-ZÄÖÜ/0-9]+[!?]?|Err:[0-9]{3}")
ZEROS = re.compile(r"0[0-9]+")
SPAN = re.compile(r"(-?)PT([0-9]+)H([0-9]+)M([0-9]+)(?:\.([0-9]+))?S")
DAY = 24  # hours from which a time is no time of day
# These programs compute every formula before they save, and write a formula whose result is an empty text bare.
COMPUTING = re.compile(r"LibreOffice|OpenOffice|Collabora")
HIDDEN = ("collapse", "filter")


def span_of(cell: Attributes) -> timedelta | None:
    """The time of a cell if it is no time of day: of a day or more, or below zero."""
    found = SPAN.fullmatch(cell.get("time-value", ""))
    if not found or not (found[1] or int(found[2]) >= DAY):
        return None
    span = timedelta(hours=int(found[2]), minutes=int(found[3]), seconds=float(f"{found[4]}.{found[5] or 0}"))
    return -span if found[1] else span


def digits_shown(cell: Attributes, shown: str) -> int:
    """Digits that the format of a number shows, the first of them a zero; 0 if it is none that only pads.

    `D-01067` shows five of 1067; `0.00` and `0,05` show none, as the number behind the digits is another.
    """
    digits = re.sub("[^0-9]", "", shown)
    if cell.get("value-type") != "float" or not ZEROS.fullmatch(digits):
        return 0
    is_padded = ZEROS.fullmatch(shown) is not None or (int(digits) > 0 and cell.get("value") == digits.lstrip("0"))
    return len(digits) if is_padded else 0


class SheetReader:
    """Gathers the facts of one sheet from the elements of all sheets.

    `is_computed`: whether a program has written the document that computes every formula.
    """

    def __init__(self, sheet: str, *, is_computed: bool) -> None:
        self.sheet, self.facts, self.is_inside, self.is_computed = sheet, SheetFacts(), False, is_computed
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
        digits, span = digits_shown(cell, shown), span_of(cell)
        is_bare = "formula" in cell and not shown and not {"value", "date-value", "value-type"} & cell.keys()
        is_empty = is_bare and not self.is_computed
        if not (is_error or digits or span is not None or is_empty):
            return
        if count * self.rows > MOST_REPEATED:
            raise expat.ExpatError("a repeated cell")
        for place in ((row, at) for row in range(self.row, self.row + self.rows) for at in range(here, here + count)):
            if is_error:
                self.facts.errors[place] = shown
            elif digits:
                self.facts.digits[place] = digits
            elif span is not None:
                self.facts.spans[place] = span
            else:
                self.facts.empty_formulas.append(place)


def is_computed(archive: ZipFile) -> bool:
    """Whether a program has written a document that computes every formula."""
    found: list[str] = []
    if META in archive.namelist():
        with archive.open(META) as file:
            parse(file, Listener(lambda *_: None, found.append))
    return COMPUTING.search(" ".join(found)) is not None


def facts(archive: ZipFile, sheet: str) -> SheetFacts:
    """The facts of a sheet; raises KeyError, ValueError or expat.ExpatError for a damaged workbook."""
    reader = SheetReader(sheet, is_computed=is_computed(archive))
    with archive.open(CONTENT) as file:
        parse(file, Listener(reader.start, reader.text, reader.end))
    return reader.facts


def is_encrypted(archive: ZipFile) -> bool:
    """Whether the parts of a document are encrypted."""
    return MANIFEST in archive.namelist() and ENCRYPTED in archive.read(MANIFEST)
