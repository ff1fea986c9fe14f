"""The raw strings of a table's bronze files as one lazy frame, each record with its file and number.

Plain files are read by Polars where they lie. Others (quotes, another encoding, blank lines, records with too many or
too few cells) pass Python's strict CSV reader first and are staged as UTF-8 beside the table that is being made.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from elt.bronze import dialects, records
from elt.bronze.lines import blocks, code_of
from elt.files import write_rows

BATCH = 250_000  # records
BLOCK = 16_000_000  # bytes of a plain file


def dialect_of(metadata: Mapping[str, Any]) -> dialects.Dialect:
    """The dialect that the bronze metadata of a file states."""
    stated = {key: value for key, value in metadata["dialect"].items() if key != "delimiter_name"}
    lists = {
        "columns": tuple(stated["columns"]),
        "repairs": tuple(map(tuple, stated["repairs"])),
        "names": tuple(stated.get("names", ())),
    }
    return dialects.Dialect(**{**stated, **lists})


def is_direct(metadata: Mapping[str, Any]) -> bool:
    """Whether Polars may read the file where it lies."""
    return metadata["dialect"]["is_plain"] and not metadata["malformed"] and metadata["records"]


def holds(files: Sequence[Mapping[str, Any]], flag: str) -> bool:
    """Whether a flag of the dialect (`is_tidy`, `is_unmarked`) holds for all records of a table."""
    return all(is_direct(stated) and stated["dialect"][flag] for stated in files)


@dataclass(frozen=True)
class Malformed:
    """A record that cannot be taken apart into the cells of the header: its file, number, text and fault."""

    file: str
    record: int
    text: str
    code: str


def rows(path: Path, metadata: Mapping[str, Any], malformed: list[Malformed]) -> Iterator[list[Any]]:
    """Record number and cells of each whole record; the others are appended to `malformed`."""
    dialect, where = dialect_of(metadata), metadata["file"]
    encoding = code_of(dialect)
    for record in records.records(path, where, dialect):
        if record.code:
            malformed.append(Malformed(where, record.number, record.as_written(encoding), record.code))
        else:
            yield [record.number, *(cell.decode(encoding) for cell in record.cells)]


def scan_plain(source: Path | BytesIO, metadata: Mapping[str, Any], skip: int = 0, first: int = 1) -> pl.LazyFrame:
    """A plain file, or some of its lines, as strings: `_record` (counted from `first`), `raw:<column>`."""
    return pl.scan_csv(
        source,
        has_header=False,
        skip_lines=skip,
        schema=dict.fromkeys((f"raw:{name}" for name in metadata["dialect"]["columns"]), pl.String),
        separator=metadata["dialect"]["delimiter"],
        quote_char=None,
        row_index_name="_record",
        row_index_offset=first,
    )


def scan_file(path: Path, metadata: Mapping[str, Any], staging: Path, malformed: list[Malformed]) -> pl.LazyFrame:
    """One bronze file as strings: `_file`, `_record`, `raw:<column>`."""
    if is_direct(metadata):
        frame = scan_plain(path, metadata, skip=metadata["dialect"]["skip"] + 1)
    else:
        columns = [f"raw:{name}" for name in metadata["dialect"]["columns"]]
        write_rows(staging, ["_record", *columns], rows(path, metadata, malformed))
        frame = pl.scan_csv(staging, schema={"_record": pl.Int64, **dict.fromkeys(columns, pl.String)})
    return frame.with_columns(pl.lit(metadata["file"]).alias("_file"), pl.col("_record").cast(pl.Int64))


def scan(
    paths: Sequence[str], metadata: Sequence[Mapping[str, Any]], fields: Sequence[str], staging: Path
) -> tuple[pl.LazyFrame, list[Malformed]]:
    """(all whole records of a table as strings, the malformed ones).

    Staged files are written to the folder `staging`; the caller removes it.
    """
    malformed: list[Malformed] = []
    frames = [
        scan_file(Path(path), stated, staging / f"{number}.csv", malformed)
        for number, (path, stated) in enumerate(zip(paths, metadata, strict=True))
    ]
    there = [f"raw:{name}" for name in fields if name in metadata[0]["dialect"]["columns"]]
    computed = [pl.lit(None, pl.String).alias(f"raw:{name}") for name in fields if f"raw:{name}" not in there]
    return pl.concat(f.select("_file", "_record", *there) for f in frames).with_columns(computed), malformed


def large_blocks(blocks_of_lines: Iterable[bytes]) -> Iterator[BytesIO]:
    """Blocks of whole lines, gathered until they have the size of a batch."""
    parts, size = [], 0
    for block in blocks_of_lines:
        parts.append(block)
        size += len(block)
        if size >= BLOCK:
            yield BytesIO(b"".join(parts))
            parts, size = [], 0
    if parts:
        yield BytesIO(b"".join(parts))


def batches(
    raw: pl.LazyFrame, paths: Sequence[str], metadata: Sequence[Mapping[str, Any]], *, is_whole: bool = False
) -> Iterator[pl.DataFrame]:
    """The frame of `scan` in batches, in order. A large plain file is read block by block: so little is in memory.

    `is_whole`: all records in one batch, for contracts whose expressions look from one record at others.
    """
    stated = metadata[0]
    if is_whole:
        yield raw.collect()
    elif len(paths) > 1 or not is_direct(stated) or stated["bytes"] < BLOCK:
        yield from raw.collect_batches(chunk_size=BATCH, maintain_order=True)
    else:
        yield from batches_of_file(Path(paths[0]), stated, raw.collect_schema().names())


def batches_of_file(path: Path, metadata: Mapping[str, Any], names: Sequence[str]) -> Iterator[pl.DataFrame]:
    """A plain file block by block, with the columns `names`; those that the file has not are null."""
    first, where = 1, pl.lit(metadata["file"]).alias("_file")
    for block in large_blocks(blocks(path, metadata["file"], dialect_of(metadata))):
        lines = scan_plain(block, metadata, first=first).with_columns(where, pl.col("_record").cast(pl.Int64))
        computed = [pl.lit(None, pl.String).alias(name) for name in names if name not in lines.collect_schema()]
        batch = lines.with_columns(computed).select(names).collect()
        first += batch.height
        yield batch
