"""Text as fingerprints of its words, so that millions of values can be looked up in megabytes of text in seconds.

A text is reduced to the letters and digits of its words, folded in case, form and spelling. The fingerprint of any
n-gram of words or characters is a polynomial rolling hash of 64 bits that two prefix sums and one product give (Karp
and Rabin, 1987), so that a value is found whatever stands between its words: a blank, a comma, a quote or a line end.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from elt.privacy.leak_stretches import BREAK
from elt.privacy.leak_words import INVISIBLE

WINDOW = 8  # letters and digits by which longer text within words is sought first
MOST_WORDS = 6  # longest n-gram of words; of a longer value its first words are searched
BASE = 0x9E3779B97F4A7C15
INVERSE = pow(BASE, -1, 2**64)
TRANSLITERATED = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"}
LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
DIACRITICS = re.compile(r"[\u0300-\u036f]+")


class Tokens(NamedTuple):
    """The words of a text: code and place of each letter and digit, where words start, their lines and stretches."""

    codes: np.ndarray  # uint64, one a letter or digit
    places: np.ndarray  # int64, one a letter or digit: where it stands in the text
    starts: np.ndarray  # int64, one a word, and the end of the last
    lines: np.ndarray  # int64, one a word
    stretches: np.ndarray  # int64, one a word: what no n-gram leaves


def folded(text: str, *, transliterate: bool = True) -> str:
    """A text without differences of case, Unicode form and accents; ä becomes ae, or a without `transliterate`."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).casefold()
    for letter, instead in ((TRANSLITERATED | LETTERS) if transliterate else LETTERS).items():
        text = text.replace(letter, instead)  # much faster than str.translate, which asks for every character
    return unicodedata.normalize("NFC", DIACRITICS.sub("", unicodedata.normalize("NFD", text)))


def spellings(text: str) -> list[str]:
    """The folded text, and for a text with accents also the form that drops them (Muller beside Mueller)."""
    return [folded(text)] if text.isascii() else sorted({folded(text), folded(text, transliterate=False)})


def tokens(text: str) -> Tokens:
    """The words of a folded text."""
    if text.isascii():
        points = np.frombuffer(text.encode("ascii"), np.uint8)
        is_word = _ascii_words()[points]
    else:
        points = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)
        is_there = np.zeros(int(points.max()) + 1, bool)
        is_there[points] = True
        words = [point for point in np.flatnonzero(is_there).tolist() if chr(point).isalnum()]
        is_there[:] = False
        is_there[words] = True
        is_word = is_there[points]
    at = np.flatnonzero(is_word)
    if not at.size:
        none = np.zeros(0, np.int64)
        return Tokens(none.astype(np.uint64), none, np.zeros(1, np.int64), none, none)
    starts = np.flatnonzero(np.diff(at, prepend=-2) > 1)
    lines, stretches = (np.searchsorted(np.flatnonzero(points == sign), at[starts]) for sign in (ord("\n"), ord(BREAK)))
    codes = _ascii_codes()[points[at]] if points.dtype == np.uint8 else _codes(points[at])
    return Tokens(codes, at, np.append(starts, at.size), lines, stretches)


def _codes(points: np.ndarray) -> np.ndarray:
    codes = (points.astype(np.uint64) + np.uint64(0x51)) * np.uint64(0xD6E8FEB86659FD93)
    return codes ^ (codes >> np.uint64(29))


@lru_cache(1)
def _ascii_codes() -> np.ndarray:
    return _codes(np.arange(128))


@lru_cache(1)
def _ascii_words() -> np.ndarray:
    return np.array([chr(point).isalnum() for point in range(128)], bool)


_powers: list[np.ndarray] = []


def powers(length: int) -> tuple[np.ndarray, np.ndarray]:
    """The first powers of the base and of its inverse, modulo 2^64; kept and grown as longer texts come."""
    if not _powers or _powers[0].size < length:
        size = max(length, 1 << 16)
        _powers[:] = [_powers_of(BASE, size), _powers_of(INVERSE, size)]
    return _powers[0][:length], _powers[1][:length]


def _powers_of(base: int, size: int) -> np.ndarray:
    grown = np.full(size, base, np.uint64)
    grown[0] = 1
    return np.cumprod(grown, dtype=np.uint64)


