"""Unit tests of eda_figures."""

import xml.etree.ElementTree as ElementTree

from eda_figures import (
    correlation_map,
    index_of,
    lines_by_weekday,
    not_available,
    revenue_a_customer,
    revenue_by_category,
    revenue_by_country,
    revenue_by_month,
    scale,
)
from elt.report.figures import label, save_svg


def drawn(figure, tmp_path) -> str:
    """The text of a figure, written twice to the same bytes as well-formed XML."""
    save_svg(figure, tmp_path / "one.svg")
    text = (tmp_path / "one.svg").read_text(encoding="utf-8")
    return "\n".join(node.text for node in ElementTree.fromstring(text).iter() if node.tag.endswith("}text"))


def test_the_scale_leaves_one_to_three_digits():
    assert scale([999.0]) == (1.0, "")
    assert scale([5.0, 28e6]) == (1e6, ", million")


def test_neighbouring_months_differ_by_one():
    assert index_of("2014-01") - index_of("2013-12") == 1


def test_partial_months_have_a_legend_of_their_own(tmp_path):
    months = [
        {"month": "2013-12", "revenue": 10.0, "is_complete": True},
        {"month": "2014-01", "revenue": 2.0, "is_complete": False},
    ]
    text = drawn(revenue_by_month(months), tmp_path)
    assert "partial months" in text and "01/2014" in text


def test_without_is_complete_all_months_are_whole(tmp_path):
    assert "partial" not in drawn(revenue_by_month([{"month": "2014-01", "revenue": 2.0}]), tmp_path)


def test_a_missing_category_is_said_in_the_figure(tmp_path):
    assert "Not available: no category" in drawn(revenue_by_category({}), tmp_path)


def test_names_of_groups_stay_text(tmp_path):
    countries = [{"country": "<b>$x^2$ & co\n</b>", "revenue": 5.0, "customers": 9}]
    assert "<b>$x^2$ & co </b>" in drawn(revenue_by_country(countries), tmp_path)


def test_a_long_name_is_shortened():
    assert label("a" * 40, 10) == "a" * 9 + "…"


def test_empty_data_still_make_figures(tmp_path):
    for figure in (
        revenue_by_month([]),
        revenue_by_country([]),
        revenue_a_customer(None),
        lines_by_weekday([]),
        correlation_map(None),
        not_available("a reason"),
    ):
        assert "Not available" in drawn(figure, tmp_path)


def test_the_histogram_names_the_number_of_customers_it_shows(tmp_path):
    assert "1,005 customers" in drawn(revenue_a_customer({"edges": [1, 10, 1000], "rows": [1000, 5]}), tmp_path)


def test_the_correlation_of_a_constant_measure_is_a_dash(tmp_path):
    found = {"columns": ["a", "b"], "rows": 10, "spearman": [[None, None], [None, 1.0]]}
    assert "–" in drawn(correlation_map(found), tmp_path).splitlines()


def test_the_share_of_a_weekday_is_of_all_lines(tmp_path):
    weekdays = [{"weekday": 1, "order_lines": 3}, {"weekday": 7, "order_lines": 1}]
    assert "75.0\N{NO-BREAK SPACE}%" in drawn(lines_by_weekday(weekdays), tmp_path)
