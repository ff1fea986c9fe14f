"""Typed access to the tables of silver and gold: CSV files, which have lost their types, and their Parquet twins.

A specification is a sequence of column types: fields of a contract, or columns of a mart.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from elt.faults import Fault
from elt.table_files import write_lazily

if TYPE_CHECKING:
    import polars as pl

LONGEST_REASON = 300  # signs of what the planner says: for some queries it prints all that it has parsed
DECIMALS = 2  # of an amount where nothing else is stated
DIGITS = 18  # of a decimal in a twin: what every tool reads exactly, and eight bytes hold
MOST_DIGITS = 38  # of a decimal
ORDER_NUMBER = "order_number"  # of an order line, in every star schema
ORDER_ID = "order_id"  # in the twin of the order lines alone: the place of its order among all, a UInt32


@dataclass(frozen=True)
class ColumnType:
    """What reading a column needs: its name, its type, and the decimals of a number where they are stated."""

    name: str
    type: str
    decimals: int | None = None

    @property
    def scale(self) -> int:
        """Decimals of the numbers, stated or not."""
        return DECIMALS if self.decimals is None else self.decimals


Spec = Sequence[ColumnType]


def polars_type(column: ColumnType) -> "pl.DataType":
    """The Polars type of a column; money and other decimals are exact, never float."""
    import polars as pl

    if column.type in ("number", "decimal"):
        return pl.Decimal(MOST_DIGITS, column.scale)
    return {"integer": pl.Int64(), "string": pl.String(), "date": pl.Date(), "boolean": pl.Boolean()}[column.type]


def scan(path: str | Path, spec: Spec) -> "pl.LazyFrame":
    """A table as a typed lazy frame, from its CSV file, whose header must equal the specification, or from its twin."""
    import polars as pl

    types = {column.name: polars_type(column) for column in spec}
    if Path(path).suffix == ".parquet":
        return pl.scan_parquet(path).select(pl.col(name).cast(kind) for name, kind in types.items())
    return pl.scan_csv(path, schema=types)


def scan_lines(path: str | Path, spec: Spec) -> "pl.LazyFrame":
    """Order lines as `scan` gives them, and an integer for their order, `order_id`, which counts as the number does."""
    import polars as pl

    if Path(path).suffix == ".parquet":
        typed = (pl.col(column.name).cast(polars_type(column)) for column in spec)
        return pl.scan_parquet(path).select(*typed, ORDER_ID)
    return scan(path, spec).with_columns(pl.col(ORDER_NUMBER).rank("dense").cast(pl.UInt32).alias(ORDER_ID))


def packed(frame: "pl.LazyFrame", spec: Spec, digits: int = DIGITS) -> "pl.LazyFrame":
    """The frame as its twin holds it: decimals of few digits; a value that does not fit is an error of Polars."""
    import polars as pl

    decimals = [column for column in spec if column.type in ("number", "decimal")]
    return frame.with_columns(pl.col(column.name).cast(pl.Decimal(digits, column.scale)) for column in decimals)


def write(frame: "pl.LazyFrame", spec: Spec, twin: Path, table: Path | None = None, **about: str) -> None:
    """Write a typed frame as Parquet and, in the same pass, as CSV; the caller has both paths from `staged`.

    `about`: what the Parquet file says of itself. Decimals of more than 18 digits make the twin larger. A column that
    is not in the specification is in the twin alone.
    """
    from polars.exceptions import InvalidOperationError

    texts = {} if table is None else {table: frame.select(column.name for column in spec)}
    try:
        write_lazily({**texts, twin: packed(frame, spec)}, about)
    except InvalidOperationError:  # if a cast of the SQL fails, it does so again
        write_lazily({**texts, twin: packed(frame, spec, MOST_DIGITS)}, about)


def with_absent(frame: "pl.LazyFrame", absent: Spec) -> "pl.LazyFrame":
    """The frame with columns of missing values for those that it lacks."""
    import polars as pl

    return frame.with_columns(pl.lit(None, polars_type(column)).alias(column.name) for column in absent)


def dates_as_text(frame: "pl.DataFrame") -> "pl.DataFrame":
    """The frame with its dates as text, as CSV has them; each day is written once, which costs less than every cell."""
    import polars as pl

    for name, kind in frame.schema.items():
        first, last = (frame[name].min(), frame[name].max()) if kind == pl.Date else (None, None)
        if isinstance(first, date) and isinstance(last, date) and (last - first).days < frame.height:
            days = pl.date_range(first, last, eager=True)
            position = frame[name].to_physical() - days.to_physical()[0]
            frame = frame.with_columns(days.cast(pl.String).gather(position).alias(name))
    return frame


@contextmanager
def planning(where: str, remedy: str) -> Iterator[None]:
    """Turn an error of Polars' planner into a Fault with its first line; nothing in the block may read data."""
    from polars.exceptions import PolarsError

    try:
        yield
    except PolarsError as error:
        raise Fault(where, f"the SQL cannot be run: {str(error).splitlines()[0][:LONGEST_REASON]}", remedy) from None


@contextmanager
def computing(where: str, remedy: str) -> Iterator[None]:
    """Turn an error of Polars on the data into a Fault without its text, which may quote cells."""
    from polars.exceptions import PolarsError

    try:
        yield
    except PolarsError as error:
        raise Fault(where, f"the SQL fails on the data ({type(error).__name__})", remedy) from None
