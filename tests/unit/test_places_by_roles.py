"""The place of an order is told from the place of its customer, wherever either stands, and pages name which one counts."""

import pytest
from drawn_star import Built, company, contract, faults, field, rows
from small_run import SmallRun, lines

import expose_report
from elt.eda import sentences
from elt.report.figure_ledger import Told
from elt.report.words import read

remedy = pytest.mark.remedy
KEY = [
    field("no", "string", "order_number", personal="identifier"),
    field("day", "date", "order_date", personal="quasi"),
]
SOLD = [field("item", "string", "product_number"), field("pieces", "integer", "quantity"),
        field("amount", "number", "sales_amount", decimals=2)]  # fmt: skip
WHO = field("who", "string", personal="identifier")
POSITION = field("pos", "integer", "line_number")


def place(name: str, role: str | None) -> dict:
    """A field with a part of a place."""
    return field(name, "string", role, personal="quasi")


def customers(*more: dict, **stated):
    """A table of customers."""
    return contract("customers", "id", field("id", "string", "customer_number", personal="identifier"), *more, **stated)


def orders(*more: dict, **refers: str):
    """Order headers that refer to customers, and perhaps to more."""
    return contract("orders", "no", *KEY, WHO, *more, refers={"who": "customers.id", **refers})


LINES = contract(
    "lines", ("order", "pos"), field("order", "string", personal="identifier"), POSITION, *SOLD,
    refers={"order": "orders.no"},
)  # fmt: skip
SILVER = {
    "lines": rows("order pos item pieces amount", "A 1 P1 1 10.00", "A 2 P1 1 5.00", "B 1 P1 1 1.00"),
    "orders": rows("no day who land town", "A 2024-01-02 K1 AT Graz", "B 2024-01-03 K1 - -"),
    "customers": rows("id land town", "K1 DE Bonn", "K2 FR Nancy"),
}
BOTH = [place("land", "country"), place("town", "city")]


def test_a_table_of_customers_and_the_order_header_may_both_state_a_place(tmp_path):
    found = company([LINES, orders(*BOTH), customers(*BOTH)])
    built = Built(tmp_path, found, SILVER)
    columns = ("customer_number", "country", "city")
    assert built.rows("dim_customer", *columns)[1:] == [("K1", "DE", "Bonn"), ("K2", "FR", "Nancy")]
    assert built.rows("dim_location") == [("0", "n/a", "n/a"), ("1", "AT", "Graz")]
    assert built.rows("fact_sales", "order_number", "customer_key", "location_key") == [
        ("A", "1", "1"), ("A", "1", "1"), ("B", "1", "0"),
    ]  # fmt: skip
    assert found.marts["dim_location"].place_of == "order"


def test_each_line_may_have_a_place_of_its_own_beside_that_of_the_customer(tmp_path):
    table = contract(
        "lines", ("order", "pos"), field("order", "string", personal="identifier"), POSITION, *SOLD, *BOTH,
        refers={"order": "orders.no"},
    )  # fmt: skip
    silver = {
        "lines": rows("order pos item pieces amount land town", "A 1 P1 1 10.00 AT Graz", "A 2 P1 1 5.00 CH Chur"),
        "orders": rows("no day who", "A 2024-01-02 K1"),
        "customers": SILVER["customers"],
    }
    built = Built(tmp_path, company([table, orders(), customers(*BOTH)]), silver)
    assert built.rows("dim_location", "country")[1:] == [("AT",), ("CH",)]
    assert built.rows("fact_sales", "customer_key", "location_key") == [("1", "1"), ("1", "2")]
    assert built.rows("dim_customer", "country")[1:] == [("DE",), ("FR",)]


def test_a_table_of_addresses_to_which_customers_and_orders_refer_gives_each_its_own(tmp_path):
    addresses = contract("addresses", "id", field("id", "string", personal="identifier"), *BOTH)
    found = company([
        LINES,
        orders(field("sent", "string", personal="identifier"), sent="addresses.id"),
        customers(field("home", "string", personal="identifier"), refers={"home": "addresses.id"}),
        addresses,
    ])  # fmt: skip
    silver = {
        "lines": SILVER["lines"],
        "orders": rows("no day who sent", "A 2024-01-02 K1 x", "B 2024-01-03 K2 y"),
        "customers": rows("id home", "K1 y", "K2 y"),
        "addresses": rows("id land town", "x AT Graz", "y DE Bonn"),
    }
    built = Built(tmp_path, found, silver)
    assert built.rows("dim_customer", "country", "city")[1:] == [("DE", "Bonn"), ("DE", "Bonn")]
    assert built.rows("fact_sales", "order_number", "location_key") == [("A", "1"), ("A", "1"), ("B", "2")]
    assert found.marts["dim_location"].place_of == "order"


