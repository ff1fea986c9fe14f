"""Figures: one look for all of them, and SVG files that are the same bytes each time."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt.files import staged
from elt.report.colours import GRID, INK, MUTED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.frameon": False,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "svg.fonttype": "none",
    "svg.hashsalt": "elt",
    "figure.facecolor": "white",
}

READABLE = 4.5  # contrast of text with what is behind it (WCAG 2.1, 1.4.3)
SVG_DPI = 72  # what Matplotlib measures text in
NO_METADATA = ("Date", "Creator", "Format", "Type")  # without them no RDF, whose address holds a day of 1999


def new_figure(width: float = 7.0, height: float = 3.2) -> "Figure":
    """An empty figure in the house style; width and height in inches."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    matplotlib.rcParams.update(STYLE)
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasSVG(figure)
    return figure


def label(text: str, length: int = 28) -> str:
    """A value of the data as text in a figure: one line, no invisible letters, shortened."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def contrast(one: Any, other: Any) -> float:
    """Contrast of two colours of Matplotlib, 1 to 21 (WCAG 2.1: relative luminance)."""
    from matplotlib.colors import to_rgb

    def luminance(colour: Any) -> float:
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(shade: Any) -> str:
    """The colour of text on a shade: the first of ink and white that can be read on it, else black, which then can."""
    return next((ink for ink in (INK, "white") if contrast(ink, shade) >= READABLE), "black")


def save_svg(figure: "Figure", path: str | Path) -> None:
    """Write the figure as SVG: text stays text, no date, no random identifiers, no metadata with foreign addresses.

    The parts are put in place first: left to Matplotlib, the whole figure would be drawn once more for it, in vain.
    """
    if figure.axes and (engine := figure.get_layout_engine()):
        figure.set_dpi(SVG_DPI)
        engine.execute(figure)
        figure.set_layout_engine(None)
    with staged(path) as temporary:
        figure.savefig(temporary, format="svg", metadata=dict.fromkeys(NO_METADATA))
