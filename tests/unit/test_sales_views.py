"""Order lines summed up for the views of the exposé: what no view tells apart is one row, and nothing else is."""

from datetime import date

import polars as pl
from polars.testing import assert_frame_equal

from elt.run.columns import Column
from elt.sales.periods import Period
from elt.sales.views import summed_up

PERIODS = {
    "this": Period(date(2023, 1, 1), date(2024, 1, 1)),
    "last": Period(date(2022, 1, 1), date(2023, 1, 1)),
}
FLAG = Column("is_late", "boolean", personal="none", doubts=("cost_amount",))
COLUMNS = ["customer_key", "document_type", "is_late", "order_date", "revenue", "quantity", "lines"]


def test_lines_of_one_customer_product_type_flag_and_period_are_one_row():
    rows = [
        (7, "order", False, date(2023, 5, 2), 100, 1),
        (7, "order", False, date(2023, 3, 1), 50, 2),
        (7, "order", False, date(2022, 12, 31), 30, 1),  # another period
        (7, "order", False, date(2021, 1, 1), 20, 1),  # no period
        (7, "order", True, date(2023, 5, 2), 9, 1),
        (7, "credit_note", False, date(2023, 5, 2), -40, 1),
        (8, "order", False, date(2023, 5, 2), 5, 1),
        (8, "order", False, None, 6, 1),
    ]
    lines = pl.DataFrame(rows, COLUMNS[:-1], orient="row").with_columns(product_key=1)
    found = summed_up(lines.lazy(), PERIODS, [FLAG]).collect().select(COLUMNS)
    expected = [
        *[(7, "order", False, date(2023, 3, 1), 150, 3, 2)],
        *[(*row, 1) for row in rows[2:]],
    ]
    assert_frame_equal(found, pl.DataFrame(expected, COLUMNS, orient="row"), check_row_order=False)
