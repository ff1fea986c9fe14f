"""The drawn marts of a company as files that a person reads and changes: entries of marts.yaml and SQL."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from elt.run.columns import Column
from elt.run.company import Company
from elt.run.mart import Mart, MartLedger
from elt.run.star.drawing import MARTS

HEAD = """# Drafted from the roles of the contracts: one entry a mart: what one row is, its key, references and columns.
# From now on this file and marts/*.sql count, and roles change nothing of them. An entry and its SQL that are taken
# away are drawn from roles again.
"""


class Written(NamedTuple):
    """The marts that are drawn for a company: their entries of marts.yaml, and their SQL."""

    entries: Mapping[str, Mapping[str, Any]]
    sql: Mapping[str, str]


def written(company: Company) -> Written:
    """What is drawn for a company whose classes were computed; nothing where it has written all of it."""
    marts = [company.marts[name] for name in MARTS if name in company.marts and company.marts[name].is_drawn]
    reasons = {one.column: one.instead_of for one in company.class_exceptions if not one.is_of_company}
    return Written(
        {one.name: entry(one, reasons) for one in marts}, {one.name: company.queries[one.name].text for one in marts}
    )


def entry(mart: Mart, reasons: Mapping[str, str]) -> dict[str, Any]:
    """The entry of a mart, with the classes that were computed; derived columns have none.

    `reasons`: dotted column whose class is weaker by a reason of drawn_star.yaml -> the class without it, which holds
    where the company has written the mart.
    """
    columns = {
        one.name: of_column(one)
        | ({"personal": reasons[name]} if (name := f"gold.{mart.name}.{one.name}") in reasons else {})
        for one in mart.columns
        if one.name not in mart.derived
    }
    keys = {"foreignKeys": dict(mart.foreign_keys)} if mart.foreign_keys else {}
    proved = of_ledger(mart.ledger)
    return {
        "title": mart.title,
        "grain": mart.grain,
        "key": list(mart.key),
        **keys,
        **({"ledger": proved} if proved else {}),
        **({"place_of": mart.place_of} if mart.place_of else {}),
        "columns": columns,
    }


def of_ledger(ledger: MartLedger) -> dict[str, Any]:
    """What is proved of the order lines."""
    found = {"table": ledger.table, "rows": ledger.rows, "money": dict(ledger.money)}
    return {name: value for name, value in found.items() if value}


def of_column(column: Column) -> dict[str, Any]:
    """The entry of a column."""
    found: dict[str, Any] = {"type": column.type}
    found |= {"decimals": column.decimals} if column.decimals is not None else {}
    found |= {"required": True} if column.required else {}
    found |= {"unit": column.unit} if column.unit else {}
    found |= {"personal": column.personal, "description": column.description}
    return found | ({"doubts": list(column.doubts), "why": column.why} if column.doubts else {})
