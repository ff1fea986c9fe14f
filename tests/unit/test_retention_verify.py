"""The check of a run: exactly what differs from the manifest is named, and tombstones are accepted."""

import json
from datetime import date
from pathlib import Path

import pytest
from erasure_case import WHEN, finished

import retention_expire
import retention_verify
from elt import receipts
from elt.command import request, retention
from elt.faults import Fault
from elt.files import sha256
from elt.retention import deletion_log, erasures
from elt.run import manifest

CONFIG = {"company": "config/shop", "raw": "raw", "erase_from": None, "today": "clock"}


pytestmark = pytest.mark.usefixtures("folder")


def verify(folder: Path, run: str = "r1") -> list[str]:
    """The lines of the closing words."""
    retention_verify.main(run, str(folder / "verify.json"))
    return json.loads((folder / "verify.json").read_text())["lines"]


def test_a_run_that_is_as_it_was_passes(folder):
    finished(folder, "r1")
    assert verify(folder) == ["11 files have the hash of the manifest"]


def test_exactly_what_differs_is_named(folder):
    run = finished(folder, "r1")
    (run / "silver/data/customers.csv").write_text("id,number\n")
    (run / "reports/final_expose.md").unlink()
    (run / "gold/data").mkdir(exist_ok=True)
    (run / "gold/data/new.csv").write_text("a\n")
    with pytest.raises(Fault) as caught:
        verify(folder)
    assert (
        "3 files are not as the manifest says: reports/final_expose.md is missing; silver/data/customers.csv was "
        "changed; gold/data/new.csv is not in the manifest"
    ) in str(caught.value)
    assert (
        "Move what is not in the manifest out of the run, then delete what was changed, then run it again, or restore "
        "it from your backup."
    ) in str(caught.value)


def edited_manifest(run: Path, name: str, *, with_root: bool) -> None:
    """Give a file another content and the manifest its hash."""
    (run / name).write_text("other\n")
    path = run / manifest.NAME
    stated = json.loads(path.read_text())
    stated["files"][name]["sha256"] = sha256(run / name)
    stated |= {"root": manifest.root(stated["files"])} if with_root else {}
    path.write_text(json.dumps(stated))


def test_an_edited_manifest_is_known_by_its_root_hash_and_by_the_receipts(folder):
    run = finished(folder, "r1")
    edited_manifest(run, "reports/final_expose.md", with_root=False)
    with pytest.raises(Fault, match="run_manifest.json was edited: its root hash is another; reports/final_expose.md"):
        verify(folder)
    edited_manifest(run, "reports/final_expose.md", with_root=True)
    with pytest.raises(Fault, match=r"manifest says: reports/final_expose\.md has a receipt that says otherwise\. Run"):
        verify(folder)


def test_a_receipt_that_is_gone_and_one_of_a_file_that_the_manifest_does_not_know_are_named(folder):
    run = finished(folder, "r1")
    receipts.remove(run, "reports/final_expose.md")
    receipts.write(run, "reports/other.md", {"sha256": "0", "bytes": 0})
    with pytest.raises(Fault) as caught:
        verify(folder)
    assert "final_expose.md has no receipt of its job; reports/other.md has a receipt and is not in" in str(
        caught.value
    )


def test_what_is_missing_alone_is_made_again_by_a_run(folder):
    run = finished(folder, "r1")
    (run / "reports/final_expose.md").unlink()
    with pytest.raises(Fault, match=r"missing\. Run it again, or restore it from your backup\."):
        verify(folder)


def test_what_was_deleted_on_purpose_may_be_missing_and_nothing_else(folder):
    run = finished(folder, "r1")
    retention_expire.main(30, date(2026, 12, 31), WHEN, str(folder / "summary.json"))
    assert verify(folder)[1] == "6 were deleted on purpose and have a tombstone"
    (run / "reports/final_expose.md").unlink()
    with pytest.raises(Fault, match="1 files are not as the manifest says: reports/final_expose.md is missing"):
        verify(folder)


def test_a_tombstone_of_other_content_is_none(folder):
    run = finished(folder, "r1")
    retention_expire.main(30, date(2026, 12, 31), WHEN, str(folder / "summary.json"))
    manifest = run / "_meta/run_manifest.json"
    stated = json.loads(manifest.read_text())
    stated["files"]["silver/data/customers.csv"]["sha256"] = "0" * 64
    manifest.write_text(json.dumps(stated))
    with pytest.raises(Fault, match="silver/data/customers.csv is missing"):
        verify(folder)


def test_tombstones_without_an_entry_in_the_log_are_refused(folder):
    finished(folder, "r1")
    retention_expire.main(30, date(2026, 12, 31), WHEN, str(folder / "summary.json"))
    (erasures.HOME / deletion_log.LOG).unlink()
    with pytest.raises(Fault, match="7 tombstones have no entry in the log"):
        verify(folder)


def test_a_run_that_never_ended_is_refused(folder):
    run = finished(folder, "r1")
    (run / "_meta/run_manifest.json").unlink()
    with pytest.raises(Fault, match="has no manifest"):
        verify(folder)


def test_the_newest_run_of_the_data_is_meant_unless_one_is_named(folder):
    finished(folder, "r1")
    finished(folder, "r2", created="2026-11-02T00:00:00+00:00")
    assert retention.verified_run(CONFIG) == "r2"
    assert retention.verified_run({**CONFIG, "run_id": "r1"}) == "r1"
    assert retention.verified_run({**CONFIG, "run_id": "r9"}) is None
    assert retention.verified_run({**CONFIG, "raw": "other"}) is None


@pytest.mark.parametrize(
    ("arguments", "target"),
    [(["expire", "--cores", "2"], "expire"), (["retention_erase"], "erase"), (["-n", "verify"], "verify"), (["all"], "run"),
     (["compare"], "compare")],
)  # fmt: skip
def test_the_target_is_found_in_the_command_line(arguments, target):
    assert request.of(request.targets(arguments)) == target


@pytest.mark.parametrize(
    ("target", "change", "fault"),
    [
        ("erase", {}, "erase_from: name the file with the customers"),
        ("erase", {"erase_from": "none.txt"}, "erase_from: none.txt is no file"),
        ("erase", {"erase_from": "-"}, None),
        ("expire", {"today": "2026-02-30"}, "today: 2026-02-30 is no day"),
        ("verify", {}, "run_id: there is no such run"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_done(target, change, fault):
    found = list(retention.faults(target, {**CONFIG, **change}))
    assert found == [] if fault is None else found[0].startswith(fault)
