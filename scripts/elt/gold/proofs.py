"""What is proved of a written mart: key, required values, references, key figures; of order lines their sources."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from elt import tables
from elt.faults import Fault
from elt.gold import binding, flags, reconciled_parts, reconciliation
from elt.gold.binding import FACTS
from elt.gold.order_parts import OrderParts
from elt.gold.sources import Source
from elt.report import assumptions
from elt.run.mart import Mart

UNKNOWN = 0  # surrogate key of the unknown member of a dimension
AMOUNT = "sales_amount"  # of an order line, in every star schema
AMOUNTS_OF_LINES = (AMOUNT, "cost_amount", "current_cost_amount")
OF_CURRENCY = ("currency", AMOUNT)  # what an order in an unknown currency lacks


def counters(mart: Mart) -> list[pl.Expr]:
    """Of a mart that is sorted by its key: rows, those that repeat a key, and by column missing values, flags, money.

    All of them add up over parts.
    """
    ledger = mart.ledger
    repeats = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in mart.key)
    return [
        pl.len().alias("rows"),
        repeats.slice(1).sum().alias("repeated"),
        *(pl.col(column).null_count().alias(f"missing {column}") for column in mart.names),
        *(pl.col(column.name).sum().alias(f"true {column.name}") for column in mart.flags),
        *(pl.col(column).sum().alias(f"sum {column}") for column in (*ledger.money, *ledger.kpis)),
        *flags.counters(mart),
    ]


def check_filled(rows: int, mart: Mart, sources: Mapping[str, Source]) -> None:
    """Raise Fault for a mart without rows; a standard one may be empty, as no cohort is where no customer is known."""
    if rows or mart.is_standard:
        return
    read = {name: source.scan().head(1).collect() for name, source in sources.items() if name.startswith("silver.")}
    if empty := sorted(name for name, rows in read.items() if rows.is_empty()):
        remedy = "Look in silver/reports where the records are, and export the table with them"
        raise Fault(f"mart {mart.name}", f"has no rows, as {', '.join(empty)} has none", remedy)
    raise Fault(f"mart {mart.name}", "has no rows", f"Check {mart.made_by} against the silver tables")


def check_rows(found: Mapping[str, Any], mart: Mart, dates: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Rows, missing values, true flags and money of a mart; raises Fault on a broken key or missing value.

    `found`: values of `counters`.
    """
    where, remedy = f"mart {mart.name}", f"Check {mart.made_by}"
    if count := found["repeated"]:
        raise Fault(
            where,
            f"{count} rows repeat the key {', '.join(mart.key)}",
            f"Check the key and the joins of {mart.made_by}",
        )
    for column in sorted(mart.required_columns, key=lambda name: (name not in dates, name)):
        if count := found[f"missing {column}"]:
            problem, origin = f"required column {column} is missing in {count} rows", dates.get(column, ())
            if origin:
                problem += f"; it comes from {' and '.join(origin)}"
                remedy += (
                    ", and in silver/reports whether the records with these dates are in quarantine, which their lines "
                    "are not: correct them in the export, or let missingValues and repairs in the contract give a day"
                )
            if mart.is_drawn and column in OF_CURRENCY and "currency" in mart.by_name:
                remedy += (
                    ". A currency that is empty is filled by repairs in its contract; one that is not that of the "
                    "books needs a table of rates with the roles rate_currency, rate_date and exchange_rate"
                )
            raise Fault(where, problem, remedy)
    return {
        "rows": found["rows"],
        "missing": {column: count for column in mart.names if (count := found[f"missing {column}"])},
        "flags": {column.name: found[f"true {column.name}"] for column in mart.flags},
        "flag_money": flags.amounts(found, mart),
        "money": {column: str(found[f"sum {column}"]) for column in (*mart.ledger.money, *mart.ledger.kpis)},
        "assumptions": flags.contradicted(found, mart),
    }


def orphans_fault(where: str, goal: str, orphans: pl.LazyFrame, origin: Sequence[str]) -> Fault:
    """The refusal of values of a foreign key that the target lacks: `orphans`, one column.

    `origin`: silver columns from which a date comes. A date outside the calendar is no fault of the SQL.
    """
    (column,), found = orphans.collect_schema().names(), orphans.collect()
    problem = f"{found.height} values of {column} are not in {goal}"
    if found.schema[column] != pl.Date:
        return Fault(where, problem, "Give them the unknown member or correct the join")
    from elt.gold import calendar_days

    comes = f"; they come from {' and '.join(origin)}" if origin else ""
    if not (outside := found.filter(calendar_days.outside(pl.col(column))).height):
        return Fault(where, f"{problem}{comes}", "Give them the unknown member, or let the target have these days")
    span = f"{outside} lie outside calendar.days, which runs from {calendar_days.FIRST} to {calendar_days.LAST}"
    fields = " and ".join(name.split(".")[-1] for name in origin) or column
    remedy = f"Correct the dates in the export, or let minimum and maximum of {fields} in the contract lie within it"
    return Fault(where, f"{problem}: {span}{comes}", remedy)


