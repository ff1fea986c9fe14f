"""Segments of a run matched with those of an earlier one, so that they keep their numbers, and who moved between them.

Sources: Kuhn (1955), The Hungarian method for the assignment problem; Hennig (2007) for the likeness of clusters.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from elt.features.scaling import log_scaled
from elt.protection.two_way import publishable_cells

# ASSUMPTION: two segments of which less than a third of the customers that either has are in both are not the same one;
# of two that are equally large, half of the customers have stayed.
ALIKE = 1 / 3
NEW, GONE = "new", "gone"  # in no segment of the earlier run; in none of this one
NOWHERE = 0  # in place of a number
SEVERAL = 2  # segments; one alone holds all customers


@dataclass(frozen=True)
class Earlier:
    """Another run: its name, the model that it publishes, a row a customer (`customer`, a pseudonym, and `segment`) and
    the SHA-256 of the file with these."""

    run: str
    model: Mapping[str, Any]
    customers: pd.DataFrame
    sha256: str = ""

    @property
    def shown(self) -> list[Mapping[str, Any]]:
        """Its segments that are published, in their order."""
        return [segment for segment in self.model["segments"] if not segment["is_suppressed"]]

    @property
    def highest(self) -> int:
        """The highest number that it, or a run before it that it was matched with, has given."""
        numbers = (segment["label"] for segment in self.model["segments"])
        return max([*numbers, self.model.get("migration", {}).get("highest", 0)])


@dataclass(frozen=True)
class Matched:
    """Cluster -> its number, and -> the segment of the earlier run whose number it keeps."""

    numbers: Mapping[int, int]
    kept: Mapping[int, Mapping[str, Any]]

    @property
    def rules(self) -> dict[int, str]:
        """Number -> id of the rule that the earlier run has named the segment by."""
        return {segment["label"]: segment["id"] for segment in self.kept.values()}


def matched(clusters: Mapping[str, Any], customers: pd.DataFrame, earlier: Earlier) -> Matched:
    """The number of each cluster; `clusters` is what k-means has written, `customers` has pseudonym and cluster.

    A hidden segment of either run is matched with none, since its number would tell who it is like. A new segment has
    the next number that no run before has given. One segment alone holds all customers and keeps number 1.
    """
    records = clusters["segments"]
    now = [record["label"] for record in records if not record["is_suppressed"]]
    if min(len(records), len(earlier.model["segments"])) < SEVERAL:
        return Matched({record["label"]: record["label"] for record in records}, {})
    then = [segment["label"] for segment in earlier.shown]
    common = customers.merge(earlier.customers, on="customer", suffixes=("_now", "_then"))
    is_common = len(common) >= clusters["minimum_group"]
    pairs = alike(shared(common, now, then)) if is_common else nearest(clusters, earlier)
    kept = {now[place]: earlier.shown[other] for place, other in pairs}
    left = [record["label"] for record in records if record["label"] not in kept]
    fresh = {label: earlier.highest + place for place, label in enumerate(left, start=1)}
    return Matched(fresh | {label: segment["label"] for label, segment in kept.items()}, kept)


def assigned(cost: np.ndarray) -> list[tuple[int, int]]:
    """(row, column) of the pairs whose costs are the least together, sorted; each is in one pair, as far as they go."""
    from scipy.optimize import linear_sum_assignment  # by a run with an earlier one alone

    rows, columns = linear_sum_assignment(cost)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def shared(common: pd.DataFrame, now: Sequence[int], then: Sequence[int]) -> np.ndarray:
    """Of the customers of both runs, those in each segment of this one (rows) and each of the earlier one (columns), by
    Jaccard: customers in both over customers in either."""
    table = pd.crosstab(common["segment_now"], common["segment_then"])
    table = table.reindex(index=now, columns=then, fill_value=0)
    both = table.to_numpy(dtype="float64")
    own = common["segment_now"].value_counts().reindex(now, fill_value=0).to_numpy()
    other = common["segment_then"].value_counts().reindex(then, fill_value=0).to_numpy()
    return both / np.maximum(own[:, None] + other - both, 1)


def alike(likeness: np.ndarray) -> list[tuple[int, int]]:
    """The pairs that are most alike together, without those that are hardly alike."""
    return [pair for pair in assigned(-likeness) if likeness[pair] >= ALIKE - 1e-9]


def nearest(clusters: Mapping[str, Any], earlier: Earlier) -> list[tuple[int, int]]:
    """The pairs whose centres lie nearest together, each of which is the nearest one to the other.

    Distances are Euclidean, in the standard scores of this run, over the features that both runs have used.
    """
    used = {feature["name"] for feature in earlier.model["features"] if feature["is_used"]}
    features = [feature for feature in clusters["features"] if feature["is_used"] and feature["name"] in used]
    records = [record for record in clusters["segments"] if not record["is_suppressed"]]
    if not features or not records or not earlier.shown:
        return []
    mine, theirs = (scores((record["centre"] for record in part), features) for part in (records, earlier.shown))
    apart = ((mine[:, None] - theirs) ** 2).sum(axis=2)
    return [
        (row, column)
        for row, column in assigned(apart)
        if apart[row, column] <= min(apart[row].min(), apart[:, column].min())
    ]


def scores(centres: Iterable[Mapping[str, float]], features: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """Centres, a row each, in the standard scores of features as this run has scaled them."""
    frame = pd.DataFrame(list(centres))
    columns = [
        ((log_scaled(frame[f["name"]]) if f["is_logged"] else frame[f["name"]]) - f["mean"]) / f["scale"]
        for f in features
    ]
    return np.column_stack(columns)


def renumbered(clusters: Mapping[str, Any], found: Matched) -> dict[str, Any]:
    """What k-means has written, with the numbers that segments keep or get; `cluster` is the number it had there, and
    `is_kept` says whether the earlier run has a segment of this number that it was matched with."""
    records = [
        {
            **record,
            "label": found.numbers[record["label"]],
            "cluster": record["label"],
            "is_kept": record["label"] in found.kept,
            "nearest": found.numbers.get(record["nearest"]),
        }
        for record in clusters["segments"]
    ]
    return {**clusters, "segments": records, "map": remapped(clusters.get("map"), found.numbers)}


def remapped(density: Mapping[str, Any] | None, numbers: Mapping[int, int]) -> dict[str, Any] | None:
    """The map of customers with the numbers that segments keep or get."""
    if density is None:
        return None
    cells = [[column, row, numbers[label], level] for column, row, label, level in density["cells"]]
    centres = {str(numbers[int(label)]): centre for label, centre in density["centres"].items()}
    return {**density, "cells": cells, "centres": centres}


def migration(
    segments: Sequence[Mapping[str, Any]], customers: pd.DataFrame, earlier: Earlier, minimum_group: int
) -> dict[str, Any]:
    """What is published of who moved from which segment to which, and the run and segments that they come from.

    `segments`: this run's with their numbers; `customers`: pseudonym and number. `moves`: earlier number or "new" ->
    number or "gone" -> customers, None where few people could be recognised, from the totals too; empty if all
    customers are in one segment, then or now.
    """
    named = [{"label": one["label"], "name": one["name"]} for one in earlier.model["segments"]]
    highest = max([earlier.highest, *(segment["label"] for segment in segments)])
    about = {"run": earlier.run, "sha256": earlier.sha256, "highest": highest, "segments": named}
    if min(len(segments), len(named)) < SEVERAL:
        return {**about, "moves": {}}
    both = customers.merge(earlier.customers, on="customer", how="outer", suffixes=("_now", "_then"))
    then = [*(segment["label"] for segment in earlier.model["segments"]), NOWHERE]
    now = [*(segment["label"] for segment in segments), NOWHERE]
    counts = pd.crosstab(*(both[name].fillna(NOWHERE).astype("int64") for name in ("segment_then", "segment_now")))
    table = counts.reindex(index=then, columns=now, fill_value=0).to_numpy()
    hidden_rows = [place for place, one in enumerate(earlier.model["segments"]) if one["is_suppressed"]]
    hidden_columns = [place for place, one in enumerate(segments) if one["is_suppressed"]]
    shown = publishable_cells(table, minimum_group, hidden_rows, hidden_columns)
    cells = [[int(n) if ok else None for n, ok in zip(*line, strict=True)] for line in zip(table, shown, strict=True)]
    rows, columns = [*map(str, then[:-1]), NEW], [*map(str, now[:-1]), GONE]
    moves = {row: dict(zip(columns, line, strict=True)) for row, line in zip(rows, cells, strict=True)}
    return {**about, "moves": moves}
