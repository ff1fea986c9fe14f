"""Build one mart from its SQL, and prove columns, key and foreign keys before it is published.

Inputs: the mart's SQL file, the silver tables and marts that it names, the marts that its foreign keys point to.
Outputs: gold/data/<mart>.csv, gold/_meta/marts/<mart>.json.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import polars as pl

from elt import rulelog, tables
from elt.faults import Fault
from elt.files import staged, write_json
from elt.gold import binding, documents, fates, flags, rounding
from elt.gold.binding import FACTS, shaped
from elt.report import assumptions
from elt.report.assumptions import Entry
from elt.run import sql_names
from elt.run.company import CALENDAR, COMPLETE_MONTHS, FACT, Calendar, Mart
from elt.sales import collective_accounts
from elt.sales.collective_accounts import CollectiveAccounts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

CUSTOMERS = "gold.dim_customer"

UNKNOWN = 0  # surrogate key of the unknown member of a dimension
AMOUNT = "sales_amount"  # of an order line, in every star schema
AMOUNTS_OF_LINES = (AMOUNT, "cost_amount", "current_cost_amount")


@dataclass(frozen=True)
class Source:
    """A table that the SQL may read: its file, its columns, and optional ones that it lacks, read as missing values."""

    path: str
    columns: tables.Spec
    absent: tables.Spec = ()

    def scan(self) -> pl.LazyFrame:
        """The table, the columns that it lacks included."""
        return tables.with_absent(tables.scan(self.path, self.columns), self.absent)


def counted(frame: pl.LazyFrame, mart: Mart) -> dict[str, Any]:
    """Rows and distinct keys of a written mart, and by column its missing values, true flags or sum of money."""
    ledger = mart.ledger
    return (
        frame.select(
            pl.len().alias("rows"),
            pl.struct(mart.key).n_unique().alias("keys"),
            *(pl.col(column).null_count().alias(f"missing {column}") for column in mart.names),
            *(pl.col(column.name).sum().alias(f"true {column.name}") for column in mart.flags),
            *(pl.col(column).sum().alias(f"sum {column}") for column in (*ledger.money, *ledger.kpis)),
            *flags.counters(mart),
        )
        .collect(engine="streaming")
        .row(0, named=True)
    )


def check_rows(frame: pl.LazyFrame, mart: Mart, dates: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Rows, missing values, true flags and money of a written mart; raises Fault on a broken key or missing value."""
    found, where, remedy = counted(frame, mart), f"mart {mart.name}", f"Check {mart.name}.sql"
    if not found["rows"] and not mart.is_standard:  # where no customer is known, no cohort is there either
        raise Fault(where, "has no rows", f"{remedy} against the silver tables")
    if found["rows"] != found["keys"]:
        count = found["rows"] - found["keys"]
        raise Fault(where, f"{count} rows repeat the key {', '.join(mart.key)}", "Check the joins or the key")
    for column in sorted(mart.required_columns, key=lambda name: (name not in dates, name)):
        if count := found[f"missing {column}"]:
            problem, origin = f"required column {column} is missing in {count} rows", dates.get(column, ())
            if origin:
                problem += f"; it comes from {' and '.join(origin)}"
                remedy += ", and in silver/reports whether the records with these dates are in quarantine"
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


