"""Stated classes are held against those computed from the SQL; each fault names the way from the raw column and a remedy."""

import json
from dataclasses import replace
from functools import cache

import pytest
import yaml
from conftest import ROOT
from written_star import by_sql

from elt.command import company_checks
from elt.gold import calendar_days
from elt.run import class_checks, settings
from elt.run.company import Company
from elt.run.controller import ClassException
from elt.run.mart import Query

STATED = settings.prepared(yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8")))
WHY = {"en": "x", "de": "x"}
BIKES, OFFICE = "config/bike_retailer", "tests/data/office_supplier"


@cache
def company(folder: str = BIKES) -> Company:
    """A company of the project; the bike retailer with its star written by hand."""
    found, faults = settings.load({**STATED, "company": str(ROOT / folder)}, ROOT)
    assert faults == [] and found is not None
    return by_sql(found) if folder == BIKES else found


def with_sql(mart: str, old: str, new: str, found: Company | None = None) -> Company:
    """The company with other SQL of a mart."""
    found = found or company()
    text = found.queries[mart].text
    assert old in text
    return replace(found, queries={**found.queries, mart: Query(f"{mart}.sql", text.replace(old, new))})


def stating(found: Company, mart: str, column: str, personal: str) -> Company:
    """The company that states another class of a column of a mart."""
    columns = [replace(one, personal=personal) if one.name == column else one for one in found.marts[mart].columns]
    return replace(found, marts={**found.marts, mart: replace(found.marts[mart], columns=tuple(columns))})


def excepting(found: Company, column: str, instead_of: str) -> Company:
    """The company with one more exception."""
    return replace(found, class_exceptions=(*found.class_exceptions, ClassException(column, instead_of, WHY)))


def faults(found: Company) -> list[str]:
    """The faults without the company's folder."""
    return [line.removeprefix(f"{found.folder}/") for line in company_checks.classed(found, STATED)[1]]


NAMES = "JOIN silver.crm_customers AS s ON TRUE LEFT JOIN silver.erp_categories"
LEAKING = with_sql("dim_product", "v.product_number, v.version, v.product_name,",
    "v.product_number, v.version, MAX(s.cst_firstname || ' ' || s.cst_lastname) OVER () AS product_name,",
    with_sql("dim_product", "LEFT JOIN silver.erp_categories", NAMES))  # fmt: skip


@pytest.mark.parametrize("folder", [BIKES, OFFICE])
def test_the_companies_of_the_project_have_no_class_that_is_too_weak(folder):
    found, lines = company_checks.classed(company(folder), STATED)
    assert lines == []
    assert all(one.path[0].startswith("raw ") and one.why for one in found.class_exceptions)


def test_a_name_in_the_place_of_a_product_name_is_named_with_its_way_from_the_raw_column():
    lines = faults(LEAKING)
    assert len(lines) == 1
    assert lines[0] == (
        "marts.yaml: marts.dim_product.columns.product_name: is of class none, but takes its value from "
        "silver.crm_customers.cst_firstname (direct): raw crm_customers.cst_firstname → "
        "silver.crm_customers.cst_firstname → gold.dim_product.product_name. Reports print it, so take its value from "
        "another column; or, if it tells nothing of a person, except it with a reason in privacy.yaml: "
        "class_exceptions: [{column: gold.dim_product.product_name, instead_of: direct, why: …}]"
    )
    assert faults(excepting(LEAKING, "gold.dim_product.product_name", "direct")) == []


def test_the_stated_class_is_no_remedy_for_what_reports_print():
    lines = faults(stating(LEAKING, "dim_product", "product_name", "direct"))
    assert lines == [
        "marts.yaml: marts.dim_product.columns.product_name: is of class direct, and reports print it, so it may be none at "
        "most. Take its value from another column and state its class"
    ]


def test_a_mart_of_the_company_in_the_place_of_a_standard_one_is_printed_as_that_is():
    found = stating(LEAKING, "agg_product_performance", "product_name", "direct")
    own = replace(found.marts["agg_product_performance"], left_out=None)
    found = replace(found, marts={**found.marts, own.name: own}, standard=tuple({*found.standard} - {own.name}))
    assert any(
        line.startswith(
            "marts.yaml: marts.agg_product_performance.columns.product_name: is of class direct, and reports print it"
        )
        for line in faults(found)
    )


def test_the_stated_class_is_a_remedy_for_what_reports_hide():
    weak = stating(company(), "dim_customer", "birth_date", "none")
    lines = faults(weak)
    assert [line.split(":")[1].strip() for line in lines] == ["marts.dim_customer.columns.birth_date"]
    assert (
        "raw erp_customers.BDATE → silver.erp_customers.BDATE → gold.dim_customer.birth_date. State personal: quasi"
        in lines[0]
    )
    assert faults(stating(weak, "dim_customer", "birth_date", "quasi")) == []
    assert faults(excepting(weak, "gold.dim_customer.birth_date", "quasi")) == []
    assert len(faults(excepting(weak, "gold.dim_location.x", "quasi"))) == 2


def test_an_exception_does_not_cover_what_is_stricter_than_it_says():
    lines = faults(excepting(LEAKING, "gold.dim_product.product_name", "quasi"))
    assert len(lines) == 1 and "is of class none, but takes its value from" in lines[0]


@pytest.mark.remedy("elt.run.class_checks", "Take the entry out", line=True)
def test_an_exception_that_nothing_needs_or_of_no_column_is_refused():
    assert faults(excepting(company(), "gold.dim_product.product_name", "direct")) == [
        "privacy.yaml: class_exceptions: gold.dim_product.product_name is not needed, as its class is not weaker than what "
        "it is made of. Take the entry out"
    ]
    assert faults(excepting(company(), "gold.dim_product.colour", "direct")) == [
        "privacy.yaml: class_exceptions: gold.dim_product.colour is no column. Take the entry out"
    ]


def test_a_weaker_class_is_found_through_marts_and_renamed_columns():
    through = with_sql(
        "dim_location",
        "SELECT DISTINCT country FROM gold.dim_customer",
        "SELECT DISTINCT last_name AS country FROM gold.dim_customer",
    )
    lines = faults(through)
    assert "silver.crm_customers.cst_lastname → gold.dim_customer.last_name → gold.dim_location.country" in "".join(
        lines
    )
    assert all("(direct)" in line or "(identifier)" in line for line in lines if "takes its value" in line)


def test_a_standard_mart_takes_the_computed_class():
    found, _ = company_checks.classed(company(OFFICE), STATED)
    assert found.marts["agg_geo_performance"].by_name["country"].personal == "quasi"
    assert company(OFFICE).marts["agg_geo_performance"].by_name["country"].personal == "none"
    assert found.marts["agg_customer_value"].by_name["recency_score"].personal == "none"


def test_sql_that_cannot_be_followed_counts_as_direct():
    odd = with_sql("dim_location", "SELECT DISTINCT country", "SELECT DISTINCT p.country", company())
    lines = faults(odd)
    assert any(
        "marts.dim_location.columns.country: is of class none, and how its values come about cannot be followed" in line
        for line in lines
    )


def of_contract(**fields: dict) -> Company:
    """The bike retailer with changed fields of the customers of the CRM."""
    found = company()
    contract = found.contracts["crm_customers"]
    changed = tuple(replace(one, **fields.get(one.name, {})) for one in contract.fields)
    return replace(found, contracts={**found.contracts, "crm_customers": replace(contract, fields=changed)})


@pytest.mark.parametrize(
    "made",
    [{"convert": "cst_lastname"}, {"convert": "COALESCE(cst_gndr, cst_firstname)"}, {"compute": "UPPER(cst_firstname)"},
     {"compute": "CASE WHEN cst_gndr = 'F' THEN cst_lastname ELSE cst_firstname END"}, {"convert": 'cst_gndr || "cst_lastname"'}],
)  # fmt: skip
def test_a_field_that_is_made_of_a_stricter_one_is_as_strict(made):
    weak = of_contract(cst_marital_status=made)
    lines = faults(weak)
    assert lines[0].startswith(
        "contracts/crm_customers.yaml: fields.cst_marital_status: is of class quasi, but takes its value from silver.crm_customers.cst_"
    )
    assert "→ silver.crm_customers.cst_marital_status. State personal: direct" in lines[0]
    stated = of_contract(cst_marital_status={**made, "personal": "direct"})
    assert [line for line in faults(stated) if line.startswith("contracts/")] == []
    assert faults(excepting(weak, "silver.crm_customers.cst_marital_status", "direct")) == []


def test_a_repair_gives_a_field_the_class_of_what_it_sets_and_repairs_pass_it_on():
    found = company()
    contract = found.contracts["crm_products"]
    sales = found.contracts["crm_sales"]
    first = replace(
        sales.repairs[0], field="sls_prd_key", when="sls_prd_key IS NULL", set="CAST(sls_cust_id AS VARCHAR)"
    )
    second = replace(first, field="sls_quantity", when="sls_quantity IS NULL", set="LENGTH(sls_prd_key)")
    weak = replace(
        found, contracts={**found.contracts, "crm_sales": replace(sales, repairs=(*sales.repairs, first, second))}
    )
    lines = [line for line in faults(weak) if line.startswith("contracts/")]
    assert [line.split(":")[1].strip() for line in lines][:1] == ["fields.sls_prd_key"]
    assert "fields.sls_quantity" in {line.split(":")[1].strip() for line in lines}
    assert contract is weak.contracts["crm_products"]


@pytest.mark.parametrize(
    ("formula", "personal"),
    [("MAX(customer_key)", "identifier"), ("MAX(EXTRACT(YEAR FROM order_date))", "quasi"), ("MIN(LENGTH(order_number))", "identifier"),
     ("COUNT(DISTINCT order_number) + MAX(customer_key)", "identifier")],
)  # fmt: skip
def test_a_key_figure_that_shows_a_value_of_a_person_is_refused(formula, personal):
    found = company()
    weak = replace(found, kpis={**found.kpis, "orders": replace(found.kpis["orders"], formula=formula)})
    lines = faults(weak)
    assert len(lines) == 1
    assert lines[0].startswith("kpis.yaml: orders.formula: is of class none, but takes its value from gold.fact_sales.")
    assert f"({personal})" in lines[0] and "→ kpi.orders. Reports print it" in lines[0]
    assert faults(excepting(weak, "kpi.orders", personal)) == []


@pytest.mark.parametrize(
    "formula", ["COUNT(DISTINCT customer_key)", "COUNT(DISTINCT order_date)", "SUM(sales_amount) / COUNT(*)"]
)
def test_counts_and_sums_are_key_figures(formula):
    found = company()
    assert faults(replace(found, kpis={**found.kpis, "orders": replace(found.kpis["orders"], formula=formula)})) == []


def known_words(found: Company, table: str) -> set[str]:
    """Columns of text of class none that are made of nothing personal."""
    checked = dict(company_checks.classed(found, STATED)[0].tables())
    columns = getattr(checked[table], "fields", None) or checked[table].columns
    return {one.name for one in columns if one.type == "string" and one.personal == "none" and not one.from_persons}


def test_known_words_come_from_columns_without_a_personal_origin_excepted_or_not():
    goods = {"product_number", "product_name", "category", "subcategory", "product_line"}
    assert known_words(company(), "gold.dim_product") == goods
    assert known_words(excepting(LEAKING, "gold.dim_product.product_name", "direct"), "gold.dim_product") == goods - {
        "product_name"
    }
    assert known_words(company(), "gold.dim_location") == known_words(company(), "gold.agg_geo_performance") == set()
    assert "source_file" not in known_words(company(OFFICE), "silver.order_lines")


def test_text_that_is_made_of_the_name_of_a_file_is_no_known_word_in_a_mart_either():
    through = with_sql("dim_product", "MIN(Artikel) AS Artikel", "MIN(source_file) AS Artikel", company(OFFICE))
    assert faults(through) == []
    assert known_words(through, "gold.dim_product") == {"product_number"}


@pytest.mark.parametrize("folder", [BIKES, OFFICE])
def test_what_was_computed_is_the_same_when_it_is_remembered(folder):
    found = class_checks.checked(company(folder), 5, calendar_days.SCHEMA).company
    kept = json.loads(json.dumps(class_checks.told(found)))
    assert class_checks.applied(company(folder), kept) == found == company_checks.classed(company(folder), STATED)[0]
