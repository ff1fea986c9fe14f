"""The marts that roles draw for the bike retailer are those that were written for it by hand, cell by cell."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
import yaml
from conftest import ROOT
from written_star import FOLDER, by_sql

import gold_mart
from elt import tables
from elt.gold import calendar_days
from elt.run import settings
from elt.run.company import Company
from elt.run.star.drawing import MARTS


@pytest.fixture(scope="module")
def drawn() -> Company:
    """The bike retailer as its roles draw it."""
    stated = settings.prepared(yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8")))
    found, faults = settings.load({**stated, "company": str(ROOT / "config/bike_retailer")}, ROOT)
    assert found is not None and faults == []
    return found


DAYS = [date(2024, 1, day) for day in range(1, 32)]
SILVER: dict[str, list[dict[str, Any]]] = {
    "crm_customers": [
        {"cst_id": n, "cst_key": key, "cst_gndr": "n/a", "cst_marital_status": "n/a"}
        for n, key in ((11, "AW1"), (12, "AW2"), (13, "AW1"))
    ],
    "erp_customers": [],
    "erp_locations": [{"CID": "AW1", "CNTRY": "Germany"}],
    "erp_categories": [{"ID": "AC_HE", "CAT": "Accessories", "SUBCAT": "Helmets"}],
    "crm_products": [
        {"prd_id": n, "prd_num": "HELM", "prd_cat": cat, "prd_nm": f"Helmet {n}", "prd_cost": cost, "prd_line": "Road",
         "prd_start_dt": start}
        for n, cat, cost, start in ((2, "AC_HE", Decimal("4.00"), DAYS[9]), (1, "CL_XX", None, DAYS[4]),
                                    (3, "AC_HE", Decimal("5.00"), DAYS[9]))
    ],
    "crm_sales": [
        {"sls_ord_num": order, "sls_prd_key": product, "sls_cust_id": who, "sls_order_dt": day, "sls_ship_dt": day,
         "sls_due_dt": DAYS[30], "sls_quantity": 2, "sls_price": Decimal("9.50"), "sls_sales": Decimal("19.00")}
        for order, product, who, day in (("B", "HELM", 11, DAYS[0]), ("A", "HELM", 13, DAYS[9]), ("A", "CAP", 12, DAYS[9]),
                                         ("C", "HELM", 99, DAYS[20]), ("D", "HELM", None, DAYS[5]))
    ],
}  # fmt: skip


def built(found: Company) -> dict[str, pl.DataFrame]:
    """The star schema over the rows above."""
    frames: dict[str, Any] = {f"silver.{name}": some(found, f"silver.{name}", rows) for name, rows in SILVER.items()}
    frames["calendar.days"] = calendar_days.days(found.calendar)
    made = {}
    for name in MARTS:
        made[name] = gold_mart.shaped(
            pl.SQLContext(frames).execute(found.queries[name].code), found.marts[name]
        ).collect()
        frames[f"gold.{name}"] = made[name].lazy()
    return made


def some(found: Company, table: str, rows: list[dict[str, Any]]) -> pl.LazyFrame:
    """A table of silver; what its rows do not state is missing."""
    types = {column.name: tables.polars_type(column) for column in found.typed_columns(table)}
    return pl.DataFrame([{name: row.get(name) for name in types} for row in rows], schema=types, orient="row").lazy()


def test_every_cell_of_a_drawn_mart_is_that_of_the_mart_written_by_hand(drawn):
    assert sorted(path.stem for path in (ROOT / "config/bike_retailer/marts").glob("*.sql")) == ["dim_customer"]
    assert {path.stem for path in (FOLDER / "marts").glob("*.sql")} == {*MARTS} - {"dim_customer"}
    found, wanted = built(drawn), built(by_sql(drawn))
    assert found["fact_sales"].height == 5 and found["dim_product"].height == 4
    for name in MARTS:
        key = list(drawn.marts[name].key)
        assert found[name].sort(key).equals(wanted[name].sort(key)), name
