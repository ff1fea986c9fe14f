"""What is wrong with the roles of a company's contracts: one line a fault, with the lines to write."""

from collections.abc import Iterator

from elt.run.star import by_day, cancelled, dimensions, places
from elt.run.star.reach import Place, Reach
from elt.run.star.roles import NUMBERS, OF_PLACES, PERCENT, RATES, ROLES, SHARE, Filled, Roles

MOST_NAMED = 6  # fields that a message offers
ONE_WAY = "Write follow: false to the one that is not meant; it is checked all the same"
ON_LINES = (
    *("order_number", "line_number", "order_date", "ship_date", "due_date", "document_type", "channel", "store"),
    *("order_status", "customer_number", "product_number", "currency"),
    *("unit_price", "cost_amount", "discount_share", "discount_amount", "sales_amount"),
)


def found_in(roles: Roles, books: str | None = None) -> Iterator[str]:
    """Roles that are missing, doubled, of another type, or out of reach; what follows from others is left out.

    books: the currency of the books, if it is stated.
    """
    first = [*of_types(roles), *doubled(roles), *missing(roles)]
    first += list(out_of_reach(roles)) if roles.stated.get("quantity") else []
    first += [] if first else list(apart(roles))
    yield from first or [
        *cancelled.faults(roles),
        *of_lists(roles),
        *of_discounts(roles),
        *of_rates(roles, books),
        *of_places(roles),
        *on_lines(roles),
        *of_dimensions(roles),
    ]


def place_of(found: Filled) -> str:
    """Where a role is stated, in a message."""
    return f"contracts/{found.table}.yaml: fields.{found.field.name}.role"


def foreign_key(fields: str, table: str, its: str) -> str:
    """A foreign key as a contract has it."""
    return f"foreignKeys: [{{fields: {fields}, reference: {{resource: {table}, fields: {its}}}}}]"


def of_types(roles: Roles) -> Iterator[str]:
    """Fields whose type does not fit their role."""
    for role, found in roles.stated.items():
        for one in found:
            types = ROLES[role].types
            if one.field.type not in types:
                words = f"{role} must be of type {' or '.join(types)}, and the field is {one.field.type}"
                yield f"{place_of(one)}: {words}. Write type: {types[0]}, or take role: {role} away"


def doubled(roles: Roles) -> Iterator[str]:
    """Roles that several fields state, numbers, places and first days in tables of their own apart."""
    for role, found in roles.stated.items():
        tables = [one.table for one in found]
        is_alone = role not in (*NUMBERS, *OF_PLACES, "valid_from")
        if len(found) > 1 and (is_alone or len(set(tables)) < len(tables)):
            names = " and ".join(f"{one.table}.{one.field.name}" for one in found)
            yield f"{place_of(found[-1])}: {role} is stated by {names}. Take role: {role} away from all but one"


def missing(roles: Roles) -> Iterator[str]:
    """Roles without which nothing can be drawn."""
    yield from (lacking(roles, role) for role, one in ROLES.items() if one.is_needed and role not in roles.stated)
    if not {"sales_amount", "unit_price"} & roles.stated.keys():
        yield lacking(roles, "sales_amount")


def lacking(roles: Roles, role: str) -> str:
    """What is said of a role that no field has."""
    fitting = [
        f"{name}.{field.name}"
        for name, contract in roles.contracts.items()
        for field in contract.fields
        if field.type in ROLES[role].types and field.role is None
    ]
    named = f"; it may be {', '.join(fitting[:MOST_NAMED])}" if fitting else ""
    words = f"no field has role: {role} ({ROLES[role].meaning}){named}"
    return f"contracts: {words}. Write role: {role} to the field that is it, or compute such a field"


def out_of_reach(roles: Roles) -> Iterator[str]:
    """Tables with roles to which no reference leads from the order lines, or more than one."""
    lists = {one.table for one in by_day.of_lists(roles)}
    stated = ((role, one.table) for role, found in roles.stated.items() for one in found if role not in RATES)
    tables = {table: role for role, table in stated if table not in lists}
    for table, role in tables.items():
        words = f"from the order lines ({roles.lines}) to {table}, which has role: {role}"
        if table not in roles.reach.ways:
            key = foreign_key("…", table, key_of(roles, table))
            yield f"contracts/{roles.lines}.yaml: foreignKeys: no reference leads {words}. Write there {key}"
        elif table in roles.reach.unclear:
            yield f"contracts: foreignKeys: two references lead {words}. {ONE_WAY}"


def key_of(roles: Roles, table: str) -> str:
    """The key of a table as a contract has it."""
    key = roles.contracts[table].primary_key
    return key[0] if len(key) == 1 else f"[{', '.join(key)}]"


