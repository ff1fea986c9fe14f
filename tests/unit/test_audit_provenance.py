"""A run in the words of other programs: every file and every step is told, as manifest and receipts have them."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from one_table import contract, field

import audit_provenance
from elt import receipts
from elt.faults import Fault
from elt.files import read_json, sha256, write_json, write_text
from elt.provenance import column_lineage, crate, openlineage, processing
from elt.provenance.column_lineage import ColumnLineage
from elt.provenance.stated_steps import StatedSteps, Step, in_order
from elt.run import manifest
from elt.run.columns import Column
from elt.run.contract import Contract
from elt.run.controller import ControllerStatements
from elt.run.mart import Mart

SCHEMA = read_json(Path(__file__).resolve().parents[2] / "docs/architecture/ProcessingRunFacet.json")
SECOND = 1_795_957_668
RAW, SILVER, GOLD, PUBLISHED = (
    "bronze/data/people.csv", "silver/parquet/people.parquet", "gold/data/dim_person.csv", "reports/groups.json",
)  # fmt: skip
STEPS = {  # step -> what it makes and reads
    "silver_table/people": ([SILVER], [RAW]),
    "bronze_file/people.csv": ([RAW], []),
    "gold_mart/dim_person": ([GOLD], [SILVER]),
    "eda_summary": ([PUBLISHED], [GOLD]),
}
PEOPLE = Contract.of(
    contract(
        field("id", "integer", personal="identifier", description={"en": "Number", "de": "Nummer"}),
        field("town"),
        field("net", "decimal"),
        field("gross", "decimal"),
        repairs=[{"field": "gross", "when": "gross IS NULL", "set": "net * 1.19", "why": "made of the net amount"}],
    )
)
COLUMNS = (Column("person", "integer", personal="identifier", description="Person"), Column("gross", "decimal"))
MART = Mart("dim_person", "Persons", "one row a person", ("person",), COLUMNS)
MAP = {
    "marts": {
        "dim_person": {
            "chosen_by": ["people.town"],
            "columns": {
                "person": {"personal": "identifier", "from": ["silver.people.id"]},
                "gross": {
                    "personal": "none",
                    "from": ["silver.people.gross", "silver.people.(rows)", "calendar.days.date"],
                },
            },
        }
    },
    "published": [
        {
            "file": PUBLISHED,
            "what": "by",
            "form": "groups",
            "from": ["gold.dim_person.person", "gold.dim_person.gross"],
        },
        {"file": PUBLISHED, "what": "sum", "form": "figure", "from": ["gold.dim_person.person"]},
        {"file": PUBLISHED, "what": "of silver", "form": "share", "from": ["silver.people.id"]},
    ],
}
POLICY = {
    "classes": {"none": "as it is"}, "retention": {"days": 30}, "pseudonyms": {"scheme": "HMAC", "version": "v1", "key_id": "k"},
    "thresholds": {"minimum_group": 5}, "status": "Pseudonymised.",
}  # fmt: skip
CONTROLLER = ControllerStatements.of(
    {
        "controller": {"name": "Beispiel GmbH"},
        "data_protection_officer": {"name": "Erika Mustermann"},
        "purposes": [{"purpose": {"en": "Report", "de": "Bericht"}, "legal_basis": "Art. 6(1)(f)"}],
        "recipients": [{"who": "Management"}],
        "third_countries": [],
    }
)
TIME = "2026-11-29T13:07:09.662845+00:00"


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A complete run of four steps, with receipts and manifest."""
    monkeypatch.setenv(receipts.CALL_VARIABLE, TIME)
    run = Path("artifacts/runs/mine")
    write_json(run / "bronze/_meta/files/people.csv.json", {"sha256": "ab" * 32, "records": 7, "table": "people"})
    for step, (made, read) in sorted(STEPS.items()):
        for name in made:
            write_text(run / name, step)
            inputs = dict.fromkeys(read, "not yet") | {"outside 00": "cd" * 32}
            receipts.write(run, name, {"job": step, "inputs": inputs, "sha256": sha256(run / name), "bytes": 1})
    for step, (made, read) in STEPS.items():
        for name in made:
            inputs = {path: sha256(run / path) for path in read} | {"outside 00": "cd" * 32}
            os.utime(run / name, (SECOND, SECOND))
            facts = {"job": step, "code": "c", "params": "p", "inputs": inputs, "versions": manifest.versions()}
            receipts.write(run, name, {**facts, "sha256": sha256(run / name), **receipts.look(run / name)})
    settings = {
        "seed": 42,
        "raw": "raw/of/Mustermann",
        "objections": "who.csv",
        "company": "config/firm",
        "k": {"a": 1},
    }
    names = [name for made, _ in STEPS.values() for name in made]
    write_json(run / manifest.NAME, manifest.describe(run, "complete", settings, names))
    return run


