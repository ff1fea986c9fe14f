"""The star schema of a company that has written none: its marts and their SQL, drawn from the roles of its contracts.

What a company has written itself counts, one mart at a time; the rest is drawn beside it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from elt.remembered import yaml_of
from elt.run.contract import Contract
from elt.run.controller import ClassException
from elt.run.entries import plain_dates
from elt.run.mart import FACT, Mart, Query
from elt.run.star import dimensions, role_faults
from elt.run.star.columns import NO_MEMBER, DrawnMart, Made
from elt.run.star.facts import CUSTOMER, LOCATION, PRODUCT, Facts
from elt.run.star.roles import Roles

FILE = "config/standard/drawn_star.yaml"
DAYS = "dim_date"
MARTS = (CUSTOMER, PRODUCT, LOCATION, DAYS, FACT)


class Star(NamedTuple):
    """Marts that were drawn, their entries as marts.yaml has them, their SQL, and reasons for weaker classes."""

    marts: Mapping[str, Mart]
    entries: Mapping[str, Mapping[str, Any]]
    queries: Mapping[str, Query]
    class_exceptions: tuple[ClassException, ...]


NOTHING = Star({}, {}, {}, ())


@cache
def templates(root: Path) -> dict[str, Any]:
    """Mart -> its entry in drawn_star.yaml."""
    found: dict[str, Any] = plain_dates(yaml_of(root / FILE))["marts"]
    return found


def is_asked(contracts: Mapping[str, Contract], written: Collection[str]) -> bool:
    """Whether something is to be drawn; `written`: marts that the company has itself, with entry or SQL.

    A company that has neither marts nor roles is told which roles it takes.
    """
    has_roles = any(field.role for contract in contracts.values() for field in contract.fields)
    return not written or (has_roles and any(name not in written for name in MARTS))


def faults(contracts: Mapping[str, Contract], written: Collection[str], books: str | None = None) -> Iterator[str]:
    """One line a fault of the roles, where something is to be drawn from them; `books`: currency of the books."""
    if is_asked(contracts, written):
        yield from role_faults.found_in(Roles(contracts), books)


def entry_of(drawn: DrawnMart, template: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of a drawn mart: the columns that it has, in the order of the template, with their types.

    A key that no role tells refers to nothing: that all rows have the unknown member then contradicts no assumption.
    """
    columns = {
        name: _fitted(entry, drawn.columns[name])
        for name, entry in template["columns"].items()
        if name in drawn.columns
    }
    told = {name for name in columns if drawn.columns[name].sql != NO_MEMBER}
    keys = {name: goal for name, goal in template.get("foreignKeys", {}).items() if name in told}
    found = {name: value for name, value in template.items() if name not in ("columns", "foreignKeys")}
    found |= {"foreignKeys": keys} if keys else {}
    found |= {"ledger": dict(drawn.ledger)} if drawn.ledger else {}
    found |= {"place_of": drawn.place_of} if drawn.place_of else {}
    return {**found, "columns": columns}


def _fitted(entry: Mapping[str, Any], made: Made) -> dict[str, Any]:
    """The entry of a column with the type that its field gives it."""
    found = {name: value for name, value in entry.items() if name != "unknown"}
    found |= {"type": made.type} if made.type else {}
    return found | ({"decimals": made.decimals} if made.decimals is not None and found["type"] == "decimal" else {})


def star(
    contracts: Mapping[str, Contract],
    stated: Mapping[str, Mart],
    written: Collection[str],
    root: Path,
    books: str | None = None,
) -> Star:
    """What is drawn beside the marts that a company has; `written`: their names, of SQL alone too.

    `books`: the currency of the company's books, if it is stated. The roles are without fault.
    """
    if not is_asked(contracts, written) or any(name in written and name not in stated for name in MARTS):
        return NOTHING
    roles, template = Roles(contracts), templates(root)
    marts, entries, queries = dict(stated), {}, {}
    for name in (one for one in MARTS if one not in written):
        drawn = _drawn(name, roles, marts, template[name]["columns"], books)
        entries[name] = entry_of(drawn, template[name])
        marts[name] = replace(Mart.of(name, entries[name]), is_drawn=True)
        queries[name] = Query(f"marts/{name}.sql (drawn from roles)", drawn.sql)
    exceptions = tuple(
        ClassException(f"gold.{name}.{column}", **spec["class_exception"], is_of_company=False)
        for name, entry in entries.items()
        for column, spec in entry["columns"].items()
        if "class_exception" in spec
    )
    return Star({name: marts[name] for name in entries}, entries, queries, exceptions)


def _drawn(
    name: str, roles: Roles, marts: Mapping[str, Mart], template: Mapping[str, Any], books: str | None
) -> DrawnMart:
    """One mart; `marts`: those before it."""
    if name == CUSTOMER:
        return dimensions.customers(roles, template)
    if name == PRODUCT:
        return dimensions.products(roles, template)
    if name == LOCATION:
        return dimensions.locations(roles, template, marts[CUSTOMER].by_name if CUSTOMER in marts else ())
    return dimensions.days(roles) if name == DAYS else Facts(roles, marts, books).drawn(template)
