"""Credit notes without a minus, by the type of their document, and amounts with a currency that has no rates."""

import pytest
from drawn_star import Built, company, contract, faults, field, rows

from elt.faults import Fault

CODES = {"TA": "order", "G2": "credited"}
LINES = [
    field("no", "string", personal="identifier"), field("pos", "integer", "line_number"),
    field("item", "string", "product_number"), field("pieces", "integer", "quantity"),
]  # fmt: skip
AMOUNT = field("amount", "number", "sales_amount", decimals=2, money=True)
HEADS = contract(
    "heads", "no", field("no", "string", "order_number", personal="identifier"),
    field("day", "date", "order_date", personal="quasi"), field("kind", "string", "document_type", codes=CODES),
    field("buyer", "string", "customer_number", personal="identifier"),
)  # fmt: skip
HEADERS = rows("no day kind buyer", "A 2024-01-02 order K1", "B 2024-01-03 credited K1")
COLUMNS = ("order_number", "document_type", "quantity", "sales_amount")


def lines(*more: dict):
    """The lines of the documents."""
    return contract("lines", ("no", "pos"), *LINES, *more, refers={"no": "heads.no"})


def test_a_credit_note_without_a_minus_is_taken_off_and_what_the_source_states_is_followed(tmp_path):
    found = company([lines(AMOUNT, field("cost", "number", "cost_amount", decimals=2)), HEADS])
    silver = {
        "lines": rows("no pos item pieces amount cost", "A 1 P1 3 30.00 12.00", "B 1 P1 1 10.00 4.00"),
        "heads": HEADERS,
    }
    built = Built(tmp_path, found, silver)
    assert built.rows("fact_sales", *COLUMNS, "cost_amount", "stated_amount") == [
        ("A", "order", "3", "30.00", "12.00", "30.00"), ("B", "credit_note", "-1", "-10.00", "-4.00", "10.00"),
    ]  # fmt: skip
    assert found.marts["fact_sales"].ledger.money == {"stated_amount": "amount"}


@pytest.mark.parametrize("less", [(), (field("off", "number", "discount_amount", decimals=2),)])
def test_a_credit_note_by_price_is_taken_off_with_its_discount(tmp_path, less):
    found = company([lines(field("price", "number", "unit_price", decimals=2), *less), HEADS])
    end = " 1.00" if less else ""
    silver = {
        "lines": rows(
            "no pos item pieces price" + (" off" if less else ""), f"A 1 P1 3 10.00{end}", f"B 1 P1 2 10.00{end}"
        ),
        "heads": HEADERS,
    }
    built = Built(tmp_path, found, silver)
    amounts = ("29.00", "-19.00") if less else ("30.00", "-20.00")
    assert [row[2:] for row in built.rows("fact_sales", *COLUMNS)] == [("3", amounts[0]), ("-2", amounts[1])]
    assert "stated_amount" not in built.header("fact_sales")


@pytest.mark.remedy(
    "elt.gold.proofs",
    "Check …. A currency that is empty is filled by repairs in its contract; one that is not that of the books needs a "
    "table of rates with the roles rate_currency, rate_date and exchange_rate",
)
def test_a_currency_needs_no_rates_where_all_amounts_are_in_that_of_the_books(tmp_path):
    table = contract(
        "lines", ("no", "pos"), {**LINES[0], "role": "order_number"}, *LINES[1:], AMOUNT,
        field("day", "date", "order_date", personal="quasi"), field("cur", "string", "currency"),
        field("buyer", "string", "customer_number", personal="identifier"),
    )  # fmt: skip
    head, line = "no pos item pieces amount day cur buyer", "A 1 P1 1 9.50 2024-01-02"
    found = company([table], books="EUR")
    built = Built(tmp_path, found, {"lines": rows(head, f"{line} EUR K1")})
    assert built.rows("fact_sales", "currency", "sales_amount") == [("EUR", "9.50")]
    assert found.marts["fact_sales"].ledger.money == {"sales_amount": "amount"}
    for currency, lacks in (("USD", "sales_amount"), ("-", "currency")):
        with pytest.raises(Fault, match=f"required column {lacks} is missing.*is filled by repairs in its contract"):
            Built(tmp_path / lacks, found, {"lines": rows(head, f"{line} {currency} K1")})
    assert len(faults(table)) == 3  # without a stated currency of the books nobody knows what is added up
