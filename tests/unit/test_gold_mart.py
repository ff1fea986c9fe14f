"""A mart is built from its SQL; columns, key, required values and references are proved before it is published."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pytest
from one_table import CANARY

import gold_mart
from elt.faults import Fault
from elt.gold import proofs
from elt.gold.budgets import Budgets
from elt.run import sql_names
from elt.run.mart import Calendar, Mart
from elt.tables import ColumnType, Spec

SALES = (
    ColumnType("number", "string"),
    ColumnType("customer", "string"),
    ColumnType("amount", "number", 2),
    ColumnType("pieces", "integer"),
)
ROWS = "number,customer,amount,pieces\nS2,b,10.00,3\nS1,a,0.05,2\nS3,,-0.05,2\n"


def column(kind: str, **more):
    """One column of marts.yaml."""
    return {"type": kind, "personal": "none", "description": "d", **more}


MART = {
    "title": "Facts",
    "grain": "one row a sale",
    "key": ["number"],
    "ledger": {"table": "sales", "money": {"amount": "amount"}},
    "columns": {
        "number": column("string", required=True),
        "customer": column("string"),
        "amount": column("decimal", decimals=2),
        "is_large": column("boolean"),
    },
}
SQL = "SELECT amount > 5 AS is_large, amount, customer, number FROM silver.sales"


def build(
    folder: Path,
    sql: str,
    mart: dict = MART,
    rows: str = ROWS,
    parents: dict[str, tuple[str, Spec]] | None = None,
    calendar: Calendar | None = None,
    budget: float = 1.0,
    columns: Spec = SALES,
    dates: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[str, dict]:
    """Run the rule's main on a small table, with an entry of marts.yaml; (table, metadata)."""
    gold = folder / "artifacts/runs/r/gold"
    files = {"silver.sales": (rows, columns), **(parents or {})}
    for name, (text, _) in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "facts.sql").write_text(sql, encoding="utf-8")
    gold_mart.main(
        sql=sql_names.bare(sql_names.read(folder / "facts.sql")),
        mart=Mart.of("facts", mart),
        sources={name: gold_mart.Source(str(folder / f"{name}.csv"), spec) for name, (_, spec) in files.items()},
        calendar=calendar,
        formulas={},
        budgets=Budgets(1.0, budget),
        dates=dates,
        output=str(gold / "data/facts.csv"),
        twin=str(gold / "parquet/facts.parquet"),
        metadata=str(gold / "_meta/marts/facts.json"),
    )
    return (gold / "data/facts.csv").read_text(encoding="utf-8"), json.loads(
        (gold / "_meta/marts/facts.json").read_text()
    )


def refusal(folder: Path, *arguments, **more) -> str:
    """The message with which a mart is refused; nothing may have been written, and no cell quoted."""
    with pytest.raises(Fault) as caught:
        build(folder, *arguments, **more)
    assert not [path for path in (folder / "artifacts").rglob("*") if path.is_file()]
    message = str(caught.value)
    assert message.startswith("mart facts: ")
    assert message.endswith("Nothing was written.")
    assert CANARY.casefold() not in message.casefold()
    return message


def test_a_mart_has_the_columns_of_marts_yaml_in_their_order_sorted_by_its_key(tmp_path):
    table, _ = build(tmp_path, SQL)
    assert table == (
        "number,customer,amount,is_large\nS1,a,0.05,false\nS2,b,10.00,true\nS3,,-0.05,false\n"
    )  # fmt: skip


def test_the_metadata_count_rows_missing_values_flags_and_money(tmp_path):
    assert build(tmp_path, SQL)[1] == {
        "name": "facts",
        "reads": ["silver.sales"],
        "rows": 3,
        "missing": {"customer": 1},
        "flags": {"is_large": 1},
        "flag_money": {"is_large": {"amount": "10.00"}},
        "money": {"amount": "10.00"},
        "references": {},
        "kpis": {},
    }


def test_decimals_are_rounded_half_away_from_zero_and_not_cut_off(tmp_path):
    table, _ = build(tmp_path, SQL.replace(" amount,", " amount / pieces AS amount,"))
    assert [line.split(",")[2] for line in table.splitlines()[1:]] == ["0.03", "3.33", "-0.03"]


