"""Faults of the operating system, said as faults are: what cannot be used, why, with the system's code, what to do."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from elt.faults import Fault

PROBLEMS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the quota of disk space is used up",
    errno.EACCES: "the account that runs this may not use it",
    errno.EPERM: "the account that runs this may not use it",
    errno.EROFS: "it lies on a disk that can only be read",
    errno.EIO: "the disk could not read or write it",
    errno.ENOENT: "it is gone",
    errno.ENOTDIR: "a file stands where a folder has to be",
    errno.EISDIR: "a folder stands where a file has to be",
    errno.EMFILE: "too many files are open at once",
    errno.ENAMETOOLONG: "its name is too long for this disk",
}
AGAIN = "type the same command again"
REMEDIES = {
    errno.ENOSPC: f"Make room on it, and {AGAIN}",
    errno.EDQUOT: f"Make room, or have the quota raised, and {AGAIN}",
    errno.EACCES: f"Give that account the right to it, and {AGAIN}",
    errno.EPERM: f"Give that account the right to it, and {AGAIN}",
    errno.EROFS: f"Make the disk writable, or work in another folder, and {AGAIN}",
    errno.EIO: f"Have the disk checked, restore what it has lost, and {AGAIN}",
    errno.ENOENT: f"Put it back if it is yours, and {AGAIN}",
    errno.ENOTDIR: f"Move the file elsewhere, and {AGAIN}",
    errno.EISDIR: f"Move the folder elsewhere, and {AGAIN}",
    errno.EMFILE: f"Raise the limit (ulimit -n), and {AGAIN}",
    errno.ENAMETOOLONG: f"Choose a shorter name, and {AGAIN}",
}
OF_POLARS = re.compile(r"\(os error (\d+)\)")
TEMPORARY = re.compile(r"\.(.+)\.\d+\.tmp(\.\w+)?")  # what `files.staged` calls what is not yet whole
OURS = (
    "artifacts",
    "config",
    "scripts",
    "rules",
    ".snakemake",
    ".env",
)  # places whose files have names that may be said


def code_of(error: BaseException) -> int | None:
    """The system's number of an error; None for what is no fault of the operating system that is known here."""
    if not isinstance(error, OSError):
        return None
    said = OF_POLARS.search(str(error))
    code = error.errno if error.errno is not None else int(said[1]) if said else None
    return code if code in PROBLEMS else None


def at(error: BaseException, path: Path) -> OSError | None:
    """The same error with the path of the file that was being written, if it names none; None for any other error."""
    code = code_of(error)
    if code is None or getattr(error, "filename", None) is not None:
        return None
    return OSError(code, os.strerror(code), str(path))


def place(path: str) -> str:
    """A path for a message: that of a file elsewhere, which may be called after a person, is that of its folder."""
    final = TEMPORARY.sub(r"\1\2", Path(path).name)
    shown = Path(os.path.relpath(path) if Path(path).is_absolute() else path).with_name(final)
    return shown.as_posix() if shown.parts[0] in OURS else f"a file in {Path(path).parent}"


def fault(error: BaseException) -> Fault | None:
    """What is said of an error; None for what is no fault of the operating system that is known here."""
    code = code_of(error)
    if code is None:
        return None
    name = getattr(error, "filename", None)
    where = place(os.fsdecode(name)) if isinstance(name, str | bytes) else "a file of this step"
    return Fault(where, f"{PROBLEMS[code]} ({errno.errorcode[code]})", REMEDIES[code])


@contextmanager
def noted() -> Iterator[list[str]]:
    """Go on after a fault of the operating system, where something more important is to be said; the list gets it."""
    found: list[str] = []
    try:
        yield found
    except OSError as error:
        if (told := fault(error)) is None:
            raise
        found.append(str(told))
