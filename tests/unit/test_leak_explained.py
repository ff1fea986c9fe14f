"""Digests of all values are computed only where something published may be one: what is explained is none."""

import base64
import hashlib
import json
import subprocess

import pytest
from conftest import ROOT
from snakemake.parser import parse
from test_parsed_rules import called

from elt import remembered
from elt.command import parsed_rules
from elt.files import sealed, sha256, write_json
from elt.privacy.leak_encodings import digest_words
from elt.privacy.leak_explained import Surroundings, is_any_left
from elt.privacy.leak_files import pieces
from elt.privacy.leak_published import Published
from elt.privacy.leak_tables import ProtectedTable
from elt.protection import pseudonyms
from elt.run import made_from
from elt.run.columns import ClassedColumn, ClassedTable
from elt.run.input_fingerprint import input_fingerprint

KEY = bytes(range(7, 7 + 64, 2))
NUMBERS = ("AW00011000", "AW00011001")
VALUE = hashlib.sha256(b"AW00011000").digest()
OWN_WORDS = ("config/standard/**/*.*", "scripts/templates/**/*.*")  # of those that the gate is given


@pytest.fixture
def customers(tmp_path):
    """The customers of a run."""
    columns = (ClassedColumn("customer_number", "string", None, "identifier"),)
    path = tmp_path / "gold/data/dim_customer.csv"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(["customer_number", *NUMBERS]) + "\n", encoding="utf-8")
    return [ProtectedTable("gold.dim_customer", path, ClassedTable(columns, ("customer_number",)))]


def is_left(run, customers, text, *, own_words=(), records=(), key=KEY):
    """Whether something in a text may be a digest of a value."""
    return is_any_left(Published.of([text]), Surroundings(run, own_words, records, key), customers)


def named(digest):
    """A digest in the form of a pseudonym."""
    return "cu1_" + base64.b32encode(digest[:16]).decode().rstrip("=").lower()


@pytest.mark.parametrize(
    "text",
    [
        *(VALUE.hex(), VALUE.hex()[:16], VALUE.hex().upper(), base64.b64encode(VALUE).decode(), named(VALUE)),
        *(hashlib.md5(b"x", usedforsecurity=False).hexdigest(), pseudonyms.pseudonym(KEY, "customer", "AW00011002")),
    ],
)
def test_a_digest_of_a_value_or_of_what_nobody_knows_is_left(tmp_path, customers, text):
    assert is_left(tmp_path, customers, f"Seen: {text}.")


def test_the_hash_of_a_file_of_the_run_is_explained_in_every_length(tmp_path, customers):
    digest = sha256(customers[0].path)
    assert not is_left(tmp_path, customers, f"{digest} {digest[:16]}")
    customers[0].path.write_text("customer_number\n", encoding="utf-8")
    assert is_left(tmp_path, customers, digest)


def test_keyed_pseudonyms_of_customers_are_explained_by_the_key_alone(tmp_path, customers):
    text = " ".join(pseudonyms.pseudonym(KEY, "customer", number) for number in NUMBERS)
    assert not is_left(tmp_path, customers, text)
    assert is_left(tmp_path, customers, text, key=KEY[::-1])
    assert is_left(tmp_path, customers, text, key=None)


def test_the_id_of_the_key_and_the_fingerprint_of_the_raw_files_are_explained(tmp_path, customers):
    table = {"name": "sales", "files": [{"sha256": "ab" * 32}]}
    write_json(tmp_path / "silver/_meta/tables/sales.json", table)
    text = f"{pseudonyms.key_id(KEY)} {input_fingerprint({'sales': table})}"
    assert not is_left(tmp_path, customers, text)
    assert is_left(tmp_path, customers, text, key=None)


def test_words_of_paths_and_of_the_program_are_explained_and_random_letters_are_not(tmp_path, customers):
    text = "gold/data/dim_customer, Eintrittswahrscheinlichkeit"
    assert not is_left(tmp_path, customers, text, own_words=["die Eintrittswahrscheinlichkeit"])
    assert is_left(tmp_path, customers, text)


