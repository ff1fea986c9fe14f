"""Order lines that do not count, as their order or they themselves were cancelled: fact_sales leaves them out.

Codes of the field with role order_status call such a line `cancelled`. How many they are, and their money, is told.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from elt.run.star.roles import Roles

STATUS, CANCELLED = "order_status", "cancelled"
WHY = {"en": "cancelled", "de": "storniert"}


def condition(sql: str | None) -> str:
    """The condition on the lines, given the field of the status; empty without one."""
    return f"WHERE {sql} IS DISTINCT FROM '{CANCELLED}'\n" if sql else ""


def ledger(roles: Roles) -> dict[str, Any]:
    """That every record is a row of the mart, or why some are left out."""
    return {"left_out": dict(WHY)} if roles.get(STATUS) else {"rows": "all"}


def faults(roles: Roles) -> Iterator[str]:
    """A status of which nobody says what is cancelled."""
    found = roles.get(STATUS)
    codes: Mapping[str, str] = (found.field.codes or {}) if found else {}
    if found and CANCELLED not in {*codes.values(), found.field.otherwise}:
        yield (
            f"contracts/{found.table}.yaml: fields.{found.field.name}.role: no code says which orders do not count. "
            f"Write codes: {{<as it stands there>: {CANCELLED}, <each other one>: <its meaning>}}, or take "
            f"role: {STATUS} away"
        )
