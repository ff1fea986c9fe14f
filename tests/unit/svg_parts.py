"""Figures as SVG, read again: the contrast of each text, bar, line and mark with what is behind it."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from elt.report import colours, figures

SVG = "{http://www.w3.org/2000/svg}"
HEAT_MAPS = {"cohort_retention", "correlations", "segment_profiles"}  # each cell says its number, whatever its shade
GRAPHICAL = 3.0  # contrast of bars, lines and marks with what is behind them (WCAG 2.1, 1.4.11)
Box = tuple[float, float, float, float]


def style(part: ElementTree.Element) -> dict[str, str]:
    """The style of a part of a figure."""
    pairs = (entry.partition(":") for entry in part.get("style", "").split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def place(text: ElementTree.Element) -> tuple[float, float]:
    """Where a text stands: its anchor."""
    moved = re.search(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", text.get("transform", ""))
    x, y = moved.groups() if moved else (text.get("x"), text.get("y"))
    return float(x or 0), float(y or 0) - 3  # above the line that letters stand on


def box(part: ElementTree.Element) -> Box:
    """The left, right, upper and lower edge of a path."""
    numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", part.get("d", ""))]
    return min(numbers[::2]), max(numbers[::2]), min(numbers[1::2]), max(numbers[1::2])


def colour(part: ElementTree.Element, name: str) -> str | None:
    """The colour of the fill or stroke; None of no colour and of a pattern."""
    found = style(part).get(name, "#000000" if name == "fill" else "none")
    return found if found.startswith("#") else None


def texts(figure: Path) -> Iterator[tuple[str, float]]:
    """(text, its contrast with the straight-edged shape below it, or with white) of a figure."""
    shapes = []
    for part in ElementTree.parse(figure).iter():
        fill = colour(part, "fill")
        if part.tag == SVG + "path" and fill and "C" not in part.get("d", ""):
            shapes.append((box(part), fill))
        elif part.tag == SVG + "text":
            below = [shade for edges, shade in shapes if holds(edges, place(part))]
            yield "".join(part.itertext()), figures.contrast(fill or "#000000", below[-1] if below else "white")


def holds(edges: Box, point: tuple[float, float]) -> bool:
    """Whether a point lies in a shape."""
    return edges[0] <= point[0] <= edges[1] and edges[2] <= point[1] <= edges[3]


def overlap(one: Box, other: Box) -> bool:
    """Whether two shapes share more than their edges."""
    width = min(one[1], other[1]) - max(one[0], other[0])
    return width > 1 and min(one[3], other[3]) - max(one[2], other[2]) > 1


def marks(figure: Path) -> Iterator[tuple[str, float]]:
    """(identifier, lowest contrast with white and with bars that it lies upon) of each bar, line and mark of a figure.

    Lines of a grid are a help and say nothing that an axis does not; what is white is a background or parts its
    neighbours; a bar with a white edge is parted from the bar that it lies upon.
    """
    behind: list[tuple[Box, str]] = []
    numbers = [place(text) for text in ElementTree.parse(figure).iter(SVG + "text")] if figure.stem in HEAT_MAPS else []
    for group in ElementTree.parse(figure).iter():
        for part in group if group.tag in (SVG + "g", SVG + "pattern") else ():
            if part.tag not in (SVG + "path", SVG + "use"):
                continue
            fill, stroke = colour(part, "fill"), colour(part, "stroke")
            seen = [one for one in (fill, stroke) if one and one not in ("#ffffff", colours.GRID)]
            if not seen or (part.tag == SVG + "path" and any(holds(box(part), number) for number in numbers)):
                continue
            lies = group.tag == SVG + "g" and part.tag == SVG + "path"
            below = [one for edges, one in behind if lies and overlap(box(part), edges)]
            grounds = ["white", *([] if stroke == "#ffffff" or not fill else below)]
            yield group.get("id", ""), min(max(figures.contrast(one, ground) for one in seen) for ground in grounds)
            if fill and lies:
                behind.append((box(part), fill))


def too_pale(run: Path) -> list[tuple[str, str, float]]:
    """(figure, text or identifier, contrast) of all that cannot be told from what is behind it in a run's figures."""
    measures = ((texts, figures.READABLE), (marks, GRAPHICAL))
    drawn = sorted(run.glob("[!_]*/**/figures/*.svg"))
    return [
        (path.name, name, found)
        for path in drawn
        for measure, least in measures
        for name, found in measure(path)
        if found < least
    ]
