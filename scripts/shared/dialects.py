"""What a raw file is: encoding, delimiter and header, decided from its bytes and its contract, never guessed.

Terms follow the Frictionless CSV Dialect.
"""

import codecs
import csv
import difflib
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


@dataclass(frozen=True)
class Dialect:
    """How a file is written. `columns`: the contract's names in the order of the file."""

    encoding: str
    encoding_why: str
    delimiter: str
    delimiter_why: str
    columns: tuple[str, ...]
    is_plain: bool  # UTF-8 without quotes, blank lines or lone CR: Polars may read it where it lies

    def described(self) -> dict[str, Any]:
        """For metadata: plain types, delimiter by name too."""
        return {**asdict(self), "columns": list(self.columns), "delimiter_name": DELIMITERS[self.delimiter]}


def chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, a mebibyte at a time."""
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def first_undecodable(path: Path, encoding: str) -> tuple[int, int, int] | None:
    """(line, position in the file, byte) of the first byte that is not `encoding`; None if all of them are."""
    decoder = codecs.getincrementaldecoder(encoding.removesuffix("-sig"))()  # the mark is valid UTF-8 too
    line, before = 1, 0
    for chunk in chunks(path):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            offset = error.start - pending
            return line + chunk[: max(offset, 0)].count(b"\n"), before + offset + 1, error.object[error.start]
        line += chunk.count(b"\n")
        before += len(chunk)
    pending = decoder.getstate()[0]
    return (line, before - len(pending) + 1, pending[0]) if pending else None


def find_encoding(path: Path, where: str, wanted: str) -> tuple[str, str]:
    """(codec, reason): byte order mark, else strict UTF-8, else cp1252; or what the contract says, checked."""
    with open(path, "rb") as file:
        start = file.read(CHUNK)
    for signature, kind in OTHER_TYPES.items():
        if start.startswith(signature):
            raise Fault(where, f"is {kind}, not a CSV file", "Export the table as CSV")
    if start.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        raise Fault(where, "is an HTML page, not a CSV file", "Export the table as CSV")
    marked = next((codec for mark, codec in BYTE_ORDER_MARKS.items() if start.startswith(mark)), None)
    if marked:
        encoding, why = marked, "byte order mark"
    elif wanted != "auto":
        encoding, why = wanted, "the contract says so"
    elif first_undecodable(path, "utf-8") is None:
        return "utf-8", "every byte is valid UTF-8"
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


def read_header(path: Path, encoding: str, delimiter: str) -> list[str]:
    """The cells of the first line, trimmed; the whole line as one cell if its quotes do not close."""
    with open(path, encoding=encoding, newline="") as file:
        line = file.readline(LARGEST_FIELD)
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, strict=True), [])]
    except csv.Error:
        return [line]


def find_columns(
    path: Path, where: str, encoding: str, fields: Sequence[str], ignored: Sequence[str], wanted: str
) -> tuple[str, tuple[str, ...]]:
    """(delimiter, columns): the delimiter under which the header equals the contract's fields.

    Upper and lower case and the order of the columns do not matter; ignored columns may be there or not. Cells of a
    header that is not the contract's are never quoted, as the line may be a person; columns are named only beside
    all those that the contract knows.
    """
    known = {name.casefold(): name for name in (*fields, *ignored)}
    readings = {d: read_header(path, encoding, d) for d in (DELIMITERS if wanted == "auto" else [wanted])}
    best = max(
        readings, key=lambda d: (len(known.keys() & {cell.casefold() for cell in readings[d]}), -len(readings[d]))
    )
    header = [cell.casefold() for cell in readings[best]]
    missing = [name for name in fields if name.casefold() not in header]
    unknown = [position for position, cell in enumerate(header) if cell not in known]
    if not any(header):
        raise Fault(where, "the first line is blank, a header was expected", "Remove lines above the header")
    if len(missing) == len(fields):
        raise Fault(
            f"{where}, line 1",
            f"is not the header that the contract expects ({', '.join(fields)})",
            "Export the file with its header line as the first line",
        )
    repeated = sorted({known[cell] for cell in header if header.count(cell) > 1 and cell in known})
    if repeated:
        raise Fault(where, f"column {', '.join(repeated)} stands in the header more than once", "Export it once")
    if missing:
        hints = []
        for position in unknown:
            near = difflib.get_close_matches(header[position], [name.casefold() for name in missing], 1, 0.5)
            if near:
                hints.append(f"column {position + 1} of the file may be {known[near[0]]}")
        raise Fault(
            where,
            f"column {', '.join(missing)} of the contract is missing" + (f"; {'; '.join(hints)}" if hints else ""),
            "Rename it in the export or in the contract",
        )
    if unknown:
        names = ", ".join(f"{readings[best][p]!r} (column {p + 1})" for p in unknown)
        raise Fault(
            where,
            f"has a column that the contract does not know: {names}",
            "Unknown means personal: add it to the fields of the contract with its personal class, or to ignore",
        )
    return best, tuple(known[cell] for cell in header)


def is_plain(path: Path, encoding: str) -> bool:
    """Whether lines are records: every line end is LF or CRLF, no line is blank, no quote stands anywhere."""
    if encoding != "utf-8":
        return False
    before = b"\n"
    for chunk in chunks(path):
        text = before[-2:] + chunk
        if b'"' in chunk or b"\n\n" in text or b"\n\r\n" in text:
            return False
        if b"\r" in chunk and chunk.count(b"\r") != chunk.count(b"\r\n") + chunk.endswith(b"\r"):
            return False
        if before.endswith(b"\r") and not chunk.startswith(b"\n"):
            return False
        before = text[-2:]
    return not before.endswith(b"\r")


def detect(path: Path, where: str, contract: Mapping[str, Any]) -> Dialect:
    """The dialect of a raw file. `where` names the file in messages. Raises Fault if the file is not the contract's."""
    if not path.stat().st_size:
        raise Fault(where, "is empty", "Export the table again")
    wanted = contract.get("dialect", {})
    encoding, encoding_why = find_encoding(path, where, wanted.get("encoding", "auto"))
    if any(b"\0" in chunk for chunk in chunks(path)) and not encoding.startswith("utf-16"):
        raise Fault(where, "holds a NUL byte, so it is damaged or not text", "Export the table again")
    fields, ignored = [field["name"] for field in contract["fields"]], contract.get("ignore", [])
    chosen = wanted.get("delimiter", "auto")
    delimiter, columns = find_columns(path, where, encoding, fields, ignored, chosen)
    why = "the contract says so" if chosen != "auto" else "under it the header equals the contract's fields"
    return Dialect(encoding, encoding_why, delimiter, why, columns, is_plain(path, encoding))


