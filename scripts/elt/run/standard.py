"""The star schema and the marts that every company gets, fitted to the columns that a company has.

config/standard/: star.yaml (tables and columns that later stages read), marts.yaml and marts/*.sql (aggregates over
them), kpis.yaml (key figures). A company's own mart or KPI of the same name takes the place of the standard one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from elt.files import read_yaml
from elt.run.company import Column, Kpi, Mart, StarColumn

FOLDER = "config/standard"
FAMILIES = {"decimal": ("decimal", "integer")}  # a whole number may stand where an amount is expected


@dataclass(frozen=True)
class StandardMart:
    """A standard mart, and the columns `<mart>.<column>` of the star schema without which it cannot be.

    `needs`: of the mart; `column_needs`: column of the mart -> what that column needs.
    """

    mart: Mart
    needs: str | None = None
    column_needs: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, entry: Mapping[str, Any]) -> Self:
        """The standard mart of an entry of config/standard/marts.yaml."""
        needs = {column: spec["needs"] for column, spec in entry["columns"].items() if "needs" in spec}
        return cls(Mart.of(name, entry), entry.get("needs"), needs)


@dataclass(frozen=True)
class Standard:
    """Contents of config/standard/: `star`: table -> column; `marts`, `kpis`: by name; `sql`: mart -> path."""

    star: Mapping[str, Mapping[str, StarColumn]]
    marts: Mapping[str, StandardMart]
    kpis: Mapping[str, Kpi]
    sql: Mapping[str, Path]


def read(root: Path) -> Standard:
    """The standard that comes with the project."""
    folder = root / FOLDER
    star = read_yaml(folder / "star.yaml")
    return Standard(
        star={table: {name: StarColumn.of(spec) for name, spec in columns.items()} for table, columns in star.items()},
        marts={name: StandardMart.of(name, mart) for name, mart in read_yaml(folder / "marts.yaml")["marts"].items()},
        kpis={name: Kpi.of(kpi) for name, kpi in read_yaml(folder / "kpis.yaml").items()},
        sql={path.stem: path for path in sorted(folder.glob("marts/*.sql"))},
    )


def lacks(marts: Mapping[str, Mart], needed: str) -> bool:
    """Whether the marts have no column `<mart>.<column>`."""
    mart, _, column = needed.partition(".")
    return mart not in marts or column not in marts[mart].by_name


def with_derived(own: Mapping[str, Mart], star: Mapping[str, Mapping[str, StarColumn]]) -> dict[str, Mart]:
    """The company's marts, with the derived columns of the star schema that their SQL does not give."""
    marts = dict(own)
    for table, columns in star.items():
        if table not in own:
            continue
        missing = {name: known for name, known in columns.items() if known.derived and name not in own[table].by_name}
        made = (
            Column(name, known.type, personal="none", description=known.description, required=True)
            for name, known in missing.items()
        )
        marts[table] = replace(own[table], columns=(*own[table].columns, *made), derived=tuple(missing))
    return marts


def fitted(own: Mapping[str, Mart], standard: Mapping[str, StandardMart]) -> tuple[dict[str, Mart], dict[str, str]]:
    """(the company's marts and the standard ones, what was left out -> the column that it needs).

    A standard mart or column that needs a column which the company's star schema lacks is left out; `left_out` of a
    standard mart lists its columns that are.
    """
    marts, left_out = dict(own), {}
    for name, entry in standard.items():
        if name in own:
            continue
        if entry.needs is not None and lacks(own, entry.needs):
            left_out[name] = entry.needs
            continue
        missing = {column: needed for column, needed in entry.column_needs.items() if lacks(own, needed)}
        left_out |= {f"{name}.{column}": needed for column, needed in missing.items()}
        columns = tuple(column for column in entry.mart.columns if column.name not in missing)
        marts[name] = replace(entry.mart, columns=columns, left_out=tuple(missing))
    return marts, left_out


def faults(marts: Mapping[str, Mart], star: Mapping[str, Mapping[str, StarColumn]]) -> Iterator[str]:
    """One line for every table or column of the star schema that is missing or of another type."""
    for table, columns in star.items():
        where = f"marts.yaml: marts.{table}"
        if table not in marts:
            yield f"{where}: is missing; every later stage reads it ({', '.join(columns)})"
            continue
        for name, known in columns.items():
            found = marts[table].by_name.get(name)
            if found is None and not known.optional and not known.derived:
                yield f"{where}.columns: {name} ({known.type}) is missing; the star schema needs it"
            elif found is not None and found.type not in FAMILIES.get(known.type, (known.type,)):
                yield f"{where}.columns.{name}: is {found.type}, the star schema has it as {known.type}"
