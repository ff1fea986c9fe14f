"""Pollution of cells and bytes: quotes, escapes, payloads, encodings, byte order marks, truncation."""

import random

from pollution_base import CANARY, SEED, Base, Made, is_codable, quoted, with_cell, with_record, written


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
            yield (
                f"record {full} {name}",
                written(b, [*b.lines[: full + 1], rest], last=False),
                [[*b.rows[:full], None]],
            )
    header = len(b.lines[0])
    yield "in the header", whole[: header // 2], [[None] * n]
    yield "after the header", whole[: header + len(b.end)], [[None] * n], False
    yield "nothing left", b"", [[None] * n], False
    yield "one byte left", whole[:1], [[None] * n], False
    blank = whole[:start] + b"\0" * len(last)
    yield "last record overwritten with NUL", blank, [[*b.rows[:-1], None]]
    yield "zeros after the end", whole + b"\0" * 512, [b.rows, [*b.rows, None]]
