"""Charts of page one of the exposé: this year solid, last year grey, partial months hatched, one scale for the page."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from elt.expose.wording import Wording
from elt.report.colours import ACCENT, BAD, INK, MUTED, SOFT
from elt.report.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Content = Mapping[str, Any]

SMALL = 7  # points; the charts are printed at about their size
DIGIT, BRIDGE = 4.6, 118  # points: a digit of that size, and the axis of the bridge beside the names of its steps


def gauge(axes: "Axes", wording: Wording, amount: int, *, upright: bool) -> None:
    """A dotted line at the same amount in both charts of the page: it shows how their scales compare."""
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


def round_amount(wording: Wording, situation: Content, unit: int) -> int:
    """The largest power of ten that neither the largest month nor the largest step falls short of, in the page's
    scale; at least 1."""
    months = [row[year] for row in situation["months"] for year in ("this", "last") if row.get(year)]
    steps = [step["effect"] for step in situation["bridge"]]
    largest = min(max(abs(float(wording.value(name))) / unit for name in names) for names in (months, steps))
    return 10 ** (len(str(int(max(largest, 1)))) - 1)


def revenue_by_month(figure: "Figure", wording: Wording, pages: Content) -> bool:
    """Columns of this year over those of last year; partial months hatched."""
    rows = pages["situation"]["months"]
    if not any(row["this"] for row in rows):
        return False
    unit, axes = wording.scale(pages["situation"]), figure.add_subplot()
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
        gauge(axes, wording, round_amount(wording, pages["situation"], unit), upright=True)
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
    """The steps from last year's revenue to this year's, a bar a factor from zero to either side, as beside the bars of
    both years the smaller ones could not be seen; from top to bottom, for steps are no months."""
    situation, language = pages["situation"], wording.language
    if not situation["bridge"]:
        return False
    unit, axes, columns = wording.scale(situation), figure.add_subplot(), wording.words["columns"]
    effects = [float(wording.value(step["effect"])) / unit for step in situation["bridge"]]
    names = [columns["last"], *(wording.words["steps"][step["step"]] for step in situation["bridge"]), columns["this"]]
    texts = [number(effect, 0, language, sign=True) for effect in effects]
    for place, (effect, text) in enumerate(zip(effects, texts, strict=True), 1):
        axes.barh(place, effect, 0.62, color=ACCENT if effect >= 0 else BAD)
        beside(axes, (effect, place), text)
    for place, year in ((0, "last"), (len(effects) + 1, "this")):
        beside(axes, (0, place), number(float(wording.value(f"revenue.{year}")) / unit, 0, language), weight="bold")
    for border in (0.5, len(effects) + 0.5):
        axes.axhline(border, color=MUTED, linewidth=0.5)
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.set_yticks(range(len(names)), names, fontsize=SMALL)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(*with_room(effects, texts))
    axes.spines["left"].set_visible(False)
    bare(axes, upright=False)
    if situation["months_title"]:
        gauge(axes, wording, round_amount(wording, situation, unit), upright=False)
    return True


def with_room(effects: Sequence[float], texts: Sequence[str]) -> tuple[float, float]:
    """The ends of the axis of a bridge: its bars, and beyond them the numbers, which would else stand in the names."""
    low, high = min(0.0, *effects), max(0.0, *effects)
    room = DIGIT * (max(map(len, texts)) + 1)
    left, right = (room if low < 0 else DIGIT), room
    unit = ((high - low) or 1) / (BRIDGE - left - right)
    return low - left * unit, high + right * unit


def beside(axes: "Axes", end: tuple[float, int], text: str, **style: Any) -> None:
    """A number outside the end of a bar, on the side to which the bar goes; no line runs through it."""
    side, shift = ("right", -2) if end[0] < 0 else ("left", 2)
    where: dict[str, Any] = {"textcoords": "offset points", "ha": side, "va": "center", "fontsize": SMALL}
    axes.annotate(text, end, (shift, 0), bbox={"facecolor": "white", "linewidth": 0, "pad": 0.6}, **where, **style)
