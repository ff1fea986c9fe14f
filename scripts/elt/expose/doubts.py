"""What rests on an assumption, beside the key figures that use it: a sentence a flag, with a share of the revenue."""

# ruff: noqa: S608 - these queries are told, not run

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from elt.expose.number_ledger import NumberLedger, say
from elt.expose.unknown import is_about_few
from elt.protection.disclosure import publishable_sums
from elt.report.figure_ledger import query
from elt.run.columns import Column
from elt.run.key_figures import Kpi
from elt.sales.overview import Sales
from elt.sales.views import doubt_name


def concerned(flag: Column, kpis: Mapping[str, Kpi]) -> list[str]:
    """The key figures whose formula uses a column that the flag doubts."""
    return [name for name, kpi in kpis.items() if set(flag.doubts) & set(re.findall(r"\w+", kpi.formula))]


def doubted_share(groups: Mapping[bool, Mapping[str, Any]], minimum: int) -> Decimal | None:
    """Share of the revenue whose lines are doubted; None if it would tell what a few customers spent.

    groups: the doubted lines (True) and the others: revenue and what disclosure control needs.
    """
    if not all(publishable_sums(groups, minimum).values()):
        return None
    whole = sum(group["revenue"] for group in groups.values())
    return Decimal(groups[True]["revenue"] if True in groups else 0) / whole


def doubt(ledger: NumberLedger, sales: Sales, flag: Column, kpis: list[str]) -> dict[str, Any] | None:
    """The sentence on one flag beside the key figures `kpis`; None if no line of the years shown is doubted."""
    years = [year for year in ("this", "last") if f"revenue.{year}" in ledger.figures]
    groups = {year: sales.rows(doubt_name(flag, year), "is_doubted") for year in years}
    if not any(found[True]["revenue"] for found in groups.values() if True in found):
        return None
    texts, figures = {"why": flag.why}, {}
    for year in years:
        if (share := doubted_share(groups[year], sales.minimum)) is None:
            return say("doubted_part", texts=texts, kpis={"kpis": kpis})
        known = " OR ".join(f"{name} IS NOT NULL" for name in flag.doubts)
        doubted = f"SUM(sales_amount) FILTER (WHERE {flag.name} AND ({known}))"
        origin = query(f"SELECT COALESCE({doubted}, 0) / SUM(sales_amount) FROM {year}_year")
        people = min((group["customers"] for group in groups[year].values() if group["customers"]), default=None)
        figures[year] = ledger.enter(f"doubt.{flag.name}.{year}", share, "share", origin, people=people)
    return say("doubted" if "last" in figures else "doubted_this", figures, texts, kpis={"kpis": kpis})


def few(sales: Sales) -> list[str]:
    """The flags whose lines, or all others, are about too few people."""
    views = {flag.name: sales.rows(doubt_name(flag, "all"), "is_doubted") for flag in sales.flags}
    return [name for name, parts in views.items() if is_about_few(parts, sales.minimum)]


def doubts(ledger: NumberLedger, sales: Sales) -> list[dict[str, Any]]:
    """One sentence a flag of the order lines that doubts what a key figure uses. Call it after page one."""
    shown = {name: kpi for name, kpi in sales.kpis.items() if f"kpi.{name}.this" in ledger.figures}
    found = [doubt(ledger, sales, flag, names) for flag in sales.flags if (names := concerned(flag, shown))]
    return [said for said in found if said]
