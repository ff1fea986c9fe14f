"""What holds from a day on, beside the order lines: exchange rates, and lists of prices or costs by product.

A list is a table with `valid_from` that is not the one of the product number itself: its records are no versions of a
product, and its days are its own. Each product of it has the record of the day; the oldest reaches back.
"""

from collections.abc import Iterator
from typing import NamedTuple

from elt.run.star.columns import Made, listed, text, valid_days
from elt.run.star.reach import Place, Reach, Step
from elt.run.star.roles import Roles

LISTED = ("unit_price", "unit_cost")  # what a list may hold
RATES = """rates AS (
SELECT k.currency, d.date, k.exchange_rate
FROM (
    SELECT {currency} AS currency, {rate} AS exchange_rate, {day} AS first_day,
        COALESCE(LEAD({day}) OVER (PARTITION BY {currency} ORDER BY {day}), DATE '9999-12-31') AS next_day
    FROM silver.{table} AS t
) AS k
CROSS JOIN calendar.days AS d
WHERE d.date >= k.first_day AND d.date < k.next_day
)"""


class DayList(NamedTuple):
    """A list by product and day: its name in the SQL of the order lines, its table, and what it holds."""

    name: str
    table: str
    roles: tuple[str, ...]

    @property
    def is_before_first(self) -> str:
        """Whether an order line is older than the first record of its product."""
        return f"COALESCE({self.name}.reaches_back AND l.order_date < {self.name}.first_day, FALSE)"


def rates(roles: Roles) -> str:
    """The rate of every currency and day."""
    names = {"currency": "rate_currency", "rate": "exchange_rate", "day": "rate_date"}
    fields = {name: f't."{roles.of(role).field.name}"' for name, role in names.items()}
    return RATES.format(table=roles.of("exchange_rate").table, **fields)


def of_lists(roles: Roles) -> list[DayList]:
    """The lists, in the order of their tables; what they hold may be nothing."""
    home = roles.get("product_number")
    tables = [one.table for one in roles.stated.get("valid_from", []) if home and one.table != home.table]
    return [DayList(f"list_{i}", table, tuple(held(roles, table))) for i, table in enumerate(tables, 1)]


def held(roles: Roles, table: str) -> Iterator[str]:
    """The roles that a list of a table holds."""
    for role in LISTED:
        if (found := roles.get(role)) is not None and found.table == table:
            yield role


def holding(roles: Roles, role: str) -> DayList | None:
    """The list that holds a price or a cost; None where it stands elsewhere."""
    return next((one for one in of_lists(roles) if role in one.roles), None)


def number(roles: Roles, table: str) -> tuple[Place, Reach] | None:
    """Where a list finds the number of its product: in a field of its own, or in the table of products that it refers
    to by its key; None where no reference says so."""
    home, reach = roles.of("product_number"), roles.reach
    alone = Reach(table, {table: None})
    for field in roles.contracts[table].fields if table in reach.ways else ():
        place = Place(table, field.name)
        if reach.nearest(place) == reach.nearest(home.place) != place:
            return place, alone
    for key in roles.contracts[table].foreign_keys:
        if key.resource == home.table and key.reference_fields == (home.field.name,):
            return Place(table, key.fields[0]), alone
        if key.resource == home.table and set(key.reference_fields) == set(roles.contracts[home.table].primary_key):
            pairs = tuple(zip(key.fields, key.reference_fields, strict=True))
            return home.place, Reach(table, {table: None, home.table: Step(table, home.table, pairs, is_single=True)})
    return None


def sql(roles: Roles, one: DayList) -> str:
    """A list with the days from and up to which each of its records holds."""
    found = number(roles, one.table)
    if found is None:
        raise KeyError(one.table)
    place, reach = found
    day = next(filled for filled in roles.stated["valid_from"] if filled.table == one.table).place
    key = [place._replace(table=one.table, field=name) for name in roles.contracts[one.table].primary_key]
    order = ", ".join(dict.fromkeys(reach.sql(own) for own in (day, *key)))
    window = f"(PARTITION BY {reach.sql(place)} ORDER BY {order})"
    parts = {
        "product_number": text(reach.sql(place), roles.of("product_number").field),
        **{role: reach.sql(roles.of(role).place) for role in one.roles},
        "first_day": reach.sql(day),
        "version": f"ROW_NUMBER() OVER {window}",
        "next_day": f"LEAD({reach.sql(day)}) OVER {window}",
    }
    known = f"WHERE {reach.sql(place)} IS NOT NULL AND {reach.sql(day)} IS NOT NULL"
    ends = {
        **{name: name for name in ("product_number", *one.roles, "first_day")},
        **valid_days("first_day", "next_day"),
    }
    inner = f"SELECT\n{listed(parts)}\n{reach.joined([place.table])}\n{known}"
    return f"{one.name} AS (\nSELECT\n{listed(ends)}\nFROM (\n{inner}\n) AS records\n)"


def costs(one: DayList, decimals: int) -> dict[str, Made]:
    """What an order line cost by the list of its day, and by the newest one (alias today), with a flag."""
    return {
        "cost_amount": Made(f"l.quantity * {one.name}.unit_cost", "decimal", decimals),
        "current_cost_amount": Made("l.quantity * today.unit_cost", "decimal", decimals),
        "is_before_first_cost": Made(one.is_before_first),
    }


def join(name: str) -> str:
    """How an order line finds its list, as `in_time` keeps the record of its day alone."""
    return f"LEFT JOIN {name} AS {name} ON l.product_number = {name}.product_number"


def in_time(alias: str, key: str) -> str:
    """The condition that keeps the record of the day of an order, and lines without one; `key`: a column of it."""
    return f"({alias}.{key} IS NULL OR (l.order_date >= {alias}.valid_from AND l.order_date < {alias}.valid_to))"
