"""A customer with a large part of all orders or revenue is named; listed collective accounts are told together."""

from decimal import Decimal

import polars as pl
import pytest
import yaml
from conftest import ROOT

from elt.expose.evidence import contradicted
from elt.expose.number_ledger import NumberLedger
from elt.faults import Fault
from elt.gold import budgets
from elt.report import assumptions
from elt.report.words import read
from elt.run.contract import Contract
from elt.sales import collective_accounts
from elt.sales.collective_accounts import FOUND, LISTED, UNMATCHED, CollectiveAccounts
from segmentation_report import beside_segments

WORDS = {language: read(ROOT / f"scripts/templates/assumptions.{language}.yaml") for language in ("en", "de")}
CUSTOMERS = pl.LazyFrame({"customer_key": [0, 1, 2, 3], "customer_number": ["n/a", "A", "99999", "C"]})


def lines(*orders: tuple[int, str]) -> pl.LazyFrame:
    """An order of one line for each (customer, amount)."""
    keys, amounts = zip(*orders, strict=True)
    numbers = [f"O{n}" for n in range(len(orders))]
    return pl.LazyFrame({"order_number": numbers, "customer_key": keys, "sales_amount": [Decimal(a) for a in amounts]},
                        schema_overrides={"sales_amount": pl.Decimal(38, 2)})  # fmt: skip


def totals(*orders: tuple[int, str]) -> pl.DataFrame:
    """What is counted of them by customer."""
    return collective_accounts.totals(lines(*orders))


def found(
    *orders: tuple[int, str], share: float = 0.3, listed: tuple[str, ...] = ()
) -> list[tuple[str, str, int, int]]:
    """(code, where, orders, of all) of what is said."""
    said = collective_accounts.entries(totals(*orders), CUSTOMERS, CollectiveAccounts(share, listed))
    return [(entry["code"], entry["where"], entry["records"], entry["of"]) for entry in said]


def test_a_customer_with_a_large_share_of_orders_or_of_revenue_is_named_by_key():
    by_orders = found((1, "1.00"), (1, "1.00"), (2, "8.00"), (3, "8.00"), (0, "8.00"))
    assert (FOUND, "fact_sales, customer_key 1", 2, 5) in by_orders
    by_revenue = found((1, "90.00"), (2, "1.00"), (2, "1.00"), (3, "1.00"), (0, "7.00"))
    assert (FOUND, "fact_sales, customer_key 1", 1, 5) in by_revenue


def test_the_share_is_that_of_the_settings_and_the_unknown_customer_is_nobody():
    orders = ((0, "50.00"), (1, "25.00"), (2, "10.00"), (3, "15.00"))
    assert [where for _, where, *_ in found(*orders, share=0.26)] == []
    assert [where for _, where, *_ in found(*orders, share=0.25)] == [
        f"fact_sales, customer_key {n}" for n in (1, 2, 3)
    ]


@pytest.mark.remedy(
    "templates/assumptions.en.yaml",
    "list its number under collectiveAccounts in the contract, so that no segment and no target list holds it",
    line=True,
)
def test_listed_accounts_are_told_together_and_not_named_again():
    orders = ((2, "50.00"), (2, "25.00"), (1, "1.00"), (3, "1.00"))
    assert found(*orders, share=0.5, listed=("99999",)) == [(LISTED, "fact_sales", 2, 4)]


def test_a_listed_number_that_is_no_customer_is_counted():
    assert found((1, "1.00"), share=1, listed=("99999", "77777"))[:2] == [
        (LISTED, "fact_sales", 0, 1),
        (UNMATCHED, "fact_sales", 1, 2),
    ]


def test_no_orders_are_no_shares():
    none = lines((1, "1.00")).filter(pl.col("customer_key") == 9)
    assert collective_accounts.entries(collective_accounts.totals(none), CUSTOMERS, CollectiveAccounts(0.1)) == []


def counter(sales: int, others: int) -> list[tuple[int, str]]:
    """As many sales at the counter (customer 2, number 99999), and customers with one order each."""
    return [(2, "1.00")] * sales + [(n, "1.00") for n in range(10, 10 + others)]


def checked(*orders: tuple[int, str], budget: float = 0.5, listed: tuple[str, ...] = ()) -> None:
    """The budget of unlisted accounts, on orders of one line each; raises Fault above it."""
    said = collective_accounts.entries(totals(*orders), CUSTOMERS, CollectiveAccounts(0.1, listed))
    budgets.check_accounts(said, collective_accounts.buyers(totals(*orders)), budget)


