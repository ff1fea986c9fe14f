"""Order lines that are made in parts are those that are made at once; where that is not sure, they are made at once."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import gold_mart
from elt.gold import order_parts
from elt.gold.budgets import Budgets
from elt.gold.order_source import order_source
from elt.run import sql_names
from elt.run.mart import Mart
from elt.sales.collective_accounts import CollectiveAccounts
from elt.tables import ColumnType

COLUMNS = {"silver.lines": ["number", "product", "pieces", "customer"], "silver.products": ["product", "price", "kind"],
           "silver.customers": ["id", "customer"]}  # fmt: skip
PLAIN = "SELECT l.number AS order_number, p.price FROM silver.lines AS l LEFT JOIN silver.products AS p ON l.product = p.product"
WINDOW = ("WITH numbered AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY number ORDER BY product) AS place FROM silver.lines) "
          "SELECT n.number AS order_number, n.place FROM numbered AS n")  # fmt: skip


@pytest.mark.parametrize(
    "sql",
    [
        PLAIN,
        f"{PLAIN} WHERE l.pieces > 0 ORDER BY 1",
        PLAIN.replace("LEFT JOIN", "JOIN"),
        PLAIN.replace("p.price", "(SELECT MAX(price) FROM silver.products) AS price"),
        WINDOW,
        f"SELECT x.order_number FROM ({WINDOW.split(') SELECT')[0].split('AS (')[1].replace('number,', 'number AS order_number,', 1)}) AS x".replace(
            "SELECT *,", "SELECT number AS order_number,"
        ),
    ],
)
def test_lines_that_depend_on_no_other_order_have_a_source_of_their_orders(sql):
    assert order_source(sql, COLUMNS) == ("silver.lines", "number")


@pytest.mark.parametrize(
    "sql",
    [
        PLAIN.replace("LEFT JOIN", "RIGHT JOIN"),
        PLAIN.replace("LEFT JOIN", "FULL JOIN"),
        PLAIN.replace("SELECT l", "SELECT DISTINCT l"),
        PLAIN.replace("l.number AS", "TRIM(l.number) AS"),
        PLAIN.replace("l.number AS order_number", "p.product AS order_number"),
        PLAIN.replace("p.price", "MAX(p.price) AS price"),
        PLAIN.replace("p.price", "SUM(l.pieces) OVER () AS price"),
        PLAIN.replace("p.price", "SOMETHING(l.pieces) AS price"),
        PLAIN.replace("p.price", "(SELECT MAX(pieces) FROM silver.lines) AS price"),
        f"{PLAIN} LIMIT 3",
        f"{PLAIN} UNION ALL {PLAIN}",
        f"{PLAIN} JOIN silver.lines AS other ON l.number = other.number",
        WINDOW.replace("PARTITION BY number", "PARTITION BY product"),
        f"{WINDOW} JOIN numbered AS o ON n.number = o.number",
        "SELECT number AS order_number, SUM(pieces) AS pieces FROM silver.lines GROUP BY number",
        "SELECT number AS order_number FROM silver.nothing",
        "SELECT 'A' AS order_number",
        "no SQL",
    ],
)
def test_lines_that_may_depend_on_another_order_have_none(sql):
    assert order_source(sql, COLUMNS) is None


@pytest.mark.parametrize(
    ("numbers", "borders"),
    [("aaabbc", [0, 3, 5, 6]), ("aaaaaa", [0, 6]), ("abcd", [0, 2, 4]), ("", [0, 0]), ("a", [0, 1])],
)
def test_a_part_ends_with_an_order(numbers, borders, monkeypatch):
    monkeypatch.setattr(order_parts, "PART", 2)
    monkeypatch.setattr(order_parts, "NEAR", 2)
    assert order_parts.borders_of(pl.LazyFrame({"number": list(numbers)}, schema={"number": pl.String})) == borders


SALES = (
    ColumnType("number", "string"), ColumnType("product", "string"), ColumnType("customer", "integer"),
    ColumnType("day", "date"), ColumnType("pieces", "integer"), ColumnType("amount", "number", 4),
)  # fmt: skip
PRODUCTS = (ColumnType("product_key", "integer"), ColumnType("product_number", "string"))
FACTS: dict[str, Any] = {
    "title": "Sales", "grain": "one row an order line", "key": ["order_number", "line_number"],
    "foreignKeys": {"product_key": "dim_product.product_key"},
    "ledger": {"table": "sales", "money": {"sales_amount": "amount"}},
    "columns": {
        "order_number": {"type": "string"}, "line_number": {"type": "integer"}, "customer_key": {"type": "integer"},
        "product_key": {"type": "integer"}, "order_date": {"type": "date"}, "quantity": {"type": "integer"},
        "sales_amount": {"type": "decimal", "decimals": 2}, "document_type": {"type": "string"},
    },
}  # fmt: skip
SQL = """WITH lines AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY number ORDER BY product) AS line_number FROM silver.sales
)
SELECT l.number AS order_number, l.line_number, COALESCE(l.customer, 0) AS customer_key,
    COALESCE(p.product_key, 0) AS product_key, l.day AS order_date, l.pieces AS quantity, l.amount AS sales_amount
