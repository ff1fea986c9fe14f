"""The check of a run: exactly what differs from the manifest is named, and tombstones are accepted."""

import errno
import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import made_manifest
import pytest
from as_a_job import run_as_a_job
from erasure_case import WHEN, finished
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from test_manifest import damaged

import retention_expire
import retention_verify
from elt import files, receipts
from elt.command import request, retention
from elt.faults import Fault
from elt.files import read_json, sha256, write_text
from elt.retention import deletion, deletion_log, erasures, inventory, verification
from elt.run import last_call, manifest, run_folders

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of nothing
CONFIG = {"company": "config/shop", "raw": "raw", "erase_from": None, "today": "clock"}


pytestmark = pytest.mark.usefixtures("folder")


def verify(folder: Path, run: str = "r1", public_key: str | None = None) -> list[str]:
    """The lines of the closing words, of a call of its own."""
    while run_folders._locks:
        os.close(run_folders._locks.pop())
    retention_verify.main(run, str(folder / "verify.json"), public_key)
    return json.loads((folder / "verify.json").read_text())["lines"]


def test_a_run_that_is_as_it_was_passes(folder):
    finished(folder, "r1")
    assert verify(folder) == ["11 files have the hash of the manifest"]


def test_a_run_that_failed_and_is_as_its_manifest_says_is_told_to_have_failed(folder):
    run = finished(folder, "r1")
    made_manifest.write(run, **{**read_json(run / manifest.NAME), "status": "failed"})
    assert verify(folder) == ["11 files have the hash of the manifest", "the run ended as failed"]


def test_the_job_compares_the_run_that_is_named_with_the_key_that_is_set(folder, monkeypatch):
    finished(folder, "r1")
    job = {"output": SimpleNamespace(summary="out.json"), "params": SimpleNamespace(run_id="r1", public_key=None)}
    run_as_a_job(monkeypatch, "retention_verify.py", **job)
    assert json.loads(Path("out.json").read_text())["words"] == "Run r1 is as its manifest says."
    job["params"].public_key = "no key"
    with pytest.raises(Fault, match="public"):
        run_as_a_job(monkeypatch, "retention_verify.py", **job)


def test_a_folder_that_the_system_does_not_let_be_read_is_named_with_the_code_and_nothing_that_lies_in_it(
    folder, monkeypatch
):
    run, plain = finished(folder, "r1"), os.scandir

    def refusing(path="."):
        if Path(path) == run / "silver/data":
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return plain(path)

    write_text(run / "silver/data_more/x.csv", "x")
    monkeypatch.setattr(os, "scandir", refusing)
    assert said(folder) == ["silver/data cannot be read (EACCES)", "silver/data_more/x.csv is not in the manifest"]
    with pytest.raises(
        Fault, match="then give this account the right to what cannot be read, or have the disk checked"
    ):
        verify(folder)
    monkeypatch.setattr(os, "scandir", plain)
    assert inventory.refused(run / "silver/data") == "" == inventory.refused(run / manifest.NAME)


def test_what_could_not_be_read_and_can_be_a_moment_later_is_not_called_changed(folder, monkeypatch):
    run, plain, refused = finished(folder, "r1"), (os.scandir, inventory.hash_of), []
    name = "reports/final_expose.md"

    def refusing(path="."):
        if Path(path) == run / "silver/data" and not refused:
            refused.append(path)
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return plain[0](path)

    monkeypatch.setattr(os, "scandir", refusing)
    monkeypatch.setattr(inventory, "hash_of", lambda path: "" if path == run / name else plain[1](path))
    assert said(folder) == [f"{name} cannot be read", "silver/data cannot be read"]


