"""Views of fact_sales for the exposé, each computed of parts of the customers and put together.

Amounts are whole numbers of the smallest unit that they have (cents, or less), so that sums are exact. Key 0, the
unknown customer, is nobody. A view over `lines` takes those that `counted` gives, or a part of them.
"""

# ruff: noqa: S608 - formulas are settings of the company, periods are dates of this module

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from elt.faults import Fault
from elt.gold import documents
from elt.gold.flags import is_doubted
from elt.run.columns import Column
from elt.run.key_figures import Kpi
from elt.sales.by_customer import by_customer, small
from elt.sales.groups import KNOWN, LARGEST, UNKNOWN, grouped, whole
from elt.sales.periods import NO_CATEGORY, Gap, Period, add_months, comparable_months, comparison, coverage_gaps
from elt.tables import ORDER_ID

LINES = "gold.fact_sales"
CENTS = 2  # decimals of an amount, at least
AMOUNTS = ("sales_amount", "cost_amount")
DIMENSION_KEYS = ("customer_key", "product_key", "location_key")
IS_ORDER = pl.col(documents.COLUMN) == documents.ORDER  # a credit note, a discount, a fee or a text is none
ORDERS = pl.col("order_number").filter(IS_ORDER).n_unique()
COUNT_OF_ORDERS = re.compile(r"COUNT\(\s*DISTINCT\s+order_number\s*\)", re.I)
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


def kpi_view(facts: pl.LazyFrame, kpis: Mapping[str, Kpi], period: Period) -> pl.LazyFrame:
    """One row with a column a KPI, over the lines of the period."""
    context = pl.SQLContext(kpi_sources(within(facts, period)))
    over: dict[str, list[str]] = {}
    for name, kpi in kpis.items():
        over.setdefault(source_of(kpi), []).append(f'{kpi.formula} AS "{name}"')
    rows = [context.execute(f"SELECT {', '.join(fields)} FROM {source}") for source, fields in over.items()]
    return pl.concat(rows, how="horizontal")


