"""Exchange rates that cannot be right are told, as the order lines show them."""

from datetime import date, timedelta

import polars as pl
import pytest

from elt.sales import exchange_rates

START = date(2023, 1, 1)


def lines(rate=lambda day: 0.9 + day // 30 * 0.002, stated=lambda day: 100.0 + day % 50) -> pl.LazyFrame:
    """One line a day of two years in each of two currencies; functions of the day give the rate of one, and amounts."""
    rows = [
        (currency, START + timedelta(day), stated(day), stated(day) * (rate(day) if currency == "USD" else 1))
        for day in range(730)
        for currency in ("EUR", "USD")
    ]
    frame = pl.LazyFrame(rows, schema=["currency", "order_date", "amount_in_currency", "sales_amount"], orient="row")
    return frame.with_columns(pl.col("amount_in_currency", "sales_amount").round(2).cast(pl.Decimal(38, 2)))


def told(*parts: pl.LazyFrame) -> list[tuple[str, int, int, str]]:
    """(code, lines, all lines, currencies) of each entry."""
    found = exchange_rates.entries([exchange_rates.totals(part) for part in parts])
    return [(one["code"], one["records"], one["of"], one["why"]) for one in found]


@pytest.mark.parametrize("wrong", [lambda rate: 1 / rate, lambda rate: 100 * rate, lambda rate: rate / 100])
def test_the_inverse_of_a_rate_and_a_rate_of_another_size_are_told(wrong):
    one_month = lines(lambda day: wrong(0.9) if 90 <= day < 120 else 0.9 + day // 30 * 0.002)
    assert told(one_month) == [("odd_rates", 30, 1460, "USD")]


def test_a_hole_in_the_table_of_rates_is_told():
    hole = lines(lambda day: 0.9 + (day if day < 300 or day >= 600 else 299) // 30 * 0.002)
    assert told(hole) == [("stale_rates", 254, 1460, "USD")]


@pytest.mark.parametrize(
    "rate",
    [
        lambda day: 0.9 + day // 30 * 0.002,
        lambda day: 0.9 + day % 90 * 0.003,  # a rate a day
        lambda day: 0.97,  # one for all time
        lambda day: 0.97 if day < 200 else 0.99,  # one a year
        lambda day: 1.04 - day // 30 * 0.004,  # through parity
    ],
)
def test_rates_that_move_as_rates_do_are_not_told(rate):
    assert told(lines(rate)) == []


def test_amounts_of_a_few_cents_show_no_rate():
    assert told(lines(lambda day: 0.9 + day // 30 * 0.002, lambda day: 0.01 * (day % 3))) == []


def test_parts_of_the_lines_tell_the_same():
    every = lines(lambda day: 2.5 if day == 7 else 0.9 + day // 30 * 0.002).collect()
    assert (
        told(*(part.lazy() for part in every.iter_slices(99))) == told(every.lazy()) == [("odd_rates", 1, 1460, "USD")]
    )
