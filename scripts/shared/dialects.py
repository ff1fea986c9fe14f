"""What a raw file is: encoding, delimiter and header, decided from its bytes and its contract, never guessed.

Terms follow the Frictionless CSV Dialect.
"""

import codecs
import csv
import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shared.faults import Fault

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
OTHER_TYPES = {b"PK\x03\x04": "a ZIP archive or Excel workbook", b"%PDF": "a PDF", b"\x1f\x8b": "a gzip archive",
               b"PAR1": "a Parquet file", b"\xd0\xcf\x11\xe0": "an old Excel workbook"}  # fmt: skip
CHUNK = 1 << 20
LARGEST_FIELD = 1 << 20
CR_ALONE = "lines end in CR alone"
SEARCHED_LINES = 100  # in which a header is looked for
SEPARATOR_LINE = re.compile(r'"?sep=([,;|\t])"?', re.IGNORECASE)
UTF8_UMLAUT = re.compile(rb"\xc3[\x80-\xbf]")  # in cp1252 it would be a capital A with tilde before a sign


@dataclass(frozen=True)
class Dialect:
    """How a file is written. `columns`: the contract's names in the order of the file."""

    encoding: str
    encoding_why: str
    delimiter: str
    delimiter_why: str
    columns: tuple[str, ...]  # a blank name at the end: every line ends in a delimiter
    is_plain: bool  # UTF-8 without quotes, blank lines or lone CR: Polars may read it where it lies
    quote: str = '"'
    escape: str = ""
    is_doubled: bool = True  # two quotes inside a quoted field stand for one
    is_quote_stated: bool = False
    skip: int = 0  # lines above the header
    after: int = 0  # bytes behind the last record: a footer, a sign for the end of the file
    repairs: tuple[tuple[str, int], ...] = ()  # what was set right for the whole file: rule, lines

    def described(self) -> dict[str, Any]:
        """For metadata: plain types, delimiter by name too."""
        return {**asdict(self), "columns": list(self.columns), "repairs": [list(repair) for repair in self.repairs],
                "delimiter_name": DELIMITERS[self.delimiter]}  # fmt: skip


def chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, a mebibyte at a time."""
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def first_undecodable(path: Path, encoding: str) -> tuple[int, int, int] | None:
    """(line, position in the file, byte) of the first byte that is not `encoding`; None if all of them are."""
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


def place(path: Path, offset: int) -> tuple[int, int, int]:
    """(line, position, byte) of the byte at an offset; lines and positions count from 1."""
    line, left = 1, offset
    for chunk in chunks(path):
        if left < len(chunk):
            return line + chunk.count(b"\n", 0, left), offset + 1, chunk[left]
        line, left = line + chunk.count(b"\n"), left - len(chunk)
    raise IndexError(offset)


def find_encoding(path: Path, where: str, wanted: str) -> tuple[str, str]:
    """(codec, reason): byte order mark, else strict UTF-8, else cp1252; or what the contract says, checked."""
    with open(path, "rb") as file:
        start = file.read(CHUNK)
    for signature, kind in OTHER_TYPES.items():
        if start.startswith(signature):
            raise Fault(where, f"is {kind}, not a CSV file", "Export the table as CSV")
    if start.removeprefix(codecs.BOM_UTF8).lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        raise Fault(where, "is an HTML page, not a CSV file", "Export the table as CSV")
    marked = next((codec for mark, codec in BYTE_ORDER_MARKS.items() if start.startswith(mark)), None)
    if b"\0" in start and "utf-16" not in (marked, wanted):
        raise nul_byte(where, start[: start.index(b"\0")].count(b"\n") + 1)
    if marked:
        encoding, why = marked, "byte order mark"
    elif wanted != "auto":
        encoding, why = wanted, "the contract says so"
    elif (other := first_undecodable(path, "utf-8")) is None:
        return "utf-8", "every byte is valid UTF-8"
    elif any(UTF8_UMLAUT.search(chunk) for chunk in chunks(path)):
        line, position, byte = other
        raise Fault(
            f"{where}, line {line}",
            f"the byte 0x{byte:02X} at position {position} is not UTF-8, although other lines are in UTF-8",
            "Export the file again in one encoding, or state encoding under dialect in the contract",
        )
    else:
        encoding, why = "cp1252", "not valid UTF-8, so the encoding of German Windows systems"
    spoiled = first_undecodable(path, encoding)
    if spoiled:
        line, position, byte = spoiled
        raise Fault(
            f"{where}, line {line}",
            f"the byte 0x{byte:02X} at position {position} is not {encoding}",
            "Export the file again in UTF-8, or state its encoding under dialect in the contract",
        )
    return encoding, why


def nul_byte(where: str, line: int) -> Fault:
    """The fault of a file with a NUL byte."""
    return Fault(f"{where}, line {line}", "holds a NUL byte, so it is damaged or not text", "Export the table again")


def first_lines(path: Path, encoding: str, count: int) -> list[str]:
    """The first lines of a file, with their ends; a line of more than a mebibyte is cut."""
    with open(path, encoding=encoding, newline="") as file:
        return [line for _ in range(count) if (line := file.readline(LARGEST_FIELD))]


def header_cells(line: str, delimiter: str, quote: str) -> list[str]:
    """The cells of a header line, as written; the whole line as one cell if its quotes do not close."""
    quoting = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True, **quoting), [])
    except csv.Error:
        return [line]


def name_of(cell: str) -> str:
    """A header's cell as it is compared: trimmed, in lower case."""
    return cell.strip().casefold()


