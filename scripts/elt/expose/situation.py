"""Page one of the exposé: key figures of this year and last, revenue by month, and the bridge between the years."""

# ruff: noqa: S608 - these queries are told, not run

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from elt.expose.bridge import bridge_message, bridge_rows, order_value_message
from elt.expose.number_ledger import FEWEST, NumberLedger, minimum_group, say
from elt.findings.compared import FACTS, Compared, of_month
from elt.protection.disclosure import fragile, publishable_in_order
from elt.report.assumptions import IMPLAUSIBLE_DATES
from elt.report.figure_ledger import at, query, quoted
from elt.run.key_figures import Kpi
from elt.sales.kpi_views import kpi_query
from elt.sales.overview import Sales
from elt.sales.periods import YEAR, Gap, Period, add_months, year_of

UNITS = {"money": "money", "count": "count", "share": "share"}
SMALL_AMOUNT = 10_000  # amounts below are printed with cents


def kpi_rows(
    ledger: NumberLedger,
    kpis: Mapping[str, Kpi],
    values: Mapping[str, Mapping[str, Any]],
    periods: Mapping[str, Period],
    customers: Mapping[str, int] | None = None,
) -> list[dict[str, Any]]:
    """One row a KPI: names of the figures for this year, last year, difference and change.

    values: by year ("this", "last") and KPI; a year that may not be published is absent. customers: by year.
    """
    rows = []
    for name, kpi in kpis.items():
        known = {year: row[name] for year, row in values.items() if row[name] is not None}
        if "this" not in known or not any(known.values()):  # a row that is always zero says nothing
            continue
        decimals = None
        if kpi.unit == "money":
            decimals = 2 if max(abs(value) for value in known.values()) < SMALL_AMOUNT else 0
        row: dict[str, Any] = {"kpi": name, "last": None, "difference": None, "change": None}
        for year, value in known.items():
            origin = {"file": FACTS, "query": kpi_query(kpi, periods[year])}
            unit = "people" if kpi.counts_people else UNITS[kpi.unit]
            people = None if kpi.counts_people else (customers or {}).get(year)
            row[year] = ledger.enter(f"kpi.{name}.{year}", value, unit, origin, decimals, people=people)
        if row["last"]:
            if kpi.unit == "share":
                row["difference"] = ledger.difference(f"kpi.{name}.difference", row["this"], row["last"])
            else:
                row |= ledger.compared(f"kpi.{name}", row["this"], row["last"])
        rows.append(row)
    return rows


def month_rows(
    ledger: NumberLedger,
    months: Mapping[date, Mapping[str, Any]],
    groups: Mapping[date, Mapping[str, Any]],
    periods: Mapping[str, Period],
    minimum: int,
) -> list[dict[str, Any]]:
    """One row a month of this year and after: its revenue, that of a year before, and whether it is partial.

    months: rows of agg_exec_kpis by month_start; groups: what disclosure control needs, by month. A month after this
    year is shown as partial and has no comparison.
    """
    shown = publishable_in_order(dict(sorted(groups.items())), minimum)

    def figure(month: date) -> str | None:
        if not shown.get(month, False):
            return None
        name, people = f"month.{month:%Y-%m}.revenue", groups[month]["customers"]
        return ledger.enter(name, months[month]["revenue"], "money", of_month(month), people=people)

    if "this" not in periods:
        return []
    this, rows = periods["this"], []
    for month in [*this.months, *(m for m in sorted(months) if m >= this.end)]:
        partial = month >= this.end
        row = {"month": month.isoformat(), "partial": partial, "this": figure(month)}
        if "last" in periods and not partial:
            row["last"] = figure(add_months(month, -12))
        rows.append(row)
    return rows


def without_figures(ledger: NumberLedger, sales: Sales, shown: Collection[str]) -> dict[str, Any] | None:
    """Why a year that could be told is not shown; None if all of them are."""
    if not sales.periods:
        return say("method_no_month")
    hidden = next((year for year in ("this", "last") if year in sales.periods and year not in shown), None)
    return say(f"hidden_{hidden}", {"minimum": minimum_group(ledger, sales.minimum)}) if hidden else None


def origins_of_gap(gap: Gap) -> dict[str, dict[str, str]]:
    """Where the figures of a category that ends come from: its orders, and those of the months up to its end."""
    end = f"DATE '{gap.missing[0]}'"
    own, orders = f"category = {quoted(gap.category)}", "FROM lines WHERE document_type = 'order'"
    window = (
        f"{orders} AND order_date < {end} AND order_date >= DATE '{add_months(gap.missing[0], -gap.months_before)}'"
    )
    first = f"GREATEST(MIN(DATE_TRUNC('month', order_date)), {end} - INTERVAL {YEAR} MONTH)"
    told = {
        "day": f"SELECT MAX(order_date) {orders} AND {own}",
        "first": f"SELECT CAST(DATE_TRUNC('month', MAX(order_date)) + INTERVAL 1 MONTH AS DATE) {orders} AND {own}",
        "months": f"SELECT COUNT(DISTINCT DATE_TRUNC('month', order_date)) {window} AND {own}",
        "of": f"SELECT DATE_DIFF('month', {first}, {end}) {orders}",
        "share": f"SELECT SUM(sales_amount) FILTER (WHERE {own}) / SUM(sales_amount) {window}",
    }
    return {name: query(sql) for name, sql in told.items()}


