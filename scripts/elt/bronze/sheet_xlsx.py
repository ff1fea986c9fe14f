"""Facts of a sheet in a workbook of Office Open XML (.xlsx), as ECMA-376 writes them."""

import posixpath
import re
from xml.parsers import expat
from zipfile import ZipFile

from elt.bronze.sheet_facts import Attributes, Listener, Place, SheetFacts, elements, parse

WORKBOOK = "xl/workbook.xml"
STYLES = "xl/styles.xml"
MACROS, BINARY = "xl/vbaProject.bin", "xl/workbook.bin"
ZEROS = re.compile(r"0{2,}")  # a format that shows so many digits, with zeros in front
SIGNS = re.compile(r'"[^"]*"|\\.|\[(?![<>=])[^]]*]|_.|[ ()-]')  # what a format writes beside digits; conditions stay
REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]+)")
TRUE = ("1", "true")


def place_of(reference: str) -> Place:
    """The place of a reference such as B7."""
    found = REFERENCE.fullmatch(reference)
    if not found:
        raise expat.ExpatError("a reference")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1


def part_of(archive: ZipFile, sheet: str) -> str:
    """The part of a workbook that holds a sheet; raises KeyError."""
    number = {one["name"]: one["id"] for one in elements(archive, WORKBOOK, "sheet")}[sheet]
    targets = {one["Id"]: one["Target"] for one in elements(archive, "xl/_rels/workbook.xml.rels", "Relationship")}
    return posixpath.normpath(posixpath.join("/xl", targets[number])).lstrip("/")


def digits_of_styles(archive: ZipFile) -> dict[str, int]:
    """Style of a cell -> digits that its number format shows with zeros in front; those of other formats are absent."""
    if STYLES not in archive.namelist():
        return {}
    formats = {one["numFmtId"]: one["formatCode"] for one in elements(archive, STYLES, "numFmt")}
    bare = {number: SIGNS.sub("", code).partition(";")[0] for number, code in formats.items()}
    zeros = {number: len(code) for number, code in bare.items() if ZEROS.fullmatch(code)}
    styles: list[str] = []
    is_inside = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal is_inside
        if name == "cellXfs":
            is_inside = True
        elif name == "xf" and is_inside:
            styles.append(attributes.get("numFmtId", "0"))

    def end(name: str) -> None:
        nonlocal is_inside
        is_inside = is_inside and name != "cellXfs"

    with archive.open(STYLES) as file:
        parse(file, Listener(start, end=end))
    return {str(at): zeros[number] for at, number in enumerate(styles) if number in zeros}


class SheetReader:
    """Gathers the facts of a sheet from its elements."""

    def __init__(self, digits: dict[str, int]) -> None:
        self.digits, self.facts = digits, SheetFacts()
        self.row, self.column, self.kind = -1, -1, ""
        self.has_formula, self.value, self.is_value = False, "", False

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element."""
        if name == "c":
            self.start_cell(attributes)
        elif name == "v":
            self.is_value = True
        elif name == "f":
            self.has_formula = True
        elif name == "row":
            self.row, self.column = int(attributes.get("r", self.row + 2)) - 1, -1
            if attributes.get("hidden") in TRUE:
                self.facts.hidden_rows.add(self.row)
        elif name == "col" and attributes.get("hidden") in TRUE:
            self.facts.hidden_columns.append((int(attributes["min"]) - 1, int(attributes["max"]) - 1))
        elif name == "mergeCell":
            first, _, last = attributes["ref"].partition(":")
            self.facts.merged.append((place_of(first), place_of(last or first)))

    def start_cell(self, attributes: Attributes) -> None:
        """Take the start of a cell; without a reference it stands behind the one before."""
        if "r" in attributes:
            self.row, self.column = place_of(attributes["r"])
        else:
            self.column += 1
        self.kind, self.value, self.has_formula = attributes.get("t", "n"), "", False
        if self.kind == "n" and (digits := self.digits.get(attributes.get("s", "0"))):
            self.facts.digits[self.row, self.column] = digits

    def text(self, text: str) -> None:
        """Take text; only that of values matters."""
        if self.is_value:
            self.value += text

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if name == "v":
            self.is_value = False
        elif name == "c":
            if self.kind == "e":
                self.facts.errors[self.row, self.column] = self.value
            elif self.has_formula and not self.value and self.kind != "str":
                self.facts.empty_formulas.append((self.row, self.column))


def facts(archive: ZipFile, sheet: str) -> SheetFacts:
    """The facts of a sheet; raises KeyError, ValueError or expat.ExpatError for a damaged workbook."""
    reader = SheetReader(digits_of_styles(archive))
    with archive.open(part_of(archive, sheet)) as file:
        parse(file, Listener(reader.start, reader.text, reader.end))
    return reader.facts
