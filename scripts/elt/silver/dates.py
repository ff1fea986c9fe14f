"""How a column writes its dates: the formats of the contract, in the order that the column itself shows."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import combinations

import polars as pl

from elt.faults import Fault
from elt.run.date_formats import NAMES, OFFSETS, is_zoned, spelt
from elt.run.fields import Field

ISO = "%Y-%m-%d"
UTC = "UTC"
FIRST_DAY, LAST_DAY = date(1000, 1, 1), date(9999, 12, 31)  # Polars reads 31.12.24 as a day of the year 24
REGION = r"\[[A-Za-z0-9_+/-]+\]$"  # which says no more than the offset in front of it
ZONE = rf" *(?:[Zz]|{NAMES}|[+-][0-9]{{2}}(?::?[0-9]{{2}})?)(?:{REGION}|$)"  # at the end of a time stamp
FRACTION = r"[.,][0-9]+$"
# a cell with a time of day and its zone, also as 20240101T003000Z and with a year behind the zone
STAMP = (
    r"(?:[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?|T[0-9]{4}(?:[0-9]{2})?)(?:[.,][0-9]+)?(?: ?[AaPp][Mm])?"
    rf"(?:{ZONE}| [+-][0-9]{{2}}:?[0-9]{{2}} [0-9]{{4}}$)"
)


def as_date(text: pl.Expr, form: str, zone: str | None = None) -> pl.Expr:
    """Days in one format; null where the year is not in four digits, or a digit is missing that nothing separates.

    `zone`: in which the day of a time stamp with a zone is wanted; without it in UTC. A day without a time stays as it
    is written, whatever zone stands behind it.
    """
    form, is_instant = spelt(form), is_zoned(form)
    if is_instant:
        stamp = offset_text(text).str.to_datetime(
            form.replace("%z", "%#z"), time_unit="us", time_zone=UTC, strict=False
        )
        day = stamp.dt.convert_time_zone(zone or UTC).dt.date()
    else:
        bare = text.str.replace(ZONE, "") if "%z" in form else text
        day = bare.str.to_date(form.replace("%z", "").rstrip(), strict=False)
    return pl.when(day.is_between(FIRST_DAY, LAST_DAY) & is_complete(text, form)).then(day)


def is_another_day(text: pl.Expr, form: str, zone: str) -> pl.Expr:
    """Whether the day of a time stamp in a zone is another one than the day that is written; null without a zone."""
    if not is_zoned(form) or "%s" in form:
        return pl.lit(None, pl.Boolean)
    written = offset_text(text).str.to_date(spelt(form).replace("%z", "%#z"), strict=False)
    return written != as_date(text, form, zone)


def is_complete(text: pl.Expr, form: str) -> pl.Expr:
    """Whether no digit is missing where nothing separates the parts of a date; zone and fraction have any length."""
    bare = form.replace("%z", "").replace("%.f", "").rstrip()
    if not re.search("%[A-Za-z]%", bare):
        return pl.lit(value=True)
    text = text.str.replace(ZONE, "") if "%z" in form else text
    text = text.str.replace(FRACTION, "") if "%.f" in form else text
    return text.str.len_bytes() == len(date(2001, 1, 1).strftime(bare))


def offset_text(text: pl.Expr) -> pl.Expr:
    """Time stamps with the offset in place of the name of their zone (UTC, CET), and without the region behind it."""
    return text.map_batches(with_offsets, return_dtype=pl.String, is_elementwise=True)


def with_offsets(text: pl.Series) -> pl.Series:
    """`offset_text` of a column; where no cell ends in a name or a bracket, it stays as it is."""
    if not text.str.contains(r"[A-Za-z]{2}$|\]$").any():
        return text
    text = text.str.replace(REGION, "")
    for name, offset in OFFSETS.items():
        text = text.str.replace(rf"(^|[^A-Za-z]){name}$", f"${{1}}{offset}")
    return text


def date_formats(field: Field) -> list[str]:
    """The formats in which the contract expects a date."""
    return list(field.formats) or [ISO]


def day_counts(text: pl.Series, formats: Sequence[str], zone: str | None = None) -> Counter[str]:
    """Cells of a date column by format that reads them; by pair of formats: read as two days, by only one of them."""
    days = text.to_frame("cell").select(as_date(pl.col("cell"), form, zone).alias(form) for form in formats)
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
            raise Fault(where, words, "State one format in the contract, and dayFirst: true or false")
    return sorted(formats, key=lambda form: -found.get(form, 0))
