"""Search terms of the leak gate: the personal values of a run that were published, by how much a find of each proves.

docs/decisions/0018-leak-gate.md says which values are searched alone, which only beside another value of the same
person, and which only as a whole column, and why.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from elt.privacy import leak_digests
from elt.privacy.leak_fingerprints import Lookup, folded
from elt.privacy.leak_published import Published
from elt.privacy.leak_values import Values, of_values
from elt.privacy.leak_words import called_numbers

if TYPE_CHECKING:
    import polars as pl

BATCH = 50_000  # values that are turned into fingerprints at a time, which bounds the memory
HASHED = 500_000  # values whose digests are computed at a time, for the same reason
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
    met: dict[tuple[str, int, int, int], int] = field(default_factory=dict)  # sets of values -> of these, alone
    hashed: "list[tuple[int, Callable[[], pl.Series]]]" = field(default_factory=list)  # column, values to be hashed

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
        chosen = np.flatnonzero(is_alone & is_key & (prints.characters >= SUBSTRING))
        first, last = prints.ends(chosen)
        chosen = chosen[self.published.windows.has(first) & self.published.windows.has(last)]
        for length in np.unique(prints.characters[chosen]).tolist():
            found = prints.substrings(chosen[prints.characters[chosen] == length])
            self.substrings.setdefault(length, []).append(_entries(found, number))

    def to_hash(self, column: str, values: "Callable[[], pl.Series]") -> None:
        """Have the digests of values compared with those that were published, if that is needed."""
        self.hashed.append((self.number(column), values))

    def compare_digests(self) -> None:
        """Compare the unkeyed digests of all values that were given; each value is hashed once, a part at a time."""
        import polars as pl

        if not self.hashed or not self.published.digests.size:
            return
        frame = pl.concat([pl.DataFrame({"value": values(), "column": number}) for number, values in self.hashed])
        parts = 1 + frame.height // HASHED
        for part in range(parts):
            some = frame.filter(pl.col("value").hash() % parts == part) if parts > 1 else frame
            for prints, owners in leak_digests.digests_of(some["value"].unique().sort().to_list()):
                for at in np.flatnonzero(self.published.is_digest(prints)).tolist():
                    for number in some.filter(pl.col("value") == owners[at])["column"].unique().sort().to_list():
                        self.digests.append(_entries(prints[at : at + 1], number))


def _entries(prints: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    return prints, np.full(prints.size, number, np.int64)


def spellings_of(values: "pl.Series") -> Iterator[Values]:
    """Fingerprints of values, and again of those whose accents may be dropped instead of transliterated."""
    beyond = np.flatnonzero(~is_ascii(values))
    flat = values.str.to_lowercase().str.replace_all("\n", " ", literal=True)
    if not beyond.size:
        yield of_values(_lines(flat))
        return
    texts = [" ".join(value.split()) for value in values.gather(beyond).to_list()]
    yield of_values(_lines(flat.scatter(beyond, [folded(text) for text in texts])))
    yield of_values("\n".join(folded(text, transliterate=False) for text in texts))


def is_ascii(values: "pl.Series") -> np.ndarray:
    """Whether each value is ASCII; bool, one each."""
    return (values.str.len_bytes() == values.str.len_chars()).to_numpy()


def _lines(values: "pl.Series") -> str:
    return str(values.str.join("\n").item()) if len(values) else ""


def add_texts(terms: SearchTerms, column: str, values: "pl.Series", personal: str) -> None:
    """Add the values of a column of class identifier or direct; if another has the same, as a key of silver and gold,
    only its counts, as a find is named by the first column."""
    terms.number(column)
    terms.values[column] += len(values)
    terms.to_hash(column, partial(values.alias, "value"))
    hashes = values.hash().to_numpy()
    same = (personal, len(values), int(np.add.reduce(hashes)), int(np.bitwise_xor.reduce(hashes)))
    before = terms.alone[column]
    if same not in terms.met:
        _add_all(terms, column, values, personal)
        terms.met[same] = terms.alone[column] - before
    terms.alone[column] = before + terms.met[same]


def _add_all(terms: SearchTerms, column: str, values: "pl.Series", personal: str) -> None:
    """Add the values of a column, in batches."""
    for start in range(0, len(values), BATCH):
        batch = values[start : start + BATCH]
        has_letter, has_digit = (batch.str.contains(sign).to_numpy() for sign in (r"\p{L}", r"\p{N}"))
        accented = np.flatnonzero(~is_ascii(batch))
        for number, prints in enumerate(spellings_of(batch)):  # first all as they are, then those with accents again
            line = accented[prints.lines] if number else prints.lines
            letter, digit, size = has_letter[line], has_digit[line], prints.characters
            is_key = letter & digit & (size >= KEY)
            is_number = ~letter & (size >= NUMBER)
            is_phrase = letter & ~digit & (size >= PHRASE) & ((prints.words > 1) | (personal == "identifier"))
            terms.add(column, prints, is_key | is_number | is_phrase, is_key, is_first=not number)
        digits = batch.filter(~has_letter)  # a telephone number has no letter, and most keys have one
        add_telephones(terms, column, digits.filter(digits.str.contains(CALLED)).to_list())


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
    import polars as pl

    for start in range(0, len(values), BATCH):
        for prints in spellings_of(pl.Series(values[start : start + BATCH], dtype=pl.String)):
            is_alone = prints.characters >= fewest
            terms.add(column, prints, is_alone, np.zeros_like(is_alone), is_first=False)
