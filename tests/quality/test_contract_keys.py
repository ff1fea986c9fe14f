"""docs/contract_keys.md is what the schema says, its examples are taken by the schema, and the roles are those of the code."""

import contract_keys
import pytest
import yaml
from jsonschema import Draft202012Validator

from elt.run.star.roles import ROLES

SCHEMA = yaml.safe_load((contract_keys.ROOT / "config/company.schema.yaml").read_text("utf-8"))
WHOLE = {"name": "t", "title": "T", "files": "t.csv", "primaryKey": ["id"]}
FIELD = {"name": "id", "type": "string", "personal": "none", "description": "d"}


def faults(contract: dict) -> list[str]:
    """What the schema says against a contract."""
    validator = Draft202012Validator({"$ref": "#/$defs/contract", "$defs": SCHEMA["$defs"]})
    return [error.message for error in validator.iter_errors(contract)]


def test_the_page_is_what_the_schema_says():
    assert contract_keys.PAGE.read_text("utf-8") == contract_keys.page()


@pytest.mark.parametrize("key", contract_keys.EXAMPLES)
def test_an_example_is_taken_by_the_schema(key):
    text = "\n".join(contract_keys.EXAMPLES[key])
    stated = yaml.safe_load(text.replace(", …", ""))
    if isinstance(stated, list):
        assert key in stated[0]
        stated = {"fields": [FIELD | stated[0]]}
    else:
        assert list(stated) == [key]
    assert faults({**WHOLE, "fields": [FIELD], **stated}) == []


def test_a_key_that_does_not_exist_is_refused_so_that_an_example_can_fail():
    assert faults({**WHOLE, "fields": [FIELD | {"rolle": "order_date"}]}) != []


def test_the_roles_of_the_schema_are_those_of_the_code():
    assert sorted(SCHEMA["$defs"]["field"]["properties"]["role"]["enum"]) == sorted(ROLES)


def test_every_key_of_a_field_has_a_meaning():
    found = contract_keys.rows(SCHEMA["$defs"]["field"], SCHEMA)
    assert [key for key, _, meaning in found if not meaning and key not in ("`type` (needed)",)] == []
