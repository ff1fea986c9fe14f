"""Keys of a table that differ only in their spelling: 00017 and 17, k-1 and K-1. They are counted, and never joined.

Looked at are texts that are part of the key, that the contract calls identifiers, or that look like numbers of things.
While a table is cleaned it is only noted which columns hold a spelling that has another beside it; of most exports none
does, and then nothing is counted. The records of the others are read again.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import polars as pl

from elt.key_spellings import MAY_BE_HARMONISED, harmonised, kind_of
from elt.report.assumptions import CUSTOMERS
from elt.run.contract import Contract
from elt.run.fields import Field
from elt.silver.cleaning import PLACE

CUSTOMER = "customer"  # `erasure` of the field with the customer number
IDENTIFIER, NONE = "identifier", "none"
NUMBER_LIKE = 0.9  # share of the distinct texts that hold a digit, and that hold no blank
MOST_SPELLINGS = 1_000_000  # of a column that are held at once; of more, those of every second key are looked at
NAMED_RECORDS = 5
CODE = "keys_alike_"


def certain_keys(contract: Contract) -> set[str]:
    """Names of the fields that are keys for certain: of this table, of another one, or identifiers."""
    stated = {*contract.primary_key, *(name for key in contract.foreign_keys for name in key.fields)}
    return stated | {field.name for field in contract.fields if field.erasure or field.personal == IDENTIFIER}


def columns_of(contract: Contract) -> list[Field]:
    """The fields that may be keys: texts of the file that are no closed list."""
    certain = certain_keys(contract)
    return [
        field
        for field in contract.fields
        if field.type == "string" and field.compute is None and field.codes is None
        and (field.name in certain or field.personal == NONE)
    ]  # fmt: skip


def is_number_like(spellings: pl.Series) -> bool:
    """Whether the distinct texts of a column look like numbers of things, not like names."""
    digits, blanks = spellings.str.contains("[0-9]").mean(), spellings.str.contains(" ", literal=True).mean()
    return isinstance(digits, float) and digits >= NUMBER_LIKE and float(str(blanks)) <= 1 - NUMBER_LIKE


def places_of(rarer: pl.DataFrame, one_of: int) -> str:
    """How many keys, and the first records of their rarer spellings, by file if there are several."""
    first = rarer.sort("_file", "_record").head(NAMED_RECORDS)
    is_one_file = rarer["_file"].n_unique() == 1
    named = [str(record) if is_one_file else f"{record} of {file}" for file, record in first["_file", "_record"].rows()]
    count = rarer["same"].n_unique()
    keys = f"{count} key{'s' * (count != 1)}" + f" among every {one_of}th" * (one_of > 1)
    return f"{keys}, first in record{'s' * (len(named) > 1)} {', '.join(named)}"


class Spellings:
    """The spellings of one column, each with its records, its first record and the amounts, added up batch by batch."""

    def __init__(self, name: str, amounts: Sequence[str]) -> None:
        self.name, self.amounts = name, amounts
        self.waiting: list[pl.DataFrame] = []
        self.one_of = 1  # so many keys is one looked at

    def add(self, frame: pl.DataFrame) -> None:
        """Take the records of a batch."""
        part = frame.filter(pl.col(self.name).is_not_null())
        sums = [pl.col(amount).sum() for amount in self.amounts]
        first = [pl.col("_file").first(), pl.col("_record").first()]
        grouped = part.group_by(pl.col(self.name).alias("key"), maintain_order=True)
        self.waiting.append(self.looked_at(grouped.agg(pl.len().alias("records").cast(pl.Int64), *first, *sums)))
        if sum(part.height for part in self.waiting) > 2 * MOST_SPELLINGS:
            self.gather()

    def looked_at(self, spellings: pl.DataFrame) -> pl.DataFrame:
        """The spellings of the keys that are looked at: all of them, or every so many."""
        if self.one_of == 1:
            return spellings
        return spellings.filter(harmonised(pl.col("key")).hash(0) % self.one_of == 0)

    def gather(self) -> pl.DataFrame:
        """One row a spelling; if they are too many, every second key is left out."""
        sums = [pl.col(amount).sum() for amount in self.amounts]
        whole = pl.concat(self.waiting).group_by("key", maintain_order=True)
        found = whole.agg(pl.col("records").sum(), pl.col("_file").first(), pl.col("_record").first(), *sums)
        while found.height > MOST_SPELLINGS:
            self.one_of *= 2
            found = self.looked_at(found)
        self.waiting = [found]
        return found

    def alike(self) -> pl.DataFrame:
        """The rarer spellings of keys that have several, with `same` (what they share) and `kind`."""
        found = self.gather().with_columns(harmonised(pl.col("key")).alias("same"))
        several = found.filter(pl.col("key").n_unique().over("same") > 1)
        several = several.with_columns(kind_of(pl.col("key"), "same").alias("kind"))
        ordered = several.sort(["same", "records", "key"], descending=[False, True, False])
        return ordered.filter(~pl.col("same").is_first_distinct())


class AlikeKeys:
    """The keys of a table, looked at batch by batch; `warnings` gives at the end those that differ only in spelling."""

    def __init__(self, contract: Contract) -> None:
        self.contract, self.records = contract, 0
        self.amounts = [field.name for field in contract.fields if field.money]
        self.unseen = [field.name for field in columns_of(contract)]
        self.seen: list[str] = []  # columns with a spelling that may have another beside it

    def add_batch(self, kept: pl.DataFrame) -> None:
        """Take the records of a batch that are fit for silver."""
        self.records += kept.height
        found = [name for name in self.unseen if kept[name].str.contains(MAY_BE_HARMONISED).any()]
        self.seen += found
        self.unseen = [name for name in self.unseen if name not in found]

    def is_key(self, column: Spellings) -> bool:
        """Whether a column is a key for certain, or looks like one."""
        return column.name in certain_keys(self.contract) or is_number_like(column.gather()["key"])

    def counted(self, again: Iterable[pl.LazyFrame]) -> list[Spellings]:
        """The spellings of the columns that need it, in the order of the contract; `again`: the batches once more."""
        columns = [
            Spellings(field.name, self.amounts) for field in columns_of(self.contract) if field.name in self.seen
        ]
        names = [*PLACE, *self.seen, *self.amounts]
        for kept in again if columns else ():
            rows = kept.select(names).collect()
            for column in columns:
                column.add(rows)
        return columns

    def warnings(self, again: Iterable[pl.LazyFrame]) -> Iterator[dict[str, Any]]:
        """One entry a column and kind: records of the rarer spellings, where they stand, and their amounts.

        `again`: the batches once more, in their order.
        """
        for column in self.counted(again):
            found = column.alike() if self.is_key(column) else pl.DataFrame()
            for kind in found["kind"].unique().sort() if found.height else ():
                part = found.filter(pl.col("kind") == kind)
                yield {
                    "column": column.name,
                    "warning": f"{CODE}{kind}",
                    "cells": int(part["records"].sum()),
                    "of": self.records,
                    "money": {name: self.exact(name, part[name].sum()) for name in self.amounts},
                    "places": places_of(part, column.one_of),
                    **({"about": CUSTOMERS} if self.contract.by_name[column.name].erasure == CUSTOMER else {}),
                }

    def exact(self, name: str, amount: Any) -> str:
        """An amount with the decimals of its field."""
        return f"{amount:.{self.contract.by_name[name].scale}f}"
