"""Charts that figures are made of: horizontal bars with their values, a scale for large numbers, a stand-in."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log10
from typing import TYPE_CHECKING, Any

from elt.report.colours import ACCENT, INK
from elt.report.figures import label, new_figure
from elt.report.numbers import number
from elt.report.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SCALES = (1e3, 1e6, 1e9)
LONGEST_LIST = 12  # bars


def scale(values: Sequence[float], words: Words) -> tuple[float, str]:
    """Divisor and word (", million" or nothing) that leave the largest value with one to three digits."""
    largest = max(map(abs, values), default=0)
    scales = [*zip(SCALES, words["scales"], strict=True)]
    return next(((size, f", {word}") for size, word in reversed(scales) if largest >= size), (1.0, ""))


def not_available(reason: str, words: Words) -> "Figure":
    """A figure that says why there is none; `reason`: its key among the words of figures."""
    figure = new_figure(height=1.0)
    axes = figure.subplots()
    axes.set_axis_off()
    text = words["figures"]["not_available"].format(reason=words["figures"][reason])
    axes.text(0.0, 0.5, text, transform=axes.transAxes, va="center", color=INK)
    return figure


def ordered(entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Groups by revenue, largest first."""
    return sorted(entries, key=lambda entry: (-entry["revenue"], *map(str, entry.values())))


def with_rest(entries: Sequence[Mapping[str, Any]], name: str, words: Words) -> list[Mapping[str, Any]]:
    """Groups as bars show them: as many as fit, the largest first as they come, and the others together in one.

    `name`: the key of what a group is called. Every group is published, so the sum of some tells nothing more.
    """
    if len(entries) <= LONGEST_LIST:
        return list(entries)
    top, rest = entries[: LONGEST_LIST - 1], entries[LONGEST_LIST - 1 :]
    called = words["figures"]["others"].format(count=len(rest))
    return [*top, {name: called, "revenue": sum(entry["revenue"] for entry in rest)}]


def bars(axes: "Axes", names: Sequence[str], values: Sequence[float], title: str, form: tuple[int, str]) -> None:
    """Horizontal bars from the top down, each with its value; the scale is given by the values, not by an axis.

    form: decimals and language of the values.
    """
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
        axes.annotate(number(value, *form), at, (3, 0), textcoords="offset points", va="center", fontsize=8)


def histogram(found: Mapping[str, Any], title: str, labels: tuple[str, str], language: str) -> "Figure":
    """A histogram (edges, rows) on a logarithmic scale; heights are rows a bin of the narrowest width.

    labels: of the axis of values and the axis of rows.
    """
    edges, rows = [log10(edge) for edge in found["edges"]], found["rows"]
    widths = [high - low for low, high in pairwise(edges)]
    figure = new_figure()
    axes = figure.subplots()
    heights = [count * min(widths) / width for count, width in zip(rows, widths, strict=True)]
    axes.bar(edges[:-1], heights, width=widths, align="edge", color=ACCENT, edgecolor="white", linewidth=0.6)
    marks = [power + step for power in range(-3, 12) for step in (0.0, log10(2), log10(5))]
    marks = [mark for mark in marks if edges[0] - 1e-6 <= mark <= edges[-1] + 1e-6]
    axes.set_xticks(marks, [number(10**mark, 0 if mark >= 0 else 2, language) for mark in marks])
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    axes.yaxis.set_major_formatter(lambda count, _: number(count, 0, language))
    axes.grid(axis="y")
    axes.set_title(title)
    return figure
