"""Which run folder an invocation works on, and who may work on it.

A run belongs to one company and one raw folder; `_meta/run.json` says which. Nothing here creates a folder until
`begin` is called, so that a dry run, a listing or a report leave no trace.
"""

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from elt import receipts
from elt.faults import Fault
from elt.files import CLOSED, PRIVATE, PRIVATE_FOLDER, PROTECTED_LAYERS, read_json, sealed, write_json
from elt.run import manifest

RUNS = Path("artifacts/runs")
IDENTITY = manifest.IDENTITY
RECORDS = ("_meta/logs", "_meta/benchmarks", receipts.FOLDER)  # closed to others
STAYS_CLOSED = ("_meta/searched.json", "release/")  # what a run publishes only on request, or not at all
EVIDENCE = (
    manifest.NAME,
    manifest.SIGNATURE,
    "_meta/data_policy.json",
    "_meta/ledger.json",
    "_meta/privacy",
    "bronze/reports",
    "silver/reports",
    "gold/reports",
    "step1_eda/reports",
    "step2_feature_engineering/reports",
    "step3_segmentation/reports",
    "step3_segmentation/_meta",
    "reports",
)
STAGES = {
    "eda": "step1_eda",
    "features": "step2_feature_engineering",
    "segmentation": "step3_segmentation",
}
_locks: list[int] = []  # descriptors that hold the kernel's lock until this process ends


def pathvars(home: str) -> dict[str, str]:
    """The folders below the home of an invocation, by the names that rules call them by.

    Whatever is published later lies in the closed place until it is searched: a mirror of the run folder.
    """
    meta = {"meta": "_meta", "logs": "_meta/logs", "benchmarks": "_meta/benchmarks"}
    layers = {name: name for name in PROTECTED_LAYERS}
    mirrored = {"evidence": "_meta", "reports": "reports", "release": "release", **STAGES}
    closed = {name: f"{CLOSED}/{folder}" for name, folder in mirrored.items()}
    return {"home": home, **{name: f"{home}/{folder}" for name, folder in (meta | layers | closed).items()}}


def contracted(path: str) -> str:
    """The path under which a closed file is published; any other path stays as it is."""
    return path.replace(f"/{CLOSED}/", "/", 1)


def run_of(path: Path) -> Path:
    """The run folder of a file in its `_meta` or in the closed mirror of it."""
    above = path.parents[1]
    return above.parent if above.name == CLOSED else above


def identity(config: Mapping[str, Any]) -> dict[str, str]:
    """Company and raw folder relative to the project, so that they stay the same in another folder."""
    return {key: os.path.relpath(os.path.realpath(config[key])) for key in ("company", "raw")}


