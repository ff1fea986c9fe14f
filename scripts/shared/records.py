"""The records of a raw file, streamed as bytes: lines, quoting, and the fault of each record that breaks the rules.

Structure is read in bytes, as delimiters, quotes and line ends are ASCII in UTF-8 and cp1252 alike; UTF-16 is turned
into UTF-8 on the way. A quote opens a field only at its start and closes it only at its end. A record with a stray
quote ends with its line, if the line cannot go on in the next one; where that is open, the file is refused.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from shared.dialects import LARGEST_FIELD, Dialect, nul_byte
from shared.faults import Fault

BLOCK = 1 << 18
LONGEST_LINE = 1 << 24
FEW_COLUMNS = 2
LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
REASONS = {
    "wrong_width": "has more or fewer cells than the header",
    "stray_quote": "a quote stands inside a field, or text behind a closing quote",
    "single_quoted": "a field stands in single quotes, and the contract does not say that they are quotes",
    "repeated_header": "is the header again",
    "swallowed_line": "a quoted field may have swallowed a line",
    "field_too_long": "a field is longer than 1 MB",
}


@dataclass(frozen=True)
class Record:
    """A record: number (1 is the first after the header), first line in the file, cells, code of its fault or ""."""

    number: int
    line: int
    cells: list[bytes]
    code: str
    lines: list[bytes]  # as written

    def as_written(self, encoding: str) -> str:
        """The record's text without its line end, up to 10,000 characters; a broken character is marked."""
        return b"".join(self.lines).rstrip(b"\r\n").decode(encoding, "replace")[:10_000]


@dataclass(frozen=True)
class Syntax:
    """The signs of a dialect as bytes, and the patterns that read them."""

    delimiter: bytes
    quote: bytes
    escape: bytes
    inside: re.Pattern[bytes]  # what may stand in a quoted field up to its closing quote
    outside: re.Pattern[bytes]  # what may stand in a field without quotes
    closing: re.Pattern[bytes]  # a quote at the end of a field


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
    )


def code_of(dialect: Dialect) -> str:
    """The encoding of the bytes that `blocks` gives."""
    return "cp1252" if dialect.encoding == "cp1252" else "utf-8"


def chunks(path: Path, dialect: Dialect) -> Iterator[bytes]:
    """The bytes of a file up to the end of its data, UTF-16 as UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-16")() if dialect.encoding.startswith("utf-16") else None
    left = path.stat().st_size - dialect.after
    with open(path, "rb") as file:
        while left > 0 and (chunk := file.read(min(BLOCK, left))):
            left -= len(chunk)
            yield decoder.decode(chunk).encode() if decoder else chunk


def blocks(path: Path, where: str, dialect: Dialect) -> Iterator[bytes]:
    """The lines below the header in blocks of whole lines; only the last line of a file may lack its end.

    Raises Fault for a line above 16 MB.
    """
    rest, skip = b"", dialect.skip + 1
    for chunk in chunks(path, dialect):
        rest += chunk
        cut = rest.rfind(b"\n") + 1 or rest.rfind(b"\r", 0, len(rest) - 1) + 1
        if not cut and len(rest) > LONGEST_LINE:
            raise Fault(where, "a line is longer than 16 MB", "Check that the file is a table with one record a line")
        block, rest = rest[:cut], rest[cut:]
        block, skip = without_lines(block, skip)
        if b"\0" in block:
            raise nul_byte(where, line_of_nul(path, dialect))
        if block:
            yield block
    rest, _ = without_lines(rest, skip)
    if b"\0" in rest:
        raise nul_byte(where, line_of_nul(path, dialect))
    if rest:
        yield rest


def line_of_nul(path: Path, dialect: Dialect) -> int:
    """The line of the first NUL character of a file that has one."""
    line = 1
    for chunk in chunks(path, dialect):
        before, nul, _ = chunk.partition(b"\0")
        line += before.count(b"\n")
        if nul:
            break
    return line


def without_lines(block: bytes, skip: int) -> tuple[bytes, int]:
    """(the block without its first `skip` lines, how many are still to be left out)."""
    while skip and (line := LINE.match(block)):
        block, skip = block[line.end() :], skip - 1
    return block, skip


def unclosed(where: str, line: int) -> Fault:
    """The fault of a quote that does not close where it should."""
    return Fault(
        f"{where}, line {line}",
        "a quote opens or closes in the wrong place, so the record does not end where it should",
        "Export the file with quotes doubled inside quoted fields; if the transfer broke off, fetch it again",
    )


def may_go_on(line: bytes, at: int, is_quoted: bool, signs: Syntax, width: int) -> bool:
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


def cells_of(
    first: bytes, more: Callable[[], bytes | None], dialect: Dialect, fault: Fault
) -> tuple[list[bytes], str, list[bytes]]:
    """(cells, code, lines) of the record that begins with a line; `more` gives the next line, None at the end.

    Raises `fault` where a quoted field never closes, or closes in the midst of another line.
    """
    signs, width = syntax(dialect), len(dialect.columns)
    line, lines, cells, at, code, size = first, [first], [], 0, "", len(first)
    while True:
        is_quoted = bool(signs.quote) and line.startswith(signs.quote, at)
        if is_quoted:
            parts, at = [], at + 1
            while (end := signs.inside.match(line, at).end()) >= len(line) or not line.startswith(signs.quote, end):
                parts.append(line[at:])
                following = more()
                if following is None:
                    raise fault
                line, at, size = following, 0, size + len(following)
                if size > LARGEST_FIELD:
                    code, parts = "field_too_long", []
                else:
                    lines.append(line)
            parts.append(line[at:end])
            cell, at = b"".join(parts), end + 1
            if dialect.is_doubled:
                cell = cell.replace(signs.quote * 2, signs.quote)
        else:
            end = signs.outside.match(line, at).end()
            cell, at = line[at:end], end
        cells.append(unescaped(cell, signs) if signs.escape else cell)
        if len(cell) > LARGEST_FIELD:
            code = "field_too_long"
        if line.startswith(signs.delimiter, at):
            at += len(signs.delimiter)
        elif at == len(line) or line[at] in b"\r\n":
            return cells, code, lines
        elif line is not first or may_go_on(line, at, is_quoted, signs, width):
            raise fault
        else:
            return cells, "stray_quote", lines


def is_blank(line: bytes) -> bool:
    """Whether a line holds nothing."""
    return not line.strip(b" \r\n")


def name_of(cell: bytes) -> bytes:
    """A cell as a column's name: without blanks and byte order mark, in lower case."""
    return cell.strip(b" \t").removeprefix(codecs.BOM_UTF8).strip(b" \t").lower()


