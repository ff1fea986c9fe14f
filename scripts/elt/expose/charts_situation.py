"""Charts of page one of the exposé: this year solid, last year grey, partial months hatched, one scale for the page."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from elt.expose.wording import Wording
from elt.report.colours import ACCENT, BAD, INK, MUTED, SOFT
from elt.report.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Content = Mapping[str, Any]

SMALL = 7  # points; the charts are printed at about their size


def gauge(axes: "Axes", wording: Wording, largest: float, *, upright: bool) -> None:
    """A dotted line at the same amount in both charts of the page: it shows how their scales compare."""
    amount = 10 ** (len(str(int(max(largest, 1)))) - 1)
    draw = axes.axhline if upright else axes.axvline
    draw(amount, color=SOFT, linewidth=0.7, linestyle=(0, (1.5, 2)), zorder=3)
    place, shift = ((1, amount), (2, 0)) if upright else ((amount, 0), (0, -2))
    axes.annotate(
        number(amount, 0, wording.language),
        place,
        shift,
        xycoords=("axes fraction", "data") if upright else ("data", "axes fraction"),
        textcoords="offset points",
        ha="left" if upright else "center",
        va="center" if upright else "top",
        fontsize=SMALL,
        color=SOFT,
        annotation_clip=False,
        gid="scale",
    )


def bare(axes: "Axes", *, upright: bool) -> None:
    """No value axis: the numbers stand at the bars."""
    axes.spines["left" if upright else "bottom"].set_visible(False)
    (axes.set_yticks if upright else axes.set_xticks)([])
    axes.tick_params(length=0)


def largest_month(wording: Wording, situation: Content, unit: int) -> float:
    """The largest month in the page's scale."""
    names = [row.get(year) for row in situation["months"] for year in ("this", "last")]
    return max((float(wording.value(name)) / unit for name in names if name), default=0)


def revenue_by_month(figure: "Figure", wording: Wording, pages: Content) -> bool:
    """Columns of this year over those of last year; partial months hatched."""
    rows = pages["situation"]["months"]
    if not any(row["this"] for row in rows):
        return False
    unit, axes = wording.scale(pages["situation"]), figure.add_subplot()
    largest = largest_month(wording, pages["situation"], unit)
    months = wording.words["months_short"]
    for place, row in enumerate(rows):
        if row.get("last"):
            axes.bar(place - 0.17, float(wording.value(row["last"])) / unit, 0.56, color=MUTED)
        if not row["this"]:
            continue
        value = float(wording.value(row["this"])) / unit
        style: dict[str, Any] = (
            {"facecolor": "white", "edgecolor": INK, "hatch": "/////"} if row["partial"] else {"color": INK}
        )
        axes.bar(place + 0.1, value, 0.56, linewidth=0.6, **style)
        axes.annotate(
            number(value, 0, wording.language),
            (place + 0.1, value),
            (0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=SMALL,
        )
    labels = [months[int(row["month"][5:7]) - 1] for row in rows]
    for place, row in enumerate(rows):
        if place == 0 or row["month"][5:7] == "01":
            labels[place] += f"\n{row['month'][:4]}"
    axes.set_xticks(range(len(rows)), labels, fontsize=SMALL)
    axes.set_xlim(-0.6, len(rows) - 0.4)
    bare(axes, upright=True)
    if pages["situation"]["bridge"]:
        gauge(axes, wording, largest, upright=True)
    legend(axes, wording, rows)
    return True


def legend(axes: "Axes", wording: Wording, rows: Sequence[Content]) -> None:
    """What solid, grey and hatched mean, in one line above the chart."""
    from matplotlib.patches import Patch

    keys = [Patch(color=INK, label=wording.words["columns"]["this"])]
    if any(row.get("last") for row in rows):
        keys.append(Patch(color=MUTED, label=wording.words["columns"]["last"]))
    if any(row["partial"] for row in rows):
        label = wording.words["figures"]["partial"]
        keys.append(Patch(facecolor="white", edgecolor=INK, hatch="/////", linewidth=0.6, label=label))
    axes.legend(
        handles=keys,
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        ncols=3,
        fontsize=SMALL,
        borderaxespad=0.2,
        handlelength=1.2,
        handleheight=0.9,
        columnspacing=1.4,
    )


def revenue_bridge(figure: "Figure", wording: Wording, pages: Content) -> bool:
    """From last year's revenue to this year's, a step a factor; from top to bottom, for steps are no months."""
    steps = pages["situation"]["bridge"]
    if not steps:
        return False
    unit, axes, columns = wording.scale(pages["situation"]), figure.add_subplot(), wording.words["columns"]
    last, this = (float(wording.value(f"revenue.{year}")) / unit for year in ("last", "this"))
    effects = [float(wording.value(step["effect"])) / unit for step in steps]
    levels = [last]
    for effect in effects:
        levels.append(levels[-1] + effect)
    names = [columns["last"], *(wording.words["steps"][step["step"]] for step in steps), columns["this"]]
    bars = [(0.0, last, MUTED)]
    bars += [(min(a, b), abs(b - a), ACCENT if b >= a else BAD) for a, b in pairwise(levels)]
    bars.append((0.0, this, INK))
    texts = [number(last, 0, wording.language), *(number(e, 0, wording.language, sign=True) for e in effects)]
    texts.append(number(this, 0, wording.language))
    for place, ((start, length, color), text) in enumerate(zip(bars, texts, strict=True)):
        axes.barh(place, length, 0.62, left=start, color=color)
        at, side, shift = (start, "right", -2) if place and start > max(levels) / 2 else (start + length, "left", 2)
        axes.annotate(text, (at, place), (shift, 0), textcoords="offset points", ha=side, va="center", fontsize=SMALL)
    for place, level in enumerate(levels):
        axes.plot((level, level), (place + 0.31, place + 0.69), color=MUTED, linewidth=0.8)
    axes.set_yticks(range(len(bars)), names, fontsize=SMALL)
    axes.set_ylim(len(bars) - 0.5, -0.5)
    axes.margins(x=0.02)
    bare(axes, upright=False)
    if pages["situation"]["months_title"]:
        gauge(axes, wording, largest_month(wording, pages["situation"], unit), upright=False)
    return True
