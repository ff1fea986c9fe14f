"""Which rows of silver are in the order lines, which are left out or doubled, and what that amounts to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import polars as pl

from elt.gold.budgets import DIFFERS, DOUBLED, LEFT_OUT, WITHOUT_SOURCE
from elt.gold.rounding import typed
from elt.gold.tracing import NotFollowedError, numbered, row_column
from elt.report import assumptions
from elt.run.mart import Mart

Frames = Mapping[str, pl.LazyFrame]
NOT_TRACED = "not_traced"


@dataclass(frozen=True)
class Amount:
    """An amount over the rows of a silver table, each once: of all, and of those that the mart leaves out; `unclear`:
    rows for which the joins give several amounts."""

    all: Decimal
    left_out: Decimal
    unclear: int


@dataclass(frozen=True)
class SourceRows:
    """What became of the rows of a silver table.

    `rows`: of it; `kept`: those in the mart; `lines`: of the mart that they are; `amounts`: by column of the mart,
    where it had to be computed again.
    """

    table: str
    rows: int
    lines: int
    kept: int
    amounts: Mapping[str, Amount] = field(default_factory=dict)

    @property
    def left_out(self) -> int:
        """Rows that are not in the mart."""
        return self.rows - self.kept

    @property
    def doubled(self) -> int:
        """Lines of the mart above one for each row."""
        return self.lines - self.kept


@dataclass(frozen=True)
class Traced:
    """The lines of a mart, those that come of no row of silver, and the sources of the rows that they come of."""

    lines: int
    without_source: int
    sources: Sequence[SourceRows]


def numbered_frames(frames: Frames, tables: Sequence[str]) -> dict[str, pl.LazyFrame]:
    """The frames, those of silver tables with the numbers of their rows."""
    names = {f"silver.{table}": row_column(table) for table in tables}
    return {name: frame.with_row_index(names[name]) if name in names else frame for name, frame in frames.items()}


def counted(numbers: pl.LazyFrame, tables: Sequence[str]) -> dict[str, Any]:
    """All lines; by table, lines that come of its rows, and how many rows those are."""
    columns = {table: pl.col(row_column(table)) for table in tables}
    return (
        numbers.select(
            pl.len().alias("lines"),
            *(column.count().alias(f"lines {table}") for table, column in columns.items()),
            *(column.drop_nulls().n_unique().alias(f"rows {table}") for table, column in columns.items()),
        )
        .collect(engine="streaming")
        .row(0, named=True)
    )


def sources_of(
    numbers: pl.LazyFrame, tables: Sequence[str], stated: str | None
) -> tuple[dict[str, dict[str, int]], int]:
    """(the silver tables of which the lines are made, with what `counted` gives of them; lines that come of none).

    The stated one, or that of which most different rows are in the lines (the first of them in the SQL); then, as in a
    union, the next such one of the lines that are left.
    """
    found: dict[str, dict[str, int]] = {}
    while True:
        counts = counted(numbers, tables)
        order = sorted(tables, key=lambda table: (table != stated, -counts[f"rows {table}"]))
        if not counts["lines"] or not order or not counts[f"lines {order[0]}"]:
            return found, counts["lines"]
        table, stated = order[0], None
        found[table] = {"lines": counts[f"lines {table}"], "kept": counts[f"rows {table}"]}
        numbers = numbers.filter(pl.col(row_column(table)).is_null())
        tables = [other for other in tables if other != table]


def amounts_of(
    sql: str, frames: Frames, numbers: pl.LazyFrame, table: str, mart: Mart, columns: Sequence[str]
) -> dict[str, Amount]:
    """Amounts of the mart over the rows of a silver table, each row once, whatever the mart does with it."""
    text, tables = numbered(sql, table)
    row = row_column(table)
    lines = pl.SQLContext(numbered_frames(frames, tables)).execute(text)
    exact = [typed(mart.by_name[name]) for name in columns]
    spread = [
        part for name in columns for part in (pl.col(name).min().alias(f"least {name}"), pl.col(name).max().alias(name))
    ]
    once = lines.select(row, *exact).drop_nulls(row).group_by(row).agg(spread)
    lost = once.join(numbers.select(row).unique(), on=row, how="anti")

    def sums(frame: pl.LazyFrame) -> pl.LazyFrame:
        unclear = [(pl.col(name) != pl.col(f"least {name}")).sum().alias(f"unclear {name}") for name in columns]
        return frame.select(*(pl.col(name).sum() for name in columns), *unclear)

    every, gone = (frame.row(0, named=True) for frame in pl.collect_all([sums(once), sums(lost)], engine="streaming"))
    return {name: Amount(Decimal(every[name]), Decimal(gone[name]), every[f"unclear {name}"]) for name in columns}


def traced(sql: str, frames: Frames, mart: Mart, columns: Sequence[str], lines: int) -> Traced | None:
    """The order lines traced to silver; None where the SQL cannot be followed.

    `sql`: of the mart; `frames`: the tables that it reads; `columns`: its amounts; `lines`: that the mart has. Amounts
    are computed again where the ledger has no silver field for them, and wherever rows are left out or doubled.
    """
    try:
        text, tables = numbered(sql)
        every = numbered_frames(frames, tables)
        numbers = pl.SQLContext(every).execute(text).select(row_column(table) for table in tables)
        found, without = sources_of(numbers, tables, mart.ledger.table)
        if sum(one["lines"] for one in found.values()) + without != lines:
            return None
        sources = [
            SourceRows(
                table,
                every[f"silver.{table}"].select(pl.len()).collect(engine="streaming").item(),
                lines=one["lines"],
                kept=one["kept"],
            )
            for table, one in found.items()
        ]
        is_whole = not without and all(source.kept == source.rows == source.lines for source in sources)
        again = [name for name in columns if not (is_whole and name in mart.ledger.money)]
        if again:
            sources = [
                replace(one, amounts=amounts_of(sql, frames, numbers, one.table, mart, again)) for one in sources
            ]
    except (NotFollowedError, pl.exceptions.PolarsError):
        return None
    return Traced(lines, without, sources)


def doubled_amounts(found: Traced, totals: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """By column, what the mart has above the amounts of its rows, each once; `totals`: of the mart."""
    once = {
        name: sum(
            source.amounts[name].all - source.amounts[name].left_out
            for source in found.sources
            if name in source.amounts
        )
        for name in totals
        if any(name in source.amounts and not source.amounts[name].unclear for source in found.sources)
    }
    return {name: totals[name] - amount for name, amount in once.items()}


def metadata(found: Traced | None, lines: int, totals: Mapping[str, Decimal]) -> dict[str, Any]:
    """What the metadata of the mart say: lines, those without a source, and the sources of the rows of each table."""
    if found is None:
        return {"is_traced": False, "lines": lines}
    more = doubled_amounts(found, totals)
    return {
        "is_traced": True,
        "lines": lines,
        "without_source": found.without_source,
        "tables": {
            source.table: {
                "rows": source.rows,
                "in_mart": source.kept,
                "left_out": source.left_out,
                "doubled": source.doubled,
                "amounts": {
                    name: {"all": str(one.all), "left_out": str(one.left_out), "unclear": one.unclear}
                    for name, one in source.amounts.items()
                },
            }
            for source in found.sources
        },
        "amounts": {
            name: {"mart": str(totals[name]), "recomputed": str(totals[name] - amount)} for name, amount in more.items()
        },
    }


def reason(mart: Mart) -> str | dict[str, str]:
    """Why rows are left out, as marts.yaml says, behind a semicolon; empty without a word."""
    why = mart.ledger.left_out
    if why is None:
        return ""
    return f"; {why}" if isinstance(why, str) else {language: f"; {text}" for language, text in why.items()}


def entries(found: Traced | None, mart: Mart, lines: int, totals: Mapping[str, Decimal]) -> list[assumptions.Entry]:
    """What contradicts that each row of silver is one line of the mart, and each line one such row."""
    if found is None:
        return [assumptions.entry(NOT_TRACED, mart.name, lines, lines)]
    told, more = [], doubled_amounts(found, totals)
    for source in found.sources:
        where = f"{mart.name} ← {source.table}"
        clear = {name: one for name, one in source.amounts.items() if not one.unclear}
        if source.left_out:
            money = {name: one.left_out for name, one in clear.items()}
            every = {name: one.all for name, one in clear.items()}
            told.append(
                assumptions.entry(LEFT_OUT, where, source.left_out, source.rows, money, every, why=reason(mart))
            )
        if source.doubled:
            told.append(assumptions.entry(DOUBLED, where, source.doubled, source.lines, more, totals))
    if found.without_source:
        told.append(assumptions.entry(WITHOUT_SOURCE, mart.name, found.without_source, lines, more, totals))
    if not told and any(more.values()):
        told.append(assumptions.entry(DIFFERS, mart.name, lines, lines, more, totals))
    return told
