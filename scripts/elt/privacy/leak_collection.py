"""All search terms of a run, collected from its protected tables."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from elt.privacy import leak_fingerprints
from elt.privacy.leak_days import add_day_pairs, add_days, event_span, stated_days
from elt.privacy.leak_tables import SEARCHED, ProtectedTable
from elt.privacy.leak_terms import SearchTerms, add_names, add_texts, spellings_of


def known_phrases(tables: Sequence[ProtectedTable], texts: Iterable[str]) -> np.ndarray:
    """Fingerprints of what is no person's value: text made of nothing personal, phrases of the program's own words."""
    found = [np.zeros(0, np.uint64)]
    for table in tables:
        for column in table.known_words:
            found += [prints.phrase for prints in spellings_of(table.distinct(column.name).to_list())]
    for text in texts:
        for spelling in leak_fingerprints.spellings(text):
            grams = leak_fingerprints.NGrams(leak_fingerprints.tokens(spelling))
            found += [grams.of_words(count) for count in range(1, leak_fingerprints.MOST_WORDS + 1)]
    return np.unique(np.concatenate(found))


def collect(
    tables: Sequence[ProtectedTable],
    rejected: Mapping[str, Mapping[str, list[str]]],
    own_words: Iterable[str],
    known_days: Iterable[str],
    published_digests: np.ndarray,
) -> SearchTerms:
    """All that is searched for.

    `rejected`: table -> column -> values that are in no table; `own_words`: texts of company and program; `known_days`:
    days of the settings, which reports name.
    """
    import polars as pl

    terms, span = SearchTerms(published_digests, known_phrases(tables, own_words)), event_span(tables)
    stated = stated_days(tables) | {date.fromisoformat(day) for day in known_days}
    reported = np.array(sorted(day.toordinal() for day in stated), np.int64)
    for table in tables:
        for column in table.of_class(*SEARCHED):
            name = table.dotted(column.name)
            add_texts(terms, name, table.distinct(column.name), column.personal)
            if values := rejected.get(table.name, {}).get(column.name):
                add_texts(terms, name, pl.Series(values, dtype=pl.String), column.personal)
        add_names(terms, table)
        if table.is_about_persons:
            days = [column.name for column in table.of_class("quasi", *SEARCHED) if column.type == "date"]
            for day in days:
                add_days(terms, table, day, span, stated)
            add_day_pairs(terms, table, days, reported)
    return terms
