"""Search terms of the leak gate for days of persons, such as dates of birth, however they are written."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from elt.privacy.leak_fingerprints import folded
from elt.privacy.leak_tables import SEARCHED, ProtectedTable
from elt.privacy.leak_terms import NUMBER, SearchTerms
from elt.privacy.leak_values import of_values

if TYPE_CHECKING:
    import polars as pl

EPOCH = date(1970, 1, 1).toordinal()  # Polars counts days from here


def day_spellings(day: date, clock: Collection[date] = ()) -> list[str]:
    """How a day stands in normalised text: with signs between its digits, without, and as the day of a moment.

    `clock`: days whose moments are those of the clock of the run.
    """
    y, m, d = day.isoformat().split("-")
    return [f"day{y}{m}{d}", f"{y}{m}{d}", f"{d}{m}{y}", *([f"at{y}{m}{d}"] if day not in clock else [])]


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


@dataclass(frozen=True)
class KnownDays:
    """Days that reports have business with: the span of events, days that may be named, days of the run's own clock."""

    span: tuple[date, date] | None = None
    stated: frozenset[date] = frozenset()
    clock: frozenset[date] = frozenset()

    def are_alone(self, days: Iterable[date]) -> list[date]:
        """The days that no report has business with."""
        return [
            day for day in days if day not in self.stated and not (self.span and self.span[0] <= day <= self.span[1])
        ]


def day_prints(days: Sequence[date], clock: Collection[date]) -> tuple[np.ndarray, np.ndarray]:
    """(fingerprints of all spellings of days, the ordinal of the day of each)."""
    texts = [(text, day.toordinal()) for day in days for text in day_spellings(day, clock)]
    prints = of_values("\n".join(text for text, _ in texts))
    return prints.phrase, np.array([ordinal for _, ordinal in texts], np.int64)[prints.lines]


def add_alone(terms: SearchTerms, column: str, days: Sequence[date], known: KnownDays) -> None:
    """Add days to be found alone, where no report has business with them; they are compared with digests, too."""
    import polars as pl

    number, alone = terms.number(column), known.are_alone(days)
    prints, _ = day_prints(alone, known.clock)
    prints = prints[terms.published.phrases.has(prints)]
    terms.phrases.append((prints, np.full(prints.size, number)))
    terms.alone[column] += len(alone)
    terms.to_hash(column, lambda: pl.Series([day.isoformat() for day in days], dtype=pl.String))


def add_days(terms: SearchTerms, table: ProtectedTable, column: str, known: KnownDays) -> None:
    """Add days of persons: to be found alone where no report has business with them, else beside another value."""
    name, days = table.dotted(column), days_of(table, column)
    terms.number(name)
    terms.values[name] += len(days)
    prints, ordinals = day_prints(days, known.clock)
    is_there = terms.published.phrases.has(prints)
    terms.days.append((prints[is_there], ordinals[is_there]))
    add_alone(terms, name, days, known)


def pair(days: np.ndarray, prints: np.ndarray) -> np.ndarray:
    """One fingerprint of a day and of the value beside it."""
    mixed = prints ^ (days.astype(np.uint64) * np.uint64(0x8EBC6AF09C88C6E3))
    mixed *= np.uint64(0x589965CC75374CC3)
    return mixed ^ (mixed >> np.uint64(31))


def add_day_pairs(terms: SearchTerms, table: ProtectedTable, columns: Sequence[str], reported: np.ndarray) -> None:
    """Add each published day of a person beside the person's numbers and names, words of one piece.

    `reported`: ordinals of days that reports name; beside those a short number is a count, and no proof.
    """
    import polars as pl

    seen = np.unique(np.concatenate([np.zeros(0, np.int64), *(ordinals for _, ordinals in terms.days)]))
    days_seen = pl.Series([date.fromordinal(day).isoformat() for day in seen.tolist()], dtype=pl.String)
    for column in columns:
        for other in (spec for spec in table.of_class(*SEARCHED) if spec.name != column):
            both = table.read([column, other.name]).drop_nulls().filter(pl.col(column).is_in(days_seen.implode()))
            frame = both.collect(engine="streaming")
            days = frame[column].str.to_date().to_physical().to_numpy().astype(np.int64) + EPOCH
            found = _pairs(days, frame[other.name], reported)
            terms.day_pairs.append((found, np.full(found.size, terms.number(table.dotted(column)))))


def _pairs(days: np.ndarray, values: "pl.Series", reported: np.ndarray) -> np.ndarray:
    """Fingerprints of days with the values beside them, where these are one word that proves a person."""
    prints = of_values("\n".join(folded(" ".join(text.split())) for text in values.to_list()))
    day = days[prints.lines]
    has_letter = values.str.contains(r"\p{L}").to_numpy()[prints.lines]
    is_proof = has_letter | (prints.characters >= NUMBER) | ~np.isin(day, reported)
    chosen = (prints.words == 1) & is_proof
    return pair(day[chosen], prints.phrase[chosen])
