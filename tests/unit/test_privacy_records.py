"""Record, map and criteria in two languages: figures from the run, the controller's words, and marks where these lack."""

import json
import re
from pathlib import Path

import pytest
from test_privacy_policy import MARTS, MODEL, SALES, SUMMARY
from test_privacy_policy import run as policy_run

import privacy_records
from elt.files import read_yaml, write_json
from elt.privacy.document_text import RunFacts
from elt.run.company import Contract
from elt.run.controller import AcknowledgedFind, Answer, Contact, ControllerStatements, Purpose

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = Path(privacy_records.__file__).parent / "templates"
WORDS = [str(ROOT / f"scripts/templates/privacy.{language}.yaml") for language in ("en", "de")]
OPEN = {"en": "TO BE FILLED IN by the controller", "de": "VOM VERANTWORTLICHEN AUSZUFÜLLEN"}
NAMES = ("record_of_processing", "data_map", "impact_assessment")
FIELDS = [
    {"name": "number", "type": "string", "personal": "identifier", "description": "Number"},
    {"name": "name", "type": "string", "personal": "direct", "description": "Name | of <b>someone</b>"},
    {"name": "city", "type": "string", "personal": "quasi", "description": "City"},
    {"name": "amount", "type": "number", "personal": "none", "description": "Amount"},
]
CONTRACTS = {"sales": Contract.of({**SALES, "fields": FIELDS})}
STATED = {
    "controller": {"name": "Muster GmbH", "address": "Weg 1", "contact": "a@muster.example"},
    "data_protection_officer": {"name": "E. M.", "address": "Weg 1", "contact": "b@muster.example"},
    "purposes": [{"purpose": {"en": "Reports", "de": "Berichte"}, "legal_basis": "Art. 6"}],
    "data_subjects": [{"en": "Customers", "de": "Kunden"}],
    "recipients": [],
    "third_countries": [],
    "deletion": "after a year",
    "measures": "locks",
}


def documents(folder, stated, acknowledged=()):
    """(name, language) -> Markdown of a small run; `stated`: content of privacy.yaml."""
    policy_run(folder, acknowledged=acknowledged)
    home = folder / "artifacts/runs/r"
    model = {**MODEL, "segments": [{**segment, "action": {"en": "call"}} for segment in MODEL["segments"]]}
    write_json(folder / "model.json", model)
    write_json(
        folder / "summary.json",
        {**SUMMARY, "marts": [{**m, "rows": 1234} for m in [*SUMMARY["marts"], {"name": "fact_sales", "columns": []}]]},
    )
    privacy_records.main(
        contracts=CONTRACTS,
        stated=ControllerStatements.of(stated),
        facts=RunFacts("r", "shop", "config/shop/privacy.yaml"),
        policy=str(home / "_meta/data_policy.json"),
        data_map=str(home / "_meta/privacy/data_map.json"),
        summary=str(folder / "summary.json"),
        model=str(folder / "model.json"),
        words=WORDS,
        template=str(TEMPLATES / "report.html.j2"),
        folder=folder / "out",
    )
    return {(n, w): (folder / f"out/{n}.{w}.md").read_text("utf-8") for n in NAMES for w in ("en", "de")}


def test_what_is_not_stated_is_none_and_an_empty_list_says_that_there_are_none():
    nothing = ControllerStatements.of({})
    assert nothing.purposes is None and nothing.recipients is None and nothing.controller is None
    assert nothing.impact_assessment == {}
    stated = ControllerStatements.of({**STATED, "impact_assessment": {"scoring": {"applies": True, "why": "segments"}}})
    assert stated.recipients == stated.third_countries == ()
    assert stated.controller == Contact("Muster GmbH", "Weg 1", "a@muster.example")
    assert stated.purposes == (Purpose({"en": "Reports", "de": "Berichte"}, "Art. 6"),)
    assert stated.impact_assessment == {"scoring": Answer(applies=True, why="segments")}
    assert ControllerStatements.of({"controller": {"name": "Muster GmbH"}}).controller == Contact(name="Muster GmbH")


def test_what_the_controller_has_not_stated_is_marked_and_counted_in_both_languages(tmp_path):
    found = documents(tmp_path, {})
    for language, mark in OPEN.items():
        text = found["record_of_processing", language]
        count = text.count(f"**{mark}**")
        assert count == 14
        assert re.search(rf": {count}, in `config/shop/privacy.yaml`", text)


