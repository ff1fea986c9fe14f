"""Remedies of messages about keys, lists of persons, erasure and what is published: each is applied as told, and works."""

import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from conftest import ROOT
from erasure_case import CONTRACTS, RAW, WHEN, bronze, erase, finished
from test_objections import COLUMNS, CUSTOMERS
from test_pseudonyms import HEX, KEY, git, write
from test_retention_erase import erased_by, unlocked
from test_retention_verify import verify

import release_bands
import retention_erase
import retention_expire
from elt.faults import Fault
from elt.features import measures, objections
from elt.files import write_text
from elt.privacy import policy_checks, row_order
from elt.protection import person_lists, pseudonyms
from elt.retention import deletion, deletion_log, erasures
from elt.run.contract import Contract
from elt.run.mart import Mart
from elt.warehouse import postgres

pytestmark = pytest.mark.slow

remedy = pytest.mark.remedy
GOOD_KEY = f"{pseudonyms.NAME}={HEX}\n"


def refused(call: Callable[[], Any]) -> str:
    """The message with which a call is refused."""
    with pytest.raises(Fault) as caught:
        call()
    return str(caught.value)


@remedy("elt.protection.pseudonyms", pseudonyms.REMEDY)
@pytest.mark.parametrize(
    "text", [None, "", GOOD_KEY * 2, f"{pseudonyms.NAME}=12\n", f"{pseudonyms.NAME}={'ab' * 32}\n"]
)
def test_a_key_that_cannot_be_used_is_restored_or_made_as_the_runbook_says(tmp_path, text):
    path, copy = tmp_path / ".env", write(tmp_path / "copy", GOOD_KEY)
    if text is not None:
        write(path, text)
    message = refused(lambda: pseudonyms.ready(path, make=True, made_with=["r1"]))
    assert "docs/runbook.md, The key" in message
    shutil.copy2(copy, path)
    assert pseudonyms.ready(path, make=True, made_with=["r1"]) == pseudonyms.key_id(KEY)
    page = (ROOT / "docs/runbook.md").read_text("utf-8").partition("## The key\n")[2]
    command = page.split("```\n")[1]
    path.unlink()
    subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
    assert pseudonyms.ready(path, make=False, made_with=["r1"]) != pseudonyms.key_id(KEY)


@remedy("elt.protection.pseudonyms", "Type: chmod 600 …")
@remedy("elt.protection.pseudonyms", "Put the file itself in its place")
def test_a_key_that_others_can_read_is_closed_and_a_link_is_replaced(tmp_path):
    path = write(tmp_path / ".env", GOOD_KEY, 0o644)
    command = refused(lambda: pseudonyms.read_key(path)).split("Type: ")[1].split(". Nothing")[0]
    subprocess.run(command.split(), cwd=tmp_path, check=True)
    assert pseudonyms.read_key(path) == KEY
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    refused(lambda: pseudonyms.read_key(path))
    path.unlink()
    (tmp_path / "elsewhere").rename(path)
    assert pseudonyms.read_key(path) == KEY


@remedy("elt.protection.pseudonyms", "Keep it in the project's folder")
def test_a_key_below_artifacts_is_kept_in_the_folder_of_the_project(tmp_path):
    (tmp_path / "artifacts").mkdir()
    (tmp_path / "Snakefile").touch()
    path = write(tmp_path / "artifacts/.env", GOOD_KEY)
    refused(lambda: pseudonyms.ready(path, make=False))
    path.rename(tmp_path / ".env")
    assert pseudonyms.ready(tmp_path / ".env", make=False) == pseudonyms.key_id(KEY)


@remedy("elt.protection.pseudonyms", "Type: git rm --cached …, and make a new key")
@remedy("elt.warehouse.postgres", "Type: git rm --cached …, and change the password")
def test_a_key_file_that_git_tracks_is_taken_out_of_it(tmp_path):
    path = write(tmp_path / ".env", f"{GOOD_KEY}POSTGRES_URL=postgresql://u:p@localhost/x\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-f", ".env")
    refused(lambda: postgres.settings(path))
    command = refused(lambda: pseudonyms.ready(path, make=False)).split("Type: ")[1].split(",")[0]
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    assert postgres.settings(path)["user"] == "u"
    path.unlink()
    assert pseudonyms.ready(path, make=True) != pseudonyms.key_id(KEY)


@remedy("elt.warehouse.postgres", "Add a line …=…")
@remedy("elt.warehouse.postgres", "Leave one of its lines")
@remedy("elt.warehouse.postgres", "Write it as …")
def test_the_url_of_a_database_is_added_left_once_or_written_as_told(tmp_path):
    url = "POSTGRES_URL=postgresql://u:p@localhost/x\n"
    line = (
        refused(lambda: postgres.settings(write(tmp_path / ".env", GOOD_KEY)))
        .split("Add a line ")[1]
        .split(". Noth")[0]
    )
    added = line.replace("<", "").replace(">", "")
    assert postgres.settings(write(tmp_path / ".env", f"{GOOD_KEY}{added}\n"))["host"]
    refused(lambda: postgres.settings(write(tmp_path / ".env", url * 2)))
    assert postgres.settings(write(tmp_path / ".env", url))["user"] == "u"
    wrong = refused(lambda: postgres.settings(write(tmp_path / ".env", "POSTGRES_URL=localhost/x\n")))
    form = wrong.split("Write it as ")[1].split(". Nothing")[0]
    written = form.replace("<", "").replace(">", "")
    assert postgres.settings(write(tmp_path / ".env", f"POSTGRES_URL={written}\n"))["host"]


