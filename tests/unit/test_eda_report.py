"""Unit tests of eda_report, of profile texts and of Markdown escaping."""

from datetime import date

import polars as pl
import pytest
from conftest import ROOT

from eda_report import section, with_words
from eda_summary import listed
from elt.eda import patterns, sentences
from elt.eda.origins import Source
from elt.eda.patterns import closest_pairs
from elt.eda.profile_text import content_text, is_measure, missing_cell, numbers_table, spark
from elt.eda.profiles import profile
from elt.eda.sentences import Finding, absent_text
from elt.eda.suppression import suppressed_rows
from elt.report.figure_ledger import Told
from elt.report.markdown import Markdown, code, escape, table
from elt.report.words import read
from elt.run.mart import Mart

EN, DE = (read(ROOT / f"scripts/templates/eda.{language}.yaml") for language in ("en", "de"))
ROWS = Source("m", ("marts", "m"), "gold.m")
NB = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a|b", r"a\|b"),
        ("<script>", "&lt;script&gt;"),
        ("[x](y)", r"\[x\](y)"),
        ("a & b", "a &amp; b"),
        ("one\n# two\x00", r"one \# two"),
        ("`*_~$\\", r"\`\*\_\~\$\\"),
        ("http://x.y", r"http\://x.y"),
        ("a@b.c", r"a\@b.c"),
        ("1. first", r"1\. first"),
        ("- item", r"\- item"),
        ("---", r"\---"),
        ("-5", "-5"),
        ("1.5", "1.5"),
        ("n/a", "n/a"),
        (None, ""),
        (-3.5, "-3.5"),
        (7, "7"),
    ],
)
def test_a_value_stays_text(value, expected):
    assert escape(value) == expected


def test_a_right_to_left_mark_cannot_turn_text_round():
    assert escape("a\u202eb") == "a b"


def test_a_name_that_is_more_than_a_name_is_escaped_instead_of_coded():
    assert code("customer_key") == "`customer_key`"
    assert code("a`b") == r"a\`b"


def test_a_table_escapes_its_cells_and_aligns_numbers():
    text = table(["who", "n"], [["a|b", 1], [Markdown("`c`"), "<5"]])
    assert text == "| who | n |\n| --- | ---: |\n| a\\|b | 1 |\n| `c` | &lt;5 |\n\n"


def test_a_table_without_rows_has_a_header():
    assert table(["a", "b"], []) == "| a | b |\n| --- | --- |\n\n"


def test_a_figure_that_is_not_shown_is_a_dash():
    told = Told(EN)
    texts = [told.amount(f"x.{value}", value, {"formula": "1"}) for value in (None, 2.0, 2.345, 1234567.0)]
    assert texts == ["–", "2", "2.35", "1,234,567"]
    assert told.ledger.figures["x.2.345"] == {"value": "2.345", "unit": "money", "decimals": 2, "formula": "1"}


def test_the_shape_allows_for_the_width_of_bins():
    assert spark({"edges": [0, 1, 3, 4], "rows": [8, 8, 0]}) == "█▅·"
    assert spark(None) == ""


def test_percentiles_stand_in_their_order_whatever_the_order_in_the_file():
    shares = {"p25": 2.0, "p5": 1.0, "p50": 3.0, "p75": 4.0, "p95": None}
    column = {"shown": "number", "unit": "pieces", "percentiles": shares, "mean": 9.0, "standard_deviation": 8.0}
    assert "| `x` | pieces | 9 | 8 | 1 | 2 | 3 | 4 | – |" in numbers_table({"x": column}, Told(EN), ROWS)
    assert "| Menge | Stück | 9 | 8 | 1 |" in numbers_table({"x": column}, Told(DE), ROWS, {"x": "Menge"})


