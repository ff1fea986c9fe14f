"""Lineage is read from SQL: stars, unions, windows, common table expressions, subqueries; too much where it fails."""

from dataclasses import replace
from pathlib import Path

import pytest

from elt.files import read_yaml
from elt.privacy import data_map, origins
from elt.run import lineage, mart_lineage, settings, sql_names
from elt.run.contract import Contract
from elt.run.mart import Query

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


def test_a_query_within_an_expression_counts_the_rows_that_it_counts():
    sql = "SELECT (SELECT COUNT(*) FROM silver.orders AS o WHERE o.person = p.id) AS n FROM silver.people AS p"
    assert traced(sql, "n") == {"n": {"silver.orders.(rows)", "silver.orders.person", "silver.people.id"}}


def test_a_name_given_in_the_same_select_is_followed():
    sql = "SELECT amount * 2 AS twice, twice + number AS more FROM silver.orders"
    assert traced(sql, "more") == {"more": {"silver.orders.amount", "silver.orders.number"}}


def test_names_in_quotes_may_hold_dots_and_blanks_and_case_tells_them_apart():
    tables = {"silver.clients": ["Kd.-Nr", "Kd Name", "ort", "Ort"]}
    sql = 'SELECT "Kd.-Nr" AS a, k."Kd Name" AS b, Ort AS c, ort AS d FROM silver.clients AS k'
    found = lineage.of_query(sql, tables, "abcd").columns
    assert [leaf for name in "abcd" for leaf in found[name]] == [
        ("silver.clients", column) for column in ("Kd.-Nr", "Kd Name", "Ort", "ort")
    ]


@pytest.mark.parametrize("group", ["born", "b", "1"])
def test_groups_choose_rows_whether_by_column_by_alias_or_by_place(group):
    found = lineage.of_query(f"SELECT born AS b, COUNT(*) AS n FROM silver.people GROUP BY {group}", TABLES, ["b"])
    assert found.choosing == {("silver.people", "born")}


@pytest.mark.parametrize("condition", ["id IN (SELECT person FROM silver.orders WHERE amount > 0)",
    "EXISTS (SELECT 1 FROM silver.orders AS o WHERE o.person = p.id AND o.amount > 0)"])  # fmt: skip
def test_a_query_within_a_filter_chooses_rows_with_all_that_it_reads(condition):
    found = lineage.of_query(f"SELECT name FROM silver.people AS p WHERE {condition}", TABLES, ["name"])
    assert found.columns == {"name": {("silver.people", "name")}}
    assert found.choosing == {("silver.people", "id"), ("silver.orders", "person"), ("silver.orders", "amount")}


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
    made = {"c": {"compute": "a * b"}, "e": {"convert": "TRIM(d)"}}
    contract = {
        **{"name": "letters", "title": "Letters", "files": "*.csv", "primaryKey": ["a"]},
        "fields": [{"name": name, "type": "string", **made.get(name, {})} for name in "abcde"],
        "repairs": [
            {"field": "a", "set": "b", "when": "a IS NULL", "why": "b is right"},
            {"field": "d", "set": "a", "when": "TRUE", "why": "a is right"},
        ],
    }
    found = origins.of_contract(Contract.of(contract))
    assert found == {"a": {"a", "b"}, "b": {"b"}, "c": {"a", "b"}, "d": {"a", "b", "d"}, "e": {"a", "b", "d", "e"}}


def marts_of(folder):
    """(company, lineage of its marts)."""
    config = {**read_yaml(ROOT / "config/config.yaml"), "company": str(folder)}
    company, faults = settings.load(config, ROOT)
    assert faults == []
    sql = {name: query.text for name, query in company.queries.items()}
    known = data_map.Knowledge(company.contracts, company.marts, sql, company.formulas, company.star)
    return company, data_map.traced(known)


@pytest.mark.parametrize("folder", ["config/bike_retailer", "tests/data/office_supplier"])
def test_every_mart_of_both_companies_is_followed_by_column(folder):
    company, found = marts_of(ROOT / folder)
    assert [name for name, trace in found.items() if not trace.is_by_column] == []
    for name, trace in found.items():
        assert list(trace.columns) == company.marts[name].names
        read = set(sql_names.tables(company.queries[name].text))
        assert {table for leaves in trace.columns.values() for table, _ in leaves} <= read


