"""Where customers lie in two directions, as density: cells of a grid with enough of them, never a person.

Source: Pearson (1901), On lines and planes of closest fit, for the directions (principal components).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from elt.features.scaling import Scaled

WIDTHS = (0.25, 0.5, 1.0)  # of a cell, in standard deviations of a feature; fixed, as the data's own ends are persons
MOST = 0.75  # share of the customers in cells that are shown from which on a grid is fine enough; else a coarser one
LEVELS = (4, 16)  # times the minimum group from which on a cell counts as denser, and as densest
DIRECTIONS = 2


@threadpool_limits.wrap(limits=1)  # so that sums are the same on any machine
def density(scaled: Scaled, labels: np.ndarray, hidden: Sequence[int], minimum_group: int) -> dict[str, Any] | None:
    """The map of customers by the two directions in which they differ most; None if they differ in less than two.

    labels: 0 to k-1, one a row of the scaled features; hidden: those of which nothing is told. `directions`: per used
    feature how much it counts; `explained`: their shares of the variance; `width` of a cell; `levels`: customers from
    which on a cell is of level 1, 2, 3; `cells`: column, row, segment with most of its customers (1 to k), level. A
    cell lies between column and column + 1 times the width. `centres`: segment -> means of its customers.
    """
    if len(scaled.used) < DIRECTIONS or len(labels) <= minimum_group:
        return None
    weights, shares = directions(scaled.values)
    scores = scaled.values @ weights
    levels = [minimum_group + 1, *(times * minimum_group for times in LEVELS)]
    for width in WIDTHS:
        cells, inside = counted(np.floor(scores / width).astype(int), labels, hidden, levels)
        if inside >= MOST * len(labels):
            break
    shown = [int(label) for label in np.unique(labels) if label not in hidden]
    centres = {str(label + 1): scores[labels == label].mean(axis=0) for label in shown}
    told = [dict(zip(scaled.used, (round(float(w), 2) + 0.0 for w in column), strict=True)) for column in weights.T]
    return {
        "directions": told,
        "explained": [round(float(share), 4) for share in shares],
        "width": width,
        "levels": levels,
        "cells": cells,
        "centres": {label: [round(float(one), 2) + 0.0 for one in mean] for label, mean in centres.items()},
    }


def directions(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(weights of the features, a column a direction; shares of the variance) of the two directions in which rows of
    standard scores differ most. The largest weight of a direction is above 0."""
    variance, found = np.linalg.eigh(values.T @ values / len(values))
    weights = found[:, ::-1][:, :DIRECTIONS]
    largest = weights[np.abs(weights.round(6)).argmax(axis=0), np.arange(DIRECTIONS)]
    return weights * np.sign(largest), variance[::-1][:DIRECTIONS] / variance.sum()


def counted(
    places: np.ndarray, labels: np.ndarray, hidden: Sequence[int], levels: Sequence[int]
) -> tuple[list[list[int]], int]:
    """(cells that are shown, customers in them); places: column and row of each customer's cell."""
    cells, own = np.unique(places, axis=0, return_inverse=True)
    people = np.zeros((len(cells), int(labels.max()) + 1), dtype=int)
    np.add.at(people, (own.ravel(), labels), 1)
    size, strongest = people.sum(axis=1), people.argmax(axis=1)
    is_shown = (size >= levels[0]) & ~np.isin(strongest, list(hidden))
    level = np.searchsorted(levels, size, side="right")
    found = [[int(x), int(y), int(strongest[i]) + 1, int(level[i])] for i, (x, y) in enumerate(cells) if is_shown[i]]
    return found, int(size[is_shown].sum())
