"""Remedies of messages about a publication in PostgreSQL: each is applied as told, and the run is published."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from database_server import PASSWORD, Server, running

import retention_erase
import warehouse_postgres
from elt.faults import Fault
from elt.run import run_folders
from elt.run.mart import Mart
from elt.warehouse.mart_files import REMAKE, MartFile

pytestmark = pytest.mark.slow
remedy = pytest.mark.remedy
VIEWS = "elt_current"
GOOD = "k,name\n1,Bell\n2,Horn\n"
ENTRY = {
    "title": "Products", "grain": "one row a product", "key": ["k"],
    "columns": {name: {"type": kind, "personal": "none", "description": name} for name, kind in (("k", "integer"), ("name", "string"))},
}  # fmt: skip
MART = Mart.of("products", ENTRY)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server for all tests of this file."""
    with running() as started:
        yield started


@pytest.fixture
def empty(server: Server) -> Server:
    """The server without any schema of ours."""
    with server.connect() as connection:
        for (name,) in server.rows("SELECT nspname FROM pg_namespace WHERE nspname ~ '^(run_|elt_|old_|mine|other_)'"):
            connection.execute(f'DROP SCHEMA "{name}" CASCADE')
    return server


class Publication:
    """A mart of two rows, to be published."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.key_file = folder, folder / ".env"
        self.key_file.touch(0o600)
        self.key_file.write_text(f"POSTGRES_URL={url}\n")

    def publish(self, text: str = GOOD, mart: Mart = MART, run_id: str = "one", views: str = VIEWS) -> None:
        """Publish a table with this text."""
        path = self.folder / "products.csv"
        path.write_text(text, encoding="utf-8")
        warehouse_postgres.main(
            files={"products": MartFile(mart, str(path), 2)}, run_id=run_id, company="config/firm", views=views,
            key_file=str(self.key_file), output=str(self.folder / "publication.json"),
        )  # fmt: skip


@pytest.fixture
def publication(empty: Server, tmp_path: Path) -> Publication:
    """The publication of the owner of the database."""
    return Publication(tmp_path, empty.url())


def refused(call: Callable[[], Any]) -> str:
    """The message with which a call is refused."""
    with pytest.raises(Fault) as caught:
        call()
    return str(caught.value)


def count(server: Server, schema: str = VIEWS) -> int:
    """Rows that readers see."""
    return server.rows(f"SELECT count(*) FROM {schema}.products")[0][0]


@remedy("warehouse_postgres", REMAKE)
@remedy("elt.warehouse.postgres", warehouse_postgres.REMEDY)
def test_a_mart_is_published_once_its_file_its_entry_or_its_sql_is_right(empty, publication):
    refused(lambda: publication.publish("k,title\n1,Bell\n2,Horn\n"))
    refused(lambda: publication.publish("k,name\n1,Bell\n"))
    doubled = "k,name\n1,Bell\n1,Horn\n"
    refused(lambda: publication.publish(doubled))
    refused(lambda: publication.publish("k,name\none,Bell\n2,Horn\n"))
    publication.publish()
    assert count(empty) == 2
    publication.publish(doubled, replace(MART, key=("k", "name")), run_id="two")
    assert count(empty, "run_two") == 2


@remedy("elt.warehouse.postgres", "Check … in …, and the server")
def test_a_server_is_reached_once_the_url_is_right(empty, tmp_path):
    publication = Publication(tmp_path, empty.url(password="wrong"))
    refused(publication.publish)
    publication.key_file.write_text(f"POSTGRES_URL={empty.url(password=PASSWORD)}\n")
    publication.publish()
    assert count(empty) == 2


@remedy("elt.warehouse.postgres", "Wait until others have ended, or ask who holds the tables")
def test_a_publication_waits_until_another_has_ended(empty, publication, monkeypatch):
    monkeypatch.setattr(warehouse_postgres, "WAIT", "100ms")
    with empty.connect() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [warehouse_postgres.LOCK])
        refused(publication.publish)
    publication.publish()
    assert count(empty) == 2


@remedy("elt.warehouse.postgres", "Grant CREATE on the database to the user of POSTGRES_URL")
def test_a_user_who_may_create_schemas_publishes(empty, tmp_path):
    with empty.connect() as owner:
        owner.execute("DROP ROLE IF EXISTS writer")
        owner.execute("CREATE ROLE writer LOGIN PASSWORD 'w'")
        publication = Publication(tmp_path, empty.url("writer", "w"))
        refused(publication.publish)
        owner.execute("GRANT CREATE ON DATABASE postgres TO writer")
        publication.publish()
        assert count(empty) == 2
        owner.execute("DROP OWNED BY writer CASCADE")
        owner.execute("DROP ROLE writer")


@remedy("elt.warehouse.postgres", warehouse_postgres.DEPENDENTS)
@remedy("elt.warehouse.postgres", warehouse_postgres.RIGHTS)
def test_a_user_with_the_role_of_the_one_before_publishes(empty, publication, tmp_path):
    publication.publish()
    (tmp_path / "writer").mkdir()
    with empty.connect() as owner:
        owner.execute("DROP ROLE IF EXISTS writer")
        owner.execute("CREATE ROLE writer LOGIN PASSWORD 'w'")
        owner.execute("GRANT CREATE ON DATABASE postgres TO writer")
        theirs = Publication(tmp_path / "writer", empty.url("writer", "w"))
        refused(theirs.publish)
        refused(lambda: theirs.publish(run_id="two"))
        owner.execute("GRANT owner TO writer")
        theirs.publish()
        theirs.publish(run_id="two")
        assert count(empty) == 2
        owner.execute("DROP OWNED BY writer CASCADE")
        owner.execute("DROP ROLE writer")


@remedy("elt.warehouse.postgres", warehouse_postgres.DEPENDENTS)
@pytest.mark.parametrize("how", ["drop", "move"])
def test_what_others_have_built_on_the_tables_is_dropped_or_moved(empty, publication, how):
    publication.publish()
    with empty.connect() as other:
        other.execute("CREATE SCHEMA mine")
        other.execute("CREATE VIEW mine.sales AS SELECT * FROM run_one.products")
        refused(publication.publish)
        other.execute("DROP VIEW mine.sales")
        if how == "move":
            other.execute(f"CREATE VIEW mine.sales AS SELECT * FROM {VIEWS}.products")
    publication.publish()
    assert count(empty) == 2


@remedy("elt.warehouse.postgres", "Start again")
def test_a_publication_whose_connection_breaks_is_started_again(empty, publication, monkeypatch):
    def breaks(connection: psycopg.Connection, schema: str, marts: Any) -> None:
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as patch:
        patch.setattr(warehouse_postgres, "constrain", breaks)
        refused(publication.publish)
    publication.publish()
    assert count(empty) == 2


@remedy("elt.warehouse.postgres_schemas", "Rename or drop it, or choose another name")
@pytest.mark.parametrize("how", ["rename", "drop", "another"])
@pytest.mark.parametrize("schema", ["run_one", VIEWS])
def test_a_schema_that_is_not_ours_is_renamed_dropped_or_left_alone(empty, publication, schema, how):
    with empty.connect() as other:
        other.execute(f"CREATE SCHEMA {schema}")
        refused(publication.publish)
        if how == "rename":
            other.execute(f"ALTER SCHEMA {schema} RENAME TO mine")
        elif how == "drop":
            other.execute(f"DROP SCHEMA {schema}")
    if how != "another":
        publication.publish()
        assert count(empty) == 2
        return
    publication.publish(run_id="two", views="elt_other")
    assert count(empty, "elt_other") == 2


@remedy("retention_erase", "type in database …: DROP SCHEMA … CASCADE", line=True)
def test_what_was_published_of_an_erased_person_is_dropped_by_the_line_that_the_closing_words_name(
    empty, publication, folder
):
    publication.publish()
    place = run_folders.RUNS / "one/gold/_meta/publication.json"
    place.parent.mkdir(parents=True)
    shutil.copy2(publication.folder / "publication.json", place)
    (line,) = (line for line in retention_erase.summary(1, 1, {"one": 1}, [])["lines"] if "PostgreSQL" in line)
    database, _, command = line.split("type in database ")[1].partition(": ")
    assert database == "postgres"
    with empty.connect() as owner:
        owner.execute(command)
    assert empty.rows("SELECT nspname FROM pg_namespace WHERE nspname = 'run_one'") == []
