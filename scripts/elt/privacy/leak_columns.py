"""The search of published columns as a whole: values that prove nothing alone, such as single first names."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from elt.privacy import leak_encodings
from elt.privacy.leak_fingerprints import Lookup
from elt.privacy.leak_fingerprints import distinct as distinct_prints
from elt.privacy.leak_plain_tables import EMPTY_VALUES, SAMPLE, PlainTable
from elt.privacy.leak_tables import ProtectedTable
from elt.run.columns import ClassedColumn

if TYPE_CHECKING:
    import polars as pl

# How many values are too many for chance; docs/decisions/0018-leak-gate.md
FEW = 5  # texts or days in common
ENOUGH = 20  # numbers in common, or rows beside pseudonyms
NEARLY_ALL = 0.9  # share of a published column that stands in the personal one
DECIMAL_ZEROS = re.compile(r"\.0+$")
UNSEARCHED = ("boolean", "number", "decimal")  # types whose values many columns have in common


@dataclass(frozen=True)
class PublishedColumn:
    """A column or list of a published file; its place never says a name that stands in the file: it may be a person."""

    place: str
    distinct: "frozenset[str] | pl.Series"  # its values but those that say that there is none
    count: int  # how many cells have one
    is_beside_pseudonyms: bool = False

    @classmethod
    def of(cls, place: str, values: Iterable[str | None], *, is_beside_pseudonyms: bool = False) -> Self:
        """The column of these values."""
        texts = [DECIMAL_ZEROS.sub("", value) if ".0" in value else value for value in values if value]
        texts = [text for text in texts if text not in EMPTY_VALUES]
        return cls(place, frozenset(texts), len(texts), is_beside_pseudonyms)


def columns_in(path: Path, table: PlainTable | None = None) -> Iterator[PublishedColumn]:
    """The columns of a table, the keys, lists and records of a JSON file, the columns of the tables of Markdown.

    `table`: what the file holds, if that is known.
    """
    if not path.exists():
        return
    if table is not None:
        yield from _columns_of_table(table)
    elif path.suffix in (".csv", ".tsv"):
        yield from _columns_of_csv(path)
    elif path.suffix == ".json":
        yield from _columns_of_json(json.loads(path.read_text(encoding="utf-8", errors="replace")))
    elif path.suffix == ".md":
        lines = path.read_text("utf-8", "replace").splitlines()
        rows = [line.strip().strip("|").split("|") for line in lines if "|" in line]
        for place in range(max(map(len, rows), default=0)):
            cells = [row[place].strip(" `*") for row in rows if place < len(row)]
            yield PublishedColumn.of(f"column {place + 1} of its tables", cells)


def _columns_of_table(table: PlainTable) -> Iterator[PublishedColumn]:
    import polars as pl

    has_pseudonyms = any(holds_pseudonyms(column.first) for column in table.columns)
    for place, column in enumerate(table.columns, start=1):
        distinct = column.cells  # most columns are taken as they are, so that none of their cells is there twice
        may_end = distinct.str.ends_with("0")  # most do not, and a pattern costs more
        if distinct.filter(may_end).str.contains(DECIMAL_ZEROS.pattern).any():
            plain = distinct.filter(may_end).str.replace(DECIMAL_ZEROS.pattern, "")
            distinct = pl.concat([distinct.filter(~may_end), plain]).unique()
        if (is_empty := distinct.is_in(EMPTY_VALUES)).any():
            distinct = distinct.filter(~is_empty)
        yield PublishedColumn(f"column {place}", distinct, column.count, has_pseudonyms)


def _columns_of_csv(path: Path) -> Iterator[PublishedColumn]:
    import polars as pl

    separator = "\t" if path.suffix == ".tsv" else ","
    frame = pl.read_csv(
        path, infer_schema=False, separator=separator, truncate_ragged_lines=True, encoding="utf8-lossy"
    )
    has_pseudonyms = any(holds_pseudonyms(frame[name].head(SAMPLE).to_list()) for name in frame.columns)
    for place, name in enumerate(frame.columns, start=1):
        yield PublishedColumn.of(f"column {place}", frame[name].to_list(), is_beside_pseudonyms=has_pseudonyms)


def _columns_of_json(content: Any) -> Iterator[PublishedColumn]:
    if isinstance(content, dict):
        yield PublishedColumn.of("its keys", list(content))
        for value in content.values():
            yield from _columns_of_json(value)
    if isinstance(content, list):
        yield PublishedColumn.of("its lists", [str(value) for value in content if isinstance(value, str | int)])
        records = [value for value in content if isinstance(value, dict)]
        has_pseudonyms = any(holds_pseudonyms(record.values()) for record in records[:SAMPLE])
        for name in sorted({key for record in records for key in record}):
            values = [str(record[name]) for record in records if record.get(name) is not None]
            yield PublishedColumn.of("its records", values, is_beside_pseudonyms=has_pseudonyms)
        for value in content:
            yield from _columns_of_json(value)


def holds_pseudonyms(values: Iterable[Any]) -> bool:
    """Whether one of the values is a pseudonym."""
    return any(leak_encodings.PSEUDONYM.fullmatch(str(value)) for value in values)


@dataclass(frozen=True)
class PersonalColumn:
    """A personal column: its dotted name, type and class, how many values it has, hashes of the published, sorted."""

    name: str
    spec: ClassedColumn
    size: int
    values: np.ndarray

    def common(self, hashes: np.ndarray) -> np.ndarray:
        """Which of the hashes are values of the column; bool, one each."""
        if not self.values.size:
            return np.zeros(hashes.size, bool)
        at = np.minimum(np.searchsorted(self.values, hashes), self.values.size - 1)
        return self.values[at] == hashes


class ColumnSearch:
    """The published values of every personal column, to be compared with published columns as a whole."""

    def __init__(
        self, tables: Sequence[ProtectedTable], never_alone: Iterable[str], published: Iterable[PublishedColumn]
    ) -> None:
        """`never_alone`: columns of which no value is searched alone; days in one are such that reports may name.

        `published`: all columns that will be asked for.
        """
        reported, there, self._common = set(never_alone), _hashes(published), frozenset[str]()
        self._columns = []
        for table in tables:
            for spec in table.of_class("identifier", "direct", "quasi"):
                name = table.dotted(spec.name)
                is_told = spec.type == "date" and (not table.is_about_persons or name in reported)
                if spec.type not in UNSEARCHED and not is_told:
                    self._columns.append(self._personal(name, spec, table.distinct(spec.name), there))

    def _personal(self, name: str, spec: ClassedColumn, values: "pl.Series", there: Lookup) -> PersonalColumn:
        import polars as pl

        found = values.filter(pl.Series(there.has(values.hash().to_numpy()), dtype=pl.Boolean))
        self._common = self._common.union(found.to_list())
        return PersonalColumn(name, spec, len(values), np.sort(found.hash().to_numpy()))

    def found_in(self, column: PublishedColumn) -> dict[str, list[str]]:
        """Personal columns whose values a published column holds, so many that chance is out -> these values."""
        import polars as pl

        fewest = max(2, NEARLY_ALL * len(column.distinct))
        if isinstance(column.distinct, frozenset):
            if len(column.distinct & self._common) < fewest:
                return {}
            distinct = pl.Series(sorted(column.distinct), dtype=pl.String)
        else:
            distinct = column.distinct.sort()
        hashes, are_numbers = distinct.hash().to_numpy(), 2 * distinct.str.contains(r"^\d+$").sum() >= len(distinct)
        found: dict[str, list[str]] = {}
        for personal in self._columns:
            is_common = personal.common(hashes)
            common = int(is_common.sum())
            if common < fewest:
                continue
            if personal.spec.personal == "quasi" and personal.spec.type == "string":
                is_leak = column.is_beside_pseudonyms and column.count >= ENOUGH
            elif are_numbers:
                is_unique = len(distinct) >= NEARLY_ALL * column.count
                is_leak = is_unique and common >= max(ENOUGH, personal.size / 2)
            else:
                is_leak = common >= FEW
            if is_leak:
                found[personal.name] = distinct.filter(pl.Series(is_common)).to_list()
        return found


def _hashes(published: Iterable[PublishedColumn]) -> Lookup:
    """Hashes of all values of published columns."""
    import polars as pl

    texts: set[str] = set()
    found = [np.zeros(0, np.uint64)]
    for column in published:
        if isinstance(column.distinct, frozenset):
            texts |= column.distinct
        else:
            found.append(column.distinct.hash().to_numpy())
    found.append(pl.Series(list(texts), dtype=pl.String).hash().to_numpy())
    every = distinct_prints(np.concatenate(found))
    return Lookup([(every, np.zeros(every.size, np.int64))])
