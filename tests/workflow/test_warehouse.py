"""The DuckDB database, the Parquet files and the data package hold what the marts hold, with types, keys and meaning."""

import graphlib
import json
import re
import shutil
import stat
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import frictionless
import polars as pl
import pytest
import yaml
from conftest import ROOT, Project, clone
from polars.testing import assert_frame_equal

import warehouse_duckdb
from elt import tables
from elt.faults import Fault
from elt.files import read_json, sha256
from elt.run.contract import read_contract
from elt.run.key_figures import Kpi
from elt.run.mart import Mart
from elt.warehouse.mart_files import mart_files

pytestmark = pytest.mark.slow

CONFIG = ("--config", "seed=42", "run_id=sample")


@pytest.fixture(scope="module")
def built(sample_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the finished project in which the warehouse was asked for."""
    project = clone(sample_project, tmp_path_factory.mktemp("warehouse") / "project")
    done = project.snakemake("warehouse", *CONFIG)
    assert done.returncode == 0, done.stdout[-3000:]
    return project


@pytest.fixture(scope="module")
def gold(built: Project) -> Path:
    """Its gold folder."""
    return built.run("sample") / "gold"


@pytest.fixture(scope="module")
def marts(gold: Path) -> dict:
    """All marts."""
    entries = yaml.safe_load((gold / "_meta/gold_metadata.yaml").read_text("utf-8"))["marts"]
    return {name: Mart.of(name, entry) for name, entry in entries.items()}


@pytest.fixture
def database(gold: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the database that may be changed."""
    shutil.copy2(gold / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        yield connection


@pytest.fixture
def main(gold: Path, marts: dict, tmp_path: Path):
    """Builds a database of the same marts with some files replaced."""
    entries = yaml.safe_load((ROOT / "config/bike_retailer/kpis.yaml").read_text("utf-8"))
    kpis = {name: Kpi.of(entry) for name, entry in entries.items()}

    def build(**spoiled: Path) -> None:
        paths = [str(spoiled.get(name, gold / f"parquet/{name}.parquet")) for name in marts]
        files = mart_files(marts, paths, [str(gold / f"_meta/marts/{name}.json") for name in marts])
        target, record = str(tmp_path / "gold/new.duckdb"), str(tmp_path / "gold/record.json")
        warehouse_duckdb.main(files=files, kpis=kpis, memory_gb=1, threads=2, database=target, record=record)

    return build


def frame(gold: Path, mart: Mart) -> pl.DataFrame:
    """A mart with its types."""
    return tables.scan(gold / f"data/{mart.name}.csv", mart.typed_columns).collect()


def spoiled(gold: Path, name: str, folder: Path, change) -> Path:
    """A copy of a mart whose lines were changed."""
    lines = (gold / f"data/{name}.csv").read_text("utf-8").splitlines()
    path = folder / f"{name}.csv"
    path.write_text("\n".join(change(lines)) + "\n", "utf-8")
    pl.read_csv(path, infer_schema=False).write_parquet(path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


def test_every_table_holds_every_row_with_its_types(database, gold: Path, marts: dict):
    for name, mart in marts.items():
        rows = database.execute(f"SELECT * FROM gold.{name} ORDER BY {', '.join(mart.key)}").fetchall()
        assert rows == frame(gold, mart).sort(mart.key).rows(), name
    types = dict(
        database.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'fact_sales'"
        ).fetchall()
    )
    assert (types["sales_amount"], types["order_date"], types["quantity"]) == ("DECIMAL(18,2)", "DATE", "BIGINT")
    assert (types["order_number"], types["is_before_first_version"]) == ("VARCHAR", "BOOLEAN")


def test_every_key_and_reference_is_declared(database, marts: dict):
    query = (
        "SELECT table_name, constraint_type, count(*) FROM duckdb_constraints() WHERE schema_name = 'gold' GROUP BY ALL"
    )
    found = {(table, kind): count for table, kind, count in database.execute(query).fetchall()}
    for name, mart in marts.items():
        assert found[name, "PRIMARY KEY"] == 1
        assert found.get((name, "FOREIGN KEY"), 0) == len(mart.foreign_keys)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("INSERT INTO gold.fact_sales SELECT * FROM gold.fact_sales LIMIT 1", "Duplicate key"),
        ("INSERT INTO gold.fact_sales SELECT * REPLACE (-1 AS customer_key, 'x' AS order_number) FROM gold.fact_sales LIMIT 1", "foreign key"),
        ("INSERT INTO gold.dim_location VALUES (99, NULL)", "NOT NULL"),
        ("DELETE FROM gold.dim_date", "foreign key"),
    ],
)  # fmt: skip
def test_duckdb_refuses_what_breaks_a_constraint(database, statement, message):
    with pytest.raises(duckdb.ConstraintException, match=message):
        database.execute(statement)


