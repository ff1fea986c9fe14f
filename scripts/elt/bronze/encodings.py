"""In which encoding a raw file is written: by its mark, by its bytes, by its contract; never guessed."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from elt.faults import Fault

BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
OTHER_TYPES = {b"PK\x03\x04": "a ZIP archive or Excel workbook", b"%PDF": "a PDF", b"\x1f\x8b": "a gzip archive",
               b"PAR1": "a Parquet file", b"\xd0\xcf\x11\xe0": "an old Excel workbook"}  # fmt: skip
CHUNK = 1 << 20
Place = tuple[int, int, int]  # of a byte: line, position in the file (both count from 1), value
# UTF-8 of accented letters, euro sign, quotes and dashes; in cp1252 a capital A with tilde or an a with circumflex
# before one or two signs, which no language writes
IS_UTF8 = re.compile(rb"\xc3[\x80-\xbf]|\xe2[\x80-\x84][\x80-\xbf]")


def chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, a mebibyte at a time."""
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def first_undecodable(path: Path, encoding: str) -> Place | None:
    """The place of the first byte that is not `encoding`; None if all of them are."""
    decoder = codecs.getincrementaldecoder(encoding.removesuffix("-sig"))()  # the mark is valid UTF-8 too
    before, pending = 0, b""
    for chunk in chunks(path):
        if pending or encoding == "utf-16" or not chunk.isascii():
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return place(path, before - len(pending) + error.start)
            pending = decoder.getstate()[0]
        before += len(chunk)
    return place(path, before - len(pending)) if pending else None


def place(path: Path, offset: int) -> Place:
    """The place of the byte at an offset."""
    ends, left = {b"\n": 0, b"\r": 0}, offset
    for chunk in chunks(path):
        for end in ends:
            ends[end] += chunk.count(end, 0, left)
        if left < len(chunk):
            return 1 + max(ends.values()), offset + 1, chunk[left]
        left -= len(chunk)
    raise IndexError(offset)


def line_in_utf8(path: Path) -> int | None:
    """The line of the first character that is written in UTF-8 as in no other encoding; None if there is none."""
    last, before = b"", 0
    for chunk in chunks(path):
        if found := IS_UTF8.search(last + chunk):
            return place(path, before - len(last) + found.start())[0]
        before += len(chunk)
        last = (last + chunk)[-2:]
    return None


def check_kind(start: bytes, where: str) -> None:
    """Raises Fault if a file begins like another kind of file than a CSV file."""
    found = next((kind for signature, kind in OTHER_TYPES.items() if start.startswith(signature)), None)
    if start.removeprefix(codecs.BOM_UTF8).lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        found = "an HTML page"
    if found:
        raise Fault(where, f"is {found}, not a CSV file", "Export the table as CSV")


def nul_byte(where: str, line: int) -> Fault:
    """The fault of a file with a NUL byte."""
    return Fault(f"{where}, line {line}", "holds a NUL byte, so it is damaged or not text", "Export the table again")


def find_encoding(path: Path, where: str, wanted: str) -> tuple[str, str]:
    """(codec, reason): byte order mark, else strict UTF-8, else cp1252; or what the contract says, checked.

    Raises Fault for another kind of file, a NUL byte, a byte that is not of the encoding, and two encodings.
    """
    with open(path, "rb") as file:
        start = file.read(CHUNK)
    check_kind(start, where)
    marked = next((codec for mark, codec in BYTE_ORDER_MARKS.items() if start.startswith(mark)), None)
    if b"\0" in start and "utf-16" not in (marked, wanted):
        raise nul_byte(where, start[: start.index(b"\0")].count(b"\n") + 1)
    if marked:
        encoding, why = marked, "byte order mark"
    elif wanted != "auto":
        encoding, why = wanted, "the contract says so"
    elif (other := first_undecodable(path, "utf-8")) is None:
        return "utf-8", "every byte is valid UTF-8"
    else:
        check_no_utf8(path, where, other)
        encoding, why = "cp1252", "not valid UTF-8, so the encoding of German Windows systems"
    if spoiled := first_undecodable(path, encoding):
        remedy = "Export the file again in UTF-8, or state its encoding under dialect in the contract"
        raise wrong_byte(where, spoiled, f"is not {encoding}", remedy)
    return encoding, why


def check_no_utf8(path: Path, where: str, other: Place) -> None:
    """Raises Fault if a file that is not UTF-8 (`other`: its first such byte) has lines that are."""
    if line := line_in_utf8(path):
        remedy = "Export the file again in one encoding, or state encoding under dialect in the contract"
        raise wrong_byte(where, other, f"is not UTF-8, although other lines are (as line {line})", remedy)


def wrong_byte(where: str, place: Place, problem: str, remedy: str) -> Fault:
    """The fault of a byte that is not of the file's encoding."""
    line, position, byte = place
    return Fault(f"{where}, line {line}", f"the byte 0x{byte:02X} at position {position} {problem}", remedy)
