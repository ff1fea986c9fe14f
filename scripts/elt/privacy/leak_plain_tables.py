"""Large published tables, read natively: their distinct cells, without those that can be no value of a person.

Only tables whose cells are what stands between two separators: none is quoted, and every line has as many as the
header. Any other is read as text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from elt.privacy.leak_fingerprints import distinct
from elt.privacy.leak_stretches import BREAK, TABLES
from elt.protection import pseudonyms

if TYPE_CHECKING:
    import polars as pl

LARGE = 1 << 17  # bytes; a smaller table is text as any other
CHUNK = 4 << 20
MEANS_MORE = (b'"', b"<", b"\r", b"\0", BREAK.encode())  # a table with one of these is read as text
# Cells that the words of a text leave out as well: short numbers and decimal numbers
NO_VALUE = r"^(?:-?\d{1,5}(?:\.\d+)?|-?\d{1,7}\.\d{2,7})$"
WHOLE = f"^{pseudonyms.PREFIX['customer']}[a-z2-7]{{26}}$"
EMPTY_VALUES = ("", "n/a", "true", "false", "True", "False")  # cells that are nobody's, by which no column is known
SAMPLE = 20  # cells of a column that are looked at for pseudonyms
BASE32 = np.zeros(128, np.uint64)
BASE32[[ord(sign) for sign in "abcdefghijklmnopqrstuvwxyz234567"]] = np.arange(32)
LETTERS = 13  # of base32 that spell 8 bytes, the last in part


@dataclass(frozen=True)
class PlainColumn:
    """A column of a published table: its distinct cells, how many say something, the first of them."""

    cells: "pl.Series"
    count: int
    first: Sequence[str]


@dataclass(frozen=True)
class PlainTable:
    """A published table: the line of its header, and its columns."""

    header: str
    columns: Sequence[PlainColumn]

    def text(self) -> str:
        """The header and the distinct cells that may be a value, with marks between them; pseudonyms are left out."""
        import polars as pl

        kept = [
            column.cells.filter(~(column.cells.str.contains(NO_VALUE) | column.cells.str.contains(WHOLE))).rename("")
            for column in self.columns
        ]
        return f"{BREAK}\n".join([self.header, *pl.concat(kept).unique().sort().to_list()])

    def pseudonyms(self) -> np.ndarray:
        """First 8 bytes of all pseudonyms, sorted."""
        found = [spelled(column.cells.filter(column.cells.str.contains(WHOLE))) for column in self.columns]
        return distinct(np.concatenate([np.zeros(0, np.uint64), *found]))


def plain_table(path: Path) -> PlainTable | None:
    """A large table that can be read natively, else None."""
    import polars as pl
    from polars.exceptions import PolarsError

    sign = TABLES.get(path.suffix)
    if sign is None or not path.exists() or path.stat().st_size < LARGE:
        return None
    with open(path, "rb") as file:
        header = file.readline()
        separators, lines = header.count(sign.encode()), 0
        found = separators
        if any(sign in header for sign in MEANS_MORE):
            return None
        while block := file.read(CHUNK):
            if any(sign in block for sign in MEANS_MORE):
                return None
            found += block.count(sign.encode())
            lines += block.count(b"\n")
    try:
        frame = pl.read_csv(path, has_header=False, skip_rows=1, infer_schema=False, separator=sign, quote_char=None)
        named = header.decode("utf-8")
    except (PolarsError, UnicodeDecodeError):
        return None
    is_whole = frame.width == separators + 1 and frame.height == lines and found == separators * (lines + 1)
    return PlainTable(named, [_column(cells) for cells in frame.get_columns()]) if is_whole else None


def _column(cells: "pl.Series") -> PlainColumn:
    filled = cells.drop_nulls()
    count = len(filled) - int(filled.is_in(EMPTY_VALUES).sum())
    return PlainColumn(filled.unique(), count, filled.head(SAMPLE).to_list())


def spelled(words: "pl.Series") -> np.ndarray:
    """The first 8 bytes that pseudonyms spell, as numbers."""
    if not len(words):
        return np.zeros(0, np.uint64)
    letters = words.str.slice(words[0].index("_") + 1, LETTERS).str.join("").item().encode("ascii")
    values = BASE32[np.frombuffer(letters, np.uint8).reshape(-1, LETTERS)]
    prints = np.zeros(len(words), np.uint64)
    for place in range(LETTERS - 1):
        prints = (prints << np.uint64(5)) | values[:, place]
    return ((prints << np.uint64(4)) | (values[:, LETTERS - 1] >> np.uint64(1))).byteswap()
