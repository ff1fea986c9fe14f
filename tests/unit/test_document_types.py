"""What a line stands for: each kind of document on lines small enough to check by hand."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from elt.faults import Fault
from elt.gold import documents

DAY = date(2024, 3, 1)
JACKET, SHIRT, VOUCHER, HANDLING = 1, 2, 3, 4
SOLD_ELSEWHERE = [("A1", JACKET, 1, "100.00"), ("A2", SHIRT, 1, "40.00")]


def typed(*rows: tuple[Any, ...]) -> list[str]:
    """Document types of lines (order number, product, pieces, amount, perhaps a day), in their order."""
    full = [(*row, DAY) if len(row) == 4 else row for row in rows]
    names = ["order_number", "product_key", "quantity", "sales_amount", "order_date"]
    frame = pl.DataFrame(full, schema=names, orient="row", schema_overrides={"quantity": pl.Int64})
    frame = frame.with_columns(pl.col("sales_amount").cast(pl.Decimal(38, 2)))
    return documents.with_types(frame)["document_type"].to_list()


def of_document(*lines: tuple[Any, ...]) -> list[str]:
    """Document types of the lines of one document; jackets and shirts are sold in others."""
    return typed(*SOLD_ELSEWHERE, *(("B1", *line) for line in lines))[len(SOLD_ELSEWHERE) :]


def test_lines_above_zero_are_orders():
    assert typed(*SOLD_ELSEWHERE) == ["order", "order"]


def test_a_document_below_zero_is_a_credit_note_and_its_free_line_a_text():
    assert of_document((JACKET, -1, "-100.00"), (SHIRT, 1, "0.00")) == ["credit_note", "text"]


@pytest.mark.parametrize("pieces", [1, -1, 0, None])
def test_a_voucher_in_an_order_is_a_discount_however_its_pieces_are_written(pieces):
    assert of_document((JACKET, 1, "100.00"), (VOUCHER, pieces, "-10.00")) == ["order", "discount"]


def test_a_reduction_under_the_number_of_the_product_is_a_discount():
    assert of_document((JACKET, 1, "100.00"), (JACKET, 1, "-5.00")) == ["order", "discount"]


def test_pieces_that_come_back_within_an_order_are_a_return():
    assert of_document((JACKET, 1, "100.00"), (SHIRT, -1, "-40.00")) == ["order", "credit_note"]
    assert of_document((JACKET, 1, "100.00"), (0, -1, "-40.00")) == ["order", "credit_note"]


def test_an_exchange_for_something_cheaper_is_an_order():
    assert of_document((JACKET, -1, "-100.00"), (SHIRT, 1, "40.00")) == ["credit_note", "order"]


def test_a_charge_for_taking_back_is_a_fee_and_makes_no_order():
    assert of_document((JACKET, -1, "-100.00"), (HANDLING, 1, "5.00")) == ["credit_note", "fee"]


def test_a_credit_note_under_the_number_of_its_order_is_one_by_its_day():
    lines = [("B1", JACKET, 1, "100.00", DAY), ("B1", JACKET, 1, "-100.00", date(2024, 4, 2))]
    assert typed(*lines) == ["order", "credit_note"]


def test_a_free_line_of_an_order_belongs_to_it_and_a_line_without_goods_is_text():
    assert of_document((JACKET, 1, "100.00"), (SHIRT, 1, "0.00"), (0, 1, "0.00"), (SHIRT, 0, "0.00")) == [
        "order", "order", "text", "text",
    ]  # fmt: skip


def test_a_delivery_free_of_charge_is_an_order_and_a_document_of_words_is_text():
    assert of_document((SHIRT, 2, "0.00")) == ["order"]
    assert of_document((0, 0, "0.00")) == ["text"]


def test_a_voucher_that_pays_all_of_an_order_leaves_it_an_order():
    assert of_document((SHIRT, 1, "40.00"), (VOUCHER, 1, "-40.00")) == ["order", "discount"]


def test_types_are_counted_with_lines_documents_and_amount_and_a_made_up_type_is_refused():
    frame = pl.LazyFrame(
        {
            "document_type": ["order", "order", "text"],
            "order_number": ["A", "A", "B"],
            "sales_amount": ["1.50", "2", "0"],
        }
    ).with_columns(pl.col("sales_amount").cast(pl.Decimal(38, 2)))
    assert documents.counted(documents.counts(frame).collect()) == {
        "order": {"lines": 2, "documents": 1, "amount": "3.50"},
        "text": {"lines": 1, "documents": 1, "amount": "0.00"},
    }
    with pytest.raises(Fault, match="1 values that are no document type"):
        documents.counted(documents.counts(frame.with_columns(document_type=pl.lit("Rechnung"))).collect())
