"""Figures are the same bytes each time, hold no date, and keep their text as text."""

from pathlib import Path

import pytest
from conftest import ROOT
from svg_parts import GRAPHICAL, HEAT_MAPS, marks, texts, too_pale

from elt.report import colours, figures


def drawn(path):
    """A small figure as written."""
    figure = figures.new_figure(3, 2)
    axes = figure.subplots()
    axes.plot([1, 2, 3], [3, 1, 2], color=colours.ACCENT, clip_on=True)
    axes.set_title("Umsatz & Käufer")
    figures.save_svg(figure, path)
    return path.read_text(encoding="utf-8")


def test_a_figure_is_the_same_bytes_each_time(tmp_path):
    assert drawn(tmp_path / "one.svg") == drawn(tmp_path / "two.svg")


def test_a_figure_holds_its_text_and_no_date_and_no_program(tmp_path):
    text = drawn(tmp_path / "x.svg")
    assert "Umsatz &amp; Käufer" in text
    assert "dc:date" not in text
    assert "dc:creator" not in text
    assert "metadata" not in text
    assert "rdf" not in text
    assert "1999/02/22" not in text
    assert [path.name for path in tmp_path.iterdir()] == ["x.svg"]


def test_panels_and_their_texts_fill_the_figure_and_do_not_meet(tmp_path):
    figure = figures.new_figure(7, 2)
    for axes, name in zip(figure.subplots(1, 2, width_ratios=(2, 1)), ("short", "a name\nof two lines"), strict=True):
        axes.barh([name, "Käufer im Jahr"], [1_000_000, 2])
        axes.set_title("a title somewhat wider than its panel now is")
        axes.set_xlabel("unit")
    figures.save_svg(figure, tmp_path / "x.svg")
    left, right = (axes.get_tightbbox(for_layout_only=True) for axes in figure.axes)
    wide, narrow = (axes.get_window_extent().width for axes in figure.axes)
    pad, (width, height) = figures.PAD * figures.SVG_DPI, (figure.bbox.width, figure.bbox.height)
    assert wide == pytest.approx(2 * narrow)
    assert (left.x0, width - right.x1, right.x0 - left.x1) == pytest.approx((pad, pad, 2 * pad), abs=2)
    assert min(left.y0, right.y0) == pytest.approx(pad, abs=1)
    assert height - max(left.y1, right.y1) == pytest.approx(pad, abs=1)


def test_no_mark_of_a_documented_figure_is_too_pale():
    found = {path: list(marks(path)) for path in (ROOT / "docs/images").glob("*.svg")}
    assert len(found) == 3 and min(map(len, found.values())) > 3
    assert [(path.name, one) for path, told in found.items() for one in told if one[1] < GRAPHICAL] == []


@pytest.mark.slow
def test_every_text_bar_line_and_mark_of_a_figure_stands_out(sample_run: Path):
    drawn = list(sample_run.glob("[!_]*/**/figures/*.svg"))
    assert len(drawn) == 18 and min(len(list(texts(path))) for path in drawn) > 3
    assert {path.stem for path in drawn if not list(marks(path))} == HEAT_MAPS
    assert too_pale(sample_run) == []


def test_the_measure_of_contrast_sees_a_pale_text_and_a_dark_shade(tmp_path):
    figure = figures.new_figure(3, 2)
    axes = figure.subplots()
    axes.barh([0], [1], color=colours.INK)
    axes.text(0.5, 0, "dark", color=colours.SOFT)
    axes.set_title("pale", color=colours.GRID)
    axes.set_xlabel("good")
    figures.save_svg(figure, tmp_path / "x.svg")
    found = dict(texts(tmp_path / "x.svg"))
    assert found["pale"] < 2 and found["dark"] < figures.READABLE < found["good"]


@pytest.mark.parametrize("grey", range(0, 256, 5))
def test_text_on_any_shade_can_be_read(grey):
    shade = (grey / 255, grey / 255, grey / 255)
    assert figures.contrast(figures.ink_on(shade), shade) >= figures.READABLE


def test_the_measure_of_marks_sees_a_pale_bar_a_pale_line_and_a_bar_upon_its_like(tmp_path):
    figure = figures.new_figure(3, 2)
    axes = figure.subplots()
    axes.barh([0, 1], [1, 1], color=[colours.PALE, colours.INK])
    axes.barh(1, 0.5, color=colours.ACCENT)
    axes.barh(2, 1, facecolor="white", edgecolor=colours.PALE, hatch="///")
    axes.plot([0, 1], [3, 3], color=colours.GRID, marker="o", markerfacecolor=colours.PALE)
    figures.save_svg(figure, tmp_path / "x.svg")
    found = [name for name, measured in marks(tmp_path / "x.svg") if measured < GRAPHICAL]
    assert found[:5] == ["patch_3", "patch_5", "patch_6", "", ""] and len(found) == 6  # and the hatches
