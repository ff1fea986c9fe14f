"""The search of published bytes for personal values: in every text, and in every column as a whole."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from elt.privacy import leak_encodings, leak_fingerprints
from elt.privacy.leak_columns import ColumnSearch, columns_in
from elt.privacy.leak_days import pair
from elt.privacy.leak_files import SearchedFiles, chunks
from elt.privacy.leak_tables import ProtectedTable
from elt.privacy.leak_terms import SearchTerms

NEAR = 12  # words between a day and another value of the same person: they are of one row or record
Finds = dict[str, set[str]]  # file, or column in a file -> personal columns whose values it holds


class TextSearch:
    """The search terms, ready to be looked up in texts."""

    def __init__(self, terms: SearchTerms) -> None:
        self.columns = terms.columns
        self._phrases = leak_fingerprints.Lookup(terms.phrases)
        self._substrings = {n: leak_fingerprints.Lookup(entries) for n, entries in terms.substrings.items()}
        self._days = leak_fingerprints.Lookup(terms.days)
        self._day_pairs = leak_fingerprints.Lookup(terms.day_pairs)

    def in_text(self, text: str) -> set[str]:
        """Personal columns whose values a text holds, in whatever encoding and spelling."""
        found: set[int] = set()
        for decoded in leak_encodings.decodings(text):
            for spelling in leak_fingerprints.spellings(leak_encodings.normalised(decoded)):
                found |= self._in_words(leak_fingerprints.tokens(spelling))
        return {self.columns[number] for number in found}

    def _in_words(self, tokens: leak_fingerprints.Tokens) -> set[int]:
        grams = leak_fingerprints.NGrams(tokens)
        found: set[int] = set()
        singles = grams.of_words(1)
        for count in range(1, leak_fingerprints.MOST_WORDS + 1):
            prints = singles if count == 1 else grams.of_words(count)
            found |= set(self._phrases.find(prints)[1].tolist())
            for place, day in zip(*(part.tolist() for part in self._days.find(prints)), strict=True):
                near = np.concatenate([singles[max(0, place - NEAR) : place], singles[place + count :][:NEAR]])
                found |= set(self._day_pairs.find(pair(np.full(near.size, day), near))[1].tolist())
        for length, lookup in self._substrings.items():
            found |= set(lookup.find(grams.of_characters(length))[1].tolist())
        return found

    def in_file(self, path: Path) -> set[str]:
        """Personal columns whose values a file holds."""
        return {column for text in chunks(path) for column in self.in_text(text)}


def search(files: SearchedFiles, terms: SearchTerms, tables: Sequence[ProtectedTable]) -> Finds:
    """All finds in the files, their names included; `tables`: those with a personal column.

    A file whose name holds a value is called by its folder.
    """
    texts, finds, names = TextSearch(terms), Finds(), dict(files.names)
    for path, name in files.names.items():
        if columns := texts.in_text(name):
            names[path] = f"{Path(name).parent.as_posix()}/ (the name of a file)"
            finds.setdefault(names[path], set()).update(columns)
        if columns := texts.in_file(path):
            finds.setdefault(names[path], set()).update(columns)
    whole = ColumnSearch(tables, [column for column in terms.columns if not terms.alone[column]])
    for path in files.published:
        for column in columns_in(path):
            if columns := whole.found_in(column):
                finds.setdefault(f"{names[path]} ({column.place})", set()).update(columns)
    for name in sorted(terms.hashed):
        finds.setdefault("a published file (as a digest without a key)", set()).add(name)
    return finds
