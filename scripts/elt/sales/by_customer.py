"""Order lines in parts that hold all lines of some customers each, so that no step has all of them in memory.

What is counted of customers, distinct orders and products among it, is the same over the parts as over the whole: one
row a customer is in one part, and sums over customers add up.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil
from pathlib import Path

import polars as pl

from elt.files import scratch
from elt.gold import documents
from elt.table_files import write_scattered
from elt.tables import ORDER_ID, ORDER_NUMBER

CUSTOMER = "customer_key"
AT_ONCE = 1_000_000  # rows of a part, on average: some 120 MB of all columns
SLICE = 2_000_000  # rows that are put apart at a time: in one go, ten million took 0.5 GB more
SLICES = 50  # at most, as each has a file for every part


def small(lines: pl.LazyFrame) -> pl.LazyFrame:
    """The order lines with their orders' ids, if there are any, instead of the numbers, and short document types."""
    names = lines.collect_schema().names()
    if ORDER_ID in names:
        lines = lines.drop(ORDER_NUMBER, strict=False).rename({ORDER_ID: ORDER_NUMBER})
    if documents.COLUMN in names:
        lines = lines.with_columns(pl.col(documents.COLUMN).cast(pl.Enum(documents.TYPES)))
    return lines


@contextmanager
def by_customer(rows: pl.LazyFrame, beside: str | Path) -> Iterator[list[pl.LazyFrame]]:
    """The rows in parts, none of them empty unless all are; in memory where one part is enough, else in files beside
    a path, which are gone when the block ends.

    ASSUMPTION: no customer has a large part of all lines; a part is as large as the largest customer at least.
    """
    total = rows.select(pl.len()).collect(engine="streaming").item()
    parts = ceil(total / AT_ONCE)
    if parts <= 1:
        yield [rows.collect(engine="streaming").lazy()]
        return
    size = max(SLICE, ceil(total / SLICES))
    slices = [(first, size) for first in range(0, total, size)]
    with scratch(beside) as folder:
        yield [pl.scan_ipc(paths) for paths in write_scattered(folder, rows, pl.col(CUSTOMER) % parts, slices)]


def together(parts: Sequence[pl.LazyFrame]) -> list[pl.DataFrame]:
    """What is computed of each part, one at a time."""
    return [part.collect(engine="streaming") for part in parts]
