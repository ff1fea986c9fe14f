"""Remedies of messages about databases and files for other tools: each is applied as told, and the run is loaded."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from test_warehouse_duckdb import MARTS, kpi

import warehouse_duckdb
from elt.faults import Fault
from elt.run.mart import Mart
from elt.warehouse.mart_files import REMAKE, MartFile

pytestmark = pytest.mark.slow

remedy = pytest.mark.remedy
GOOD = "order,line,place,amount\na,1,7,1.000\na,2,7,2.000\n"


def refused(call: Callable[[], Any]) -> str:
    """The message with which a call is refused."""
    with pytest.raises(Fault) as caught:
        call()
    return str(caught.value)


def loaded(folder: Path, lines: str, mart: Mart = MARTS["lines"], rows: int = 2) -> int:
    """Rows of a table that DuckDB has loaded from a file."""
    marts, path = {**MARTS, "lines": mart}, folder / "lines.parquet"
    frame = pl.read_csv(lines.encode(), infer_schema=False)
    frame.with_columns(pl.col("line", "place").cast(pl.Int64)).write_parquet(path)
    pl.DataFrame({"place": [7, 8]}).write_parquet(folder / "places.parquet")
    with duckdb.connect() as connection:
        warehouse_duckdb.create(connection, marts)
        warehouse_duckdb.load(connection, MartFile(MARTS["places"], str(folder / "places.parquet"), 2))
        warehouse_duckdb.load(connection, MartFile(mart, str(path), rows))
        return connection.execute("SELECT count(*) FROM gold.lines").fetchall()[0][0]


@remedy("warehouse_duckdb", warehouse_duckdb.REMEDY)
@remedy("warehouse_duckdb", REMAKE)
def test_a_mart_is_loaded_once_its_entry_its_sql_or_its_file_is_right(tmp_path):
    doubled = GOOD.replace("a,2,", "a,1,")
    refused(lambda: loaded(tmp_path, doubled))
    assert loaded(tmp_path, GOOD) == 2  # the SQL gives each key once
    assert (
        loaded(tmp_path, doubled, replace(MARTS["lines"], key=("order", "line", "amount"))) == 2
    )  # or the key is longer
    refused(lambda: loaded(tmp_path, GOOD.replace("1.000", "one")))
    refused(lambda: loaded(tmp_path, GOOD.rpartition("a,2")[0]))
    assert loaded(tmp_path, GOOD) == 2  # the file as the mart makes it again


@remedy("warehouse_duckdb", "Raise warehouse_memory_gb")
def test_a_larger_memory_limit_loads_what_a_small_one_does_not(tmp_path):
    path, number = tmp_path / "lines.parquet", pl.int_range(200_000, eager=True)
    name = pl.select(pl.format("order {}", number.cast(pl.String).str.zfill(9))).to_series()
    lines = {"order": name, "line": number, "place": 7, "amount": "1.000"}
    pl.DataFrame(lines).write_parquet(path)

    def with_limit(limit: str) -> None:
        with duckdb.connect(config={"memory_limit": limit, "temp_directory": "", "threads": 1}) as connection:
            warehouse_duckdb.create(connection, MARTS)
            connection.execute("INSERT INTO gold.places VALUES (7)")
            warehouse_duckdb.load(connection, MartFile(MARTS["lines"], str(path), 200_000))

    refused(lambda: with_limit("10MB"))
    with_limit("1GB")


@remedy("warehouse_duckdb", "Write it in SQL that Polars and DuckDB both know")
@remedy("elt.tables", "Correct the formula")
def test_a_formula_is_one_that_both_engines_know(tmp_path):
    columns = {"sales_amount": {"type": "decimal", "personal": "none", "description": "d"},
               "order_date": {"type": "date", "personal": "none", "description": "d"}}  # fmt: skip
    facts = Mart.of("fact_sales", {"title": "t", "grain": "g", "key": ["order_date"], "columns": columns})
    (tmp_path / "facts.csv").write_text("sales_amount,order_date\n1.00,2024-01-05\n", encoding="utf-8")
    file = MartFile(facts, str(tmp_path / "facts.csv"), 1)

    def tried(formula: str) -> None:
        found = warehouse_duckdb.usable_kpis(file, {"revenue": kpi(formula, "money")})
        with duckdb.connect() as connection:
            warehouse_duckdb.create(connection, {"fact_sales": facts})
            warehouse_duckdb.create_views(connection, found, facts)

    refused(lambda: tried("SUM(sales_amount"))
    refused(lambda: tried("SUM(CAST(STRFTIME(order_date, '%s') AS BOOLEAN))"))
    tried("SUM(sales_amount)")
