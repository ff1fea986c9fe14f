"""The data package says of every table its place, hash, types, keys, references, units and personal classes."""

import hashlib
import json
from pathlib import Path

import gold_datapackage
from elt.run.mart import Mart

ENTRIES = {
    "lines": {
        "title": "Lines", "grain": "one row a line", "key": ["order", "line"], "foreignKeys": {"customer_key": "dim_customer.customer_key"},
        "columns": {
            "order": {"type": "string", "personal": "identifier", "description": "Order"},
            "line": {"type": "integer", "personal": "none", "description": "Line"},
            "customer_key": {"type": "integer", "personal": "identifier", "description": "Customer", "required": True},
            "amount": {"type": "decimal", "decimals": 2, "unit": "money", "personal": "none", "description": "Amount"},
        },
    },
    "dim_customer": {
        "title": "Customers", "grain": "one row a customer", "key": ["customer_key"],
        "columns": {"customer_key": {"type": "integer", "personal": "identifier", "description": "Key"}},
    },
}  # fmt: skip
MARTS = {name: Mart.of(name, entry) for name, entry in ENTRIES.items()}


def described(tmp_path):
    """The package of two marts and the pseudonyms, by table."""
    *paths, pseudonyms = (str(tmp_path / f"{name}.csv") for name in (*MARTS, "customer_pseudonyms"))
    for path in (*paths, pseudonyms):
        Path(path).write_text("a\n")
    gold_datapackage.main(MARTS, paths, pseudonyms, str(tmp_path / "datapackage.json"))
    return {r["name"]: r for r in json.loads((tmp_path / "datapackage.json").read_text())["resources"]}


def test_every_table_comes_after_those_that_it_refers_to(tmp_path):
    names = list(described(tmp_path))
    assert names[0] == "dim_customer"
    assert set(names) == {"dim_customer", "lines", "customer_pseudonyms"}


def test_keys_and_references_are_those_of_the_mart(tmp_path):
    schema = described(tmp_path)["lines"]["schema"]
    assert schema["primaryKey"] == ["order", "line"]
    assert schema["foreignKeys"] == [
        {"fields": ["customer_key"], "reference": {"resource": "dim_customer", "fields": ["customer_key"]}}
    ]


def test_a_field_has_type_constraints_unit_and_class(tmp_path):
    fields = {field["name"]: field for field in described(tmp_path)["lines"]["schema"]["fields"]}
    amount = fields["amount"]
    assert (amount["type"], amount["decimals"], amount["unit"], amount["personal"]) == ("number", 2, "money", "none")
    assert (amount["title"], amount["description"], amount["constraints"]) == ("Amount", "Amount", {})
    assert fields["order"]["constraints"] == {"required": True}
    assert fields["customer_key"]["constraints"] == {"required": True}


def test_a_key_of_one_column_is_unique(tmp_path):
    (field,) = described(tmp_path)["dim_customer"]["schema"]["fields"]
    assert field["constraints"] == {"required": True, "unique": True}


def test_a_table_is_named_with_the_hash_of_its_bytes(tmp_path):
    table = described(tmp_path)["lines"]
    assert (table["path"], table["bytes"], table["hash"]) == (
        "data/lines.csv",
        2,
        f"sha256:{hashlib.sha256(b'a' + bytes([10])).hexdigest()}",
    )


def test_a_pseudonym_is_unique_beside_the_key_of_its_table(tmp_path):
    fields = {field["name"]: field for field in described(tmp_path)["customer_pseudonyms"]["schema"]["fields"]}
    assert {name: field["constraints"] for name, field in fields.items()} == {
        "customer_key": {"required": True, "unique": True},
        "pseudonym": {"required": True, "unique": True},
    }
