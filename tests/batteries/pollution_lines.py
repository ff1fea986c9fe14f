"""Pollution of lines: delimiters, record ends, header, lines that are no records, other tables."""

import random

from pollution_base import CANARY, SEED, SOURCES, Base, Made, base, quoted, with_record, written


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
