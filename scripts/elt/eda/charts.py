"""Charts that figures are made of: horizontal bars with their values, a scale for large numbers, a stand-in."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from elt.report.colours import ACCENT, INK
from elt.report.figures import label, new_figure
from elt.report.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SCALES = ((1e9, "billion"), (1e6, "million"), (1e3, "thousand"))


def scale(values: Sequence[float]) -> tuple[float, str]:
    """Divisor and word (", million" or nothing) that leave the largest value with one to three digits."""
    largest = max(map(abs, values), default=0)
    return next(((size, f", {word}") for size, word in SCALES if largest >= size), (1.0, ""))


def not_available(reason: str) -> "Figure":
    """A figure that says why there is none."""
    figure = new_figure(height=1.0)
    axes = figure.subplots()
    axes.set_axis_off()
    axes.text(0.0, 0.5, f"Not available: {reason}", transform=axes.transAxes, va="center", color=INK)
    return figure


def bars(axes: "Axes", names: Sequence[str], values: Sequence[float], title: str, decimals: int) -> None:
    """Horizontal bars from the top down, each with its value; the scale is given by the values, not by an axis."""
    axes.barh(range(len(values)), values, color=ACCENT, height=0.68)
    axes.set_yticks(range(len(names)), [label(name) for name in names])
    axes.invert_yaxis()
    axes.set_title(title)
    axes.tick_params(left=False, bottom=False, labelbottom=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.margins(x=0.16)
    for place, value in enumerate(values):
        at = (max(value, 0), place)
        axes.annotate(number(value, decimals), at, (3, 0), textcoords="offset points", va="center", fontsize=8)
