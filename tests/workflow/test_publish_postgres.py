"""A publication in PostgreSQL is complete or absent; the views show the newest run and no names; no secret is told."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import psycopg
import pytest
import yaml
from conftest import ROOT, Project, clone
from database_server import PASSWORD, Server, running

import warehouse_postgres
from elt import tables
from elt.faults import Fault
from elt.files import read_json
from elt.run.mart import Mart
from elt.warehouse import postgres_views
from elt.warehouse.mart_files import mart_files

pytestmark = pytest.mark.slow

CONFIG = ("--config", "seed=42", "run_id=sample")
VIEWS = "elt_current"
COMPANY = "config/bike_retailer"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server for all tests of this file."""
    with running() as started:
        yield started


@pytest.fixture
def empty(server: Server) -> Server:
    """The server without any schema of ours."""
    for (schema,) in server.rows("SELECT nspname FROM pg_namespace WHERE nspname ~ '^(run_|elt_|old_|mine)'"):
        with server.connect() as connection:
            connection.execute(f'DROP SCHEMA "{schema}" CASCADE')
    return server


@pytest.fixture(scope="module")
def copy(sample_project: Project, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the finished project whose .env names the server."""
    project = clone(sample_project, tmp_path_factory.mktemp("postgres") / "project")
    with open(project.folder / ".env", "a") as file:
        file.write(f"POSTGRES_URL={server.url()}\n")
    return project


class Publication:
    """The marts of the sample run, as `warehouse_postgres.main` takes them; to be changed at will."""

    def __init__(self, copy: Project, folder: Path) -> None:
        gold = copy.run("sample") / "gold"
        described = yaml.safe_load((gold / "_meta/gold_metadata.yaml").read_text("utf-8"))["marts"]
        self.marts = {name: Mart.of(name, entry) for name, entry in described.items()}
        self.files = {name: str(gold / f"data/{name}.csv") for name in self.marts}
        self.metadata = {name: str(gold / f"_meta/marts/{name}.json") for name in self.marts}
        self.key_file, self.output = str(copy.folder / ".env"), str(folder / "publication.json")

    def publish(self, run_id: str) -> None:
        """Publish it under a run id."""
        files = mart_files(self.marts, self.files.values(), self.metadata.values())
        warehouse_postgres.main(
            files=files, run_id=run_id, company=COMPANY, views=VIEWS, key_file=self.key_file, output=self.output
        )

    def frame(self, name: str) -> pl.DataFrame:
        """A mart with its types."""
        return tables.scan(self.files[name], self.marts[name].typed_columns).collect()


@pytest.fixture
def publication(copy: Project, tmp_path: Path) -> Publication:
    """The sample run, ready to be published in this process."""
    return Publication(copy, tmp_path)


def schemas(server: Server) -> set[str]:
    """Schemas of ours."""
    return {row[0] for row in server.rows("SELECT nspname FROM pg_namespace WHERE nspname ~ '^(run_|elt_|old_)'")}


def state(server: Server, marts: dict) -> dict[str, object]:
    """What readers see: comment of the view layer, rows and revenue of every view, and all schemas of ours."""
    seen: dict[str, object] = {name: server.rows(f"SELECT count(*) FROM {VIEWS}.{name}") for name in marts}
    seen["revenue"] = server.rows(f"SELECT sum(sales_amount) FROM {VIEWS}.fact_sales")
    query = "SELECT nspname, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname ~ '^(run_|elt_|old_)'"
    seen["schemas"] = sorted(server.rows(query))
    return seen


def test_the_target_publishes_every_row_and_tells_no_secret(copy: Project, empty: Server, publication: Publication):
    done = copy.snakemake("publish_postgres", *CONFIG)
    assert done.returncode == 0, done.stdout[-3000:]
    assert schemas(empty) == {"run_sample", VIEWS}
    for name in publication.marts:
        (found,) = empty.rows(f"SELECT count(*) FROM run_sample.{name}")
        assert found == (publication.frame(name).height,), name
    expected = publication.frame("fact_sales").select(pl.col("sales_amount").sum()).item()
    assert empty.rows("SELECT sum(sales_amount) FROM run_sample.fact_sales") == [(expected,)]
    told = [done.stdout.encode()]
    for folder in (copy.run("sample"), copy.folder / ".snakemake"):
        told += [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    secrets = (PASSWORD.encode(), b"s3cr3t", empty.url().encode())
    assert [text[:80] for text in told if any(secret in text for secret in secrets)] == []
    record = read_json(copy.run("sample") / "gold/_meta/publication.json")
    assert (record["schema"], record["views"], record["run_id"]) == ("run_sample", VIEWS, "sample")


def test_after_a_publication_only_the_record_is_made_again_and_asked_again_it_publishes_again(
    copy: Project, empty: Server
):
    of_record = {"privacy_records", "privacy_leaks", "privacy_publish"}
    asked = copy.jobs("publish_postgres", *CONFIG)  # the record says first that a database is named in the key file
    assert asked == {"warehouse_postgres", "publish_postgres", "audit_manifest", *of_record}
    told = copy.jobs(*CONFIG)
    assert "privacy_records" in told and told <= {*of_record, "audit_manifest"}
    record = (copy.run("sample") / "_meta/privacy/record_of_processing.en.md").read_text("utf-8")
    assert "PostgreSQL: this run was published, last on" in record and "schema run\\_sample" in record
    assert "Who may read the database" in record
    assert "Nothing to be done" in copy.snakemake(*CONFIG).stdout
    with empty.connect() as connection:
        connection.execute(f"DROP SCHEMA {VIEWS}, run_sample CASCADE")
    assert copy.jobs("publish_postgres", *CONFIG) == {"warehouse_postgres", "publish_postgres"}
    assert schemas(empty) == {"run_sample", VIEWS}


def test_values_arrive_as_they_are_with_their_types(empty: Server, publication: Publication):
    publication.publish("one")
    for name in ("dim_customer", "fact_sales"):
        frame = publication.frame(name).sort(publication.marts[name].key)
        rows = empty.rows(f"SELECT * FROM run_one.{name}")
        order = [frame.columns.index(column) for column in publication.marts[name].key]
        assert sorted(rows, key=lambda row: [row[i] for i in order]) == frame.rows()
    query = "SELECT column_name, data_type, numeric_scale FROM information_schema.columns WHERE table_schema = 'run_one' AND table_name = %s"
    types = {column: (kind, scale) for column, kind, scale in empty.rows(query, "fact_sales")}
    assert types["sales_amount"] == ("numeric", 2)
    assert types["order_date"] == ("date", None)
    assert types["customer_key"][0] == "bigint"


def test_keys_and_references_are_enforced_and_comments_are_there(empty: Server, publication: Publication):
    publication.publish("one")
    with empty.connect() as connection:
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO run_one.fact_sales SELECT * FROM run_one.fact_sales LIMIT 1")
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute("UPDATE run_one.fact_sales SET customer_key = -1")
        with pytest.raises(psycopg.errors.NotNullViolation):
            connection.execute("UPDATE run_one.fact_sales SET sales_amount = NULL")
    declared = empty.rows(
        "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = 'run_one'::regnamespace"
    )
    assert declared == [(sum(len(mart.foreign_keys) for mart in publication.marts.values()),)]
    for place in ("run_one", VIEWS):
        ((table, column),) = empty.rows(
            f"SELECT obj_description('{place}.fact_sales'::regclass), col_description('{place}.fact_sales'::regclass, 1)"
        )
        assert "one row an order line" in table
        assert "Personal class: identifier" in column


def test_the_views_show_no_names_and_nobody_gets_at_anything_unasked(empty: Server, publication: Publication):
    publication.publish("one")
    columns = {
        row[0]
        for row in empty.rows("SELECT column_name FROM information_schema.columns WHERE table_schema = %s", VIEWS)
    }
    direct = {
        column.name for mart in publication.marts.values() for column in mart.columns if column.personal == "direct"
    }
    assert len(direct) == 2
    assert columns & direct == set()
    with empty.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS reader")
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'x'")
    for place in ("run_one", VIEWS):
        with empty.connect("reader", "x") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"SELECT 1 FROM {place}.fact_sales")


def test_rights_that_were_granted_on_the_views_outlive_a_publication_with_other_columns(
    empty: Server, publication: Publication
):
    publication.publish("one")
    with empty.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS analyst")
        connection.execute("CREATE ROLE analyst LOGIN PASSWORD 'x'")
        connection.execute(f"GRANT USAGE ON SCHEMA {VIEWS} TO analyst")
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {VIEWS} TO analyst")
    dates = publication.marts["dim_date"]
    columns = [replace(c, personal="direct") if c.name == "is_weekend" else c for c in dates.columns]
    publication.marts["dim_date"] = replace(dates, columns=tuple(columns))  # the view loses a column
    publication.publish("two")
    with empty.connect("analyst", "x") as connection:
        names = [column.name for column in connection.execute(f"SELECT * FROM {VIEWS}.dim_date LIMIT 1").description]
        assert "is_weekend" not in names
        assert connection.execute(f"SELECT count(*) FROM {VIEWS}.fact_sales").fetchone()[0] > 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT 1 FROM run_two.dim_date")
    with empty.connect() as connection:
        connection.execute(f"DROP SCHEMA {VIEWS} CASCADE")
        connection.execute("DROP ROLE analyst")


def test_the_sql_and_the_python_of_the_page_on_opening_run_as_they_stand_there(empty: Server, publication: Publication):
    publication.publish("20261123T101500Z")
    page = (ROOT / "docs/open_the_warehouse.md").read_text("utf-8")
    grants, dropping = re.findall(r"^```sql\n(.*?)^```$", page, re.M | re.S)
    with empty.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS reader")
        connection.execute(grants)
    publication.publish("two")
    (snippet,) = [text for text in re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S) if "psycopg" in text]
    here = f"host=127.0.0.1 port={empty.port} dbname=postgres user=reader password=…"
    found: dict = {}
    exec(snippet.replace("host=db.example.org dbname=warehouse user=reader", here), found)
    expected = publication.frame("agg_geo_performance").sort("revenue", descending=True)
    assert found["countries"] == expected.select("country", "revenue").rows()
    with empty.connect() as connection:
        connection.execute(dropping)
        assert connection.execute(f"SELECT count(*) FROM {VIEWS}.fact_sales").fetchone()[0] > 0
        connection.execute(f"DROP SCHEMA {VIEWS} CASCADE")
        connection.execute("DROP OWNED BY reader; DROP ROLE reader")


def test_another_run_gets_a_schema_of_its_own_and_the_views_show_it(empty: Server, publication: Publication):
    publication.publish("20261123T101500Z")
    publication.publish("two")
    assert schemas(empty) == {"run_20261123t101500z", "run_two", VIEWS}
    (shown,) = empty.rows(f"SELECT pg_get_viewdef('{VIEWS}.fact_sales'::regclass)")
    assert "run_two.fact_sales" in shown[0]
    assert empty.rows("SELECT obj_description('elt_current'::regnamespace)") == [
        (f"ELT data warehouse: run two of {COMPANY}",)
    ]


def test_the_same_run_again_replaces_its_schema_and_leaves_no_other(empty: Server, publication: Publication):
    publication.publish("one")
    before = state(empty, publication.marts)
    publication.publish("one")
    assert state(empty, publication.marts) == before


def fail(*_: object) -> None:
    """A step that fails."""
    raise Fault("a planted fault", "is here", "Take it away")


@pytest.mark.parametrize(
    ("module", "step"),
    [*((warehouse_postgres, step) for step in ("create", "load", "constrain")), (postgres_views, "switch")],
)
@pytest.mark.parametrize("run_id", ["one", "two"])
def test_what_breaks_half_way_leaves_the_publication_before_whole(
    empty: Server, publication: Publication, monkeypatch, module, step, run_id
):
    publication.publish("one")
    before = state(empty, publication.marts)
    sound, calls = getattr(module, step), []

    def breaks_late(*arguments: object) -> object:
        calls.append(step)
        result = sound(*arguments)
        return fail() if step != "load" or len(calls) == 4 else result

    monkeypatch.setattr(module, step, breaks_late)
    with pytest.raises(Fault, match="planted"):
        publication.publish(run_id)
    assert state(empty, publication.marts) == before
    assert len(calls) == (4 if step == "load" else 1)


def test_a_row_that_breaks_a_key_is_refused_without_its_content_and_nothing_is_lost(
    empty: Server, publication: Publication, tmp_path: Path
):
    publication.publish("one")
    before = state(empty, publication.marts)
    lines = Path(publication.files["fact_sales"]).read_text("utf-8").splitlines()
    spoiled = tmp_path / "fact_sales.csv"
    spoiled.write_text("\n".join([*lines[:-1], lines[1]]) + "\n", "utf-8")
    publication.files["fact_sales"] = str(spoiled)
    with pytest.raises(Fault, match="mart fact_sales: PostgreSQL refuses it .UniqueViolation fact_sales") as told:
        publication.publish("two")
    assert lines[1].split(",")[0] not in str(told.value)
    assert state(empty, publication.marts) == before


def test_a_cell_of_another_type_is_refused_without_its_content(empty: Server, publication: Publication, tmp_path: Path):
    text = Path(publication.files["dim_location"]).read_text("utf-8")
    spoiled = tmp_path / "dim_location.csv"
    spoiled.write_text(text.replace("\n1,", "\nMeier,", 1), "utf-8")
    publication.files["dim_location"] = str(spoiled)
    with pytest.raises(Fault, match="mart dim_location") as told:
        publication.publish("two")
    assert "Meier" not in str(told.value)
    assert schemas(empty) == set()


def test_a_publication_that_is_killed_leaves_nothing(empty: Server, publication: Publication, tmp_path: Path):
    publication.publish("one")
    before = state(empty, publication.marts)
    sign = tmp_path / "loaded"
    program = f"""
import sys, time
from pathlib import Path
import warehouse_postgres
from elt.run.columns import *
from elt.run.mart import *
from elt.warehouse.mart_files import mart_files
def stop(*_):
    Path({str(sign)!r}).touch()
    time.sleep(60)
warehouse_postgres.constrain = stop
files = mart_files({publication.marts!r}, {publication.files!r}.values(), {publication.metadata!r}.values())
warehouse_postgres.main(
    files=files, run_id="two", company="x", views={VIEWS!r}, key_file={publication.key_file!r},
    output={publication.output!r},
)
"""
    scripts = Path(warehouse_postgres.__file__).parent
    process = subprocess.Popen([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(scripts)})
    for _ in range(300):
        if sign.exists() or process.poll() is not None:
            break
        time.sleep(0.1)
    assert sign.exists()
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert state(empty, publication.marts) == before
    publication.publish("two")
    assert "run_two" in schemas(empty)


def test_what_others_built_on_the_tables_stops_a_replacement_and_the_run_stays_complete(
    copy: Project, empty: Server, publication: Publication
):
    assert copy.snakemake("publish_postgres", *CONFIG).returncode == 0
    with empty.connect() as connection:
        connection.execute("CREATE SCHEMA mine")
        connection.execute("CREATE VIEW mine.sales AS SELECT * FROM run_sample.fact_sales")
    before = state(empty, publication.marts)
    done = copy.snakemake("publish_postgres", *CONFIG)
    assert done.returncode != 0
    assert "DependentObjectsStillExist" in done.stdout
    assert "is complete as it was" in done.stdout
    assert state(empty, publication.marts) == before
    assert read_json(copy.run("sample") / "_meta/run_manifest.json")["status"] == "complete"
    assert empty.rows("SELECT count(*) FROM mine.sales") == empty.rows("SELECT count(*) FROM run_sample.fact_sales")


@pytest.mark.parametrize("schema", ["run_one", VIEWS])
def test_a_schema_that_is_not_ours_is_left_alone(empty: Server, publication: Publication, schema):
    with empty.connect() as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(f"CREATE TABLE {schema}.precious (x int)")
    with pytest.raises(Fault, match=f"schema {schema}: is there and is not"):
        publication.publish("one")
    assert empty.rows(f"SELECT count(*) FROM {schema}.precious") == [(0,)]
    assert schemas(empty) == {schema}


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://owner:wr0ng-w0rd@127.0.0.1:{port}/postgres", "the server refuses user or password"),
        ("postgresql://owner:wr0ng-w0rd@127.0.0.1:1/postgres", "nothing listens there"),
        ("postgresql://owner:s3cr3t%2Fp%40ss@127.0.0.1:{port}/wr0ng-w0rd", "the database or the user does not exist"),
        ("postgresql://owner:wr0ng-w0rd@127.0.0.1:wr0ng-w0rd/postgres", "cannot be reached|no URL"),
    ],
)
def test_a_server_that_cannot_be_reached_is_told_with_its_reason_and_without_the_url(
    server: Server, publication: Publication, tmp_path, url, reason
):
    path = tmp_path / ".env"
    path.touch(0o600)
    path.write_text(f"POSTGRES_URL={url.format(port=server.port)}\n")
    publication.key_file = str(path)
    with pytest.raises(Fault, match=reason) as told:
        publication.publish("one")
    assert "w0rd" not in str(told.value)
    assert "s3cr3t" not in str(told.value)