def test_shares_stand_in_per_cent_and_one_that_is_not_shown_is_a_dash():
    column = {"shown": "number", "unit": "share", "mean": 0.3961, "standard_deviation": 0.04}
    text = numbers_table({"x": column | {"percentiles": {"p5": 0.0004, "p95": 1.0}}}, Told(DE), ROWS)
    cells = [cell.strip().replace(NB, " ") for cell in text.splitlines()[2].split("|")[3:10]]
    assert cells == ["39,61 %", "4,00 %", "0,04 %", "–", "–", "–", "100,00 %"]


def test_a_measure_that_is_0_in_every_row_is_named_below_the_table():
    column = {"shown": "number", "unit": "months", "mean": 9.0, "standard_deviation": 8.0}
    text = numbers_table({"x": column, "y": column | {"mean": 0.0, "standard_deviation": 0.0}}, Told(DE), ROWS)
    assert "| `x` | Monate | 9 | 8 |" in text and text.endswith("|\n\nIn jeder Zeile 0: `y`.\n\n")


def test_a_shape_that_the_page_draws_is_a_pointer_and_any_other_that_is_not_shown_a_dash():
    column = {"shown": "number", "unit": "money", "mean": 9.0, "standard_deviation": 8.0}
    text = numbers_table({"revenue": column, "cost": column}, Told(DE), ROWS, drawn=["revenue"])
    shapes = [line.rsplit("| ", 1)[-1] for line in text.splitlines()[2:4]]
    assert shapes == ["siehe Bild |", "– |"]


def test_a_column_that_no_row_fills_and_one_that_is_0_in_all_do_not_stand_in_a_table():
    rows = [["a", None, 0, 1], ["b", "", "0.00\N{NO-BREAK SPACE}%", 0]]
    text = table(["who", "why", "lost", "n"], rows, "Always 0: {names}.")
    assert text == "| who | n |\n| --- | ---: |\n| a | 1 |\n| b | 0 |\n\nAlways 0: lost.\n\n"


def test_a_number_without_a_unit_is_no_measure():
    year = {"shown": "number", "unit": None, "mean": 2023.4}
    assert not is_measure(year) and is_measure(year | {"unit": "pieces"})
    assert numbers_table({"year": year}, Told(EN), ROWS) == ""
    assert content_text("x", year, Told(EN), ROWS) == "a number that is no measure"


def test_the_values_of_a_category_cannot_add_a_cell():
    column = {"shown": "category", "counts": [{"value": "a|b", "rows": 9}], "suppressed_groups": 2}
    assert content_text("x", column, Told(EN), ROWS) == r"a\|b: 9; 2 groups suppressed"


def test_the_values_of_a_category_are_text_in_the_sql_of_their_entry():
    column, told = {"shown": "category", "counts": [{"value": "a{0}'b", "rows": 9}]}, Told(EN)
    content_text("x", column, told, ROWS)
    sql = told.ledger.figures["m.x.rows.a{0}'b"]["query"]
    assert sql == """SELECT COUNT(*) FILTER (WHERE "x" = 'a{0}''b') FROM gold.m"""


def test_age_bands_stand_in_the_order_of_age():
    counts = [{"value": "40–49", "rows": 9}, {"value": "30–39", "rows": 7}]
    assert content_text("x", {"shown": "ages", "counts": counts}, Told(EN), ROWS) == "30–39: 7; 40–49: 9"


def test_suppressed_numbers_of_missing_cells_are_hidden_in_the_language_of_the_page():
    assert missing_cell("x", {"missing": "<5", "missing_share": None}, Told(EN), ROWS) == "<5"
    assert missing_cell("x", {"missing": "hidden", "missing_share": None}, Told(DE), ROWS) == "verborgen"
    assert missing_cell("x", {"missing": 1300, "missing_share": 0.5}, Told(DE), ROWS) == f"1.300 (50,0{NB}% der Zeilen)"


def test_the_share_of_the_largest_group_is_of_what_is_shown():
    groups = [{"country": "A", "revenue": 30.0}, {"country": "B", "revenue": 10.0}]
    found = sentences.of_groups(groups, "country", Told(EN))
    assert (found.title, found.text) == (f"A brings 75.0{NB}% of the revenue", "")
    assert sentences.of_groups([], "country", Told(EN)) == Finding("No revenue by country can be shown")
    assert sentences.of_groups(None, "category", Told(EN)) == Finding("The products have no category")


