"""Bands of what is known of a customer's orders, in four levels from fine to nothing at all.

The limits are fixed. Limits taken from the data, such as deciles, would be figures of single customers, and would move
with every customer.
"""

from collections.abc import Sequence
from itertools import pairwise

import polars as pl

ANY = "any"
COARSEST = 3  # level at which a column says nothing
LIMITS = {  # first value of every band, by level; a band ends before the next begins
    "recency_days": ([0, 31, 91, 181, 366, 731], [0, 91, 366], [0, 366]),
    "frequency": ([0, 1, 2, 3, 6, 11], [0, 2, 6], [0, 2]),
}
DIGITS = 12  # money is banded up to this power of ten
TYPES = {"customer": pl.String(), "recency_days": pl.Int64(), "frequency": pl.Int64()}  # of an empty file too
NAMES = {"recency_days": "recency_band", "frequency": "frequency_band", "monetary": "monetary_band"}


def money_limits(level: int) -> list[int]:
    """Limits of money: halves of powers of ten from 10 on (10, 30, 100 …), whole powers, every second power."""
    powers = [10**power for power in range(1, DIGITS + 1)]
    if level == 0:
        return [limit for power in powers for limit in (power, 3 * power)]
    return powers if level == 1 else powers[1::2]


def limits(column: str, level: int) -> list[int]:
    """Limits of a column at a level under the coarsest."""
    return money_limits(level) if column == "monetary" else LIMITS[column][level]


def labels(marks: Sequence[int], *, is_money: bool) -> list[str]:
    """Names of the bands that the limits make, the one below the first limit included."""
    inner = []
    for low, high in pairwise(marks):
        inner.append(f"{low} to under {high}" if is_money else f"{low}" if high == low + 1 else f"{low} to {high - 1}")
    return [f"under {marks[0]}", *inner, f"{marks[-1]} or more"]


def banded(column: str, level: int) -> pl.Expr:
    """A column of the customer features as the name of its band; `any` at the coarsest level."""
    name = NAMES[column]
    if level == COARSEST:
        return pl.lit(ANY).alias(name)
    marks = limits(column, level)
    names, value = labels(marks, is_money=column == "monetary"), pl.col(column)
    band = pl.lit(names[0])
    for mark, text in zip(marks, names[1:], strict=True):
        band = pl.when(value >= mark).then(pl.lit(text)).otherwise(band)
    return band.alias(name)
