"""The lines of a raw file below its header, streamed as bytes in blocks of whole lines.

They are UTF-8 or cp1252; every other encoding is turned into UTF-8 on the way.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from elt.bronze.dialects import Dialect
from elt.bronze.encodings import nul_byte
from elt.faults import Fault

BLOCK = 1 << 18
LONGEST_LINE = 1 << 24
LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def code_of(dialect: Dialect) -> str:
    """The encoding of the bytes that `blocks` gives."""
    return "cp1252" if dialect.encoding == "cp1252" else "utf-8"


def is_transcoded(dialect: Dialect) -> bool:
    """Whether `blocks` gives other bytes than the file has."""
    return dialect.encoding not in ("cp1252", "utf-8", "utf-8-sig")


def chunks(path: Path, dialect: Dialect) -> Iterator[bytes]:
    """The bytes of a file up to the end of its data; what is neither UTF-8 nor cp1252 as UTF-8."""
    decoder = codecs.getincrementaldecoder(dialect.encoding)() if is_transcoded(dialect) else None
    left = path.stat().st_size - dialect.after
    with open(path, "rb") as file:
        while left > 0 and (chunk := file.read(min(BLOCK, left))):
            left -= len(chunk)
            yield decoder.decode(chunk).encode() if decoder else chunk


def blocks(path: Path, where: str, dialect: Dialect) -> Iterator[bytes]:
    """The lines below the header in blocks of whole lines; only the last line of a file may lack its end.

    Raises Fault for a line above 16 MB and for a NUL byte.
    """
    rest, skip = b"", dialect.skip + 1
    for chunk in chunks(path, dialect):
        if b"\0" in chunk:
            raise nul_byte(where, line_of_nul(path, dialect))
        rest += chunk
        cut = rest.rfind(b"\n") + 1 or rest.rfind(b"\r", 0, len(rest) - 1) + 1
        if not cut and len(rest) > LONGEST_LINE:
            raise Fault(where, "a line is longer than 16 MB", "Check that the file is a table with one record a line")
        block, rest = rest[:cut], rest[cut:]
        block, skip = without_lines(block, skip)
        if block:
            yield block
    rest, _ = without_lines(rest, skip)
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
