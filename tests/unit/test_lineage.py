"""Lineage is read from SQL: stars, unions, windows, common table expressions, subqueries; too much where it fails."""

from pathlib import Path

import pytest

from elt.files import read_yaml
from elt.privacy import data_map, lineage
from elt.run import settings, sql_names

ROOT = Path(__file__).resolve().parents[2]
TABLES = {
    "silver.people": ["id", "name", "born"],
    "silver.orders": ["number", "person", "amount"],
    "gold.dim": ["key", "id"],
}


def traced(sql, *wanted):
    """Lineage of an SQL text over the tables above; columns without the layer's name for short."""
    found = lineage.of_query(sql, TABLES, wanted)
    assert found.is_by_column
    return {column: {".".join(leaf) for leaf in leaves} for column, leaves in found.columns.items()}


def test_a_renamed_or_computed_column_has_all_columns_of_its_expression():
    sql = "SELECT name AS n, amount * 2 AS twice, CASE WHEN born IS NULL THEN 0 ELSE amount END AS c FROM silver.people, silver.orders"
    assert traced(sql, "n", "twice", "c") == {
        "n": {"silver.people.name"},
        "twice": {"silver.orders.amount"},
        "c": {"silver.people.born", "silver.orders.amount"},
    }


def test_stars_and_common_table_expressions_are_followed():
    sql = "WITH a AS (SELECT p.*, 1 AS one FROM silver.people AS p), b AS (SELECT * FROM a) SELECT b.*, name || id AS both_ FROM b"
    found = traced(sql, "born", "one", "both_")
    assert found == {"born": {"silver.people.born"}, "one": set(), "both_": {"silver.people.name", "silver.people.id"}}


def test_parts_of_a_union_are_joined_by_place_and_not_by_name():
    found = traced(
        "SELECT id AS x, name AS y FROM silver.people UNION ALL SELECT number, id FROM silver.orders, gold.dim",
        "x",
        "y",
    )
    assert found == {"x": {"silver.people.id", "silver.orders.number"}, "y": {"silver.people.name", "gold.dim.id"}}


def test_a_window_counts_its_partition_and_order():
    sql = "SELECT ROW_NUMBER() OVER (PARTITION BY person ORDER BY number) AS place FROM silver.orders"
    assert traced(sql, "place") == {"place": {"silver.orders.person", "silver.orders.number"}}


def test_a_count_of_rows_comes_from_the_rows():
    sql = "WITH t AS (SELECT person FROM silver.orders) SELECT COUNT(*) AS n, COUNT(DISTINCT person) AS persons FROM t"
    assert traced(sql, "n", "persons") == {"n": {"silver.orders.(rows)"}, "persons": {"silver.orders.person"}}


def test_a_query_within_an_expression_counts_with_its_conditions():
    sql = "SELECT (SELECT MAX(amount) FROM silver.orders AS o WHERE o.person = p.id) AS best FROM silver.people AS p"
    assert traced(sql, "best") == {"best": {"silver.orders.amount", "silver.orders.person", "silver.people.id"}}


def test_joins_and_filters_choose_rows_and_are_no_values():
    found = lineage.of_query(
        "SELECT p.name FROM silver.people AS p JOIN silver.orders AS o ON o.person = p.id WHERE o.amount > 0",
        TABLES,
        ["name"],
    )
    assert found.columns == {"name": {("silver.people", "name")}}
    assert found.choosing == {("silver.orders", "person"), ("silver.people", "id"), ("silver.orders", "amount")}


def test_a_column_that_a_table_lacks_has_no_origin_and_one_that_nothing_offers_is_not_passed_over():
    sql = "SELECT id, gone + id AS sum_ FROM silver.people GROUP BY sum_"
    found = lineage.of_query(sql, TABLES, ["sum_"], {"silver.people": ["gone"]})
    assert (found.columns, found.is_by_column) == ({"sum_": {("silver.people", "id")}}, True)
    assert not lineage.of_query(sql, TABLES, ["sum_"]).is_by_column


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM silver.people AS p JOIN silver.unknown AS u ON TRUE",
        "SELECT name FROM FROM silver.people",
        "SELECT id FROM silver.people",
    ],
)
def test_what_cannot_be_followed_counts_every_column_that_is_read(sql):
    found = lineage.of_query(sql, TABLES, ["name"])
    assert not found.is_by_column
    assert found.columns["name"] >= {("silver.people", column) for column in TABLES["silver.people"]}


def test_fields_come_from_their_repairs_and_computed_ones_from_others():
    contract = {
        "fields": [
            {"name": "a"},
            {"name": "b"},
            {"name": "c", "compute": "a * b"},
            {"name": "d"},
            {"name": "e", "convert": "TRIM(d)"},
        ],
        "repairs": [{"field": "a", "set": "b", "when": "a IS NULL"}, {"field": "d", "set": "a", "when": "TRUE"}],
    }
    found = lineage.of_contract(contract)
    assert found == {"a": {"a", "b"}, "b": {"b"}, "c": {"a", "b"}, "d": {"a", "b", "d"}, "e": {"a", "b", "d", "e"}}


def marts_of(company):
    """(company knowledge, lineage of its marts)."""
    config = {**read_yaml(ROOT / "config/config.yaml"), "company": str(company)}
    knowledge, faults = settings.load(config, ROOT)
    assert faults == []
    return knowledge, data_map.traced(*(knowledge[k] for k in ("contracts", "marts", "sql", "formulas", "star")))


@pytest.mark.parametrize("company", ["config/bike_retailer", "tests/data/office_supplier"])
def test_every_mart_of_both_companies_is_followed_by_column(company):
    knowledge, found = marts_of(ROOT / company)
    assert [name for name, trace in found.items() if not trace.is_by_column] == []
    for name, trace in found.items():
        assert list(trace.columns) == list(knowledge["marts"][name]["columns"])
        read = set(sql_names.tables(knowledge["sql"][name]))
        assert {table for leaves in trace.columns.values() for table, _ in leaves} <= read


def test_the_lineage_of_the_bike_retailer_reaches_the_raw_fields():
    knowledge, found = marts_of(ROOT / "config/bike_retailer")

    def raw(mart, column):
        return lineage.to_raw(knowledge["contracts"], found, found[mart].columns[column])

    assert raw("dim_customer", "gender") == {("crm_customers", "cst_gndr"), ("erp_customers", "GEN")}
    assert raw("dim_customer", "birth_date") == {("erp_customers", "BDATE")}
    assert raw("agg_customer_value", "customer_key") == {("crm_customers", "cst_key")}
    assert raw("agg_geo_performance", "country") == {("erp_locations", "CNTRY")}
    assert raw("fact_sales", "order_date") == {("crm_sales", "sls_order_dt"), ("crm_sales", "sls_ship_dt")}
    assert raw("fact_sales", "sales_amount") == {("crm_sales", f) for f in ("sls_sales", "sls_quantity", "sls_price")}
    names = {("crm_customers", "cst_firstname"), ("crm_customers", "cst_lastname")}
    reached = {name for name, trace in found.items() for c in trace.columns if raw(name, c) & names}
    assert reached == {"dim_customer"}
