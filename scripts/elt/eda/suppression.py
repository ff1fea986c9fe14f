"""What the exploration's report leaves out to protect people: every place, what it is, why, and by which rules."""

from collections.abc import Iterator, Mapping
from typing import Any

from elt.eda.profile_text import missing_cell
from elt.report.markdown import code

Row = list[str]


def missing_rows(marts: Mapping[str, Any]) -> list[list[Any]]:
    """Mart, column and missing cells of every column with gaps."""
    return [
        [code(mart), code(name), missing_cell(column)]
        for mart, profile in marts.items()
        for name, column in profile["columns"].items()
        if column["missing"]
    ]


def suppressed_rows(summary: Mapping[str, Any]) -> list[Row]:
    """Where something was suppressed: place, what, why."""
    minimum = summary["minimum_group"]
    profiles = {**summary["marts"], "customers with orders": summary["customers"]}
    return [
        *_of_breakdowns(summary["breakdowns"], minimum),
        *(row for mart, profile in profiles.items() for row in _of_profile(mart, profile, minimum)),
    ]


def _too_few(minimum: int) -> str:
    """The usual reason."""
    return f"about fewer than {minimum} people, or by difference"


def _of_breakdowns(breakdowns: Mapping[str, Any], minimum: int) -> Iterator[Row]:
    """Groups of the breakdowns of revenue."""
    for name, part in breakdowns.items():
        if hidden := part["suppressed_groups"]:
            why = f"{_too_few(minimum)}, or one or two people dominate"
            yield [f"revenue by {name}", f"{hidden} groups", why]


def _of_profile(mart: str, profile: Mapping[str, Any], minimum: int) -> Iterator[Row]:
    """Rows and figures of one mart."""
    if profile["rows_about_few"]:
        yield [code(mart), f"{profile['rows_about_few']} rows, all means", _too_few(minimum)]
    for name, column in profile["columns"].items():
        for what, why in _of_column(column, minimum, means_are_shown=not profile["rows_about_few"]):
            yield [code(f"{mart}.{name}"), what, why]


def _of_column(column: Mapping[str, Any], minimum: int, *, means_are_shown: bool) -> Iterator[tuple[str, str]]:
    """What of one column, and why."""
    if column.get("suppressed_groups"):
        yield f"{column['suppressed_groups']} groups", _too_few(minimum)
    if isinstance(column["missing"], str):
        yield "number of missing cells", _too_few(minimum)
    percentiles = column.get("percentiles", {})
    if hidden := sum(value is None for value in percentiles.values()):
        yield f"{hidden} of {len(percentiles)} percentiles", f"fewer than {minimum} people beyond"
    if column["shown"] == "number" and means_are_shown and column.get("mean") is None:
        yield "mean and deviation", "too few people, or one or two of them dominate the sum"


def rules_text(minimum: int) -> str:
    """What is suppressed and why, for the reader who has to answer for it."""
    return (
        f"A group is suppressed if it is about fewer than {minimum} people, if one of them makes up more than 80 % of "
        "its sum or two more than 90 %, or if a total would otherwise give away another group. A percentile needs "
        f"{minimum} people on either side; neighbouring bins of a histogram are joined until each holds as many. "
        "Histograms reach at most from the 1st to the 99th percentile; minimum and maximum are not shown. Identifiers, "
        "names and personal dates are never shown or counted by value; dates of birth only as ten-year age bands.\n\n"
    )
