"""Findings and what the exposé makes of them: ranked by money, hidden where few stand behind, decided upon."""

import re
from datetime import date
from decimal import Decimal

import pytest
from recomputed import Recomputed
from small_run import CLASSES, KPIS, SmallRun, kpi, lines

from elt.expose.number_ledger import NOT_MEANINGFUL, NumberLedger
from elt.findings.groups import hidden_in
from elt.findings.statement import Finding, beyond, ranked
from elt.report import assumptions

FIRST_OF_THIS_YEAR = date(2023, 6, 1)


def changed(rows, when, **values):
    """The order lines, those for which `when` holds with other values."""
    return [{**row, **values} if when(row) else row for row in rows]


def of_few(customers=50):
    return {"customers": customers, "revenue": 1_000, "largest": 50, "largest_two": 90, "largest_three": 120}


def finding(kind, subject, weight):
    return Finding(kind, subject, "revenue", Decimal(1), Decimal(1), Decimal(0), Decimal(weight))


def test_findings_are_ranked_by_money_whatever_their_sign_and_small_ones_are_none():
    found = [finding("place", "A", 5), finding("category", "B", -9), finding("place", "C", 1), finding("place", "B", 5)]
    assert [(one.kind, one.subject) for one in ranked(found, Decimal(2))] == [
        ("category", "B"),
        ("place", "A"),
        ("place", "B"),
    ]


def test_what_moves_like_the_whole_weighs_nothing():
    assert beyond(Decimal(120), Decimal(100), Decimal("0.2")) == 0
    assert beyond(Decimal(90), Decimal(100), Decimal("0.2")) == -30


def test_a_group_hidden_on_all_days_is_hidden_in_every_year():
    years = {year: {name: of_few() for name in "ABC"} for year in ("this", "last")}
    assert hidden_in(years, 5) == set()
    assert {"A"} < hidden_in(years, 5, None, {"A": of_few(3), "B": of_few(20), "C": of_few()}) < {"A", "B", "C"}


def test_a_percentage_of_a_tiny_base_is_not_told():
    ledger = NumberLedger()
    for name, value in (("much", 31_000), ("little", 100), ("none", 0), ("debt", -5)):
        ledger.enter(name, value, "money", {"file": "x"})
    assert ledger.compared("a", "much", "little")["change"] == NOT_MEANINGFUL
    assert ledger.compared("b", "little", "none")["change"] == NOT_MEANINGFUL
    assert ledger.compared("c", "little", "debt")["change"] == NOT_MEANINGFUL
    assert ledger.value(ledger.compared("d", "little", "much")["change"]) == Decimal("-0.996774")


def test_a_place_that_lost_its_revenue_is_told_and_decided_upon(tmp_path):
    def is_south(row):
        return row["location_key"] == 2 and row["order_date"] >= FIRST_OF_THIS_YEAR

    rows = changed(lines(date(2024, 5, 31)), is_south, sales_amount="5.50")
    ledger = SmallRun(tmp_path, rows).numbers()
    first = next(one for one in ledger["findings"] if one["kind"] in ("place", "category"))
    assert (first["kind"], first["subject"]) == ("place", "South")
    decision = ledger["pages"]["situation"]["decision"]
    assert decision["what"] == {**decision["what"], "say": "decide_place_down", "texts": {"part": {"place": "South"}}}
    assert any(
        said["texts"].get("part") == {"place": "South"}
        for said in ledger["pages"]["situation"]["messages"]
        if "texts" in said
    )
    assert [row["place"] for row in ledger["pages"]["products"]["places"]] == ["North", "South"], "most revenue first"
    figures = ledger["figures"]
    this, last = (Decimal(figures[f"place.South.{year}"]["value"]) for year in ("this", "last"))
    whole = [Decimal(figures[f"revenue.{year}"]["value"]) for year in ("this", "last")]
    assert Decimal(figures["place.South.weight"]["value"]) == pytest.approx(this - last * whole[0] / whole[1])
    run = SmallRun(tmp_path, rows)
    for language, words in (("en", "head of sales"), ("de", "Vertriebsleitung")):
        assert all(words in page and "South" in page for page in run.reports(language))