def mixed(prints: np.ndarray, count: int | np.ndarray) -> np.ndarray:
    """Sums of codes as fingerprints: the number of words goes in, and every bit depends on all others."""
    prints = prints + np.asarray(count, np.uint64) * np.uint64(0xA0761D6478BD642F)
    prints ^= prints >> np.uint64(32)
    prints *= np.uint64(0xE7037ED1A0B428DB)
    return prints ^ (prints >> np.uint64(29))


def distinct(prints: np.ndarray) -> np.ndarray:
    """Fingerprints sorted, each once; sorting is faster than the hashing of np.unique."""
    ordered = np.sort(prints)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=ordered[:1] + np.uint64(1)))]


class NGrams:
    """Fingerprints of the n-grams of a text."""

    def __init__(self, found: Tokens) -> None:
        self.tokens = found
        forward, self._back = powers(found.codes.size + 1)
        self._sums = np.zeros(found.codes.size + 1, np.uint64)
        np.cumsum(found.codes * forward[: found.codes.size], dtype=np.uint64, out=self._sums[1:])

    def of(self, begins: np.ndarray, ends: np.ndarray, count: int | np.ndarray) -> np.ndarray:
        """Fingerprints of what stands between places in the codes; `count` is its number of words, 0 for any."""
        return mixed((self._sums[ends] - self._sums[begins]) * self._back[begins], count)

    def of_words(self, count: int) -> np.ndarray:
        """Fingerprints of every `count` neighbouring words, by their first word; 0 where they are of two stretches."""
        starts, stretches = self.tokens.starts, self.tokens.stretches
        if starts.size <= count:
            return np.zeros(0, np.uint64)
        prints = self.of(starts[:-count], starts[count:], count)
        return prints if count == 1 else np.where(stretches[: 1 - count] == stretches[count - 1 :], prints, 0)

    def of_characters(self, length: int) -> np.ndarray:
        """Fingerprints of every `length` neighbouring letters and digits, whatever words of a stretch they are in."""
        found = self.tokens
        if found.codes.size < length:
            return np.zeros(0, np.uint64)
        begins = np.arange(found.codes.size - length + 1)
        prints = self.of(begins, begins + length, 0)
        stretches = np.repeat(found.stretches, np.diff(found.starts))
        return np.where(stretches[: prints.size] == stretches[length - 1 :], prints, 0)

    def of_pairs(self, firsts: np.ndarray, lasts: np.ndarray) -> np.ndarray:
        """Fingerprints of pairs of words that stand apart, as if they stood side by side."""
        starts = self.tokens.starts
        sizes = starts[firsts + 1] - starts[firsts]
        first = (self._sums[starts[firsts + 1]] - self._sums[starts[firsts]]) * self._back[starts[firsts]]
        last = (self._sums[starts[lasts + 1]] - self._sums[starts[lasts]]) * self._back[starts[lasts]]
        return mixed(first + last * powers(int(self._back.size))[0][sizes], 2)


class Lookup:
    """A set of fingerprints, each with the number of what it stands for; a bitmap of prefixes rejects most others."""

    def __init__(self, entries: list[tuple[np.ndarray, np.ndarray]]) -> None:
        keys = np.concatenate([key for key, _ in entries]) if entries else np.zeros(0, np.uint64)
        owners = np.concatenate([owner for _, owner in entries]) if entries else np.zeros(0, np.int64)
        self._keys, first = np.unique(keys, return_index=True)
        self._owners = owners[first]
        self._shift = np.uint64(64 - min(27, max(10, int(self._keys.size * 16).bit_length())))
        self._bits = np.zeros(1 << (64 - int(self._shift)), bool)
        self._bits[self._keys >> self._shift] = True

    def __len__(self) -> int:
        return int(self._keys.size)

    def has(self, prints: np.ndarray) -> np.ndarray:
        """Whether each fingerprint is in the set; bool, one each."""
        found = np.zeros(prints.size, bool)
        found[self.find(prints)[0]] = True
        return found

    def find(self, prints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(places in `prints` that are in the set, the numbers that they stand for)."""
        if not self._keys.size or not prints.size:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        maybe = np.flatnonzero(self._bits[prints >> self._shift])
        at = np.minimum(np.searchsorted(self._keys, prints[maybe]), self._keys.size - 1)
        is_there = self._keys[at] == prints[maybe]
        return maybe[is_there], self._owners[at[is_there]]