def test_what_snakemake_notes_of_files_is_explained_and_what_else_stands_in_its_records_is_not(tmp_path, customers):
    record = tmp_path / "record"
    noted = {"input_checksums": {"raw/a.csv": f"sha256:{'ab' * 32}"}, "software_stack_hash": "cd" * 16}
    write_json(record, noted)
    assert not is_left(tmp_path / "gold", customers, record.read_text("utf-8"), records=[record])
    write_json(record, {**noted, "params": [VALUE.hex()]})
    assert is_left(tmp_path / "gold", customers, record.read_text("utf-8"), records=[record])


def test_what_snakemake_hands_over_to_a_script_is_explained(tmp_path, customers):
    text = r"b'\x8c\x16elt/run/run_folders\x94 hFhGhHhIhJhKhLhMhNhOhP \x13average_order_value"
    words = ["elt run run_folders average_order_value"]
    assert not is_left(tmp_path, customers, text, own_words=words)
    assert is_left(tmp_path, customers, text.replace("average", "evarage"), own_words=words)


def test_hashes_of_files_of_an_earlier_state_are_explained_by_its_manifest(tmp_path, customers):
    history = tmp_path / "_meta/history/20260101T000000Z/_meta"
    write_json(history / "run_manifest.json", {"files": [{"path": "a", "sha256": "ab" * 32}]})
    write_json(history / "ledger.json", {"input_fingerprint": "cd" * 8})
    assert not is_left(tmp_path, customers, f"{'ab' * 32} {'cd' * 8}")
    assert is_left(tmp_path, customers, f"{'ab' * 32} {VALUE.hex()}")