def test_tables_and_columns_say_what_they_are(database, marts: dict):
    tables_found = dict(database.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall())
    assert tables_found == {name: f"{mart.title}: {mart.grain}" for name, mart in marts.items()}
    query = "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = 'gold'"
    columns = {(table, column): comment for table, column, comment in database.execute(query).fetchall()}
    assert len(columns) == sum(len(mart.columns) for mart in marts.values())
    assert columns["dim_customer", "last_name"] == "Last name. Personal class: direct."
    assert "Unit: money. Personal class: none." in columns["agg_exec_kpis", "revenue"]


def test_revenue_is_the_same_in_database_marts_and_key_figures(database, gold: Path, marts: dict):
    expected = frame(gold, marts["fact_sales"]).select(pl.col("sales_amount").sum()).item()
    assert database.execute("SELECT sum(sales_amount) FROM gold.fact_sales").fetchone() == (expected,)
    assert database.execute("SELECT revenue FROM kpi.total").fetchone() == (expected,)
    assert database.execute("SELECT sum(revenue) FROM kpi.by_month").fetchone() == (expected,)


def test_key_figures_by_month_equal_the_mart_of_the_same_name_to_the_last_digit(database, gold: Path, marts: dict):
    mart = frame(gold, marts["agg_exec_kpis"])
    columns = [column[0] for column in database.execute("FROM kpi.by_month").description]
    shared = [column for column in columns if column in mart.columns]
    assert {"month_start", "revenue", "gross_margin", "gross_margin_rate", "average_order_value", "orders"} <= set(
        shared
    )
    got = database.execute(f"SELECT {', '.join(shared)} FROM kpi.by_month ORDER BY month_start").fetchall()
    assert got == mart.select(shared).sort("month_start").rows()


CENT = -2  # exponent of an amount


def of_tables(queries: dict[str, str]) -> dict[str, set[str]]:
    """Table of a ledger -> those that its query reads."""
    return {
        name: {*re.findall(r"(?:FROM|JOIN) (\w+)", query)} & (queries.keys() - {name})
        for name, query in queries.items()
    }


def test_queries_that_the_expose_names_as_origin_give_its_figures(database, built: Project):
    ledger = read_json(built.run("sample") / "reports/number_ledger.json")
    for name in graphlib.TopologicalSorter(of_tables(ledger["tables"])).static_order():
        database.execute(f"CREATE TEMP VIEW {name} AS {ledger['tables'][name]}")
    figures = [figure for figure in ledger["figures"].values() if "gold.fact_sales" in figure.get("query", "")]
    assert len(figures) > 8
    for figure in figures:
        (value,) = database.execute(figure["query"]).fetchone()
        stated, found = Decimal(str(figure["value"])), Decimal(str(value))
        # a product of a rate, which the ledger holds to the sixth place, is no nearer than that
        is_of_rate = stated.as_tuple().exponent < CENT and abs(found - stated) <= abs(stated) / 1_000_000
        assert is_of_rate or found.quantize(stated, ROUND_HALF_UP) == stated, figure


def test_every_key_figure_is_in_both_views_and_says_its_formula(database):
    kpis = yaml.safe_load((ROOT / "config/bike_retailer/kpis.yaml").read_text("utf-8"))
    query = "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = 'kpi' AND column_name <> 'month_start'"
    found = {(view, column): comment for view, column, comment in database.execute(query).fetchall()}
    assert found.keys() == {(view, name) for view in ("total", "by_month") for name in kpis}
    assert all(kpis[name]["formula"] in comment for (_, name), comment in found.items())


