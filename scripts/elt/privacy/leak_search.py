"""The search of published text for personal values that were published: which columns, which value, on which line."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from elt.privacy import leak_encodings, leak_fingerprints
from elt.privacy.leak_days import pair
from elt.privacy.leak_published import Words, words_of
from elt.privacy.leak_stretches import BREAK
from elt.privacy.leak_terms import SearchTerms

NEAR = 12  # words between a day and another value of the same person: they are of one row or record
SEAM = 3  # lines on either side of a seam, on which a value may cross it
NO_WORD = re.compile(r"[\W_]+")
Hits = set[tuple[str, str]]  # column and value, the value as words


@dataclass(frozen=True)
class Hit:
    """A value in a text: its column, its words, its line from 0 on, and the piece of the line that it stands in."""

    column: str
    value: str
    line: int
    piece: str
    number: int | None = None  # of the piece within the line, from 0 on; None where it is the whole line


class TextSearch:
    """The search terms, ready to be looked up in texts."""

    def __init__(self, terms: SearchTerms) -> None:
        self._columns = terms.columns
        self._phrases = leak_fingerprints.Lookup(terms.phrases)
        self._parted = leak_fingerprints.Lookup(terms.parted)
        self._substrings = {n: leak_fingerprints.Lookup(entries) for n, entries in terms.substrings.items()}
        self._days = leak_fingerprints.Lookup(terms.days)
        self._day_pairs = leak_fingerprints.Lookup(terms.day_pairs)
        self._digests = {
            prints.tobytes(): terms.columns[int(number)]
            for entries, numbers in terms.digests
            for prints, number in zip(entries, numbers, strict=True)
        }

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        lookups = (self._phrases, self._parted, self._day_pairs, *self._substrings.values())
        return bool(self._digests) or any(len(lookup) > 0 for lookup in lookups)

    def in_text(self, text: str) -> Hits:
        """(column, value) of all values that a text holds, in whatever encoding and spelling."""
        found: Hits = set()
        if self._digests:
            for words in (leak_encodings.digest_words(text), leak_encodings.pseudonym_words(text)):
                met = self._digests.keys() & words.keys()
                found |= {(self._digests[begin], word) for begin in met for word in words[begin]}
        for words_found in words_of(text):
            found |= set(self._in_words(words_found))
        return found

    def _in_words(self, words: Words) -> Iterator[tuple[str, str]]:
        grams, singles = words.grams, words.grams.of_words(1)
        for count in range(1, leak_fingerprints.MOST_WORDS + 1):
            prints = singles if count == 1 else grams.of_words(count)
            for place, number in zip(*self._phrases.find(prints), strict=True):
                yield self._columns[number], said(words, place, place + count)
            for place, day in zip(*(part.tolist() for part in self._days.find(prints)), strict=True):
                yield from self._beside(words, singles, place, place + count, day)
        for at, number in zip(*self._parted.find(grams.of_pairs(words.firsts, words.lasts)), strict=True):
            yield self._columns[number], said(words, words.firsts[at], words.lasts[at] + 1)
        for length, lookup in self._substrings.items():
            for at, number in zip(*lookup.find(grams.of_characters(length)), strict=True):
                codes = grams.tokens.places[at : at + length]
                yield self._columns[number], "".join(words.text[code] for code in codes)

    def _beside(self, words: Words, singles: np.ndarray, begin: int, end: int, day: int) -> Iterator[tuple[str, str]]:
        """Values of the person of a day that stand near it."""
        places = np.concatenate([np.arange(max(0, begin - NEAR), begin), np.arange(end, min(singles.size, end + NEAR))])
        found, numbers = self._day_pairs.find(pair(np.full(places.size, day), singles[places]))
        for at, number in zip(found, numbers, strict=True):
            yield self._columns[number], f"{said(words, begin, end)} {said(words, places[at], places[at] + 1)}"


def said(words: Words, begin: int, end: int) -> str:
    """The words from one place to another."""
    starts, places = words.grams.tokens.starts, words.grams.tokens.places
    return NO_WORD.sub(" ", words.text[places[starts[begin]] : places[starts[end] - 1] + 1])


def located(find: Callable[[str], Hits], text: str) -> list[Hit]:
    """Where in a text with marks values stand: lines, and the pieces of lines between marks, are halved in turn."""
    find = cache(find)  # of a half is asked again when what crosses its seam is told from what it holds
    if not find(text):
        return []
    return [hit for first, line in _halved(find, text.split("\n"), "\n") for hit in _in_line(find, first, line)]


def _in_line(find: Callable[[str], Hits], number: int, line: str) -> Iterator[Hit]:
    """The values in a line, by the piece that holds them whole, else by the line."""
    whole, found = find(line), set()
    if BREAK in line and "\n" not in line:
        for at, piece in _halved(find, line.split(BREAK), BREAK):
            if BREAK not in piece:
                hits = find(piece)
                found |= hits
                yield from (Hit(column, value, number, piece, at) for column, value in sorted(hits))
    yield from (Hit(column, value, number, line) for column, value in sorted(whole - found))


def _halved(find: Callable[[str], Hits], parts: list[str], sign: str, first: int = 0) -> Iterator[tuple[int, str]]:
    """(number, text) of the parts that hold values, and of the parts around a seam that a value crosses."""
    found = find(sign.join(parts))
    if not found:
        return
    if len(parts) == 1:
        yield first, parts[0]
        return
    middle = len(parts) // 2
    halves = (parts[:middle], parts[middle:])
    within = partial(_found_in, find, sign)
    inner = [part for half, start in zip(halves, (first, first + middle), strict=True)
             for part in _halved(find, half, sign, start)]  # fmt: skip
    before, after = parts[max(0, middle - SEAM) : middle], parts[middle : middle + SEAM]
    across = within(before + after) - within(before) - within(after)
    missing = found - across - within(halves[0]) - within(halves[1])
    yield from inner
    if across:
        yield first + middle - 1, sign.join(before + after)
    elif missing:
        yield first, sign.join(parts)


def _found_in(find: Callable[[str], Hits], sign: str, parts: list[str]) -> Hits:
    return find(sign.join(parts))
