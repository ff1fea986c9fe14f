"""Which field of which contract has which role in the star schema.

A number (of an order, a customer, a product) may stand in several tables that refer to each other by it; every other
role belongs to one field. The table of the order lines is the one with the quantity.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from elt.run.contract import Contract
from elt.run.fields import Field
from elt.run.star.reach import Place, Reach


class Role(NamedTuple):
    """What a role means, the types that its field may have, and whether the star cannot be drawn without it."""

    meaning: str
    types: tuple[str, ...]
    is_needed: bool = False


TEXT, AMOUNT, DAY = ("string", "integer"), ("number", "integer"), ("date",)
ROLES: Mapping[str, Role] = {
    "quantity": Role("quantity of an order line", AMOUNT, is_needed=True),
    "order_number": Role("number of the order", TEXT, is_needed=True),
    "order_date": Role("day of the order", DAY, is_needed=True),
    "customer_number": Role("number of the customer", TEXT, is_needed=True),
    "product_number": Role("number of the product", TEXT, is_needed=True),
    "line_number": Role("number of the line in its order", ("integer",)),
    "ship_date": Role("day of shipping", DAY),
    "due_date": Role("day on which payment is due", DAY),
    "document_type": Role(
        "what a line stands for: order, credit_note, discount, fee or text; credited is a credit note without a minus",
        ("string",),
    ),
    "order_status": Role("status of the order or line; what codes call cancelled is left out, and told", ("string",)),
    "channel": Role("sales channel", TEXT),
    "store": Role("store", TEXT),
    "unit_price": Role("price of one piece", AMOUNT),
    "discount_share": Role("discount of the line, its unit is percent or share", AMOUNT),
    "discount_amount": Role("discount of the line as an amount", AMOUNT),
    "sales_amount": Role("amount of the line", AMOUNT),
    "cost_amount": Role("purchase cost of the line", AMOUNT),
    "currency": Role("currency of the order", ("string",)),
    "exchange_rate": Role("what one unit of a currency is worth in that of the books", AMOUNT),
    "rate_currency": Role("currency of an exchange rate", ("string",)),
    "rate_date": Role("first day on which an exchange rate holds", DAY),
    "customer_name": Role("name of the customer", ("string",)),
    "customer_country": Role("country of the customer where it stands on the order", ("string",)),
    "customer_region": Role("region of the customer where it stands on the order", TEXT),
    "customer_city": Role("city of the customer where it stands on the order", ("string",)),
    "gender": Role("gender of the customer", ("string",)),
    "birth_date": Role("date of birth of the customer", DAY),
    "marital_status": Role("marital status of the customer", ("string",)),
    "country": Role("country of the customer in a table of customers, else of the order", ("string",)),
    "region": Role("region, as the country", TEXT),
    "city": Role("city, as the country", ("string",)),
    "product_name": Role("name of the product", TEXT),
    "category": Role("category of the product", TEXT),
    "subcategory": Role("subcategory of the product", TEXT),
    "product_line": Role("product line", TEXT),
    "unit_cost": Role("purchase cost of one piece", AMOUNT),
    "valid_from": Role("first day of a version of the product, or of a record of a price list", DAY),
}
OF_PLACES = ("country", "region", "city")  # of a customer and of an order, which may both state one
NUMBERS = ("order_number", "customer_number", "product_number")
RATES = ("exchange_rate", "rate_currency", "rate_date")  # of the table of exchange rates, to which no reference leads
PERCENT, SHARE = "percent", "share"  # units of a discount


class Filled(NamedTuple):
    """The field that fills a role."""

    table: str
    field: Field

    @property
    def place(self) -> Place:
        """Where it is."""
        return Place(self.table, self.field.name)


@dataclass(frozen=True)
class Roles:
    """The roles of a company's contracts."""

    contracts: Mapping[str, Contract]

    @cached_property
    def stated(self) -> dict[str, list[Filled]]:
        """Role -> the fields that state it, in the order of contracts and fields."""
        found: dict[str, list[Filled]] = {}
        for name, contract in self.contracts.items():
            for field in contract.fields:
                if field.role is not None:
                    found.setdefault(field.role, []).append(Filled(name, field))
        return found

    @cached_property
    def lines(self) -> str:
        """The table of the order lines."""
        return self.stated["quantity"][0].table

    @cached_property
    def reach(self) -> Reach:
        """What is reached from the order lines."""
        return Reach.of(self.contracts, self.lines)

    def get(self, role: str) -> Filled | None:
        """The field of a role; of a number that stands in several tables the one that the others refer to."""
        found = self.stated.get(role, [])
        return max(found, key=self._distance) if len(found) > 1 else next(iter(found), None)

    def _distance(self, found: Filled) -> int:
        """Steps from the order lines along references; none to a table of details, which refers to another; fewer still
        to a table to which none leads, as to a list of prices that refers to products."""
        if found.table not in self.reach.ways:
            return -1
        way = self.reach.way(found.table)
        return len(way) if all(step.is_forward for step in way) else 0

    def of(self, role: str) -> Filled:
        """The field of a role that is filled; raises KeyError."""
        found = self.get(role)
        if found is None:
            raise KeyError(role)
        return found

    @cached_property
    def order_tables(self) -> frozenset[str]:
        """The tables of order lines and of order headers: on the way to the day or number of the order, or to what the
        number of the order refers to as its key."""
        ways = [self.reach.way(self.of(role).table) for role in ("order_date", "order_number")]
        number = self.reach.nearest(self.of("order_number").place)
        headers = [
            step.target
            for step in self.reach.ways.values()
            if step is not None and step.is_single and step.source == number.table and number.field in step.owned
        ]
        return frozenset({self.lines, *(step.target for way in ways for step in way), *headers})
