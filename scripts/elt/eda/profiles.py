"""Profiles of marts: what each column holds, in figures that are never about fewer people than the minimum group.

The classes of marts.yaml decide what is shown of a column at all; the number of people decides on every figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from elt.eda.categories import age_band, category
from elt.eda.distributions import bin_counts, bin_edges, distribution, merged
from elt.eda.mart_shape import PERSON, Shape
from elt.report.languages import in_language
from elt.run.columns import Column
from elt.run.mart import Mart
from elt.sales.views import UNKNOWN


def missing_text(missing: int, without: int, having: int, minimum: int) -> int | str:
    """Missing cells, unless the people `without` (or `having`) a value are too few: then "<5", or "nearly all"."""
    if 0 < without < minimum:
        return f"<{minimum}"
    return "nearly all" if missing and 0 < having < minimum else missing


@dataclass(frozen=True)
class Aggregates:
    """What is computed of a mart before anything is shown, in one pass over it.

    `size`: rows, those of the unknown member, those about too few, and the fewest people of a row about several;
    `overview`: rows that count, gaps and span of months by column; `persons`: one row a person with rows, gaps, lowest,
    highest and total value by column, None if rows are not about persons; `months`: (month, people) by date column, of
    rows about persons; `groups`: (value, rows, people) by closed column; `values`: (value, rows) by number column.
    """

    size: Mapping[str, int]
    overview: Mapping[str, Any]
    persons: pl.DataFrame | None
    groups: Mapping[str, pl.DataFrame]
    values: Mapping[str, pl.DataFrame]
    months: Mapping[str, pl.DataFrame]

    def missing(self, name: str, minimum: int, *, is_personal: bool) -> dict[str, Any]:
        """Missing cells of a column, if their number may be published, and the fewest people whom that tells apart."""
        missing = self.overview[f"{name} gaps"]
        without = having = missing if is_personal else 0
        if self.persons is not None:
            without = (self.persons[f"{name} gaps"] > 0).sum()
            having = (self.persons[f"{name} gaps"] < self.persons["len"]).sum()
        told = missing_text(missing, without, having, minimum)
        fewest = min((people for people in (without, having) if people), default=0)
        return {"missing": told} | ({"missing_people": int(fewest)} if fewest and missing and told == missing else {})

    def span(self, name: str, minimum: int) -> dict[str, Any]:
        """First, last and number of distinct months of a date column; of rows about persons the first and last month
        with enough people, and how many those are."""
        distinct = self.overview[f"{name} distinct"]
        if self.persons is None:
            return {
                "months": {part: self.overview[f"{name} {part}"] for part in ("first", "last")} | {"distinct": distinct}
            }
        enough = self.months[name].filter(pl.col("people") >= minimum)
        ends = {"first": enough["month"].min(), "last": enough["month"].max(), "distinct": distinct}
        at_ends = enough.filter(pl.col("month").is_in([ends["first"], ends["last"]]))["people"].min()
        return {"months": ends} | ({"people": at_ends} if enough.height else {})

    def of_persons(self, name: str) -> pl.DataFrame | None:
        """(low, high, total) of a number column, one row a person with a value."""
        if self.persons is None:
            return None
        return self.persons.select(low=f"{name} low", high=f"{name} high", total=f"{name} total").drop_nulls()


def profile(frame: pl.LazyFrame, mart: Mart, minimum: int, today: date, shown: pl.Expr | None = None) -> dict[str, Any]:
    """The profile of one mart: rows, and of every column what its class and the number of people allow.

    `shown`: for a mart whose rows are about several people, which rows may be published; those about too few never are.
    """
    shape = Shape.of(mart)
    is_shown = pl.lit(value=True) if shown is None else shown
    if shape.people_count:
        is_shown = is_shown & (pl.col(shape.people_count) >= minimum)
    known = known_rows(frame, shape, today, is_shown)
    found = aggregated(frame, known, shape, is_shown)
    entries = {name: column_entry(name, column, shape, found, minimum) for name, column in mart.by_name.items()}
    _add_histograms(known, entries, found, minimum, one_row_a_person=shape.one_row_a_person)
    return {
        "title": mart.title,
        "grain": mart.grain,
        "rows": found.size["rows"],
        "unknown_member_rows": found.size["unknown"],
        "rows_about_few": found.size["few"],
        "about_people": shape.about_people,
        **({"fewest_people": found.size["fewest_people"]} if shape.people_count else {}),
        "columns": entries,
    }


def known_rows(frame: pl.LazyFrame, shape: Shape, today: date, is_shown: pl.Expr) -> pl.LazyFrame:
    """The rows that count, without the unknown member; numbers as float, dates of birth as bands of the age."""
    known = frame.filter(pl.col(shape.surrogate) != UNKNOWN) if shape.surrogate else frame
    return known.filter(is_shown).with_columns(
        *(_number(name) for name in shape.named("number") if name != shape.people_count),
        *(age_band(pl.col(name), today).alias(name) for name in shape.named("ages")),
    )


def aggregated(frame: pl.LazyFrame, known: pl.LazyFrame, shape: Shape, is_shown: pl.Expr) -> Aggregates:
    """All that is computed of a mart. frame: all rows; known: those that count; is_shown: about enough people."""
    person, numbers, closed = shape.person, shape.named("number"), shape.named("ages", "boolean", "category")
    gaps = [pl.col(name).null_count().alias(f"{name} gaps") for name in shape.kinds]
    people = pl.col(person).n_unique() if person else pl.len()
    unknown = (pl.col(shape.surrogate) == UNKNOWN).sum() if shape.surrogate else pl.lit(0)
    fewest = pl.col(shape.people_count).filter(is_shown).min() if shape.people_count else pl.lit(None)
    queries = [
        frame.select(rows=pl.len(), unknown=unknown, few=(~is_shown).sum(), fewest_people=fewest),
        known.select(pl.len(), *gaps, *_month_span(shape.named("months"))),
        *(known.group_by(value=name).agg(rows=pl.len(), people=people).sort("value") for name in closed),
        *(
            known.filter(pl.col(name).is_not_null()).group_by(value=name).agg(rows=pl.len()).sort("value")
            for name in numbers
        ),
        *([known.group_by(person).agg(pl.len(), *gaps, *_spans(numbers))] if person else []),
    ]
    dates = shape.named("months") if person else []
    queries += [_people_by_month(known, name, people) for name in dates]
    size, overview, *tables = pl.collect_all(queries, engine="streaming")
    months = {name: tables.pop() for name in reversed(dates)}
    persons = tables.pop() if person else None
    return Aggregates(
        size.row(0, named=True),
        overview.row(0, named=True),
        persons,
        groups=dict(zip(closed, tables, strict=False)),
        values=dict(zip(numbers, tables[len(closed) :], strict=True)),
        months=months,
    )


def column_entry(name: str, column: Column, shape: Shape, found: Aggregates, minimum: int) -> dict[str, Any]:
    """What the profile says of a column; a number column has its `range` until its histogram is drawn."""
    entry = {
        "shown": shape.kinds[name],
        **{key: getattr(column, key) for key in ("type", "unit", "personal")},
        "description": in_language(column.description),
    }
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


def _month_span(names: Sequence[str]) -> list[pl.Expr]:
    """First, last and number of distinct months of date columns."""
    spans = {"first": pl.Expr.min, "last": pl.Expr.max, "distinct": pl.Expr.n_unique}
    month = {name: pl.col(name).drop_nulls().dt.strftime("%Y-%m") for name in names}
    return [span(month[name]).alias(f"{name} {part}") for name in names for part, span in spans.items()]


def _people_by_month(known: pl.LazyFrame, name: str, people: pl.Expr) -> pl.LazyFrame:
    """(month, people) of a date column."""
    month = pl.col(name).dt.strftime("%Y-%m").alias("month")
    return known.filter(pl.col(name).is_not_null()).group_by(month).agg(people=people).sort("month")


def _spans(names: Sequence[str]) -> list[pl.Expr]:
    """Lowest and highest value and total of number columns, of one person."""
    spans = {"low": pl.Expr.min, "high": pl.Expr.max, "total": pl.Expr.sum}
    return [span(pl.col(name)).alias(f"{name} {part}") for name in names for part, span in spans.items()]


def _number(name: str) -> pl.Expr:
    """A column as float, rounded, so that a decimal and a quotient of the same value fall into the same bin."""
    return pl.col(name).cast(pl.Float64).round(6)


def _add_histograms(
    known: pl.LazyFrame,
    entries: dict[str, dict[str, Any]],
    found: Aggregates,
    minimum: int,
    *,
    one_row_a_person: bool,
) -> None:
    """Give every number column that has a range its histogram, in one pass over the table."""
    ranges = {name: entry.pop("range") for name, entry in entries.items() if "range" in entry}
    edges = {name: bin_edges(*span, whole=entries[name]["type"] == "integer") for name, span in ranges.items() if span}
    persons = found.persons
    person = None if persons is None else PERSON
    queries = [
        bin_counts(known, _number(name), (marks[0], marks[-1]), len(marks) - 1, person) for name, marks in edges.items()
    ]
    for (name, marks), counts in zip(edges.items(), pl.collect_all(queries, engine="streaming"), strict=True):
        outside = 0
        if persons is not None:
            outside = int(((persons[f"{name} low"] < marks[0]) | (persons[f"{name} high"] > marks[-1])).sum())
        drawn = merged(marks, counts, minimum if person else 0, one_row_a_person=one_row_a_person, outside=outside)
        if drawn and person is None:
            drawn.pop("people")
        entries[name]["histogram"] = drawn
