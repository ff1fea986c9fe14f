"""The log of expiry and erasure: JSON lines, each with the SHA-256 of the line before, so that no line can change.

A line says what is about to be deleted (`intent`) or that it was (`done`), when, why and how much; never whom.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from elt.faults import Fault
from elt.files import write_private
from elt.retention.erasures import HOME

LOG = "log.jsonl"
START = "0" * 64


def hash_of(line: str) -> str:
    """The SHA-256 of a line without its end."""
    return hashlib.sha256(line.encode()).hexdigest()


def entries(home: Path = HOME) -> list[dict[str, Any]]:
    """Every entry of the log with its own hash under "hash", oldest first; raises Fault where the chain is broken."""
    path = home / LOG
    found: list[dict[str, Any]] = []
    previous = START
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    for number, line in enumerate(lines, 1):
        try:
            content = json.loads(line)
            is_next = content["number"] == number and content["previous"] == previous
        except (ValueError, KeyError, TypeError):
            is_next = False
        if not is_next:
            problem = "does not follow the line before it: the log was changed"
            raise Fault(f"{path}, line {number}", problem, "Restore the log from your backup")
        previous = hash_of(line)
        found.append({**content, "hash": previous})
    return found


def append(home: Path, content: dict[str, Any]) -> str:
    """Add an entry; its hash. The whole log is replaced at once, so no line is ever half written."""
    before = entries(home)
    chained = {"number": len(before) + 1, "previous": before[-1]["hash"] if before else START, **content}
    line = json.dumps(chained, sort_keys=True, ensure_ascii=False)
    path = home / LOG
    text = path.read_text(encoding="utf-8") if before else ""
    write_private(path, f"{text}{line}\n")
    return hash_of(line)


def unfinished(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Intents that no later entry says to be done."""
    done = {closed for line in found if line["what"] == "done" for closed in line["closes"]}
    return [line for line in found if line["what"] == "intent" and line["hash"] not in done]