def test_more_than_three_groups_are_told_together():
    groups = [{"country": name, "revenue": 25.0} for name in "ABCD"]
    assert sentences.of_groups(groups, "country", Told(EN)).text == (
        f"The 4 countries shown bring 100; the first three of them 75.0{NB}%."
    )


def test_partial_months_are_named():
    months = [{"month": "2013-12", "revenue": 9.0, "is_complete": True}, {"month": "2014-01", "revenue": 1.0}]
    months[1]["is_complete"] = False
    found = sentences.of_months(months, Told(EN))
    assert found.title == "Revenue was highest in December 2013 with 9"
    assert found.text.endswith("Partial, and hatched: January 2014.")


def weekdays(*lines: int) -> list[dict]:
    """Order lines by weekday from Monday on."""
    return [{"weekday": day, "order_lines": count} for day, count in enumerate(lines, start=1)]


def test_weekdays_that_hardly_differ_are_a_sentence_without_a_figure():
    found = sentences.of_weekdays(weekdays(100, 101, 99, 100, 104, 98, 98), Told(EN))
    assert found.alternative == "" and found.title.startswith("The weekdays hardly differ: between 14.0")
    assert "![" not in section(found, "x.svg")


def test_a_weekday_a_tenth_above_the_others_has_a_figure():
    found = sentences.of_weekdays(weekdays(1000, 1000, 1000, 1000, 1000, 1200, 800), Told(EN))
    assert found.title == "Saturday has most order lines, Sunday the fewest"
    assert section(found, "x.svg").endswith("![Share of order lines by weekday, most on Saturday](x.svg)\n\n")


def test_weekdays_that_differ_no_more_than_chance_are_a_sentence_without_a_figure():
    found = sentences.of_weekdays(weekdays(10, 10, 10, 10, 10, 12, 8), Told(EN))
    assert found.alternative == "" and found.title.startswith("The weekdays differ no more than chance explains")
    many = weekdays(1000, 1000, 1000, 1000, 1000, 1200, 800)
    assert patterns.is_beyond_chance(many)
    assert not patterns.is_beyond_chance([day | {"customers": 20} for day in many]), "the lines of few customers"


def years(*of_a_year: float, growth: float = 1.0) -> list[dict]:
    """Three years of months with these revenues each, each year by so much larger than the one before."""
    return [
        {"month": f"{2021 + year}-{month:02}", "revenue": revenue * growth**year}
        for year in range(3)
        for month, revenue in enumerate(of_a_year, start=1)
    ]


def test_a_month_that_stands_out_in_each_year_is_a_season_whatever_the_growth():
    months = years(100, 100, 100, 100, 150, 100, 100, 100, 100, 100, 60, 100, growth=1.05)
    assert patterns.seasons(patterns.yearly_ratios(months)) == {"high": [5], "low": [11]}
    assert sentences.of_months(months, Told(EN)).text.endswith(
        "In each year, May brought at least a tenth more than the mean of the twelve months around, November at least a "
        "tenth less."
    )


def test_a_month_that_stands_out_in_one_year_is_no_season():
    months = years(*[100] * 12)
    months[16]["revenue"] = 200
    assert patterns.seasons(patterns.yearly_ratios(months)) == {"high": [], "low": []}
    assert "so there is no season" in sentences.of_months(months, Told(EN)).text
    assert "season" not in sentences.of_months(months[:23], Told(EN)).text


def test_no_season_is_told_across_a_missing_month():
    months = years(100, 100, 100, 100, 150, 100, 100, 100, 100, 100, 100, 100)
    del months[18]
    assert set(patterns.yearly_ratios(months)) == {7}, "only around July are all months there in two years"
    assert "season" not in sentences.of_months(months, Told(EN)).text


def test_a_day_without_business_is_worth_a_figure():
    assert sentences.of_weekdays(weekdays(100, 100, 100, 100, 100, 100), Told(EN)).alternative