def test_exactly_what_differs_is_named(folder):
    run = finished(folder, "r1")
    (run / "silver/data/customers.csv").write_text("id,number\n")
    (run / "reports/final_expose.md").unlink()
    write_text(run / "gold/data/new.csv", "a\n")
    with pytest.raises(Fault) as caught:
        verify(folder)
    assert (
        "3 files are not as the manifest says: gold/data/new.csv is not in the manifest; reports/final_expose.md is "
        "missing; silver/data/customers.csv was changed"
    ) in str(caught.value)
    assert (
        "Move what is not in the manifest out of the run, then delete what was changed, then run it again, or restore "
        "it from your backup."
    ) in str(caught.value)


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES])
@pytest.mark.remedy("retention_verify", "…run it again, or restore it from your backup")
def test_a_file_that_the_system_does_not_let_be_read_is_told_with_its_code_and_passes_once_it_does(
    folder, monkeypatch, code
):
    run, plain = finished(folder, "r1"), os.open
    closed = next(path for path in sorted(run.rglob("*.csv")) if "silver" in path.parts)

    def refusing(path, *arguments, **more):
        if Path(path) == closed:
            raise OSError(code, os.strerror(code), str(path))
        return plain(path, *arguments, **more)

    monkeypatch.setattr(os, "open", refusing)
    with pytest.raises(Fault) as caught:
        verify(folder)
    name = closed.relative_to(run).as_posix()
    assert f"1 files are not as the manifest says: {name} cannot be read ({errno.errorcode[code]})" in str(caught.value)
    assert "Give this account the right to what cannot be read, or have the disk checked, then" in str(caught.value)
    monkeypatch.setattr(os, "open", plain)
    assert verify(folder) == ["11 files have the hash of the manifest"]


def edited_manifest(run: Path, name: str, *, with_root: bool) -> None:
    """Give a file another content and the manifest its hash."""
    (run / name).write_text("other\n")
    path = run / manifest.NAME
    stated = json.loads(path.read_text())
    stated["files"][name] |= {"sha256": sha256(run / name), "bytes": (run / name).stat().st_size}
    stated |= {"root": manifest.root(stated["files"])} if with_root else {}
    path.write_text(json.dumps(stated))


def test_an_edited_manifest_is_known_by_its_root_hash_and_by_the_receipts(folder):
    run = finished(folder, "r1")
    edited_manifest(run, "reports/final_expose.md", with_root=False)
    with pytest.raises(Fault, match="run_manifest.json was edited: its root hash is another; reports/final_expose.md"):
        verify(folder)
    edited_manifest(run, "reports/final_expose.md", with_root=True)
    words = "run_manifest.json was edited; reports/final_expose.md has a receipt that says otherwise. Run it again"
    with pytest.raises(Fault, match=re.escape(words)):
        verify(folder)


@pytest.mark.parametrize(
    ("name", "what", "first"),
    [
        ("reports/a.md", verification.LINKED, "Put the file itself in the place of a link, then"),
        ("reports/a.md", verification.SECOND_NAME, "Put the file itself in the place of a link, then"),
        ("reports/a.md", verification.HIDDEN, "Move what is not in the manifest out of the run, then"),
        ("reports/a.md", verification.NO_FILE, "Move what is not in the manifest out of the run, then"),
        ("reports/a.md", "has the mode 0640 instead of 0600", "Give what has a wrong mode the one that is named, then"),
        ("reports/a.md", verification.CHANGED, "Delete what was changed, then"),
        ("_meta/logs/a.log", verification.CHANGED, ""),
        (manifest.IDENTITY, verification.CHANGED, ""),
    ],
)
def test_what_is_to_be_done_before_a_run_is_made_again_depends_on_the_difference(name, what, first):
    expected = f"{first} run it again, or restore it from your backup".strip().capitalize()
    assert retention_verify.remedy([(name, what)]) == expected


def test_a_receipt_that_is_gone_and_one_of_a_file_that_the_manifest_does_not_know_are_named(folder):
    run = finished(folder, "r1")
    receipts.remove(run, "reports/final_expose.md")
    receipts.write(run, "reports/other.md", {"sha256": "0", "bytes": 0})
    with pytest.raises(Fault) as caught:
        verify(folder)
    assert "receipts/reports/other.md.json is not in the manifest; reports/final_expose.md has no receipt of" in str(
        caught.value
    )


def test_a_file_that_was_put_into_a_run_with_a_receipt_of_its_own_is_named_with_it(folder):
    run, name = finished(folder, "r1"), "reports/other.md"
    write_text(run / name, "x")
    receipts.write(run, name, {"sha256": sha256(run / name), **receipts.look(run / name)})
    assert said(folder) == [f"{place} is not in the manifest" for place in (f"{receipts.FOLDER}/{name}.json", name)]


