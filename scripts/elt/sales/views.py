"""Views of fact_sales for the exposé. The lines are read once, with the columns that count, and all views share them.

Amounts are whole numbers of the smallest unit that they have (cents, or less), so that sums are exact. Groups come with
what disclosure control needs: the number of customers, and the revenue of the largest one and of the two and three
largest together. Key 0, the unknown customer, is nobody.
"""

# ruff: noqa: S608 - formulas are settings of the company, periods are dates of this module

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from elt.faults import Fault
from elt.gold import documents
from elt.gold.flags import is_doubted
from elt.run.columns import Column
from elt.run.key_figures import Kpi
from elt.sales.periods import NO_CATEGORY, Gap, Period, add_months, comparable_months, comparison, coverage_gaps

LINES = "gold.fact_sales"
UNKNOWN = 0
KNOWN = pl.col("customer_key") != UNKNOWN
CENTS = 2  # decimals of an amount, at least
AMOUNTS = ("sales_amount", "cost_amount")
DIMENSION_KEYS = ("customer_key", "product_key", "location_key")
IS_ORDER = pl.col(documents.COLUMN) == documents.ORDER  # a credit note, a discount, a fee or a text is none
ORDERS = pl.col("order_number").filter(IS_ORDER).n_unique()
MONTH = pl.col("order_date").dt.truncate("1mo").alias("month")


def decimals_of(lines: pl.LazyFrame) -> int:
    """Decimals of the finest amount of the order lines, at least two: amounts are counted in units of the last one."""
    schema = lines.collect_schema()
    scales = [kind.scale for name in AMOUNTS if isinstance(kind := schema.get(name), pl.Decimal)]
    return max([CENTS, *scales])


def whole_amount(lines: pl.LazyFrame, name: str) -> pl.Expr:
    """An amount of the order lines as a whole number of its smallest unit."""
    return (pl.col(name) * 10 ** decimals_of(lines)).cast(pl.Int64)


def revenue_of(lines: pl.LazyFrame) -> pl.Expr:
    """`revenue`: the amount of an order line as a whole number of its smallest unit."""
    return whole_amount(lines, "sales_amount").alias("revenue")


def within(lines: pl.LazyFrame, period: Period) -> pl.LazyFrame:
    """The order lines of a period."""
    return lines.filter(pl.col("order_date") >= period.start, pl.col("order_date") < period.end)


