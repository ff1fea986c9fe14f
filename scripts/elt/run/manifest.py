"""The manifest of a run: what ran, with which settings and versions, and the hash of every file that its rules make."""

import hashlib
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from elt import receipts
from elt.files import sha256

PACKAGES = ("snakemake", "polars", "pandas", "numpy", "scikit-learn", "pandera", "matplotlib", "jinja2", "holidays")
NAME = "_meta/run_manifest.json"
RAW_FILE_NAMES = "bronze/_meta/raw_file_names.json"  # few words, which a hash would let somebody guess
APART = (
    "_meta/logs",
    "_meta/benchmarks",
    "_meta/history",
    receipts.FOLDER,
    "bronze/_meta/tracebacks",
    RAW_FILE_NAMES,
    NAME,
    "_meta/run.json",
)
ON_REQUEST = (  # made when asked for; it may be older than the run and says what it was made from
    "release/",
    *("gold/warehouse.duckdb", "gold/_meta/warehouse.json", "gold/_meta/publication.json"),
)


def is_apart(name: str) -> bool:
    """Whether the manifest passes a file over: records of jobs, the run's identity and history, copies on request."""
    return name.startswith((*APART, *ON_REQUEST))


def files(run: Path, names: Iterable[str], *, by_receipts: bool = False) -> dict[str, dict[str, Any]]:
    """Path in the run -> hash and size of those of the named files that are there; what stays apart is left out.

    `by_receipts`: the hash of a file that looks as its receipt says is taken from there, and the file is not read.
    """
    there = [name for name in sorted(set(names)) if not is_apart(name) and (run / name).is_file()]
    stated = (receipts.intact(run, name) if by_receipts else None for name in there)
    return {
        name: {"sha256": found or sha256(run / name), "bytes": (run / name).stat().st_size}
        for name, found in zip(there, stated, strict=True)
    }


def root(stated: Mapping[str, Mapping[str, Any]]) -> str:
    """One hash over the hashes of all files, as `sha256sum` would list them by name: SHA-256, two blanks, path."""
    lines = "".join(f"{entry['sha256']}  {name}\n" for name, entry in sorted(stated.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def present(run: Path) -> list[str]:
    """Paths in the run of every file that it holds, whether a rule makes it or not; hidden ones are left out."""
    names = (path.relative_to(run) for path in run.rglob("*") if not path.is_dir())
    return sorted(name.as_posix() for name in names if not any(part.startswith(".") for part in name.parts))


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
    run: Path,
    status: str,
    settings: Mapping[str, Any],
    names: Iterable[str],
    failures: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """The manifest's content; `status`: complete or failed; `names`: files of the run that its rules declare.

    `failures` names steps and messages.
    """
    found = files(run, names, by_receipts=True)
    return {
        "run_id": run.name,
        "status": status,
        "started_at": os.environ.get("ELT_STARTED_AT", ""),
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": dict(settings),
        "failures": list(failures),
        "versions": versions(),
        "files": found,
        "root": root(found),
    }
