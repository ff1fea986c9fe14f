"""The dimensions drawn from roles: customers, products with or without versions, places, days."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from elt.run.star import by_day, places
from elt.run.star.columns import (
    LONG_AGO,
    UNKNOWN,
    DrawnMart,
    Made,
    Template,
    listed,
    literal,
    taken,
    text,
    valid_days,
    with_unknown,
)
from elt.run.star.places import home_reach
from elt.run.star.reach import Reach
from elt.run.star.roles import OF_PLACES, Filled, Roles

OF_CUSTOMERS = ("customer_name", "gender", "birth_date", "marital_status")
OF_PRODUCTS = ("product_name", "category", "subcategory", "product_line", "unit_cost")
LIST_PRICE = "list_price"
DAYS = (
    *("date", "year", "quarter", "month", "month_start", "iso_year", "iso_week", "weekday", "is_weekend"),
    *("is_holiday", "holiday"),
)
DATES = ("order_date", "ship_date", "due_date")
TEXTS = {"region", "product_name", "category", "subcategory", "product_line"}  # which a source may have as a number


def column(role: str, found: Filled, reach: Reach) -> Made:
    """The column of a role; text where the star schema has text."""
    made = taken(found, reach)
    return Made(text(made.sql, found.field)) if role in TEXTS else made


def of_customers(roles: Roles) -> dict[str, Filled]:
    """Column of dim_customer -> the field that fills it, the number apart."""
    found = {role: one for role in OF_CUSTOMERS if (one := roles.get(role)) is not None}
    return found | places.of_customer(roles)


def of_products(roles: Roles) -> dict[str, Filled]:
    """Column of dim_product -> the field that fills it, number and validity apart; a cost on the line is the line's.

    A product that no field names is called by its number.
    """
    found = {role: roles.get(role) for role in OF_PRODUCTS} | {LIST_PRICE: version_price(roles)}
    found["product_name"] = found["product_name"] or roles.of("product_number")
    elsewhere = {*roles.order_tables, *(one.table for one in by_day.of_lists(roles))}
    return {
        name: one
        for name, one in found.items()
        if one is not None and not (name == "unit_cost" and one.table in elsewhere)
    }


def has_versions(roles: Roles) -> bool:
    """Whether a product has versions: the table of its number says from when a record holds."""
    return version_start(roles) is not None


def version_start(roles: Roles) -> Filled | None:
    """The first day of a version of a product, in the table of its number."""
    home = roles.of("product_number").table
    return next((one for one in roles.stated.get("valid_from", []) if one.table == home), None)


def version_price(roles: Roles) -> Filled | None:
    """The price that each version of a product has, as in a price list; None where a line finds it by joins."""
    price = roles.get("unit_price")
    if price is None or not has_versions(roles) or price.table in roles.order_tables:
        return None
    if by_day.holding(roles, "unit_price"):
        return None
    return None if roles.reach.is_joined(roles.reach.nearest(price.place).table) else price


def newest_first(roles: Roles, home: Filled, reach: Reach) -> str:
    """By what the newest of several records of one number comes first."""
    contract, day, order = roles.contracts[home.table], roles.of("order_date"), roles.of("order_number")
    parts = []
    if home.table in roles.order_tables and reach.is_joined(day.table):
        parts.append(f"COALESCE({reach.sql(day.place)}, {LONG_AGO}) DESC")
        parts += [f"{reach.sql(order.place)} DESC"] if reach.is_joined(order.table) else []
    elif contract.latest is not None:
        parts.append(f"COALESCE({reach.sql(home.place._replace(field=contract.latest))}, {LONG_AGO}) DESC")
    parts += [f"{reach.sql(home.place._replace(field=name))} DESC" for name in contract.primary_key]
    return ", ".join(dict.fromkeys(parts))


def with_unknown_member(key: str, made: Mapping[str, Made], template: Template, rest: str) -> str:
    """The end of a dimension's SQL: the known members with their key (`rest`: FROM and so on), and the unknown one."""
    order = [name for name in template if name in made]
    known = {name: made[name].sql if name == key else with_unknown(name, template[name]) for name in order}
    unknown = {name: literal(template[name], made[name]) for name in order}
    return f"SELECT\n{listed(known)}\n{rest}\nUNION ALL\nSELECT\n{listed(unknown)}\n"


