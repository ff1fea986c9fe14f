"""Publish the marts in PostgreSQL: a schema a run, and a schema of views that shows the newest, in one transaction.

Inputs: the marts and the rows that each has; POSTGRES_URL in .env.
Outputs: gold/_meta/publication.json (which run, where, how many rows).

If anything fails, the transaction is taken back: the publication before stands, and nothing of the new one remains.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.faults import Fault
from elt.files import read_json, write_json
from elt.warehouse import ddl, postgres
from elt.warehouse.ddl import literal, quoted

if TYPE_CHECKING:
    import psycopg
    from snakemake.iocontainers import snakemake

MARK = "ELT data warehouse"  # how the comments of our schemas begin; nothing else is ever replaced
BLOCK = 1 << 18
LOCK = 4_502_017  # any number, the same for every publication
WAIT = "60s"
REMEDY = "Look at the mart's entry in marts.yaml and at its SQL"


def run_comment(run_id: str, company: str) -> str:
    """The comment of a run's schema."""
    return f"{MARK}: run {run_id} of {company}"


def comment_of(connection: "psycopg.Connection", schema: str) -> str | None:
    """The comment of a schema; empty if it has none, None if there is no such schema."""
    query = "SELECT coalesce(obj_description(oid, 'pg_namespace'), '') FROM pg_namespace WHERE nspname = %s"
    row = connection.execute(query, [schema]).fetchone()
    return row[0] if row else None


def shape_of(connection: "psycopg.Connection", schema: str, kind: str) -> dict[str, list[tuple[str, str]]]:
    """Table (kind r) or view (kind v) of a schema -> its columns, each with its type."""
    query = """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
        FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s) AND c.relkind = %s
        ORDER BY c.relname, a.attnum"""
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, sql_type in connection.execute(query, [schema, kind]):
        found.setdefault(table, []).append((column, sql_type))
    return found


def shown(mart: Mapping[str, Any]) -> list[str]:
    """Columns of a mart that its view shows: all but those that name a person."""
    return [name for name, column in mart["columns"].items() if column["personal"] != "direct"]


def create(connection: "psycopg.Connection", schema: str, marts: Mapping[str, Any], comment: str) -> None:
    """Make a run's schema with its empty tables and their comments; nobody else gets at it."""
    connection.execute(f"CREATE SCHEMA {quoted(schema)}")
    connection.execute(f"COMMENT ON SCHEMA {quoted(schema)} IS {literal(comment)}")
    connection.execute(f"REVOKE ALL ON SCHEMA {quoted(schema)} FROM PUBLIC")
    for name, mart in marts.items():
        place = f"{quoted(schema)}.{quoted(name)}"
        connection.execute(f"CREATE TABLE {place} ({', '.join(ddl.columns_sql(mart))})")
        connection.execute(f"REVOKE ALL ON {place} FROM PUBLIC")
        for statement in ddl.comments_sql("TABLE", schema, name, mart, list(mart["columns"])):
            connection.execute(statement)


def blocks(path: str) -> Iterator[bytes]:
    """The bytes of a file, in pieces."""
    with open(path, "rb") as file:
        while block := file.read(BLOCK):
            yield block


def load(connection: "psycopg.Connection", schema: str, name: str, path: str, columns: Sequence[str]) -> int:
    """Copy a mart's file into its table; the number of rows that arrived. Raises Fault if the header is another."""
    with open(path, encoding="utf-8") as file:
        if file.readline().rstrip("\n").split(",") != list(columns):
            raise Fault(f"mart {name}", "its file has other columns than marts.yaml", "Make the mart again")
    place = f"{quoted(schema)}.{quoted(name)} ({ddl.listed(columns)})"
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {place} FROM STDIN (FORMAT csv, HEADER true)") as copy:
            for block in blocks(path):
                copy.write(block)
        return cursor.rowcount


def constrain(connection: "psycopg.Connection", schema: str, marts: Mapping[str, Any]) -> None:
    """Prove and declare the keys of all tables, then their references; count what the planner needs."""
    for step in (ddl.keys_sql, lambda name, all_marts: ddl.references_sql(name, all_marts, schema)):
        for name in marts:
            with postgres.working(f"mart {name}", REMEDY):
                for constraint in step(name, marts):
                    connection.execute(f"ALTER TABLE {quoted(schema)}.{quoted(name)} ADD {constraint}")
    for name in marts:
        connection.execute(f"ANALYZE {quoted(schema)}.{quoted(name)}")


def grants(connection: "psycopg.Connection", schema: str, view: str) -> list[tuple[str, str]]:
    """(role, privilege) that a view grants to others than its owner."""
    query = """
        SELECT quote_ident(r.rolname), acl.privilege_type
        FROM pg_class AS c, aclexplode(c.relacl) AS acl JOIN pg_roles AS r ON r.oid = acl.grantee
        WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s) AND c.relname = %s
            AND acl.grantee <> c.relowner ORDER BY 1, 2"""
    return connection.execute(query, [schema, view]).fetchall()


