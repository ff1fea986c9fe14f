"""The marts as a DuckDB database: typed tables with enforced keys and references, comments, views of the key figures.

Inputs: the marts and the rows that each has (gold/_meta/marts/<mart>.json).
Outputs: gold/warehouse.duckdb, gold/_meta/warehouse.json (what it was made from).

The database holds what the marts hold; its bytes are not the same from run to run.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from elt import rulelog, tables
from elt.faults import Fault
from elt.files import scratch, sha256, staged, write_json
from elt.run.key_figures import Kpi
from elt.run.mart import FACT, Mart
from elt.sales import kpi_views
from elt.warehouse import ddl, kpi_sql
from elt.warehouse.mart_files import REMAKE, MartFile, mart_files

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


def broken(text: str, mart: Mart) -> str:
    """What a refused row breaks, without its content."""
    key, references = ", ".join(mart.key), ", ".join(mart.foreign_keys)
    for words, meaning in BROKEN.items():
        if words in text.lower():
            return meaning.format(key=key, references=references)
    return "DuckDB refuses a row"


def create(connection: "duckdb.DuckDBPyConnection", marts: Mapping[str, Mart]) -> None:
    """Make the schema and its empty tables, in the order of their references, with all constraints and comments."""
    connection.execute(f"CREATE SCHEMA {SCHEMA}")
    for name in ddl.by_reference(marts):
        mart = marts[name]
        parts = [*ddl.columns_sql(mart), *ddl.keys_sql(mart, marts), *ddl.references_sql(mart, SCHEMA)]
        connection.execute(f"CREATE TABLE {SCHEMA}.{ddl.quoted(name)} ({', '.join(parts)})")
        for comment in ddl.comments_sql("TABLE", SCHEMA, mart, mart.names):
            connection.execute(comment)


def load(connection: "duckdb.DuckDBPyConnection", file: MartFile) -> None:
    """Fill one table from its file; raises Fault if a row breaks a constraint or the count is another."""
    import duckdb

    where = f"mart {file.mart.name}"
    target = f"{SCHEMA}.{ddl.quoted(file.mart.name)} BY NAME"
    columns = ", ".join(map(ddl.quoted, file.mart.names))
    rows_sql = f"SELECT {columns} FROM read_parquet({ddl.literal(file.path)})"  # noqa: S608 - a path of this run
    try:
        (loaded,) = connection.execute(f"INSERT INTO {target} {rows_sql}").fetchone() or (0,)
    except duckdb.IntegrityError as error:
        raise Fault(where, broken(str(error), file.mart), REMEDY) from None
    except duckdb.OutOfMemoryException:
        raise Fault(where, "the memory limit is too small", "Raise warehouse_memory_gb") from None
    except duckdb.Error as error:
        problem = f"its file cannot be read with the types of marts.yaml ({type(error).__name__})"
        raise Fault(where, problem, REMEDY) from None
    if loaded != file.rows:
        raise Fault(where, f"{loaded} rows were loaded of {file.rows}", REMAKE)


def create_views(connection: "duckdb.DuckDBPyConnection", kpis: Mapping[str, Kpi], facts: Mart) -> None:
    """Make the views of the key figures, and try each figure once; raises Fault with the name of one that fails."""
    import duckdb

    try:
        for name, kpi in kpis.items():
            where = f"key figure {name}"
            connection.execute(f"SELECT {kpi_sql.columns({name: kpi}, 'TRUE', facts)}").fetchall()
        where = "kpis.yaml"
        for statement in kpi_sql.statements(kpis, facts):
            connection.execute(statement)
        for view in kpi_sql.views(kpis, facts) if kpis else ():
            connection.sql(f"FROM {kpi_sql.SCHEMA}.{view}").fetchall()
    except duckdb.Error as error:
        problem = f"DuckDB cannot compute its formula ({type(error).__name__})"
        raise Fault(where, problem, "Write it in SQL that Polars and DuckDB both know") from None


def usable_kpis(facts: MartFile, kpis: Mapping[str, Kpi]) -> dict[str, Kpi]:
    """The key figures whose columns the facts have; raises Fault if a formula is none."""
    with tables.planning("kpis.yaml", "Correct the formula"):
        return kpi_views.usable_kpis(tables.scan(facts.path, facts.mart.typed_columns), kpis)


def fill(path: Path, settings: Mapping[str, str | int], files: Mapping[str, MartFile], kpis: Mapping[str, Kpi]) -> None:
    """Make a database with all tables and the views of the key figures, and close it; `settings`: DuckDB's own."""
    import duckdb

    with duckdb.connect(path, config=dict(settings)) as connection:
        create(connection, {name: file.mart for name, file in files.items()})
        for name, file in files.items():
            load(connection, file)
            rulelog.log.info("%s: %d rows", name, file.rows)
        create_views(connection, kpis, files[FACT].mart)
        connection.execute("CHECKPOINT")


def main(
    *,
    files: Mapping[str, MartFile],
    kpis: Mapping[str, Kpi],
    memory_gb: float,
    threads: int,
    database: str,
    record: str,
) -> None:
    """Make the database under a temporary name, then publish it and write what it was made from.

    `files`: each after those that its foreign keys point to.
    """
    import duckdb

    usable = usable_kpis(files[FACT], kpis)
    with scratch(database) as folder, staged(database) as temporary:
        settings: dict[str, str | int] = {
            "memory_limit": f"{memory_gb}GB",
            "threads": threads,
            "temp_directory": str(folder),
            "autoinstall_known_extensions": "false",
            "storage_compatibility_version": FORMAT,
        }
        fill(folder / "warehouse.duckdb", settings, files, usable)
        (folder / "warehouse.duckdb").replace(temporary)
    content = {
        "duckdb": duckdb.__version__,
        "tables": {name: {"rows": file.rows, "sha256_of_parquet": sha256(file.path)} for name, file in files.items()},
        "kpis": list(usable),
        "kpis_left_out": sorted(set(kpis) - set(usable)),
    }
    write_json(record, content)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        files=mart_files(snakemake.params.marts, snakemake.input.tables, snakemake.input.metadata),
        kpis=snakemake.params.kpis,
        memory_gb=snakemake.params.memory_gb,
        threads=snakemake.threads,
        database=str(snakemake.output.database),
        record=snakemake.output.record,
    )
