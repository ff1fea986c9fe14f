"""How the values of orders are spread, in figures that are never about fewer customers than the minimum group."""

from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import Any

import polars as pl

from elt.eda.distributions import distribution, merged
from elt.eda.mart_shape import PERSON
from elt.sales.groups import KNOWN
from elt.sales.order_lines import IS_ORDER, revenue_of

STEPS_A_DECADE = 6  # bins for ten times the value: about half as much again from one to the next
EXACT = 9  # decimals of a logarithm that count: that of 1,000 is 3, not a little less
VALUE = pl.col("value")


def place(name: str) -> pl.Expr:
    """The bin of an amount above zero: `STEPS_A_DECADE` bins for ten times the amount, 0 from 1 on."""
    return (pl.col(name).log10() * STEPS_A_DECADE).round(EXACT).floor().cast(pl.Int64)


def of_part(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row an order of a known customer with a value above zero: customer_key, value (whole numbers of the smallest
    unit); `lines` hold all lines of some customers."""
    orders = lines.filter(KNOWN, IS_ORDER).group_by(PERSON, "order_number").agg(revenue_of(lines).sum().alias("value"))
    return orders.filter(VALUE > 0).select(PERSON, "value")


def counted(orders: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The orders of a part as three tables: values (value, rows), bins (bin, rows, people) and persons (low, high,
    total), one row a customer. No customer is in two parts, so `order_values` adds them up."""
    return {
        "values": orders.group_by("value").agg(rows=pl.len()),
        "bins": orders.group_by(bin=place("value")).agg(rows=pl.len(), people=pl.col(PERSON).n_unique()),
        "persons": orders.group_by(PERSON).agg(low=VALUE.min(), high=VALUE.max(), total=VALUE.sum()).drop(PERSON),
    }


def order_values(parts: Sequence[Mapping[str, pl.DataFrame]], minimum: int, decimals: int) -> dict[str, Any] | None:
    """Percentiles of the value of an order in money, and a histogram on a logarithmic scale from the 1st to the 99th.

    parts: as `counted` gives them, values with so many decimals. None with too few customers.
    """
    values, bins, persons = (pl.concat(part[name] for part in parts) for name in ("values", "bins", "persons"))
    values = values.group_by("value").agg(pl.col("rows").sum()).sort("value")
    found = distribution(values, persons, minimum, 0)
    if found is None or found["range"] is None:
        return None
    first, last = (floor(round(log10(value) * STEPS_A_DECADE, EXACT)) for value in found["range"])
    inside = pl.col("bin").is_between(first, last)
    counts = bins.filter(inside).group_by(pl.col("bin") - first).agg(pl.col("rows", "people").sum()).sort("bin")
    beyond = (place("low") < first) | (place("high") > last)
    outside = int(persons.select(beyond.sum()).item())
    edges = [round(10 ** (step / STEPS_A_DECADE - decimals), 2) for step in range(first, last + 2)]
    return {
        "people": found["people"],
        "percentile_people": found["percentile_people"],
        "percentiles": {
            name: None if value is None else round(value / 10**decimals, decimals)
            for name, value in found["percentiles"].items()
        },
        "histogram": merged(edges, counts, minimum, one_row_a_person=False, outside=outside),
    }
