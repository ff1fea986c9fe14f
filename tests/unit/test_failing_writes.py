"""The N-th operation of the writer on the disk fails, for every N: what is there is the old file or the new one."""

import builtins
import errno
import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from elt import files, receipts, table_files
from elt.system_faults import TEMPORARY

OPERATIONS = {
    os: ("open", "fdopen", "fsync", "fchmod", "chmod", "replace", "close", "mkdir", "unlink"),
    builtins: ("open",),
    io: ("open",),
    Path: ("chmod", "mkdir", "unlink"),
    shutil: ("copyfile", "copyfileobj"),
    pl.DataFrame: ("write_csv",),
    files: ("sha256",),
}
ROWS = [["1", "x"], ["2", "y"]]
FRAME = pl.DataFrame({"a": ["1", "2"], "b": [0.5, 1.5]})


def parts(path: Path) -> None:
    """A table that comes in parts."""
    with files.staged(path) as temporary:
        table_files.write_parts(temporary, ["a", "b"], [FRAME, FRAME])


def noted(path: Path) -> None:
    """A file with a receipt, as jobs write it."""
    files.when_named(lambda final, sha: receipts.write(path.parent, final.name, {"sha256": sha, "bytes": 1}))
    files.write_text(path, "new\n")


def copied(path: Path) -> None:
    """A copy of a file."""
    source = path.with_name("source")
    source.write_text("new\n")
    files.copy_bytes(source, path)


WRITERS: dict[str, Callable[[Path], None]] = {
    "text": lambda path: files.write_text(path, "new\n"),
    "text of a stated mode": lambda path: files.write_text(path, "new\n", 0o640),
    "json": lambda path: files.write_json(path, {"a": 1}),
    "yaml": lambda path: files.write_yaml(path, {"a": 1}),
    "rows": lambda path: files.write_rows(path, ["a", "b"], ROWS),
    "leaving rows": lambda path: files.write_leaving(path, ["a", "b"], ROWS),
    "frame": lambda path: table_files.write_frame(path, FRAME),
    "parts": parts,
    "copy": copied,
    "private": lambda path: files.write_private(path, "new\n"),
    "unsynced": lambda path: files.write_unsynced(path, "new\n"),
    "with a receipt": noted,
}


class Failing:
    """The operations on the disk, of which the N-th fails, and what is written to files counts too."""

    def __init__(self, patched: pytest.MonkeyPatch, at: int) -> None:
        self.at, self.count, self.failed = at, 0, ""
        for place, names in OPERATIONS.items():
            for name in names:
                patched.setattr(place, name, self.instead_of(getattr(place, name), name))

    def step(self, name: str) -> None:
        """Count an operation; raises OSError if it is the one that fails."""
        self.count += 1
        if self.count == self.at:
            self.failed = name
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def instead_of(self, ordinary: Callable[..., Any], name: str) -> Callable[..., Any]:
        """An operation that may fail; one that closes does so all the same."""

        def operation(*arguments: Any, **more: Any) -> Any:
            if name == "close":
                ordinary(*arguments, **more)
                return self.step(name)
            self.step(name)
            found = ordinary(*arguments, **more)
            if name in ("open", "fdopen") and hasattr(found, "write"):
                found.close = self.instead_of(found.close, "close")
                if not isinstance(found, io.BufferedReader) and found.writable():
                    found.write = self.instead_of(found.write, "write")
            return found

        return operation


def written_without_fault(write: Callable[[Path], None], path: Path) -> tuple[bytes, int]:
    """What is written if nothing fails, and by how many operations."""
    with pytest.MonkeyPatch.context() as patched:
        counted = Failing(patched, 0)
        write(path)
    return path.read_bytes(), counted.count


@pytest.mark.parametrize("kind", WRITERS)
def test_whatever_operation_fails_the_old_file_or_the_new_one_is_there_and_the_fault_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
):
    monkeypatch.setattr(files, "_noted", [])
    write, path = WRITERS[kind], tmp_path / "artifacts/runs/r/gold/data/a.csv"
    path.parent.mkdir(parents=True)
    new, operations = written_without_fault(write, path)
    assert operations >= 4, "the faults are no faults of this writer"
    seen = set()
    for at in range(1, operations + 1):
        path.write_bytes(b"old")
        with pytest.MonkeyPatch.context() as patched:
            failing = Failing(patched, at)
            try:
                write(path)
                is_told = False  # as for a folder that could not be made and is there
            except OSError as error:
                is_told = error.errno == errno.EIO
                seen.add(failing.failed)
        assert path.read_bytes() == new or (is_told and path.read_bytes() == b"old"), f"{at}, {failing.failed}"
        left = [one.name for one in path.parent.iterdir() if one.name not in (path.name, "source", "_meta")]
        assert left == [] or failing.failed == "unlink", f"{at}, {failing.failed}, left {left}"
        assert all(TEMPORARY.fullmatch(name) or name.endswith(".tmp") for name in left)
        write(path)
        assert path.read_bytes() == new
        for name in left:
            (path.parent / name).unlink(missing_ok=True)
    assert {"open", "replace"} <= seen
