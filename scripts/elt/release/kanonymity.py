"""Generalise columns, then suppress rows, until every row stands k times; and what is left to find out.

Sources: k-anonymity by full-domain generalisation (Samarati, IEEE TKDE 13(6), 2001), l-diversity (Machanavajjhala et
al., ACM TKDD 1(1), 2007), t-closeness with the distance of equal ground distances (Li et al., ICDE 2007).
"""

from collections.abc import Sequence
from itertools import product
from typing import Any

import polars as pl

from elt.release.bands import COARSEST, banded

MOST_SUPPRESSED = 0.05  # share of rows; beyond it, bands are made coarser


def sizes(frame: pl.DataFrame) -> pl.DataFrame:
    """Every distinct row of the frame with its number (len); sorted by value."""
    return frame.group_by(frame.columns).len().sort(frame.columns)


def too_few(classes: pl.DataFrame, k: int) -> pl.DataFrame:
    """The classes that have to go: those of fewer than k rows, and the next smallest until k or more rows are gone.

    That others are gone would else be a figure about fewer than k people.
    """
    order = classes.sort("len", *classes.columns[:-1])
    gone = int((order["len"] < k).sum())
    while 0 < gone < order.height and order["len"].head(gone).sum() < k:
        gone += 1
    return order.head(gone)


def generalise(
    features: pl.DataFrame, columns: Sequence[str], kept: Sequence[str], levels: Sequence[int]
) -> pl.DataFrame:
    """The columns as bands of these levels, beside columns kept as they are."""
    bands = (banded(column, level) for column, level in zip(columns, levels, strict=True))
    return features.select(*bands, *kept)


def cells(features: pl.DataFrame, columns: Sequence[str], kept: Sequence[str]) -> pl.DataFrame:
    """The rows by their bands at every level, a column each, and by the columns kept, with their number (len)."""
    levels = range(COARSEST + 1)
    bands = [banded(column, level).alias(f"{column} {level}") for column in columns for level in levels]
    distinct = features.group_by([*columns, *kept]).len()
    names = [band.meta.output_name() for band in bands]
    return distinct.select(*bands, *kept, "len").group_by(*names, *kept).agg(pl.col("len").sum())


def choose(features: pl.DataFrame, columns: Sequence[str], kept: Sequence[str], k: int) -> tuple[int, ...]:
    """The levels that lose least and suppress at most 5 % of the rows; the coarsest ones if none does.

    What is lost is the sum of the levels; of equal ones those that suppress fewest rows, then the first in order.
    """
    counted = cells(features, columns, kept)
    candidates = []
    for levels in product(range(COARSEST + 1), repeat=len(columns)):
        names = [f"{column} {level}" for column, level in zip(columns, levels, strict=True)] + [*kept]
        classes = counted.group_by(names).agg(pl.col("len").sum()).sort(names)
        gone = int(too_few(classes, k)["len"].sum() or 0)
        if gone <= MOST_SUPPRESSED * features.height:
            candidates.append((sum(levels), gone, levels))
    return min(candidates)[2] if candidates else (COARSEST,) * len(columns)


def released(
    features: pl.DataFrame, columns: Sequence[str], kept: Sequence[str], k: int
) -> tuple[pl.DataFrame, tuple[int, ...]]:
    """The rows that may be released, sorted by value, each of which stands at least k times, and the levels taken."""
    levels = choose(features, columns, kept, k)
    table = generalise(features, columns, kept, levels)
    gone = too_few(sizes(table), k)
    return table.join(gone, on=table.columns, how="anti", nulls_equal=True).sort(table.columns), levels


def diversity(table: pl.DataFrame, bands: Sequence[str], sensitive: str) -> dict[str, Any]:
    """Distinct l-diversity and t-closeness of a column within the classes of the bands.

    Gives l (fewest distinct values in a class), t (largest distance of the shares in a class from those of all rows:
    half the sum of absolute differences) and certain_share (rows whose class has one value only). None without rows.
    """
    if table.is_empty():
        return {"l": None, "t": None, "certain_share": None}
    overall = dict(table.group_by(sensitive).len().select(sensitive, pl.col("len") / table.height).iter_rows())
    fewest, farthest, certain = table.height, 0.0, 0
    for _, rows in table.group_by(bands, maintain_order=True):
        counts = dict(rows.group_by(sensitive).len().iter_rows())
        shares = {value: counts.get(value, 0) / rows.height for value in overall}
        fewest = min(fewest, len(counts))
        farthest = max(farthest, sum(abs(shares[value] - overall[value]) for value in sorted(overall)) / 2)
        certain += rows.height if len(counts) == 1 else 0
    return {"l": fewest, "t": round(farthest, 6), "certain_share": round(certain / table.height, 6)}
