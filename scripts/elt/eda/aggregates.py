"""What is computed of a mart before anything of it is shown; of a large one in parts that hold whole persons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from elt.eda.categories import age_band
from elt.eda.mart_shape import Shape
from elt.sales.groups import UNKNOWN

Tables = dict[str, pl.DataFrame]


def missing_text(missing: int, without: int, having: int, minimum: int) -> int | str:
    """Missing cells, unless the people `without` (or `having`) a value are too few: then "<5", or "nearly all"."""
    if 0 < without < minimum:
        return f"<{minimum}"
    return "nearly all" if missing and 0 < having < minimum else missing


@dataclass(frozen=True)
class Aggregates:
    """What is computed of a mart.

    `size`: rows, those of the unknown member, those about too few, and the fewest people of a row about several;
    `overview`: rows that count and gaps by column, and of rows about persons how many have gaps or values; `persons`:
    one row a person with lowest, highest and total value by number column, None if rows are not about persons;
    `months`: (month, people) by date column; `groups`: (value, rows, people) by closed column; `values`: (value, rows)
    by number column.
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
            without, having = (self.overview[f"{name} {which}"] for which in ("without", "having"))
        told = missing_text(missing, without, having, minimum)
        fewest = min((people for people in (without, having) if people), default=0)
        return {"missing": told} | ({"missing_people": int(fewest)} if fewest and missing and told == missing else {})

    def span(self, name: str, minimum: int) -> dict[str, Any]:
        """First, last and number of distinct months of a date column; of rows about persons the first and last month
        with enough people, and how many those are."""
        months = self.months[name]
        if self.persons is None:
            return {"months": _ends(months) | {"distinct": months.height}}
        enough = months.filter(pl.col("people") >= minimum)
        at_ends = enough.filter(pl.col("month").is_in([*_ends(enough).values()]))["people"].min()
        return {"months": _ends(enough) | {"distinct": months.height}} | ({"people": at_ends} if enough.height else {})

    def of_persons(self, name: str) -> pl.DataFrame | None:
        """(low, high, total) of a number column, one row a person with a value."""
        if self.persons is None:
            return None
        return self.persons.select(low=f"{name} low", high=f"{name} high", total=f"{name} total").drop_nulls()


def _ends(months: pl.DataFrame) -> dict[str, Any]:
    """First and last month."""
    return {"first": months["month"].min(), "last": months["month"].max()}


def number(name: str) -> pl.Expr:
    """A column as float, rounded, so that a decimal and a quotient of the same value fall into the same bin."""
    return pl.col(name).cast(pl.Float64).round(6)


def known_rows(frame: pl.LazyFrame, shape: Shape, today: date, is_shown: pl.Expr) -> pl.LazyFrame:
    """The rows that count, without the unknown member; numbers as float, dates of birth as bands of the age."""
    known = frame.filter(pl.col(shape.surrogate) != UNKNOWN) if shape.surrogate else frame
    return known.filter(is_shown).select(*shape.kinds).with_columns(
        *(number(name) for name in shape.named("number") if name != shape.people_count),
        *(age_band(pl.col(name), today).alias(name) for name in shape.named("ages")),
        *(pl.when(pl.col(name).is_not_null()).then(pl.lit(value=True)).alias(name) for name in _only_counted(shape)),
    )  # fmt: skip


def _only_counted(shape: Shape) -> list[str]:
    """Columns of which nothing but gaps is shown."""
    return [name for name in shape.named("hidden", "key") if name not in (shape.person, shape.people_count)]


def aggregated(
    frames: Sequence[pl.LazyFrame], known: Sequence[pl.LazyFrame], shape: Shape, is_shown: pl.Expr
) -> Aggregates:
    """All that is computed of a mart. frames: all rows, in parts; known: those that count, in the same parts; is_shown:
    about enough people."""
    found = [of_part(*part, shape, is_shown) for part in zip(frames, known, strict=True)]
    tables = {name: pl.concat(part[name] for part in found) for name in found[0]}
    size = tables["size"].select(pl.col("rows", "unknown", "few").sum(), pl.col("fewest_people").min())
    people = [pl.col("people").sum()]
    return Aggregates(
        size.row(0, named=True),
        tables["overview"].sum().row(0, named=True),
        tables.get("persons"),
        groups={name: _added(tables[f"group {name}"], pl.String, *people) for name in _closed(shape)},
        values={name: _added(tables[f"value {name}"]) for name in shape.named("number")},
        months={name: _months(tables[f"months {name}"]) for name in shape.named("months")},
    )


