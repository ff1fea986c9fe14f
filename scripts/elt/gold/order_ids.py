"""A small number for each order, so that later steps count orders without comparing texts."""

import polars as pl

from elt.tables import ORDER_ID, ORDER_NUMBER


def with_order_ids(lines: pl.LazyFrame, *, is_sorted: bool) -> pl.LazyFrame:
    """Order lines with the place of their order among all order numbers, from 1; missing where the number is.

    `is_sorted`: whether they are sorted by order number.
    """
    number = pl.col(ORDER_NUMBER)
    place = number.rle_id() + 1 if is_sorted else number.rank("dense")
    return lines.with_columns(pl.when(number.is_not_null()).then(place).cast(pl.UInt32).alias(ORDER_ID))