def test_what_is_missing_alone_is_made_again_by_a_run(folder):
    run = finished(folder, "r1")
    (run / "reports/final_expose.md").unlink()
    with pytest.raises(Fault, match=r"missing\. Run it again, or restore it from your backup\."):
        verify(folder)


def test_what_was_deleted_on_purpose_may_be_missing_and_nothing_else(folder):
    run = finished(folder, "r1")
    retention_expire.main(30, date(2026, 12, 31), WHEN, str(folder / "summary.json"))
    assert verify(folder) == ["5 files have the hash of the manifest", "6 were deleted on purpose and have a tombstone"]
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
    with pytest.raises(Fault, match="run_manifest.json is missing: it never came to an end"):
        verify(folder)


@pytest.fixture
def whole(folder: Path) -> Path:
    """A finished run with all that a run can hold: logs, history, a copy on request, names of raw files, a signature."""
    run = finished(folder, "r1")
    kept = run / "_meta/history/20261031T000000Z"
    write_text(kept / "reports/final_expose.md", "Before.\n")
    before = {"reports/final_expose.md": {"sha256": sha256(kept / "reports/final_expose.md"), "bytes": 8}}
    made_manifest.write(kept, before, finished_at="2026-10-31T00:00:00+00:00")
    for name in (
        "_meta/logs/gold_mart/x.log",
        "_meta/logs/audit_manifest.log",
        "bronze/_meta/tracebacks/gold_mart.x.txt",
    ):
        write_text(run / name, "INFO done\n", 0o600)
    write_text(run / "_meta/benchmarks/gold_mart/x.tsv", "s\n1\n")
    write_text(run / manifest.RAW_FILE_NAMES, '{"salt": "5f3759df"}')
    names = {"sha256": sha256(run / manifest.RAW_FILE_NAMES), **receipts.look(run / manifest.RAW_FILE_NAMES)}
    receipts.write(run, manifest.RAW_FILE_NAMES, names)
    write_text(run / manifest.SIGNATURE, "untrusted comment: x\n")
    write_text(run / receipts.CALL, "2026-11-01T00:00:00+00:00", 0o600)
    write_text(run / receipts.FOLDER / "reports/final_expose.md.snakemake", f"{EMPTY}\n", 0o600)
    write_text(run / receipts.FOLDER / f"{manifest.NAME}.snakemake", f"{EMPTY}\n", 0o600)
    for place in ("_meta/logs", "_meta/benchmarks", "_meta/history", receipts.FOLDER):
        (run / place).chmod(0o700)
    entries = read_json(run / manifest.NAME)["files"] | manifest.files(run, [manifest.RAW_FILE_NAMES])
    records = {name: sha256(run / name) for name in ("_meta/logs/gold_mart/x.log", "_meta/benchmarks/gold_mart/x.tsv")}
    history = manifest.history(run)
    finished_at, settings = read_json(run / manifest.NAME)["finished_at"], {"company": "config/shop"}
    made_manifest.write(run, entries, finished_at=finished_at, settings=settings, records=records, history=history)
    last_call.note(run, status="running", began="2026-11-01T00:00:00+00:00")
    last_call.close(run, "complete")
    return run


def said(folder: Path) -> list[str]:
    """What is named as different."""
    try:
        verify(folder)
    except Fault as fault:
        has_list = "files are not as the manifest says: " in fault.problem
        return fault.problem.partition(": ")[2].split("; ") if has_list else [fault.problem]
    return []


def flipped(path: Path) -> None:
    """One bit of the byte in the middle is another."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def hard_linked(path: Path) -> None:
    """The file has a second name, outside the run."""
    Path("elsewhere").unlink(missing_ok=True)
    os.link(path, "elsewhere")


def soft_linked(path: Path) -> None:
    """A link to the same content, outside the run, in the place of the file."""
    shutil.move(path, "elsewhere")
    path.symlink_to(Path("elsewhere").absolute())


def a_pipe(path: Path) -> None:
    """A named pipe in the place of the file: who opens it to read waits for ever."""
    path.unlink()
    os.mkfifo(path)


def fitting(name: str, attack: Callable[[Path], None]) -> bool:
    """Whether a difference can be seen at all: a file without a hash shows no other content; one may lack what none needs."""
    needless = (
        manifest.SIGNATURE,
        receipts.CALL,
        *(f"{receipts.FOLDER}/{name}.snakemake" for name in ("reports/final_expose.md", manifest.NAME)),
        "gold/warehouse.duckdb",
    )
    may_lack = (*needless, f"{receipts.FOLDER}/gold/warehouse.duckdb.json")
    return not (
        (attack in (flipped, cut) and name == manifest.SIGNATURE) or (attack is Path.unlink and name in may_lack)
    )


def cut(path: Path) -> None:
    """Half of the file."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def open_to_all(path: Path) -> None:
    """Everybody may write it."""
    path.chmod(0o666)


