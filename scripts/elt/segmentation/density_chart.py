"""The map of segments: squares stand for places with enough customers, their size for how many, never for a person."""

from collections.abc import Mapping
from textwrap import fill
from typing import TYPE_CHECKING, Any

from elt.report.colours import INK, SEGMENTS
from elt.report.figures import ink_on, new_figure
from elt.report.numbers import number
from elt.report.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIDES = (0.4, 0.65, 0.95)  # of a square, as a part of its cell, by level
COUNTS = 0.4  # weight from which on a feature is named at a direction
ARROW = "\N{NO-BREAK SPACE}→"  # where more lies: to the right, and upwards where the text stands upright
LONGEST = 24  # letters in a line of the names beside the map


def colour_of(place: int) -> str:
    """The colour of a segment, by its place in the order of revenue; the numbers tell them apart without it."""
    return SEGMENTS[place % len(SEGMENTS)]


def density_figure(model: Mapping[str, Any], words: Words) -> "Figure | None":
    """Squares by direction, coloured by the segment that most customers there belong to; None without a map."""
    found, language = model.get("map"), words["language"]
    if not found or not found["cells"]:
        return None
    figure = new_figure(height=4.2)
    axes, beside = figure.subplots(1, 2, width_ratios=(3, 1))
    shown = [segment for segment in model["segments"] if not segment["is_suppressed"]]
    colours = {segment["label"]: colour_of(place) for place, segment in enumerate(shown)}
    for column, row, label, level in found["cells"]:
        square(axes, (column + 0.5, row + 0.5), SIDES[level - 1], colours[label])
    for segment in shown:
        x, y = (value / found["width"] for value in found["centres"][str(segment["label"])])
        colour = colours[segment["label"]]
        box = {"boxstyle": "round,pad=0.25", "facecolor": colour, "edgecolor": "white", "linewidth": 1.5}
        text = {"ha": "center", "va": "center", "weight": "bold", "color": ink_on(colour), "zorder": 3}
        axes.text(x, y, segment["label"], bbox=box, **text)
    for place, limits in enumerate((axes.set_xlim, axes.set_ylim)):
        centres = [centre[place] / found["width"] - 0.5 for centre in found["centres"].values()]
        ends = [*(cell[place] for cell in found["cells"]), *centres]
        limits(min(ends) - 1, max(ends) + 2)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel(fill(direction(model, 0, words), 70))
    axes.set_ylabel(fill(direction(model, 1, words), 48))
    beside.axis("off")
    names = [(fill(f"{s['label']}. {s['name'][language]}", LONGEST), colours[s["label"]], 2) for s in shown]
    told = [words["figures"]["map_from"].format(customers=number(level, 0, language)) for level in found["levels"]]
    drawn = sorted({level - 1 for *_, level in found["cells"]})
    listed(beside, [*names, *((told[level], INK, level) for level in drawn)])
    return figure


def square(axes: "Axes", middle: tuple[float, float], side: float, colour: str) -> None:
    """A square of a cell."""
    from matplotlib.patches import Rectangle

    x, y = (value - side / 2 for value in middle)
    axes.add_patch(Rectangle((x, y), side, side, color=colour, linewidth=0))


def listed(axes: "Axes", entries: list[tuple[str, str, int]]) -> None:
    """What colours and sizes stand for, a line an entry: text, colour, level."""
    height = sum(0.8 * text.count("\n") + 1.4 for text, _, _ in entries)
    axes.set_ylim(-max(height, 18), 0)
    axes.set_xlim(0, 8)
    place = 0.0
    for text, colour, level in entries:
        square(axes, (0.5, place - 0.6), SIDES[level] * 0.8, colour)
        axes.text(1.3, place - 0.6, text.partition("\n")[0], va="center")
        for line in text.split("\n")[1:]:
            place -= 0.8
            axes.text(1.3, place - 0.6, line, va="center")
        place -= 1.4


def direction(model: Mapping[str, Any], place: int, words: Words) -> str:
    """Of what there is more and less along a direction of the map, the features that count most first."""
    text, language = words["figures"], words["language"]
    weights = model["map"]["directions"][place]
    labels = {feature["name"]: feature["label"][language] for feature in model["features"]}
    order = sorted(weights, key=lambda name: (-abs(weights[name]), name))
    parts = []
    for key, sign in (("map_up", 1), ("map_down", -1)):
        named = [labels[name] for name in order if weights[name] * sign >= COUNTS]
        parts += [text[key].format(features=", ".join(named))] if named else []
    return "; ".join(parts) + ARROW