@pytest.mark.remedy(
    "elt.gold.budgets",
    "List its number under collectiveAccounts in the contract, at the field of the customer number; if it is one "
    "customer all the same, raise assumption_budget in config/config.yaml",
)
def test_an_unlisted_account_with_most_orders_of_many_customers_stops_and_its_remedies_are_accepted():
    with pytest.raises(Fault) as caught:
        checked(*counter(15, 12))
    message = str(caught.value)
    assert message.startswith("fact_sales, customer_key 2: one of 13 customers has 15 of 27 orders (55.6%)")
    assert "the budget is 50.0%" in message and "99999" not in message
    assert "List its number under collectiveAccounts in the contract" in message
    assert "raise assumption_budget in config/config.yaml" in message
    checked(*counter(15, 12), listed=("99999",))
    checked(*counter(15, 12), budget=0.6)


def test_a_large_customer_within_the_budget_or_among_few_is_named_and_does_not_stop():
    checked(*counter(12, 12))  # a half is the budget
    checked(*counter(15, 8))  # nine customers
    checked(*counter(1, 0))
    checked(*counter(15, 8), (0, "1.00"), (0, "1.00"))  # the unknown customer is none
    with pytest.raises(Fault, match="one of 10 customers has 15 of 24 orders"):
        checked(*counter(15, 9))


def test_much_revenue_in_few_orders_does_not_stop():
    checked((2, "9000.00"), *((n, "1.00") for n in range(10, 30)))


ENTRY = assumptions.entry(
    FOUND,
    "fact_sales, customer_key 118",
    140,
    420,
    {"sales_amount": "44964.80"},
    {"sales_amount": "160947.90"},
    persons=1,
)


def test_the_published_books_hold_neither_key_nor_orders_nor_revenue_of_a_single_customer():
    published = assumptions.published(ENTRY, 5)
    assert {name: published[name] for name in ("where", "records", "of", "money", "of_money")} == {
        "where": "fact_sales",
        "records": 33,
        "of": 100,
        "money": {"sales_amount": "28"},
        "of_money": {"sales_amount": "100"},
    }
    for language, words in WORDS.items():  # the pages say the same of it as of the entry itself
        assert assumptions.sentence(words, published, 5) == assumptions.sentence(words, ENTRY, 5)
        closing = assumptions.sentence(words, published)
        assert "33\u00a0%" in closing and ".0" not in closing and "118" not in closing, language
    assert assumptions.published({**ENTRY, "records": 4}, 5)["money"] == {}, "fewer orders than the minimum: no amount"
    assert assumptions.published({**ENTRY, "persons": 5}, 5) == {**ENTRY, "persons": 5}
    everyone = {name: value for name, value in ENTRY.items() if name != "persons"}
    assert assumptions.published(everyone, 5) == everyone


@pytest.mark.parametrize(
    ("language", "words"), [("en", "large part of all revenue with few orders"), ("de", "großer Teil")]
)
def test_a_large_part_of_the_revenue_in_few_orders_is_told_without_share_of_orders(language, words):
    few = {**ENTRY, "records": 1}
    for entry in (few, assumptions.published(few, 5), assumptions.published(assumptions.published(few, 5), 5)):
        told = assumptions.sentence(WORDS[language], entry, 5)
        assert words in told and "%" not in told and "118" not in told
    assert len(beside_segments({"assumptions": [few]}, WORDS[language], 5)) == 1


@pytest.mark.parametrize("language", ["en", "de"])
def test_protected_reports_state_amount_and_share_published_ones_whole_percent_alone(language):
    decimal, whole = ("27.9", "28") if language == "en" else ("27,9", "28")
    told = assumptions.sentence(WORDS[language], ENTRY)
    assert "customer_key 118" in told and f"{decimal}\u00a0%" in told and "964" in told
    published = beside_segments({"assumptions": [ENTRY, {**ENTRY, "code": "other"}]}, WORDS[language], 5)
    assert len(published) == 1
    assert f"{whole}\u00a0%" in published[0] and "33\u00a0%" in published[0]
    assert "964" not in published[0] and decimal not in published[0]
    assert "118" not in published[0] and "_" not in published[0], "no key of a person, no name of a table or column"


def test_the_number_ledger_of_the_expose_holds_neither_orders_nor_revenue_of_a_single_customer():
    ledger = NumberLedger()
    (said,) = contradicted(ledger, {"assumptions": [assumptions.published(ENTRY, 5)]}, 5)
    assert {name: figure["value"] for name, figure in ledger.figures.items()} == {
        "assumption.1.share": "0.33",
        "assumption.1.sales_amount.share": "0.28",
    }
    assert said["amounts"][0]["amount"] is None and "118" not in str(said)


def test_a_contract_lists_accounts_at_the_field_of_the_customer_number():
    content = yaml.safe_load((ROOT / "config/bike_retailer/contracts/crm_customers.yaml").read_text(encoding="utf-8"))
    content["fields"][0]["collectiveAccounts"] = ["99999"]
    assert Contract.of(content).fields[0].collective_accounts == ("99999",)
