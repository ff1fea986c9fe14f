"""Amounts below a cent and quantities with decimals reach the key figures; rows that the SQL loses stop the run."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from flat_shop import FlatShop, lines, table

pytestmark = pytest.mark.slow

CONFIG = "config/flat_shop"
EXACT = {
    "contracts/bestellungen.yaml": [
        ("name: Menge, type: integer,", "name: Menge, type: number, decimals: 3,"),
        ("name: Einzelpreis, type: number, decimals: 2,", "name: Einzelpreis, type: number, decimals: 4,"),
        ("name: Betrag, type: number, decimals: 2,", "name: Betrag, type: number, decimals: 4,"),
    ],
    "marts.yaml": [
        ("quantity: {type: integer,", "quantity: {type: decimal, decimals: 3,"),
        ("unit_price: {type: decimal, decimals: 2,", "unit_price: {type: decimal, decimals: 4,"),
        ("sales_amount: {type: decimal, decimals: 2,", "sales_amount: {type: decimal, decimals: 4,"),
    ],
}
ROWS = [row | {"Menge": "1,5", "Einzelpreis": "0,0146", "Betrag": "0,0219"} for row in lines()]


def change(shop: FlatShop, name: str, old: str, new: str) -> None:
    """Put another text into a file of the company."""
    path = shop.project.folder / CONFIG / name
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> FlatShop:
    """The flat shop, whose contract and marts keep the decimals of amounts and quantities."""
    made = FlatShop(tmp_path_factory.mktemp("exact") / "project")
    for name, changes in EXACT.items():
        for old, new in changes:
            change(made, name, old, new)
    return made


@pytest.fixture(scope="module")
def run(shop: FlatShop) -> Path:
    """A run over goods by the metre at less than a cent."""
    return shop.run("exact", ROWS)


def test_amounts_and_quantities_are_exact_from_the_file_to_features_and_closing_words(run):
    facts = table(run, "gold/data/fact_sales.csv")
    total = Decimal("0.0219") * len(facts)
    assert {row["quantity"] for row in facts} == {"1.500"}
    for mart, column in (
        ("agg_exec_kpis", "revenue"),
        ("agg_customer_value", "revenue"),
        ("fact_sales", "sales_amount"),
    ):
        assert sum(Decimal(row[column]) for row in table(run, f"gold/data/{mart}.csv")) == total
    features = table(run, "gold/data/customer_features_exact.csv")
    assert sum(Decimal(row["monetary"]) for row in features) == total
    ledger = json.loads((run / "_meta/ledger.json").read_text("utf-8"))
    assert (ledger["kpis"]["revenue"]["total"], ledger["balanced"]) == (str(total), True)
    console = (run / "console.txt").read_text("utf-8")
    assert f"{len(facts)} order lines in the warehouse" in console
    assert f"{total} revenue, equal in 5 marts, to the last of 4 decimals" in console


def test_rows_that_fact_sales_loses_stop_the_run_though_its_ledger_names_no_money(shop, run):
    ledger = "    ledger: {table: bestellungen, rows: all, money: {sales_amount: Betrag}}\n"
    change(shop, "marts.yaml", ledger, "")
    sql = shop.project.folder / CONFIG / "marts/fact_sales.sql"
    sql.write_text(sql.read_text("utf-8") + "\nWHERE l.Warengruppe <> 'Furniture'\n", encoding="utf-8")
    done = shop.project.snakemake("--config", "raw=exports/exact", f"company={CONFIG}", "run_id=lost")
    assert done.returncode != 0
    assert "rows of the silver table are not in the mart" in done.stdout and "the budget is 1.0" in done.stdout
