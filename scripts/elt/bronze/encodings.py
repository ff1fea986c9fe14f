"""In which encoding a raw file is written: by its mark, by its bytes, by its contract; never guessed."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from elt.bronze import code_pages
from elt.faults import Fault

AS_STATED = "the contract says so"
BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
OTHER_TYPES = {b"PK\x03\x04": "a ZIP archive or Excel workbook", b"%PDF": "a PDF", b"\x1f\x8b": "a gzip archive",
               b"PAR1": "a Parquet file", b"\xd0\xcf\x11\xe0": "an old Excel workbook"}  # fmt: skip
CHUNK = 1 << 20
Place = tuple[int, int, int]  # of a byte: line, position in the file (both count from 1), value
# UTF-8 of accented letters, euro sign, quotes and dashes; in cp1252 a capital A with tilde or an a with circumflex
# before one or two signs, which no language writes
IS_UTF8 = re.compile(rb"\xc3[\x80-\xbf]|\xe2[\x80-\x84][\x80-\xbf]")
CONTROLS = re.compile(rb"[\x80-\x9f]")  # in every part of ISO 8859; Python reads them without a word
WIDE = ("utf-16-le", "utf-16-be")
# an umlaut or an accented letter inside a word in UTF-7, which is ASCII alone
IS_UTF7 = re.compile(rb"(?:[a-z]\+A[MNOP][AEIMQUYcgkosw048]-|\+A[MNOP][AEIMQUYcgkosw048]-[a-z])")


class UnlikelyText(Fault):
    """The fault of a file that is not UTF-8 and reads badly as cp1252; `likely`: code pages under which it is text."""

    def __init__(self, where: str, problem: str, likely: list[str]) -> None:
        stated = f" (likely {' or '.join(likely)})" if likely else ""
        remedy = f"Export the file again in UTF-8, or state its encoding under dialect in the contract{stated}"
        super().__init__(where, problem, remedy)
        self.likely = likely


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
        if pending or encoding.startswith("utf-16") or not chunk.isascii():
            if encoding.startswith("iso-8859") and (control := CONTROLS.search(chunk)):
                return place(path, before + control.start())
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


def check_nul(start: bytes, where: str) -> None:
    """Raises Fault if there is a NUL byte; where every other byte is one, it names the wide encoding."""
    if b"\0" not in start:
        return
    shares = [half.count(0) * 2 > len(half) for half in (start[1::2], start[::2])]
    if shares[0] != shares[1]:
        wide = WIDE[0] if shares[0] else WIDE[1]
        remedy = f"Export it in UTF-8, or state encoding: {wide} under dialect in the contract"
        raise Fault(where, "looks like UTF-16 without a byte order mark", remedy)
    raise nul_byte(where, start[: start.index(b"\0")].count(b"\n") + 1)


def find_encoding(path: Path, where: str, wanted: str) -> tuple[str, str]:
    """(codec, reason): byte order mark, else strict UTF-8, else cp1252; or what the contract says, checked.

    Raises Fault for another kind of file, a NUL byte, a byte that is not of the encoding, two encodings, and text that
    reads badly as cp1252 (`UnlikelyText`).
    """
    with open(path, "rb") as file:
        start = file.read(CHUNK)
    check_kind(start, where)
    marked = next((codec for mark, codec in BYTE_ORDER_MARKS.items() if start.startswith(mark)), None)
    if not (marked or wanted).startswith("utf-16"):
        check_nul(start, where)
    if marked:
        encoding, why = marked, "byte order mark"
    elif wanted != "auto":
        encoding, why = wanted, AS_STATED
    elif (other := first_undecodable(path, "utf-8")) is None:
        return "utf-8", "every byte is valid UTF-8"
    else:
        check_no_utf8(path, where, other)
        check_text(path, where)
        return code_pages.FALLBACK, "not valid UTF-8, so the encoding of German Windows systems"
    if spoiled := first_undecodable(path, encoding):
        remedy = "Export the file again in UTF-8, or state its encoding under dialect in the contract"
        raise wrong_byte(where, spoiled, f"is not {encoding}", remedy)
    return encoding, why


def check_text(path: Path, where: str) -> None:
    """Raises UnlikelyText if a file that is not UTF-8 is not cp1252 either, by its bytes or by its words."""
    spoiled, words = first_undecodable(path, code_pages.FALLBACK), code_pages.words_of(chunks(path))
    if spoiled:
        line, position, byte = spoiled
        problem = f"the byte 0x{byte:02X} at position {position} is neither UTF-8 nor {code_pages.FALLBACK}"
        raise UnlikelyText(f"{where}, line {line}", problem, words.likely())
    if words.are_unlikely:
        count, first = words.worst()
        line = place(path, first or 0)[0]
        problem = (
            f"is not UTF-8, and read as {code_pages.FALLBACK} {count} of {words.counts.total()} words with letters "
            "beyond ASCII do not look like text"
        )
        raise UnlikelyText(f"{where}, line {line}", problem, words.likely())


def check_no_utf7(where: str, lines: int) -> None:
    """Raises Fault if lines of a file that is ASCII alone hold letters in UTF-7 (`lines`: how many)."""
    if lines:
        remedy = "Export the file again in UTF-8; if the text is right, state encoding: utf-8 in the contract's dialect"
        raise Fault(where, f"{lines} lines look like UTF-7, which writes ö as a plus and letters", remedy)


def check_no_utf8(path: Path, where: str, other: Place) -> None:
    """Raises Fault if a file that is not UTF-8 (`other`: its first such byte) has lines that are."""
    if line := line_in_utf8(path):
        remedy = "Export the file again in one encoding, or state encoding under dialect in the contract"
        raise wrong_byte(where, other, f"is not UTF-8, although other lines are (as line {line})", remedy)


def wrong_byte(where: str, place: Place, problem: str, remedy: str) -> Fault:
    """The fault of a byte that is not of the file's encoding."""
    line, position, byte = place
    return Fault(f"{where}, line {line}", f"the byte 0x{byte:02X} at position {position} {problem}", remedy)
