"""Search terms of the leak gate: the personal values of a run, sorted by how much a single find of them proves.

docs/decisions/0018-leak-gate.md says which values are searched alone, which only beside another value of the same
person, and which only as a whole column, and why.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from elt.privacy import leak_encodings
from elt.privacy.leak_fingerprints import Values, folded, of_values
from elt.privacy.leak_tables import ProtectedTable

if TYPE_CHECKING:
    import polars as pl

BATCH = 200_000  # values that are turned into fingerprints at a time, which bounds the memory
# What is shorter stands in texts by chance: fewest characters of
KEY = 6  # a key of letters and digits, searched as a word
SUBSTRING = 8  # such a key, searched within other text too
NUMBER = 10  # a number
PHRASE = 6  # several words, or an identifier in words
Entries = list[tuple[np.ndarray, np.ndarray]]  # fingerprints, and the number of the column of each


@dataclass
class SearchTerms:
    """Fingerprints to look for, and the personal columns that they come from; a column has the number of its place."""

    published_digests: np.ndarray  # first 8 bytes of all that may be a digest in what was published, sorted
    known: np.ndarray  # fingerprints of what is no person's value: closed categories and the program's own words
    columns: list[str] = field(default_factory=list)  # dotted, such as silver.persons.first, or …first+last
    values: dict[str, int] = field(default_factory=dict)  # column -> distinct values
    alone: dict[str, int] = field(default_factory=dict)  # column -> of these, searched alone in every text
    phrases: Entries = field(default_factory=list)  # as words side by side
    substrings: dict[int, Entries] = field(default_factory=dict)  # length -> as characters, within words too
    days: Entries = field(default_factory=list)  # spelling of a day -> its ordinal
    day_pairs: Entries = field(default_factory=list)  # day and value beside it
    hashed: set[str] = field(default_factory=set)  # columns with values whose digests were published

    def number(self, column: str) -> int:
        """The number of a column, a new one if it has none."""
        if column not in self.values:
            self.columns.append(column)
            self.values[column], self.alone[column] = 0, 0
        return self.columns.index(column)

    def add(
        self, column: str, prints: Values, is_alone: np.ndarray, is_key: np.ndarray, *, is_first: bool = True
    ) -> None:
        """Add values: those searched alone as phrases, the keys among them also as substrings.

        A value counts once: `is_first` is False for its other spellings.
        """
        number = self.number(column)
        is_alone = is_alone & ~np.isin(prints.phrase, self.known)
        self.phrases.append((prints.phrase[is_alone], np.full(int(is_alone.sum()), number)))
        is_substring = is_alone & is_key & (prints.characters >= SUBSTRING)
        for length in np.unique(prints.characters[is_substring]).tolist():
            chosen = prints.substring[is_substring & (prints.characters == length)]
            self.substrings.setdefault(length, []).append((chosen, np.full(chosen.size, number)))
        self.alone[column] += int(is_alone.sum()) if is_first else 0

    def compare_digests(self, column: str, values: Iterable[str]) -> None:
        """Compare the unkeyed digests of values with those that were published."""
        if not self.published_digests.size:
            return
        forms = {form.encode() for value in values for form in (value, value.lower(), value.upper())}
        for algorithm in leak_encodings.ALGORITHMS:
            make = getattr(hashlib, algorithm)
            made = b"".join([make(form, usedforsecurity=False).digest()[:8] for form in forms])
            prints = np.frombuffer(made, np.uint64)
            place = np.searchsorted(self.published_digests, prints)
            at = np.minimum(place, self.published_digests.size - 1)
            if (self.published_digests[at] == prints).any():
                self.hashed.add(column)


def spellings_of(values: Sequence[str]) -> Iterator[Values]:
    """Fingerprints of values, and again of those whose accents may be dropped instead of transliterated."""
    flat = [" ".join(value.split()) for value in values]
    yield of_values([folded(value) for value in flat])
    if accented := [folded(value, transliterate=False) for value in flat if not value.isascii()]:
        yield of_values(accented)


def add_texts(terms: SearchTerms, column: str, values: "pl.Series", personal: str) -> None:
    """Add the values of a column of class identifier or direct, in batches."""
    terms.number(column)
    terms.values[column] += len(values)
    for start in range(0, len(values), BATCH):
        batch = values[start : start + BATCH]
        has_letter, has_digit = (batch.str.contains(sign).to_numpy() for sign in (r"\p{L}", r"\p{N}"))
        texts, accented = batch.to_list(), np.flatnonzero(~batch.str.contains(r"^[\x00-\x7f]*$").to_numpy())
        for number, prints in enumerate(spellings_of(texts)):  # first all as they are, then those with accents again
            line = accented[prints.lines] if number else prints.lines
            letter, digit, size = has_letter[line], has_digit[line], prints.characters
            is_key = letter & digit & (size >= KEY)
            is_number = ~letter & (size >= NUMBER)
            is_phrase = letter & ~digit & (size >= PHRASE) & ((prints.words > 1) | (personal == "identifier"))
            terms.add(column, prints, is_key | is_number | is_phrase, is_key, is_first=not number)
        terms.compare_digests(column, texts)


def add_names(terms: SearchTerms, table: ProtectedTable) -> None:
    """Add full names: every two columns of class direct of one record, in both orders."""
    import polars as pl

    columns = [column.name for column in table.of_class("direct") if column.type == "string"]
    if len(columns) < 2:
        return
    frame = table.read(columns).unique().collect(engine="streaming")
    for first, second in permutations(columns, 2):
        is_in_order = columns.index(first) < columns.index(second)
        column = table.dotted("+".join((first, second) if is_in_order else (second, first)))
        both = frame.filter(pl.col(first).is_not_null() & pl.col(second).is_not_null())
        names = both.select(pl.concat_str([first, second], separator=" ")).to_series().unique()
        terms.number(column)
        terms.values[column] += len(names) if is_in_order else 0
        for start in range(0, len(names), BATCH):
            texts = names[start : start + BATCH].to_list()
            for number, prints in enumerate(spellings_of(texts)):
                is_alone = (prints.words > 1) & (prints.characters >= PHRASE)
                is_first = is_in_order and not number
                terms.add(column, prints, is_alone, np.zeros_like(is_alone), is_first=is_first)
            terms.compare_digests(column, texts)