def fault_of(cells: list[bytes], lines: list[bytes], dialect: Dialect) -> str:
    """The code of what is wrong with the cells of a record whose quotes are right, or ""."""
    width = len(dialect.columns)
    if len(cells) != width or (not dialect.columns[-1] and cells[-1].strip()):
        return "wrong_width"
    if name_of(cells[0]) in header_of(dialect) and sorted(map(name_of, cells)) == sorted(header_of(dialect)):
        return "repeated_header" if tuple(map(name_of, cells)) == header_of(dialect) else "other_header"
    if not dialect.is_quote_stated and any(len(c) > 1 and c[:1] == c[-1:] == b"'" for c in cells):
        return "single_quoted"
    if len(lines) > 1 and all(line.count(syntax(dialect).delimiter) == width - 1 for line in lines) and width > 1:
        return "swallowed_line"
    return ""


@lru_cache
def header_of(dialect: Dialect) -> tuple[bytes, ...]:
    """The columns of a file, as `name_of` would read its header."""
    return tuple(name_of(name.encode(code_of(dialect), "replace")) for name in dialect.columns)


def judged(first: bytes, more: Callable[[], bytes | None], where: str, line: int, dialect: Dialect) -> Record:
    """The record that begins with a line, without its number. Raises Fault where it is open where it ends."""
    signs = syntax(dialect)
    if (signs.quote and signs.quote in first) or (signs.escape and signs.escape in first):
        cells, code, lines = cells_of(first, more, dialect, unclosed(where, line))
    else:
        cells, lines = first.rstrip(b"\r\n").split(signs.delimiter), [first]
        code = "field_too_long" if len(first) > LARGEST_FIELD and max(map(len, cells)) > LARGEST_FIELD else ""
    code = code or fault_of(cells, lines, dialect)
    if code == "wrong_width" and len(cells) < len(dialect.columns) and not lines[-1].endswith((b"\n", b"\r")):
        remedy = "Fetch the file again; if this line is a footer, state skipFooterLines under dialect in the contract"
        raise Fault(f"{where}, line {line}", "the last record is cut off: cells and the line end are missing", remedy)
    if code == "swallowed_line" and len(dialect.columns) > FEW_COLUMNS:
        raise unclosed(where, line)
    if code == "other_header":
        problem = "the header stands here again with its columns in another order, so two exports were joined"
        raise Fault(f"{where}, line {line}", problem, "Put each export into a file of its own")
    return Record(0, line, cells, code, lines)


def parts(path: Path, where: str, dialect: Dialect, clean: Callable[[bytes], int]) -> Iterator[int | Record]:
    """The records of a file in order: a count for a block in which `clean` counts that many good ones, else each.

    A blank line comes as a record with number 0 and the code `blank_line`.
    """
    stream, feed = blocks(path, where, dialect), iter([b""][:0])
    number, line = 0, dialect.skip + 2

    def more() -> bytes | None:
        nonlocal feed, line
        following = next(feed, None)
        if following is None:
            feed = iter(LINE.findall(next(stream, b"")))
            following = next(feed, None)
        line += 1
        return following

    for block in stream:
        if count := clean(block):
            number, line = number + count, line + count
            yield count
            continue
        feed = iter(LINE.findall(block))
        while (first := next(feed, None)) is not None:
            line += 1
            if is_blank(first):
                yield Record(0, line - 1, [], "blank_line", [])
                continue
            number += 1
            yield replace(judged(first, more, where, line - 1, dialect), number=number)


def records(path: Path, where: str, dialect: Dialect) -> Iterator[Record]:
    """Every record of a file, faulty ones with their code; blank lines are left out.

    Raises Fault where it is open where a record ends.
    """
    for part in parts(path, where, dialect, clean=lambda block: 0):
        if isinstance(part, Record) and part.number:
            yield part
