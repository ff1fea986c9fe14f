"""Lists of prices and of costs with days of their own, beside a table of products with or without versions."""

import pytest
from drawn_star import Built, company, contract, faults, field, rows

from elt.run.contract import Contract

remedy = pytest.mark.remedy
LINES = contract(
    "lines", ("no", "pos"), field("no", "string", "order_number", personal="identifier"),
    field("pos", "integer", "line_number"), field("day", "date", "order_date", personal="quasi"),
    field("buyer", "string", "customer_number", personal="identifier"), field("item", "string"),
    field("pieces", "integer", "quantity"), refers={"item": "products.sku"},
)  # fmt: skip
SKU, NAME = field("sku", "string", "product_number"), field("name", "string", "product_name")
PRODUCTS = contract("products", "sku", SKU, NAME)
VERSIONS = contract("products", "id", field("id", "integer"), SKU, NAME, field("from", "date", "valid_from"))
PRICE = field("price", "number", "unit_price", decimals=2)
COST = field("cost", "number", "unit_cost", decimals=3)


def day_list(name: str, *held: dict, goal: str = "products.sku") -> Contract:
    """A list by product and day."""
    fields = [field("article", "string"), field("since", "date", "valid_from"), *held]
    return contract(name, ("article", "since"), *fields, refers={"article": goal})


SOLD = rows(
    "no pos day buyer item pieces", "A 1 2024-01-31 K1 P1 2", "B 1 2024-02-01 K1 P1 2", "C 1 2023-12-24 K1 P1 1",
    "D 1 2024-05-01 K1 P2 4",
)  # fmt: skip
PRICES = rows("article since price", "P1 2024-01-01 3.00", "P1 2024-02-01 3.50", "P2 2023-01-01 8.00")
COSTS = rows("article since cost", "P1 2023-01-01 1.000", "P1 2024-01-31 1.125", "P2 2024-06-01 2.000")
COLUMNS = ("order_number", "unit_price", "sales_amount", "cost_amount", "current_cost_amount")
LISTED = [
    ("A", "3.00", "6.00", "2.250", "2.250"), ("B", "3.50", "7.00", "2.250", "2.250"),
    ("C", "3.00", "3.00", "1.000", "1.125"), ("D", "8.00", "32.00", "8.000", "8.000"),
]  # fmt: skip


def test_a_line_has_price_and_cost_of_its_day_from_two_lists_that_refer_to_products(tmp_path):
    found = company([LINES, PRODUCTS, day_list("prices", PRICE), day_list("costs", COST)])
    silver = {"lines": SOLD, "products": rows("sku name", "P1 Pen", "P2 Box"), "prices": PRICES, "costs": COSTS}
    built = Built(tmp_path, found, silver)
    assert built.rows("fact_sales", *COLUMNS) == LISTED
    assert built.rows("fact_sales", "is_before_first_price", "is_before_first_cost") == [
        ("false", "false"), ("false", "false"), ("true", "false"), ("false", "true"),
    ]  # fmt: skip
    assert built.rows("dim_product") == [
        ("0", "n/a", "n/a", "true"), ("1", "P1", "Pen", "true"), ("2", "P2", "Box", "true"),
    ]  # fmt: skip
    flags = found.marts["fact_sales"].by_name
    assert [flags[name].doubts for name in ("is_before_first_price", "is_before_first_cost")] == [
        ("sales_amount",), ("cost_amount",),
    ]  # fmt: skip


def test_a_price_list_has_other_days_than_the_versions_of_its_products(tmp_path):
    prices = day_list("prices", PRICE, COST)
    listed = [{**price, "cost": "1.000"} for price in PRICES]
    silver = {
        "lines": SOLD, "prices": listed,
        "products": rows("id sku name from", "1 P1 Old 2023-01-01", "2 P1 New 2024-01-31", "3 P2 Box 2024-01-01"),
    }  # fmt: skip
    built = Built(tmp_path, company([LINES, VERSIONS, prices]), silver)
    assert built.rows("fact_sales", "order_number", "product_key", "sales_amount", "cost_amount") == [
        ("A", "2", "6.00", "2.000"), ("B", "2", "7.00", "2.000"), ("C", "1", "3.00", "1.000"), ("D", "3", "32.00", "4.000"),
    ]  # fmt: skip
    assert built.rows("dim_product", "product_name", "valid_from") == [
        ("n/a", "1900-01-01"), ("Old", "1900-01-01"), ("New", "2024-01-31"), ("Box", "1900-01-01"),
    ]  # fmt: skip


