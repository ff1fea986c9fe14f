"""Key figures of a period are the same, whether orders are counted in ranges or over all lines at once."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from elt.gold import counted_apart, order_parts
from elt.run.key_figures import Kpi
from elt.sales.kpi_views import over_all
from elt.sales.periods import Period

LINES = 400
KPIS = {
    "revenue": Kpi({}, {}, "SUM(sales_amount)", "money", "up"),
    "orders": Kpi({}, {}, "COUNT(DISTINCT order_number) FILTER (WHERE document_type = 'order')", "count", "up"),
    "buyers": Kpi({}, {}, "COUNT(DISTINCT customer_key) FILTER (WHERE customer_key <> 0)", "count", "up"),
    "repeat": Kpi({}, {}, "AVG(CASE WHEN orders > 1 THEN 1.0 ELSE 0.0 END)", "share", "up", over="customers"),
}
YEARS = {"this": Period(date(2023, 1, 1), date(2024, 1, 1)), "last": Period(date(2022, 1, 1), date(2023, 1, 1))}
VIEWS = {f"period {year}": pl.DataFrame({"revenue": [1]}) for year in YEARS}
TODAY = date(2023, 11, 5)


@pytest.fixture
def facts() -> pl.LazyFrame:
    """Orders of two lines; every fifth order is of two customers, every seventh line no order, and some are nobody's."""
    numbers = [line // 2 for line in range(LINES)]
    return pl.LazyFrame(
        {
            "order_number": [f"N{number:04}" for number in numbers],
            "order_id": numbers,
            "customer_key": [(n * 7 + (line % 2 if n % 5 == 0 else 0)) % 31 for line, n in enumerate(numbers)],
            "order_date": [date(2022, 1, 1) + timedelta(days=number * 11 % 730) for number in numbers],
            "sales_amount": [Decimal(line * 37 % 9000) / 100 for line in range(LINES)],
            "document_type": ["credit_note" if line % 7 == 0 else "order" for line in range(LINES)],
        },
        schema_overrides={"order_id": pl.UInt32, "sales_amount": pl.Decimal(38, 2)},
    )


def test_key_figures_are_the_same_in_ranges_of_orders(facts, monkeypatch):
    whole = over_all(facts, KPIS, YEARS, VIEWS, TODAY)
    monkeypatch.setattr(order_parts, "PART", 50)
    numbers = facts.drop("order_number").rename({"order_id": "order_number"})
    assert len(counted_apart.ranges_of(numbers) or []) == LINES // 50
    for name, table in over_all(facts, KPIS, YEARS, VIEWS, TODAY).items():
        assert_frame_equal(table, whole[name])


def test_lines_after_the_day_of_the_analysis_count_in_no_key_figure(facts):
    frame = facts.collect()
    seen = frame.filter(pl.col("order_date").is_between(date(2023, 1, 1), TODAY))
    orders = seen.filter(pl.col("document_type") == "order")["order_number"].n_unique()
    found = over_all(facts, KPIS, YEARS, VIEWS, TODAY)
    assert found["kpis this"].row(0)[:2] == (seen["sales_amount"].sum(), orders)
    known = seen.filter(pl.col("document_type") == "order", pl.col("customer_key") != 0)
    assert found["period this"]["known_orders"].item() == known["order_number"].n_unique()
    assert frame["order_date"].max() > TODAY
