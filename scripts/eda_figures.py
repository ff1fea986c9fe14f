"""Figures of the exploratory data analysis; what the star schema does not offer is said in place of its figure.

Inputs: step1_eda/data/eda_summary.json, the words in the language of the run.
Outputs: step1_eda/figures/*.svg.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.eda.charts import bars, histogram, not_available, ordered, scale, with_rest
from elt.eda.correlation_chart import correlation_map
from elt.files import read_json
from elt.report import countries
from elt.report.colours import ACCENT, INK, MUTED
from elt.report.figures import new_figure, save_svg
from elt.report.numbers import number, percent
from elt.report.words import Words, named, read

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from snakemake.iocontainers import snakemake

PARTIAL = {"facecolor": "white", "edgecolor": ACCENT, "hatch": "//////", "linewidth": 0.6}
HEADROOM = 1.25  # of the axis above its columns, where there is a legend


def revenue_by_month(months: Sequence[Mapping[str, Any]], words: Words) -> "Figure":
    """Columns of revenue a month; partial months hatched, suppressed ones left free."""
    if not months:
        return not_available("no_month", words)
    first, last = (index_of(entry["month"]) for entry in (months[0], months[-1]))
    size, word = scale([entry["revenue"] for entry in months], words)
    figure = new_figure()
    axes = figure.subplots()
    for is_complete, style in ((True, {"color": ACCENT}), (False, PARTIAL)):
        part = [entry for entry in months if bool(entry.get("is_complete", True)) == is_complete]
        if part:
            places = [index_of(entry["month"]) for entry in part]
            name = words["figures"]["whole" if is_complete else "partial"]
            axes.bar(places, [entry["revenue"] / size for entry in part], width=0.75, label=name, **style)
            if not is_complete:
                axes.set_ylim(top=axes.get_ylim()[1] * HEADROOM)
                axes.legend(loc="upper left")
    step = max(1, (last - first + 1) // 12)
    ticks = [place for place in range(first, last + 1) if place % max(step, 1) == 0 and (step < 3 or place % 3 == 0)]
    axes.set_xticks(ticks, [f"{place % 12 + 1:02d}/{place // 12}" for place in ticks], rotation=45, ha="right")
    axes.set_xlim(first - 0.7, last + 0.7)
    axes.grid(axis="y")
    axes.set_title(words["figures"]["month"] + word)
    return figure


def index_of(month: str) -> int:
    """Number of a month ("2013-12"), so that neighbouring months differ by one."""
    year, part = month.split("-")
    return int(year) * 12 + int(part) - 1


def revenue_by_category(breakdowns: Mapping[str, Any], words: Words) -> "Figure":
    """Bars of revenue by category, and by subcategory for the largest ones."""
    parts = [(name, ordered(breakdowns[name]["groups"])) for name in ("category", "subcategory") if name in breakdowns]
    parts = [(name, entries) for name, entries in parts if entries]
    if not parts:
        return not_available("no_category", words)
    parts = [(name, with_rest(entries, name, words)) for name, entries in parts]
    longest = max(len(entries) for _, entries in parts)
    figure = new_figure(height=0.9 + 0.24 * max(longest, 4))
    size, word = scale([entry["revenue"] for _, entries in parts for entry in entries], words)
    said, form = words["figures"], (0 if size == 1 else 2, words["language"])
    panels = figure.subplots(1, len(parts), squeeze=False, sharex=True)[0]
    for axes, (name, entries) in zip(panels, parts, strict=True):
        title = said[name] + word if axes is panels[0] else said["by"].format(name=said["names"][name])
        names, amounts = (
            [named(words, entry[name]) for entry in entries],
            [entry["revenue"] / size for entry in entries],
        )
        bars(axes, names, amounts, title, form)
        axes.set_ylim(longest - 0.4, -0.6)
    return figure


def revenue_by_country(groups: Sequence[Mapping[str, Any]], words: Words) -> "Figure":
    """Bars of revenue and of customers by country, in the same order; customers of several are no sum of theirs."""
    top = with_rest(ordered(groups), "country", words)
    if not top:
        return not_available("no_country", words)
    figure = new_figure(height=0.9 + 0.24 * max(len(top), 4))
    left, right = figure.subplots(1, 2)
    said, language = words["figures"], words["language"]
    size, word = scale([entry["revenue"] for entry in top], words)
    names = [named(words, countries.called(words.get("places", {}), entry["country"])) for entry in top]
    amounts = [entry["revenue"] / size for entry in top]
    bars(left, names, amounts, said["country"] + word, (0 if size == 1 else 2, language))
    counted = [entry for entry in top if "customers" in entry]
    people = [entry["customers"] for entry in counted]
    bars(right, names[: len(counted)], people, said["country_customers"], (0, language))
    right.set_ylim(left.get_ylim())
    right.tick_params(labelleft=False)
    return figure


def revenue_a_customer(found: Mapping[str, Any] | None, words: Words) -> "Figure":
    """Histogram of customers by revenue on a logarithmic scale."""
    said = words["figures"]
    if not found:
        return not_available("no_distribution", words)
    title = said["customers_by_revenue"].format(count=number(sum(found["rows"]), 0, words["language"]))
    return histogram(found, title, (said["revenue_axis"], said["customers_axis"]), words["language"])


def values_of_orders(orders: Mapping[str, Any] | None, words: Words) -> "Figure":
    """Histogram of orders by value on a logarithmic scale."""
    said, found = words["figures"], orders and orders["histogram"]
    if not found:
        return not_available("no_orders", words)
    title = said["orders_by_value"].format(count=number(sum(found["rows"]), 0, words["language"]))
    return histogram(found, title, (said["value_axis"], said["orders_axis"]), words["language"])


def lorenz_curve(tenths: Sequence[Mapping[str, Any]], words: Words) -> "Figure":
    """Share of revenue over share of customers, largest first, against all bringing the same."""
    if not tenths:
        return not_available("no_concentration", words)
    said, figure = words["figures"], new_figure(height=2.8)
    axes = figure.subplots()
    customers = [100 * place / len(tenths) for place in range(len(tenths) + 1)]
    shares = [0.0, *(100 * tenth["revenue_share"] for tenth in tenths)]
    axes.plot((0, 100), (0, 100), color=MUTED, linewidth=0.8, linestyle=(0, (3, 3)))
    axes.annotate(said["equal"], (60, 60), (6, -8), textcoords="offset points", fontsize=8, color=INK)
    axes.plot(customers, shares, color=ACCENT, linewidth=1.8, marker="o", markersize=3.5, clip_on=False)
    for place in (1, 2, len(tenths) // 2):
        text = number(shares[place], 1, words["language"])
        axes.annotate(text, (customers[place], shares[place]), (7, -9), textcoords="offset points", fontsize=8)
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 104)
    axes.set_xticks(range(0, 101, 20))
    axes.set_yticks(range(0, 101, 25))
    axes.grid(axis="y")
    axes.set_title(said["lorenz"])
    return figure


def lines_by_weekday(weekdays: Sequence[Mapping[str, Any]], words: Words) -> "Figure":
    """Share of order lines by weekday, against an even spread over seven days."""
    total = sum(entry["order_lines"] for entry in weekdays)
    if not total:
        return not_available("no_weekday", words)
    said, language, figure = words["figures"], words["language"], new_figure()
    axes = figure.subplots()
    shares = {entry["weekday"]: entry["order_lines"] / total for entry in weekdays}
    axes.bar([day - 1 for day in shares], list(shares.values()), width=0.68, color=ACCENT)
    axes.axhline(1 / 7, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.annotate(said["even"], (6.5, 1 / 7), (3, 0), textcoords="offset points", va="center", fontsize=8)
    for day, share in shares.items():
        inside = share > 0.03
        place, ink = (share / 2, "white") if inside else (share, INK)
        align = "center" if inside else "bottom"
        axes.text(day - 1, place, percent(share, 1, language), va=align, ha="center", fontsize=8, color=ink)
    axes.set_xticks(range(7), words["weekdays"])
    axes.set_xlim(-0.5, 6.5)
    axes.margins(y=0.12)
    axes.tick_params(left=False, labelleft=False)
    axes.spines["left"].set_visible(False)
    axes.set_title(said["weekday"].format(count=number(total, 0, language)))
    return figure


def main(summary: str, word_file: str, outputs: Mapping[str, str], country_files: Sequence[str] = ()) -> None:
    """Read the summary, draw and write the figures; `outputs`: figure name to path."""
    content, words = read_json(summary), read(word_file)
    words = {**words, "places": countries.names(country_files, words["language"])}
    breakdowns = content["breakdowns"]
    figures = {
        "revenue_by_month": revenue_by_month(breakdowns["month"]["groups"], words),
        "revenue_by_category": revenue_by_category(breakdowns, words),
        "revenue_by_country": revenue_by_country(breakdowns["country"]["groups"], words),
        "lorenz_curve": lorenz_curve(content["concentration"], words),
        "revenue_a_customer": revenue_a_customer(content["revenue_a_customer"], words),
        "order_values": values_of_orders(content["order_values"], words),
        "lines_by_weekday": lines_by_weekday(breakdowns["weekday"]["groups"], words),
        "correlations": correlation_map(content["correlations"]["customers"], words),
    }
    for name, path in outputs.items():
        save_svg(figures[name], path)


if __name__ == "__main__":
    rulelog.start(snakemake)
    given = snakemake.input
    main(given.summary, given.words, dict(snakemake.output.items()), given.countries)
