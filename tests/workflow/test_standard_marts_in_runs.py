"""The warehouse of finished runs: standard marts computed again, dimensions that keep their promises, equal revenue."""

import datetime
import json
from decimal import Decimal
from pathlib import Path

import holidays
import pandas as pd
import pytest
import yaml
from conftest import ROOT
from recomputed_marts import Star, differences, texts

from elt.run.mart import Mart
from elt.sales.periods import add_months, months_between

pytestmark = pytest.mark.slow  # the run is a parameter, which pytest does not see as a fixture of the test
STAR = yaml.safe_load((ROOT / "config/standard/star.yaml").read_text(encoding="utf-8"))
STANDARD = tuple(yaml.safe_load((ROOT / "config/standard/marts.yaml").read_text(encoding="utf-8"))["marts"])
REVENUE = tuple(name for name in STANDARD if name != "agg_cohort_retention")
RUNS = ["sample_run", pytest.param("real_run", marks=pytest.mark.real)]
UNKNOWN = {"dim_customer": "customer_key", "dim_product": "product_key", "dim_location": "location_key"}


@pytest.fixture(scope="session")
def runs() -> dict[str, tuple[dict[str, pd.DataFrame], Star]]:
    """Tables and recomputation by run, each read once."""
    return {}


@pytest.fixture(params=RUNS)
def gold(request: pytest.FixtureRequest, runs: dict) -> tuple[Path, dict[str, pd.DataFrame], Star]:
    """(run folder, its tables as texts, the recomputation) of the sample and of the real data."""
    run = request.getfixturevalue(request.param)
    if request.param not in runs:
        tables = {path.stem: texts(path) for path in sorted((run / "gold/data").glob("*.csv"))}
        runs[request.param] = tables, Star({name: tables[name] for name in STAR})
    return run, *runs[request.param]


def cents(column: pd.Series) -> int:
    """The sum of amounts, in cents."""
    return int(sum(map(Decimal, column)) * 100)


@pytest.mark.parametrize("name", STANDARD)
def test_every_cell_of_a_standard_mart_is_what_pandas_computes_from_the_star_schema(gold, name):
    run, tables, star = gold
    entry = yaml.safe_load((run / "gold/_meta/gold_metadata.yaml").read_text(encoding="utf-8"))["marts"][name]
    mart = Mart.of(name, entry)
    assert differences(tables[name], getattr(star, name)(), mart) == []


def test_revenue_by_month_country_category_product_and_customer_is_the_total_to_the_cent(gold):
    run, tables, _ = gold
    total = cents(tables["fact_sales"]["sales_amount"])
    assert {name: cents(tables[name]["revenue"]) for name in REVENUE} == dict.fromkeys(REVENUE, total)
    proved = json.loads((run / "_meta/ledger.json").read_text(encoding="utf-8"))["kpis"]["revenue"]
    assert cents(pd.Series([proved["total"]])) == total
    assert sorted(proved["marts"]) == sorted(f"{name}.revenue" for name in REVENUE)


def test_the_unknown_member_is_in_every_dimension_once(gold):
    _, tables, _ = gold
    for name, key in UNKNOWN.items():
        assert (tables[name][key] == "0").sum() == 1
        assert tables[name][key].is_unique


def test_versions_of_a_product_follow_each_other_without_gap_and_overlap(gold):
    products = gold[1]["dim_product"].assign(version=lambda table: table["version"].astype(int))
    assert (products["valid_from"] < products["valid_to"]).all()
    for _, versions in products.sort_values("version").groupby("product_number"):
        assert list(versions["version"]) == list(range(1, len(versions) + 1))
        assert list(versions["valid_from"])[1:] == list(versions["valid_to"])[:-1]
        assert (versions["valid_from"].iloc[0], versions["valid_to"].iloc[-1]) == ("1900-01-01", "9999-12-31")
        assert list(versions["is_current"]) == ["false"] * (len(versions) - 1) + ["true"]
        assert list(versions["valid_from"])[1:] == list(versions["introduced_date"])[1:]
    assert (products["version"] > 1).any()


def test_every_line_has_the_one_version_of_its_product_that_was_valid_on_its_day(gold):
    run, tables, _ = gold
    products = tables["dim_product"]
    lines = texts(run / "silver/data/crm_sales.csv").merge(
        products, left_on="sls_prd_key", right_on="product_number", how="left"
    )
    valid = lines[(lines["valid_from"] <= lines["sls_order_dt"]) & (lines["sls_order_dt"] < lines["valid_to"])]
    facts = tables["fact_sales"].merge(products, on="product_key")
    columns = ["sls_ord_num", "sls_prd_key", "product_key", "sls_order_dt"]
    known = facts[facts["product_key"] != "0"]
    found = known[["order_number", "product_number", "product_key", "order_date"]]
    assert sorted(map(tuple, valid[columns].to_numpy())) == sorted(map(tuple, found.to_numpy()))
    assert len(valid) + (facts["product_key"] == "0").sum() == len(tables["fact_sales"])


