"""Segment figures: why so many segments, what they bring, how they differ. Marks stand for segments, never for persons.

Inputs: step3_segmentation/_meta/model_metadata.json, the words of the segmentation in the language of the run.
Outputs: step3_segmentation/figures/segment_evidence.svg, segment_shares.svg, segment_profiles.svg,
segment_density.svg.
"""

from collections.abc import Mapping
from textwrap import fill
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.files import read_json
from elt.report.colours import ACCENT, AMBER, INK, MUTED, SOFT
from elt.report.figures import ink_on, new_figure, save_svg
from elt.report.numbers import number, percent
from elt.report.words import Words, read
from elt.segmentation.density_chart import density_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from snakemake.iocontainers import snakemake

LIMIT = 2.0  # standard deviations at which the heat map is at its darkest


def empty(words: Words, why: str) -> "Figure":
    """A figure that says why there is nothing to show."""
    text, figure = words["figures"], new_figure(height=1.2)
    figure.text(0.5, 0.5, text["nothing"].format(why=text[why]), ha="center", va="center")
    return figure


def shown_segments(metadata: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Segments that may be published, in order of revenue."""
    return [segment for segment in metadata["segments"] if not segment["is_suppressed"]]


def evidence_figure(metadata: Mapping[str, Any], words: Words) -> "Figure":
    """Silhouette with its error and lowest Jaccard by number of segments; the chosen number is marked."""
    text, language, evidence = words["figures"], words["language"], metadata["evidence"]
    if not evidence:
        return empty(words, "no_evidence")
    figure = new_figure(height=2.8)
    for axes, key in zip(figure.subplots(1, 2), ("silhouette", "jaccard"), strict=True):
        column = {"silhouette": "silhouette", "jaccard": "lowest_jaccard"}[key]
        points = [(entry["k"], entry[column]) for entry in evidence if entry[column] is not None]
        axes.plot(*zip(*points, strict=True), color=MUTED, linewidth=1.2, marker="o", markersize=4)
        for k, value in points:
            if metadata["choice"]["k"] == k:
                axes.plot([k], [value], marker="o", markersize=8, color=ACCENT)
                label = f"{text['chosen']}: {number(value, 2, language)}"
                top = max(beside for near, beside in points if abs(near - k) <= 1)  # no line runs through the label
                look = {"ha": "center", "color": ACCENT, "weight": "bold"}
                axes.annotate(label, (k, top), (0, 9), textcoords="offset points", **look)
        if key == "silhouette":
            errors = [entry["silhouette_error"] for entry in evidence if entry[column] is not None]
            axes.errorbar(*zip(*points, strict=True), yerr=errors, fmt="none", ecolor=MUTED, capsize=3, zorder=1)
        if key == "jaccard":
            axes.axhline(metadata["choice"]["stable_from"], color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.set_title(text[key].format(limit=number(metadata["choice"]["stable_from"], 2, language)), fontsize=9)
        axes.set_ylim(0, 1.15)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], [number(tick, 2, language) for tick in (0, 0.25, 0.5, 0.75, 1)])
        axes.set_xticks([entry["k"] for entry in evidence])
        axes.set_xlabel(text["k"])
        axes.grid(axis="y")
    return figure


def shares_figure(metadata: Mapping[str, Any], words: Words) -> "Figure":
    """Share of the customers in segments beside share of their revenue, one pair of bars a segment."""
    text, language, segments = words["figures"], words["language"], shown_segments(metadata)
    if not segments:
        return empty(words, "no_segments")
    figure = new_figure(height=1.0 + 0.48 * len(segments))
    axes = figure.subplots()
    for place, segment in enumerate(segments):
        for key, shift, colour in (("customer_share", -0.19, SOFT), ("revenue_share", 0.19, ACCENT)):
            axes.barh(place + shift, segment[key], 0.34, color=colour)
            value = percent(segment[key], 1, language)
            axes.annotate(value, (max(segment[key], 0), place + shift), (3, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(len(segments)), [fill(s["name"][language], 30) for s in segments])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.12 * max(max(s["customer_share"], s["revenue_share"]) for s in segments))
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    for place, (key, colour) in enumerate((("customers", SOFT), ("revenue", ACCENT))):
        axes.text(0.48 * place, 1.02, text[key], transform=axes.transAxes, va="bottom", weight="bold", color=colour)
    return figure


def profiles_figure(metadata: Mapping[str, Any], words: Words) -> "Figure":
    """Heat map of segments by used features: distance from the mean of all customers in standard deviations."""
    language, segments = words["language"], shown_segments(metadata)
    features = [feature for feature in metadata["features"] if feature["is_used"]]
    if not segments or not features:
        return empty(words, "no_segments" if not segments else "no_evidence")
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("profile", [AMBER, "white", ACCENT])
    figure = new_figure(height=1.3 + 0.38 * len(segments))
    axes = figure.subplots()
    values = [[segment["deviation"][feature["name"]] for feature in features] for segment in segments]
    axes.pcolormesh(values, cmap=colours, vmin=-LIMIT, vmax=LIMIT, edgecolors="white", linewidth=2)
    for row, deviations in enumerate(values):
        for column, value in enumerate(deviations):
            colour = ink_on(colours((value / LIMIT + 1) / 2))
            text = number(value, 1, language, sign=True)
            axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=colour)
    labels = [fill(feature["label"][language], max(10, 72 // len(features))) for feature in features]
    axes.set_xticks([place + 0.5 for place in range(len(features))], labels)
    axes.set_yticks([place + 0.5 for place in range(len(segments))], [fill(s["name"][language], 30) for s in segments])
    axes.xaxis.tick_top()
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel(words["figures"]["deviation"])
    return figure


def main(metadata: str, word_file: str, *, evidence: str, shares: str, profiles: str, density: str) -> None:
    """Read the model, draw and write the four figures."""
    model, words = read_json(metadata), read(word_file)
    save_svg(evidence_figure(model, words), evidence)
    save_svg(shares_figure(model, words), shares)
    save_svg(profiles_figure(model, words), profiles)
    save_svg(density_figure(model, words) or empty(words, "no_map"), density)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.metadata,
        snakemake.input.words,
        evidence=snakemake.output.evidence,
        shares=snakemake.output.shares,
        profiles=snakemake.output.profiles,
        density=snakemake.output.density,
    )
