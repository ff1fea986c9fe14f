"""`snakemake provenance`: a run as an RO-Crate and as events of OpenLineage, valid by the libraries of others."""

import csv
import json
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import REAL, ROOT, Project, clone
from flat_shop import EXPORT, FlatShop

import privacy_leaks
from elt import receipts
from elt.files import read_json, read_yaml, sha256
from elt.privacy import leak_tables
from elt.privacy.leak_explained import Surroundings
from elt.privacy.leak_files import SearchedFiles
from elt.run import manifest, settings

pytestmark = pytest.mark.slow

CONFIG = ("--config", "seed=42", "run_id=sample")
VALIDATORS = ROOT / ".venv-provenance/bin/python"
needs_validators = pytest.mark.skipif(
    not VALIDATORS.exists(), reason="the validators need rdflib and more; .ci/run gives them a venv of their own"
)
CRATE_IS_VALID = """
import json, sys
from pathlib import Path
from types import SimpleNamespace
import rocrate
from rocrate_validator import models, services
from rocrate_validator.utils import document_loader, http
context = json.loads((Path(rocrate.__file__).parent / "data/ro-crate.jsonld").read_text("utf-8"))
# rocrate has the context of RO-Crate 1.3, in which these two names are other ones than in that of 1.1
context["@context"] |= {name: "https://bioschemas.org/" + name for name in ("ComputationalWorkflow", "FormalParameter")}
def served(self, url, **more):
    assert url == "https://w3id.org/ro/crate/1.1/context", url
    text, kind = json.dumps(context), {"Content-Type": "application/ld+json"}
    return SimpleNamespace(status_code=200, ok=True, json=lambda: context, text=text, headers=kind)
document_loader._fetch_json_ld = lambda url: served(None, url).json()
http.HttpRequester.get = served
found = services.validate(services.ValidationSettings(
    rocrate_uri=sys.argv[1], profile_identifier="provenance-run-crate", skip_availability_check=True,
    metadata_only=True,  # the workflow itself lies outside the run, and is named by its hash
    requirement_severity=models.Severity.REQUIRED,
))
print("\\n".join(f"{issue.check.identifier}: {issue.message}" for issue in found.get_issues()))
"""
EVENTS_ARE_READ = """
import sys
from pathlib import Path
import attr, cattrs, json
from openlineage.client import event_v2
from openlineage.client import facet_v2 as known
from openlineage.client.generated import tags_dataset
kinds = {
    "parent": known.parent_run.ParentRunFacet, "processing_engine": known.processing_engine_run.ProcessingEngineRunFacet,
    "jobType": known.job_type_job.JobTypeJobFacet, "schema": known.schema_dataset.SchemaDatasetFacet,
    "columnLineage": known.column_lineage_dataset.ColumnLineageDatasetFacet, "tags": tags_dataset.TagsDatasetFacet,
    "version": known.dataset_version_dataset.DatasetVersionDatasetFacet,
    "outputStatistics": known.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet,
}
read = cattrs.Converter(forbid_extra_keys=True)
own = ("_producer", "_schemaURL")
def check(facets):
    for name, facet in facets.items():
        if name == "elt_processing":
            continue
        assert facet["_schemaURL"] == kinds[name]._get_schema(), facet["_schemaURL"]
        read.structure({key: value for key, value in facet.items() if key not in own}, kinds[name])
count = 0
for line in Path(sys.argv[1]).read_text("utf-8").splitlines():
    event = json.loads(line)
    assert event["schemaURL"] == event_v2.RunEvent._get_schema()
    run, job = event["run"], event["job"]
    event_v2.RunEvent(
        eventType=event_v2.RunState[event["eventType"]], eventTime=event["eventTime"], producer=event["producer"],
        run=event_v2.Run(runId=run["runId"]), job=event_v2.Job(namespace=job["namespace"], name=job["name"]),
    )
    check(run["facets"]); check(job["facets"])
    for data in (*event["inputs"], *event["outputs"]):
        assert {"namespace", "name", "facets"} <= data.keys() <= {"namespace", "name", "facets", "outputFacets"}
        check(data["facets"]); check(data.get("outputFacets", {}))
    count += 1
print(count)
"""


