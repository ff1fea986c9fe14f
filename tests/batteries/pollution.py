"""Polluted variants of the project's own six tables, each with what it truly says; knows nothing of the engine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pollution_cells as cells
import pollution_lines as lines
from pollution_base import SOURCES, Base, Made, Reading, base

KINDS: dict[str, Callable[[Base], Made]] = {
    "more delimiters": lines.more_delimiters,
    "fewer delimiters": lines.fewer_delimiters,
    "extra quote": cells.quotes,
    "other delimiter": lines.other_delimiter,
    "other record end": lines.record_ends,
    "encoding": cells.encodings,
    "header": lines.headers,
    "preamble and footer": lines.preambles_and_footers,
    "several tables": lines.several_tables,
    "escape": cells.escapes,
    "payload": cells.payloads,
    "truncated": cells.truncations,
    "byte order mark": cells.marks,
    "blank lines": lines.blank_lines,
    "trailing delimiters": lines.trailing_delimiters,
}


@dataclass(frozen=True)
class Variant:
    """A polluted file. `readings`: where several are honest (a blank line is no record, or a broken one), all of them.

    `has_place`: a refusal can name a line, record or column.
    """

    table: str
    kind: str
    name: str
    raw: bytes = field(repr=False)
    readings: list[Reading] = field(repr=False)
    has_place: bool = True


def is_reading(given: list) -> bool:
    """Whether a list is one reading, not a list of them."""
    return not given or given[0] is None or (bool(given[0]) and isinstance(given[0][0], str))


def variants(kind: str) -> Iterator[Variant]:
    """All variants of a class, table by table, none twice; the same at every call."""
    for table in SOURCES:
        seen = set()
        for name, raw, given, *rest in KINDS[kind](base(table)):
            if raw not in seen:
                seen.add(raw)
                yield Variant(table, kind, name, raw, [given] if is_reading(given) else given, *rest)
