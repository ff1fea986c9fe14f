"""What a step reads of a contract: words and rules that it does not read change nothing that it is given."""

from dataclasses import replace

import pytest
from one_table import contract, field

from elt.run import contract_parts
from elt.run.contract import Contract

STATED = contract(
    field("id", erasure="customer"),
    field("note", position=2, missingValues=["-"]),
    field("amount", "number", minimum=0, unit="money"),
    {"name": "twice", "type": "number", "compute": "amount * 2", "personal": "none", "description": "Twice"},
    title="People",
    department="Sales",
    repairs=[{"field": "note", "when": "note = 'x'", "set": "'y'", "why": "because"}],
    quarantine=[{"code": "bad", "when": "note = 'z'", "why": "no"}],
    uniqueKeys=[["note"]],
    foreignKeys=[{"fields": "note", "reference": {"resource": "notes", "fields": "id"}}],
)
WHOLE = Contract.of(STATED)
PARTS = {
    "of_file": contract_parts.of_file,
    "of_cleaning": contract_parts.of_cleaning,
    "of_references": contract_parts.of_references,
    "of_feedback": contract_parts.of_feedback,
}


def other(**fields):
    """The contract with something else in it."""
    return replace(WHOLE, **fields)


def with_fields(**more):
    """The contract with something else in each of its fields."""
    return other(fields=tuple(replace(one, **more) for one in WHOLE.fields))


CHANGES = {
    "description": (with_fields(description="Another"), set()),
    "title": (other(title="Persons"), set()),
    "department": (other(department="Shops"), {"of_feedback"}),
    "files": (other(files="*.txt"), {"of_file"}),
    "dialect": (other(dialect=replace(WHOLE.dialect, skip_lines=1)), {"of_file", "of_cleaning"}),
    "limit": (other(fields=(*WHOLE.fields[:2], replace(WHOLE.fields[2], minimum=1), WHOLE.fields[3])),
              {"of_cleaning", "of_references", "of_feedback"}),
    "compute": (other(fields=(*WHOLE.fields[:3], replace(WHOLE.fields[3], compute="amount * 3"))),
                {"of_cleaning", "of_references", "of_feedback"}),
    "position": (other(fields=(WHOLE.fields[0], replace(WHOLE.fields[1], position=3), *WHOLE.fields[2:])), {*PARTS}),
    "repair": (other(repairs=()), {"of_cleaning"}),
    "quarantine": (other(quarantine=()), {"of_cleaning", "of_feedback"}),
    "unique key": (other(unique_keys=()), {"of_references"}),
    "budget of a reference": (other(foreign_keys=(replace(WHOLE.foreign_keys[0], budget=0.5),)), {"of_references"}),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_reaches_the_steps_that_read_it_and_no_other(change):
    changed, reached = CHANGES[change]
    assert {name for name, part in PARTS.items() if part(changed) != part(WHOLE)} == reached


@pytest.mark.parametrize("part", PARTS)
def test_names_columns_and_what_identifies_a_person_are_always_there(part):
    found = PARTS[part](WHOLE)
    assert (found.name, found.names, found.erasure_kinds) == (WHOLE.name, WHOLE.names, WHOLE.erasure_kinds)


def test_bronze_knows_which_fields_no_file_has_and_not_how_they_are_computed():
    assert [one.compute for one in contract_parts.of_file(WHOLE).fields] == [None, None, None, contract_parts.COMPUTED]
