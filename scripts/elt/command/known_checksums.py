"""Each file is hashed once: by the job that writes it, and one that no job has written once a call.

Snakemake would hash every input again for every output of every job. A file of a run has its hash in its receipt. When
a job has ended Snakemake touches what it made; the receipt notes the new look of it, or else every job would read it.

It forgets checksums once jobs run, as a file may have changed since. Here one is kept with the state of its file: place
on the disk, size, time of change and time of status. Who sets the time of change back cannot set the other one back.
Left out, without a word, under another version or another text of the methods that it stands in for.
"""

import contextlib
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

from elt import receipts
from elt.command.monkey_patch import Guard

GUARD = Guard(("snakemake.io:_IOFile.checksum", "snakemake.io:_IOFile.touch"), "4812ec5eb285c4aa")
SETTLED = 100_000_000  # nanoseconds; a file written within one tick of the system's clock may be written again in it
SHA256 = "sha256"  # what Snakemake takes if it is told no other


def state(path: str) -> tuple[int, int, int, int, int]:
    """What a file keeps as long as nobody writes to it; the last one is its time of status."""
    found = os.stat(path)  # noqa: PTH116 (as Snakemake opens it)
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


class Vouched:
    """Receipts of files that look as they say; none is read twice that has not changed, nor has its file."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, tuple[object, ...], dict[str, Any]]] = {}

    def of(self, file: str) -> dict[str, Any] | None:
        """The receipt of a file of a run, None if it has none or does not look so."""
        asked = time.time_ns()
        with contextlib.suppress(OSError, KeyError):
            path, before, receipt = self.known[file]
            if (state(file), state(path)) == before:
                return receipt
        if (found := receipts.by_look(file)) is None:
            return None
        run, name, receipt = found
        path = str(receipts.receipt_of(run, name))
        with contextlib.suppress(OSError):
            both = state(file), state(path)
            if all(one[-1] + SETTLED < asked for one in both):
                self.known[file] = path, both, receipt
        return receipt


def remembering(ordinary: Callable[..., Awaitable[str | None]]) -> Callable[..., Awaitable[str | None]]:
    """The method that hashes a file, which does so only if it is not the file that was hashed before."""
    known: dict[tuple[object, ...], str] = {}
    vouched = Vouched()

    async def checksum(
        self: Any,
        threshold: int | None = None,
        force: bool = False,  # noqa: FBT001, FBT002 (as Snakemake's)
        algorithm: Any = None,
    ) -> str | None:
        if self.is_storage or algorithm not in (None, SHA256) or not await self.exists_local():
            return await ordinary(self, threshold, force, algorithm)
        if (found := vouched.of(self.file)) and (force or found["bytes"] < (threshold or 0)):
            return f"{SHA256}:{found['sha256']}"
        asked, before = time.time_ns(), state(self.file)
        if (threshold, force, *before) in known:
            return known[(threshold, force, *before)]
        made = await ordinary(self, threshold, force, algorithm)
        if made is not None and before[-1] + SETTLED < asked and state(self.file) == before:
            known[(threshold, force, *before)] = made
        return made

    return checksum


def noting(ordinary: Callable[..., None]) -> Callable[..., None]:
    """The method that touches a file, after which a receipt that it fitted still fits."""

    def touch(self: Any, times: tuple[float, float] | None = None) -> None:
        found = None
        with contextlib.suppress(OSError):
            found = receipts.by_look(self.file)
        ordinary(self, times)
        if found:
            run, name, receipt = found
            with contextlib.suppress(OSError):  # the file is read then, as any that does not look so
                receipts.write(run, name, {**receipt, **receipts.look(run / name)})

    return touch


@GUARD
def start() -> None:
    """From now on no file is hashed twice that has not changed, here or by a job."""
    from snakemake.io import _IOFile

    _IOFile.checksum = remembering(_IOFile.checksum)
    _IOFile.touch = noting(_IOFile.touch)
