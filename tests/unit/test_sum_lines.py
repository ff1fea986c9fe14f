"""Lines that sum the other lines of their order are told, as all counts twice."""

from datetime import date

import polars as pl

from elt.sales import sum_lines

ROWS = ["order_number", "order_date", "product_key", "sales_amount"]


def lines(orders: int, total=lambda order, amount: amount) -> pl.LazyFrame:
    """Orders of two products, or of three, and a line of product 9 with what a function gives of order and total."""
    rows = []
    for order in range(orders):
        amounts = [10 + order % 7, 25, 31][: 2 + order % 2]
        found = [*enumerate(amounts, 1), (9, total(order, sum(amounts)))]
        rows += [(f"A{order}", date(2024, 1, 1 + order % 28), product, f"{amount}.00") for product, amount in found]
    frame = pl.LazyFrame(rows, schema=ROWS, orient="row")
    return frame.with_columns(pl.col("sales_amount").cast(pl.Decimal(38, 2)))


def told(*parts: pl.LazyFrame) -> list[tuple[str, int, int]]:
    """(code, lines, all lines) of each entry."""
    found = sum_lines.entries([sum_lines.totals(part) for part in parts])
    return [(one["code"], one["records"], one["of"]) for one in found]


def test_a_line_of_the_total_in_each_order_is_told():
    found = lines(20)
    assert told(found) == [("sum_lines", 20, 70)]
    [one] = sum_lines.entries([sum_lines.totals(found)])
    assert 2 * float(one["money"]["sales_amount"]) == float(one["of_money"]["sales_amount"])


def test_what_equals_the_others_now_and_then_is_not_told():
    assert told(lines(20, lambda order, amount: amount if order % 4 else 50)) == []
    assert told(lines(9)) == []
    assert told(lines(0)) == []
    pairs = lines(40).filter(pl.col("product_key") != 9, pl.col("product_key") < 3).with_columns(sales_amount=pl.lit(5))
    assert told(pairs) == [], "two lines of equal amounts"


def test_parts_of_the_orders_tell_the_same():
    every = lines(20).collect()
    parts = every.partition_by("order_number")
    assert told(*(part.lazy() for part in parts)) == told(every.lazy())
