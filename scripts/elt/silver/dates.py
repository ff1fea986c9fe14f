"""How a column writes its dates: the formats of the contract, in the order that the column itself shows."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import combinations

import polars as pl

from elt.faults import Fault
from elt.run.company import Field

ISO = "%Y-%m-%d"
FIRST_DAY = date(1000, 1, 1)  # Polars reads 31.12.24 as a day of the year 24


def as_date(text: pl.Expr, form: str) -> pl.Expr:
    """Days in one format; null where the year is not in four digits, or a digit is missing that nothing separates."""
    day = text.str.to_date(form, strict=False)
    is_whole = day >= FIRST_DAY
    if re.search("%[A-Za-z]%", form):
        is_whole &= text.str.len_bytes() == len(date(2001, 1, 1).strftime(form))
    return pl.when(is_whole).then(day)


def date_formats(field: Field) -> list[str]:
    """The formats in which the contract expects a date."""
    return list(field.formats) or [ISO]


def day_counts(text: pl.Series, formats: Sequence[str]) -> Counter[str]:
    """Cells of a date column by format that reads them; by pair of formats: read as two days, by only one of them."""
    days = text.to_frame("cell").select(as_date(pl.col("cell"), form).alias(form) for form in formats)
    counts = {form: pl.col(form).count() for form in formats}
    for one, other in combinations(formats, 2):
        first, second = pl.col(one), pl.col(other)
        counts[f"{one} {other} differ"] = (first != second).sum()
        counts[f"{one} {other} one"] = (first.is_not_null() & second.is_null()).sum()
        counts[f"{one} {other} other"] = (second.is_not_null() & first.is_null()).sum()
    return Counter(days.select(**counts).row(0, named=True))


def format_order(where: str, formats: Sequence[str], found: Mapping[str, int]) -> list[str]:
    """The formats in the order in which they are tried, from `day_counts`; raises Fault if two fit with other days."""
    for one, other in combinations(formats, 2):
        differ, *only = (found.get(f"{one} {other} {part}", 0) for part in ("differ", "one", "other"))
        if differ and bool(only[0]) == bool(only[1]):
            words = f"{differ} dates can be read as {one} and as {other}, which are other days"
            raise Fault(where, words, "State one format in the contract")
    return sorted(formats, key=lambda form: -found.get(form, 0))
