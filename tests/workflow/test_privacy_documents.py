"""The documents for the data protection officer of a finished run, and the words about data in all that is written."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from test_report import FLAGS

ROOT = Path(__file__).resolve().parents[2]
COMPANY = ROOT / "config/bike_retailer"
NAMES = ("record_of_processing", "data_map", "threshold_check", "impact_assessment", "uniqueness_report")
PAGES = [f"{name}.{language}" for name in NAMES for language in ("en", "de")]
CLAIM = re.compile(
    r"(?<!pseud)\banonym(?:ous|ously|i[sz]ed|isiert\w*|e[rsnm]?)?\b|(?:gdpr|dsgvo)[- ](?:compliant|konform)\w*"
)
DENIAL = re.compile(r"\b(?:not|never|no|nicht|kein\w*)\b")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def folder(sample_run: Path) -> Path:
    return sample_run / "_meta/privacy"


@pytest.fixture(scope="module")
def mapped(folder: Path) -> dict:
    return json.loads((folder / "data_map.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def contracts() -> dict:
    found = [yaml.safe_load(path.read_text("utf-8")) for path in sorted((COMPANY / "contracts").glob("*.yaml"))]
    return {contract["name"]: contract for contract in found}


def claims(text: str) -> list[str]:
    """Lines that call data anonymous or a product compliant, those that say it is not left out."""
    return [line for line in text.splitlines() if CLAIM.search(line.casefold()) and not DENIAL.search(line.casefold())]


def test_every_personal_field_of_every_contract_stands_in_record_and_map(folder: Path, contracts: dict):
    for name in ("record_of_processing", "data_map"):
        for language in ("en", "de"):
            text = (folder / f"{name}.{language}.md").read_text("utf-8")
            for contract in contracts.values():
                for field in contract["fields"]:
                    assert field["personal"] == "none" or f"`{field['name']}`" in text, (name, field["name"])


def test_every_raw_field_and_every_mart_column_is_in_the_map(mapped: dict, contracts: dict, sample_run: Path):
    assert {t: set(fields) for t, fields in mapped["raw"].items()} == {
        n: {f["name"] for f in c["fields"] if "compute" not in f} for n, c in contracts.items()
    }
    for path in (sample_run / "gold/data").glob("*.csv"):
        if path.stem not in ("customer_pseudonyms", "customer_features_exact", "customer_clusters"):
            columns = path.open(encoding="utf-8").readline().strip().split(",")
            assert set(mapped["marts"][path.stem]["columns"]) == set(columns)
            assert mapped["marts"][path.stem]["by_column"]


def test_every_column_of_a_published_table_has_its_origin_in_the_map(mapped: dict, sample_run: Path):
    for name in (
        "step2_feature_engineering/data/customer_features.csv",
        "step3_segmentation/data/customer_segments.csv",
    ):
        columns = (sample_run / name).open(encoding="utf-8").readline().strip().split(",")
        origins = {item["what"]: item["raw"] for item in mapped["published"] if item["file"] == name}
        assert set(origins) == set(columns)
        assert all(origins.values())


def test_names_do_not_leave_numbers_leave_as_pseudonyms_and_dates_of_birth_as_age_bands(mapped: dict, contracts: dict):
    forms = {
        (table, field["name"]): {place["form"] for place in mapped["raw"][table][field["name"]]["published"]}
        for table, contract in contracts.items() for field in contract["fields"] if field["personal"] == "direct"
    }  # fmt: skip
    assert forms and set().union(*forms.values()) <= {"missing"}
    assert {place["form"] for place in mapped["raw"]["crm_customers"]["cst_key"]["published"]} >= {"pseudonym"}
    assert {place["form"] for place in mapped["raw"]["erp_customers"]["BDATE"]["published"]} == {"ages"}


def test_the_policy_says_of_a_column_what_the_map_says(mapped: dict, sample_run: Path):
    policy = json.loads((sample_run / "_meta/data_policy.json").read_text("utf-8"))
    for table, fields in mapped["raw"].items():
        for field, facts in fields.items():
            assert set(policy["raw_tables"][table][field]["published_as"]) == {p["form"] for p in facts["published"]}
    assert policy["raw_tables"]["crm_customers"]["cst_firstname"]["leaves_protected_layers"] is False
    assert (
        policy["retention"]["days"]
        == yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))["retention_days"]
    )


def test_the_controllers_words_are_in_the_record_and_the_rest_is_marked(folder: Path):
    stated = yaml.safe_load((COMPANY / "privacy.yaml").read_text("utf-8"))
    for language, mark in (("en", "TO BE FILLED IN"), ("de", "AUSZUFÜLLEN")):
        record = (folder / f"record_of_processing.{language}.md").read_text("utf-8")
        assert stated["controller"]["name"] in record
        assert stated["purposes"][0]["purpose"][language] in record
        assert mark in (folder / f"threshold_check.{language}.md").read_text("utf-8")
        assert mark in (folder / f"impact_assessment.{language}.md").read_text("utf-8")


def test_every_description_of_the_sample_is_in_both_languages(folder: Path, contracts: dict):
    german = (folder / "record_of_processing.de.md").read_text("utf-8")
    assert "Fassung fehlt" not in german
    for contract in contracts.values():
        for field in contract["fields"]:
            if field["personal"] != "none":
                assert f"| {field['description']['de']} |" in german


def test_the_record_names_every_raw_table_whose_persons_meet_those_of_another(folder: Path, contracts: dict):
    record = (folder / "record_of_processing.en.md").read_text("utf-8")
    combined = record.partition("## Sources that are combined")[2].partition("\n## ")[0]
    personal = {
        name for name, contract in contracts.items() if any(f["personal"] != "none" for f in contract["fields"])
    }
    assert {name for name in contracts if f"`{name}`" in combined} == personal


def test_no_document_and_no_published_text_calls_pseudonymised_data_anonymous(sample_run: Path):
    texts = [p for p in sample_run.rglob("*") if p.suffix in (".md", ".html", ".json", ".svg") and p.is_file()]
    texts += [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "docs").rglob("*.rst")]
    texts += [path for path in (ROOT / "scripts/templates").rglob("*") if path.is_file()]
    assert {path.name: found for path in texts if (found := claims(path.read_text("utf-8", "replace")))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "The tables are anonymous.",
        "Die Daten sind anonymisiert.",
        "A GDPR-compliant export",
        "DSGVO-konform gespeichert",
        "anonyme Tabellen",
    ],
)
def test_the_search_for_such_words_finds_a_planted_one(line: str):
    assert claims(line) == [line]
    assert claims("Pseudonymised, not anonymous.") == claims("Die Daten sind pseudonymisiert.") == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_nothing_that_its_document_did_not_put_there(folder: Path, name: str):
    page = (folder / f"{name}.html").read_text("utf-8")
    assert f'<html lang="{name[-2:]}">' in page
    assert set(re.findall(r"<([a-z0-9]+)", page)) <= set(
        "html head meta title style body main h1 h2 h3 p div table thead tbody tr th td code strong ul li".split()
    )


def test_the_pages_open_in_a_browser(folder: Path, tmp_path: Path):
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr", "--dump-dom"]
    shown = subprocess.run(
        [*command, (folder / "data_map.de.html").as_uri()], capture_output=True, text=True, timeout=120
    )
    assert "Datenlandkarte" in shown.stdout
    assert shown.stdout.count("<table") >= 5
    assert "Refused to" not in shown.stderr
