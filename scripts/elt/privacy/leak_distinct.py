"""Published texts without what they repeat: what stands between two marks is fingerprinted once, wherever it stands.

Most of what a run publishes says the same again: the strings of JSON, the parameters in Snakemake's records. No value
is searched across a mark, so a piece that was met before adds nothing.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from elt.privacy.leak_stretches import BREAK

FULL = 1 << 20  # characters of pieces that are handed on together
ESCAPES = re.compile(r"[\\%&<]")  # signs by which a text may say more than it shows; without them it is read once


def distinct_texts(files: Iterable[Iterable[str]]) -> Iterator[str]:
    """The pieces of all texts with marks, each once, put together again with marks between them.

    `files`: the texts of each file. Pieces with escapes are put apart from others, as those texts are read several
    times; so are pieces beyond ASCII.
    """
    met: set[int] = set()
    plain, escaped, beyond = Pieces(), Pieces(), Pieces()
    for text in chain.from_iterable(files):
        for piece in map(str.strip, dict.fromkeys(text.split(BREAK))):
            if (print_ := hash(piece)) in met:
                continue
            met.add(print_)
            group = beyond if not piece.isascii() else escaped if ESCAPES.search(piece) else plain
            if group.is_full_with(piece):
                yield group.rest()
    yield from filter(None, (group.rest() for group in (plain, escaped, beyond)))


class Pieces:
    """Pieces between marks that wait to be read together."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = 0

    def is_full_with(self, piece: str) -> bool:
        """Take a piece; whether those that wait are enough to be read."""
        self._pieces.append(piece)
        self._size += len(piece)
        return self._size >= FULL

    def rest(self) -> str:
        """The text of all that wait, with a mark and a line end between two of them; nothing waits from then on."""
        text = f"{BREAK}\n".join(self._pieces)
        self._pieces, self._size = [], 0
        return text
