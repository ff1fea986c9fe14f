"""The standard marts over made-up star schemas: every column computed again, and the rules that a reader relies on."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from made_star import STANDARD, Warehouse, line, random_lines, star_of
from recomputed_marts import Star, differences

from elt.faults import Fault

pytestmark = pytest.mark.slow

MARTS = tuple(STANDARD.marts)
OPTIONAL = [(table, c) for table, columns in STANDARD.star.items() for c in columns if columns[c].optional]


def built(folder: Path, name: str, lines: list[dict], key: str) -> dict[str, dict[str, str]]:
    """The rows of a mart over these order lines, by one column."""
    table, _ = Warehouse(folder, star_of(lines)).build(name)
    return {row[key]: row for row in table.to_dict("records")}


def cents(texts) -> int:
    """The sum of amounts, in cents."""
    return int(sum(Decimal(text) for text in texts) * 100)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (3, 5))])
@pytest.mark.parametrize("name", MARTS)
def test_every_cell_of_every_column_is_what_pandas_computes_from_the_star_schema(tmp_path, name, seed):
    frames = star_of(random_lines(seed))
    warehouse = Warehouse(tmp_path, frames)
    assert differences(warehouse.build(name)[0], getattr(Star(frames), name)(), warehouse.marts[name]) == []


def test_the_recomputation_notices_a_wrong_cell_a_lost_row_and_a_lost_column(tmp_path):
    frames = star_of(random_lines(1))
    warehouse, expected = Warehouse(tmp_path, frames), Star(frames).agg_geo_performance()
    table, mart = warehouse.build("agg_geo_performance")[0], warehouse.marts["agg_geo_performance"]
    wrong = table.copy()
    wrong.loc[1, "revenue"] = "0.01"
    wrong.loc[2, "revenue_share"] = str(Decimal(table["revenue_share"][2]) + Decimal("0.000002"))
    assert [found.split(":")[0] for found in differences(wrong, expected, mart)] == [
        "revenue, row 1", "revenue_share, row 2",
    ]  # fmt: skip
    assert differences(table[1:].reset_index(drop=True), expected, mart) == ["2 rows instead of 3"]
    assert differences(table.drop(columns="revenue"), expected, mart)[0].startswith("columns ")


@pytest.mark.parametrize("seed", [1, 2])
def test_revenue_is_the_same_by_month_country_category_product_and_customer(tmp_path, seed):
    lines = random_lines(seed)
    warehouse = Warehouse(tmp_path, star_of(lines))
    total = cents(row["sales_amount"] for row in lines)
    for name in MARTS[:5]:
        table, metadata = warehouse.build(name)
        assert cents(table["revenue"]) == total
        assert cents([metadata["kpis"]["revenue"]["total"]]) == total


@pytest.mark.parametrize(("table", "column"), OPTIONAL, ids=lambda value: str(value))
def test_without_an_optional_column_all_marts_that_do_not_need_it_are_built(tmp_path, table, column):
    frames = star_of(random_lines(7, 60))
    frames[table] = frames[table].drop(columns=column, errors="ignore")
    warehouse = Warehouse(tmp_path, frames)
    assert {name.split(".")[0] for name, needs in warehouse.left_out.items() if needs == f"{table}.{column}"} == {
        name
        for name, mart in STANDARD.marts.items()
        if f"{table}.{column}" in [mart.needs, *mart.column_needs.values()]
    }
    for name in set(MARTS) - warehouse.left_out.keys():
        assert list(warehouse.build(name)[0].columns) == warehouse.marts[name].names


def test_a_star_schema_without_any_optional_column_gives_the_other_marts_as_pandas_computes_them(tmp_path):
    frames = star_of(random_lines(4))
    for table, column in OPTIONAL:
        frames[table] = frames[table].drop(columns=column, errors="ignore")
    warehouse = Warehouse(tmp_path, frames)
    assert "agg_category_performance" not in warehouse.marts
    for name in set(MARTS) - {"agg_category_performance"}:
        assert differences(warehouse.build(name)[0], getattr(Star(frames), name)(), warehouse.marts[name]) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("FROM gold.fact_sales AS f\n", "FROM (SELECT * FROM gold.fact_sales WHERE product_key <> 3) AS f\n"),
        ("ON f.location_key = g.location_key", "ON f.location_key >= g.location_key"),
        ("FROM gold.fact_sales AS f\n", "FROM (SELECT * FROM gold.fact_sales WHERE sales_amount > 0) AS f\n"),
    ],
    ids=["lost lines", "doubled lines", "lost returns"],
)
def test_a_mart_whose_revenue_is_not_that_of_all_lines_is_refused_with_both_sums(tmp_path, old, new):
    lines = random_lines(2)
    warehouse = Warehouse(tmp_path, star_of(lines))
    sql = STANDARD.sql["agg_geo_performance"].read_text(encoding="utf-8")
    assert sql.count(old) == 1
    with pytest.raises(Fault) as caught:
        warehouse.build("agg_geo_performance", sql.replace(old, new))
    total = Decimal(cents(row["sales_amount"] for row in lines)) / 100
    assert str(caught.value).startswith("mart agg_geo_performance: the sum of revenue is ")
    assert f"revenue over gold.fact_sales is {total}. Look for lines that are lost or doubled by" in str(caught.value)
    assert "agg_geo_performance.sql" in str(caught.value)
    assert not list((tmp_path / "artifacts").rglob("*.csv"))


def years(end: date = date(2024, 6, 30), products: tuple[int, ...] = (1, 3), **amounts: str) -> list[dict]:
    """Order lines of each product every third day from January 2022 on, and on the last day of every month."""
    rows, day = [], date(2022, 1, 1)
    while day <= end:
        if day.day % 3 == 1 or (day + timedelta(days=1)).day == 1:
            for product in products:
                rows.append(line(len(rows), day, product, len(rows) % 40 + 1, amounts.get(f"p{product}", "10.00")))
        day += timedelta(days=1)
    return rows


def without(lines: list[dict], product: int, *months: str) -> list[dict]:
    """The lines without those of a product in some months."""
    return [row for row in lines if row["product_key"] != product or row["order_date"][:7] not in months]


def months_between(first: str, last: str) -> list[str]:
    """Months as yyyy-mm, both ends included."""
    return [str(month) for month in pd.period_range(first, last, freq="M")]


def uncovered(rows: dict[str, dict[str, str]]) -> list[str]:
    """The months that are not covered, as yyyy-mm."""
    return [month[:7] for month, row in rows.items() if row["is_covered"] == "false"]


def test_a_month_that_lacks_a_material_category_is_not_covered_and_has_no_growth(tmp_path):
    rows = built(tmp_path, "agg_exec_kpis", without(years(), 3, "2023-05"), "month_start")
    assert uncovered(rows) == ["2023-05"]
    told = {month[:7] for month, row in rows.items() if row["revenue_growth"]}
    assert told == set(months_between("2023-01", "2024-06")) - {"2023-05", "2024-05"}


def test_a_category_that_ends_before_the_data_do_is_missed_for_half_a_year_and_is_then_gone_for_good(tmp_path):
    rows = built(tmp_path, "agg_exec_kpis", without(years(), 3, *months_between("2023-06", "2024-06")), "month_start")
    assert uncovered(rows) == months_between("2023-06", "2023-11")


@pytest.mark.parametrize(("month", "found"), [(10, ["2022-10"]), (11, [])])
def test_a_category_is_missed_up_to_half_a_year_after_its_last_sale_also_where_months_have_no_sales(
    tmp_path, month, found
):
    lines = [line(n, date(2022, n // 2 % 4 + 1, 5), 1 + 2 * (n % 2)) for n in range(8)]  # January to April, then none
    lines.append(line(8, date(2022, month, 5), 1))
    assert uncovered(built(tmp_path, "agg_exec_kpis", lines, "month_start")) == found


def test_a_category_below_five_percent_of_the_revenue_may_pause(tmp_path):
    small = years(p1="97.00", p3="3.00")
    assert uncovered(built(tmp_path, "agg_exec_kpis", without(small, 3, "2023-05"), "month_start")) == []


def test_a_category_of_five_percent_of_the_revenue_may_not_pause(tmp_path):
    small = years(p1="95.00", p3="5.00")
    assert uncovered(built(tmp_path, "agg_exec_kpis", without(small, 3, "2023-05"), "month_start")) == ["2023-05"]


def test_a_seasonal_category_may_pause(tmp_path):
    summer = {f"{year}-{month:02}" for year in (2022, 2023, 2024) for month in (5, 6, 7, 8)}
    rest = [month for month in months_between("2022-01", "2024-06") if month not in summer]
    lines = without(without(years(), 3, *rest), 3, "2023-06")
    assert uncovered(built(tmp_path, "agg_exec_kpis", lines, "month_start")) == []


def test_a_month_that_the_orders_fill_only_in_part_is_not_complete_and_has_no_growth(tmp_path):
    lines = [row for row in years(date(2024, 6, 28)) if row["order_date"] != "2022-01-01"]
    lines += [line(9000, date(2022, 1, 2), 3), line(9001, date(2024, 6, 29), 3)]  # a day short at either end
    rows = built(tmp_path, "agg_exec_kpis", lines, "month_start")
    assert [month[:7] for month, row in rows.items() if row["is_complete"] == "false"] == ["2022-01", "2024-06"]
    assert (rows["2024-06-01"]["revenue_growth"], rows["2023-01-01"]["revenue_growth"]) == ("", "")
    assert rows["2024-05-01"]["revenue_growth"] == "0.000000"


def test_growth_is_the_change_against_the_same_month_a_year_before(tmp_path):
    lines = [*years(), line(9000, date(2023, 4, 10), 1, 1, "55.00")]
    rows = built(tmp_path, "agg_exec_kpis", lines, "month_start")
    before, now = (Decimal(rows[f"{year}-04-01"]["revenue"]) for year in (2022, 2023))
    assert now - before == 55
    assert Decimal(rows["2023-04-01"]["revenue_growth"]) == round((now - before) / before, 6)
    assert Decimal(rows["2024-04-01"]["revenue_growth"]) == round((before - now) / now, 6)


def test_there_is_no_growth_against_a_month_without_revenue(tmp_path):
    back = [line(9000, date(2022, 4, 10), 1, 1, "-5000.00")]
    rows = built(tmp_path, "agg_exec_kpis", years() + back, "month_start")
    assert rows["2022-04-01"]["revenue"].startswith("-")
    assert rows["2023-04-01"]["revenue_growth"] == ""


def test_a_return_lowers_the_revenue_is_shown_apart_and_is_no_order(tmp_path):
    lines = [line(1, date(2022, 1, 5), amount="100.00"), line(2, date(2022, 1, 9), amount="-30.00")]
    row = built(tmp_path, "agg_exec_kpis", lines, "month_start")["2022-01-01"]
    assert [row[name] for name in ("revenue", "gross_sales", "returns", "orders", "order_lines", "units")] == [
        "70.00", "100.00", "-30.00", "1", "1", "0",
    ]  # fmt: skip
    assert (row["cost"], row["gross_margin"]) == ("35.00", "35.00")


def test_lines_without_a_known_cost_are_left_out_of_the_margin_and_a_margin_of_none_is_missing(tmp_path):
    lines = [line(1, date(2022, 1, 5), amount="100.00"), line(2, date(2022, 1, 9), amount="60.00", cost_amount="")]
    lines += [line(3, date(2022, 2, 9), amount="60.00", cost_amount="", current_cost_amount="")]
    rows = built(tmp_path, "agg_exec_kpis", lines, "month_start")
    assert [rows["2022-01-01"][name] for name in ("cost", "gross_margin", "gross_margin_rate")] == [
        "50.00", "50.00", "0.500000",
    ]  # fmt: skip
    columns = ("cost", "gross_margin", "gross_margin_rate", "gross_margin_at_current_cost")
    assert [rows["2022-02-01"][name] for name in columns] == ["", "", "", ""]


def test_customers_are_new_once_in_the_month_of_their_first_order_and_the_unknown_one_never(tmp_path):
    lines = [line(n, date(2022, month, 5), customer=c) for n, (month, c) in enumerate([(1, 1), (1, 0), (2, 1), (2, 2)])]
    lines += [line(9, date(2022, 1, 9), customer=2, amount="-1.00")]  # a credit note is no order
    rows = built(tmp_path, "agg_exec_kpis", lines, "month_start")
    assert [row["new_customers"] for row in rows.values()] == ["1", "1"]


def test_new_customers_by_month_are_the_sizes_of_the_cohorts(tmp_path):
    warehouse = Warehouse(tmp_path, star_of(random_lines(6)))
    months, _ = warehouse.build("agg_exec_kpis")
    cohorts, _ = warehouse.build("agg_cohort_retention")
    new = {row.month_start: row.new_customers for row in months.itertuples() if row.new_customers != "0"}
    assert dict(zip(cohorts["cohort_month"], cohorts["customers"], strict=True)) == new


def test_classes_end_where_80_and_95_percent_of_the_revenue_are_reached(tmp_path):
    amounts = {1: "80.00", 3: "15.00", 4: "5.00", 5: "-10.00"}
    lines = [line(key, date(2022, 1, 5), key, key, amount) for key, amount in amounts.items()]
    products = built(tmp_path, "agg_product_performance", lines, "product_number")
    assert [(p["revenue_rank"], p["abc_class"]) for p in products.values()] == [
        ("1", "A"), ("2", "B"), ("3", "C"), ("4", "C"),
    ]  # fmt: skip
    customers = built(tmp_path, "agg_customer_value", lines, "customer_key")
    assert [row["abc_class"] for row in customers.values()] == ["A", "B", "C", "C"]


def test_a_product_is_described_as_it_is_today_and_its_versions_are_together(tmp_path):
    lines = [line(1, date(2022, 1, 5), 2), line(2, date(2023, 1, 5), 7)]
    products = built(tmp_path, "agg_product_performance", lines, "product_number")
    assert [(key, row["product_name"], row["revenue"]) for key, row in products.items()] == [("P2", "Newer", "20.00")]


def test_scores_are_fifths_of_the_customers_and_equal_customers_have_equal_scores(tmp_path):
    lines = [
        line(10 * c + n, date(2022, 1, c), customer=c, amount=f"{c}.00")
        for c, orders in {1: 1, 2: 1, 3: 1, 4: 2, 5: 3}.items()
        for n in range(orders)
    ]
    rows = built(tmp_path, "agg_customer_value", lines, "customer_key").values()
    assert [row["recency_score"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert [row["frequency_score"] for row in rows] == ["1", "1", "1", "4", "5"]
    assert [row["monetary_score"] for row in rows] == ["1", "2", "3", "4", "5"]


def test_the_unknown_customer_has_revenue_but_no_score_and_no_class(tmp_path):
    lines = [line(1, date(2022, 1, 5), customer=0), line(2, date(2022, 1, 6), customer=3)]
    rows = built(tmp_path, "agg_customer_value", lines, "customer_key")
    columns = ("revenue", "recency_score", "frequency_score", "monetary_score", "abc_class")
    assert [rows["0"][name] for name in columns] == ["10.00", "", "", "", ""]
    assert [rows["3"][name] for name in columns] == ["10.00", "5", "5", "5", "A"]


def test_a_cohort_has_a_row_for_every_month_up_to_the_newest_order(tmp_path):
    visits = [(1, 1), (1, 2), (3, 1), (4, 2), (4, 3)]
    lines = [line(n, date(2022, month, 5), customer=c) for n, (month, c) in enumerate(visits)]
    table, _ = Warehouse(tmp_path, star_of(lines)).build("agg_cohort_retention")
    assert table.to_numpy().tolist() == [
        ["2022-01-01", "0", "2", "2", "1.000000", "20.00"],
        ["2022-01-01", "1", "2", "0", "0.000000", "0.00"],
        ["2022-01-01", "2", "2", "1", "0.500000", "10.00"],
        ["2022-01-01", "3", "2", "1", "0.500000", "10.00"],
        ["2022-04-01", "0", "1", "1", "1.000000", "10.00"],
    ]


def test_where_nobody_is_known_there_is_no_cohort_and_the_mart_is_empty(tmp_path):
    table, found = Warehouse(tmp_path, star_of([line(1, date(2024, 1, 5), customer=0)])).build("agg_cohort_retention")
    assert (len(table), found["rows"]) == (0, 0)


def test_where_nothing_but_returns_is_known_there_is_no_cohort(tmp_path):
    lines = [line(1, date(2024, 1, 5), customer=3, amount="-10.00")]
    assert Warehouse(tmp_path, star_of(lines)).build("agg_cohort_retention")[0].empty


def test_a_category_whose_lines_lost_their_product_is_not_missed(tmp_path):
    lost = [{**row, "product_key": 0} if row["product_key"] == 3 and row["order_date"] >= "2024-03" else row
            for row in years()]  # fmt: skip
    assert uncovered(built(tmp_path, "agg_exec_kpis", lost, "month_start")) == []


def test_a_category_that_stops_is_missed_though_some_lines_have_never_a_product(tmp_path):
    gone = without(years(), 3, *months_between("2024-03", "2024-06"))
    some = [{**row, "product_key": 0} if number % 10 == 0 else row for number, row in enumerate(gone)]
    assert uncovered(built(tmp_path, "agg_exec_kpis", some, "month_start")) == months_between("2024-03", "2024-06")