def test_a_sum_of_decimals_is_exact_where_floats_are_not(tmp_path):
    rows = "number,customer,amount,pieces\n" + "".join(f"S{i},a,{i % 2}.10,1\n" for i in range(1001))
    assert build(tmp_path, SQL, rows=rows)[1]["money"] == {"amount": "600.10"}


def test_a_column_that_the_sql_does_not_give_is_named(tmp_path):
    message = refusal(tmp_path, "SELECT number, amount > 5 AS is_large FROM silver.sales")
    assert "the SQL gives no column customer, amount. Select it in facts.sql" in message


def test_a_column_that_marts_yaml_does_not_know_is_named(tmp_path):
    message = refusal(tmp_path, "SELECT *, amount > 5 AS is_large FROM silver.sales")
    assert "marts.yaml does not know column pieces. Describe it in marts.yaml" in message


def test_a_repeated_key_is_counted(tmp_path):
    rows = ROWS + f"S1,{CANARY},1.00,1\nS1,c,1.00,1\n"
    assert "2 rows repeat the key number" in refusal(tmp_path, SQL, rows=rows)


def test_a_missing_key_is_counted(tmp_path):
    message = refusal(tmp_path, SQL, rows=ROWS + f",{CANARY},1.00,1\n")
    assert "required column number is missing in 1 rows. Check facts.sql" in message


def test_a_missing_required_value_is_counted(tmp_path):
    columns = {**MART["columns"], "customer": column("string", required=True)}
    rows = ROWS + "S4,,1.00,1\n"
    message = refusal(tmp_path, SQL, {**MART, "columns": columns}, rows)
    assert "required column customer is missing in 2 rows" in message


def test_a_mart_without_rows_is_refused(tmp_path):
    assert "has no rows" in refusal(tmp_path, f"{SQL} WHERE amount > 1000")


@pytest.mark.remedy("elt.gold.proofs", "Look in silver/reports where the records are, and export the table with them")
def test_a_mart_of_a_table_without_rows_names_the_table(tmp_path):
    message = refusal(tmp_path, SQL, rows="number,customer,amount,pieces\n")
    assert "mart facts: has no rows, as silver.sales has none. Look in silver/reports" in message
    build(tmp_path, SQL)


CUSTOMERS = {
    "gold.customers": (
        f"key,name\na,{CANARY}\nc,x\n",
        (ColumnType("key", "string"), ColumnType("name", "string")),
    )
}
REFERRING = {**MART, "foreignKeys": {"customer": "customers.key"}}


def test_more_on_an_assumption_than_the_budget_is_refused(tmp_path):
    columns = MART["columns"] | {
        "is_large": {"type": "boolean", "personal": "none", "description": "Large", "doubts": ["amount"],
                     "why": {"en": "large amounts are guessed", "de": "geschätzt"}},
    }  # fmt: skip
    mart = MART | {"columns": columns}
    message = refusal(tmp_path, SQL, mart, budget=0.5)
    assert "1 of 3 rows, 10.00 in amount rest on an assumption (facts.is_large): 100.0% of amount" in message
    assert build(tmp_path, SQL, mart, budget=1)[1]["assumptions"][0]["records"] == 1


def test_values_of_a_foreign_key_that_are_nowhere_are_counted(tmp_path):
    rows = ROWS + f"S4,{CANARY},1.00,1\nS5,{CANARY},1.00,1\n"
    message = refusal(tmp_path, SQL, REFERRING, rows, CUSTOMERS)
    assert "2 values of customer are not in customers.key. Give them the unknown member" in message


def test_a_foreign_key_whose_values_all_exist_is_stated_and_missing_ones_do_not_count(tmp_path):
    rows = ROWS.replace(",b,", ",c,")
    found = build(tmp_path, SQL, REFERRING, rows, CUSTOMERS)[1]
    assert found["references"] == {"customer": {"target": "customers.key", "values": 2}}


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELEC number FROM silver.sales", "selec"),
        ("SELECT nobody FROM silver.sales", 'unable to find column "nobody"'),
        ("SELECT number FROM silver.purchases", "silver.purchases"),
        (SQL.replace("amount,", "number || 'x' + 1 AS amount,"), "not allowed"),
    ],
    ids=["no SQL", "unknown column", "unknown table", "types that do not fit"],
)
def test_sql_that_cannot_be_run_is_refused_with_the_reason(tmp_path, sql, words):
    message = refusal(tmp_path, sql)
    assert "the SQL cannot be run: " in message
    assert words.casefold() in message.casefold()
    assert "Correct facts.sql" in message


