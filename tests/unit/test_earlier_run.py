"""The run that `compare_to` names for a run: refused before anything runs, with a way out that works."""

import hashlib

import pytest

from elt import receipts
from elt.command import earlier_run
from elt.faults import Fault
from elt.files import read_json, write_json, write_private, write_text
from elt.protection import pseudonyms
from elt.run import run_folders

KEYS = [hashlib.sha256(seed).hexdigest() for seed in (b"one", b"other")]


def made(name: str, company: str = "shop", key: str | None = None) -> None:
    """A run with its segments, as its jobs have written them."""
    run = run_folders.RUNS / name
    identity = {"company": f"config/{company}", "raw": "raw", "created_at": "2026-11-01T00:00:00+00:00"}
    write_json(run / "_meta/run.json", identity)
    write_json(run / earlier_run.POLICY, {"pseudonyms": {"key_id": key}})
    write_json(run / earlier_run.MODEL, {"segments": []})
    write_text(run / earlier_run.SEGMENTS, "customer,segment,segment_name\ncu1_a,1,Big\n")
    for file in (earlier_run.POLICY, earlier_run.MODEL, earlier_run.SEGMENTS):
        look = receipts.look(run / file)
        receipts.write(run, file, look | {"sha256": earlier_run.receipts.files.sha256(run / file)})


def segments(folder, compare_to, run_id="now"):
    """The files of the named run."""
    config = {"company": "config/shop", "raw": "raw", "compare_to": compare_to}
    return earlier_run.segments(config, run_id, folder / ".env")


def refused(folder, compare_to, problem):
    """The fault of a run that cannot be used; without the setting, and with another run, nothing is wrong."""
    with pytest.raises(Fault, match=problem) as caught:
        segments(folder, compare_to)
    assert segments(folder, None) == ()
    return str(caught.value)


def test_without_the_setting_nothing_is_read(folder):
    assert segments(folder, None) == ()


@pytest.mark.remedy("elt.command.earlier_run", "Name another run, or leave compare_to out")
@pytest.mark.parametrize(
    ("other", "problem"),
    [("r9", "there is no such run"), ("now", "the run that is worked on"), ("r3", "belongs to company config/firm")],
)
def test_a_run_that_is_none_the_same_or_of_another_company_is_refused(folder, other, problem):
    for name, company in (("r1", "shop"), ("now", "shop"), ("r3", "firm")):
        made(name, company)
    refused(folder, other, problem)
    assert segments(folder, "r1") == tuple(
        f"artifacts/runs/r1/{name}" for name in (earlier_run.SEGMENTS, earlier_run.MODEL)
    )


@pytest.mark.remedy(
    "elt.command.earlier_run",
    "Make that run whole again, with its settings: snakemake --config run_id=… company=… raw=…",
)
@pytest.mark.parametrize("file", [earlier_run.SEGMENTS, earlier_run.MODEL, earlier_run.POLICY])
@pytest.mark.parametrize("is_gone", [False, True])
def test_a_run_whose_segments_are_gone_or_edited_is_refused_until_it_is_made_whole(folder, file, is_gone):
    made("r1")
    path = run_folders.RUNS / "r1" / file
    path.unlink() if is_gone else path.write_text(path.read_text("utf-8") + " ", "utf-8")
    said = refused(folder, "r1", f"{file} is missing, or not as its step wrote it")
    assert "snakemake --config run_id=r1 company=config/shop raw=raw" in said
    made("r1")
    assert len(segments(folder, "r1")) == 2


@pytest.mark.remedy("elt.command.earlier_run", "Name another run, or leave compare_to out")
def test_a_run_of_another_key_is_refused(folder):
    write_private(folder / ".env", f"{pseudonyms.NAME}={KEYS[0]}\n")
    made("r1", key=pseudonyms.key_id(bytes.fromhex(KEYS[1])))
    made("r2", key=pseudonyms.key_id(bytes.fromhex(KEYS[0])))
    refused(folder, "r1", "its pseudonyms were made with another key")
    assert len(segments(folder, "r2")) == 2 and read_json(run_folders.RUNS / "r2" / earlier_run.MODEL)
