"""Figures are the same bytes each time, hold no date, and keep their text as text."""

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
