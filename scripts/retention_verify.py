"""Hash a run again and compare it with its manifest; a missing file with a tombstone is as it should be.

Inputs: the run's manifest and files, its tombstones, the log of retention.
Outputs: a summary for the closing words.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import receipts, rulelog
from elt.faults import Fault
from elt.files import read_json, write_json
from elt.retention import deletion, deletion_log
from elt.retention.erasures import HOME
from elt.run import manifest, run_folders

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

NAMED = 20  # differences that the message lists


def differences(
    stated: Mapping[str, Any], present: Mapping[str, Any], tombstones: set[tuple[str, str]]
) -> tuple[list[str], int]:
    """(a line a file that is not as the manifest says, number of missing files that have a tombstone).

    `stated`, `present`: path -> facts with its sha256; `tombstones`: path and sha256 of files deleted on purpose.
    """
    lines, deleted = [], 0
    for name, entry in sorted(stated.items()):
        if name in present:
            lines += [f"{name} was changed"] * (present[name]["sha256"] != entry["sha256"])
        elif (name, entry["sha256"]) in tombstones:
            deleted += 1
        else:
            lines.append(f"{name} is missing")
    lines += [f"{name} is not in the manifest" for name in sorted(present.keys() - stated.keys())]
    return lines, deleted


def unproved(run: Path, stated: Mapping[str, Any], root: str) -> list[str]:
    """A line for what does not fit together: the manifest with its root hash, files with the receipts of their jobs."""
    lines = [] if root == manifest.root(stated) else [f"{manifest.NAME} was edited: its root hash is another"]
    for name, entry in sorted(stated.items()):
        if not (run / name).exists():
            continue
        receipt = receipts.stated(run, name)
        if receipt is None:
            lines.append(f"{name} has no receipt of its job")
        elif receipt["sha256"] != entry["sha256"]:
            lines.append(f"{name} has a receipt that says otherwise")
    others = sorted(name for name in receipts.known(run) if name not in stated and not manifest.is_apart(name))
    return [*lines, *(f"{name} has a receipt and is not in the manifest" for name in others)]


def remedy(lines: Iterable[str]) -> str:
    """What mends a run with such differences; what was changed counts as made until it is deleted."""
    do = {
        "is not in the manifest": "Move what is not in the manifest out of the run",
        "was changed": "Delete what was changed",
    }
    steps = [step for words, step in do.items() if any(line.endswith(words) for line in lines)]
    again = "run it again, or restore it from your backup"
    return ", then ".join([*steps, again]).capitalize()


def logged_tombstones(run_id: str) -> set[tuple[str, str]]:
    """Path and sha256 of files deleted on purpose; raises Fault if the log of retention does not speak of one."""
    logged = {line["hash"] for line in deletion_log.entries(HOME)}
    stones = deletion.tombstones(run_id)
    if unlogged := sum(stone["intent"] not in logged for stone in stones):
        raise Fault(f"run {run_id}", f"{unlogged} tombstones have no entry in the log of retention", "Restore the log")
    return {(stone["path"], stone["sha256"]) for stone in stones}


def main(run_id: str, summary: str) -> None:
    """Compare, and name exactly what differs; raises Fault if anything does."""
    run = run_folders.RUNS / run_id
    closed = run / "_meta/run_manifest.json"
    if not closed.exists():
        raise Fault(f"run {run_id}", "has no manifest, so it never came to an end", "Run it again")
    stated = read_json(closed)
    lines, deleted = differences(
        stated["files"], manifest.files(run, {*stated["files"], *manifest.present(run)}), logged_tombstones(run_id)
    )
    lines += unproved(run, stated["files"], stated.get("root", ""))
    if lines:
        more = [f"and {len(lines) - NAMED} more"] if len(lines) > NAMED else []
        problem = f"{len(lines)} files are not as the manifest says: {'; '.join([*lines[:NAMED], *more])}"
        raise Fault(f"run {run_id}", problem, remedy(lines))
    counts = [f"{len(stated['files']) - deleted} files have the hash of the manifest"]
    counts += [f"{deleted} were deleted on purpose and have a tombstone"] * bool(deleted)
    counts += [f"the run ended as {stated['status']}"] * (stated["status"] != "complete")
    write_json(summary, {"words": f"Run {run_id} is as its manifest says.", "lines": counts})
    rulelog.log.info("%s is as its manifest says", run_id)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(run_id=snakemake.params.run_id, summary=snakemake.output.summary)
