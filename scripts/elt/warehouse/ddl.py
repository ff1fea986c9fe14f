"""The marts as tables of a database: types, keys, references and comments, in SQL that DuckDB and PostgreSQL share."""

from collections.abc import Iterator, Mapping, Sequence

from elt.gold.metadata import column_comment, table_comment
from elt.run.mart import Mart
from elt.run.sql_names import in_order
from elt.tables import DIGITS, ColumnType

TYPES = {"integer": "BIGINT", "string": "VARCHAR", "date": "DATE", "boolean": "BOOLEAN"}


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def listed(names: Sequence[str]) -> str:
    """Names as SQL identifiers, with commas."""
    return ", ".join(map(quoted, names))


def sql_type(column: ColumnType) -> str:
    """The SQL type of a mart's column."""
    return TYPES.get(column.type) or f"DECIMAL({DIGITS},{column.scale})"


def by_reference(marts: Mapping[str, Mart]) -> list[str]:
    """The marts so that each comes after those that its foreign keys point to."""
    return in_order({name: {target for target, _ in mart.references.values()} for name, mart in marts.items()})


def also_unique(mart: Mart, marts: Mapping[str, Mart]) -> list[str]:
    """Columns of a mart that a foreign key of any mart points to though they are not its key: they must be unique."""
    goals = {key for other in marts.values() for target, key in other.references.values() if target == mart.name}
    return sorted(goals - ({mart.key[0]} if len(mart.key) == 1 else set()))


def columns_sql(mart: Mart) -> list[str]:
    """The columns of a table, one definition each: name, type, NOT NULL."""
    needed = mart.required_columns
    return [
        f"{quoted(column.name)} {sql_type(column)}{' NOT NULL' if column.name in needed else ''}"
        for column in mart.columns
    ]


def keys_sql(mart: Mart, marts: Mapping[str, Mart]) -> list[str]:
    """Primary key of a mart's table, and what else must be unique."""
    unique = [f"UNIQUE ({quoted(column)})" for column in also_unique(mart, marts)]
    return [f"PRIMARY KEY ({listed(mart.key)})", *unique]


def references_sql(mart: Mart, schema: str) -> list[str]:
    """Foreign keys of a mart's table, to tables of a schema."""
    return [
        f"FOREIGN KEY ({quoted(column)}) REFERENCES {quoted(schema)}.{quoted(target)} ({quoted(key)})"
        for column, (target, key) in mart.references.items()
    ]


def comments_sql(kind: str, schema: str, mart: Mart, shown: Sequence[str]) -> Iterator[str]:
    """COMMENT statements of a mart's table or view (`kind`) and of its columns, as far as `shown`."""
    place = f"{quoted(schema)}.{quoted(mart.name)}"
    yield f"COMMENT ON {kind} {place} IS {literal(table_comment(mart))}"
    for column in shown:
        text = literal(column_comment(mart.by_name[column]))
        yield f"COMMENT ON COLUMN {place}.{quoted(column)} IS {text}"
