"""Amounts of order lines that contradict their pieces are told where the other lines keep the rule."""

from decimal import Decimal

import polars as pl
import pytest

from elt.sales import line_amounts

MONEY = pl.Decimal(38, 2)


def lines(*odd: tuple[int, str, str], plain: int = 20) -> pl.LazyFrame:
    """Lines of three pieces at 4.99, and odd ones (pieces, price, amount)."""
    rows = [(3, "4.99", "14.97")] * plain + list(odd)
    frame = pl.DataFrame(rows, schema=["quantity", "unit_price", "sales_amount"], orient="row")
    return frame.lazy().with_columns(pl.lit(1).alias("product_key"), pl.col("unit_price", "sales_amount").cast(MONEY))


def told(*parts: pl.LazyFrame) -> list[tuple[str, int, int, str]]:
    """(code, lines, all lines, their revenue) of each entry."""
    found = line_amounts.entries([line_amounts.totals(part) for part in parts])
    return [(one["code"], one["records"], one["of"], one["money"]["sales_amount"]) for one in found]


@pytest.mark.parametrize(
    "odd",
    [
        (2, "5.00", "11.90"),  # with tax
        (2, "10.00", "5.00"),  # price and amount in each other's place
        (2, "5.00", "0.00"),
        (2, "5.00", "-10.00"),
    ],
)
def test_amounts_that_are_not_pieces_times_price_are_told_where_the_others_are(odd):
    assert told(lines(odd, odd)) == [("not_pieces_times_price", 2, 22, str(2 * Decimal(odd[2])))]


@pytest.mark.parametrize(
    "kept",
    [
        (-2, "5.00", "-10.00"),  # a credit note
        (300, "0.33", "100.00"),  # a price that was rounded
        (0, "5.00", "0.00"),
        (2, None, "9.00"),
        (None, "5.00", "9.00"),
    ],
)
def test_credit_notes_rounded_prices_and_lines_without_pieces_or_price_keep_the_rule(kept):
    assert told(lines(kept)) == []


def test_where_many_lines_differ_it_is_no_rule_of_the_company():
    assert told(lines(*[(2, "5.00", "9.00")] * 6)) == []
    assert told(lines(*[(2, "5.00", "9.00")] * 5)) == [("not_pieces_times_price", 5, 25, "45.00")]


def test_a_price_is_held_against_the_amount_in_the_currency_of_the_order():
    rated = lines().with_columns(amount_in_currency=pl.col("sales_amount"), sales_amount=pl.col("sales_amount") * 2)
    assert told(rated) == []


def test_pieces_taken_off_for_an_amount_above_zero_are_told():
    assert told(lines((-2, "5.00", "10.00")).drop("unit_price")) == [("opposite_signs", 1, 21, "10.00")]
    assert told(lines((2, "5.00", "-10.00")).drop("unit_price")) == [], "a voucher"


def test_parts_of_the_lines_tell_the_same():
    every = lines((2, "5.00", "11.90"), (-2, "5.00", "10.00")).collect()
    assert told(*(part.lazy() for part in every.iter_slices(5))) == told(every.lazy())
    assert told(every.clear().lazy()) == []


def costly(*more: tuple) -> pl.LazyFrame:
    """Lines of four products, of one and of three pieces, with amount and cost; `more`: product, pieces, amount, cost."""
    rows = [(p, n, f"{10 * p * n}.00", f"{6 * p * n}.00") for p in range(1, 5) for n in (1, 3) for _ in range(4)]
    frame = pl.LazyFrame(
        [*rows, *more], schema=["product_key", "quantity", "sales_amount", "cost_amount"], orient="row"
    )
    return frame.with_columns(pl.col("sales_amount", "cost_amount").cast(MONEY))


def test_costs_of_nothing_and_costs_of_many_times_the_amount_are_told():
    assert told(costly()) == []
    assert told(costly((1, 1, "10.00", "0.00"))) == [("cost_of_nothing", 1, 33, "10.00")]
    assert told(costly((1, 1, "10.00", "600.00"))) == [("cost_beyond_amount", 1, 33, "10.00")]
    assert told(costly().with_columns(pl.col("cost_amount") * 100))[0][:2] == ("cost_beyond_amount", 32)


def test_costs_that_are_not_known_free_goods_and_clearance_sales_are_not_told():
    assert told(costly((1, 1, "10.00", None), (1, 1, "0.00", "6.00"), (1, 1, "2.00", "6.00"))) == []
    assert told(costly().with_columns(cost_amount=pl.col("cost_amount") * 0)) == [], "a company of services"


@pytest.mark.parametrize(
    ("column", "code"), [("sales_amount", "amount_of_a_piece"), ("cost_amount", "cost_of_a_piece")]
)
def test_an_amount_that_is_the_same_for_one_piece_and_for_three_is_told(column, code):
    of_a_piece = costly().with_columns((pl.col(column) / pl.col("quantity")).cast(MONEY))
    assert (code, 16) in [one[:2] for one in told(of_a_piece)]
    assert [one for one in told(of_a_piece.filter(pl.col("product_key") < 3)) if one[0] == code] == [], "two products"
    cheaper = costly().with_columns(
        pl.when(pl.col("quantity") > 1).then(pl.col(column) / 2).otherwise(column).cast(MONEY)
    )
    assert [one for one in told(cheaper) if one[0] == code] == [], "a rebate for three"
