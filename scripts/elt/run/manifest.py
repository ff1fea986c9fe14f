"""The manifest of a run: what ran, from what, with which settings and versions, and the hash of every file it made.

Its `root` is one hash over all files, and its `seal` one over everything that it says, the root among it.
"""

import hashlib
import json
import os
import platform
import stat
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from elt import receipts
from elt.files import is_sealed, sealed, sha256
from elt.run import made_from, row_counts, steps

PACKAGES = ("snakemake", "polars", "pandas", "numpy", "scikit-learn", "pandera", "matplotlib", "jinja2", "holidays")
NAME = "_meta/run_manifest.json"
SIGNATURE = f"{NAME}.minisig"
RAW_FILE_NAMES = "bronze/_meta/raw_file_names.json"
IDENTITY = "_meta/run.json"
CRATE, EVENTS = "ro-crate-metadata.json", "_meta/openlineage.ndjson"  # the run in the words of other programs
HISTORY = "_meta/history"
APART = (
    *steps.RECORDS,
    HISTORY,
    receipts.FOLDER,
    steps.TRACEBACKS,
    NAME,
    SIGNATURE,
    IDENTITY,
)
ON_REQUEST = (  # made when asked for; it may be older than the run and says what it was made from
    "release/",
    *("gold/warehouse.duckdb", "gold/_meta/warehouse.json", "gold/_meta/publication.json"),
    *(CRATE, EVENTS),
    "reports/final_expose.pdf",
)
OF_THE_CALL = (  # what the same inputs do not give again
    *("run_id", "started_at", "finished_at", "revision", "failures", "records", "history", "seal"),
)
SHAPE: dict[str, type] = {"status": str, "finished_at": str, "files": dict, "root": str, "seal": str}


def is_apart(name: str) -> bool:
    """Whether the manifest passes a file over: records of jobs, the run's identity and history, copies on request."""
    return name.startswith((*APART, *ON_REQUEST))


def entry(run: Path, name: str, receipt: Mapping[str, Any] | None) -> dict[str, Any]:
    """Hash, size and mode of a file; the hash of one that looks as its receipt says is taken from there."""
    path = run / name
    found = path.stat()
    sha = receipts.vouched(path, receipt) if receipt else None
    return {"sha256": sha or sha256(path), "bytes": found.st_size, "mode": f"{stat.S_IMODE(found.st_mode):04o}"}


def files(run: Path, names: Iterable[str], known: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """Path in the run -> hash, size and mode of those of the named files that are there; what stays apart is left out.

    `known`: receipts by path, from which hashes are taken; without them each file is read.
    """
    there = [name for name in sorted(set(names)) if not is_apart(name) and (run / name).is_file()]
    return {name: entry(run, name, (known or {}).get(name)) for name in there}


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
    began: str = "",
    sources: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The manifest's content; `status`: complete, failed or killed; `names`: files of the run that its rules declare.

    `failures` names steps, their logs and messages. `began`: when a call began that was killed; the next one writes of
    it. `sources`: commit, company and code that the call began with; without them, those at hand.
    """
    declared = {name for name in names if not is_apart(name)}
    known = {name: receipt for name in sorted(declared) if (receipt := receipts.stated(run, name)) is not None}
    found, mine, raw = files(run, declared, known), versions(), made_from.raw_files(run)
    for name, rows in row_counts.of_tables(run, found, raw).items():
        found[name]["rows"] = rows
    content = {
        "run_id": run.name,
        "status": status,
        "started_at": began or os.environ.get(receipts.CALL_VARIABLE, ""),
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": dict(settings),
        "raw_files": raw,
        **(made_from.sources(settings) if sources is None else sources),
        "failures": list(failures),
        "versions": mine,
        "steps": steps.made({name: known[name] for name in found if name in known}, mine, failures),
        "files": found,
        "missing": sorted(declared - found.keys()),
        "root": root(found),
        "records": {name: sha for name, sha in steps.records(run).items() if steps.is_lasting(name)},
        "history": history(run),
    }
    return sealed(content)


def unlike(run: Path, content: Mapping[str, Any]) -> list[str]:
    """Paths of files that a manifest states and that are gone or other than it says; sorted.

    Those that look as their receipts say are not read.
    """
    stated = ((name, run / name, entry["sha256"]) for name, entry in content["files"].items())
    return sorted(
        name for name, path, sha in stated if not path.is_file() or (receipts.intact(run, name) or sha256(path)) != sha
    )


def history(run: Path) -> dict[str, str]:
    """Path in the run -> SHA-256 of all that is kept of earlier states; what is kept only by half is hidden."""
    paths = (path for path in (run / HISTORY).glob("[!.]*/**/*") if path.is_file() and not path.is_symlink())
    return {name: sha256(run / name) for name in sorted(path.relative_to(run).as_posix() for path in paths)}


def is_within(name: str) -> bool:
    """Whether a path stays in a run: relative, without a step upwards, in signs that a path may have."""
    return {"", ".", ".."}.isdisjoint(name.split("/")) and "\0" not in name


def faults(content: Any) -> str:
    """What keeps parsed JSON from being a manifest, empty if nothing does."""
    if not isinstance(content, dict):
        return "is no object"
    for key, kind in SHAPE.items():
        if not isinstance(content.get(key), kind):
            return f"has no {key}, or not as it is written"
    for name, found in content["files"].items():
        is_entry = isinstance(found, dict) and [type(found.get(key)) for key in ("sha256", "bytes")] == [str, int]
        if not (is_entry and is_within(name)):
            return "has an entry of a file that is not as it is written"
    for key in ("records", "history", "steps", "settings"):
        if not isinstance(content.get(key), dict) or not all(map(is_within, content[key])):
            return f"has no {key}, or not as it is written"
    return ""


def parsed(path: Path) -> tuple[dict[str, Any] | None, str]:
    """(a manifest, empty), or (None, what keeps the file from being one)."""
    if path.exists() and not path.is_file():
        return None, "is no file"  # to open a pipe would wait for ever
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None, "is missing"
    except OSError as error:
        return None, f"cannot be read ({error.strerror})"
    except (ValueError, RecursionError):
        return None, "is no JSON"
    fault = faults(content)
    return (None, fault) if fault else (content, "")


def is_as_written(path: Path, content: Mapping[str, Any]) -> bool:
    """Whether a manifest is, byte for byte, as it was written: its text, its seal and its root hash."""
    return is_sealed(path, content) and content["root"] == root(content["files"])


def stated(run: Path) -> dict[str, Any] | None:
    """The manifest of a run; None if it has none that is as it was written."""
    content, _ = parsed(run / NAME)
    return content if content is not None and is_as_written(run / NAME, content) else None
