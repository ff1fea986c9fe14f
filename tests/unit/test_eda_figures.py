"""Unit tests of eda_figures."""

import xml.etree.ElementTree as ElementTree

from conftest import ROOT

from eda_figures import (
    correlation_map,
    index_of,
    lines_by_weekday,
    lorenz_curve,
    not_available,
    revenue_a_customer,
    revenue_by_category,
    revenue_by_country,
    revenue_by_month,
    scale,
    values_of_orders,
)
from elt.report.figures import label, save_svg
from elt.report.words import read

EN, DE = (read(ROOT / f"scripts/templates/eda.{language}.yaml") for language in ("en", "de"))


def drawn(figure, tmp_path) -> str:
    """The text of a figure, written twice to the same bytes as well-formed XML."""
    save_svg(figure, tmp_path / "one.svg")
    text = (tmp_path / "one.svg").read_text(encoding="utf-8")
    return "\n".join(node.text for node in ElementTree.fromstring(text).iter() if node.tag.endswith("}text"))


def test_the_scale_leaves_one_to_three_digits():
    assert scale([999.0], EN) == (1.0, "")
    assert scale([5.0, 28e6], EN) == (1e6, ", million")


def test_neighbouring_months_differ_by_one():
    assert index_of("2014-01") - index_of("2013-12") == 1


def test_partial_months_have_a_legend_of_their_own(tmp_path):
    months = [
        {"month": "2013-12", "revenue": 10.0, "is_complete": True},
        {"month": "2014-01", "revenue": 2.0, "is_complete": False},
    ]
    text = drawn(revenue_by_month(months, EN), tmp_path)
    assert "partial months" in text and "01/2014" in text


def test_the_legend_of_partial_months_lies_over_no_column(tmp_path):
    months = [
        {"month": f"2013-{number:02}", "revenue": 10.0 - number, "is_complete": number < 9} for number in range(1, 10)
    ]
    figure = revenue_by_month(months, EN)
    save_svg(figure, tmp_path / "one.svg")
    (axes,) = figure.axes
    legend = axes.get_legend().get_window_extent()
    assert len(axes.patches) == 9 and not any(legend.overlaps(column.get_window_extent()) for column in axes.patches)


def test_without_is_complete_all_months_are_whole(tmp_path):
    assert "partial" not in drawn(revenue_by_month([{"month": "2014-01", "revenue": 2.0}], EN), tmp_path)


def test_a_missing_category_is_said_in_the_figure(tmp_path):
    assert "Not available: no category" in drawn(revenue_by_category({}, EN), tmp_path)


def test_names_of_groups_stay_text(tmp_path):
    countries = [{"country": "<b>$x^2$ & co\n</b>", "revenue": 5.0, "customers": 9}]
    assert "<b>$x^2$ & co </b>" in drawn(revenue_by_country(countries, EN), tmp_path)


def test_of_many_groups_eleven_have_a_bar_and_the_others_one_together(tmp_path):
    groups = [{"category": f"c{n:02}", "revenue": 100.0 - n} for n in range(15)]
    text = drawn(revenue_by_category({"category": {"groups": groups}}, EN), tmp_path).split("\n")
    assert [line for line in text if line.startswith("c") and line[1:].isdigit()] == [f"c{n:02}" for n in range(11)]
    assert "4 others together" in text and str(89 + 88 + 87 + 86) in text
    countries = [{"country": one["category"], "revenue": one["revenue"], "customers": 9} for one in groups]
    text = drawn(revenue_by_country(countries, DE), tmp_path).split("\n")
    assert "4 weitere zusammen" in text and text.count("9") == 11


def test_up_to_twelve_groups_have_a_bar_each(tmp_path):
    groups = [{"category": f"c{n:02}", "revenue": 100.0 - n} for n in range(12)]
    text = drawn(revenue_by_category({"category": {"groups": groups}}, EN), tmp_path)
    assert "c11" in text and "together" not in text


def test_a_long_name_is_shortened():
    assert label("a" * 40, 10) == "a" * 9 + "…"


def test_empty_data_still_make_figures(tmp_path):
    for figure in (
        revenue_by_month([], EN),
        revenue_by_country([], EN),
        revenue_a_customer(None, EN),
        values_of_orders(None, EN),
        lorenz_curve([], EN),
        lines_by_weekday([], EN),
        correlation_map(None, EN),
        not_available("no_month", EN),
    ):
        assert "Not available" in drawn(figure, tmp_path)


def test_a_figure_speaks_the_language_of_the_run(tmp_path):
    tenths = [{"customers": 10, "revenue_share": share / 10} for share in range(1, 11)]
    text = drawn(lorenz_curve(tenths, DE), tmp_path)
    assert "wenn alle gleich viel brächten" in text and "10,0" in text


def test_the_values_of_orders_are_drawn_with_their_number(tmp_path):
    orders = {"histogram": {"edges": [1, 10, 1000], "rows": [1000, 5]}}
    assert "1.005 Aufträge" in drawn(values_of_orders(orders, DE), tmp_path)


def test_the_histogram_names_the_number_of_customers_it_shows(tmp_path):
    assert "1,005 customers" in drawn(revenue_a_customer({"edges": [1, 10, 1000], "rows": [1000, 5]}, EN), tmp_path)


def test_the_correlation_of_a_constant_measure_is_a_dash(tmp_path):
    found = {"columns": ["a", "b"], "rows": 10, "spearman": [[None, None], [None, 1.0]]}
    assert "–" in drawn(correlation_map(found, EN), tmp_path).splitlines()


def test_the_share_of_a_weekday_is_of_all_lines(tmp_path):
    weekdays = [{"weekday": 1, "order_lines": 3}, {"weekday": 7, "order_lines": 1}]
    assert "75.0\N{NO-BREAK SPACE}%" in drawn(lines_by_weekday(weekdays, EN), tmp_path)
