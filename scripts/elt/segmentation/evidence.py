"""What speaks for a number of segments: silhouette with error, Davies–Bouldin, size and stability of each cluster.

Sources: Rousseeuw (1987) for the silhouette; Breiman et al. (1984) for the rule of one standard error; Hennig (2007),
Cluster-wise assessment of cluster stability, for the bootstrap; Davies and Bouldin (1979).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import davies_bouldin_score

from elt.segmentation.clustering import EVIDENCE_ROWS, canonical, every, fit, quietly

STABLE, UNSTABLE = 0.75, 0.6  # mean bootstrap Jaccard, Hennig (2007)
SCREENED = 20  # resamples by which all numbers of segments are looked at; the one to be chosen gets all
RESTARTS = 2  # k-means starts on a resample
RESAMPLE_ROWS, JUDGED_ROWS = 2_000, 5_000  # customers in a resample; customers whose segment is compared
SAMPLES, SAMPLE_ROWS = 20, 1_000  # samples of which the silhouette is taken, and customers in each


@dataclass(frozen=True)
class Solution:
    """One k: `labels` are 0 to k-1, one a customer; `silhouettes` has a value a sample, the same customers for all k;
    `jaccard` holds the stability of each cluster over `resamples`."""

    k: int
    labels: np.ndarray
    silhouettes: np.ndarray
    davies_bouldin: float | None
    jaccard: list[float]
    resamples: int = SCREENED

    @property
    def smallest(self) -> int:
        """Customers in the smallest cluster."""
        return int(np.bincount(self.labels, minlength=self.k).min())

    @property
    def lowest_jaccard(self) -> float:
        """Stability of the least stable cluster."""
        return min(self.jaccard)

    @property
    def silhouette(self) -> float | None:
        """The mean over the samples, or None where no sample has two clusters."""
        return float(np.nanmean(self.silhouettes)) if np.isfinite(self.silhouettes).any() else None

    @property
    def error(self) -> float | None:
        """The standard deviation over the samples: the error of the silhouette of one of them."""
        return float(np.nanstd(self.silhouettes)) if np.isfinite(self.silhouettes).any() else None


def jaccard(before: np.ndarray, after: np.ndarray, k: int) -> np.ndarray:
    """For each cluster of `before`, its likeness to the most alike cluster of `after`: shared / united members."""
    shared = np.bincount(before * k + after, minlength=k * k).reshape(k, k).astype(float)
    united = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0, keepdims=True) - shared
    return (shared / np.maximum(united, 1)).max(axis=1)


def stability(values: np.ndarray, labels: np.ndarray, k: int, turns: range, seed: int) -> list[float]:
    """Mean Jaccard of each cluster over refits on resamples, compared by predicting customers (Hennig 2007).

    `turns`: which resamples, so that some can be added to others. Of more than JUDGED_ROWS customers, so many, evenly
    spread and at least one a cluster, are predicted.
    """
    judged = np.union1d(every(len(values), JUDGED_ROWS), np.unique(labels, return_index=True)[1])
    total = np.zeros(k)
    for turn in turns:
        random = np.random.default_rng([seed, turn])
        resample = values[random.integers(0, len(values), min(len(values), RESAMPLE_ROWS))]
        again = KMeans(k, n_init=RESTARTS, random_state=seed + turn).fit(resample)
        total += jaccard(labels[judged], again.predict(values[judged]), k)
    return [float(mean) for mean in total / len(turns)]


def sampled_rows(rows: int) -> int:
    """Customers in a sample of which the silhouette is taken: SAMPLE_ROWS, or all but a tenth of fewer."""
    return min(SAMPLE_ROWS, max(rows - rows // 10, 1))


def silhouettes(values: np.ndarray, labels: Sequence[np.ndarray], seed: int) -> np.ndarray:
    """The silhouette of each labelling (rows) on each of SAMPLES samples (columns); NaN where there is one cluster, or
    one for each customer.

    A sample is drawn without replacement. Distances are Euclidean.
    """
    random, rows = np.random.default_rng(seed), len(values)
    found = np.full((len(labels), SAMPLES), np.nan)
    for turn in range(SAMPLES if labels else 0):
        sample = np.sort(random.permutation(rows)[: sampled_rows(rows)])
        drawn = values[sample]
        distances = distances_between(drawn)
        for place, labelling in enumerate(labels):
            found[place, turn] = silhouette(distances, labelling[sample])
    return found


def distances_between(rows: np.ndarray) -> np.ndarray:
    """The Euclidean distances of all rows to each other, in one array that each step overwrites."""
    squares = (rows**2).sum(axis=1)
    found: np.ndarray = (-2 * rows) @ rows.T
    found += squares[:, None]
    found += squares
    np.maximum(found, 0, out=found)
    np.sqrt(found, out=found)
    np.fill_diagonal(found, 0)
    return found


def silhouette(distances: np.ndarray, labels: np.ndarray) -> float:
    """The mean silhouette width; a cluster of one has 0 (Rousseeuw 1987); NaN without two clusters."""
    clusters, own = np.unique(labels, return_inverse=True)
    rows = np.arange(len(labels))
    if not 1 < len(clusters) < len(labels):
        return float("nan")
    members = np.eye(len(clusters))[own]
    size = members.sum(axis=0)
    sums = distances @ members
    inside = sums[rows, own] / np.maximum(size[own] - 1, 1)
    means = sums / size
    means[rows, own] = np.inf
    outside = means.min(axis=1)
    larger = np.maximum(inside, outside)
    width = np.where(larger > 0, (outside - inside) / np.where(larger > 0, larger, 1), 0.0)
    return float(np.where(size[own] > 1, width, 0.0).mean())


@quietly()
def solutions(values: np.ndarray, amounts: np.ndarray, ks: Sequence[int], bootstraps: int, seed: int) -> list[Solution]:
    """The evidence for each k; those above the number of distinct rows, or of rows less one, are left out.

    Of more than EVIDENCE_ROWS, as many evenly spread ones are looked at. Stability is that of the first resamples.
    """
    seen = every(len(values), EVIDENCE_ROWS) if len(values) > EVIDENCE_ROWS else slice(None)
    most = values[seen]
    possible = min(len(np.unique(most, axis=0)), len(most) - 1) if values.size else 0
    labels = [canonical(fit(values, k, seed), amounts) for k in ks if 2 <= k <= possible]
    turns = range(min(SCREENED, bootstraps))
    scores = silhouettes(most, [found[seen] for found in labels], seed)
    made = []
    for found, score in zip(labels, scores, strict=True):
        k = int(found.max()) + 1
        index = float(davies_bouldin_score(most, found[seen]))
        made.append(Solution(k, found, score, index, stability(most, found[seen], k, turns, seed), len(turns)))
    return made


@quietly()
def confirmed(solution: Solution, values: np.ndarray, bootstraps: int, seed: int) -> Solution:
    """A solution with the stability of its clusters over all resamples that are asked for."""
    turns = range(solution.resamples, bootstraps)
    if not turns:
        return solution
    seen = every(len(values), EVIDENCE_ROWS) if len(values) > EVIDENCE_ROWS else slice(None)
    more = stability(values[seen], solution.labels[seen], solution.k, turns, seed)
    before, later = solution.resamples / bootstraps, len(turns) / bootstraps
    mean = [first * before + other * later for first, other in zip(solution.jaccard, more, strict=True)]
    return replace(solution, jaccard=mean, resamples=bootstraps)


def is_eligible(solution: Solution, minimum: int) -> bool:
    """Whether every cluster is stable and none is smaller than the minimum."""
    return (
        solution.silhouette is not None and round(solution.lowest_jaccard, 3) >= STABLE and solution.smallest >= minimum
    )


def is_equal(solution: Solution, best: Solution) -> bool:
    """Whether the silhouette lies within one standard error of the best one's: the standard deviation, over the
    samples, of the difference of the two on the same customers."""
    lack = best.silhouettes - solution.silhouettes
    return bool(round(float(np.nanmean(lack)), 3) <= round(float(np.nanstd(lack)), 3))


def choose(found: Sequence[Solution], minimum: int) -> Solution | None:
    """The smallest k among the eligible solutions whose silhouette equals the best, or none."""
    eligible = [solution for solution in found if is_eligible(solution, minimum)]
    if not eligible:
        return None
    best = max(eligible, key=lambda solution: (solution.silhouette or 0.0, -solution.k))
    return min((one for one in eligible if is_equal(one, best)), key=lambda solution: solution.k)


def records(found: Sequence[Solution], minimum: int, rows: int, minimum_group: int) -> list[Mapping[str, Any]]:
    """One record a k, rounded; the size of a cluster under the minimum group is None."""
    made: list[Mapping[str, Any]] = []
    for solution in found:
        is_shown, silhouette, error = solution.smallest >= minimum_group, solution.silhouette, solution.error
        made.append(
            {
                "k": solution.k,
                "silhouette": None if silhouette is None else round(silhouette, 3),
                "silhouette_error": None if error is None else round(error, 3),
                "davies_bouldin": None if solution.davies_bouldin is None else round(solution.davies_bouldin, 3),
                "smallest_customers": solution.smallest if is_shown else None,
                "smallest_share": round(solution.smallest / rows, 4) if is_shown else None,
                "jaccard": sorted(round(value, 3) for value in solution.jaccard),  # in no order of clusters
                "lowest_jaccard": round(solution.lowest_jaccard, 3),
                "resamples": solution.resamples,
                "is_eligible": is_eligible(solution, minimum),
            }
        )
    return made