def stated(path: Path) -> dict[str, str] | None:
    """The identity that a file states; None for one that is damaged or cannot be read."""
    try:
        found = read_json(path) if path.is_file() else {}  # to open a pipe would wait for ever
        datetime.fromisoformat(found["created_at"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if all(isinstance(found.get(key), str) for key in ("company", "raw")) else None


def known() -> dict[str, dict[str, str]]:
    """Run id -> identity of every run, oldest first; runs whose identity is damaged are left out."""
    every = {path.parent.parent.name: stated(path) for path in RUNS.glob(f"*/{IDENTITY}")}
    found = {name: theirs for name, theirs in every.items() if theirs is not None}
    return dict(sorted(found.items(), key=lambda item: (item[1]["created_at"], item[0])))


def damaged() -> list[str]:
    """Ids of the runs whose identity is damaged, sorted: nobody knows whose they are."""
    return sorted(path.parent.parent.name for path in RUNS.glob(f"*/{IDENTITY}") if stated(path) is None)


def with_pseudonyms() -> list[str]:
    """Ids of the runs that have, or had, pseudonyms made with a key, oldest first."""
    marks = ("gold/data/customer_pseudonyms.csv", "_meta/data_policy.json")
    return [run for run in (*known(), *damaged()) if any((RUNS / run / mark).exists() for mark in marks)]


def choose(config: Mapping[str, Any], now: datetime) -> str:
    """The id of the run to work on; raises Fault if the named run belongs to other data."""
    wanted, mine, runs = config.get("run_id"), identity(config), known()
    if wanted not in (None, "new"):
        theirs = runs.get(wanted)
        if wanted in damaged():
            problem = f"{RUNS / wanted / IDENTITY} is damaged, so it is not known whose run it is"
            raise Fault(f"run_id {wanted}", problem, "Restore that file from a copy, or move the run folder elsewhere")
        if theirs is None and (RUNS / wanted).exists():
            raise Fault(f"run_id {wanted}", "a folder of that name is there, but it is no run", "Choose another id")
        if theirs and any(theirs[key] != mine[key] for key in mine):
            raise Fault(
                f"run_id {wanted}",
                f"this run belongs to company {theirs['company']} and raw folder {theirs['raw']}",
                "Name another run_id, or run_id=new",
            )
        return wanted
    own = [run for run, theirs in runs.items() if all(theirs[key] == mine[key] for key in mine)]
    if own and wanted is None:
        return own[-1]
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return next(name for n in range(1, 1000) if not (RUNS / (name := stamp if n == 1 else f"{stamp}-{n}")).exists())


def is_new(config: Mapping[str, Any], now: datetime) -> bool:
    """Whether the run to work on is not there yet; raises Fault as `choose` does."""
    return not (RUNS / choose(config, now)).exists()


def finished(run: str, config: Mapping[str, Any]) -> None:
    """Raises Fault unless a run that `choose` gave is complete, so that all that a report shows is there."""
    stated = manifest.stated(RUNS / run)
    if stated is not None and stated["status"] == "complete":
        return
    runs, mine = known(), identity(config)
    if run in runs:
        raise Fault(
            f"run {run}", "it is not complete, so there is no report of it", "Type the command without --report"
        )
    newest = "".join(f"; run {name} is of {of['company']} and {of['raw']}" for name, of in [*runs.items()][-1:])
    raise Fault(
        "--report",
        f"there is no run of company {mine['company']} and raw folder {mine['raw']}{newest}",
        "Type the command without --report, or name the company and the raw folder of a run with --config",
    )


def is_held(folder: Path) -> bool:
    """Whether this process holds the lock on a folder."""
    return any(os.path.samestat(os.fstat(descriptor), folder.stat()) for descriptor in _locks)


def hold(folder: Path, kind: int, where: str, problem: str) -> None:
    """Take the kernel's lock on a folder until this process ends; raises Fault if another process is in its way."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        who = receipts.holders(descriptor)
        os.close(descriptor)
        raise Fault(where, f"{problem}{who}", "Wait until it has ended") from None
    _locks.append(descriptor)


def lock(run: Path, kind: int = fcntl.LOCK_EX) -> None:
    """Take the kernel's lock on the run folder until this process ends; raises Fault if another process holds it."""
    hold(run / "_meta", kind, f"run {run.name}", "another process is working on it")


@contextmanager
def at_rest(run: Path) -> Iterator[None]:
    """Keep other processes from working on a run; raises Fault if one is at work."""
    lock(run, fcntl.LOCK_SH)
    try:
        yield
    finally:
        os.close(_locks.pop())


def unpublished(run: Path) -> bool:
    """Whether a closed file is there that is not what was published of it, as the receipts of both say."""
    closed = (path.relative_to(run / CLOSED).as_posix() for path in (run / CLOSED).rglob("*") if path.is_file())
    return any(
        receipts.hash_of(run, f"{CLOSED}/{name}") != (receipts.stated(run, name) or {}).get("sha256")
        for name in closed
        if not name.startswith(STAYS_CLOSED)
    )


def withdraw(run: Path, names: Iterable[str], looks: Mapping[str, Mapping[str, Any]]) -> None:
    """Remove files of a run that this process has taken, and note how the others look now, as `receipts.compared`."""
    for name in names:
        (run / name).unlink()
    receipts.renew(run, {name: receipt for name, receipt in looks.items() if (run / name).is_file()})


def take(run: Path) -> None:
    """Keep everybody else out of a run until this process ends, steps of calls that have ended among them.

    Raises Fault if another process is working on it, or such a step is.
    """
    if is_held(run / "_meta"):
        return
    for folder in (run, *(run / name for name in RECORDS)):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(PRIVATE_FOLDER)
    hold(run.parent, fcntl.LOCK_SH, f"run {run.name}", "persons are being erased from all runs")
    lock(run)
    receipts.keep_out(run)


def begin(run: Path, config: Mapping[str, Any], now: datetime) -> None:
    """Take a run, create its identity if it is new, and keep the evidence of its last finished state."""
    (run / "_meta").mkdir(parents=True, exist_ok=True)
    take(run)
    receipts.open_call(run, now.isoformat())
    if not (run / IDENTITY).exists():
        facts = {**identity(config), "created_at": now.astimezone(UTC).isoformat()}
        write_json(run / IDENTITY, sealed(facts), PRIVATE)
    stated = manifest.stated(run)
    if stated is not None and stated["status"] == "complete":
        keep_evidence(run, stated["finished_at"])


def stamp_of(finished_at: str) -> str:
    """What a kept state is called, by when it was finished."""
    return finished_at.replace(":", "").replace("-", "").replace("+0000", "Z")


def keep_evidence(run: Path, finished_at: str) -> None:
    """Copy manifest, policy, ledger and reports (no row-level data) to `_meta/history/<finished_at>/`.

    The history is closed to others: the reports of the protected layers are in it.
    """
    kept = run / manifest.HISTORY / stamp_of(finished_at)
    if kept.exists():
        return
    half = kept.with_name(f".{kept.name}.tmp")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    half.parent.chmod(PRIVATE_FOLDER)
    for name in EVIDENCE:
        source, target = run / name, half / name
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, target)
    half.rename(kept)
