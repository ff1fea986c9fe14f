"""The warehouse of the bike retailer by DuckDB alone: baseline_duckdb.sql over a folder of exports, every table as CSV.

    .venv/bin/python tests/batteries/baseline_duckdb.py <folder of exports> <new folder> [--cores 2]

It has the same rows and the same amounts as the Golden Path, whose benchmark compares both.
"""

import argparse
from pathlib import Path

import duckdb

SQL = Path(__file__).with_suffix(".sql")


def build(raw: Path, into: Path, cores: int) -> None:
    """Make all tables in memory and write each of them."""
    database = duckdb.connect()
    database.execute(f"SET threads = {cores}")
    quoted = "'" + str(raw).replace("'", "''") + "'"
    database.execute(SQL.read_text(encoding="utf-8").replace(":raw", quoted))
    into.mkdir(parents=True)
    for (name,) in database.execute("SELECT table_name FROM duckdb_tables()").fetchall():
        target = str(into / f"{name}.csv").replace("'", "''")
        database.execute(f"COPY {name} TO '{target}' (HEADER)")


def main() -> None:
    """Build as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("raw", type=Path)
    parser.add_argument("into", type=Path)
    parser.add_argument("--cores", type=int, default=2)
    asked = parser.parse_args()
    build(asked.raw.resolve(), asked.into, asked.cores)


if __name__ == "__main__":
    main()