def numbered(key: str, by: Sequence[str]) -> dict[str, Made]:
    """The surrogate key of a dimension."""
    return {key: Made(f"ROW_NUMBER() OVER (ORDER BY {', '.join(by)})")}


def customers(roles: Roles, template: Template) -> DrawnMart:
    """dim_customer: one row a customer number, as its newest record has it."""
    home, reach = home_reach(roles, "customer_number")
    number = text(reach.sql(home.place), home.field)
    filled = of_customers(roles)
    made = {"customer_number": Made(number)} | {name: column(name, one, reach) for name, one in filled.items()}
    is_unique = roles.contracts[home.table].primary_key == (home.field.name,)
    parts = {name: one.sql for name, one in made.items()}
    if not is_unique:
        order = newest_first(roles, home, reach)
        parts["place"] = f"ROW_NUMBER() OVER (PARTITION BY {reach.sql(home.place)} ORDER BY {order})"
    tables = [one.table for one in filled.values()] + ([] if is_unique else _dated(roles, home, reach))
    source = f"SELECT\n{listed(parts)}\n{reach.joined(tables)}\nWHERE {reach.sql(home.place)} IS NOT NULL"
    columns = numbered("customer_key", ["customer_number"]) | made
    rest = "FROM records" + ("" if is_unique else "\nWHERE place = 1")
    says = "-- One row a customer" + (".\n" if is_unique else ", as the newest record has it.\n")
    return DrawnMart(
        f"{says}WITH records AS (\n{source}\n)\n{with_unknown_member('customer_key', columns, template, rest)}", columns
    )


def _dated(roles: Roles, home: Filled, reach: Reach) -> list[str]:
    """Tables that the order of records of a number takes."""
    if home.table not in roles.order_tables:
        return []
    return [one.table for one in (roles.of("order_date"), roles.of("order_number")) if reach.is_joined(one.table)]


def products(roles: Roles, template: Template) -> DrawnMart:
    """dim_product: one row a product number, or a version of it where a field says from when it holds."""
    home, reach = home_reach(roles, "product_number")
    number, filled = text(reach.sql(home.place), home.field), of_products(roles)
    made = {"product_number": Made(number)} | {name: column(name, one, reach) for name, one in filled.items()}
    tables = [one.table for one in filled.values()]
    if (start := version_start(roles)) is not None:
        return _versions(home, reach, made, template, tables, reach.sql(start.place), roles)
    parts, where = {name: one.sql for name, one in made.items()}, f"WHERE {reach.sql(home.place)} IS NOT NULL"
    rest = "FROM records"
    if home.table in roles.order_tables:  # no table of products: what its lines say of a product, the largest text
        parts = {name: sql if name == "product_number" else f"MAX({sql})" for name, sql in parts.items()}
        where += f"\nGROUP BY {number}"
    elif roles.contracts[home.table].primary_key != (home.field.name,):
        order = newest_first(roles, home, reach)
        parts["place"] = f"ROW_NUMBER() OVER (PARTITION BY {reach.sql(home.place)} ORDER BY {order})"
        rest += "\nWHERE place = 1"
    columns = numbered("product_key", ["product_number"]) | made | {"is_current": Made("is_current")}
    source = f"SELECT\n{listed(parts | {'is_current': 'TRUE'})}\n{reach.joined(tables)}\n{where}"
    says = "-- One row a product. There are no versions, so each is the current one.\n"
    return DrawnMart(
        f"{says}WITH records AS (\n{source}\n)\n{with_unknown_member('product_key', columns, template, rest)}", columns
    )


def _versions(
    home: Filled,
    reach: Reach,
    made: dict[str, Made],
    template: Template,
    tables: Iterable[str],
    start: str,
    roles: Roles,
) -> DrawnMart:
    """dim_product with versions, each valid up to the next one; the first reaches back."""
    keys = [reach.sql(home.place._replace(field=name)) for name in roles.contracts[home.table].primary_key]
    window = f"(PARTITION BY {reach.sql(home.place)} ORDER BY {', '.join(dict.fromkeys([start, *keys]))})"
    parts = {name: one.sql for name, one in made.items()} | {
        "introduced_date": start,
        "version": f"ROW_NUMBER() OVER {window}",
        "next_start": f"LEAD({start}) OVER {window}",
    }
    source = f"SELECT\n{listed(parts)}\n{reach.joined(tables)}\nWHERE {reach.sql(home.place)} IS NOT NULL"
    ends = {
        **{name: name for name in (*made, "introduced_date", "version")},
        **valid_days("introduced_date", "next_start"),
    }
    columns = numbered("product_key", ["product_number", "version"]) | made
    columns |= {name: Made(name) for name in ends if name not in made}
    says = "-- One row a version of a product, valid up to the next one; the first one reaches back.\n"
    records = f"WITH versions AS (\n{source}\n),\nrecords AS (\nSELECT\n{listed(ends)}\nFROM versions\n)\n"
    return DrawnMart(f"{says}{records}{with_unknown_member('product_key', columns, template, 'FROM records')}", columns)


