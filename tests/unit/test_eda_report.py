"""Unit tests of eda_report, of profile texts and of Markdown escaping."""

import pytest

from eda_report import closest_pairs
from elt.eda.profile_text import content_text, missing_cell, numbers_table, plain, spark
from elt.eda.sentences import absent_text, customer_text, group_text, month_text, weekday_text
from elt.eda.suppression import suppressed_rows
from elt.report.markdown import Markdown, code, escape, table


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
    assert [plain(value) for value in (None, 2.0, 2.345, 1234567.0)] == ["–", "2", "2.35", "1,234,567"]


def test_the_shape_allows_for_the_width_of_bins():
    assert spark({"edges": [0, 1, 3, 4], "rows": [8, 8, 0]}) == "█▅·"
    assert spark(None) == ""


def test_percentiles_stand_in_their_order_whatever_the_order_in_the_file():
    shares = {"p25": 2.0, "p5": 1.0, "p50": 3.0, "p75": 4.0, "p95": None}
    column = {"shown": "number", "unit": None, "percentiles": shares, "mean": 9.0, "standard_deviation": 8.0}
    assert "| `x` |  | 9 | 8 | 1 | 2 | 3 | 4 | – |" in numbers_table({"x": column})


def test_the_values_of_a_category_cannot_add_a_cell():
    column = {"shown": "category", "counts": [{"value": "a|b", "rows": 9}], "suppressed_groups": 2}
    assert content_text(column) == r"a\|b 9, 2 groups suppressed"


def test_age_bands_stand_in_the_order_of_age():
    counts = [{"value": "40–49", "rows": 9}, {"value": "30–39", "rows": 7}]
    assert content_text({"shown": "ages", "counts": counts}) == "30–39 7, 40–49 9"


def test_suppressed_numbers_of_missing_cells_stand_as_they_are():
    assert missing_cell({"missing": "<5", "missing_share": None}) == "<5"


def test_the_share_of_the_largest_group_is_of_what_is_shown():
    groups = [{"country": "A", "revenue": 30.0}, {"country": "B", "revenue": 10.0}]
    assert group_text(groups, "country") == "The largest country, A, makes 75.0\N{NO-BREAK SPACE}% of the 40 shown."
    assert group_text([], "country") == "No revenue by country can be shown."


def test_partial_months_are_named():
    months = [{"month": "2013-12", "revenue": 9.0, "is_complete": True}, {"month": "2014-01", "revenue": 1.0}]
    months[1]["is_complete"] = False
    assert month_text(months).endswith("in 2013-12 with 9. Partial, and hatched: 2014-01.")


def test_a_weekday_text_without_lines_says_so():
    assert weekday_text([]) == "No weekday can be shown."


def test_too_few_customers_for_percentiles_are_said():
    assert customer_text({"rows": 7, "columns": {"revenue": {}}}, 5) == (
        "7 known customers have ordered; too few for percentiles."
    )
    assert customer_text({"rows": 3, "columns": {"revenue": {}}}, 5).startswith("Fewer than 5 known")


def test_pairs_come_once_and_the_closest_first():
    matrix = [[1.0, 0.2, None], [0.2, 1.0, -0.9], [None, -0.9, 1.0]]
    found = {"columns": ["a", "b", "c"], "pearson": matrix, "spearman": matrix}
    assert closest_pairs(found) == [("b", "c", -0.9, -0.9), ("a", "b", 0.2, 0.2)]


def test_what_the_star_schema_does_not_offer_is_said():
    marts = {"dim_customer": {"columns": {}}, "agg_exec_kpis": {"columns": {"is_complete": {}}}}
    texts = absent_text({"marts": marts, "breakdowns": {"category": {}}})
    assert [text.split(":")[0] for text in texts] == ["Revenue by subcategory", "Age bands"]


def test_everything_suppressed_is_listed_with_its_reason():
    columns = {"x": {"shown": "category", "missing": "<5", "suppressed_groups": 2}}
    empty = {"rows_about_few": 0, "columns": {}}
    summary = {
        "minimum_group": 5,
        "breakdowns": {"country": {"suppressed_groups": 3}},
        "marts": {"m": {"rows_about_few": 0, "columns": columns}},
        "customers": empty,
    }
    found = [row[:2] for row in suppressed_rows(summary)]
    assert found == [["revenue by country", "3 groups"], ["`m.x`", "2 groups"], ["`m.x`", "number of missing cells"]]
