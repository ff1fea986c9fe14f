"""The policy is computed from contracts and marts, and what it claims of the published tables is checked."""

import json

import pytest
from one_table import CANARY

import audit_data_policy
from shared.faults import Fault
from shared.files import write_text

PSEUDONYM = "cu1_" + "a2" * 13
FIELDS = [
    {"name": "number", "personal": "identifier", "description": "Number"},
    {"name": "name", "personal": "direct", "description": "Name"},
    {"name": "city", "personal": "quasi", "description": "City"},
    {"name": "amount", "personal": "none", "description": "Amount"},
]
CONTRACTS = {"sales": {"fields": FIELDS}}
MARTS = {"fact": {"columns": {"customer_key": {"personal": "identifier", "description": "Key"}}}}


def run(folder, published=f"customer,amount\n{PSEUDONYM},1\n"):
    """The rule's main on a small run; the policy it wrote."""
    run_folder = folder / "artifacts/runs/r"
    for layer in ("bronze", "silver", "gold"):
        write_text(run_folder / layer / "data/x.csv", "x")
    write_text(run_folder / "step2/features.csv", published)
    output = run_folder / "_meta/data_policy.json"
    audit_data_policy.main(CONTRACTS, MARTS, [str(run_folder / "step2/features.csv")], "ab" * 8, 5, str(output))
    return json.loads(output.read_text(encoding="utf-8"))


def refusal(folder, published):
    """The message with which a published table is refused; nothing of its cells."""
    with pytest.raises(Fault) as caught:
        run(folder, published)
    assert CANARY not in str(caught.value)
    assert not (folder / "artifacts/runs/r/_meta/data_policy.json").exists()
    return str(caught.value)


def test_every_column_has_its_class_its_layers_and_what_is_done_with_it(tmp_path):
    policy = run(tmp_path)
    assert policy["raw_tables"]["sales"]["name"] == {
        "class": "direct", "action": "stays in the protected layers", "layers": ["bronze", "silver"],
        "leaves_protected_layers": False, "description": "Name",
    }  # fmt: skip
    leaves = {name: column["leaves_protected_layers"] for name, column in policy["raw_tables"]["sales"].items()}
    assert leaves == {"number": True, "name": False, "city": True, "amount": True}
    assert policy["marts"]["fact"]["customer_key"]["layers"] == ["gold"]


def test_the_policy_names_scheme_key_and_tables_and_never_says_anonymous(tmp_path):
    policy = run(tmp_path)
    assert policy["pseudonyms"] == {"scheme": "HMAC-SHA-256", "version": "v1", "key_id": "ab" * 8, "prefix": "cu1_"}
    assert policy["published_row_level_tables"] == {
        "features.csv": {"columns": ["customer", "amount"], "identifier": "customer (keyed pseudonym)", "rows": 1}
    }
    text = json.dumps(policy).casefold()
    assert "anonym" not in text.replace("pseudonym", "")
    assert "gdpr" not in text


@pytest.mark.parametrize("column", ["number", "name", "city", "customer_key"])
def test_a_personal_column_in_a_published_table_stops_the_run(tmp_path, column):
    message = refusal(tmp_path, f"customer,{column}\n{PSEUDONYM},{CANARY}\n")
    assert message.startswith(f"features.csv: publishes the personal column {column}")


@pytest.mark.parametrize(
    "value", [CANARY, "", "cu1_", f"cu1_{CANARY}", f"cu1_{PSEUDONYM}", PSEUDONYM.upper(), "cu2_" + "a" * 26]
)
def test_a_published_row_without_pseudonym_stops_the_run(tmp_path, value):
    message = refusal(tmp_path, f"customer,amount\n{PSEUDONYM},1\n{value},2\n")
    assert message.startswith("features.csv: 1 rows carry no pseudonym")


def test_a_published_table_without_the_column_of_pseudonyms_stops_the_run(tmp_path):
    assert refusal(tmp_path, f"client,amount\n{CANARY},1\n").startswith("features.csv: has no column customer")


@pytest.mark.parametrize(("path", "mode"), [("gold/data/x.csv", 0o644), ("silver/data", 0o750), ("bronze", 0o701)])
def test_a_protected_file_or_folder_that_others_can_open_stops_the_run(tmp_path, path, mode):
    run(tmp_path)
    (tmp_path / "artifacts/runs/r/_meta/data_policy.json").unlink()
    (tmp_path / "artifacts/runs/r" / path).chmod(mode)
    assert audit_data_policy.open_files(tmp_path / "artifacts/runs/r") == [path]


def test_an_open_file_is_named_and_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(audit_data_policy, "open_files", lambda folder: ["gold/data/x.csv", "gold/data/y.csv"])
    message = refusal(tmp_path, f"customer\n{PSEUDONYM}\n")
    assert message.startswith("gold/data/x.csv: 2 files of the protected layers can be opened by others")
