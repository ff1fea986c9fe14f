"""Well-formed files with an unusual meaning: credit notes, vouchers, days without business.

Dates ahead of their time stand in test_bring_your_own_data.py.
"""

import json
from pathlib import Path

import pytest
from flat_shop import FlatShop, customer_of, first, lines, table

pytestmark = pytest.mark.slow

QUIET = "00026"  # one order of two lines on 21 March 2023
RETURNING = "90001"  # credit notes alone


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> FlatShop:
    """The flat shop of the page."""
    return FlatShop(tmp_path_factory.mktemp("flat_shop") / "project")


def page_one(run: Path) -> str:
    """The first page of the exposé."""
    text = (run / "reports/final_expose.md").read_text("utf-8").partition("\n## 2")[0]
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture(scope="module")
def documents(shop: FlatShop) -> Path:
    """A run with a credit note 21 months after the only order, vouchers, and a customer of credit notes alone."""
    rows = lines()
    quiet = first(rows, lambda row: row["Kunden-Nr."] == QUIET)
    back = quiet | {"Bestell-Nr.": "G90001", "Bestelldatum": "21.12.2024"}
    other = {"Bestell-Nr.": "G90002", "Kunden-Nr.": RETURNING, "Menge": "-1", "Einzelpreis": "5,00", "Betrag": "-5,00"}
    added = [
        back | {"Position": "1", "Menge": "-1", "Einzelpreis": "9,50", "Betrag": "-9,50"},
        back | {"Position": "2", "Menge": "1", "Einzelpreis": "0,00", "Betrag": "0,00"},
        back | other,
    ]
    orders = {row["Bestell-Nr."]: row for row in rows if row["Bestelldatum"].endswith(".2024")}
    voucher = {"Position": "99", "Artikel-Nr.": "GUT", "Artikel": "Gutschein", "Warengruppe": "", "Menge": "1"}
    voucher |= {"Einzelpreis": "-10,00", "Betrag": "-10,00"}
    added += [order | voucher for order in list(orders.values())[:73]]
    return shop.run("documents", [*rows, *added])


def test_a_credit_note_is_no_visit_and_its_free_line_no_order(documents):
    value, features = customer_of(documents, QUIET)
    assert features is not None
    assert (features["recency_days"], features["frequency"], features["lines_per_order"]) == ("641", "1", "2.000000")
    assert features["average_order_value"] == features["monetary"]
    assert (value["orders"], value["order_lines"], value["recency_score"]) == ("1", "2", "1")
    assert (value["last_order_date"], value["returns"]) == ("2023-03-21", "-9.50")


def test_a_customer_of_credit_notes_alone_is_in_the_books_and_no_buyer(documents):
    value, features = customer_of(documents, RETURNING)
    assert features is None
    assert (value["orders"], value["last_order_date"], value["recency_score"]) == ("0", "", "")
    assert (value["revenue"], value["abc_class"]) == ("-5.00", "C")


def test_vouchers_are_discounts_and_not_returns(documents):
    kinds = {row["document_type"] for row in table(documents, "gold/data/fact_sales.csv")}
    assert kinds == {"order", "discount", "credit_note", "text"}
    report = (documents / "gold/reports/gold_marts_report.md").read_text("utf-8")
    assert "| `discount` | 73 | 73 | −730.00 |" in report
    assert "| `credit_note` | 2 | 2 | −14.50 |" in report
    assert "Cancellations and returns" not in page_one(documents), "a row that is always zero says nothing"


def test_what_is_said_of_orders_is_the_same_everywhere(documents):
    months = table(documents, "gold/data/agg_exec_kpis.csv")
    customers = table(documents, "gold/data/agg_customer_value.csv")
    features = table(documents, "gold/data/customer_features_exact.csv")
    orders = sum(int(row["orders"]) for row in months)
    assert (
        orders == sum(int(row["orders"]) for row in customers) == sum(int(row["frequency"]) for row in features) == 420
    )
    assert sum(int(row["order_lines"]) for row in months) == sum(int(row["order_lines"]) for row in customers) == 714
    eda = json.loads((documents / "step1_eda/data/eda_summary.json").read_text("utf-8"))
    assert eda["customers"]["rows"] == len(features) == 127


def test_a_shop_that_is_closed_at_the_turn_of_the_year_is_compared_by_twelve_months(shop):
    rows = lines()
    last = next(row for row in rows if row["Bestelldatum"] == "21.12.2024")
    rows = [row | {"Bestelldatum": "30.12.2024"} if row["Bestell-Nr."] == last["Bestell-Nr."] else row for row in rows]
    page = page_one(shop.run("closed", rows, "analysis_date=2025-01-02"))
    assert "1 January 2024 to 31 December 2024 (12 complete months)" in page
    assert "+4.7 %" in page
