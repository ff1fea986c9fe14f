"""Receipts: what a job of a run has written, and from what, one for each file; in `_meta/receipts/` of the run.

A receipt is made when a file gets its name. Before a job reads a file, and before a run is planned, the file is
compared with it: size, times and inode first, the content only where they differ. A file that was changed by anybody
but its job is never read: its job makes it again. A job belongs to one call, and holds a lock on the receipts while it
works: an orphan of a call that was killed keeps the next one out and cannot write into it.
"""

import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from elt import files
from elt.faults import Fault

FOLDER = "_meta/receipts"
CALL = f"{FOLDER}/call"  # when the call began whose jobs may write
CALL_VARIABLE = "ELT_STARTED_AT"  # the same, in the environment of its jobs
VERSIONS_VARIABLE = "ELT_VERSIONS"  # of Python and packages, as JSON
WITHOUT = ("_meta/run_manifest.json",)  # what the call itself writes, whole or failed
SEALED = 74  # bytes up to the end of a receipt's seal
_kept_out: list[int] = []  # descriptors that keep jobs out of a run while its call is planned
_held: list[int] = []  # descriptors that hold this job's lock until its process ends


def run_of(path: str | Path) -> Path | None:
    """The run folder (…/artifacts/runs/<run_id>) that holds a file, written like the path; None if none does."""
    parts = Path(path).parts
    for position in reversed(range(len(parts) - 3)):
        if parts[position : position + 2] == ("artifacts", "runs"):
            return Path(*parts[: position + 3])
    return None


def receipt_of(run: Path, name: str) -> Path:
    """Where the receipt of a file of a run lies; `name`: its path in the run."""
    return run / FOLDER / f"{name}.json"


def record_of(run: Path, name: str) -> Path:
    """Where Snakemake's record of a file of a run is kept."""
    return run / FOLDER / f"{name}.snakemake"


def look(path: Path) -> dict[str, int]:
    """What changes with a file: its size, times and inode."""
    return look_of(path.stat())


def look_of(found: os.stat_result) -> dict[str, int]:
    """What changes with a file, of its state."""
    return {
        "bytes": found.st_size,
        "modified": found.st_mtime_ns,
        "changed": found.st_ctime_ns,
        "inode": found.st_ino,
    }


def stated(run: Path, name: str) -> dict[str, Any] | None:
    """The receipt of a file; None if there is none, or none that can be read."""
    try:
        with open(f"{run}/{FOLDER}/{name}.json", "rb") as file:
            text = file.read()
        found = json.loads(text) if is_whole(text) else None
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"sha256", "bytes"} <= found.keys() else None


def is_whole(text: bytes) -> bool:
    """Whether the text of a receipt is as it was written: it begins with the hash of what follows."""
    return text[:SEALED] == sealed(text[SEALED:])[:SEALED]


def sealed(rest: bytes) -> bytes:
    """The text of a receipt, of all that follows its seal."""
    return b'{"seal": "' + hashlib.sha256(rest).hexdigest().encode() + rest


def intact(run: Path, name: str) -> str | None:
    """SHA-256 of a file that is as its job wrote it; None for any other, and for one without a receipt."""
    receipt = stated(run, name)
    return None if receipt is None else vouched(run / name, receipt)


def vouched(path: Path, receipt: Mapping[str, Any]) -> str | None:
    """SHA-256 of a file that is as its receipt says, else None."""
    return str(receipt["sha256"]) if is_as_written(path, look(path), receipt) else None


def is_as_written(path: Path, now: Mapping[str, int], receipt: Mapping[str, Any]) -> bool:
    """Whether a file that looks so is as its receipt says; it is read only if it looks otherwise."""
    if now.items() <= receipt.items():
        return True
    return bool(now["bytes"] == receipt["bytes"] and files.sha256(path) == receipt["sha256"])


