"""fact_sales drawn from roles: the order lines with their keys, amounts and costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from elt.run.mart import Mart
from elt.run.star import by_day, cancelled, credited, dimensions, places
from elt.run.star.amounts import less_discount
from elt.run.star.columns import NO_MEMBER, UNKNOWN, DrawnMart, Made, amount, listed, taken, text
from elt.run.star.roles import OF_PLACES, Filled, Roles
from elt.tables import DECIMALS

CUSTOMER, PRODUCT, LOCATION = "dim_customer", "dim_product", "dim_location"
AS_STATED = ("ship_date", "due_date", "document_type")
CATEGORIES = ("channel", "store")
DISCOUNTS = ("discount_share", "discount_amount")
PRICED = ("quantity", "unit_price", *DISCOUNTS)


@dataclass(frozen=True)
class Facts:
    """The order lines of some roles beside the dimensions that there are, drawn or not."""

    roles: Roles
    dimensions: Mapping[str, Mart]
    books: str | None = None  # currency of the books, of which one unit is worth one

    def sql(self, role: str) -> str | None:
        """The field of a role as the joined raw tables have it; None where no field has it."""
        found = self.roles.get(role)
        reach = self.roles.reach
        return None if found is None else reach.sql(reach.nearest(found.place))

    def has(self, mart: str, *columns: str) -> bool:
        """Whether a dimension has columns."""
        return all(name in self.dimensions[mart].by_name for name in columns)

    @cached_property
    def places(self) -> dict[str, Filled]:
        """Column of a place on the order -> the field that fills it."""
        found = places.of_order(self.roles)
        return {name: one for name, one in found.items() if self.has(LOCATION, name)}

    @cached_property
    def has_versions(self) -> bool:
        """Whether a product has versions, so that the day of the order says which one counts."""
        return self.has(PRODUCT, "valid_from", "valid_to")

    @cached_property
    def lists(self) -> list[by_day.DayList]:
        """The lists of prices and costs by product and day that a line takes its own from."""
        taken_from = {self.list_of("unit_price"), None if self.line_cost else self.list_of("unit_cost")}
        return [one for one in by_day.of_lists(self.roles) if one in taken_from]

    def list_of(self, role: str) -> by_day.DayList | None:
        """The list that holds a price or a cost."""
        return by_day.holding(self.roles, role)

    @cached_property
    def is_rated(self) -> bool:
        """Whether amounts are in several currencies, with rates."""
        return self.roles.get("exchange_rate") is not None

    @cached_property
    def line_amount(self) -> Made:
        """The amount of a line in the currency of its order: as stated, else quantity by price, less a discount."""
        stated, reach = self.roles.get("sales_amount"), self.roles.reach
        if stated is not None:
            return amount(reach.sql(reach.nearest(stated.place)), stated.field)
        parts = {role: sql for role in PRICED if (sql := self.sql(role)) is not None}
        return less_discount(self.roles, parts)

    @cached_property
    def has_price_of_day(self) -> bool:
        """Whether a price is that of the product's version, or of a list, of the day."""
        return dimensions.version_price(self.roles) is not None or self.list_of("unit_price") is not None

    @cached_property
    def is_priced_by_day(self) -> bool:
        """Whether a line has no amount of its own, and its price is that of the day."""
        return self.roles.get("sales_amount") is None and self.has_price_of_day

    @cached_property
    def line_number(self) -> str:
        """The number of a line: as stated, else its place in the order of the table's key."""
        if stated := self.sql("line_number"):
            return stated
        roles, reach = self.roles, self.roles.reach
        quantity = roles.of("quantity").place
        keys = ", ".join(reach.sql(quantity._replace(field=name)) for name in roles.contracts[roles.lines].primary_key)
        return f"ROW_NUMBER() OVER (PARTITION BY {self.sql('order_number')} ORDER BY {keys})"

    @cached_property
    def line_cost(self) -> Made | None:
        """The purchase cost of a line that the order says, as a whole or of a piece."""
        reach = self.roles.reach
        if whole := self.roles.get("cost_amount"):
            return amount(reach.sql(reach.nearest(whole.place)), whole.field, DECIMALS)
        piece = self.roles.get("unit_cost")
        if piece is None or piece.table not in self.roles.order_tables:
            return None
        return Made(f"{self.sql('quantity')} * {self.sql('unit_cost')}", "decimal", max(DECIMALS, piece.field.scale))

    def number(self, role: str) -> str:
        """A number as text."""
        return text(self.sql(role) or "", self.roles.of(role).field)

    @cached_property
    def lines(self) -> dict[str, str]:
        """What is read of the raw tables: name -> SQL."""
        found: dict[str, str | None] = {
            "order_number": self.number("order_number"),
            "line_number": self.line_number,
            "customer_number": self.number("customer_number"),
            "product_number": self.number("product_number"),
            **{name: self._place(name, one) for name, one in self.places.items()},
            "order_date": self.sql("order_date"),
            **{role: self.sql(role) for role in AS_STATED},
            **{role: self._category(role) for role in CATEGORIES},
            "quantity": self.sql("quantity"),
            "currency": self.sql("currency"),
            **self._priced(),
            "line_cost": self.line_cost.sql if self.line_cost else None,
        }
        return credited.taken_off(self.roles, {name: sql for name, sql in found.items() if sql is not None})

    def _priced(self) -> dict[str, str | None]:
        """Price and amount of a line; of the price of a day what the amount is then computed from."""
        if self.is_priced_by_day:
            return {role: self.sql(role) for role in DISCOUNTS}
        price = None if self.has_price_of_day else self.sql("unit_price")
        return {"unit_price": price, "line_amount": self.line_amount.sql}

    def _place(self, name: str, found: Filled) -> str:
        """A column of a place, as dim_location has it."""
        return f"COALESCE({dimensions.column(name, found, self.roles.reach).sql}, '{UNKNOWN}')"

    def _category(self, role: str) -> str | None:
        """Channel or store."""
        found = self.roles.get(role)
        return None if found is None else f"COALESCE({text(self.sql(role) or '', found.field)}, '{UNKNOWN}')"

    @cached_property
    def columns(self) -> dict[str, Made]:
        """The columns of fact_sales."""
        found = {name: Made(f"l.{name}") for name in ("order_number", "line_number", "order_date")}
        found |= {name: Made(f"l.{name}") for name in (*AS_STATED, *CATEGORIES) if name in self.lines}
        found |= {
            f"{name}_key": Made(f"COALESCE({alias}.{name}_key, 0)")
            for name, alias in (("customer", "c"), ("product", "p"), ("location", "g"))
        }
        found["location_key"] = found["location_key"] if self._join_of_places() else Made(NO_MEMBER)
        quantity, price = self.roles.of("quantity"), self.roles.get("unit_price")
        found["quantity"] = taken(quantity, self.roles.reach)._replace(sql="l.quantity", type=_kind(quantity))
        if price is not None:
            found["unit_price"] = amount(self.price, price.field, DECIMALS)
        return found | self._amounts() | self._costs() | self._doubted_prices()

    @property
    def price(self) -> str:
        """The price of a piece: of the line, of a list, or of the version of its product."""
        if "unit_price" in self.lines:
            return "l.unit_price"
        found = self.list_of("unit_price")
        return f"{found.name}.unit_price" if found else f"p.{dimensions.LIST_PRICE}"

    def is_before_first(self, role: str) -> str | None:
        """Whether a line is older than the first price or cost of its product; None where versions do not say so."""
        if found := self.list_of(role):
            return found.is_before_first
        if not (self.has_versions and self.has(PRODUCT, "reaches_back", "introduced_date")):
            return None
        return "COALESCE(p.reaches_back AND l.order_date < p.introduced_date, FALSE)"

    def _doubted_prices(self) -> dict[str, Made]:
        """A flag for amounts by a later price."""
        flag = self.is_before_first("unit_price") if self.is_priced_by_day else None
        return {"is_before_first_price": Made(flag)} if flag else {}

    def _amounts(self) -> dict[str, Made]:
        """The amount of a line, in the currency of the books and in that of the order."""
        if self.is_priced_by_day:
            known = {name: f"l.{name}" for name in self.lines}
            line = less_discount(self.roles, {**known, "unit_price": self.price})
        else:
            line = self.line_amount._replace(sql="l.line_amount")
        stated = {credited.STATED: line._replace(sql=f"l.{credited.STATED}")} if credited.STATED in self.lines else {}
        if not self.is_rated:
            return stated | self._in_one_currency(line)
        rate = amount(self._rate(), self.roles.of("exchange_rate").field)
        in_books = f"({line.sql}) * {rate.sql}" if self.is_priced_by_day else f"{line.sql} * {rate.sql}"
        books = Made(in_books, "decimal", max(DECIMALS, line.decimals or 0))
        own = {"currency": Made("l.currency"), "exchange_rate": rate, "amount_in_currency": line}
        return {**stated, **own, "sales_amount": books}

    def _in_one_currency(self, line: Made) -> dict[str, Made]:
        """The amount of a line without rates: missing, and so refused, where the order is not in that of the books."""
        if "currency" not in self.lines:
            return {"sales_amount": line}
        checked = f"CASE WHEN l.currency = '{self.books}' THEN {line.sql} END"
        return {"currency": Made("l.currency"), "sales_amount": line._replace(sql=checked)}

    def _rate(self) -> str:
        """The rate of a line; 1 for the currency of the books, whose rates no table has to state."""
        scale = self.roles.of("exchange_rate").field.scale
        one = f"CASE WHEN l.currency = '{self.books}' THEN CAST(1 AS DECIMAL(38, {scale})) END"
        return f"COALESCE(r.exchange_rate, {one})" if self.books else "r.exchange_rate"

    def _costs(self) -> dict[str, Made]:
        """What a line cost, where it is known: as the order says, else by the product, that of today beside it."""
        if self.line_cost is not None:
            return {"cost_amount": self.line_cost._replace(sql="l.line_cost")}
        if costs := self.list_of("unit_cost"):
            return by_day.costs(costs, max(DECIMALS, self.roles.of("unit_cost").field.scale))
        if not self.has(PRODUCT, "unit_cost"):
            return {}
        decimals = max(DECIMALS, self.dimensions[PRODUCT].by_name["unit_cost"].scale)
        found = {"cost_amount": Made("l.quantity * p.unit_cost", "decimal", decimals)}
        if self.has_versions and self.has(PRODUCT, "is_current"):
            found["current_cost_amount"] = Made("l.quantity * today.unit_cost", "decimal", decimals)
        if flag := self.is_before_first("unit_cost"):
            found["is_before_first_version"] = Made(flag)
        return found

    def _join_of_places(self) -> str:
        """How a line finds its place; empty where none is known."""
        if self.places:
            pairs = [f"l.{name} = g.{name}" for name in self.places]
        else:
            both = [name for name in OF_PLACES if self.has(LOCATION, name) and self.has(CUSTOMER, name)]
            pairs = [f"c.{name} = g.{name}" for name in both] if places.is_own(self.roles) else []
        return f"LEFT JOIN gold.dim_location AS g ON {' AND '.join(pairs)}" if pairs else ""

    def _source(self) -> str:
        """The raw tables of the lines, joined."""
        reach = self.roles.reach
        filled = [one for role in self._read() if (one := self.roles.get(role)) is not None]
        named = [reach.nearest(one.place).table for one in (*filled, *self.places.values())]
        return reach.joined(dict.fromkeys(named))

    def _read(self) -> list[str]:
        """The roles that the lines are made of."""
        computed = () if self.roles.get("sales_amount") else DISCOUNTS
        costs = ("cost_amount",) if self.roles.get("cost_amount") else ("unit_cost",) if self.line_cost else ()
        return [
            *(name for name in self.lines if name not in OF_PLACES),
            "sales_amount",
            cancelled.STATUS,
            *computed,
            *costs,
        ]

    @property
    def joins(self) -> list[str]:
        """The joins of the lines with dimensions and rates."""
        found = [
            "LEFT JOIN rates AS r ON l.currency = r.currency AND l.order_date = r.date" if self.is_rated else "",
            "LEFT JOIN gold.dim_customer AS c ON l.customer_number = c.customer_number",
            self._join_of_places(),
            "LEFT JOIN gold.dim_product AS p ON l.product_number = p.product_number",
            *(by_day.join(one.name) for one in self.lists),
            self._join_of_today(),
        ]
        return [one for one in found if one]

    def _join_of_today(self) -> str:
        """How a line finds what its product costs today."""
        found = self.list_of("unit_cost")
        source = found.name if found else f"gold.{PRODUCT}"
        on = "l.product_number = today.product_number AND today.is_current"
        return f"LEFT JOIN {source} AS today ON {on}" if "current_cost_amount" in self.columns else ""

    def _counting(self) -> str:
        """The condition that leaves out what was cancelled."""
        return cancelled.condition(self.sql(cancelled.STATUS))

    def _by_day(self) -> str:
        """What holds from a day on: rates, and lists of prices and costs."""
        found = [by_day.rates(self.roles)] if self.is_rated else []
        return "".join(f",\n{sql}" for sql in (*found, *(by_day.sql(self.roles, one) for one in self.lists)))

    def drawn(self, template: Mapping[str, Any]) -> DrawnMart:
        """The mart."""
        select = {name: self.columns[name].sql for name in template if name in self.columns}
        lines = (
            f"WITH lines AS (\nSELECT\n{listed(self.lines)}\n{self._source()}\n{self._counting()}){self._by_day()}\n"
        )
        of_day = [("p", "product_key")] if self.has_versions else []
        of_day += [(one.name, "product_number") for one in self.lists]
        kept = "\n    AND ".join(by_day.in_time(*one) for one in of_day)
        where = f"WHERE {kept}\n" if kept else ""
        says = "-- One row an order line, each exactly once; what no dimension knows gets key 0.\n"
        joins = "\n".join(self.joins)
        sql = f"{says}{lines}SELECT\n{listed(select)}\nFROM lines AS l\n{joins}\n{where}"
        return DrawnMart(sql, self.columns, self._ledger())

    def _ledger(self) -> dict[str, Any]:
        """What must come out again: every record, and the money that the lines state."""
        stated = self.roles.get("sales_amount")
        column = "amount_in_currency" if self.is_rated else "sales_amount"
        column = credited.STATED if credited.STATED in self.lines else column
        is_followed = stated is not None and stated.table == self.roles.lines and stated.field.money
        money = {"money": {column: stated.field.name}} if stated is not None and is_followed else {}
        return {"table": self.roles.lines, **money, **cancelled.ledger(self.roles)}


def _kind(found: Filled) -> str:
    """Type of a quantity: whole, or with decimals."""
    return "integer" if found.field.type == "integer" else "decimal"
