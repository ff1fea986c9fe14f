"""What stands beside figures of the exposé that order lines without a customer or without a product are not in."""

# ruff: noqa: S608 - these queries are told, not run

from collections.abc import Mapping
from typing import Any

from elt.expose.number_ledger import NumberLedger, say
from elt.findings.compared import FACTS
from elt.protection.disclosure import fragile
from elt.sales.groups import UNKNOWN
from elt.sales.overview import Sales
from elt.sales.views import DIMENSION_KEYS


def is_about_few(parts: Mapping[bool, Mapping[str, Any]], minimum: int) -> bool:
    """Whether the revenue of the lines on key 0 or of the others, by `is_unknown`, tells of too few people."""
    return any(part["customers"] and fragile(part, minimum) for part in parts.values())


def few(sales: Sales) -> list[str]:
    """The keys of dimensions whose lines on key 0, or all others, are about too few people."""
    views = {key: f"unknown {key}" for key in DIMENSION_KEYS}
    return [key for key, view in views.items() if is_about_few(sales.rows(view, "is_unknown"), sales.minimum)]


def unknown_part(ledger: NumberLedger, sales: Sales, key: str, view: str, condition: str) -> dict[str, Any] | None:
    """How many order lines are on key 0 of a dimension, and their share of the revenue; None without any.

    `view`: of the lines, by `is_unknown`; `condition`: the same lines in SQL. The share of revenue is left out where it
    would tell of too few people, or of fewer lines than the minimum.
    """
    parts, what = sales.rows(view, "is_unknown"), key.removesuffix("_key")
    if True not in parts:
        return None
    lines, revenue = (sum(part[column] for part in parts.values()) for column in ("lines", "revenue"))

    people = min((part["customers"] for part in parts.values() if part["customers"]), default=None)

    def enter(part: str, formula: str, where: str, value: Any, unit: str) -> str:
        origin = {"file": FACTS, "query": f"SELECT {formula} FROM gold.fact_sales WHERE {where}"}
        return ledger.enter(
            f"unknown.{what}.{part}", value, unit, origin, 0, people=people if unit == "money" else None
        )

    unknown = f"{condition} AND {key} = {UNKNOWN}"
    figures = {
        "lines": enter("lines", "COUNT(*)", unknown, parts[True]["lines"], "count"),
        "of": enter("of", "COUNT(*)", condition, lines, "count"),
    }
    if is_about_few(parts, sales.minimum) or parts[True]["lines"] < sales.minimum or revenue <= 0:
        return say(f"unknown_{what}_few", figures)
    part = enter("revenue", "SUM(sales_amount)", unknown, ledger.amount(parts[True]["revenue"]), "money")
    whole = enter("all", "SUM(sales_amount)", condition, ledger.amount(revenue), "money")
    share = ledger.ratio(f"unknown.{what}.share", part, whole) or part
    return say(f"unknown_{what}", figures | {"share": share})


def without_customer(ledger: NumberLedger, sales: Sales) -> dict[str, Any] | None:
    """The order lines up to the analysis date that have no customer."""
    condition = f"order_date <= DATE '{sales.today}'"
    return unknown_part(ledger, sales, "customer_key", "unknown customer_key", condition)


def without_product(ledger: NumberLedger, sales: Sales) -> dict[str, Any] | None:
    """The order lines of this year that have no product."""
    if "this" not in sales.periods:
        return None
    return unknown_part(ledger, sales, "product_key", "unknown product_key this", sales.periods["this"].condition)
