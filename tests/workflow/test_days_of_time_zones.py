"""Time stamps with a zone in the worked example: their days are those of the calendar's country."""

import csv
import re
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, Project, copy_project

pytestmark = pytest.mark.slow

CALL = ("--config", "raw=raw/flat_shop", "company=config/flat_shop", "run_id=zones")
CONTRACT = "config/flat_shop/contracts/bestellungen.yaml"


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """The worked example, whose orders are time stamps of 23:30 by UTC."""
    project = copy_project(tmp_path / "shop")
    shutil.copytree(ROOT / "tests/data/flat_shop_by_sql", project.folder / "config/flat_shop")
    raw = project.folder / "raw/flat_shop/bestellungen.csv"
    raw.parent.mkdir(parents=True)
    orders = (ROOT / "tests/data/flat_shop/bestellungen.csv").read_bytes()
    raw.write_bytes(re.sub(rb";(\d\d)\.(\d\d)\.(\d{4});", rb";\3-\2-\1T23:30:00Z;", orders))
    return project


def stated(project: Project, form: str) -> None:
    """State the format of the day of the order."""
    contract = project.folder / CONTRACT
    text = re.sub(r'(name: Bestelldatum, type: date, format: )"[^"]*"', rf'\1"{form}"', contract.read_text("utf-8"))
    contract.write_text(text, encoding="utf-8")


def days(project: Project) -> list[str]:
    """The days of silver."""
    with open(project.run("zones") / "silver/data/bestellungen.csv", encoding="utf-8", newline="") as file:
        return [row["Bestelldatum"] for row in csv.DictReader(file)]


def test_days_are_those_of_the_country_unless_the_contract_states_a_zone_and_a_format_without_it_is_refused(shop):
    stated(shop, "%Y-%m-%dT%H:%M:%SZ")
    refused = shop.snakemake("-n", *CALL)
    assert refused.returncode != 0
    assert "fields.Bestelldatum.format: Z in %Y-%m-%dT%H:%M:%SZ would cut the time zone off" in refused.stdout
    stated(shop, "%Y-%m-%dT%H:%M:%S%z")
    assert shop.snakemake(*CALL, "--until", "silver_table").returncode == 0
    in_berlin = days(shop)
    with open(shop.folder / CONTRACT, "a", encoding="utf-8") as contract:
        contract.write("timeZone: Europe/London\n")
    assert shop.jobs(*CALL, "--until", "silver_table") >= {"silver_table/bestellungen"}
    in_london = days(shop)
    assert len(in_berlin) == len(in_london) == 714
    alike = {(int(berlin[5:7]), berlin == london) for berlin, london in zip(in_berlin, in_london, strict=True)}
    assert {month for month, is_alike in alike if is_alike} <= set(range(3, 11)), (
        "London is an hour ahead of UTC in summer"
    )
    assert {month for month, is_alike in alike if not is_alike} == {1, 2, 3, 10, 11, 12}
