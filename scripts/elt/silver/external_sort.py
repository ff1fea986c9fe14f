"""A large table sorted by its key in little memory: sorted runs on disk, read back part by part."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from elt.table_files import write_scratch

PART = 500_000  # rows that are sorted in memory
EVERY = 1_000  # of so many rows one is looked at to find where parts begin
BLOCK = 25_000  # rows that are read from a run at once

END = object()


def prefetched(items: Iterable[Any]) -> Iterator[Any]:
    """The same items in the same order; the next one is made in a thread while the caller works on one."""
    source = iter(items)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(next, source, END)
        while (item := waiting.result()) is not END:
            waiting = pool.submit(next, source, END)
            yield item


def joined(frames: Sequence[pl.DataFrame], key: Sequence[str]) -> pl.DataFrame:
    """Sorted frames as one; it is sorted only where they reach into each other, as of most exports they do not."""
    ordered = sorted(frames, key=lambda frame: frame.select(key).row(0))
    ends = [(frame.select(key).row(0), frame.select(key).row(-1)) for frame in ordered]
    whole = pl.concat(ordered)
    is_in_order = all(a[1] < b[0] for a, b in pairwise(ends))
    return whole if is_in_order else whole.sort(key, maintain_order=True)  # which makes use of sorted stretches


def in_order(frame: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """A frame sorted by key. Most exports come in the order of its first column: then a number stands for its texts."""
    first, *others = key
    if not frame[first].is_sorted():
        return frame.sort(key, maintain_order=True)
    return frame.sort(pl.col(first).rle_id(), *others, maintain_order=True) if others else frame


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
            self.latest = in_order(frame, self.key)
            self.samples.append(self.latest[self.key[0]].gather_every(EVERY))
            self.rows += frame.height

    def put_aside(self, run: pl.DataFrame) -> None:
        """Write a sorted run to the folder."""
        path = self.folder / f"run{len(self.runs)}.arrow"
        write_scratch(path, run, BLOCK)
        self.runs.append(path)

    def runs_again(self) -> Iterator[pl.LazyFrame]:
        """The frames as they were taken, each sorted by key; read when they are collected."""
        yield from map(pl.scan_ipc, self.runs)
        if self.latest is not None:
            yield self.latest.lazy()

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
                yield joined(pl.collect_all(slices), self.key)
