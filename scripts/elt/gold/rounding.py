"""What rounding to the decimals of marts.yaml changes in a mart: counted with its amount; refused of whole numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from elt.faults import Fault
from elt.gold.tracing import is_stored
from elt.report import assumptions
from elt.report.numbers import with_decimals
from elt.run.columns import Column
from elt.run.mart import Mart
from elt.tables import ColumnType, polars_type

EXACT = 18  # decimals of an amount before it is rounded, at most


@dataclass(frozen=True)
class Rounding:
    """What rounding a column of a mart changes: rows, of how many, by how much in sum, and the sum before."""

    rows: int
    of: int
    moved: Decimal
    before: Decimal


def typed(column: ColumnType) -> pl.Expr:
    """A column in its type, decimals rounded once, half away from zero."""
    values = pl.col(column.name)
    if column.type == "decimal":
        values = values.round(column.scale, mode="half_away_from_zero")
    return values.cast(polars_type(column)).alias(column.name)


def finer(frame: pl.LazyFrame, mart: Mart) -> list[Column]:
    """Amounts of a company's own mart, and whole numbers, for which the SQL gives more decimals than they have."""
    schema = frame.collect_schema()
    scales = {name: kind.scale for name, kind in schema.items() if isinstance(kind, pl.Decimal)}
    amounts = {*mart.ledger.money, *(column.name for column in mart.columns if column.unit == "money")}
    return [
        column
        for column in mart.columns
        if scales.get(column.name, 0) > (column.scale if column.type == "decimal" else 0)
        and (column.type == "integer" or (mart.left_out is None and column.name in amounts))
    ]


def counters(columns: Sequence[Column]) -> list[pl.Expr]:
    """Rows, rows that rounding changes, by how much in sum, and the sum before, of columns of the SQL's result.

    All of them add up over parts.
    """
    wanted = [pl.len().alias("of")]
    for column in columns:
        before, after = pl.col(column.name), typed(column).cast(pl.Decimal(38, EXACT))
        wanted += [(after != before).sum().alias(f"rows {column.name}"), before.sum().alias(f"sum {column.name}")]
        wanted.append((after - before).sum().alias(f"moved {column.name}"))
    return wanted


def roundings(row: Mapping[str, Any], columns: Sequence[Column], mart: Mart) -> dict[str, Rounding]:
    """Column -> what rounding changes, for amounts that have more decimals in the SQL's result than in marts.yaml.

    `row`: values of `counters`. Raises Fault where a whole number would lose its decimals.
    """
    found = {}
    for column in columns:
        rows, name = row[f"rows {column.name}"], column.name
        if rows and column.type == "integer":
            problem = f"{rows} values of {name} have decimals, and marts.yaml has it as integer"
            raise Fault(f"mart {mart.name}", problem, "Write type: decimal and its decimals in marts.yaml")
        if rows:
            found[name] = Rounding(rows, row["of"], row[f"moved {name}"], row[f"sum {name}"])
    return found


def entries(mart: Mart, found: Mapping[str, Rounding], sql: str) -> list[assumptions.Entry]:
    """Roundings as assumptions that the data contradict: that a mart has the decimals of its amounts.

    An amount that the SQL computes, as with a rate of exchange, is rounded where it is first stored: that is none.
    """
    return [
        assumptions.entry(
            "rounded_in_mart",
            f"{mart.name}.{name}",
            one.rows,
            one.of,
            {name: with_decimals(one.moved, mart.by_name[name].scale)},
            {name: with_decimals(one.before, mart.by_name[name].scale)},
        )
        for name, one in found.items()
        if name in mart.ledger.money or is_stored(sql, name)
    ]


def stated(mart: Mart, found: Mapping[str, Rounding]) -> dict[str, dict[str, str]]:
    """What the metadata of a mart say of roundings: column -> what they add to its sum; nothing without any."""
    moved = {name: with_decimals(one.moved, mart.by_name[name].scale) for name, one in found.items()}
    return {"rounded": moved} if moved else {}
