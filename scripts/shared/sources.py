"""The raw strings of a table's bronze files as one lazy frame, each record with its file and number.

Plain files are read by Polars where they lie. Others (quotes, another encoding, blank lines, records with too many or
too few cells) pass Python's strict CSV reader first and are staged as UTF-8 beside the table that is being made.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from shared import dialects, records
from shared.files import write_rows


def dialect_of(metadata: Mapping[str, Any]) -> dialects.Dialect:
    """The dialect that the bronze metadata of a file states."""
    stated = {key: value for key, value in metadata["dialect"].items() if key != "delimiter_name"}
    lists = {"columns": tuple(stated["columns"]), "repairs": tuple(tuple(r) for r in stated.get("repairs", []))}
    return dialects.Dialect(**{**stated, **lists})


def is_direct(metadata: Mapping[str, Any]) -> bool:
    """Whether Polars may read the file where it lies."""
    return metadata["dialect"]["is_plain"] and not metadata["malformed"] and metadata["records"]


def rows(path: Path, metadata: Mapping[str, Any], malformed: list[dict[str, Any]]) -> Iterator[list[Any]]:
    """Record number and cells of each whole record; the others are appended to `malformed`."""
    dialect, where = dialect_of(metadata), metadata["file"]
    encoding = records.code_of(dialect)
    for record in records.records(path, where, dialect):
        if not record.code:
            yield [record.number, *(cell.decode(encoding) for cell in record.cells)]
        else:
            malformed.append(
                {
                    "_file": where,
                    "_record": record.number,
                    "record": record.as_written(encoding),
                    "code": record.code,
                    "reason": records.REASONS[record.code],
                }
            )


def scan_file(path: Path, metadata: Mapping[str, Any], staging: Path, malformed: list[dict[str, Any]]) -> pl.LazyFrame:
    """One bronze file as strings: `_file`, `_record`, `raw:<column>`."""
    columns = [f"raw:{name}" for name in metadata["dialect"]["columns"]]
    schema: dict[str, Any] = dict.fromkeys(columns, pl.String)
    if is_direct(metadata):
        frame = pl.scan_csv(
            path,
            has_header=False,
            skip_lines=metadata["dialect"].get("skip", 0) + 1,
            schema=schema,
            separator=metadata["dialect"]["delimiter"],
            quote_char=None,
            row_index_name="_record",
            row_index_offset=1,
        )
    else:
        write_rows(staging, ["_record", *columns], rows(path, metadata, malformed))
        frame = pl.scan_csv(staging, schema={"_record": pl.Int64, **schema})
    return frame.with_columns(pl.lit(metadata["file"]).alias("_file"), pl.col("_record").cast(pl.Int64))


def scan(
    paths: Sequence[str], metadata: Sequence[Mapping[str, Any]], fields: Sequence[str], staging: Path
) -> tuple[pl.LazyFrame, list[dict[str, Any]]]:
    """(all records of a table as strings, malformed records: `_file`, `_record`, `record`, `code`, `reason`).

    Staged files are written to the folder `staging`; the caller removes it.
    """
    malformed: list[dict[str, Any]] = []
    frames = [
        scan_file(Path(path), stated, staging / f"{number}.csv", malformed)
        for number, (path, stated) in enumerate(zip(paths, metadata, strict=True))
    ]
    return pl.concat(f.select("_file", "_record", *(f"raw:{name}" for name in fields)) for f in frames), malformed
