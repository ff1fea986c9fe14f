"""A run against its manifest, by an allow-list: whatever is not stated, or has no rule of its own, is named.

Files of rules have the hash, size and mode that the manifest states, and a receipt that fits. Logs, benchmarks and what
is kept in the history have the hash of the manifest, or of the end of a later call. What is made on request is as its
receipt says.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from elt import files, receipts
from elt.retention import deletion, inventory
from elt.retention.inventory import FILE, FOLDER, Entry
from elt.retention.stated_run import StatedRun
from elt.run import last_call, manifest, run_folders, steps

OWN = {manifest.IDENTITY, manifest.NAME, manifest.SIGNATURE, receipts.CALL}
OF_LAYERS = deletion.ROW_FOLDERS | deletion.EVIDENCE_FOLDERS  # folders that a layer may have, with or without files
CHANGED, MISSING, ADDED, EDITED = "was changed", "is missing", "is not in the manifest", "was edited"
EMPTY = "is an empty folder that no step has made"
UNREADABLE, HIDDEN, LINKED = "cannot be read", "is hidden", "is a link"
SECOND_NAME, NO_FILE = "has a second name (hard link)", "is no file"
NO_RECEIPT, OTHER_RECEIPT = "has no receipt of its job", "has a receipt that says otherwise"
ODD = {inventory.LINK: LINKED, inventory.OTHER: NO_FILE, inventory.CLOSED: UNREADABLE}
OF_OTHERS = 0o022  # bits by which others may write
BY_OTHERS = "has the mode {:04o}, by which others may write it"
WRONG_MODE = "has the mode {:04o} instead of {:04o}"
Difference = tuple[str, str]  # path in the run, what is wrong with it


class Verification(StatedRun):
    """What of a run is not as it is stated."""

    def differences(self) -> set[Difference]:
        """All that is not as it should be; nothing is said of what lies in a folder that is closed."""
        lines = [*self.of_call(), *self.of_files(), *self.of_records()]
        for name, entry in self.found.items():
            lines += [(name, what) for what in self.of_entry(name, entry)]
        return {(name, what) for name, what in lines if not self.is_closed(name)}

    def is_closed(self, name: str) -> bool:
        """Whether a folder above a path cannot be read."""
        return any(name.startswith(f"{place}/") for place in self.closed)

    def of_call(self) -> Iterator[Difference]:
        """The manifest itself, what the last call said of itself, and whether others may write into the folder."""
        if not manifest.is_as_written(self.run / manifest.NAME, self.content):
            is_root = self.content["root"] == manifest.root(self.content["files"])
            yield manifest.NAME, EDITED if is_root else f"{EDITED}: its root hash is another"
        if manifest.IDENTITY not in self.found:
            yield manifest.IDENTITY, MISSING
        elif not self.is_called_whole:
            yield manifest.IDENTITY, self.unread(manifest.IDENTITY) or EDITED
        elif receipts.CALL in self.files and receipts.began(self.run) != last_call.read(self.run).get("began"):
            yield receipts.CALL, self.unread(receipts.CALL) or CHANGED
        if (mode := self.run.stat().st_mode & 0o7777) & OF_OTHERS:
            yield ".", BY_OTHERS.format(mode)

    def of_files(self) -> Iterator[Difference]:
        """Files that the manifest states: content, mode and receipt."""
        for name, entry in self.content["files"].items():
            there = self.found.get(name)
            if there is None and name not in self.deleted:
                yield name, MISSING
            if there is None or there.kind != FILE:
                continue
            if self.hashes[name] != entry["sha256"] or there.bytes != entry["bytes"]:
                yield name, self.changed(name)
            if (wanted := bits(entry.get("mode"))) not in (None, there.mode):
                yield name, WRONG_MODE.format(there.mode, wanted)
            receipt, place = self.receipts.get(name), f"{receipts.FOLDER}/{name}.json"
            if receipt is None and not self.is_closed(place) and not self.unread(place):
                yield name, NO_RECEIPT
            elif receipt is not None and not self.fits(receipt, entry):
                yield name, OTHER_RECEIPT

    def unread(self, name: str) -> str:
        """That the system does not let something be read, with its code; empty where it does."""
        code = inventory.refused(self.run / name) if name in self.found else ""
        return f"{UNREADABLE}{code}" if code else ""

    def changed(self, name: str) -> str:
        """What is wrong with a file whose content is not as it is stated: another one, or none that can be read."""
        return CHANGED if self.hashes[name] else self.unread(name) or UNREADABLE

    def fits(self, receipt: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
        """Whether a receipt says what the manifest says: content, code and params, and the content of each input."""
        step, inputs = self.content["steps"].get(receipt.get("job")), receipt.get("inputs")
        is_of_step = not isinstance(step, dict) or all(step.get(key) == receipt.get(key) for key in ("code", "params"))
        stated = self.content["files"]
        others = inputs.items() if isinstance(inputs, dict) else ()
        is_chained = all(name not in stated or stated[name]["sha256"] == sha for name, sha in others)
        is_content = (receipt["sha256"], receipt["bytes"]) == (entry["sha256"], entry["bytes"])
        return is_content and (str(receipt.get("job")) in self.later or (is_of_step and is_chained))

    def of_records(self) -> Iterator[Difference]:
        """Logs, benchmarks, tracebacks and history that the manifest or the end of a later call states."""
        for name, sha in self.records.items():
            if name not in self.found and (name, str(sha)) not in self.tombstones:
                yield name, MISSING
            elif name in self.files and self.hashes[name] != sha:
                yield name, self.changed(name)

    def of_entry(self, name: str, entry: Entry) -> Iterator[str]:
        """What is wrong with something that lies in the folder, apart from the content of what is stated."""
        if any(part.startswith(".") for part in PurePosixPath(name).parts):
            yield HIDDEN
        elif entry.kind in ODD:
            yield self.unread(name) or UNREADABLE if entry.kind == inventory.CLOSED else ODD[entry.kind]
        elif entry.kind == FOLDER:
            if not self.is_known_folder(name):
                yield from [EMPTY] * self.is_known_folder(str(PurePosixPath(name).parent))
            elif (wanted := self.folder_mode(name)) not in (None, entry.mode):
                yield WRONG_MODE.format(entry.mode, wanted)
        else:
            if not self.is_known(name):
                yield ADDED
            elif manifest.is_apart(name):
                yield from self.of_apart(name, entry)
            if entry.names > 1:
                yield SECOND_NAME

    def of_apart(self, name: str, entry: Entry) -> Iterator[str]:
        """What is wrong with a file that the manifest passes over: mode; content of receipts and copies on request."""
        is_closed = files.protected_layer(self.run / name) or name.startswith((receipts.FOLDER, f"{steps.LOGS}/"))
        if is_closed and entry.mode != files.PRIVATE:
            yield WRONG_MODE.format(entry.mode, files.PRIVATE)
        elif entry.mode & OF_OTHERS and not name.startswith((manifest.HISTORY, steps.BENCHMARKS)):
            yield BY_OTHERS.format(entry.mode)
        if name.startswith(manifest.ON_REQUEST) and self.receipts[name]["sha256"] != self.hashes[name]:
            yield self.changed(name)
        if name.startswith(receipts.FOLDER) and name != receipts.CALL and not receipts.is_as_kept(self.run / name):
            yield self.unread(name) or CHANGED

    def is_known(self, name: str) -> bool:
        """Whether a file is stated, or a rule of its own allows it."""
        if name in self.content["files"] or name in self.records or name in OWN:
            return True
        if name.startswith((*steps.RECORDS, f"{steps.TRACEBACKS}/")):
            return not self.is_called_whole
        if name.startswith(f"{receipts.FOLDER}/"):
            what = name.removeprefix(f"{receipts.FOLDER}/").removesuffix(".json").removesuffix(".snakemake")
            return what in self.content["files"] or what == manifest.NAME or what.startswith(manifest.ON_REQUEST)
        if name.startswith(f"{manifest.HISTORY}/"):
            return name in self.kept or not self.is_called_whole
        return name.startswith(manifest.ON_REQUEST) and name in self.receipts

    def is_known_folder(self, name: str) -> bool:
        """Whether a folder holds or held something, or a step may have made it before it failed."""
        has_failed = self.content["status"] != "complete" and name.startswith(steps.RECORDS)
        _, _, in_kept = name.removeprefix(f"{manifest.HISTORY}/").partition("/")  # folders are kept as they were
        is_kept = name.startswith(f"{manifest.HISTORY}/") and in_kept in self.folders
        is_of_layer = name.partition("/")[0] in files.PROTECTED_LAYERS and name.partition("/")[2] in OF_LAYERS
        is_known = name in self.folders or is_kept or is_of_layer
        return is_known or has_failed or f"{name}/".startswith(manifest.ON_REQUEST)

    def folder_mode(self, name: str) -> int | None:
        """The mode that a folder must have; None where it is free."""
        if name in (*run_folders.RECORDS, manifest.HISTORY) or files.protected_layer(self.run / name / "file"):
            return files.PRIVATE_FOLDER
        published = bits(self.content["settings"].get("published_mode"))
        is_free = name.startswith((*run_folders.RECORDS, manifest.HISTORY)) or self.content["status"] != "complete"
        return None if is_free or published is None else files.folder_mode(published)


def bits(text: Any) -> int | None:
    """Permission bits of a text such as "0640"; None for anything else."""
    is_octal = isinstance(text, str) and 3 <= len(text) <= 4 and set(text) <= set("01234567")
    return int(text, 8) if is_octal else None
