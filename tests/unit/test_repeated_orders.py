"""Orders that stand in the data twice under two numbers are told, where nearly all in a row do."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from elt.sales import repeated_orders

ROWS = ["order_number", "customer_key", "product_key", "order_date", "quantity", "sales_amount"]
START = date(2024, 1, 1)


def lines(*more: tuple) -> pl.LazyFrame:
    """Thirty orders of two lines and three pieces each, one a day, by ten customers; and more lines."""
    rows = [
        (f"A{day:02}", day % 10 + 1, product, START + timedelta(day), product, Decimal("10.00") * product)
        for day in range(30)
        for product in (1, 2)
    ]
    frame = pl.LazyFrame([*rows, *more], schema=ROWS, orient="row")
    return frame.with_columns(pl.col("sales_amount").cast(pl.Decimal(38, 2)))


def again(days: range, sign: int = 1, customer: int = 1) -> list[tuple]:
    """The orders of some days under other numbers."""
    return [
        (f"X{day}{sign}", customer * (day % 10 + 1), product, START + timedelta(day), sign * product,
         sign * Decimal("10.00") * product)
        for day in days
        for product in (2, 1)
    ]  # fmt: skip


def told(*parts: pl.LazyFrame) -> list[tuple[int, int, str]]:
    """(lines, all lines, their revenue) of each entry."""
    found = repeated_orders.entries([repeated_orders.totals(part) for part in parts])
    return [(one["records"], one["of"], one["money"]["sales_amount"]) for one in found]


def test_a_part_of_an_export_that_came_in_twice_is_told_with_lines_and_amount():
    assert told(lines(*again(range(30)))) == [(60, 120, "900.00")]
    assert told(lines(*again(range(8, 20)))) == [(24, 84, "360.00")]
    assert told(lines(*again(range(30)), *[("Y" + row[0], *row[1:]) for row in again(range(30))])) == [
        (120, 180, "1800.00")
    ], "three times"


def test_orders_that_customers_repeat_now_and_then_are_not_told():
    assert told(lines()) == []
    assert told(lines(*again(range(0, 30, 2)))) == [], "every second one"
    assert told(lines(*again(range(8)))) == [], "eight in a row"


def test_what_a_credit_note_took_back_or_an_unknown_customer_bought_is_not_told():
    assert told(lines(*again(range(30)), *again(range(30), sign=-1))) == [], "cancelled and booked again"
    assert told(lines(*again(range(30), customer=0)).with_columns(customer_key=pl.lit(0))) == []


def test_parts_of_the_lines_tell_the_same():
    every = lines(*again(range(30))).collect()
    halves = [every.filter(pl.col("order_number") < "X"), every.filter(pl.col("order_number") > "X")]
    assert told(*(half.lazy() for half in halves)) == told(every.lazy())
    assert told(every.clear().lazy()) == []
