"""k-means in NumPy: Lloyd's algorithm from starts by k-means++.

Sources: Lloyd (1982), Least squares quantization in PCM; Arthur and Vassilvitskii (2007), k-means++, with several
candidates for each further centre, of which the best is taken. Random numbers are drawn, and a solution counts as
reached, as in scikit-learn, with which the tests compare: docs/decisions/0045-k-means-in-numpy.md tells why it is not
used itself.
"""

from typing import NamedTuple

import numpy as np

MOST_STEPS = 300
TOLERANCE = 1e-4  # a step that moves the centres by less, as a part of the mean variance of the features, is the last
SAME = 1e-12  # part by which the spreads of two equal solutions may differ, as sums in another order round otherwise
MOST_ROWS = 500_000  # whose distances are held at a time


class Solution(NamedTuple):
    """Labels, one a row, 0 to k-1; the centres, one row each; the sum of squared distances of rows to their centres."""

    labels: np.ndarray
    centres: np.ndarray
    spread: float


class Points:
    """Rows as points, around their mean so that distances lose no digits, their squared lengths and their sum."""

    def __init__(self, values: np.ndarray) -> None:
        self.rows = np.ascontiguousarray(values, dtype=float)
        self.columns = np.ascontiguousarray(self.rows.T)
        self.lengths = squared_lengths(self.rows)
        self.spread = float(self.lengths.sum())

    def beyond(self, centres: np.ndarray) -> np.ndarray:
        """Squared distances (one row a centre, one column a point) less the squared length of the point."""
        found: np.ndarray = (-2 * centres) @ self.columns
        found += squared_lengths(centres)[:, None]
        return found


class Members(NamedTuple):
    """Which points (columns) belong to which centre (rows), the sums of their features, how many they are, and the sum
    of their squared distances."""

    is_member: np.ndarray
    sums: np.ndarray
    sizes: np.ndarray
    spread: float


def squared_lengths(values: np.ndarray) -> np.ndarray:
    """The squared length of each row."""
    return np.einsum("ij,ij->i", values, values)


def members(points: Points, centres: np.ndarray) -> Members:
    """Each point with its nearest centre; of equally near ones with the first."""
    beyond = points.beyond(centres)
    least = beyond.min(axis=0)
    is_member = beyond == least
    if np.count_nonzero(is_member) > len(least):
        is_member = np.arange(len(centres))[:, None] == beyond.argmin(axis=0)
    spread = float(least.sum()) + points.spread
    np.copyto(beyond, is_member)
    return Members(is_member, beyond @ points.rows, np.count_nonzero(is_member, axis=1), spread)


def filled(points: Points, centres: np.ndarray, found: Members) -> tuple[np.ndarray, np.ndarray]:
    """Sums and sizes, each centre without points given the point farthest from its own centre.

    Where every point lies on a centre there are fewer distinct ones than centres: such a centre stays without any.
    """
    sums, sizes = found.sums.copy(), found.sizes.copy()
    empty, labels = np.flatnonzero(sizes == 0), found.is_member.argmax(axis=0)
    away = squared_lengths(points.rows - centres[labels])
    if not away.any():
        return sums, sizes
    for place, far in zip(empty, np.argsort(-away, kind="stable"), strict=False):
        sums[labels[far]] -= points.rows[far]
        sizes[labels[far]] -= 1
        sums[place], sizes[place] = points.rows[far], 1
    return sums, sizes


def moved(points: Points, centres: np.ndarray, found: Members) -> np.ndarray:
    """The means of the points of each centre; one that has none lies where the largest does."""
    sums, sizes = (found.sums, found.sizes) if found.sizes.all() else filled(points, centres, found)
    means = sums / np.maximum(sizes, 1)[:, None]
    means[sizes == 0] = means[sizes.argmax()]
    return means


def starts(points: Points, k: int, random: np.random.RandomState) -> np.ndarray:
    """k points as centres, each drawn with a chance by its squared distance to those before it: k-means++."""
    rows, candidates = len(points.rows), 2 + int(np.log(k))
    drawn = [random.choice(rows, p=np.full(rows, 1 / rows))]
    nearest = points.beyond(points.rows[drawn])[0]
    for _ in range(1, k):
        chances = np.cumsum(np.maximum(nearest + points.lengths, 0))
        places = np.searchsorted(chances, random.uniform(size=candidates) * chances[-1])
        places = np.minimum(places, rows - 1)
        beyond = points.beyond(points.rows[places])
        np.minimum(nearest, beyond, out=beyond)
        best = beyond.sum(axis=1).argmin()
        nearest = beyond[best]
        drawn.append(places[best])
    return points.rows[drawn]


def converged(points: Points, centres: np.ndarray, tolerance: float) -> Solution:
    """Lloyd's algorithm: points to their nearest centre and centres to the mean of their points, until neither moves.

    `tolerance`: squared move of all centres that counts as none.
    """
    before = np.zeros((0, 0), bool)
    for _ in range(MOST_STEPS):
        found = members(points, centres)
        last, centres = centres, moved(points, centres, found)
        if np.array_equal(found.is_member, before) or ((centres - last) ** 2).sum() <= tolerance:
            break
        before = found.is_member
    found = members(points, centres)
    return Solution(found.is_member.argmax(axis=0), centres, found.spread)


def fit(values: np.ndarray, k: int, *, seed: int, turns: int = 1, centres: np.ndarray | None = None) -> Solution:
    """The solution of k-means with the least spread, of so many turns; `values`: one row a point, k or more rows.

    `centres`: of one turn that starts from them, instead of by k-means++ from random numbers of the seed.
    """
    random, mean = np.random.RandomState(seed), values.mean(axis=0)
    points, tolerance = Points(values - mean), TOLERANCE * float(values.var(axis=0).mean())
    best: Solution | None = None
    for _ in range(turns):
        begin = starts(points, k, random) if centres is None else centres - mean
        found = converged(points, begin, tolerance)
        if best is None or found.spread < best.spread * (1 - SAME):
            best = found
    if best is None:
        raise ValueError("k-means takes one turn or more")
    return best._replace(centres=best.centres + mean)


def nearest(values: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The number of the nearest centre of each row."""
    parts = [values[begin : begin + MOST_ROWS] for begin in range(0, len(values), MOST_ROWS)]
    return np.concatenate([Points(part).beyond(centres).argmin(axis=0) for part in parts])


def davies_bouldin(values: np.ndarray, labels: np.ndarray) -> float:
    """The index of Davies and Bouldin (1979) of clusters 0 to k-1: the mean, over them, of the largest likeness to
    another one, which is the mean distance to the centre within the two by the distance of their centres; 0 where every
    row lies on its centre."""
    count = int(labels.max()) + 1
    groups = [values[labels == label] for label in range(count)]
    centres = np.stack([group.mean(axis=0) for group in groups])
    within = np.array(
        [np.sqrt(squared_lengths(group - centre)).mean() for group, centre in zip(groups, centres, strict=True)]
    )
    apart = np.sqrt(((centres[:, None] - centres) ** 2).sum(axis=2))
    if np.allclose(within, 0) or np.allclose(apart, 0):
        return 0.0
    apart[apart == 0] = np.inf
    return float(((within[:, None] + within) / apart).max(axis=1).mean())
