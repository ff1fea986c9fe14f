"""A made-up company whose star schema is drawn from the roles of its contracts, built by the real rule over small frames."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

import gold_mart
from elt.gold.budgets import Budgets
from elt.run import standard
from elt.run.company import NO_HOLIDAYS, Company
from elt.run.contract import Contract
from elt.run.mart import Mart
from elt.run.star import drawing, role_faults
from elt.run.star.roles import Roles

ROOT = Path(__file__).resolve().parents[2]
STANDARD = standard.read(ROOT)
ENDINGS = {"silver": "csv", "gold": "parquet"}
Rows = list[dict[str, Any]]


def field(name: str, kind: str, role: str | None = None, **more: Any) -> dict[str, Any]:
    """A field of a contract: its name, type and role."""
    stated = {"name": name, "type": kind, "personal": "none", "description": name, **more}
    return stated | ({"role": role} if role else {})


def contract(name: str, key: str | Sequence[str], *fields: dict[str, Any], **more: Any) -> Contract:
    """A contract with these fields; `refers`: field -> `table.field`."""
    keys = [
        {"fields": own, "reference": dict(zip(("resource", "fields"), goal.split("."), strict=True))}
        for own, goal in more.pop("refers", {}).items()
    ]
    primary = [key] if isinstance(key, str) else list(key)
    entry = {"name": name, "title": name, "files": f"{name}*.csv", "primaryKey": primary, "fields": list(fields)}
    return Contract.of({**entry, "foreignKeys": keys, **more})


def company(
    contracts: Sequence[Contract], own: Mapping[str, Mart] | None = None, books: str | None = None, **queries: Any
) -> Company:
    """The company of some contracts, its star drawn beside marts that it has itself."""
    by_name, written = {one.name: one for one in contracts}, dict(own or {})
    assert list(role_faults.found_in(Roles(by_name), books)) == []
    star = drawing.star(by_name, written, written.keys(), ROOT, books)
    marts = standard.with_derived({**written, **star.marts}, STANDARD.star)
    return Company(
        "firm", by_name, marts, {**queries, **star.queries}, NO_HOLIDAYS, {}, {}, None,
        star=STANDARD.star, limits=standard.limits(STANDARD), class_exceptions=star.class_exceptions,
    )  # fmt: skip


def faults(*contracts: Contract) -> list[str]:
    """What is wrong with the roles of some contracts."""
    return list(role_faults.found_in(Roles({one.name: one for one in contracts})))


class Built:
    """The star schema of a company over rows of its silver tables."""

    def __init__(self, folder: Path, found: Company, silver: Mapping[str, Rows]) -> None:
        self.folder, self.company = folder / "artifacts/runs/r", found
        for name, rows in silver.items():
            spec = found.contracts[name].typed_columns
            file = self.path(f"silver.{name}")
            file.parent.mkdir(parents=True, exist_ok=True)
            pl.DataFrame(rows, schema={column.name: pl.String for column in spec}).write_csv(file)
        for mart in drawing.MARTS:
            self.build(mart)

    def path(self, table: str) -> Path:
        """File of a table, such as silver.orders."""
        layer, _, name = table.partition(".")
        return self.folder / layer / ("data" if layer == "silver" else "parquet") / f"{name}.{ENDINGS[layer]}"

    def build(self, name: str) -> None:
        """Build a mart by the rule's own main."""
        found, output = self.company, self.folder / "gold"
        gold_mart.main(
            sql=found.queries[name].code,
            mart=found.marts[name],
            sources={
                one: gold_mart.Source(str(self.path(one)), found.typed_columns(one)) for one in found.sources(name)
            },
            calendar=found.calendar_of(name),
            formulas={},
            budgets=Budgets(),
            sorted_by=found.sorted_by(name),
            output=str(output / f"data/{name}.csv"),
            twin=str(output / f"parquet/{name}.parquet"),
            metadata=str(output / f"_meta/marts/{name}.json"),
        )

    def rows(self, mart: str, *columns: str) -> list[tuple[str, ...]]:
        """Rows of a mart as texts, by its key; of all or some columns. What is missing is an empty text."""
        with (self.folder / f"gold/data/{mart}.csv").open(encoding="utf-8", newline="") as file:
            found = list(csv.DictReader(file))
        return [tuple(row[name] for name in columns or row) for row in found]

    def header(self, mart: str) -> list[str]:
        """Names of the columns of a mart."""
        return self.company.marts[mart].names


def rows(header: str, *lines: str) -> Rows:
    """Rows as texts: a header and lines with blanks between cells, - for a missing one."""
    names = header.split()
    return [
        {name: None if cell == "-" else cell for name, cell in zip(names, line.split(), strict=True)} for line in lines
    ]