def apart(roles: Roles) -> Iterator[str]:
    """Numbers in two tables that do not refer to each other by them."""
    for role in NUMBERS:
        chosen = roles.of(role)
        known = same_as(roles.reach, chosen.place)
        known |= {place for one in by_day.of_lists(roles) if (place := of_list(roles, one)) is not None}
        for other in (one for one in roles.stated[role] if one.place not in known):
            key = foreign_key(other.field.name, chosen.table, chosen.field.name)
            words = f"{role} is stated by {chosen.table}.{chosen.field.name} too, and no reference says so"
            yield f"{place_of(other)}: {words}. Write {key}, or take role: {role} away from one"


def same_as(reach: Reach, place: Place) -> set[Place]:
    """A field, those nearer to the order lines that refer to it, and those of details whose whole key refers to it."""
    details = [step for step in reach.ways.values() if step and not step.is_forward and step.source == place.table]
    found = {place, *(Place(step.target, its) for step in details for own, its in step.pairs if own == place.field)}
    while (step := reach.ways[place.table]) is not None and place.field in step.known:
        place = Place(step.source, step.known[place.field])
        found.add(place)
    return found


def of_list(roles: Roles, one: by_day.DayList) -> Place | None:
    """The field of a list that holds the number of the product."""
    found = by_day.number(roles, one.table)
    return found[0] if found else None


def of_lists(roles: Roles) -> Iterator[str]:
    """Lists by product and day that hold nothing, or whose products no reference tells."""
    for one in by_day.of_lists(roles):
        where, home = f"contracts/{one.table}.yaml", roles.of("product_number")
        if not one.roles:
            words = "has role: valid_from, and neither a price nor a cost"
            yield f"{where}: {words}. Write role: unit_price or unit_cost to a field, or take role: valid_from away"
        elif by_day.number(roles, one.table) is None:
            words = f"no reference leads to {home.table}, which has role: product_number"
            yield f"{where}: foreignKeys: {words}. Write there {foreign_key('…', home.table, home.field.name)}"


def of_discounts(roles: Roles) -> Iterator[str]:
    """A discount of which nobody can say whether a tenth is 10 or 0.1."""
    share = roles.get("discount_share")
    if share is not None and share.field.unit not in (PERCENT, SHARE):
        words = "it is open whether a tenth is 10 or 0.1"
        yield f"{place_of(share)}: {words}. Write unit: {PERCENT} if it is 10, unit: {SHARE} if it is 0.1"


def of_rates(roles: Roles, books: str | None) -> Iterator[str]:
    """Currencies without rates, or rates without a currency; amounts in the currency of the books alone need none."""
    every = ("currency", *RATES)
    asked = [role for role in every if role in roles.stated]
    if asked and not (asked == ["currency"] and books):
        yield from (lacking(roles, role) for role in every if role not in roles.stated)


def of_places(roles: Roles) -> Iterator[str]:
    """Places of which an order or a customer has two, or of which the order states a part alone."""
    for side in (places.CUSTOMER, places.ORDER):
        for column, found in places.stated(roles, side).items():
            if len(found) > 1:
                names = " and ".join(f"{one.table}.{one.field.name}" for one in found)
                words = f"the {column} of the {side} is stated by {names}"
                yield f"{place_of(found[-1])}: {words}. Take role: {found[-1].field.role} away from all but one"
    own, customers = places.first(places.stated(roles, places.ORDER)), places.of_customer(roles)
    country = None if "country" in own else customers.get("country")
    for one in own.values() if country is not None and country.table not in roles.order_tables else ():
        words = f"the order has a {one.field.role} and no country, which only the customer has"
        yield f"{place_of(one)}: {words}. Write role: country to that of the order, or take role: {one.field.role} away"


def on_lines(roles: Roles) -> Iterator[str]:
    """What an order line has one of, in a table that has several records for it."""
    of_order = places.of_order(roles).values()
    stated = [one for role in ON_LINES if (one := roles.get(role)) is not None]
    by_version, listed = dimensions.version_price(roles), {one.table for one in by_day.of_lists(roles)}
    for found in (one for one in (*stated, *of_order) if one != by_version and one.table not in listed):
        if not roles.reach.is_joined(roles.reach.nearest(found.place).table):
            words = f"{found.table} may have several records for an order line"
            yield f"{place_of(found)}: {words}. Take role: {found.field.role} away, or refer to its primaryKey"


def of_dimensions(roles: Roles) -> Iterator[str]:
    """Attributes of a customer or a product that its table does not reach, or that it has several of."""
    filled = {"customer_number": dimensions.of_customers(roles), "product_number": dimensions.of_products(roles)}
    for number, found in filled.items():
        home, reach = places.home_reach(roles, number)
        for one in (one for one in found.values() if not reach.is_joined(one.table)):
            if one.table in reach.unclear:
                words = f"two references lead from {home.table} to {one.table}, which has role: {one.field.role}"
                yield f"contracts/{home.table}.yaml: foreignKeys: {words}. {ONE_WAY}"
                continue
            words = f"from {home.table}, which has role: {number}, no reference leads to one record of {one.table}"
            key = foreign_key("…", one.table, key_of(roles, one.table))
            yield f"{place_of(one)}: {words}. Write {key} there, or take role: {one.field.role} away"
