"""The tables that SQL reads are found by name; comments, strings and columns are no names."""

import pytest

from shared import sqlnames


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT * FROM silver.sales", ("silver.sales",)),
        ("SELECT s.id FROM silver.sales AS s JOIN gold.dim AS d ON s.id = d.id", ("gold.dim", "silver.sales")),
        ("SELECT * FROM silver.b UNION ALL SELECT * FROM silver.a, silver.b", ("silver.a", "silver.b")),
        ("WITH x AS (SELECT date FROM calendar.days) SELECT * FROM x", ("calendar.days",)),
        ('SELECT * FROM "silver"."sales"', ("silver.sales",)),
        ("SELECT silver.sales.id FROM silver.sales", ("silver.sales",)),
        ("SELECT 'silver.no', \"x\" -- gold.no\n/* gold.neither */ FROM silver.yes", ("silver.yes",)),
        ("SELECT 'it''s gold.no' FROM silver.yes", ("silver.yes",)),
        ("SELECT bronze.x, goldsmith.y FROM other.z", ()),
        ("", ()),
    ],
)
def test_the_tables_of_a_query_are_its_dotted_names(sql, expected):
    assert sqlnames.tables(sql) == expected


def test_a_text_that_cannot_be_taken_apart_is_no_sql():
    with pytest.raises(ValueError, match="is not SQL"):
        sqlnames.tables("SELECT 'x FROM silver.sales")


def test_marts_come_after_those_they_read():
    order = sqlnames.in_order(
        {"report": {"fact"}, "fact": {"customer", "product"}, "product": set(), "customer": set()}
    )
    assert order == ["customer", "product", "fact", "report"]


def test_a_circle_is_named():
    with pytest.raises(ValueError, match="^(a → b → a|b → a → b)$"):
        sqlnames.in_order({"a": {"b"}, "b": {"a"}, "c": set()})


def test_a_mart_that_reads_itself_is_a_circle():
    with pytest.raises(ValueError, match="a → a"):
        sqlnames.in_order({"a": {"a"}})
