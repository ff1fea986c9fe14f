"""The bridge of page one: its steps as figures, its title, and why the value of an order changed."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from elt.expose.number_ledger import NumberLedger, say
from elt.findings.bridge import STEPS
from elt.findings.compared import FACTS, YEARS, Compared
from elt.report.figure_ledger import query, quoted

FACTORS = "customers × share of them who buy the category × orders a buyer × units an order × revenue a unit"
ALL_STEPS = (*STEPS, "other", "unknown")
RULES = {
    **dict.fromkeys(STEPS, f"logarithmic mean decomposition by category of {FACTORS}; prices by product, the rest mix"),
    "other": "difference of what has no such factors",
    "unknown": "difference of the revenue of unknown customers",
}


def enter_known(ledger: NumberLedger, compared: Compared) -> None:
    """Enter customers, orders and revenue of the known customers of both years."""
    for year, row in compared.shown.items():
        known = f"FROM gold.fact_sales WHERE {compared.sales.periods[year].condition} AND customer_key <> 0"
        orders = "FILTER (WHERE document_type = 'order')"
        people = row["known_customers"]
        for name, (formula, value, unit) in {
            "customers": (f"COUNT(DISTINCT customer_key) {orders}", people, "people"),
            "orders": (f"COUNT(DISTINCT order_number) {orders}", row["known_orders"], "count"),
            "revenue": ("SUM(sales_amount)", ledger.amount(row["known_revenue"]), "money"),
        }.items():
            origin = {"file": FACTS, "query": f"SELECT {formula} {known}"}
            ledger.enter(f"bridge.{name}.{year}", value, unit, origin, people=people)
        ledger.ratio(f"bridge.order_value.{year}", f"bridge.revenue.{year}", f"bridge.orders.{year}", "money", 2)


def bridge_rows(ledger: NumberLedger, compared: Compared) -> list[dict[str, str]]:
    """The steps from last year's revenue to this year's, as names of figures; empty where there is no bridge."""
    steps = compared.steps()
    if not steps:
        return []
    enter_known(ledger, compared)
    people = min(row["known_customers"] for row in compared.shown.values())
    return [
        {
            "step": step,
            "effect": ledger.enter(
                f"bridge.{step}.effect", ledger.amount(steps[step]), "money", {"method": RULES[step]}, 0, people=people
            ),
        }
        for step in ALL_STEPS
        if step in steps
    ]


def by_size(ledger: NumberLedger, rows: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The steps of the bridge, those that moved revenue most first."""
    return sorted(rows, key=lambda row: (-abs(ledger.value(row["effect"])), row["step"]))


def bridge_message(ledger: NumberLedger, rows: Sequence[Mapping[str, str]]) -> dict[str, Any] | None:
    """The two steps that moved revenue most."""
    if not rows:
        return None
    first, *others = by_size(ledger, rows)
    if not others:
        return say("bridge_one", {"effect": first["effect"]}, words={"step": first["step"]})
    figures = {"effect": first["effect"], "other_effect": others[0]["effect"]}
    return say("bridge", figures, words={"step": first["step"], "other": others[0]["step"]})


def order_value_message(ledger: NumberLedger, compared: Compared) -> dict[str, Any] | None:
    """How much of the change of order value is due to what orders hold; None without a bridge, and where it cannot be
    told apart."""
    found = compared.order_value() if "bridge.order_value.this" in ledger.figures else None
    if found is None:
        return None
    buyers = [compared.sales.rows(f"baskets {year}", "category").get(found.category) for year in YEARS]
    people = min((row["buyers"] for row in buyers if row), default=None)
    split = "share of the orders that hold a category × its revenue in such an order, at the means of both years"
    unit = Decimal(1).scaleb(-ledger.decimals)
    figures = {
        part: ledger.enter(
            f"bridge.order_{part}.effect", Decimal(value) * unit, "money", {"method": split}, 2, people=people
        )
        for part, value in (("mix", found.mix), ("inside", found.inside))
    }
    holding = f"COUNT(DISTINCT order_number) FILTER (WHERE category = {quoted(found.category)})"
    for year, share in zip(YEARS, found.reach, strict=True):
        orders = f"FROM {year}_year WHERE document_type = 'order'"
        origin = query(f"SELECT {holding} * 1.0 / COUNT(DISTINCT order_number) {orders}")
        figures[year] = ledger.enter(f"bridge.reach.{year}", Decimal(share), "share", origin, people=people)
    return say("order_value", figures, {"category": found.category})
