"""What of a run is kept for short and what for long, and how the former is deleted: said first, done, confirmed.

Evidence stays: manifest, ledgers, policy, logs, reports, figures. Every other file of a run may hold rows about single
persons and is row-level: data short, evidence long.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from elt.faults import Fault
from elt.files import CLOSED, read_json, sync_folder, write_private
from elt.retention import deletion_log, erasures
from elt.retention.erasures import HOME, LIST, NOTHING, PENDING, digest
from elt.run import last_call, manifest, run_folders

EVIDENCE_FOLDERS = {"_meta", "reports", "figures"}
EVIDENCE_FILES = {"gold/datapackage.json", "step1_eda/data/eda_summary.json"}
EVIDENCE_ENDINGS = {".json", ".yaml", ".md", ".html", ".svg"}  # of files that lie in no folder of data
ROW_FOLDERS = {"data", "quarantine", "changes", "feedback", "parquet", "tracebacks"}
TOMBSTONES = "tombstones"
COMPARISON = ("_meta/comparison.md", "_meta/comparison.html", "_meta/compare.json")  # of two runs, names pseudonyms
PIECE = 1 << 20  # bytes that are read at once


def is_row_level(name: str) -> bool:
    """Whether a file of a run, by its path in it, may hold rows about single persons; what is unknown may."""
    path = PurePosixPath(name)
    folders = set(path.parts[:-1])
    if path.parts[0] == CLOSED or any(part.startswith(".") for part in path.parts):
        return True
    if name == manifest.RAW_FILE_NAMES:
        return True
    if name in EVIDENCE_FILES or path.parts[0] == "_meta":
        return False
    if folders & ROW_FOLDERS:
        return True
    return not (folders & EVIDENCE_FOLDERS or path.suffix in EVIDENCE_ENDINGS)


def row_level(run: Path) -> list[str]:
    """Paths in a run of all its row-level files, sorted."""
    names = (path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file() or path.is_symlink())
    return sorted(name for name in names if is_row_level(name))


def finished_at(run: Path) -> str:
    """When a run finished or failed last, as its manifest says; when it began, if it has none."""
    stated, _ = manifest.parsed(run / manifest.NAME)
    is_told = stated is not None and last_call.is_time(stated["finished_at"])
    return stated["finished_at"] if stated and is_told else read_json(run / run_folders.IDENTITY)["created_at"]


def due_on(run: Path, days: int) -> date:
    """The day from which on the row-level files of a run are due."""
    return datetime.fromisoformat(finished_at(run)).date() + timedelta(days=days)


def lock_all() -> None:
    """Keep every other process from working on any run, until this one ends; raises Fault if one is at work."""
    run_folders.RUNS.mkdir(parents=True, exist_ok=True)
    run_folders.hold(
        run_folders.RUNS, fcntl.LOCK_EX, "artifacts/runs", "a run is at work, and nothing of it may be touched"
    )


def measured(path: Path) -> tuple[str, int, int]:
    """SHA-256, bytes and lines of a file, read once."""
    found, size, lines = hashlib.sha256(), 0, 0
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            found.update(piece)
            size += len(piece)
            lines += piece.count(b"\n")
    return found.hexdigest(), size, lines


def rows_of(run: Path, name: str, lines: int) -> int | None:
    """Rows of a table of a run; None for what is no text."""
    path = PurePosixPath(name)
    if name.startswith("bronze/data/"):
        stated = run / f"bronze/_meta/files/{path.name}.json"
        return read_json(stated)["records"] if stated.exists() else max(lines - 1, 0)
    return max(lines - 1, 0) if path.suffix == ".csv" else None


def tombstones(run_id: str, home: Path = HOME) -> list[dict[str, Any]]:
    """What is left of deleted files of a run: path, sha256, bytes, rows, when, why, hash of the intent in the log."""
    path = home / TOMBSTONES / f"{run_id}.json"
    return read_json(path) if path.exists() else []


def new_tombstones(run: Path, names: Iterable[str], intent: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tombstones of files that are about to be deleted."""
    found = []
    for name in names:
        sha, size, lines = ("", 0, 0) if (run / name).is_symlink() else measured(run / name)
        facts = {"path": name, "sha256": sha, "bytes": size, "rows": rows_of(run, name, lines)}
        found.append({**facts, "when": intent["when"], "why": intent["why"], "intent": intent["hash"]})
    return found