def test_a_country_that_may_be_missing_in_the_export_is_decided_upon_before_all_else(tmp_path):
    def is_missing(row):
        return row["location_key"] == 2 and row["order_date"] >= date(2024, 3, 1)

    run = SmallRun(tmp_path, [row for row in lines(date(2024, 5, 31)) if not is_missing(row)])
    assert run.numbers()["pages"]["situation"]["decision"]["what"]["say"] == "decide_place_down"
    run.accounts["assumptions"] = [assumptions.entry("stopped_part", "fact_sales", 9, 99, why={"en": "", "de": ""})]
    decision = run.numbers()["pages"]["situation"]["decision"]
    assert decision["what"] == {**decision["what"], "say": "decide_stopped", "texts": {"part": {"place": "South"}}}
    for language, words in (("en", "no order up to the end of the data"), ("de", "Ende der Daten kein Auftrag mehr")):
        assert all(words in page for page in run.reports(language))


def test_fewer_new_customers_are_decided_upon_where_they_weigh_most(tmp_path):
    def is_new(row):
        year = row["order_date"] < FIRST_OF_THIS_YEAR
        return row["order_date"] >= date(2022, 6, 1) and row["order_date"].toordinal() % (2 if year else 8) == 0

    rows = lines(date(2024, 5, 31))
    rows = [
        {**row, "customer_key": row["customer_key"] + 60 * row["order_date"].year} if is_new(row) else row
        for row in rows
    ]
    run = SmallRun(tmp_path, rows)
    ledger = run.numbers()
    decision, figures = ledger["pages"]["situation"]["decision"], ledger["figures"]
    assert decision["what"]["say"] == "decide_new_customers_down"
    this, last = (
        {row["customer_key"] for row in rows if is_new(row) and (row["order_date"] >= FIRST_OF_THIS_YEAR) is later}
        for later in (True, False)
    )
    assert figures["new_customers.customers.last"]["value"] == len(last)
    assert figures["new_customers.customers.this"]["value"] == len(this - last)
    assert Recomputed(tmp_path, 5, CLASSES).differences() == {}
    for language, words in (("en", "live from the customers there are"), ("de", "vorhandenen Kunden leben")):
        assert all(words in page for page in run.reports(language))


def test_a_company_that_does_not_show_revenue_among_its_key_figures_reads_of_it_all_the_same(tmp_path, monkeypatch):
    monkeypatch.delitem(KPIS, "revenue")

    def is_south(row):
        return row["location_key"] == 2 and row["order_date"] >= FIRST_OF_THIS_YEAR

    run = SmallRun(tmp_path, changed(lines(date(2024, 5, 31)), is_south, sales_amount="5.50"))
    page = run.numbers()["pages"]["situation"]
    assert page["decision"]["lines"][2]["said"]["figures"]["total"] == "revenue.change"
    assert page["messages"][0]["say"].startswith("revenue_down")
    assert all("ll revenue" in page for page in run.reports())
    assert Recomputed(tmp_path, 5, CLASSES).differences() == {}


def test_where_revenue_fell_the_loss_is_decided_upon_and_not_the_larger_gain(tmp_path):
    this_year = [row for row in lines(date(2024, 5, 31)) if row["order_date"] >= FIRST_OF_THIS_YEAR]
    former = [row for row in lines(date(2024, 5, 31)) if row["order_date"] < FIRST_OF_THIS_YEAR]
    halved = [{**row, "sales_amount": "20.00" if row["location_key"] != 1 else "60.00"} for row in this_year]
    ledger = SmallRun(tmp_path, former + halved).numbers()
    weights = [
        Decimal(ledger["figures"][one["figures"]["weight"]]["value"])
        for one in ledger["findings"]
        if one["kind"] in ("place", "category")
    ]
    assert max(weights) == max(map(abs, weights)), "the gain of a share is the larger finding here"
    assert ledger["pages"]["situation"]["decision"]["what"]["say"].endswith("_down")


def test_a_category_that_ended_is_the_decision_with_what_it_brought_at_stake(tmp_path):
    ledger = SmallRun(tmp_path, lines(date(2024, 5, 31), bikes_until=date(2024, 4, 30))).numbers()
    decision, figures = ledger["pages"]["situation"]["decision"], ledger["figures"]
    assert decision["what"]["say"] == "decide_gap" and decision["what"]["texts"] == {"part": "Bikes"}
    assert [line["label"] for line in decision["lines"]] == ["whom", "stake", "today", "success", "who"]
    share = Decimal(figures["category.Bikes.this"]["value"]) / Decimal(figures["revenue.this"]["value"])
    assert Decimal(figures["decision.share"]["value"]) == round(share, 6) > Decimal("0.5")


