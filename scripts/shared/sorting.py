"""A large table sorted by its key in little memory: sorted runs on disk, read back part by part."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

PART = 1_000_000  # rows that are sorted in memory
EVERY = 1_000  # of so many rows one is looked at to find where parts begin
BLOCK = 25_000  # rows that are read from a run at once


class SortedParts:
    """Takes frames, gives them back as parts sorted by key; rows with the same first key column stay in one part.

    A table of a single frame never leaves memory. The folder belongs to the caller, who removes it.
    """

    def __init__(self, folder: Path, key: Sequence[str]) -> None:
        self.folder, self.key = folder, list(key)
        self.latest: pl.DataFrame | None = None
        self.runs: list[Path] = []
        self.samples: list[pl.Series] = []
        self.rows = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Take some rows."""
        if frame.height:
            if self.latest is not None:
                self.put_aside(self.latest)
            self.latest = frame.sort(self.key)
            self.samples.append(self.latest[self.key[0]].gather_every(EVERY))
            self.rows += frame.height

    def put_aside(self, run: pl.DataFrame) -> None:
        """Write a sorted run to the folder."""
        path = self.folder / f"run{len(self.runs)}.arrow"
        run.write_ipc(path, compression="lz4", record_batch_size=BLOCK)
        self.runs.append(path)

    def borders(self) -> pl.Series:
        """Values of the first key column at which a new part begins."""
        seen = pl.concat(self.samples).sort()
        parts = -(-self.rows // PART)
        return seen.gather([len(seen) * i // parts for i in range(1, parts)]).unique().sort()

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """The rows, part by part."""
        if self.latest is None:
            return
        if not self.runs:
            yield self.latest
            return
        self.put_aside(self.latest)
        self.latest = None
        borders = self.borders()
        cuts = []
        for path in self.runs:
            column = pl.scan_ipc(path).select(self.key[0]).collect().to_series()
            cuts.append([0, *column.search_sorted(borders, side="left"), len(column)])
        for i in range(len(borders) + 1):
            slices = [
                pl.scan_ipc(path).slice(cut[i], cut[i + 1] - cut[i])
                for path, cut in zip(self.runs, cuts, strict=True)
                if cut[i + 1] > cut[i]
            ]
            if slices:
                yield pl.concat(slices).collect().sort(self.key)