def kpi_sources(lines: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    """What KPI formulas may select from: the lines, and one row a customer with an order (orders, revenue)."""
    customers = (
        lines.filter(KNOWN)
        .group_by("customer_key")
        .agg(ORDERS.alias("orders"), pl.col("sales_amount").sum().alias("revenue"))
        .filter(pl.col("orders") > 0)
    )
    return {LINES: lines, "customers": customers}


def source_of(kpi: Kpi) -> str:
    """The table that the formula of a key figure selects from."""
    return LINES if kpi.over == "lines" else kpi.over


def kpi_query(kpi: Kpi, period: Period) -> str:
    """The SQL over the star schema that gives one KPI of a period."""
    if kpi.over == "lines":
        return f"SELECT {kpi.formula} FROM {LINES} WHERE {period.condition}"
    customers = (
        "SELECT customer_key, COUNT(DISTINCT order_number) FILTER (WHERE document_type = 'order') AS orders, "
        f"SUM(sales_amount) AS revenue FROM {LINES} "
        f"WHERE customer_key <> {UNKNOWN} AND {period.condition} GROUP BY customer_key"
    )
    return f"SELECT {kpi.formula} FROM ({customers}) AS customers WHERE orders > 0"


def usable_kpis(lines: pl.LazyFrame, kpis: Mapping[str, Kpi]) -> dict[str, Kpi]:
    """The KPIs whose columns the star schema has."""
    context, found = pl.SQLContext(kpi_sources(lines)), {}
    for name, kpi in kpis.items():
        try:
            context.execute(f"SELECT {kpi.formula} FROM {source_of(kpi)}").collect_schema()
        except pl.exceptions.ColumnNotFoundError:
            continue
        found[name] = kpi
    return found


def kpi_view(lines: pl.LazyFrame, kpis: Mapping[str, Kpi], period: Period) -> pl.LazyFrame:
    """One row with a column a KPI, over the lines of the period."""
    context = pl.SQLContext(kpi_sources(within(lines, period)))
    over: dict[str, list[str]] = {}
    for name, kpi in kpis.items():
        over.setdefault(source_of(kpi), []).append(f'{kpi.formula} AS "{name}"')
    rows = [context.execute(f"SELECT {', '.join(fields)} FROM {source}") for source, fields in over.items()]
    return pl.concat(rows, how="horizontal")


def top_three() -> list[pl.Expr]:
    """Customers of a group, and the revenue of the largest, the two and the three largest; from one row a customer."""
    known = pl.col("revenue").filter(KNOWN)
    return [
        KNOWN.sum().cast(pl.Int64).alias("customers"),
        known.max().fill_null(0).alias("largest"),
        known.top_k(2).sum().alias("largest_two"),
        known.top_k(3).sum().alias("largest_three"),
    ]


def period_view(lines: pl.LazyFrame, period: Period) -> pl.LazyFrame:
    """One row: revenue; of known customers revenue, orders and how many ordered; and what disclosure control needs."""
    one = within(lines, period)
    buyers = pl.col("customer_key").filter(IS_ORDER).n_unique().cast(pl.Int64).alias("known_customers")
    orders = one.filter(KNOWN).select(ORDERS.cast(pl.Int64).alias("known_orders"), buyers)
    customers = one.group_by("customer_key").agg(revenue_of(lines).sum())
    known = pl.col("revenue").filter(KNOWN).sum().alias("known_revenue")
    sums = customers.select(pl.col("revenue").sum(), known, *top_three())
    return pl.concat([sums, orders], how="horizontal")


def customer_view(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row a known customer with an order: orders, revenue, last_order."""
    return (
        lines.filter(KNOWN)
        .group_by("customer_key")
        .agg(
            ORDERS.alias("orders"),
            revenue_of(lines).sum(),
            pl.col("order_date").filter(IS_ORDER).max().alias("last_order"),
        )
        .filter(pl.col("orders") > 0)
    )


def visit_view(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row a customer and month with lines: revenue, and whether there was an order."""
    return lines.group_by("customer_key", MONTH).agg(revenue_of(lines).sum(), IS_ORDER.any().alias("has_order"))


def month_view(visits: pl.LazyFrame) -> pl.LazyFrame:
    """One row a month: revenue and what disclosure control needs, from `visit_view`."""
    return visits.group_by("month").agg(pl.col("revenue").sum(), *top_three()).sort("month")


def categories(products: pl.LazyFrame) -> pl.Expr:
    """The category of each product; n/a where it is missing, and for the unknown product."""
    if "category" not in products.collect_schema():
        return pl.lit(NO_CATEGORY).alias("category")
    known = pl.when(pl.col("product_key") != UNKNOWN).then("category")
    return known.fill_null(NO_CATEGORY).alias("category")


def product_view(lines: pl.LazyFrame, products: pl.LazyFrame, period: Period) -> pl.LazyFrame:
    """One row a product number sold in the period: category, whether it is the unknown product, revenue and what
    disclosure control needs."""
    is_unknown = (pl.col("product_key") == UNKNOWN).alias("is_unknown")
    numbers = products.select("product_key", "product_number", categories(products), is_unknown)
    return (
        within(lines, period)
        .join(numbers, on="product_key")
        .group_by("product_number", "customer_key")
        .agg(revenue_of(lines).sum(), pl.col("category", "is_unknown").max())
        .group_by("product_number")
        .agg(pl.col("category", "is_unknown").max(), pl.col("revenue").sum(), *top_three())
        .sort("product_number")
    )


def outside(lines: pl.LazyFrame, periods: Iterable[Period]) -> pl.LazyFrame:
    """The order lines of none of the periods."""
    for period in periods:
        lines = lines.filter((pl.col("order_date") < period.start) | (pl.col("order_date") >= period.end))
    return lines


def category_view(lines: pl.LazyFrame, products: pl.LazyFrame) -> pl.LazyFrame:
    """One row a category that the lines are of: revenue and what disclosure control needs."""
    return (
        lines.join(products.select("product_key", categories(products)), on="product_key")
        .group_by("category", "customer_key")
        .agg(revenue_of(lines).sum())
        .group_by("category")
        .agg(pl.col("revenue").sum(), *top_three())
        .sort("category")
    )


def unknown_view(lines: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """One row for the lines on key 0 of a dimension, one for the others, by `is_unknown`, if there are any: lines,
    revenue and what disclosure control needs."""
    return (
        lines.group_by((pl.col(key) == UNKNOWN).alias("is_unknown"), "customer_key")
        .agg(revenue_of(lines).sum(), pl.len().cast(pl.Int64).alias("lines"))
        .group_by("is_unknown")
        .agg(pl.col("lines").sum(), pl.col("revenue").sum(), *top_three())
        .sort("is_unknown")
    )


def cost_view(lines: pl.LazyFrame, period: Period) -> pl.LazyFrame:
    """One row: revenue of the period, and of its lines whose purchase cost is known."""
    one = within(lines, period).select(revenue_of(lines), "cost_amount")
    known = pl.col("revenue").filter(pl.col("cost_amount").is_not_null()).sum()
    return one.select(pl.col("revenue").sum(), known.alias("with_cost"))


def doubt_name(flag: Column, year: str) -> str:
    """Name of the view of one flag and year."""
    return f"doubt {flag.name} {year}"


def doubt_view(lines: pl.LazyFrame, flag: Column) -> pl.LazyFrame:
    """One row for the lines that the flag doubts and one for the others (`is_doubted`): revenue and what disclosure
    control needs."""
    return (
        lines.group_by(is_doubted(flag).alias("is_doubted"), "customer_key")
        .agg(revenue_of(lines).sum())
        .group_by("is_doubted")
        .agg(pl.col("revenue").sum(), *top_three())
        .sort("is_doubted")
    )


def coverage_view(lines: pl.LazyFrame, products: pl.LazyFrame) -> pl.LazyFrame:
    """One row a category and month with orders: their revenue and the day of the last one."""
    return (
        lines.filter(IS_ORDER)
        .join(products.select("product_key", categories(products)), on="product_key")
        .group_by("category", MONTH)
        .agg(revenue_of(lines).sum(), pl.col("order_date").max().alias("last_order"))
        .sort("category", "month")
    )


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

    def rows(self, view: str, key: str) -> dict[Any, dict[str, Any]]:
        """The rows of a view by one of its columns; empty if there is no such view."""
        return {row[key]: row for row in self.views[view].rows(named=True)} if view in self.views else {}

    def row(self, view: str) -> dict[str, Any]:
        """The only row of a view."""
        return self.views[view].row(0, named=True)


def fixed_day(setting: str) -> date | None:
    """The analysis date that the settings fix (ISO), or None for "newest"."""
    return None if str(setting) == "newest" else date.fromisoformat(str(setting))


def day_of_analysis(lines: pl.LazyFrame, setting: str) -> date | None:
    """The analysis date: the one of the settings, or else the newest order date; None without orders."""
    return fixed_day(setting) or lines.select(pl.col("order_date").max()).collect(engine="streaming").item()


def gaps_of(lines: pl.LazyFrame, products: pl.LazyFrame) -> list[Gap]:
    """Categories that end before the data do; none where products have no category."""
    if "category" not in products.collect_schema():
        return []
    rows = coverage_view(lines, products).collect(engine="streaming").rows(named=True)
    last = {row["category"]: row["last_order"] for row in rows}  # sorted by month: the newest wins
    gaps = coverage_gaps({(row["category"], row["month"]): row["revenue"] for row in rows}, last)
    return [with_people(lines, products, gap) for gap in gaps]


def with_people(lines: pl.LazyFrame, products: pl.LazyFrame, gap: Gap) -> Gap:
    """A gap with the people behind its figures."""
    ended = gap.missing[0]
    own = (
        lines.join(products.select("product_key", categories(products)), on="product_key")
        .filter(IS_ORDER, pl.col("category") == gap.category, pl.col("order_date") < ended)
        .filter(pl.col("order_date") >= add_months(ended, -gap.months_before))
    )
    customers = own.group_by("customer_key").agg(revenue_of(lines).sum())
    last_day = own.filter(KNOWN, pl.col("order_date") == gap.last_order).select(pl.col("customer_key").n_unique())
    sums, day = pl.collect_all([customers.select(pl.col("revenue").sum(), *top_three()), last_day], engine="streaming")
    return replace(gap, sums=sums.row(0, named=True), people_of_day=day.item())


def views_of(
    lines: pl.LazyFrame,
    products: pl.LazyFrame,
    kpis: Mapping[str, Kpi],
    periods: Mapping[str, Period],
    flags: Sequence[Column],
) -> dict[str, pl.DataFrame]:
    """All views that the pages need, in one pass over the lines."""
    visits = visit_view(lines)
    plans = {"customers": customer_view(lines), "visits": visits, "months": month_view(visits)}
    keys = [key for key in DIMENSION_KEYS if key in lines.collect_schema()]
    plans |= {f"unknown {key}": unknown_view(lines, key) for key in keys}
    plans |= {doubt_name(flag, "all"): doubt_view(lines, flag) for flag in flags}
    for year, period in periods.items():
        plans |= {f"kpis {year}": kpi_view(lines, kpis, period), f"period {year}": period_view(lines, period)}
        plans |= {doubt_name(flag, year): doubt_view(within(lines, period), flag) for flag in flags}
        if "category" in products.collect_schema():
            plans[f"categories {year}"] = category_view(within(lines, period), products)
            plans["categories rest"] = category_view(outside(lines, periods.values()), products)
    if "this" in periods:
        plans["products"] = product_view(lines, products, periods["this"])
        plans["unknown product_key this"] = unknown_view(within(lines, periods["this"]), "product_key")
        if "cost_amount" in lines.collect_schema():
            plans["costs this"] = cost_view(lines, periods["this"])
    return dict(zip(plans, pl.collect_all(list(plans.values()), engine="streaming"), strict=True))


def needed(facts: pl.LazyFrame, kpis: Mapping[str, Kpi], flags: Sequence[Column]) -> pl.LazyFrame:
    """The order lines in memory, with the columns that a view, a formula or a flag names (60 bytes a line).

    A dozen views over 6 million lines took 5 s this way and 21 s with a pass over the file each, for the same memory.
    """
    words = {"order_number", documents.COLUMN, *DIMENSION_KEYS, "order_date", "sales_amount", "cost_amount"}
    for kpi in kpis.values():
        words.update(re.findall(r"\w+", kpi.formula))
    for flag in flags:
        words.update((flag.name, *flag.doubts))
    columns = [name for name in facts.collect_schema().names() if name in words]
    return facts.select(columns).collect(engine="streaming").lazy()


def sales_of(
    facts: pl.LazyFrame,
    products: pl.LazyFrame,
    monthly: pl.LazyFrame,
    kpis: Mapping[str, Kpi],
    analysis_date: str,
    minimum: int,
    flags: Sequence[Column] = (),
) -> Sales:
    """Find the periods that may be compared, then aggregate the order lines up to the analysis date.

    facts, products, monthly: fact_sales, dim_product and agg_exec_kpis; kpis: kpis.yaml; flags: flags of fact_sales
    that say which values rest on an assumption.
    """
    lines = needed(facts, kpis, flags)
    today = day_of_analysis(lines, analysis_date)
    if today is None:
        problem = "holds no order line with a date, so there is nothing to report"
        raise Fault("fact_sales", problem, "Look in silver/reports/ why the order lines were left out")
    lines = lines.filter(pl.col("order_date") <= today)
    table = monthly.filter(pl.col("month_start") <= today).sort("month_start").collect()
    months = {row["month_start"]: row for row in table.rows(named=True)}
    gaps = gaps_of(lines, products)
    whole = [month for month, row in months.items() if row["is_complete"]]
    compared = comparable_months(whole, gaps)
    periods = {year: p for year, p in zip(("this", "last"), comparison(compared), strict=True) if p}
    usable = usable_kpis(lines, kpis)
    views = views_of(lines, products, usable, periods, flags)
    observed = Period(compared[0], add_months(compared[-1], 1)) if compared else None
    return Sales(today, periods, observed, months, gaps, usable, views, minimum, decimals_of(lines), flags)