def test_without_a_year_before_the_decision_is_about_a_segment_and_says_over_which_time(tmp_path):
    run = SmallRun(tmp_path, lines(date(2022, 8, 31)))
    ledger = run.numbers()
    assert ledger["findings"] == []
    assert ledger["pages"]["situation"]["decision"]["what"]["say"] == "decide_segment"
    assert "of all revenue up to 31" in run.reports()[0].replace("\N{NO-BREAK SPACE}", " ")


def test_without_a_year_before_and_without_segments_there_is_no_decision_and_the_page_says_so(tmp_path):
    run = SmallRun(tmp_path, lines(date(2022, 8, 31)))
    run.model["choice"] |= {"k": 1, "by": "none"}
    run.model["evidence"] = []
    for language, words in (("en", "no year to compare with"), ("de", "weder ein Vorjahr")):
        assert all(words in page for page in run.reports(language))


def test_a_place_of_few_customers_is_in_no_finding_and_in_no_figure(tmp_path):
    rows = changed(lines(date(2024, 5, 31)), lambda row: row["customer_key"] in (1, 2), location_key=3)
    run = SmallRun(tmp_path, rows)
    names = ("n/a", "North", "South", "Nowhere")
    run.table("dim_location", [{"location_key": key, "country": name} for key, name in enumerate(names)])
    ledger = run.numbers()
    assert not any("Nowhere" in name for name in ledger["figures"])
    assert all(one["subject"] != "Nowhere" for one in ledger["findings"])
    told = {name.split(".")[1] for name in ledger["figures"] if name.startswith("place.")}
    assert len(told) < 3, "the total tells of a hidden place unless another one is hidden too"


def test_messages_of_page_one_have_one_time_base(tmp_path):
    run = SmallRun(tmp_path, lines(date(2024, 5, 31)))
    said = {message["say"] for message in run.numbers()["pages"]["situation"]["messages"]}
    assert not said & {"largest_segment", "came_back", "pareto"}


def test_months_without_revenue_are_told_and_can_be_counted_again(tmp_path):
    """Two silent months of last year."""
    silent = {(2022, 8), (2023, 2)}
    rows = [row for row in lines(date(2024, 5, 31)) if (row["order_date"].year, row["order_date"].month) not in silent]
    run = SmallRun(tmp_path, rows)
    told = [row["month_start"] for row in run.months]
    gaps = [{"month_start": date(*month, 1), "revenue": "0.00", "is_complete": "true"} for month in silent]
    run.table("agg_exec_kpis", sorted([*run.months, *gaps], key=lambda row: row["month_start"]))
    ledger = run.numbers()
    assert len(told) + len(gaps) == 29
    assert ledger["figures"]["silent_months.last"]["value"] == 2
    assert ledger["figures"]["silent_months.first"]["value"] == "2022-08-01"
    assert "silent_months" in {one["kind"] for one in ledger["findings"][:2]}
    assert Recomputed(tmp_path, 5, CLASSES).differences() == {}
    assert "2 of last year" in run.reports()[1]


def test_the_month_that_is_strongest_in_both_years_is_told_as_the_season(tmp_path):
    rows = changed(lines(date(2024, 5, 31)), lambda row: row["order_date"].month == 12, quantity=3)
    for row in rows:
        if row["order_date"].month == 12:
            row["sales_amount"] = str(float(row["sales_amount"]) * 2)
    run = SmallRun(tmp_path, rows)
    season = run.numbers()["pages"]["situation"]["season"]
    assert season["figures"]["this"] == "month.2023-12.revenue"
    assert Recomputed(tmp_path, 5, CLASSES).differences() == {}
    for language, words in (
        ("en", "is the strongest month in both years"),
        ("de", "in beiden Jahren der stärkste Monat"),
    ):
        assert all(words in page for page in run.reports(language))


def test_revenue_without_a_category_is_a_finding(tmp_path):
    rows = changed(lines(date(2024, 5, 31)), lambda row: row["customer_key"] % 4 == 1, product_key=0)
    run = SmallRun(tmp_path, rows)
    products = [(0, "n/a", "n/a"), (1, "P1", "Bikes"), (2, "P2", "Parts")]
    names = ("product_key", "product_number", "category")
    run.table("dim_product", [dict(zip(names, product, strict=True)) for product in products])
    ledger = run.numbers()
    found = {(one["kind"], one["subject"]): one["figures"]["weight"] for one in ledger["findings"]}
    assert ledger["figures"][found["unknown", "category"]]["value"] == ledger["figures"]["category.n/a.this"]["value"]
    assert Recomputed(tmp_path, 5, CLASSES).differences() == {}


