"""This year against last: the bridge of revenue, and findings of categories, places, new customers, margin, returns and
seasons, from what is known of the sales.

All of them are about the two periods that `Sales` compares, so no sentence mixes time bases.
"""

# ruff: noqa: S608 - these queries are told, not run

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from elt.findings.bridge import Category, OrderValue, Side, Sold, bridge, order_value
from elt.findings.groups import Groups, hidden_in
from elt.findings.statement import MATERIAL, Finding, beyond, ranked
from elt.protection.disclosure import dominated, publishable_in_order
from elt.report.figure_ledger import query, quoted
from elt.sales.kpi_views import kpi_query
from elt.sales.overview import Sales
from elt.sales.periods import NO_CATEGORY, YEAR, Gap, add_months

FACTS = "gold/data/fact_sales.csv"
YEARS = ("last", "this")
VIEWS = {"category": ("categories", "category"), "place": ("places", "country")}  # kind -> view, column


def may_publish(group: Mapping[str, Any], minimum: int) -> bool:
    """Whether the sums of a period may be shown: enough customers, none of them dominating."""
    if group["customers"] < minimum:
        return False
    return not dominated(group["revenue"], group["largest"], group["largest_two"])


def of_part(column: str, name: str, year: str) -> dict[str, str]:
    """Where the revenue of a category or place in a period comes from."""
    return query(f"SELECT COALESCE(SUM(sales_amount), 0) FROM {year}_year WHERE {column} = {quoted(name)}")


def of_month(month: date) -> dict[str, str]:
    """Where the revenue of a month comes from."""
    return query(f"SELECT revenue FROM gold.agg_exec_kpis WHERE month_start = DATE '{month}'")


@dataclass(frozen=True)
class Compared:
    """The two periods of the sales, as far as they may be told; `shown`: their sums, by "this" and "last"."""

    sales: Sales

    @cached_property
    def shown(self) -> dict[str, dict[str, Any]]:
        """The sums of each period that may be published."""
        sums = {year: self.sales.row(f"period {year}") for year in self.sales.periods}
        return {year: row for year, row in sums.items() if may_publish(row, self.sales.minimum)}

    @property
    def is_both(self) -> bool:
        """Whether there is a comparison."""
        return len(self.shown) == len(YEARS)

    @property
    def rate(self) -> Decimal:
        """Change of all revenue, as a share of the former period's."""
        return Decimal(self.shown["this"]["revenue"]) / self.shown["last"]["revenue"] - 1

    def amount(self, units: int) -> Decimal:
        """An amount that was counted in units of its last decimal."""
        return Decimal(int(units)).scaleb(-self.sales.decimals)

    def groups(self, kind: str) -> dict[str, dict[str, Any]]:
        """By period and group of a kind (category, place): revenue and what disclosure control needs."""
        view, column = VIEWS[kind]
        return {year: self.sales.rows(f"{view} {year}", column) for year in self.sales.periods}

    def hidden(self, kind: str) -> set[str]:
        """The groups of a kind that are told in no period."""
        view, column = VIEWS[kind]
        others = (self.sales.rows(f"{view} {part}", column) for part in ("rest", "whole"))
        return hidden_in(self.groups(kind), self.sales.minimum, *others)

    def side(self, year: str) -> Side:
        """One period of known customers, for the bridge."""
        products: dict[str, dict[str, Sold]] = {}
        for row in self.sales.views[f"prices {year}"].iter_rows(named=True):
            products.setdefault(row["category"], {})[row["product_number"]] = Sold(row["revenue"], row["quantity"])
        rows = self.sales.rows(f"baskets {year}", "category")
        found = {
            name: Category(row["revenue"], row["quantity"], row["buyers"], row["orders"], products.get(name, {}))
            for name, row in rows.items()
        }
        row = self.shown[year]
        return Side(row["known_customers"], row["known_revenue"], found)

    def steps(self) -> dict[str, int]:
        """The steps from last year's revenue to this year's, unknown customers as one of their own; they sum exactly to
        the difference. Empty where there is no bridge."""
        if not self.is_both:
            return {}
        last, this = (self.side(year) for year in YEARS)
        steps = bridge(last, this, self.hidden("category"))
        if steps is None:
            return {}
        unknown = [self.shown[year]["revenue"] - self.shown[year]["known_revenue"] for year in YEARS]
        return steps | ({"unknown": unknown[1] - unknown[0]} if any(unknown) else {})

    def order_value(self) -> OrderValue | None:
        """Why the value of an order changed; None unless every line has a known customer and a category that is
        told."""
        if not self.is_both or any(row["revenue"] != row["known_revenue"] for row in self.shown.values()):
            return None
        last, this = (self.side(year) for year in YEARS)
        orders = (self.shown["last"]["known_orders"], self.shown["this"]["known_orders"])
        names = {*last.categories, *this.categories} - self.hidden("category")
        return order_value(last, this, orders, names) if all(orders) and len(names) > 1 else None


