"""The key figures as views of a database, from the same formulas and the same query as everywhere else."""

# ruff: noqa: S608 - formulas are settings of the company

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from elt.run.key_figures import Kpi
from elt.run.mart import FACT, Mart
from elt.run.standard import formula_decimals
from elt.sales.kpi_views import LINES, kpi_query
from elt.tables import DIGITS
from elt.warehouse.ddl import literal, quoted

SCHEMA = "kpi"
DECIMALS = {"money": 2, "share": 6}  # as the marts have them; money has more where the order lines have
EXACT = 8  # decimals of a quotient of decimals in the pipeline; from there it is rounded
MONTH = "CAST(date_trunc('month', order_date) AS DATE)"
TOTAL, BY_MONTH = "total", "by_month"
TEXTS = {TOTAL: "Key figures of all order lines: one row", BY_MONTH: "Key figures by month: one row a month with sales"}


def decimals_of(kpi: Kpi, facts: Mart) -> int:
    """Decimals of a key figure over order lines: those of the amounts in its formula, and at least two of money."""
    inherited = formula_decimals({FACT: facts}, kpi.formula) if kpi.unit == "money" else 0
    return max(DECIMALS.get(kpi.unit, 0), inherited)


def rounded(query: str, unit: str, decimals: int | None = None) -> str:
    """The value of a query, rounded half away from zero as the marts are; a count is a whole number."""
    if unit == "count":
        return f"CAST(({query}) AS BIGINT)"
    decimals = DECIMALS[unit] if decimals is None else decimals
    return f"CAST(round(TRY_CAST(({query}) AS DECIMAL(38,{EXACT})), {decimals}) AS DECIMAL({DIGITS},{decimals}))"


def columns(kpis: Mapping[str, Kpi], condition: str, facts: Mart) -> str:
    """One column a key figure, over the order lines that meet a condition."""
    period: Any = SimpleNamespace(condition=condition)
    return ", ".join(
        f"{rounded(kpi_query(kpi, period), kpi.unit, decimals_of(kpi, facts))} AS {quoted(name)}"
        for name, kpi in kpis.items()
    )


def views(kpis: Mapping[str, Kpi], facts: Mart) -> dict[str, str]:
    """View -> its query: all key figures in total, and by month."""
    months = f"SELECT DISTINCT {MONTH} AS month_start FROM {LINES}"
    by_month = columns(kpis, f"{MONTH} = months.month_start", facts)
    return {
        TOTAL: f"SELECT {columns(kpis, 'TRUE', facts)}",
        BY_MONTH: f"SELECT months.month_start, {by_month} FROM ({months}) AS months ORDER BY months.month_start",
    }


def comment(kpi: Kpi) -> str:
    """What a key figure is: name, definition, what it leaves out, unit, formula."""
    left_out = f" Left out: {kpi.exclusions['en']}." if kpi.exclusions else ""
    meaning = f"{kpi.name['en']}: {kpi.definition['en']}.{left_out}"
    return f"{meaning} Unit: {kpi.unit}. Formula: {kpi.formula}"


def statements(kpis: Mapping[str, Kpi], facts: Mart) -> list[str]:
    """All that makes schema, views and their comments; none without key figures."""
    if not kpis:
        return []
    found = [f"CREATE SCHEMA {SCHEMA}"]
    for view, query in views(kpis, facts).items():
        place = f"{SCHEMA}.{view}"
        found += [f"CREATE VIEW {place} AS {query}", f"COMMENT ON VIEW {place} IS {literal(TEXTS[view])}"]
        for name, kpi in kpis.items():
            found.append(f"COMMENT ON COLUMN {place}.{quoted(name)} IS {literal(comment(kpi))}")
    return found