def records(path: Path, where: str, dialect: Dialect) -> Iterator[list[str]]:
    """The cells of each record after the header, blank lines left out; quoting is strict.

    A record may have any number of cells: the caller decides. Raises Fault where quoting breaks.
    """
    csv.field_size_limit(LARGEST_FIELD)
    with open(path, encoding=dialect.encoding, newline="") as file:
        reader = csv.reader(file, delimiter=dialect.delimiter, strict=True)
        next(reader)
        start = reader.line_num
        try:
            for cells in reader:
                if cells:
                    yield cells
                start = reader.line_num
        except csv.Error as error:
            if "field larger" in str(error):
                raise Fault(
                    f"{where}, line {start + 1}", "a field is longer than 1 MB", "Check the quotes of this record"
                ) from None
            raise Fault(
                f"{where}, line {start + 1}",
                "a quote opens or closes in the wrong place, so the record does not end where it should",
                "Export the file with quotes doubled inside quoted fields",
            ) from None


def count_plain_records(path: Path, dialect: Dialect) -> tuple[int, list[int]]:
    """(records, numbers of those with another count of delimiters) of a plain file, whose lines are its records."""
    expected, wrong, number = len(dialect.columns) - 1, [], -1
    delimiter = dialect.delimiter.encode()
    with open(path, "rb") as file:
        for number, line in enumerate(file):
            if line.count(delimiter) != expected:
                wrong.append(number)
    return max(number, 0), wrong
