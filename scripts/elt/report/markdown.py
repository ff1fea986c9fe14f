"""Markdown whose values are always text: no value can add a link, a tag, a cell or a heading."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\|*_`[]#~$"} | {"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# What starts a list, a rule or an underlined heading, and what turns into a link without any brackets.
BLOCK_START = re.compile(r"^(\d+(?=[.)](\s|$))|(?=[-+](\s|$))|(?=[-=]+$))")
BARE_LINK = re.compile(r"(?<=www)(?=\.)|(?=://)|(?=@)", re.IGNORECASE)
BARE_BAR = re.compile(r"(?<!\\)\|")
NAME = re.compile(r"[A-Za-z0-9_./-]+")
NOTHING = (None, "")
ZERO = re.compile(r"0([.,]0+)?(\s?%)?")
INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


class Markdown(str):
    """Text that is Markdown already and is not escaped again; never made from a value of the data."""


def escape(value: Any) -> str:
    """A value as Markdown text on one line; numbers pass through as `str()`, None is empty."""
    if isinstance(value, Markdown) or not isinstance(value, str):
        return "" if value is None else str(value)
    text = "".join(" " if unicodedata.category(letter) in INVISIBLE else letter for letter in value).strip()
    text = BARE_LINK.sub(r"\\", text.translate(MARKS))
    return BLOCK_START.sub(lambda found: f"{found[0]}\\", text)


def code(name: str) -> Markdown:
    """The name of a table, column or file in code letters; escaped text if it is more than a plain name."""
    return Markdown(f"`{name}`" if NAME.fullmatch(name) else escape(name))


def table(header: Sequence[str], rows: Iterable[Sequence[Any]], zeros: str | None = None) -> str:
    """A table with a blank line after it; a column whose cells are all numbers (or empty) stands right-aligned.

    Behind the first, a column of which no row has anything does not stand there; nor, with `zeros`, one that is 0 in
    every row: that sentence below the table gives their {names}.
    Raises ValueError if a row has another number of cells than the header: readers would drop or shift them.
    """
    cells = [list(row) for row in rows]
    if any(len(row) != len(header) for row in cells):
        raise ValueError(f"a table of {len(header)} columns has a row with another number of cells")
    columns = list(zip(*cells, strict=True))
    empty = {at for at, column in enumerate(columns) if at and all(cell in NOTHING for cell in column)}
    nought = {at for at, column in enumerate(columns) if at and zeros is not None and all(map(_is_zero, column))}
    note = f"{zeros.format(names=', '.join(header[at] for at in sorted(nought)))}\n\n" if zeros and nought else ""
    kept = [at for at in range(len(header)) if at not in empty | nought]
    header, cells = [header[at] for at in kept], [[row[at] for at in kept] for row in cells]
    right = [
        any(cell not in (None, "") for cell in column) and all(_is_number(cell) for cell in column)
        for column in zip(*cells, strict=True)
    ]
    rulers = ["---:" if is_right else "---" for is_right in right] or ["---"] * len(header)
    lines = [[_cell(cell) for cell in header], rulers, *([_cell(cell) for cell in row] for row in cells)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n" + note


def _is_zero(cell: Any) -> bool:
    """Whether a cell is zero: the number, or as text with any decimals, and in per cent."""
    return bool(ZERO.fullmatch(str(cell)))


def _cell(value: Any) -> str:
    """A value as text of a cell: Markdown, too, keeps its bars to itself and stands on one line."""
    return BARE_BAR.sub(r"\\|", " ".join(escape(value).splitlines()))


def _is_number(cell: Any) -> bool:
    """Whether a cell is a number, a number already formatted as text, a suppressed count ("<5"), a dash or empty."""
    if cell is None or isinstance(cell, (int, float)):
        return True
    return bool(re.fullmatch(r"[<≤≥]?[-+−]?[\d.,]*\d(\s?%)?|–|", str(cell)))