def unknown_members(frame: pl.LazyFrame, mart: Mart) -> dict[str, dict[str, Any]]:
    """Column -> dimension, lines and amount on key 0, and of all lines, for each surrogate key of the order lines."""
    columns = [column for column in mart.references if mart.by_name[column].type == "integer"]
    is_unknown = {column: pl.col(column) == UNKNOWN for column in columns}
    row = frame.select(
        pl.len().alias("of"),
        pl.col(AMOUNT).sum().alias("of money"),
        *(is_unknown[column].sum().alias(f"lines {column}") for column in columns),
        *(pl.col(AMOUNT).filter(is_unknown[column]).sum().alias(f"money {column}") for column in columns),
    ).collect(engine="streaming").row(0, named=True)  # fmt: skip
    return {
        column: {
            "dimension": mart.references[column][0],
            "lines": row[f"lines {column}"],
            "of": row["of"],
            "money": str(row[f"money {column}"]),
            "of_money": str(row["of money"]),
        }
        for column in columns
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
            raise Fault(f"mart {mart.name}", problem, f"Look for lines that {mart.name}.sql loses or doubles")
    return {column: {"kpi": kpi, "total": str(totals[column])} for column, kpi in mart.ledger.kpis.items()}


def traced(
    sql: str, frames: Mapping[str, pl.LazyFrame], mart: Mart, written: pl.LazyFrame, rows: int
) -> tuple[dict[str, Any], list[assumptions.Entry]]:
    """(what the metadata say of where the order lines come from, what contradicts that each is one row of silver)."""
    columns = list(dict.fromkeys(name for name in (*AMOUNTS_OF_LINES, *mart.ledger.money) if name in mart.by_name))
    sums = written.select(pl.col(name).sum() for name in columns).collect(engine="streaming").row(0, named=True)
    totals = {name: Decimal(total) for name, total in sums.items()}
    found = fates.traced(sql, frames, mart, columns, rows)
    return fates.metadata(found, rows, totals), fates.entries(found, mart, rows, totals)


def frames_of(sources: Mapping[str, Source], calendar: Calendar | None, months: str | None) -> dict[str, pl.LazyFrame]:
    """Dotted name -> frame of all that the SQL may select from; the calendar is made where it is read."""
    frames = {table: source.scan() for table, source in sources.items()}
    if months:
        frames[COMPLETE_MONTHS] = pl.scan_csv(months, schema=binding.MONTHS)
    if calendar:
        from elt.gold import calendar_days

        frames[CALENDAR] = calendar_days.days(calendar)
    return frames


def account_entries(
    frame: pl.LazyFrame, sources: Mapping[str, Source], accounts: CollectiveAccounts | None
) -> list[Entry]:
    """What is said of collective accounts in written order lines."""
    customers = sources[CUSTOMERS].scan() if CUSTOMERS in sources else None
    return collective_accounts.entries(frame, customers, accounts) if accounts else []


def described_lines(
    written: pl.LazyFrame, mart: Mart, sources: Mapping[str, Source], accounts: CollectiveAccounts | None
) -> tuple[dict[str, Any], list[Entry]]:
    """(what the metadata say of unknown members and documents, what contradicts assumptions) of the order lines."""
    unknown = unknown_members(written, mart)
    told = [*unknown_entries(mart, unknown), *account_entries(written, sources, accounts)]
    return {"unknown": unknown, "documents": documents.counted(written)}, told


def main(
    *,
    sql_file: str,
    mart: Mart,
    sources: Mapping[str, Source],
    calendar: Calendar | None,
    months: str | None = None,
    formulas: Mapping[str, str],
    accounts: CollectiveAccounts | None = None,
    output: str,
    metadata: str,
    budget: float | None = None,
    dates: Mapping[str, Sequence[str]] = MappingProxyType({}),
    assumption_budget: float = 1.0,
) -> None:
    """Run the SQL over the tables it names, write, check what was written, publish.

    `sources`: dotted table name -> table; `calendar`: if the SQL reads it; `months`: file of the complete months, if it
    reads them; `formulas`: of the key figures that the SQL names or the mart proves; `accounts`: of fact_sales, what is
    known of collective accounts; `dates`: date that refers to another mart -> silver columns from which it comes;
    `assumption_budget`: share of an amount that may rest on an assumption; `budget`: of fact_sales, share of rows of
    silver that it may leave out or double.
    """
    where, sql_name = f"mart {mart.name}", f"{mart.name}.sql"
    sql = sql_names.with_formulas(sql_names.read(sql_file), formulas)
    frames = frames_of(sources, calendar, months)
    with tables.planning(where, f"Correct {sql_name}"):
        result = pl.SQLContext(frames).execute(sql)
        frame = shaped(result, mart)
        frame.collect_schema()
    with staged(output) as temporary:
        with tables.computing(where, f"Look in {sql_name} for a cast that a value does not allow"):
            rounded = rounding.roundings(result, mart)
            if mart.derived:  # sorting needs all rows in memory anyway
                frame = documents.with_types(frame.collect(engine="streaming")).select(mart.names).lazy()
            frame.sink_csv(temporary, engine="streaming")
        written = tables.scan(temporary, mart.typed_columns)
        found = check_rows(written, mart, dates)
        doubted = found.pop("assumptions")
        for entry in doubted:
            flags.check_budget(mart.name, entry, assumption_budget)
        told = [*rounding.entries(mart, rounded, sql), *doubted]
        found["references"] = check_references(written, mart, sources, dates)
        if mart.name == FACT:
            found["source"], entries = traced(sql, frames, mart, written, found["rows"])
            fates.check_budget(entries, mart, 0 if budget is None else budget)
            of_lines, more = described_lines(written, mart, sources, accounts)
            found, told = found | of_lines, [*told, *entries, *more]
        found["kpis"] = check_kpis(frames[FACTS], mart, formulas, found["money"]) if mart.ledger.kpis else {}
    write_json(
        metadata,
        {"name": mart.name, "reads": sorted(frames), **found, **rounding.stated(mart, rounded)}
        | ({"assumptions": told} if told else {}),
    )
    rulelog.log.info("%s: %d rows", mart.name, found["rows"])


if __name__ == "__main__":
    rulelog.start(snakemake)
    files = zip(snakemake.params.tables.items(), snakemake.input.tables, strict=True)
    main(
        sql_file=snakemake.input.sql,
        mart=snakemake.params.mart,
        sources={
            table: Source(path, columns, snakemake.params.absent.get(table, ())) for (table, columns), path in files
        },
        calendar=snakemake.params.calendar,
        months=snakemake.input.months or None,
        formulas=snakemake.params.formulas,
        accounts=CollectiveAccounts(**stated) if (stated := snakemake.params.accounts) else None,
        assumption_budget=snakemake.params.assumption_budget,
        dates=snakemake.params.dates,
        budget=snakemake.params.budget,
        output=snakemake.output.table,
        metadata=snakemake.output.metadata,
    )
