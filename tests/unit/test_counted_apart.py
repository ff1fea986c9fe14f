"""Grouped queries that count distinct values give, computed in pieces, what they give as they stand."""

import random
from decimal import Decimal
from itertools import pairwise

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from elt.gold import counted_apart, order_parts, tracing
from elt.gold.counted_apart import computed, pieces_of
from elt.gold.steps import in_steps

NUMBER = random.Random(3)
LINES = 600


def some(values, missing=True):
    """One of the values for each line, or none."""
    return [NUMBER.choice([*values, *([None] if missing else [])]) for _ in range(LINES)]


def facts(orders):
    """Order lines with these order numbers, with missing values; product 4 is in no order."""
    amounts = {name: [None if v is None else Decimal(v) / 100 for v in some(range(-500, 999))] for name in ("sales_amount", "cost_amount")}  # fmt: skip
    kinds, products = some(["order", "credit_note"]), some(range(6), missing=False)
    kinds = ["text" if product == 4 else kind for kind, product in zip(kinds, products, strict=True)]
    columns = {"order_number": orders, "customer_key": some(range(9)), "product_key": products, "kind": kinds}
    types = {"order_number": pl.UInt32, **dict.fromkeys(amounts, pl.Decimal(38, 2))}
    return pl.LazyFrame({**columns, **amounts}, schema_overrides=types)