def test_a_flat_file_has_the_place_of_delivery_beside_the_whole_place_of_the_customer(tmp_path):
    home = [place(name, f"customer_{role}") for name, role in (("l", "country"), ("r", "region"), ("t", "city"))]
    buyer = field("who", "string", "customer_number", personal="identifier")
    told = [*KEY, POSITION, buyer, *SOLD, *home]
    line = "A 2024-01-02 1 K1 P1 1 10.00 DE NW Bonn"
    head = "no day pos who item pieces amount l r t"
    both = company([contract("lines", ("no", "pos"), *told, place("to", "country"))])
    built = Built(tmp_path, both, {"lines": rows(f"{head} to", f"{line} AT")})
    assert built.rows("dim_customer", "country", "region", "city")[1:] == [("DE", "NW", "Bonn")]
    assert built.rows("dim_location") == [("0", "n/a"), ("1", "AT")]
    assert both.marts["dim_location"].place_of == "order"
    alone = company([contract("lines", ("no", "pos"), *told)])
    built = Built(tmp_path / "b", alone, {"lines": rows(head, line)})
    assert built.rows("dim_location")[1:] == [("1", "DE", "NW", "Bonn")]
    assert built.rows("fact_sales", "location_key") == [("1",)]
    assert alone.marts["dim_location"].place_of == "customer"


def test_a_place_in_the_table_of_customers_alone_is_that_of_the_figures():
    found = company([LINES, orders(), customers(*BOTH)])
    assert found.marts["dim_location"].place_of == "customer"
    assert company([LINES, orders(), customers()]).marts["dim_location"].place_of is None


@remedy("elt.run.star.role_faults", "Take role: … away from all but one", line=True)
def test_two_places_of_one_side_are_named_with_whose_they_are():
    more = customers(*BOTH, place("other", "customer_country"))
    (line,) = faults(LINES, orders(*BOTH), more)
    assert line == (
        "contracts/customers.yaml: fields.land.role: the country of the customer is stated by customers.other and "
        "customers.land. Take role: country away from all but one"
    )
    assert faults(LINES, orders(*BOTH), customers(*BOTH, place("other", None))) == []


@remedy("elt.run.star.role_faults", "Write role: country to that of the order, or take role: … away", line=True)
def test_a_city_of_the_order_without_its_country_is_not_put_into_the_country_of_the_customer():
    town = place("town", "city")
    (line,) = faults(LINES, orders(town), customers(place("land", "country")))
    assert line == (
        "contracts/orders.yaml: fields.town.role: the order has a city and no country, which only the customer has. "
        "Write role: country to that of the order, or take role: city away"
    )
    assert faults(LINES, orders(*BOTH), customers(place("land", "country"))) == []
    assert faults(LINES, orders(place("town", None)), customers(place("land", "country"))) == []


def test_two_references_of_the_customers_to_one_table_are_named():
    addresses = contract("addresses", "id", field("id", "string"), place("land", "country"))
    two = [field(name, "string") for name in ("bill", "home")]
    told = customers(*two, refers={"bill": "addresses.id", "home": "addresses.id"})
    (line,) = faults(LINES, orders(), told, addresses)
    assert "two references lead from" in line and "addresses, which has role: country" in line
    sent = orders(field("sent", "string"), sent="addresses.id")
    (line,) = faults(LINES, sent, told, addresses)
    assert line == (
        "contracts/customers.yaml: foreignKeys: two references lead from customers to addresses, which has role: "
        "country. Write follow: false to the one that is not meant; it is checked all the same"
    )


@pytest.mark.parametrize(
    ("place_of", "head", "said"),
    [
        ("customer", "| Country of customer |", "Each order counts in the country of its customer."),
        ("order", "| Country of order |", "Each order counts in its own country, which may be another"),
        (None, "| Country |", ""),
    ],
)
def test_pages_say_whose_country_a_figure_goes_by(tmp_path, place_of, head, said):
    run = SmallRun(tmp_path, lines())
    assert head in run.reports(place_of=place_of)[1]
    told = Told(read(str(expose_report.__file__).replace("expose_report.py", "templates/eda.en.yaml")))
    groups = [{"country": name, "revenue": 25.0} for name in "ABCD"]
    text = sentences.of_groups(groups, "country", told, place_of).text
    assert text.partition("first three of them 75.0\N{NO-BREAK SPACE}%.")[2].strip().startswith(said) and bool(
        said
    ) == ("counts" in text)
