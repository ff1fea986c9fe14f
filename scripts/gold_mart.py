"""Build one mart from its SQL, and prove columns, key and foreign keys before it is published.

Inputs: the mart's SQL file, the silver tables and marts that it names, the marts that its foreign keys point to.
Outputs: gold/data/<mart>.csv and its twin gold/parquet/<mart>.parquet, gold/_meta/marts/<mart>.json.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import polars as pl

from elt import rulelog, tables
from elt.files import staged, write_json
from elt.gold import documents, flags, reconciliation, rounding
from elt.gold.binding import FACTS, shaped
from elt.gold.metadata import described
from elt.gold.order_ids import with_order_ids
from elt.gold.proofs import check_kpis, check_references, check_rows, traced, unknown_entries, unknown_members
from elt.gold.rounding import Rounding
from elt.gold.sources import Source, frames_of
from elt.report.assumptions import Entry
from elt.run import sql_names
from elt.run.mart import FACT, Calendar, Mart
from elt.sales import collective_accounts
from elt.sales.collective_accounts import CollectiveAccounts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

CUSTOMERS = "gold.dim_customer"


def account_entries(
    frame: pl.LazyFrame, sources: Mapping[str, Source], accounts: CollectiveAccounts | None, budget: float
) -> list[Entry]:
    """What is said of collective accounts in written order lines; raises Fault for one above a share of all orders."""
    customers = sources[CUSTOMERS].scan() if CUSTOMERS in sources else None
    said = collective_accounts.entries(frame, customers, accounts) if accounts else []
    collective_accounts.check_budget(frame, said, budget)
    return said


def described_lines(
    written: pl.LazyFrame,
    mart: Mart,
    sources: Mapping[str, Source],
    accounts: CollectiveAccounts | None,
    assumption_budget: float,
) -> tuple[dict[str, Any], list[Entry]]:
    """(what the metadata say of unknown members and documents, what contradicts assumptions) of the order lines."""
    unknown = unknown_members(written, mart)
    told = [*unknown_entries(mart, unknown), *account_entries(written, sources, accounts, assumption_budget)]
    return {"unknown": unknown, "documents": documents.counted(written)}, told


def planned(sql: str, frames: Mapping[str, pl.LazyFrame], mart: Mart) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """(the SQL's result, the same in the shape of the mart), not computed yet; raises Fault for SQL that cannot run."""
    with tables.planning(f"mart {mart.name}", f"Correct {mart.name}.sql"):
        result = pl.SQLContext(frames).execute(sql)
        frame = shaped(result, mart)
        frame.collect_schema()
    return result, frame


def completed(result: pl.LazyFrame, frame: pl.LazyFrame, mart: Mart) -> tuple[pl.LazyFrame, dict[str, Rounding]]:
    """(the mart with its derived columns and, of order lines, their orders' ids; what rounding changes in it)."""
    rounded = rounding.roundings(result, mart)
    if mart.derived:  # sorting needs all rows in memory anyway
        frame = documents.with_types(frame.collect(engine="streaming")).select(mart.names).lazy()
    if mart.name == FACT:
        frame = with_order_ids(frame, is_sorted=mart.key[0] == tables.ORDER_NUMBER)
    return frame, rounded


def written_lines(
    written: pl.LazyFrame,
    by: tuple[str, Mapping[str, pl.LazyFrame], int],
    mart: Mart,
    sources: Mapping[str, Source],
    accounts: CollectiveAccounts | None,
    budgets: tuple[float, float],
) -> tuple[dict[str, Any], list[Entry]]:
    """(metadata, what contradicts assumptions) of the order lines, each traced; `by`: SQL, its frames, rows written.

    `budgets`: shares of rows left out or doubled, and of what may rest on an assumption. Raises Fault above them.
    """
    sql, frames, rows = by
    source, entries = traced(sql, frames, mart, written, rows)
    reconciliation.check_budget(entries, mart, budgets[0])
    of_lines, told = described_lines(written, mart, sources, accounts, budgets[1])
    return {"source": source, **of_lines}, [*entries, *told]


def proved(
    written: pl.LazyFrame,
    mart: Mart,
    sources: Mapping[str, Source],
    dates: Mapping[str, Sequence[str]],
    assumption_budget: float,
) -> tuple[dict[str, Any], list[Entry]]:
    """(rows, flags, money and references of a written mart, what its flags doubt); raises Fault where a proof fails."""
    found = check_rows(written, mart, dates)
    doubted = found.pop("assumptions")
    for entry in doubted:
        flags.check_budget(mart.name, entry, assumption_budget)
    found["references"] = check_references(written, mart, sources, dates)
    return found, doubted


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
    twin: str,
    metadata: str,
    budget: float | None = None,
    dates: Mapping[str, Sequence[str]] = MappingProxyType({}),
    assumption_budget: float = 1.0,
) -> None:
    """Run the SQL over the tables it names, write, check what was written, publish.

    `sources`: dotted name -> table; `calendar`, `months` (file): if the SQL reads them; `formulas`: of its key figures;
    `dates`: date that refers to another mart -> silver columns from which it comes; `assumption_budget`: share of an
    amount, or of orders, that may rest on an assumption; `budget`: share of rows of silver left out or doubled.
    """
    sql = sql_names.with_formulas(sql_names.read(sql_file), formulas)
    result, frame = planned(sql, frames := frames_of(sources, calendar, months), mart)
    with staged(output) as temporary, staged(twin) as typed:
        with tables.computing(f"mart {mart.name}", f"Look in {mart.name}.sql for a cast that a value does not allow"):
            frame, rounded = completed(result, frame, mart)
            tables.write(frame, mart.typed_columns, typed, temporary, **described(mart))
        written = tables.scan(typed, mart.typed_columns)
        found, told = proved(written, mart, sources, dates, assumption_budget)
        told = [*rounding.entries(mart, rounded, sql), *told]
        if mart.name == FACT:
            by, budgets = (sql, frames, found["rows"]), (budget or 0, assumption_budget)
            of_lines, more = written_lines(written, by, mart, sources, accounts, budgets)
            found, told = found | of_lines, [*told, *more]
        found["kpis"] = check_kpis(frames[FACTS], mart, formulas, found["money"]) if mart.ledger.kpis else {}
    found |= rounding.stated(mart, rounded) | ({"assumptions": told} if told else {})
    write_json(metadata, {"name": mart.name, "reads": sorted(frames), **found})
    rulelog.log.info("%s: %d rows", mart.name, found["rows"])


if __name__ == "__main__":
    rulelog.start(snakemake)
    files = zip(snakemake.params.tables.items(), snakemake.input.tables, strict=True)
    main(
        sql_file=snakemake.input.sql,
        mart=snakemake.params.mart[0],
        sources={
            table: Source(path, columns, snakemake.params.absent.get(table, ())) for (table, columns), path in files
        },
        calendar=snakemake.params.calendar[0],
        months=snakemake.input.months or None,
        formulas=snakemake.params.formulas,
        accounts=CollectiveAccounts(**stated) if (stated := snakemake.params.accounts) else None,
        assumption_budget=snakemake.params.assumption_budget,
        dates=snakemake.params.dates,
        budget=snakemake.params.budget,
        output=snakemake.output.table,
        twin=snakemake.output.twin,
        metadata=snakemake.output.metadata,
    )