def objecting(folder: Path, content: str | bytes) -> Any:
    """Keys of the customers that a list of objections names."""
    path = folder / "list.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return objections.matched(objections.read(path), CUSTOMERS, COLUMNS).keys


@remedy("elt.protection.person_lists", person_lists.REMEDY)
@remedy("elt.protection.person_lists", "Leave the column with the customer numbers alone")
@remedy("elt.protection.person_lists", "Save it as UTF-8 (in a spreadsheet: CSV UTF-8), one customer number a line")
def test_a_list_of_persons_is_accepted_in_each_way_that_is_named(tmp_path):
    refused(lambda: objecting(tmp_path, "26\n"))
    assert objecting(tmp_path, "00026\n") == [1]
    refused(lambda: objecting(tmp_path, "Anna;00026\nBert;00052\n"))
    assert objecting(tmp_path, "00026;Anna\n00052;Bert\n") == [1, 2]
    refused(lambda: objecting(tmp_path, "00099\n00026\n"))
    assert objecting(tmp_path, "?00099\n00026\n") == [1]
    refused(lambda: objecting(tmp_path, "00026;00052\n"))
    assert objecting(tmp_path, "00026\n00052\n") == [1, 2]
    refused(lambda: objecting(tmp_path, "Öhl, Änne\n".encode("cp1252")))
    assert objecting(tmp_path, "\ufeff00026\n") == [1]


