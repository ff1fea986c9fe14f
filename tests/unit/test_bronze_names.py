"""The one file that says which raw file a number is."""

import hmac
import json
from pathlib import Path

import yaml

import bronze_names
from elt.protection import pseudonyms
from elt.run import contract_parts
from elt.run.contract import read_contract

CONTRACT = {"name": "bills", "title": "Bills", "primaryKey": ["id"]}
KEY = "8f3a61c97e0b42d5a41c7730e96bd2581fce0a943d6782b5f0916a2ec74d385b"
SALT = hmac.digest(bytes.fromhex(KEY), b"elt-salt\0v1\0bronze/_meta/raw_file_names.json", "sha256").hex()
FIELDS = [{"name": "id", "type": "string", "personal": "identifier", "description": "Number"}]


def test_every_numbered_file_has_its_real_place_and_a_file_whose_name_may_be_said_is_left_out(tmp_path: Path):
    (tmp_path / "raw/crm").mkdir(parents=True)
    for name in ("Rechnung_Max_Mustermann.csv", "Rechnung_Eva.csv", "Rechnung_.csv"):
        (tmp_path / "raw/crm" / name).write_text(name)
    contract = tmp_path / "bills.yaml"
    contract.write_text(yaml.safe_dump({**CONTRACT, "fields": FIELDS, "files": "crm/Rechnung_*.csv"}))
    (tmp_path / ".env").write_text(f"{pseudonyms.NAME}={KEY}\n")
    (tmp_path / ".env").chmod(0o600)
    output = tmp_path / "artifacts/runs/r/bronze/_meta/raw_file_names.json"
    contracts = [contract_parts.of_file(read_contract(contract))]
    bronze_names.main(str(tmp_path / "raw"), contracts, str(tmp_path / ".env"), str(output))
    assert json.loads(output.read_text()) == {
        "salt": SALT,
        "crm/bills-0002.csv": "crm/Rechnung_Eva.csv",
        "crm/bills-0003.csv": "crm/Rechnung_Max_Mustermann.csv",
    }
    assert output.stat().st_mode & 0o777 == 0o600
