"""All that lies in a run folder, whatever it is, without following a link; and hashes of files, on all processors."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

FILE, FOLDER, LINK, OTHER, CLOSED = "file", "folder", "link", "other", "closed"
CHUNK = 1 << 20


class Entry(NamedTuple):
    """What lies under a name: its kind, permission bits, how many names it has, and its size.

    A folder that cannot be read is `closed`.
    """

    kind: str
    mode: int
    names: int
    bytes: int


def kind_of(mode: int) -> str:
    """The kind of what has such a mode."""
    kinds = ((stat.S_ISREG, FILE), (stat.S_ISDIR, FOLDER), (stat.S_ISLNK, LINK))
    return next((kind for is_kind, kind in kinds if is_kind(mode)), OTHER)


def below(folder: Path) -> dict[str, Entry]:
    """Path below a folder -> what lies there; of links themselves, never of what they point to."""
    found: dict[str, Entry] = {}
    waiting = [""]
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(folder / place) as entries:
                items = [(f"{place}{item.name}", item.stat(follow_symlinks=False)) for item in entries]
        except OSError:
            found[place.rstrip("/")] = Entry(CLOSED, 0, 1, 0)
            continue
        for name, facts in items:
            kind = kind_of(facts.st_mode)
            found[name] = Entry(kind, stat.S_IMODE(facts.st_mode), facts.st_nlink, facts.st_size)
            waiting += [f"{name}/"] * (kind == FOLDER)
    return found


def hash_of(path: Path) -> str:
    """SHA-256 of a file; empty if it cannot be read, and of a link."""
    digest = hashlib.sha256()
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, "rb", buffering=0) as file:
            while block := file.read(CHUNK):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()


def refused(path: Path) -> str:
    """Why the operating system does not let a file or folder be read: its code in brackets; empty where it does."""
    try:
        if path.is_dir():
            with os.scandir(path):
                return ""
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb", buffering=0) as file:
            while file.read(CHUNK):
                pass
    except OSError as error:
        return f" ({errno.errorcode.get(error.errno or 0, 'EIO')})"
    return ""


def hashes(folder: Path, names: Iterable[str], sizes: Mapping[str, Entry]) -> dict[str, str]:
    """Path below a folder -> SHA-256, computed on all processors, the largest files first."""
    ordered = sorted(names, key=lambda name: (-sizes[name].bytes, name))
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return dict(zip(ordered, pool.map(lambda name: hash_of(folder / name), ordered), strict=True))


def shown(name: str) -> str:
    """A name for a message: what no terminal should print stands there by its number."""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape", "surrogatepass").decode() for sign in name
    )
