"""The search of published columns as a whole: values that prove nothing alone, such as single first names."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from elt.privacy import leak_encodings
from elt.privacy.leak_fingerprints import Lookup
from elt.privacy.leak_tables import ProtectedTable
from elt.run.columns import ClassedColumn

SAMPLE = 20  # rows that are looked at for pseudonyms
# How many values are too many for chance; docs/decisions/0018-leak-gate.md
FEW = 5  # texts or days in common
ENOUGH = 20  # numbers in common, or rows beside pseudonyms
NEARLY_ALL = 0.9  # share of a published column that stands in the personal one
EMPTY_VALUES = ("", "n/a", "true", "false", "True", "False")
DECIMAL_ZEROS = re.compile(r"\.0+$")
UNSEARCHED = ("boolean", "number", "decimal")  # types whose values many columns have in common


@dataclass(frozen=True)
class PublishedColumn:
    """A column or list of a published file; its place never says a name that stands in the file: it may be a person."""

    place: str
    values: Sequence[str | None]
    is_beside_pseudonyms: bool = False


def columns_in(path: Path) -> Iterator[PublishedColumn]:
    """The columns of a table, the keys, lists and records of a JSON file, the columns of the tables of Markdown."""
    if not path.exists():
        return
    if path.suffix in (".csv", ".tsv"):
        yield from _columns_of_csv(path)
    elif path.suffix == ".json":
        yield from _columns_of_json(json.loads(path.read_text(encoding="utf-8", errors="replace")))
    elif path.suffix == ".md":
        lines = path.read_text("utf-8", "replace").splitlines()
        rows = [line.strip().strip("|").split("|") for line in lines if "|" in line]
        for place in range(max(map(len, rows), default=0)):
            cells = [row[place].strip(" `*") for row in rows if place < len(row)]
            yield PublishedColumn(f"column {place + 1} of its tables", cells)


def _columns_of_csv(path: Path) -> Iterator[PublishedColumn]:
    import polars as pl

    separator = "\t" if path.suffix == ".tsv" else ","
    frame = pl.read_csv(
        path, infer_schema=False, separator=separator, truncate_ragged_lines=True, encoding="utf8-lossy"
    )
    has_pseudonyms = any(holds_pseudonyms(frame[name].head(SAMPLE).to_list()) for name in frame.columns)
    for place, name in enumerate(frame.columns, start=1):
        yield PublishedColumn(f"column {place}", frame[name].to_list(), has_pseudonyms)


def _columns_of_json(content: Any) -> Iterator[PublishedColumn]:
    if isinstance(content, dict):
        yield PublishedColumn("its keys", list(content))
        for value in content.values():
            yield from _columns_of_json(value)
    if isinstance(content, list):
        yield PublishedColumn("its lists", [str(value) for value in content if isinstance(value, str | int)])
        records = [value for value in content if isinstance(value, dict)]
        has_pseudonyms = any(holds_pseudonyms(record.values()) for record in records[:SAMPLE])
        for name in sorted({key for record in records for key in record}):
            values = [str(record[name]) for record in records if record.get(name) is not None]
            yield PublishedColumn("its records", values, has_pseudonyms)
        for value in content:
            yield from _columns_of_json(value)


def holds_pseudonyms(values: Iterable[Any]) -> bool:
    """Whether one of the values is a pseudonym."""
    return any(leak_encodings.PSEUDONYM.fullmatch(str(value)) for value in values)


@dataclass(frozen=True)
class PersonalColumn:
    """A personal column: its dotted name, its type and class, hashes of its distinct values, sorted."""

    name: str
    spec: ClassedColumn
    values: np.ndarray

    def common(self, hashes: np.ndarray) -> np.ndarray:
        """Which of the hashes are values of the column; bool, one each."""
        if not self.values.size:
            return np.zeros(hashes.size, bool)
        at = np.minimum(np.searchsorted(self.values, hashes), self.values.size - 1)
        return self.values[at] == hashes


class ColumnSearch:
    """Distinct values of every personal column, to be compared with published columns as a whole."""

    def __init__(self, tables: Sequence[ProtectedTable], never_alone: Iterable[str]) -> None:
        """`never_alone`: columns of which no value is searched alone; days in one are such that reports may name."""
        reported = set(never_alone)
        self._columns = [
            PersonalColumn(table.dotted(spec.name), spec, np.sort(table.distinct(spec.name).hash().to_numpy()))
            for table in tables
            for spec in table.of_class("identifier", "direct", "quasi")
            if spec.type not in UNSEARCHED
            and (spec.type != "date" or (table.is_about_persons and table.dotted(spec.name) not in reported))
        ]

        every = np.unique(np.concatenate([np.zeros(0, np.uint64), *(column.values for column in self._columns)]))
        self._every = Lookup([(every, np.zeros(every.size, np.int64))])
        self._strange: set[frozenset[str]] = set()  # values of published columns that are of no personal one

    def found_in(self, column: PublishedColumn) -> dict[str, list[str]]:
        """Personal columns whose values a published column holds, so many that chance is out -> these values."""
        import polars as pl

        texts = [DECIMAL_ZEROS.sub("", value) if ".0" in value else value for value in column.values if value]
        texts = [text for text in texts if text not in EMPTY_VALUES]
        values = frozenset(texts)
        if len(values) < 2 or values in self._strange:
            return {}
        distinct = pl.Series(sorted(values), dtype=pl.String)
        hashes, are_numbers = distinct.hash().to_numpy(), 2 * sum(map(str.isdigit, distinct)) >= len(distinct)
        if self._every.has(hashes).sum() < max(2, NEARLY_ALL * len(distinct)):
            self._strange.add(values)
            return {}
        found: dict[str, list[str]] = {}
        for personal in self._columns:
            is_common = personal.common(hashes)
            common = int(is_common.sum())
            if common < max(2, NEARLY_ALL * len(distinct)):
                continue
            if personal.spec.personal == "quasi" and personal.spec.type == "string":
                is_leak = column.is_beside_pseudonyms and len(texts) >= ENOUGH
            elif are_numbers:
                is_unique = len(distinct) >= NEARLY_ALL * len(texts)
                is_leak = is_unique and common >= max(ENOUGH, personal.values.size / 2)
            else:
                is_leak = common >= FEW
            if is_leak:
                found[personal.name] = distinct.filter(pl.Series(is_common)).to_list()
        return found