def test_sql_that_fails_on_the_data_is_refused_without_their_content(tmp_path):
    sql = SQL.replace("amount,", "CAST(customer AS INTEGER) AS amount,")
    message = refusal(tmp_path, sql, rows=ROWS + f"S9,{CANARY},1.00,1\n")
    assert "the SQL fails on the data (InvalidOperationError). Look in facts.sql for a cast" in message


def test_a_type_that_the_values_do_not_have_is_refused_without_their_content(tmp_path):
    columns = {**MART["columns"], "customer": column("integer")}
    assert "fails on the data" in refusal(tmp_path, SQL, {**MART, "columns": columns}, ROWS + f"S9,{CANARY},1.00,1\n")


def test_the_calendar_can_be_selected_from(tmp_path):
    mart = {**MART, "key": ["date"], "columns": {"date": column("date"), "is_holiday": column("boolean")}, "ledger": {}}
    sql = "SELECT date, is_holiday FROM calendar.days WHERE date >= DATE '2024-12-24' AND date <= DATE '2024-12-26'"
    table, found = build(tmp_path, sql, mart, calendar=Calendar("DE"))
    assert table == "date,is_holiday\n2024-12-24,false\n2024-12-25,true\n2024-12-26,true\n"
    assert found["reads"] == ["calendar.days", "silver.sales"]


def test_a_refused_mart_leaves_the_one_of_before_as_it_was(tmp_path):
    before, _ = build(tmp_path, SQL)
    with pytest.raises(Fault):
        build(tmp_path, f"{SQL} WHERE amount > 1000")
    assert (tmp_path / "artifacts/runs/r/gold/data/facts.csv").read_text(encoding="utf-8") == before


def test_texts_with_separators_come_through_as_they_are(tmp_path):
    rows = 'number,customer,amount,pieces\nS1,"Müller, ""Max""\nGmbH",1.00,1\n'
    table, _ = build(tmp_path, SQL, rows=rows)
    assert table == 'number,customer,amount,is_large\nS1,"Müller, ""Max""\nGmbH",1.00,false\n'


FINE = (*SALES[:2], ColumnType("amount", "number", 4), ColumnType("pieces", "decimal", 3))
FINE_ROWS = "number,customer,amount,pieces\nS2,b,10.0049,2.500\nS1,a,0.0149,2.000\nS3,,-0.0500,1.000\n"


def test_an_amount_that_a_mart_rounds_is_counted_with_what_it_moves(tmp_path):
    _, found = build(tmp_path, SQL, rows=FINE_ROWS, columns=FINE)
    assert (found["money"], found["rounded"]) == ({"amount": "9.96"}, {"amount": "-0.0098"})
    (entry,) = found["assumptions"]
    assert (entry["code"], entry["where"], entry["records"], entry["of"]) == ("rounded_in_mart", "facts.amount", 2, 3)
    assert (entry["money"], entry["of_money"]) == ({"amount": "-0.0098"}, {"amount": "9.9698"})


def test_an_amount_that_is_computed_is_rounded_where_it_is_first_stored_and_contradicts_nothing(tmp_path):
    columns = {**MART["columns"], "price": column("decimal", decimals=2, unit="money")}
    computed = {**MART, "ledger": {}, "columns": columns}
    for price, codes in (("amount", ["rounded_in_mart"]), ("amount * 1.25", [])):
        sql = f"WITH s AS (SELECT *, {price} AS price FROM silver.sales) {SQL} AS s".replace(
            "amount,", "s.price, amount,"
        )
        _, found = build(
            tmp_path, sql.replace("FROM silver.sales AS s", "FROM s"), computed, rows=FINE_ROWS, columns=FINE
        )
        assert [one["code"] for one in found.get("assumptions", ())] == codes
        assert "price" in found["rounded"]


def test_a_mart_with_the_decimals_of_its_amounts_rounds_nothing(tmp_path):
    exact = {**MART, "columns": {**MART["columns"], "amount": column("decimal", decimals=4)}}
    _, found = build(tmp_path, SQL, exact, rows=FINE_ROWS, columns=FINE)
    assert found["money"] == {"amount": "9.9698"}
    assert "rounded" not in found and "assumptions" not in found


