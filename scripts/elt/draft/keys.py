"""What may be the key of a drafted table, and which of its columns may refer to the key of another one."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from math import prod

import polars as pl

from elt.draft.column_profile import BATCH, ColumnProfile, distinct, hashed, texts

NEARLY = 0.98  # share of distinct values from which on a column may be a key with a few repetitions
MOST_TRIED = 40  # combinations of columns that are tried as a key
MOST_NAMED = 3  # combinations that are named if several are keys
LEAST_VALUES, LEAST_OF_KEY, LEAST_FOUND = 20, 0.05, 0.5  # of a column that may refer to a key
Combination = tuple[list[ColumnProfile], int]  # columns, distinct combinations of their values


def may_be_key(column: ColumnProfile) -> bool:
    """Whether a column may be a part of a key: it is no amount, not empty, and a run keeps all of its cells."""
    is_kept = not column.cut_short and not column.is_cut_to_day
    return column.kind in ("string", "integer", "date") and column.filled > 0 and is_kept


def is_time(column: ColumnProfile) -> bool:
    """Whether a column holds days or points in time, which are unique by chance."""
    return column.kind == "date" or column.is_stamp


def single_keys(columns: Sequence[ColumnProfile], records: int) -> list[ColumnProfile]:
    """Columns that are unique, or nearly so, in nearly all records; the best first."""

    def is_nearly_key(column: ColumnProfile) -> bool:
        is_filled, is_unique = column.filled >= NEARLY * records, column.distinct >= NEARLY * column.filled
        return may_be_key(column) and not is_time(column) and is_filled and is_unique and column.distinct > 1

    def rank(column: ColumnProfile) -> tuple[bool, bool]:
        return column.distinct < records, any(usual != "identifier" for _, usual in column.personal)

    return sorted(filter(is_nearly_key, columns), key=rank)


def combined_keys(frame: pl.LazyFrame, columns: Sequence[ColumnProfile], records: int) -> list[Combination]:
    """(columns, distinct combinations) that are unique in all records: the fewest columns; else the nearest one.

    Of several, the one with the fewest possible combinations comes first, as it is the least likely by chance.
    """
    parts = [c for c in columns if may_be_key(c) and c.filled >= NEARLY * records and c.distinct > 1]
    parts = [c for c in parts if all(usual != "direct" for _, usual in c.personal)]
    nearest: list[Combination] = []
    for size in (2, 3):
        possible = [c for c in combinations(parts, size) if product(c) >= NEARLY * records]
        possible.sort(key=lambda cs: (sum(map(is_time, cs)), -product(cs)))
        found = list(nearly_unique(frame, possible[:MOST_TRIED], records))
        if exact := [combination for combination in found if combination[1] == records]:
            return sorted(exact, key=lambda found: product(found[0]))[:MOST_NAMED]
        nearest += found
    return sorted(nearest, key=lambda found: (-found[1], len(found[0])))[:1]


def nearly_unique(
    frame: pl.LazyFrame, possible: Iterable[Sequence[ColumnProfile]], records: int
) -> Iterator[Combination]:
    """Those of some combinations that are unique in nearly all records; the first records sort most of them out."""
    for columns in possible:
        names = [column.name for column in columns]
        head = frame.select(names).head(BATCH).collect()
        if head.n_unique() >= NEARLY * head.height and (count := distinct(frame, names)) >= NEARLY * records:
            yield list(columns), count


def product(columns: Sequence[ColumnProfile]) -> int:
    """The most combinations that some columns can have."""
    return prod(max(1, column.distinct) for column in columns)


def values_of(raw: pl.LazyFrame, name: str) -> pl.Series:
    """The distinct hashes of a column, sorted."""
    frame = texts(raw, [name]).drop_nulls().select(hashed([name])).unique()
    return frame.collect(engine="streaming")["hash"].sort()


def refers(column: ColumnProfile, own: pl.Series, key: pl.Series) -> int | None:
    """How many distinct values of a column are values of a key; None if that may be chance."""
    many = own.len() >= LEAST_VALUES or own.len() >= LEAST_OF_KEY * key.len()
    if not many or own.len() < 2 or (column.kind == "integer" and own.len() < LEAST_VALUES):
        return None
    count = int(own.is_in(key.implode()).sum() or 0)
    return count if count >= LEAST_FOUND * own.len() else None
