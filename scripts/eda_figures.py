"""Figures of the exploratory data analysis; what the star schema does not offer is said in place of its figure.

Inputs: step1_eda/data/eda_summary.json.
Outputs: step1_eda/figures/*.svg.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.eda.charts import bars, not_available, scale
from elt.eda.sentences import WEEKDAYS
from elt.files import read_json
from elt.report.colours import ACCENT, INK, MUTED, RED
from elt.report.figures import new_figure, save_svg
from elt.report.numbers import number, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from snakemake.iocontainers import snakemake

LONGEST_LIST = 12
PARTIAL = {"facecolor": "white", "edgecolor": MUTED, "hatch": "//////", "linewidth": 0.6}


def ordered(entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Groups by revenue, largest first."""
    return sorted(entries, key=lambda entry: (-entry["revenue"], *map(str, entry.values())))


def revenue_by_month(months: Sequence[Mapping[str, Any]]) -> "Figure":
    """Columns of revenue a month; partial months hatched, suppressed ones left free."""
    if not months:
        return not_available("no month with orders of enough customers")
    first, last = (index_of(entry["month"]) for entry in (months[0], months[-1]))
    size, word = scale([entry["revenue"] for entry in months])
    figure = new_figure()
    axes = figure.subplots()
    for is_complete, style in ((True, {"color": ACCENT}), (False, PARTIAL)):
        part = [entry for entry in months if bool(entry.get("is_complete", True)) == is_complete]
        if part:
            places = [index_of(entry["month"]) for entry in part]
            name = "whole months" if is_complete else "partial months"
            axes.bar(places, [entry["revenue"] / size for entry in part], width=0.75, label=name, **style)
            if not is_complete:
                axes.legend(loc="upper left")
    step = max(1, (last - first + 1) // 12)
    ticks = [place for place in range(first, last + 1) if place % max(step, 1) == 0 and (step < 3 or place % 3 == 0)]
    axes.set_xticks(ticks, [f"{place % 12 + 1:02d}/{place // 12}" for place in ticks], rotation=45, ha="right")
    axes.set_xlim(first - 0.7, last + 0.7)
    axes.grid(axis="y")
    axes.set_title(f"Revenue by month{word}")
    return figure


def index_of(month: str) -> int:
    """Number of a month ("2013-12"), so that neighbouring months differ by one."""
    year, part = month.split("-")
    return int(year) * 12 + int(part) - 1


def revenue_by_category(breakdowns: Mapping[str, Any]) -> "Figure":
    """Bars of revenue by category, and by subcategory for the largest ones."""
    parts = [(name, ordered(breakdowns[name]["groups"])) for name in ("category", "subcategory") if name in breakdowns]
    parts = [(name, entries) for name, entries in parts if entries]
    if not parts:
        return not_available("no category in the star schema, or none with enough customers")
    longest = max(min(len(entries), LONGEST_LIST) for _, entries in parts)
    figure = new_figure(height=0.9 + 0.24 * max(longest, 4))
    size, word = scale([entry["revenue"] for _, entries in parts for entry in entries])
    decimals = 0 if size == 1 else 2
    panels = figure.subplots(1, len(parts), squeeze=False, sharex=True)[0]
    for axes, (name, entries) in zip(panels, parts, strict=True):
        top = entries[:LONGEST_LIST]
        more = f", top {len(top)}" if len(entries) > len(top) else ""
        title = f"Revenue by {name}{word}" if axes is panels[0] else f"by {name}{more}"
        bars(axes, [entry[name] for entry in top], [entry["revenue"] / size for entry in top], title, decimals)
        axes.set_ylim(longest - 0.4, -0.6)
    return figure


def revenue_by_country(countries: Sequence[Mapping[str, Any]]) -> "Figure":
    """Bars of revenue and of customers by country, in the same order."""
    top = ordered(countries)[:LONGEST_LIST]
    if not top:
        return not_available("no country with enough customers")
    figure = new_figure(height=0.9 + 0.24 * max(len(top), 4))
    left, right = figure.subplots(1, 2)
    size, word = scale([entry["revenue"] for entry in top])
    names = [entry["country"] for entry in top]
    bars(left, names, [entry["revenue"] / size for entry in top], f"Revenue by country{word}", 0 if size == 1 else 2)
    bars(right, names, [entry["customers"] for entry in top], "Customers with orders by country", 0)
    right.tick_params(labelleft=False)
    return figure


def revenue_a_customer(histogram: Mapping[str, Any] | None) -> "Figure":
    """Histogram of customers by revenue on a logarithmic scale; heights are customers a bin of the narrowest width."""
    if not histogram:
        return not_available("too few customers for a distribution")
    from math import log10

    edges, rows = [log10(edge) for edge in histogram["edges"]], histogram["rows"]
    widths = [high - low for low, high in pairwise(edges)]
    figure = new_figure()
    axes = figure.subplots()
    heights = [count * min(widths) / width for count, width in zip(rows, widths, strict=True)]
    axes.bar(edges[:-1], heights, width=widths, align="edge", color=ACCENT, edgecolor="white", linewidth=0.6)
    marks = [power + step for power in range(-3, 12) for step in (0.0, log10(2), log10(5))]
    marks = [mark for mark in marks if edges[0] - 1e-6 <= mark <= edges[-1] + 1e-6]
    axes.set_xticks(marks, [number(10**mark, 0 if mark >= 0 else 2) for mark in marks])
    axes.set_xlabel("revenue of a customer (logarithmic scale)")
    axes.set_ylabel("customers")
    axes.yaxis.set_major_formatter(lambda count, _: number(count))
    axes.grid(axis="y")
    axes.set_title(f"{number(sum(rows))} customers by revenue, without the outermost on either side")
    return figure


def lines_by_weekday(weekdays: Sequence[Mapping[str, Any]]) -> "Figure":
    """Share of order lines by weekday, against an even spread over seven days."""
    total = sum(entry["order_lines"] for entry in weekdays)
    if not total:
        return not_available("no weekday with orders of enough customers")
    figure = new_figure()
    axes = figure.subplots()
    shares = {entry["weekday"]: entry["order_lines"] / total for entry in weekdays}
    axes.bar([day - 1 for day in shares], list(shares.values()), width=0.68, color=ACCENT)
    axes.axhline(1 / 7, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.annotate("even spread", (6.5, 1 / 7), (3, 0), textcoords="offset points", va="center", fontsize=8)
    for day, share in shares.items():
        inside = share > 0.03
        place, ink = (share / 2, "white") if inside else (share, INK)
        align = "center" if inside else "bottom"
        axes.text(day - 1, place, percent(share), va=align, ha="center", fontsize=8, color=ink)
    axes.set_xticks(range(7), WEEKDAYS)
    axes.set_xlim(-0.5, 6.5)
    axes.margins(y=0.12)
    axes.tick_params(left=False, labelleft=False)
    axes.spines["left"].set_visible(False)
    axes.set_title(f"Share of order lines by weekday, {number(total)} lines")
    return figure


def correlation_map(found: Mapping[str, Any] | None) -> "Figure":
    """Spearman's rank correlation of the measures of a customer, lower triangle."""
    if not found:
        return not_available("too few customers for correlations")
    from matplotlib.colors import LinearSegmentedColormap

    names = [column.replace("_", " ") for column in found["columns"]]
    size, values = len(names), found["spearman"]
    colours = LinearSegmentedColormap.from_list("correlation", [RED, "white", ACCENT])
    figure = new_figure(height=3.6)
    axes = figure.subplots()
    for row in range(1, size):
        for column in range(row):
            value = values[row][column]
            shade = "white" if value is None else colours((value + 1) / 2)
            axes.barh(row, 0.96, height=0.94, left=column - 0.48, color=shade)
            text = "–" if value is None else number(value, 2)
            ink = "white" if value is not None and abs(value) > 0.6 else INK
            axes.text(column, row, text, ha="center", va="center", color=ink, fontsize=8)
    axes.set_xlim(-0.5, size - 1.5)
    axes.set_ylim(size - 0.5, 0.5)
    axes.set_xticks(range(size - 1), names[:-1])
    axes.set_yticks(range(1, size), names[1:])
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_title(f"Rank correlation of what {number(found['rows'])} customers buy (Spearman)")
    return figure


def main(summary: str, outputs: Mapping[str, str]) -> None:
    """Read the summary, draw and write the figures; `outputs`: figure name to path."""
    content = read_json(summary)
    breakdowns = content["breakdowns"]
    figures = {
        "revenue_by_month": revenue_by_month(breakdowns["month"]["groups"]),
        "revenue_by_category": revenue_by_category(breakdowns),
        "revenue_by_country": revenue_by_country(breakdowns["country"]["groups"]),
        "revenue_a_customer": revenue_a_customer(content["revenue_a_customer"]),
        "lines_by_weekday": lines_by_weekday(breakdowns["weekday"]["groups"]),
        "correlations": correlation_map(content["correlations"]["customers"]),
    }
    for name, path in outputs.items():
        save_svg(figures[name], path)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.input.summary, dict(snakemake.output.items()))
