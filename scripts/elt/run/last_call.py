"""The last call that worked on a run, in its `run.json`: whether it is at work, has ended, or was killed.

A call writes down that it is at work, and how it ended when it ends. One that was killed cannot: the next command finds
that it is still said to be at work although nobody holds the lock of the run.
"""

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from elt import receipts
from elt.files import PRIVATE, read_json, sealed, write_json
from elt.run import made_from, manifest, steps

KEY = "last_call"
RUNNING = "running"
KILLED = "killed"


def read(run: Path) -> dict[str, Any]:
    """What `run.json` says of the last call; empty where it says nothing, or nothing that can be read."""
    identity = run / manifest.IDENTITY
    try:
        found = read_json(identity)[KEY] if identity.is_file() else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    is_call = isinstance(found, dict) and {"status", "began"} <= found.keys()
    return found if is_call and is_time(found["began"]) else {}


def is_time(text: Any) -> bool:
    """Whether a text is a time in ISO 8601."""
    try:
        return bool(datetime.fromisoformat(text))
    except (ValueError, TypeError):
        return False


def note(run: Path, **facts: Any) -> None:
    """Add facts to what `run.json` says of the last call; None takes one away."""
    identity = read_json(run / manifest.IDENTITY)
    said = {name: fact for name, fact in {**read(run), **facts}.items() if fact is not None}
    write_json(run / manifest.IDENTITY, sealed({**identity, KEY: said}), PRIVATE)


def close(run: Path, status: str) -> None:
    """Say how a call has ended, and which logs, benchmarks and history the manifest does not state as they are."""
    content = manifest.parsed(run / manifest.NAME)[0] or {"records": {}, "history": {}}
    stated = {**content["records"], **content["history"]}
    there = {**steps.records(run), **manifest.history(run)}
    others = {name: sha for name, sha in there.items() if stated.get(name) != sha}
    note(run, status=status, records=others, sources=None)  # the manifest has them now


def sources(run: Path) -> dict[str, Any] | None:
    """Commit, company and code with which the call began whose job or end this is; None if `run.json` tells of none."""
    call = read(run)
    is_mine = call.get("began") == os.environ.get(receipts.CALL_VARIABLE) and made_from.is_whole(call.get("sources"))
    return call["sources"] if is_mine else None


def records(run: Path) -> dict[str, Any]:
    """Logs and benchmarks of a run that the manifest does not state as they are -> SHA-256, from the end of a call."""
    found = read(run).get("records")
    return found if isinstance(found, dict) else {}


def killed(run: Path) -> dict[str, Any] | None:
    """The last call, if it never said how it ended; the caller knows that nobody is at work.

    A call that was killed after it had closed the run has done all that there was to do.
    """
    found = read(run)
    if found.get("status") != RUNNING:
        return None
    stated = manifest.stated(run)
    has_closed = stated is not None and stated["status"] == "complete" and stated["started_at"] == found["began"]
    return None if has_closed else found


def at_work(run: Path, call: Mapping[str, Any]) -> list[dict[str, str]]:
    """Steps of a call that was killed that had begun and not ended, or failed: step, log, message."""
    return steps.failures(run, datetime.fromisoformat(call["began"]).timestamp())


def told(call: Mapping[str, Any], failures: list[dict[str, str]]) -> str:
    """What a killed call was, and at which steps, for a message."""
    named = ", ".join(entry["step"] for entry in failures) or "none that had begun"
    who = f"process {call.get('process', 'unknown')} on {call.get('host', 'unknown')}"
    return f"the call of {call['began']} ({who}) was killed; steps at work: {named}"


def open_call(run: Path, began: str, settings: Mapping[str, Any], names: Iterable[str]) -> str:
    """Say in the run that a call is at work; a line about the last one and a manifest of it, if it was killed.

    The caller holds the lock of the run. `names`: paths in it of the files that its rules declare.
    """
    was, said = killed(run), ""
    if was is not None:
        failures = at_work(run, was)
        known = was["sources"] if made_from.is_whole(was.get("sources")) else made_from.NOTHING
        content = manifest.describe(run, KILLED, was.get("settings") or {}, names, failures, was["began"], known)
        write_json(run / manifest.NAME, content, PRIVATE)
        said = f"Run {run.name}: {told(was, failures)}\n"
    facts = {"process": os.getpid(), "host": os.uname().nodename, "settings": dict(settings)}
    note(run, status=RUNNING, began=began, sources=made_from.sources(settings), **facts)
    return said
