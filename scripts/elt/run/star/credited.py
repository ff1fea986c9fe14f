"""Credit notes that a source states without a minus, told apart by the type of their document alone.

Codes of the field with role document_type call such a document `credited`. In fact_sales it is a credit note, and its
pieces, amount and cost are taken off; what the source states stands beside it, for the ledger.
"""

from collections.abc import Mapping

from elt.run.star.roles import Roles

CREDITED, CREDIT_NOTE = "credited", "credit_note"
TYPE, STATED = "document_type", "stated_amount"
TAKEN_OFF = ("quantity", "line_amount", "line_cost", "discount_amount")


def is_stated(roles: Roles) -> bool:
    """Whether codes of the type of a document know credit notes without a minus."""
    found = roles.get(TYPE)
    return found is not None and CREDITED in {*(found.field.codes or {}).values(), found.field.otherwise}


def taken_off(roles: Roles, lines: Mapping[str, str]) -> dict[str, str]:
    """The columns of the order lines (name -> SQL) with the signs that they have in the books."""
    if not is_stated(roles):
        return dict(lines)
    is_credited = f"{lines[TYPE]} = '{CREDITED}'"
    signed = {
        name: f"CASE WHEN {is_credited} THEN -({lines[name]}) ELSE {lines[name]} END"
        for name in TAKEN_OFF
        if name in lines
    }
    kind = f"CASE WHEN {is_credited} THEN '{CREDIT_NOTE}' ELSE {lines[TYPE]} END"
    own = {STATED: lines["line_amount"]} if roles.get("sales_amount") is not None else {}
    return {**lines, **signed, TYPE: kind, **own}
