"""How many people stand behind each published figure about people, read from the files that are published.

Numbers of rows of whole tables, of records and of settings are no figures about groups of people and have no entry.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

EXPLORATION = "step1_eda/data/eda_summary.json"
MODEL = "step3_segmentation/_meta/model_metadata.json"
UNIQUENESS = "_meta/uniqueness_report.json"
DICTIONARY = "step2_feature_engineering/reports/feature_dictionary.md"
NUMBERS = "reports/number_ledger.json"
COUNTS = ("unique", "small", "protected")  # of people, in the report of uniqueness


@dataclass(frozen=True)
class Behind:
    """A published figure, or several of one group: file, place in it, and the people behind it (at least so many)."""

    file: str
    what: str
    people: int


def _of_column(place: str, column: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """(place, people) of what a profile shows of a column."""
    yield f"{place}.missing", column.get("missing_people", 0)
    yield place, column.get("people") or 0
    yield f"{place}.percentiles", column.get("percentile_people") or 0
    for entry in column.get("counts", ()):
        yield f"{place}.counts.{entry['value']}", entry.get("people", 0)
    for number, people in enumerate((column.get("histogram") or {}).get("people", ()), start=1):
        yield f"{place}.histogram.{number}", people


def of_exploration(summary: Mapping[str, Any]) -> Iterator[Behind]:
    """Breakdowns, and of every profile categories, bins, percentiles, means, months and gaps."""
    found: list[tuple[str, int]] = []
    for name, part in summary["breakdowns"].items():
        for number, group in enumerate(part["groups"] if part else (), start=1):
            found.append((f"breakdowns.{name}.{number}", max(int(group["customers"]), 1)))
    for profile in [*summary["marts"], *([summary["customers"]] if summary.get("customers") else [])]:
        found.append((profile["name"], profile.get("fewest_people") or 0))
        for column in profile["columns"]:
            found += _of_column(f"{profile['name']}.{column['name']}", column)
    orders = summary.get("order_values") or {}
    found.append(("order_values.percentiles", orders.get("percentile_people") or 0))
    for name, histogram in (
        ("revenue_a_customer", summary.get("revenue_a_customer")),
        ("order_values", orders.get("histogram")),
    ):
        bins = (histogram or {}).get("people", ())
        found += [(f"{name}.{number}", people) for number, people in enumerate(bins, start=1)]
    found += [(f"concentration.{n}", tenth["customers"]) for n, tenth in enumerate(summary.get("concentration", ()), 1)]
    found.append(("correlations", ((summary.get("correlations") or {}).get("customers") or {}).get("rows", 0)))
    yield from (Behind(EXPLORATION, what, int(people)) for what, people in found if people)


def of_model(model: Mapping[str, Any]) -> Iterator[Behind]:
    """Segments, the smallest cluster of every number of segments that was tried, and what all customers are like."""
    for segment in model["segments"]:
        if segment["customers"]:
            yield Behind(MODEL, f"segments.{segment['label']}", segment["customers"])
            yield from of_shares(segment)
            if within := segment.get("limits"):
                yield Behind(MODEL, f"segments.{segment['label']}.limits", within["people"])
    for place, cell in enumerate((model.get("map") or {}).get("cells", ())):
        yield Behind(MODEL, f"map.cells.{place}", model["map"]["levels"][cell[-1] - 1])
    for one, moved in model.get("migration", {}).get("moves", {}).items():
        yield from (Behind(MODEL, f"migration.{one}.{other}", count) for other, count in moved.items() if count)
    for tried in model.get("evidence", ()):
        if tried.get("smallest_customers"):
            yield Behind(MODEL, f"evidence.{tried['k']}.smallest_customers", tried["smallest_customers"])
    if model.get("rows"):
        yield Behind(MODEL, "features", model["rows"])


def of_shares(segment: Mapping[str, Any]) -> Iterator[Behind]:
    """The customers of a segment of whom a share tells, and the others."""
    shares = {"borderline_share": segment.get("borderline_share"), **(segment.get("figures") or {})}
    for name in ("borderline_share", "repeat_share", "active_share"):
        if shares.get(name) is not None:
            some = round(shares[name] * segment["customers"])
            for what, count in ((name, some), (f"{name}, others", segment["customers"] - some)):
                if count:
                    yield Behind(MODEL, f"segments.{segment['label']}.{what}", count)


def of_uniqueness(report: Mapping[str, Any]) -> Iterator[Behind]:
    """Counts of people who are alone, with few, or with enough others."""
    for part in ("quasi_identifiers", "purchases"):
        for when in ("before", "after"):
            for name, entry in report.get(part, {}).get(when, {}).items():
                for count in COUNTS:
                    if entry.get(count):
                        yield Behind(UNIQUENESS, f"{part}.{when}.{name}.{count}", entry[count])


def of_dictionary(people: Mapping[str, int]) -> Iterator[Behind]:
    """Percentiles and counts of the feature dictionary; `people`: behind each, by its place."""
    yield from (Behind(DICTIONARY, what, count) for what, count in people.items() if count)


def of_numbers(figures: Mapping[str, Mapping[str, Any]]) -> Iterator[Behind]:
    """Figures of the exposé that are about people."""
    for name, figure in figures.items():
        if figure.get("people"):
            yield Behind(NUMBERS, name, int(figure["people"]))


def of_others(
    summary: Mapping[str, Any], model: Mapping[str, Any], uniqueness: Mapping[str, Any], dictionary: Mapping[str, int]
) -> Iterator[Behind]:
    """All but the figures of the exposé: the contents of the files of the exploration, the model and so on."""
    yield from of_exploration(summary)
    yield from of_dictionary(dictionary)
    yield from of_model(model)
    yield from of_uniqueness(uniqueness)


def smallest(found: Iterable[Behind]) -> Behind | None:
    """The figure with the fewest people behind it, of equal ones the first by file and place; None without any."""
    return min(found, key=lambda one: (one.people, one.file, one.what), default=None)
