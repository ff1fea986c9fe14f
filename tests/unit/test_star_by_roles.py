"""The star schema drawn from the roles of contracts: each shape of exports gives the rows that it should."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from drawn_star import Built, company, contract, faults, field, rows

from elt.faults import Fault
from elt.run import class_checks
from elt.run.contract import Contract
from elt.run.mart import Mart, Query
from elt.run.star import drawing

ORDER = field("no", "string", "order_number", personal="identifier")
LINE = field("pos", "integer", "line_number")
DAY = field("day", "date", "order_date", personal="quasi")
BUYER = field("buyer", "string", "customer_number", personal="identifier", erasure="customer")
ITEM = field("item", "string", "product_number")
PIECES = field("pieces", "integer", "quantity")
AMOUNT = field("amount", "number", "sales_amount", decimals=2)
HEAD = "no pos day buyer item pieces amount"
MORE = "A 1 2024-01-02 K1 P1 2 10.00"


def flat(*more: dict, without: Sequence[str] = (), name: str = "lines", **stated) -> Contract:
    """One flat table of order lines, with further fields."""
    fields = [one for one in (ORDER, LINE, DAY, BUYER, ITEM, PIECES, AMOUNT) if one["name"] not in without]
    return contract(name, stated.pop("key", ("no", "pos")), *fields, *more, **stated)


def test_a_flat_file_gives_customers_products_and_places_as_its_lines_have_them(tmp_path):
    table = flat(
        field("who", "string", "customer_name", personal="direct"),
        field("land", "string", "customer_country", personal="quasi"),
        field("what", "string", "product_name"),
        field("kind", "string", "category"),
    )
    built = Built(
        tmp_path,
        company([table]),
        {
            "lines": rows(
                f"{HEAD} who land what kind",
                "A 1 2024-01-02 K1 P1 2 10.00 Old DE Pen Ink",
                "B 1 2024-03-05 K1 P2 1 5.50 New AT Box -",
                "B 2 2024-03-05 - P1 1 5.00 - - Pen Ink",
            )
        },
    )
    assert built.rows("dim_customer") == [("0", "n/a", "", "n/a"), ("1", "K1", "New", "AT")]
    assert built.rows("dim_product") == [
        ("0", "n/a", "n/a", "n/a", "true"), ("1", "P1", "Pen", "Ink", "true"), ("2", "P2", "Box", "n/a", "true"),
    ]  # fmt: skip
    assert built.rows("dim_location") == [("0", "n/a"), ("1", "AT"), ("2", "DE")]
    assert built.rows("fact_sales") == [
        ("A", "1", "1", "1", "2", "2024-01-02", "2", "10.00", "order"),
        ("B", "1", "1", "2", "1", "2024-03-05", "1", "5.50", "order"),
        ("B", "2", "0", "1", "0", "2024-03-05", "1", "5.00", "order"),
    ]
    days = built.rows("dim_date", "date", "iso_week")
    assert (days[0], days[-1], len(days)) == (("2024-01-02", "1"), ("2024-03-05", "10"), 64)


def test_the_amount_is_followed_through_the_ledger_without_a_word():
    found = company([flat()])
    assert found.contracts["lines"].amounts == ("amount",)
    ledger = found.marts["fact_sales"].ledger
    assert (ledger.table, ledger.rows, ledger.money) == ("lines", "all", {"sales_amount": "amount"})


HEADER = contract(
    "orders", "no", ORDER, DAY, BUYER,
    field("land", "string", "country", personal="quasi"), field("town", "string", "city", personal="quasi"),
    field("sent", "date", "ship_date", personal="quasi"), field("via", "string", "channel"),
)  # fmt: skip
LINES_OF_HEADER = contract(
    "lines", ("file", "id"), field("order", "string", personal="identifier"), ITEM, PIECES, AMOUNT,
    field("file", "string"), field("id", "integer"), refers={"order": "orders.no"},
)  # fmt: skip


def test_header_and_lines_in_several_files_are_joined_and_lines_without_a_number_get_one(tmp_path):
    silver = {
        "orders": rows("no day buyer land town sent via", "A 2024-01-02 K1 DE Bonn 2024-02-01 Web",
                       "B 2024-01-05 K2 DE - - -"),
        "lines": rows("order item pieces amount file id", "A P1 1 1.00 f1 1", "A P1 1 2.00 f2 1", "A P2 3 3.00 f1 2",
                      "B P1 1 4.00 f1 3"),
    }  # fmt: skip
    built = Built(tmp_path, company([HEADER, LINES_OF_HEADER]), silver)
    assert built.rows("dim_customer") == [("0", "n/a"), ("1", "K1"), ("2", "K2")]
    assert built.rows("dim_location") == [("0", "n/a", "n/a"), ("1", "DE", "Bonn"), ("2", "DE", "n/a")]
    assert built.header("fact_sales")[-3:] == ["quantity", "sales_amount", "document_type"]
    found = built.rows(
        "fact_sales", "order_number", "line_number", "location_key", "ship_date", "channel", "sales_amount"
    )
    assert found == [
        ("A", "1", "1", "2024-02-01", "Web", "1.00"), ("A", "2", "1", "2024-02-01", "Web", "3.00"),
        ("A", "3", "1", "2024-02-01", "Web", "2.00"), ("B", "1", "2", "", "n/a", "4.00"),
    ]  # fmt: skip
    assert built.rows("dim_date", "date")[-1] == ("2024-02-01",)


CUSTOMERS = contract(
    "customers", "id", field("id", "integer", "customer_number", personal="identifier"),
    field("name", "string", "customer_name", personal="direct"), field("sex", "string", "gender", personal="quasi"),
    field("town", "string", personal="quasi"), refers={"town": "towns.town"},
)  # fmt: skip
TOWNS = contract(
    "towns",
    "town",
    field("town", "string", "city", personal="quasi"),
    field("land", "string", "country", personal="quasi"),
)
PRODUCTS = contract(
    "products", "id", field("id", "integer"), field("sku", "string", "product_number"), field("name", "string", "product_name"),
    field("cost", "number", "unit_cost", decimals=3), field("price", "number", "unit_price", decimals=2),
    field("group", "integer"), refers={"group": "groups.id"},
)  # fmt: skip
GROUPS = contract("groups", "id", field("id", "integer"), field("name", "string", "category"))


def test_tables_of_customers_products_categories_and_places_are_followed_along_references(tmp_path):
    lines = contract(
        "lines", ("no", "pos"), ORDER, LINE, DAY, field("buyer", "integer", personal="identifier"),
        field("product", "integer"), PIECES, refers={"buyer": "customers.id", "product": "products.id"},
    )  # fmt: skip
    silver = {
        "lines": rows(
            "no pos day buyer product pieces", "A 1 2024-01-02 7 1 2", "A 2 2024-01-02 7 9 1", "B 1 2024-01-03 8 2 4"
        ),
        "customers": rows("id name sex town", "7 Ann F Bonn", "9 Bea - -"),
        "towns": rows("town land", "Bonn DE"),
        "products": rows("id sku name cost price group", "1 P1 Pen 1.250 3.00 5", "2 P2 Box - 0.50 6"),
        "groups": rows("id name", "5 Ink"),
    }
    with pytest.raises(Fault, match="sales_amount"):  # a product that is not on record has no price
        Built(tmp_path, company([lines, CUSTOMERS, TOWNS, PRODUCTS, GROUPS]), silver)
    del silver["lines"][1]
    built = Built(tmp_path / "b", company([lines, CUSTOMERS, TOWNS, PRODUCTS, GROUPS]), silver)
    assert built.rows("dim_customer") == [
        ("0", "n/a", "", "n/a", "n/a", "n/a"), ("1", "7", "Ann", "DE", "Bonn", "F"), ("2", "9", "Bea", "n/a", "n/a", "n/a"),
    ]  # fmt: skip
    assert built.rows("dim_product") == [
        ("0", "n/a", "n/a", "n/a", "", "true"), ("1", "P1", "Pen", "Ink", "1.250", "true"), ("2", "P2", "Box", "n/a", "", "true"),
    ]  # fmt: skip
    assert built.rows("dim_location") == [("0", "n/a", "n/a"), ("1", "DE", "Bonn")]
    keys = ("customer_key", "product_key", "location_key", "unit_price", "sales_amount", "cost_amount")
    assert built.rows("fact_sales", *keys) == [
        ("1", "1", "1", "3.00", "6.00", "2.500"), ("0", "2", "0", "0.50", "2.00", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("discount", "cell", "amount"),
    [
        (field("off", "number", "discount_share", decimals=1, unit="percent"), "12.5", "3448.20"),
        (field("off", "number", "discount_share", decimals=3, unit="share"), "0.125", "3448.20"),
        (field("off", "number", "discount_amount", decimals=2), "0.40", "3940.40"),
        (field("off", "number", "discount_amount", decimals=2), "-", "3940.80"),
    ],
)
def test_an_amount_that_no_field_states_is_quantity_by_price_less_the_discount(tmp_path, discount, cell, amount):
    table = flat(field("price", "number", "unit_price", decimals=2), discount, without=("amount",))
    lines = rows("no pos day buyer item pieces price off", f"A 1 2024-01-02 K1 P1 30 131.36 {cell}")
    built = Built(tmp_path, company([table]), {"lines": lines})
    assert built.rows("fact_sales", "unit_price", "sales_amount") == [("131.36", amount)]


def test_a_place_on_the_line_is_told_from_the_place_of_the_customer(tmp_path):
    table = contract(
        "lines", ("no", "pos"), ORDER, LINE, DAY, field("who", "string", personal="identifier"), ITEM, PIECES, AMOUNT,
        field("to", "string", "country", personal="quasi"), refers={"who": "customers.id"},
    )  # fmt: skip
    customers = contract(
        "customers", "id", field("id", "string", "customer_number", personal="identifier"),
        field("home", "string", "customer_country", personal="quasi"),
    )  # fmt: skip
    silver = {
        "lines": rows("no pos day who item pieces amount to", "A 1 2024-01-02 K1 P1 1 1.00 AT"),
        "customers": rows("id home", "K1 DE"),
    }
    built = Built(tmp_path, company([table, customers]), silver)
    assert built.rows("dim_customer", "customer_number", "country")[1:] == [("K1", "DE")]
    assert built.rows("dim_location") == [("0", "n/a"), ("1", "AT")]
    assert built.rows("fact_sales", "location_key") == [("1",)]


def test_a_person_behind_several_order_bound_ids_is_one_customer_as_the_newest_record_has_it(tmp_path):
    table = contract(
        "lines", ("no", "pos"), ORDER, LINE, DAY, field("id", "string", personal="identifier"), ITEM, PIECES, AMOUNT,
        refers={"id": "persons.id"},
    )  # fmt: skip
    persons = contract(
        "persons", "id", field("id", "string", personal="identifier"),
        field("person", "string", "customer_number", personal="identifier"), field("town", "string", "city", personal="quasi"),
        field("since", "date", personal="quasi"), keep={"latest": "since"},
    )  # fmt: skip
    silver = {
        "lines": rows("no pos day id item pieces amount", "A 1 2024-01-02 x P1 1 1.00", "B 1 2024-01-03 y P1 1 2.00"),
        "persons": rows("id person town since", "x K1 Bonn 2024-01-01", "y K1 Ulm 2023-01-01"),
    }
    built = Built(tmp_path, company([table, persons]), silver)
    assert built.rows("dim_customer") == [("0", "n/a", "n/a"), ("1", "K1", "Bonn")]
    assert built.rows("fact_sales", "customer_key", "location_key") == [("1", "1"), ("1", "1")]


def test_a_line_costs_what_the_version_of_its_day_cost_and_older_ones_are_flagged(tmp_path):
    lines = contract(
        "lines", ("no", "pos"), ORDER, LINE, DAY, BUYER, field("item", "string"), PIECES, AMOUNT,
        refers={"item": "products.sku"},
    )  # fmt: skip
    products = contract(
        "products", "id", field("id", "integer"), field("sku", "string", "product_number"),
        field("cost", "number", "unit_cost", decimals=2), field("from", "date", "valid_from"),
    )  # fmt: skip
    silver = {
        "lines": rows(
            HEAD, "A 1 2023-05-01 K1 P1 2 10.00", "B 1 2024-03-01 K1 P1 2 10.00", "C 1 2024-01-31 K1 P9 1 5.00"
        ),
        "products": rows("id sku cost from", "1 P1 1.00 2024-01-01", "2 P1 1.50 2024-02-01"),
    }
    built = Built(tmp_path, company([lines, products]), silver)
    assert built.rows("dim_product", "product_number", "version", "valid_from", "valid_to", "is_current") == [
        ("n/a", "1", "1900-01-01", "9999-12-31", "true"),
        ("P1", "1", "1900-01-01", "2024-02-01", "false"),
        ("P1", "2", "2024-02-01", "9999-12-31", "true"),
    ]
    columns = ("product_key", "cost_amount", "current_cost_amount", "is_before_first_version")
    assert built.rows("fact_sales", *columns) == [
        ("1", "2.00", "3.00", "true"), ("2", "3.00", "3.00", "false"), ("0", "", "", "false"),
    ]  # fmt: skip


ADDRESSES = contract("addresses", "id", field("id", "integer"), field("land", "string", "country", personal="quasi"))


def test_of_two_references_to_one_table_the_star_follows_the_one_that_is_meant(tmp_path):
    keys = [
        {"fields": name, "reference": {"resource": "addresses", "fields": "id"}, "follow": name == "sent"}
        for name in ("billed", "sent")
    ]
    lines = contract(
        "lines", ("no", "pos"), ORDER, LINE, DAY, BUYER, ITEM, PIECES, AMOUNT,
        field("billed", "integer"), field("sent", "integer"), foreignKeys=keys,
    )  # fmt: skip
    silver = {"lines": rows(f"{HEAD} billed sent", f"{MORE} 1 2"), "addresses": rows("id land", "1 DE", "2 AT")}
    built = Built(tmp_path, company([lines, ADDRESSES]), silver)
    assert built.rows("dim_location") == [("0", "n/a"), ("1", "AT"), ("2", "DE")]
    assert built.rows("fact_sales", "location_key") == [("1",)]
    assert [key.is_followed for key in lines.foreign_keys] == [False, True]


PRICE_LIST = contract(
    "prices", ("sku", "from"), field("sku", "string", "product_number"), field("from", "date", "valid_from"),
    field("price", "number", "unit_price", decimals=2), field("cost", "number", "unit_cost", decimals=2),
)  # fmt: skip
LISTED = rows("sku from price cost", "P1 2024-01-01 3.00 1.00", "P1 2024-02-01 3.50 1.20", "P2 2024-02-01 8.00 -")


@pytest.mark.parametrize(
    ("discount", "cells", "amounts"),
    [
        (None, ("", "", ""), ("6.00", "7.00", "8.00")),
        (field("off", "number", "discount_share", decimals=1, unit="percent"), ("10", "-", "50"), ("5.40", "7.00", "4.00")),
        (field("off", "number", "discount_amount", decimals=2), ("0.50", "-", "1"), ("5.50", "7.00", "7.00")),
    ],
)  # fmt: skip
def test_a_line_has_the_price_of_the_list_of_its_day_and_older_ones_are_flagged(tmp_path, discount, cells, amounts):
    more = [discount] if discount else []
    lines = contract(
        "lines", ("no", "pos"), ORDER, LINE, DAY, BUYER, field("item", "string"), PIECES, *more, refers={"item": "prices.sku"}
    )  # fmt: skip
    records = (
        "A 1 2024-01-31 K1 P1 2",
        "B 1 2024-02-01 K1 P1 2",
        "C 1 2024-01-05 K1 P2 1",
    )
    header = "no pos day buyer item pieces" + (" off" if discount else "")
    silver = {
        "lines": rows(header, *(f"{one} {cell}".strip() for one, cell in zip(records, cells, strict=True))),
        "prices": LISTED,
    }
    built = Built(tmp_path, company([lines, PRICE_LIST]), silver)
    assert built.rows("dim_product", "product_number", "list_price") == [
        ("n/a", ""), ("P1", "3.00"), ("P1", "3.50"), ("P2", "8.00"),
    ]  # fmt: skip
    found = built.rows("fact_sales", "unit_price", "sales_amount", "is_before_first_price")
    prices, older = ("3.00", "3.50", "8.00"), ("false", "false", "true")
    assert found == list(zip(prices, amounts, older, strict=True))
    assert built.company.marts["fact_sales"].by_name["is_before_first_price"].doubts == ("sales_amount",)


def test_a_price_list_in_another_currency_counts_at_the_rate_of_the_day(tmp_path):
    lines = contract(
        "lines", ("no", "pos"), ORDER, LINE, DAY, BUYER, field("item", "string"), PIECES, field("cur", "string", "currency"),
        field("less", "number", "discount_amount", decimals=2), refers={"item": "prices.sku"},
    )  # fmt: skip
    rates = contract(
        "rates", ("cur", "day"), field("cur", "string", "rate_currency"), field("day", "date", "rate_date"),
        field("rate", "number", "exchange_rate", decimals=4),
    )  # fmt: skip
    silver = {
        "lines": rows("no pos day buyer item pieces cur less", "A 1 2024-02-02 K1 P1 2 USD 1"),
        "prices": LISTED,
        "rates": rows("cur day rate", "USD 2024-01-01 0.5000"),
    }
    built = Built(tmp_path, company([lines, PRICE_LIST, rates]), silver)
    assert built.rows("fact_sales", "unit_price", "amount_in_currency", "sales_amount") == [("3.50", "6.00", "3.00")]


def test_where_the_line_states_its_amount_the_price_of_the_list_is_told_beside_it_and_doubts_nothing(tmp_path):
    lines = contract(
        "lines", ("no", "pos"), ORDER, LINE, DAY, BUYER, field("item", "string"), PIECES, AMOUNT, refers={"item": "prices.sku"}
    )  # fmt: skip
    built = Built(tmp_path, company([lines, PRICE_LIST]), {"lines": rows(HEAD, MORE), "prices": LISTED})
    assert built.rows("fact_sales", "unit_price", "sales_amount") == [("3.00", "10.00")]
    assert "is_before_first_price" not in built.header("fact_sales")


def test_a_cost_on_the_line_is_the_cost_of_the_line_and_not_of_the_product(tmp_path):
    table = flat(field("cost", "number", "unit_cost", decimals=2), field("pay", "date", "due_date"))
    built = Built(tmp_path, company([table]), {"lines": rows(f"{HEAD} cost pay", f"{MORE} 1.25 2024-01-09")})
    assert "unit_cost" not in built.header("dim_product")
    assert built.rows("fact_sales", "cost_amount", "due_date") == [("2.50", "2024-01-09")]
    whole = flat(field("cost", "number", "cost_amount", decimals=2))
    built = Built(tmp_path / "b", company([whole]), {"lines": rows(f"{HEAD} cost", f"{MORE} 1.25")})
    assert built.rows("fact_sales", "cost_amount") == [("1.25",)]


def test_an_amount_in_another_currency_counts_at_the_rate_of_its_day(tmp_path):
    table = flat(field("cur", "string", "currency"))
    rates = contract(
        "rates", ("cur", "since"), field("cur", "string", "rate_currency"), field("since", "date", "rate_date"),
        field("rate", "number", "exchange_rate", decimals=4),
    )  # fmt: skip
    silver = {
        "lines": rows(
            f"{HEAD} cur", f"{MORE} EUR", "B 1 2024-02-28 K1 P1 1 10.00 CHF", "B 2 2024-02-28 K1 P1 1 0.01 CHF"
        ),
        "rates": rows("cur since rate", "EUR 2024-01-01 1.0000", "CHF 2024-01-01 1.0500", "CHF 2024-02-01 1.0400"),
    }
    built = Built(tmp_path, company([table, rates]), silver)
    assert built.rows("fact_sales", "currency", "exchange_rate", "amount_in_currency", "sales_amount") == [
        ("EUR", "1.0000", "10.00", "10.00"), ("CHF", "1.0400", "10.00", "10.40"), ("CHF", "1.0400", "0.01", "0.01"),
    ]  # fmt: skip
    assert built.company.marts["fact_sales"].ledger.money == {"amount_in_currency": "amount"}


def test_the_currency_of_the_books_needs_no_rate_and_another_one_without_a_rate_stops_the_run(tmp_path):
    table = flat(field("cur", "string", "currency"))
    rates = contract(
        "rates", ("cur", "since"), field("cur", "string", "rate_currency"), field("since", "date", "rate_date"),
        field("rate", "number", "exchange_rate", decimals=4),
    )  # fmt: skip
    silver = {
        "lines": rows(f"{HEAD} cur", f"{MORE} EUR", "B 1 2024-02-28 K1 P1 1 10.00 CHF"),
        "rates": rows("cur since rate", "CHF 2024-01-01 1.0500"),
    }
    built = Built(tmp_path, company([table, rates], books="EUR"), silver)
    assert built.rows("fact_sales", "exchange_rate", "sales_amount") == [("1.0000", "10.00"), ("1.0500", "10.50")]
    with pytest.raises(Fault, match="exchange_rate"):
        Built(tmp_path / "b", company([table, rates]), silver)


def test_a_company_that_states_no_place_has_the_unknown_one_alone(tmp_path):
    built = Built(tmp_path, company([flat()]), {"lines": rows(HEAD, MORE)})
    assert built.rows("dim_location") == [("0", "n/a")]
    assert built.rows("fact_sales", "location_key") == [("0",)]


def test_a_mart_that_the_company_has_written_counts_and_the_others_are_drawn_beside_it(tmp_path):
    kinds = {"customer_key": "integer", "customer_number": "string", "tier": "string"}
    columns = {name: {"type": kind, "personal": "identifier", "description": name} for name, kind in kinds.items()}
    own = Mart.of("dim_customer", {"title": "t", "grain": "g", "key": ["customer_key"], "columns": columns})
    sql = "SELECT 7 AS customer_key, 'K1' AS customer_number, 'gold' AS tier UNION ALL SELECT 0, 'n/a', 'n/a'"
    found = company([flat()], {"dim_customer": own}, dim_customer=Query("own.sql", sql))
    built = Built(tmp_path, found, {"lines": rows(HEAD, MORE)})
    assert built.rows("dim_customer")[1] == ("7", "K1", "gold")
    assert built.rows("fact_sales", "customer_key") == [("7",)]
    assert drawing.star(found.contracts, found.marts, found.marts.keys(), Path()) == drawing.NOTHING


def test_classes_of_drawn_marts_are_those_of_what_they_are_made_of():
    table = flat(
        field("who", "string", "customer_name", personal="direct"),
        field("land", "string", "customer_country", personal="quasi"),
        field("kind", "string", "category"),
    )
    from elt.gold import calendar_days

    checked = class_checks.checked(company([table]), 5, calendar_days.SCHEMA)
    assert checked.faults == []
    found = {
        f"{name}.{column.name}": column.personal
        for name, mart in checked.company.marts.items()
        for column in mart.columns
        if column.personal != "none"
    }
    assert found == {
        "dim_customer.customer_key": "identifier", "dim_customer.customer_number": "identifier",
        "dim_customer.customer_name": "direct", "dim_customer.country": "quasi",
        "dim_location.location_key": "quasi", "dim_location.country": "quasi",
        "fact_sales.order_number": "identifier", "fact_sales.customer_key": "identifier",
        "fact_sales.location_key": "quasi", "fact_sales.order_date": "quasi",
    }  # fmt: skip


def test_a_category_of_persons_is_refused_as_reports_print_it():
    from elt.gold import calendar_days

    table = flat(field("kind", "string", "category", personal="quasi"))
    (line,) = class_checks.checked(company([table]), 5, calendar_days.SCHEMA).faults
    assert "dim_product.columns.category" in line and "lines.kind (quasi)" in line


remedy = pytest.mark.remedy


@remedy("elt.run.star.role_faults", "Write role: … to the field that is it, or compute such a field", line=True)
def test_a_role_that_no_field_has_is_named_with_fields_that_may_be_it():
    bare = field("day", "date", personal="quasi")
    fields = [ORDER, LINE, BUYER, ITEM, PIECES, AMOUNT]
    assert faults(contract("lines", "no", *fields, bare)) == [
        "contracts: no field has role: order_date (day of the order); it may be lines.day. "
        "Write role: order_date to the field that is it, or compute such a field"
    ]
    assert faults(contract("lines", "no", *fields, DAY)) == []
    assert faults(contract("lines", "no", *fields, {**DAY, "compute": "DATE '2024-01-01'"})) == []


@remedy("elt.run.star.role_faults", "Take role: … away from all but one", line=True)
def test_a_role_of_two_fields_is_named_with_both():
    (line,) = faults(flat(field("total", "number", "sales_amount")))
    assert line == (
        "contracts/lines.yaml: fields.total.role: sales_amount is stated by lines.amount and lines.total. "
        "Take role: sales_amount away from all but one"
    )
    assert faults(flat(field("total", "number"))) == []


@remedy("elt.run.star.role_faults", "Write type: …, or take role: … away", line=True)
def test_a_role_of_another_type_is_named():
    (line,) = faults(flat(field("sent", "string", "ship_date")))
    assert line == (
        "contracts/lines.yaml: fields.sent.role: ship_date must be of type date, and the field is string. "
        "Write type: date, or take role: ship_date away"
    )
    assert faults(flat(field("sent", "date", "ship_date"))) == faults(flat(field("sent", "string"))) == []


@remedy("elt.run.star.role_faults", "Write there …", line=True)
def test_a_table_that_no_reference_leads_to_is_named_with_the_reference_to_write():
    fields = [ORDER, LINE, DAY, BUYER, ITEM, PIECES, AMOUNT, field("group", "integer")]
    (line,) = faults(contract("lines", "no", *fields), GROUPS)
    assert line == (
        "contracts/lines.yaml: foreignKeys: no reference leads from the order lines (lines) to groups, which has role: "
        "category. Write there foreignKeys: [{fields: …, reference: {resource: groups, fields: id}}]"
    )
    assert faults(contract("lines", "no", *fields, refers={"group": "groups.id"}), GROUPS) == []


@remedy(
    "elt.run.star.role_faults",
    "Write follow: false to the one that is not meant; it is checked all the same",
    line=True,
)
def test_two_references_to_one_table_are_named():
    fields = [ORDER, LINE, DAY, BUYER, ITEM, PIECES, AMOUNT, field("a", "integer"), field("b", "integer")]
    (line,) = faults(contract("lines", "no", *fields, refers={"a": "groups.id", "b": "groups.id"}), GROUPS)
    assert "two references lead from the order lines (lines) to groups, which has role: category" in line
    keys = [{"fields": own, "reference": {"resource": "groups", "fields": "id"}, "follow": own == "b"} for own in "ab"]
    assert faults(contract("lines", "no", *fields, foreignKeys=keys), GROUPS) == []


@remedy("elt.run.star.role_faults", "Write …, or take role: … away from one", line=True)
def test_a_number_in_two_tables_that_do_not_refer_to_each_other_by_it_is_named():
    header = contract("orders", "id", field("id", "integer"), field("k", "string", "customer_number"))
    fields = [ORDER, LINE, DAY, BUYER, ITEM, PIECES, AMOUNT, field("order", "integer")]
    (line,) = faults(contract("lines", "no", *fields, refers={"order": "orders.id"}), header)
    assert line == (
        "contracts/lines.yaml: fields.buyer.role: customer_number is stated by orders.k too, and no reference says so. "
        "Write foreignKeys: [{fields: buyer, reference: {resource: orders, fields: k}}], or take role: customer_number "
        "away from one"
    )
    by_key = contract("orders", "k", field("k", "string", "customer_number"))
    assert faults(contract("lines", "no", *fields, refers={"buyer": "orders.k"}), by_key) == []
    assert faults(contract("lines", "no", *fields), contract("orders", "id", field("id", "integer"))) == []


@remedy("elt.run.star.role_faults", "Write unit: … if it is 10, unit: … if it is 0.1", line=True)
@pytest.mark.parametrize("unit", ["percent", "share"])
def test_a_discount_without_a_unit_is_named(unit):
    (line,) = faults(flat(field("off", "number", "discount_share")))
    assert line.startswith("contracts/lines.yaml: fields.off.role: it is open whether a tenth is 10 or 0.1. Write unit")
    assert faults(flat(field("off", "number", "discount_share", unit=unit))) == []


def test_a_number_behind_a_reference_to_no_key_is_named_as_a_join_would_double_lines():
    fields = [ORDER, LINE, DAY, field("card", "string"), ITEM, PIECES, AMOUNT]
    persons = contract(
        "persons", "id", field("id", "string"), field("card", "string"), field("k", "string", "customer_number")
    )
    (line,) = faults(contract("lines", "no", *fields, refers={"card": "persons.card"}), persons)
    assert line.startswith("contracts/persons.yaml: fields.k.role: persons may have several records for an order line")


def test_a_header_without_the_day_of_the_order_is_a_table_of_orders_all_the_same(tmp_path):
    table = contract(
        "lines",
        ("no", "pos"),
        {**ORDER, "role": "order_number"},
        LINE,
        DAY,
        ITEM,
        PIECES,
        AMOUNT,
        refers={"no": "heads.no"},
    )
    heads = contract("heads", "no", field("no", "string", personal="identifier"), BUYER,
                     field("to", "string", "country", personal="quasi"))  # fmt: skip
    silver = {
        "lines": rows("no pos day item pieces amount", "A 1 2024-01-02 P1 1 1.00", "B 1 2024-01-03 P1 1 1.00"),
        "heads": rows("no buyer to", "A K1 DE", "B K1 AT"),
    }
    built = Built(tmp_path, company([table, heads]), silver)
    assert built.rows("dim_customer") == [("0", "n/a"), ("1", "K1")]  # the place is the order's
    assert built.rows("fact_sales", "customer_key", "location_key") == [("1", "2"), ("1", "1")]


def test_a_currency_without_rates_is_refused_as_amounts_of_two_cannot_be_added():
    lines = faults(flat(field("cur", "string", "currency")))
    assert [line.partition("role: ")[2].partition(" ")[0] for line in lines] == [
        "exchange_rate", "rate_currency", "rate_date",
    ]  # fmt: skip


@remedy("elt.run.star.role_faults", "Take role: … away, or refer to its primaryKey", line=True)
def test_an_amount_in_a_table_with_several_records_for_a_line_is_named():
    price = field("price", "number", "unit_price")
    products = contract("products", "id", field("id", "integer"), field("sku", "string"), price)
    fields = [ORDER, LINE, DAY, BUYER, ITEM, PIECES, AMOUNT]
    (line,) = faults(contract("lines", "no", *fields, refers={"item": "products.sku"}), products)
    assert "products may have several records for an order line" in line
    by_key = contract("products", "sku", field("sku", "string"), price)
    assert faults(contract("lines", "no", *fields, refers={"item": "products.sku"}), by_key) == []


@remedy("elt.run.star.role_faults", "Write … there, or take role: … away", line=True)
def test_an_attribute_that_the_table_of_customers_does_not_reach_is_named():
    head = [field("who", "string", "customer_name", personal="direct"), field("sex", "integer")]
    lines = contract(
        "lines", "no", ORDER, LINE, DAY, field("buyer", "integer"), ITEM, PIECES, AMOUNT, *head,
        refers={"buyer": "customers.id"},
    )  # fmt: skip
    customers = contract("customers", "id", field("id", "integer", "customer_number"))
    (line,) = faults(lines, customers)
    assert line == (
        "contracts/lines.yaml: fields.who.role: from customers, which has role: customer_number, no reference leads to "
        "one record of lines. Write foreignKeys: [{fields: …, reference: {resource: lines, fields: no}}] there, or take "
        "role: customer_name away"
    )
    named = contract(
        "customers", "id", field("id", "integer", "customer_number"), field("who", "string", "customer_name")
    )
    assert faults(contract("lines", "no", ORDER, LINE, DAY, field("buyer", "integer"), ITEM, PIECES, AMOUNT,
                           refers={"buyer": "customers.id"}), named) == []  # fmt: skip


def test_a_product_without_a_name_is_called_by_its_number_and_no_place_is_no_reference(tmp_path):
    made = company([flat()])
    assert Built(tmp_path, made, {"lines": rows(HEAD, MORE)}).rows("dim_product") == [
        ("0", "n/a", "n/a", "true"), ("1", "P1", "P1", "true"),
    ]  # fmt: skip
    assert made.marts["fact_sales"].references.keys() >= {"customer_key", "product_key"}
    assert "location_key" not in made.marts["fact_sales"].references
