"""The drawn star schema as files: a company that holds them has the marts that it had, and no file is written over."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from drawn_star import ROOT

import draft_star
from elt.command import company_checks
from elt.faults import Fault
from elt.files import read_json, read_yaml
from elt.run import settings, sql_names
from elt.run.company import Company
from elt.run.star import writing
from elt.run.star.drawing import MARTS

remedy = pytest.mark.remedy
VERSIONS = """
name: products
title: Products
files: products.csv
primaryKey: [id]
fields:
  - {name: id, type: integer, personal: none, description: Number of the version}
  - {name: Artikelnr, type: string, role: product_number, personal: none, description: Number}
  - {name: cost, type: number, decimals: 2, role: unit_cost, personal: none, description: Cost}
  - {name: since, type: date, role: valid_from, personal: none, description: First day}
"""
TO_PRODUCTS = "  - {fields: Artikelnr, reference: {resource: products, fields: Artikelnr}}\n"


def loaded(folder: Path) -> Company:
    """The company of a folder, its classes computed; without a fault."""
    config = settings.prepared({**read_yaml(ROOT / "config/config.yaml"), "company": str(folder)})
    found, faults = settings.load(config, ROOT)
    assert found is not None, faults
    assert company_checks.unbound(found) == []
    checked, weaker = company_checks.classed(found, config)
    assert weaker == []
    return checked


@pytest.fixture
def firm(tmp_path: Path) -> Path:
    """A wholesaler whose products have versions and costs, by roles alone."""
    folder = tmp_path / "firm"
    shutil.copytree(ROOT / "tests/data/office_supplier/contracts", folder / "contracts")
    (folder / "contracts/products.yaml").write_text(VERSIONS, encoding="utf-8")
    lines = folder / "contracts/order_lines.yaml"
    text = lines.read_text("utf-8").replace("role: product_number, ", "").replace("role: product_name, ", "")
    lines.write_text(text + TO_PRODUCTS, encoding="utf-8")
    return folder


def draft(folder: Path, company: Company) -> Any:
    """Write the star schema of a company; the summary."""
    found = writing.written(company)
    draft_star.main(str(folder), found.entries, found.sql, str(folder.parent / "star.json"))
    return read_json(folder.parent / "star.json")


def test_a_company_that_holds_the_written_files_has_the_marts_that_were_drawn(firm):
    drawn = loaded(firm)
    names = draft(firm, drawn)["written"]
    assert [Path(name).name for name in names] == ["marts.yaml", *(f"{mart}.sql" for mart in MARTS)]
    stated = loaded(firm)
    assert writing.written(stated) == writing.Written({}, {})
    flag = drawn.marts["fact_sales"].by_name["is_before_first_version"]
    written = stated.marts["fact_sales"].by_name[flag.name]
    assert flag.doubts == written.doubts == ("cost_amount",)
    assert (flag.personal, written.personal) == (
        "none",
        "quasi",
    )  # the reason for the weaker class is not the company's
    for name in MARTS:
        assert stated.marts[name].typed_columns == drawn.marts[name].typed_columns
        assert stated.marts[name].key == drawn.marts[name].key
        assert stated.marts[name].ledger == drawn.marts[name].ledger
        assert stated.marts[name].foreign_keys == drawn.marts[name].foreign_keys
        assert sql_names.bare(stated.queries[name].text) == sql_names.bare(drawn.queries[name].text)
        classes = [one.personal for one in stated.marts[name].columns if one.name != flag.name]
        assert classes == [one.personal for one in drawn.marts[name].columns if one.name != flag.name]


@remedy("draft_star", "Move marts.yaml and marts/ away, draft, and put what was changed in them back by hand")
@pytest.mark.parametrize("name", ["marts.yaml", "marts/dim_date.sql"])
def test_no_file_is_written_over_and_none_beside_it(firm, name):
    company, path = loaded(firm), firm / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine", encoding="utf-8")
    before = sorted(firm.rglob("*"))
    with pytest.raises(Fault, match="is there, and no file is written over"):
        draft(firm, company)
    assert path.read_text("utf-8") == "mine" and sorted(firm.rglob("*")) == before
    path.unlink()
    assert len(draft(firm, company)["written"]) == 6


@remedy("draft_star", "Take a mart and its SQL away to have it drawn")
def test_a_company_that_has_written_its_star_is_told_so(firm):
    draft(firm, loaded(firm))
    with pytest.raises(Fault, match="the company has written its star schema"):
        draft(firm, loaded(firm))
    shutil.rmtree(firm / "marts")
    (firm / "marts.yaml").unlink()
    assert len(draft(firm, loaded(firm))["written"]) == 6
