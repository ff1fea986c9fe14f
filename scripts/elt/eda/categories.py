"""Closed categories of a mart as counts that are never about fewer people than the minimum group; ages as bands."""

from datetime import date
from typing import Any

import polars as pl

from elt.protection.disclosure import publishable

MOST_VALUES = 40  # a category of more distinct values is not listed: nobody reads it, and rare values name people
YEARS_OF_BAND = 10
OLDEST = 120  # ASSUMPTION: nobody is older; an age from here on, or below 0, is a fault of the data


def age_band(birth: pl.Expr, today: date) -> pl.Expr:
    """The ten-year band of the age on a day, as text ("30–39"); "not plausible" below 0 and from 120."""
    month, day = birth.dt.month().cast(pl.Int32), birth.dt.day().cast(pl.Int32)
    had_birthday = month * 100 + day <= today.month * 100 + today.day
    age = today.year - birth.dt.year() - (~had_birthday).cast(pl.Int32)
    low = age // YEARS_OF_BAND * YEARS_OF_BAND
    high = low + YEARS_OF_BAND - 1
    band = pl.format("{}–{}", low.cast(pl.String).str.zfill(2), high.cast(pl.String).str.zfill(2))
    return pl.when(age.is_between(0, OLDEST - 1)).then(band).when(age.is_not_null()).then(pl.lit("not plausible"))


def shown_counts(groups: pl.DataFrame, minimum: int, *, about_people: bool) -> dict[str, Any]:
    """Counts of a closed category from (value, rows, people), largest first; null is the group without a value.

    `about_people`: each count has the number of people behind it. Groups about too few of them are hidden, with as
    many others as it takes that totals do not give them away.
    """
    people = dict(groups.select("value", "people").iter_rows())
    shown = publishable(people, minimum) if about_people else dict.fromkeys(people, True)
    rows = sorted(
        ((value, count) for value, count, _ in groups.select("value", "rows", "people").iter_rows() if shown[value]),
        key=lambda entry: (-entry[1], str(entry[0])),
    )
    return {
        "counts": [
            {"value": value, "rows": count} | ({"people": people[value]} if about_people else {})
            for value, count in rows
            if value is not None
        ],
        "suppressed_groups": len(shown) - len(rows),
        "hides_missing": not shown.get(None, True),
    }


def category(groups: pl.DataFrame, kind: str, minimum: int, *, about_people: bool) -> dict[str, Any]:
    """Counts of a closed category, or only the number of distinct values where there are too many."""
    if kind == "category" and groups.height > MOST_VALUES:
        return {"distinct": groups["value"].drop_nulls().len()}
    found = shown_counts(groups, minimum, about_people=about_people)
    if kind == "boolean":
        entries = found.pop("counts")
        counts = {entry["value"]: entry["rows"] for entry in entries}
        total = sum(counts.values())
        is_hidden = found["suppressed_groups"] or not total
        found["share_true"] = None if is_hidden else round(counts.get(True, 0) / total, 6)
        if about_people and not is_hidden:
            found["people"] = min(entry["people"] for entry in entries)
    return found
