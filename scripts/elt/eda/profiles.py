"""Profiles of marts: what each column holds, in figures that are never about fewer people than the minimum group.

Rows of a mart are about persons if it has a customer_key; if it has a number of customers a row is about so many.
The classes of marts.yaml decide what is shown of a column at all; the number of people decides on every figure.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from elt.eda.distributions import bin_counts, bin_edges, distribution, merged
from elt.protection.disclosure import publishable
from elt.run.company import Column, Mart

PERSON = "customer_key"
CUSTOMERS = ("customers", "active_customers")
UNKNOWN = 0  # surrogate key of the unknown member
CLOSED = 40  # a category of more distinct values is not closed
ADULT, OLD, BAND = 0, 120, 10


def kind(name: str, mart: Mart) -> str:
    """What a profile shows of a column: hidden, key (nothing but gaps), ages, months, number, boolean or category."""
    column = mart.by_name[name]
    closed = {"none": "months", "quasi": "ages" if name == "birth_date" else "hidden"}
    if column.personal not in closed:
        return "hidden"
    if name.endswith("_key") or name in mart.foreign_keys:
        return "key" if column.type != "date" else closed[column.personal]
    if column.type == "date":
        return closed[column.personal]
    if column.type in ("boolean", "string"):
        return {"boolean": "boolean", "string": "category"}[column.type]
    return "number" if column.personal == "none" else "hidden"


def age_band(birth: pl.Expr, today: date) -> pl.Expr:
    """The ten-year band of the age on a day, as text ("30–39"); "not plausible" below 0 and from 120."""
    month, day = birth.dt.month().cast(pl.Int32), birth.dt.day().cast(pl.Int32)
    had_birthday = month * 100 + day <= today.month * 100 + today.day
    age = today.year - birth.dt.year() - (~had_birthday).cast(pl.Int32)
    low = age // BAND * BAND
    band = pl.format("{}–{}", low.cast(pl.String).str.zfill(2), (low + BAND - 1).cast(pl.String).str.zfill(2))
    return pl.when(age.is_between(ADULT, OLD - 1)).then(band).when(age.is_not_null()).then(pl.lit("not plausible"))


def shown_counts(groups: pl.DataFrame, minimum: int, about_people: bool) -> dict[str, Any]:
    """Counts of a closed category from (value, rows, people), largest first; null is the group without a value.

    Groups about too few people are hidden, with as many others as it takes that totals do not give them away.
    """
    people = dict(groups.select("value", "people").iter_rows())
    shown = publishable(people, minimum) if about_people else dict.fromkeys(people, True)
    rows = sorted(
        ((value, count) for value, count, _ in groups.select("value", "rows", "people").iter_rows() if shown[value]),
        key=lambda entry: (-entry[1], str(entry[0])),
    )
    return {
        "counts": [{"value": value, "rows": count} for value, count in rows if value is not None],
        "suppressed_groups": len(shown) - len(rows),
        "hides_missing": not shown.get(None, True),
    }


def missing_text(missing: int, without: int, having: int, minimum: int) -> int | str:
    """Missing cells, unless the people `without` (or `having`) a value are too few: then "<5", or "nearly all"."""
    if 0 < without < minimum:
        return f"<{minimum}"
    return "nearly all" if missing and 0 < having < minimum else missing


def profile(frame: pl.LazyFrame, mart: Mart, minimum: int, today: date, shown: pl.Expr | None = None) -> dict[str, Any]:
    """The profile of one mart: rows, and of every column what its class and the number of people allow.

    `shown`: for a mart whose rows are about several people, which rows may be published; those about too few never are.
    """
    columns, kinds = mart.by_name, {name: kind(name, mart) for name in mart.names}
    person = PERSON if PERSON in columns else None
    one_row_a_person = mart.key == (PERSON,)
    surrogate = person or (mart.key[0] if len(mart.key) == 1 and mart.key[0].endswith("_key") else None)
    crowd = next((name for name in CUSTOMERS if name in columns), None) if not person else None
    known = frame.filter(pl.col(surrogate) != UNKNOWN) if surrogate else frame
    allowed = pl.lit(True) if shown is None else shown
    allowed = allowed & (pl.col(crowd) >= minimum) if crowd else allowed
    known = known.filter(allowed)
    known = known.with_columns(
        *(_number(name) for name, what in kinds.items() if what == "number" and name != crowd),
        *(age_band(pl.col(name), today).alias(name) for name, what in kinds.items() if what == "ages"),
    )
    gaps = {name: pl.col(name).null_count().alias(f"{name} gaps") for name in columns}
    numbers = [name for name, what in kinds.items() if what == "number"]
    closed = [name for name, what in kinds.items() if what in ("ages", "boolean", "category")]
    months = [name for name, what in kinds.items() if what == "months"]
    heads = pl.col(person).n_unique() if person else pl.len()
    queries = [
        frame.select(
            rows=pl.len(),
            unknown=(pl.col(surrogate) == UNKNOWN).sum() if surrogate else pl.lit(0),
            few=(~allowed).sum(),
        ),
        known.select(pl.len(), *gaps.values(), *_month_span(months)),
        *([known.group_by(person).agg(pl.len(), *gaps.values(), *_spans(numbers))] if person else []),
        *(known.group_by(value=name).agg(rows=pl.len(), people=heads).sort("value") for name in closed),
        *(
            known.filter(pl.col(name).is_not_null()).group_by(value=name).agg(rows=pl.len()).sort("value")
            for name in numbers
        ),
    ]
    size, overview, *rest = pl.collect_all(queries, engine="streaming")
    persons = rest.pop(0) if person else None
    groups = dict(zip(closed, rest, strict=False))
    values = dict(zip(numbers, rest[len(closed) :], strict=True))
    rows, entries = overview["len"][0], {}
    for name, column in columns.items():
        entry = {
            "shown": kinds[name],
            **_described(column),
        }
        missing = overview[f"{name} gaps"][0]
        without = having = missing if column.personal != "none" else 0
        if persons is not None:
            without = (persons[f"{name} gaps"] > 0).sum()
            having = (persons[f"{name} gaps"] < persons["len"]).sum()
        entry["missing"] = missing_text(missing, without, having, minimum)
        if name in groups:
            entry |= _category(groups[name], kinds[name], minimum, person is not None)
            if entry.pop("hides_missing", False) and isinstance(entry["missing"], int):
                entry["missing"] = "hidden"
        if name in values:
            part = None
            if persons is not None:
                part = persons.select(low=f"{name} low", high=f"{name} high", total=f"{name} total").drop_nulls()
            found = distribution(values[name], part, minimum, max(2, column.decimals or 0))
            entry |= found or {"range": None}
            if size["few"][0]:  # with a total from elsewhere, a mean would give away the rows left out
                entry |= {"mean": None, "standard_deviation": None}
        if name in months and rows > missing:
            entry["months"] = {part: overview[f"{name} {part}"][0] for part in ("first", "last", "distinct")}
        share = entry["missing"] / rows if rows and isinstance(entry["missing"], int) else None
        entries[name] = entry | {"missing_share": None if share is None else round(share, 6)}
    _add_histograms(known, entries, persons, minimum, one_row_a_person)
    return {
        "title": mart.title,
        "grain": mart.grain,
        "rows": size["rows"][0],
        "unknown_member_rows": size["unknown"][0],
        "rows_about_few": size["few"][0],
        "about_people": "row" if one_row_a_person else "rows of a person" if person else "number" if crowd else "no",
        "columns": entries,
    }


def _described(column: Column) -> dict[str, Any]:
    """What a profile says of a column beside its figures."""
    return {"type": column.type, "unit": column.unit, "personal": column.personal, "description": column.description}


def _month_span(names: Sequence[str]) -> list[pl.Expr]:
    """First, last and number of distinct months of date columns."""
    spans = {"first": pl.Expr.min, "last": pl.Expr.max, "distinct": pl.Expr.n_unique}
    month = {name: pl.col(name).drop_nulls().dt.strftime("%Y-%m") for name in names}
    return [span(month[name]).alias(f"{name} {part}") for name in names for part, span in spans.items()]


def _spans(names: Sequence[str]) -> list[pl.Expr]:
    """Lowest and highest value and total of number columns, of one person."""
    spans = {"low": pl.Expr.min, "high": pl.Expr.max, "total": pl.Expr.sum}
    return [span(pl.col(name)).alias(f"{name} {part}") for name in names for part, span in spans.items()]


def _category(groups: pl.DataFrame, what: str, minimum: int, about_people: bool) -> dict[str, Any]:
    """Counts of a closed category, or only the number of distinct values where there are too many."""
    if what == "category" and groups.height > CLOSED:
        return {"distinct": groups["value"].drop_nulls().len()}
    found = shown_counts(groups, minimum, about_people)
    if what == "boolean":
        counts = {entry["value"]: entry["rows"] for entry in found["counts"]}
        total = sum(counts.values())
        hidden = found["suppressed_groups"] or not total
        return {
            "share_true": None if hidden else round(counts.get(True, 0) / total, 6),
            "suppressed_groups": found["suppressed_groups"],
            "hides_missing": found["hides_missing"],
        }
    return found


def _number(name: str) -> pl.Expr:
    """A column as float, rounded, so that a decimal and a quotient of the same value fall into the same bin."""
    return pl.col(name).cast(pl.Float64).round(6)


def _add_histograms(
    known: pl.LazyFrame,
    entries: dict[str, dict[str, Any]],
    persons: pl.DataFrame | None,
    minimum: int,
    one_row_a_person: bool,
) -> None:
    """Give every number column that has a range its histogram, in one pass over the table.

    `persons`: lowest and highest value of each person and column, None if rows are not about persons.
    """
    ranges = {name: entry.pop("range") for name, entry in entries.items() if "range" in entry}
    ranges = {name: span for name, span in ranges.items() if span}
    edges = {name: bin_edges(*span, entries[name]["type"] == "integer") for name, span in ranges.items()}
    person = None if persons is None else PERSON
    queries = [
        bin_counts(known, _number(name), marks[0], marks[-1], person, len(marks) - 1) for name, marks in edges.items()
    ]
    for (name, marks), found in zip(edges.items(), pl.collect_all(queries, engine="streaming"), strict=True):
        beyond = 0
        if persons is not None:
            beyond = int(((persons[f"{name} low"] < marks[0]) | (persons[f"{name} high"] > marks[-1])).sum())
        entries[name]["histogram"] = merged(marks, found, minimum if person else 0, one_row_a_person, beyond)
