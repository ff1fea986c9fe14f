"""Search terms of the leak gate: the personal values of a run that were published, by how much a find of each proves.

docs/decisions/0018-leak-gate.md says which values are searched alone, which only beside another value of the same
person, and which only as a whole column, and why.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from elt.privacy import leak_digests
from elt.privacy.leak_fingerprints import Lookup, Values, folded, of_values
from elt.privacy.leak_published import Published
from elt.privacy.leak_words import called_numbers

if TYPE_CHECKING:
    import polars as pl

BATCH = 200_000  # values that are turned into fingerprints at a time, which bounds the memory
# What is shorter stands in texts by chance: fewest characters of
KEY = 6  # a key of letters and digits, searched as a word
SUBSTRING = 8  # such a key, searched within other text too
NUMBER = 10  # a number
PHRASE = 6  # several words, or an identifier in words
CALLED = r"^[+(]?[+(]?[0-9][0-9()/. \-\x{a0}\x{2010}-\x{2015}]{6,}[0-9]$"  # a telephone number
Entries = list[tuple[np.ndarray, np.ndarray]]  # fingerprints, and the number of the column of each


@dataclass
class SearchTerms:
    """Fingerprints of values that stand in what was published, and the personal columns that they come from."""

    published: Published
    known: Lookup  # fingerprints of what is no person's value: closed categories and the program's own words
    columns: list[str] = field(default_factory=list)  # dotted, such as silver.persons.first, or …first+last
    values: dict[str, int] = field(default_factory=dict)  # column -> distinct values
    alone: dict[str, int] = field(default_factory=dict)  # column -> of these, searched alone in every text
    phrases: Entries = field(default_factory=list)  # as words side by side
    parted: Entries = field(default_factory=list)  # as two words with middle names between
    substrings: dict[int, Entries] = field(default_factory=dict)  # length -> as characters, within words too
    days: Entries = field(default_factory=list)  # spelling of a day -> its ordinal
    day_pairs: Entries = field(default_factory=list)  # day and value beside it
    digests: Entries = field(default_factory=list)  # first bytes of digests without a key
    hashed: "list[tuple[int, pl.Series]]" = field(default_factory=list)  # number of a column, values to be hashed

    def number(self, column: str) -> int:
        """The number of a column, a new one if it has none."""
        if column not in self.values:
            self.columns.append(column)
            self.values[column], self.alone[column] = 0, 0
        return self.columns.index(column)

    def add(
        self, column: str, prints: Values, is_alone: np.ndarray, is_key: np.ndarray, *, is_first: bool = True
    ) -> None:
        """Add values: those searched alone as phrases, the keys among them also as substrings; where published.

        A value counts once: `is_first` is False for its other spellings.
        """
        number = self.number(column)
        is_alone = is_alone & ~self.known.has(prints.phrase)
        self.alone[column] += int(is_alone.sum()) if is_first else 0
        self.phrases.append(_entries(prints.phrase[is_alone & self.published.phrases.has(prints.phrase)], number))
        is_pair = is_alone & (prints.words == 2) & self.published.parted.has(prints.phrase)
        self.parted.append(_entries(prints.phrase[is_pair], number))
        is_substring = is_alone & is_key & (prints.characters >= SUBSTRING)
        for end in (0, 1):
            is_substring &= self.published.windows.has(prints.ends[:, end])
        for length in np.unique(prints.characters[is_substring]).tolist():
            chosen = prints.substring[is_substring & (prints.characters == length)]
            self.substrings.setdefault(length, []).append(_entries(chosen, number))

    def to_hash(self, column: str, values: "pl.Series") -> None:
        """Have the digests of values compared with those that were published."""
        self.hashed.append((self.number(column), values))

    def compare_digests(self) -> None:
        """Compare the unkeyed digests of all values that were given; each value is hashed once."""
        import polars as pl

        if not self.hashed or not self.published.digests.size:
            return
        frame = pl.concat([pl.DataFrame({"value": values, "column": number}) for number, values in self.hashed])
        for prints, owners in leak_digests.digests_of(frame["value"].unique().sort().to_list()):
            for at in np.flatnonzero(self.published.is_digest(prints)).tolist():
                for number in frame.filter(pl.col("value") == owners[at])["column"].unique().sort().to_list():
                    self.digests.append(_entries(prints[at : at + 1], number))


def _entries(prints: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    return prints, np.full(prints.size, number, np.int64)


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
        add_telephones(terms, column, batch.filter(batch.str.contains(CALLED)).to_list())
    terms.to_hash(column, values)


def add_telephones(terms: SearchTerms, column: str, values: Iterable[str]) -> None:
    """Add numbers that may be called, in any grouping; short ones only where they are written as such."""
    words = [
        f"tel{number}"
        for value in values
        for number in called_numbers(value)
        if len(number) >= NUMBER or not value.isdigit() or value.startswith("0")
    ]
    add_phrases(terms, column, words, fewest=1)


def add_phrases(terms: SearchTerms, column: str, values: Sequence[str], *, fewest: int = PHRASE) -> None:
    """Add other forms of values, searched alone from so many letters and digits on; they do not count as values."""
    for start in range(0, len(values), BATCH):
        for prints in spellings_of(values[start : start + BATCH]):
            is_alone = prints.characters >= fewest
            terms.add(column, prints, is_alone, np.zeros_like(is_alone), is_first=False)
