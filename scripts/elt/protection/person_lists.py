"""Lists of persons as they are handed over: one person a line, typed by hand or written by a spreadsheet.

Of several columns the first is taken, a header is left out, quotes and ="…" around a number come off. An entry that
matches no one is refused, with the likely reason; after a question mark it may match no one (yet, or any more).
"""

import csv
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from elt.faults import Fault
from elt.protection.pseudonyms import harmonised

DELIMITERS = (";", "\t", ",")  # a list that has the first is not parted by the others
AWAITED = "?"
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}  # what spreadsheets call Unicode text
WRAPPED = re.compile(r'^="(.*)"$')  # how a spreadsheet is told to leave a number as it is
SCIENTIFIC = re.compile(r"^[+-]?\d+(?:[.,]\d+)?E[+-]?\d+$", re.IGNORECASE)
DECIMAL = re.compile(r"[.,]0+$")
REMEDY = (
    "Write the numbers as the exports have them, in a spreadsheet in a column of type text, and put their column "
    f"first; begin a line with {AWAITED} if that person may be in no export now"
)


@dataclass(frozen=True)
class Line:
    """A line of a list: its number, all of it as one entry, its cells, and whether it may match no one."""

    number: int
    whole: str
    cells: tuple[str, ...]
    is_awaited: bool

    def entry(self, known: Collection[str]) -> str:
        """The number that the line is about: all of it where that is known, else its first cell."""
        return self.whole if self.whole in known else self.cells[0]


@dataclass(frozen=True)
class PersonList:
    """A list of persons: its name in messages, its lines, and the number of the line that is its header, if one is."""

    where: str
    lines: tuple[Line, ...]
    header: int | None = None

    @property
    def has_columns(self) -> bool:
        """Whether a line has more than one cell."""
        return any(len(line.cells) > 1 for line in self.lines)

    def held(self, is_known: Callable[[str], bool]) -> set[str]:
        """Those of all that may be meant as a customer number which are known otherwise."""
        return {text for line in self.lines for text in (line.whole, line.cells[0]) if text and is_known(text)}

    def remarks(self) -> list[str]:
        """What was left out of the list in reading it, in words."""
        header = [f"line {self.header} of {self.where} was taken for a header and left out"] * (self.header is not None)
        return header + [f"{self.where} has several columns, of which the first was taken"] * self.has_columns


def text_of(content: bytes, where: str) -> str:
    """The text of a list; raises Fault if it is none that can be read with certainty."""
    try:
        return content.decode(MARKS.get(content[:2], "utf-8-sig"))
    except UnicodeDecodeError:
        remedy = "Save it as UTF-8 (in a spreadsheet: CSV UTF-8), one customer number a line"
        raise Fault(where, "cannot be read as UTF-8 text", remedy) from None


def unwrapped(cell: str) -> str:
    """A cell without what a spreadsheet puts around it."""
    cell = harmonised(cell)
    return harmonised(WRAPPED.sub(r"\1", cell))


def read(text: str, where: str) -> PersonList:
    """The list in a text; blank lines and lines that begin with # do not count."""
    stated = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    stated = [(number, line) for number, line in stated if line and not line.startswith("#")]
    delimiter = next((sign for sign in DELIMITERS if any(sign in line for _, line in stated)), DELIMITERS[0])
    lines = []
    for number, content in stated:
        line = content.removeprefix(AWAITED).strip()
        is_whole = SCIENTIFIC.match(line) is not None
        cells = [line] if is_whole else next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
        found = [unwrapped(cell) for cell in cells]
        if any(found):
            lines.append(Line(number, unwrapped(line), tuple(found), content.startswith(AWAITED)))
    return PersonList(where, tuple(lines))


def has_digit(text: str) -> bool:
    """Whether a digit stands in a text."""
    return any(sign.isdigit() for sign in text)


def without_header(listed: PersonList, known: Collection[str], columns: Iterable[str]) -> PersonList:
    """The list without its header: a first line of names of columns, or the one entry without a digit.

    What is a known number is no header. `known`: customer numbers; `columns`: names of columns of raw files.
    """
    if not listed.lines:
        return listed
    first, *rest = listed.lines
    names = {folded(name) for name in columns} - {""}
    is_named = any(folded(cell) in names for cell in first.cells)
    is_odd = bool(rest) and not has_digit(first.cells[0]) and all(has_digit(line.entry(known)) for line in rest)
    if first.entry(known) in known or not (is_named or (is_odd and all(map(has_digit, known)))):
        return listed
    return PersonList(listed.where, tuple(rest), first.number)


def folded(text: str) -> str:
    """A text by its letters and digits alone, case apart."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def without_zeros(text: str) -> str:
    """A number without leading zeros."""
    return text.lstrip("0")


LIKELY: Sequence[tuple[str, Callable[[str], str]]] = (
    ("with other leading zeros", without_zeros),
    ("without a decimal part", lambda text: without_zeros(DECIMAL.sub("", text))),
    ("but for case, blanks and punctuation", folded),
    ("but for case, blanks, punctuation and leading zeros", lambda text: without_zeros(folded(text))),
)


def reasons(entries: Iterable[str], known: Collection[str]) -> list[str]:
    """Why entries match no known number, counted, the likeliest first found for each."""
    left, found = list(entries), []
    if scientific := [entry for entry in left if SCIENTIFIC.match(entry)]:
        found.append(f"{len(scientific)} are in scientific notation, so their last digits are lost")
        left = [entry for entry in left if not SCIENTIFIC.match(entry)]
    for words, form in LIKELY:
        forms = {form(number) for number in known} - {""} if left else set()
        if like := [entry for entry in left if form(entry) in forms]:
            found.append(f"{len(like)} would match {words}")
            left = [entry for entry in left if form(entry) not in forms]
    return found


def elsewhere(lines: Iterable[Line], known: Collection[str]) -> list[str]:
    """Where in their lines known numbers stand that do not stand first, counted."""
    count = sum(any(cell in known for cell in line.cells[1:]) for line in lines)
    return [f"{count} would match by another column than the first"] * bool(count)


def check_single(listed: PersonList, known: Collection[str]) -> None:
    """Raise Fault if lines hold two customers' numbers: one of them may be something else, such as a running number."""
    count = sum(len({cell for cell in line.cells if cell in known}) > 1 for line in listed.lines)
    if count:
        remedy = "Leave the column with the customer numbers alone"
        raise Fault(listed.where, f"{count} lines hold more than one number that is a customer's", remedy)


def why(unmatched: Sequence[Line], known: Collection[str]) -> list[str]:
    """Why lines match no customer number, counted."""
    return elsewhere(unmatched, known) or reasons((line.entry(known) for line in unmatched), known)


def refusal(listed: PersonList, unmatched: Sequence[Line], why: Sequence[str], place: str) -> Fault:
    """The fault of lines that match no one: how many, and why that may be; never what they hold."""
    problem = f"{len(unmatched)} of {len(listed.lines)} entries match no customer in {place}"
    return Fault(listed.where, f"{problem}{': ' * bool(why)}{'; '.join(why)}", REMEDY)