@remedy("elt.features.objections", "Take it out of git and keep it elsewhere")
@remedy("elt.features.objections", "Give yourself the right to read it")
def test_a_list_of_objections_is_read_outside_git_and_with_the_right_to(tmp_path, monkeypatch):
    inside = tmp_path / "project"
    inside.mkdir()
    git(inside, "init", "-q")
    (inside / "list.txt").write_text("00026\n")
    git(inside, "add", "list.txt")
    refused(lambda: objections.read(inside / "list.txt"))
    git(inside, "rm", "--cached", "-q", "list.txt")
    (inside / "list.txt").rename(tmp_path / "list.txt")
    assert len(objections.read(tmp_path / "list.txt").lines) == 1

    def closed(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", closed)
        refused(lambda: objections.read(tmp_path / "list.txt"))
    assert len(objections.read(tmp_path / "list.txt").lines) == 1


@remedy("elt.features.measures", "Delete its file in gold/data, and type the same command again")
def test_features_need_a_table_of_pseudonyms_that_is_made_of_the_customers():
    keys = pd.Index([1, 2])
    refused(lambda: measures.pseudonyms_of(keys, {1: "cu1_a"}))
    assert list(measures.pseudonyms_of(keys, {1: "cu1_a", 2: "cu1_b"})) == ["cu1_a", "cu1_b"]


@remedy("release_bands", "Delete both files, and type the same command again")
def test_a_release_needs_two_tables_of_the_same_customers():
    features = pl.DataFrame({"customer": ["cu1_a"], "recency_days": [1]})
    refused(lambda: release_bands.joined(features, pl.DataFrame({"customer": ["cu1_b"], "segment_name": ["S"]})))
    assert release_bands.joined(features, pl.DataFrame({"customer": ["cu1_a"], "segment_name": ["S"]})).height == 1


@remedy("elt.retention.known_persons", "Write <customer number>, or <kind>=<number>")
@remedy("elt.retention.known_persons", "Write one person a line")
@remedy("retention_erase", "State erasure: … at the field with the customer number")
def test_an_erasure_is_accepted_as_its_messages_say(folder):
    finished(folder, "r1")
    refused(lambda: erase(folder, "telephone=12345\n"))
    unlocked()
    refused(lambda: erase(folder, "# nobody\n"))
    unlocked()
    bare = {name: CONTRACTS[name] for name in ("lines",)}
    (folder / "who.txt").write_text("KU001\n")
    message = refused(lambda: retention_erase.stated_list("who.txt", bare))
    stated = message.split("State ")[1].split(" at the field")[0].split(": ")
    mended = {"name": "people", "title": "t", "files": "*.csv", "primaryKey": ["n"],
              "fields": [{"name": "n", "type": "string", "personal": "identifier", "description": "d", stated[0]: stated[1]}]}  # fmt: skip
    assert len(retention_erase.stated_list("who.txt", {"people": Contract.of(mended)}).lines) == 1
    for text in ("KU002\n", "customer=KU003\n", "customer_id=1\n"):
        assert erase(folder, text)["lines"]
        unlocked()


@remedy("elt.retention.deletion", "Restore it from your backup: persons who were erased would come back")
@remedy("elt.retention.deletion_log", "Restore the log from your backup")
@remedy("elt.retention.erasures", "Put the … of that time back into the key file")
def test_the_list_of_erased_persons_its_log_and_its_key_are_restored(folder):
    finished(folder, "r1")
    erase(folder, "KU002\n")

    def checked() -> None:
        deletion.checked_list(folder / ".env")

    checked()
    for name in (erasures.LIST, deletion_log.LOG):
        path = erasures.HOME / name
        backup = path.read_bytes()
        path.write_bytes(backup.replace(b'"entries": [', b'"entries": ["00",').replace(b"intent", b"other", 1))
        refused(checked)
        path.write_bytes(backup)
        checked()
    shutil.copy2(folder / ".env", folder / "old")
    (folder / ".env").unlink()
    erasures.ready_key(folder / ".env")
    refused(checked)
    shutil.copy2(folder / "old", folder / ".env")
    checked()


@remedy("bronze_file", "Start the run again")
def test_a_run_that_is_started_again_leaves_out_who_was_erased_meanwhile(folder):
    finished(folder, "r1")
    erase(folder, "KU002\n")
    refused(lambda: bronze(folder, "later", RAW, {**erased_by(folder), "digest": "0" * 64}))
    again = bronze(folder, "later", RAW, erased_by(folder))
    assert "Bert" not in (again / "bronze/data/customers.csv").read_text("utf-8")


@remedy("retention_verify", "Restore the log")
@remedy("retention_verify", "Run it again, or restore the manifest from your backup")
@remedy("retention_verify", "…run it again, or restore it from your backup")
def test_a_run_is_as_its_manifest_says_once_it_is_mended_as_told(folder):
    run = finished(folder, "r1")
    shutil.copytree(run, folder / "backup")
    (run / "_meta/run_manifest.json").unlink()
    refused(lambda: verify(folder))
    shutil.copytree(folder / "backup", run, dirs_exist_ok=True)
    (run / "silver/data/customers.csv").write_text("id\n")
    write_text(run / "gold/data/new.csv", "a\n")
    message = refused(lambda: verify(folder))
    steps = ["Move what is not in the manifest out of the run", "then delete what was changed", "then run it again"]
    assert ", ".join(steps) in message
    (run / "gold/data/new.csv").rename(folder / "new.csv")
    (run / "silver/data/customers.csv").unlink()
    shutil.copy2(folder / "backup/silver/data/customers.csv", run / "silver/data/customers.csv")
    assert verify(folder)
    retention_expire.main(30, date(2026, 12, 31), WHEN, str(folder / "summary.json"))
    log = erasures.HOME / deletion_log.LOG
    log.rename(folder / "log.backup")
    refused(lambda: verify(folder))
    (folder / "log.backup").rename(log)
    assert verify(folder)


@remedy("elt.privacy.policy_checks", "Type: chmod -R go= on them")
def test_files_of_the_protected_layers_are_closed_by_the_command(tmp_path):
    for layer in policy_checks.PROTECTED_LAYERS:
        write_text(tmp_path / layer / "data/x.csv", "a\n")
    for path in [tmp_path / "silver", *(tmp_path / "silver").rglob("*")]:
        path.chmod(0o755)
    command = refused(lambda: policy_checks.check_modes(tmp_path)).split("Type: ")[1].split(" on them")[0]
    for layer in policy_checks.PROTECTED_LAYERS:
        subprocess.run([*command.split(), layer], cwd=tmp_path, check=True)
    assert policy_checks.check_modes(tmp_path) == {"open_to_others": 0}


@remedy("elt.privacy.policy_checks", "Give it one: unknown means personal")
def test_a_column_without_a_class_gets_one():
    def classed(**column: str) -> Mart:
        columns = {"a": {"type": "string", "description": "d", **column}}
        return Mart.of("m", {"title": "t", "grain": "g", "key": ["a"], "columns": columns})

    refused(lambda: policy_checks.check_classes({}, {"m": classed(personal="unclassified")}))
    for name in ("none", "quasi", "identifier", "direct"):
        assert policy_checks.check_classes({}, {"m": classed(personal=name)})["columns"] == 1


@remedy("elt.privacy.row_order", "Sort the table by pseudonym before it is written")
def test_a_table_in_the_order_of_the_source_is_sorted_by_pseudonym(tmp_path):
    names = [pseudonyms.pseudonym(KEY, "customer", str(n)) for n in range(300)]
    keys = tmp_path / "keys.csv"
    keys.write_text("customer_key,pseudonym\n" + "".join(f"{n},{name}\n" for n, name in enumerate(names)))
    table = tmp_path / "table.csv"
    table.write_text("customer\n" + "".join(f"{name}\n" for name in names))
    refused(lambda: row_order.check({table: "table.csv"}, str(keys)))
    table.write_text("customer\n" + "".join(f"{name}\n" for name in sorted(names)))
    assert row_order.check({table: "table.csv"}, str(keys))