FROM lines AS l LEFT JOIN gold.dim_product AS p ON l.product = p.product_number WHERE l.pieces <> 9"""


def sales() -> str:
    """Lines of 60 orders: sold, given back, free, with a voucher, finer than cents, of unknown products; some left out by the SQL."""
    rows = []
    for order in range(60):
        for line in range(order % 3 + 1):
            sign = -1 if order % 7 == 3 or (order % 5 == 4 and line == 1) else 0 if (order + line) % 11 == 0 else 1
            pieces = 9 if order % 20 == 19 else 1
            amount = (
                "0"
                if not sign
                else f"{sign * (order * 3 + line + 1)}.{(order * 37) % 100:02}{'55' if order % 4 else '00'}"
            )
            product = f"P{(order + line) % 5}{2 if sign == 0 else line}"
            rows.append(f"O{order:03},{product},{order % 8 or ''},2024-01-{order % 28 + 1:02},{pieces * (sign or 1)},{amount}")  # fmt: skip
    return "number,product,customer,day,pieces,amount\n" + "".join(f"{row}\n" for row in rows)


def built(folder: Path, sql: str = SQL) -> tuple[bytes, bytes, dict[str, Any]]:
    """(CSV, twin, metadata) of the order lines."""
    gold = folder / "artifacts/runs/r/gold"
    folder.mkdir(exist_ok=True)
    (folder / "sales.csv").write_text(sales(), encoding="utf-8")
    products = "".join(f"{n + 1},P{n % 5}{n // 5}\n" for n in range(12))
    (folder / "products.csv").write_text(f"product_key,product_number\n0,n/a\n{products}", encoding="utf-8")
    (folder / "facts.sql").write_text(sql, encoding="utf-8")
    output, twin, metadata = gold / "data/f.csv", gold / "parquet/f.parquet", gold / "_meta/f.json"
    gold_mart.main(
        sql=sql_names.bare(sql_names.read(folder / "facts.sql")),
        mart=replace(Mart.of("fact_sales", FACTS), derived=("document_type",)),
        sources={
            "silver.sales": gold_mart.Source(str(folder / "sales.csv"), SALES),
            "gold.dim_product": gold_mart.Source(str(folder / "products.csv"), PRODUCTS),
        },
        calendar=None,
        formulas={},
        accounts=CollectiveAccounts(0.1),
        budgets=Budgets(),
        sorted_by={"silver.sales": "number"},
        output=str(output),
        twin=str(twin),
        metadata=str(metadata),
    )
    return output.read_bytes(), twin.read_bytes(), json.loads(metadata.read_text())


def parts_made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Filled with the number of parts of each mart that is built from now on."""
    made: list[int] = []
    monkeypatch.setattr(gold_mart.rulelog.log, "info", lambda text, name, rows, parts: made.append(parts))
    return made


