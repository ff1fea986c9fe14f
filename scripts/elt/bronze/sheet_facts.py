"""What a workbook says of a sheet beside its values: errors, merged and hidden cells, digits that only a format shows.

python-calamine reads values well and fast, but gives an error as an empty cell, and neither formats nor what is hidden.
These few facts are read from the XML of the sheet, as a stream. A place is (row, column), both counted from 0.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO
from xml.parsers import expat
from zipfile import ZipFile

from elt.faults import Fault

Place = tuple[int, int]
Attributes = Mapping[str, str]
CHUNK = 1 << 20
MOST_REPEATED = 1_000_000  # cells that one cell of OpenDocument may stand for; more is a damaged file


@dataclass
class SheetFacts:
    """What is out of the ordinary in a sheet.

    `errors`: place -> error value; `digits`: place -> digits that its format shows, with zeros in front; `merged`:
    first and last place of merged cells; `empty_formulas`: places of formulas without a computed value; `spans`: place
    -> time of a day or more, or below zero, where calamine gives its notation as a text.
    """

    errors: dict[Place, str] = field(default_factory=dict)
    digits: dict[Place, int] = field(default_factory=dict)
    merged: list[tuple[Place, Place]] = field(default_factory=list)
    empty_formulas: list[Place] = field(default_factory=list)
    spans: dict[Place, timedelta] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)  # first and last

    def is_hidden(self, column: int) -> bool:
        """Whether a column is hidden."""
        return any(first <= column <= last for first, last in self.hidden_columns)


@dataclass
class Listener:
    """What reads a stream of XML: functions that get each start (local name, attributes), text and end."""

    start: Callable[[str, Attributes], None]
    text: Callable[[str], None] | None = None
    end: Callable[[str], None] | None = None


def local(name: str) -> str:
    """The name of an element or attribute without its namespace; LibreOffice's own attributes keep a word of theirs."""
    space, _, bare = name.rpartition(" ")
    return f"calcext:{bare}" if "calcext" in space else bare


def refuse_doctype(*_: object) -> None:
    """A document type could define entities without end, and no spreadsheet writes one."""
    raise expat.ExpatError("a document type")


def parse(file: IO[bytes], listener: Listener) -> None:
    """Read XML piece by piece; raises expat.ExpatError."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        listener.start(local(name), {local(key): value for key, value in attributes.items()})

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse_doctype
    if text := listener.text:
        parser.CharacterDataHandler = text
    if end := listener.end:
        parser.EndElementHandler = lambda name: end(local(name))
    while piece := file.read(CHUNK):
        parser.Parse(piece)
    parser.Parse(b"", True)  # noqa: FBT003 (the parser takes no keyword)


def elements(archive: ZipFile, part: str, wanted: str) -> list[dict[str, str]]:
    """The attributes of all elements of one name in a part of a workbook."""
    found: list[dict[str, str]] = []
    with archive.open(part) as file:
        parse(file, Listener(lambda name, attributes: found.append(dict(attributes)) if name == wanted else None))
    return found


def unreadable(where: str, error: Exception) -> Fault:
    """The fault of a workbook that cannot be taken apart."""
    problem = f"is damaged, or no workbook ({type(error).__name__})"
    return Fault(where, problem, "Open it in a spreadsheet program and save it again as .xlsx, or export it again")
