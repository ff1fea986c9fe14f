"""Cells that a spreadsheet would run as a formula are made text, by OWASP's rule for CSV: behind an apostrophe.

A number stays a number, so programs read the table as before. A spreadsheet whose cells are parted by semicolons (the
German one) finds beginnings inside a cell too: after a semicolon, a tab or a line end. Blanks, quotes and signs that
nobody sees may stand before a formula, and spreadsheets of East Asia take full-width signs for the usual ones.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

SIGNS = "=+\\-@|%＝＋－＠﹦﹢﹣﹫"
UNSEEN = "\x00-\x20\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
FORMULA = f'(^|[;\t\r\n])([{UNSEEN}"“”„]*)([{SIGNS}])'
BREAK = "^([\t\r\n])"  # a cell that begins so may begin a cell or a line of its own
NUMBER = r"^-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\z"
KEPT = 1 << 14  # cells whose answer is kept: most tables that leave say the same bands and names again and again
_FORMULA, _BREAK, _NUMBER = re.compile(FORMULA), re.compile(BREAK), re.compile(NUMBER.replace(r"\z", r"\Z"))


@lru_cache(KEPT)
def as_text(cell: str) -> str:
    """A cell that a spreadsheet takes for text or for a number, never for a formula."""
    if _NUMBER.match(cell):
        return cell
    return _BREAK.sub(r"'\1", _FORMULA.sub(r"\1\2'\3", cell))


def as_texts(cells: "pl.Expr") -> "pl.Expr":
    """Text cells, each one as `as_text` makes it, and numbers behind an apostrophe too if they begin with a sign."""
    return cells.str.replace_all(FORMULA, "${1}${2}'${3}").str.replace(BREAK, "'${1}")
