"""Polluted variants of the project's own six tables, each with what it truly says; knows nothing of the engine.

A variant holds the bytes of one file and its readings. A reading is the list of the file's records in order: the cells
of the contract's fields (what the record truly says), or None for a record that nobody can read for certain and that
must not reach silver. Where two readings are honest (a blank line is no record, or a broken one) both are listed.
`true_rows` turns records into the rows that silver must then hold; it shares no code with the engine.
"""

import csv
import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
CANARY = "Zyxwv-Canary"
RECORDS = 150
SEED = 42
SOURCES = {  # table -> file, delimiter, encoding, record end of the sample
    "crm_customers": ("source_crm/cust_info.csv", ",", "utf-8", "\n"),
    "crm_products": ("source_crm/prd_info.csv", ",", "utf-8", "\n"),
    "crm_sales": ("source_crm/sales_details.csv", ",", "utf-8", "\n"),
    "erp_customers": ("source_erp/CUST_AZ12.csv", ";", "cp1252", "\r\n"),
    "erp_locations": ("source_erp/LOC_A101.csv", ";", "cp1252", "\r\n"),
    "erp_categories": ("source_erp/PX_CAT_G1V2.csv", ";", "cp1252", "\r\n"),
}
FREE_TEXT = {  # a column of each table that takes any text
    "crm_customers": "cst_lastname",
    "crm_products": "prd_nm",
    "crm_sales": "sls_prd_key",
    "erp_customers": "GEN",
    "erp_locations": "CNTRY",
    "erp_categories": "SUBCAT",
}
KEYS = {  # what a key looks like where any text would do: a totals line or another table's record is none
    "crm_customers": ("cst_key", "AW[0-9]{8}"),
    "erp_customers": ("CID", "AW[0-9]{8}"),
    "erp_locations": ("CID", "AW[0-9]{8}"),
    "erp_categories": ("ID", "[A-Z]{2}_[A-Z]{2}"),
}
Cells = list[str]
Reading = list[Cells | None]


@dataclass(frozen=True)
class Base:
    """The first records of a table of the sample, as they stand in its file."""

    table: str
    contract: dict[str, Any] = field(repr=False)
    header: Cells
    rows: list[Cells] = field(repr=False)
    delimiter: str
    encoding: str
    end: str

    @property
    def lines(self) -> list[str]:
        """The header line and the lines of the records, without their ends."""
        return [self.delimiter.join(cells) for cells in (self.header, *self.rows)]

    @property
    def column(self) -> int:
        """Position of the column that takes any text."""
        return self.header.index(FREE_TEXT[self.table])

    @property
    def places(self) -> list[int]:
        """Three records: the first, one in the middle, the last."""
        return [0, random.Random(f"{SEED} {self.table}").randrange(2, len(self.rows) - 4), len(self.rows) - 1]


@dataclass(frozen=True)
class Variant:
    """A polluted file. `has_place`: a refusal can name a line, record or column."""

    table: str
    kind: str
    name: str
    raw: bytes = field(repr=False)
    readings: list[Reading] = field(repr=False)
    has_place: bool = True


@cache
def base(table: str) -> Base:
    """The first records of a table."""
    file, delimiter, encoding, end = SOURCES[table]
    with open(ROOT / "raw" / file, encoding=encoding, newline="") as stream:
        header, *rows = list(csv.reader(stream, delimiter=delimiter))[: RECORDS + 1]
    contract = yaml.safe_load((ROOT / f"config/bike_retailer/contracts/{table}.yaml").read_text(encoding="utf-8"))
    if table in KEYS:
        state_key(contract, *KEYS[table])
    return Base(table, contract, header, rows, delimiter, encoding, end)


def state_key(contract: dict[str, Any], name: str, pattern: str) -> None:
    """Let a contract say what its key looks like, unless it has such a rule."""
    rules = contract.setdefault("quarantine", [])
    if not any(name in rule["when"] for rule in rules):
        when = f"NOT REGEXP_LIKE({name}, '^{pattern}$')"
        rules.append({"code": "not_a_key", "when": when, "why": f"{name} is no number of this company"})


def written(
    b: Base, lines: Sequence[str | bytes], end: str | None = None, last: bool = True, encoding: str = ""
) -> bytes:
    """Lines as a file: in the encoding and with the record end of the table, unless others are given."""
    encoding, end = encoding or b.encoding, b.end if end is None else end
    coded = [line if isinstance(line, bytes) else line.encode(encoding) for line in lines]
    mark = end.encode(encoding)
    return mark.join(coded) + (mark if last else b"")


def with_record(b: Base, at: int, line: str | bytes, cells: Cells | None) -> tuple[bytes, Reading]:
    """The file with another line for record `at` (from 0), which truly says `cells`."""
    lines: list[str | bytes] = list(b.lines)
    lines[at + 1] = line
    return written(b, lines), [*b.rows[:at], cells, *b.rows[at + 1 :]]


