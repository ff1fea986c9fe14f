"""Schemas of PostgreSQL: what is in them, whether they are this pipeline's, and how they are replaced."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from elt.faults import Fault
from elt.warehouse import postgres
from elt.warehouse.ddl import quoted

if TYPE_CHECKING:
    import psycopg

MARK = "ELT data warehouse"  # how the comments of our schemas begin; nothing else is ever replaced


@dataclass(frozen=True)
class Publication:
    """Where a run is published: the schema of its tables, the schema of the views, and the comment of both."""

    schema: str
    views: str
    comment: str

    @classmethod
    def of(cls, run_id: str, company: str, views: str) -> Self:
        """The publication of a run."""
        return cls(postgres.schema_of(run_id), views, f"{MARK}: run {run_id} of {company}")


def comment_of(connection: "psycopg.Connection", schema: str) -> str | None:
    """The comment of a schema; empty if it has none, None if there is no such schema."""
    query = "SELECT coalesce(obj_description(oid, 'pg_namespace'), '') FROM pg_namespace WHERE nspname = %s"
    row = connection.execute(query, [schema]).fetchone()
    return row[0] if row else None


def is_ours(connection: "psycopg.Connection", schema: str, comment: str, begins: str) -> bool:
    """Whether the schema exists; raises Fault if it does and is not ours (its comment must begin so)."""
    found = comment_of(connection, schema)
    if found is not None and not found.startswith(begins):
        raise Fault(f"schema {schema}", f"is there and is not: {comment}", "Rename or drop it, or choose another name")
    return found is not None


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


def grants(connection: "psycopg.Connection", schema: str, view: str) -> list[tuple[str, str]]:
    """(role, privilege) that a view grants to others than its owner."""
    query = """
        SELECT quote_ident(r.rolname), acl.privilege_type
        FROM pg_class AS c, aclexplode(c.relacl) AS acl JOIN pg_roles AS r ON r.oid = acl.grantee
        WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s) AND c.relname = %s
            AND acl.grantee <> c.relowner ORDER BY 1, 2"""
    return connection.execute(query, [schema, view]).fetchall()


def drop_with_tables(connection: "psycopg.Connection", schema: str) -> None:
    """Drop a schema and its tables; what others have built on them makes PostgreSQL refuse it."""
    tables = [f"{quoted(schema)}.{quoted(name)}" for name in shape_of(connection, schema, "r")]
    if tables:
        connection.execute(f"DROP TABLE {', '.join(tables)}")
    connection.execute(f"DROP SCHEMA {quoted(schema)}")
