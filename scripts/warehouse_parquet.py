"""One mart as a typed Parquet file, for tools that read columns.

Inputs: the mart.
Outputs: gold/parquet/<mart>.parquet; the same bytes from the same mart.
"""

import json
from typing import TYPE_CHECKING, Final

import polars as pl

from elt import rulelog, tables
from elt.faults import Fault
from elt.files import sha256, staged
from elt.run.company import Mart
from elt.warehouse import ddl
from elt.warehouse.mart_files import REMAKE

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

ROWS = 131_072  # of a row group: a few MB, so that a reader of one column holds little
COMPRESSION: Final = "snappy"  # every reader knows it


def typed(frame: pl.LazyFrame, mart: Mart) -> pl.LazyFrame:
    """The mart with decimals of as many digits as in the database, which readers take as exact numbers."""
    decimals = [column for column in mart.columns if column.type == "decimal"]
    return frame.with_columns(pl.col(column.name).cast(pl.Decimal(ddl.DIGITS, column.scale)) for column in decimals)


def described(mart: Mart, source: str) -> dict[str, str]:
    """What the file says of itself: title and grain, meaning of the columns, hash of the mart it was made from."""
    columns = {column.name: ddl.column_comment(column) for column in mart.columns}
    return {
        "title": ddl.table_comment(mart),
        "columns": json.dumps(columns, ensure_ascii=False),
        "sha256_of_csv": sha256(source),
    }


def main(mart: Mart, source: str, output: str) -> None:
    """Read the mart with its types, write it in row groups, in its order."""
    frame = typed(tables.scan(source, mart.typed_columns), mart)
    described_as = described(mart, source)
    with staged(output) as temporary:
        try:
            frame.sink_parquet(
                temporary, compression=COMPRESSION, row_group_size=ROWS, metadata=described_as, engine="streaming"
            )
        except pl.exceptions.PolarsError as error:
            problem = f"its file cannot be read with the types of marts.yaml ({type(error).__name__})"
            raise Fault(f"mart {mart.name}", problem, REMAKE) from None
    rulelog.log.info("%s written", mart.name)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.params.mart, snakemake.input.table, snakemake.output[0])
