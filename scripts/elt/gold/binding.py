"""Whether the SQL of the marts fits contracts and star schema: planned over empty tables, before anything runs.

The planner is the one that later runs the SQL, so what it takes here it takes there, and nothing else is refused.
"""

from collections.abc import Iterator, Mapping

import polars as pl

from elt import tables
from elt.faults import Fault
from elt.gold import rounding
from elt.run import sql_names
from elt.run.company import Company
from elt.run.mart import CALENDAR, COMPLETE_MONTHS, FACT, Mart
from elt.run.sql_names import Unbound

FACTS = f"gold.{FACT}"
MONTHS = {"month_start": pl.Date(), "is_complete": pl.Boolean()}  # columns of calendar.months


def shaped(frame: pl.LazyFrame, mart: Mart) -> pl.LazyFrame:
    """The SQL's result with the columns of marts.yaml in their order and types, sorted by the mart's key.

    Derived columns are not there yet.
    """
    got, where = frame.collect_schema().names(), f"mart {mart.name}"
    wanted = [column for column in mart.columns if column.name not in mart.derived]
    if missing := [column.name for column in wanted if column.name not in got]:
        hints = "".join(sql_names.alike(column, set(got) - {*mart.names}) for column in missing)
        raise Fault(where, f"the SQL gives no column {', '.join(missing)}{hints}", f"Select it in {mart.made_by}")
    if extra := [column for column in got if column not in (*mart.names, *(mart.left_out or ()))]:
        raise Fault(where, f"marts.yaml does not know column {', '.join(extra)}", "Describe it in marts.yaml")
    return frame.select(rounding.typed(column) for column in wanted).sort(mart.key)


def proof(facts: pl.LazyFrame, mart: Mart, formulas: Mapping[str, str]) -> pl.LazyFrame:
    """One row: the key figures that a mart's ledger proves, over all of fact_sales, under the names of its columns."""
    wanted = ", ".join(f'{formulas[kpi]} AS "{column}"' for column, kpi in mart.ledger.kpis.items())
    query = f"SELECT {wanted} FROM {FACTS}"  # noqa: S608 - formulas are settings of the company
    return pl.SQLContext({FACTS: facts}).execute(query)


def empty_frames(company: Company, mart: str) -> dict[str, pl.LazyFrame]:
    """Dotted name -> empty frame of all that a mart's SQL may select from."""
    absent = company.absent_columns(mart)
    specs = {table: (*company.typed_columns(table), *absent.get(table, ())) for table in company.sources(mart)}
    frames = {
        table: pl.LazyFrame(schema={column.name: tables.polars_type(column) for column in spec})
        for table, spec in specs.items()
    }
    if company.queries[mart].reads_calendar:
        from elt.gold import calendar_days

        frames[CALENDAR] = pl.LazyFrame(schema=calendar_days.SCHEMA)
    if company.queries[mart].reads_months:
        frames[COMPLETE_MONTHS] = pl.LazyFrame(schema=MONTHS)
    return frames


def faults(company: Company) -> Iterator[str]:
    """A line for every column that a mart's SQL names and nothing offers, or that it should give and does not."""
    for name, mart in company.marts.items():
        query, frames = company.queries[name], empty_frames(company, name)
        formulas = company.formulas_of(name)
        sql = sql_names.with_formulas(query.text, formulas)
        try:
            with tables.planning(f"mart {name}", f"Correct {mart.made_by if mart.is_drawn else query.file}"):
                shaped(pl.SQLContext(frames).execute(sql), mart).collect_schema()
                if mart.ledger.kpis:
                    proof(frames[FACTS], mart, formulas).collect_schema()
        except Fault as fault:
            offered = {table: frame.collect_schema().names() for table, frame in frames.items()}
            named = [unbound_line(company, name, found) for found in sql_names.unbound(sql, offered)]
            yield from named or [f"{query.file}: {fault.where}: {fault.problem}. {fault.remedy}"]


def unbound_line(company: Company, mart: str, found: Unbound) -> str:
    """What is said of a column that a mart's SQL names and nothing offers."""
    query = company.queries[mart]
    hint = sql_names.alike(found.column, found.offered)
    formulas = [kpi for kpi, formula in company.formulas_of(mart).items() if found.column in formula]
    if found.column not in query.text and formulas:
        where = f"kpis.yaml: {formulas[0]}.formula, in mart {mart}"
    else:
        where = f"{query.file}: mart {mart}"
    if len(found.tables) == 1:
        told = remedy(company, mart, found.tables[0])
        return f"{where}: {found.tables[0]} has no column {found.column}{hint}. {told}"
    told = remedy(company, mart)
    return f"{where}: none of {', '.join(found.tables)} has a column {found.column}{hint}. {told}"


def remedy(company: Company, mart: str, table: str = "") -> str:
    """What to correct where the SQL of a mart names a column that a table lacks, or where the column can be added."""
    wrong = company.marts[mart].made_by if company.marts[mart].is_drawn else "the SQL"
    layer, _, name = table.partition(".")
    if layer == "silver":
        return f"Correct {wrong}, or add the field to {company.contract_file(name)}"
    if layer == "gold":
        return f"Correct {wrong}, or describe the column in marts.yaml, under marts.{name}"
    return f"Correct {wrong}"
