"""Charts of the exposé about customers and products; all of them in per cent."""

from collections.abc import Mapping
from textwrap import fill
from typing import TYPE_CHECKING, Any

from elt.expose.wording import Wording
from elt.report.colours import ACCENT, GRID, INK, MUTED, PALE, SOFT
from elt.report.figures import ink_on
from elt.report.numbers import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Content = Mapping[str, Any]

CLASS_SHADES = (INK, SOFT, MUTED)
TITLE_WIDTH = 20  # letters of a line above one of two charts side by side, or beside one of their height
COHORT_HEAD, COHORT_ROW = 0.42, 0.16  # inches of the head and of a row; few cohorts are no higher
SMALL = 7  # points; the charts are printed at about their size


def per_cent(wording: Wording, name: str) -> float:
    """A share of the ledger in per cent."""
    return float(wording.value(name)) * 100


def segment_shares(figure: "Figure", wording: Wording, pages: Content) -> bool:
    """Share of customers beside share of revenue, a row a segment, both on one scale."""
    rows = pages["segments"]["segments"]
    if not rows:
        return False
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    names = [wording.text(row["name"]) for row in rows]
    for axes, column, color, title in zip(
        panels,
        ("customer_share", "revenue_share"),
        (SOFT, INK),
        ("segment_customers_share", "segment_revenue_share"),
        strict=True,
    ):
        values = [per_cent(wording, row[column]) for row in rows]
        axes.barh(range(len(rows)), values, 0.62, color=color)
        for place, value in enumerate(values):
            text = number(value, 1, wording.language)
            axes.annotate(text, (value, place), (3, 0), textcoords="offset points", va="center", fontsize=SMALL)
        axes.set_title(
            fill(f"{wording.words['columns'][title]}, %", TITLE_WIDTH), fontsize=SMALL + 0.5, fontweight="normal"
        )
        axes.set_xlim(0, 100)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.tick_params(length=0)
    panels[0].set_yticks(range(len(rows)), names, fontsize=SMALL)
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    return True


def revenue_concentration(figure: "Figure", wording: Wording, pages: Content) -> bool:
    """Pareto: cumulated share of revenue over the share of customers, largest first."""
    rows = pages["customers"]["pareto"]
    if not rows:
        return False
    axes = figure.add_subplot()
    customers = [0.0, *(per_cent(wording, row["customers"]) for row in rows)]
    revenue = [0.0, *(per_cent(wording, row["revenue"]) for row in rows)]
    axes.plot((0, 100), (0, 100), color=MUTED, linewidth=0.8, linestyle=(0, (3, 3)))
    axes.text(62, 55, wording.words["figures"]["equal"], fontsize=SMALL, color=SOFT, rotation=0)
    axes.plot(customers, revenue, color=INK, linewidth=1.6, marker="o", markersize=3, clip_on=False)
    for place in (1, 2, 5):
        text = number(revenue[place], 1, wording.language)
        axes.annotate(text, (customers[place], revenue[place]), (5, -8), textcoords="offset points", fontsize=SMALL)
    axes.plot(customers[2], revenue[2], marker="o", markersize=6, color=ACCENT)
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 104)
    axes.set_xticks((0, 20, 40, 60, 80, 100))
    axes.set_yticks((0, 50, 100))
    axes.tick_params(labelsize=SMALL, length=2)
    axes.grid(axis="y")
    axes.set_xlabel(f"{wording.words['columns']['customers_share']}, %", fontsize=SMALL)
    axes.set_ylabel(fill(f"{wording.words['columns']['customers_revenue_share']}, %", TITLE_WIDTH), fontsize=SMALL)
    return True


def cohort_retention(figure: "Figure", wording: Wording, pages: Content) -> bool:
    """A row a quarter of first orders; each cell the share that ordered again so many quarters after."""
    rows = [row for row in pages["customers"]["cohorts"] if row["cells"]]
    if not rows:
        return False
    figure.set_figheight(min(figure.get_figheight(), COHORT_HEAD + COHORT_ROW * len(rows)))
    axes, widest = figure.add_subplot(), max(len(row["cells"]) for row in rows)
    from matplotlib.colors import LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("retention", (PALE, ACCENT))
    values = [per_cent(wording, cell) for row in rows for cell in row["cells"] if cell]
    most = max(values, default=0) or 1
    for place, row in enumerate(rows):
        for step, cell in enumerate(row["cells"]):
            value = per_cent(wording, cell) if cell else 0.0
            shade = shades(value / most) if cell else "white"
            axes.barh(
                place,
                0.96,
                0.92,
                left=step,
                color=shade,
                edgecolor="none" if cell else GRID,
                linewidth=0.6,
            )
            text = number(value, 0, wording.language) if cell else "·"
            axes.text(
                step + 0.48,
                place,
                text,
                ha="center",
                va="center",
                fontsize=SMALL,
                color=ink_on(shade),
            )
    labels = [f"{row['cohort'].replace('-', ' ')}  ({wording.figure(row['customers'])})" for row in rows]
    axes.set_yticks(range(len(rows)), labels, fontsize=SMALL)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xticks([step + 0.48 for step in range(widest)], [str(step + 1) for step in range(widest)], fontsize=SMALL)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel(wording.words["columns"]["later"], fontsize=SMALL)
    axes.set_xlim(0, widest)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return True


def product_classes(figure: "Figure", wording: Wording, pages: Content) -> bool:
    """Classes A, B and C as shares of the products and of the revenue."""
    rows = pages["products"]["abc"]
    if not rows:
        return False
    axes = figure.add_subplot()
    for place, column in enumerate(("products_share", "revenue_share")):
        left = 0.0
        for row, color in zip(rows, CLASS_SHADES, strict=False):
            value = per_cent(wording, row[column])
            axes.barh(place, value, 0.66, left=left, color=color, edgecolor="white", linewidth=1)
            text = (
                f"{row['class']}  {number(value, 1, wording.language)}"
                if value > 8
                else row["class"]
                if value > 3
                else ""
            )
            axes.text(
                left + value / 2,
                place,
                text,
                ha="center",
                va="center",
                fontsize=SMALL,
                color=ink_on(color),
            )
            left += value
    names = [f"{wording.words['columns'][name]}, %" for name in ("products_share", "products_revenue_share")]
    axes.set_yticks((0, 1), names, fontsize=SMALL)
    axes.set_ylim(1.5, -0.5)
    axes.set_xlim(0, 100)
    axes.set_xticks([])
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return True