@pytest.mark.parametrize("attack", [flipped, cut, Path.unlink, soft_linked, hard_linked, a_pipe, open_to_all])
def test_whatever_happens_to_any_file_of_a_run_exactly_this_file_is_named(folder, whole, attack):
    names = sorted(path.relative_to(whole).as_posix() for path in whole.rglob("*") if path.is_file())
    assert len(names) > 30 and said(folder) == []
    shutil.copytree(whole, folder / "backup")
    for name in names:
        if not fitting(name, attack) or (
            attack is open_to_all and name.startswith(("_meta/benchmarks", "_meta/history"))
        ):
            continue
        attack(whole / name)
        found = said(folder)
        assert found, name
        own = {
            name,
            name.removeprefix(f"{receipts.FOLDER}/").removesuffix(".json"),
            name.removesuffix("/run_manifest.json"),
        }
        assert all(any(line.startswith(one) for one in own) for line in found), (name, found)
        (whole / name).unlink(missing_ok=True)
        shutil.copy2(folder / "backup" / name, whole / name)
    assert said(folder) == []


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("gold/data/new.csv", "is not in the manifest"),
        ("_meta/logs/new.log", "is not in the manifest"),
        ("_meta/history/20261031T000000Z/reports/new.md", "is not in the manifest"),
        ("_meta/history/20261030T000000Z/reports/final_expose.md", "is not in the manifest"),
        ("_meta/receipts/new.json", "is not in the manifest"),
        ("_meta/new.json", "is not in the manifest"),
        ("bronze/_meta/tracebacks/new.txt", "is not in the manifest"),
        ("gold/warehouse.duckdb.wal", "is not in the manifest"),
        ("release/data/released_customers.csv", "is not in the manifest"),
        ("reports/.hidden.md", "is hidden"),
        (".git/config", "is hidden"),
        ("silver/data/.customers.7.tmp.csv", "is hidden"),
    ],
)
def test_what_somebody_put_into_a_run_is_named_wherever_it_lies(folder, whole, name, what):
    write_text(whole / name, "x", 0o600)
    assert f"{name} {what}" in said(folder)


def test_what_is_added_as_a_link_or_under_a_name_that_a_terminal_would_obey_is_named(folder, whole):
    (whole / "reports/empty").mkdir(mode=0o750)
    (whole / "reports/link").symlink_to("/etc", target_is_directory=True)
    (whole / "reports/\x1b[2Jred\n").write_text("x")
    Path(os.fsdecode(os.fsencode(whole) + b"/reports/\xff")).write_text("x")
    assert said(folder) == [
        r"reports/\x1b[2Jred\n is not in the manifest",
        "reports/empty is an empty folder that no step has made",
        "reports/link is a link",
        r"reports/\udcff is not in the manifest",
    ]


@pytest.mark.remedy("retention_verify", "…run it again, or restore it from your backup")
@pytest.mark.parametrize(
    "name",
    [
        "new",
        "reports/new",
        "silver/new",
        "reports/gold",
        "_meta/new",
        "_meta/logs/new",
        "_meta/history/20261030T000000Z",
    ],
)
def test_an_empty_folder_that_no_step_has_made_is_named_by_its_highest_one(folder, whole, name):
    (whole / name / "inner").mkdir(parents=True)
    with pytest.raises(Fault, match=f"{name} is an empty folder that no step has made. Move what is not in the"):
        verify(folder)
    assert len(said(folder)) == 1
    shutil.move(whole / name, folder / "elsewhere")
    assert said(folder) == []


