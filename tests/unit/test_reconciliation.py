"""Every order line is traced to its row of silver and what becomes of every such row, whatever the SQL; with its amount."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from elt.faults import Fault
from elt.gold import budgets, reconciliation
from elt.run.columns import Column
from elt.run.mart import Mart, MartLedger

LINES = 40


def frames() -> dict[str, pl.LazyFrame]:
    """40 lines of 20 orders, two a piece; the price stands at the product, the status at the order."""
    numbers = range(LINES)
    money = pl.Decimal(38, 2)
    tables = {
        "silver.lines": {
            "order_no": [f"A{n // 2:02}" for n in numbers],
            "position": [n % 2 + 1 for n in numbers],
            "product": [f"P{n % 4}" for n in numbers],
            "pieces": [2] * LINES,
            "kind": ["gift" if n >= 30 else "sale" for n in numbers],
            "amount": [Decimal("5.00")] * LINES,
        },
        "silver.orders": {
            "order_no": [f"A{n:02}" for n in range(18)],  # two orders lack their header
            "status": ["open" if n < 3 else "done" for n in range(18)],
            "currency": ["CHF" if n % 2 else "EUR" for n in range(18)],
        },
        "silver.products": {
            "product": ["P0", "P1", "P2", "P3"],
            "price": list(map(Decimal, ("1.00", "2.00", "3.00", "4.00"))),
        },
        "silver.twice": {"product": ["P0", "P0", "P1", "P2", "P3"]},
        "silver.rates": {"currency": ["EUR", "CHF"], "rate": [Decimal("1.00"), Decimal("1.10")]},
    }
    types = {"price": money, "amount": money, "rate": money}
    return {
        name: pl.LazyFrame(columns).cast({c: types[c] for c in columns if c in types})
        for name, columns in tables.items()
    }


def fact(**ledger: Any) -> Mart:
    """fact_sales with an amount of four decimals."""
    columns = (Column("order_number", "string"), Column("sales_amount", "decimal", 4))
    return Mart("fact_sales", "", "", ("order_number",), columns, ledger=MartLedger(**ledger))


def found(sql: str, **ledger: Any) -> tuple[dict[str, Any], list[dict[str, Any]], Mart]:
    """(metadata, entries, mart) of order lines that an SQL text gives."""
    mart = fact(**ledger)
    lines = pl.SQLContext(frames()).execute(sql).collect()
    totals = {"sales_amount": Decimal(lines["sales_amount"].sum())}
    traced = reconciliation.traced(sql, frames(), mart, ["sales_amount"], lines.height)
    return (
        reconciliation.metadata(traced, lines.height, totals),
        reconciliation.entries(traced, mart, lines.height, totals),
        mart,
    )


PRICED = (
    "SELECT l.order_no AS order_number, l.pieces * p.price AS sales_amount FROM silver.lines AS l "
    "LEFT JOIN silver.products AS p ON l.product = p.product"
)


def test_lines_that_are_the_rows_of_silver_contradict_nothing_and_their_amount_is_computed_again():
    stated, told, _ = found(PRICED)
    assert told == []
    assert (stated["is_traced"], stated["lines"], stated["without_source"]) == (True, 40, 0)
    assert {name: stated["tables"]["lines"][name] for name in ("rows", "in_mart", "left_out", "doubled")} == {
        "rows": 40, "in_mart": 40, "left_out": 0, "doubled": 0,
    }  # fmt: skip
    amount = stated["amounts"]["sales_amount"]
    assert Decimal(amount["mart"]) == Decimal(amount["recomputed"]) == 200


@pytest.mark.parametrize(
    ("sql", "records", "money"),
    [
        (f"{PRICED} WHERE l.kind <> 'gift'", 10, "54"),
        (
            f"WITH kept AS (SELECT * FROM silver.lines WHERE kind <> 'gift') {PRICED}".replace(
                "silver.lines AS l", "kept AS l"
            ),
            10,
            "54",
        ),
        (f"SELECT * FROM ({PRICED} WHERE l.kind <> 'gift') AS x", 10, "54"),
        (f"{PRICED.replace('LEFT JOIN', 'JOIN')} JOIN silver.orders AS o ON l.order_no = o.order_no", 4, "20"),
        (f"{PRICED} JOIN silver.orders AS o ON l.order_no = o.order_no WHERE o.status = 'done'", 10, "46"),
        (f"{PRICED} WHERE l.kind <> 'gift' AND p.price > 1", 18, "70"),
    ],
    ids=[
        "condition",
        "condition in a part",
        "condition in FROM",
        "inner join",
        "condition on the order",
        "two conditions",
    ],
)
def test_rows_that_a_condition_or_a_join_loses_are_counted_with_their_amount(sql, records, money):
    stated, (one,), _ = found(sql)
    assert (one["code"], one["where"], one["records"], one["of"]) == ("left_out", "fact_sales ← lines", records, 40)
    assert (Decimal(one["money"]["sales_amount"]), Decimal(one["of_money"]["sales_amount"])) == (Decimal(money), 200)
    assert stated["tables"]["lines"]["left_out"] == records
    amount = stated["amounts"]["sales_amount"]
    assert Decimal(amount["mart"]) == Decimal(amount["recomputed"]) == 200 - Decimal(money)


def test_rows_are_traced_to_the_lines_and_not_to_the_orders_that_they_are_joined_to():
    sql = (
        "SELECT l.order_no AS order_number, l.amount * r.rate AS sales_amount FROM silver.orders AS o "
        "JOIN silver.lines AS l ON o.order_no = l.order_no JOIN silver.rates AS r ON o.currency = r.currency"
    )
    stated, (one,), _ = found(sql)
    assert (one["where"], one["records"], one["of"]) == ("fact_sales ← lines", 4, 40)
    assert Decimal(stated["amounts"]["sales_amount"]["mart"]) == Decimal("189.00")


def test_lines_that_a_join_doubles_are_counted_with_their_amount():
    _, (one,), mart = found(f"{PRICED} JOIN silver.twice AS t ON l.product = t.product")
    assert (one["code"], one["records"], one["of"]) == ("doubled", 10, 50)
    assert Decimal(one["money"]["sales_amount"]) == 20
    with pytest.raises(
        Fault, match=r"10 of 50 lines repeat a row of the silver table, 20.00 in sales_amount \(9.1.%\)"
    ):
        budgets.check_lines(mart, [one], 0.01)


def test_a_union_is_traced_to_all_its_tables():
    half = "SELECT order_no AS order_number, amount AS sales_amount FROM silver.lines WHERE kind {} 'gift'"
    stated, told, _ = found(f"{half.format('=')} UNION ALL {half.format('<>')}")
    assert (stated["tables"]["lines"]["in_mart"], told) == (40, [])
    other = "SELECT order_no, 0.00 FROM silver.orders"
    stated, told, _ = found(f"{half.format('<>')} UNION ALL {other}")
    assert {name: one["in_mart"] for name, one in stated["tables"].items()} == {"lines": 30, "orders": 18}
    assert [(one["where"], one["records"]) for one in told] == [("fact_sales ← lines", 10)]


def test_lines_that_come_of_no_row_are_counted():
    stated, told, _ = found(
        "SELECT l.order_no AS order_number, 1.00 AS sales_amount FROM silver.lines AS l "
        "FULL JOIN (SELECT DISTINCT product FROM silver.rates CROSS JOIN silver.twice) AS r ON l.kind = r.product"
    )
    assert stated["without_source"] == 4
    assert ("without_source", 4, 44) in [(one["code"], one["records"], one["of"]) for one in told]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT order_no AS order_number, SUM(amount) AS sales_amount FROM silver.lines GROUP BY order_no",
        "SELECT DISTINCT order_no AS order_number, amount AS sales_amount FROM silver.lines",
        "SELECT 'A' AS order_number, 1.00 AS sales_amount",
    ],
)
def test_what_cannot_be_traced_is_said_and_not_called_balanced(sql):
    stated, (one,), mart = found(sql)
    assert (stated["is_traced"], one["code"]) == (False, "not_traced")
    budgets.check_lines(mart, [one], 0.0)


def test_a_version_that_a_condition_chooses_loses_nothing():
    sql = (
        "SELECT l.order_no AS order_number, l.pieces * p.price AS sales_amount FROM silver.lines AS l "
        "LEFT JOIN silver.products AS p ON l.product = p.product WHERE p.price IS NULL OR l.pieces <= 2 * p.price"
    )
    stated, told, _ = found(sql)
    assert (told, stated["tables"]["lines"]["in_mart"]) == ([], 40)


LOST = f"{PRICED} WHERE l.kind <> 'gift'"


def test_lost_rows_stop_the_run_above_the_budget_with_count_amount_and_a_remedy_that_works():
    _, told, mart = found(LOST)
    with pytest.raises(Fault) as caught:
        budgets.check_lines(mart, told, 0.01)
    text = str(caught.value).replace("\u00a0", " ")
    assert "10 of 40 rows of the silver table are not in the mart, 54.00 in sales_amount (27.0 %)" in text
    assert "the budget is 1.0 %" in text and "ledger in marts.yaml the line left_out: {en:" in text
    budgets.check_lines(mart, told, 0.3)


def test_rows_that_are_left_out_for_a_stated_reason_are_told_with_it_and_stop_nothing():
    why = {"en": "gifts are no sales", "de": "Geschenke sind keine Verkäufe"}
    _, (one,), mart = found(LOST, table="lines", left_out=why)
    assert one["why"] == {"en": "; gifts are no sales", "de": "; Geschenke sind keine Verkäufe"}
    budgets.check_lines(mart, [one], 0.0)


def test_a_handful_of_rows_is_told_and_stops_nothing():
    _, told, mart = found(f"{PRICED} WHERE l.order_no <> 'A00'")
    assert [(one["code"], one["records"]) for one in told] == [("left_out", 2)]
    budgets.check_lines(mart, told, 0.0)
