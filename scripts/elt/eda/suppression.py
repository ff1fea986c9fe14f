"""What the exploration's report leaves out to protect people: every place, what it is, why, and by which rules."""

from collections.abc import Iterator, Mapping
from typing import Any

from elt.eda.origins import CUSTOMER_ROWS, Source, place
from elt.eda.profile_text import few_rows, missing_cell, suppressed
from elt.eda.sentences import least
from elt.report.figure_ledger import Told
from elt.report.markdown import Markdown, code

Row = list[str]


def missing_rows(marts: Mapping[str, Any], told: Told) -> list[list[Any]]:
    """Mart, column and missing cells of every column with gaps."""
    return [
        [code(mart), code(name), missing_cell(name, column, told, Source.of_mart(mart, profile))]
        for mart, profile in marts.items()
        for name, column in profile["columns"].items()
        if column["missing"]
    ]


def suppressed_rows(summary: Mapping[str, Any], told: Told) -> list[Row]:
    """Where something was suppressed: place, what, why."""
    profiles = [(code(name), part, Source.of_mart(name, part)) for name, part in summary["marts"].items()]
    profiles.append((told["suppression"]["customers"], summary["customers"], CUSTOMER_ROWS))
    minimum = least(summary["minimum_group"], told)
    rows = [*_of_breakdowns(summary["breakdowns"], minimum, told)]
    return [*rows, *(row for profile in profiles for row in _of_profile(*profile, minimum, told))]


def _of_breakdowns(breakdowns: Mapping[str, Any], minimum: str, told: Told) -> Iterator[Row]:
    """Groups of the breakdowns of revenue."""
    said = told["suppression"]
    for name, part in breakdowns.items():
        if hidden := part["suppressed_groups"]:
            where = said["revenue_by"].format(name=said["names"][name])
            count = told.number(f"{name}.suppressed_groups", hidden, place("breakdowns", name, "suppressed_groups"))
            yield [where, said["groups"].format(count=count), said["dominated"].format(minimum=minimum)]


def _of_profile(mart: str, profile: Mapping[str, Any], source: Source, minimum: str, told: Told) -> Iterator[Row]:
    """Rows and figures of one mart."""
    said = told["suppression"]
    if few := profile["rows_about_few"]:
        yield [mart, said["rows"].format(count=few_rows(few, told, source)), said["few"].format(minimum=minimum)]
    for name, column in profile["columns"].items():
        for what, why in _of_column(name, column, source, minimum, told):
            yield [Markdown(f"{mart}.{code(name)}"), what, why]
        if column["shown"] == "number" and not profile["rows_about_few"] and column.get("mean") is None:
            yield [Markdown(f"{mart}.{code(name)}"), said["mean"], said["mean_why"]]


def _of_column(
    name: str, column: Mapping[str, Any], source: Source, minimum: str, told: Told
) -> Iterator[tuple[str, str]]:
    """What of one column but its mean, and why."""
    said = told["suppression"]
    few = said["few"].format(minimum=minimum)
    if hidden := column.get("suppressed_groups"):
        yield said["groups"].format(count=suppressed(name, hidden, told, source)), few
    if isinstance(column["missing"], str):
        yield said["missing"], few
    percentiles = column.get("percentiles", {})
    if hidden := sum(value is None for value in percentiles.values()):
        part = place(*source.path, "columns", name, "percentiles", "*", function="count")
        counts = {
            "hidden": told.number(source.figure(name, "percentiles.hidden"), hidden, part | {"where": None}),
            "all": told.number(source.figure(name, "percentiles.all"), len(percentiles), part),
        }
        yield said["percentiles"].format(**counts), said["percentiles_why"].format(minimum=minimum)