def test_every_layer_may_have_the_folders_of_rows_and_of_evidence_empty_and_no_other_place_may(folder, whole):
    for layer in files.PROTECTED_LAYERS:
        for name in deletion.ROW_FOLDERS | deletion.EVIDENCE_FOLDERS:
            (whole / layer / name).mkdir(mode=0o700, exist_ok=True)
    assert said(folder) == []
    (whole / "reports/data").mkdir(exist_ok=True)
    assert said(folder) == ["reports/data is an empty folder that no step has made"]
    made_manifest.write(whole, **{**read_json(whole / manifest.NAME), "status": "failed"})
    assert said(folder) == ["reports/data is an empty folder that no step has made"]


def test_folders_of_what_is_published_have_the_mode_that_the_settings_state_once_the_run_is_complete(folder, whole):
    stated = read_json(whole / manifest.NAME)
    settings = {**stated["settings"], "published_mode": "0640"}
    (whole / "reports").chmod(0o755)
    made_manifest.write(whole, **{**stated, "settings": settings, "status": "failed"})
    assert not [line for line in said(folder) if line.startswith("reports ")]
    made_manifest.write(whole, **{**stated, "settings": settings})
    assert "reports has the mode 0755 instead of 0750" in said(folder)
    (whole / "reports").chmod(0o750)
    assert not [line for line in said(folder) if line.startswith("reports ")]


@pytest.mark.parametrize(
    ("text", "mode"),
    [("0640", 0o640), ("640", 0o640), ("7777", 0o7777), ("64", None), ("06400", None), ("0680", None), (640, None)],
)
def test_a_mode_is_three_or_four_octal_digits_and_whatever_else_states_none(text, mode):
    assert verification.bits(text) == mode


def test_folders_that_hold_nothing_any_more_or_not_yet_are_known(folder, whole):
    for name in ("release/data", "_meta/benchmarks"):
        (whole / name).mkdir(parents=True, exist_ok=True)
    retention_expire.main(30, date(2026, 12, 31), WHEN, str(folder / "summary.json"))
    assert not any((whole / "bronze/_meta/tracebacks").iterdir()) and not any((whole / "silver/data").iterdir())
    assert said(folder) == []
    stated = read_json(whole / manifest.NAME)
    made_manifest.write(whole, **{**stated, "status": "failed", "missing": ["gold/other/x.csv"]})
    (whole / "gold/other").mkdir(mode=0o700)
    (whole / "_meta/benchmarks/gold_mart_y").mkdir()
    assert said(folder) == []
    made_manifest.write(whole, **{**stated, "missing": 7})
    assert {line.partition(" ")[0] for line in said(folder)} == {"gold/other", "_meta/benchmarks/gold_mart_y"}


def test_folders_have_their_modes_and_the_run_may_be_opened_on_purpose(folder, whole):
    (whole / "silver/data").chmod(0o750)
    whole.chmod(0o750)
    assert said(folder) == ["silver/data has the mode 0750 instead of 0700"]
    (whole / "silver/data").chmod(0o700)
    for name in ("_meta/benchmarks", "_meta/history", "_meta/logs"):
        (whole / name).chmod(0o750)
        assert said(folder) == [f"{name} has the mode 0750 instead of 0700"]
        (whole / name).chmod(0o700)
    for mode in ("0770", "0702", "0720"):
        whole.chmod(int(mode, 8))
        assert said(folder) == [f". has the mode {mode}, by which others may write it"]
    whole.chmod(0o755)
    assert said(folder) == []


@pytest.mark.parametrize(
    "name",
    [
        "_meta/logs/gold_mart/x.log",
        f"{receipts.FOLDER}/{manifest.NAME}.snakemake",
        "bronze/_meta/tracebacks/gold_mart.x.txt",
    ],
)
def test_logs_receipts_and_tracebacks_are_read_by_their_owner_alone(folder, whole, name):
    (whole / name).chmod(0o640)
    assert said(folder) == [f"{name} has the mode 0640 instead of 0600"]


def test_benchmarks_and_history_may_be_as_open_as_the_umask_leaves_them_and_reports_as_the_manifest_states(
    folder, whole
):
    for name in ("_meta/benchmarks/gold_mart/x.tsv", "_meta/history/20261031T000000Z/reports/final_expose.md"):
        (whole / name).chmod(0o664)
    assert said(folder) == []
    name, stated = "reports/final_expose.md", read_json(whole / manifest.NAME)
    (whole / name).chmod(0o660)
    assert len(said(folder)) == 1
    made_manifest.write(
        whole, **{**stated, "files": {**stated["files"], name: {**stated["files"][name], "mode": "0660"}}}
    )
    assert [line for line in said(folder) if line.startswith(name)] == []


