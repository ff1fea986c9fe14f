"""What a raw file is: encoding, delimiter and header, decided from its bytes and its contract, never guessed.

Terms follow the Frictionless CSV Dialect.
"""

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from elt.bronze.encodings import CHUNK, find_encoding
from elt.bronze.headers import DELIMITERS, columns_in_file, find_columns, header_cells, line_of_header
from elt.faults import Fault

LONGEST_HEADER = 1 << 20
CR_ALONE = "lines end in CR alone"
SEARCHED_LINES = 100  # in which a header is looked for
SEPARATOR_LINE = re.compile(r'"?sep=([,;|\t])"?', re.IGNORECASE)
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


@dataclass(frozen=True)
class Dialect:
    """How a file is written. `columns`: the contract's names in the order of the file."""

    encoding: str
    encoding_why: str
    delimiter: str
    delimiter_why: str
    columns: tuple[str, ...]  # a blank name at the end: every line ends in a delimiter
    is_plain: bool  # UTF-8 without quotes, blank lines or lone CR: Polars may read it where it lies
    is_tidy: bool = False  # plain, ASCII and without blanks: nothing to trim
    is_unmarked: bool = False  # tidy, and no mark of a number beside its digits and a minus
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


def first_lines(path: Path, encoding: str, count: int) -> list[str]:
    """The first lines of a file, with their ends; a line of more than a mebibyte is cut."""
    with open(path, encoding=encoding, newline="") as file:
        return [line for _ in range(count) if (line := file.readline(LONGEST_HEADER))]


def tail(path: Path, encoding: str) -> tuple[str, str]:
    """(the last mebibyte of a file as text, the codec in which it is written)."""
    start = max(0, path.stat().st_size - CHUNK)
    with open(path, "rb") as file:
        order = "utf-16-be" if file.read(2) == codecs.BOM_UTF16_BE else "utf-16-le"
        codec = order if encoding == "utf-16" else encoding.removesuffix("-sig")
        file.seek(start - start % 2)
        return file.read().decode(codec, "ignore"), codec


def find_end(
    path: Path, where: str, encoding: str, footers: int, delimiter: str, width: int
) -> tuple[int, tuple[tuple[str, int], ...]]:
    """(bytes behind the last record, repairs): a sign for the end of the file (Ctrl-Z) and the contract's footers.

    Raises Fault where a stated footer is not there, which its count of cells shows: no record may be lost as a footer.
    """
    whole, codec = tail(path, encoding)
    text, repairs = whole, []
    if text.rstrip("\r\n").endswith("\x1a"):
        text = text.rstrip("\r\n").rstrip("\x1a")
        repairs.append(("sign for the end of the file left out", 1))
    if footers:
        kept = LINE.findall(text)
        if len(kept) <= footers:
            raise Fault(where, f"has not {footers} lines below its records", "Correct skipFooterLines in the contract")
        like_records = [n for n in range(1, footers + 1) if kept[-n].count(delimiter) == width - 1 > 0]
        if like_records:
            place = f"{where}, line {like_records[-1]} from its end"
            remedy = "Correct skipFooterLines in the contract; for a line of totals state a rule under quarantine there"
            raise Fault(place, "the contract calls it a footer, and it has the width of a record", remedy)
        text = "".join(kept[:-footers])
        repairs.append(("lines below the records left out", footers))
    return len(whole[len(text) :].encode(codec)), tuple(repairs)


def check_separator(where: str, stated: str, header: Sequence[str], fields: Sequence[str], quote: str) -> None:
    """Raises Fault if the header is the contract's, but under another delimiter than the line sep= names."""
    fitting = [d for d in DELIMITERS if line_of_header(header, fields, [d], quote) is not None]
    if fitting and stated not in fitting:
        problem = "the line sep= names another delimiter than the header below it has"
        raise Fault(f"{where}, line 1", problem, "Correct this line, or remove it")


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
            check_separator(where, stated[1], lines[1:2], columns_in_file(contract), quote)
    delimiter, columns, header = find_columns(lines, where, contract, chosen, skip, quote)
    after, behind = find_end(path, where, encoding, wanted.get("skipFooterLines", 0), delimiter, len(columns))
    names = columns_in_file(contract)
    if encoding != "cp1252" and encoding != "utf-8":
        repairs.append((f"read as {encoding}", 1))
    if wanted.get("delimiter", "auto") == "auto" and delimiter != ",":
        repairs.append((f"{DELIMITERS[delimiter]} taken as delimiter", 1))
    if quote != '"' or wanted.get("escapeChar") or not wanted.get("doubleQuote", True):
        repairs.append(("read with the quote signs that the contract states", 1))
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