def check_reference(
    values: pl.LazyFrame, target: pl.LazyFrame, where: str, goal: str, origin: Sequence[str] = ()
) -> int:
    """Number of values of a foreign key, all of which exist in the target; raises Fault otherwise.

    `values`: one column, each value once; `target`: one column; `goal`: the target's name in words; `origin`: silver
    columns from which a date comes.
    """
    (column,), (key,) = values.collect_schema().names(), target.collect_schema().names()
    orphans = values.join(target, left_on=column, right_on=key, how="anti")
    counts = pl.collect_all([orphans.select(pl.len()), values.select(pl.len())], engine="streaming")
    orphan_count, count = (found.item() for found in counts)
    if orphan_count:
        raise orphans_fault(where, goal, orphans, origin)
    return count


def check_references(
    frame: pl.LazyFrame, mart: Mart, sources: Mapping[str, Source], dates: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, Any]]:
    """Column -> target and number of values of each foreign key of a written mart; raises Fault on a missing one."""
    found = {}
    for column, (target, key) in mart.references.items():
        source, goal = sources[f"gold.{target}"], f"{target}.{key}"
        parent = tables.scan(source.path, source.columns).select(key)
        values = frame.select(pl.col(column).drop_nulls().unique())
        count = check_reference(values, parent, f"mart {mart.name}", goal, dates.get(column, ()))
        found[column] = {"target": goal, "values": count}
    return found


def _surrogates(mart: Mart) -> list[str]:
    """The surrogate keys of the order lines."""
    return [column for column in mart.references if mart.by_name[column].type == "integer"]


def line_counters(mart: Mart) -> list[pl.Expr]:
    """Of order lines: all of them, their amounts, and lines and amount on key 0 by surrogate key; they add up."""
    is_unknown = {column: pl.col(column) == UNKNOWN for column in _surrogates(mart)}
    return [
        pl.len().alias("of"),
        *(pl.col(name).sum().alias(f"amount {name}") for name in amounts_of_lines(mart)),
        *(unknown.sum().alias(f"lines {column}") for column, unknown in is_unknown.items()),
        *(pl.col(AMOUNT).filter(unknown).sum().alias(f"money {column}") for column, unknown in is_unknown.items()),
    ]


def unknown_members(found: Mapping[str, Any], mart: Mart) -> dict[str, dict[str, Any]]:
    """Column -> dimension, lines and amount on key 0, and of all lines; `found`: values of `line_counters`."""
    return {
        column: {
            "dimension": mart.references[column][0],
            "lines": found[f"lines {column}"],
            "of": found["of"],
            "money": str(found[f"money {column}"]),
            "of_money": str(found[f"amount {AMOUNT}"]),
        }
        for column in _surrogates(mart)
    }


def unknown_entries(mart: Mart, unknown: Mapping[str, Mapping[str, Any]]) -> list[assumptions.Entry]:
    """An entry for each dimension that lacks members which order lines refer to."""
    return [
        assumptions.entry(
            "unknown_member",
            f"{mart.name}.{column} → {found['dimension']}",
            found["lines"],
            found["of"],
            {AMOUNT: found["money"]},
            {AMOUNT: found["of_money"]},
            key=column,
        )
        for column, found in unknown.items()
        if found["lines"]
    ]


def check_kpis(
    facts: pl.LazyFrame, mart: Mart, formulas: Mapping[str, str], money: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Column -> key figure and its value over all of fact_sales, which the sum of the column equals; raises Fault."""
    totals = binding.proof(facts, mart, formulas).collect(engine="streaming").row(0, named=True)
    for column, kpi in mart.ledger.kpis.items():
        if Decimal(money[column]) != totals[column]:
            problem = f"the sum of {column} is {money[column]}, {kpi} over {FACTS} is {totals[column]}"
            raise Fault(f"mart {mart.name}", problem, f"Look for lines that are lost or doubled by {mart.made_by}")
    return {column: {"kpi": kpi, "total": str(totals[column])} for column, kpi in mart.ledger.kpis.items()}


def amounts_of_lines(mart: Mart) -> list[str]:
    """The amounts of order lines that are traced to silver."""
    return list(dict.fromkeys(name for name in (*AMOUNTS_OF_LINES, *mart.ledger.money) if name in mart.by_name))


def traced(
    sql: str, parts: OrderParts, mart: Mart, found: Mapping[str, Any]
) -> tuple[dict[str, Any], list[assumptions.Entry]]:
    """(what the metadata say of where the order lines come from, what contradicts that each is one row of silver).

    `found`: values of `line_counters`.
    """
    columns, rows = amounts_of_lines(mart), found["of"]
    totals = {name: Decimal(found[f"amount {name}"]) for name in columns}
    told = (
        reconciled_parts.traced(sql, parts, mart, columns, rows)
        if parts.table
        else reconciliation.traced(sql, parts.frames, mart, columns, rows)
    )
    return reconciliation.metadata(told, rows, totals), reconciliation.entries(told, mart, rows, totals)
