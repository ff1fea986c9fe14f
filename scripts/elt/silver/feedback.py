"""What goes back to the owners of the data: one row a record or cell that they can mend at the source."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from elt import formulas
from elt.report.languages import in_language
from elt.run.contract import Contract
from elt.silver.cleaning import reasons

COLUMNS = ("department", "table", "file", "record", "column", "code", "what_is_wrong", "before", "after")


def rejected(quarantine: pl.LazyFrame, contract: Contract) -> pl.LazyFrame:
    """Rows for records in quarantine; `column` is empty where the whole record is at fault, `before` is the record."""
    columns = {reason.code + reason.why: reason.column for reason in reasons(contract)}
    place = (pl.col("code") + pl.col("reason")).replace_strict(columns, default="", return_dtype=pl.String)
    empty = pl.lit("")
    named: dict[str, Any] = {
        "column": place,
        "code": "code",
        "what_is_wrong": "reason",
        "before": "content",
        "after": empty,
    }
    return quarantine.select("file", "record", **named)


def mended(changes: pl.LazyFrame) -> pl.LazyFrame:
    """Rows for cells that a repair changed."""
    return changes.select("file", "record", "column", code=pl.lit("repaired"), what_is_wrong="rule", before="before",
                          after="after")  # fmt: skip


def rows(quarantine: pl.LazyFrame, changes: pl.LazyFrame, contract: Contract, files: Mapping[str, str]) -> pl.LazyFrame:
    """The rows of one table that come from some of its files, with COLUMNS, sorted by file and record.

    `files`: raw file -> what its owners call it.
    """
    both = pl.concat([rejected(quarantine, contract), mended(changes)]).filter(pl.col("file").is_in(list(files)))
    owner = {"department": pl.lit(in_language(contract.department)), "table": pl.lit(contract.name)}
    texts = [name for name in COLUMNS if name != "record"]
    ordered = (
        both.sort("file", "record", maintain_order=True)
        .with_columns(pl.col("file").replace(files), **owner)
        .select(COLUMNS)
    )
    return ordered.with_columns(formulas.as_texts(pl.when(pl.col(texts) != "").then(pl.col(texts))))
