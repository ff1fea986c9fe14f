"""What a raw file is: encoding, delimiter and header, decided from its bytes and its contract, never guessed.

Terms follow the Frictionless CSV Dialect.
"""

import codecs
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from elt.bronze.encodings import CHUNK, find_encoding
from elt.bronze.headers import (
    DELIMITERS,
    Expected,
    columns_in_file,
    composed,
    find_columns,
    header_cells,
    line_of_header,
    name_of,
)
from elt.faults import Fault
from elt.run.contract import Contract

AUTO = "auto"  # what a contract leaves open, decided from the file
QUOTE = '"'
FITS = "under it the header equals the contract's fields"
LONGEST_HEADER = 1 << 20
CR_ALONE = "lines end in CR alone"
SEARCHED_LINES = 100  # in which a header is looked for
SEPARATOR_LINE = re.compile(r'"?sep=([,;|\t])"?', re.IGNORECASE)
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")

Repairs = tuple[tuple[str, int], ...]  # what was set right for the whole file: rule, lines


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
    quote: str = QUOTE
    escape: str = ""
    is_doubled: bool = True  # two quotes inside a quoted field stand for one
    is_quote_stated: bool = False
    skip: int = 0  # lines above the header
    after: int = 0  # bytes behind the last record: a footer, a sign for the end of the file
    repairs: Repairs = ()
    names: tuple[str, ...] = ()  # of the columns in the header, as they are compared; empty: those of `columns`

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns in the file, as they are compared."""
        return self.names or tuple(map(name_of, self.columns))

    def described(self) -> dict[str, Any]:
        """For metadata: plain types, delimiter by name too."""
        names = {"names": list(self.names)} if self.names else {}
        stated = {key: value for key, value in asdict(self).items() if key != "names"}
        return {**stated, "columns": list(self.columns), "repairs": [list(repair) for repair in self.repairs],
                **names, "delimiter_name": DELIMITERS[self.delimiter]}  # fmt: skip


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


def find_end(path: Path, where: str, encoding: str, *, footers: int, delimiter: str, width: int) -> tuple[int, Repairs]:
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
        check_footers(where, kept, footers, delimiter, width)
        text = "".join(kept[:-footers])
        repairs.append(("lines below the records left out", footers))
    return len(whole[len(text) :].encode(codec)), tuple(repairs)


def check_footers(where: str, lines: Sequence[str], footers: int, delimiter: str, width: int) -> None:
    """Raises Fault if a file is shorter than its footer, or a line of the footer is as wide as a record."""
    if len(lines) <= footers:
        raise Fault(where, f"has not {footers} lines below its records", "Correct skipFooterLines in the contract")
    like_records = [n for n in range(1, footers + 1) if lines[-n].count(delimiter) == width - 1 > 0]
    if like_records:
        place = f"{where}, line {like_records[-1]} from its end"
        remedy = "Correct skipFooterLines in the contract; for a line of totals state a rule under quarantine there"
        raise Fault(place, "the contract calls it a footer, and it has the width of a record", remedy)


def check_separator(where: str, delimiter: str, header: Sequence[str], contract: Contract, quote: str) -> None:
    """Raises Fault if the header is the contract's, but under another delimiter than the line sep= names."""
    fitting = [d for d in DELIMITERS if line_of_header(header, Expected.of(contract), [d], quote) is not None]
    if fitting and delimiter not in fitting:
        problem = "the line sep= names another delimiter than the header below it has"
        raise Fault(f"{where}, line 1", problem, "Correct this line, or remove it")


@dataclass(frozen=True)
class Start:
    """Where the header stands and how it is read: delimiter (or auto) and why; lines above it, and what they are."""

    delimiter: str
    why: str
    skip: int
    above: str


def find_start(lines: Sequence[str], where: str, contract: Contract, quote: str) -> Start:
    """Where the header stands: below the lines that the contract states, else below a line sep= of a spreadsheet."""
    delimiter, skip = contract.dialect.delimiter, contract.dialect.skip_lines
    why = FITS if delimiter == AUTO else "the contract says so"
    separator = SEPARATOR_LINE.fullmatch(lines[0].strip("\r\n")) if lines else None
    if not separator or skip:
        return Start(delimiter, why, skip, "lines above the header left out")
    if delimiter == AUTO:
        delimiter, why = separator[1], f"the line sep= says so, and {FITS}"
        check_separator(where, delimiter, lines[1:2], contract, quote)
    return Start(delimiter, why, 1, "line sep= above the header left out")


def repairs_of(dialect: Dialect, contract: Contract, lines: Sequence[str], header: str) -> Repairs:
    """What is set right for the whole file, from its first lines and its header line."""
    names, cells = columns_in_file(contract), header_cells(header, dialect.delimiter, dialect.quote)
    alike = [(cell, column) for cell, column in zip(cells, dialect.columns, strict=True) if is_name(cell, column)]
    by_rule = {
        f"read as {dialect.encoding}": dialect.encoding not in ("cp1252", "utf-8"),
        f"{DELIMITERS[dialect.delimiter]} taken as delimiter": contract.dialect.delimiter == AUTO
        and dialect.delimiter != ",",
        "read with the quote signs that the contract states": dialect.quote != QUOTE
        or bool(dialect.escape)
        or not dialect.is_doubled,
        CR_ALONE: any(line.endswith("\r") for line in lines[: dialect.skip + 1]),
        "columns in another order": [cell for cell in dialect.columns if cell in names] != names,
        "names of columns in another case or padded": any(composed(cell) != column for cell, column in alike),
        "names of columns composed": any(composed(cell) != cell for cell, _ in alike),
        "columns taken by their position": any(field.position for field in contract.fields),
    }
    return tuple((rule, 1) for rule, holds in by_rule.items() if holds)


def is_name(cell: str, column: str) -> bool:
    """Whether a header's cell is the name of a column, and not only at its position."""
    return bool(column) and name_of(cell) == name_of(column)


def detect(path: Path, where: str, contract: Contract) -> Dialect:
    """The dialect of a raw file. `where` names the file in messages. Raises Fault if the file is not the contract's.

    Whether the file is plain is left to structural validation.
    """
    if not path.stat().st_size:
        raise Fault(where, "is empty", "Export the table again")
    stated = contract.dialect
    encoding, encoding_why = find_encoding(path, where, stated.encoding)
    quote = QUOTE if stated.quote_char is None else stated.quote_char
    lines = first_lines(path, encoding, max(SEARCHED_LINES, stated.skip_lines + 1))
    start = find_start(lines, where, contract, quote)
    header = find_columns(lines, where, contract, delimiter=start.delimiter, skip=start.skip, quote=quote)
    width, footers = len(header.columns), stated.skip_footer_lines
    after, below = find_end(path, where, encoding, footers=footers, delimiter=header.delimiter, width=width)
    dialect = Dialect(
        encoding=encoding,
        encoding_why=encoding_why,
        delimiter=header.delimiter,
        delimiter_why=start.why,
        columns=header.columns,
        is_plain=False,
        quote=quote,
        escape=stated.escape_char or "",
        is_doubled=stated.double_quote,
        is_quote_stated=stated.quote_char is not None,
        skip=start.skip,
        after=after,
        names=header.names if header.has_other_names else (),
    )
    above = ((start.above, start.skip),) if start.skip else ()
    return replace(dialect, repairs=(*above, *repairs_of(dialect, contract, lines, header.line), *below))