def _closed(shape: Shape) -> list[str]:
    """Columns whose values are listed."""
    return shape.named("ages", "boolean", "category")


def _added(table: pl.DataFrame, enumerated: type[pl.DataType] | None = None, *more: pl.Expr) -> pl.DataFrame:
    """The rows of each value of all parts together, in the order of values."""
    if enumerated is not None and isinstance(table.schema["value"], pl.Enum):
        table = table.with_columns(pl.col("value").cast(enumerated))
    return table.group_by("value").agg(pl.col("rows").sum(), *more).sort("value")


def _months(table: pl.DataFrame) -> pl.DataFrame:
    """(month, people) of all parts, months as text."""
    month = pl.col("month").dt.strftime("%Y-%m")
    return table.group_by(month).agg(pl.col("people").sum()).sort("month")


def of_part(frame: pl.LazyFrame, known: pl.LazyFrame, shape: Shape, is_shown: pl.Expr) -> Tables:
    """The tables of one part, by name."""
    person = shape.person
    people = pl.col(person).n_unique() if person and not shape.one_row_a_person else pl.len()
    rows = known.collect(engine="streaming")
    known = rows.lazy()
    unknown = (pl.col(shape.surrogate) == UNKNOWN).sum() if shape.surrogate else pl.lit(0)
    fewest = pl.col(shape.people_count).filter(is_shown).min() if shape.people_count else pl.lit(None)
    queries = {"size": frame.select(rows=pl.len(), unknown=unknown, few=(~is_shown).sum(), fewest_people=fewest)}
    for name in _closed(shape):
        queries[f"group {name}"] = known.group_by(value=name).agg(rows=pl.len(), people=people)
    for name in shape.named("number"):
        queries[f"value {name}"] = known.filter(pl.col(name).is_not_null()).group_by(value=name).agg(rows=pl.len())
    for name in shape.named("months"):
        month = pl.col(name).dt.truncate("1mo").alias("month")
        queries[f"months {name}"] = known.filter(pl.col(name).is_not_null()).group_by(month).agg(people=people)
    tables: Tables = dict(zip(queries, pl.collect_all(queries.values(), engine="streaming"), strict=True))
    gaps = {name: rows[name].null_count() for name in shape.kinds}
    counted = {"len": rows.height} | {f"{name} gaps": count for name, count in gaps.items()}
    if person:
        tables["persons"], heads = _persons(known, shape, [name for name, count in gaps.items() if count])
        counted |= heads
    return tables | {"overview": pl.DataFrame(counted)}


def _persons(known: pl.LazyFrame, shape: Shape, lacking: Sequence[str]) -> tuple[pl.DataFrame, dict[str, int]]:
    """(one row a person with lowest, highest and total value of number columns; by column how many persons have gaps,
    and how many have values). `lacking`: the columns with gaps."""
    gaps = [pl.col(name).null_count().alias(f"{name} gaps") for name in lacking]
    spans = {"low": pl.Expr.min, "high": pl.Expr.max, "total": pl.Expr.sum}
    own = [span(pl.col(name)).alias(f"{name} {part}") for name in shape.named("number") for part, span in spans.items()]
    if shape.one_row_a_person:
        gaps = [pl.col(name).is_null().cast(pl.UInt32).alias(f"{name} gaps") for name in lacking]
        own = [pl.col(name).alias(f"{name} {part}") for name in shape.named("number") for part in spans]
        persons = known.select(shape.person, pl.lit(1).alias("len"), *gaps, *own).collect(engine="streaming")
    else:
        persons = known.group_by(shape.person).agg(pl.len(), *gaps, *own).collect(engine="streaming")
    heads = {}
    for name in shape.kinds:
        has_gaps = name in lacking
        heads[f"{name} without"] = int((persons[f"{name} gaps"] > 0).sum()) if has_gaps else 0
        having = (persons[f"{name} gaps"] < persons["len"]).sum() if has_gaps else persons.height
        heads[f"{name} having"] = int(having)
    return persons.select(expression.meta.output_name() for expression in own), heads
