"""Numbers of the exposé: what is compared, what is hidden, and that all of them can be computed again."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from again import Again
from recomputed import Recomputed
from small_run import CLASSES, SmallRun, lines

from elt.expose.customers import cohort_rows
from elt.expose.number_ledger import NumberLedger
from elt.expose.products import abc_classes
from elt.protection.disclosure import dominated, publishable_sums
from elt.report.assumptions import entry
from elt.sales.periods import Period, add_months, comparable_months, comparison, coverage_gaps
from elt.sales.views import cohort_view


def months(first, count):
    return [add_months(first, step) for step in range(count)]


def group(customers, revenue, largest, largest_two):
    return {"customers": customers, "revenue": revenue, "largest": largest, "largest_two": largest_two}


def test_this_year_is_the_last_twelve_complete_months():
    this, last = comparison(months(date(2021, 3, 1), 30))
    assert this == Period(date(2022, 9, 1), date(2023, 9, 1))
    assert last == Period(date(2021, 9, 1), date(2022, 9, 1))


def test_with_less_than_two_years_the_months_that_have_a_former_year_are_compared():
    this, last = comparison(months(date(2022, 1, 1), 18))
    assert (this, last) == (Period(date(2023, 1, 1), date(2023, 7, 1)), Period(date(2022, 1, 1), date(2022, 7, 1)))


@pytest.mark.parametrize("count", [1, 12])
def test_up_to_a_year_has_nothing_to_be_compared_with(count):
    this, last = comparison(months(date(2022, 1, 1), count))
    assert len(this.months) == count
    assert last is None


@pytest.mark.parametrize(
    ("count", "this_year"),
    [
        (24, (date(2024, 7, 1), date(2025, 7, 1))),  # a whole business year
        (22, (date(2024, 7, 1), date(2025, 5, 1))),  # the months of it that are complete
        (26, (date(2024, 7, 1), date(2025, 7, 1))),  # a new one that is no quarter old: the whole one before
        (27, (date(2025, 7, 1), date(2025, 10, 1))),
        (14, (date(2024, 7, 1), date(2024, 9, 1))),  # no quarter old, and nothing before it to compare
    ],
)
def test_with_a_business_year_its_complete_months_are_compared_with_those_a_year_earlier(count, this_year):
    this, last = comparison(months(date(2023, 7, 1), count), 7)
    assert (this, last) == (Period(*this_year), Period(*this_year).a_year_before())


def test_of_a_business_year_that_began_before_the_data_only_months_with_a_former_year_are_compared():
    this, _ = comparison(months(date(2023, 10, 1), 20), 7)
    assert this == Period(date(2024, 10, 1), date(2025, 6, 1))
    assert comparison(months(date(2023, 10, 1), 12), 7)[1] is None
    this, _ = comparison(months(date(2023, 10, 1), 23), 7)
    assert this == Period(date(2024, 10, 1), date(2025, 7, 1))  # two months of the new year are too few


def test_the_business_year_is_named_where_it_is_compared(tmp_path):
    run = SmallRun(tmp_path, lines())
    assert "business_year.start" not in run.numbers()["figures"]
    ledger = run.numbers(first_month=2)
    figures, header = ledger["figures"], ledger["pages"]["situation"]["header"]
    assert [said["say"] for said in header][-2:-1] == ["business_year"]
    start, end = (figures[f"business_year.{part}"]["value"] for part in ("start", "end"))
    assert start <= figures["period.this.start"]["value"] <= figures["period.this.end"]["value"] <= end
    assert (start[5:], end[5:7]) == ("02-01", "01")


def test_without_a_complete_month_there_is_no_period():
    assert comparison([]) == (None, None)


def test_a_category_that_ends_early_is_a_gap_and_its_months_are_not_compared():
    spring = months(date(2023, 1, 1), 6)
    revenue = {("Bikes", m): 90 for m in spring[:5]} | {("Parts", m): 10 for m in spring}
    gaps = coverage_gaps(revenue, {"Bikes": date(2023, 5, 31), "Parts": date(2023, 6, 30)})
    assert [(gap.category, gap.months_sold, gap.share, gap.missing) for gap in gaps] == [
        ("Bikes", 5, 0.9, (date(2023, 6, 1),))
    ]
    assert comparable_months(spring, gaps) == spring[:5]


def test_a_small_category_that_pauses_is_no_gap():
    spring = months(date(2023, 1, 1), 6)
    revenue = {("Gifts", m): 1 for m in spring[:5]} | {("Parts", m): 99 for m in spring}
    assert coverage_gaps(revenue, {"Gifts": date(2023, 5, 31), "Parts": date(2023, 6, 30)}) == []


def test_a_category_that_is_gone_for_more_than_half_a_year_is_no_gap():
    both = months(date(2022, 1, 1), 20)
    revenue = {("Bikes", m): 50 for m in both[:12]} | {("Parts", m): 50 for m in both}
    assert coverage_gaps(revenue, {"Bikes": date(2022, 12, 31), "Parts": date(2023, 8, 31)}) == []


def test_products_are_a_until_80_percent_and_b_until_95():
    assert abc_classes({"p": 70, "q": 20, "r": 6, "s": 4, "t": 0}) == {"p": "A", "q": "A", "r": "B", "s": "C", "t": "C"}


def cohorts(visits):
    """Customers by quarter of the first order and quarter."""
    view = cohort_view(visits.lazy())
    return view.joined([view.plan.collect()])


def test_cohort_cells_of_fewer_than_five_customers_are_hidden():
    first, second = date(2023, 1, 1), date(2023, 4, 1)
    visits = [(key, first) for key in range(1, 21)] + [(key, second) for key in range(1, 5)]
    visits += [(key, date(2023, 7, 1)) for key in range(1, 7)]
    frame = pl.DataFrame(visits, schema={"customer_key": pl.Int64, "month": pl.Date}, orient="row")
    frame = frame.with_columns(has_order=True)
    ledger = NumberLedger()
    rows = cohort_rows(ledger, cohorts(frame), Period(first, date(2023, 10, 1)), 5)
    assert [(row["cohort"], row["cells"]) for row in rows] == [("2023-Q1", [None, "cohort.2023-Q1.2"])]
    assert ledger.value("cohort.2023-Q1.2") == Decimal("0.3")


def test_a_cohort_from_which_all_but_a_few_came_back_is_hidden_too():
    first, second = date(2023, 1, 1), date(2023, 4, 1)
    visits = [(key, first) for key in range(1, 21)] + [(key, second) for key in range(1, 19)]
    frame = pl.DataFrame(visits, schema={"customer_key": pl.Int64, "month": pl.Date}, orient="row")
    frame = frame.with_columns(has_order=True)
    rows = cohort_rows(NumberLedger(), cohorts(frame), Period(first, date(2023, 7, 1)), 5)
    assert rows[0]["cells"] == [None]


def test_a_sum_that_one_or_two_customers_dominate_is_hidden():
    assert dominated(100, 81, 85)
    assert dominated(100, 50, 91)
    assert not dominated(100, 50, 80)


def test_a_single_hidden_sum_hides_the_smallest_other_one():
    groups = {"a": group(50, 100, 5, 9), "b": group(20, 100, 5, 9), "c": group(30, 100, 90, 95)}
    assert publishable_sums(groups, 5) == {"a": True, "b": False, "c": False}


def test_a_figure_is_entered_once():
    ledger = NumberLedger()
    ledger.enter("x", 1, "count", {"formula": "one"})
    with pytest.raises(ValueError, match="two figures"):
        ledger.enter("x", 2, "count", {"formula": "one"})


def test_a_partial_month_is_shown_and_kept_out_of_the_years(tmp_path):
    ledger = SmallRun(tmp_path, lines(date(2024, 6, 10))).numbers()
    rows = ledger["pages"]["situation"]["months"]
    assert [row["month"] for row in rows if row["partial"]] == ["2024-06-01"]
    assert ledger["figures"]["period.this.end"]["value"] == "2024-05-31"


def test_a_complete_month_without_the_main_category_is_told_and_not_compared(tmp_path):
    ledger = SmallRun(tmp_path, lines(date(2024, 5, 31), bikes_until=date(2024, 4, 30))).numbers()
    assert ledger["figures"]["period.this.end"]["value"] == "2024-04-30"
    assert ledger["pages"]["situation"]["gaps"][0]["texts"] == {"category": "Bikes"}


def test_every_figure_can_be_computed_again(tmp_path):
    SmallRun(tmp_path, lines(date(2024, 6, 10), bikes_until=date(2024, 5, 20))).numbers()
    again = Recomputed(tmp_path, 5, CLASSES)
    families = {name.split(".")[0] for name in again.figures}
    assert {"kpi", "bridge", "month", "gap", "pareto", "cohort", "abc", "segment", "amount", "risk"} <= families
    assert again.differences() == {}
    entries = Again(tmp_path, "reports/number_ledger.json")
    elsewhere = [name for name in entries.figures if name.startswith(("policy.", "risk.minimum"))]  # of other steps
    for name in elsewhere:
        del entries.figures[name]
    assert entries.differences() == {}
    entries.figures["abc.A.revenue"]["value"] = "1"
    assert "abc.A.revenue" in entries.differences()


def test_a_wrong_figure_is_found(tmp_path):
    SmallRun(tmp_path, lines()).numbers()
    again = Recomputed(tmp_path, 5, CLASSES)
    again.figures["abc.A.revenue"]["value"] = "1"
    assert "abc.A.revenue" in again.differences()


def test_a_missing_cost_leaves_out_the_margin_and_says_so(tmp_path):
    rows = [{name: value for name, value in row.items() if name != "cost_amount"} for row in lines()]
    ledger = SmallRun(tmp_path, rows).numbers()
    assert [row["kpi"] for row in ledger["pages"]["situation"]["kpis"]] == ["revenue", "repeat_rate"]
    assert ledger["pages"]["situation"]["left_out"] == [{"say": "kpi_left_out", "kpis": {"kpis": ["gross_margin"]}}]


def test_a_year_of_fewer_than_five_customers_is_not_told(tmp_path):
    rows = [row for row in lines() if row["customer_key"] in (1, 2, 3, 4)]
    assert SmallRun(tmp_path, rows).numbers()["pages"]["situation"]["kpis"] == []


def test_a_repair_of_fewer_than_five_records_keeps_its_effect_to_itself(tmp_path):
    run = SmallRun(tmp_path, lines())
    run.silver["sales"]["repairs"][0]["records"] = 4
    ledger = run.numbers()
    assert ledger["pages"]["evidence"]["quality_title"]["say"] == "amount_repaired_few"
    assert not any(name.endswith((".effect", "amount.repairs")) for name in ledger["figures"] if "sales" in name)


def test_records_with_an_implausible_order_date_are_told_beside_the_analysis_date(tmp_path):
    run = SmallRun(tmp_path, lines())
    assert run.numbers()["pages"]["situation"]["header"][-1]["say"] == "data_as_of"
    run.accounts["assumptions"] = [entry("implausible_dates", "sales.day", 3, 714, {"amount": "1311.80"})]
    for language, words in (
        ("en", ", without 3 records whose order dates lie far from all others"),
        ("de", ", ohne 3 Datensätze, deren Auftragsdaten weit von allen anderen entfernt liegen"),
    ):
        assert all(words in page for page in run.reports(language))


def test_a_category_whose_lines_lost_their_product_has_not_stopped():
    spring = months(date(2023, 1, 1), 6)
    revenue = (
        {("Bikes", m): 90 for m in spring[:5]} | {("Parts", m): 10 for m in spring[:5]} | {("n/a", spring[5]): 100}
    )
    last = {"Bikes": date(2023, 5, 31), "Parts": date(2023, 5, 31), "n/a": date(2023, 6, 30)}
    assert coverage_gaps(revenue, last) == []
    some = {("n/a", m): 5 for m in spring} | {("Bikes", m): 90 for m in spring[:5]} | {("Parts", m): 10 for m in spring}
    assert [gap.category for gap in coverage_gaps(some, {**last, "Parts": date(2023, 6, 30)})] == ["Bikes"]


def without(key, rows, when):
    """The order lines, those for which `when` holds on key 0."""
    return [{**row, key: 0} if when(row) else row for row in rows]


def test_lines_without_a_customer_are_told_and_segments_have_their_share_of_all_revenue(tmp_path):
    run = SmallRun(tmp_path, without("customer_key", lines(), lambda row: row["customer_key"] % 7 == 0))
    ledger = run.numbers()
    figures, said = ledger["figures"], ledger["pages"]["customers"]["unknown"]
    total = sum(Decimal(row["sales_amount"]) for row in lines())
    assert Decimal(figures["sales.revenue"]["value"]) == total
    row = ledger["pages"]["segments"]["segments"][0]
    told = Decimal(figures[row["revenue_share"]]["value"])
    assert told == round(Decimal(800) / total, 6)
    assert said["say"] == "unknown_customer"
    share = Decimal(figures[said["figures"]["share"]]["value"])
    assert Decimal("0.1") < share < Decimal("0.3")
    assert "have no known customer" in run.reports()[1]


def test_lines_without_a_product_are_told_and_are_no_product(tmp_path):
    rows = without("product_key", lines(date(2024, 5, 31)), lambda row: row["order_date"] >= date(2024, 3, 1))
    run = SmallRun(tmp_path, rows)
    run.table("dim_product", [{"product_key": n, "product_number": p, "category": c}
                              for n, p, c in ((0, "n/a", "n/a"), (1, "P1", "Bikes"), (2, "P2", "Parts"))])  # fmt: skip
    ledger = run.numbers()
    assert ledger["pages"]["situation"]["gaps"] == []
    assert ledger["pages"]["products"]["unknown"]["say"] == "unknown_product"
    assert {row["number"] for row in ledger["pages"]["products"]["best"]} <= {"P1", "P2"}
    for language, words in (("en", "no known product"), ("de", "ohne bekanntes Produkt")):
        html, markdown = run.reports(language)
        assert words in html and words in markdown
        assert "no sales since" not in markdown


@pytest.mark.parametrize("factor", [Decimal(100), Decimal("0.01"), Decimal(-1), Decimal(0)])
def test_every_page_is_made_where_the_amounts_of_this_year_are_of_another_size_or_sign(tmp_path, factor):
    this_year = ((row, row["order_date"] >= date(2023, 6, 1)) for row in lines(date(2024, 5, 31)))
    rows = [
        {**row, "sales_amount": str(Decimal(row["sales_amount"]) * (factor if is_later else 1))}
        for row, is_later in this_year
    ]
    run = SmallRun(tmp_path, rows)
    run.numbers()
    for language in ("en", "de"):
        assert "not_meaningful" not in run.reports(language)[1]
    if factor == 100:
        assert "Revenue was" in run.reports()[1]
        assert "all revenue +" in run.reports()[1]