@pytest.mark.parametrize(
    ("mart", "change", "message"),
    [
        ("fact_sales", lambda lines: [*lines[:-1], lines[1]], "two rows have the same key order_number, line_number"),
        ("fact_sales", lambda lines: [lines[0], re.sub(r"^([^,]*,[^,]*),\d+", r"\1,123456789", lines[1]), *lines[2:]], "is not in the table that it points to"),
        ("dim_location", lambda lines: [lines[0], "0,", *lines[2:]], "a required column has no value"),
        ("dim_location", lambda lines: [lines[0], "Meier,x", *lines[2:]], "cannot be read with the types"),
        ("agg_geo_performance", lambda lines: lines[:-1], "rows were loaded of"),
    ],
)  # fmt: skip
def test_a_broken_mart_is_refused_by_name_without_its_content(main, gold: Path, tmp_path: Path, mart, change, message):
    path = spoiled(gold, mart, tmp_path, change)
    with pytest.raises(Fault, match=f"mart {mart}: .*{message}") as told:
        main(**{mart: path})
    assert "Meier" not in str(told.value)
    assert "123456789" not in str(told.value)
    assert [p.name for p in (tmp_path / "gold").iterdir()] == []


def test_parquet_files_hold_what_the_marts_hold_with_their_types_units_and_classes(gold: Path, marts: dict):
    for name, mart in marts.items():
        found = pl.read_parquet(gold / f"parquet/{name}.parquet")
        exact = {column.name: pl.Decimal(18, column.scale) for column in mart.columns if column.type == "decimal"}
        assert_frame_equal(found.select(mart.names), frame(gold, mart).cast(exact))
        assert [column for column in found.columns if column not in mart.names] == ["order_id"] * (name == "fact_sales")
        about = pl.read_parquet_metadata(gold / f"parquet/{name}.parquet")
        kinds = {c.name: f"Personal class: {c.personal}." for c in mart.columns}
        units = {c.name: f"Unit: {c.unit}. " if c.unit else "" for c in mart.columns}
        assert json.loads(about["columns"]) == {name: units[name] + kind for name, kind in kinds.items()}
    described = duckdb.sql(f"DESCRIBE FROM '{gold}/parquet/fact_sales.parquet'").fetchall()
    assert {row[0]: row[1] for row in described}["sales_amount"] == "DECIMAL(18,2)"


def test_silver_has_its_tables_with_types_too(built: Project):
    silver = built.run("sample") / "silver"
    for path in sorted((ROOT / "config/bike_retailer/contracts").glob("*.yaml")):
        spec = read_contract(path).typed_columns
        one, other = (
            silver / f"{part}.{end}"
            for part, end in ((f"data/{path.stem}", "csv"), (f"parquet/{path.stem}", "parquet"))
        )
        assert_frame_equal(tables.scan(one, spec).collect(), tables.scan(other, spec).collect())


def test_the_same_input_gives_the_same_parquet_bytes_whatever_the_threads(built: Project, gold: Path):
    folders = (gold / "parquet", gold.parent / "silver/parquet")
    before = {path: sha256(path) for folder in folders for path in folder.iterdir()}
    forced = ("warehouse", *CONFIG, "--forcerun", "silver_table", "gold_mart")
    done = built.snakemake(*forced, cores=1, POLARS_MAX_THREADS="1")
    assert done.returncode == 0, done.stdout[-3000:]
    assert {path: sha256(path) for folder in folders for path in folder.iterdir()} == before


