"""The records of a raw file, streamed: each with its number, its line and the fault of its structure, if it has one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from elt.bronze.dialects import Dialect
from elt.bronze.headers import name_of
from elt.bronze.lines import LINE, blocks, code_of
from elt.bronze.quoting import LARGEST_FIELD, cells_of, syntax, unclosed
from elt.faults import Fault
from elt.run import reasons

FEW_COLUMNS = 2  # in which whole lines inside a quoted field may be meant so
OTHER_HEADER, BLANK_LINE = "other_header", "blank_line"  # codes that reach no quarantine


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


def is_blank(line: bytes) -> bool:
    """Whether a line holds nothing."""
    return not line.strip(b" \r\n")


def fault_of(cells: list[bytes], lines: list[bytes], dialect: Dialect) -> str:
    """The code of what is wrong with the cells of a record whose quotes are right, or ""."""
    width = len(dialect.columns)
    if len(cells) != width or (not dialect.columns[-1] and cells[-1].strip()):
        return reasons.WRONG_WIDTH
    header, encoding = header_of(dialect), code_of(dialect)
    if name_of(cells[0].decode(encoding, "replace")) in header:
        names = tuple(name_of(cell.decode(encoding, "replace")) for cell in cells)
        if sorted(names) == sorted(header):
            return reasons.REPEATED_HEADER if names == header else OTHER_HEADER
    if not dialect.is_quote_stated and any(len(c) > 1 and c[:1] == c[-1:] == b"'" for c in cells):
        return reasons.SINGLE_QUOTED
    if len(lines) > 1 and all(line.count(syntax(dialect).delimiter) == width - 1 for line in lines) and width > 1:
        return reasons.SWALLOWED_LINE
    return ""


@lru_cache
def header_of(dialect: Dialect) -> tuple[str, ...]:
    """The columns of a file as a header is compared."""
    return dialect.header


def validated(
    first: bytes, more: Callable[[], bytes | None], where: str, dialect: Dialect, *, number: int, line: int
) -> Record:
    """The record that begins with a line of the file. Raises Fault where it is open where it ends."""
    signs = syntax(dialect)
    if (signs.quote and signs.quote in first) or (signs.escape and signs.escape in first):
        cells, code, lines = cells_of(first, more, dialect, unclosed(where, line))
    else:
        cells, lines = first.rstrip(b"\r\n").split(signs.delimiter), [first]
        is_too_long = len(first) > LARGEST_FIELD and max(map(len, cells)) > LARGEST_FIELD
        code = reasons.FIELD_TOO_LONG if is_too_long else ""
    record = Record(number, line, cells, code or fault_of(cells, lines, dialect), lines)
    if record.code:
        check_file(record, where, dialect)
    return record


def check_file(record: Record, where: str, dialect: Dialect) -> None:
    """Raises Fault where the fault of a record makes the whole file unusable."""
    place, is_short = f"{where}, line {record.line}", len(record.cells) < len(dialect.columns)
    if record.code == reasons.WRONG_WIDTH and is_short and not record.lines[-1].endswith((b"\n", b"\r")):
        remedy = "Fetch the file again; if this line is a footer, state skipFooterLines under dialect in the contract"
        raise Fault(place, "the last record is cut off: cells and the line end are missing", remedy)
    if record.code == reasons.SWALLOWED_LINE and len(dialect.columns) > FEW_COLUMNS:
        raise unclosed(where, record.line)
    if record.code == OTHER_HEADER:
        problem = "the header stands here again with its columns in another order, so two exports were joined"
        raise Fault(place, problem, "Put each export into a file of its own")


def parts(path: Path, where: str, dialect: Dialect, clean: Callable[[bytes], int]) -> Iterator[int | Record]:
    """The records of a file in order: a count for a block in which `clean` counts that many good ones, else each.

    A blank line comes as a record with number 0 and the code `blank_line`.
    """
    stream, number, line = blocks(path, where, dialect), 0, dialect.skip + 2
    feed: Iterator[bytes] = iter(())

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
                yield Record(0, line - 1, [], BLANK_LINE, [])
                continue
            number += 1
            yield validated(first, more, where, dialect, number=number, line=line - 1)


def records(path: Path, where: str, dialect: Dialect) -> Iterator[Record]:
    """Every record of a file, faulty ones with their code; blank lines are left out.

    Raises Fault where it is open where a record ends.
    """
    for part in parts(path, where, dialect, clean=lambda block: 0):
        if isinstance(part, Record) and part.number:
            yield part
