"""How a column writes its numbers and dates: the convention under which the whole column can be read, never a guess."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any

import polars as pl

from shared.faults import Fault

WRITTEN = {  # a number with its groups and decimals, by decimal mark
    ".": r"^[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?$",
    ",": r"^[+-]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+)(,[0-9]+)?$",
}
GROUP = {".": ",", ",": "."}
FIRST_YEAR = 1000  # Polars reads 31.12.24 as the year 24


def as_integer(text: pl.Expr) -> pl.Expr:
    """Whole numbers, also written 7.0 or 7.00 (but not 7.000, which may be seven thousand); else null."""
    whole = text.str.replace(r"\.0{1,2}$", "")
    return pl.coalesce(text.cast(pl.Int64, strict=False), whole.cast(pl.Int64, strict=False))


def as_number(text: pl.Expr, mark: str, decimals: int) -> pl.Expr:
    """Exact decimals under a decimal mark, rounded half away from zero; else null."""
    plain = text.str.replace_all(GROUP[mark], "", literal=True).str.replace(mark, ".", literal=True)
    exact = pl.when(text.str.contains(WRITTEN[mark])).then(plain).cast(pl.Decimal(38, 8), strict=False)
    return exact.round(decimals, mode="half_away_from_zero").cast(pl.Decimal(38, decimals))


def as_date(text: pl.Expr, form: str) -> pl.Expr:
    """Days in one format; null where the year is not in four digits, or a digit is missing that nothing separates."""
    day = text.str.to_date(form, strict=False)
    is_whole = day.dt.year() >= FIRST_YEAR
    if re.search("%[A-Za-z]%", form):
        is_whole &= text.str.len_bytes() == len(date(2001, 1, 1).strftime(form))
    return pl.when(is_whole).then(day)


def date_formats(field: Mapping[str, Any]) -> list[str]:
    """The formats in which the contract expects a date."""
    stated = field.get("format", "%Y-%m-%d")
    return [stated] if isinstance(stated, str) else list(stated)


def mark_counts(name: str) -> dict[str, pl.Expr]:
    """Cells of a number column with a mark that can be read with either mark, only as point, only as comma."""
    value = pl.col(name)
    point, comma = (value.str.contains(WRITTEN[mark]) for mark in ".,")
    return {
        f"{name} either": (point & comma & value.str.contains("[.,]")).sum(),
        f"{name} .": (point & ~comma).sum(),
        f"{name} ,": (comma & ~point).sum(),
    }


def decimal_mark(where: str, either: int, point: int, comma: int) -> str:
    """The mark under which a column can be read, from `mark_counts`; raises Fault if both or neither are."""
    remedy = "State decimalChar under dialect in the contract"
    if point == comma and point:
        words = f"{point} numbers can be read only with a decimal point and {comma} only with a decimal comma"
        raise Fault(where, words, remedy)
    if point == comma and either:
        raise Fault(where, f"{either} numbers can be read with a decimal point and with a decimal comma", remedy)
    return "," if comma > point else "."


def day_counts(name: str, formats: Sequence[str]) -> dict[str, pl.Expr]:
    """Cells of a date column by format that reads them; by pair of formats: read as two days, by only one of them."""
    days = {form: as_date(pl.col(name), form) for form in formats}
    counts = {f"{name} {form}": day.count() for form, day in days.items()}
    for one, other in combinations(formats, 2):
        pair = f"{name} {one} {other}"
        counts[f"{pair} differ"] = (days[one] != days[other]).sum()
        counts[f"{pair} one"] = (days[one].is_not_null() & days[other].is_null()).sum()
        counts[f"{pair} other"] = (days[other].is_not_null() & days[one].is_null()).sum()
    return counts


def format_order(where: str, name: str, formats: Sequence[str], found: Mapping[str, int]) -> list[str]:
    """The formats in the order in which they are tried, from `day_counts`; raises Fault if two fit with other days."""
    for one, other in combinations(formats, 2):
        differ, *only = (found[f"{name} {one} {other} {part}"] for part in ("differ", "one", "other"))
        if differ and bool(only[0]) == bool(only[1]):
            words = f"{differ} dates can be read as {one} and as {other}, which are other days"
            raise Fault(where, words, "State one format in the contract")
    return sorted(formats, key=lambda form: -found[f"{name} {form}"])


def decided(frame: pl.LazyFrame, table: str, fields: Sequence[Mapping[str, Any]], wanted: str) -> dict[str, Any]:
    """Decimal mark of each number field and order of the formats of each date field: name -> mark or formats.

    Reads the data once, if the contract leaves anything to decide. Raises Fault where two conventions fit and give
    other values, as with `1.234` or `03/04/2024`: then the contract has to say.
    """
    numbers = [field["name"] for field in fields if field["type"] == "number"]
    formats = {field["name"]: date_formats(field) for field in fields if field["type"] == "date"}
    counts: dict[str, pl.Expr] = {}
    for name in numbers if wanted == "auto" else ():
        counts |= mark_counts(name)
    for name, stated in formats.items():
        counts |= day_counts(name, stated) if len(stated) > 1 else {}
    found = frame.select(**counts).collect(engine="streaming").row(0, named=True) if counts else {}
    decisions: dict[str, Any] = dict.fromkeys(numbers, wanted)
    for name in numbers if wanted == "auto" else ():
        seen = (found[f"{name} {kind}"] for kind in ("either", ".", ","))
        decisions[name] = decimal_mark(f"{table}, column {name}", *seen)
    for name, stated in formats.items():
        several = len(stated) > 1
        decisions[name] = format_order(f"{table}, column {name}", name, stated, found) if several else stated
    return decisions
