"""A mart made of its SQL part by part, and what is counted of it on the way."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import polars as pl

from elt.gold import documents, proofs, rounding
from elt.gold.binding import shaped
from elt.gold.order_ids import orders_in, with_order_ids
from elt.gold.order_parts import Frames, OrderParts
from elt.gold.steps import in_steps
from elt.run.columns import Column
from elt.run.mart import FACT, Mart
from elt.tables import ORDER_NUMBER

OF_DOCUMENTS = (*documents.DOCUMENT, "product_key", "sales_amount")
Grouped = Callable[[pl.LazyFrame], pl.DataFrame]


def summed(rows: Sequence[pl.DataFrame]) -> dict[str, Any]:
    """The sums of counters over the parts, each a frame of one row."""
    return pl.concat(rows).sum().row(0, named=True) if rows else {}


class Building:
    """Gives the rows of a mart part by part, and counts them.

    `parts`: the frames that its SQL reads; `grouped`: name -> what is counted of each part of order lines.
    """

    def __init__(self, sql: str, mart: Mart, parts: OrderParts, grouped: Mapping[str, Grouped]) -> None:
        self.sql, self.mart, self.parts, self.grouped = sql, mart, parts, grouped
        self.finer = rounding.finer(self.result(parts.frames), mart)
        self.rows: list[pl.DataFrame] = []
        self.rounded: list[pl.DataFrame] = []
        self.groups: dict[str, list[pl.DataFrame]] = {name: [] for name in grouped}
        self.orders = 0

    def result(self, frames: Frames) -> pl.LazyFrame:
        """What the SQL gives of frames."""
        return pl.SQLContext(frames).execute(self.sql)

    @cached_property
    def sold(self) -> set[int]:
        """Keys of the products that are sold in documents above zero, of all parts."""
        found: set[int] = set()
        for frames in self.parts:
            lines = shaped(self.result(frames), self.mart).select(OF_DOCUMENTS)
            found |= documents.sold_products(lines.collect(engine="streaming"))
        return found

    def computed(self, frames: Frames) -> pl.DataFrame:
        """The rows of a part in the shape of the mart, sorted; what rounding changes in them is counted."""
        result = self.result(frames) if self.parts.table else in_steps(self.sql, frames)
        if self.finer:
            result = result.collect(engine="streaming").lazy()
            self.rounded.append(result.select(rounding.counters(self.finer)).collect())
        return shaped(result, self.mart).collect(engine="streaming")

    def completed(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Order lines with their derived columns, and the place of their order."""
        if self.mart.derived:
            lines = documents.with_types(lines, lambda: self.sold).select(self.mart.names)
        lines = with_order_ids(lines, self.orders, is_sorted=self.mart.key[0] == ORDER_NUMBER)
        self.orders += orders_in(lines)
        return lines

    def frames(self) -> Iterator[pl.DataFrame]:
        """The rows of the mart, part by part, sorted by its key."""
        counters = proofs.counters(self.mart)
        if self.mart.name == FACT:
            counters += proofs.line_counters(self.mart)
        for frames in self.parts:
            rows = self.computed(frames)
            rows = self.completed(rows) if self.mart.name == FACT else rows
            self.rows.append(rows.lazy().select(counters).collect())
            for name, count in self.grouped.items():
                self.groups[name].append(count(rows.lazy()))
            yield rows
            del rows  # or it would be in memory beside the next part

    @property
    def found(self) -> dict[str, Any]:
        """Values of all counters, after the last part."""
        return summed(self.rows)

    def roundings(self) -> dict[str, rounding.Rounding]:
        """Column -> what rounding changes; raises Fault where a whole number would lose its decimals."""
        columns: Sequence[Column] = self.finer
        return rounding.roundings(summed(self.rounded), columns, self.mart)
