"""Distributions of number columns, in figures that are never about fewer people than the minimum group.

`persons` is a table of one row a person (low, high, total of that person's values), None if rows are not about persons.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from elt.protection.disclosure import dominated

PERCENTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
OUTERMOST = (0.01, 0.05, 0.25)  # a histogram reaches from the first of these that may be published to its mirror image
BINS = 20  # enough for the shape, few enough to hold the minimum of people each


def rank_value(values: pl.DataFrame, share: float) -> float:
    """The smallest value that at least a share of the rows do not exceed; from a table (value, rows) in order."""
    reached = values["rows"].cum_sum().to_numpy()
    return float(values["value"][int(np.searchsorted(reached, share * reached[-1] - 1e-9))])


def moments(values: pl.DataFrame) -> tuple[float, float]:
    """Mean and standard deviation (of a sample) of a table (value, rows)."""
    value, rows = values["value"].to_numpy(), values["rows"].to_numpy()
    mean = float((value * rows).sum() / rows.sum())
    return mean, float((rows * (value - mean) ** 2).sum() / max(rows.sum() - 1, 1)) ** 0.5


def is_dominated(totals: pl.Series) -> bool:
    """Whether one or two people make up a sum, given what each of them adds to it; not where all add nothing."""
    parts = totals.abs().sort(descending=True)
    return bool(parts[0]) and dominated(float(parts.sum()), parts[0], float(parts[:2].sum()))


def distribution(
    values: pl.DataFrame, persons: pl.DataFrame | None, minimum: int, decimals: int
) -> dict[str, Any] | None:
    """Mean, standard deviation and percentiles of a column.

    `values`: (value, rows) in the order of values. A percentile is the smallest value that at least so large a share of
    the rows do not exceed; it is left out (None) unless `minimum` people have a value up to it and as many from it on.
    Mean and deviation are left out if one or two people make up the sum. None without values or with too few people.
    `people`: with a value, and `percentile_people`: the fewest on either side of a shown percentile, if rows are about
    persons.
    """
    if values.is_empty() or (persons is not None and persons.height < minimum):
        return None

    def people(share: float) -> int:
        """People with a value up to the percentile, or from it on: the fewer of them."""
        value = rank_value(values, share)
        if persons is None:
            return minimum
        return int(min((persons["low"] <= value).sum(), (persons["high"] >= value).sum()))

    def percentile(share: float) -> float | None:
        return None if people(share) < minimum else round(rank_value(values, share), decimals)

    mean, deviation = moments(values)
    fewest = min((count for count in map(people, PERCENTILES) if count >= minimum), default=None)
    is_open = persons is None or not is_dominated(persons["total"])
    outer = ((percentile(share), percentile(1 - share)) for share in OUTERMOST)
    return {
        "mean": round(mean, decimals) if is_open else None,
        "standard_deviation": round(deviation, decimals) if is_open else None,
        "percentiles": {f"p{round(share * 100)}": percentile(share) for share in PERCENTILES},
        **({} if persons is None else {"people": persons.height, "percentile_people": fewest}),
        "range": next(([low, high] for low, high in outer if low is not None and high is not None), None),
    }


def bin_edges(low: float, high: float, *, whole: bool) -> list[float]:
    """Edges of at most BINS bins of one width; those of whole numbers hold the same number of values each."""
    if whole:
        width = -(-(high - low + 1) // BINS)
        return [low - 0.5 + width * step for step in range(int(-(-(high - low + 1) // width)) + 1)]
    bins = BINS if high > low else 1
    return [round(low + (high - low) * step / bins, 6) for step in range(bins + 1)]


def bin_counts(
    frame: pl.LazyFrame, value: pl.Expr, span: tuple[float, float], bins: int, person: str | None
) -> pl.LazyFrame:
    """(bin, rows, people) of the values of a span in bins of one width; empty bins are absent.

    person: the column that tells people apart, None if rows are not about persons.
    """
    low, high = span
    position = ((value - low) / ((high - low) or 1) * bins).floor().clip(0, bins - 1).cast(pl.Int64)
    people = pl.col(person).n_unique() if person else pl.len()
    return (
        frame.filter(value.is_between(low, high))
        .group_by(position.alias("bin"))
        .agg(rows=pl.len(), people=people)
        .sort("bin")
    )


def merged(
    edges: Sequence[float], found: pl.DataFrame, minimum: int, *, one_row_a_person: bool, outside: int = 0
) -> dict[str, list[float]] | None:
    """A histogram (edges, rows, people) whose bins are empty or about `minimum` people: a smaller one joins the next.

    People of joined bins are added if a person is in one bin only, else the larger number counts (the people of two
    bins may be the same). `outside`: people with a value beyond the edges. As the number of all is published, they are
    told by difference: if they are too few, the last bins join them. None if all together are about too few.
    """
    rows, people = [0] * (len(edges) - 1), [0] * (len(edges) - 1)
    for position, count, heads in found.select("bin", "rows", "people").iter_rows():
        rows[position], people[position] = count, heads
    join = sum if one_row_a_person else max
    while 0 < outside < minimum and any(rows):
        last = max(place for place, count in enumerate(rows) if count)
        outside = join((outside, people[last]))
        edges, rows, people = edges[: last + 1], rows[:last], people[:last]
    done: list[tuple[float, int, int]] = []  # upper edge, rows, people
    open_rows = open_people = 0
    for upper, count, heads in zip(edges[1:], rows, people, strict=True):
        open_rows, open_people = open_rows + count, join((open_people, heads))
        if open_people >= minimum or open_rows == 0:
            done.append((upper, open_rows, open_people))
            open_rows = open_people = 0
    while open_rows and done:
        _, count, heads = done.pop()
        open_rows, open_people = open_rows + count, join((open_people, heads))
        if open_people >= minimum:
            done.append((edges[-1], open_rows, open_people))
            open_rows = 0
    if not done:
        return None
    uppers, counts, heads_of = (list(part) for part in zip(*done, strict=True))
    return {"edges": [edges[0], *uppers], "rows": counts, "people": heads_of}
