"""Key figures of a period, and what else is no sum over customers: computed over all order lines."""

# ruff: noqa: S608 - formulas are settings of the company, periods are dates of this package

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import polars as pl

from elt.gold import counted_apart, documents
from elt.run.key_figures import Kpi
from elt.sales.groups import KNOWN, UNKNOWN
from elt.sales.order_lines import ORDERS, within
from elt.sales.periods import Period
from elt.tables import ORDER_ID

LINES = "gold.fact_sales"
COUNT_OF_ORDERS = re.compile(r"COUNT\(\s*DISTINCT\s+order_number\s*\)", re.I)


def order_sums(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row a known customer: orders, revenue."""
    sums = [ORDERS.alias("orders"), pl.col("sales_amount").sum().alias("revenue")]
    return lines.filter(KNOWN).group_by("customer_key").agg(sums)


def with_orders(customers: pl.LazyFrame) -> pl.LazyFrame:
    """The customers with an order, of those that `order_sums` gives."""
    return customers.filter(pl.col("orders") > 0)


def kpi_sources(lines: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    """What KPI formulas may select from: the lines, and one row a customer with an order (orders, revenue)."""
    return {LINES: lines, "customers": with_orders(order_sums(lines))}


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


def kpi_view(facts: pl.LazyFrame, kpis: Mapping[str, Kpi], period: Period) -> pl.DataFrame:
    """One row with a column a KPI, over the lines of the period."""
    over: dict[str, list[str]] = {}
    for name, kpi in kpis.items():
        over.setdefault(source_of(kpi), []).append(f'{kpi.formula} AS "{name}"')
    rows = []
    for source, fields in over.items():
        if source == LINES:
            rows.append(over_lines(f"SELECT {', '.join(fields)} FROM {LINES} WHERE {period.condition}", facts))
        else:
            context = pl.SQLContext({source: customers_of(facts, period).lazy()})
            rows.append(context.execute(f"SELECT {', '.join(fields)} FROM {source}").collect())
    return pl.concat(rows, how="horizontal")


def over_lines(sql: str, facts: pl.LazyFrame) -> pl.DataFrame:
    """What an SQL text gives of the order lines; of many in pieces, so that a distinct count holds no more of them."""
    found = counted_apart.computed(sql, {LINES: facts})
    return pl.SQLContext({LINES: facts}).execute(sql).collect(engine="streaming") if found is None else found


def customers_of(facts: pl.LazyFrame, period: Period) -> pl.DataFrame:
    """One row a known customer with an order in the period, as KPI formulas read it.

    Orders and revenue of ranges of orders add up, so the customers of one range are in memory beside those of all.
    """
    found = pl.DataFrame()
    for part in counted_apart.ranges_of(facts) or [facts]:
        own = order_sums(within(part, period)).collect(engine="streaming")
        added = pl.col("orders", "revenue").sum()
        found = pl.concat([found, own]).group_by("customer_key").agg(added) if found.width else own
    return with_orders(found.lazy()).collect()


def over_all(
    facts: pl.LazyFrame,
    kpis: Mapping[str, Kpi],
    periods: Mapping[str, Period],
    views: Mapping[str, pl.DataFrame],
    today: date,
) -> dict[str, pl.DataFrame]:
    """Views that are no sums over customers, of lines up to a day: by year the KPIs, and the `period` view with its
    orders."""
    formulas = [kpi.formula for kpi in kpis.values()]
    facts = with_ids(facts, formulas).select(named_in(facts, formulas))
    found = {}
    for year, period in periods.items():
        seen = Period(period.start, min(period.end, today + timedelta(days=1)))
        found[f"kpis {year}"] = kpi_view(facts, kpis, seen)
        found[f"period {year}"] = pl.concat([views[f"period {year}"], known_orders(facts, seen)], how="horizontal")
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


def known_orders(facts: pl.LazyFrame, period: Period) -> pl.DataFrame:
    """Orders of known customers in a period; one of several customers counts once, so it is counted over all lines."""
    sql = (
        f"SELECT COUNT(DISTINCT order_number) FILTER (WHERE document_type = 'order') AS known_orders FROM {LINES} "
        f"WHERE customer_key <> {UNKNOWN} AND {period.condition}"
    )
    return over_lines(sql, facts).select(pl.col("known_orders").cast(pl.Int64))
