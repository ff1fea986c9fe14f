"""A mart's named queries that group lines are computed one after the other, with the result of the whole text."""

from decimal import Decimal

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from elt.gold.sources import Source, counting_orders
from elt.gold.steps import in_steps, only_counts_orders, queries_of
from elt.run.columns import Column
from elt.run.mart import Mart
from elt.tables import ColumnType

LINES = {
    "gold.fact_sales": pl.LazyFrame(
        {
            "order_number": ["A", "A", "B", "C", "C", "D"],
            "customer_key": [1, 1, 2, 1, 1, 0],
            "sales_amount": list(map(Decimal, ("1.50", "2.25", "3.00", "4.10", "-1.00", "0.99"))),
        },
        schema_overrides={"sales_amount": pl.Decimal(38, 2)},
    )
}
SQL = """-- A comment with a ( bracket, and a word WITH.
WITH lines AS (SELECT *, sales_amount > 2 AS is_large FROM gold.fact_sales WHERE order_number <> ')'),
people AS (
    SELECT customer_key, SUM(sales_amount) AS revenue, COUNT(DISTINCT order_number) FILTER (WHERE is_large) AS orders
    FROM lines GROUP BY customer_key
),
total AS (SELECT SUM(revenue) AS revenue FROM people),
ranked AS (SELECT *, RANK() OVER (ORDER BY revenue DESC) AS place FROM people)
SELECT r.customer_key, r.orders, r.place, r.revenue / t.revenue AS share
FROM ranked AS r CROSS JOIN total AS t"""


def test_the_named_queries_are_found_and_which_of_them_are_groups():
    queries, rest = queries_of(SQL)
    assert [(query.name, query.is_grouped) for query in queries] == [
        ("lines", False), ("people", True), ("total", True), ("ranked", False),
    ]  # fmt: skip
    assert rest.startswith("SELECT r.customer_key") and queries[0].text.endswith("<> ')')")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 AS a",
        "WITH RECURSIVE a AS (SELECT 1 AS x) SELECT * FROM a",
        "WITH a(x) AS (SELECT 1) SELECT x FROM a",
        "WITH a AS (SELECT 1 AS x",
        "WITH a AS (SELECT 'x",
        "",
    ],
)
def test_a_text_of_another_form_stays_whole(sql):
    assert queries_of(sql) == ([], sql)


@pytest.mark.parametrize("sql", [SQL, "SELECT MAX(sales_amount) AS most FROM gold.fact_sales"])
def test_steps_give_what_the_whole_text_gives_with_the_same_types(sql):
    whole = pl.SQLContext(LINES).execute(sql).collect()
    assert_frame_equal(in_steps(sql, LINES).collect(), whole, check_row_order=False)


@pytest.mark.parametrize(
    ("sql", "counts"),
    [
        (SQL.replace(" WHERE order_number <> ')'", ""), True),
        (SQL, False),
        ("SELECT f.* FROM gold.fact_sales AS f", True),
        ("SELECT COUNT(order_number) AS n FROM gold.fact_sales", False),
        ("SELECT COUNT(DISTINCT order_number) AS n, MAX(order_number) AS last FROM gold.fact_sales", False),
        ("SELECT COUNT(DISTINCT LEFT(order_number, 2)) AS n FROM gold.fact_sales", False),
        ("SELECT a.x FROM gold.fact_sales AS a JOIN gold.other AS b USING (order_number)", False),
        ("SELECT a.x FROM gold.fact_sales AS a NATURAL JOIN gold.other AS b", False),
        ("SELECT * FROM gold.fact_sales UNION ALL SELECT * FROM gold.other", False),
        ("SELECT order_number AS n FROM gold.fact_sales", False),
        ("no SQL (", False),
    ],
)
def test_order_numbers_become_integers_only_where_they_are_only_counted(sql, counts):
    assert only_counts_orders(sql) is counts


def test_an_sql_text_that_counts_orders_reads_integers_and_any_other_their_numbers(tmp_path):
    path, spec = tmp_path / "lines.csv", (ColumnType("order_number", "string"), ColumnType("line_number", "integer"))
    path.write_text("order_number,line_number\nB,1\nA,1\nA,2\n", encoding="utf-8")
    sources = {"gold.fact_sales": Source(str(path), spec, (ColumnType("cost_amount", "decimal"),))}
    frames = {"gold.fact_sales": sources["gold.fact_sales"].scan()}
    counting = "SELECT COUNT(DISTINCT order_number) AS n FROM gold.fact_sales"
    mart = Mart("counts", "", "", ("n",), (Column("n", "integer"),))
    read = counting_orders(counting, frames, sources, mart)["gold.fact_sales"].collect()
    assert read["order_number"].to_list() == [2, 1, 1] and read.columns == [
        "order_number",
        "line_number",
        "cost_amount",
    ]
    named = Mart("lines", "", "", ("order_number",), (Column("order_number", "string"),))
    for sql, reader in (("SELECT order_number FROM gold.fact_sales", mart), ("SELECT * FROM gold.fact_sales", named)):
        texts = counting_orders(sql, frames, sources, reader)["gold.fact_sales"].collect()
        assert texts["order_number"].to_list() == ["B", "A", "A"]
