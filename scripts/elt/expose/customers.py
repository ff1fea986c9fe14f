"""Page two of the exposé: who brings the revenue, who comes back, and how exposed single customers are."""

# ruff: noqa: S608 - these queries are told, not run

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from elt.expose.number_ledger import NumberLedger, minimum_group, say
from elt.expose.unknown import without_customer
from elt.findings.compared import FACTS
from elt.protection.disclosure import publishable
from elt.protection.tenths import TENTHS, tenths
from elt.report.figure_ledger import at, query
from elt.sales.overview import Sales
from elt.sales.periods import Period, add_months

UNIQUENESS = "_meta/uniqueness_report.json"
COHORTS = 9  # quarters at most: the last two years and the one before


def pareto_rows(ledger: NumberLedger, customers: pl.DataFrame, minimum: int) -> list[dict[str, str]]:
    """Cumulated share of revenue by tenth of the customers, largest first; empty if a tenth may not be shown.

    customers: one row a customer with revenue.
    """
    rows, total = [], int(customers["revenue"].sum() or 0)
    for tenth, part in enumerate(tenths(customers["revenue"], minimum), start=1):
        first = f"FILTER (WHERE place <= ROUND_EVEN(people * {tenth} / {TENTHS}.0, 0))"
        rule = query(f"SELECT SUM(revenue) {first} / SUM(revenue) FROM customers")
        share, tenths_of = Decimal(part.reached) / total, {"formula": f"{tenth} / {TENTHS}"}
        rows.append(
            {
                "customers": ledger.enter(f"pareto.{tenth}.customers", Decimal(tenth) / TENTHS, "share", tenths_of, 0),
                "revenue": ledger.enter(f"pareto.{tenth}.revenue", share, "share", rule, people=part.people),
            }
        )
    return rows


def pareto_message(ledger: NumberLedger, rows: list[dict[str, str]]) -> dict[str, Any] | None:
    """What the two tenths of the customers with most revenue bring."""
    if not rows:
        return None
    return say("pareto", {"customers": rows[1]["customers"], "revenue": rows[1]["revenue"]})


