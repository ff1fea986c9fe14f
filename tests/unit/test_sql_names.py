"""The tables that SQL reads are found by name; comments, strings and columns are no names."""

import pytest

from elt.run import sql_names


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
    assert sql_names.tables(sql) == expected


QUOTED = "SELECT kpi.b, 'kpi.no' AS \"kpi.no\", k.a, kpi_b -- kpi.no\n/* kpi.neither */ , kpi.a FROM gold.f AS k"


def test_the_key_figures_of_a_query_are_its_names_after_kpi():
    assert sql_names.kpis(QUOTED) == ("a", "b")
    assert sql_names.kpis("SELECT SUM(a) FROM gold.kpi") == ()


def test_a_formula_takes_the_place_of_its_name_and_comments_and_texts_stay_as_they_are():
    assert sql_names.with_formulas(QUOTED, {"a": "SUM(x) - 1", "b": "COUNT(*)"}) == (
        "SELECT (COUNT(*)), 'kpi.no' AS \"kpi.no\", k.a, kpi_b -- kpi.no\n/* kpi.neither */ , (SUM(x) - 1) FROM gold.f AS k"
    )


def test_a_formula_is_in_brackets_so_that_its_operators_do_not_mix_with_those_around_it():
    assert sql_names.with_formulas("SELECT 2 * kpi.a / kpi.a", {"a": "1 + 2"}) == "SELECT 2 * (1 + 2) / (1 + 2)"


def test_a_formula_is_not_searched_for_key_figures_again():
    assert sql_names.with_formulas("SELECT kpi.a", {"a": "kpi.a", "b": "1"}) == "SELECT (kpi.a)"


def test_names_behind_letters_beyond_ascii_are_found_at_their_place():
    assert sql_names.with_formulas("SELECT 'Müßig 🚲' AS ö, kpi.a", {"a": "1"}) == "SELECT 'Müßig 🚲' AS ö, (1)"


def test_a_text_that_cannot_be_taken_apart_is_no_sql():
    with pytest.raises(ValueError, match="is not SQL"):
        sql_names.tables("SELECT 'x FROM silver.sales")


def test_marts_come_after_those_they_read():
    order = sql_names.in_order(
        {"report": {"fact"}, "fact": {"customer", "product"}, "product": set(), "customer": set()}
    )
    assert order == ["customer", "product", "fact", "report"]


def test_a_circle_is_named():
    with pytest.raises(ValueError, match="^(a → b → a|b → a → b)$"):
        sql_names.in_order({"a": {"b"}, "b": {"a"}, "c": set()})


def test_a_mart_that_reads_itself_is_a_circle():
    with pytest.raises(ValueError, match="a → a"):
        sql_names.in_order({"a": {"a"}})


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT a -- why\n  FROM silver.t", "SELECT a FROM silver.t"),
        ("/* one\n row */ SELECT  kpi.revenue", "SELECT kpi.revenue"),
        ("SELECT '-- no  comment', \"a  b\"\tFROM t", "SELECT '-- no  comment', \"a  b\" FROM t"),
        ("SELECT 'it''s', a.b--c\n, 1", "SELECT 'it''s', a.b , 1"),
        ("SELECT 'open", "SELECT 'open"),
    ],
)
def test_comments_and_layout_are_no_code_and_the_tokens_stay(sql, code):
    assert sql_names.bare(sql) == code
