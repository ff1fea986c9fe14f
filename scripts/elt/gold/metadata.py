"""What the metadata of gold say: what YAML states of a mart or key figure, and what was found in a mart's file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from elt.report.languages import in_language
from elt.run.columns import Column
from elt.run.key_figures import Kpi
from elt.run.mart import Mart, MartLedger


def stated(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry without the keys of which YAML says nothing."""
    return {key: value for key, value in entry.items() if value is not None and value is not False and value != {}}


def column_entry(column: Column) -> dict[str, Any]:
    """The entry of a column in marts.yaml."""
    return stated(
        {
            "type": column.type,
            "decimals": column.decimals,
            "required": column.required,
            "unit": column.unit,
            "personal": column.personal,
            "description": in_language(column.description),
            "doubts": list(column.doubts) or None,
            "why": column.why or None,
        }
    )


def table_comment(mart: Mart) -> str:
    """What a table is: title and grain."""
    return f"{in_language(mart.title)}: {in_language(mart.grain)}"


def column_kind(column: Column) -> str:
    """The unit of a column, if it has one, and its personal class."""
    unit = f"Unit: {column.unit}. " if column.unit is not None else ""
    return f"{unit}Personal class: {column.personal}."


def column_comment(column: Column) -> str:
    """What a column is: description, unit, personal class."""
    return f"{in_language(column.description).rstrip('.')}. {column_kind(column)}"


def described(mart: Mart) -> dict[str, str]:
    """What the Parquet file of a mart says of itself: unit and personal class of each column, as JSON.

    What a column means stands in the data package and the data dictionary, so that another word builds no mart again.
    """
    columns = {column.name: column_kind(column) for column in mart.columns}
    return {"columns": json.dumps(columns, ensure_ascii=False)}


def mart_entry(mart: Mart) -> dict[str, Any]:
    """The entry of a mart in marts.yaml; of a standard mart with the columns that were left out."""
    ledger = mart.ledger
    return stated(
        {
            "title": in_language(mart.title),
            "grain": in_language(mart.grain),
            "key": list(mart.key),
            "foreignKeys": mart.foreign_keys,
            "ledger": stated(
                {
                    "table": ledger.table,
                    "rows": ledger.rows,
                    "money": ledger.money,
                    "kpis": ledger.kpis,
                    "left_out": ledger.left_out,
                }
            ),
            "columns": {column.name: column_entry(column) for column in mart.columns},
            "left_out": None if mart.left_out is None else list(mart.left_out),
        }
    )


def kpi_entry(kpi: Kpi) -> dict[str, Any]:
    """The entry of a key figure in kpis.yaml."""
    return stated(
        {
            "name": kpi.name,
            "definition": kpi.definition,
            "exclusions": kpi.exclusions,
            "over": None if kpi.over == "lines" else kpi.over,
            "formula": kpi.formula,
            "unit": kpi.unit,
            "direction": kpi.direction,
        }
    )


@dataclass(frozen=True)
class BuiltMart:
    """What is proved of a mart, and what was found in its file: `money`: column -> its sum as text; `kpis`: column ->
    the key figure (`kpi`) that its sum equals and the figure's value over all order lines (`total`); `rounded`: column
    -> what rounding its values to the decimals of marts.yaml added to the sum; `source`: of the order lines, their rows
    traced to silver."""

    name: str
    ledger: MartLedger
    rows: int
    money: Mapping[str, str]
    kpis: Mapping[str, Mapping[str, str]]
    rounded: Mapping[str, str] = field(default_factory=dict)
    source: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, name: str, ledger: MartLedger, found: Mapping[str, Any]) -> Self:
        """The mart of what was found in its file."""
        return cls(
            name,
            ledger,
            found["rows"],
            found["money"],
            found.get("kpis", {}),
            found.get("rounded", {}),
            found.get("source"),
        )