def test_a_key_figure_that_is_zero_in_both_years_has_no_row(tmp_path, monkeypatch):
    monkeypatch.setitem(KPIS, "returns", kpi("Returns", "Retouren", "SUM(sales_amount - sales_amount)", "money"))
    page = SmallRun(tmp_path, lines()).numbers()["pages"]["situation"]
    assert "returns" not in {row["kpi"] for row in page["kpis"]}
    assert page["left_out"] == []


def test_returns_that_grew_are_a_finding(tmp_path, monkeypatch):
    credited = "COALESCE(SUM(sales_amount) FILTER (WHERE document_type = 'credit_note'), 0)"
    monkeypatch.setitem(KPIS, "returns", kpi("Returns", "Retouren", credited, "money"))
    rows = lines(date(2024, 5, 31))
    for number, row in enumerate(rows):
        if row["order_date"] >= FIRST_OF_THIS_YEAR and number % 5 == 0:
            row |= {"document_type": "credit_note", "sales_amount": "-30.00", "quantity": -1}
    ledger = SmallRun(tmp_path, rows).numbers()
    found = next(one for one in ledger["findings"] if one["kind"] == "returns")
    back = sum(Decimal(row["sales_amount"]) for row in rows if row["document_type"] == "credit_note")
    assert Decimal(ledger["figures"][found["figures"]["weight"]]["value"]) == back
    assert ledger["figures"][found["figures"]["this"]]["value"] == str(int(back))
    assert ledger["pages"]["situation"]["decision"]["what"]["say"] == "decide_returns_down"


def test_a_margin_that_fell_is_worth_its_points_of_the_revenue_of_this_year(tmp_path, monkeypatch):
    rate = "(SUM(sales_amount) - SUM(cost_amount)) / SUM(sales_amount)"
    monkeypatch.setitem(KPIS, "gross_margin_rate", kpi("Margin", "Marge", rate, "share"))
    rows = lines(date(2024, 5, 31))
    for row in rows:
        part = "0.8" if row["order_date"] >= FIRST_OF_THIS_YEAR else "0.5"
        row["cost_amount"] = str((Decimal(row["sales_amount"]) * Decimal(part)).quantize(Decimal("0.01")))
    run = SmallRun(tmp_path, rows)
    ledger = run.numbers()
    found = next(one for one in ledger["findings"] if one["kind"] == "margin")
    values = {name: Decimal(ledger["figures"][figure]["value"]) for name, figure in found["figures"].items()}
    assert (values["last"], values["this"]) == (Decimal("0.5"), Decimal("0.2"))
    revenue = sum(Decimal(row["sales_amount"]) for row in rows if row["order_date"] >= FIRST_OF_THIS_YEAR)
    assert values["weight"] == pytest.approx(Decimal("-0.3") * revenue, abs=10)
    assert ledger["pages"]["situation"]["decision"]["what"]["say"] == "decide_margin_down"
    assert Recomputed(tmp_path, 5, CLASSES).differences() == {}


def test_the_revenue_of_customers_who_came_new_is_compared_between_the_years(tmp_path):
    rows = lines(date(2024, 5, 31))
    for row in rows:
        if row["customer_key"] in range(1, 13):
            row["customer_key"] += 100 * sum(row["order_date"] >= date(year, 9, 1) for year in (2022, 2023))
    SmallRun(tmp_path, rows).numbers()
    again = Recomputed(tmp_path, 5, CLASSES)
    for year, keys in (("last", range(101, 113)), ("this", range(201, 213))):
        revenue = sum(
            Decimal(row["sales_amount"])
            for row in rows
            if row["customer_key"] in keys and (row["order_date"] >= FIRST_OF_THIS_YEAR) == (year == "this")
        )
        assert Decimal(again.figures[f"new_customers.{year}"]["value"]) == pytest.approx(revenue, abs=1)
    assert again.differences() == {}


def test_what_is_not_shown_is_named_in_a_line(tmp_path):
    run = SmallRun(tmp_path, lines(date(2022, 8, 31)))
    for language, words in (("en", "do not allow it: bridge."), ("de", "nicht zulassen: Umsatzbrücke.")):
        assert all(words in page for page in run.reports(language))


def test_every_sentence_has_a_wording_in_both_languages():
    from small_run import TEMPLATES

    from elt.report.words import read

    german, english = (read(str(TEMPLATES / f"expose.{language}.yaml")) for language in ("de", "en"))
    assert german["sentences"].keys() == english["sentences"].keys()
    for key, wording in english["sentences"].items():
        names = [set(re.findall(r"\{(\w+)", str(words))) for words in (wording, german["sentences"][key])]
        assert names[0] == names[1], key