def locations(roles: Roles, template: Template, customer: Collection[str]) -> DrawnMart:
    """dim_location: one row a place of customers or of orders; without any, the unknown one alone."""
    is_own, filled = places.is_own(roles), places.of_order(roles)
    names = [role for role in OF_PLACES if role in (customer if is_own else filled)]
    columns = (
        numbered("location_key", names)
        | {name: Made(name) for name in names}
        | ({} if "country" in names else {"country": Made(f"'{UNKNOWN}'")})
    )
    if not names:
        unknown = {name: literal(template[name], made) for name, made in columns.items()}
        return DrawnMart(f"-- No place is known.\nSELECT\n{listed(unknown)}\n", columns)
    if is_own:
        says = "-- One row a place in which customers live.\n"
        inner, source = {name: name for name in names}, "FROM gold.dim_customer"
    else:
        says = "-- One row a place to which was sold.\n"
        tables = list(dict.fromkeys(one.table for one in filled.values()))
        reach = Reach.of(roles.contracts, tables[0]) if len(tables) == 1 else roles.reach
        inner = {name: with_unknown(column(name, one, reach).sql, template[name]) for name, one in filled.items()}
        source = reach.joined(tables)
    inner |= {} if "country" in inner else {"country": f"'{UNKNOWN}'"}
    known = " OR ".join(f"{name} <> '{UNKNOWN}'" for name in names)
    records = f"WITH records AS (\nSELECT DISTINCT\n{listed(inner)}\n{source}\n)\n"
    rest = f"FROM records\nWHERE {known}"
    sql = f"{says}{records}{with_unknown_member('location_key', columns, template, rest)}"
    return DrawnMart(sql, columns, place_of=places.whose(roles))


def days(roles: Roles) -> DrawnMart:
    """dim_date: one row a day, from the first to the last date of the order lines."""
    found = [one for role in DATES if (one := roles.get(role)) is not None]
    by_table: dict[str, list[str]] = {}
    for one in found:
        by_table.setdefault(one.table, []).append(Reach(one.table, {one.table: None}).sql(one.place))
    spans = [_span(table, sqls, i) for i, (table, sqls) in enumerate(by_table.items(), 1)]
    first = _extreme("LEAST", [f"s{i}.first_day" for i in range(1, len(spans) + 1)])
    last = _extreme("GREATEST", [f"s{i}.last_day" for i in range(1, len(spans) + 1)])
    ends = f"{first} AS first_day, {last} AS last_day"
    span = f"WITH span AS (\nSELECT {ends}\nFROM {' CROSS JOIN '.join(spans)}\n)"
    columns = {name: Made(f"d.{name}") for name in DAYS}
    select = listed({name: one.sql for name, one in columns.items()})
    says = "-- One row a day, from the first to the last date of the order lines.\n"
    rest = "FROM calendar.days AS d\nCROSS JOIN span AS s\nWHERE d.date >= s.first_day AND d.date <= s.last_day\n"
    return DrawnMart(f"{says}{span}\nSELECT\n{select}\n{rest}", columns)


def _span(table: str, sqls: Sequence[str], number: int) -> str:
    """The first and the last day of the dates of a table."""
    first = _extreme("LEAST", [f"MIN({sql})" for sql in sqls])
    last = _extreme("GREATEST", [f"MAX({sql})" for sql in sqls])
    ends = f"{first} AS first_day, {last} AS last_day"
    return f"(SELECT {ends} FROM silver.{table} AS t) AS s{number}"  # noqa: S608 (of checked names)


def _extreme(function: str, parts: Sequence[str]) -> str:
    """The least or greatest of some expressions."""
    return parts[0] if len(parts) == 1 else f"{function}({', '.join(parts)})"