def line_of_header(lines: Sequence[str], fields: Sequence[str], delimiters: Sequence[str], quote: str) -> int | None:
    """Position of the first line that has all of the contract's columns; None if there is none."""
    wanted = {name.casefold() for name in fields}
    for position, line in enumerate(lines):
        if any(wanted <= {name_of(cell) for cell in header_cells(line, d, quote)} for d in delimiters):
            return position
    return None


def find_columns(
    lines: Sequence[str], where: str, contract: Mapping[str, Any], wanted: str, skip: int, quote: str
) -> tuple[str, tuple[str, ...], str]:
    """(delimiter, columns, header): the delimiter under which line `skip` equals the contract's fields, and that line.

    Upper and lower case and the order of the columns do not matter; ignored columns may be there or not. Cells of a
    header that is not the contract's are never quoted, as the line may be a person; columns are named only beside
    all those that the contract knows.
    """
    fields, ignored = [field["name"] for field in contract["fields"]], contract.get("ignore", [])
    known = {name.casefold(): name for name in (*fields, *ignored)}
    delimiters = list(DELIMITERS) if wanted == "auto" else [wanted]
    line = lines[skip] if skip < len(lines) else ""
    readings = {d: [cell.strip() for cell in header_cells(line, d, quote)] for d in delimiters}
    best = max(
        readings, key=lambda d: (len(known.keys() & {cell.casefold() for cell in readings[d]}), -len(readings[d]))
    )
    header = [cell.casefold() for cell in readings[best]]
    if len(header) > 1 and not header[-1]:
        header, known = header[:-1], known | {"": ""}
    missing = [name for name in fields if name.casefold() not in header]
    if not any(header) and not skip:
        raise Fault(where, "the first line is blank, a header was expected", "Remove lines above the header")
    there = line_of_header(lines, fields, delimiters, quote) if missing else None
    if there is not None and there != skip:
        below = f"Remove the lines above it, or state skipLines: {there} under dialect in the contract"
        raise Fault(f"{where}, line {skip + 1}", f"is not the header, which stands in line {there + 1}", below)
    if len(missing) == len(fields):
        raise Fault(
            f"{where}, line {skip + 1}",
            f"is not the header that the contract expects ({', '.join(fields)})",
            "Export the file with its header line as the first line",
        )
    check_columns(where, readings[best][: len(header)], missing, known)
    trailing = ("",) if len(readings[best]) > len(header) else ()
    return best, (*(known[cell] for cell in header), *trailing), line


def check_columns(where: str, cells: Sequence[str], missing: Sequence[str], known: Mapping[str, str]) -> None:
    """Raises Fault if a column stands twice, is missing or unknown; a new column comes with lines for the contract."""
    header = [cell.casefold() for cell in cells]
    unknown = [position for position, cell in enumerate(header) if not cell or cell not in known]
    repeated = sorted({known[cell] for cell in header if cell and header.count(cell) > 1 and cell in known})
    if repeated:
        raise Fault(where, f"column {', '.join(repeated)} stands in the header more than once", "Export it once")
    if missing:
        hints = "".join(f"; {hint}" for hint in renamed(header, missing, unknown))
        listed = ", ".join(missing)
        remedy = "Rename it in the export or in the contract"
        raise Fault(where, f"column {listed} of the contract is missing{hints}", remedy)
    if unknown:
        names = ", ".join(f"{cells[p]!r} (column {p + 1})" for p in unknown)
        lines = "\n".join(field_line(cells[p]) for p in unknown)
        raise Fault(
            where,
            f"has a column that the contract does not know: {names}",
            "Unknown means personal: name it under ignore, or add it to fields with the personal class that a person "
            f"decides (none, quasi, identifier or direct):\n{lines}\n ",
        )


