"""How many cells of a table each rule changed on their way from raw text to typed value."""

import polars as pl

from elt.run.fields import Field
from elt.silver import cleaning, conventions, dates, spreadsheets, trimming
from elt.silver.conventions import Convention

OUTSIDE = "outside limits"
WRAPPED, SPREADSHEET_ERROR = "text out of a formula", "error value of a spreadsheet taken as missing"


def cell_counts(field: Field, convention: Convention | None, *, is_tidy: bool) -> dict[str, pl.Expr]:
    """Rule -> whether it changed the cell, over the working frame; spellings of numbers apart (`spelling_counts`).

    `is_tidy`: there was nothing to trim.
    """
    text, is_parsed = pl.col(f"text:{field.name}"), pl.col(f"parsed:{field.name}").is_not_null()
    counts = text_counts(field, is_tidy=is_tidy)
    if field.type == "integer":
        counts["another spelling of the integer"] = is_parsed & text.str.contains(r"^(?:[+]|-?0[0-9]|[^.]*[.])")
    if field.type == "date":
        counts |= format_counts(field, list(convention or []))
    if field.time_zone is not None:
        other = pl.coalesce(dates.is_another_day(text, form, field.time_zone) for form in field.formats)
        counts[f"day of {field.time_zone} for the one written in another zone"] = is_parsed & other
    if field.type != "string":
        counts["unreadable"] = ~is_parsed & text.is_not_null()
    if field.is_limited:
        counts[OUTSIDE] = ~cleaning.within_limits(field)
    return counts


def text_counts(field: Field, *, is_tidy: bool) -> dict[str, pl.Expr]:
    """The same for the rules that work on texts: trimming, missing values, `convert` and codes."""
    text, raw = pl.col(f"text:{field.name}"), pl.col(f"raw:{field.name}")
    counts, is_mended = {}, pl.lit(value=False)
    if not is_tidy:
        counts[WRAPPED] = spreadsheets.was_wrapped(raw)
        counts[SPREADSHEET_ERROR] = spreadsheets.was_error(raw, text, field.missing_values)
        is_mended = counts[WRAPPED] | counts[SPREADSHEET_ERROR]
        is_trimmed = (raw != text) | (text.is_null() & ~raw.is_in(["", *field.missing_values]))
        counts["trimmed"] = is_trimmed & ~is_mended
    if field.missing_values:
        is_blank = pl.lit(value=False) if is_tidy else trimming.is_blank(raw)
        counts["missing value"] = text.is_null() & raw.is_not_null() & ~is_blank & ~is_mended
    if field.convert is not None:
        counts["converted"] = pl.col(f"converted:{field.name}")
    if field.codes is not None:
        counts["code"] = is_coded(field)
    if field.otherwise is not None:
        counts["not in the code list"] = ~pl.col(f"listed:{field.name}")
    return counts


def is_coded(field: Field) -> pl.Expr:
    """Whether a code list gave the cell another text."""
    return pl.col(f"text:{field.name}").ne_missing(pl.col(f"parsed:{field.name}")) & pl.col(f"listed:{field.name}")


def format_counts(field: Field, formats: list[str]) -> dict[str, pl.Expr]:
    """The same for days in another format than ISO; a cell counts for the first format that reads it."""
    text, is_parsed = pl.col(f"text:{field.name}"), pl.col(f"parsed:{field.name}").is_not_null()
    counts, before = {}, pl.lit(value=False)
    for form in formats:
        reads = is_parsed if len(formats) == 1 else dates.as_date(text, form, field.time_zone).is_not_null()
        if form != dates.ISO:
            counts[f"date written {form}"] = is_parsed & reads & ~before
        before |= reads
    return counts


def spelling_counts(frame: pl.DataFrame, field: Field, convention: str) -> dict[str, int]:
    """Rule -> cells of a number column that were written so that the rule had to repair them."""
    text = pl.col(f"text:{field.name}")
    whole = frame[f"text:{field.name}"].cast(pl.Int64, strict=False)
    if whole.null_count() == frame[f"text:{field.name}"].null_count():
        return {}
    odd = frame.filter(pl.col(f"parsed:{field.name}").is_not_null() & ~text.str.contains(conventions.ONE_WAY))
    spellings = conventions.number_spellings(text, convention, field.scale)
    return odd.select(when.sum().alias(rule) for rule, when in spellings.items()).row(0, named=True)
