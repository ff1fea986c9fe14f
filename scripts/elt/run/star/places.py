"""The two places of an order: that of its customer and its own, as roles and references tell them apart.

A place in a table of customers, or in one that only customers refer to, is the customer's; any other is the order's. A
table of addresses to which both refer gives each its own. Figures by place go by the order's, where there is one.
"""

from collections.abc import Mapping

from elt.run.star.reach import Reach
from elt.run.star.roles import OF_PLACES, Filled, Roles

CUSTOMER, ORDER = "customer", "order"  # whose place a figure goes by
STATED_OF_CUSTOMERS = "customer_"  # how a role begins that says so itself


def home_reach(roles: Roles, number: str) -> tuple[Filled, Reach]:
    """(the field of a number, what is reached from the table that it is the number of)."""
    home = roles.of(number)
    return home, Reach.of(roles.contracts, home.table)


def sides(roles: Roles, table: str) -> tuple[str, ...]:
    """Whose places a table holds: of customers, of orders, or of both where each refers to it in a way of its own."""
    home, reach = home_reach(roles, "customer_number")
    if home.table in roles.order_tables or table in roles.order_tables or table not in reach.ways:
        return (ORDER,)
    way = roles.reach.way(table) if table in roles.reach.ways else []
    through = {name for step in way for name in (step.source, step.target)}
    return (CUSTOMER,) if not way or home.table in through else (CUSTOMER, ORDER)


def stated(roles: Roles, side: str) -> dict[str, list[Filled]]:
    """Column of a place -> the fields that state it for one side."""
    found = {name: [one for one in roles.stated.get(name, []) if side in sides(roles, one.table)] for name in OF_PLACES}
    if side == CUSTOMER:
        found = {name: roles.stated.get(STATED_OF_CUSTOMERS + name, []) + more for name, more in found.items()}
    return found


def first(found: Mapping[str, list[Filled]]) -> dict[str, Filled]:
    """Column -> its field, of those that have one."""
    return {name: fields[0] for name, fields in found.items() if fields}


def of_customer(roles: Roles) -> dict[str, Filled]:
    """Column of the place of a customer -> the field that fills it."""
    return first(stated(roles, CUSTOMER))


def is_own(roles: Roles) -> bool:
    """Whether figures go by a place that dim_customer has, as no order has one of its own."""
    every = [one for name in OF_PLACES for one in roles.stated.get(name, [])]
    return bool(every) and not any(ORDER in sides(roles, one.table) for one in every)


def of_order(roles: Roles) -> dict[str, Filled]:
    """Column of a place that each order has -> the field that fills it; empty where it is the customer's own.

    Without a country of the order it is the customer's as the order states it, and so is all of it where the order has
    none of its own.
    """
    if is_own(roles):
        return {}
    found, customers = first(stated(roles, ORDER)), of_customer(roles)
    added = OF_PLACES if not found else ("country",)
    every = {name: customers[name] for name in added if name in customers} | found
    return {name: every[name] for name in OF_PLACES if name in every}


def whose(roles: Roles) -> str | None:
    """Whose country figures go by: the customer's or the order's; None where no country is known."""
    if "country" in first(stated(roles, ORDER)):
        return ORDER
    return CUSTOMER if "country" in of_customer(roles) else None