def test_cost_is_that_of_the_version_of_the_day_and_current_cost_that_of_the_current_one(gold):
    products = gold[1]["dim_product"]
    today = products[products["is_current"] == "true"].set_index("product_number")["unit_cost"]
    lines = gold[1]["fact_sales"].merge(products, on="product_key")
    for column, unit in (
        ("cost_amount", lines["unit_cost"]),
        ("current_cost_amount", lines["product_number"].map(today)),
    ):
        pairs = zip(lines["quantity"], unit, lines[column], strict=True)
        assert all(found == (str(int(pieces) * Decimal(cost)) if cost else "") for pieces, cost, found in pairs)
    assert (lines["cost_amount"] != lines["current_cost_amount"]).any()


def test_sales_before_the_first_version_are_flagged_and_all_of_them(gold):
    lines = gold[1]["fact_sales"].merge(gold[1]["dim_product"], on="product_key")
    early = (lines["version"] == "1") & (lines["product_key"] != "0") & (lines["order_date"] < lines["introduced_date"])
    assert list(lines["is_before_first_version"] == "true") == list(early)
    assert early.any()


def test_no_day_is_missing_from_the_calendar_and_it_covers_every_day_of_the_facts(gold):
    days = gold[1]["dim_date"]["date"]
    assert list(days) == [str(day.date()) for day in pd.date_range(days.iloc[0], days.iloc[-1])]
    for column in ("order_date", "ship_date", "due_date"):
        facts = gold[1]["fact_sales"][column]
        assert set(facts[facts != ""]) <= set(days)


def test_weeks_and_weekdays_of_the_calendar_are_those_of_iso_8601(gold):
    for row in gold[1]["dim_date"].itertuples():
        day = datetime.date.fromisoformat(row.date)
        assert (int(row.iso_year), int(row.iso_week), int(row.weekday)) == tuple(day.isocalendar())
        assert (int(row.year), int(row.month), int(row.quarter)) == (day.year, day.month, (day.month + 2) // 3)
        assert row.month_start == str(day.replace(day=1))
        assert row.is_weekend == str(day.weekday() >= 5).lower()


def test_the_holidays_of_the_calendar_are_the_german_ones_by_their_german_names(gold):
    days = gold[1]["dim_date"]
    years = sorted({int(year) for year in days["year"]})
    public = {str(day): name for day, name in holidays.Germany(years=years, language="de").items()}
    found = {row.date: row.holiday for row in days.itertuples() if row.is_holiday == "true"}
    assert found == {day: name for day, name in public.items() if day in set(days["date"])}
    assert set(days["holiday"][days["is_holiday"] == "false"]) == {""}
    assert "Tag der Deutschen Einheit" in found.values()


def excluded(run: Path) -> set[str]:
    """Months since the first order that the exposé does not call whole and comparable (its period.* and gap.* figures)."""
    figures = json.loads((run / "reports/number_ledger.json").read_text(encoding="utf-8"))["figures"]
    dates = {name: datetime.date.fromisoformat(f["value"]) for name, f in figures.items() if f["unit"] == "date"}
    orders = texts(run / "gold/data/fact_sales.csv")["order_date"]
    first, last = (datetime.date.fromisoformat(day).replace(day=1) for day in (orders.min(), orders.max()))
    compared = set(months_between(dates["period.last.start"], add_months(dates["period.last.end"], 1)))
    compared |= set(months_between(dates["period.this.start"], add_months(dates["period.this.end"], 1)))
    window = months_between(min(compared), add_months(last, 1))
    assert first < min(compared)
    return {f"{month:%Y-%m}" for month in window if month not in compared}


def test_the_expose_compares_only_months_that_the_mart_marks_as_complete_and_covered(gold):
    run, tables, _ = gold
    months = tables["agg_exec_kpis"]
    marked = months[(months["is_complete"] == "false") | (months["is_covered"] == "false")]
    start = min(excluded(run), default="9999")
    assert {month[:7] for month in marked["month_start"] if month[:7] >= start} == excluded(run)


def flagged(tables: dict[str, pd.DataFrame], flag: str) -> list[str]:
    """The months whose flag is false."""
    months = tables["agg_exec_kpis"]
    return [month[:7] for month in months["month_start"][months[flag] == "false"]]


def test_partial_months_of_the_sample_are_its_first_and_last(sample_run: Path):
    tables = {"agg_exec_kpis": texts(sample_run / "gold/data/agg_exec_kpis.csv")}
    assert (flagged(tables, "is_complete"), flagged(tables, "is_covered")) == (["2022-01", "2025-09"], [])


@pytest.mark.real
def test_partial_months_of_the_bike_retailer_are_december_2010_and_january_2014(real_run: Path):
    tables = {"agg_exec_kpis": texts(real_run / "gold/data/agg_exec_kpis.csv")}
    assert sorted({*flagged(tables, "is_complete"), *flagged(tables, "is_covered")}) == ["2010-12", "2014-01"]


def test_growth_stands_in_every_month_that_is_whole_like_the_month_a_year_before_and_in_no_other(gold):
    months = gold[1]["agg_exec_kpis"].set_index("month_start")
    whole = {month for month, row in months.iterrows() if row["is_complete"] == row["is_covered"] == "true"}
    a_year_before = {month: f"{int(month[:4]) - 1}{month[4:]}" for month in months.index}
    assert {month for month in months.index if months["revenue_growth"][month]} == {
        month for month in whole if a_year_before[month] in whole
    }