def test_a_whole_number_does_not_lose_the_decimals_of_its_values(tmp_path):
    whole = {**MART, "columns": {**MART["columns"], "pieces": column("integer")}}
    sql = SQL.replace("number FROM", "number, pieces FROM")
    with pytest.raises(Fault, match="1 values of pieces have decimals, and marts.yaml has it as integer"):
        build(tmp_path, sql, whole, rows=FINE_ROWS, columns=FINE)


def with_dates(days: str, parent: str) -> dict:
    """Arguments of a mart whose ship_date refers to a calendar mart with these days; `days`: of the silver table."""
    mart = {
        **MART,
        "foreignKeys": {"ship_date": "dim_date.date"},
        "columns": {"number": column("string", required=True), "ship_date": column("date", required=True)},
        "ledger": {},
    }
    sales = ("number,shipped\n" + days, (ColumnType("number", "string"), ColumnType("shipped", "date")))
    return {
        "sql": "SELECT number, shipped AS ship_date FROM silver.shipments",
        "mart": mart,
        "parents": {"silver.shipments": sales, "gold.dim_date": (f"date\n{parent}\n", (ColumnType("date", "date"),))},
        "dates": {"ship_date": ("silver.shipments.shipped",)},
    }


def test_a_date_outside_the_calendar_names_the_column_of_silver_and_the_span_of_the_calendar(tmp_path):
    message = refusal(tmp_path, **with_dates("S1,2024-01-05\nS2,1900-01-01\nS3,2024-01-06\n", "2024-01-05"))
    assert message == (
        "mart facts: 2 values of ship_date are not in dim_date.date: 1 lie outside calendar.days, which runs from "
        "1990-01-01 to 2079-12-31; they come from silver.shipments.shipped. Correct the dates in the export, or let "
        "minimum and maximum of shipped in the contract lie within it. Nothing was written."
    )


def test_a_date_within_the_calendar_that_the_target_lacks_names_the_column_of_silver(tmp_path):
    message = refusal(tmp_path, **with_dates("S1,2024-01-05\nS2,2024-01-06\n", "2024-01-05"))
    assert "1 values of ship_date are not in dim_date.date; they come from silver.shipments.shipped. Give" in message


def test_a_required_date_that_is_missing_names_where_it_comes_from(tmp_path):
    message = refusal(tmp_path, **with_dates("S1,2024-01-05\nS2,\n", "2024-01-05"))
    assert "required column ship_date is missing in 1 rows; it comes from silver.shipments.shipped. Check" in message
    assert "in silver/reports whether the records with these dates are in quarantine" in message


def test_order_lines_on_key_0_are_counted_in_lines_and_money_by_dimension(tmp_path):
    lines = (
        ColumnType("order_number", "string"), ColumnType("customer_key", "integer"),
        ColumnType("product_key", "integer"), ColumnType("sales_amount", "decimal", 2),
    )  # fmt: skip
    path = tmp_path / "facts.csv"
    path.write_text("order_number,customer_key,product_key,sales_amount\nA,0,1,10.00\nB,2,1,30.00\n", encoding="utf-8")
    keys = {"customer_key": "dim_customer.customer_key", "product_key": "dim_product.product_key"}
    columns = {c.name: column(c.type, decimals=2 if c.type == "decimal" else None) for c in lines}
    facts = Mart.of(
        "fact_sales", {**MART, "key": ["order_number"], "ledger": {}, "foreignKeys": keys, "columns": columns}
    )
    counts = gold_mart.tables.scan(path, lines).select(proofs.line_counters(facts)).collect().row(0, named=True)
    found = proofs.unknown_members(counts, facts)
    assert found["customer_key"] == {
        "dimension": "dim_customer", "lines": 1, "of": 2, "money": "10.00", "of_money": "40.00",
    }  # fmt: skip
    assert found["product_key"]["lines"] == 0
    assert proofs.unknown_entries(facts, found) == [
        {
            "code": "unknown_member", "where": "fact_sales.customer_key → dim_customer", "key": "customer_key",
            "records": 1, "of": 2, "money": {"sales_amount": "10.00"}, "of_money": {"sales_amount": "40.00"},
        }
    ]  # fmt: skip
