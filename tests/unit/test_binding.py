"""The SQL of the marts is planned over empty tables: what nothing offers is named with its mart, table and spelling."""

from dataclasses import replace
from functools import cache

import pytest
import yaml
from conftest import ROOT
from written_star import by_sql

from elt.gold import binding, calendar_days
from elt.run import settings
from elt.run.company import Company
from elt.run.mart import Calendar, Query

COMPANIES = ["config/bike_retailer", "tests/data/office_supplier"]
STATED = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))


@cache
def company(folder: str = COMPANIES[0]) -> Company:
    """A company of the project."""
    found, faults = settings.load(settings.prepared({**STATED, "company": str(ROOT / folder)}), ROOT)
    assert faults == [] and found is not None
    return found


def with_sql(mart: str, old: str, new: str, folder: str = COMPANIES[0]) -> list[str]:
    """The faults if the SQL of a mart is changed."""
    found = by_sql(company()) if folder == COMPANIES[0] else company(folder)
    text = found.queries[mart].text
    assert old in text
    return list(binding.faults(replace(found, queries={**found.queries, mart: Query("x.sql", text.replace(old, new))})))


@pytest.mark.parametrize("folder", COMPANIES)
def test_the_companies_of_the_project_are_bound_without_a_fault(folder):
    assert list(binding.faults(company(folder))) == []


@pytest.mark.parametrize(
    ("mart", "old", "new", "lines"),
    [
        ("fact_sales", "l.sls_sales AS", "l.sls_sale AS", ["l has no column sls_sale; it may be sls_sales. Correct the SQL"]),
        (
            "dim_customer", "erp.BDATE AS", "erp.BDATES AS",
            ["silver.erp_customers has no column BDATES; it may be BDATE. Correct the SQL, or add the field to "],
        ),
        (
            "dim_location", "DISTINCT country FROM", "DISTINCT countri FROM",
            ["gold.dim_customer has no column countri; it may be country. Correct the SQL, or describe the column in "
             "marts.yaml, under marts.dim_customer", "countries has no column country; it may be countri. Correct"],
        ),
        (
            "dim_product", "prd_nm AS", "PRD_NM AS",
            ["silver.crm_products has no column PRD_NM; it may be prd_nm. Correct the SQL, or add the field to "],
        ),
        ("dim_date", "d.iso_week,", "d.iso_wek,", ["calendar.days has no column iso_wek; it may be iso_week. Correct the SQL"]),
        (
            "fact_sales", "LEFT JOIN gold.dim_location AS g ON c.country = g.country",
            "LEFT JOIN gold.dim_location AS g ON c.land = g.land",
            ["gold.dim_customer has no column land", "gold.dim_location has no column land"],
        ),
        ("dim_product", "v.version = 1 AS", "q.version = 1 AS", ["none of v, c has a column q.version; it may be v.version."]),
        ("dim_location", "AS location_key, country FROM", "AS location_id, country FROM", [
            "mart dim_location: the SQL gives no column location_key; it may be location_id",
        ]),
        ("dim_location", "ROW_NUMBER()", "ROW_NUM()", ["the SQL cannot be run: unsupported function 'row_num'"]),
        ("fact_sales", "s.*", "s.sls_ord_num, s.sls_prd_key", ["l has no column sls_cust_id", "l has no column sls_order_dt"]),
    ],
)  # fmt: skip
def test_what_nothing_offers_is_named_with_mart_table_and_spelling(mart, old, new, lines):
    found = with_sql(mart, old, new)
    for line in lines:
        assert any(line in one for one in found), found
    assert [one for one in found if not one.startswith("x.sql: mart ")] == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT country, location_key FROM (SELECT *, 1 AS location_key FROM (SELECT DISTINCT country FROM gold.dim_customer))",
        "SELECT x.* FROM (SELECT ROW_NUMBER() OVER (ORDER BY a.country) AS location_key, a.country FROM gold.dim_customer AS a "
        "WHERE a.country IN (SELECT country FROM gold.dim_customer WHERE customer_key <> 0)) AS x",
        "WITH one AS (SELECT 1 AS location_key), two AS (SELECT * FROM one) SELECT two.location_key, c.country FROM two "
        "CROSS JOIN gold.dim_customer AS c ORDER BY location_key",
        "SELECT location_key, country FROM (SELECT 1 AS location_key, UNNEST(STRING_TO_ARRAY(country, ',')) AS country FROM "
        "gold.dim_customer) GROUP BY location_key, country",
        "SELECT COUNT(*) FILTER (WHERE country IS NULL) AS location_key, country FROM gold.dim_customer GROUP BY 2 "
        "HAVING COUNT(*) > 1",
        'SELECT "customer_key" AS location_key, "country" FROM gold.dim_customer QUALIFY ROW_NUMBER() OVER (PARTITION BY '
        "country ORDER BY customer_key) = 1",
        "SELECT a.customer_key AS location_key, country FROM gold.dim_customer AS a JOIN gold.dim_customer AS b "
        "USING (customer_key, country)",
    ],
    ids=["star of a query", "star and IN", "queries on queries", "unnest", "filter", "qualify", "using"],
)
def test_whatever_the_planner_takes_is_no_fault(sql):
    found = company()
    changed = replace(found, queries={**found.queries, "dim_location": Query("x.sql", sql)})
    assert [fault for fault in binding.faults(changed) if "cannot be run" not in fault] == []


def test_a_formula_over_a_column_that_the_star_schema_lacks_is_named_as_the_formula():
    found = company()
    text = found.queries["agg_geo_performance"].text
    assert "kpi.revenue" in text
    formulas = {**found.formulas, "revenue": "SUM(sales_amont)"}
    faults = list(binding.faults(replace(found, formulas=formulas)))
    assert any(
        "kpis.yaml: revenue.formula, in mart agg_geo_performance" in fault
        and "sales_amont; it may be sales_amount" in fault
        for fault in faults
    ), faults


def test_what_a_ledger_proves_is_bound_too():
    found = company()
    mart = found.marts["agg_geo_performance"]
    ledger = replace(mart.ledger, kpis={**mart.ledger.kpis, "orders": "wrong"})
    changed = replace(found, marts={**found.marts, mart.name: replace(mart, ledger=ledger)})
    faults = list(binding.faults(replace(changed, formulas={**found.formulas, "wrong": "SUM(no_such)"})))
    assert len(faults) == 1 and "no_such" in faults[0]


def test_the_columns_of_the_calendar_are_those_that_marts_get():
    made = calendar_days.days(Calendar("DE")).collect_schema()
    assert dict(made) == calendar_days.SCHEMA