def test_a_list_may_know_its_products_by_their_internal_number_or_be_referred_to_by_the_lines(tmp_path):
    products = contract("products", "id", field("id", "integer"), SKU, NAME)
    by_key = contract(
        "prices", ("article", "since"), field("article", "integer"), field("since", "date", "valid_from"), PRICE,
        refers={"article": "products.id"},
    )  # fmt: skip
    known = rows("id sku name", "1 P1 Pen", "2 P2 Box")
    listed = [{**row, "article": row["article"][1:]} for row in PRICES]
    silver = {"lines": SOLD, "products": known, "prices": listed}
    built = Built(tmp_path, company([LINES, products, by_key]), silver)
    assert built.rows("fact_sales", *COLUMNS[:3]) == [row[:3] for row in LISTED]
    keys = [
        {"fields": "item", "reference": {"resource": name, "fields": its}}
        for name, its in (("prices", "article"), ("products", "sku"))
    ]
    entries = [*(one for one in LINES.fields if one.name != "item")]
    lines = contract(
        "lines", ("no", "pos"), *({"name": one.name, "type": one.type, "role": one.role, "personal": one.personal,
                                   "description": "d"} for one in entries), field("item", "string"), foreignKeys=keys,
    )  # fmt: skip
    alone = contract(
        "prices", ("article", "since"), field("article", "string"), field("since", "date", "valid_from"), PRICE
    )
    silver = {"lines": SOLD, "products": rows("sku name", "P1 Pen", "P2 Box"), "prices": PRICES}
    built = Built(tmp_path / "b", company([lines, PRODUCTS, alone]), silver)
    assert built.rows("fact_sales", *COLUMNS[:3]) == [row[:3] for row in LISTED]


def test_two_prices_of_one_day_double_no_line(tmp_path):
    prices = contract(
        "prices", "id", field("id", "integer"), field("article", "string"), field("since", "date", "valid_from"), PRICE,
        refers={"article": "products.sku"},
    )  # fmt: skip
    twice = rows("id article since price", "1 P1 2024-01-01 3.00", "2 P1 2024-01-01 4.00", "3 P2 - 9.00", "4 - - 1.00",
                 "5 P2 2023-01-01 8.00")  # fmt: skip
    silver = {"lines": SOLD, "products": rows("sku name", "P1 Pen", "P2 Box"), "prices": twice}
    built = Built(tmp_path, company([LINES, PRODUCTS, prices]), silver)
    assert built.rows("fact_sales", "order_number", "unit_price") == [
        ("A", "4.00"), ("B", "4.00"), ("C", "3.00"), ("D", "8.00"),
    ]  # fmt: skip


@remedy("elt.run.star.role_faults", "Write there …", line=True)
def test_a_list_whose_products_no_reference_tells_is_named_with_the_reference_to_write():
    alone = contract(
        "prices", ("article", "since"), field("article", "string"), field("since", "date", "valid_from"), PRICE
    )
    assert faults(LINES, PRODUCTS, alone) == [
        "contracts/prices.yaml: foreignKeys: no reference leads to products, which has role: product_number. Write there "
        "foreignKeys: [{fields: …, reference: {resource: products, fields: sku}}]"
    ]
    assert faults(LINES, PRODUCTS, day_list("prices", PRICE)) == []


@remedy(
    "elt.run.star.role_faults",
    "Write role: unit_price or unit_cost to a field, or take role: valid_from away",
    line=True,
)
def test_a_list_that_holds_nothing_is_named():
    (line,) = faults(LINES, PRODUCTS, day_list("prices", {**PRICE, "role": "sales_amount"}))
    assert line == (
        "contracts/prices.yaml: has role: valid_from, and neither a price nor a cost. Write role: unit_price or unit_cost "
        "to a field, or take role: valid_from away"
    )
    assert faults(LINES, PRODUCTS, day_list("prices", PRICE)) == []
