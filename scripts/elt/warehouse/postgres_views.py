"""The views that show the newest run: only what names no person, with the grants that others were given."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from elt.run.mart import Mart
from elt.warehouse import ddl, postgres_schemas
from elt.warehouse.ddl import literal, quoted
from elt.warehouse.postgres_schemas import Publication

if TYPE_CHECKING:
    import psycopg


def shown(mart: Mart) -> list[str]:
    """Columns of a mart that its view shows: all but those that name a person."""
    return [column.name for column in mart.columns if column.personal != "direct"]


def show(connection: "psycopg.Connection", goal: Publication, mart: Mart, columns: list[str]) -> None:
    """Let a view show columns of a mart's table; nobody but its owner may read a new one."""
    place, selected = f"{quoted(goal.views)}.{quoted(mart.name)}", ddl.listed(columns)
    source = f"{quoted(goal.schema)}.{quoted(mart.name)}"
    connection.execute(f"CREATE OR REPLACE VIEW {place} AS SELECT {selected} FROM {source}")  # noqa: S608 (names)
    connection.execute(f"REVOKE ALL ON {place} FROM PUBLIC")
    for statement in ddl.comments_sql("VIEW", goal.views, mart, columns):
        connection.execute(statement)


def switch(connection: "psycopg.Connection", goal: Publication, marts: Mapping[str, Mart]) -> None:
    """Let the views show a run's tables. A view whose columns stay is replaced in place; grants stay in any case."""
    views = quoted(goal.views)
    if postgres_schemas.comment_of(connection, goal.views) is None:
        connection.execute(f"CREATE SCHEMA {views}")
        connection.execute(f"REVOKE ALL ON SCHEMA {views} FROM PUBLIC")
    connection.execute(f"COMMENT ON SCHEMA {views} IS {literal(goal.comment)}")
    before = postgres_schemas.shape_of(connection, goal.views, "v")
    tables = postgres_schemas.shape_of(connection, goal.schema, "r")
    wanted = {name: [c for c in tables[name] if c[0] in shown(mart)] for name, mart in marts.items()}
    wanted = {name: columns for name, columns in wanted.items() if columns}
    kept: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(name for name in before if before[name] != wanted.get(name)):
        kept[name] = postgres_schemas.grants(connection, goal.views, name)
        connection.execute(f"DROP VIEW {views}.{quoted(name)}")
    for name, columns in wanted.items():
        show(connection, goal, marts[name], [column for column, _ in columns])
        for role, privilege in kept.get(name, []):
            connection.execute(f"GRANT {privilege} ON {views}.{quoted(name)} TO {role}")
