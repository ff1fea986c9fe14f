"""Names, numbers and birthdays smuggled into what reports print, through SQL of every layer: refused before a run begins.

Every attack is a change of one text of the flat shop. Before classes were computed, the run took them all and ended with
"hits 0", as the search took any text of class none for a known word.
"""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Project
from small_companies import NAME, configure, records

from elt.command import company_checks
from elt.run import settings

pytestmark = pytest.mark.slow

STATED = settings.prepared(yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8")))
NAMED = "raw bestellungen.Name → "
PRODUCT, FACTS, PLACE, CONTRACT = (
    "marts/dim_product.sql",
    "marts/fact_sales.sql",
    "marts/dim_location.sql",
    "contracts/bestellungen.yaml",
)
ARTICLE = "MAX(s.Artikel) AS product_name"
ATTACKS = {  # file, what stands there, what takes its place, what the refusal names
    "a name for an article": (PRODUCT, ARTICLE, "MAX(s.Name) AS product_name", NAMED),
    "any name": (PRODUCT, ARTICLE, "FIRST(s.Name) AS product_name", NAMED),
    "all names": (PRODUCT, ARTICLE, "STRING_AGG(s.Name, ', ') AS product_name", NAMED),
    "a name behind the article": (PRODUCT, ARTICLE, "MAX(s.Artikel || ' ' || s.Name) AS product_name", NAMED),
    "a name where the article is missing": (PRODUCT, ARTICLE, "MAX(COALESCE(NULLIF(s.Artikel, ''), s.Name)) AS product_name", NAMED),
    "a name in capitals": (PRODUCT, ARTICLE, "MAX(UPPER(s.Name)) AS product_name", NAMED),
    "a name backwards": (PRODUCT, ARTICLE, "MAX(REVERSE(s.Name)) AS product_name", NAMED),
    "a part of a name": (PRODUCT, ARTICLE, "MAX(SPLIT_PART(s.Name, ' ', 2)) AS product_name", NAMED),
    "a name by a condition": (PRODUCT, ARTICLE, "MAX(CASE WHEN s.Menge > 1 THEN s.Name ELSE s.Artikel END) AS product_name", NAMED),
    "a name under the alias of the article": (PRODUCT, "FROM silver.bestellungen AS s",
        "FROM (SELECT \"Artikel-Nr.\", Name AS Artikel, Warengruppe FROM silver.bestellungen) AS s", NAMED),
    "a name in a union": (PRODUCT, "'n/a' AS product_name, 'n/a' AS category, TRUE AS is_current",
        "(SELECT MAX(Name) FROM silver.bestellungen) AS product_name, 'n/a' AS category, TRUE AS is_current", NAMED),
    "a name over another mart": (PRODUCT, "product_number, product_name,",
        "product_number, (SELECT MAX(c.name) FROM gold.dim_customer AS c) AS product_name,", f"{NAMED}silver.bestellungen.Name → gold.dim_customer.name → "),
    "a name for a category": (PRODUCT, "MAX(s.Warengruppe)", "MAX(s.Name)", NAMED),
    "a name for an article's number": (PRODUCT, "s.\"Artikel-Nr.\" AS product_number,", "MAX(s.Name) AS product_number,", NAMED),
    "a window over names": (PRODUCT, "product_number, product_name,", "product_number, FIRST_VALUE(product_name) OVER (ORDER BY product_number) AS product_name,", None),
    "a name for a country": (PLACE, "SELECT DISTINCT Land AS country", "SELECT DISTINCT Name AS country", NAMED),
    "a number of a customer for an article": (PRODUCT, ARTICLE, "MAX(s.\"Kunden-Nr.\") AS product_name", "raw bestellungen.Kunden-Nr. → "),
    "a number of a customer for an amount": (FACTS, "l.Betrag AS sales_amount", "CAST(l.\"Kunden-Nr.\" AS DECIMAL(18, 2)) AS sales_amount", "raw bestellungen.Kunden-Nr. → "),
    "a city for an article": (PRODUCT, ARTICLE, "MAX(s.Ort) AS product_name", "raw bestellungen.Ort → "),
    "the day of an order for an article": (PRODUCT, ARTICLE, "CAST(MAX(s.Bestelldatum) AS VARCHAR) AS product_name", "raw bestellungen.Bestelldatum → "),
    "days that equal those of orders": ("marts/dim_date.sql", "WHERE d.date >= s.first_day", "JOIN silver.bestellungen AS b ON b.Bestelldatum = d.date WHERE d.date >= s.first_day", "raw bestellungen.Bestelldatum → "),
    "a computed field": (CONTRACT, "{name: Artikel, type: string,", "{name: Artikel, type: string, convert: \"CASE WHEN Menge = '1' THEN Name ELSE Artikel END\",", NAMED),
    "a repair": (CONTRACT, "repairs:\n", "repairs:\n  - {field: Artikel, when: Menge > 2, set: Name, why: x}\n", NAMED),
    "a repair of a repair": (CONTRACT, "repairs:\n", "repairs:\n  - {field: Ort, when: Menge > 2, set: Name, why: x}\n  - {field: Artikel, when: Menge > 2, set: Ort, why: x}\n", NAMED),
    "a field that no file has": (CONTRACT, "{name: Artikel, type: string,", "{name: Artikel, type: string, compute: \"UPPER(Name)\",", NAMED),
}  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the flat shop, its marts written by hand."""
    return Path(shutil.copytree(ROOT / "tests/data/flat_shop_by_sql", tmp_path_factory.mktemp("shop") / "firm"))


def refusals(folder: Path) -> list[str]:
    """What a run of the company in a folder is refused for, before it begins."""
    found, faults = settings.load({**STATED, "company": str(folder)}, ROOT)
    if faults or found is None:
        return faults
    return company_checks.unbound(found) or company_checks.classed(found, STATED)[1]


def planted(shop: Path, target: Path, file: str, old: str, new: str) -> Path:
    """A copy of the company with one text changed."""
    shutil.copytree(shop, target)
    text = (target / file).read_text("utf-8")
    assert text.count(old) == 1
    (target / file).write_text(text.replace(old, new), encoding="utf-8")
    return target


def test_the_company_is_taken_as_it_stands(shop):
    assert refusals(shop) == []


@pytest.mark.parametrize("attack", [name for name, (*_, named) in ATTACKS.items() if named])
def test_a_value_of_a_person_in_the_place_of_another_is_refused_with_its_way(shop, tmp_path, attack):
    file, old, new, named = ATTACKS[attack]
    found = refusals(planted(shop, tmp_path / "firm", file, old, new))
    assert any(named in line and "takes its value from" in line for line in found)


def test_a_window_over_what_is_no_person_is_taken(shop, tmp_path):
    file, old, new, _ = ATTACKS["a window over names"]
    assert refusals(planted(shop, tmp_path / "firm", file, old, new)) == []


@pytest.mark.slow
def test_snakemake_refuses_at_once_and_an_excepted_name_is_found_by_the_search(project: Project):
    configure(project.folder)
    folder = project.folder / "config/flat_shop"
    path = folder / PRODUCT
    path.write_text(path.read_text("utf-8").replace(ARTICLE, "MAX(s.Name) AS product_name"), encoding="utf-8")
    call = (f"raw={ROOT}/tests/data/flat_shop", "company=config/flat_shop", "run_id=smuggled")
    for arguments in (("-n",), ()):
        done = project.snakemake(*arguments, "--config", *call)
        assert done.returncode != 0
        assert "marts.dim_product.columns.product_name: is of class none, but takes its value from" in done.stdout
        assert NAMED in done.stdout and not project.run("smuggled").exists()
    excepted = {"column": "gold.dim_product.product_name", "instead_of": "direct", "why": {"en": "x", "de": "x"}}
    (folder / "privacy.yaml").write_text(yaml.safe_dump({"class_exceptions": [excepted]}), encoding="utf-8")
    done = project.snakemake("--config", *call)
    assert done.returncode != 0
    assert "privacy_leaks" in done.stdout
    assert re.search(r"final_expose\.md \([^)]*\): gold\.dim_customer\.name", done.stdout)
    assert not [row for row in records() if row[NAME] and row[NAME] in done.stdout]
