"""Publish the marts in PostgreSQL: a schema a run, and a schema of views that shows the newest, in one transaction.

Inputs: the marts and the rows that each has; POSTGRES_URL in .env.
Outputs: gold/_meta/publication.json (which run, where, how many rows).

If anything fails, the transaction is taken back: the publication before stands, and nothing of the new one remains.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from elt import rulelog
from elt.faults import Fault
from elt.files import write_json
from elt.run.mart import Mart
from elt.warehouse import ddl, postgres, postgres_schemas, postgres_views
from elt.warehouse.ddl import literal, quoted
from elt.warehouse.mart_files import REMAKE, MartFile, mart_files
from elt.warehouse.postgres_schemas import MARK, Publication

if TYPE_CHECKING:
    import psycopg
    from snakemake.iocontainers import snakemake

BLOCK = 1 << 18  # bytes handed to the server at a time
LOCK = 4_502_017  # any number, the same for every publication
WAIT = "60s"  # for others who read the tables; longer is no read but a session left open
RIGHTS = "If another user has published before, grant its role to the user of POSTGRES_URL"
DEPENDENTS = (
    "Drop or move what others have built on the tables or views; if another user has published before, grant its role "
    "to the user of POSTGRES_URL"
)
REMEDY = "Look at the mart's entry in marts.yaml and at its SQL"


def create(connection: "psycopg.Connection", goal: Publication, marts: Mapping[str, Mart]) -> None:
    """Make a run's schema with its empty tables and their comments; nobody else gets at it."""
    connection.execute(f"CREATE SCHEMA {quoted(goal.schema)}")
    connection.execute(f"COMMENT ON SCHEMA {quoted(goal.schema)} IS {literal(goal.comment)}")
    connection.execute(f"REVOKE ALL ON SCHEMA {quoted(goal.schema)} FROM PUBLIC")
    for name, mart in marts.items():
        place = f"{quoted(goal.schema)}.{quoted(name)}"
        connection.execute(f"CREATE TABLE {place} ({', '.join(ddl.columns_sql(mart))})")
        connection.execute(f"REVOKE ALL ON {place} FROM PUBLIC")
        for statement in ddl.comments_sql("TABLE", goal.schema, mart, mart.names):
            connection.execute(statement)


def blocks(path: str) -> Iterator[bytes]:
    """The bytes of a file, in pieces."""
    with open(path, "rb") as file:
        while block := file.read(BLOCK):
            yield block


def load(connection: "psycopg.Connection", schema: str, file: MartFile) -> int:
    """Copy a mart's file into its table; the number of rows that arrived. Raises Fault if the header is another."""
    mart = file.mart
    with open(file.path, encoding="utf-8") as text:
        if text.readline().rstrip("\n").split(",") != mart.names:
            raise Fault(f"mart {mart.name}", "its file has other columns than marts.yaml", REMAKE)
    place = f"{quoted(schema)}.{quoted(mart.name)} ({ddl.listed(mart.names)})"
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {place} FROM STDIN (FORMAT csv, HEADER true)") as copy:
            for block in blocks(file.path):
                copy.write(block)
        return cursor.rowcount


def constrain(connection: "psycopg.Connection", schema: str, marts: Mapping[str, Mart]) -> None:
    """Prove and declare the keys of all tables, then their references; count what the planner needs."""
    keys = [(name, text) for name, mart in marts.items() for text in ddl.keys_sql(mart, marts)]
    references = [(name, text) for name, mart in marts.items() for text in ddl.references_sql(mart, schema)]
    for name, constraint in (*keys, *references):
        with postgres.working(f"mart {name}", REMEDY):
            connection.execute(f"ALTER TABLE {quoted(schema)}.{quoted(name)} ADD {constraint}")
    for name in marts:
        connection.execute(f"ANALYZE {quoted(schema)}.{quoted(name)}")


def begin(connection: "psycopg.Connection", goal: Publication) -> str | None:
    """Wait for other publications and make room for the run's schema; the name that the one of before now has."""
    connection.execute(f"SET LOCAL lock_timeout = '{WAIT}'")
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    is_again = postgres_schemas.is_ours(connection, goal.schema, goal.comment, goal.comment)
    postgres_schemas.is_ours(connection, goal.views, f"{MARK}: views", MARK)
    if not is_again:
        return None
    old = f"old_{goal.schema}"[: postgres.NAME_BYTES]  # no run's schema begins so
    connection.execute(f"ALTER SCHEMA {quoted(goal.schema)} RENAME TO {quoted(old)}")
    return old


def publish(connection: "psycopg.Connection", goal: Publication, files: Mapping[str, MartFile]) -> None:
    """All statements of a publication, in the transaction of the connection.

    A schema of the same run is replaced: its tables are dropped when the views show the new ones. What others have
    built on them stops that with a Fault, and everything stays.
    """
    marts = {name: file.mart for name, file in files.items()}
    with postgres.working(f"schema {goal.schema}", RIGHTS):
        old = begin(connection, goal)
    with postgres.working(f"schema {goal.schema}", "Grant CREATE on the database to the user of POSTGRES_URL"):
        create(connection, goal, marts)
    for name, file in files.items():
        with postgres.working(f"mart {name}", REMEDY):
            loaded = load(connection, goal.schema, file)
        if loaded != file.rows:
            raise Fault(f"mart {name}", f"{loaded} rows were loaded of {file.rows}", REMAKE)
        rulelog.log.info("%s: %d rows", name, loaded)
    constrain(connection, goal.schema, marts)
    with postgres.working(f"schema {goal.views}", DEPENDENTS):
        postgres_views.switch(connection, goal, marts)
        if old is not None:
            postgres_schemas.drop_with_tables(connection, old)


def main(
    *,
    files: Mapping[str, MartFile],
    run_id: str,
    company: str,
    views: str,
    key_file: str,
    output: str,
) -> None:
    """Publish a run and write down where; `files`: each after those that it refers to; `views`: schema of the views."""
    goal = Publication.of(run_id, company, views)
    connection = postgres.connected(Path(key_file))
    with postgres.working("PostgreSQL", "Start again"), connection:
        publish(connection, goal, files)
        server, database = connection.info.server_version, connection.info.dbname
    content = {
        "run_id": run_id,
        "schema": goal.schema,
        "views": views,
        "database": database,
        "server_version": server,
        "rows": {name: file.rows for name, file in files.items()},
        "published_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write_json(output, content)
    rulelog.log.info("run %s is published in schema %s, shown by %s", run_id, goal.schema, views)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        files=mart_files(snakemake.params.marts, snakemake.input.tables, snakemake.input.metadata),
        run_id=snakemake.params.run_id,
        company=snakemake.params.company,
        views=snakemake.params.views,
        key_file=snakemake.params.key_file,
        output=snakemake.output[0],
    )
