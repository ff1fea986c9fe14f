"""Customers and products that all got other numbers on one day are told."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from elt.sales import renumbered

START = date(2024, 1, 1)


def lines(customer=lambda day, key: key, product=lambda day, key: key) -> pl.LazyFrame:
    """One line a day of 2024 by twenty customers and six products in turn; functions of day and key change these."""
    rows = [
        (customer(day, day % 20 + 1), product(day, day % 6 + 1), START + timedelta(day), Decimal(10))
        for day in range(366)
    ]
    return pl.LazyFrame(rows, schema=["customer_key", "product_key", "order_date", "sales_amount"], orient="row")


def told(*parts: pl.LazyFrame) -> list[tuple[str, int, str]]:
    """(code, lines, day) of each entry."""
    found = renumbered.entries([renumbered.totals(part) for part in parts])
    return [(one["code"], one["records"], one["why"]) for one in found]


def from_july(day, key):
    """Another number from 1 July on."""
    return key + 100 * (day >= 182)


def test_numbers_that_all_change_on_one_day_are_told_with_the_day():
    assert told(lines(customer=from_july)) == [("renumbered_customers", 184, "2024-07-01")]
    assert told(lines(product=from_july)) == [("renumbered_products", 184, "2024-07-01")]


def test_one_account_that_kept_its_number_changes_nothing():
    many = lines(customer=lambda day, key: from_july(day, day % 60 + 2) if day % 61 else 1)
    assert [one[0] for one in told(many)] == ["renumbered_customers"]


@pytest.mark.parametrize(
    "customer",
    [
        lambda day, key: key,
        lambda day, key: day + 1,  # each buys once
        lambda day, key: key + 100 * (day >= 182 and key % 2),  # half of them change
        lambda day, key: key + 20 * (day // 100),  # seasons: all change three times
        lambda day, key: day // 3,  # each three times in a row
        lambda day, key: 0,
        lambda day, key: key % 4 + 1 + 100 * (day >= 182),  # few
        lambda day, key: key + 100 * (day >= 363),  # those of the last days
    ],
)
def test_customers_who_come_and_go_are_not_told(customer):
    assert told(lines(customer=customer)) == []


def test_parts_of_the_lines_tell_the_same():
    every = lines(customer=from_july).collect()
    assert told(*(part.lazy() for part in every.sort("customer_key").iter_slices(50))) == told(every.lazy())
    assert told(every.clear().lazy()) == []
