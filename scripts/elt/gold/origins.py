"""Where each figure of the report on the marts comes from: SQL over gold, or its place in gold_metadata.yaml."""

# ruff: noqa: S608 - these queries are told, not run

from typing import Any

from elt.report.figure_ledger import Origin, at, query

METADATA = "gold/_meta/gold_metadata.yaml"


def quoted_name(column: str) -> str:
    """The name of a column as SQL."""
    return f'"{column}"'


def rows(mart: str, condition: str = "") -> Origin:
    """The number of rows of a mart, or of those of which a condition holds."""
    return query(f"SELECT COUNT(*) FROM gold.{mart}{f' WHERE {condition}' if condition else ''}")


def is_true(flag: str) -> str:
    """The rows with a flag, as a condition."""
    return f"CAST({quoted_name(flag)} AS BOOLEAN)"


def values(mart: str, column: str) -> Origin:
    """The number of different values of a column."""
    return query(f"SELECT COUNT(DISTINCT {quoted_name(column)}) FROM gold.{mart}")


def amount(mart: str, column: str, condition: str = "TRUE") -> Origin:
    """The sum of a column, or of the rows of which a condition holds; 0 of none."""
    return query(f"SELECT COALESCE(SUM({quoted_name(column)}), 0) FROM gold.{mart} WHERE {condition}")


def share(mart: str, expression: str, condition: str) -> Origin:
    """What the rows with a condition have of an aggregate over all of them; 0 of nothing."""
    part = f"{expression} FILTER (WHERE {condition})"
    return query(f"SELECT COALESCE({part} / NULLIF({expression}, 0), 0) FROM gold.{mart}")


def found(mart: str, *steps: Any, **more: Any) -> Origin:
    """What was found of a mart: a place in the metadata."""
    return at(METADATA, "marts", mart, "found", *steps, **more)
