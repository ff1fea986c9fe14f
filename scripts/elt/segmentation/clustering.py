"""k-means whose answer depends on the values alone: not on row order, pseudonyms or the number of cores.

Sources: Hennig (2007), Cluster-wise assessment of cluster stability, for the bootstrap; Rousseeuw (1987) for the
silhouette; Davies and Bouldin (1979); Dolnicar, Grün and Leisch (2018), Market Segmentation Analysis, for the practice.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import davies_bouldin_score, pairwise_distances, silhouette_score
from threadpoolctl import threadpool_limits

SKEWED = 1.0  # skewness above which a feature is taken as log(1 + x)
NEAR_DUPLICATE = 0.95  # |r| above which a feature says nothing new
STABLE, UNSTABLE = 0.75, 0.6  # mean bootstrap Jaccard, Hennig (2007)
STARTS, RESTARTS = 10, 3  # k-means starts: on the customers, on a resample
FIT_ROWS, SILHOUETTE_ROWS, RESAMPLE_ROWS = 20_000, 3_000, 5_000
EVIDENCE_ROWS = (
    500_000  # of more customers, so many evenly spread ones make centres and evidence; all get their segment
)
CELL = 1e-9  # differences below are rounding, not data


@dataclass(frozen=True)
class Scaled:
    """Features made comparable: `values` has one row a customer and one column a used feature, mean 0, deviation 1."""

    values: np.ndarray
    used: list[str]
    logged: list[str]
    refused: dict[str, tuple[str, str | None]]  # feature: (missing, constant or near_duplicate, of which feature)
    mean: dict[str, float]
    scale: dict[str, float]


@dataclass(frozen=True)
class Solution:
    """One k: `labels` are 0 to k-1, one a customer; `jaccard` holds the stability of each cluster."""

    k: int
    labels: np.ndarray
    silhouette: float | None
    davies_bouldin: float | None
    jaccard: list[float]

    @property
    def smallest(self) -> int:
        """Customers in the smallest cluster."""
        return int(np.bincount(self.labels, minlength=self.k).min())

    @property
    def lowest_jaccard(self) -> float:
        """Stability of the least stable cluster."""
        return min(self.jaccard)


def log_scaled(column: pd.Series) -> pd.Series:
    """log(1 + x), and the mirrored curve below zero."""
    return np.sign(column) * np.log1p(column.abs())


def scale(table: pd.DataFrame, wanted: Sequence[str]) -> Scaled:
    """Logarithm where skewed, standard scores, and refusal of what is missing, constant or said already.

    table: one row a customer, sorted by value.
    """
    refused: dict[str, tuple[str, str | None]] = {}
    scores: dict[str, np.ndarray] = {}
    logged, mean, deviation = [], {}, {}
    for name in dict.fromkeys(wanted):
        if name not in table:
            refused[name] = ("missing", None)
            continue
        column = table[name].astype("float64")
        if column.max() - column.min() <= CELL * max(1.0, column.abs().max()) or len(column) < 2:
            refused[name] = ("constant", None)
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


def jaccard(before: np.ndarray, after: np.ndarray, k: int) -> np.ndarray:
    """For each cluster of `before`, its likeness to the most alike cluster of `after`: shared / united members."""
    shared = np.bincount(before * k + after, minlength=k * k).reshape(k, k).astype(float)
    united = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0, keepdims=True) - shared
    return (shared / np.maximum(united, 1)).max(axis=1)


def stability(values: np.ndarray, labels: np.ndarray, k: int, bootstraps: int, seed: int) -> list[float]:
    """Mean Jaccard of each cluster over refits on resamples, compared by predicting all customers (Hennig 2007)."""
    random = np.random.default_rng(seed)
    rows = len(values)
    total = np.zeros(k)
    for turn in range(bootstraps):
        resample = values[random.integers(0, rows, min(rows, RESAMPLE_ROWS))]
        again = KMeans(k, n_init=RESTARTS, random_state=seed + turn).fit(resample)
        total += jaccard(labels, again.predict(values), k)
    return [float(mean) for mean in total / bootstraps]


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


def solutions(values: np.ndarray, amounts: np.ndarray, ks: Sequence[int], bootstraps: int, seed: int) -> list[Solution]:
    """The evidence for each k; those above the number of distinct rows, or of rows less one, are left out.

    Of more than EVIDENCE_ROWS, as many evenly spread ones are looked at.
    """
    seen = every(len(values), EVIDENCE_ROWS) if len(values) > EVIDENCE_ROWS else slice(None)
    most = values[seen]
    possible = min(len(np.unique(most, axis=0)), len(most) - 1) if values.size else 0
    found = []
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # resamples with fewer distinct rows than k
        sample = every(len(values), SILHOUETTE_ROWS) if possible else np.array([], dtype=int)
        distances = pairwise_distances(values[sample]) if possible else None
        for k in (k for k in ks if 2 <= k <= possible):
            labels = canonical(fit(values, k, seed), amounts)
            score = None
            if 1 < len(np.unique(labels[sample])) < len(sample):
                score = silhouette_score(distances, labels[sample], metric="precomputed")
            index = float(davies_bouldin_score(most, labels[seen]))
            stable = stability(most, labels[seen], k, bootstraps, seed)
            found.append(Solution(k, labels, score, index, stable))
    return found


def is_eligible(solution: Solution, minimum: int) -> bool:
    """Whether every cluster is stable and none is smaller than the minimum."""
    return (
        solution.silhouette is not None and round(solution.lowest_jaccard, 3) >= STABLE and solution.smallest >= minimum
    )


def choose(found: Sequence[Solution], minimum: int) -> Solution | None:
    """The eligible solution with the best silhouette (three decimals; of equal ones the smallest k), or none."""
    eligible = [solution for solution in found if is_eligible(solution, minimum)]
    return max(eligible, key=lambda solution: (round(solution.silhouette or 0.0, 3), -solution.k), default=None)


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


def evidence(found: Sequence[Solution], minimum: int, rows: int, minimum_group: int) -> list[Mapping[str, Any]]:
    """One record a k, rounded; the size of a cluster under the minimum group is None."""
    records: list[Mapping[str, Any]] = []
    for solution in found:
        is_shown = solution.smallest >= minimum_group
        records.append(
            {
                "k": solution.k,
                "silhouette": None if solution.silhouette is None else round(float(solution.silhouette), 3),
                "davies_bouldin": None if solution.davies_bouldin is None else round(solution.davies_bouldin, 3),
                "smallest_customers": solution.smallest if is_shown else None,
                "smallest_share": round(solution.smallest / rows, 4) if is_shown else None,
                "jaccard": sorted(round(value, 3) for value in solution.jaccard),  # in no order of clusters
                "lowest_jaccard": round(solution.lowest_jaccard, 3),
                "is_eligible": is_eligible(solution, minimum),
            }
        )
    return records
