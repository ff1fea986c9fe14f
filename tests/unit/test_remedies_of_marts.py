"""Remedies of messages about marts, order lines and books: each is applied as told, and the mart is accepted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from test_audit_ledger import MARTS, TABLES, changed
from test_audit_ledger import run as balanced
from test_audit_manifest import put
from test_gold_mart import CUSTOMERS, FINE, FINE_ROWS, MART, REFERRING, ROWS, SQL, build, column, with_dates
from test_gold_pseudonyms import run as pseudonymised
from test_reconciliation import LOST, PRICED
from test_reconciliation import found as traced

import audit_manifest
from elt.faults import Fault
from elt.gold import budgets, documents, proofs
from elt.run.mart import Mart
from elt.sales import overview

pytestmark = pytest.mark.slow

remedy = pytest.mark.remedy


def refused(call: Callable[[], Any]) -> str:
    """The message with which a call is refused."""
    with pytest.raises(Fault) as caught:
        call()
    return str(caught.value)


def with_columns(**changed_columns: dict[str, Any]) -> dict[str, Any]:
    """The mart with some columns changed or added."""
    return {**MART, "columns": {**MART["columns"], **changed_columns}}


@remedy("elt.gold.binding", "Select it in …")
@remedy("elt.gold.binding", "Describe it in marts.yaml")
@remedy("elt.tables", "Correct …")
@remedy("elt.tables", "Look in … for a cast that a value does not allow")
def test_the_sql_of_a_mart_is_corrected(tmp_path):
    refused(lambda: build(tmp_path, SQL.replace(" customer,", "")))
    assert build(tmp_path, SQL)[1]["rows"] == 3
    wider = SQL.replace(" customer,", " customer, pieces,")
    refused(lambda: build(tmp_path, wider))
    assert build(tmp_path, wider, with_columns(pieces=column("integer")))[1]["rows"] == 3
    refused(lambda: build(tmp_path, SQL.replace("amount > 5", "amuont > 5")))
    cast = SQL.replace(" customer,", " CAST(pieces AS INTEGER) AS customer,")
    rows, typed = ROWS.replace("10.00,3", "10.00,three"), SALES_AS_TEXT
    numbers = with_columns(customer=column("integer"))
    refused(lambda: build(tmp_path, cast, numbers, rows, columns=typed))
    tried = cast.replace("CAST(", "TRY_CAST(")
    assert build(tmp_path, tried, numbers, rows, columns=typed)[1]["missing"] == {"customer": 1}


SALES_AS_TEXT = (*FINE[:2], replace(FINE[2], decimals=2), replace(FINE[3], type="string", decimals=None))


@remedy("elt.gold.proofs", "Check … against the silver tables")
@remedy("elt.gold.proofs", "Check the key and the joins of …")
@remedy("elt.gold.proofs", "Check …")
def test_rows_and_keys_are_right_once_the_sql_or_the_key_is(tmp_path):
    refused(lambda: build(tmp_path, f"{SQL} WHERE amount > 1000"))
    assert build(tmp_path, f"{SQL} WHERE amount > 1")[1]["rows"] == 1
    doubled = f"{SQL} CROSS JOIN gold.customers"
    refused(lambda: build(tmp_path, doubled, parents=CUSTOMERS))
    assert build(tmp_path, SQL, parents=CUSTOMERS)[1]["rows"] == 3
    longer = {**with_columns(name=column("string")), "key": ["number", "name"]}
    named = doubled.replace("customer, number", "customer, number, name")
    assert build(tmp_path, named, longer, parents=CUSTOMERS)[1]["rows"] == 6
    needed = with_columns(customer=column("string", required=True))
    refused(lambda: build(tmp_path, SQL, needed))
    given = SQL.replace(" customer,", " COALESCE(customer, 'n/a') AS customer,")
    assert build(tmp_path, given, needed)[1]["missing"] == {}


@remedy(
    "elt.gold.proofs",
    "Check …, and in silver/reports whether the records with these dates are in quarantine, which their lines are not: "
    "correct them in the export, or let missingValues and repairs in the contract give a day",
)
def test_missing_dates_are_found_in_the_sql_or_at_their_records(tmp_path):
    refused(lambda: build(tmp_path, **with_dates("S1,2024-01-05\nS2,\n", "2024-01-05")))
    mended = with_dates("S1,2024-01-05\nS2,\n", "2024-01-05")
    mended["sql"] += " WHERE shipped IS NOT NULL"
    assert build(tmp_path, **mended)[1]["rows"] == 1
    assert build(tmp_path, **with_dates("S1,2024-01-05\n", "2024-01-05"))[1]["rows"] == 1
    # as a repair in the contract leaves the record
    assert build(tmp_path, **with_dates("S1,2024-01-05\nS2,2024-01-05\n", "2024-01-05"))[1]["rows"] == 2


@remedy("elt.gold.proofs", "Give them the unknown member or correct the join")
@remedy("elt.gold.proofs", "Give them the unknown member, or let the target have these days")
def test_values_without_a_partner_get_the_unknown_member_or_a_target(tmp_path):
    refused(lambda: build(tmp_path, SQL, REFERRING, ROWS, CUSTOMERS))
    unknown = {"gold.customers": (f"{CUSTOMERS['gold.customers'][0]}n/a,unknown\n", CUSTOMERS["gold.customers"][1])}
    joined = SQL.replace(" customer,", " COALESCE(c.key, 'n/a') AS customer,")
    joined += " LEFT JOIN gold.customers AS c ON customer = c.key"
    assert build(tmp_path, joined, REFERRING, ROWS, unknown)[1]["references"]["customer"]["values"] == 2
    assert build(tmp_path, joined.replace("LEFT", "INNER"), REFERRING, ROWS, CUSTOMERS)[1]["rows"] == 1
    days = "S1,2024-01-05\nS2,2024-01-06\n"
    refused(lambda: build(tmp_path, **with_dates(days, "2024-01-05")))
    assert build(tmp_path, **with_dates(days, "2024-01-05\n2024-01-06"))[1]["rows"] == 2


@remedy(
    "elt.gold.proofs", "Correct the dates in the export, or let minimum and maximum of … in the contract lie within it"
)
def test_dates_outside_the_calendar_are_corrected_or_limited_by_the_contract(tmp_path):
    refused(lambda: build(tmp_path, **with_dates("S1,2024-01-05\nS2,1900-01-01\n", "2024-01-05")))
    assert build(tmp_path, **with_dates("S1,2024-01-05\nS2,2024-01-05\n", "2024-01-05"))[1]["rows"] == 2
    # with minimum: 1990-01-01 the record is in quarantine, and not in the silver table
    assert build(tmp_path, **with_dates("S1,2024-01-05\n", "2024-01-05"))[1]["rows"] == 1


@remedy("elt.gold.proofs", "Look for lines that are lost or doubled by …")
def test_a_mart_proves_its_key_figure_once_it_loses_no_lines():
    facts = pl.LazyFrame({"sales_amount": [1, 2]}).with_columns(pl.col("sales_amount").cast(pl.Decimal(38, 2)))
    mart = Mart.of("by_month", {**with_columns(), "ledger": {"kpis": {"amount": "revenue"}}})
    formulas = {"revenue": "SUM(sales_amount)"}
    refused(lambda: proofs.check_kpis(facts, mart, formulas, {"amount": "2.00"}))
    assert proofs.check_kpis(facts, mart, formulas, {"amount": "3.00"})["amount"]["total"] == "3.00"


@remedy("elt.gold.budgets", "Mend the source, or raise assumption_budget in config/config.yaml")
def test_what_rests_on_an_assumption_is_mended_or_its_budget_raised(tmp_path):
    why = {"en": "large amounts are guessed", "de": "große Beträge sind geschätzt"}
    mart = with_columns(is_large=column("boolean", doubts=["amount"], why=why))
    refused(lambda: build(tmp_path, SQL, mart, budget=0.5))
    assert build(tmp_path, SQL, mart, ROWS.replace("10.00", "1.00"), budget=0.5)[1]["rows"] == 3
    assert build(tmp_path, SQL, mart, budget=1.0)[1]["rows"] == 3


@remedy("elt.gold.rounding", "Write type: decimal and its decimals in marts.yaml")
def test_a_whole_number_with_decimals_becomes_a_decimal(tmp_path):
    def of(**pieces: Any) -> Any:
        sql = SQL.replace("number FROM", "number, pieces FROM")
        return build(tmp_path, sql, with_columns(pieces=column(**pieces)), rows=FINE_ROWS, columns=FINE)

    refused(lambda: of(kind="integer"))
    assert "2.500" in of(kind="decimal", decimals=3)[0]


@remedy("elt.gold.documents", "Give one of … by codes of the field with role: document_type, or in fact_sales.sql")
def test_a_document_type_that_is_none_is_one_of_those_that_the_message_lists():
    lines = pl.LazyFrame({"order_number": ["A"], "sales_amount": [1]}).with_columns(
        pl.col("sales_amount").cast(pl.Decimal(38, 2))
    )

    def told(name: str) -> list[str]:
        return list(documents.counted(documents.counts(lines.with_columns(document_type=pl.lit(name))).collect()))

    message = refused(lambda: told("Rechnung"))
    listed = message.split("Give one of ")[1].split(" by codes")[0].split(", ")
    assert tuple(listed) == documents.TYPES
    for name in listed:
        assert told(name) == [name]


@remedy("elt.gold.budgets", "Look at the conditions and joins of …; …")
def test_lines_that_are_lost_or_doubled_are_accepted_in_each_way_that_is_named():
    _, lost, mart = traced(LOST)
    message = refused(lambda: budgets.check_lines(mart, lost, 0.01))
    line = f"write under marts.{mart.name}.ledger in marts.yaml the line left_out: {{en: <why>, de: <warum>}}"
    assert f"if it is meant so, {line}, or raise fact_budget" in message
    message = refused(lambda: budgets.check_lines(replace(mart, is_drawn=True), lost, 0.01))
    assert "of the roles and foreignKeys of the contracts (snakemake draft_star writes" in message
    assert f"let snakemake draft_star write the mart, and {line}" in message
    _, told, mart = traced(PRICED)
    budgets.check_lines(mart, told, 0.0)
    _, told, mart = traced(LOST, table="lines", left_out={"en": "gifts", "de": "Geschenke"})
    budgets.check_lines(mart, told, 0.01)
    budgets.check_lines(mart, lost, 0.3)
    _, doubled, mart = traced(f"{PRICED} CROSS JOIN (SELECT product AS other FROM silver.products) AS x")
    assert "left_out:" not in refused(lambda: budgets.check_lines(mart, doubled, 0.01))
    budgets.check_lines(mart, doubled, 1e9)


@remedy("audit_ledger", "Check the SQL of the mart, or the roles that it is drawn from")
@remedy("audit_ledger", "Correct marts.yaml")
@remedy("audit_ledger", "Look for lines that the mart loses or doubles")
def test_books_balance_once_marts_and_their_ledger_are_right(tmp_path):
    for wrong in (
        changed(MARTS, ["fact", "found", "rows"], 5),
        changed(MARTS, ["fact", "ledger", "money", "revenue"], "price"),
        changed(MARTS, ["fact", "found", "money", "revenue"], "9.99"),
        changed(MARTS, ["by_country", "found", "money", "revenue"], "9.99"),
    ):
        refused(lambda wrong=wrong: balanced(tmp_path, TABLES, wrong))
    assert balanced(tmp_path)["balanced"] is True


@remedy("audit_manifest", "Move them out of …")
def test_a_foreign_file_is_moved_out_of_the_run(tmp_path):
    run = tmp_path / "artifacts/runs/mine"
    put(run, "gold/data/x.csv", "reports/notes.txt")

    def closed() -> None:
        audit_manifest.main({}, [str(run / "gold/data/x.csv")], str(run / "_meta/run_manifest.json"))

    message = refused(closed)
    assert f"Move them out of {run}" in message
    (run / "reports/notes.txt").rename(tmp_path / "notes.txt")
    closed()


@remedy(
    "gold_pseudonyms",
    "Make one number of them by a repair in the contract of the customer number, or in dim_customer.sql",
)
def test_customers_with_one_number_become_one(tmp_path: Path):
    refused(lambda: pseudonymised(tmp_path, "customer_key,customer_number\n1,AW1\n2,AW1\n3,AW2\n"))
    assert len(pseudonymised(tmp_path, "customer_key,customer_number\n1,AW1\n3,AW2\n")) == 3


@remedy("elt.sales.overview", "Look in silver/reports/ why the order lines were left out")
def test_without_order_lines_there_is_nothing_to_report_and_with_one_there_is():
    lines = pl.LazyFrame(
        {
            "order_date": [date(2024, 1, 5)],
            "order_number": ["A"],
            "sales_amount": [1],
            "customer_key": [1],
            "product_key": [1],
            "quantity": [1],
        }
    ).with_columns(pl.col("sales_amount").cast(pl.Decimal(38, 2)), document_type=pl.lit("order"))
    products = pl.LazyFrame({"product_key": [1], "product_number": ["P"], "product_name": ["Bell"]})
    months = pl.LazyFrame({"month_start": [date(2024, 1, 1)], "is_complete": [False], "orders": [1]})

    def told(facts: pl.LazyFrame) -> date:
        return overview.sales_of(facts, products, months, {}, "newest", 5).today

    refused(lambda: told(lines.filter(pl.lit(value=False))))
    assert told(lines) == date(2024, 1, 5)