def gap_messages(ledger: NumberLedger, gaps: Iterable[Gap], minimum: int) -> list[dict[str, Any]]:
    """One sentence a category that ends before the data do; none whose revenue would tell of too few people. The day of
    the last order is told if enough people ordered on it."""
    sentences = []
    for number, gap in enumerate((gap for gap in gaps if gap.sums and not fragile(gap.sums, minimum)), start=1):
        name, ended, rule = f"gap.{number}", gap.missing[0], origins_of_gap(gap)
        people, figures, key = int(gap.sums["customers"]) if gap.sums else None, {}, "category_gap_month"
        if gap.people_of_day >= minimum:
            key, people_of_day = "category_gap", gap.people_of_day
            figures["day"] = ledger.enter(
                f"{name}.last_order", gap.last_order, "date", rule["day"], people=people_of_day
            )
        figures |= {
            "months": ledger.enter(f"{name}.months_sold", gap.months_sold, "count", rule["months"]),
            "of": ledger.enter(f"{name}.months_before", gap.months_before, "count", rule["of"]),
            "share": ledger.enter(f"{name}.share", gap.share, "share", rule["share"], people=people),
            "first": ledger.enter(f"{name}.first_missing", ended, "month", rule["first"]),
        }
        sentences.append(say(key, figures, texts={"category": gap.category}))
    return sentences


def kpi_message(ledger: NumberLedger, rows: list[dict[str, Any]], kpis: Mapping[str, Kpi]) -> dict[str, Any] | None:
    """How many key figures are better than last year, by their direction in kpis.yaml."""
    signs = {"up": 1, "down": -1}
    rated = [row for row in rows if row["difference"] and kpis[row["kpi"]].direction in signs]
    if not rated:
        return None
    better = [row for row in rated if ledger.value(row["difference"]) * signs[kpis[row["kpi"]].direction] > 0]
    marks = {"up": ">", "down": "<"}
    gains = [f"([{row['difference']}] {marks[kpis[row['kpi']].direction]} 0)" for row in rated]
    judged = ", ".join(f"[{row['difference']}]" for row in rated)
    figures = {
        "better": ledger.enter("kpi.better", len(better), "count", {"formula": " + ".join(gains)}),
        "of": ledger.enter("kpi.judged", len(rated), "count", {"formula": f"COUNT({judged})"}),
    }
    return say("kpis_better", figures)