def test_what_was_asked_for_leaves_the_run_as_it_was(built: Project, gold: Path):
    run = built.run("sample")
    listed = read_json(run / "_meta/run_manifest.json")["files"]
    assert listed and all(sha256(run / name) == entry["sha256"] for name, entry in listed.items())
    assert not [name for name in listed if "warehouse" in name]
    assert "Nothing to be done" in built.snakemake(*CONFIG).stdout
    assert "Nothing to be done" in built.snakemake("warehouse", *CONFIG).stdout
    for path in (gold / "warehouse.duckdb", *(gold / "parquet").iterdir(), gold / "_meta/warehouse.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not [path for path in gold.iterdir() if path.name.startswith(".")]


def test_the_record_names_what_the_database_was_made_from(gold: Path, marts: dict):
    record = read_json(gold / "_meta/warehouse.json")
    assert record["tables"] == {
        name: {"rows": frame(gold, mart).height, "sha256_of_parquet": sha256(gold / f"parquet/{name}.parquet")}
        for name, mart in marts.items()
    }
    assert record["kpis_left_out"] == []


def test_a_copy_asked_for_together_with_a_change_is_made(finished: Project):
    done = finished.snakemake("warehouse", *CONFIG, "minimum_group=6")
    assert done.returncode == 0, done.stdout[-3000:]
    assert (finished.run("sample") / "gold/warehouse.duckdb").exists()


def test_a_failed_copy_does_not_make_a_complete_run_a_failed_one(finished: Project):
    script = finished.folder / "scripts/warehouse_duckdb.py"  # of the copy alone: the run itself is not made again
    code, call = script.read_text("utf-8"), "usable_kpis(files[FACT], kpis)"
    assert call in code
    formula = "SUM(sales_amount) + 0 * MAX(OCTET_LENGTH(order_number))"
    broken = f'Kpi({{"en": "x"}}, {{"en": "x"}}, "{formula}", "money", "up")'
    script.write_text(code.replace(call, f'usable_kpis(files[FACT], {{**kpis, "broken": {broken}}})'), "utf-8")
    done = finished.snakemake("warehouse_duckdb", *CONFIG)
    assert done.returncode != 0
    assert "is complete as it was" in done.stdout
    assert "key figure broken: DuckDB cannot compute its formula" in done.stdout
    assert read_json(finished.run("sample") / "_meta/run_manifest.json")["status"] == "complete"


def test_the_python_of_the_page_on_opening_runs_as_it_stands_there(
    built: Project, gold: Path, marts: dict, monkeypatch
):
    monkeypatch.chdir(built.folder)
    page = (ROOT / "docs/open_the_warehouse.md").read_text("utf-8")
    snippets = [text for text in re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S) if "psycopg" not in text]
    assert len(snippets) == 2
    found: dict = {}
    for snippet in snippets:
        exec(snippet, found)
    expected = frame(gold, marts["fact_sales"])["sales_amount"].sum()
    assert found["revenue"] == sum(amount for _, amount in found["by_country"]) == expected
    assert len(found["months"]) == frame(gold, marts["agg_exec_kpis"]).height


def package_faults(folder: Path) -> set[str]:
    """Kinds of errors that the validator of Frictionless finds in a data package."""
    report = frictionless.validate(str(folder / "datapackage.json"))
    return {kind for (kind,) in report.flatten(["type"])}


def test_the_data_package_describes_all_tables_and_the_validator_passes_it(gold: Path, marts: dict):
    described = read_json(gold / "datapackage.json")["resources"]
    assert {resource["name"] for resource in described} == {*marts, "customer_pseudonyms"}
    of_later_steps = {"customer_features_exact.csv", "customer_clusters.csv"}  # what published tables are made of
    assert {p.name for p in (gold / "data").iterdir()} - of_later_steps == {Path(r["path"]).name for r in described}
    facts = next(resource for resource in described if resource["name"] == "fact_sales")
    assert len(facts["schema"]["foreignKeys"]) == len(marts["fact_sales"].foreign_keys)
    amount = next(field for field in facts["schema"]["fields"] if field["name"] == "sales_amount")
    assert (amount["type"], amount["personal"], amount["unit"]) == ("number", "none", "money")
    assert package_faults(gold) == set()


@pytest.mark.parametrize(
    ("table", "change", "kinds"),
    [
        ("dim_location", lambda lines: [*lines, lines[1]], {"primary-key", "unique-error"}),
        ("dim_location", lambda lines: [lines[0], "x" + lines[1], *lines[2:]], {"type-error"}),
        ("dim_location", lambda lines: [lines[0], "0,", *lines[2:]], {"constraint-error"}),
        ("fact_sales", lambda lines: [lines[0], re.sub(r"^([^,]*,[^,]*),\d+", r"\1,123456789", lines[1]), *lines[2:]], {"foreign-key"}),
        ("dim_date", lambda lines: [lines[0], lines[1].replace("-", "/"), *lines[2:]], {"type-error"}),
    ],
)  # fmt: skip
def test_the_validator_fails_on_a_spoiled_copy(gold: Path, tmp_path: Path, table, change, kinds):
    shutil.copytree(gold / "data", tmp_path / "data")
    shutil.copy2(gold / "datapackage.json", tmp_path)
    spoiled(gold, table, tmp_path / "data", change)
    assert kinds <= package_faults(tmp_path)


def test_a_database_that_somebody_has_edited_is_made_again(built: Project, tmp_path: Path):
    project = clone(built, tmp_path / "edited")
    with open(project.run("sample") / "gold/warehouse.duckdb", "ab") as file:
        file.write(b"\n")
    done = project.snakemake("warehouse", *CONFIG)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "are removed and made again as they are not as their jobs wrote them: gold/warehouse.duckdb" in done.stdout
