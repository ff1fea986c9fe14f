"""Views of fact_sales for the exposé, each computed of parts of the customers and put together.

Amounts are whole numbers of the smallest unit that they have (cents, or less), so that sums are exact. Key 0, the
unknown customer, is nobody. A view over `lines` takes those that `counted` gives, or a part of them.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from elt.gold import documents
from elt.gold.flags import is_doubted
from elt.run.columns import Column
from elt.sales.by_customer import small
from elt.sales.groups import KNOWN, UNKNOWN, grouped
from elt.sales.order_lines import IS_ORDER, MONTH, ORDERS, outside, revenue_of, units_of, within
from elt.sales.part_views import PLACE, Codes, View
from elt.sales.periods import Period

DIMENSION_KEYS = ("customer_key", "product_key", "location_key")
COUNTED = pl.col("customers").sum()


def period_view(lines: pl.LazyFrame, period: Period) -> View:
    """One row: revenue; of known customers revenue, and how many ordered; and what disclosure control needs."""
    has_order = IS_ORDER.any().alias("has_order")
    customers = within(lines, period).group_by("customer_key").agg(pl.col("revenue").sum(), has_order)
    known = pl.col("revenue").filter(KNOWN).sum().alias("known_revenue")
    buyers = pl.col("has_order").filter(KNOWN).sum().cast(pl.Int64).alias("known_customers")
    return View(grouped(customers, also=[known, buyers]), sums=(pl.col("known_revenue", "known_customers").sum(),))


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


def category_view(lines: pl.LazyFrame, codes: Codes) -> View:
    """One row a category that the lines are of: revenue and what disclosure control needs."""
    customers = codes.join(lines, "category").group_by("category", "customer_key").agg(pl.col("revenue").sum())
    return View(grouped(customers, "category"), ("category",))


def basket_view(lines: pl.LazyFrame, codes: Codes) -> View:
    """One row a category that known customers bought: revenue, quantity, buyers (with an order), and their orders that
    hold it, one of several customers counted for each."""
    sums = [pl.col("revenue", "quantity").sum(), ORDERS.cast(pl.Int64).alias("orders")]
    customers = codes.join(lines.filter(KNOWN), "category").group_by("category", "customer_key").agg(sums)
    buyers = (pl.col("orders") > 0).sum().cast(pl.Int64).alias("buyers")
    found = customers.group_by("category").agg(pl.col("revenue", "quantity", "orders").sum(), buyers)
    return View(found, ("category",), (pl.col("revenue", "quantity", "orders", "buyers").sum(),))


def price_view(lines: pl.LazyFrame, codes: Codes) -> View:
    """One row a category and product that known customers bought: revenue and quantity."""
    names, sums = ("category", "product_number"), pl.col("revenue", "quantity").sum()
    return View(codes.join(lines.filter(KNOWN), *names).group_by(names).agg(sums), names, (sums,))


def place_view(lines: pl.LazyFrame, codes: Codes, places: pl.DataFrame) -> View:
    """One row a country that the lines are of: revenue and what disclosure control needs."""
    customers = codes.placed(lines, places).group_by(PLACE, "customer_key").agg(pl.col("revenue").sum())
    return View(grouped(customers, PLACE), (PLACE,))


def newcomer_view(lines: pl.LazyFrame, period: Period) -> View:
    """One row for the known customers of a period whose first order of all falls into it and one for the others
    (`is_new`): revenue and what disclosure control needs."""
    first = pl.col("order_date").filter(IS_ORDER).min().alias("first")
    own = pl.col("order_date").is_between(period.start, period.end, closed="left")
    sums = [first, pl.col("revenue").filter(own).sum(), own.any().alias("is_there")]
    customers = lines.filter(KNOWN).group_by("customer_key").agg(sums).filter("is_there")
    is_new = (pl.col("first") >= period.start).fill_null(value=False).alias("is_new")
    return View(grouped(customers.with_columns(is_new), "is_new"), ("is_new",))


def unknown_view(lines: pl.LazyFrame, key: str) -> View:
    """One row for the lines on key 0 of a dimension, one for the others, by `is_unknown`, if there are any: lines,
    revenue and what disclosure control needs."""
    counted = pl.col("lines").sum()
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


def part_plans(lines: pl.LazyFrame, codes: Codes, periods: Mapping[str, Period]) -> dict[str, View]:
    """The revenue by category and by country: of each period, of all other days ("rest") and of all days ("whole")."""
    spans = {year: within(lines, period) for year, period in periods.items()}
    spans |= {"rest": outside(lines, periods.values()), "whole": lines} if spans else {}
    plans = {}
    for name, part in spans.items():
        if codes.has_categories:
            plans[f"categories {name}"] = category_view(part, codes)
        if codes.places is not None:
            plans[f"places {name}"] = place_view(part, codes, codes.places)
    return plans


def summed_up(lines: pl.LazyFrame, periods: Mapping[str, Period], flags: Sequence[Column]) -> pl.LazyFrame:
    """One row for the order lines of a part that nothing but orders tells apart in the views: revenue, quantity, how
    many lines they are, and the first of their days, all of which are in one period or in none."""
    spans = [pl.col("order_date").is_between(p.start, p.end, closed="left").alias(year) for year, p in periods.items()]
    names = (*DIMENSION_KEYS, documents.COLUMN, "has_cost", *(flag.name for flag in flags))
    alike = [name for name in names if name in lines.collect_schema()]
    sums = [pl.col("revenue", "quantity").sum(), pl.len().cast(pl.Int64).alias("lines"), pl.col("order_date").min()]
    return lines.group_by(*alike, *spans).agg(sums)


def plans_of(
    lines: pl.LazyFrame,
    codes: Codes,
    periods: Mapping[str, Period],
    observed: Period | None,
    flags: Sequence[Column],
) -> dict[str, View]:
    """The views that the pages need, of a part of the order lines."""
    visits, there = visit_view(lines).collect(engine="streaming").lazy(), lines.collect_schema()
    sums = summed_up(lines, periods, flags).collect(engine="streaming").lazy()
    plans = {"customers": customer_view(lines), "cohorts": cohort_view(visits), "months": month_view(visits)}
    if observed:
        plans["returns"] = return_view(visits, observed.end)
    plans |= {f"unknown {key}": unknown_view(sums, key) for key in DIMENSION_KEYS if key in there}
    plans |= {doubt_name(flag, "all"): doubt_view(sums, flag) for flag in flags}
    for year, period in periods.items():
        plans[f"period {year}"] = period_view(sums, period)
        plans |= {doubt_name(flag, year): doubt_view(within(sums, period), flag) for flag in flags}
        plans[f"baskets {year}"] = basket_view(within(lines, period), codes)
        plans[f"prices {year}"] = price_view(within(sums, period), codes)
        plans[f"newcomers {year}"] = newcomer_view(sums, period)
    plans |= part_plans(sums, codes, periods)
    if "this" in periods:
        plans["products"] = product_view(sums, codes, periods["this"])
        plans["unknown product_key this"] = unknown_view(within(sums, periods["this"]), "product_key")
        if "has_cost" in there:
            plans["costs this"] = cost_view(sums, periods["this"])
    return plans


def counted(facts: pl.LazyFrame, flags: Sequence[Column]) -> pl.LazyFrame:
    """The order lines with what a view needs: keys, day, revenue and quantity (whole numbers), whether a cost is known,
    flags."""
    lines = small(facts)
    names = lines.collect_schema().names()
    kept = [name for name in ("order_number", documents.COLUMN, *DIMENSION_KEYS, "order_date") if name in names]
    has_cost = [pl.col("cost_amount").is_not_null().alias("has_cost")] if "cost_amount" in names else []
    return lines.select(
        *kept, revenue_of(lines), units_of(lines), *has_cost, *(is_doubted(flag).alias(flag.name) for flag in flags)
    )
