"""A run as a Provenance Run Crate (https://w3id.org/ro/wfrun/provenance/0.5, on RO-Crate 1.1): its files and its steps.

Only what the manifest and the receipts state is in it: names of files as the run calls them, hashes, sizes, steps and
settings. Names of raw files, of the machine and of who ran it are not.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from elt.files import sha256
from elt.provenance.stated_steps import ENGINE_PAGE, StatedSteps, Step
from elt.run import manifest

CONTEXT = ("https://w3id.org/ro/crate/1.1/context", {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"})
CRATE = "https://w3id.org/ro/crate/1.1"
WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    WORKFLOW_CRATE: "Workflow RO-Crate",
}
FORMATS = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".ndjson": "application/x-ndjson",
    ".parquet": "application/vnd.apache.parquet",
    ".svg": "image/svg+xml",
    ".yaml": "application/yaml",
}
PRIVATE_SETTINGS = {"company", "erase_from", "objections", "raw"}  # they name files or folders of who runs it
ENGINE = "#snakemake"
COMPLETED = "http://schema.org/CompletedActionStatus"
TERMS = {
    "@id": "#terms",
    "@type": "CreativeWork",
    "name": "Internal",
    "description": "Pseudonymised tables are personal data for whoever holds the key; protected layers hold names.",
}
Entity = dict[str, Any]


def ref(identifier: str) -> Entity:
    """A reference to an entity."""
    return {"@id": identifier}


def refs(identifiers: Iterable[str]) -> Entity | list[Entity]:
    """References to entities, in their order; one alone stands without a list, as RO-Crate wants it."""
    found = [ref(identifier) for identifier in dict.fromkeys(identifiers)]
    return found[0] if len(found) == 1 else found


def named_by(sha: str) -> str:
    """A name of what lies outside the run, by its hash alone (RFC 6920): its own name may be a person's."""
    digest = base64.urlsafe_b64encode(bytes.fromhex(sha)).decode().rstrip("=")
    return f"ni:///sha-256;{digest}"


def place(name: str) -> str:
    """The identifier of a file of the run: its path, as a URI has it."""
    return quote(name)


def file_entity(identifier: str, name: str, sha: str, size: int | None = None) -> Entity:
    """A file by its identifier; `name`: what it is called; bytes only where they are known."""
    found = {"@id": identifier, "@type": "File", "name": name, "sha256": sha}
    found |= {"encodingFormat": FORMATS[suffix]} if (suffix := PurePosixPath(name).suffix) in FORMATS else {}
    return found if size is None else found | {"contentSize": str(size)}


def crate(stated: StatedSteps, beside: Iterable[str] = ()) -> dict[str, Any]:
    """The content of ro-crate-metadata.json; `beside`: paths in the run of files that the manifest does not state."""
    files = [file_entity(place(name), name, entry["sha256"], entry["bytes"]) for name, entry in stated.files.items()]
    for name in (manifest.NAME, *beside):
        path = stated.run / name
        files.append(file_entity(place(name), name, sha256(path), path.stat().st_size))
    raw = [file_entity(named_by(raw["sha256"]), name, raw["sha256"]) for name, raw in raw_files(stated).items()]
    parts = sorted(str(entity["@id"]) for entity in [*files, *raw])
    graph = [
        {
            "@id": manifest.CRATE,
            "@type": "CreativeWork",
            "about": ref("./"),
            "conformsTo": refs([CRATE, WORKFLOW_CRATE]),
        },
        root(stated, parts),
        TERMS,
        *({"@id": uri, "@type": "CreativeWork", "name": name} for uri, name in PROFILES.items()),
        *workflow(stated),
        *actions(stated),
        *settings(stated),
        *sorted(files, key=lambda entity: str(entity["@id"])),
        *{entity["@id"]: entity for entity in raw}.values(),
    ]
    return {"@context": list(CONTEXT), "@graph": graph}


def raw_files(stated: StatedSteps) -> Mapping[str, Mapping[str, Any]]:
    """Raw file, as the run calls it -> hash and records."""
    found: Mapping[str, Mapping[str, Any]] = stated.content["raw_files"]
    return found


def root(stated: StatedSteps, parts: list[str]) -> Entity:
    """The run folder."""
    content = stated.content
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Run {content['run_id']}",
        "description": "Warehouse, customer segments and executive exposé of one run, with the evidence of each step.",
        "datePublished": content["finished_at"],
        "license": ref("#terms"),
        "conformsTo": refs(PROFILES),
        "hasPart": refs([*parts, workflow_id(stated)]),
        "mainEntity": ref(workflow_id(stated)),
        "mentions": refs(["#run", "#organize", *(action_id(step) for step in stated.steps)]),
    }


def workflow_id(stated: StatedSteps) -> str:
    """The identifier of the Snakefile, which lies outside the run."""
    return named_by(stated.content["code"]["Snakefile"])


def action_id(step: Step) -> str:
    """The identifier of what a step did."""
    return f"#action/{quote(step.name)}"


