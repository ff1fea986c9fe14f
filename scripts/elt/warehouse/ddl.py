"""The marts as tables of a database: types, keys, references and comments, in SQL that DuckDB and PostgreSQL share."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from elt.run.sql_names import in_order

DIGITS = 18  # of a decimal: sixteen before the point of an amount in cents; every tool reads so many exactly
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


def sql_type(column: Mapping[str, Any]) -> str:
    """The SQL type of a mart's column."""
    return TYPES.get(column["type"]) or f"DECIMAL({DIGITS},{column.get('decimals', 2)})"


def by_reference(marts: Mapping[str, Any]) -> list[str]:
    """The marts so that each comes after those that its foreign keys point to."""
    return in_order({name: {goal.split(".")[0] for goal in references(mart).values()} for name, mart in marts.items()})


def references(mart: Mapping[str, Any]) -> dict[str, str]:
    """Column -> <mart>.<column> of the foreign keys of a mart."""
    return dict(mart.get("foreignKeys", {}))


def required(mart: Mapping[str, Any]) -> set[str]:
    """Columns of a mart that must have a value: the key, and what is marked so."""
    return {*mart["key"], *(name for name, column in mart["columns"].items() if column.get("required"))}


def also_unique(name: str, marts: Mapping[str, Any]) -> list[str]:
    """Columns of a mart that a foreign key points to though they are not its key; they must be unique too."""
    goals = {
        goal.split(".")[1] for m in marts.values() for goal in references(m).values() if goal.startswith(f"{name}.")
    }
    return sorted(goals - ({marts[name]["key"][0]} if len(marts[name]["key"]) == 1 else set()))


def columns_sql(mart: Mapping[str, Any]) -> list[str]:
    """The columns of a table, one definition each: name, type, NOT NULL."""
    needed = required(mart)
    return [
        f"{quoted(name)} {sql_type(column)}{' NOT NULL' if name in needed else ''}"
        for name, column in mart["columns"].items()
    ]


def keys_sql(name: str, marts: Mapping[str, Any]) -> list[str]:
    """Primary key of a mart's table, and what else must be unique."""
    unique = [f"UNIQUE ({quoted(column)})" for column in also_unique(name, marts)]
    return [f"PRIMARY KEY ({listed(marts[name]['key'])})", *unique]


def references_sql(name: str, marts: Mapping[str, Any], schema: str) -> list[str]:
    """Foreign keys of a mart's table, to tables of a schema."""
    found = []
    for column, goal in references(marts[name]).items():
        table, key = goal.split(".")
        found.append(f"FOREIGN KEY ({quoted(column)}) REFERENCES {quoted(schema)}.{quoted(table)} ({quoted(key)})")
    return found


def table_comment(mart: Mapping[str, Any]) -> str:
    """What a table is: title and grain."""
    return f"{mart['title']}: {mart['grain']}"


def column_comment(column: Mapping[str, Any]) -> str:
    """What a column is: description, unit, personal class."""
    unit = f" Unit: {column['unit']}." if "unit" in column else ""
    return f"{column['description'].rstrip('.')}.{unit} Personal class: {column['personal']}."


def comments_sql(kind: str, schema: str, name: str, mart: Mapping[str, Any], shown: Sequence[str]) -> Iterator[str]:
    """COMMENT statements of a mart's table or view (`kind`) and of its columns, as far as `shown`."""
    place = f"{quoted(schema)}.{quoted(name)}"
    yield f"COMMENT ON {kind} {place} IS {literal(table_comment(mart))}"
    for column in shown:
        text = literal(column_comment(mart["columns"][column]))
        yield f"COMMENT ON COLUMN {place}.{quoted(column)} IS {text}"