def parts(compared: Compared, kind: str) -> Iterator[Finding]:
    """One finding a category or place that is told and has a name: its revenue in both periods.

    Its weight is the change of its share of the revenue, in money of this period: what it brought more or less than at
    the rate of the whole.
    """
    years, hidden, column = compared.groups(kind), compared.hidden(kind), VIEWS[kind][1]
    for name in sorted({name for groups in years.values() for name in groups} - hidden - {NO_CATEGORY}):
        rows = [years[year].get(name, {"revenue": 0, "customers": 0}) for year in YEARS]
        yield revenue_finding(compared, kind, name, rows, {year: of_part(column, name, year) for year in YEARS})


def revenue_finding(
    compared: Compared, kind: str, subject: str, rows: Iterable[Mapping[str, Any]], evidence: Mapping[str, Any]
) -> Finding:
    """A finding about a part of the revenue; rows: of last year and this: revenue, customers."""
    rows = [*rows]
    last, this = (compared.amount(row["revenue"]) for row in rows)
    customers = {year: int(row["customers"]) for year, row in zip(YEARS, rows, strict=True)}
    weight = beyond(this, last, compared.rate)
    return Finding(kind, subject, "revenue", this, last, this - last, weight, evidence, customers)


def newcomers(compared: Compared) -> Iterator[Finding]:
    """The revenue of customers whose first order falls into the period; none where the data begin with last year."""
    sales = compared.sales
    if sales.observed is None or sales.observed.start >= sales.periods["last"].start:
        return
    years: dict[str, Groups] = {year: sales.rows(f"newcomers {year}", "is_new") for year in YEARS}
    if any(True not in groups for groups in years.values()) or hidden_in(years, sales.minimum):
        return
    known = "JOIN first_orders USING (customer_key) WHERE customer_key <> 0 AND first_order >= DATE"
    evidence = {
        year: query(f"SELECT COALESCE(SUM(sales_amount), 0) FROM {year}_year {known} '{sales.periods[year].start}'")
        for year in YEARS
    }
    yield revenue_finding(compared, "new_customers", "", [years[year][True] for year in YEARS], evidence)


def margin(compared: Compared) -> Iterator[Finding]:
    """The change of the gross margin rate, in money of this year's revenue."""
    name = "gross_margin_rate"
    if name not in compared.sales.kpis:
        return
    values = [compared.sales.row(f"kpis {year}")[name] for year in YEARS]
    if None in values:
        return
    last, this = (Decimal(str(value)) for value in values)
    moved = (this - last) * compared.amount(compared.shown["this"]["revenue"])
    customers = {year: int(row["customers"]) for year, row in compared.shown.items()}
    rates = [f"({kpi_query(compared.sales.kpis[name], compared.sales.periods[year])})" for year in ("this", "last")]
    proof = query(f"SELECT ({' - '.join(rates)}) * SUM(sales_amount) FROM this_year")
    yield Finding("margin", "", "share", this, last, moved, moved, {"weight": proof}, customers)


def returns(compared: Compared) -> Iterator[Finding]:
    """Cancellations and returns of both periods, where the company has the key figure."""
    if "returns" not in compared.sales.kpis:
        return
    values = [compared.sales.row(f"kpis {year}")["returns"] for year in YEARS]
    last, this = (Decimal(str(value or 0)) for value in values)
    if None in values or not (last or this):
        return
    customers = {year: int(row["customers"]) for year, row in compared.shown.items()}
    yield Finding("returns", "", "returns", this, last, this - last, beyond(this, last, compared.rate), {}, customers)


