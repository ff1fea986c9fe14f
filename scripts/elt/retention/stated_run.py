"""A run and all that is stated of it: by the manifest, by receipts, by the end of its last call, by kept manifests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from elt import receipts
from elt.files import is_sealed
from elt.retention import inventory
from elt.retention.inventory import FILE, Entry
from elt.run import last_call, manifest, run_folders


@dataclass(frozen=True)
class StatedRun:
    """A run, what its manifest states, what was deleted on purpose (path, SHA-256), and what lies in its folder."""

    run: Path
    content: Mapping[str, Any]
    tombstones: frozenset[tuple[str, str]]
    found: Mapping[str, Entry]

    @cached_property
    def files(self) -> set[str]:
        """Paths in the run of what is a file."""
        return {name for name, entry in self.found.items() if entry.kind == FILE}

    @cached_property
    def hashes(self) -> dict[str, str]:
        """Path in the run -> SHA-256 of every file that has one stated somewhere."""
        stated = {manifest.NAME, *self.content["files"], *self.records}
        apart = (f"{manifest.HISTORY}/", *manifest.ON_REQUEST)
        names = (name for name in self.files if name in stated or name.startswith(apart))
        return inventory.hashes(self.run, names, self.found)

    @cached_property
    def receipts(self) -> dict[str, dict[str, Any]]:
        """Path in the run -> receipt, of those that are as they were written."""
        place = f"{receipts.FOLDER}/"
        names = [name.removeprefix(place) for name in self.files if name.startswith(place) and name.endswith(".json")]
        stated = ((name, receipts.stated(self.run, name)) for name in (name.removesuffix(".json") for name in names))
        return {name: receipt for name, receipt in stated if receipt is not None}

    @cached_property
    def records(self) -> dict[str, Any]:
        """Logs and benchmarks -> SHA-256: of the manifest, or of the end of a call that came after it."""
        return {**self.content["records"], **(last_call.records(self.run) if self.is_called_whole else {})}

    @cached_property
    def is_called_whole(self) -> bool:
        """Whether `run.json` is as it was written; else nothing is known of the logs of later calls."""
        identity = run_folders.stated(self.run / manifest.IDENTITY)
        return identity is not None and is_sealed(self.run / manifest.IDENTITY, identity)

    @cached_property
    def later(self) -> set[str]:
        """Steps that have run since the manifest was written, by the receipts of what they made."""
        end = self.content["finished_at"]
        closed = datetime.fromisoformat(end).timestamp() if last_call.is_time(end) else float("inf")
        return {
            str(receipt.get("job"))
            for receipt in self.receipts.values()
            if isinstance(receipt.get("modified"), int) and receipt["modified"] > (closed + 1) * 1e9
        }

    @cached_property
    def deleted(self) -> set[str]:
        """Stated files that are missing and have a tombstone."""
        stated = self.content["files"].items()
        return {name for name, entry in stated if name not in self.found and (name, entry["sha256"]) in self.tombstones}

    @cached_property
    def kept(self) -> dict[str, dict[str, str]]:
        """State in the history -> path in it -> SHA-256, of the evidence that its manifest states.

        Of states whose manifest is as it was. That of the manifest at hand is kept already if a later call has begun.
        """
        mine = {run_folders.stamp_of(self.content["finished_at"]): self.hashes.get(manifest.NAME)}
        found = {}
        for stamp, sha in {**mine, **self.content["history"]}.items():
            place = f"{manifest.HISTORY}/{stamp}/{manifest.NAME}"
            if sha and self.hashes.get(place) == sha:
                stated = json.loads((self.run / place).read_bytes())["files"]
                found[stamp] = {name: entry["sha256"] for name, entry in stated.items() if is_evidence(name)}
        return found


def is_evidence(name: str) -> bool:
    """Whether a file is kept in the history."""
    return name in run_folders.EVIDENCE or name.startswith(tuple(f"{place}/" for place in run_folders.EVIDENCE))
