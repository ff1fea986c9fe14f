"""The star schema and the marts that every company gets, fitted to the columns that a company has.

config/standard/: star.yaml (tables and columns that later stages read), marts.yaml and marts/*.sql (aggregates over
them), kpis.yaml (key figures). A company's own mart or KPI of the same name takes the place of the standard one.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from elt.files import read_yaml
from elt.tables import Spec

FOLDER = "config/standard"
FAMILIES = {"decimal": ("decimal", "integer")}  # a whole number may stand where an amount is expected


def read(root: Path) -> dict[str, Any]:
    """Contents of config/standard/: star, marts, kpis, sql (mart -> path)."""
    folder = root / FOLDER
    return {
        "star": read_yaml(folder / "star.yaml"),
        "marts": read_yaml(folder / "marts.yaml")["marts"],
        "kpis": read_yaml(folder / "kpis.yaml"),
        "sql": {path.stem: path for path in sorted(folder.glob("marts/*.sql"))},
    }


def lacks(marts: Mapping[str, Any], needed: str) -> bool:
    """Whether the marts have no column `<mart>.<column>`."""
    mart, _, column = needed.partition(".")
    return column not in marts.get(mart, {}).get("columns", {})


def fitted(own: Mapping[str, Any], standard: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """(the company's marts and the standard ones, what was left out -> the column that it needs).

    A standard mart or column that needs a column which the company's star schema lacks is left out; `left_out` of a
    standard mart lists its columns that are.
    """
    marts, left_out = dict(own), {}
    for name, mart in standard.items():
        if name in own:
            continue
        if "needs" in mart and lacks(own, mart["needs"]):
            left_out[name] = mart["needs"]
            continue
        columns, absent_columns = {}, []
        for column, spec in mart["columns"].items():
            if "needs" in spec and lacks(own, spec["needs"]):
                left_out[f"{name}.{column}"] = spec["needs"]
                absent_columns.append(column)
            else:
                columns[column] = {key: value for key, value in spec.items() if key != "needs"}
        stated = {key: value for key, value in mart.items() if key != "needs"}
        marts[name] = {**stated, "columns": columns, "left_out": absent_columns}
    return marts, left_out


def faults(marts: Mapping[str, Any], star: Mapping[str, Any]) -> Iterator[str]:
    """One line for every table or column of the star schema that is missing or of another type."""
    for table, columns in star.items():
        where = f"marts.yaml: marts.{table}"
        if table not in marts:
            yield f"{where}: is missing; every later stage reads it ({', '.join(columns)})"
            continue
        for column, spec in columns.items():
            found = marts[table]["columns"].get(column)
            if found is None and not spec.get("optional"):
                yield f"{where}.columns: {column} ({spec['type']}) is missing; the star schema needs it"
            elif found is not None and found["type"] not in FAMILIES.get(spec["type"], (spec["type"],)):
                yield f"{where}.columns.{column}: is {found['type']}, the star schema has it as {spec['type']}"


def absent(star: Mapping[str, Any], marts: Mapping[str, Any], tables: Mapping[str, Any]) -> dict[str, Spec]:
    """Dotted table -> the optional columns of the star schema that it lacks; a standard mart reads them as missing."""
    names = {table: table.partition(".")[2] for table in tables if table.startswith("gold.")}
    return {
        table: [
            {"name": column, "type": spec["type"]}
            for column, spec in star.get(name, {}).items()
            if lacks(marts, f"{name}.{column}")
        ]
        for table, name in names.items()
    }
