"""Build one mart from its SQL, and prove columns, key and foreign keys before it is published.

Inputs: the silver tables and marts that the mart's SQL names, the marts that its foreign keys point to.
Outputs: gold/data/<mart>.csv and its twin gold/parquet/<mart>.parquet, gold/_meta/marts/<mart>.json.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import polars as pl

from elt import rulelog, tables
from elt.files import scratch, staged, write_json
from elt.gold import documents, rounding
from elt.gold.binding import FACTS, shaped
from elt.gold.budgets import Budgets
from elt.gold.building import Building, Grouped
from elt.gold.metadata import described
from elt.gold.order_parts import Frames, parts_of
from elt.gold.proofs import (
    check_filled,
    check_kpis,
    check_references,
    check_rows,
    traced,
    unknown_entries,
    unknown_members,
)
from elt.gold.sources import Source, counting_orders, frames_of
from elt.report.assumptions import Entry
from elt.run import sql_names
from elt.run.mart import FACT, Calendar, Mart
from elt.sales import (
    collective_accounts,
    exchange_rates,
    line_amounts,
    order_days,
    price_levels,
    renumbered,
    repeated_orders,
    stopped_parts,
    sum_lines,
)
from elt.sales.collective_accounts import CollectiveAccounts
from elt.typed_twin import TypedTwin

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

CUSTOMERS, LOCATIONS = "gold.dim_customer", "gold.dim_location"
# of the order lines; each has READS (the columns it needs), totals (of a part of them), entries (what contradicts)
CHECKS = {
    "prices": price_levels,
    "amounts": line_amounts,
    "repeats": repeated_orders,
    "numbers": renumbered,
    "days": order_days,
    "sums": sum_lines,
    "rates": exchange_rates,
}


def grouped_by(mart: Mart, accounts: CollectiveAccounts | None) -> dict[str, Grouped]:
    """What is counted of each part of order lines, beside sums."""
    if mart.name != FACT:
        return {}
    found: dict[str, Grouped] = {"customers": collective_accounts.totals} if accounts else {}
    if documents.COLUMN in mart.by_name:
        found["documents"] = lambda lines: documents.counts(lines).collect()
    if mart.by_name.keys() >= stopped_parts.READS:
        found["parts"] = stopped_parts.totals
    return found | {name: check.totals for name, check in CHECKS.items() if mart.by_name.keys() >= check.READS}


def planned(sql: str, frames: Frames, mart: Mart) -> None:
    """Raise Fault for SQL that cannot run."""
    with tables.planning(f"mart {mart.name}", f"Correct {mart.made_by}"):
        shaped(pl.SQLContext(frames).execute(sql), mart).collect_schema()


def told_of_lines(
    building: Building, sources: Mapping[str, Source], accounts: CollectiveAccounts | None
) -> tuple[dict[str, Any], list[Entry]]:
    """(metadata, what contradicts assumptions) of the order lines, each traced."""
    mart, found, groups = building.mart, building.found, building.groups
    source, told = traced(building.sql, building.parts, mart, found)
    unknown = unknown_members(found, mart)
    told = [*told, *unknown_entries(mart, unknown)]
    counts = documents.counted(pl.concat(groups["documents"])) if "documents" in groups else {}
    told += [entry for name, check in CHECKS.items() if name in groups for entry in check.entries(groups[name])]
    if "parts" in groups:
        told += stopped_parts.entries(groups["parts"], sources[LOCATIONS].scan() if LOCATIONS in sources else None)
    more: dict[str, Any] = {"source": source, "unknown": unknown, "documents": counts}
    if accounts:
        totals = collective_accounts.added(groups["customers"])
        customers = sources[CUSTOMERS].scan() if CUSTOMERS in sources else None
        told += collective_accounts.entries(totals, customers, accounts)
        more["buyers"] = collective_accounts.buyers(totals)
    return more, told


def proved(
    building: Building, written: pl.LazyFrame, sources: Mapping[str, Source], dates: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """Rows, flags, money and references of a written mart, what its flags doubt; raises Fault where a proof fails."""
    mart = building.mart
    check_filled(building.found["rows"], mart, sources)
    found = check_rows(building.found, mart, dates)
    found["references"] = check_references(written, mart, sources, dates)
    return found


def main(
    *,
    sql: str,
    mart: Mart,
    sources: Mapping[str, Source],
    calendar: Calendar | None,
    months: str | None = None,
    formulas: Mapping[str, str],
    accounts: CollectiveAccounts | None = None,
    output: str,
    twin: str,
    metadata: str,
    budgets: Budgets,
    dates: Mapping[str, Sequence[str]] = MappingProxyType({}),
    sorted_by: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Run the SQL over the tables it names, write, check what was written, publish.

    `sources`: dotted name -> table; `calendar`, `months` (file): if the SQL reads them; `formulas`: of its key figures;
    `dates`: date that refers to another mart -> silver columns from which it comes; `sorted_by`: silver table -> column
    by which its rows are sorted.
    """
    sql = sql_names.with_formulas(sql, formulas)
    planned(sql, frames := frames_of(sources, calendar, months), mart)
    parts = parts_of(sql, counting_orders(sql, frames, sources, mart), mart, sorted_by)
    building = Building(sql, mart, parts, grouped_by(mart, accounts))
    with staged(output) as temporary, staged(twin) as typed, scratch(output) as folder:
        with tables.computing(f"mart {mart.name}", f"Look in {mart.made_by} for a cast that a value does not allow"):
            columns = TypedTwin(folder, mart.typed_columns)
            columns.write(temporary, typed, building.frames(), **described(mart))
        written, rounded = tables.scan(typed, mart.typed_columns), building.roundings()
        found = proved(building, written, sources, dates)
        told = [*rounding.entries(mart, rounded, sql), *found.pop("assumptions")]
        if mart.name == FACT:
            of_lines, more = told_of_lines(building, sources, accounts)
            found, told = found | of_lines, [*told, *more]
        found["kpis"] = check_kpis(frames[FACTS], mart, formulas, found["money"]) if mart.ledger.kpis else {}
        found |= rounding.stated(mart, rounded) | ({"assumptions": told} if told else {})
        budgets.check(mart, found)
    write_json(metadata, {"name": mart.name, "reads": sorted(frames), **found})
    rulelog.log.info("%s: %d rows, made in %d parts", mart.name, found["rows"], len(building.rows))


if __name__ == "__main__":
    rulelog.start(snakemake)
    files = zip(snakemake.params.tables.items(), snakemake.input.tables, strict=True)
    main(
        sql=snakemake.params.sql,
        mart=snakemake.params.mart[0],
        sources={
            table: Source(path, columns, snakemake.params.absent.get(table, ())) for (table, columns), path in files
        },
        calendar=snakemake.params.calendar[0],
        months=snakemake.input.months or None,
        formulas=snakemake.params.formulas,
        accounts=CollectiveAccounts(**stated) if (stated := snakemake.params.accounts) else None,
        dates=snakemake.params.dates,
        budgets=snakemake.params.budgets[0],
        sorted_by=snakemake.params.sorted_by,
        output=snakemake.output.table,
        twin=snakemake.output.twin,
        metadata=snakemake.output.metadata,
    )
