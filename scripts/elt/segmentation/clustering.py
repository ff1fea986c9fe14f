"""k-means whose answer depends on the values alone: not on row order, pseudonyms or the number of cores.

Sources: Dolnicar, Grün and Leisch (2018), Market Segmentation Analysis, for the practice; Leisch (2010), Neighborhood
graphs, stripes and shadow plots for cluster visualization, for who stands between two segments.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn import config_context
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from elt.features.scaling import CELL, log_scaled

STARTS = 10  # of k-means
FIT_ROWS = 20_000
EVIDENCE_ROWS = (
    500_000  # of more customers, so many evenly spread ones make centres and evidence; all get their segment
)
BORDER = 0.8  # nearer than this to another segment's centre, as a part of the distance to it, a customer is borderline


@contextmanager
def quietly() -> Iterator[None]:
    """One thread, so that sums are the same on any machine; no warning of resamples with fewer distinct rows than
    clusters; and no check, in each of some 230 fits, of arguments that are always the same and of values that are
    numbers."""
    unchecked = config_context(assume_finite=True, skip_parameter_validation=True)
    with threadpool_limits(1), unchecked, warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def every(rows: int, at_most: int) -> np.ndarray:
    """Positions of at most so many rows, evenly spread over rows that are sorted by value."""
    return np.unique(np.linspace(0, rows - 1, min(rows, at_most)).round().astype(int))


def fit(values: np.ndarray, k: int, seed: int) -> np.ndarray:
    """Labels of k-means: ten starts (on an even subset of very many rows, then one run over all from its centres).

    Of more than EVIDENCE_ROWS that one run is over so many, and each row belongs to the nearest of its centres.
    """
    part = values[every(len(values), FIT_ROWS)]
    model = KMeans(k, n_init=STARTS, random_state=seed).fit(part)
    if len(part) < len(values):
        most = values[every(len(values), EVIDENCE_ROWS)] if len(values) > EVIDENCE_ROWS else values
        model = KMeans(k, init=model.cluster_centers_, n_init=1, random_state=seed).fit(most)
        return model.labels_ if len(most) == len(values) else model.predict(values)
    return model.labels_


def canonical(labels: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    """Labels 0 to k-1 by falling revenue of the cluster; of equal ones the larger, then the one that comes first.

    The rows are sorted by value, so that "comes first" is defined by the values too.
    """
    found, first, members = np.unique(labels, return_index=True, return_counts=True)
    revenue = [int(amounts[labels == label].sum()) for label in found]
    order = sorted(range(len(found)), key=lambda i: (-revenue[i], -members[i], first[i]))
    rank = np.empty(len(found), dtype=int)
    rank[order] = np.arange(len(found))
    return rank[np.searchsorted(found, labels)]


def by_value(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The table sorted by the values of its columns, never by pseudonym: a key must not change the segments."""
    return table.sort_values([name for name in columns if name in table], ignore_index=True, kind="stable")


def profile(table: pd.DataFrame, labels: np.ndarray, wanted: Sequence[str], logged: Sequence[str]) -> dict[str, Any]:
    """What is typical: "centre" (frame, one row a cluster) and "overall" (series) in the feature's unit, "deviation"
    (frame) of one from the other in standard deviations.

    All on the scale that k-means sees, so that a centre above the overall one always has a deviation above 0: the
    mean, and for a feature that is taken as logarithm the mean of the logarithms, turned back. A constant feature
    deviates by 0.
    """
    columns = [name for name in wanted if name in table]
    frame = table[columns].astype("float64")
    seen = frame.assign(**{name: log_scaled(frame[name]) for name in columns if name in logged})
    spread = seen.std(ddof=0).where(lambda s: s > CELL * seen.abs().max().clip(lower=1))
    scores = ((seen - seen.mean()) / spread).fillna(0.0)
    centre, overall = seen.groupby(labels).mean(), seen.mean()
    for name in set(logged) & set(columns):
        centre[name] = np.sign(centre[name]) * np.expm1(centre[name].abs())
        overall[name] = np.sign(overall[name]) * np.expm1(abs(overall[name]))
    return {"centre": centre, "overall": overall, "deviation": scores.groupby(labels).mean()}


@dataclass(frozen=True)
class Neighbours:
    """Of each segment the one whose centre is nearest (None if it is alone), and the share of its customers who are
    borderline: whose distance to their own centre is more than BORDER of that to the nearest other one."""

    nearest: list[int | None]
    borderline: list[float]


def neighbours(values: np.ndarray, labels: np.ndarray) -> Neighbours:
    """How segments, 0 to k-1, lie to each other. Distances are Euclidean, in standard scores, to the means of segments.

    Of more than EVIDENCE_ROWS customers, so many, evenly spread, are looked at.
    """
    count = int(labels.max()) + 1 if len(labels) else 0
    if count < 2 or not values.shape[1]:
        return Neighbours([None] * count, [0.0] * count)
    centres = np.stack([values[labels == label].mean(axis=0) for label in range(count)])
    apart = ((centres[:, None] - centres) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    seen = every(len(values), EVIDENCE_ROWS)
    squares = np.stack([((values[seen] - centre) ** 2).sum(axis=1) for centre in centres])
    rows, own = np.arange(len(seen)), labels[seen]
    mine = squares[own, rows].copy()
    squares[own, rows] = np.inf
    is_borderline = mine > BORDER**2 * squares.min(axis=0)
    share = [float(is_borderline[own == label].mean()) if (own == label).any() else 0.0 for label in range(count)]
    return Neighbours([int(place) for place in apart.argmin(axis=1)], share)
