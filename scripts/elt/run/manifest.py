"""The manifest of a run: what ran, with which settings and versions, and the hash of every file it left."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from elt.files import sha256

PACKAGES = ("snakemake", "polars", "pandas", "numpy", "scikit-learn", "pandera", "matplotlib", "jinja2", "holidays")
APART = ("_meta/logs", "_meta/benchmarks", "_meta/history", "_meta/run_manifest.json", "_meta/run.json")
ON_REQUEST = (  # made when asked for; it may be older than the run and says what it was made from
    "release/",
    *("gold/warehouse.duckdb", "gold/parquet/", "gold/_meta/warehouse.json", "gold/_meta/publication.json"),
)


def files(run: Path) -> dict[str, dict[str, Any]]:
    """Path in the run -> hash and size of every file, logs, benchmarks, history, identity, manifest, copies apart."""
    found = {}
    for path in sorted(run.rglob("*")):
        name = path.relative_to(run).as_posix()
        is_hidden = any(part.startswith(".") for part in path.relative_to(run).parts)
        if path.is_file() and not name.startswith((*APART, *ON_REQUEST)) and not is_hidden:
            found[name] = {"sha256": sha256(path), "bytes": path.stat().st_size}
    return found


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that shape results."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def describe(
    run: Path, status: str, settings: Mapping[str, Any], failures: Sequence[Mapping[str, str]] = ()
) -> dict[str, Any]:
    """The manifest's content; `status` is complete or failed, `failures` names steps and messages."""
    return {
        "run_id": run.name,
        "status": status,
        "started_at": os.environ.get("ELT_STARTED_AT", ""),
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": dict(settings),
        "failures": list(failures),
        "versions": versions(),
        "files": files(run),
    }
