"""Figures: one look for all of them, and SVG files that are the same bytes each time."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt.files import staged
from elt.report.colours import GRID, INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
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
PAD = 1 / 24  # inches around a panel and its texts
MOST_TURNS = 3  # of measuring: a text that is wider than the figure fits in none
SVG_DPI = 72  # what Matplotlib measures text in
NO_METADATA = ("Date", "Creator", "Format", "Type")  # without them no RDF, whose address holds a day of 1999


def new_figure(width: float = 7.0, height: float = 3.2) -> "Figure":
    """An empty figure in the house style; width and height in inches."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    matplotlib.rcParams.update(STYLE)
    figure = Figure(figsize=(width, height))
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


def margins(axes: "Axes") -> tuple[float, float, float, float]:
    """How far the texts of a panel reach beyond it, in pixels: to the left and right, below and above; 0 if they do
    not."""
    panel, whole = axes.get_window_extent(), axes.get_tightbbox(for_layout_only=True)
    if whole is None:
        return 0.0, 0.0, 0.0, 0.0
    beyond = (panel.x0 - whole.x0, whole.x1 - panel.x1, panel.y0 - whole.y0, whole.y1 - panel.y1)
    return tuple(max(0.0, float(reach)) for reach in beyond)  # type: ignore[return-value]


def placed(figure: "Figure", shares: "Sequence[float]") -> list[tuple[float, float]]:
    """Place the panels of a figure by the texts that they have as they stand; from where to where each may reach, with
    its texts, in pixels. `shares`: of the width that texts leave, one a panel."""
    found, pad = [margins(axes) for axes in figure.axes], PAD * figure.dpi
    width, height = figure.bbox.width, figure.bbox.height
    below, above = (max(reach[side] for reach in found) + pad for side in (2, 3))
    one = (width - sum(left + right + 2 * pad for left, right, _, _ in found)) / sum(shares)
    at, cells = 0.0, []
    for axes, (left, right, _, _), share in zip(figure.axes, found, shares, strict=True):
        begin = at + pad + left
        axes.set_position((begin / width, below / height, one * share / width, (height - below - above) / height))
        cells.append((at, begin + one * share + right + pad))
        at = cells[-1][1]
    return cells


def is_within(axes: "Axes", cell: tuple[float, float]) -> bool:
    """Whether what moves with a panel stands in its cell: titles, what is written in it, the words of its x axis."""
    from matplotlib.text import Text

    low, high = sorted(axes.get_xlim())
    ticks = zip(axes.get_xticks(), axes.get_xticklabels(), strict=False)
    texts = [part for part in axes.get_children() if isinstance(part, Text) and part.get_in_layout()]
    texts += [label for at, label in ticks if low <= at <= high and axes.axison]
    boxes = [text.get_window_extent() for text in texts if text.get_visible() and text.get_text()]
    return all(cell[0] <= box.x0 and box.x1 <= cell[1] for box in boxes)


def fit(figure: "Figure") -> None:
    """Place the panels of a figure, which stand side by side, so that they and their texts fill it but for a pad.

    Texts are measured once, and again where one does not fit then. Matplotlib's constrained layout measures twice and
    solves equations, for any grid of panels.
    """
    if not figure.axes:
        return
    grid: Any = figure.axes[0].get_gridspec()
    for _ in range(MOST_TURNS):
        cells = placed(figure, list(grid.get_width_ratios()))
        if all(is_within(axes, cell) for axes, cell in zip(figure.axes, cells, strict=True)):
            break


def save_svg(figure: "Figure", path: str | Path) -> None:
    """Write the figure as SVG: text stays text, no date, no random identifiers, no metadata with foreign addresses."""
    figure.set_dpi(SVG_DPI)
    fit(figure)
    with staged(path) as temporary:
        figure.savefig(temporary, format="svg", metadata=dict.fromkeys(NO_METADATA))
