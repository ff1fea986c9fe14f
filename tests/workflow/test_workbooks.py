"""The flat shop as a workbook: the same silver and gold as of its CSV file, one copy of the workbook, none after erasures."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import made_workbooks
import pytest
from conftest import Project
from flat_shop import COMPANY, EXPORT, FlatShop, lines

pytestmark = pytest.mark.slow

CONTRACT = "contracts/bestellungen.yaml"
SHEET = "Aufträge 2025"
GOLD = ("gold_mart", "bronze_report", "bronze_workbook")
WHOLE, DECIMAL = ("Position", "Menge"), ("Einzelpreis", "Betrag")


def typed(name: str, cell: str) -> Any:
    """A cell of the export as a person who types it into a spreadsheet leaves it."""
    if not cell:
        return None
    if name == "Bestelldatum":
        return datetime.strptime(cell, "%d.%m.%Y").date()
    if name in WHOLE:
        return int(cell)
    return float(cell.replace(".", "").replace(",", ".")) if name in DECIMAL else cell


def cells() -> list[list[Any]]:
    """The header and the lines of the flat shop."""
    rows = lines()
    return [list(rows[0]), *([typed(name, cell) for name, cell in row.items()] for row in rows)]


def as_workbook(shop: FlatShop, ending: str) -> None:
    """Let the contract read workbooks."""
    stated = (COMPANY / CONTRACT).read_text("utf-8")
    text = re.sub(r"files: .*", f'files: bestellungen*{ending}\nsheet: "{SHEET}"', stated)
    (shop.project.folder / "config/flat_shop" / CONTRACT).write_text(
        text.replace("%d.%m.%Y", "%Y-%m-%d"), encoding="utf-8"
    )


def built(project: Project, raw: Path, name: str, *targets: str) -> Path:
    """The folder of a run up to gold."""
    told = (f"raw={raw}", "company=config/flat_shop", f"run_id={name}")
    done = project.snakemake(*(("--until", *targets) if targets else ()), "--config", *told)
    assert done.returncode == 0, done.stdout[-4000:]
    return project.run(name)


def tables(run: Path) -> dict[str, bytes]:
    """The tables of silver and gold."""
    found = [*run.glob("silver/data/*.csv"), *run.glob("gold/data/*.csv")]
    return {path.relative_to(run).as_posix(): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> FlatShop:
    """A copy of the project with the flat shop, which has run up to gold from its CSV file."""
    shop = FlatShop(tmp_path_factory.mktemp("shop"))
    built(shop.project, EXPORT.parent, "text", *GOLD)
    return shop


@pytest.mark.parametrize("ending", [".xlsx", ".ods"])
def test_a_workbook_gives_the_silver_and_gold_of_the_same_table_as_csv(shop: FlatShop, ending: str):
    book = shop.project.folder / f"books{ending}/bestellungen{ending}"
    book.parent.mkdir()
    book.write_bytes((made_workbooks.xlsx if ending == ".xlsx" else made_workbooks.ods)(cells(), SHEET))
    as_workbook(shop, ending)
    run, text = built(shop.project, book.parent, f"book{ending}", *GOLD), shop.project.run("text")
    assert tables(run) == tables(text)
    copy = run / f"bronze/workbooks/bestellungen{ending}"
    assert copy.read_bytes() == book.read_bytes() and copy.stat().st_mode & 0o777 == 0o600
    report = (run / "bronze/reports/bronze_report.md").read_text("utf-8")
    assert f"bestellungen{ending}, sheet {SHEET}" in report
