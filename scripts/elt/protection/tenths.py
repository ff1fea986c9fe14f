"""How concentrated a sum is: what each tenth of the people bring, if it may be shown (the points of a Lorenz curve)."""

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from elt.protection.disclosure import dominated

TENTHS = 10


@dataclass(frozen=True)
class Tenth:
    """People of one tenth, and what they and all before them bring together, in the unit of the amounts."""

    people: int
    reached: int


def tenths(amounts: pl.Series, minimum: int) -> list[Tenth]:
    """The ten tenths of the people, those with the largest amount first; empty if one of them may not be shown.

    amounts: whole numbers, one a person. Two neighbouring points tell the sum of a tenth, so none of them may be about
    too few people, or dominated by one or two.
    """
    ordered = amounts.sort(descending=True)
    count = len(ordered)
    marks = [round(count * tenth / TENTHS) for tenth in range(TENTHS + 1)]
    parts = [ordered[low:high] for low, high in pairwise(marks)]
    if count < TENTHS * minimum or any(dominated(int(p.sum()), int(p[0]), int(p[:2].sum())) for p in parts):
        return []
    return [Tenth(high - low, int(ordered[:high].sum())) for low, high in pairwise(marks)]
