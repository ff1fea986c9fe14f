"""The tables of fact_sales for ranges of orders in turn, so that no step holds all order lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from elt.gold.order_source import order_source
from elt.run.mart import FACT, Mart
from elt.tables import ORDER_NUMBER

Frames = Mapping[str, pl.LazyFrame]
PART = 1_000_000  # rows that are worked at once
MOST_PARTS = 24  # each part reads the dimensions again
NEAR = 1_024  # rows in which an order is looked for to end


@dataclass(frozen=True)
class OrderParts:
    """The frames that a mart's SQL reads, of one silver table those rows alone that lie between two borders.

    `borders`: rows of the table at which an order begins, from 0 to the number of its rows.
    """

    frames: Frames
    table: str = ""
    borders: Sequence[int] = (0, 0)

    @property
    def sizes(self) -> list[int]:
        """Rows of the table in each part."""
        return [after - first for first, after in pairwise(self.borders)]

    def __iter__(self) -> Iterator[Frames]:
        """The frames, part by part; without a table all of them, once."""
        for first, after in pairwise(self.borders):
            own = {self.table: self.frames[self.table].slice(first, after - first)} if self.table else {}
            yield {**self.frames, **own}


def borders_of(numbers: pl.LazyFrame) -> list[int]:
    """Rows at which parts begin, so that each order lies in one; `numbers`: of the orders, one sorted column."""
    rows, found = numbers.select(pl.len()).collect().item(), [0]
    parts = min(MOST_PARTS, -(-rows // PART))
    for number in range(1, parts):
        row = rows * number // parts
        border = next_order(numbers, row, rows) if row > found[-1] else None
        found += [border] if border else []
    return [*found, rows]


def next_order(numbers: pl.LazyFrame, row: int, rows: int) -> int | None:
    """The first row from a row on at which an order begins; None if none does."""
    length = NEAR
    while True:
        seen = numbers.slice(row - 1, length).collect().to_series()
        other = seen.ne_missing(seen.shift(1)).slice(1).arg_max() if len(seen) > 1 else None
        if other is not None and seen[other + 1] != seen[other]:
            return row + other
        if row - 1 + length >= rows:
            return None
        length *= 2


def parts_of(sql: str, frames: Frames, mart: Mart, sorted_by: Mapping[str, str]) -> OrderParts:
    """The parts in which the order lines may be made, one where nothing shows that parts give the same.

    `sorted_by`: silver table -> the column by which its rows are sorted.
    """
    whole = OrderParts(frames)
    if mart.name != FACT or mart.key[0] != ORDER_NUMBER:
        return whole
    schemas = {name: frame.collect_schema() for name, frame in frames.items()}
    found = order_source(sql, {name: schema.names() for name, schema in schemas.items()})
    if found is None or sorted_by.get(found[0]) != found[1] or found[0] != f"silver.{mart.ledger.table}":
        return whole
    table, column = found
    if schemas[table][column] != {"string": pl.String(), "integer": pl.Int64()}.get(mart.by_name[ORDER_NUMBER].type):
        return whole
    return OrderParts(frames, table, borders_of(frames[table].select(column)))