def test_what_is_made_on_request_may_not_be_written_by_others_nor_changed(folder, whole):
    name = "reports/final_expose.pdf"
    write_text(whole / name, "As before.\n")
    assert said(folder) == [f"{name} is not in the manifest"]
    receipts.write(whole, name, {"sha256": sha256(whole / name), **receipts.look(whole / name)})
    (whole / name).chmod(0o644)
    assert said(folder) == []
    (whole / name).chmod(0o620)
    assert said(folder) == [f"{name} has the mode 0620, by which others may write it"]
    (whole / name).chmod(0o644)
    flipped(whole / name)
    assert said(folder) == [f"{name} was changed"]


def test_a_state_that_is_kept_without_a_file_that_was_gone_by_then_is_whole(folder, whole):
    (whole / "reports/final_expose.md").unlink()
    content = read_json(whole / manifest.NAME)
    run_folders.keep_evidence(whole, content["finished_at"])
    assert said(folder) == ["reports/final_expose.md is missing"]  # a later call has begun and not ended
    write_text(whole / "reports/final_expose.md", "All is well.\n")
    last_call.close(whole, "complete")
    assert [line for line in said(folder) if "history" in line] == []
    flipped(whole / manifest.HISTORY / run_folders.stamp_of(content["finished_at"]) / manifest.NAME)
    assert any("history" in line and "was changed" in line for line in said(folder))


def test_where_the_words_of_the_last_call_are_lost_they_alone_are_named_and_not_what_they_would_state(folder, whole):
    log, kept = "_meta/logs/later.log", "_meta/history/20261201T000000Z/reports/x.md"
    write_text(whole / log, "INFO\n", 0o600)
    write_text(whole / kept, "x")
    assert said(folder) == [f"{kept} is not in the manifest", f"{log} is not in the manifest"]
    flipped(whole / manifest.IDENTITY)
    assert said(folder) == [f"{manifest.IDENTITY} was edited"]
    (whole / manifest.IDENTITY).unlink()
    assert said(folder) == [f"{manifest.IDENTITY} is missing"]


def test_a_receipt_of_other_code_params_or_inputs_does_not_fit(folder, whole):
    name, stated = "reports/final_expose.md", read_json(whole / manifest.NAME)
    facts = {"job": "expose_report", "code": "c", "params": "p", "inputs": {"silver/data/customers.csv": "0"}}
    receipt = receipts.stated(whole, name) or {}
    made_manifest.write(whole, **{**stated, "steps": {"expose_report": {"status": "done", "code": "c", "params": "p"}}})
    for change in ({}, {"inputs": {}}, {"inputs": {}, "code": "d"}, {"inputs": {}, "params": "q"}):
        receipts.write(whole, name, {**receipt, **facts, **change, "modified": 0})
        fits = change == {"inputs": {}}
        assert said(folder) == ([] if fits else [f"{name} has a receipt that says otherwise"])
    later = {
        **receipt,
        **facts,
        "code": "d",
        "modified": 2**62,
    }  # of a step that has run since the manifest was written
    receipts.write(whole, name, later)
    assert said(folder) == []
    receipts.write(whole, name, {**later, "sha256": "0"})
    assert said(folder) == [f"{name} has a receipt that says otherwise"]


def test_a_step_has_run_later_if_its_file_is_more_than_a_second_younger_than_the_manifest(folder, whole):
    name, stated = "reports/final_expose.md", read_json(whole / manifest.NAME)
    made_manifest.write(whole, **{**stated, "steps": {"expose_report": {"status": "done", "code": "c", "params": "p"}}})
    end = int(datetime.fromisoformat(stated["finished_at"]).timestamp() * 1e9)
    receipt = {**(receipts.stated(whole, name) or {}), "job": "expose_report", "code": "d", "params": "p", "inputs": {}}
    for seconds, is_later in ((0.5, False), (1, False), (1.5, True)):
        receipts.write(whole, name, {**receipt, "modified": end + int(seconds * 1e9)})
        assert said(folder) == ([] if is_later else [f"{name} has a receipt that says otherwise"]), seconds


