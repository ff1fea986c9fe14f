"""A run and all that is stated of it: by the manifest, by receipts, and by the end of its last call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from elt import receipts
from elt.files import is_sealed
from elt.retention import inventory
from elt.retention.inventory import FILE, FOLDER, Entry
from elt.run import last_call, manifest, run_folders, steps

MADE_BEFOREHAND = (*run_folders.RECORDS, manifest.HISTORY, steps.TRACEBACKS)  # they may hold nothing


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
    def closed(self) -> list[str]:
        """Folders that cannot be read."""
        return [name for name, entry in self.found.items() if entry.kind == inventory.CLOSED]

    @cached_property
    def hashes(self) -> dict[str, str]:
        """Path in the run -> SHA-256 of every file that has one stated somewhere."""
        stated = {manifest.NAME, manifest.SIGNATURE, *self.content["files"], *self.records}
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
        """Logs, benchmarks and history -> SHA-256: of the manifest, or of the end of a call that came after it."""
        stated = {**self.content["records"], **self.content["history"]}
        return {**stated, **(last_call.records(self.run) if self.is_called_whole else {})}

    @cached_property
    def is_called_whole(self) -> bool:
        """Whether `run.json` is as it was written; else nothing is known of the logs of later calls."""
        identity = run_folders.stated(self.run / manifest.IDENTITY)
        return identity is not None and is_sealed(self.run / manifest.IDENTITY, identity)

    @cached_property
    def folders(self) -> set[str]:
        """Folders of all that is stated, lies in the run or was deleted on purpose, and those made beforehand."""
        missing = self.content.get("missing")
        lacks = [name for name in missing if isinstance(name, str)] if isinstance(missing, list) else []
        there = [name for name, entry in self.found.items() if entry.kind != FOLDER]
        names = [*self.content["files"], *self.records, *lacks, *there, *(path for path, _ in self.tombstones)]
        kept = [f"{receipts.FOLDER}/{name}" for name in self.content["files"]]
        names += [*kept, *(f"{name}/x" for name in MADE_BEFOREHAND)]
        return {parent.as_posix() for name in names for parent in PurePosixPath(name).parents}

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
    def kept(self) -> set[str]:
        """What a later call has kept of the state at hand: the manifest, its signature and evidence, as they are."""
        place = f"{manifest.HISTORY}/{run_folders.stamp_of(self.content['finished_at'])}/"
        stated = {name: entry["sha256"] for name, entry in self.content["files"].items()}
        own = {**stated, **{name: self.hashes.get(name) for name in (manifest.NAME, manifest.SIGNATURE)}}
        there = {name: own.get(name.removeprefix(place)) for name in self.files if name.startswith(place)}
        return {name for name, sha in there.items() if sha and self.hashes[name] == sha}
