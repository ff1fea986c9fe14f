"""All search terms of a run, collected from its protected tables: of each value only whether it was published."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from elt.privacy import leak_fingerprints
from elt.privacy.leak_days import KnownDays, add_day_pairs, add_days, event_span, stated_days
from elt.privacy.leak_fingerprints import Lookup
from elt.privacy.leak_names import add_names
from elt.privacy.leak_published import Published
from elt.privacy.leak_rejected import add_rejected
from elt.privacy.leak_tables import SEARCHED, ProtectedTable, Rejected
from elt.privacy.leak_terms import SearchTerms, add_texts, spellings_of

if TYPE_CHECKING:
    import polars as pl


def fingerprints_of(values: "Iterable[pl.Series]") -> list[np.ndarray]:
    """Fingerprints of whole texts."""
    return [prints.phrase for series in values for prints in spellings_of(series)]


def texts_of(tables: Sequence[ProtectedTable], personal: str) -> "list[pl.Series]":
    """Distinct values of all columns of text of a class."""
    return [
        table.distinct(column.name)
        for table in tables
        for column in table.of_class(personal)
        if column.type == "string"
    ]


def known_phrases(tables: Sequence[ProtectedTable], texts: Iterable[str]) -> np.ndarray:
    """Fingerprints of what is no person's value: text made of nothing personal, phrases of the program's own words."""
    values = (table.distinct(column.name) for table in tables for column in table.known_words)
    found = [np.zeros(0, np.uint64), *fingerprints_of(values)]
    for text in texts:
        for spelling in leak_fingerprints.spellings(text):
            grams = leak_fingerprints.NGrams(leak_fingerprints.tokens(spelling))
            found += [grams.of_words(count) for count in range(1, leak_fingerprints.MOST_WORDS + 1)]
    return leak_fingerprints.distinct(np.concatenate(found))


def _lookup(prints: Iterable[np.ndarray]) -> Lookup:
    return Lookup([(part, np.zeros(part.size, np.int64)) for part in prints])


def collect(
    tables: Sequence[ProtectedTable],
    rejected: Mapping[str, Rejected],
    own_words: Iterable[str],
    known_days: Iterable[str],
    published: Published,
    clock: Iterable[date] = (),
) -> SearchTerms:
    """All that is searched for.

    `rejected`: table -> what is in no table; `own_words`: texts of company and program; `known_days`: days of the
    settings, which reports name; `clock`: days on which the run was at work.
    """
    terms, span = SearchTerms(published, _lookup([known_phrases(tables, own_words)])), event_span(tables)
    stated = stated_days(tables) | {date.fromisoformat(day) for day in known_days}
    days = KnownDays(span, frozenset(stated), frozenset(clock))
    reported = np.array(sorted(day.toordinal() for day in stated), np.int64)
    categories = _lookup([*fingerprints_of(texts_of(tables, "quasi")), *fingerprints_of(texts_of(tables, "none"))])
    for table in tables:
        for column in table.of_class(*SEARCHED):
            add_texts(terms, table.dotted(column.name), table.distinct(column.name), column.personal)
        if table.name in rejected:
            add_rejected(terms, table, rejected[table.name], categories, days)
        add_names(terms, table)
        if table.is_about_persons:
            of_days = [column.name for column in table.of_class("quasi", *SEARCHED) if column.type == "date"]
            for name in of_days:
                add_days(terms, table, name, days)
            add_day_pairs(terms, table, of_days, reported)
    return terms
