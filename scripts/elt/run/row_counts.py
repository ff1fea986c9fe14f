"""Rows of the tables of a run, for its manifest; each is counted where that costs least."""

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any


def counted(path: Path) -> int | None:
    """Rows of a table: of Parquet from its footer, of CSV in one pass; None for what cannot be read as a table."""
    import polars as pl

    scan: Any = pl.scan_parquet if path.suffix == ".parquet" else pl.scan_csv
    how: dict[str, Any] = {} if path.suffix == ".parquet" else {"infer_schema": False}
    try:
        return int(scan(path, **how).select(pl.len()).collect(engine="streaming").item())
    except (OSError, pl.exceptions.PolarsError):
        return None


def twin_of(name: str) -> str:
    """The typed twin that a table of silver or gold may have."""
    path = PurePosixPath(name)
    return (path.parent.parent / "parquet" / f"{path.stem}.parquet").as_posix()


def of_tables(run: Path, names: Iterable[str], raw: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Path in the run -> rows of those files that are tables; `raw`: raw file -> what bronze has read of it."""
    tables = {name for name in names if PurePosixPath(name).suffix in (".csv", ".parquet")}
    found: dict[str, int | None] = {name: counted(run / name) for name in tables if name.endswith(".parquet")}
    for name in tables - found.keys():
        if name.startswith("bronze/data/"):
            found[name] = raw.get(PurePosixPath(name).name, {}).get("records")
        elif twin_of(name) in found and "/data/" in name:
            found[name] = found[twin_of(name)]
        else:
            found[name] = counted(run / name)
    return {name: rows for name, rows in sorted(found.items()) if rows is not None}