def test_the_lineage_of_the_bike_retailer_reaches_the_raw_fields():
    company, found = marts_of(ROOT / "config/bike_retailer")

    def raw(mart, column):
        return origins.to_raw(company.contracts, found, found[mart].columns[column])

    assert raw("dim_customer", "gender") == {("crm_customers", "cst_gndr"), ("erp_customers", "GEN")}
    assert raw("dim_customer", "birth_date") == {("erp_customers", "BDATE")}
    assert raw("agg_customer_value", "customer_key") == {("crm_customers", "cst_key")}
    assert raw("agg_geo_performance", "country") == {("erp_locations", "CNTRY")}
    assert raw("fact_sales", "order_date") == {("crm_sales", "sls_order_dt"), ("crm_sales", "sls_ship_dt")}
    assert raw("fact_sales", "sales_amount") == {("crm_sales", f) for f in ("sls_sales", "sls_quantity", "sls_price")}
    names = {("crm_customers", "cst_firstname"), ("crm_customers", "cst_lastname")}
    reached = {name for name, trace in found.items() for c in trace.columns if raw(name, c) & names}
    assert reached == {"dim_customer"}


@pytest.mark.parametrize(
    ("folder", "fields"),
    [("config/bike_retailer", ("crm_sales", "sls_order_dt")), ("tests/data/office_supplier", ("orders", "Datum"))],
)
def test_the_field_that_the_order_date_comes_from_is_read_from_the_sql(folder, fields):
    company, _ = marts_of(ROOT / folder)
    assert mart_lineage.silver_dates(company, "fact_sales", "order_date") == [fields]
    assert mart_lineage.order_dates(company, fields[0]) == fields[1:]
    assert mart_lineage.referring_dates(company, "fact_sales")["order_date"] == (".".join(("silver", *fields)),)


def changed(company, **sql):
    """A company with other SQL of some marts."""
    queries = {name: Query(f"{name}.sql", text) for name, text in sql.items()}
    return replace(company, queries={**company.queries, **queries})


def test_dates_are_followed_through_other_marts_and_expressions_and_no_others_count():
    company, _ = marts_of(ROOT / "config/bike_retailer")
    through = changed(
        company,
        fact_sales="SELECT COALESCE(d.date, s.sls_ship_dt) AS order_date, s.sls_ord_num AS order_number "
        "FROM silver.crm_sales AS s LEFT JOIN gold.dim_date AS d ON d.date = s.sls_due_dt",
        dim_date="SELECT MIN(s.sls_order_dt) AS date FROM silver.crm_sales AS s",
    )
    names = ["order_number", "order_date"]
    facts = through.marts["fact_sales"]
    mart = replace(facts, columns=tuple(facts.by_name[name] for name in names), derived=())
    dates = replace(through.marts["dim_date"], columns=(through.marts["dim_date"].by_name["date"],))
    through = replace(through, marts={**through.marts, "fact_sales": mart, "dim_date": dates})
    assert mart_lineage.order_dates(through, "crm_sales") == ("sls_order_dt", "sls_ship_dt")
    assert mart_lineage.order_dates(through, "erp_customers") == ()


def test_sql_that_cannot_be_followed_makes_no_date_of_birth_an_order_date():
    company, _ = marts_of(ROOT / "config/bike_retailer")
    assert mart_lineage.silver_dates(changed(company, fact_sales="SELECT FROM ("), "fact_sales", "order_date") == []


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT a, b + 1 AS more FROM silver.t", ["a", "more"]),
        ("SELECT a FROM silver.t UNION ALL SELECT b FROM silver.u", ["a"]),
        ("WITH x AS (SELECT a FROM silver.t) SELECT a AS z FROM x", ["z"]),
        ("DROP TABLE silver.t", []),
        ("SELECT FROM WHERE (", []),
    ],
)
def test_the_columns_of_a_query_are_named_by_its_select(sql, names):
    assert lineage.outputs(sql) == names
