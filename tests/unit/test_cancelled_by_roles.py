"""Cancelled orders that still stand in the export, by the status of the order or of the line."""

import pytest
from drawn_star import Built, company, contract, faults, field, rows

CODES = {"P": "posted", "S": "cancelled"}
LINES = [
    field("no", "string", personal="identifier"), field("pos", "integer", "line_number"),
    field("item", "string", "product_number"), field("pieces", "integer", "quantity"),
    field("amount", "number", "sales_amount", decimals=2, money=True),
]  # fmt: skip
HEAD = [
    field("day", "date", "order_date", personal="quasi"), field("buyer", "string", "customer_number", personal="identifier"),
]  # fmt: skip


def heads(**more):
    """Headers with a status."""
    status = field("state", "string", "order_status", **more)
    return contract("heads", "no", field("no", "string", "order_number", personal="identifier"), *HEAD, status)


def lines():
    """The lines of the orders."""
    return contract("lines", ("no", "pos"), *LINES, refers={"no": "heads.no"})


def test_a_cancelled_order_is_left_out_and_an_order_without_a_status_counts(tmp_path):
    found = company([lines(), heads(codes=CODES)])
    silver = {
        "lines": rows(
            "no pos item pieces amount", "A 1 P1 3 30.00", "B 1 P1 1 10.00", "B 2 P2 1 5.00", "C 1 P2 1 7.00"
        ),
        "heads": rows("no day buyer state", "A 2024-01-02 K1 posted", "B 2024-01-03 K1 cancelled", "C 2024-01-04 K1 -"),
    }
    built = Built(tmp_path, found, silver)
    assert built.rows("fact_sales", "order_number", "sales_amount") == [("A", "30.00"), ("C", "7.00")]
    ledger = found.marts["fact_sales"].ledger
    assert (ledger.rows, ledger.left_out) == (None, {"en": "cancelled", "de": "storniert"})


@pytest.mark.remedy(
    "elt.run.star.cancelled",
    "Write codes: {<as it stands there>: …, <each other one>: <its meaning>}, or take role: … away",
    line=True,
)
def test_a_status_without_a_code_for_what_is_cancelled_is_refused_with_the_line_to_write():
    [fault] = faults(lines(), heads(codes={"P": "posted"}))
    assert "fields.state.role: no code says which orders do not count. Write codes: {" in fault
    assert faults(lines(), heads(codes=CODES)) == []
