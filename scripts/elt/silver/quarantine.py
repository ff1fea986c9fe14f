"""The tables beside a clean table: records in quarantine, and cells that a repair changed."""

from collections.abc import Sequence

import polars as pl

from elt.bronze.headers import columns_in_file
from elt.bronze.scan import Malformed
from elt.report.languages import in_language
from elt.run import reasons
from elt.run.contract import Contract
from elt.silver import cleaning
from elt.silver.books import Books

QUARANTINE = {"file": pl.String, "record": pl.Int64, "code": pl.String, "reason": pl.String, "content": pl.String}
CHANGES = {"file": pl.String, "record": pl.Int64} | dict.fromkeys(("column", "rule", "before", "after"), pl.String)


class Rejects:
    """The rows of the quarantine table, booked as they come.

    Beyond `most` records the run fails, and its quarantine is not written: then they are booked and not kept.
    """

    def __init__(self, books: Books, most: float) -> None:
        self.books, self.most = books, most
        self.rows = [pl.DataFrame(schema=QUARANTINE)]

    def add(self, rows: pl.DataFrame) -> None:
        """Take some rows."""
        self.books.add_quarantine(rows)
        if self.books.reasons.total() <= self.most:
            self.rows.append(rows)

    def table(self) -> pl.DataFrame:
        """All rows, sorted by file and record."""
        return pl.concat(self.rows).sort("file", "record")


def as_written(contract: Contract) -> pl.Expr:
    """The cells of a record as they were written."""
    return pl.concat_str([pl.col(f"raw:{name}").fill_null("") for name in columns_in_file(contract)], separator=",")


def quarantine_rows(frame: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """One row a record that has a reason: file, record, code, reason, content (its cells as written)."""
    found = dict(enumerate(cleaning.reasons(contract)))
    return frame.filter(pl.col("_reason").is_not_null()).select(
        file="_file",
        record="_record",
        code=pl.col("_reason").replace_strict({i: reason.code for i, reason in found.items()}, return_dtype=pl.String),
        reason=pl.col("_reason").replace_strict({i: reason.why for i, reason in found.items()}, return_dtype=pl.String),
        content=as_written(contract),
    )


def malformed_rows(malformed: Sequence[Malformed]) -> pl.DataFrame:
    """The same for records that could not be taken apart into the cells of the header."""
    rows = [(m.file, m.record, m.code, reasons.STRUCTURE[m.code], m.text) for m in malformed]
    return pl.DataFrame(rows, schema=QUARANTINE, orient="row")


def late_rows(raw: pl.LazyFrame, contract: Contract, places: pl.DataFrame) -> pl.DataFrame:
    """The same for records that are left out only when all are known; they are read once more.

    `places`: `_file`, `_record`, `code` and `reason` of each.
    """
    if places.is_empty():
        return pl.DataFrame(schema=QUARANTINE)
    rows = raw.join(places.lazy(), on=cleaning.PLACE, how="inner").select(
        "code", "reason", file="_file", record="_record", content=as_written(contract)
    )
    return rows.select(QUARANTINE.keys()).collect(engine="streaming")


def change_rows(frame: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """One row a cell that a repair changed: file, record, column, rule, before, after (in the order of the repairs)."""
    rows = [
        frame.lazy()
        .filter(cleaning.changed(i))
        .select(
            file="_file",
            record="_record",
            column=pl.lit(repair.field),
            rule=pl.lit(in_language(repair.why)),
            before=pl.col(f"before:{i}").cast(pl.String),
            after=pl.col(f"after:{i}").cast(pl.String),
        )
        for i, repair in enumerate(contract.repairs)
    ]
    return pl.concat([pl.LazyFrame(schema=CHANGES), *rows]).sort("file", "record", maintain_order=True).collect()