def tool_id(rule: str) -> str:
    """The identifier of the script of a rule."""
    return f"#scripts/{rule}.py"


def rules(stated: StatedSteps) -> list[str]:
    """The rules of all steps, in the order of the steps."""
    return list(dict.fromkeys(step.rule for step in stated.steps))


def workflow(stated: StatedSteps) -> Iterator[Entity]:
    """The workflow, its engine, its rules as steps of a plan, and their scripts."""
    content, all_rules = stated.content, rules(stated)
    version, commit = content["versions"]["snakemake"], content["revision"]["commit"]
    yield {
        **file_entity(workflow_id(stated), "Snakefile", content["code"]["Snakefile"]),
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
        "programmingLanguage": ref(ENGINE),
        "hasPart": refs(map(tool_id, all_rules)),
        "step": refs(f"#step/{rule}" for rule in all_rules),
        "input": refs(f"#parameter/{name}" for name in stated_settings(stated)),
        **({"version": commit} if commit else {}),
    }
    yield {
        "@id": ENGINE,
        "@type": ["ComputerLanguage", "SoftwareApplication"],
        "name": "Snakemake",
        "url": ref(ENGINE_PAGE),
        "softwareVersion": version,
    }
    yield {"@id": ENGINE_PAGE, "@type": "WebSite", "name": "Snakemake"}
    for number, rule in enumerate(all_rules, start=1):
        script = f"sha256:{content['code'][f'scripts/{rule}.py']}"
        yield {
            "@id": f"#step/{rule}",
            "@type": "HowToStep",
            "position": str(number),
            "workExample": ref(tool_id(rule)),
        }
        facts = {"name": rule, "description": f"The script of rule {rule}.", "softwareVersion": script}
        yield {"@id": tool_id(rule), "@type": "SoftwareApplication", **facts}


def stated_settings(stated: StatedSteps) -> dict[str, str]:
    """Settings that are one number or word and name no file outside the run, as text."""
    kinds = (str, int, float)
    found = {name: value for name, value in stated.content["settings"].items() if name not in PRIVATE_SETTINGS}
    return {name: str(value) for name, value in sorted(found.items()) if isinstance(value, kinds)}


def settings(stated: StatedSteps) -> Iterator[Entity]:
    """The settings of the run, as parameters of the workflow and their values."""
    for name, value in stated_settings(stated).items():
        about = {"name": name, "additionalType": "Text", "conformsTo": ref(FORMAL)}
        yield {"@id": f"#parameter/{name}", "@type": "FormalParameter", **about}
        about = {"name": name, "value": value, "exampleOfWork": ref(f"#parameter/{name}")}
        yield {"@id": f"#setting/{name}", "@type": "PropertyValue", **about}
    yield {"@id": FORMAL, "@type": "CreativeWork", "name": "FormalParameter"}


FORMAL = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"


def to_seconds(time: str) -> str:
    """A time in ISO 8601 without fractions of a second."""
    return datetime.fromisoformat(time).isoformat(timespec="seconds")


def actions(stated: StatedSteps) -> Iterator[Entity]:
    """What the workflow did, what each step did, and that Snakemake had them done."""
    content = stated.content
    given = [named_by(raw["sha256"]) for raw in raw_files(stated).values()]
    given += [f"#setting/{name}" for name in stated_settings(stated)]
    at = {"startTime": to_seconds(content["started_at"])} if content["started_at"] else {}
    at |= {"endTime": content["finished_at"], "actionStatus": COMPLETED}
    name = f"Run {content['run_id']}"
    what: Entity = {"name": name, "description": f"{name} of the workflow.", "instrument": ref(workflow_id(stated))}
    results = {"object": refs(given), "result": refs(map(place, stated.files))}
    yield {"@id": "#run", "@type": "CreateAction", **what, **results, **at}
    controls = [f"#control/{quote(step.name)}" for step in stated.steps]
    what = {"name": "Snakemake", "instrument": ref(ENGINE), "object": refs(controls), "result": ref("#run")}
    yield {"@id": "#organize", "@type": "OrganizeAction", **what, **at}
    for step, control in zip(stated.steps, controls, strict=True):
        what = {"name": step.name, "instrument": ref(f"#step/{step.rule}"), "object": ref(action_id(step))}
        yield {"@id": control, "@type": "ControlAction", **what, "actionStatus": COMPLETED}
        yield of_step(stated, step)


def of_step(stated: StatedSteps, step: Step) -> Entity:
    """What a step did: bronze reads raw files, every other step what steps before it made."""
    read = [place(name) for name in step.read if name in stated.files]
    own = step.name.partition("/")[2]
    read += [named_by(raw_files(stated)[own]["sha256"])] if step.rule == "bronze_file" else []
    return {
        "@id": action_id(step),
        "@type": "CreateAction",
        "name": step.name,
        "description": f"What {step.name} has read and made.",
        "instrument": ref(tool_id(step.rule)),
        "object": refs(read),
        "result": refs(map(place, step.made)),
        "endTime": step.ended,
        "actionStatus": COMPLETED,
    }
