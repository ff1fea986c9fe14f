"""Numbers under which two names stand that have nothing in common: given away again, or merged.

Both count as one customer or product, under the newest name. Where many numbers have several names, as texts that are
written by hand, it is the habit of the company and nothing is told.
"""

from collections.abc import Iterator
from typing import Any

import polars as pl

from elt.report.assumptions import CUSTOMERS
from elt.run.contract import Contract

CODE = "reused_numbers"
NAMES = {"customer_number": "customer_name", "product_number": "product_name"}  # role of a number -> that of its name
HABIT = 1 / 3  # of the numbers with several records
MOST_NAMES = 1_000_000  # of more nothing is told
FOLDED = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "_": " "}
START = 3  # letters that words share which are spelled in two ways


def starts(name: pl.Expr) -> pl.Expr:
    """The first letters of the words of a name, as a list."""
    folded = name.str.to_lowercase().str.replace_many(list(FOLDED), list(FOLDED.values()))
    return folded.str.extract_all(rf"\b[\p{{L}}\p{{N}}]{{{START}}}")


class ReusedNumbers:
    """The names of the numbers of a table, filled batch by batch; `warnings` gives at the end what is told."""

    def __init__(self, contract: Contract) -> None:
        self.contract, self.records = contract, 0
        self.amounts = [field.name for field in contract.fields if field.money]
        roles = {field.role: field.name for field in contract.fields if field.role}
        pairs = {
            number: (roles[number], roles[name]) for number, name in NAMES.items() if {number, name} <= roles.keys()
        }
        self.pairs = {role: pair for role, pair in pairs.items() if contract.primary_key != (pair[0],)}
        self.found: dict[str, pl.DataFrame] = {}

    def add_batch(self, kept: pl.DataFrame) -> None:
        """Take the records of a batch that are fit for silver."""
        self.records += kept.height
        for role, (number, name) in list(self.pairs.items()):
            sums = [pl.len().cast(pl.Int64).alias("records"), *(pl.col(amount).sum() for amount in self.amounts)]
            columns = (pl.col(number).cast(pl.String).alias("number"), pl.col(name).cast(pl.String).alias("name"))
            part = (
                kept.select(*columns, *self.amounts).drop_nulls(["number", "name"]).group_by("number", "name").agg(sums)
            )
            whole = pl.concat([self.found[role], part]) if role in self.found else part
            self.found[role] = whole.group_by("number", "name").agg(pl.col("records", *self.amounts).sum())
            if self.found[role].height > MOST_NAMES:
                del self.pairs[role], self.found[role]

    def warnings(self) -> Iterator[dict[str, Any]]:
        """One entry a kind of number: records under a name that shares no word with the most frequent one of its
        number, and their amounts."""
        for role, found in self.found.items():
            names = found.sort("number", "records", "name", descending=[False, True, False])
            names = names.with_columns(starts(pl.col("name")).alias("starts"))
            main = names.unique("number", keep="first", maintain_order=True)
            same = names.explode("starts").join(main.explode("starts"), on=["number", "starts"], how="semi")
            other = names.join(same, on=["number", "name"], how="anti").filter(pl.col("starts").list.len() > 0)
            other = other.join(main.filter(pl.col("starts").list.len() > 0), on="number", how="semi")
            several = found.group_by("number").agg(pl.col("records").sum()).filter(pl.col("records") > 1).height
            if other.height and other["number"].n_unique() <= HABIT * several:
                yield {
                    "column": self.pairs[role][0],
                    "warning": CODE,
                    "cells": int(other["records"].sum()),
                    "of": self.records,
                    "money": {
                        name: f"{other[name].sum():.{self.contract.by_name[name].scale}f}" for name in self.amounts
                    },
                    **({"about": CUSTOMERS} if role == "customer_number" else {}),
                }