def with_cell(b: Base, at: int, column: int, text: str, truth: str | None) -> tuple[bytes, Reading]:
    """The file with `text` in one cell as it stands between delimiters; `truth`: what it says, None = unreadable."""
    cells = b.rows[at]
    put = lambda value: [*cells[:column], value, *cells[column + 1 :]]  # noqa: E731
    return with_record(b, at, b.delimiter.join(put(text)), None if truth is None else put(truth))


def is_codable(b: Base, encoding: str) -> bool:
    """Whether an encoding has all letters of the table."""
    try:
        "".join(b.lines).encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def quoted(text: str) -> str:
    """A cell in quotes, quotes inside doubled."""
    return '"' + text.replace('"', '""') + '"'


# -- classes -----------------------------------------------------------------------------------------------------------
Made = Iterator[tuple]  # (name, raw, reading or list of readings[, has_place])


def more_delimiters(b: Base) -> Made:
    """A record with more delimiters: it has no reading."""
    for at in b.places:
        cells = b.rows[at]
        for gap in sorted({0, len(cells) // 2, len(cells)}):
            for count in (1, 2):
                wider = [*cells[:gap], *[""] * count, *cells[gap:]]
                yield f"{count} before cell {gap} of record {at}", *with_record(b, at, b.delimiter.join(wider), None)
        split = b.delimiter.join([*cells[:-1], cells[-1][:1] + b.delimiter + cells[-1][1:]])
        yield f"inside the last cell of record {at}", *with_record(b, at, split, None)
    lines = [line + b.delimiter + CANARY if n in (2, 5) else line for n, line in enumerate(b.lines)]
    yield "two records with a cell more", written(b, lines), [None if n in (1, 4) else r for n, r in enumerate(b.rows)]


def fewer_delimiters(b: Base) -> Made:
    """A record with fewer delimiters: it has no reading."""
    for at in b.places:
        cells = b.rows[at]
        for gap in sorted({0, (len(cells) - 1) // 2, len(cells) - 2}):
            glued = [*cells[:gap], cells[gap] + cells[gap + 1], *cells[gap + 2 :]]
            yield f"after cell {gap} of record {at}", *with_record(b, at, b.delimiter.join(glued), None)
        for kept in {1, len(cells) // 2, len(cells) - 1}:
            if kept:
                yield f"first {kept} cells of record {at}", *with_record(b, at, b.delimiter.join(cells[:kept]), None)
        yield f"canary alone in record {at}", *with_record(b, at, CANARY, None)


def quotes(b: Base) -> Made:
    """Quotes that open or close in the wrong place have no reading; a cell that is properly quoted says its text."""
    for at in b.places[1:]:
        for column in sorted({0, b.column, len(b.header) - 1}):
            cell, here = b.rows[at][column], f"in cell {column} of record {at}"
            broken = {"leading": f'"{cell}', "trailing": f'{cell}"', "after closing": f'"{cell}"x',
                      "two leading": f'""{cell}', "blank before": f' "{cell}"'}  # fmt: skip
            for name, text in broken.items():
                raw, reading = with_cell(b, at, column, text, None)
                intended = with_cell(b, at, column, text, cell)[1]
                is_harmless = name == "blank before" or text == '""'
                yield f"{name} {here}", raw, [reading, intended] if is_harmless else [reading]
            yield f"around {here}", *with_cell(b, at, column, quoted(cell), cell)
        cell, column = b.rows[at][b.column], b.column
        for text in (f'{CANARY} 1/2" Stahl', f'{CANARY} "so called" {cell}'):
            broken_one, literal = (with_cell(b, at, column, text, truth) for truth in (None, text))
            yield f"inside, {len(text)} letters, record {at}", literal[0], [broken_one[1], literal[1]]
            yield f"inside and doubled, {len(text)} letters, record {at}", *with_cell(b, at, column, quoted(text), text)
        inner = f"{CANARY}{b.delimiter}{cell}"
        yield f"around a delimiter in record {at}", *with_cell(b, at, column, quoted(inner), inner)
        line = b.delimiter.join(map(quoted, b.rows[at]))
        yield f"around every cell of record {at}", *with_record(b, at, line, b.rows[at])
        whole = quoted(b.delimiter.join(b.rows[at]))
        yield f"around the whole record {at}", *with_record(b, at, whole, None)
        for far in (1, 3):
            if at + far < len(b.rows):
                lines = b.lines
                lines[at + 1] = b.delimiter.join([*b.rows[at][:-1], f'"{b.rows[at][-1]}'])
                lines[at + 1 + far] = b.delimiter.join([*b.rows[at + far][:-1], f'{b.rows[at + far][-1]}"'])
                swallowed = [None if at <= n <= at + far else r for n, r in enumerate(b.rows)]
                as_one = [*b.rows[:at], None, *b.rows[at + far + 1 :]]
                yield f"from record {at} to {at + far}", written(b, lines), [swallowed, as_one]
    everywhere = [b.delimiter.join(map(quoted, cells)) for cells in (b.header, *b.rows)]
    yield "around every cell of the file", written(b, everywhere), b.rows


def other_delimiter(b: Base) -> Made:
    """Another delimiter in one record leaves it without reading; in the whole file the records stay as they are."""
    others = [d for d in (",", ";", "\t", "|", ":", " ", "^") if d != b.delimiter]
    for at in b.places:
        for other in others:
            yield f"{other!r} in record {at}", *with_record(b, at, other.join(b.rows[at]), None)
    for other in others:
        lines = [other.join(map(lambda c, o=other: quoted(c) if o in c else c, cells)) for cells in (b.header, *b.rows)]
        yield f"{other!r} in the whole file", written(b, lines), b.rows, False
        yield f"{other!r} in the header alone", written(b, [lines[0], *b.lines[1:]]), b.rows
        yield f"{other!r} in all records", written(b, [b.lines[0], *lines[1:]]), [[None] * len(b.rows), b.rows]
        half = len(lines) // 2
        mixed = [[*b.rows[: half - 1], *[None] * (len(b.rows) - half + 1)], b.rows]
        yield f"{other!r} in the second half", written(b, [*b.lines[:half], *lines[half:]]), mixed


def record_ends(b: Base) -> Made:
    """LF, CRLF and CR end a record; nothing else does; two records on one line have no reading."""
    for end in ("\n", "\r\n", "\r", "\n\r", "\r\r\n"):
        yield f"{end!r} everywhere", written(b, b.lines, end), b.rows
        yield f"{end!r} and none at the end", written(b, b.lines, end, last=False), b.rows
    for turn in range(4):
        chosen = random.Random(f"{SEED} {turn}")
        ends = [chosen.choice(["\n", "\r\n", "\r"][: 2 + turn % 2]) for _ in b.lines]
        raw = "".join(line + end for line, end in zip(b.lines, ends, strict=True)).encode(b.encoding)
        yield f"mixed, {turn}", raw, b.rows
    for at in b.places[:-1]:
        for name, between in {"CR": "\r", "LF": "\n", "CRLF": "\r\n"}.items():
            lines = [*b.lines[: at + 1], b.lines[at + 1] + between + b.lines[at + 2], *b.lines[at + 3 :]]
            yield f"{name} after record {at}", written(b, lines), b.rows
        joined = [*b.rows[:at], None, *b.rows[at + 2 :]]
        for name, between in {
            "nothing": "",
            "VT": "\v",
            "FF": "\f",
            "FS": "\x1c",
            "NEL": "\x85",
            "LS": "\u2028",
        }.items():
            if between.isascii() or b.encoding == "utf-8":
                lines = [*b.lines[: at + 1], b.lines[at + 1] + between + b.lines[at + 2], *b.lines[at + 3 :]]
                yield f"{name} after record {at}", written(b, lines), joined


def encodings(b: Base) -> Made:
    """A file in one encoding says its text; a record in another encoding than the rest says what it was meant to."""
    text = b.end.join(b.lines) + b.end
    possible = [code for code in ("utf-8", "utf-8-sig", "cp1252", "utf-16") if is_codable(b, code)]
    for encoding in possible:
        yield f"whole file {encoding}", text.encode(encoding), b.rows, False
    yield "whole file UTF-16 big endian", b"\xfe\xff" + text.encode("utf-16-be"), b.rows, False
    for encoding in ("utf-16-le", "utf-16-be", "utf-32"):
        yield f"whole file {encoding} without a mark that says so", text.encode(encoding), b.rows, False
    umlauts = [*b.rows[0]]
    umlauts[b.column] = "Größenwahn Fürth"
    for at in b.places[1:]:
        cells = [*b.rows[at][: b.column], f"Mäßig-{CANARY}-Öl", *b.rows[at][b.column + 1 :]]
        line = b.delimiter.join(cells)
        for encoding, other in (("utf-8", "cp1252"), ("cp1252", "utf-8")):
            if encoding not in possible:
                continue
            lines: list[str | bytes] = [*b.lines]
            lines[1], lines[at + 1] = b.delimiter.join(umlauts), line.encode(other)
            reading = [umlauts, *b.rows[1:at], cells, *b.rows[at + 1 :]]
            yield f"record {at} is {other} in {encoding}", written(b, lines, encoding=encoding), reading, False
        for byte in (b"\x81", b"\x8d", b"\x9d", b"\xff\xfe\x81", b"\xc3\x81\x81"):
            spoiled = b.delimiter.join(b.rows[at][: b.column]).encode(b.encoding)
            rest = b.delimiter.join(["", *b.rows[at][b.column + 1 :]]).encode(b.encoding)
            lead = b.delimiter.encode() if b.column else b""
            raw, reading = with_record(b, at, spoiled + lead + CANARY.encode() + byte + rest, None)
            yield f"byte {byte.hex()} in record {at}", raw, reading
        lines = [*b.lines]
        lines[1] = b.delimiter.join(umlauts)
        cut = line.encode("utf-8").replace("Ö".encode(), "Ö".encode()[:1])
        lines[at + 1] = cut
        reading = [umlauts, *b.rows[1:at], None, *b.rows[at + 1 :]]
        yield f"half a character in record {at}", written(b, lines, encoding="utf-8"), reading, False


def headers(b: Base) -> Made:
    """Case, blanks, quotes and order of the header do not matter; its cells elsewhere are no record."""
    head, rows, d = b.header, b.rows, b.delimiter
    for column, name in enumerate(head):
        others = [*head[:column], *head[column + 1 :]]
        renamed = [*head[:column], f"{name}_new", *head[column + 1 :]]
        yield f"renamed {name}", written(b, [d.join(renamed), *b.lines[1:]]), b.rows
        yield (
            f"other word for {name}",
            written(b, [d.join([*head[:column], "Betrag", *head[column + 1 :]]), *b.lines[1:]]),
            b.rows,
        )
        yield f"empty for {name}", written(b, [d.join([*head[:column], "", *head[column + 1 :]]), *b.lines[1:]]), b.rows
        without = [d.join([*cells[:column], *cells[column + 1 :]]) for cells in (head, *rows)]
        yield f"column {name} missing", written(b, without), [None] * len(rows)
        yield f"name {name} missing", written(b, [d.join(others), *b.lines[1:]]), [None] * len(rows)
        twice = [d.join([*cells, cells[column]]) for cells in (head, *rows)]
        yield f"column {name} twice", written(b, twice), b.rows
        yield f"name {name} twice", written(b, [d.join([*head, name]), *b.lines[1:]]), b.rows
    for turn in range(4):
        order = random.Random(f"{SEED} {turn} order").sample(range(len(head)), len(head))
        yield (
            f"columns in another order, {turn}",
            written(b, [d.join(c[i] for i in order) for c in (head, *rows)]),
            rows,
        )
    harmless = {"upper": [c.upper() for c in head], "lower": [c.lower() for c in head], "title": [c.title() for c in head],
                "padded": [f" {c} " for c in head], "padded with tabs": [f"{c}\t" for c in head],
                "padded with no-break spaces": [f"{c}\u00a0" for c in head], "quoted": [quoted(c) for c in head],
                "quoted and padded": [quoted(f" {c} ") for c in head]}  # fmt: skip
    for name, cells in harmless.items():
        yield f"{name} header", written(b, [d.join(cells), *b.lines[1:]]), b.rows
    broken = {"missing": [], "quote opens": [d.join(['"' + head[0], *head[1:]])], "in single quotes": [d.join(f"'{c}'" for c in head)],
              "in two lines": [d.join(head[:1]), d.join(head[1:])], "twice the length": [d.join(head + head)],
              "with an unknown column": [d.join([*head, "telefon"])], "commented": ["# " + d.join(head)]}  # fmt: skip
    for name, top in broken.items():
        yield f"header {name}", written(b, [*top, *b.lines[1:]]), b.rows
    extra = [d.join([*cells, "telefon" if cells is head else f"{CANARY}{n}"]) for n, cells in enumerate((head, *rows))]
    yield "unknown column", written(b, extra), b.rows
    for at in (0, *b.places[1:], len(rows)):
        for name, line in {
            "": d.join(head),
            "upper case ": d.join(head).upper(),
            "padded ": d.join(f" {c}" for c in head),
        }.items():
            lines = [*b.lines[: at + 1], line, *b.lines[at + 1 :]]
            yield f"repeated {name}before record {at}", written(b, lines), [*rows[:at], None, *rows[at:]]


def preambles_and_footers(b: Base) -> Made:
    """Lines above the header and below the last record are no records."""
    d, width = b.delimiter, len(b.header)
    texts = {"title": f"Export {CANARY}", "dates": "Stand: 23.11.2026 10:15", "rule": "-" * 40, "comment": f"# {CANARY}",
             "delimiters": d * (width - 1), "title and delimiters": CANARY + d * (width - 1),
             "a number": "150", "as wide as the header": d.join([CANARY] * width)}  # fmt: skip
    for name, line in texts.items():
        for count in (1, 3):
            yield f"{name} above, {count}", written(b, [*[line] * count, *b.lines]), b.rows
        yield f"{name} and a blank line above", written(b, [line, "", *b.lines]), b.rows
    yield "sep line", written(b, [f"sep={d}", *b.lines]), b.rows
    yield "sep line in quotes", written(b, [f'"sep={d}"', *b.lines]), b.rows
    yield "sep line in upper case", written(b, [f"SEP={d}", *b.lines]), b.rows
    yield "sep line that lies", written(b, ["sep=|", *b.lines]), b.rows
    feet = {"row count": f"({len(b.rows)} rows affected)", "end": "EOF", "rule": "-" * 20, "canary": CANARY,
            "total": d.join(["Summe", *[""] * (width - 1)]), "total at the end": d.join([*[""] * (width - 1), "12345.67"]),
            "total over all columns": d.join(["Gesamt", *["99"] * (width - 1)]),
            "count of right width": d.join([f"{len(b.rows)} rows", *[""] * (width - 1)])}  # fmt: skip
    for name, line in feet.items():
        yield f"{name} below", written(b, [*b.lines, line]), [*b.rows, None]
        yield f"{name} below, no end", written(b, [*b.lines, line], last=False), [*b.rows, None]
        yield f"{name} below a blank line", written(b, [*b.lines, "", line]), [*b.rows, None]
    yield "Ctrl-Z at the end", written(b, b.lines) + b"\x1a", [b.rows, [*b.rows, None]]


def several_tables(b: Base) -> Made:
    """Another table in the same file is not this one; the same table again says the same."""
    for name in SOURCES:
        other = base(name)
        for delimiter in {b.delimiter, other.delimiter}:
            lines = [delimiter.join(cells) for cells in (other.header, *other.rows[:3])]
            if name == b.table:
                continue
            here = f"{name} with {delimiter!r}"
            yield f"{here} below", written(b, [*b.lines, *lines]), [*b.rows, *[None] * 4]
            yield f"{here} below a blank line", written(b, [*b.lines, "", *lines]), [*b.rows, *[None] * 4]
            yield f"{here} above", written(b, [*lines, *b.lines]), [b.rows]
            middle = b.places[1]
            mixed = [*b.lines[: middle + 1], *lines[1:], *b.lines[middle + 1 :]]
            reading = [*b.rows[:middle], *[None] * 3, *b.rows[middle:]]
            yield f"{here}, its records in the middle", written(b, mixed), reading
    yield "the same twice", written(b, [*b.lines, *b.lines]), [*b.rows, None, *b.rows]
    yield "the same twice without header", written(b, [*b.lines, *b.lines[1:]]), [*b.rows, *b.rows]
    yield "two records again", written(b, [*b.lines, *b.lines[1:3]]), [*b.rows, *b.rows[:2]]


def escapes(b: Base) -> Made:
    """A backslash is a letter and doubled quotes inside quotes are one; other escapes have no reading, or that of the
    file as it stands."""
    d, column = b.delimiter, b.column
    for at in b.places[1:]:
        literal = {"backslash at the end": f"{CANARY}\\", "backslash n": f"{CANARY}\\nMitte", "two backslashes": f"a\\\\{CANARY}",
                   "entity": f"{CANARY} &quot;&amp;", "per cent": f"{CANARY}%20%2C", "unicode escape": f"{CANARY}\\u00e4",
                   "backslash alone": "\\", "caret": f"^{CANARY}^"}  # fmt: skip
        for name, text in literal.items():
            yield f"{name} in record {at}", *with_cell(b, at, column, text, text)
            yield f"{name} in quotes in record {at}", *with_cell(b, at, column, quoted(text), text)
        broken = {"backslash and delimiter": f"{CANARY}\\{d}x", "backslash and quote in quotes": f'"{CANARY} \\"x\\" y"',
                  "single quotes around a delimiter": f"'{CANARY}{d}x'", "backslash before the closing quote": f'"{CANARY}\\""',
                  "backslash and delimiter in quotes": f'"{CANARY}\\"{d}x"'}  # fmt: skip
        for name, text in broken.items():
            yield f"{name} in record {at}", *with_cell(b, at, column, text, None)
        for name, text in {"doubled quotes without quotes": f'{CANARY} ""x""', "single quotes": f"'{CANARY}'"}.items():
            raw, as_written = with_cell(b, at, column, text, text)
            yield f"{name} in record {at}", raw, [as_written, with_cell(b, at, column, text, None)[1]]
        yield f"quote in quotes in record {at}", *with_cell(b, at, column, f'"{CANARY} ""x"""', f'{CANARY} "x"')
        yield f"only a quote in record {at}", *with_cell(b, at, column, '""""', '"')


def payloads(b: Base) -> Made:
    """Text of any kind arrives as it is, without blanks at its ends and invisible characters, in normal form C."""
    plain = ["=cmd|' /C calc'!A0", "=1+1", "@SUM(A1)", "+49 911 123", "-1+1", "<script>alert(1)</script>", "<b>fett</b>",
             "**fett** | `code` | [x](y)", "{{ 7*7 }} ${7*7} #{7}", "'; DROP TABLE kunden; --", "../../etc/passwd", "NULL", "NA",
             "None", "nan", "1E5", "true", "007", "-", "n/a", "#REF!", "0x1F", "inf", "a\x01b", "\x1b[31mrot\x1b[0m", "a\x7fb",
             "a\x08b", "  padded  ", "tab\tinside", "pipe|inside", "\\N", "x" * 10_000, "Zeile " * 2_000, "%s%n%d", "€ 5"]  # fmt: skip
    if b.encoding == "utf-8":
        plain += ["Großmu\u0308tterchen", "zero\u200bwidth", "soft\u00adhyphen", "\u00a0no-break\u00a0", "rtl \u202eevil", "😀 emoji",
                  "line\u2028separator", "\ufeffmark", "\u0130stanbul", "ﬁ ligature", "中文", "replacement \ufffd"]  # fmt: skip
    spots = random.Random(f"{SEED} {b.table} payload")
    for number, text in enumerate(plain):
        at = spots.randrange(len(b.rows))
        shown = f"{number} ({text[:12]!a})"
        in_quotes = b.delimiter in text or '"' in text or number % 3 == 0
        yield f"{shown} in record {at}", *with_cell(b, at, b.column, quoted(text) if in_quotes else text, text)
    for at in b.places:
        for name, end in {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}.items():
            text = f"{CANARY}{end}zweite Zeile"
            yield f"{name} in quotes in record {at}", *with_cell(b, at, b.column, quoted(text), text)
        lines = "\n".join(["eins", "zwei", "", "vier"])
        yield f"four lines in quotes in record {at}", *with_cell(b, at, b.column, quoted(lines), lines)
        for text in (f"{CANARY}\0", "\0"):
            yield f"NUL and {len(text)} letters in record {at}", *with_cell(b, at, b.column, text, None)
    at = b.places[1]
    for size in (2_000_000, 1_100_000):
        raw, long = with_cell(b, at, b.column, "L" * size, "L" * size)
        yield f"{size} letters", raw, [long, with_cell(b, at, b.column, "L" * size, None)[1]]


def truncations(b: Base) -> Made:
    """A file that ends early: a last record without all its cells has no reading. One that lost part of its last cell
    says what is left of it: no reader can know."""
    whole, n = written(b, b.lines, last=False), len(b.rows)
    last = b.lines[-1].encode(b.encoding)
    start = len(whole) - len(last)
    for share in range(12):
        kept = 1 + share * (len(last) - 1) // 12
        cells = last[:kept].decode(b.encoding, errors="ignore").split(b.delimiter)
        reading = [*b.rows[:-1], None]
        left = [*b.rows[:-1], cells] if len(cells) == len(b.header) else reading
        yield f"{kept} bytes of the last record", whole[: start + kept], [left, reading]
    for full in (n // 3, 2 * n // 3):
        cells = b.rows[full]
        for name, rest in {"in a cell": cells[0][:-1], "after a cell": b.delimiter.join(cells[:-1])}.items():
            yield f"record {full} {name}", written(b, [*b.lines[: full + 1], rest], last=False), [[*b.rows[:full], None]]
    header = len(b.lines[0])
    yield "in the header", whole[: header // 2], [[None] * n]
    yield "after the header", whole[: header + len(b.end)], [[None] * n], False
    yield "nothing left", b"", [[None] * n], False
    yield "one byte left", whole[:1], [[None] * n], False
    blank = whole[:start] + b"\0" * len(last)
    yield "last record overwritten with NUL", blank, [[*b.rows[:-1], None]]
    yield "zeros after the end", whole + b"\0" * 512, [b.rows, [*b.rows, None]]


def marks(b: Base) -> Made:
    """A byte order mark that says the truth is no text; one that lies spoils the file."""
    text = b.end.join(b.lines) + b.end
    mark = b"\xef\xbb\xbf"
    yield "UTF-8 mark", mark + text.encode(), b.rows
    yield "two UTF-8 marks", mark * 2 + text.encode(), b.rows
    yield "UTF-8 mark in quotes", b'"' + mark + b'"' + text.encode(), b.rows
    for name, lie in {"UTF-16 LE": b"\xff\xfe", "UTF-16 BE": b"\xfe\xff"}.items():
        yield f"{name} mark before UTF-8", lie + text.encode(), [[None] * len(b.rows)], False
    yield "UTF-8 mark before UTF-16", mark + text.encode("utf-16-le"), b.rows, False
    if is_codable(b, "cp1252"):
        raw, reading = with_cell(b, 0, b.column, "Müßig", "Müßig")
        yield "UTF-8 mark before cp1252", mark + raw.decode(b.encoding).encode("cp1252"), reading
    utf8 = [line.encode() for line in b.lines]
    for at in b.places:
        lines = [*utf8[: at + 1], mark + utf8[at + 1], *utf8[at + 2 :]]
        yield f"mark before record {at}", written(b, lines), b.rows
        joined = [*utf8[: at + 1], mark + utf8[0], *utf8[at + 1 :]]
        yield f"mark and header before record {at}", written(b, joined), [*b.rows[:at], None, *b.rows[at:]]
    yield "mark at the end", text.encode() + mark, [b.rows, [*b.rows, None]]


def blank_lines(b: Base) -> Made:
    """A blank line is no record; a line of blanks or delimiters is none, or one that cannot be read."""
    for at in (0, *b.places[1:], len(b.rows)):
        for count in (1, 3):
            lines = [*b.lines[: at + 1], *[""] * count, *b.lines[at + 1 :]]
            yield f"{count} before record {at}", written(b, lines), b.rows
        for name, line in {
            "of blanks": "   ",
            "of tabs": "\t",
            "of delimiters": b.delimiter * (len(b.header) - 1),
        }.items():
            lines = [*b.lines[: at + 1], line, *b.lines[at + 1 :]]
            yield f"{name} before record {at}", written(b, lines), [b.rows, [*b.rows[:at], None, *b.rows[at:]]]
    yield "between all records", written(b, b.lines, b.end * 2), b.rows
    for count in (1, 2):
        yield f"{count} above the header", written(b, [*[""] * count, *b.lines]), b.rows


def trailing_delimiters(b: Base) -> Made:
    """Delimiters at the end of every line add nothing; at the end of one record they leave it without reading, or add
    nothing."""
    d = b.delimiter
    for count in (1, 2):
        yield f"{count} on every line", written(b, [line + d * count for line in b.lines]), b.rows
        yield f"{count} on every record", written(b, [b.lines[0], *[line + d * count for line in b.lines[1:]]]), b.rows
        yield (
            f"{count} on the header",
            written(b, [b.lines[0] + d * count, *b.lines[1:]]),
            [[None] * len(b.rows), b.rows],
        )
    yield "a blank and one on every line", written(b, [f"{line} {d} " for line in b.lines]), b.rows
    for at in b.places:
        lines = [*b.lines]
        lines[at + 1] += d
        yield f"on record {at} alone", written(b, lines), [*b.rows[:at], None, *b.rows[at + 1 :]]
        lines = [line + d for line in b.lines]
        lines[at + 1] = b.lines[at + 1]
        broken = [*b.rows[:at], None, *b.rows[at + 1 :]]
        yield f"on all lines but record {at}", written(b, lines), [broken, b.rows]
        lines[at + 1] = b.lines[at + 1] + d + CANARY
        yield f"on all lines, but text in record {at}", written(b, lines), [broken]


KINDS: dict[str, Callable[[Base], Made]] = {
    "more delimiters": more_delimiters,
    "fewer delimiters": fewer_delimiters,
    "extra quote": quotes,
    "other delimiter": other_delimiter,
    "other record end": record_ends,
    "encoding": encodings,
    "header": headers,
    "preamble and footer": preambles_and_footers,
    "several tables": several_tables,
    "escape": escapes,
    "payload": payloads,
    "truncated": truncations,
    "byte order mark": marks,
    "blank lines": blank_lines,
    "trailing delimiters": trailing_delimiters,
}


def variants(kind: str) -> Iterator[Variant]:
    """All variants of a class, table by table; the same at every call."""
    for table in SOURCES:
        for name, raw, readings, *rest in KINDS[kind](base(table)):
            several = (
                readings and isinstance(readings[0], list) and (not readings[0] or not isinstance(readings[0][0], str))
            )
            yield Variant(table, kind, name, raw, readings if several else [readings], *rest)


# -- what silver must hold ---------------------------------------------------------------------------------------------
CONVERTED = {
    "erp_customers": ("CID", lambda text: text.removeprefix("NAS")),
    "erp_locations": ("CID", lambda text: text.replace("-", "")),
}
BLANK = " \t\r\n\u00a0\u2007\u202f\ufeff\u200b"
UNREADABLE = object()


def true_text(raw: str) -> str:
    """A cell without blanks at its ends and invisible characters, in normal form C."""
    return unicodedata.normalize("NFC", re.sub("[\u200b\u00ad\ufeff]", "", raw)).strip(BLANK)


def true_value(entry: dict[str, Any], text: str) -> Any:
    """A text as the field's type: str, int, Decimal, date, None if missing, UNREADABLE."""
    if "codes" in entry:
        known = {str(v).lower(): str(v) for v in entry["codes"].values()}
        known |= {str(k).lower(): str(v) for k, v in entry["codes"].items()}
        return known.get(text.lower(), entry.get("otherwise", text or None))
    if not text or text in entry.get("missingValues", []):
        return None
    if entry["type"] == "integer":
        value: Any = int(text.split(".")[0]) if re.fullmatch(r"[+-]?[0-9]+(\.0{1,2})?", text) else UNREADABLE
    elif entry["type"] == "number":
        written_well = re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text)
        value = Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_UP) if written_well else UNREADABLE
    elif entry["type"] == "date":
        value = UNREADABLE
        forms = entry.get("format", "%Y-%m-%d")
        for form in [forms] if isinstance(forms, str) else forms:
            try:
                found = datetime.strptime(text, form).date()
            except ValueError:
                continue
            if len(text) == 8 or form != "%Y%m%d":
                value = found
    else:
        return text
    if value is not UNREADABLE:
        low, high = entry.get("minimum", value), entry.get("maximum", value)
        if not low <= value <= high:
            value = UNREADABLE
    return None if value is UNREADABLE and entry.get("invalid") == "null" else value


def true_record(table: str, contract: dict[str, Any], cells: Cells) -> dict[str, Any] | None:
    """The typed values of a record before repairs that look at other records; None if silver may not hold it."""
    row = {}
    for entry, cell in zip(contract["fields"], cells, strict=True):
        text = true_text(cell)
        if CONVERTED.get(table, ("",))[0] == entry["name"]:
            text = CONVERTED[table][1](text)
        row[entry["name"]] = true_value(entry, text)
        if row[entry["name"]] is UNREADABLE:
            return None
    key, pattern = KEYS.get(table, ("", ""))
    if key and not re.fullmatch(pattern, row[key] or ""):
        return None
    if table == "crm_sales":
        row = true_sale(row)
    needed = [e["name"] for e in contract["fields"] if e.get("required")] + contract["primaryKey"]
    return None if row is None or any(row[name] is None for name in needed) else row


def true_sale(row: dict[str, Any]) -> dict[str, Any] | None:
    """A sales line after the repairs of its contract: date from shipping, price without sign, amount = price times
    quantity unless rounding explains the difference."""
    date, shipped, amount, pieces, price = (
        row[f"sls_{name}"] for name in ("order_dt", "ship_dt", "sales", "quantity", "price")
    )
    date = date or (shipped and shipped - timedelta(days=7))
    price = abs(price) if price is not None else None
    if not pieces or pieces <= 0 or not date:
        return None
    cent = Decimal("0.01")
    if not price:
        price = (amount / pieces).quantize(cent, ROUND_HALF_UP) if amount is not None else None
    if price is not None and (amount is None or amount <= 0 or abs(amount - pieces * price) > pieces * cent / 2):
        amount = (pieces * price).quantize(cent)
    if amount is None or amount <= 0:
        return None
    return {**row, "sls_order_dt": date, "sls_sales": amount, "sls_price": price}


def with_true_ends(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Product versions whose end lies before their start end on the day before the next version of the product."""
    done = []
    for row in rows:
        if row["prd_end_dt"] and row["prd_end_dt"] < row["prd_start_dt"]:
            later = sorted(r["prd_start_dt"] for r in rows if r["prd_key"] == row["prd_key"])
            after = [start for start in later if start > row["prd_start_dt"]]
            row = {**row, "prd_end_dt": after[0] - timedelta(days=1) if after else None}
        done.append(row)
    return done


def in_csv(value: Any) -> str:
    """A value as it stands in a silver table."""
    return "" if value is None else str(value)


def true_rows(
    b: Base, reading: Reading, quarantined: set[int], seen_too: set[int]
) -> tuple[list[tuple[str, ...]], int, int]:
    """(rows that silver must hold, superseded, duplicates) if the records `quarantined` (from 1) are left out.

    `seen_too`: quarantined records that repairs which look at other records may have seen. Broken records are left
    out of both; a record whose values cannot be used is in the rows as a tuple of question marks, which silver never
    holds.
    """
    records = {n: true_record(b.table, b.contract, cells) for n, cells in enumerate(reading, 1) if cells is not None}
    used = {n: row for n, row in records.items() if row and (n not in quarantined or n in seen_too)}
    if b.table == "crm_products":
        used = dict(zip(used, with_true_ends(list(used.values())), strict=True))
    names, key = [entry["name"] for entry in b.contract["fields"]], b.contract["primaryKey"]
    rows, duplicates = [], 0
    seen: dict[tuple, list[tuple]] = {}
    for n in records:
        if n in quarantined:
            continue
        if n not in used:
            rows.append(("?",))
            continue
        row = tuple(in_csv(used[n][name]) for name in names)
        group = seen.setdefault(tuple(used[n][name] for name in key), [])
        if row in group:
            duplicates += 1
        else:
            group.append(row)
    superseded = 0
    for group in seen.values():
        if len(group) > 1 and "keep" in b.contract:
            by = names.index(b.contract["keep"]["latest"])
            superseded += len(group) - 1
            group = [max(group, key=lambda row: (row[by], row))]
        rows += group
    return rows, superseded, duplicates
