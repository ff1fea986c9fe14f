"""What leaves the protected layers of a customer's features: values so coarse that many customers share them.

Who knows some purchases of a person, from a receipt or from beside the till, looks for a row that fits. Exact days and
money leave few; the report of uniqueness measures how many.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from elt.features.catalogue import Feature

if TYPE_CHECKING:
    import pandas as pd

ROUNDED = "rounded"  # value of the setting `published_features`; the other is exact
DAYS = 28  # four weeks: weekdays and month's ends leave no trace
SHARE = 0.1  # a finer share is as good as the amounts that it is made of


def whole_steps(values: "pd.Series") -> "pd.Series":
    """Days, downwards to whole steps of four weeks."""
    return values // DAYS * DAYS


def one_digit(values: "pd.Series") -> "pd.Series":
    """Numbers to their first significant digit, of the same type: 3,578.27 is 4,000, 12 is 10, and 7 stays 7."""
    import numpy as np

    found, place = np.unique(values.to_numpy(), return_inverse=True)
    digits = np.array([float(f"{value:.0e}") for value in found.tolist()], dtype="float64")
    return values.astype("float64").mask(values.notna(), digits[place] + 0.0).astype(values.dtype)


def tenths(values: "pd.Series") -> "pd.Series":
    """Shares to tenths; there is no negative zero."""
    return (values / SHARE).round() * SHARE + 0.0


RULES: dict[str, Callable[["pd.Series"], "pd.Series"]] = {"days": whole_steps, "share": tenths}  # unit: how, else:
ELSE = one_digit


def told(entry: Feature, published: str) -> str:
    """How a feature is published: the key of its words."""
    return "exact" if published != ROUNDED else entry.unit if entry.unit in RULES else "other"


def rounded(table: "pd.DataFrame", entries: Sequence[Feature]) -> "pd.DataFrame":
    """The table of features, one row a customer, each rounded by the rule of its unit; types as before."""
    return table.assign(**{entry.name: RULES.get(entry.unit, ELSE)(table[entry.name]) for entry in entries})
