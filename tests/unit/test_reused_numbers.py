"""Numbers of customers and products under which quite another name stands too are told."""

import pytest
from one_table import clean, contract, field

LINE = field("id", "integer")
NUMBER = field("nr", role="customer_number", erasure="customer")
NAME = field("name", role="customer_name")
AMOUNT = field("amount", "number", decimals=2, money=True)
ORDERS = contract(LINE, NUMBER, NAME, AMOUNT)
USUAL = [
    (str(n), name) for n, name in enumerate(["Anna Falk", "Björn Öhmke", "Ute Jäkel", "Otto Klöpp"]) for _ in (1, 2)
]


def told(folder, rows: list[tuple[str, str]], of=ORDERS) -> list[tuple[str, int, dict]]:
    """(column, records, money) of each warning of a table of numbers and names."""
    text = "".join(f"{n},{number},{name},1.50\n" for n, (number, name) in enumerate(rows, 1))
    found = clean(folder, of, "id,nr,name,amount\n" + text).summary["warnings"]
    return [(one["column"], one["cells"], one["money"]) for one in found if one["warning"] == "reused_numbers"]


def test_a_number_that_was_given_to_another_customer_or_product_is_told_with_amount(tmp_path):
    again = [*USUAL, *[("1", "Emil Strübing")] * 2]
    assert told(tmp_path / "customer", again) == [("nr", 2, {"amount": "3.00"})]
    products = contract(LINE, field("nr", role="product_number"), field("name", role="product_name"), AMOUNT)
    assert told(tmp_path / "product", again, products) == [("nr", 2, {"amount": "3.00"})]


@pytest.mark.parametrize(
    "more",
    [
        [],
        [("1", "BJOERN OEHMKE"), ("2", "Ute Müller"), ("3", "Klöpp, Otto")],  # spelled otherwise, married
        [("1", ""), ("2", "-"), ("3", "Dr.")],
        [(number, f"Text {number} {n}") for n, number in enumerate("00112233")] * 2,  # texts by hand
        [("", "Emil Strübing")],
    ],
)
def test_names_that_are_spelled_otherwise_and_texts_by_hand_are_not_told(tmp_path, more):
    assert told(tmp_path, [*USUAL, *more]) == []


def test_a_table_of_customers_itself_and_one_without_roles_are_not_looked_at(tmp_path):
    again = [*USUAL, *[("1", "Emil Strübing")] * 2]
    assert told(tmp_path, again, contract(LINE, field("nr"), field("name"), AMOUNT)) == []