def over_all(
    facts: pl.LazyFrame, kpis: Mapping[str, Kpi], periods: Mapping[str, Period], views: Mapping[str, pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """Views that are no sums over customers: by year the KPIs, and the `period` view with its orders."""
    formulas = [kpi.formula for kpi in kpis.values()]
    facts = with_ids(facts, formulas).select(named_in(facts, formulas))
    found = {}
    for year, period in periods.items():
        found[f"kpis {year}"] = kpi_view(facts, kpis, period).collect(engine="streaming")
        orders = known_orders(facts, period).collect(engine="streaming")
        found[f"period {year}"] = pl.concat([views[f"period {year}"], orders], how="horizontal")
    return found


def with_ids(facts: pl.LazyFrame, formulas: Iterable[str]) -> pl.LazyFrame:
    """The order lines with their orders' ids for the numbers, where formulas do nothing but count distinct ones."""
    counts_only = not any("order_number" in COUNT_OF_ORDERS.sub("", formula) for formula in formulas)
    is_told = counts_only and ORDER_ID in facts.collect_schema()
    return facts.drop("order_number").rename({ORDER_ID: "order_number"}) if is_told else facts


def named_in(facts: pl.LazyFrame, formulas: Iterable[str]) -> list[str]:
    """The columns that a formula or the count of orders needs."""
    words = {"order_number", documents.COLUMN, "customer_key", "order_date", "sales_amount"}
    for formula in formulas:
        words.update(re.findall(r"\w+", formula))
    return [name for name in facts.collect_schema().names() if name in words]


TEXTS = {"product_number": "number_text", "category": "category_text"}


def categories(products: pl.LazyFrame) -> pl.Expr:
    """The category of each product; n/a where it is missing, and for the unknown product."""
    if "category" not in products.collect_schema():
        return pl.lit(NO_CATEGORY).alias("category")
    known = pl.when(pl.col("product_key") != UNKNOWN).then("category")
    return known.fill_null(NO_CATEGORY).alias("category")


@dataclass(frozen=True)
class Codes:
    """Products with whole numbers for product number and category, in the order of the texts, and those texts."""

    products: pl.LazyFrame  # product_key, product_number and category as whole numbers, is_unknown
    texts: pl.DataFrame  # the same, with both texts
    has_categories: bool

    @classmethod
    def of(cls, products: pl.LazyFrame) -> "Codes":
        """The codes of dim_product."""
        is_unknown = (pl.col("product_key") == UNKNOWN).alias("is_unknown")
        texts = (
            products.select("product_key", pl.col("product_number"), categories(products), is_unknown)
            .with_columns(pl.col(name).alias(text) for name, text in TEXTS.items())
            .with_columns(pl.col("product_number", "category").rank("dense"))
            .collect()
        )
        has_categories = "category" in products.collect_schema()
        return cls(texts.drop(*TEXTS.values()).lazy(), texts, has_categories)

    def join(self, lines: pl.LazyFrame, *names: str) -> pl.LazyFrame:
        """The order lines that have a product, with some of its codes."""
        return lines.join(self.products.select("product_key", *names), on="product_key")

    def told(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A view with texts for its codes."""
        for name, text in TEXTS.items():
            if name in frame.columns:
                codes = self.texts.select(name, text).unique()
                named = frame.join(codes, on=name, how="left", nulls_equal=True, maintain_order="left")
                frame = named.with_columns(pl.col(text).alias(name)).drop(text)
        return frame


COUNTED = pl.col("customers").sum()


@dataclass(frozen=True)
class View:
    """What is asked of a part of the order lines, and how parts become a whole.

    Rows with what disclosure control needs are put together by `whole`; others by adding up `sums`, those of one name
    of `names` together; without both they stand below each other.
    """

    plan: pl.LazyFrame
    names: tuple[str, ...] = ()
    sums: tuple[pl.Expr, ...] = ()

    def joined(self, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """The view of the whole, from those of the parts."""
        if LARGEST in parts[0].columns:
            return whole(parts, *self.names, also=self.sums)
        frame = pl.concat(parts)
        if not self.sums:
            return frame
        return frame.group_by(self.names).agg(self.sums).sort(self.names) if self.names else frame.select(self.sums)


def over(
    parts: Sequence[pl.LazyFrame], plans: Callable[[pl.LazyFrame], dict[str, View]], codes: Codes
) -> dict[str, pl.DataFrame]:
    """Views by name, computed of one part after the other, with texts for codes."""
    found: dict[str, list[pl.DataFrame]] = {}
    views: dict[str, View] = {}
    for part in parts:
        views = plans(part)
        tables = pl.collect_all([view.plan for view in views.values()], engine="streaming")
        for name, table in zip(views, tables, strict=True):
            found.setdefault(name, []).append(table)
    return {name: codes.told(view.joined(found[name])) for name, view in views.items()}


def period_view(lines: pl.LazyFrame, period: Period) -> View:
    """One row: revenue; of known customers revenue, and how many ordered; and what disclosure control needs."""
    has_order = IS_ORDER.any().alias("has_order")
    customers = within(lines, period).group_by("customer_key").agg(pl.col("revenue").sum(), has_order)
    known = pl.col("revenue").filter(KNOWN).sum().alias("known_revenue")
    buyers = pl.col("has_order").filter(KNOWN).sum().cast(pl.Int64).alias("known_customers")
    return View(grouped(customers, also=[known, buyers]), sums=(pl.col("known_revenue", "known_customers").sum(),))


def known_orders(facts: pl.LazyFrame, period: Period) -> pl.LazyFrame:
    """Orders of known customers in a period; one of several customers counts once, so it is counted over all lines."""
    return within(facts, period).filter(KNOWN).select(ORDERS.cast(pl.Int64).alias("known_orders"))


def customer_view(lines: pl.LazyFrame) -> View:
    """One row a known customer with an order: orders, revenue, last_order."""
    customers = lines.filter(KNOWN).group_by("customer_key")
    last = pl.col("order_date").filter(IS_ORDER).max().alias("last_order")
    found = customers.agg(ORDERS.alias("orders"), pl.col("revenue").sum(), last)
    return View(found.filter(pl.col("orders") > 0))


def visit_view(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row a customer and month with lines: revenue, and whether there was an order."""
    return lines.group_by("customer_key", MONTH).agg(pl.col("revenue").sum(), IS_ORDER.any().alias("has_order"))


def month_view(visits: pl.LazyFrame) -> View:
    """One row a month: revenue and what disclosure control needs, from `visit_view`."""
    return View(grouped(visits, "month"), ("month",))


def cohort_view(visits: pl.LazyFrame) -> View:
    """One row a quarter of the first order and quarter with orders: customers, from `visit_view`."""
    known = visits.filter(KNOWN, "has_order")
    known = known.select("customer_key", pl.col("month").dt.truncate("1q").alias("quarter")).unique()
    first = known.group_by("customer_key").agg(pl.col("quarter").min().alias("cohort"))
    counted = known.join(first, on="customer_key").group_by("cohort", "quarter")
    return View(counted.agg(pl.len().cast(pl.Int64).alias("customers")), ("cohort", "quarter"), (COUNTED,))


def return_view(visits: pl.LazyFrame, end: date) -> View:
    """One row a month of the first order and month of the next one (missing without one): customers, from `visit_view`
    of the months before an end."""
    month = pl.col("month")
    known = visits.filter(KNOWN, "has_order", month < end)
    of_customer = known.group_by("customer_key").agg(
        month.min().alias("first"), month.filter(month > month.min()).min().alias("second")
    )
    counted = of_customer.group_by("first", "second").agg(pl.len().cast(pl.Int64).alias("customers"))
    return View(counted, ("first", "second"), (COUNTED,))


def product_view(lines: pl.LazyFrame, codes: Codes, period: Period) -> View:
    """One row a product number sold in the period: category, whether it is the unknown product, revenue and what
    disclosure control needs."""
    highest = pl.col("category", "is_unknown").max()
    sold = codes.join(within(lines, period), "product_number", "category", "is_unknown")
    customers = sold.group_by("product_number", "customer_key").agg(pl.col("revenue").sum(), highest)
    return View(grouped(customers, "product_number", also=[highest]), ("product_number",), (highest,))


def outside(lines: pl.LazyFrame, periods: Iterable[Period]) -> pl.LazyFrame:
    """The order lines of none of the periods."""
    for period in periods:
        lines = lines.filter((pl.col("order_date") < period.start) | (pl.col("order_date") >= period.end))
    return lines


def category_view(lines: pl.LazyFrame, codes: Codes) -> View:
    """One row a category that the lines are of: revenue and what disclosure control needs."""
    customers = codes.join(lines, "category").group_by("category", "customer_key").agg(pl.col("revenue").sum())
    return View(grouped(customers, "category"), ("category",))


def unknown_view(lines: pl.LazyFrame, key: str) -> View:
    """One row for the lines on key 0 of a dimension, one for the others, by `is_unknown`, if there are any: lines,
    revenue and what disclosure control needs."""
    counted = pl.len().cast(pl.Int64).alias("lines")
    is_unknown = (pl.col(key) == UNKNOWN).alias("is_unknown")
    customers = lines.group_by(is_unknown, "customer_key").agg(pl.col("revenue").sum(), counted)
    also = pl.col("lines").sum()
    return View(grouped(customers, "is_unknown", also=[also]), ("is_unknown",), (also,))


def cost_view(lines: pl.LazyFrame, period: Period) -> View:
    """One row: revenue of the period, and of its lines whose purchase cost is known."""
    known = pl.col("revenue").filter(pl.col("has_cost")).sum().alias("with_cost")
    return View(within(lines, period).select(pl.col("revenue").sum(), known), sums=(pl.all().sum(),))


def doubt_name(flag: Column, year: str) -> str:
    """Name of the view of one flag and year."""
    return f"doubt {flag.name} {year}"


def doubt_view(lines: pl.LazyFrame, flag: Column) -> View:
    """One row for the lines that the flag doubts and one for the others (`is_doubted`): revenue and what disclosure
    control needs."""
    is_flagged = pl.col(flag.name).alias("is_doubted")
    customers = lines.group_by(is_flagged, "customer_key").agg(pl.col("revenue").sum())
    return View(grouped(customers, "is_doubted"), ("is_doubted",))


def coverage_view(lines: pl.LazyFrame, codes: Codes) -> View:
    """One row a category and month with orders: their revenue and the day of the last one."""
    revenue, last = pl.col("revenue").sum(), pl.col("order_date").max().alias("last_order")
    found = codes.join(lines.filter(IS_ORDER), "category").group_by("category", MONTH).agg(revenue, last)
    return View(found, ("category", "month"), (revenue, pl.col("last_order").max()))


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


def plans_of(
    lines: pl.LazyFrame,
    codes: Codes,
    periods: Mapping[str, Period],
    observed: Period | None,
    flags: Sequence[Column],
) -> dict[str, View]:
    """The views that the pages need, of a part of the order lines."""
    visits, there = visit_view(lines).collect(engine="streaming").lazy(), lines.collect_schema()
    plans = {"customers": customer_view(lines), "cohorts": cohort_view(visits), "months": month_view(visits)}
    if observed:
        plans["returns"] = return_view(visits, observed.end)
    plans |= {f"unknown {key}": unknown_view(lines, key) for key in DIMENSION_KEYS if key in there}
    plans |= {doubt_name(flag, "all"): doubt_view(lines, flag) for flag in flags}
    for year, period in periods.items():
        plans[f"period {year}"] = period_view(lines, period)
        plans |= {doubt_name(flag, year): doubt_view(within(lines, period), flag) for flag in flags}
        if codes.has_categories:
            plans[f"categories {year}"] = category_view(within(lines, period), codes)
            plans["categories rest"] = category_view(outside(lines, periods.values()), codes)
    if "this" in periods:
        plans["products"] = product_view(lines, codes, periods["this"])
        plans["unknown product_key this"] = unknown_view(within(lines, periods["this"]), "product_key")
        if "has_cost" in there:
            plans["costs this"] = cost_view(lines, periods["this"])
    return plans


def counted(facts: pl.LazyFrame, flags: Sequence[Column]) -> pl.LazyFrame:
    """The order lines with what a view needs: keys, day, revenue (whole numbers), whether a cost is known, flags."""
    lines = small(facts)
    names = lines.collect_schema().names()
    kept = [name for name in ("order_number", documents.COLUMN, *DIMENSION_KEYS, "order_date") if name in names]
    has_cost = [pl.col("cost_amount").is_not_null().alias("has_cost")] if "cost_amount" in names else []
    return lines.select(*kept, revenue_of(lines), *has_cost, *(is_doubted(flag).alias(flag.name) for flag in flags))


def sales_of(
    facts: pl.LazyFrame,
    products: pl.LazyFrame,
    monthly: pl.LazyFrame,
    kpis: Mapping[str, Kpi],
    analysis_date: str,
    minimum: int,
    flags: Sequence[Column] = (),
    beside: str | Path = "sales",
) -> Sales:
    """Find the periods that may be compared, then aggregate the order lines up to the analysis date.

    facts, products, monthly: fact_sales, dim_product and agg_exec_kpis; kpis: kpis.yaml; flags: flags of fact_sales
    that say which values rest on an assumption; beside: a path for what does not fit into memory.
    """
    today = day_of_analysis(facts, analysis_date)
    if today is None:
        problem = "holds no order line with a date, so there is nothing to report"
        raise Fault("fact_sales", problem, "Look in silver/reports/ why the order lines were left out")
    facts = facts.filter(pl.col("order_date") <= today)
    table = monthly.filter(pl.col("month_start") <= today).sort("month_start").collect()
    months = {row["month_start"]: row for row in table.rows(named=True)}
    whole_months = [month for month, row in months.items() if row["is_complete"]]
    codes = Codes.of(products)
    with by_customer(counted(facts, flags), beside) as parts:
        gaps = gaps_of(parts, codes)
        compared = comparable_months(whole_months, gaps)
        periods = {year: p for year, p in zip(("this", "last"), comparison(compared), strict=True) if p}
        observed = Period(compared[0], add_months(compared[-1], 1)) if compared else None
        views = over(parts, lambda lines: plans_of(lines, codes, periods, observed, flags), codes)
    usable = usable_kpis(facts, kpis)
    views |= over_all(facts, usable, periods, views)
    return Sales(today, periods, observed, months, gaps, usable, views, minimum, decimals_of(facts), flags)
