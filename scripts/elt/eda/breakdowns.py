"""Breakdowns of revenue by a group (month, country, category …), fit for publication."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import polars as pl

from elt.eda.mart_shape import PERSON
from elt.protection.disclosure import publishable_in_order, publishable_sums
from elt.sales.groups import grouped, whole
from elt.sales.order_lines import CENTS, IS_ORDER, revenue_of

NOT_THERE = "n/a"
ORDER_LINES = pl.col("order_lines").sum()


@dataclass(frozen=True)
class Lookup:
    """A dimension by its key, each text column as the place of its text among the sorted ones: lines are grouped by
    numbers in half the time, and their order is that of the texts."""

    key: str
    places: pl.DataFrame
    texts: Mapping[str, pl.Series]

    @classmethod
    def of(cls, dimension: pl.DataFrame, key: str, columns: Sequence[str]) -> Self:
        """The lookup of text columns of a dimension; a gap is n/a, as for the unknown member."""
        read = dimension.select(key, *(pl.col(name).fill_null(NOT_THERE) for name in columns))
        texts = {name: pl.Series(name, sorted({NOT_THERE, *read[name]}), dtype=pl.String) for name in columns}
        places = (pl.col(name).replace_strict(found, range(len(found)), return_dtype=pl.UInt32)
                  for name, found in texts.items())  # fmt: skip
        return cls(key, read.with_columns(places), texts)

    def beside(self, lines: pl.LazyFrame) -> pl.LazyFrame:
        """The order lines with the places of their texts."""
        gaps = (pl.col(name).fill_null(int(found.index_of(NOT_THERE) or 0)) for name, found in self.texts.items())
        return lines.join(self.places.lazy(), on=self.key, how="left").with_columns(gaps)

    def told(self, groups: pl.DataFrame) -> pl.DataFrame:
        """Groups with texts in place of their places."""
        named = (found.gather(groups[name]).alias(name) for name, found in self.texts.items() if name in groups.columns)
        return groups.with_columns(*named)


def summed_up(lines: pl.LazyFrame, *names: str) -> pl.LazyFrame:
    """One row a customer and value of some columns: revenue (whole numbers) and order_lines, as `sums` takes them."""
    return lines.group_by(PERSON, *names).agg(revenue_of(lines).sum(), order_lines=IS_ORDER.sum())


def sums(summed: pl.LazyFrame, *groups: pl.Expr) -> pl.LazyFrame:
    """One row a group of what `summed_up` gives of a part of the order lines: revenue, order_lines, customers, and what
    disclosure control needs; `whole_sums` puts parts together."""
    names = [group.meta.output_name() for group in groups]
    customers = summed.group_by(*groups, PERSON).agg(pl.col("revenue", "order_lines").sum())
    return grouped(customers, *names, also=[ORDER_LINES])


def whole_sums(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """One row a group of all parts, as `breakdown` takes it; sorted by group.

    Lines of the unknown customer count as one person where a group has no others.
    """
    names = parts[0].columns[: parts[0].columns.index("revenue")]
    return whole(parts, *names, also=[ORDER_LINES]).with_columns(pl.col("customers").clip(1))


def breakdown(
    groups: pl.DataFrame,
    minimum: int,
    parents: Iterable[Any] | None = None,
    *,
    in_time: bool = False,
    decimals: int = CENTS,
) -> dict[str, Any]:
    """The groups that may be shown, revenue in money, and how many are hidden; `groups` as `whole_sums` gives them.

    With `parents`, the shown values of the first column, the second column is broken down within the first: the sum of
    a parent is known, so each is a breakdown of its own, and a hidden parent takes all its parts with it. `in_time`:
    the groups are periods in order, of which totals of years are published too. `decimals`: of the revenue.
    """
    first, last = groups.columns[0], groups.columns[groups.columns.index("revenue") - 1]
    tables = [groups] if parents is None else [groups.filter(pl.col(first) == parent) for parent in parents]
    shown = []
    for table in tables:
        rows = {row[last]: row for row in table.iter_rows(named=True)}
        allowed = (publishable_in_order if in_time else publishable_sums)(rows, minimum)
        shown += [row for value, row in rows.items() if allowed[value]]
    keys = dict.fromkeys([first, last, "order_lines", "customers"])
    entries = [{**{key: row[key] for key in keys}, "revenue": row["revenue"] / 10**decimals} for row in shown]
    return {"groups": entries, "suppressed_groups": groups.height - len(entries)}