def told(run: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Entities of the crate by identifier, and the events."""
    write_json("policy.json", POLICY)
    write_json("map.json", MAP)
    audit_provenance.main(
        run=run, policy="policy.json", data_map="map.json", bronze=[str(run / "bronze/_meta/files/people.csv.json")],
        tables={"contracts": {"people": PEOPLE}, "marts": {"dim_person": MART}}, company="firm",
        controller=[CONTROLLER], mode=0o640,
    )  # fmt: skip
    entities = read_json(run / manifest.CRATE)["@graph"]
    lines = (run / manifest.EVENTS).read_text("utf-8").splitlines()
    assert len({entity["@id"] for entity in entities}) == len(entities)
    return {entity["@id"]: entity for entity in entities}, [json.loads(line) for line in lines]


def ids(value: Any) -> set[str]:
    """Identifiers of what is referred to."""
    return {one["@id"] for one in (value if isinstance(value, list) else [value])}


def test_every_file_of_the_manifest_is_in_the_crate_with_hash_and_size_and_so_are_manifest_and_events(run):
    entities, _ = told(run)
    for name, entry in read_json(run / manifest.NAME)["files"].items():
        found = entities[name]
        assert (found["sha256"], found["contentSize"]) == (entry["sha256"], str(entry["bytes"]))
    for name in (manifest.NAME, manifest.EVENTS):
        assert entities[name]["sha256"] == sha256(run / name)
    files = {name for name, entity in entities.items() if "File" in entity["@type"]}
    assert files == ids(entities["./"]["hasPart"])
    assert entities[RAW]["encodingFormat"] == "text/csv" and "encodingFormat" not in crate.file_entity("x", "x", "ab")


def test_every_reference_leads_to_an_entity_or_a_page_of_the_standard(run):
    entities, _ = told(run)
    for entity in entities.values():
        for key, value in entity.items():
            if isinstance(value, dict | list) and key not in ("@type", "conformsTo"):
                assert ids(value) <= entities.keys(), (entity["@id"], key)


def test_each_step_has_read_and_made_what_its_receipts_say(run):
    entities, events = told(run)
    at = {event["job"]["name"]: event for event in events if event["job"]["name"] != "run"}
    for step, (made, read) in STEPS.items():
        action = entities[f"#action/{step}"]
        before = {crate.named_by("ab" * 32)} if step.startswith("bronze") else set(read)
        assert (ids(action["object"]) if action["object"] else set()) == before and ids(action["result"]) == set(made)
        inputs = {item["name"]: item["facets"]["version"]["datasetVersion"] for item in at[step]["inputs"]}
        expected = {path: sha256(run / path) for path in read} or {"raw/people.csv": "ab" * 32}
        outputs = {item["name"]: item["facets"]["version"]["datasetVersion"] for item in at[step]["outputs"]}
        assert inputs == expected and outputs == {name: sha256(run / name) for name in made}
        assert at[step]["eventTime"] == action["endTime"] == "2026-11-29T13:07:48+00:00"
    assert [*at] == ["bronze_file/people.csv", "silver_table/people", "gold_mart/dim_person", "eda_summary"]


def test_the_run_begins_before_its_steps_and_each_step_belongs_to_it(run):
    _, events = told(run)
    first, *steps, last = events
    assert (first["eventType"], first["eventTime"], last["eventType"]) == ("START", TIME, "COMPLETE")
    assert first["run"]["runId"] == last["run"]["runId"]
    assert {event["run"]["facets"]["parent"]["run"]["runId"] for event in steps} == {first["run"]["runId"]}
    assert len({event["run"]["runId"] for event in events}) == len(STEPS) + 1


def traced(events: list[dict[str, Any]], name: str, column: str) -> set[tuple[str, str]]:
    """(raw file of bronze, column) to which the column lineage of the events leads from a column of a file."""
    outputs = {made["name"]: made["facets"] for event in events for made in event["outputs"]}
    fields = outputs.get(name.replace("parquet", "data", 1).replace(".parquet", ".csv"), {}) | outputs.get(name, {})
    if name.startswith("bronze/"):
        return {(name, column)}
    origins = fields["columnLineage"]["fields"][column]["inputFields"]
    return {leaf for origin in origins for leaf in traced(events, origin["name"], origin["field"])}


def test_a_column_is_traced_to_the_columns_of_the_raw_file_that_it_comes_from(run):
    _, events = told(run)
    assert traced(events, GOLD, "gross") == {(RAW, "gross"), (RAW, "net")}
    assert traced(events, PUBLISHED, "by") == {(RAW, "id"), (RAW, "gross"), (RAW, "net")}
    assert traced(events, GOLD, "person") == {(RAW, "id")}
    chosen_by = next(made for event in events for made in event["outputs"] if made["name"] == GOLD)["facets"]
    assert [(field["name"], field["field"]) for field in chosen_by["columnLineage"]["dataset"]] == [(RAW, "town")]


def test_masked_is_what_is_personal_and_published_in_another_form(run):
    lineage = ColumnLineage({"people": PEOPLE}, {"people": ["people.csv"]}, MAP)
    found = lineage.of(f"_closed/{PUBLISHED}")
    person, gross = ("gold/parquet/dim_person.parquet", "person"), ("gold/parquet/dim_person.parquet", "gross")
    assert found == column_lineage.Lineage(
        {"by": [(*gross, False), (*person, True)], "sum": [(*person, False)],
         "of silver": [("silver/parquet/people.parquet", "id", True)]}, [],
    )  # fmt: skip
    assert lineage.of("reports/other.md") is None and lineage.of("gold/data/other.csv") is None


def test_a_table_has_its_schema_its_meaning_and_the_classes_of_its_personal_columns(run):
    _, events = told(run)
    facets = {made["name"]: made["facets"] for event in events for made in event["outputs"]}
    tags = [{"key": "personal", "value": "identifier", "source": "contract", "field": "id"}]
    for name in (RAW, SILVER):
        assert facets[name]["schema"]["fields"][0] == {"name": "id", "type": "integer", "description": "Number"}
        assert facets[name]["tags"]["tags"] == tags
    assert [one["name"] for one in facets[GOLD]["schema"]["fields"]] == ["person", "gross"]
    assert "schema" not in facets[PUBLISHED] and "tags" not in facets[PUBLISHED]


def test_the_facet_of_the_processing_fits_its_schema_and_names_nobody(run):
    _, events = told(run)
    found = events[0]["run"]["facets"]["elt_processing"]
    jsonschema.validate(found, SCHEMA, format_checker=jsonschema.FormatChecker())
    assert found["_schemaURL"] == SCHEMA["$id"] == openlineage.PROCESSING
    assert found["purposes"] == [{"purpose": "Report", "legalBasis": "Art. 6(1)(f)"}]
    assert found["thirdCountries"] == [] and "dataSubjects" not in found and "key_id" not in found["pseudonyms"]
    assert "Muster" not in json.dumps(found) and "Beispiel" not in json.dumps(found)
    assert (
        processing.facet(POLICY, ControllerStatements()).keys() & {"purposes", "recipients", "thirdCountries"} == set()
    )


def test_settings_that_name_files_are_not_told_nor_are_the_names_of_what_was_read_outside(run):
    told(run)
    for name in (manifest.CRATE, manifest.EVENTS):
        text = (run / name).read_text("utf-8")
        assert not any(word in text for word in ("Mustermann", "who.csv", "config/firm", str(Path.cwd())))
        assert (run / name).stat().st_mode & 0o777 == 0o640
    entities = {entity["@id"]: entity for entity in read_json(run / manifest.CRATE)["@graph"]}
    settings = [entity for entity in entities.values() if entity["@type"] == "PropertyValue"]
    assert [(entity["name"], entity["value"]) for entity in settings] == [("seed", "42")]


def test_the_same_run_is_told_in_the_same_bytes(run):
    told(run)
    before = [(run / name).read_bytes() for name in (manifest.CRATE, manifest.EVENTS)]
    told(run)
    assert [(run / name).read_bytes() for name in (manifest.CRATE, manifest.EVENTS)] == before


def test_a_run_of_which_nobody_knows_when_it_began_has_no_start(run):
    content = read_json(run / manifest.NAME)
    stated = StatedSteps(run, {**content, "started_at": ""}, ())
    lineage = ColumnLineage({}, {}, {"marts": {}, "published": []})
    events = list(openlineage.events(openlineage.Told(stated, "firm", {}, {}, lineage, {})))
    assert [event["eventType"] for event in events] == ["COMPLETE"]
    assert "startTime" not in next(crate.actions(stated))


@pytest.mark.remedy(
    "elt.provenance.stated_steps", "Call the whole run again: what is not as its step wrote it is made anew"
)
@pytest.mark.parametrize("damage", ["failed", "manifest", "receipt", "other receipt", "no job"])
def test_a_run_that_is_not_complete_or_whose_receipts_do_not_fit_is_not_told(run, damage):
    path, receipt = run / manifest.NAME, receipts.stated(run, GOLD) or {}
    whole = path.read_text("utf-8")
    if damage == "failed":
        write_json(path, manifest.describe(run, "failed", {}, [GOLD]))
    elif damage == "manifest":
        path.unlink()
    elif damage == "receipt":
        receipts.remove(run, GOLD)
    else:
        receipts.write(run, GOLD, {**receipt, **({"job": 7} if damage == "no job" else {"sha256": "0"})})
    with pytest.raises(Fault, match="Call the whole run again"):
        told(run)
    assert not (run / manifest.CRATE).exists() and not (run / manifest.EVENTS).exists()
    write_text(path, whole)
    receipts.write(run, GOLD, receipt)
    told(run)


def test_steps_that_have_read_what_the_other_one_made_have_no_order():
    one, other = Step("a", TIME, {"x": "0"}, {"y": "0"}), Step("b", TIME, {"y": "0"}, {"x": "0"})
    with pytest.raises(Fault, match="two steps have read what the other one made"):
        in_order([one, other])
    assert in_order([one, Step("b", TIME, {"y": "0"}, {})])[0].name == "b"
