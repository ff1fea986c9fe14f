"""Record, map and criteria in two languages: figures from the run, the controller's words, and marks where these lack."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from test_privacy_policy import MARTS, MODEL, SALES, SUMMARY
from test_privacy_policy import run as policy_run

import privacy_records
from elt.files import read_yaml, write_json
from elt.privacy import impact, threshold
from elt.report import markdown
from elt.run.contract import Contract
from elt.run.controller import (
    AcknowledgedFind,
    Answer,
    Contact,
    ControllerStatements,
    Expiry,
    Purpose,
    RiskRating,
    Transfer,
)
from elt.run.settings import schema_faults
from elt.run.surroundings import Surroundings, is_named, publication_of

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = Path(privacy_records.__file__).parent / "templates"
WORDS = [str(ROOT / f"scripts/templates/privacy.{language}.yaml") for language in ("en", "de")]
OPEN = {"en": "TO BE FILLED IN by the controller", "de": "VOM VERANTWORTLICHEN AUSZUFÜLLEN"}
NAMES = ("record_of_processing", "data_map", "threshold_check", "impact_assessment", "uniqueness_report")
TO_FILL_IN = [name for name in NAMES if name not in ("data_map", "uniqueness_report")]  # with points of the controller
ALONE = {"unique": 1234, "unique_share": 0.1234, "small": None, "protected": 5}
COUNTRY = {"country": {"columns": ["country"], **ALONE}}
UNIQUENESS = {
    "minimum_group": 5,
    "quasi_identifiers": {"published_as": {"country": "as_it_is"}, "before": COUNTRY, "after": COUNTRY},
    "purchases": {"published_as": {"frequency": "other"}, "looked_up": 1234, "before": {}}
    | {"after": {"three_purchases": ALONE}},
}
HERE = Surroundings("r", "shop", "config/shop")
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
    "special_categories": [],
    "key_holders": ["the safe"],
    "expiry": {"every_days": 7, "how": {"en": "a timer", "de": "ein Zeitgeber"}},
    "deletion": "after a year",
    "measures": "locks",
}


def documents(folder, stated, facts=HERE, contracts=CONTRACTS, acknowledged=()):
    """(name, language) -> Markdown of a small run; `stated`: content of privacy.yaml."""
    policy_run(folder, acknowledged=acknowledged)
    home = folder / "artifacts/runs/r"
    model = {**MODEL, "segments": [{**segment, "action": {"en": "call"}} for segment in MODEL["segments"]]}
    write_json(folder / "model.json", model)
    write_json(
        folder / "summary.json",
        {**SUMMARY, "marts": [{**m, "rows": 1234} for m in [*SUMMARY["marts"], {"name": "fact_sales", "columns": []}]]},
    )
    write_json(folder / "uniqueness.json", UNIQUENESS)
    privacy_records.main(
        contracts=contracts,
        stated=ControllerStatements.of(stated),
        facts=facts,
        policy=str(home / "_meta/data_policy.json"),
        data_map=str(home / "_meta/privacy/data_map.json"),
        summary=str(folder / "summary.json"),
        model=str(folder / "model.json"),
        uniqueness=str(folder / "uniqueness.json"),
        words=WORDS,
        template=str(TEMPLATES / "report.html.j2"),
        folder=folder / "out",
    )
    return {(n, w): (folder / f"out/{n}.{w}.md").read_text("utf-8") for n in NAMES for w in ("en", "de")}


def test_what_is_not_stated_is_none_and_an_empty_list_says_that_there_are_none():
    nothing = ControllerStatements.of({})
    assert nothing.purposes is None and nothing.recipients is None and nothing.controller is None
    assert nothing.threshold_check == nothing.impact_assessment == nothing.risks == {}
    stated = ControllerStatements.of({**STATED, "threshold_check": {"scoring": {"applies": True, "why": "segments"}}})
    assert stated.recipients == stated.third_countries == ()
    assert stated.controller == Contact("Muster GmbH", "Weg 1", "a@muster.example")
    assert stated.purposes == (Purpose({"en": "Reports", "de": "Berichte"}, "Art. 6"),)
    assert stated.threshold_check == {"scoring": Answer(applies=True, why="segments")}
    assert ControllerStatements.of({"controller": {"name": "Muster GmbH"}}).controller == Contact(name="Muster GmbH")


def test_the_record_lists_columns_with_a_weaker_class_in_both_languages(tmp_path):
    found = documents(tmp_path, {})
    said = {"en": "a list of cities beside nobody", "de": "eine Liste von Städten ohne jemanden daneben"}
    for language, why in said.items():
        rows = [line for line in found["record_of_processing", language].splitlines() if "gold.places.city" in line]
        assert len(rows) == 1 and "raw sales.city" in rows[0] and rows[0].endswith(f"| {why} |")


def test_a_country_alone_has_no_stated_safeguards_and_an_expiry_and_risks_have_their_types():
    entry = {
        "third_countries": ["Norway", {"en": "Chile", "de": "Chile"}, {"country": "Japan", "safeguards": "adequacy"}],
        "expiry": {"every_days": 1},
        "risks": {"loss": {"likelihood": "low"}},
    }
    stated = ControllerStatements.of(entry)
    assert stated.third_countries == (
        Transfer("Norway"), Transfer({"en": "Chile", "de": "Chile"}), Transfer("Japan", "adequacy")
    )  # fmt: skip
    assert stated.expiry == Expiry(1)
    assert stated.risks == {"loss": RiskRating(likelihood="low")}


@pytest.mark.parametrize("name", TO_FILL_IN)
@pytest.mark.parametrize(("language", "opening"), [("en", "**Open: {}.**"), ("de", "**Offen: {}.**")])
def test_what_the_controller_has_not_stated_is_marked_counted_and_listed_at_the_top(tmp_path, name, language, opening):
    text = documents(tmp_path, {})[name, language]
    count = text.count(f"**{OPEN[language]}**")
    assert count == {"record_of_processing": 17, "threshold_check": 10, "impact_assessment": 35}[name]
    top = text[: text.index("\n## ")]
    assert opening.format(count) in top and "`config/shop/privacy.yaml`" in top
    points = [line for line in top.splitlines() if line.startswith("- ")]
    assert len(points) == len(set(points)) == count


def test_a_record_with_every_entry_has_no_mark_and_none_where_a_list_is_empty(tmp_path):
    found = documents(tmp_path, STATED)
    for language, none in (("en", "none"), ("de", "keine")):
        text = found["record_of_processing", language]
        assert OPEN[language] not in text
        assert f": {none}." in text
    assert "**Offen: 0.**" in found["record_of_processing", "de"]
    assert "Berichte" in found["record_of_processing", "de"] and "Reports" in found["record_of_processing", "en"]


def test_the_letters_a_to_g_of_article_30_are_sections_in_this_order(tmp_path):
    found = documents(tmp_path, STATED)
    for language, reference in (("en", r"\(Art\. 30\(1\)\(([a-g])\)\)"), ("de", r"\(Art\. 30 Abs\. 1 lit\. ([a-g])\)")):
        headings = [line for line in found["record_of_processing", language].splitlines() if line.startswith("## ")]
        assert re.findall(reference, "\n".join(headings)) == list("abcdefg")


def test_the_parts_of_article_35_7_are_sections_and_a_complete_frame_has_no_mark(tmp_path):
    points = {*impact.DESCRIPTION, *impact.NECESSITY, *impact.REVIEW}
    rated = {name: {"likelihood": "low", "severity": "high", "why": "so"} for name in impact.RISKS}
    full = {**STATED, "impact_assessment": {key: {"en": "text", "de": "Text"} for key in points}, "risks": rated}
    for language, reference in (("en", r"Art\. 35\(7\)\(([a-d])\)"), ("de", r"Art\. 35 Abs\. 7 lit\. ([a-d])")):
        text = documents(tmp_path / language, full)["impact_assessment", language]
        assert re.findall(reference, text) == list("abcd")
        assert OPEN[language] not in text
    assert "| gering | hoch | so |" in text and "12,3\N{NO-BREAK SPACE}%" in text


def test_the_schema_knows_the_points_risks_and_criteria_of_the_documents():
    known = read_yaml(ROOT / "config/company.schema.yaml")["properties"]["privacy.yaml"]["properties"]
    names = {key: set(known[key]["propertyNames"]["enum"]) for key in ("threshold_check", "impact_assessment", "risks")}
    assert names["threshold_check"] == {*threshold.NINE, *threshold.LISTED}
    assert names["impact_assessment"] == {*impact.DESCRIPTION, *impact.NECESSITY, *impact.REVIEW}
    assert names["risks"] == {*impact.RISKS}
    levels = read_yaml(ROOT / "config/company.schema.yaml")["$defs"]["level"]["enum"]
    assert all(set(read_yaml(path)["impact"]["levels"]) == set(levels) for path in WORDS)


@pytest.mark.parametrize(
    ("content", "key", "remedy"),
    [
        ({"impact_assessment": {"vulnerable": "no"}}, "impact_assessment", "criteria stand under threshold_check"),
        ({"expiry": {"every_days": 0}}, "expiry.every_days", "called at least once in so many days"),
        ({"risks": {"loss": {"severity": "huge"}}}, "risks.loss.severity", "low, limited, high or maximum"),
    ],
)
def test_a_fault_in_the_statements_names_its_key_and_what_to_write(content, key, remedy):
    schema = read_yaml(ROOT / "config/company.schema.yaml")
    part = {**schema["properties"]["privacy.yaml"], "$defs": schema["$defs"]}
    (fault,) = schema_faults(content, part)
    assert fault.startswith(f"{key}: ") and remedy in fault
    moved = {"threshold_check": {"vulnerable": {"applies": False, "why": "adults"}}, "expiry": {"every_days": 1}}
    assert [*schema_faults(moved, part)] == []


def test_a_deletion_that_nobody_scheduled_is_not_claimed(tmp_path):
    unscheduled = {key: value for key, value in STATED.items() if key != "expiry"}
    text = documents(tmp_path / "a", unscheduled)["record_of_processing", "de"]
    assert "Eine Löschung ist nicht eingeplant" in text and text.count(OPEN["de"]) == 1
    text = documents(tmp_path / "b", STATED)["record_of_processing", "de"]
    assert "mindestens alle 7 Tage: spätestens 37 Tage nach dem Ende des Laufs. ein Zeitgeber." in text
    assert "nicht eingeplant" not in text


def test_the_record_says_whether_a_database_has_the_data_and_asks_who_reads_it(tmp_path):
    stated = {**STATED, "database_readers": ["the reporting team"]}
    text = documents(tmp_path / "none", stated)["record_of_processing", "en"]
    assert "no database is named" in text and "reporting team" not in text
    text = documents(tmp_path / "named", stated, replace(HERE, has_database=True))["record_of_processing", "en"]
    assert "has not been published there" in text and "reporting team" in text
    said = {"database": "db | one", "schema": "run_r", "views": "elt_current", "published_at": "2026-11-28"}
    published = replace(HERE, has_database=True, publication=said)
    text = documents(tmp_path / "there", STATED, published)["record_of_processing", "en"]
    assert "last on 2026-11-28, in database db \\| one, schema run\\_r" in text
    assert text.count(OPEN["en"]) == 1 and "- Who may read the database" in text
    assert "neither `snakemake expire` nor `snakemake erase` deletes there" in text


def test_a_database_is_named_by_a_value_in_the_key_file_and_a_publication_by_its_file(tmp_path):
    keys = tmp_path / ".env"
    assert not is_named(keys, "POSTGRES_URL") and publication_of(tmp_path) is None
    keys.write_text("# POSTGRES_URL=postgresql://x\nPOSTGRES_URL=\nOTHER=1\n")
    assert not is_named(keys, "POSTGRES_URL")
    keys.write_text("OTHER=1\nPOSTGRES_URL = postgresql://x\n")
    assert is_named(keys, "POSTGRES_URL")
    said = {"database": "d", "schema": "run_r", "views": "v", "published_at": "2026-11-28"}
    write_json(tmp_path / "gold/_meta/publication.json", {**said, "rows": {}})
    assert publication_of(tmp_path) == said


def test_fields_have_their_meaning_in_the_language_and_a_missing_one_is_marked_and_counted(tmp_path):
    fields = [{**FIELDS[0], "description": {"en": "Number", "de": "Nummer"}}, *FIELDS[1:]]
    contracts = {"sales": Contract.of({**SALES, "fields": fields})}
    found = documents(tmp_path, STATED, contracts=contracts)
    german = found["record_of_processing", "de"]
    assert "| Nummer |" in german and "| City **(deutsche Fassung fehlt)** |" in german
    assert german.count("deutsche Fassung fehlt") == 2
    assert "**Felder ohne deutsche Beschreibung: 2.**" in german
    assert "| Number |" in found["record_of_processing", "en"] and "missing)" not in found["record_of_processing", "en"]


def cells(line):
    """Cells of a line of a table, as readers of Markdown count them."""
    return len(re.split(r"(?<!\\)\|", line.strip())) - 2


def uneven(text):
    """Lines of the tables of a document whose cells are not as many as those of their header."""
    wrong, width = [], None
    for line in text.splitlines():
        if not line.startswith("|"):
            width = None
            continue
        width = width or cells(line)
        wrong += [line] * (cells(line) != width)
    return wrong


BARS = "a | b\n| c | d |"


@pytest.mark.parametrize("stated", [{}, STATED, {**STATED, "measures": BARS, "deletion": BARS, "key_holders": [BARS],
    "purposes": [{"purpose": BARS, "legal_basis": BARS}], "recipients": [{"who": BARS, "why": BARS}],
    "third_countries": [{"country": BARS, "safeguards": BARS}], "expiry": {"every_days": 1, "how": BARS},
    "threshold_check": {"vulnerable": {"applies": True, "why": BARS}}, "impact_assessment": {"nature": BARS},
    "risks": {"loss": {"why": BARS}}, "controller": {"name": BARS}}], ids=["nothing", "all", "bars"])  # fmt: skip
def test_every_table_of_every_document_and_page_has_as_many_cells_in_each_row(tmp_path, stated):
    barred = [{**item, "description": f"{item['description']} {BARS}"} for item in FIELDS]
    contracts = {"sales": Contract.of({**SALES, "fields": barred, "department": BARS})}
    for (name, language), text in documents(tmp_path, stated, contracts=contracts).items():
        assert uneven(text) == []
        page = (tmp_path / f"out/{name}.{language}.html").read_text("utf-8")
        tables = re.findall(r"<table>.*?</table>", page, re.S)
        assert len(tables) == len(re.findall(r"(?m)^\| ---", text))
        for table in tables:
            assert len({len(re.findall("<t[dh][ >]", row)) for row in re.findall(r"<tr>.*?</tr>", table, re.S)}) == 1


def test_the_search_for_uneven_tables_finds_a_planted_one():
    assert uneven("| a | b |\n| --- | --- |\n| 1 | 2 | 3 |\n") == ["| 1 | 2 | 3 |"]
    with pytest.raises(ValueError, match="another number of cells"):
        markdown.table(["a", "b"], [["1"]])
    assert markdown.table(["a"], [[markdown.Markdown("`x|y`")]]) == "| a |\n| --- |\n| `x\\|y` |\n\n"


def test_every_personal_field_stands_in_record_and_map_and_no_other(tmp_path):
    for (name, _), text in documents(tmp_path, STATED).items():
        if name in ("record_of_processing", "data_map"):
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
    text = documents(tmp_path, {"threshold_check": answers})["threshold_check", "en"]
    rows = {
        line.split(" | ")[0].strip("| "): line.split(" | ")[2:] for line in text.splitlines() if line.startswith("| ")
    }
    assert rows["Evaluation or scoring, including profiling and predicting"] == ["touched", "– |"]
    assert rows["Systematic monitoring"] == ["for a person to judge", "yes: for a year |"]
    assert rows["Data concerning vulnerable data subjects"] == ["for a person to judge", "no: adults |"]
    assert OPEN["en"] in rows["Data processed on a large scale"][1]
    assert "**Of the nine criteria at least 2 are touched." in text
    assert text.startswith(
        "# Threshold check for an impact assessment (Art. 35 GDPR): 2 of 11 criteria touched, 8 open"
    )


def test_german_documents_write_numbers_as_germans_do(tmp_path):
    found = documents(tmp_path, STATED)
    assert "1.234" in found["threshold_check", "de"] and "1,234" in found["threshold_check", "en"]


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
    found = documents(tmp_path, STATED, acknowledged=(find,))
    for language, why in (("en", "a town"), ("de", "eine Stadt")):
        text = found["record_of_processing", language]
        assert "`gold.people.name`" in text and "`reports/r.md`" in text and f": {why}." in text