def test_names_of_settings_and_what_is_pickled_for_a_script_are_explained(tmp_path, customers, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config/schema.yaml").write_text("warehouse_memory_gb: 4\n", encoding="utf-8")
    (tmp_path / "Snakefile").touch()
    told = f"x8cqwarehouse-gb-gb-gb {tmp_path}/Snakefile"
    text = f"{told} x13warehouse_memory_gb hFhGhHhIhJhKhLhMhNhOhPhQhRhShThUhVhWhXhYhZh hAhBhChDhEhFhGhHhIhJhKhLhMe"
    assert not is_left(tmp_path / "run", customers, text, own_words=[str(tmp_path)])
    assert is_left(tmp_path / "run", customers, text.replace("warehouse", "wagenhaus"))


def test_the_root_hash_of_an_earlier_state_is_explained(tmp_path, customers):
    write_json(tmp_path / "_meta/history/20260101T000000Z/_meta/run_manifest.json", {"files": {}, "root": "cd" * 32})
    assert not is_left(tmp_path, customers, "cd" * 32)
    assert is_left(tmp_path, customers, "ce" * 32)


EARLIER = "_meta/history/20260101T000000Z/_meta/run_manifest.json"
SAID = {
    "code": {"scripts/a.py": "ab" * 32},
    "records": {"_meta/logs/a.log": "bc" * 32},
    "steps": {"a": {"params": "cd" * 32}},
    "settings": {"public_key": "da" * 32},
    "failures": [{"message": "db" * 32}],
}


def test_hashes_of_code_records_and_steps_are_explained_under_a_seal_that_holds(tmp_path, customers):
    stated = sealed(SAID)
    write_json(tmp_path / EARLIER, stated)
    identity = sealed({"last_call": {"records": {"_meta/a.tsv": "de" * 32}, "settings": {"raw": "df" * 32}}})
    write_json(tmp_path / "_meta/run.json", identity)
    known = ["ab" * 32, "bc" * 32, "cd" * 32, "de" * 32, stated["seal"], identity["seal"]]
    assert not is_left(tmp_path, customers, " ".join(known))
    for planted in ("da", "db", "df", "e0"):
        assert is_left(tmp_path, customers, planted * 32)


def test_what_stands_in_a_manifest_or_an_identity_whose_seal_is_broken_explains_nothing(tmp_path, customers):
    write_json(tmp_path / EARLIER, sealed(SAID) | {"code": {"scripts/a.py": "ba" * 32}})
    write_json(tmp_path / "_meta/run.json", {"last_call": {"records": {"a": "de" * 32}}, "seal": "cf" * 32})
    for planted in ("ba", "bc", "de", "cf"):
        assert is_left(tmp_path, customers, planted * 32)


def test_the_commit_that_a_manifest_or_a_run_at_work_names_is_explained_if_git_knows_it(
    tmp_path, customers, monkeypatch
):
    project = tmp_path / "project"
    git = ["git", "-C", str(project), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    monkeypatch.setattr(made_from, "PROJECT", project)
    commit = made_from.revision(project)["commit"]
    planted = hashlib.sha1(b"AW00011000", usedforsecurity=False).hexdigest()
    for named_one, is_unknown in ((commit, False), (planted, True), (None, True)):
        write_json(tmp_path / "_meta/run_manifest.json", {"revision": {"commit": named_one}})
        assert is_left(tmp_path, customers, f"{named_one or planted}") == is_unknown
    write_json(tmp_path / "_meta/run_manifest.json", {"revision": "x"})
    assert is_left(tmp_path, customers, commit)
    write_json(tmp_path / "_meta/run.json", {"last_call": {"sources": {"revision": {"commit": commit}}}})
    assert not is_left(tmp_path, customers, commit)


def test_no_piece_of_a_file_repeats_the_end_of_another_and_begins_within_a_word(tmp_path):
    path, line = tmp_path / "remembered.json", json.dumps({"ab" * 32: "x" * 3000, "cd" * 32: 1}) + "\n"
    path.write_text(line, encoding="utf-8")
    assert [*pieces(path)] == [(1, line)]
    path.write_text(line + "end", encoding="utf-8")
    assert next(text for _, text in pieces(path)) == line and [*pieces(path)][-1][1].endswith("\nend")


def test_of_words_that_begin_alike_every_one_has_to_be_explained(tmp_path, customers):
    known, other = "product_classes-text_3", "product_classes-QkZ3dA"
    for text in (f"{known} {other}", f"{other} {known}"):
        assert digest_words(text).keys() == digest_words(known).keys() == digest_words(other).keys()
        assert is_left(tmp_path, customers, text, own_words=["product_classes"])
    assert not is_left(tmp_path, customers, known, own_words=["product_classes"])


def test_what_a_figure_calls_its_clip_paths_is_explained(tmp_path, customers):
    text = 'clip-path="url(#product_classes-pb42b3dbb49)" xlink:href="#product_classes-m0c3e5a7b91"'
    assert not is_left(tmp_path, customers, text, own_words=["product_classes clip path url xlink href"])
    assert is_left(tmp_path, customers, text.replace("classes", "klassen"), own_words=["product_classes"])


def test_what_is_remembered_of_rules_and_standards_looks_like_no_digest(tmp_path, customers, monkeypatch):
    monkeypatch.chdir(ROOT)
    memory = remembered.Memory()
    for module in (remembered, parsed_rules):
        monkeypatch.setattr(module, "memory", memory)
    memory.use(tmp_path / "remembered.json", is_kept=False)
    for path in ROOT.glob("config/standard/*.yaml"):
        remembered.yaml_of(path)
    for path in {*ROOT.glob("rules/*.smk")} - {ROOT / "rules/common.smk"}:  # which has parsed files remembered
        called(parsed_rules.remembering(parse), path)
    memory.keep()
    text, run = memory.file.read_text("utf-8"), ROOT / "artifacts/runs/none"
    own = ["parquet"]  # a folder of every run
    own += [path.read_text("utf-8") for place in OWN_WORDS for path in ROOT.glob(place)]
    assert "__rule_bronze_workbook" in text and "Atlantic/South_Georgia" in text
    assert not is_left(run, customers, text, own_words=own, records=[memory.file])
    assert is_left(run, customers, f"{text} {VALUE.hex()}", own_words=own, records=[memory.file])
