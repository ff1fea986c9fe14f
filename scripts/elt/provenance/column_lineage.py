"""From which columns of which files a column of a file of a run comes, in the terms of OpenLineage, with the masking.

Of marts and published tables it is what the data map of the run says, which was computed from the SQL and searched; of
silver what the contracts say. Files are called by their paths in the run.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from elt.privacy import origins
from elt.run.contract import Contract
from elt.run.lineage import ROWS

UNMASKED = {
    "figure",
    "spread",
    "row",
}  # forms of the data map: computed, and neither hidden nor coarsened
LAYERS = ("silver", "gold")  # whose tables are files
Field = tuple[str, str, bool]  # path of a file in the run, column, whether what was personal is masked on the way


@dataclass(frozen=True)
class Lineage:
    """Of a file: column -> where its values come from; and the columns that choose its rows."""

    columns: Mapping[str, list[Field]]
    chosen_by: list[Field]


@dataclass(frozen=True)
class ColumnLineage:
    """What the lineage of a run is read from: contracts, raw files by contract, and the data map of the run."""

    contracts: Mapping[str, Contract]
    raw: Mapping[str, Iterable[str]]  # contract -> files of bronze
    map: Mapping[str, Any]

    def of(self, name: str) -> Lineage | None:
        """Lineage of a file by its path in the run; None of one that has no columns of which it is known."""
        path = PurePosixPath(name)
        layer, table = path.parts[0], path.stem
        is_table = path.parent.name in ("data", "parquet")
        if layer == "silver" and is_table and table in self.contracts:
            return self._of_silver(table)
        if layer == "gold" and is_table and table in self.map["marts"]:
            return self._of_mart(self.map["marts"][table])
        return self._of_published(name)

    def _of_silver(self, table: str) -> Lineage:
        """A table of silver: its own field in the files, and those of repairs and expressions."""
        fields = origins.of_contract(self.contracts[table])
        return Lineage({name: self._raw((table, field) for field in sorted(made)) for name, made in fields.items()}, [])

    def _of_mart(self, entry: Mapping[str, Any]) -> Lineage:
        """A mart: columns of silver and of other marts, as its SQL takes them."""
        columns = {name: self._read(column["from"]) for name, column in entry["columns"].items()}
        return Lineage(columns, self._raw(self._split(entry["chosen_by"])))

    def _of_published(self, name: str) -> Lineage | None:
        """A published file: what the data map says of each column or figure, and in which form."""
        columns: dict[str, list[Field]] = {}
        for item in self.map["published"]:
            if item["file"] == name.removeprefix("_closed/"):
                made = self._read(item["from"], is_masked=item["form"] not in UNMASKED)
                columns[item["what"]] = sorted({*columns.get(item["what"], ()), *made})
        return Lineage(columns, []) if columns else None

    def _split(self, dotted: Iterable[str]) -> Iterable[tuple[str, str]]:
        """(table, column) of dotted names."""
        return (tuple(name.split(".", 1)) for name in dotted)  # type: ignore[misc]

    def _raw(self, leaves: Iterable[tuple[str, str]]) -> list[Field]:
        """Columns of the files of bronze that a contract reads."""
        return [(f"bronze/data/{file}", column, False) for table, column in leaves for file in self.raw.get(table, ())]

    def _read(self, dotted: Iterable[str], *, is_masked: bool = False) -> list[Field]:
        """Columns of the typed twins of silver and gold, which later steps read; counted rows and the days of the
        calendar, which no file holds, have none."""
        parts = (name.split(".", 2) for name in dotted)
        return [
            (f"{layer}/parquet/{table}.parquet", column, is_masked and self._is_personal(layer, table, column))
            for layer, table, column in parts
            if layer in LAYERS and column != ROWS
        ]

    def _is_personal(self, layer: str, table: str, column: str) -> bool:
        """Whether a column of silver or gold is personal: nothing else can be masked."""
        if layer == "gold" and table in self.map["marts"]:
            return bool(self.map["marts"][table]["columns"][column]["personal"] != "none")
        return any(item.personal != "none" for item in self.contracts[table].fields if item.name == column)