@pytest.fixture(scope="module")
def told(sample_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the finished project in which the provenance was asked for."""
    project = clone(sample_project, tmp_path_factory.mktemp("provenance") / "project")
    done = project.snakemake("provenance", *CONFIG)
    assert done.returncode == 0, done.stdout[-3000:]
    return project


@dataclass(frozen=True)
class Company:
    """A project with a finished run of a company, of which the provenance was asked for."""

    project: Project
    run: str
    settings: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """The run."""
        return self.project.run(self.run)


@pytest.fixture(scope="module", params=["sample", "flat shop", "bike retailer"])
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Each company in turn; the bike retailer where its data are."""
    if request.param == "sample":
        return Company(request.getfixturevalue("told"), "sample", ())
    if request.param == "flat shop":
        project = FlatShop(tmp_path_factory.mktemp("provenance") / "flat").project
        (project.folder / "exports").mkdir()
        shutil.copy2(EXPORT, project.folder / "exports")
        made = Company(project, "flat", ("company=config/flat_shop", "raw=exports"))
    else:
        finished = Project(request.getfixturevalue("real_run").parents[2])
        beside = tempfile.mkdtemp(
            dir=finished.folder.parent
        )  # a run belongs to its raw folder as seen from the project
        copied = clone(finished, Path(beside))
        made = Company(copied, "real", (f"raw={REAL}",))
    done = made.project.snakemake("provenance", "--config", "seed=42", f"run_id={made.run}", *made.settings)
    assert done.returncode == 0, done.stdout[-3000:]
    return made


def entities(project: Project) -> dict[str, Any]:
    """The entities of the crate by identifier."""
    return {entity["@id"]: entity for entity in read_json(project.run("sample") / manifest.CRATE)["@graph"]}


def events(project: Project) -> list[dict[str, Any]]:
    """The events of the run."""
    lines = (project.run("sample") / manifest.EVENTS).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_it_is_made_when_asked_for_and_is_no_part_of_the_run(told):
    assert told.jobs("provenance", *CONFIG, dry=True) == set() and told.jobs(*CONFIG, dry=True) == set()
    done = told.snakemake("verify", "--config", "run_id=sample")
    assert done.returncode == 0 and "Run sample is as its manifest says." in done.stdout
    for name in (manifest.CRATE, manifest.EVENTS):
        path = told.run("sample") / name
        assert path.stat().st_mode & 0o777 == 0o640
        path.write_bytes(path.read_bytes() + b"\n")
    done = told.snakemake("verify", "--config", "run_id=sample")
    assert done.returncode == 1 and all(
        f"{name} was changed" in done.stdout for name in (manifest.CRATE, manifest.EVENTS)
    )
    assert told.jobs("provenance", *CONFIG) == {"audit_provenance", "provenance"}
    assert told.snakemake("verify", "--config", "run_id=sample").returncode == 0


def test_every_file_of_the_run_is_in_the_crate_with_its_hash_and_size(told):
    found, run = entities(told), told.run("sample")
    stated = read_json(run / manifest.NAME)["files"]
    assert len(stated) > 200
    for name in (*stated, manifest.NAME, manifest.EVENTS):
        assert (found[name]["sha256"], found[name]["contentSize"]) == (
            sha256(run / name),
            str((run / name).stat().st_size),
        )


def test_each_step_has_read_and_made_what_the_receipts_say(told):
    found, run = entities(told), told.run("sample")
    at = {event["job"]["name"]: event for event in events(told)}
    for name in read_json(run / manifest.NAME)["files"]:
        receipt = receipts.stated(run, name)
        action, event = found[f"#action/{receipt['job']}"], at[receipt["job"]]
        read = {path for path in receipt["inputs"] if not path.startswith("outside ")}
        objects = action["object"] if isinstance(action["object"], list) else [action["object"]]
        assert {item["@id"] for item in objects if not item["@id"].startswith("ni:")} == read
        assert {item["name"] for item in event["inputs"] if not item["name"].startswith("raw/")} == read
        made = {item["name"]: item["facets"]["version"]["datasetVersion"] for item in event["outputs"]}
        assert made[name] == receipt["sha256"]


def origins(made: dict[str, Any], name: str, column: str) -> set[tuple[str, str]]:
    """(file of bronze, column) that a column of a file comes from, step by step through the events."""
    if name.startswith("bronze/"):
        return {(name, column)}
    fields = made[name]["columnLineage"]["fields"][column]["inputFields"]
    return {leaf for field in fields for leaf in origins(made, field["name"], field["field"])}


def test_revenue_and_pseudonym_are_traced_to_the_columns_of_the_raw_files(told):
    made = {item["name"]: item["facets"] for event in events(told) for item in event["outputs"]}
    sales = "bronze/data/sales_details.csv"
    revenue = {(sales, "sls_sales"), (sales, "sls_quantity"), (sales, "sls_price")}
    assert origins(made, "gold/data/agg_exec_kpis.csv", "revenue") == revenue
    segments = "step3_segmentation/data/customer_segments.csv"
    assert origins(made, segments, "customer") == {("bronze/data/cust_info.csv", "cst_key")}
    (field,) = made[segments]["columnLineage"]["fields"]["customer"]["inputFields"]
    assert field["transformations"][0]["masking"] is True
    data_map = read_json(told.run("sample") / "_meta/privacy/data_map.json")
    for mart, entry in data_map["marts"].items():
        for column, facts in entry["columns"].items():
            raw = {name for name in facts["raw"] if "(rows)" not in name}
            if raw:
                found = {name for _, name in origins(made, f"gold/data/{mart}.csv", column)}
                assert found == {name.partition(".")[2] for name in raw}, (mart, column)


def finds(company: Company, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Columns of which the leak gate finds values in the two files."""
    monkeypatch.chdir(company.project.folder)
    run = Path("artifacts/runs", company.run)
    asked = dict(setting.split("=", 1) for setting in company.settings)
    config = settings.prepared({**read_yaml("config/config.yaml"), **asked})
    told, faults = settings.load(config, Path())
    assert not faults
    known = leak_tables.tables_of(run, {name: table.classed for name, table in told.tables()})
    personal = [table for table in known if table.of_class("quasi", *leak_tables.SEARCHED)]
    files = SearchedFiles(run, (run / manifest.CRATE, run / manifest.EVENTS), ())
    own = [
        path.read_text("utf-8") for folder in ("config", "scripts/templates") for path in Path(folder).rglob("*.y*ml")
    ]
    terms = privacy_leaks.terms_of(files, known, personal, [], Surroundings(run, own))
    return [find.column for find in privacy_leaks.finds_of(files, terms, personal)]


def direct_values(run: Path) -> set[str]:
    """Names and numbers of the customers of a run, as gold has them, of five characters or more."""
    with (run / "gold/data/dim_customer.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [name for name in rows[0] if name.endswith("name") or name == "customer_number"]
    found = {row[column] for row in rows for column in columns if len(row[column]) >= 5}
    return found | {f"{row['first_name']} {row['last_name']}" for row in rows if row.get("last_name")}


def test_the_leak_gate_finds_no_personal_value_in_either_and_finds_one_that_is_put_there(company, monkeypatch):
    assert finds(company, monkeypatch) == []
    planted = max(direct_values(company.folder), key=len)
    path = company.folder / manifest.EVENTS
    whole = path.read_bytes()
    path.write_bytes(whole + json.dumps({"name": planted}, ensure_ascii=False).encode())
    try:
        assert finds(company, monkeypatch) != []
    finally:
        path.write_bytes(whole)


def test_no_name_or_number_of_a_customer_stands_in_either_whoever_looks(company):
    texts = [(company.folder / name).read_text("utf-8") for name in (manifest.CRATE, manifest.EVENTS)]
    words = {word for text in texts for word in re.findall(r'"((?:[^"\\]|\\.)*)"', text)}
    values = direct_values(company.folder)
    assert len(values) > 100 and not values & words
    assert not [value for value in values if " " in value and any(value in text for text in texts)]


@needs_validators
def test_the_crate_has_all_that_a_provenance_run_crate_must_have(company):
    asked = [VALIDATORS, "-c", CRATE_IS_VALID]
    done = subprocess.run([*asked, company.folder], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr[-2000:]


@needs_validators
def test_every_event_is_read_by_the_client_of_openlineage(company):
    asked = [VALIDATORS, "-c", EVENTS_ARE_READ, company.folder / manifest.EVENTS]
    done = subprocess.run(asked, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) == len((company.folder / manifest.EVENTS).read_text("utf-8").splitlines()) > 30
