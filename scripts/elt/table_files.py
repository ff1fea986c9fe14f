"""Tables into files: those that leave without formulas, and what Polars writes; the paths come from `files.staged`."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from elt import formulas
from elt.files import make_folder, staged

ROW_GROUP = 131_072  # rows: a few MB, so that a reader of one column holds little


def write_frame(path: str | Path, frame: Any, decimals: Mapping[str, int] | None = None) -> None:
    """Write a frame of pandas or Polars as a CSV file that leaves the protected layers, in the order of its rows.

    No cell and no name of a column is a formula; floats have 6 decimals, or those stated by column.
    """
    import polars as pl

    table = frame if isinstance(frame, pl.DataFrame) else _polars_of(frame)
    for name, count in (decimals or {}).items():
        cells = table.select(name).write_csv(include_header=False, float_precision=count).split("\n")[:-1]
        table = table.with_columns(pl.Series(name, cells, pl.String))
    is_text = pl.col(pl.String)
    leaving = pl.when(is_text.str.contains(formulas.NUMBER)).then(is_text).otherwise(formulas.as_texts(is_text))
    table = table.with_columns(leaving.replace("", None), pl.col(pl.Float64).fill_nan(None))
    with staged(path) as temporary:
        table.rename(formulas.as_text).write_csv(temporary, float_precision=6)


def _polars_of(frame: Any) -> Any:
    """A pandas frame as one of Polars; what is missing in a column of text is null."""
    import polars as pl

    def column(values: Any) -> Any:
        if values.dtype.kind in "iufb":
            return values.to_numpy()
        cells = values.to_numpy(dtype=object)  # pandas itself gives one cell after the other, three times slower
        return [str(cell) if is_there else None for cell, is_there in zip(cells, values.notna(), strict=True)]

    return pl.DataFrame({str(name): column(frame[name]) for name in frame.columns})


def write_parts(staged_path: Path, header: Iterable[str], parts: Iterable[Any]) -> None:
    """Write Polars frames below one header as CSV, so that one is in memory; the caller has the path from `staged`."""
    import polars as pl

    with open(staged_path, "wb") as file:
        pl.DataFrame(schema=list(header)).write_csv(file)
        for part in parts:
            part.write_csv(file, include_header=False)
            del part  # or it would be in memory beside the next one


def write_lazily(frames: Mapping[Path, Any], about: Mapping[str, str]) -> None:
    """Compute Polars lazy frames in one pass, into files of CSV or Parquet; the caller has the paths from `staged`.

    `about`: what a Parquet file says of itself.
    """
    import polars as pl

    def sink(path: Path, frame: Any) -> Any:
        if path.suffix == ".parquet":
            packing = {"compression": "zstd", "row_group_size": ROW_GROUP, "metadata": dict(about)}
            return frame.sink_parquet(path, lazy=True, **packing)
        return frame.sink_csv(path, lazy=True)

    pl.collect_all([sink(path, frame) for path, frame in frames.items()], engine="streaming")


def write_scratch(path: str | Path, frame: Any, rows: int) -> None:
    """Write a Polars frame as an Arrow file in blocks of `rows`, for the same job to read again; it is not synced."""
    frame.write_ipc(path, compression="lz4", record_batch_size=rows)


def write_scattered(folder: Path, frame: Any, part: Any, slices: Sequence[tuple[int, int]]) -> list[list[Path]]:
    """Write a Polars lazy frame as Arrow files into the folder of `scratch`; the files of each value of an expression.

    One slice of rows (the first, and how many) after the other, each with files of its own: Polars holds back rows of
    all that it is to write.
    """
    import polars as pl

    for first, rows in slices:
        make_folder(place := folder / str(first))
        by_part = pl.PartitionBy(
            place,
            key={"part": part},
            include_key=False,
            approximate_bytes_per_file=None,
            file_path_provider=lambda given: f"{given.partition_keys.item()}.arrow",
        )
        frame.slice(first, rows).sink_ipc(by_part, compression="lz4", engine="streaming")
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*/*.arrow"), key=lambda path: int(path.parent.name)):
        found.setdefault(path.name, []).append(path)
    return [found[name] for name in sorted(found)]
