"""Order lines whose amounts or pieces changed their unit from a month on are told, as nearly all prices move at once."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from elt.sales import price_levels

PRICES = {1: Decimal("4.90"), 2: Decimal("19.00"), 3: Decimal("120.00"), 4: Decimal("7.50"), 5: Decimal("33.00")}


def lines(factor=lambda product, month: Decimal(1), pieces=lambda month: 1, months=range(1, 13)) -> pl.LazyFrame:
    """Two lines a product and month of 2024, each of two pieces, at prices that a factor moves."""
    rows = [
        {
            "product_key": product,
            "order_date": date(2024, month, day),
            "quantity": 2 * pieces(month),
            "sales_amount": 2 * price * factor(product, month),
        }
        for product, price in PRICES.items()
        for month in months
        for day in (3, 20)
    ]
    return pl.LazyFrame(rows, schema_overrides={"sales_amount": pl.Decimal(38, 2)})


def told(*parts: pl.LazyFrame) -> list[tuple[int, int, str]]:
    """(lines since the month, all lines, month) of each entry."""
    found = price_levels.entries([price_levels.totals(part) for part in parts])
    return [(one["records"], one["of"], one.get("why", {"en": one["code"]})["en"].partition(" ")[0]) for one in found]


def test_amounts_in_cents_from_a_month_on_are_told_with_month_lines_and_amount():
    cents = lines(lambda product, month: Decimal(100 if month >= 9 else 1))
    assert told(cents) == [(40, 120, "2024-09")]
    one = price_levels.entries([price_levels.totals(cents)])[0]
    assert (one["code"], one["where"], one["why"]["de"]) == ("price_level", "fact_sales", "2024-09 (× 100,00)")
    assert Decimal(one["money"]["sales_amount"]) == 4 * 4 * 100 * sum(PRICES.values())
    assert Decimal(one["of_money"]["sales_amount"]) == 4 * (4 * 100 + 8) * sum(PRICES.values())


@pytest.mark.parametrize("first", [2, 7, 12])
def test_so_are_amounts_that_were_in_cents_before_and_pieces_that_became_packs(first):
    assert told(lines(lambda product, month: Decimal(100 if month < first else 1)))[0][2] == f"2024-{first:02}"
    assert told(lines(pieces=lambda month: 12 if month >= first else 1))[0][2] == f"2024-{first:02}"


def test_a_time_in_between_is_told_from_its_beginning():
    assert told(lines(lambda product, month: Decimal(100 if 5 <= month <= 7 else 1)))[0][2] == "2024-05"


def test_a_change_within_a_month_is_told_from_the_next_on():
    within = lines().with_columns(
        pl.col("sales_amount") * pl.when(pl.col("order_date") > date(2024, 8, 10)).then(100).otherwise(1)
    )
    one_in_two = within.filter(pl.col("product_key").is_in([1, 2]) | (pl.col("order_date") != date(2024, 8, 20)))
    assert told(one_in_two)[0][2] == "2024-09"


@pytest.mark.parametrize(
    "factor",
    [
        lambda product, month: Decimal(1),
        lambda product, month: 1 + Decimal(product * month) / 50,  # prices that rise, each on its own
        lambda product, month: Decimal("1.05") if month >= 4 else Decimal(1),  # a common rise
        lambda product, month: 1 + Decimal((month * product * 7) % 11),  # up and down in turn, as services cost
    ],
)
def test_prices_that_move_on_their_own_are_not_told(factor):
    assert told(lines(factor)) == []


@pytest.mark.parametrize("tax", ["1.19", "1.07", "0.84034"])
def test_prices_that_become_gross_or_net_are_told_with_the_factor(tax):
    found = price_levels.entries(
        [price_levels.totals(lines(lambda _, month: Decimal(tax) if month >= 4 else Decimal(1)))]
    )
    assert [(one["code"], one["records"], one["why"]) for one in found] == [
        (
            "price_factor",
            90,
            {"en": f"2024-04 (× {Decimal(tax):.2f})", "de": f"2024-04 (× {Decimal(tax):.2f})".replace(".", ",")},
        )
    ]


@pytest.mark.parametrize(
    ("factor", "records"),
    [
        (
            lambda product, month: Decimal(100 if month >= 6 and product < 4 else 1),
            3 * 5 * 2,
        ),  # three of five products, most of their months in cents
        (lambda product, month: Decimal(100 if (month + product) % 2 else 1), 60),
        (lambda product, month: Decimal(50 if product == month else 1), 10),
    ],
)
def test_where_some_products_move_no_month_is_told_but_the_lines(factor, records):
    assert told(lines(factor)) == [(records, 120, "odd_prices")]


@pytest.mark.parametrize("factor", ["100", "0.1", "12", "6", "0.2"])
def test_lines_with_a_price_of_another_size_than_others_of_their_product_are_told(factor):
    mixed = lines(lambda product, month: Decimal(factor) if month % 4 == product % 4 == 1 else Decimal(1))
    [one] = price_levels.entries([price_levels.totals(mixed)])
    assert (one["code"], one["records"], one["of"]) == ("odd_prices", 12, 120)
    assert Decimal(one["money"]["sales_amount"]) == 12 * Decimal(factor) * (PRICES[1] + PRICES[5])
    assert Decimal(one["of_money"]["sales_amount"]) == mixed.select(pl.col("sales_amount").sum()).collect().item()


def test_products_without_a_usual_price_have_no_odd_one():
    assert told(lines(lambda product, month: Decimal(month) if product == 1 else Decimal(1))) == [], "a service"
    assert told(lines(lambda product, month: Decimal(100 if month > 4 else 1), months=range(1, 7))[:0]) == []
    few = lines(lambda product, month: Decimal(100 if month == 4 and product == 1 else 1), months=range(1, 6))
    assert told(few.filter(pl.col("order_date").dt.day() == 3)) == [], "five lines make no usual price"


def test_few_products_or_one_month_show_nothing():
    cents = lines(lambda product, month: Decimal(100 if month >= 9 else 1))
    assert told(cents.filter(pl.col("product_key") < 5))[0][2] == "odd_prices"
    assert told(cents.with_columns(product_key=pl.lit(0))) == []
    assert told(lines(months=[4])) == []
    assert told(lines().filter(pl.lit(value=False))) == []


def test_parts_of_the_lines_tell_the_same():
    cents = lines(lambda product, month: Decimal(100 if month >= 9 else 1)).collect()
    assert told(*(part.lazy() for part in cents.iter_slices(7))) == told(cents.lazy())
