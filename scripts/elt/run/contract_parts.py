"""What a step reads of a contract, and nothing more: another rule reruns what reads it, and no other step.

Each gives a contract with what the step does not read left out.
"""

from dataclasses import replace

from elt.run.contract import Contract
from elt.run.dialect import StatedDialect
from elt.run.fields import Field
from elt.run.relations import ForeignKey

DISCOUNT, NAMED = "discount_share", ("customer_number", "customer_name", "product_number", "product_name")  # roles
OF_ORDERS = ("quantity", "order_date")  # roles that tell a table of lines and one of orders
COMPUTED = "NULL"  # stands for the SQL of a field that no file has


def field_of_file(field: Field, *, is_of_persons: bool, is_of_sheet: bool) -> Field:
    """A field as bronze reads it: where it stands, and in a table of persons what finds the records of one.

    The numbers of a sheet are written as text by the type of their field.
    """
    if field.erasure:
        return without_words(field)
    missing = field.missing_values if is_of_persons else ()
    kind = "number" if is_of_sheet and field.type == "number" else "string"
    return Field(field.name, kind, position=field.position, compute=field.compute and COMPUTED, missing_values=missing)


def without_words(field: Field) -> Field:
    """A field without what it means."""
    return replace(field, role=None, description="", why="", doubts=(), unit="money" if field.unit == "money" else None)


def doubted(field: Field) -> Field:
    """A field without what it means, but with a role that says what its records may contradict; a discount has its unit
    too."""
    unit = field.unit if field.role == DISCOUNT else without_words(field).unit
    return replace(without_words(field), role=field.role if field.role in (DISCOUNT, *NAMED) else None, unit=unit)


def of_file(contract: Contract) -> Contract:
    """For a raw file: pattern, dialect, and the fields in its header."""
    is_of_persons = bool(contract.erasure_kinds)
    return Contract(
        name=contract.name,
        title="",
        files=contract.files,
        primary_key=(),
        fields=tuple(
            field_of_file(field, is_of_persons=is_of_persons, is_of_sheet=contract.sheet is not None)
            for field in contract.fields
        ),
        dialect=contract.dialect,
        sheet=contract.sheet,
        may_be_empty=contract.may_be_empty,
        ignore=contract.ignore,
    )


def of_cleaning(contract: Contract) -> Contract:
    """For the table of silver: all but what other tables must hold, and words that are in none of its files; roles of
    discounts, numbers and names, which the records may contradict."""
    return replace(
        contract,
        title="",
        department="",
        files="",
        sheet=None,
        fields=tuple(map(doubted, contract.fields)),
        foreign_keys=tuple(ForeignKey(key.fields, "", ()) for key in contract.foreign_keys),
        equal_sums=(),
        unique_keys=(),
    )


def of_references(contract: Contract) -> Contract:
    """For what the table and others must have in common: its columns, keys and sums; and which table has the lines of
    which orders."""
    fields = (replace(without_words(one), role=one.role if one.role in OF_ORDERS else None) for one in contract.fields)
    return replace(
        of_cleaning(contract),
        fields=tuple(fields),
        dialect=StatedDialect(),
        ignore=(),
        latest=None,
        may_be_empty=False,
        repairs=(),
        quarantine=(),
        foreign_keys=contract.foreign_keys,
        equal_sums=contract.equal_sums,
        unique_keys=contract.unique_keys,
    )


def of_feedback(contract: Contract) -> Contract:
    """For the lists of findings: whose they are, and which column a reason is about."""
    return replace(of_cleaning(contract), department=contract.department, dialect=StatedDialect(), repairs=())
