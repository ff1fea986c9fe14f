"""All that the pages of the exposé know of the sales: periods that may be compared, gaps, key figures and views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from elt.faults import Fault
from elt.run.columns import Column
from elt.run.key_figures import Kpi
from elt.sales.by_customer import by_customer
from elt.sales.groups import KNOWN, grouped
from elt.sales.kpi_views import over_all, usable_kpis
from elt.sales.order_lines import CENTS, IS_ORDER, day_of_analysis, decimals_of
from elt.sales.part_views import Codes, View, over
from elt.sales.periods import Gap, Period, add_months, comparable_months, comparison, coverage_gaps
from elt.sales.views import counted, coverage_view, plans_of


@dataclass(frozen=True)
class Sales:
    """What the pages of the exposé know of the sales; small frames and rows, never order lines."""

    today: date  # the analysis date
    periods: dict[str, Period]  # "this" and "last" year, absent where they cannot be told
    observed: Period | None  # all complete months
    months: dict[date, dict[str, Any]]  # rows of agg_exec_kpis
    gaps: list[Gap]  # categories that end before the data do
    kpis: dict[str, Kpi]  # the KPIs whose columns exist
    views: dict[str, pl.DataFrame]
    minimum: int  # smallest number of people behind a figure
    decimals: int = CENTS  # of amounts: in the views they are whole numbers of the last one
    flags: Sequence[Column] = ()  # of the order lines: which values rest on an assumption
    first_month: int | None = None  # of the business year, where years are compared by it

    def rows(self, view: str, key: str) -> dict[Any, dict[str, Any]]:
        """The rows of a view by one of its columns; empty if there is no such view."""
        return {row[key]: row for row in self.views[view].rows(named=True)} if view in self.views else {}

    def row(self, view: str) -> dict[str, Any]:
        """The only row of a view."""
        return self.views[view].row(0, named=True)


def gaps_of(parts: Sequence[pl.LazyFrame], codes: Codes) -> list[Gap]:
    """Categories that end before the data do; none where products have no category."""
    if not codes.has_categories:
        return []
    rows = over(parts, lambda lines: {"": coverage_view(lines, codes)}, codes)[""].rows(named=True)
    last = {row["category"]: row["last_order"] for row in rows}  # sorted by month: the newest wins
    gaps = coverage_gaps({(row["category"], row["month"]): row["revenue"] for row in rows}, last)
    return [with_people(parts, codes, gap) for gap in gaps]


def with_people(parts: Sequence[pl.LazyFrame], codes: Codes, gap: Gap) -> Gap:
    """A gap with the people behind its figures."""
    ended = gap.missing[0]
    code = codes.texts.filter(pl.col("category_text") == gap.category)["category"].first()

    def plans(lines: pl.LazyFrame) -> dict[str, View]:
        own = codes.join(lines, "category").filter(IS_ORDER, pl.col("category") == code, pl.col("order_date") < ended)
        own = own.filter(pl.col("order_date") >= add_months(ended, -gap.months_before))
        customers = own.group_by("customer_key").agg(pl.col("revenue").sum())
        last_day = own.filter(KNOWN, pl.col("order_date") == gap.last_order).select(pl.col("customer_key").n_unique())
        return {"sums": View(grouped(customers)), "day": View(last_day, sums=(pl.all().sum(),))}

    found = over(parts, plans, codes)
    return replace(gap, sums=found["sums"].row(0, named=True), people_of_day=found["day"].item())


def sales_of(
    facts: pl.LazyFrame,
    products: pl.LazyFrame,
    monthly: pl.LazyFrame,
    kpis: Mapping[str, Kpi],
    analysis_date: str,
    minimum: int,
    flags: Sequence[Column] = (),
    beside: str | Path = "sales",
    locations: pl.LazyFrame | None = None,
    first_month: int | None = None,
) -> Sales:
    """Find the periods that may be compared, then aggregate the order lines up to the analysis date.

    facts, products, monthly: fact_sales, dim_product and agg_exec_kpis; kpis: kpis.yaml; flags: flags of fact_sales
    that say which values rest on an assumption; beside: a path for what does not fit into memory; locations:
    dim_location; first_month: that of the company's business year, if it is stated.
    """
    today = day_of_analysis(facts, analysis_date)
    if today is None:
        problem = "holds no order line with a date, so there is nothing to report"
        raise Fault("fact_sales", problem, "Look in silver/reports/ why the order lines were left out")
    lines, facts = facts, facts.filter(pl.col("order_date") <= today)
    table = monthly.filter(pl.col("month_start") <= today).sort("month_start").collect()
    months = {row["month_start"]: row for row in table.rows(named=True)}
    whole_months = [month for month, row in months.items() if row["is_complete"]]
    codes = Codes.of(products, locations)
    with by_customer(counted(facts, flags), beside) as parts:
        gaps = gaps_of(parts, codes)
        compared = comparable_months(whole_months, gaps)
        periods = {year: p for year, p in zip(("this", "last"), comparison(compared, first_month), strict=True) if p}
        observed = Period(compared[0], add_months(compared[-1], 1)) if compared else None
        views = over(parts, lambda lines: plans_of(lines, codes, periods, observed, flags), codes)
    usable = usable_kpis(facts, kpis)
    views |= over_all(lines, usable, periods, views, today)
    return Sales(today, periods, observed, months, gaps, usable, views, minimum, decimals_of(facts), flags, first_month)
