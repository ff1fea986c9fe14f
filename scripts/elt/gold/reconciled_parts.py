"""Which rows of silver are in order lines that are made in parts: each part is traced alone, and what is found added.

All lines come of rows of the one silver table whose orders the parts are ranges of.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import polars as pl

from elt.gold.order_parts import OrderParts
from elt.gold.reconciliation import Amount, Frames, SourceRows, Traced, numbered_frames
from elt.gold.rounding import typed
from elt.gold.tracing import NotFollowedError, numbered, row_column
from elt.run.mart import Mart


def _numbered_part(
    frames: Frames, table: str, columns: Sequence[pl.Expr], texts: tuple[str, str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(numbers of a part's lines, numbers and amounts of its rows with nothing lost); `texts`: the SQL of both."""
    row = pl.col(row_column(table))
    context = pl.SQLContext(frames)
    every = context.execute(texts[1]).select(row, *columns).collect(engine="streaming")
    if texts[0] == texts[1]:
        return every.select(row), every
    return context.execute(texts[0]).select(row).collect(engine="streaming"), every


def _of_part(numbers: pl.DataFrame, every: pl.DataFrame, table: str, columns: Sequence[str], rows: int) -> SourceRows:
    """What became of a part's rows of its silver table; arguments as `_numbered_part` gives them."""
    row = row_column(table)
    kept, every = numbers[row].drop_nulls().n_unique(), every.drop_nulls(row)
    spread = [
        part for name in columns for part in (pl.col(name).min().alias(f"least {name}"), pl.col(name).max().alias(name))
    ]
    is_once = every[row].n_unique() == every.height
    least = [pl.col(name).alias(f"least {name}") for name in columns]
    once = every.with_columns(least) if is_once else every.group_by(row).agg(spread)
    is_whole = kept == once.height == rows  # both hold each number of the part, so none is gone
    gone = once.clear() if is_whole else once.join(numbers, on=row, how="anti")
    amounts = {
        name: Amount(
            Decimal(once[name].sum()), Decimal(gone[name].sum()), int((once[name] != once[f"least {name}"]).sum())
        )
        for name in columns
    }
    return SourceRows(table, rows, lines=numbers[row].count(), kept=kept, amounts=amounts)


def added(parts: Sequence[SourceRows], columns: Sequence[str]) -> SourceRows:
    """What became of the rows of all parts of a silver table."""
    amounts = {}
    for name in columns:
        every = [part.amounts[name] for part in parts]
        amounts[name] = Amount(
            sum((one.all for one in every), Decimal(0)),
            sum((one.left_out for one in every), Decimal(0)),
            sum(one.unclear for one in every),
        )
    sums = {name: sum(getattr(part, name) for part in parts) for name in ("rows", "lines", "kept")}
    return SourceRows(parts[0].table, **sums, amounts=amounts)


def traced(sql: str, parts: OrderParts, mart: Mart, columns: Sequence[str], lines: int) -> Traced | None:
    """The same as `reconciliation.traced` gives, where the lines are made in parts."""
    table = parts.table.removeprefix("silver.")
    try:
        (plain, tables), (lossless, _) = numbered(sql), numbered(sql, table)
        exact = [typed(mart.by_name[name]) for name in columns]
        each = [
            _of_part(
                *_numbered_part(numbered_frames(frames, tables), table, exact, (plain, lossless)), table, columns, rows
            )
            for frames, rows in zip(parts, parts.sizes, strict=True)
        ]
    except (NotFollowedError, pl.exceptions.PolarsError):
        return None
    found = added(each, columns)
    if found.lines != lines:
        return None
    is_whole = found.kept == found.rows == found.lines
    again = {name: one for name, one in found.amounts.items() if not (is_whole and name in mart.ledger.money)}
    return Traced(lines, 0, [replace(found, amounts=again)])
