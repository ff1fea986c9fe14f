"""The marts as a DuckDB database: typed tables with enforced keys and references, comments, views of the key figures.

Inputs: the marts and the rows that each has (gold/_meta/marts/<mart>.json).
Outputs: gold/warehouse.duckdb, gold/_meta/warehouse.json (what it was made from).

The database holds what the marts hold; its bytes are not the same from run to run.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog, tables
from elt.faults import Fault
from elt.files import read_json, scratch, sha256, staged, write_json
from elt.sales import views
from elt.warehouse import ddl, kpi_sql

if TYPE_CHECKING:
    import duckdb
    from snakemake.iocontainers import snakemake

FORMAT = "v1.2.0"  # of the file: older programs than this DuckDB open it too
SCHEMA = "gold"  # so that every query over gold.<mart> runs here as it stands
REMEDY = "Look at the mart's entry in marts.yaml and at its SQL"
BROKEN = {  # words of DuckDB's messages; the rest of them may quote a cell
    "duplicate key": "two rows have the same key {key}",
    "not null constraint": "a required column has no value",
    "foreign key": "a value of {references} is not in the table that it points to",
}


def broken(text: str, mart: Mapping[str, Any]) -> str:
    """What a refused row breaks, without its content."""
    key, references = ", ".join(mart["key"]), ", ".join(ddl.references(mart))
    for words, meaning in BROKEN.items():
        if words in text.lower():
            return meaning.format(key=key, references=references)
    return "DuckDB refuses a row"


def reader(path: str, mart: Mapping[str, Any]) -> str:
    """The SQL that reads a mart's file with the types of the table; nothing is guessed."""
    types = ", ".join(
        f"{ddl.literal(name)}: {ddl.literal(ddl.sql_type(column))}" for name, column in mart["columns"].items()
    )
    return (
        f"read_csv({ddl.literal(str(path))}, columns = {{{types}}}, auto_detect = false, header = true, "
        "delim = ',', quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, "
        "dateformat = '%Y-%m-%d', max_line_size = 16777216)"
    )


def create(connection: "duckdb.DuckDBPyConnection", marts: Mapping[str, Any]) -> None:
    """Make the schema and its empty tables, in the order of their references, with all constraints and comments."""
    connection.execute(f"CREATE SCHEMA {SCHEMA}")
    for name in ddl.by_reference(marts):
        parts = [*ddl.columns_sql(marts[name]), *ddl.keys_sql(name, marts)]
        parts += ddl.references_sql(name, marts, SCHEMA)
        connection.execute(f"CREATE TABLE {SCHEMA}.{ddl.quoted(name)} ({', '.join(parts)})")
        for comment in ddl.comments_sql("TABLE", SCHEMA, name, marts[name], list(marts[name]["columns"])):
            connection.execute(comment)


def load(connection: "duckdb.DuckDBPyConnection", name: str, path: str, mart: Mapping[str, Any], rows: int) -> None:
    """Fill one table from its file; raises Fault if a row breaks a constraint or the count is not `rows`."""
    import duckdb

    target = f"{SCHEMA}.{ddl.quoted(name)} BY NAME"
    rows_sql = f"SELECT * FROM {reader(path, mart)}"  # noqa: S608 - names and types of marts.yaml
    try:
        loaded = connection.execute(f"INSERT INTO {target} {rows_sql}").fetchone()[0]
    except duckdb.IntegrityError as error:
        raise Fault(f"mart {name}", broken(str(error), mart), REMEDY) from None
    except duckdb.OutOfMemoryException:
        raise Fault(f"mart {name}", "the memory limit is too small", "Raise warehouse_memory_gb") from None
    except duckdb.Error as error:
        problem = f"its file cannot be read with the types of marts.yaml ({type(error).__name__})"
        raise Fault(f"mart {name}", problem, REMEDY) from None
    if loaded != rows:
        raise Fault(f"mart {name}", f"{loaded} rows were loaded of {rows}", "Make the mart again: delete its file")


def main(
    files: Mapping[str, str],
    metadata: Mapping[str, str],
    marts: Mapping[str, Any],
    kpis: Mapping[str, Any],
    memory_gb: float,
    threads: int,
    output: str,
    record: str,
) -> None:
    """Create, load and close the database under a temporary name, then publish it and write what it was made from.

    `files`, `metadata`: mart -> its table, and the JSON that knows its rows.
    """
    import duckdb

    found: dict[str, dict[str, Any]] = {}
    usable = usable_kpis(files["fact_sales"], marts["fact_sales"], kpis)
    with scratch(output) as folder, staged(output) as temporary:
        settings = {"memory_limit": f"{memory_gb}GB", "threads": threads, "temp_directory": str(folder),
                    "autoinstall_known_extensions": "false", "storage_compatibility_version": FORMAT}  # fmt: skip
        with duckdb.connect(folder / "warehouse.duckdb", config=settings) as connection:
            create(connection, marts)
            for name in ddl.by_reference(marts):
                rows = read_json(metadata[name])["rows"]
                load(connection, name, files[name], marts[name], rows)
                found[name] = {"rows": rows, "sha256_of_csv": sha256(files[name])}
                rulelog.log.info("%s: %d rows", name, rows)
            create_views(connection, usable)
            connection.execute("CHECKPOINT")
        (folder / "warehouse.duckdb").replace(temporary)
    left_out = sorted(set(kpis) - set(usable))
    content = {"duckdb": duckdb.__version__, "tables": found, "kpis": list(usable), "kpis_left_out": left_out}
    write_json(record, content)


def usable_kpis(path: str, mart: Mapping[str, Any], kpis: Mapping[str, Any]) -> dict[str, Any]:
    """The key figures whose columns the facts have; raises Fault if a formula is none."""
    with tables.planning("kpis.yaml", "Correct the formula"):
        return views.usable_kpis(tables.scan(path, tables.mart_spec(mart)), kpis)


def create_views(connection: "duckdb.DuckDBPyConnection", kpis: Mapping[str, Any]) -> None:
    """Make the views of the key figures, and try each figure once; raises Fault with the name of one that fails."""
    import duckdb

    try:
        for name, kpi in kpis.items():
            where = f"key figure {name}"
            connection.execute(f"SELECT {kpi_sql.columns({name: kpi}, 'TRUE')}").fetchall()
        where = "kpis.yaml"
        for statement in kpi_sql.statements(kpis):
            connection.execute(statement)
        for view in kpi_sql.views(kpis) if kpis else ():
            connection.sql(f"FROM {kpi_sql.SCHEMA}.{view}").fetchall()
    except duckdb.Error as error:
        problem = f"DuckDB cannot compute its formula ({type(error).__name__})"
        raise Fault(where, problem, "Write it in SQL that Polars and DuckDB both know") from None


def by_name(names: Sequence[str], paths: Sequence[str]) -> dict[str, str]:
    """Mart -> path."""
    return dict(zip(names, map(str, paths), strict=True))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        by_name(list(snakemake.params.marts), snakemake.input.tables),
        by_name(list(snakemake.params.marts), snakemake.input.metadata),
        snakemake.params.marts,
        snakemake.params.kpis,
        snakemake.params.memory_gb,
        snakemake.threads,
        str(Path(snakemake.output.database)),
        snakemake.output.record,
    )