def unknown(compared: Compared, kind: str) -> Iterator[Finding]:
    """Revenue of both periods that has no known category or place; its weight is all of it, as it is in no other."""
    years, name = compared.groups(kind), NO_CATEGORY
    if name in compared.hidden(kind) or len(set(years["this"]) | set(years["last"])) <= 1:
        return
    rows = [years[year].get(name, {"revenue": 0, "customers": 0}) for year in YEARS]
    evidence = {year: of_part(VIEWS[kind][1], name, year) for year in YEARS}
    found = revenue_finding(compared, "unknown", kind, rows, evidence)
    yield replace(found, weight=found.this)


def silent_months(compared: Compared) -> Iterator[Finding]:
    """Months of both periods without any revenue; their weight is as many usual months of this period."""
    groups, periods = compared.sales.rows("months", "month"), compared.sales.periods
    silent = {
        year: [month for month in periods[year].months if not groups.get(month, {}).get("revenue")] for year in YEARS
    }
    months = sorted({*silent["last"], *silent["this"]})
    if not months:
        return
    last, this = (Decimal(len(silent[year])) for year in YEARS)
    mean = compared.amount(compared.shown["this"]["revenue"]) / len(periods["this"].months)
    sold = "(SELECT 1 FROM {}_year GROUP BY DATE_TRUNC('month', order_date) HAVING SUM(sales_amount) <> 0) AS sold"
    rule = {year: query(f"SELECT {len(periods[year].months)} - COUNT(*) FROM {sold.format(year)}") for year in YEARS}
    first, weight = months[0].isoformat(), mean * len(months)
    customers = {year: int(row["customers"]) for year, row in compared.shown.items()}
    yield Finding("silent_months", first, "months", this, last, this - last, weight, rule, customers)


def season(compared: Compared) -> Iterator[Finding]:
    """The month of the year that brought most revenue in both periods; its weight is what it brought above the mean."""
    periods, sales = compared.sales.periods, compared.sales
    groups = dict(sorted(sales.rows("months", "month").items()))
    shown = publishable_in_order(groups, sales.minimum)
    this = periods["this"].months
    pairs = [(month, add_months(month, -YEAR)) for month in this]
    if len(pairs) < YEAR or not all(shown.get(month, False) for pair in pairs for month in pair):
        return

    def best(months: Iterable[date]) -> date:
        return max(months, key=lambda month: (groups[month]["revenue"], month))

    after, before = best(this), best(periods["last"].months)
    if before != add_months(after, -YEAR):
        return
    values = {"last": before, "this": after}
    last, now = (compared.amount(groups[values[year]]["revenue"]) for year in YEARS)
    mean = compared.amount(compared.shown["this"]["revenue"]) / YEAR
    evidence = {year: of_month(month) for year, month in values.items()}
    customers = {year: int(groups[month]["customers"]) for year, month in values.items()}
    yield Finding("season", after.isoformat(), "revenue", now, last, now - mean, now - mean, evidence, customers)


def gaps(compared: Compared) -> Iterator[Finding]:
    """Categories that end before the data do, with what they brought this year at stake."""
    years, hidden = compared.groups("category"), compared.hidden("category")
    for gap in compared.sales.gaps:
        if gap.category not in hidden and gap.category in years["this"]:
            yield gap_finding(compared, gap, years)


def gap_finding(compared: Compared, gap: Gap, years: Mapping[str, Groups]) -> Finding:
    """The finding of one gap: revenue of this year and none since."""
    row = years["this"][gap.category]
    brought, customers = compared.amount(row["revenue"]), {"this": int(row["customers"])}
    evidence = {"this": of_part("category", gap.category, "this")}
    return Finding("gap", gap.category, "revenue", Decimal(0), brought, -brought, -brought, evidence, customers)


def findings(compared: Compared) -> list[Finding]:
    """All findings of at least MATERIAL of last year's revenue, the weightiest first; none without a comparison."""
    if not compared.is_both:
        return []
    found = [*parts(compared, "category"), *parts(compared, "place"), *newcomers(compared)]
    found += [*unknown(compared, "category"), *unknown(compared, "place"), *silent_months(compared)]
    found += [*margin(compared), *returns(compared), *season(compared), *gaps(compared)]
    return ranked(found, MATERIAL * compared.amount(compared.shown["last"]["revenue"]))
