"""Search terms of the leak gate for records in quarantine, of which nobody knows which cell belongs to which column."""

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from elt.privacy.leak_days import KnownDays, add_alone
from elt.privacy.leak_fingerprints import Lookup, folded
from elt.privacy.leak_names import FULL, add_forms, add_full_names
from elt.privacy.leak_tables import ProtectedTable, Rejected
from elt.privacy.leak_terms import PHRASE, SearchTerms, add_phrases, add_texts
from elt.privacy.leak_values import of_values
from elt.privacy.leak_words import normalised

if TYPE_CHECKING:
    import polars as pl

WORDS = re.compile(r"[^\W\d_]+(?:[ .'’\-]+[^\W\d_]+){0,3}\.?")  # a cell that may be a name
DAYS = re.compile(r"\b(?:day|at)(\d{4})(\d\d)(\d\d)\b")
WITHIN = 2  # cells from a first to a last name, at most


def add_rejected(
    terms: SearchTerms, table: ProtectedTable, rejected: Rejected, categories: Lookup, known: KnownDays
) -> None:
    """Add what never reached a table: values before repairs, and the cells, names and days of records in quarantine.

    `categories`: fingerprints of the values of other columns, such as countries, which prove no person.
    """
    import polars as pl

    for column in table.of_class("identifier", "direct"):
        if values := rejected.values.get(column.name):
            add_texts(terms, table.dotted(column.name), _series(values), column.personal)
    if not rejected.records:
        return
    name = f"{table.name} (quarantine)"
    records = [_without(record, categories) for record in rejected.records]
    add_texts(terms, name, _series({cell for record in records for cell in record if cell}), "direct")
    if table.of_class("direct"):
        cells = _series({cell for record in records for cell in record})
        add_full_names(terms, name, cells.filter(cells.str.contains(FULL)))
        pairs = sorted({pair for record in records for pair in _pairs(record)})
        add_phrases(terms, name, [f"{first} {second}" for first, second in pairs], fewest=PHRASE)
        add_forms(terms, name, pl.DataFrame(pairs, {"first": pl.String, "second": pl.String}, orient="row"))
    if table.is_about_persons:
        add_alone(terms, name, sorted({day for record in records for cell in record for day in _days(cell)}), known)


def _series(values: "set[str] | Sequence[str]") -> "pl.Series":
    import polars as pl

    return pl.Series(sorted(values), dtype=pl.String)


def _without(record: Sequence[str], categories: Lookup) -> list[str]:
    """The cells of a record, those empty that are categories."""
    prints = of_values("\n".join(folded(" ".join(cell.split())) for cell in record))
    common = set(prints.lines[categories.has(prints.phrase)].tolist())
    return ["" if number in common else cell for number, cell in enumerate(record)]


def _pairs(record: Sequence[str]) -> list[tuple[str, str]]:
    """Neighbouring cells that may be first and last name, in both orders."""
    names = [(at, cell) for at, cell in enumerate(record) if WORDS.fullmatch(cell)]
    return [
        (first, second) for at, first in names for other, second in names if at != other and abs(at - other) <= WITHIN
    ]


def _days(cell: str) -> list[date]:
    """The days that a cell may say."""
    found = []
    for year, month, day in DAYS.findall(normalised(cell)):
        try:
            found.append(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return found