def delete_row_level(run: Path, intent: Mapping[str, Any], home: Path = HOME) -> int:
    """Write the tombstones of all row-level files of a run, then delete these; how many there were."""
    names = row_level(run)
    if not names:
        return 0
    known = tombstones(run.name, home)
    same = {(stone["path"], stone["sha256"]) for stone in known}
    fresh = [stone for stone in new_tombstones(run, names, intent) if (stone["path"], stone["sha256"]) not in same]
    text = json.dumps([*known, *fresh], indent=1, sort_keys=True, ensure_ascii=False)
    write_private(home / TOMBSTONES / f"{run.name}.json", text + "\n")
    for name in names:
        (run / name).unlink()
    for folder in sorted({(run / name).parent for name in names}):
        sync_folder(folder)
    return len(names)


@dataclass(frozen=True)
class Deletion:
    """What a call is about to do: its action (expire or erase), why, when, and counts for the log.

    `listed`: the erasure list as it shall be, if it changes.
    """

    action: str
    why: str
    when: str
    facts: Mapping[str, Any]
    listed: str | None = None


def unconfirmed(action: str, home: Path = HOME) -> list[dict[str, Any]]:
    """Intents of an action that were never confirmed: a call was ended in the middle."""
    return [line for line in deletion_log.unfinished(deletion_log.entries(home)) if line["action"] == action]


def announce(deletion: Deletion, runs: Iterable[str], home: Path) -> dict[str, Any]:
    """Write the intent to the log, and the erasure list in its place; the intent with its hash.

    The list lies ready before the log speaks of it, and takes its place after that: whenever the call ends, the next
    one finds who was announced.
    """
    listed = deletion.listed
    intent = {
        "what": "intent", "action": deletion.action, "why": deletion.why, "when": deletion.when, **deletion.facts,
        "runs": {name: len(row_level(run_folders.RUNS / name)) for name in runs},
        "list": hashlib.sha256(listed.encode()).hexdigest() if listed is not None else None,
    }  # fmt: skip
    if listed is not None:
        write_private(home / PENDING, listed)
    intent["hash"] = deletion_log.append(home, intent)
    if listed is not None:
        os.replace(home / PENDING, home / LIST)
        sync_folder(home)
    return intent


def carry_out(deletion: Deletion, wanted: Iterable[str], home: Path = HOME) -> dict[str, int]:
    """Delete the row-level files of runs: intent logged, list written, tombstones, deletion, confirmation.

    `wanted`: run ids, locked by the caller, those of `unconfirmed` among them if they can be had. Returns run id ->
    files deleted; nothing is logged where there is nothing to do.
    """
    runs = sorted(name for name in set(wanted) if (run_folders.RUNS / name).is_dir())
    unclosed = unconfirmed(deletion.action, home)
    if deletion.listed is None and not unclosed and not any(row_level(run_folders.RUNS / name) for name in runs):
        return {}
    intent = announce(deletion, runs, home)
    deleted = {name: delete_row_level(run_folders.RUNS / name, intent, home) for name in runs}
    for name in COMPARISON:
        (home / name).unlink(missing_ok=True)
    closes = [intent["hash"]]
    closes += [old["hash"] for old in unclosed if not any(row_level_of(name) for name in old["runs"])]
    done = {"what": "done", "action": deletion.action, "when": deletion.when, "runs": deleted, "closes": closes}
    deletion_log.append(home, done)
    return deleted


def row_level_of(run_id: str) -> list[str]:
    """Row-level files of a run; none if its folder is gone."""
    return row_level(run_folders.RUNS / run_id) if (run_folders.RUNS / run_id).is_dir() else []


def is_announced(home: Path = HOME) -> bool:
    """Whether a list waits to take the place of the erasure list, and an unconfirmed intent speaks of it."""
    waiting = digest(home, PENDING)
    return waiting != NOTHING and any(line.get("list") == waiting for line in unconfirmed("erase", home))


def checked_list(key_file: Path) -> str:
    """Names the list of erased persons that a run has to respect; raises Fault if it cannot be read or is another."""
    found = erasures.checked(key_file)
    check_list(found)
    return found


def check_list(found: str, home: Path = HOME) -> None:
    """The erasure list, by its digest, must be the one that the log speaks of; raises Fault otherwise."""
    stated = [line for line in deletion_log.entries(home) if line["what"] == "intent" and line.get("list")]
    open_ones = {line["list"] for line in deletion_log.unfinished(deletion_log.entries(home)) if line.get("list")}
    closed = [line["list"] for line in stated if line["list"] not in open_ones]
    allowed = open_ones | set(closed[-1:]) or {NOTHING}
    if open_ones and not closed:
        allowed.add(NOTHING)
    if found not in allowed:
        where, problem = (home / LIST).as_posix(), "is not the list that the log of erasures speaks of"
        raise Fault(where, problem, "Restore it from your backup: persons who were erased would come back")
