"""A column of a drawn mart: its SQL and its type, as the field has it that fills the role."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from elt.run.fields import Field
from elt.run.star.reach import Reach
from elt.run.star.roles import Filled
from elt.tables import DECIMALS

Template = Mapping[str, Mapping[str, Any]]  # column -> its entry in drawn_star.yaml
UNKNOWN = "n/a"
NO_MEMBER = "0"  # surrogate key of all rows where no role tells the member
LONG_AGO = "DATE '1900-01-01'"
NEVER = "DATE '9999-12-31'"
SQL_TYPES = {"integer": "BIGINT", "string": "VARCHAR", "date": "DATE", "boolean": "BOOLEAN"}


class Made(NamedTuple):
    """A column: its SQL, and where the template's do not serve its type and decimals."""

    sql: str
    type: str | None = None
    decimals: int | None = None


class DrawnMart(NamedTuple):
    """A mart that is drawn: its SQL, its columns, and the ledger that proves it."""

    sql: str
    columns: Mapping[str, Made]
    ledger: Mapping[str, Any] = {}
    place_of: str | None = None  # whose places they are, as Mart.place_of


def valid_days(start: str, following: str) -> dict[str, str]:
    """The days on which a version counts, before that of the `following` one; the first reaches back before `start`."""
    return {
        "valid_from": f"CASE WHEN version = 1 THEN {LONG_AGO} ELSE {start} END",
        "valid_to": f"COALESCE({following}, {NEVER})",
        "reaches_back": "version = 1",
        "is_current": f"{following} IS NULL",
    }


def text(sql: str, field: Field) -> str:
    """A field as text."""
    return sql if field.type == "string" else f"CAST({sql} AS VARCHAR)"


def amount(sql: str, field: Field, least: int = 0) -> Made:
    """A number with the decimals of its field, of a price or an amount with two at least."""
    return Made(sql, "integer") if field.type == "integer" else Made(sql, "decimal", max(field.scale, least))


def taken(found: Filled, reach: Reach) -> Made:
    """The column that a field fills, in the type that the star schema has for it."""
    sql, kind = reach.sql(reach.nearest(found.place)), found.field.type
    return amount(sql, found.field, DECIMALS if kind == "number" else 0) if kind == "number" else Made(sql)


def literal(column: Mapping[str, Any], made: Made) -> str:
    """The value of a column in the row of the unknown member."""
    value, kind = column.get("unknown"), made.type or column["type"]
    if value is None:
        digits = DECIMALS if made.decimals is None else made.decimals
        return f"CAST(NULL AS {SQL_TYPES.get(kind, f'DECIMAL(38, {digits})')})"
    if kind == "date":
        return f"DATE '{value}'"
    return str(value).upper() if isinstance(value, bool) else str(value) if kind == "integer" else f"'{value}'"


def with_unknown(sql: str, column: Mapping[str, Any]) -> str:
    """A text that stands for a missing value too, where the template says so."""
    is_filled = column["type"] == "string" and "unknown" in column and not sql.endswith("_number")
    return f"COALESCE({sql}, '{column['unknown']}')" if is_filled else sql


def listed(parts: Mapping[str, str]) -> str:
    """Expressions of a SELECT, one a line, each with its name."""
    return ",\n".join(
        f"    {sql}" if sql.rpartition(".")[2] == name else f"    {sql} AS {name}" for name, sql in parts.items()
    )
