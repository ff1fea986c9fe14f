"""Features made comparable, and which of them say nothing, or nothing new.

Source of the limit for values that are nearly all the same: Kuhn and Johnson (2013), Applied Predictive Modeling, 3.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

SKEWED = 1.0  # skewness above which a feature is taken as log(1 + x)
NEAR_DUPLICATE = 0.95  # |r| above which a feature says nothing new
SAME = 0.95  # share of customers with the same value from which a feature tells few people apart
CELL = 1e-9  # differences below are rounding, not data

Refused = tuple[str, str | None]  # missing, constant, degenerate or near_duplicate, and of which feature


@dataclass(frozen=True)
class Scaled:
    """Features made comparable: `values` has one row a customer and one column a used feature, mean 0, deviation 1."""

    values: np.ndarray
    used: list[str]
    logged: list[str]
    refused: dict[str, Refused]
    mean: dict[str, float]
    scale: dict[str, float]


def log_scaled(column: pd.Series) -> pd.Series:
    """log(1 + x), and the mirrored curve below zero."""
    return np.sign(column) * np.log1p(column.abs())


def unvaried(column: pd.Series) -> str | None:
    """Why a feature tells nobody apart: constant, or degenerate where nearly all have one value; else None."""
    if len(column) < 2 or column.max() - column.min() <= CELL * max(1.0, column.abs().max()):
        return "constant"
    return "degenerate" if column.value_counts().iloc[0] >= SAME * len(column) else None


def scale(table: pd.DataFrame, wanted: Sequence[str]) -> Scaled:
    """Logarithm where skewed, standard scores, and refusal of what is missing, the same for nearly all, or said before.

    table: one row a customer, sorted by value.
    """
    refused: dict[str, Refused] = {}
    scores: dict[str, np.ndarray] = {}
    logged, mean, deviation = [], {}, {}
    for name in dict.fromkeys(wanted):
        column = table[name].astype("float64") if name in table else None
        if column is None or (why := unvaried(column)):
            refused[name] = ("missing" if column is None else str(why), None)
            continue
        is_skewed = bool(column.skew() > SKEWED)  # undefined for two rows, and then false
        column = log_scaled(column) if is_skewed else column
        score = ((column - column.mean()) / column.std(ddof=0)).to_numpy()
        twin = next((other for other in scores if abs(np.mean(score * scores[other])) > NEAR_DUPLICATE), None)
        if twin:
            refused[name] = ("near_duplicate", twin)
            continue
        logged += [name] if is_skewed else []
        scores[name], mean[name], deviation[name] = score, float(column.mean()), float(column.std(ddof=0))
    values = np.column_stack(list(scores.values())) if scores else np.empty((len(table), 0))
    return Scaled(values, list(scores), logged, refused, mean, deviation)