def month_message(ledger: NumberLedger, rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """How many months are above those of last year; without them, the month with most revenue; None of one month."""
    if sum(row["this"] is not None for row in rows) < FEWEST:
        return None
    pairs = [(row["this"], row["last"]) for row in rows if row.get("this") and row.get("last")]
    if len(pairs) >= FEWEST:
        above = sum(ledger.value(this) > ledger.value(last) for this, last in pairs)
        gains = " + ".join(f"([{this}] > [{last}])" for this, last in pairs)
        compared = ", ".join(f"[{this}]" for this, _ in pairs)
        figures = {
            "above": ledger.enter("month.above", above, "count", {"formula": gains}),
            "of": ledger.enter("month.compared", len(pairs), "count", {"formula": f"COUNT({compared})"}),
        }
        return say("months_above", figures)
    whole = [row for row in rows if row["this"] and not row["partial"]]
    if len(whole) < FEWEST:
        return None
    best = max(whole, key=lambda row: (ledger.value(row["this"]), row["month"]))
    among = ", ".join(f"DATE '{row['month']}'" for row in whole)
    highest = f"WHERE month_start IN ({among}) ORDER BY revenue DESC, month_start DESC LIMIT 1"
    origin = query(f"SELECT month_start FROM gold.agg_exec_kpis {highest}")
    month = ledger.enter("month.best", date.fromisoformat(best["month"]), "month", origin)
    return say("best_month", {"month": month, "revenue": best["this"]})


def as_of(ledger: NumberLedger, today: date, apart: int) -> dict[str, Any]:
    """Data as of; beside it how many records have an order date far from all others, and so do not count.

    The order lines that are looked at end with it, whether it is the newest order date or one that the settings state.
    """
    origin = query(f"SELECT GREATEST(MAX(order_date), DATE '{today}') FROM lines")
    figures = {"day": ledger.enter("data.as_of", today, "date", origin)}
    if not apart:
        return say("data_as_of", figures)
    origin = at("_meta/ledger.json", "assumptions", {"code": IMPLAUSIBLE_DATES}, "records", function="sum")
    return say("data_as_of_apart", figures | {"records": ledger.enter("data.apart", apart, "count", origin)})


def origins_of_period(year: str, months: int, first_month: int | None) -> dict[str, dict[str, str]]:
    """Where a period comes from: the newest months that may be compared, as many as have a month a year before; of a
    business year, which begins with `first_month`, in words."""
    if first_month is not None:
        rule = f"months of `comparable` in the business year, which begins with month {first_month}"
        return {part: {"method": rule} for part in ("start", "end", "months")}
    back = YEAR if year == "last" else 0
    span = "(SELECT DATE_DIFF('month', MIN(month_start), MAX(month_start)) + 1 AS months FROM comparable) AS span"
    told = {
        "start": f"SELECT CAST(MAX(month_start) - INTERVAL {back + months - 1} MONTH AS DATE) FROM comparable",
        "end": f"SELECT CAST(MAX(month_start) - INTERVAL {back} MONTH + INTERVAL 1 MONTH AS DATE) - 1 FROM comparable",
        "months": f"SELECT CASE WHEN months > {YEAR} THEN LEAST({YEAR}, months - {YEAR}) ELSE months END FROM {span}",
    }
    return {name: query(sql) for name, sql in told.items()}


def header(ledger: NumberLedger, sales: Sales, apart: int = 0) -> list[dict[str, Any]]:
    """Period, comparison and data as of; `apart`: records with an implausible order date."""
    sentences = []
    for year, period in sales.periods.items():
        origins = origins_of_period(year, len(period.months), sales.first_month)
        figures = {
            "start": ledger.enter(f"period.{year}.start", period.start, "date", origins["start"]),
            "end": ledger.enter(f"period.{year}.end", period.end - timedelta(days=1), "date", origins["end"]),
            "months": ledger.enter(f"period.{year}.months", len(period.months), "count", origins["months"]),
        }
        sentences.append(say(f"period_{year}", figures))
    return [*sentences, *business_year(ledger, sales), as_of(ledger, sales.today, apart)]


def business_year(ledger: NumberLedger, sales: Sales) -> list[dict[str, Any]]:
    """The business year whose months are compared, where the company states one."""
    if sales.first_month is None or "this" not in sales.periods:
        return []
    year = year_of(sales.periods["this"].start, sales.first_month)
    origin = {"method": "the business year in which the period begins, by firstMonthOfBusinessYear of company.yaml"}
    figures = {
        "start": ledger.enter("business_year.start", year.start, "date", origin),
        "end": ledger.enter("business_year.end", year.end - timedelta(days=1), "date", origin),
    }
    return [say("business_year", figures)]


def page(ledger: NumberLedger, compared: Compared, kpis: Mapping[str, Kpi], apart: int = 0) -> dict[str, Any]:
    """The blocks of page one. kpis: kpis.yaml, those left out included; `apart`: as in `header`."""
    sales, shown = compared.sales, compared.shown
    rows = kpi_rows(
        ledger,
        sales.kpis,
        {year: sales.row(f"kpis {year}") for year in shown},
        sales.periods,
        {year: row["customers"] for year, row in shown.items()},
    )
    months = month_rows(ledger, sales.months, sales.rows("months", "month"), sales.periods, sales.minimum)
    for year, row in shown.items():
        origin = {
            "file": FACTS,
            "query": f"SELECT SUM(sales_amount) FROM gold.fact_sales WHERE {sales.periods[year].condition}",
        }
        ledger.enter(f"revenue.{year}", ledger.amount(row["revenue"]), "money", origin, 0, people=row["customers"])
    bridge = bridge_rows(ledger, compared)
    absent, told = without_figures(ledger, sales, shown), {row["kpi"] for row in rows}

    def is_left_out(name: str) -> bool:
        return name not in sales.kpis or ("this" in shown and sales.row("kpis this")[name] is None)

    missing = list(filter(is_left_out, kpis))
    return {
        "header": header(ledger, sales, apart),
        "absent": absent,
        "gaps": gap_messages(ledger, sales.gaps, sales.minimum),
        "kpis_title": kpi_message(ledger, rows, kpis),
        "kpis": rows,
        "left_out": [say("kpi_left_out", kpis={"kpis": missing})] if missing else [],
        "months_title": month_message(ledger, months),
        "months": months,
        "order_value": order_value_message(ledger, compared) if "average_order_value" in told else None,
        "bridge_title": bridge_message(ledger, bridge),
        "bridge": bridge,
    }
