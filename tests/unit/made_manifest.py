"""Manifests of made-up runs, sealed as those of real ones."""

from pathlib import Path
from typing import Any

from elt import files as files_module
from elt.files import write_json
from elt.run import manifest

TIME = "2026-11-23T10:16:00+00:00"


def sealed(files: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """A manifest of files, with the facts that are stated."""
    content = {
        "run_id": "mine", "status": "complete", "started_at": TIME, "finished_at": TIME, "settings": {}, "steps": {},
        "records": {}, "history": {}, "failures": [], "files": files, "root": manifest.root(files), **facts,
    }  # fmt: skip
    return files_module.sealed(content)


def write(run: Path, files: dict[str, Any], **facts: Any) -> None:
    """Write the manifest of a run."""
    write_json(run / manifest.NAME, sealed(files, **facts))
