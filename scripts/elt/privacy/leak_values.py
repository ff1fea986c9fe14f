"""Values as fingerprints, many at a time: of their words, and of their letters and digits wherever words begin."""

from typing import NamedTuple

import numpy as np

from elt.privacy.leak_fingerprints import MOST_WORDS, WINDOW, NGrams, tokens


class Values(NamedTuple):
    """Values as fingerprints, one entry a value that has a word."""

    lines: np.ndarray  # which value
    words: np.ndarray  # how many words it has, up to MOST_WORDS
    characters: np.ndarray  # how many letters and digits
    phrase: np.ndarray  # fingerprint of its words
    begins: np.ndarray  # where its letters and digits begin
    grams: NGrams

    def substrings(self, chosen: np.ndarray) -> np.ndarray:
        """Fingerprints of the letters and digits of chosen values, wherever words begin and end."""
        begins = self.begins[chosen]
        return self.grams.of(begins, begins + self.characters[chosen], 0)

    def ends(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Fingerprints of the first and of the last letters and digits of chosen values, as many as a window has."""
        begins, ends = self.begins[chosen], self.begins[chosen] + self.characters[chosen]
        window = np.minimum(WINDOW, ends - begins)
        return self.grams.of(begins, begins + window, 0), self.grams.of(ends - window, ends, 0)


def of_values(text: str) -> Values:
    """Fingerprints of values, given folded, a line each."""
    found = tokens(text)
    grams = NGrams(found)
    first = np.flatnonzero(np.diff(found.lines, prepend=-1))
    counts = np.minimum(np.diff(np.append(first, found.lines.size)), MOST_WORDS)
    begins, ends = found.starts[first], found.starts[first + counts]
    return Values(found.lines[first], counts, ends - begins, grams.of(begins, ends, counts), begins, grams)