def renamed(header: Sequence[str], missing: Sequence[str], unknown: Sequence[int]) -> Iterator[str]:
    """What each unknown column of a file may be called in the contract: by its name, else as the only one left."""
    names = {name.casefold(): name for name in missing}
    for position in unknown:
        near = difflib.get_close_matches(header[position], list(names), 1, 0.5)
        if near:
            yield f"column {position + 1} of the file may be {names.pop(near[0])}"
        elif len(unknown) == len(missing) == 1:
            only = "the only one that the contract does not know"
            yield f"column {position + 1} of the file, {only}, may be {missing[0]}"


def field_line(name: str) -> str:
    """The line for a new column that is to be pasted into the fields of the contract; its class is left open."""
    return f"  - {{name: {json.dumps(name, ensure_ascii=False)}, type: string, personal: , description: }}"


def find_end(path: Path, where: str, encoding: str, footers: int) -> tuple[int, tuple[tuple[str, int], ...]]:
    """(bytes behind the last record, repairs): a sign for the end of the file (Ctrl-Z) and the contract's footers."""
    size = path.stat().st_size
    start = max(0, size - CHUNK)
    with open(path, "rb") as file:
        order = "utf-16-be" if file.read(2) == codecs.BOM_UTF16_BE else "utf-16-le"
        codec = order if encoding == "utf-16" else encoding.removesuffix("-sig")
        file.seek(start - start % 2)
        text = file.read().decode(codec, "ignore")
    whole = text
    repairs = []
    if text.rstrip("\r\n").endswith("\x1a"):
        text = text.rstrip("\r\n").rstrip("\x1a")
        repairs.append(("sign for the end of the file left out", 1))
    if footers:
        kept = text.splitlines(keepends=True)
        if len(kept) <= footers:
            raise Fault(where, f"has not {footers} lines below its records", "Correct skipFooterLines in the contract")
        text = "".join(kept[:-footers])
        repairs.append(("lines below the records left out", footers))
    return len(whole[len(text) :].encode(codec)), tuple(repairs)


def detect(path: Path, where: str, contract: Mapping[str, Any]) -> Dialect:
    """The dialect of a raw file. `where` names the file in messages. Raises Fault if the file is not the contract's.

    Whether the file is plain is left to the gate.
    """
    if not path.stat().st_size:
        raise Fault(where, "is empty", "Export the table again")
    wanted = contract.get("dialect", {})
    encoding, encoding_why = find_encoding(path, where, wanted.get("encoding", "auto"))
    quote, skip = wanted.get("quoteChar", '"'), wanted.get("skipLines", 0)
    lines = first_lines(path, encoding, max(SEARCHED_LINES, skip + 1))
    chosen, repairs = wanted.get("delimiter", "auto"), [("lines above the header left out", skip)]
    stated = SEPARATOR_LINE.fullmatch(lines[0].strip("\r\n")) if lines else None
    why = "the contract says so" if chosen != "auto" else "under it the header equals the contract's fields"
    if stated and not skip:
        skip, repairs = 1, [("line sep= above the header left out", 1)]
        if chosen == "auto":
            chosen, why = stated[1], "the line sep= says so, and under it the header equals the contract's fields"
    delimiter, columns, header = find_columns(lines, where, contract, chosen, skip, quote)
    after, behind = find_end(path, where, encoding, wanted.get("skipFooterLines", 0))
    names = [field["name"] for field in contract["fields"]]
    if encoding != "cp1252" and encoding != "utf-8":
        repairs.append((f"read as {encoding}", 1))
    if any(line.endswith("\r") for line in lines[: skip + 1]):
        repairs.append((CR_ALONE, 1))
    if [cell for cell in columns if cell in names] != names:
        repairs.append(("columns in another order", 1))
    if [c for c in header_cells(header, delimiter, quote) if c] != [c for c in columns if c]:
        repairs.append(("names of columns in another case or padded", 1))
    return Dialect(
        encoding,
        encoding_why,
        delimiter,
        why,
        columns,
        is_plain=False,
        quote=quote,
        escape=wanted.get("escapeChar", ""),
        is_doubled=wanted.get("doubleQuote", True),
        is_quote_stated="quoteChar" in wanted,
        skip=skip,
        after=after,
        repairs=tuple((rule, count) for rule, count in (*repairs, *behind) if count),
    )
