"""The star schema and the marts that every company gets, fitted to the columns that a company has.

config/standard/: star.yaml (tables and columns that later stages read), marts.yaml and marts/*.sql (aggregates over
them), kpis.yaml (key figures). A company's own mart or KPI of the same name takes the place of the standard one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from elt.remembered import yaml_of
from elt.run.columns import Column
from elt.run.company import StarColumn
from elt.run.controller import ClassException
from elt.run.key_figures import Kpi
from elt.run.mart import FACT, Mart
from elt.run.sql_names import KPI

FOLDER = "config/standard"
MOST_DECIMALS = 8  # of a number in a mart
PRODUCT = re.compile(r"[\w)]\s*\*\s*[\w(]")  # and no COUNT(*)
LITERAL = re.compile(r"\b[0-9]+\.([0-9]+)\b")
FAMILIES = {"decimal": ("decimal", "integer")}  # a whole number may stand where an amount is expected


@dataclass(frozen=True)
class StandardMart:
    """A standard mart, and the columns `<mart>.<column>` of the star schema without which it cannot be.

    `needs`: of the mart; `column_needs`: column of the mart -> what that column needs; `inherits`: column of the mart
    -> the column `fact_sales.<column>` or key figure `kpi.<name>` whose decimals it has.
    """

    mart: Mart
    needs: str | None = None
    column_needs: Mapping[str, str] = field(default_factory=dict)
    inherits: Mapping[str, str] = field(default_factory=dict)
    class_exceptions: tuple[ClassException, ...] = ()

    @classmethod
    def of(cls, name: str, entry: Mapping[str, Any]) -> Self:
        """The standard mart of an entry of config/standard/marts.yaml."""
        needs = {column: spec["needs"] for column, spec in entry["columns"].items() if "needs" in spec}
        inherits = {column: spec["inherits"] for column, spec in entry["columns"].items() if "inherits" in spec}
        exceptions = tuple(
            ClassException(f"gold.{name}.{column}", **spec["class_exception"], is_of_company=False)
            for column, spec in entry["columns"].items()
            if "class_exception" in spec
        )
        return cls(Mart.of(name, entry), entry.get("needs"), needs, inherits, exceptions)


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
    star = yaml_of(folder / "star.yaml")
    return Standard(
        star={table: {name: StarColumn.of(spec) for name, spec in columns.items()} for table, columns in star.items()},
        marts={name: StandardMart.of(name, mart) for name, mart in yaml_of(folder / "marts.yaml")["marts"].items()},
        kpis={name: Kpi.of(kpi) for name, kpi in yaml_of(folder / "kpis.yaml").items()},
        sql={path.stem: path for path in sorted(folder.glob("marts/*.sql"))},
    )


def segments(root: Path) -> dict[str, Any]:
    """The segments of a company that states none, as segments.yaml has them."""
    found: dict[str, Any] = yaml_of(root / FOLDER / "segments.yaml")
    return found


def limits(base: Standard) -> dict[str, dict[str, str]]:
    """Table -> column -> the strictest class with which reports may show it: of the star schema and of standard marts.

    A company's own mart in the place of a standard one is shown as that is: its text as in the star schema, else not
    beside anything personal; its figures in totals.
    """
    of_star = {name: known.at_most for columns in base.star.values() for name, known in columns.items()}
    found = {
        table: {name: known.at_most for name, known in columns.items() if known.at_most != StarColumn.at_most}
        for table, columns in base.star.items()
    }
    for mart, entry in base.marts.items():
        found[mart] = {
            one.name: of_star.get(one.name, "none") if one.type == "string" else "quasi"
            for one in entry.mart.columns
            if one.personal == "none"
        }
    return found


def coarse_proofs(mart: Mart, marts: Mapping[str, Mart], formulas: Mapping[str, str]) -> Iterator[str]:
    """One line a column that has fewer decimals than the key figure that its sum must equal."""
    for name, kpi in mart.ledger.kpis.items():
        column, needed = mart.by_name.get(name), formula_decimals(marts, formulas.get(kpi, ""))
        if column is not None and column.type == "decimal" and column.scale < needed:
            where = f"marts.yaml: marts.{mart.name}.columns.{name}"
            yield f"{where}: must have {needed} decimals (type: decimal, decimals: {needed}), as {kpi} over {FACT} has"


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


def decimals_of(marts: Mapping[str, Mart], column: str) -> int:
    """Decimals of a column of fact_sales; 0 of a whole number and of a column that it lacks."""
    found = marts[FACT].by_name.get(column) if FACT in marts else None
    return found.scale if found is not None and found.type == "decimal" else 0


def formula_decimals(marts: Mapping[str, Mart], formula: str) -> int:
    """Decimals of a sum by a formula over fact_sales: those of its finest column, of a product all together."""
    scales = [decimals_of(marts, word) for word in sorted(set(re.findall(r"[^\W\d]\w*", formula)))]
    scales += [len(digits) for digits in LITERAL.findall(formula)]
    return min(sum(scales) if PRODUCT.search(formula) else max(scales, default=0), MOST_DECIMALS)


def inherited(column: Column, source: str, marts: Mapping[str, Mart], formulas: Mapping[str, str]) -> Column:
    """A column of a standard mart with the decimals of what it is computed from, where those are more than its own."""
    kind, _, name = source.partition(".")
    needed = formula_decimals(marts, formulas.get(name, "")) if kind == KPI else decimals_of(marts, name)
    own = column.scale if column.type == "decimal" else 0
    return replace(column, type="decimal", decimals=needed) if needed > own else column


def fitted(
    own: Mapping[str, Mart], standard: Mapping[str, StandardMart], formulas: Mapping[str, str] | None = None
) -> tuple[dict[str, Mart], dict[str, str]]:
    """(the company's marts and the standard ones, what was left out -> the column that it needs).

    A standard mart or column that needs a column which the company's star schema lacks is left out; `left_out` of a
    standard mart lists its columns that are. `formulas`: of the key figures over order lines; columns computed from
    amounts or quantities have their decimals.
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
        columns = tuple(
            inherited(column, entry.inherits[column.name], own, formulas or {})
            if column.name in entry.inherits
            else column
            for column in entry.mart.columns
            if column.name not in missing
        )
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
