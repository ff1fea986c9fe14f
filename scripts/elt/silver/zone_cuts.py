"""Formats and expressions of a contract that take the day out of a time stamp and leave its zone out."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from elt.faults import Fault
from elt.run import date_formats
from elt.run.contract import Contract
from elt.silver.dates import STAMP

PLACE = ("_file", "_record")


def cuts(contract: Contract) -> Iterator[tuple[str, str, pl.Expr]]:
    """(field, key of the contract, whether its expression cuts the zone off in a record), over the texts of a table."""
    days = {field.name: field for field in contract.fields if field.type == "date"}
    texts = {field.name for field in contract.fields if field.type == "string" and field.compute is None}
    for name, field in days.items():
        if field.convert is not None:
            read = [source for source in sources(field.convert) if source in contract.by_name]
            is_left = pl.col(name).is_not_null() & ~pl.col(name).str.contains(STAMP)
            yield from ((name, "convert", is_left & is_stamp(f"text:{source}")) for source in read)
        if field.compute is not None:
            yield from ((name, "compute", is_stamp(source)) for source in sources(field.compute) if source in texts)
    for repair in contract.repairs:
        if repair.field in days:
            yield from ((repair.field, "repairs", is_stamp(one)) for one in sources(repair.set) if one in texts)


def sources(expression: str) -> list[str]:
    """Names of the columns that an SQL expression reads."""
    return sorted(set(pl.sql_expr(expression).meta.root_names()))


def is_stamp(column: str) -> pl.Expr:
    """Whether a text is a time stamp with a zone."""
    return pl.col(column).str.contains(STAMP).fill_null(value=False)


def check_zones(frame: pl.LazyFrame, contract: Contract) -> None:
    """The day of a time stamp with a zone must be read with that zone; raises Fault for an expression that cuts it off.

    `frame`: the texts of the table (`cleaning.texts`). Reads them once, if there is such an expression at all.
    """
    for field in (one for one in contract.fields if one.type == "date"):
        for fault in date_formats.faults(field.formats, field.day_first, field.time_zone):
            raise Fault(f"{contract.name}, column {field.name}", f"{fault.key}: {fault.words}", fault.remedy)
    found = list(cuts(contract))
    if not found:
        return
    counts = [when.sum().alias(f"cells:{i}") for i, (_, _, when) in enumerate(found)]
    places = [pl.struct(PLACE).filter(when).first().alias(f"first:{i}") for i, (_, _, when) in enumerate(found)]
    row: dict[str, Any] = frame.select(*counts, *places).collect(engine="streaming").row(0, named=True)
    for i, (name, key, _) in enumerate(found):
        if cells := row[f"cells:{i}"]:
            file, record = (row[f"first:{i}"][part] for part in PLACE)
            raise Fault(
                f"{contract.name} ({file}, record {record})",
                f"{key} of column {name} takes the day out of {cells} time stamps and cuts their time zone off, so "
                "that days near midnight are wrong",
                "Make the column with the time stamps a field of type date whose format ends in %z, and use its day",
            )
