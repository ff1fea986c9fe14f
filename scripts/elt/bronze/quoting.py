"""Quoted and escaped fields of a record, read strictly in bytes.

Delimiters, quotes and line ends are ASCII in UTF-8 and cp1252 alike. A quote opens a field only at its start and closes
it only at its end. A record with a stray quote ends with its line, if the line cannot go on in the next one; where that
is open, the file is refused.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from elt.bronze.dialects import Dialect
from elt.faults import Fault
from elt.run import reasons

LARGEST_FIELD = 1 << 20  # bytes; reasons.FIELD_TOO_LONG names it


@dataclass(frozen=True)
class Syntax:
    """The signs of a dialect as bytes, and the patterns that read them."""

    delimiter: bytes
    quote: bytes
    escape: bytes
    inside: re.Pattern[bytes]  # what may stand in a quoted field up to its closing quote
    outside: re.Pattern[bytes]  # what may stand in a field without quotes
    closing: re.Pattern[bytes]  # a quote at the end of a field
    wrapped: re.Pattern[bytes]  # a whole field that a program wrote as a formula so that a spreadsheet keeps its zeros


def end_of(pattern: re.Pattern[bytes], line: bytes, at: int) -> int:
    """Where that which a pattern reads from `at` on ends."""
    found = pattern.match(line, at)
    return found.end() if found else at


@lru_cache
def syntax(dialect: Dialect) -> Syntax:
    """The syntax of a dialect."""
    delimiter, quote, escape = (sign.encode() for sign in (dialect.delimiter, dialect.quote, dialect.escape))
    d, q, e = (re.escape(sign) for sign in (delimiter, quote, escape))
    escaped = b"|" + e + b"(?s:.)" if escape else b""
    doubled = b"|" + q + q if dialect.is_doubled else b""
    return Syntax(
        delimiter,
        quote,
        escape,
        re.compile(b"(?:[^" + q + e + b"]" + escaped + doubled + b")*+") if quote else re.compile(b""),
        re.compile(b"(?:[^" + d + q + e + rb"\r\n]" + escaped + b")*+"),
        re.compile(q + rb"(?=" + d + rb"|[\r\n]|\Z)") if quote else re.compile(rb"(?!)"),
        re.compile(b'="[^"' + d + rb"""\r\n]*"(?=""" + d + rb"|[\r\n]|\Z)") if quote == b'"' else re.compile(rb"(?!)"),
    )


def unclosed(where: str, line: int) -> Fault:
    """The fault of a quote that does not close where it should."""
    return Fault(
        f"{where}, line {line}",
        "a quote opens or closes in the wrong place, so the record does not end where it should",
        "Export the file with quotes doubled inside quoted fields; if the transfer broke off, fetch it again",
    )


def may_go_on(line: bytes, at: int, signs: Syntax, width: int, *, is_quoted: bool) -> bool:
    """Whether a line with a stray quote at `at` may end inside a quoted field that goes on in the next line."""
    if is_quoted:
        end = signs.closing.search(line, at)
        if not end:
            opens = signs.delimiter + signs.quote in line[at:]
            return opens or line.count(signs.delimiter) != width - 1
        at = end.end()
    while (at := line.find(signs.delimiter, at) + 1) and at:
        if line.startswith(signs.quote, at):
            end = signs.closing.search(line, at + 1)
            if not end:
                return True
            at = end.end()
    return False


def unescaped(cell: bytes, signs: Syntax) -> bytes:
    """A cell without its escape signs."""
    return re.sub(re.escape(signs.escape) + b"(?s:(.))", rb"\1", cell) if signs.escape in cell else cell


class RecordReader:
    """Takes the cells of a record, one after the other, from its first line and as many more as its quotes need.

    Raises `fault` where a quoted field never closes.
    """

    def __init__(self, first: bytes, more: Callable[[], bytes | None], dialect: Dialect, fault: Fault) -> None:
        self.signs, self.is_doubled, self.more, self.fault = syntax(dialect), dialect.is_doubled, more, fault
        self.line, self.lines, self.at, self.size = first, [first], 0, len(first)
        self.is_too_long = False

    def plain_cell(self) -> bytes:
        """The cell at hand, which does not begin with a quote."""
        start, wrapped = self.at, self.signs.wrapped.match(self.line, self.at)
        self.at = wrapped.end() if wrapped else end_of(self.signs.outside, self.line, start)
        return self.line[start : self.at]

    def quoted_cell(self) -> bytes:
        """The cell at hand, which begins with a quote; of one that is too long only the end."""
        signs, parts = self.signs, []
        self.at += 1
        while (end := end_of(signs.inside, self.line, self.at)) >= len(self.line) or not self.line.startswith(
            signs.quote, end
        ):
            parts.append(self.line[self.at :])
            self.next_line()
            if self.size > LARGEST_FIELD:
                parts.clear()
        parts.append(self.line[self.at : end])
        self.at = end + 1
        cell = b"".join(parts)
        return cell.replace(signs.quote * 2, signs.quote) if self.is_doubled else cell

    def next_line(self) -> None:
        """Go on in the next line, as a quoted field is open."""
        following = self.more()
        if following is None:
            raise self.fault
        self.line, self.at, self.size = following, 0, self.size + len(following)
        if self.size > LARGEST_FIELD:
            self.is_too_long = True
        else:
            self.lines.append(following)


def cells_of(
    first: bytes, more: Callable[[], bytes | None], dialect: Dialect, fault: Fault
) -> tuple[list[bytes], str, list[bytes]]:
    """(cells, code, lines) of the record that begins with a line; `more` gives the next line, None at the end.

    Raises `fault` where a quoted field never closes, or closes in the midst of another line.
    """
    reader, signs, cells = RecordReader(first, more, dialect, fault), syntax(dialect), []
    while True:
        is_quoted = bool(signs.quote) and reader.line.startswith(signs.quote, reader.at)
        cell = reader.quoted_cell() if is_quoted else reader.plain_cell()
        cells.append(unescaped(cell, signs) if signs.escape else cell)
        if len(cell) > LARGEST_FIELD:
            reader.is_too_long = True
        line, at = reader.line, reader.at
        if line.startswith(signs.delimiter, at):
            reader.at += len(signs.delimiter)
        elif at == len(line) or line[at] in b"\r\n":
            return cells, reasons.FIELD_TOO_LONG if reader.is_too_long else "", reader.lines
        elif line is not first or may_go_on(line, at, signs, len(dialect.columns), is_quoted=is_quoted):
            raise fault
        else:
            return cells, reasons.STRAY_QUOTE, reader.lines
