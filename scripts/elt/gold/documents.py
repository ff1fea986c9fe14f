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

from collections.abc import Callable, Collection, Iterable

import polars as pl

from elt.faults import Fault
from elt.tables import ORDER_ID, ORDER_NUMBER

COLUMN = "document_type"
ORDER, CREDIT_NOTE, DISCOUNT, FEE, TEXT = TYPES = ("order", "credit_note", "discount", "fee", "text")
DOCUMENT = ("order_number", "order_date")
UNKNOWN = 0
AMOUNT = pl.col("sales_amount").fill_null(0)
HAS_GOODS = (pl.col("product_key") != UNKNOWN) & (pl.col("quantity") > 0)


def _marked(lines: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """The lines in their order with the columns of their document; missing for a document that is not among them."""
    return lines.join(documents, on=DOCUMENT, how="left", nulls_equal=True, maintain_order="left")


def _unusual(lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(lines of documents that have a line of zero or less, one row a such document: its total)."""
    odd = lines.filter(AMOUNT <= 0).select(DOCUMENT).unique()
    within = lines.join(odd, on=DOCUMENT, how="semi", nulls_equal=True)
    return within, within.group_by(DOCUMENT).agg(total=AMOUNT.sum(), is_free=(AMOUNT == 0).all())


def sold_products(lines: pl.DataFrame) -> set[int]:
    """Keys of the products that are sold in documents above zero; the documents must be whole."""
    below = _unusual(lines)[1].filter(pl.col("total") < 0)
    sales = lines.filter(AMOUNT > 0, pl.col("product_key") != UNKNOWN)
    return set(sales.join(below, on=DOCUMENT, how="anti", nulls_equal=True)["product_key"].unique().to_list())


def with_types(lines: pl.DataFrame, sold_in_all: Callable[[], Collection[int]] | None = None) -> pl.DataFrame:
    """The lines of fact_sales, in their order, with document_type.

    `sold_in_all`: gives the sold products of all lines, where these are a part of them; their documents are whole.
    """
    if lines.select((AMOUNT > 0).all()).item():
        return lines.with_columns(pl.lit(ORDER).alias(COLUMN))
    sold = sorted(sold_in_all() if sold_in_all else sold_products(lines))
    within, totals = _unusual(lines)
    is_sale = (AMOUNT > 0) & ((pl.col("total") >= 0) | pl.col("product_key").is_in(sold))
    sales = _marked(within, totals).group_by(DOCUMENT).agg(has_sale=is_sale.any())
    documents = totals.join(sales, on=DOCUMENT, nulls_equal=True)
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


def counts(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row a document type: lines, orders or other documents, and the sum of their amounts."""
    columns = lines.collect_schema().names()
    order = pl.col(ORDER_ID if ORDER_ID in columns else ORDER_NUMBER)
    sums = {"lines": pl.len(), "documents": order.n_unique(), "amount": pl.col("sales_amount").sum()}
    return lines.group_by(COLUMN).agg(**sums)


def counted(parts: pl.DataFrame) -> dict[str, dict[str, int | str]]:
    """Document type -> lines, orders or other documents, and the sum of their amounts, for the types that occur.

    `parts`: what `counts` gives of lines, or of parts of them whose documents are whole. Raises Fault for a type that
    does not exist.
    """
    found = parts.group_by(COLUMN).sum().rows_by_key(COLUMN, named=True, unique=True)
    check(found)
    return {name: {**found[name], "amount": str(found[name]["amount"])} for name in TYPES if name in found}


def check(types: Iterable[str]) -> None:
    """Refuse a document type that does not exist."""
    if unknown := sorted(str(name) for name in types if name not in TYPES):
        problem = f"{COLUMN} holds {len(unknown)} values that are no document type"
        raise Fault(
            "mart fact_sales",
            problem,
            f"Give one of {', '.join(TYPES)} by codes of the field with role: document_type, or in fact_sales.sql",
        )