def quarter(month: date) -> date:
    """First month of the quarter of a month."""
    return date(month.year, (month.month - 1) // 3 * 3 + 1, 1)


def whole_quarters(complete: Period | None) -> list[date]:
    """Quarters whose three months are all complete, the newest COHORTS of them."""
    if complete is None:
        return []
    quarters = sorted({quarter(month) for month in complete.months})
    whole = [q for q in quarters if q >= complete.start and add_months(q, 3) <= complete.end]
    return whole[-COHORTS:]


def cohort_rows(
    ledger: NumberLedger, cohorts: pl.DataFrame, complete: Period | None, minimum: int
) -> list[dict[str, Any]]:
    """Retention by quarter of the first order: share of a cohort that ordered in each later quarter.

    cohorts: as `cohort_view` gives them. Only whole quarters count, as cohorts and as later quarters. A cell is None if
    fewer than the minimum came back, or stayed away; a cohort that may not be shown is left out.
    """
    quarters = whole_quarters(complete)
    active = {(row["cohort"], row["quarter"]): row["customers"] for row in cohorts.iter_rows(named=True)}
    sizes: dict[date | None, int] = {cohort: active.get((cohort, cohort), 0) for cohort in quarters}
    everyone = sum(count for (cohort, later), count in active.items() if cohort == later)
    sizes[None] = everyone - sum(sizes.values())  # all others: the total is published
    shown = publishable(sizes, minimum)
    rows = []
    for cohort in quarters:
        size = active.get((cohort, cohort), 0)
        if not shown[cohort] or not size:
            continue
        name = f"cohort.{cohort.year}-Q{cohort.month // 3 + 1}"
        own = f"FROM quarters WHERE cohort = DATE '{cohort}'"
        rule = query(f"SELECT COUNT(DISTINCT customer_key) {own}")
        row: dict[str, Any] = {
            "cohort": f"{cohort.year}-Q{cohort.month // 3 + 1}",
            "customers": ledger.enter(f"{name}.customers", size, "people", rule),
            "cells": [],
        }
        for step, later in enumerate([q for q in quarters if q > cohort], start=1):
            back = active.get((cohort, later), 0)
            hidden = 0 < back < minimum or 0 < size - back < minimum
            of_quarter = f"FILTER (WHERE quarter = DATE '{later}')"
            rule = query(f"SELECT COUNT(*) {of_quarter} * 1.0 / COUNT(DISTINCT customer_key) {own}")
            share = Decimal(back) / size
            people = min(count for count in (back, size - back) if count) if not hidden else None
            row["cells"].append(None if hidden else ledger.enter(f"{name}.{step}", share, "share", rule, people=people))
        rows.append(row)
    return rows


def return_message(
    ledger: NumberLedger, returns: pl.DataFrame, complete: Period | None, minimum: int
) -> dict[str, Any] | None:
    """How many customers with a full year of observation ordered again in a later month within it.

    returns: as `return_view` gives them, of the months before the end of the complete ones.
    """
    if complete is None:
        return None
    latest = add_months(complete.end, -13)  # first orders up to here have twelve more complete months
    observed = [row for row in returns.iter_rows(named=True) if row["first"] <= latest]
    base = sum(row["customers"] for row in observed)
    in_time = [row for row in observed if row["second"] and row["second"] <= add_months(row["first"], 12)]
    back = sum(row["customers"] for row in in_time)
    if base < minimum or 0 < back < minimum or 0 < base - back < minimum:
        return None
    counted = f"SELECT COUNT(DISTINCT customer_key) FROM visits WHERE first_month <= DATE '{latest}'"
    rule, again = query(counted), query(f"{counted} AND month > first_month AND month <= first_month + INTERVAL 1 YEAR")
    figures: dict[str, Any] = {
        "customers": ledger.enter("return.customers", base, "people", rule),
        "back": ledger.enter("return.back", back, "people", again),
    }
    figures["share"] = ledger.ratio("return.share", "return.back", "return.customers")
    return say("came_back", figures)


def ordered_again(ledger: NumberLedger, customers: pl.DataFrame, today: date, minimum: int) -> str | None:
    """Share of all customers with an order who have more than one; None if it tells of too few people.

    customers: one row a customer with orders.
    """
    base, back = customers.height, int((customers["orders"] > 1).sum())
    if base < minimum or 0 < back < minimum or 0 < base - back < minimum:
        return None
    orders = (
        "SELECT COUNT(DISTINCT order_number) AS orders FROM gold.fact_sales WHERE customer_key <> 0 "
        f"AND document_type = 'order' AND order_date <= DATE '{today}' GROUP BY customer_key"
    )
    share = f"SELECT AVG(CASE WHEN orders > 1 THEN 1.0 ELSE 0.0 END) FROM ({orders}) AS customers"
    people = min(count for count in (back, base - back) if count)
    return ledger.enter("return.ever", Decimal(back) / base, "share", {"file": FACTS, "query": share}, people=people)


def unique_share(
    ledger: NumberLedger, measured: Mapping[str, Any], customers: int, minimum: int
) -> dict[str, Any] | None:
    """Share of customers who stand alone in the published table for whoever knows their three latest purchases.

    measured: uniqueness_report.json. None of fewer customers than the minimum, and where the share is not told.
    """
    alone = measured["purchases"]["after"]["three_purchases"]["unique_share"]
    if customers < minimum or alone is None:
        return None
    origin = at(UNIQUENESS, "purchases", "after", "three_purchases", "unique_share")
    return say("privacy_title", {"share": ledger.enter("risk.unique", Decimal(str(alone)), "share", origin, 1)})


def page(ledger: NumberLedger, sales: Sales) -> dict[str, Any]:
    """The blocks of page two that need no segments."""
    customers, returns = sales.views["customers"], sales.views.get("returns", pl.DataFrame())
    pareto = pareto_rows(ledger, customers, sales.minimum)
    cohorts = cohort_rows(ledger, sales.views["cohorts"], sales.observed, sales.minimum)
    came_back = return_message(ledger, returns, sales.observed, sales.minimum)
    ever = ordered_again(ledger, customers, sales.today, sales.minimum)
    return {
        "unknown": without_customer(ledger, sales),
        "cohorts_note": say("cohort_note", {"minimum": minimum_group(ledger, sales.minimum)}),
        "pareto_title": pareto_message(ledger, pareto),
        "pareto": pareto,
        "cohorts_title": came_back,
        "returns": {"twelve_months": came_back and came_back["figures"]["share"], "ever": ever},
        "cohorts": cohorts if any(cell for row in cohorts for cell in row["cells"]) else [],
    }
