"""What clustering has found of segments and features; nothing of a segment that may not be published."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np

from elt.features.scaling import Scaled
from elt.protection.disclosure import publishable_shares, publishable_sums
from elt.segmentation.clustering import Neighbours
from elt.segmentation.members import UNIT, largest_of


@dataclass(frozen=True)
class Segmented:
    """Customers in segments. `labels` (as `hidden_last` gives them) and `amounts` (revenue) have one value a
    customer, in the order of the scaled features; `profile` is what `clustering.profile` gives; `jaccard` has one value
    a segment, or none; `beside` says how they lie to each other."""

    labels: np.ndarray
    amounts: np.ndarray
    scaled: Scaled
    profile: Mapping[str, Any]
    jaccard: Sequence[float]
    beside: Neighbours

    @property
    def count(self) -> int:
        """Number of segments; 0 without customers."""
        return int(self.labels.max()) + 1 if len(self.labels) else 0

    def deviation(self, segment: int) -> dict[str, float]:
        """Distance of a segment from the mean of all customers in standard deviations, by feature."""
        return self.profile["deviation"].loc[segment].to_dict()


def hidden_segments(labels: np.ndarray, amounts: np.ndarray, minimum_group: int) -> set[int]:
    """Segments of which nothing is published: too small, dominated, or needed to hide such a one from the total."""
    groups = {}
    for segment in np.unique(labels):
        own = amounts[labels == segment]
        groups[int(segment)] = largest_of(own) | {"customers": len(own)}
    return {segment for segment, is_shown in publishable_sums(groups, minimum_group).items() if not is_shown}


def hidden_last(
    labels: np.ndarray, amounts: np.ndarray, jaccard: Sequence[float], minimum_group: int
) -> tuple[np.ndarray, list[float]]:
    """Labels (0 is the segment with most revenue) and stability, with the hidden segments after those that are shown.

    A hidden one between two others would tell within which limits its revenue lies. Among themselves the hidden ones
    stand by a digest of their size and revenue, which is the same in every run and has nothing to do with either.
    """
    hidden = hidden_segments(labels, amounts, minimum_group) if len(labels) else set()

    def place(segment: int) -> tuple[bool, str]:
        own = amounts[labels == segment]
        return segment in hidden, sha256(f"{len(own)} {own.sum()}".encode()).hexdigest() if segment in hidden else ""

    order = sorted((int(segment) for segment in np.unique(labels)), key=place)
    rank = np.empty(len(order), dtype=labels.dtype)
    rank[order] = np.arange(len(order))
    return rank[labels] if hidden else labels, [jaccard[segment] for segment in order] if len(jaccard) else []


def segment_records(segmented: Segmented, minimum_group: int) -> list[dict[str, Any]]:
    """One record a segment, those shown in order of revenue, the hidden ones last: the figures that may be published.

    `exact`: deviations as computed, from which names follow; a hidden segment has none, as a name would tell of its
    profile.
    """
    hidden = hidden_segments(segmented.labels, segmented.amounts, minimum_group) if segmented.count else set()
    borderline = borderline_shares(segmented, hidden, minimum_group)
    records = []
    for segment in range(segmented.count):
        figures = segment_figures(segmented, segment)
        is_hidden = segment in hidden
        records.append(
            {
                "label": segment + 1,
                "is_suppressed": is_hidden,
                "jaccard": round(segmented.jaccard[segment], 3) if segmented.jaccard and not is_hidden else None,
                "exact": {} if is_hidden else {name: float(v) for name, v in segmented.deviation(segment).items()},
                **(dict.fromkeys(figures) if is_hidden else figures),
                "nearest": None if is_hidden else nearest(segmented, segment, hidden),
                "borderline_share": borderline.get(segment),
            }
        )
    return records


def nearest(segmented: Segmented, segment: int, hidden: Collection[int]) -> int | None:
    """The number of the segment whose centre is nearest, or None if there is no other or that one is hidden."""
    place = segmented.beside.nearest[segment]
    return None if place is None or place in hidden else place + 1


def borderline_shares(segmented: Segmented, hidden: Collection[int], minimum_group: int) -> dict[int, float]:
    """The share of borderline customers of each segment of which neither they nor the others are too few to be told."""
    shown = [segment for segment in range(segmented.count) if segment not in hidden]
    size = {segment: int((segmented.labels == segment).sum()) for segment in shown}
    share = {segment: segmented.beside.borderline[segment] for segment in shown}
    return publishable_shares(
        {segment: round(share[segment] * size[segment]) for segment in shown}, size, minimum_group
    )


def segment_figures(segmented: Segmented, segment: int) -> dict[str, Any]:
    """Size, revenue and profile of a segment."""
    is_member, amounts = segmented.labels == segment, segmented.amounts
    total, deviation = int(amounts.sum()), segmented.deviation(segment)
    return {
        "customers": int(is_member.sum()),
        "customer_share": round(float(is_member.mean()), 6),
        "revenue": int(amounts[is_member].sum()) / UNIT,
        "revenue_share": round(int(amounts[is_member].sum()) / total, 6) if total else 0.0,
        "centre": {f: round(float(v), 4) + 0.0 for f, v in segmented.profile["centre"].loc[segment].items()},
        "deviation": {f: round(float(v), 3) + 0.0 for f, v in deviation.items()},
    }


def feature_records(segmented: Segmented, features: Sequence[str], *, is_shown: bool) -> list[dict[str, Any]]:
    """One record a configured feature: whether used or why refused, transformation, scale, what is typical.

    is_shown: whether enough customers stand behind a figure about all of them.
    """
    scaled, overall = segmented.scaled, segmented.profile["overall"]
    records = []
    for name in dict.fromkeys(features):
        reason, twin = scaled.refused.get(name, (None, None))
        is_used = name in scaled.used
        records.append(
            {
                "name": name,
                "is_used": is_used,
                "refused": reason,  # missing, constant or near_duplicate
                "near_duplicate_of": twin,
                "is_logged": name in scaled.logged,
                "mean": round(scaled.mean[name], 6) if is_used and is_shown else None,  # after the logarithm
                "scale": round(scaled.scale[name], 6) if is_used and is_shown else None,
                "overall": round(float(overall[name]), 4) + 0.0 if name in overall and is_shown else None,
            }
        )
    return records
