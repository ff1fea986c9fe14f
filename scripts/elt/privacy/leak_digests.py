"""Digests without a key: what anybody can compute of a value, and so try all values of a kind."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np

ALGORITHMS: dict[str, Callable[[bytes], Any]] = {
    "md5": hashlib.md5,
    "sha1": hashlib.sha1,
    "sha256": hashlib.sha256,
    "sha512": hashlib.sha512,
    "blake2b": hashlib.blake2b,
    "blake2s": hashlib.blake2s,
    "blake2b of 32 bytes": partial(hashlib.blake2b, digest_size=32),
    "blake2b of 16 bytes": partial(hashlib.blake2b, digest_size=16),
}
BATCH = 50_000
SHOWN = 8  # bytes of a digest that are compared


def forms(value: str) -> dict[bytes, None]:
    """A value as it may be hashed: as it is, in lower and in upper case."""
    return dict.fromkeys(form.encode() for form in (value, value.lower(), value.upper()))


def digests_of(values: Iterable[str]) -> Iterator[tuple[np.ndarray, list[str]]]:
    """(first bytes of digests, the value of each) of values in all forms, by algorithm and batch."""
    values = list(values)
    for start in range(0, len(values), BATCH):
        of_form = [(form, value) for value in values[start : start + BATCH] for form in forms(value)]
        hashed, owners = [form for form, _ in of_form], [value for _, value in of_form]
        for make in ALGORITHMS.values():
            made = b"".join([make(form).digest()[:SHOWN] for form in hashed])
            yield np.frombuffer(made, np.uint64), owners
