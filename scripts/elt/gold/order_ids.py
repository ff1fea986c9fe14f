"""A small number for each order, so that later steps count orders without comparing texts."""

import polars as pl

from elt.tables import ORDER_ID, ORDER_NUMBER


def with_order_ids(lines: pl.DataFrame, before: int = 0, *, is_sorted: bool) -> pl.DataFrame:
    """Order lines with the place of their order among all order numbers, from 1; missing where the number is.

    `before`: how many orders there are in the parts before these lines; `is_sorted`: whether they are sorted by order
    number.
    """
    number = pl.col(ORDER_NUMBER)
    place = number.rle_id() + 1 if is_sorted else number.rank("dense")
    place = pl.when(number.is_not_null()).then(place.cast(pl.UInt32) + pl.lit(before, pl.UInt32))
    return lines.with_columns(place.alias(ORDER_ID))


def orders_in(lines: pl.DataFrame) -> int:
    """How many orders there are in lines that are sorted by order number; those without a number are one."""
    return (lines[ORDER_NUMBER].rle_id()[-1] or 0) + 1 if lines.height else 0
