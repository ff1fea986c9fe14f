"""The steps of a complete run with what each has read and made, from its manifest and the receipts of its files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from elt import receipts
from elt.faults import Fault
from elt.run import manifest

ENGINE_PAGE = "https://snakemake.github.io"  # of the program whose jobs the steps are
REMEDY = "Call the whole run again: what is not as its step wrote it is made anew"


@dataclass(frozen=True)
class Step:
    """A step: path in the run -> SHA-256 of what it made and read; SHA-256 of what it read outside, without names.

    `ended`: when its last file was whole, in UTC.
    """

    name: str
    ended: str
    made: Mapping[str, str]
    read: Mapping[str, str]
    outside: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """The rule that the step was made by."""
        return self.name.partition("/")[0]


@dataclass(frozen=True)
class StatedSteps:
    """A complete run, what its manifest states, and its steps in the order in which one reads what another made."""

    run: Path
    content: Mapping[str, Any]
    steps: tuple[Step, ...] = field(default=())

    @classmethod
    def of(cls, run: Path) -> "StatedSteps":
        """Those of a run; raises Fault if its manifest is not complete, or a receipt does not say what it says."""
        content = manifest.stated(run)
        if content is None or content["status"] != "complete":
            raise Fault(f"run {run.name}", f"{manifest.NAME} is not that of a complete run", REMEDY)
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for name, entry in content["files"].items():
            receipt = receipts.stated(run, name)
            if receipt is None or receipt["sha256"] != entry["sha256"] or not isinstance(receipt.get("job"), str):
                raise Fault(f"run {run.name}", f"{name} has no receipt, or one that says otherwise", REMEDY)
            found.setdefault(receipt["job"], {})[name] = receipt
        return cls(run, content, in_order([step_of(name, of_files) for name, of_files in sorted(found.items())]))

    @property
    def files(self) -> Mapping[str, Mapping[str, Any]]:
        """Path in the run -> hash and size of each file that the manifest states."""
        stated: Mapping[str, Mapping[str, Any]] = self.content["files"]
        return stated


def step_of(name: str, made: Mapping[str, Mapping[str, Any]]) -> Step:
    """A step; `made`: path in the run -> receipt of each of its files."""
    ended = max(receipt["modified"] for receipt in made.values()) // 1_000_000_000
    read = {path: sha for receipt in made.values() for path, sha in receipt["inputs"].items()}
    inside = {path: sha for path, sha in sorted(read.items()) if not path.startswith("outside ")}
    return Step(
        name,
        datetime.fromtimestamp(ended, UTC).isoformat(),
        {path: str(receipt["sha256"]) for path, receipt in sorted(made.items())},
        inside,
        tuple(sorted(sha for path, sha in read.items() if path not in inside)),
    )


def in_order(steps: list[Step]) -> tuple[Step, ...]:
    """The steps, each behind those that made what it reads; the order depends on nothing but their names."""
    maker = {path: step.name for step in steps for path in step.made}
    waiting = {step.name: {maker[path] for path in step.read if path in maker} for step in steps}
    by_name, done = {step.name: step for step in steps}, list[Step]()
    while waiting:
        ready = [name for name, before in waiting.items() if not before & waiting.keys()]
        if not ready:
            raise Fault("receipts", "two steps have read what the other one made", REMEDY)
        done += [by_name[name] for name in ready]
        waiting = {name: before for name, before in waiting.items() if name not in ready}
    return tuple(done)