def switch(connection: "psycopg.Connection", views: str, schema: str, marts: Mapping[str, Any], comment: str) -> None:
    """Let the views show a run's tables. A view whose columns stay is replaced in place; grants stay in any case."""
    if comment_of(connection, views) is None:
        connection.execute(f"CREATE SCHEMA {quoted(views)}")
        connection.execute(f"REVOKE ALL ON SCHEMA {quoted(views)} FROM PUBLIC")
    connection.execute(f"COMMENT ON SCHEMA {quoted(views)} IS {literal(comment)}")
    before, tables = shape_of(connection, views, "v"), shape_of(connection, schema, "r")
    wanted = {name: [c for c in tables[name] if c[0] in shown(mart)] for name, mart in marts.items()}
    wanted = {name: columns for name, columns in wanted.items() if columns}
    kept: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(name for name in before if before[name] != wanted.get(name)):
        kept[name] = grants(connection, views, name)
        connection.execute(f"DROP VIEW {quoted(views)}.{quoted(name)}")
    for name, columns in wanted.items():
        place = f"{quoted(views)}.{quoted(name)}"
        selected = ddl.listed([column for column, _ in columns])
        source = f"{quoted(schema)}.{quoted(name)}"
        connection.execute(f"CREATE OR REPLACE VIEW {place} AS SELECT {selected} FROM {source}")  # noqa: S608 (names)
        connection.execute(f"REVOKE ALL ON {place} FROM PUBLIC")
        for role, privilege in kept.get(name, []):
            connection.execute(f"GRANT {privilege} ON {place} TO {role}")
        for statement in ddl.comments_sql("VIEW", views, name, marts[name], [column for column, _ in columns]):
            connection.execute(statement)


def check_ours(connection: "psycopg.Connection", schema: str, comment: str, begins: str) -> bool:
    """Whether the schema exists; raises Fault if it does and is not ours (its comment must begin so)."""
    found = comment_of(connection, schema)
    if found is not None and not found.startswith(begins):
        raise Fault(f"schema {schema}", f"is there and is not: {comment}", "Rename or drop it, or choose another name")
    return found is not None


def publish(
    connection: "psycopg.Connection",
    files: Mapping[str, str],
    rows: Mapping[str, int],
    marts: Mapping[str, Any],
    names: tuple[str, str],
    comment: str,
) -> None:
    """All statements of a publication, in the transaction of the connection; `names`: of the run's schema, the views'.

    A schema of the same run is replaced: its tables are dropped when the views show the new ones. What others have
    built on them stops that with a Fault, and everything stays.
    """
    schema, views = names
    with postgres.working("PostgreSQL", "Wait until others have ended, or ask who holds the tables"):
        connection.execute(f"SET LOCAL lock_timeout = '{WAIT}'")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        is_again = check_ours(connection, schema, comment, comment)
        check_ours(connection, views, f"{MARK}: views", MARK)
        old = f"old_{schema[:59]}"  # no run's schema begins so
        if is_again:
            connection.execute(f"ALTER SCHEMA {quoted(schema)} RENAME TO {quoted(old)}")
    with postgres.working(f"schema {schema}", "Grant CREATE on the database to the user of POSTGRES_URL"):
        create(connection, schema, marts, comment)
    for name, mart in marts.items():
        with postgres.working(f"mart {name}", REMEDY):
            loaded = load(connection, schema, name, files[name], list(mart["columns"]))
        if loaded != rows[name]:
            raise Fault(f"mart {name}", f"{loaded} rows were loaded of {rows[name]}", "Make the mart again")
        rulelog.log.info("%s: %d rows", name, loaded)
    constrain(connection, schema, marts)
    remedy = "Drop or move what others have built on the tables or views, or give its owner's rights"
    with postgres.working(f"schema {views}", remedy):
        switch(connection, views, schema, marts, comment)
        if is_again:
            tables = [f"{quoted(old)}.{quoted(name)}" for name in shape_of(connection, old, "r")]
            if tables:
                connection.execute(f"DROP TABLE {', '.join(tables)}")
            connection.execute(f"DROP SCHEMA {quoted(old)}")


def main(
    files: Mapping[str, str],
    metadata: Mapping[str, str],
    marts: Mapping[str, Any],
    run: tuple[str, str],
    views: str,
    key_file: str,
    output: str,
) -> None:
    """Publish a run and write down where; `run`: its id and company, `views`: the schema of the views."""
    run_id, company = run
    ordered = {name: marts[name] for name in ddl.by_reference(marts)}
    rows = {name: read_json(path)["rows"] for name, path in metadata.items()}
    names = (postgres.schema_of(run_id), views)
    connection = postgres.connected(Path(key_file))
    with postgres.working("PostgreSQL", "Start again"), connection:
        publish(connection, files, rows, ordered, names, run_comment(run_id, company))
        server, database = connection.info.server_version, connection.info.dbname
    now = datetime.now(UTC).isoformat(timespec="seconds")
    content = {"run_id": run_id, "schema": names[0], "views": views, "database": database, "server_version": server}
    write_json(output, {**content, "rows": rows, "published_at": now})
    rulelog.log.info("run %s is published in schema %s, shown by %s", run_id, *names)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        dict(zip(snakemake.params.marts, snakemake.input.tables, strict=True)),
        dict(zip(snakemake.params.marts, snakemake.input.metadata, strict=True)),
        snakemake.params.marts,
        (snakemake.params.run_id, snakemake.params.company),
        snakemake.params.views,
        snakemake.params.key_file,
        snakemake.output[0],
    )
