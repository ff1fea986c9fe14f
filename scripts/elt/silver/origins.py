"""Where each figure of the report of silver comes from: SQL over silver and quarantine, or its place in metadata."""

# ruff: noqa: S608 - these queries are told, not run

from collections.abc import Mapping
from typing import Any

from elt.report.figure_ledger import Origin, at, query, quoted

METADATA = "silver/_meta/silver_metadata.yaml"
OUTCOMES = ("silver", "quarantined", "superseded", "duplicates")


def found(table: str, *steps: Any, **more: Any) -> Origin:
    """What was found of a table: a place in the metadata."""
    return at(METADATA, "tables", table, *steps, **more)


def amount(table: str, column: str) -> Origin:
    """The sum of a column in silver; 0 of none."""
    return query(f'SELECT COALESCE(SUM("{column}"), 0) FROM silver.{table}')


def outcome(table: str, name: str) -> Origin:
    """The records of a table with an outcome: those of silver and in quarantine are counted, others stand in books."""
    counted = {"silver": f"silver.{table}", "quarantined": f"quarantine.{table}"}
    return query(f"SELECT COUNT(*) FROM {counted[name]}") if name in counted else found(table, name)


def records(table: str) -> Origin:
    """The records of a table that came in: each has one outcome."""
    return {"formula": " + ".join(f"[{table}.{name}]" for name in OUTCOMES)}


def reason_of(reason: Mapping[str, Any]) -> str:
    """The records in quarantine for a reason, as a condition."""
    return f"code = {quoted(reason['code'])} AND reason = {quoted(reason['why'])}"


def set_aside(table: str, condition: str) -> Origin:
    """The records of a table in quarantine of which a condition holds."""
    return query(f"SELECT COUNT(*) FROM quarantine.{table} WHERE {condition}")


def number_of(table: str, condition: str, place: int) -> Origin:
    """The number of the record that stands at a place among those in quarantine of which a condition holds."""
    order = f"ORDER BY file, CAST(record AS BIGINT) LIMIT 1 OFFSET {place}"
    return query(f"SELECT CAST(record AS BIGINT) FROM quarantine.{table} WHERE {condition} {order}")


def share(part: str, whole: str, count: int) -> Origin:
    """A quotient of two figures; 0 of nothing. `count`: the value of the whole."""
    return {"formula": f"[{part}] / [{whole}]" if count else "0"}
