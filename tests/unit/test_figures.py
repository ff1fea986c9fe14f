"""Figures are the same bytes each time, hold no date, and keep their text as text."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from elt.report import colours, figures

SVG = "{http://www.w3.org/2000/svg}"


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


def style(part: ElementTree.Element) -> dict[str, str]:
    """The style of a part of a figure."""
    pairs = (entry.partition(":") for entry in part.get("style", "").split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def place(text: ElementTree.Element) -> tuple[float, float]:
    """Where a text stands: its anchor."""
    moved = re.search(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", text.get("transform", ""))
    x, y = moved.groups() if moved else (text.get("x"), text.get("y"))
    return float(x or 0), float(y or 0) - 3  # above the line that letters stand on


def texts(figure: Path) -> Iterator[tuple[str, float]]:
    """(text, its contrast with the straight-edged shape below it, or with white) of a figure."""
    shapes = []
    for part in ElementTree.parse(figure).iter():
        fill = style(part).get("fill", "#000000")
        if part.tag == SVG + "path" and fill.startswith("#") and "C" not in part.get("d", ""):
            numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", part.get("d", ""))]
            shapes.append((min(numbers[::2]), max(numbers[::2]), min(numbers[1::2]), max(numbers[1::2]), fill))
        elif part.tag == SVG + "text":
            x, y = place(part)
            below = [fill for *box, fill in shapes if box[0] <= x <= box[1] and box[2] <= y <= box[3]]
            yield "".join(part.itertext()), figures.contrast(fill, below[-1] if below else "white")


@pytest.mark.slow
def test_every_text_of_a_figure_can_be_read_on_what_is_below_it(sample_run: Path):
    found = {path: list(texts(path)) for path in sample_run.glob("[!_]*/**/figures/*.svg")}
    assert len(found) == 17 and min(map(len, found.values())) > 3
    assert [(path.name, one) for path, told in found.items() for one in told if one[1] < figures.READABLE] == []


def test_the_measure_of_contrast_sees_a_pale_text_and_a_dark_shade(tmp_path):
    figure = figures.new_figure(3, 2)
    axes = figure.subplots()
    axes.barh([0], [1], color=colours.INK)
    axes.text(0.5, 0, "dark", color=colours.SOFT)
    axes.set_title("pale", color=colours.LIGHT)
    axes.set_xlabel("good")
    figures.save_svg(figure, tmp_path / "x.svg")
    found = dict(texts(tmp_path / "x.svg"))
    assert found["pale"] < 2 and found["dark"] < figures.READABLE < found["good"]


@pytest.mark.parametrize("grey", range(0, 256, 5))
def test_text_on_any_shade_can_be_read(grey):
    shade = (grey / 255, grey / 255, grey / 255)
    assert figures.contrast(figures.ink_on(shade), shade) >= figures.READABLE
