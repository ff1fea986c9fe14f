"""What contradicts an assumption in a table and does not stop the run: counted by column, with the amount beside it."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl

from elt.run.company import Contract
from elt.silver import spreadsheets

SPREADSHEET_ERRORS = "spreadsheet_errors"


class Suspicions:
    """The suspicious cells of a table, filled batch by batch; `warnings` gives them at the end."""

    def __init__(self, contract: Contract, *, is_tidy: bool) -> None:
        self.contract, self.is_tidy = contract, is_tidy
        self.amounts = [field.name for field in contract.fields if field.money]
        self.records = 0
        self.errors: Counter[str] = Counter()
        self.money: dict[str, Counter[str]] = {}

    def add_batch(self, frame: pl.DataFrame) -> None:
        """Count the cells of a part of the working frame that are error values of a spreadsheet."""
        self.records += frame.height
        fields = [] if self.is_tidy else [field for field in self.contract.fields if field.compute is None]
        found = frame.select(
            spreadsheets.was_error(pl.col(f"raw:{f.name}"), pl.col(f"text:{f.name}"), f.missing_values).alias(f.name)
            for f in fields
        )
        for name in found.columns:
            if count := int(found[name].sum()):
                self.errors[name] += count
                hit = frame.filter(found[name])
                self.money.setdefault(name, Counter()).update({a: hit[a].sum() for a in self.amounts})

    def warnings(self) -> Iterator[dict[str, Any]]:
        """One entry a column: code, cells, records of the table, and the amounts of the records concerned."""
        for name, cells in sorted(self.errors.items()):
            money = {amount: self.exact(amount, self.money[name][amount]) for amount in self.amounts}
            yield {"column": name, "warning": SPREADSHEET_ERRORS, "cells": cells, "of": self.records, "money": money}

    def exact(self, name: str, amount: Any) -> str:
        """An amount with the decimals of its field."""
        return f"{Decimal(amount):.{self.contract.by_name[name].scale}f}"
