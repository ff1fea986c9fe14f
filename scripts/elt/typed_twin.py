"""The Parquet twin of a table that comes in parts, written from the frames that its CSV file is written from."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from elt import tables
from elt.table_files import ROW_GROUP, write_parts, write_scratch
from elt.tables import Spec, dates_as_text, polars_type

if TYPE_CHECKING:
    import polars as pl


class TypedTwin:
    """Puts typed frames aside in a folder of the caller's, and makes one Parquet file of them.

    A column that is not in the specification is in the twin alone.
    """

    def __init__(self, folder: Path, spec: Spec) -> None:
        self.folder, self.spec = folder, spec
        self.parts: list[Path] = []

    @property
    def header(self) -> list[str]:
        """The columns of the CSV file."""
        return [column.name for column in self.spec]

    def texts(self, frames: "Iterable[pl.DataFrame]") -> "Iterator[pl.DataFrame]":
        """The frames as CSV has them; each is put aside with its types."""
        for frame in frames:
            self.parts.append(self.folder / f"typed{len(self.parts)}.arrow")
            write_scratch(self.parts[-1], frame, ROW_GROUP)
            yield dates_as_text(frame.select(self.header))
            del frame  # or it would be in memory beside the next one

    def write(self, table: Path, twin: Path, frames: "Iterable[pl.DataFrame]", **about: str) -> None:
        """Write frames as a CSV file and its twin; the caller has both paths from `staged`.

        `about`: what the Parquet file says of itself.
        """
        import polars as pl

        write_parts(table, self.header, self.texts(frames))
        empty = pl.LazyFrame(schema={column.name: polars_type(column) for column in self.spec})
        tables.write(pl.scan_ipc(self.parts) if self.parts else empty, self.spec, twin, None, **about)
