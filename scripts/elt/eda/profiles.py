"""Profiles of marts: what each column holds, in figures that are never about fewer people than the minimum group.

The classes of marts.yaml decide what is shown of a column at all; the number of people decides on every figure.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from elt.eda.aggregates import Aggregates, aggregated, known_rows, number
from elt.eda.categories import category
from elt.eda.distributions import bin_counts, bin_edges, distribution, merged
from elt.eda.mart_shape import PERSON, Shape
from elt.run.columns import Column
from elt.run.mart import Mart


def profile(
    frames: Sequence[pl.LazyFrame], mart: Mart, minimum: int, today: date, shown: pl.Expr | None = None
) -> dict[str, Any]:
    """The profile of one mart: rows, and of every column what its class and the number of people allow.

    `frames`: the mart, in parts of whole persons where rows are about persons. `shown`: for a mart whose rows are about
    several people, which rows may be published; those about too few never are.
    """
    shape = Shape.of(mart)
    is_shown = pl.lit(value=True) if shown is None else shown
    if shape.people_count:
        is_shown = is_shown & (pl.col(shape.people_count) >= minimum)
    known = [known_rows(frame, shape, today, is_shown) for frame in frames]
    if len(known) == 1:
        known = [known[0].collect(engine="streaming").lazy()]
    found = aggregated(frames, known, shape, is_shown)
    entries = {name: column_entry(name, column, shape, found, minimum) for name, column in mart.by_name.items()}
    _add_histograms(known, entries, found, minimum, shape)
    return {
        "rows": found.size["rows"],
        "unknown_member_rows": found.size["unknown"],
        "rows_about_few": found.size["few"],
        "about_people": shape.about_people,
        **({"fewest_people": found.size["fewest_people"]} if shape.people_count else {}),
        "columns": entries,
    }


def column_entry(name: str, column: Column, shape: Shape, found: Aggregates, minimum: int) -> dict[str, Any]:
    """What the profile says of a column; a number column has its `range` until its histogram is drawn."""
    entry = {"shown": shape.kinds[name], **{key: getattr(column, key) for key in ("type", "unit", "personal")}}
    entry |= found.missing(name, minimum, is_personal=column.personal != "none")
    if name in found.groups:
        entry |= category(found.groups[name], shape.kinds[name], minimum, about_people=found.persons is not None)
        if entry.pop("hides_missing", False) and isinstance(entry["missing"], int):
            entry["missing"] = "hidden"
            entry.pop("missing_people", None)
    if name in found.values:
        decimals = max(2, column.decimals or 0)
        entry |= distribution(found.values[name], found.of_persons(name), minimum, decimals) or {"range": None}
        if found.size["few"]:  # with a total from elsewhere, a mean would give away the rows left out
            entry |= {"mean": None, "standard_deviation": None}
    rows = found.overview["len"]
    if shape.kinds[name] == "months" and rows > found.overview[f"{name} gaps"]:
        entry |= found.span(name, minimum)
    share = entry["missing"] / rows if rows and isinstance(entry["missing"], int) else None
    return entry | {"missing_share": None if share is None else round(share, 6)}


def _add_histograms(
    known: Sequence[pl.LazyFrame],
    entries: dict[str, dict[str, Any]],
    found: Aggregates,
    minimum: int,
    shape: Shape,
) -> None:
    """Give every number column that has a range its histogram, in one pass over the table."""
    ranges = {name: entry.pop("range") for name, entry in entries.items() if "range" in entry}
    edges = {name: bin_edges(*span, whole=entries[name]["type"] == "integer") for name, span in ranges.items() if span}
    persons, is_single = found.persons, shape.one_row_a_person
    person = None if persons is None or is_single else PERSON
    of_parts = [
        pl.collect_all(
            [
                bin_counts(part, number(name), (marks[0], marks[-1]), len(marks) - 1, person)
                for name, marks in edges.items()
            ],
            engine="streaming",
        )
        for part in known
    ]
    for (name, marks), *parts in zip(edges.items(), *of_parts, strict=True):
        counts = pl.concat(parts).group_by("bin").agg(pl.col("rows", "people").sum()).sort("bin")
        outside = 0
        if persons is not None:
            outside = int(((persons[f"{name} low"] < marks[0]) | (persons[f"{name} high"] > marks[-1])).sum())
        least = 0 if persons is None else minimum
        drawn = merged(marks, counts, least, one_row_a_person=is_single, outside=outside)
        if drawn and persons is None:
            drawn.pop("people")
        entries[name]["histogram"] = drawn