def test_a_receipt_fits_by_its_size_too_and_by_each_input_that_the_manifest_states(folder, whole):
    name, stated = "reports/final_expose.md", read_json(whole / manifest.NAME)
    receipt, source = receipts.stated(whole, name) or {}, "silver/data/customers.csv"
    sha = stated["files"][source]["sha256"]
    for change, fits in (
        ({"inputs": {source: sha, "outside 0123": "0123", "silver/data/none.csv": "0"}}, True),
        ({"inputs": {source: sha, "reports/final_expose.md": "0"}}, False),
        ({"inputs": ["no", "names"]}, True),
        ({"bytes": receipt["bytes"] + 1}, False),
    ):
        receipts.write(whole, name, {**receipt, "job": "expose_report", "modified": 0, **change})
        assert said(folder) == ([] if fits else [f"{name} has a receipt that says otherwise"]), change


def test_a_stated_size_that_is_not_that_of_the_file_is_named_though_its_hash_is_right(folder, whole):
    name, stated = "reports/final_expose.md", read_json(whole / manifest.NAME)
    entry = {**stated["files"][name], "bytes": stated["files"][name]["bytes"] + 1}
    made_manifest.write(whole, **{**stated, "files": {**stated["files"], name: entry}})
    assert f"{name} was changed" in said(folder)


def test_a_log_that_a_later_call_wrote_is_as_the_end_of_that_call_says(folder, whole):
    write_text(whole / "_meta/logs/warehouse_duckdb.log", "INFO done\n", 0o600)
    write_text(whole / "_meta/logs/gold_mart/x.log", "INFO again\n", 0o600)
    assert said(folder) == [
        "_meta/logs/gold_mart/x.log was changed",
        "_meta/logs/warehouse_duckdb.log is not in the manifest",
    ]
    last_call.close(whole, "complete")
    assert said(folder) == []
    flipped(whole / "_meta/logs/warehouse_duckdb.log")
    assert said(folder) == ["_meta/logs/warehouse_duckdb.log was changed"]


@how(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=damaged)
def test_a_damaged_manifest_is_a_message_and_never_a_traceback(folder, text):
    run = run_folders.RUNS / "r1"
    if not run.exists():
        finished(folder, "r1")
    (run / manifest.NAME).write_bytes(text)
    with pytest.raises(Fault):
        verify(folder)


@pytest.mark.remedy("retention_verify", "Restore it from your backup")
@pytest.mark.parametrize("text", ["", "{", "[1]", '{"a": 1}', '[{"path": "a"}]', "\ud800"])
def test_damaged_tombstones_are_a_message(folder, text):
    finished(folder, "r1")
    path = erasures.HOME / "tombstones/r1.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(Fault, match="cannot be read as tombstones"):
        verify(folder)
    path.unlink()
    verify(folder)


def test_a_killed_call_is_told_with_its_steps(folder, whole):
    last_call.open_call(whole, "2020-01-01T00:00:00+00:00", {}, [])
    with pytest.raises(Fault, match="the call of 2020-01-01T00:00:00.00:00 .process .* was killed; steps at work: "):
        verify(folder)
    (whole / manifest.NAME).unlink()
    with pytest.raises(Fault, match=r"run_manifest\.json is missing: the call of 2020-01-01"):
        verify(folder)


def test_a_run_at_work_is_not_compared(folder, whole):
    (folder / "other").mkdir()
    held = os.open(whole / "_meta", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    with pytest.raises(Fault, match="another process is working on it"):
        verify(folder)
    os.close(held)
    assert verify(folder)


def test_every_difference_stands_in_the_log_where_the_message_names_twenty(folder, whole, caplog):
    for number in range(20):
        write_text(whole / f"reports/{number}.md", "x")
    assert len(said(folder)) == 20 and "which the log names" not in said(folder)[-1]
    for number in range(20, 30):
        write_text(whole / f"reports/{number}.md", "x")
    caplog.clear()
    with caplog.at_level("INFO"):
        assert said(folder)[-1] == "and 10 more, which the log names"
    assert sum("is not in the manifest" in line for line in caplog.messages) == 30


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
