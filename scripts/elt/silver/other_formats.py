"""Formats of days that a contract does not state and that read what its own formats do not: for a line to paste."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from elt.run import reasons
from elt.run.date_formats import FORMATS, is_zoned
from elt.run.fields import Field
from elt.silver.dates import as_date

NEARLY_ALL = 0.9  # of the texts that no stated format reads
FRACTION = "%.f"  # of a second: a format with it reads seconds without one too
FEW = 200  # one in so many is a slip, and in no other format


def are_many_unread(quarantined: Iterable[Mapping[str, Any]], records: int) -> bool:
    """Whether so many records are in quarantine for a day that cannot be read that they may be in another format."""
    unread = (reason["records"] for reason in quarantined if reason["code"] == reasons.UNREADABLE["date"])
    return sum(unread) * FEW > records


def to_state(texts: pl.LazyFrame, fields: Iterable[Field]) -> dict[str, list[str]]:
    """Field -> the formats to state: its own that read something, and the one other that reads nearly all of the rest.

    None for a field of which all is read, or whose rest no format or more than one reads. `texts`: the cells as text,
    by field.
    """
    found = {}
    for field in fields:
        is_read = {form: as_date(pl.col(field.name), form, field.time_zone).is_not_null() for form in field.formats}
        rest = texts.filter(pl.col(field.name).is_not_null(), ~pl.any_horizontal(is_read.values())).select(field.name)
        if other := other_format(rest.collect(), field):
            used = texts.select(read.any().alias(form) for form, read in is_read.items()).collect().row(0, named=True)
            found[field.name] = [*(form for form in field.formats if used[form]), other]
    return found


def other_format(rest: pl.DataFrame, field: Field) -> str | None:
    """The one format that reads nearly all of a column of texts."""
    known = [form for form in FORMATS if form not in field.formats and (field.time_zone or not is_zoned(form))]
    counts = rest.select(as_date(pl.col(field.name), form, field.time_zone).count().alias(form) for form in known)
    most = max(counts.row(0), default=0)
    if not most or most < NEARLY_ALL * rest.height:
        return None
    best = [form for form, count in counts.row(0, named=True).items() if count == most]
    plain = [form for form in best if FRACTION not in form] or best
    return plain[0] if len(plain) == 1 else None
