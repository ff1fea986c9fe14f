"""The flat shop with marts written by hand and other lines: what files with an unusual meaning come to."""

import csv
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from conftest import ROOT, Project, copy_project

COMPANY = ROOT / "tests/data/flat_shop_by_sql"
EXPORT = ROOT / "tests/data/flat_shop/bestellungen.csv"
Line = dict[str, str]


def lines() -> list[Line]:
    """The lines of its export, by column."""
    with EXPORT.open(encoding="cp1252", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


class FlatShop:
    """A copy of the project that holds the company."""

    def __init__(self, folder: Path) -> None:
        self.project: Project = copy_project(folder)
        shutil.copytree(COMPANY, self.project.folder / "config/flat_shop")

    def run(self, name: str, rows: Iterable[Line], *settings: str) -> Path:
        """The folder of a finished run over these lines."""
        rows, raw = list(rows), self.project.folder / f"exports/{name}"
        raw.mkdir(parents=True)
        with (raw / "bestellungen.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
        told = (f"raw={raw}", "company=config/flat_shop", f"run_id={name}", *settings)
        done = self.project.snakemake("--config", *told)
        assert done.returncode == 0, done.stdout[-4000:]
        (self.project.run(name) / "console.txt").write_text(done.stdout, encoding="utf-8")
        return self.project.run(name)


def table(run: Path, path: str) -> list[dict[str, Any]]:
    """The rows of a table of a run."""
    with (run / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def customer_of(run: Path, number: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """(row of agg_customer_value, row of the features or None) of a customer number."""
    keys = {row["customer_number"]: row["customer_key"] for row in table(run, "gold/data/dim_customer.csv")}
    names = {row["customer_key"]: row["pseudonym"] for row in table(run, "gold/data/customer_pseudonyms.csv")}
    value = {row["customer_key"]: row for row in table(run, "gold/data/agg_customer_value.csv")}
    features = table(run, "gold/data/customer_features_exact.csv")
    by_name = {row["customer"]: row for row in features}
    key = keys[number]
    return value[key], by_name.get(names[key])


def first(rows: Iterable[Line], wanted: Callable[[Line], bool]) -> Line:
    """The first line that is wanted."""
    return next(row for row in rows if wanted(row))
