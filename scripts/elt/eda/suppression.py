"""What the exploration's report leaves out to protect people: every place, what it is, why, and by which rules."""

from collections.abc import Iterator, Mapping
from typing import Any

from elt.eda.profile_text import missing_cell
from elt.report.markdown import Markdown, code
from elt.report.words import Words

Row = list[str]


def missing_rows(marts: Mapping[str, Any], words: Words) -> list[list[Any]]:
    """Mart, column and missing cells of every column with gaps."""
    return [
        [code(mart), code(name), missing_cell(column, words)]
        for mart, profile in marts.items()
        for name, column in profile["columns"].items()
        if column["missing"]
    ]


def suppressed_rows(summary: Mapping[str, Any], words: Words) -> list[Row]:
    """Where something was suppressed: place, what, why."""
    profiles = {code(name): profile for name, profile in summary["marts"].items()}
    profiles[words["suppression"]["customers"]] = summary["customers"]
    minimum = summary["minimum_group"]
    return [
        *_of_breakdowns(summary["breakdowns"], minimum, words["suppression"]),
        *(
            row
            for mart, profile in profiles.items()
            for row in _of_profile(mart, profile, minimum, words["suppression"])
        ),
    ]


def _of_breakdowns(breakdowns: Mapping[str, Any], minimum: int, said: Words) -> Iterator[Row]:
    """Groups of the breakdowns of revenue."""
    for name, part in breakdowns.items():
        if hidden := part["suppressed_groups"]:
            where = said["revenue_by"].format(name=said["names"][name])
            yield [where, said["groups"].format(count=hidden), said["dominated"].format(minimum=minimum)]


def _of_profile(mart: str, profile: Mapping[str, Any], minimum: int, said: Words) -> Iterator[Row]:
    """Rows and figures of one mart."""
    if profile["rows_about_few"]:
        yield [mart, said["rows"].format(count=profile["rows_about_few"]), said["few"].format(minimum=minimum)]
    for name, column in profile["columns"].items():
        for what, why in _of_column(column, minimum, said, means_are_shown=not profile["rows_about_few"]):
            yield [Markdown(f"{mart}.{code(name)}"), what, why]


def _of_column(
    column: Mapping[str, Any], minimum: int, said: Words, *, means_are_shown: bool
) -> Iterator[tuple[str, str]]:
    """What of one column, and why."""
    few = said["few"].format(minimum=minimum)
    if column.get("suppressed_groups"):
        yield said["groups"].format(count=column["suppressed_groups"]), few
    if isinstance(column["missing"], str):
        yield said["missing"], few
    percentiles = column.get("percentiles", {})
    if hidden := sum(value is None for value in percentiles.values()):
        yield (
            said["percentiles"].format(hidden=hidden, all=len(percentiles)),
            said["percentiles_why"].format(minimum=minimum),
        )
    if column["shown"] == "number" and means_are_shown and column.get("mean") is None:
        yield said["mean"], said["mean_why"]