def test_a_weekday_text_without_lines_says_so():
    assert sentences.of_weekdays([], Told(EN)) == Finding("No weekday can be shown.")


def test_too_few_customers_for_percentiles_are_said():
    assert sentences.of_customers({"rows": 7, "columns": {"revenue": {"unit": "money"}}}, 5, Told(EN)).title == (
        "7 known customers have ordered; too few for percentiles"
    )
    assert sentences.of_customers({"rows": 3, "columns": {"revenue": {"unit": "money"}}}, 5, Told(EN)).title.startswith(
        "Fewer than 5 known"
    )


def test_how_much_a_tenth_of_the_customers_brings_is_said():
    tenths = [
        {"customers": 10, "revenue_share": share} for share in (0.5, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.99, 1)
    ]
    found = sentences.of_concentration(tenths, Told(DE))
    assert found.title == f"Ein Zehntel der Kunden bringt 50,0{NB}% des Umsatzes"
    assert found.text == f"Zwei Zehntel bringen 70,0{NB}%, die Hälfte mit dem kleineren Umsatz 10,0{NB}%."
    assert sentences.of_concentration([], Told(EN)).title.startswith("How the revenue is spread")


def test_quartiles_of_orders_are_said_where_all_of_them_may_be_shown():
    orders = {"percentiles": {"p25": 10.0, "p50": 20.5, "p75": None}, "histogram": {"edges": [1, 2], "rows": [9]}}
    assert sentences.of_orders(orders, Told(EN)) == Finding("Too few orders for a distribution of their values.")
    orders["percentiles"]["p75"] = 40.0
    assert sentences.of_orders(orders, Told(EN)).title == "Half of the orders are worth at most 20.50"
    assert sentences.of_orders(None, Told(EN)).alternative == ""


def test_pairs_come_once_and_the_closest_first():
    matrix = [[1.0, 0.2, None], [0.2, 1.0, -0.9], [None, -0.9, 1.0]]
    found = {"columns": ["a", "b", "c"], "rows": 12, "spearman": matrix}
    assert closest_pairs(found) == [("b", "c", -0.9), ("a", "b", 0.2)]
    assert sentences.of_correlations(found, Told(EN)).title == "b and c go together most closely"


def test_what_the_star_schema_does_not_offer_is_said():
    marts = {"dim_customer": {"columns": {}}, "agg_exec_kpis": {"columns": {"is_complete": {}}}}
    texts = absent_text({"marts": marts, "breakdowns": {"category": {}}}, Told(EN))
    assert [text.split(":")[0] for text in texts] == ["Revenue by subcategory", "Age bands"]


def test_everything_suppressed_is_listed_with_its_reason():
    columns = {"x": {"shown": "category", "missing": "<5", "suppressed_groups": 2}}
    empty = {"rows_about_few": 0, "columns": {}}
    summary = {
        "minimum_group": 5,
        "breakdowns": {"country": {"suppressed_groups": 3}},
        "marts": {"m": {"rows_about_few": 0, "unknown_member_rows": 0, "columns": columns}},
        "customers": empty,
    }
    found = [row[:2] for row in suppressed_rows(summary, Told(EN))]
    assert found == [
        ["revenue by country", "3 groups"],
        ["`m`.`x`", "2 groups"],
        ["`m`.`x`", "number of missing cells"],
    ]


def test_what_a_mart_means_comes_from_marts_yaml_and_not_from_the_summary():
    entry = {"title": "People", "grain": "one row a person", "key": ["n"]}
    mart = Mart.of("people", {**entry, "columns": {"n": {"type": "integer", "personal": "none", "description": "No."}}})
    summary = profile([pl.LazyFrame({"n": [1]})], mart.without_words, 5, date(2024, 1, 1))
    assert "People" not in str(summary) and "description" not in summary["columns"]["n"]
    made = with_words([listed("people", summary)], {"people": mart.words})["people"]
    assert (made["title"], made["grain"], made["columns"]["n"]["description"]) == ("People", "one row a person", "No.")
