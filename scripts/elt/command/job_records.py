"""Snakemake's records of jobs, kept in the run beside the receipts: what a run was made with is known by the run.

Snakemake keeps in `.snakemake/metadata` with which params and inputs each file was made, and that is how it knows what
is stale. That folder belongs to one checkout: lost, or in another checkout, another seed or another privacy setting
would count as made. So the records are kept in the run when a call ends, and laid back before the next one is planned.
A job takes away the kept record of what it writes; where none is left the file is made again.
"""

import hashlib
import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path

from elt import receipts
from elt.files import write_unsynced
from elt.run import manifest

FOLDER = Path(".snakemake/metadata")
FORMAT = 6  # of Snakemake's records, for which this is made
LONGEST = 254  # signs of a part of a record's path
CLOSE = 0.001  # seconds by which two times of change may differ that are the same


def is_as_known() -> bool:
    """Whether the records are those that this module was made for; else Snakemake's own are all that there is."""
    from snakemake import persistence

    return getattr(persistence, "RECORD_FORMAT_VERSION", None) == FORMAT


def record_of(path: str) -> Path:
    """Where Snakemake keeps its record of an output."""
    name = urlsafe_b64encode(path.encode()).decode()
    parts = [name[at : at + LONGEST] for at in range(0, len(name), LONGEST)]
    return FOLDER.joinpath(*(f"@{part}" for part in parts[:-1]), parts[-1])


def read(path: Path) -> str:
    """The text of a record; empty if there is none."""
    try:
        with open(path, "rb") as file:
            return file.read().decode()
    except (OSError, ValueError):
        return ""


def read_kept(path: Path) -> str:
    """The text of a record that is kept in a run, below its hash; empty if there is none that is as it was written."""
    sha, _, text = read(path).partition("\n")
    return text if sha == hashlib.sha256(text.encode()).hexdigest() else ""


def pairs(run: Path) -> Iterator[tuple[str, Path, Path]]:
    """(name in the run, kept record, Snakemake's record) of each file with a receipt, and of the manifest."""
    for name in (*receipts.known(run), manifest.NAME):
        if (run / name).is_file():
            yield name, receipts.record_of(run, name), record_of(f"{run.as_posix()}/{name}")


def keep(run: Path) -> None:
    """At the end of a call: keep the records of a run's files in it."""
    if not is_as_known():
        return
    for _, kept, own in pairs(run):
        if (text := read(own)) and text != read_kept(kept):
            write_unsynced(kept, f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}")


def restore(run: Path) -> list[str]:
    """Before a call is planned: lay back the records that the run keeps; files of which no record is left, sorted."""
    if not is_as_known():
        return []
    lost = []
    for name, kept, own in pairs(run):
        text, found = read_kept(kept), read(own)
        if text and text != found:
            own.parent.mkdir(parents=True, exist_ok=True)
            write_unsynced(own, text)
        if not text and name != manifest.NAME and not is_of(found, run / name):  # it closes failed calls too
            lost.append(name)
    return sorted(lost)


def is_of(record: str, path: Path) -> bool:
    """Whether a record was made when a file was written as it is; one from before the file was made again is none."""
    try:
        made = json.loads(record)["endtime"]
    except (ValueError, KeyError):
        return False
    return made is not None and abs(made - os.stat(path).st_mtime) < CLOSE  # noqa: PTH116
