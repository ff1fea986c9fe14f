"""Correlations of the measures of a customer and of a month."""

from typing import Any

import numpy as np
import polars as pl

from elt.run.mart import Mart

FEWEST_ROWS = 10  # below, a correlation says more about single rows than about measures


def matrix(table: pl.DataFrame) -> list[list[float | None]]:
    """Pearson's r of all pairs of columns, 4 decimals; None for a constant column."""
    columns = [column.to_numpy() - column.mean() if column.n_unique() > 1 else None for column in table]
    columns = [None if column is None else column / np.sqrt((column * column).sum()) for column in columns]
    pairs = [[None if a is None or b is None else float((a * b).sum()) for b in columns] for a in columns]
    return [[None if r is None else round(r, 4) + 0.0 for r in row] for row in pairs]


def correlations(frame: pl.DataFrame, minimum: int = 0) -> dict[str, Any] | None:
    """Pearson's r and Spearman's rho of all pairs of columns; rows with a gap are left out, None of too few rows.

    `minimum`: of people, where a row is one.
    """
    frame = frame.cast(pl.Float64).drop_nulls()
    if frame.height < max(FEWEST_ROWS, minimum):
        return None
    ranks = frame.select(pl.all().rank("average"))
    return {"columns": frame.columns, "rows": frame.height, "pearson": matrix(frame), "spearman": matrix(ranks)}


def month_correlations(months: pl.DataFrame, mart: Mart) -> dict[str, Any] | None:
    """Correlations of the measures of agg_exec_kpis over its whole months."""
    measures = [column.name for column in mart.columns if column.type in ("integer", "decimal", "number")]
    return correlations((months.filter("is_complete") if "is_complete" in mart.by_name else months).select(measures))
