"""Search terms of the leak gate for days of persons, such as dates of birth, however they are written."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from elt.privacy import leak_encodings
from elt.privacy.leak_fingerprints import folded, of_values
from elt.privacy.leak_tables import SEARCHED, ProtectedTable
from elt.privacy.leak_terms import NUMBER, SearchTerms

if TYPE_CHECKING:
    import polars as pl

EPOCH = date(1970, 1, 1).toordinal()  # Polars counts days from here
MONTHS = (
    "January February March April May June July August September October November December",
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
)


def day_spellings(day: date) -> list[str]:
    """How a day may be written, as words: with signs between its digits, without them, and English or German."""
    y, m, d = f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"
    names = {months.split()[day.month - 1] for months in MONTHS}
    written = {f"{a} {b} {y}" for name in names for a, b in ((day.day, name), (d, name), (name, day.day), (name, d))}
    return sorted({leak_encodings.day_word(y, m, d), f"{y}{m}{d}", f"{d}{m}{y}", *written})


def days_of(table: ProtectedTable, column: str) -> list[date]:
    """Distinct days of a column of dates, sorted."""
    return [date.fromisoformat(text) for text in sorted(table.distinct(column).to_list())]


def stated_days(tables: Sequence[ProtectedTable]) -> set[date]:
    """All days in columns of class none, such as a calendar: days that reports may name."""
    columns = [(table, column) for table in tables for column in table.of_class("none") if column.type == "date"]
    return {day for table, column in columns for day in days_of(table, column.name)}


def event_span(tables: Sequence[ProtectedTable]) -> tuple[date, date] | None:
    """First and last day in the tables that are not about persons: days that a report may name."""
    ends = []
    for table in tables:
        for column in table.table.columns:
            if column.type == "date" and not table.is_about_persons and column.personal != "none":
                ends += [*(days := days_of(table, column.name))[:1], *days[-1:]]
    return (min(ends), max(ends)) if ends else None


def day_prints(days: Sequence[date]) -> tuple[np.ndarray, np.ndarray]:
    """(fingerprints of all spellings of days, the ordinal of the day of each)."""
    texts = [(text, day) for day in days for text in day_spellings(day)]
    prints = of_values([folded(text) for text, _ in texts])
    return prints.phrase, np.array([day.toordinal() for _, day in texts], np.int64)[prints.lines]


def add_days(
    terms: SearchTerms, table: ProtectedTable, column: str, span: tuple[date, date] | None, stated: set[date]
) -> None:
    """Add days of persons: to be found alone where no report has business with them, else beside another value."""
    name, days = table.dotted(column), days_of(table, column)
    number = terms.number(name)
    terms.values[name] += len(days)
    terms.days.append(day_prints(days))
    alone = [day for day in days if day not in stated and not (span and span[0] <= day <= span[1])]
    prints, _ = day_prints(alone)
    terms.phrases.append((prints, np.full(prints.size, number)))
    terms.alone[name] += len(alone)
    terms.compare_digests(name, [day.isoformat() for day in days])


def pair(days: np.ndarray, prints: np.ndarray) -> np.ndarray:
    """One fingerprint of a day and of the value beside it."""
    mixed = prints ^ (days.astype(np.uint64) * np.uint64(0x8EBC6AF09C88C6E3))
    mixed *= np.uint64(0x589965CC75374CC3)
    return mixed ^ (mixed >> np.uint64(31))


def add_day_pairs(terms: SearchTerms, table: ProtectedTable, columns: Sequence[str], reported: np.ndarray) -> None:
    """Add each day of a person beside the person's numbers and names, words of one piece.

    `reported`: ordinals of days that reports name; beside those a short number is a count, and no proof.
    """
    for column in columns:
        for other in table.of_class(*SEARCHED):
            frame = table.read([column, other.name]).drop_nulls().unique().collect(engine="streaming")
            days = frame[column].str.to_date().to_physical().to_numpy().astype(np.int64) + EPOCH
            found = _pairs(days, _as_text(frame[other.name]), reported)
            terms.day_pairs.append((found, np.full(found.size, terms.number(table.dotted(column)))))


def _as_text(values: "pl.Series") -> "pl.Series":
    """A column as text."""
    import polars as pl

    return values.cast(pl.String)


def _pairs(days: np.ndarray, values: "pl.Series", reported: np.ndarray) -> np.ndarray:
    """Fingerprints of days with the values beside them, where these are one word that proves a person."""
    prints = of_values([folded(" ".join(text.split())) for text in values.to_list()])
    day = days[prints.lines]
    has_letter = values.str.contains(r"\p{L}").to_numpy()[prints.lines]
    is_proof = has_letter | (prints.characters >= NUMBER) | ~np.isin(day, reported)
    chosen = (prints.words == 1) & is_proof
    return pair(day[chosen], prints.phrase[chosen])
