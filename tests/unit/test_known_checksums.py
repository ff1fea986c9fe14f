"""Snakemake hashes a file again only if it may have changed."""

import asyncio
import hashlib
import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from elt import receipts
from elt.command import known_checksums

LONG_AGO = 1_700_000_000


class Hashed:
    """Stands in for Snakemake's method: the hash of a file, and how often it was asked for."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self, file: SimpleNamespace, *_: object) -> str:
        self.times += 1
        return hashlib.sha256(Path(file.file).read_bytes()).hexdigest()


async def is_there() -> bool:
    return True


def asked(path: Path, ordinary: Hashed, monkeypatch: pytest.MonkeyPatch, **other: object):
    """A call for the hash of a file that was written long before it is asked for."""
    monkeypatch.setattr(known_checksums.time, "time_ns", lambda: time.monotonic_ns() + 2**62)
    method = known_checksums.remembering(ordinary)
    file = SimpleNamespace(file=str(path), is_storage=False, exists_local=is_there, **other)
    return lambda *how: asyncio.run(method(file, *how))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "file.csv"
    file.write_text("one\n")
    return file


def test_a_file_is_hashed_once(path: Path, monkeypatch: pytest.MonkeyPatch):
    ordinary = Hashed()
    ask = asked(path, ordinary, monkeypatch)
    assert {ask(10, False, None), ask(10, False, "sha256")[:64], ask(10)} == {hashlib.sha256(b"one\n").hexdigest()}
    assert ordinary.times == 1


@pytest.mark.parametrize("how", ["in place", "by another file", "under its old time of change"])
def test_a_changed_byte_is_hashed_anew(path: Path, monkeypatch: pytest.MonkeyPatch, how: str):
    os.utime(path, (LONG_AGO, LONG_AGO))
    ask = asked(path, Hashed(), monkeypatch)
    ask(10)
    if how == "by another file":
        path.with_name("other").write_text("two\n")
        path.with_name("other").replace(path)
    else:
        path.write_text("two\n")
    if how != "in place":
        os.utime(path, (LONG_AGO, LONG_AGO))
    assert ask(10) == hashlib.sha256(b"two\n").hexdigest()


def test_a_file_that_was_written_just_now_is_not_taken_for_settled(path: Path, monkeypatch: pytest.MonkeyPatch):
    ordinary = Hashed()
    ask = asked(path, ordinary, monkeypatch)
    monkeypatch.setattr(known_checksums.time, "time_ns", lambda: path.stat().st_ctime_ns + 1)
    assert ask(10) == ask(10)
    assert ordinary.times == 2


def test_another_limit_or_another_algorithm_is_asked_of_snakemake(path: Path, monkeypatch: pytest.MonkeyPatch):
    ordinary = Hashed()
    ask = asked(path, ordinary, monkeypatch)
    for how in ((10,), (2,), (10, True), (10, False, "md5"), (10, False, "md5")):
        ask(*how)
    assert ordinary.times == 5


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A file of a run with its receipt."""
    path = tmp_path / "artifacts/runs/r/gold/data/a.csv"
    path.parent.mkdir(parents=True)
    path.write_text("one\n")
    sha = hashlib.sha256(b"one\n").hexdigest()
    receipts.write(tmp_path / "artifacts/runs/r", "gold/data/a.csv", {"sha256": sha, **receipts.look(path)})
    return path


def test_a_file_of_a_run_that_is_as_its_job_wrote_it_is_never_hashed_and_an_edited_one_is(written: Path, monkeypatch):
    ordinary = Hashed()
    ask = asked(written, ordinary, monkeypatch)
    assert ask(10) == ask(None, True) == "sha256:" + hashlib.sha256(b"one\n").hexdigest()
    assert ordinary.times == 0
    ask(2)  # above the limit that was asked for
    assert ordinary.times == 1
    before = written.stat()
    written.write_text("two\n")
    os.utime(written, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert ask(10) == hashlib.sha256(b"two\n").hexdigest()


@pytest.mark.parametrize("settled", [True, False])
def test_a_receipt_is_read_once_and_again_when_it_or_its_file_has_changed(written: Path, monkeypatch, settled: bool):
    later = 2**62 if settled else 0
    monkeypatch.setattr(known_checksums.time, "time_ns", lambda: written.stat().st_ctime_ns + 1 + later)
    run, name, read = written.parents[2], "gold/data/a.csv", []
    stated = receipts.stated
    monkeypatch.setattr(receipts, "stated", lambda *of: read.append(of) or stated(*of))
    vouched = known_checksums.Vouched()
    first = vouched.of(str(written))
    assert vouched.of(str(written)) == first is not None
    assert len(read) == (1 if settled else 2)
    receipts.write(run, name, {**first, "sha256": "other"})
    assert vouched.of(str(written))["sha256"] == "other"
    written.write_text("two\n")
    assert vouched.of(str(written)) is None
    receipts.remove(run, name)
    assert vouched.of(str(written)) is None


@pytest.mark.parametrize(("edit", "is_known"), [(False, True), (True, False)])
def test_a_receipt_that_fits_still_fits_after_a_touch_and_one_that_does_not_is_left(
    written: Path, edit: bool, is_known: bool
):
    run = written.parents[2]
    if edit:
        written.write_text("two\n")
    before = receipts.stated(run, "gold/data/a.csv")
    touched = known_checksums.noting(lambda file, times: os.utime(file.file, times))
    touched(SimpleNamespace(file=str(written)), (LONG_AGO, LONG_AGO))
    assert (receipts.by_look(written) is not None) == is_known
    assert (receipts.stated(run, "gold/data/a.csv") != before) == is_known
