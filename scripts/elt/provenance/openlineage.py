"""A run as events of OpenLineage 2-0-2, a line each: start and end of the run, and the end of each of its steps.

Data sets are called by their paths in the run, so that a table is the same one in the next run; the namespace is the
company. Nothing is sent anywhere.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from elt.provenance.column_lineage import ColumnLineage, Field
from elt.provenance.processing import english
from elt.provenance.stated_steps import ENGINE_PAGE, StatedSteps, Step
from elt.run.contract import Contract
from elt.run.mart import Mart

PRODUCER = ENGINE_PAGE  # the project has no address of its own
SPEC = "https://openlineage.io/spec"
EVENT = f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"
FACETS = {  # facet -> its schema
    "parent": "1-2-0/ParentRunFacet",
    "processing_engine": "1-1-1/ProcessingEngineRunFacet",
    "jobType": "2-0-4/JobTypeJobFacet",
    "schema": "1-2-0/SchemaDatasetFacet",
    "columnLineage": "1-2-0/ColumnLineageDatasetFacet",
    "version": "1-0-1/DatasetVersionDatasetFacet",
    "tags": "1-0-0/TagsDatasetFacet",
    "outputStatistics": "1-0-2/OutputStatisticsOutputDatasetFacet",
}
PROCESSING = "urn:elt-data-warehouse:ProcessingRunFacet:1-0-0"  # docs/architecture/ProcessingRunFacet.json
PERSONAL = "personal"  # the tag that gives the class of a column
Facets = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Told:
    """What the events are made from: the steps, name and tables of the company, the lineage, the facet of Art. 30."""

    stated: StatedSteps
    company: str
    contracts: Mapping[str, Contract]
    marts: Mapping[str, Mart]
    lineage: ColumnLineage
    processing: Mapping[str, Any]

    @property
    def namespace(self) -> str:
        """Where jobs and data sets of a company have their names."""
        return f"elt/{self.company}"


def facet(name: str, /, **content: Any) -> Facets:
    """A facet under its name, with its schema."""
    schema, kind = FACETS[name], FACETS[name].partition("/")[2]
    return {name: {"_producer": PRODUCER, "_schemaURL": f"{SPEC}/facets/{schema}.json#/$defs/{kind}", **content}}


def run_id(told: Told, step: str = "") -> str:
    """The UUID of the run or of one of its steps: the same whenever it is asked for."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{told.stated.run.name} {told.stated.content['root']} {step}"))


def event(told: Told, kind: str, time: str, job: str, **more: Any) -> dict[str, Any]:
    """An event of the run (job is empty) or of a step; `more`: facets of run and job, inputs, outputs."""
    name = job or "run"
    about = facet("jobType", processingType="BATCH", integration="SNAKEMAKE", jobType="JOB" if job else "WORKFLOW")
    return {
        "eventType": kind,
        "eventTime": time,
        "producer": PRODUCER,
        "schemaURL": EVENT,
        "run": {"runId": run_id(told, job), "facets": more.get("facets", {})},
        "job": {"namespace": told.namespace, "name": name, "facets": about},
        "inputs": more.get("inputs", []),
        "outputs": more.get("outputs", []),
    }


def events(told: Told) -> Iterator[dict[str, Any]]:
    """All events of a run, in the order of its steps."""
    content = told.stated.content
    version = content["versions"]["snakemake"]
    about = facet("processing_engine", name="Snakemake", version=version, openlineageAdapterVersion=version)
    about |= {"elt_processing": {"_producer": PRODUCER, "_schemaURL": PROCESSING, **told.processing}}
    if content["started_at"]:
        yield event(told, "START", content["started_at"], "", facets=about)
    parent = {"run": {"runId": run_id(told)}, "job": {"namespace": told.namespace, "name": "run"}}
    for step in told.stated.steps:
        facets, made = facet("parent", **parent), [output(told, name) for name in step.made]
        yield event(told, "COMPLETE", step.ended, step.name, facets=facets, inputs=inputs(told, step), outputs=made)
    yield event(told, "COMPLETE", content["finished_at"], "", facets=about)


def inputs(told: Told, step: Step) -> list[dict[str, Any]]:
    """What a step has read of the run; bronze reads raw files, which are called as the run calls them."""
    read = dict(step.read)
    own = step.name.partition("/")[2]
    if step.rule == "bronze_file":
        read[f"raw/{own}"] = told.stated.content["raw_files"][own]["sha256"]
    return [
        {"namespace": told.namespace, "name": name, "facets": facet("version", datasetVersion=sha)}
        for name, sha in read.items()
    ]


def output(told: Told, name: str) -> dict[str, Any]:
    """What a step has made: version, size, and of a table its schema, its personal classes and its lineage."""
    entry = told.stated.files[name]
    rows = {"rowCount": entry["rows"]} if "rows" in entry else {}
    return {
        "namespace": told.namespace,
        "name": name,
        "facets": facet("version", datasetVersion=entry["sha256"]) | schema(told, name) | lineage(told, name),
        "outputFacets": facet("outputStatistics", size=entry["bytes"], **rows),
    }


def columns_of(told: Told, name: str) -> list[Any]:
    """Columns of a table of silver or gold, or of a raw file, by its path in the run."""
    path = PurePosixPath(name)
    if path.parent.as_posix() == "bronze/data":
        tables = [table for table, files in told.lineage.raw.items() if path.name in files]
        fields = told.contracts[tables[0]].fields if tables else ()
        return [field for field in fields if field.compute is None]
    if path.parent.as_posix() in ("silver/data", "silver/parquet") and path.stem in told.contracts:
        return list(told.contracts[path.stem].fields)
    is_mart = path.parent.as_posix() in ("gold/data", "gold/parquet") and path.stem in told.marts
    return list(told.marts[path.stem].columns) if is_mart else []


def schema(told: Told, name: str) -> Facets:
    """Type and meaning of the columns of a table, and the class of each that is personal."""
    columns = columns_of(told, name)
    if not columns:
        return {}
    fields = [
        {"name": column.name, "type": column.type, "description": english(column.description)} for column in columns
    ]
    tags = [
        {"key": PERSONAL, "value": column.personal, "source": "contract", "field": column.name}
        for column in columns
        if column.personal != "none"
    ]
    return facet("schema", fields=fields) | (facet("tags", tags=tags) if tags else {})


def lineage(told: Told, name: str) -> Facets:
    """Where the columns of a file come from, if that is known."""
    found = told.lineage.of(name)
    if found is None:
        return {}
    fields = {
        column: {"inputFields": [input_field(told, field, "DIRECT") for field in made]}
        for column, made in found.columns.items()
        if made
    }
    chosen_by = [input_field(told, field, "INDIRECT") for field in found.chosen_by]
    return facet("columnLineage", fields=fields, dataset=chosen_by)


def input_field(told: Told, field: Field, kind: str) -> dict[str, Any]:
    """A column that values come from, and whether they are masked on the way."""
    name, column, is_masked = field
    how = {"type": kind, "subtype": "TRANSFORMATION" if kind == "DIRECT" else "FILTER", "masking": is_masked}
    return {"namespace": told.namespace, "name": name, "field": column, "transformations": [how]}


def text(told: Told) -> str:
    """The events as NDJSON."""
    return "".join(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n" for line in events(told))
