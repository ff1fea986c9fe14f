"""What was published, as fingerprints: published text is small, so each personal value is asked if it stands there."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from elt.privacy import leak_encodings
from elt.privacy.leak_distinct import Pieces
from elt.privacy.leak_fingerprints import MOST_WORDS, WINDOW, Lookup, NGrams, Tokens, distinct, spellings, tokens
from elt.privacy.leak_stretches import BREAK
from elt.privacy.leak_words import DIGIT, inner_words, normalised

MOST_MIDDLES = 3  # words between a first and a last name: middle names, initials, particles
BETWEEN = " .-'_+\n\u2019"  # signs that part the words of a name
PARTICLES = "von van vom zu zur zum de der den del della di da do dos das la le el al bin ibn ben und y e"
CONJUNCTIONS = "and or to in of vs und oder bis"
ASCII = 127
MISSING, NONE = np.zeros(0, np.int64), np.zeros(0, np.uint64)


class Words(NamedTuple):
    """A published text in one spelling: folded, its n-grams, and pairs of words that may have middle names between."""

    text: str
    grams: NGrams
    firsts: np.ndarray  # int64, place of the first word of each pair
    lasts: np.ndarray


def words_of(text: str) -> Iterator[Words]:
    """A published text in all decodings and spellings."""
    for decoded in leak_encodings.decodings(text):
        for variant in _variants(decoded):
            for spelling in spellings(variant):
                yield from _words(variant, spelling)


def new_words_of(text: str) -> Iterator[Words]:
    """The same of all decodings together, each piece between two marks once, in groups: those beyond ASCII are slow,
    and those without a digit need not be searched for days and numbers.

    Good for what is said at all, not for where it stands.
    """
    met: set[str] = set()
    groups: defaultdict[tuple[bool, bool], Pieces] = defaultdict(Pieces)
    for decoded in leak_encodings.decodings(text):
        for piece in decoded.split(BREAK):
            if piece not in met:
                met.add(piece)
                group = groups[piece.isascii(), DIGIT.search(piece) is None]
                if group.is_full_with(piece):
                    yield from _new_words(group.rest())
    for group in groups.values():
        yield from _new_words(group.rest())


def _new_words(decoded: str) -> Iterator[Words]:
    """The words of a text, and in the other spelling only those of the pieces that it changes."""
    for variant in _variants(decoded):
        first, *others = spellings(variant)
        yield from _words(variant, first)
        for other in others:
            pieces = zip(*(text.split(BREAK) for text in (variant, first, other)), strict=True)
            changed = [(plain, spelling) for plain, known, spelling in pieces if spelling != known]
            yield from _words(*map(BREAK.join, zip(*changed, strict=True)))


def _variants(decoded: str) -> Iterator[str]:
    """A text without what is no value, and its words that are made of several taken apart."""
    if decoded:
        plain = normalised(decoded)
        yield from filter(None, (plain, inner_words(plain)))


def _words(variant: str, spelling: str) -> Iterator[Words]:
    found = tokens(spelling)
    if found.codes.size:
        yield Words(spelling, NGrams(found), *middle_names(variant, spelling, found))


def middle_names(plain: str, spelling: str, found: Tokens) -> tuple[np.ndarray, np.ndarray]:
    """(first, last) words with one to three words between them that are initials, capitalised or particles.

    So are the ends of a stretch of three or four words in small letters, such as a cell. A stretch in which folding has
    parted a word is left out.
    """
    own = found if len(plain) == len(spelling) else tokens(plain)
    of_plain, words = both(own, found)
    points = np.frombuffer(plain.encode("utf-32-le", "replace"), np.uint32)
    begins, ends = own.places[own.starts[of_plain]], own.places[own.starts[of_plain + 1] - 1] + 1
    stretches = found.stretches[words]
    is_capital, is_letter = _capital(points[begins]), ends - begins == 1
    is_near = np.isin(points[np.minimum(ends, points.size - 1)], [ord(sign) for sign in BETWEEN])
    singles = NGrams(found).of_words(1)[words]
    is_joint = np.isin(singles, _prints_of(CONJUNCTIONS))
    is_middle = is_letter | is_capital | np.isin(singles, _prints_of(PARTICLES))
    firsts, lasts = [MISSING], [MISSING]
    for between in range(1, MOST_MIDDLES + 1):
        size = begins.size - between - 1
        if size <= 0:
            break
        inner = [slice(step, step + size) for step in range(1, between + 1)]
        is_pair = is_capital[:size] & is_capital[between + 1 :] & np.logical_and.reduce([is_middle[at] for at in inner])
        is_pair |= np.logical_and.reduce([is_letter[at] for at in inner])
        is_pair &= np.logical_and.reduce([is_near[at] for at in (slice(0, size), *inner)])
        is_pair &= stretches[:size] == stretches[between + 1 :]
        firsts.append(np.flatnonzero(is_pair))
        lasts.append(firsts[-1] + between + 1)
    if stretches.size:
        _, at, counts = np.unique(stretches, return_index=True, return_counts=True)
        is_cell = ((counts == 3) | (counts == 4)) & ~np.logical_or.reduceat(is_capital | is_joint, at)
        firsts.append(at[is_cell])
        lasts.append((at + counts - 1)[is_cell])
    return words[np.concatenate(firsts)], words[np.concatenate(lasts)]


def both(own: Tokens, found: Tokens) -> tuple[np.ndarray, np.ndarray]:
    """The words of those stretches that have as many words in both texts, by their place in one and in the other."""
    if own is found:
        return (every := np.arange(found.lines.size)), every
    most = 1 + max(own.stretches.max(initial=0), found.stretches.max(initial=0))
    is_alike = np.bincount(own.stretches, minlength=most) == np.bincount(found.stretches, minlength=most)
    return np.flatnonzero(is_alike[own.stretches]), np.flatnonzero(is_alike[found.stretches])


@lru_cache(2)
def _prints_of(words: str) -> np.ndarray:
    return NGrams(tokens(words)).of_words(1)


def _capital(points: np.ndarray) -> np.ndarray:
    is_capital = (points >= ord("A")) & (points <= ord("Z"))
    if (beyond := np.flatnonzero(points > ASCII)).size:
        is_capital[beyond] = [chr(point).isupper() for point in points[beyond].tolist()]
    return is_capital


def _lookup(prints: list[np.ndarray]) -> Lookup:
    keys = distinct(np.concatenate([np.zeros(0, np.uint64), *prints]))
    return Lookup([(keys, np.zeros(keys.size, np.int64))])


@dataclass
class Published:
    """Fingerprints of all that was published: of words side by side, of words apart, of letters and digits, digests."""

    phrases: Lookup
    parted: Lookup
    windows: Lookup
    digest_words: Mapping[bytes, set[str]] = field(default_factory=dict)  # first 8 bytes -> words that may be digests
    pseudonyms: np.ndarray = field(default_factory=lambda: NONE)  # first 8 bytes each, sorted

    @cached_property
    def digests(self) -> np.ndarray:
        """First 8 bytes of all that may be a digest, sorted."""
        return distinct(np.concatenate([leak_encodings.prints_of(self.digest_words), self.pseudonyms]))

    @classmethod
    def of(cls, texts: Iterable[str], pseudonyms: np.ndarray = NONE) -> "Published":
        """All that texts hold, their marks set; `pseudonyms`: first 8 bytes of those that the texts leave out."""
        phrases, parted, windows = [], [], []
        digest_words: dict[bytes, set[str]] = {}
        named: set[bytes] = set()
        for text in texts:
            for begin, alike in leak_encodings.digest_words(text).items():
                digest_words.setdefault(begin, set()).update(alike)
            named |= leak_encodings.pseudonym_words(text).keys()
            for words in new_words_of(text):
                grams = words.grams
                grams_found = np.concatenate([grams.of_words(count) for count in range(1, MOST_WORDS + 1)])
                phrases.append(distinct(grams_found[grams_found != 0]))
                parted.append(distinct(grams.of_pairs(words.firsts, words.lasts)))
                windows.append(distinct(grams.of_characters(WINDOW)))
        lookups = (_lookup(phrases), _lookup(parted), _lookup(windows))
        return cls(*lookups, digest_words, distinct(np.concatenate([leak_encodings.prints_of(named), pseudonyms])))

    def is_digest(self, prints: np.ndarray) -> np.ndarray:
        """Whether each is the beginning of what may be a digest; bool, one each."""
        if not self.digests.size:
            return np.zeros(prints.size, bool)
        at = np.minimum(np.searchsorted(self.digests, prints), self.digests.size - 1)
        return self.digests[at] == prints
