"""Compare all that lies in a run with its manifest; a missing file with a tombstone is as it should be.

Inputs: the run's manifest and files, its tombstones, the log of retention.
Outputs: a summary for the closing words; every difference is in the log.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from elt import rulelog
from elt.faults import Fault
from elt.files import write_json
from elt.retention import deletion, deletion_log, inventory
from elt.retention import verification as v
from elt.retention.erasures import HOME
from elt.retention.verification import Difference, Verification
from elt.run import last_call, manifest, minisign, run_folders

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

NAMED = 20  # differences that the message lists
NOT_MADE_AGAIN = ("_meta/logs/", "_meta/benchmarks/", "_meta/history/", manifest.IDENTITY)


def remedy(differences: Sequence[Difference]) -> str:
    """What mends a run with such differences; what was changed counts as made until it is deleted."""
    do = {
        "Move what is not in the manifest out of the run": {v.ADDED, v.EMPTY, v.HIDDEN, v.NO_FILE},
        "Put the file itself in the place of a link": {v.LINKED, v.SECOND_NAME},
        "Give what has a wrong mode the one that is named": {what for _, what in differences if "the mode" in what},
        "Delete what was changed": {v.CHANGED},
        "Give this account the right to what cannot be read, or have the disk checked": {
            what for _, what in differences if what.startswith(v.UNREADABLE)
        },
    }
    found = {what for name, what in differences if what != v.CHANGED or not name.startswith(NOT_MADE_AGAIN)}
    steps = [step for step, kinds in do.items() if kinds & found]
    again = "run it again, or restore it from your backup"
    return ", then ".join([*steps, again]).capitalize()


def logged_tombstones(run_id: str) -> frozenset[tuple[str, str]]:
    """Path and sha256 of files deleted on purpose; raises Fault if the log of retention does not speak of one."""
    logged = {line["hash"] for line in deletion_log.entries(HOME)}
    try:
        stones = deletion.tombstones(run_id)
        unlogged = sum(stone["intent"] not in logged for stone in stones)
        found = frozenset((str(stone["path"]), str(stone["sha256"])) for stone in stones)
    except (OSError, ValueError, KeyError, TypeError):
        path = HOME / deletion.TOMBSTONES / f"{run_id}.json"
        raise Fault(str(path), "cannot be read as tombstones", "Restore it from your backup") from None
    if unlogged:
        raise Fault(f"run {run_id}", f"{unlogged} tombstones have no entry in the log of retention", "Restore the log")
    return found


def killed(run: Path) -> list[str]:
    """That the last call of a run at rest was killed, if it was, and at which steps."""
    was = last_call.killed(run)
    return [last_call.told(was, last_call.at_work(run, was))] if was else []


def verification_of(run: Path) -> Verification:
    """All that is known of a run that is at rest; raises Fault if it has no manifest, or one that cannot be read."""
    content, fault = manifest.parsed(run / manifest.NAME)
    if content is None:
        cause = killed(run) or ["it never came to an end, or was changed"]
        problem = f"{manifest.NAME} {fault}: {cause[0]}"
        raise Fault(f"run {run.name}", problem, "Run it again, or restore the manifest from your backup")
    return Verification(run, content, logged_tombstones(run.name), inventory.below(run))


def unsigned(run: Path, key: bytes | None) -> list[Difference]:
    """The signature of the manifest, if it is not one of the secret key that belongs to a public one."""
    if key is None or minisign.is_signed(run / manifest.NAME, run / manifest.SIGNATURE, key):
        return []
    is_there = (run / manifest.SIGNATURE).exists()
    what = "is not the signature of the manifest under public_key" if is_there else v.MISSING
    return [(manifest.SIGNATURE, what)]


def told(run: Path, found: Verification) -> list[str]:
    """The closing words of a run that is as its manifest says."""
    stated, status = found.content["files"], found.content["status"]
    lines = [f"{len(stated) - len(found.deleted)} files have the hash of the manifest"]
    lines += [f"{len(found.deleted)} were deleted on purpose and have a tombstone"] * bool(found.deleted)
    lines += [f"the run ended as {inventory.shown(status)}"] * (status != "complete")
    return [*lines, *killed(run)]


def main(run_id: str, summary: str, public_key: str | None = None) -> None:
    """Compare, and name exactly what differs; raises Fault if anything does."""
    run = run_folders.RUNS / run_id
    key = minisign.public_key(public_key) if public_key is not None else None
    with run_folders.at_rest(run):
        found = verification_of(run)
        differences = sorted([*found.differences(), *unsigned(run, key)])
        lines = [f"{inventory.shown(name)} {what}" for name, what in differences]
        for line in lines:
            rulelog.log.info("%s", line)
        if lines:
            more = [f"and {len(lines) - NAMED} more, which the log names"] if len(lines) > NAMED else []
            count = len({name for name, _ in differences})
            problem = f"{count} files are not as the manifest says: {'; '.join([*lines[:NAMED], *more])}"
            raise Fault(f"run {run_id}", "; ".join([*killed(run), problem]), remedy(differences))
        signed = ["the manifest is signed with the secret key of public_key"] * (key is not None)
        write_json(summary, {"words": f"Run {run_id} is as its manifest says.", "lines": [*told(run, found), *signed]})
    rulelog.log.info("%s is as its manifest says", run_id)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.params.run_id, snakemake.output.summary, snakemake.params.public_key)