def by_look(path: str | Path) -> tuple[Path, str, dict[str, Any]] | None:
    """(run, name in it, receipt) of a file that looks as its receipt says, so that it need not be read; else None."""
    if (run := run_of(path)) is None:
        return None
    name = Path(path).relative_to(run).as_posix()
    receipt = stated(run, name)
    return (run, name, receipt) if receipt and look(run / name).items() <= receipt.items() else None


def hash_of(run: Path, name: str) -> str:
    """SHA-256 of a file of a run, which is read only if it does not look as its receipt says, or has none."""
    return intact(run, name) or files.sha256(run / name)


def known(run: Path) -> Iterator[str]:
    """Paths in a run of all files that have a receipt."""
    root = f"{run}/{FOLDER}"
    for place, _, names in os.walk(root):
        within = f"{place}/"[len(root) + 1 :]
        for name in names:
            if name.endswith(".json"):
                yield within + name.removesuffix(".json")


class Compared(NamedTuple):
    """Files of a run that are there, by their paths in it: not as their jobs wrote them, sorted; the receipts of those
    that are, and look otherwise, with their new look."""

    altered: list[str]
    looks: dict[str, dict[str, Any]]


def compared(run: Path, names: Iterable[str] = ()) -> Compared:
    """Compare the files of a run with their receipts.

    `names`: those that must have a receipt where they are there, beside those that have one.
    """
    found = Compared([], {})
    for name in sorted({*known(run), *names} - {*WITHOUT}):
        try:
            state = os.stat(f"{run}/{name}")  # noqa: PTH116 (each of some hundred files)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            continue
        if not stat.S_ISREG(state.st_mode):
            continue
        receipt, now = stated(run, name), look_of(state)
        if receipt is None or not is_as_written(run / name, now, receipt):
            found.altered.append(name)
        elif not now.items() <= receipt.items():
            found.looks[name] = {**receipt, **now}
    return found


def renew(run: Path, looks: Mapping[str, Mapping[str, Any]]) -> None:
    """Note the new look of files that are as their jobs wrote them, so that they need not be read whole again."""
    for name, receipt in looks.items():
        write(run, name, receipt)


def is_as_kept(path: Path) -> bool:
    """Whether a file below the receipts is as it was written: a receipt, or a record of Snakemake below its hash."""
    try:
        text = path.read_bytes()
    except OSError:
        return False
    sha, _, record = text.partition(b"\n")
    return is_whole(text) if path.suffix == ".json" else hashlib.sha256(record).hexdigest().encode() == sha


def began(run: Path) -> str:
    """When the call began whose jobs may write; empty where nothing can be read."""
    try:
        return (run / CALL).read_text("utf-8")
    except (OSError, ValueError):
        return ""


def write(run: Path, name: str, receipt: Mapping[str, Any]) -> None:
    """Write a receipt; one that a failure of power damages is none, and then its file is made again."""
    facts = json.dumps({key: value for key, value in receipt.items() if key != "seal"}, sort_keys=True)
    files.write_unsynced(receipt_of(run, name), sealed(f'", {facts[1:]}\n'.encode()).decode())


