"""Build one mart from its SQL, and prove columns, key and foreign keys before it is published.

Inputs: the mart's SQL file, the silver tables and marts that it names, the marts that its foreign keys point to.
Outputs: gold/data/<mart>.csv, gold/_meta/marts/<mart>.json.
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from elt import rulelog, tables
from elt.faults import Fault
from elt.files import staged, write_json
from elt.run import sql_names

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def shaped(frame: pl.LazyFrame, name: str, mart: Mapping[str, Any]) -> pl.LazyFrame:
    """The SQL's result with the columns of marts.yaml in their order and types, sorted by the mart's key."""
    got, wanted = frame.collect_schema().names(), list(mart["columns"])
    if missing := [column for column in wanted if column not in got]:
        raise Fault(f"mart {name}", f"the SQL gives no column {', '.join(missing)}", f"Select it in {name}.sql")
    if extra := [column for column in got if column not in (*wanted, *mart.get("left_out", []))]:
        raise Fault(f"mart {name}", f"marts.yaml does not know column {', '.join(extra)}", "Describe it in marts.yaml")
    typed = []
    for field in tables.mart_spec(mart):
        column = pl.col(field["name"])
        if field["type"] == "decimal":
            column = column.round(field.get("decimals", 2), mode="half_away_from_zero")
        typed.append(column.cast(tables.polars_type(field)).alias(field["name"]))
    return frame.select(typed).sort(mart["key"])


def check_rows(frame: pl.LazyFrame, name: str, mart: Mapping[str, Any]) -> dict[str, Any]:
    """Rows, missing values, true flags and money of a written mart; raises Fault on a broken key or missing value."""
    columns, key = mart["columns"], mart["key"]
    required = {*key, *(column for column, spec in columns.items() if spec.get("required"))}
    flags = [column for column, spec in columns.items() if spec["type"] == "boolean"]
    ledger = mart.get("ledger", {})
    money = [*ledger.get("money", {}), *ledger.get("kpis", {})]
    facts = frame.select(
        pl.len().alias("rows"),
        pl.struct(key).n_unique().alias("keys"),
        *(pl.col(column).null_count().alias(f"missing {column}") for column in columns),
        *(pl.col(column).sum().alias(f"true {column}") for column in flags),
        *(pl.col(column).sum().alias(f"sum {column}") for column in money),
    )
    found = facts.collect(engine="streaming").row(0, named=True)
    if not found["rows"]:
        raise Fault(f"mart {name}", "has no rows", f"Check {name}.sql against the silver tables")
    if found["rows"] != found["keys"]:
        count = found["rows"] - found["keys"]
        raise Fault(f"mart {name}", f"{count} rows repeat the key {', '.join(key)}", "Check the joins or the key")
    for column in sorted(required):
        if count := found[f"missing {column}"]:
            raise Fault(f"mart {name}", f"required column {column} is missing in {count} rows", f"Check {name}.sql")
    return {
        "rows": found["rows"],
        "missing": {column: count for column in columns if (count := found[f"missing {column}"])},
        "flags": {column: found[f"true {column}"] for column in flags},
        "money": {column: str(found[f"sum {column}"]) for column in money},
    }


def check_reference(frame: pl.LazyFrame, name: str, column: str, target: pl.LazyFrame, goal: str) -> int:
    """Number of distinct values of a foreign key, all of which exist in the target; raises Fault otherwise."""
    values = frame.select(pl.col(column).drop_nulls().unique())
    wanted = goal.split(".")[1]
    orphans = values.join(target.select(wanted), left_on=column, right_on=wanted, how="anti").select(pl.len())
    orphan_count, count = (out.item() for out in pl.collect_all([orphans, values.select(pl.len())], engine="streaming"))
    if orphan_count:
        raise Fault(
            f"mart {name}",
            f"{orphan_count} values of {column} are not in {goal}",
            "Give them the unknown member or correct the join",
        )
    return count


def check_kpis(
    facts: pl.LazyFrame, name: str, mart: Mapping[str, Any], formulas: Mapping[str, str], money: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Column -> key figure and its value over all of fact_sales, which the sum of the column equals; raises Fault."""
    proved = mart.get("ledger", {}).get("kpis", {})
    if not proved:
        return {}
    wanted = ", ".join(f'{formulas[kpi]} AS "{column}"' for column, kpi in proved.items())
    query = f"SELECT {wanted} FROM gold.fact_sales"  # noqa: S608 - formulas are settings of the company
    totals = pl.SQLContext({"gold.fact_sales": facts}).execute(query).collect(engine="streaming").row(0, named=True)
    for column, kpi in proved.items():
        if Decimal(money[column]) != totals[column]:
            problem = f"the sum of {column} is {money[column]}, {kpi} over gold.fact_sales is {totals[column]}"
            raise Fault(f"mart {name}", problem, f"Look for lines that {name}.sql loses or doubles")
    return {column: {"kpi": kpi, "total": str(totals[column])} for column, kpi in proved.items()}


def main(
    name: str,
    sql_file: str,
    sources: Mapping[str, str],
    specs: Mapping[str, Any],
    mart: Mapping[str, Any],
    calendar: Mapping[str, Any] | None,
    absent: Mapping[str, tables.Spec],
    formulas: Mapping[str, str],
    output: str,
    metadata: str,
) -> None:
    """Run the SQL over the tables it names, write, check what was written, publish.

    `sources`: dotted table name -> file; `specs`: dotted table name -> its fields; `calendar`: if the SQL reads it;
    `absent`: dotted table name -> optional columns that it lacks and the SQL may read as missing; `formulas`: of the
    key figures that the SQL names.
    """
    sql = sql_names.with_formulas(Path(sql_file).read_text(encoding="utf-8"), formulas)
    frames = {
        table: tables.with_absent(tables.scan(path, specs[table]), absent.get(table, []))
        for table, path in sources.items()
    }
    if calendar:
        from elt.gold import calendar_days as calendar_table

        frames["calendar.days"] = calendar_table.days(calendar["country"], calendar.get("subdivision"))
    with tables.planning(f"mart {name}", f"Correct {name}.sql"):
        frame = shaped(pl.SQLContext(frames).execute(sql), name, mart)
        frame.collect_schema()
    with staged(output) as temporary:
        with tables.computing(f"mart {name}", f"Look in {name}.sql for a cast that a value does not allow"):
            frame.sink_csv(temporary, engine="streaming")
        written = tables.scan(temporary, tables.mart_spec(mart))
        found = check_rows(written, name, mart)
        found["references"] = {}
        for column, goal in mart.get("foreignKeys", {}).items():
            target = f"gold.{goal.split('.')[0]}"
            parent = tables.scan(sources[target], specs[target])
            found["references"][column] = {
                "target": goal,
                "values": check_reference(written, name, column, parent, goal),
            }
        found["kpis"] = check_kpis(frames.get("gold.fact_sales"), name, mart, formulas, found["money"])
    write_json(metadata, {"name": name, "reads": sorted(frames), **found})
    rulelog.log.info("%s: %d rows", name, found["rows"])


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.wildcards.mart,
        snakemake.input.sql,
        dict(zip(snakemake.params.tables, snakemake.input.tables, strict=True)),
        snakemake.params.specs,
        snakemake.params.mart,
        snakemake.params.calendar,
        snakemake.params.absent,
        snakemake.params.formulas,
        snakemake.output.table,
        snakemake.output.metadata,
    )
