"""How many rows of a table of customers fit what an outsider knows of some purchases of one of them.

The outsider knows dates or amounts of the latest purchases, and how the table is rounded, but neither the pseudonym nor
whether there were other purchases, unless it is said that he knows that as well.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from elt.features.catalogue import FEATURES
from elt.features.measures import pandas_of
from elt.features.rounding import ROUNDED, rounded, told
from elt.privacy.uniqueness import by_candidates, class_sizes
from elt.sales.order_lines import IS_ORDER

COLUMNS = ("recency_days", "tenure_days", "frequency", "monetary")  # of a row that purchases tell something of
MOST_KNOWN = 20_000  # customers whose purchases are looked up, evenly spread; of fewer, all
CLOSE = 1e-6  # amounts that are closer are equal
MOST_PURCHASES = 3
MOST_AT_ONCE = 500  # persons who are compared with all rows of a day together, for the memory


@dataclass(frozen=True)
class Scenario:
    """What is known: so many of the latest `dates` and `amounts`; `is_all`: and that who has no more than three
    purchases has no others."""

    dates: int
    amounts: int
    is_all: bool = False

    @property
    def purchases(self) -> int:
        """Of how many purchases something is known."""
        return max(self.dates, self.amounts)


SCENARIOS = {
    "one_amount": Scenario(dates=0, amounts=1),
    "one_purchase": Scenario(dates=1, amounts=1),
    "two_dates": Scenario(dates=2, amounts=0),
    "three_dates": Scenario(dates=3, amounts=0),
    "three_purchases": Scenario(dates=3, amounts=3),
    "no_others": Scenario(dates=3, amounts=3, is_all=True),
}
WHOLE_ROW = "whole_row"
Rounding = Callable[[pl.DataFrame], pl.DataFrame]


def spread(features: pl.DataFrame) -> pl.DataFrame:
    """At most MOST_KNOWN customers, evenly spread over the rows in the order of their values, not of the pseudonyms."""
    places = np.linspace(0, features.height - 1, min(features.height, MOST_KNOWN)).round().astype(int)
    return features.sort(*COLUMNS, "customer")[[int(place) for place in np.unique(places)]]


def purchases(lines: pl.LazyFrame, keys: pl.DataFrame, today: Any) -> pl.DataFrame:
    """One row a customer and purchase, the latest three: customer, rank from 1, days before the analysis date, amount.

    lines: fact_sales; keys: customer and customer_key of those who are looked at. Days after the date do not count. An
    amount is that of all lines of the order, discounts and fees as well.
    """
    mine = lines.join(keys.lazy(), on="customer_key").filter(pl.col("order_date") <= today)
    orders = mine.group_by("customer", "order_number").agg(
        days=(pl.lit(today) - pl.col("order_date").filter(IS_ORDER).max()).dt.total_days(),
        amount=pl.col("sales_amount").sum().cast(pl.Float64),
    )
    orders = orders.filter(pl.col("days").is_not_null())
    ranked = orders.sort("customer", "days", "order_number").with_columns(
        rank=pl.int_range(1, pl.len() + 1).over("customer")
    )
    return ranked.filter(pl.col("rank") <= MOST_PURCHASES).drop("order_number").collect(engine="streaming")


def known(bought: pl.DataFrame, people: pl.DataFrame, scenario: Scenario) -> pl.DataFrame:
    """What is known, in the columns of the table, one row a customer: lower bounds, but the recency, which is exact.

    people: customer and orders in all. `is_whole`: these are known to be all purchases.
    """
    named = bought.filter(pl.col("rank") <= scenario.purchases)
    found = named.group_by("customer").agg(
        recency_days=pl.col("days").min(),
        tenure_days=pl.col("days").max(),
        frequency=pl.len().cast(pl.Int64),
        monetary=pl.col("amount").sum(),
    )
    is_whole = pl.lit(scenario.is_all) & (pl.col("orders") == pl.col("frequency"))
    return found.join(people, on="customer").with_columns(is_whole=is_whole).sort("customer")


def fitting(asked: pl.DataFrame, table: pl.DataFrame, scenario: Scenario) -> np.ndarray:
    """How many rows of the table fit what is known of each person; 0: not even his own, as goods that were given back
    lower what he spent. Asked and table are rounded alike."""
    if not scenario.dates:
        amounts = np.sort(table["monetary"].to_numpy())
        return table.height - np.searchsorted(amounts, asked["monetary"].to_numpy() - CLOSE)
    cells = _by_day(table.group_by(COLUMNS).len())
    counts = np.zeros(asked.height, dtype=np.int64)
    for day, rows in _by_day(asked.select(*COLUMNS, "is_whole").with_row_index("place")).items():
        if day in cells:
            for first in range(0, rows["place"].size, MOST_AT_ONCE):
                some = {name: values[first : first + MOST_AT_ONCE] for name, values in rows.items()}
                counts[some["place"]] = _of_day(some, cells[day], scenario)
    return counts


def _by_day(table: pl.DataFrame) -> dict[int, dict[str, np.ndarray]]:
    """Recency -> the columns of its rows; a frame for each of some thousand days would cost far more."""
    columns = {column.name: column.to_numpy() for column in table.sort("recency_days")}
    days, begins = np.unique(columns["recency_days"], return_index=True)
    bounds = pairwise([*begins.tolist(), table.height])
    return {
        day: {name: values[begin:end] for name, values in columns.items()}
        for day, (begin, end) in zip(days.tolist(), bounds, strict=True)
    }


def _of_day(asked: Mapping[str, np.ndarray], cells: Mapping[str, np.ndarray], scenario: Scenario) -> np.ndarray:
    """Rows of the cells that fit each of those asked for; all are of one recency."""
    tenure, frequency, amount = (asked[name][:, None] for name in COLUMNS[1:])
    tenures, frequencies, amounts = (cells[name][None, :] for name in COLUMNS[1:])
    fits = (tenures >= tenure) & (frequencies >= frequency)
    if scenario.amounts:
        fits &= amounts >= amount - CLOSE
    if scenario.is_all:
        same = (tenures == tenure) & (frequencies == frequency) & (np.abs(amounts - amount) < CLOSE)
        fits = np.where(asked["is_whole"][:, None], same, fits)
    return (fits * cells["len"]).sum(axis=1)


def found(asked: pl.DataFrame, table: pl.DataFrame, scenario: Scenario, minimum: int) -> dict[str, Any]:
    """People by how many rows fit, hidden as everywhere; one whom no row fits is not found, so protected."""
    counts = fitting(asked, table, scenario)
    candidates = pl.Series(np.where(counts == 0, table.height, counts), dtype=pl.Int64)
    return by_candidates(candidates, pl.Series(np.ones(len(counts)), dtype=pl.Int64), minimum)


def all_found(
    bought: pl.DataFrame, people: pl.DataFrame, table: pl.DataFrame, rounding: Rounding, minimum: int
) -> Mapping[str, dict[str, Any]]:
    """`found` of every scenario, and how many rows are alone in all their columns.

    table: one row a customer as it is published, or exact; rounding: that of the table. Money comes as float.
    """
    measured = {}
    for name, scenario in SCENARIOS.items():
        asked = rounding(known(bought, people, scenario))
        measured[name] = found(asked, table, scenario, minimum)
    sizes = class_sizes(table, [column for column in table.columns if column != "customer"])
    return measured | {WHOLE_ROW: by_candidates(sizes, sizes, minimum)}


@dataclass(frozen=True)
class Tables:
    """The exact and the published features, one row a customer, and `bought`, the latest purchases of those who are
    looked up; `published`: the setting."""

    exact: pl.DataFrame
    shown: pl.DataFrame
    bought: pl.DataFrame
    published: str

    def rounding(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame with columns of the features, rounded as the published table is."""
        if self.published != ROUNDED:
            return frame
        entries = [entry for entry in FEATURES if entry.name in frame.columns]
        found = rounded(pandas_of(frame.select(entry.name for entry in entries)), entries)
        return frame.with_columns(pl.Series(entry.name, found[entry.name].to_numpy()) for entry in entries)


def of_purchases(tables: Tables, minimum: int) -> dict[str, Any]:
    """How many customers can be found by what is known of some of their purchases, in the exact and published table."""
    people = tables.exact.select("customer", orders="frequency")
    looked_up, rows = tables.bought["customer"].n_unique(), tables.exact.height
    return {
        "published_as": {e.name: told(e, tables.published) for e in FEATURES if e.name in tables.shown.columns},
        "customers": rows if rows >= minimum or not rows else None,
        "looked_up": looked_up if looked_up >= minimum or not looked_up else None,
        "before": all_found(tables.bought, people, tables.exact, lambda frame: frame, minimum),
        "after": all_found(tables.bought, people, tables.shown, tables.rounding, minimum),
    }
