"""The protected tables whose personal values are searched for, and those values that never reached silver."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from elt.run.columns import ClassedColumn, ClassedTable

if TYPE_CHECKING:
    import polars as pl

SEPARATORS = re.compile(r"[,;\t|\n]")  # of the cells of a record that could not be taken apart
SEARCHED = ("identifier", "direct")  # classes whose single values are searched for in texts


KEPT = 1_000_000  # distinct values of a column that are kept in memory; more are read again


@dataclass(frozen=True)
class ProtectedTable:
    """A table of silver or gold: its dotted name, its file, the classes and types of its columns."""

    name: str
    path: Path
    table: ClassedTable
    _kept: "dict[str, pl.Series]" = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def by_name(self) -> dict[str, ClassedColumn]:
        """Name -> column."""
        return {column.name: column for column in self.table.columns}

    def of_class(self, *classes: str) -> list[ClassedColumn]:
        """Columns of these classes."""
        return [column for column in self.table.columns if column.personal in classes]

    @property
    def known_words(self) -> list[ClassedColumn]:
        """Columns of text that is no person's value: of class none, and made of nothing personal."""
        return [one for one in self.of_class("none") if one.type == "string" and not one.from_persons]

    def dotted(self, column: str) -> str:
        """Name of a column with the table in front, as finds name it."""
        return f"{self.name}.{column}"

    @property
    def is_about_persons(self) -> bool:
        """Whether a row stands for one person: all of its key identifies."""
        key = self.table.key
        return bool(key) and all(self.by_name[name].personal in SEARCHED for name in key)

    @cached_property
    def _twin(self) -> Path | None:
        """The typed twin of the file, which is read in a fraction of the time, if it is there."""
        twin = self.path.parent.parent / f"parquet/{self.path.stem}.parquet"
        return twin if twin.exists() else None

    def _columns(self, columns: Sequence[str]) -> "pl.LazyFrame":
        import polars as pl

        frame = pl.scan_parquet(self._twin) if self._twin else pl.scan_csv(self.path, infer_schema=False)
        return frame.select(columns)

    def read(self, columns: Sequence[str]) -> "pl.LazyFrame":
        """Distinct records of columns as text."""
        import polars as pl

        return self._columns(columns).unique().select(pl.all().cast(pl.String))

    def distinct(self, column: str) -> "pl.Series":
        """Distinct values of a column as text, without the missing ones; those of a short column are kept."""
        if (kept := self._kept.get(column)) is not None:
            return kept
        found = self._distinct(column)
        if len(found) <= KEPT:
            self._kept[column] = found
        return found

    def _distinct(self, column: str) -> "pl.Series":
        import polars as pl

        value = pl.col(column)
        # a table is sorted by its key: what is left where neighbours differ is often distinct as it is
        runs = self._columns([column]).filter(value.is_not_null() & value.ne_missing(value.shift(1)))
        found = runs.collect(engine="streaming").to_series()
        is_distinct = found.is_sorted() and not (found == found.shift(1)).any()
        return (found if is_distinct else found.unique()).cast(pl.String)


def tables_of(run: Path, tables: Mapping[str, ClassedTable]) -> list[ProtectedTable]:
    """The tables of a run, from dotted name -> classes, in the order of their names."""
    return [
        ProtectedTable(name, run / f"{name.replace('.', '/data/')}.csv", table)
        for name, table in sorted(tables.items())
    ]


@dataclass(frozen=True)
class Rejected:
    """What never reached a table of silver: values before repairs, by column, and cells of records in quarantine."""

    values: Mapping[str, Sequence[str]]
    records: Sequence[Sequence[str]]


def rejected(quarantine: Path, changes: Path, table: ProtectedTable) -> Rejected:
    """What never reached a table: the records in quarantine are of any width, and separated as their file is.

    One that repeats the header, as where exports were put together, holds nobody's values.
    """
    found: dict[str, set[str]] = {column.name: set() for column in table.of_class(*SEARCHED)}
    with open(changes, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["column"] in found:
                found[row["column"]].add(row["before"].strip())
    with open(quarantine, encoding="utf-8", newline="") as file:
        records = {row["content"] for row in csv.DictReader(file)}
    names = list(table.by_name)
    cells = [[cell.strip(" \"'\r\n") for cell in SEPARATORS.split(record)] for record in sorted(records - {""})]
    cells = [record for record in cells if 2 * sum(cell in table.by_name for cell in record) <= len(record)]
    for record in cells:
        for name, cell in zip(names, record, strict=True) if len(record) == len(names) else ():
            if name in found:
                found[name].add(cell)
    return Rejected({name: sorted(values - {""}) for name, values in found.items()}, cells)


def all_rejected(run: Path, tables: Sequence[ProtectedTable]) -> dict[str, Rejected]:
    """Table of silver -> what never reached it."""
    found = {}
    for table in tables:
        layer, name = table.name.split(".")
        if layer == "silver":
            folder = run / layer
            found[table.name] = rejected(folder / f"quarantine/{name}.csv", folder / f"changes/{name}.csv", table)
    return found
