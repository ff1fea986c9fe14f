"""What a line of fact_sales stands for: its document type, derived from amounts, pieces and products.

A document is what has one order number and one day. Lines with a positive amount in a document that does not sum below
zero are lines of an `order`. All else is decided by these rules, in this order:

- a document that sums below zero is an order all the same if it has a positive line of a product that is also sold in
  documents above zero: something old was taken back for something new; other positive lines in it are a `fee`
- a negative line of an order is a `credit_note` if pieces of a sold or unknown product come back (quantity below zero),
  else a `discount`: a voucher or a reduction; a negative line of another document is a `credit_note`
- a line of zero is a line of the order if it has pieces of a known product and its document is no credit note, else a
  `text`

A company whose source says what a document is gives the column document_type in its SQL; then nothing is derived.
"""

from collections.abc import Iterable

import polars as pl

from elt.faults import Fault

COLUMN = "document_type"
ORDER, CREDIT_NOTE, DISCOUNT, FEE, TEXT = TYPES = ("order", "credit_note", "discount", "fee", "text")
DOCUMENT = ("order_number", "order_date")
UNKNOWN = 0
AMOUNT = pl.col("sales_amount").fill_null(0)
HAS_GOODS = (pl.col("product_key") != UNKNOWN) & (pl.col("quantity") > 0)


def _marked(lines: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """The lines in their order with the columns of their document; missing for a document that is not among them."""
    return lines.join(documents, on=DOCUMENT, how="left", nulls_equal=True, maintain_order="left")


def _unusual(lines: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
    """(one row a document with a line of zero or less: its total, whether it has a sale; keys of sold products)."""
    odd = lines.filter(AMOUNT <= 0).select(DOCUMENT).unique()
    within = lines.join(odd, on=DOCUMENT, how="semi", nulls_equal=True)
    totals = within.group_by(DOCUMENT).agg(total=AMOUNT.sum(), is_free=(AMOUNT == 0).all())
    below = totals.filter(pl.col("total") < 0)
    sales = lines.filter(AMOUNT > 0, pl.col("product_key") != UNKNOWN)
    sold = sales.join(below, on=DOCUMENT, how="anti", nulls_equal=True)["product_key"].unique().to_list()
    is_sale = (AMOUNT > 0) & ((pl.col("total") >= 0) | pl.col("product_key").is_in(sold))
    found = _marked(within, totals).group_by(DOCUMENT).agg(has_sale=is_sale.any())
    return totals.join(found, on=DOCUMENT, nulls_equal=True), sold


def with_types(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines of fact_sales, in their order, with document_type."""
    if lines.select((AMOUNT > 0).all()).item():
        return lines.with_columns(pl.lit(ORDER).alias(COLUMN))
    documents, sold = _unusual(lines)
    is_sold, pieces = pl.col("product_key").is_in(sold), pl.col("quantity").fill_null(0)
    comes_back = (pieces < 0) & (is_sold | (pl.col("product_key") == UNKNOWN))
    found = (
        pl.when(pl.col("total").is_null() | ((AMOUNT > 0) & (is_sold | (pl.col("total") >= 0))))
        .then(pl.lit(ORDER))
        .when(AMOUNT > 0)
        .then(pl.lit(FEE))
        .when(AMOUNT < 0)
        .then(pl.when(pl.col("has_sale") & ~comes_back).then(pl.lit(DISCOUNT)).otherwise(pl.lit(CREDIT_NOTE)))
        .when((pl.col("has_sale") | pl.col("is_free")) & HAS_GOODS)
        .then(pl.lit(ORDER))
        .otherwise(pl.lit(TEXT))
    )
    added = [name for name in documents.columns if name not in DOCUMENT]
    return _marked(lines, documents).with_columns(found.alias(COLUMN)).drop(added)


def counted(lines: pl.LazyFrame) -> dict[str, dict[str, int | str]]:
    """Document type -> lines, orders or other documents, and the sum of their amounts, for the types that occur.

    Raises Fault for a type that does not exist.
    """
    columns = lines.collect_schema().names()
    if COLUMN not in columns:
        return {}
    found = (
        lines.group_by(COLUMN)
        .agg(lines=pl.len(), documents=pl.col("order_number").n_unique(), amount=pl.col("sales_amount").sum())
        .collect(engine="streaming")
        .rows_by_key(COLUMN, named=True, unique=True)
    )
    check(found)
    return {name: {**found[name], "amount": str(found[name]["amount"])} for name in TYPES if name in found}


def check(types: Iterable[str]) -> None:
    """Refuse a document type that does not exist."""
    if unknown := sorted(str(name) for name in types if name not in TYPES):
        problem = f"{COLUMN} holds {len(unknown)} values that are no document type"
        raise Fault("mart fact_sales", problem, f"Give one of {', '.join(TYPES)} in fact_sales.sql")
