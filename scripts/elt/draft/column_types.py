"""Which type a drafted column gets, decided from the counts of its profile."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from elt.draft.column_profile import (
    ColumnProfile,
    count_cells,
    distinct,
    in_batches,
    measure,
    texts,
)
from elt.draft.keys import names_something
from elt.draft.personal_hints import named_text
from elt.faults import Fault
from elt.run import date_formats
from elt.run.date_formats import FORMATS
from elt.silver import conventions, dates
from elt.silver.conventions import AUTO

ENOUGH = 0.99  # share of the cells that must be readable as a type; the rest would go to quarantine, within its budget
MOST_DIGITS = 0.9  # share of cells of digits from which on it is said why a column is text all the same
MOST_ALIKE = 0.5  # share of the cells from which on a column holds telephone numbers and the like
NEARLY = 0.98  # share of distinct values from which on they are counted exactly, as the column may be a key


def profiled(raw: pl.LazyFrame, names: Sequence[str], table: str = "") -> tuple[list[ColumnProfile], int]:
    """(the columns of a table, its records); `table`: its name."""
    columns, records = [ColumnProfile(name, table=table) for name in names], 0
    frame = texts(raw, names)
    for batch in in_batches(frame):
        records += batch.height
        for column in columns:
            count_cells(column, batch[column.name])
    for column in columns:
        decide(column)
    measure_numbers(frame, [column for column in columns if column.kind == "number"])
    for column in columns:
        is_near = column.distinct_in_batches >= NEARLY * column.filled
        column.distinct = distinct(frame, [column.name]) if is_near else column.distinct_in_batches
    return columns, records


def measure_numbers(frame: pl.LazyFrame, numbers: Sequence[ColumnProfile]) -> None:
    """Look how many cells of number columns can be read, and with how many decimals; if too few, they are texts."""
    for batch in in_batches(frame.select(column.name for column in numbers)) if numbers else ():
        for column in numbers:
            measure(column, batch[column.name])
    for column in numbers:
        if column.readable < ENOUGH * column.real:
            column.kind, column.remarks = "string", []
        elif column.thousands:
            decide_decimals(column)


def decide_decimals(column: ColumnProfile) -> None:
    """Give a column three decimals if its cells in the shape of thousands can be nothing else; else say so."""
    if column.decimals >= conventions.GROUP_DIGITS or not column.other_decimals:
        column.decimals = max(column.decimals, conventions.GROUP_DIGITS)
    else:
        column.remarks.append(
            f"OPEN: {column.thousands} cells have three decimals, the others fewer, so that they may be thousands: "
            "a run puts them into quarantine; if they are none, state decimals: 3"
        )


def is_idle(days: Mapping[str, int], form: str, other: str) -> bool:
    """Whether another format reads all that a format reads, and either more than it or the same days."""
    ordered = FORMATS.index(form) < FORMATS.index(other)
    pair = f"{form} {other}" if ordered else f"{other} {form}"
    alone, beyond = (days[f"{pair} {part}"] for part in (("one", "other") if ordered else ("other", "one")))
    return not alone and bool(beyond or not days[f"{pair} differ"])


def formats_of(column: ColumnProfile) -> tuple[list[str], bool]:
    """(formats that read the column together, the most frequent first; whether it is open which of two is right)."""
    kept = [form for form in FORMATS if column.days[form]]
    for form in sorted(kept, key=lambda form: column.days[form]):
        if any(is_idle(column.days, form, other) for other in kept if other != form):
            kept.remove(form)
    try:
        return dates.format_order(column.name, kept, column.days), False
    except Fault:
        return kept, True


def decide(column: ColumnProfile) -> None:
    """Type a column from its counts: date, integer, number, or string."""
    if not column.real:
        column.remarks.append("no cell is filled")
    elif column.dated >= ENOUGH * column.real:
        decide_formats(column)
    else:
        for zero in ("0", "00000000"):  # a placeholder for a day; in any other column it is a number
            column.placeholders.pop(zero, None)
        decide_number(column)


def decide_formats(column: ColumnProfile) -> None:
    """Make a column one of dates, with what a person should look at."""
    column.formats, is_open = formats_of(column)
    column.kind, column.readable = "date", column.dated
    if is_open:
        column.remarks.append(
            "OPEN: days can be read in more than one of these formats; leave only the right one, with "
            "dayFirst: true or false"
        )
    column.remarks += [] if is_open else [*uncertain_orders(column), *certain_orders(column)]
    zoned = [form for form in column.formats if date_formats.is_zoned(form)]
    if zoned:
        column.remarks.append(
            "time stamps with a zone: %z makes of each the day of timeZone, by default that of the calendar's country"
        )
    if zoned and len(zoned) < len(column.formats):
        column.remarks.append("OPEN: some have no zone; they are taken as local time")
    if column.is_cut_to_day:
        column.remarks.append(f"only the day is kept: the time of day {'and the zone are' if zoned else 'is'} cut")
    if "%Y%m%d" in column.formats and column.integers:
        column.remarks.append("digits that are all days; if they are numbers of something, make it a string")
    if any("%y" in form for form in column.formats):
        column.remarks.append("years have two digits; look whether the century is right")


def uncertain_orders(column: ColumnProfile) -> Iterator[str]:
    """Formats of a column whose day and month may be exchanged, as no day is above 12."""
    for form in column.formats:
        if column.days[f"{form} swapped"] and not column.days[f"{form} certain"]:
            order, other = date_formats.is_day_first(form), date_formats.twin(form)
            yield (
                f"OPEN: no day in {form} is above 12; if it is right, add dayFirst: {str(order).lower()}, else write "
                f"{other} and add dayFirst: {str(not order).lower()}"
            )


def certain_orders(column: ColumnProfile) -> Iterator[str]:
    """How many cells of a column prove that the day stands before the month, or behind it, and how many do not."""
    for form in column.formats:
        certain, either = column.days[f"{form} certain"], column.days[f"{form} swapped"]
        if certain and either:
            order = "the day first" if date_formats.is_day_first(form) else "the month first"
            yield f"{certain} cells can only be read with {order}; {either} could be read either way and follow them"


def decide_number(column: ColumnProfile) -> None:
    """Make a column one of integers or numbers if nothing of its cells is lost by that; else it stays a text."""
    least = ENOUGH * column.real
    reason = reason_for_text(column)
    if reason or len(column.foreign) > 1:
        if len(column.foreign) > 1:
            column.remarks.append(f"OPEN: amounts in {len(column.foreign)} currencies; split them into two columns")
        column.remarks += (
            [f"digits, but text: {reason}"] if reason and column.integers >= MOST_DIGITS * column.real else []
        )
    elif column.integers >= least and column.numeric == column.integers and is_whole(column):
        column.kind, column.readable = "integer", column.integers
    elif column.numeric >= least and not is_sequence(column):
        column.kind = "number"
        column.remarks += [f"without the sign {sign}, which convert takes away" for sign in column.foreign]
        try:
            column.convention = conventions.number_convention(column.name, column.marks, AUTO, AUTO)
        except Fault:
            column.remarks.append("OPEN: its numbers can be read with a decimal point and with a decimal comma")


def is_whole(column: ColumnProfile) -> bool:
    """Whether whole numbers stay so: an amount that is 5.00 today is 5.50 tomorrow, the number 1001.0 is no amount."""
    return not column.foreign and (not column.pointed or names_something(column.name))


def reason_for_text(column: ColumnProfile) -> str:
    """Why a column of digits is no number: a number of something loses by being one, and counts nothing."""
    if column.zeros:
        return "a zero in front would be lost"
    if column.long:
        return "too many digits for a number"
    if column.lettered:
        return f"{column.lettered} cells have letters, so it is a number of something"
    if named_text(column.name) and column.integers >= ENOUGH * column.real:
        return "numbers of this kind may begin with a zero"
    return ""


def is_sequence(column: ColumnProfile) -> bool:
    """Whether cells that look like numbers are rather telephone numbers, dates or numbers of something."""
    kinds = ("phone", "tax number", "IP address", "tax id")
    return any(column.content[kind] >= MOST_ALIKE * column.filled for kind in kinds)