def test_a_record_with_every_entry_has_no_mark_and_none_where_a_list_is_empty(tmp_path):
    found = documents(tmp_path, STATED)
    for language, none in (("en", "none"), ("de", "keine")):
        text = found["record_of_processing", language]
        assert OPEN[language] not in text
        assert f": {none}." in text and f"\n\n{none}\n" in text
    assert "Berichte" in found["record_of_processing", "de"] and "Reports" in found["record_of_processing", "en"]
    assert "30" in found["record_of_processing", "de"]


def test_every_personal_field_stands_in_record_and_map_and_no_other(tmp_path):
    for (name, _), text in documents(tmp_path, STATED).items():
        if name != "impact_assessment":
            assert all(f"| `{field}` |" in text for field in ("number", "name", "city"))
            assert "| `amount` |" not in text


def test_the_map_says_in_which_form_a_field_is_published(tmp_path):
    text = documents(tmp_path, STATED)["data_map", "en"]
    row = next(line for line in text.splitlines() if line.startswith("| `number`"))
    assert "`customer_features.csv`: keyed pseudonym (1)" in row
    assert re.search(r"\| `name` \|.*number of missing values only \(1\) \|", text)


def test_criteria_are_computed_answered_or_left_open(tmp_path):
    answers = {
        "monitoring": {"applies": True, "why": "for a year"},
        "vulnerable": {"applies": False, "why": {"en": "adults", "de": "Erwachsene"}},
    }
    text = documents(tmp_path, {"impact_assessment": answers})["impact_assessment", "en"]
    rows = {
        line.split(" | ")[0].strip("| "): line.split(" | ")[2:] for line in text.splitlines() if line.startswith("| ")
    }
    assert rows["Evaluation or scoring, profiling included"] == ["touched", "– |"]
    assert rows["Systematic monitoring"] == ["left to a person", "yes: for a year |"]
    assert rows["Vulnerable persons"] == ["left to a person", "no: adults |"]
    assert OPEN["en"] in rows["Data processed on a large scale"][1]
    assert "**At least 2 of the nine criteria are touched." in text
    assert text.startswith("# Impact assessment (Art. 35 GDPR): 3 of 11 criteria touched, 7 open")


def test_german_documents_write_numbers_as_germans_do(tmp_path):
    found = documents(tmp_path, STATED)
    assert "1.234" in found["impact_assessment", "de"] and "1,234" in found["impact_assessment", "en"]


def test_values_of_contract_and_controller_stay_text_in_the_page(tmp_path):
    hostile = {**STATED, "measures": "<script>x</script> [a](http://b) | c"}
    text = documents(tmp_path, hostile)["record_of_processing", "en"]
    page = (tmp_path / "out/record_of_processing.en.html").read_text("utf-8")
    assert "<b>someone" not in page and "<script" not in page and "<a " not in page
    assert "default-src 'none'" in page
    assert "Name \\| of &lt;b&gt;" in text


def test_the_words_of_both_languages_have_the_same_keys():
    def keys(content, before=""):
        if not isinstance(content, dict):
            return {before}
        return {key for name, value in content.items() for key in keys(value, f"{before}.{name}")}

    english, german = (keys(read_yaml(path)) for path in WORDS)
    assert english == german


@pytest.mark.parametrize("path", WORDS)
def test_no_document_calls_pseudonymised_data_anonymous_or_compliant(path, tmp_path):
    texts = [
        json.dumps(read_yaml(path), ensure_ascii=False),
        *documents(tmp_path, {}).values(),
        *documents(tmp_path, STATED).values(),
    ]
    for text in texts:
        assert not re.search(r"(?<!pseud)(?<!pseudo)anonym|compliant|konform", text.casefold().replace("pseudonym", ""))


def test_every_mart_of_the_small_run_is_in_the_map(tmp_path):
    documents(tmp_path, STATED)
    mapped = json.loads((tmp_path / "artifacts/runs/r/_meta/privacy/data_map.json").read_text("utf-8"))
    assert set(mapped["marts"]) == set(MARTS)


def test_an_acknowledged_find_stands_in_the_record_with_its_reason(tmp_path):
    find = AcknowledgedFind(
        "reports/r.md", "line 3", "gold.people.name", "ab" * 16, {"en": "a town", "de": "eine Stadt"}
    )
    found = documents(tmp_path, STATED, (find,))
    for language, why in (("en", "a town"), ("de", "eine Stadt")):
        text = found["record_of_processing", language]
        assert "`gold.people.name`" in text and "`reports/r.md`" in text and f": {why}." in text
