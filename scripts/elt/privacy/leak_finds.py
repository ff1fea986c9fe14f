"""Finds of the leak gate: the file, the place and the column of each, and a keyed hash by which it is acknowledged.

The hash is of file, column, value, and the words around it with their numbers left out, so that an acknowledgement says
nothing to whoever has no key, and holds for this value in this place alone.
"""

import hmac
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from elt.privacy.leak_columns import ColumnSearch, PublishedColumn
from elt.privacy.leak_files import SearchedFiles, pieces
from elt.privacy.leak_fingerprints import folded
from elt.privacy.leak_search import Hit, TextSearch, located
from elt.privacy.leak_stretches import BREAK, MARKUP, TABLES, marked

if TYPE_CHECKING:
    from elt.run.controller import AcknowledgedFind

LONGEST = 2_000  # letters of a line that is taken whole as the words around a value
NEAR = 8  # words of a longer one that are taken on either side of the value
NAME = "the name of a file"
NUMBER = re.compile(r"\d+(?:[.,'’\u00a0 ]\d+)*")
TAG = re.compile(r"</?([a-z][a-z0-9]*)")
ELEMENTS = re.compile(
    r"a|body|button|caption|code|desc|div|em|figcaption|figure|footer|g|h[1-6]|header|html|img|label|li|main|nav|option|p"
    r"|path|pre|section|small|span|strong|style|summary|svg|table|td|text|th|title|tspan"
)


@dataclass(frozen=True, order=True)
class Find:
    """A personal value in a published file: what messages say of it, and what only its hash is made of."""

    file: str
    place: str
    column: str
    secret: str

    def hash(self, key: bytes) -> str:
        """The keyed hash of the find, 32 hex digits."""
        text = "\0".join(("elt-leak-find", "v1", self.file, self.column, self.secret))
        return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()[:32]


def stable(name: str) -> str:
    """The name of a file in finds: of Snakemake's records only the folder, as their names change with each run."""
    return "/".join(PurePath(name).parts[:2]) if name.startswith(".snakemake/") else name


def around(text: str) -> str:
    """The words of a text without its numbers."""
    return re.sub(r"[\W_]+", " ", NUMBER.sub("0", folded(text))).strip()


def beside(text: str, value: str) -> str:
    """The words around a value: of a long text the nearest ones, as what is far away in it says nothing of the place.

    Steps note settings of a company at length, each those that it reads; the same words stand in all of them.
    """
    words, sought = around(text).split(), around(value).split()
    if len(text) <= LONGEST or not sought:
        return " ".join(words)
    for at in (place for place, word in enumerate(words) if word == sought[0]):
        if sought[-1] in words[at : at + len(sought) + NEAR]:
            return " ".join(words[max(0, at - NEAR) : at + len(sought) + NEAR])
    return " ".join(words)


def found_at(hit: Hit, first_line: int, path: PurePath, line: str) -> tuple[str, str]:
    """(place of a hit as messages name it, the words around it)."""
    place, element = f"line {first_line + hit.line}", ""
    if hit.number is not None and path.suffix in TABLES:
        element = f"column {hit.number + 1}"
    elif hit.number is not None and path.suffix == ".md" and "|" in line:
        element = f"cell {max(1, line.split(BREAK + BREAK)[-1].count('|', 0, line.find(hit.piece) + 1))}"
    elif tag := TAG.match(hit.piece):
        element = f"element {tag[1]}" if ELEMENTS.fullmatch(tag[1]) else "an element"
    is_whole = path.suffix in (*TABLES, *MARKUP) or len(line) > LONGEST
    words = beside(hit.piece if is_whole else line, hit.value)
    return f"{place}, {element}" if element else place, f"{element} {words}"


def in_file(texts: TextSearch, path: Path, name: str) -> Iterator[Find]:
    """The finds in a file."""
    for first_line, text in pieces(path):
        with_marks = marked(text, path)
        lines = with_marks.split("\n")
        together: dict[tuple[str, str, str], set[str]] = {}
        for hit in located(texts.in_text, with_marks):
            place, words = found_at(hit, first_line, path, lines[hit.line])
            together.setdefault((place, hit.column, words), set()).add(hit.value)
        for (place, column, words), values in together.items():
            yield Find(name, place, column, "\0".join((words, *sorted(values))))


def finds_in(
    files: SearchedFiles, texts: TextSearch, columns: Mapping[Path, Sequence[PublishedColumn]], whole: ColumnSearch
) -> list[Find]:
    """All finds in the files, their names included, each once: by the first place of the same words.

    A file whose name holds a value is called by its folder. `columns`: those of each published file.
    """
    found: dict[tuple[str, str, str], Find] = {}
    for path, name in files.names.items():
        called, finds = stable(name), []
        if texts and (hits := texts.in_text(name)):
            called = f"{Path(name).parent.as_posix()}/ ({NAME})"
            finds += [Find(called, NAME, column, value) for column, value in sorted(hits)]
        finds += in_file(texts, path, called) if texts else ()
        for column in columns.get(path, ()):
            for personal, values in sorted(whole.found_in(column).items()):
                finds.append(Find(called, column.place, personal, "\0".join(values)))
        for find in finds:
            found.setdefault((find.file, find.column, find.secret), find)
    return list(found.values())


@dataclass(frozen=True)
class Judged:
    """Finds by what the controller has acknowledged: those left, and how many entries were met and not met."""

    left: list[Find]
    acknowledged: int
    unused: int


def judged(finds: Sequence[Find], entries: "Iterable[AcknowledgedFind]", key: bytes) -> Judged:
    """Finds that no entry acknowledges: an entry holds for its own file, column and hash."""
    known = {(entry.file, entry.column, entry.hash) for entry in entries}
    met = {(find.file, find.column, find.hash(key)) for find in finds}
    left = [find for find in finds if (find.file, find.column, find.hash(key)) not in known]
    return Judged(left, len(met & known), len(known - met))
