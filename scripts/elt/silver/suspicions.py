"""What contradicts an assumption in a table and does not stop the run: counted by column, with the amount beside it."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl

from elt.run.company import Contract
from elt.silver import spreadsheets
from elt.silver.trimming import is_ascii

SPREADSHEET_ERRORS, UNLIKELY_LETTERS = "spreadsheet_errors", "unlikely_letters"
# between small letters a sign that no language writes there, as where text of another code page was read as cp1252
UNLIKELY = r"\p{Ll}(?:[„“”‚†‡ˆ‰‹›•˜™¢£¤¥¦§¨©«¬®¯°±²³¶¸¹»¼½¾¿¡€\x{fffd}\x{80}-\x{9f}\x{2500}-\x{25a0}]|[ŠŽŒŸ])\p{Ll}"


class Suspicions:
    """The suspicious cells of a table, filled batch by batch; `warnings` gives them at the end.

    `cells`, `money`: code and column -> cells, and the amounts of their records.
    """

    def __init__(self, contract: Contract, *, is_tidy: bool) -> None:
        self.contract, self.is_tidy = contract, is_tidy
        self.amounts = [field.name for field in contract.fields if field.money]
        self.records = 0
        self.cells: Counter[tuple[str, str]] = Counter()
        self.money: dict[tuple[str, str], Counter[str]] = {}

    def add_batch(self, frame: pl.DataFrame) -> None:
        """Count the cells of a part of the working frame that are suspicious."""
        self.records += frame.height
        if self.is_tidy:
            return
        fields = [field for field in self.contract.fields if field.compute is None]
        found = frame.select(
            spreadsheets.was_error(pl.col(f"raw:{f.name}"), pl.col(f"text:{f.name}"), f.missing_values).alias(f.name)
            for f in fields
        )
        for name in found.columns:
            self.add(SPREADSHEET_ERRORS, name, frame, found[name])
        for field in fields:
            text = frame[f"text:{field.name}"]
            if field.type == "string" and not is_ascii(text):
                self.add(UNLIKELY_LETTERS, field.name, frame, text.str.contains(UNLIKELY))

    def add(self, code: str, name: str, frame: pl.DataFrame, is_hit: pl.Series) -> None:
        """Count the records of a part of the working frame that a mask marks."""
        if count := int(is_hit.sum() or 0):
            self.cells[code, name] += count
            hit = frame.filter(is_hit)
            self.money.setdefault((code, name), Counter()).update({a: hit[a].sum() for a in self.amounts})

    def warnings(self) -> Iterator[dict[str, Any]]:
        """One entry a code and column: cells, records of the table, and the amounts of the records concerned."""
        for (code, name), cells in sorted(self.cells.items()):
            money = {amount: self.exact(amount, self.money[code, name][amount]) for amount in self.amounts}
            yield {"column": name, "warning": code, "cells": cells, "of": self.records, "money": money}

    def exact(self, name: str, amount: Any) -> str:
        """An amount with the decimals of its field."""
        return f"{Decimal(amount):.{self.contract.by_name[name].scale}f}"