def remove(run: Path, name: str) -> None:
    """Remove the receipt of a file that is gone, and folders that hold nothing then."""
    path = receipt_of(run, name)
    record_of(run, name).unlink(missing_ok=True)
    path.unlink(missing_ok=True)
    folder = path.parent
    while folder != run / FOLDER and folder.exists() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def keep_out(run: Path) -> None:
    """Let no job write into a run until a call is opened in it; raises Fault while an orphan is at work."""
    descriptor = os.open(run / FOLDER, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        problem = f"a step of a call that has ended is still at work{holders(descriptor)}"
        os.close(descriptor)
        raise Fault(f"run {run.name}", problem, "Wait until that process has ended, or end it") from None
    _kept_out.append(descriptor)


def open_call(run: Path, began: str) -> None:
    """Let the jobs of a new call write into a run that is kept, and those of no other."""
    files.write_unsynced(run / CALL, began)
    while _kept_out:
        os.close(_kept_out.pop())


def join_call(run: Path) -> None:
    """Hold the lock of a job until its process ends; raises Fault for a job whose call is no longer the run's."""
    descriptor = os.open(run / FOLDER, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    _held.append(descriptor)
    mine, theirs = os.environ.get(CALL_VARIABLE), run / CALL
    if mine and (not theirs.exists() or theirs.read_text("utf-8") != mine):
        raise Fault(f"run {run.name}", "this step belongs to a call that has ended", "Type the command again")


def holders(descriptor: int) -> str:
    """Which processes hold a lock on what a descriptor is open on, for a message; empty where that is not known."""
    node, found = os.fstat(descriptor).st_ino, set()
    try:
        locks = Path("/proc/locks").read_text("utf-8").splitlines()
    except OSError:
        return ""
    for line in locks:
        words = line.split()
        if len(words) == 8 and words[1] == "FLOCK" and words[5].rpartition(":")[2] == str(node):
            found.add(int(words[4]))
    told = [f"process {number} on {os.uname().nodename}{since(number)}" for number in sorted(found - {os.getpid()})]
    return f" ({'; '.join(told)})" if told else ""


def since(number: int) -> str:
    """When a process began, for a message; empty where the kernel does not say."""
    try:
        ticks = int(Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(")")[2].split()[19])
        booted = next(line for line in Path("/proc/stat").read_text("utf-8").splitlines() if line.startswith("btime "))
    except (OSError, ValueError, StopIteration):
        return ""
    began = datetime.fromtimestamp(int(booted.split()[1]) + ticks / os.sysconf("SC_CLK_TCK"), UTC)
    return f", since {began:%Y-%m-%d %H:%M:%S} UTC"


def of_inputs(paths: Iterable[str | Path], own: Path | None = None) -> dict[str, str]:
    """SHA-256 of inputs of a job by name; raises Fault for a file of a run that is not as its job wrote it.

    Files of the run are called by their path in it; `own`: that run, where files of another one may be read. Of others,
    whose name may be a person's, only the hash counts.
    """
    found = {}
    for path in dict.fromkeys(map(Path, paths)):
        run = run_of(path)
        if run is None:
            sha = files.sha256(path) if path.is_file() else ""
            found[f"outside {sha[:12]}"] = sha
            continue
        name = path.relative_to(run).as_posix()
        if name in WITHOUT or not path.is_file():
            continue
        if (receipt := intact(run, name)) is None:
            problem = "is not as the step that makes it has written it"
            raise Fault(str(path), problem, "Type the command again: it is made anew")
        found[name if run == (own or run) else f"outside {receipt[:12]}"] = receipt
    return found


def made_from(inputs: Iterable[str | Path], params: Any, own: Path | None = None) -> dict[str, Any]:
    """What a receipt says of the making of a file: hashes of inputs, params and code of its job, versions of packages.

    `own`: the run of the job.
    Raises Fault for an input that is not as its job wrote it.
    """
    return {
        "inputs": of_inputs(inputs, own),
        "params": hashlib.sha256(repr(sorted(params.items())).encode()).hexdigest(),
        "code": hashlib.sha256(repr(params.get("code")).encode()).hexdigest(),
        "versions": json.loads(os.environ.get(VERSIONS_VARIABLE, "{}")),
    }


def start(snakemake: Any) -> None:
    """In a job of a run: check what it will read, and make a receipt of each output when it gets its name."""
    outputs = {str(path): run for path in snakemake.output if (run := run_of(path)) is not None}
    if not outputs:
        return
    own = next(iter(outputs.values()))
    join_call(own)
    job = Path(snakemake.log[0])
    about = {
        "job": job.relative_to(own / "_meta/logs").with_suffix("").as_posix(),
        **made_from(snakemake.input, snakemake.params, own),
    }

    def note(final: Path, sha: str) -> None:
        run = outputs.get(str(final))
        if run is not None and (name := final.relative_to(run).as_posix()) not in WITHOUT:
            record_of(run, name).unlink(missing_ok=True)  # it is of what the file was
            write(run, name, {**about, "sha256": sha, **look(final)})

    files.when_named(note)
