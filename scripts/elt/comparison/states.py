"""What two runs say of themselves, side by side: their manifests, receipts and metadata."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from elt import receipts
from elt.faults import Fault
from elt.files import CLOSED, read_json, read_yaml
from elt.run import last_call, manifest

TEXTS = {".md", ".html", ".json", ".yaml", ".svg"}  # files that may name the run
OF_HASHES = {f"{CLOSED}/_meta/searched.json"}  # of files that are compared themselves
MISSING = "(none)"
BYTES = re.compile(r'"bytes": \d+')


@dataclass(frozen=True)
class State:
    """A run that has a manifest, whole or not; what was deleted from it is empty."""

    run: Path

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """Its manifest; raises Fault if there is none."""
        if not (self.run / manifest.NAME).exists():
            raise Fault(f"run {self.run.name}", "has no manifest, so it never came to an end", "Run it again")
        return read_json(self.run / manifest.NAME)

    def told(self, name: str) -> Any:
        """A file of JSON or YAML of the run; empty if it is not there."""
        path = self.run / name
        if not path.exists():
            return {}
        return read_yaml(path) if path.suffix == ".yaml" else read_json(path)

    def sha(self, name: str) -> str | None:
        """SHA-256 of a file as the manifest says; None if it knows none."""
        return self.manifest["files"].get(name, {}).get("sha256")

    @cached_property
    def receipts(self) -> dict[str, Mapping[str, Any]]:
        """Rule -> receipt of a job of it, for each file that the manifest knows."""
        stated = {name: receipts.stated(self.run, name) for name in self.manifest["files"]}
        return {receipt["job"]: receipt for _, receipt in sorted(stated.items()) if receipt}

    @property
    def ending(self) -> str:
        """How its last call has ended, as the manifest and `run.json` say: complete, failed or killed."""
        return last_call.KILLED if last_call.killed(self.run) else str(self.manifest["status"])

    @property
    def failures(self) -> list[Mapping[str, str]]:
        """The steps that failed or were at work when it ended: step, log, message."""
        call = last_call.killed(self.run)
        return list(last_call.at_work(self.run, call) if call else self.manifest.get("failures", ()))

    @property
    def stated(self) -> dict[str, str]:
        """File of the company, or of the standard below config/ -> its SHA-256; empty where the manifest tells none."""
        standard = {
            name: sha for name, sha in self.manifest.get("code", {}).items() if name.startswith("config/standard/")
        }
        return {**self.manifest.get("company", {}), **standard}

    @property
    def bronze(self) -> dict[str, Mapping[str, Any]]:
        """Name of each bronze file -> what bronze says of it."""
        paths = sorted((self.run / "bronze/_meta/files").glob("*.json"))
        return {path.stem: read_json(path) for path in paths}

    @property
    def key_id(self) -> str | None:
        """Names the key of its pseudonyms."""
        return self.told("_meta/data_policy.json").get("pseudonyms", {}).get("key_id")


@dataclass(frozen=True)
class Pair:
    """Two runs, the earlier one `before`; it is what `after` is compared to."""

    before: State
    after: State

    def both(self, name: str) -> tuple[Any, Any]:
        """A file of JSON or YAML of either run."""
        return self.before.told(name), self.after.told(name)

    @property
    def has_equal_pseudonyms(self) -> bool:
        """Whether a person has the same pseudonym in both runs."""
        return self.before.key_id is not None and self.before.key_id == self.after.key_id

    @cached_property
    def other_files(self) -> list[str]:
        """Files with other bytes, or in one run alone, sorted; the name of the run in a text is no difference."""
        names = sorted(self.before.manifest["files"].keys() | self.after.manifest["files"].keys())
        other = [name for name in names if self.before.sha(name) != self.after.sha(name) and name not in OF_HASHES]
        return [name for name in other if not self._differ_in_name_alone(name)]

    def _differ_in_name_alone(self, name: str) -> bool:
        """Whether a text of both runs is the same but for the name of its run."""
        paths = [state.run / name for state in (self.before, self.after)]
        if Path(name).suffix not in TEXTS or not all(path.is_file() for path in paths):
            return False
        first, second = (self._without_names(path) for path in paths)
        return first == second

    def _without_names(self, path: Path) -> str:
        """A text without the names of both runs, and without the count of all bytes that the leak gate searched."""
        names = sorted((self.before.run.name, self.after.run.name), key=len, reverse=True)
        text = re.sub("|".join(map(re.escape, names)), "", path.read_text("utf-8"))
        return BYTES.sub("", text) if path.name == "leak_report.json" else text


def flat(value: Any, name: str = "") -> dict[str, Any]:
    """A nested mapping with one key a leaf: `{"a": {"b": 1}}` is `{"a.b": 1}`."""
    if not isinstance(value, Mapping):
        return {name: value}
    found: dict[str, Any] = {}
    for key, inner in value.items():
        found |= flat(inner, f"{name}.{key}" if name else str(key))
    return found


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """(key, before, after) of what differs in two nested mappings, sorted; what one has not is `(none)`."""
    one, other = flat(before), flat(after)
    pairs = ((key, one.get(key, MISSING), other.get(key, MISSING)) for key in sorted(one.keys() | other.keys()))
    return [(key, first, second) for key, first, second in pairs if first != second]