ORDERED = sorted(some(range(200)), key=lambda number: (number is not None, number or 0))
PRODUCTS = {"product_key": range(5), "category": ["a", "b", None, "a", "c"], "product_number": list("ppqrs")}
FRAMES = {"gold.fact_sales": facts(ORDERED), "gold.dim_product": pl.LazyFrame(PRODUCTS)}
WITH = """WITH lines AS (
    SELECT f.*, p.product_number, p.category FROM gold.fact_sales AS f
    JOIN gold.dim_product AS p ON f.product_key = p.product_key
) """
GROUPED = (
    WITH
    + """SELECT category, SUM(sales_amount) AS revenue, COUNT(*) AS lines, COUNT(cost_amount) AS priced,
    COALESCE(SUM(sales_amount) FILTER (WHERE kind = 'credit_note'), 0) AS returns,
    MIN(cost_amount) AS least, MAX(cost_amount) FILTER (WHERE kind = 'order') AS most,
    COUNT(DISTINCT order_number) FILTER (WHERE kind = 'order') AS orders, COUNT(DISTINCT order_number) AS documents,
    COUNT(DISTINCT customer_key) FILTER (WHERE customer_key <> 0 AND kind = 'order') AS customers,
    COUNT(DISTINCT product_number) FILTER (WHERE kind = 'order') AS products,
    SUM(sales_amount) / NULLIF(COUNT(DISTINCT order_number) FILTER (WHERE kind = 'order'), 0) AS value
    FROM lines WHERE sales_amount <> 1 GROUP BY category"""
)
WHOLE = "SELECT COUNT(DISTINCT order_number) AS orders, SUM(sales_amount) AS revenue, COUNT(DISTINCT customer_key) AS customers FROM gold.fact_sales"  # fmt: skip
TWO_KEYS = (
    WITH
    + "SELECT f.customer_key, p.category, COUNT(DISTINCT f.product_key) AS products FROM gold.fact_sales AS f "
    + "LEFT JOIN gold.dim_product AS p ON f.product_key = p.product_key GROUP BY f.customer_key, p.category"
).removeprefix(WITH)


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of few lines."""
    monkeypatch.setattr(order_parts, "PART", 50)


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("sql", [GROUPED, WHOLE, TWO_KEYS])
def test_pieces_give_the_cells_and_types_of_the_whole(sql):
    found = computed(sql, FRAMES)
    assert found is not None
    assert_frame_equal(found, pl.SQLContext(FRAMES).execute(sql).collect(), check_row_order=False)


@pytest.mark.usefixtures("small_parts")
def test_the_queries_of_a_text_that_count_orders_are_computed_in_ranges(monkeypatch):
    read = []
    monkeypatch.setattr(counted_apart, "pairwise", lambda borders: read.append(len(borders) - 1) or pairwise(borders))
    sql = f"WITH whole AS ({WHOLE}) SELECT *, revenue / orders AS value FROM whole"
    assert_frame_equal(in_steps(sql, FRAMES).collect(), pl.SQLContext(FRAMES).execute(sql).collect())
    assert read == [LINES // 50]


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize(
    "lines",
    [facts(NUMBER.sample(ORDERED, LINES)), facts(ORDERED).with_columns(pl.col("order_number").cast(pl.Int64))],
    ids=["not sorted", "no place of an order"],
)
def test_lines_in_another_order_and_other_numbers_stay_whole(lines):
    assert computed(WHOLE, {"gold.fact_sales": lines}) is None


def test_few_lines_stay_whole():
    assert computed(WHOLE, FRAMES) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("COUNT(*)", "AVG(cost_amount)"),
        ("COUNT(*)", "SUM(DISTINCT cost_amount)"),
        ("COUNT(*)", "COUNT(DISTINCT product_key + 1)"),
        ("COUNT(*)", "COUNT(DISTINCT product_key, customer_key)"),
        ("COUNT(*)", "UNHEARD(cost_amount)"),
        ("COUNT(*)", "MAX(cost_amount) + customer_key"),
        ("GROUP BY category", "GROUP BY category ORDER BY category LIMIT 1"),
        ("GROUP BY category", "GROUP BY category HAVING COUNT(*) > 3"),
        ("GROUP BY category", "GROUP BY 1 + 1, category"),
        ("SELECT f.*", "SELECT DISTINCT f.*"),
        ("SELECT f.*", "SELECT ROW_NUMBER() OVER (ORDER BY f.sales_amount) AS n, f.*"),
        ("    JOIN", "    RIGHT JOIN"),
        ("gold.fact_sales AS f", "gold.dim_product AS f"),
        ("gold.dim_product AS p", "gold.fact_sales AS p"),
        ("gold.dim_product AS p", "(SELECT * FROM gold.dim_product) AS p"),
        ("FROM lines", "FROM lines JOIN lines AS l ON TRUE"),
    ],
)
def test_what_does_not_add_up_for_certain_is_computed_as_it_stands(before, after):
    assert before in GROUPED
    assert pieces_of(GROUPED) is not None
    assert pieces_of(GROUPED.replace(before, after, 1)) is None


def test_what_counts_nothing_distinctly_is_computed_as_it_stands():
    assert pieces_of("SELECT SUM(sales_amount) AS revenue FROM gold.fact_sales") is None
    assert pieces_of("no SQL (") is None


@pytest.mark.parametrize(
    ("sql", "is_stored"),
    [
        ("SELECT a FROM silver.t", True),
        ("SELECT * FROM silver.t", True),
        ("SELECT a + 1 AS a FROM silver.t", False),
        ("SELECT a FROM silver.t UNION ALL SELECT 0 AS a", True),
        ("SELECT 1 AS a UNION ALL SELECT 0 AS a", False),
        ("WITH x AS (SELECT b * 2 AS a, c FROM silver.t) SELECT a FROM x", False),
        ("WITH x AS (SELECT b * 2 AS a, c FROM silver.t) SELECT c AS a FROM x", True),
        ("WITH t AS (SELECT b * 2 AS a FROM silver.t) SELECT a FROM silver.t", True),
        ("SELECT q.a FROM (SELECT UPPER(b) AS a FROM silver.t) AS q", False),
        ("SELECT * FROM (SELECT UPPER(b) AS a FROM silver.t) AS q", False),
        ("SELECT s.a FROM (SELECT UPPER(b) AS a, k FROM silver.t) AS q JOIN silver.s AS s ON s.k = q.k", True),
        ("SELECT a FROM (", True),
        ("DROP TABLE t", False),
    ],
)
def test_a_column_is_stored_where_no_query_within_computes_it(sql, is_stored):
    assert tracing.is_stored(sql, "a") is is_stored


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a FROM (",
        "DROP TABLE t",
        "SELECT 1 AS a",
        "SELECT a FROM silver.t UNION SELECT a FROM silver.s",
        "SELECT SUM(a) AS a FROM silver.t",
    ],
)
def test_sql_through_which_no_row_comes_as_it_is_is_not_followed(sql):
    with pytest.raises(tracing.NotFollowedError):
        tracing.numbered(sql)
