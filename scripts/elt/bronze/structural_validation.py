"""Structural validation: whether a raw file is built as its contract expects, before anything is parsed.

The file is read once, block by block. A block whose delimiters and line ends form the same pattern line after line,
with nothing in it that needs a closer look, is counted at once; the others are read record by record.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from elt.bronze import records
from elt.bronze.dialects import CR_ALONE, Dialect
from elt.bronze.encodings import AS_STATED, IS_UTF7, check_no_utf7
from elt.bronze.lines import code_of
from elt.bronze.quoting import LARGEST_FIELD
from elt.faults import Fault

NAMED_RECORDS = 1000  # numbers of malformed records that the metadata keep
HOPELESS_RECORDS, HOPELESS_SHARE = 100_000, 0.1  # above both, the file is not the table: too much for a quarantine
MOJIBAKE = "mojibake"
GARBLED_SHARE = 0.01  # of the records; fewer garbled cells may be meant so
GARBLED = {  # a capital A with tilde or circumflex before a sign: UTF-8 that was once read as cp1252
    "utf-8": re.compile(rb"\xc3[\x82\x83](?:[\xc2\xc5][\x80-\xbf]|\xe2[\x80-\x84][\x80-\xbf]|\xc6\x92|\xcb[\x86\x9c])"),
    "cp1252": re.compile(rb"\xc3[\x80-\xbf]"),
}
MARKS = ".,'%+"  # without them and without blanks, a number can be read in one way only
UNTIDY = (" ", "\t", "#", "Err:", "err:", '="')  # without them nothing is to be trimmed, nor left by a spreadsheet
LONE_CR = re.compile(rb"\r(?!\n)")
BLANK_LINE = re.compile(rb"(?:\A|\n) *\r?\n")


@dataclass
class Structure:
    """What validation found: records, faulty ones by code, repaired lines by rule, garbled cells by column.

    `in_utf7`: lines that look like UTF-7.
    """

    records: int = 0
    malformed: list[int] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    garbled: Counter[str] = field(default_factory=Counter)
    in_utf7: int = 0
    is_plain: bool = True
    is_tidy: bool = True
    is_unmarked: bool = True

    def flagged(self, dialect: Dialect) -> Dialect:
        """The dialect with what silver need not look for."""
        return replace(dialect, is_plain=self.is_plain, is_tidy=self.is_tidy, is_unmarked=self.is_unmarked)

    def described(self, dialect: Dialect) -> dict[str, Any]:
        """For metadata: plain types; the repairs of whole files too."""
        repairs = {**dict(dialect.repairs), **self.repairs}
        warnings = {name: n for name, n in sorted(self.garbled.items()) if n >= GARBLED_SHARE * self.records}
        return {
            "records": self.records,
            "malformed": self.malformed,
            "malformed_records": self.faults.total(),
            "faults": dict(sorted(self.faults.items())),
            "repairs": [{"rule": rule, "records": count} for rule, count in sorted(repairs.items()) if count],
            "warnings": [{"rule": MOJIBAKE, "column": name, "records": n} for name, n in warnings.items()],
        }


def clean_counter(dialect: Dialect) -> Callable[[bytes], int]:
    """A function that counts the records of a block of whole lines if each is one of the right width, else gives 0.

    Only the signs of structure are looked at: what is left of a block without all other bytes must be the same
    pattern line after line. 0 means that the block needs a closer look.
    """
    width, delimiter = len(dialect.columns), dialect.delimiter.encode()
    signs = {*delimiter, *b"\r\n\0", *dialect.quote.encode(), *dialect.escape.encode()}
    others, unit = bytes(sorted(set(range(256)) - signs)), delimiter * (width - 1) + b"\n"
    single_quoted = re.compile(rb"(?:\A|[\n" + re.escape(delimiter) + rb"])'")
    names = [name.encode() for name in dialect.header if name.isascii()]

    def count_clean(block: bytes) -> int:
        if len(block) > LARGEST_FIELD:
            return 0
        skeleton = block.translate(None, others)
        if b"\r" in skeleton:
            if LONE_CR.search(block):
                return 0
            skeleton = skeleton.replace(b"\r\n", b"\n")
        count = len(skeleton) // len(unit)
        lower = block.lower()
        if skeleton != unit * count or all(name in lower for name in names):
            return 0
        if b"'" in block and not dialect.is_quote_stated and single_quoted.search(block):
            return 0
        return 0 if width == 1 and BLANK_LINE.search(block) else count

    return count_clean if dialect.columns[-1] else lambda block: 0


def garbled_cells(block: bytes, dialect: Dialect, garbled: re.Pattern[bytes]) -> Counter[str]:
    """Lines of a block with characters that were garbled by a wrong encoding, by column."""
    found: Counter[str] = Counter()
    for line in block.splitlines():
        if garbled.search(line):
            cells = line.split(dialect.delimiter.encode())
            found.update(name for name, cell in zip(dialect.columns, cells, strict=False) if garbled.search(cell))
    return found


class Inspection:
    """Counts what is in the blocks and records of a raw file; `found` is complete after `close`."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect, self.found = dialect, Structure()
        self.garbled, self.count_clean = GARBLED[code_of(dialect)], clean_counter(dialect)
        self.untidy, self.marks = ([s.encode() for s in signs if s != dialect.delimiter] for signs in (UNTIDY, MARKS))

    def clean_records(self, block: bytes) -> int:
        """Look for all that a block may hold; how many records it has, or 0 if they must be read one by one."""
        found = self.found
        if not block.isascii() and self.garbled.search(block):
            found.garbled += garbled_cells(block, self.dialect, self.garbled)
        if b"+A" in block:
            found.in_utf7 += sum(bool(IS_UTF7.search(line)) for line in block.splitlines())
        found.is_tidy = found.is_tidy and block.isascii() and not any(sign in block for sign in self.untidy)
        found.is_unmarked = found.is_unmarked and not any(mark in block for mark in self.marks)
        count = self.count_clean(block)
        if not count:
            has_quote = bool(self.dialect.quote) and self.dialect.quote.encode() in block
            found.is_plain &= not has_quote and not LONE_CR.search(block) and not self.dialect.escape
        return count

    def add(self, record: records.Record) -> None:
        """Count a record that was read by itself, or a blank line."""
        found = self.found
        if record.code == records.BLANK_LINE:
            found.repairs["blank lines left out"] += 1
            return
        found.records += 1
        if record.code:
            found.faults[record.code] += 1
            if len(found.malformed) < NAMED_RECORDS:
                found.malformed.append(record.number)

    def close(self) -> None:
        """Add what is known only at the end: the flags of the whole file, and its delimiter at the end of lines."""
        found, dialect = self.found, self.dialect
        is_utf8, ends_in_delimiter = dialect.encoding in ("utf-8", "utf-8-sig"), not dialect.columns[-1]
        is_straight = is_utf8 and not dialect.after and CR_ALONE not in dict(dialect.repairs)
        found.is_plain &= is_straight and not found.repairs and not ends_in_delimiter
        found.is_tidy &= found.is_plain
        found.is_unmarked &= found.is_tidy
        if ends_in_delimiter:
            found.repairs["delimiter at the end of the line left out"] = found.records - found.faults.total()


def inspected(path: Path, where: str, dialect: Dialect) -> Structure:
    """The structure of a raw file under its dialect.

    Raises Fault where a record has no certain end, the last one is cut off, or no more than chance fits the header.
    """
    inspection = Inspection(dialect)
    for part in records.parts(path, where, dialect, inspection.clean_records):
        if isinstance(part, int):
            inspection.found.records += part
        else:
            inspection.add(part)
    inspection.close()
    found = inspection.found
    if dialect.encoding_why != AS_STATED:
        check_no_utf7(where, found.in_utf7)
    malformed = found.faults.total()
    if malformed > HOPELESS_RECORDS and malformed > HOPELESS_SHARE * found.records:
        problem = f"{malformed} of {found.records} records have another structure than the header"
        raise Fault(where, problem, "Export the table again, and look whether the delimiter also stands inside fields")
    return found