def test_order_lines_made_in_parts_are_those_made_at_once_with_all_that_is_said_of_them(tmp_path, monkeypatch):
    made = parts_made(monkeypatch)
    once = built(tmp_path / "once")
    monkeypatch.setattr(order_parts, "PART", 10)
    parts = built(tmp_path / "parts")
    monkeypatch.setattr(gold_mart, "parts_of", lambda sql, frames, mart, sorted_by: order_parts.OrderParts(frames))
    whole = built(tmp_path / "whole")
    assert made == [1, 12, 1]
    assert once == parts == whole
    _, _, found = parts
    assert {"order", "credit_note", "discount", "text"} <= set(found["documents"])
    assert found["rounded"] and found["unknown"]["product_key"]["lines"]
    assert found["source"]["tables"]["sales"]["left_out"] > 0
    assert (
        found["buyers"]
        == pl.read_csv(tmp_path / "once/artifacts/runs/r/gold/data/f.csv")
        .filter(pl.col("customer_key") != 0)["customer_key"]
        .n_unique()
    )
    assert found["source"]["tables"]["sales"]["amounts"]["sales_amount"]["left_out"] != "0"


def test_doubled_and_unclear_amounts_are_the_same_in_parts(tmp_path, monkeypatch):
    sql = SQL.replace("l.amount AS sales_amount", "l.amount + COALESCE(p.product_key, 0) AS sales_amount")
    sql = sql.replace("PARTITION BY number ORDER BY product)", "PARTITION BY number ORDER BY product) * 100")
    sql = sql.replace("l.line_number,", "l.line_number + COALESCE(p.product_key, 0) AS line_number,")
    sql = sql.replace("l.product = p.product_number", "l.product = p.product_number OR FALSE").replace(" OR FALSE", "")
    sql = sql.replace("LEFT JOIN gold.dim_product AS p", "LEFT JOIN (SELECT product_key, product_number FROM "
                      "gold.dim_product UNION ALL SELECT product_key + 20, product_number FROM gold.dim_product) AS p")  # fmt: skip
    sql = sql.replace("COALESCE(p.product_key, 0) AS product_key", "0 AS product_key")
    monkeypatch.setattr(order_parts, "PART", 10)
    parts = built(tmp_path / "parts", sql)
    monkeypatch.setattr(gold_mart, "parts_of", lambda sql, frames, mart, sorted_by: order_parts.OrderParts(frames))
    assert built(tmp_path / "whole", sql) == parts
    source = parts[2]["source"]["tables"]["sales"]
    assert source["doubled"] and source["amounts"]["sales_amount"]["unclear"]


def test_a_table_that_is_sorted_otherwise_or_not_that_of_the_ledger_gives_one_part():
    frames = {"silver.sales": pl.LazyFrame(schema={"number": pl.String, "product": pl.String, "pieces": pl.Int64})}
    sql, mart = "SELECT number AS order_number FROM silver.sales", Mart.of("fact_sales", FACTS)
    of = order_parts.parts_of
    assert of(sql, frames, mart, {"silver.sales": "number"}).table == "silver.sales"
    assert of(sql, frames, mart, {"silver.sales": "product"}).table == ""
    other = replace(mart, ledger=replace(mart.ledger, table="others"))
    assert of(sql, frames, other, {"silver.sales": "number"}).table == ""
    assert of(sql, frames, replace(mart, name="others"), {"silver.sales": "number"}).table == ""
    numbers = {"silver.sales": pl.LazyFrame(schema={"number": pl.Int64})}
    assert of(sql, numbers, mart, {"silver.sales": "number"}).table == ""  # 9 comes before 10, and "10" before "9"
