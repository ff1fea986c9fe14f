"""Sums by group with what disclosure control needs, computed of parts of the customers and put together.

Groups come with the number of customers, and the revenue of the largest one and of the two and three largest together.
Key 0, the unknown customer, is nobody.
"""

from collections.abc import Sequence

import polars as pl

UNKNOWN = 0
KNOWN = pl.col("customer_key") != UNKNOWN
LARGEST = "largest_customers"


def grouped(customers: pl.LazyFrame, *names: str, also: Sequence[pl.Expr] = ()) -> pl.LazyFrame:
    """One row a group of a part: revenue, `also`, customers, and the revenue of its three largest; from one row a group
    and customer. Without names one row for all."""
    sums = [pl.col("revenue").sum(), *also, KNOWN.sum().cast(pl.Int64).alias("customers")]
    largest = pl.col("revenue").filter(KNOWN).top_k(3)
    if not names:
        return customers.select(*sums, largest.implode().alias(LARGEST))
    return customers.group_by(names).agg(*sums, largest.alias(LARGEST))


def whole(parts: Sequence[pl.DataFrame], *names: str, also: Sequence[pl.Expr] = ()) -> pl.DataFrame:
    """The groups of all parts, each as `grouped` gives it: revenue, `also`, customers, largest, largest_two,
    largest_three; sorted by group."""
    largest = pl.col(LARGEST).explode(empty_as_null=False).top_k(3)
    sums = [pl.col("revenue").sum(), *also, pl.col("customers").sum(), largest.alias(LARGEST)]
    frame = pl.concat(parts)
    if names:
        found = frame.group_by(names).agg(sums).sort(names)
    else:
        found = frame.select(*sums[:-1], largest.implode().alias(LARGEST))
    top = pl.col(LARGEST)
    return found.with_columns(
        top.list.max().fill_null(0).alias("largest"),
        top.list.sort(descending=True).list.head(2).list.sum().fill_null(0).alias("largest_two"),
        top.list.sum().fill_null(0).alias("largest_three"),
    ).drop(LARGEST)
