"""What holds for the members of segments in business units: days, orders, money, shares; and sums over them.

`customers` is one row a customer: the features, the sums beside them, and `segment`, the number of the segment.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from elt.features.scaling import CELL, log_scaled
from elt.protection.disclosure import Sums, publishable_shares, publishable_sums
from elt.run.segment_rules import CYCLES, MEDIANS, SegmentCondition

UNIT = 1_000_000  # amounts are whole millionths, so that sums of up to six decimals are exact
MOST = 0.75  # share of the members of whom a condition must hold, or the name contradicts them
YEAR = 365  # days
MONEY = ("average_order_value", "revenue_of_year", "gross_margin")
FIGURES = ("repeat_share", "active_share", *MONEY, "margin_rate")
SUMS = ("revenue_of_year", "costed_revenue", "gross_margin")
NEEDED = ("frequency", "recency_days", "monetary", "days_between_orders", *SUMS)


@dataclass(frozen=True)
class Measures:
    """What limits are multiples of: the company's repurchase cycle in days, and the median of each feature; None where
    fewer people than the minimum group stand behind it. `scores`: each customer's distance from the mean of all."""

    cycle: float | None
    medians: Mapping[str, float] | None
    scores: pd.DataFrame

    @classmethod
    def of(cls, customers: pd.DataFrame, minimum_group: int, logged: Collection[str] = ()) -> "Measures":
        """The measures of a company's customers; `logged`: features that are taken as logarithm."""
        cycle = None
        if "days_between_orders" in customers and (customers["frequency"] > 1).sum() >= minimum_group:
            cycle = float(customers["days_between_orders"].median())
        has_enough = len(customers) >= 2 * minimum_group  # on either side of a median
        medians = customers.median(numeric_only=True).to_dict() if has_enough else None
        return cls(cycle, medians, standard_scores(customers.drop(columns="segment"), logged))

    def limit(self, condition: SegmentCondition) -> float | None:
        """The limit of a condition in the unit of its feature; None if it has none, or none that may be told."""
        times = condition.at_most if condition.at_least is None else condition.at_least
        if times is None or condition.unit is None:
            return times
        one = {CYCLES: self.cycle, MEDIANS: (self.medians or {}).get(condition.feature)}[condition.unit]
        return None if one is None else times * one


def standard_scores(customers: pd.DataFrame, logged: Collection[str]) -> pd.DataFrame:
    """Each number of a customer in standard deviations from the mean of all, on the scale that k-means sees."""
    numbers = customers.select_dtypes("number").astype("float64")
    numbers = numbers.assign(**{name: log_scaled(numbers[name]) for name in logged if name in numbers})
    spread = numbers.std(ddof=0).where(lambda s: s > CELL * numbers.abs().max().clip(lower=1))
    return ((numbers - numbers.mean()) / spread).fillna(0.0)


def share_of(condition: SegmentCondition, members: pd.DataFrame, measures: Measures) -> float | None:
    """The share of the members of whom all limits of a condition hold; None if the feature or a limit is missing."""
    limit, values = measures.limit(condition), members.get(condition.feature)
    is_in_units = condition.at_least is not None or condition.at_most is not None
    if values is None or members.empty or (is_in_units and limit is None):
        return None
    is_met = pd.Series(data=True, index=members.index)
    if limit is not None:
        is_met &= values <= limit + CELL if condition.at_least is None else values >= limit - CELL
    for end, is_beyond in ((condition.above, np.greater), (condition.below, np.less)):
        if end is not None:
            is_met &= is_beyond(measures.scores.loc[members.index, condition.feature], end)
    return float(is_met.mean())


def largest_of(amounts: np.ndarray) -> dict[str, float]:
    """What decides whether a sum may be told: people with an amount, the sum, and what the largest of them bring."""
    order = np.sort(amounts)[::-1]
    sums = {"revenue": order.sum(), "largest": order[:1].sum(), "largest_two": order[:2].sum()}
    sums["largest_three"] = order[:3].sum()
    return {"customers": int(np.count_nonzero(amounts))} | {name: float(value) for name, value in sums.items()}


def whole(amounts: pd.Series) -> np.ndarray:
    """Amounts as whole numbers of their sixth decimal."""
    return (amounts.astype("float64") * UNIT).round().astype("int64").to_numpy()


def total(amounts: pd.Series) -> float:
    """The exact sum of amounts."""
    return int(whole(amounts).sum()) / UNIT


def sums_of(customers: pd.DataFrame, column: str, shown: Collection[int], minimum_group: int) -> set[int]:
    """The segments of which a sum may be told; those that are not shown count as hidden."""
    groups: dict[int, Sums] = {
        int(segment): largest_of(whole(members[column])) for segment, members in customers.groupby("segment")
    }
    told = publishable_sums(groups, minimum_group, hidden=set(groups) - set(shown))
    return {segment for segment in shown if told[segment]}


def figures(customers: pd.DataFrame, shown: Collection[int], minimum_group: int) -> dict[int, dict[str, Any]]:
    """By segment that is shown: share of customers with a second order, and with one in the last 365 days; average
    order value; revenue of the last 365 days; gross margin and its rate, of revenue with a known cost. What would tell
    of few people is None."""
    groups = {segment: customers[customers["segment"] == segment] for segment in shown}
    told: dict[int, dict[str, Any]] = {segment: dict.fromkeys(FIGURES) for segment in shown}
    size = {segment: len(members) for segment, members in groups.items()}
    repeated = {segment: int((members["frequency"] > 1).sum()) for segment, members in groups.items()}
    active = {segment: int((members["recency_days"] < YEAR).sum()) for segment, members in groups.items()}
    for name, counts in (("repeat_share", repeated), ("active_share", active)):
        for segment, share in publishable_shares(counts, size, minimum_group).items():
            told[segment][name] = share
    for segment, members in groups.items():
        told[segment]["average_order_value"] = round(total(members["monetary"]) / int(members["frequency"].sum()), 2)
    for segment in sums_of(customers, "revenue_of_year", shown, minimum_group):
        told[segment]["revenue_of_year"] = total(groups[segment]["revenue_of_year"])
    if "costed_revenue" in customers:
        for segment in sums_of(customers, "costed_revenue", shown, minimum_group):
            margin, costed = (total(groups[segment][name]) for name in ("gross_margin", "costed_revenue"))
            told[segment] |= {"gross_margin": margin, "margin_rate": round(margin / costed, 6) if costed else None}
    return told
