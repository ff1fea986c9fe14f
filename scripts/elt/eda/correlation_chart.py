"""The correlations of a customer's measures as a figure."""

from collections.abc import Mapping
from textwrap import fill
from typing import TYPE_CHECKING, Any

from elt.eda.charts import not_available
from elt.report.colours import ACCENT, RED
from elt.report.figures import ink_on, new_figure
from elt.report.numbers import number
from elt.report.words import Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LINE = 14  # letters of a line of a label under a column


def correlation_map(found: Mapping[str, Any] | None, words: Words) -> "Figure":
    """Spearman's rank correlation of the measures of a customer, lower triangle."""
    if not found:
        return not_available("no_correlations", words)
    from matplotlib.colors import LinearSegmentedColormap

    names = [fill(words["measures"].get(column, column), LINE, break_long_words=False) for column in found["columns"]]
    size, values = len(names), found["spearman"]
    colours = LinearSegmentedColormap.from_list("correlation", [RED, "white", ACCENT])
    figure = new_figure(height=3.6)
    axes = figure.subplots()
    for row in range(1, size):
        for column in range(row):
            value = values[row][column]
            shade = "white" if value is None else colours((value + 1) / 2)
            axes.barh(row, 0.96, height=0.94, left=column - 0.48, color=shade)
            text = "–" if value is None else number(value, 2, words["language"])
            axes.text(column, row, text, ha="center", va="center", color=ink_on(shade), fontsize=8)
    axes.set_xlim(-0.5, size - 1.5)
    axes.set_ylim(size - 0.5, 0.5)
    axes.set_xticks(range(size - 1), names[:-1])
    axes.set_yticks(range(1, size), names[1:])
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_title(words["figures"]["correlations"].format(count=number(found["rows"], 0, words["language"])))
    return figure
