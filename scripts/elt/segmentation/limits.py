"""Between what limits most members of a segment lie, in business units; no limit is an extreme person."""

from collections.abc import Mapping
from math import ceil, floor, log10
from typing import Any

import numpy as np
import pandas as pd

MEASURES = ("recency_days", "tenure_days", "frequency", "monetary", "average_order_value")
OUTSIDE = (0.05, 0.25)  # shares of the members beyond either limit; the first that is not too few people
DIGITS = 2  # significant ones of a limit, which is rounded outwards


def limits(members: pd.DataFrame, minimum_group: int) -> dict[str, Any] | None:
    """The limits of a segment, None if it is too small for any; `members`: a row a customer with their features.

    `share` of the members, at least, lie within each range; `ranges`: measure -> lower and upper limit; `people`: so
    many, at least, lie at or beyond each of the values that were rounded: more than the minimum group.
    """
    beyond = next((places for part in OUTSIDE if (places := floor(part * len(members))) >= minimum_group), None)
    if beyond is None:
        return None
    share = 1 - 2 * next(part for part in OUTSIDE if floor(part * len(members)) == beyond)
    ranges = {name: ends(members[name].to_numpy(), beyond) for name in MEASURES if name in members}
    return {"share": round(share, 2), "people": beyond + 1, "ranges": ranges}


def ends(values: np.ndarray, beyond: int) -> list[float]:
    """The values behind so many of the lowest and of the highest ones, rounded outwards."""
    order = np.sort(values)
    return [rounded(float(order[beyond]), floor), rounded(float(order[-1 - beyond]), ceil)]


def rounded(value: float, towards: Any) -> float:
    """A value to its first digits, downwards (floor) or upwards (ceil); below 100 to whole numbers."""
    step = 10.0 ** max(floor(log10(abs(value))) + 1 - DIGITS, 0) if value else 1.0
    return float(towards(round(value / step, 6)) * step)


def of_segments(customers: pd.DataFrame, segments: list[Mapping[str, Any]], minimum_group: int) -> dict[int, Any]:
    """Number of each segment that is shown -> its limits."""
    shown = [segment["label"] for segment in segments if not segment["is_suppressed"]]
    return {label: limits(customers[customers["segment"] == label], minimum_group) for label in shown}
