"""What contradicts an assumption in a table and does not stop the run: counted by column, with the amount beside it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from elt.run import reasons
from elt.run.contract import Contract
from elt.run.date_formats import is_zoned
from elt.run.fields import Field
from elt.silver import cleaning, dates, spreadsheets
from elt.silver.conventions import GROUP_DIGITS
from elt.silver.trimming import is_ascii
from elt.silver.warning_budgets import NOT_IN_CODES, WITHOUT_ZONE

SPREADSHEET_ERRORS, UNLIKELY_LETTERS = "spreadsheet_errors", "unlikely_letters"
# between small letters a sign that no language writes there, as where text of another code page was read as cp1252
UNLIKELY = r"\p{Ll}(?:[„“”‚†‡ˆ‰‹›•˜™¢£¤¥¦§¨©«¬®¯°±²³¶¸¹»¼½¾¿¡€\x{fffd}\x{80}-\x{9f}\x{2500}-\x{25a0}]|[ŠŽŒŸ])\p{Ll}"
DISCOUNT, DISCOUNT_UNIT = "discount_share", "discount_unit"  # a role, a code
DISCOUNTS = {
    "percent": ((0, 1), 100),
    "share": ((1, 1), 1),
}  # unit -> between which, and above what it is of another one
DOUBTFUL_THOUSANDS = reasons.DOUBTFUL_THOUSANDS


@dataclass(frozen=True, order=True)
class Suspicion:
    """What is counted: a code, and the column."""

    code: str
    column: str


class Suspicions:
    """The suspicious cells of a table, filled batch by batch; `warnings` gives them at the end."""

    def __init__(self, contract: Contract, *, is_tidy: bool) -> None:
        self.contract, self.is_tidy = contract, is_tidy
        self.amounts = [field.name for field in contract.fields if field.money]
        self.records = 0
        self.cells: Counter[Suspicion] = Counter()
        self.money: dict[Suspicion, Counter[str]] = {}
        self.zoned: Counter[str] = Counter()  # column -> time stamps with a zone

    def add_batch(self, frame: pl.DataFrame) -> None:
        """Count the suspicious cells of a part of the working frame."""
        self.records += frame.height
        for field in self.mixed:
            self.zoned[field.name] += frame.select(has_zone(field).sum()).item()
        conditions = {**self.errors(), **self.unlikely_letters(frame), **self.without_zone(), **self.doubtful()}
        conditions |= {**self.not_in_codes(), **self.discounts()}
        found = frame.select(when.alias(str(i)) for i, when in enumerate(conditions.values()))
        for suspicion, is_hit in zip(conditions, found, strict=True):
            if count := int(is_hit.sum() or 0):
                self.cells[suspicion] += count
                hit = frame.filter(is_hit)
                self.money.setdefault(suspicion, Counter()).update({a: amount(hit, a, suspicion) for a in self.amounts})

    def errors(self) -> dict[Suspicion, pl.Expr]:
        """Whether a cell is an error value of a spreadsheet."""
        fields = [] if self.is_tidy else [field for field in self.contract.fields if field.compute is None]
        return {
            Suspicion(SPREADSHEET_ERRORS, field.name): spreadsheets.was_error(
                pl.col(f"raw:{field.name}"), pl.col(f"text:{field.name}"), field.missing_values
            )
            for field in fields
        }

    def unlikely_letters(self, frame: pl.DataFrame) -> dict[Suspicion, pl.Expr]:
        """Whether a text holds a word with signs inside; asked only of columns with letters beyond ASCII."""
        texts = [] if self.is_tidy else [field.name for field in self.contract.fields if field.type == "string"]
        return {
            Suspicion(UNLIKELY_LETTERS, name): pl.col(f"text:{name}").str.contains(UNLIKELY)
            for name in texts
            if not is_ascii(frame[f"text:{name}"])
        }

    @property
    def mixed(self) -> list[Field]:
        """The fields that may hold time stamps with a zone and days or times without one."""
        fields = [field for field in self.contract.fields if field.time_zone is not None]
        return [field for field in fields if not all(map(is_zoned, field.formats))]

    def without_zone(self) -> dict[Suspicion, pl.Expr]:
        """Whether a cell was read without a zone in a column that may have zones."""
        return {
            Suspicion(WITHOUT_ZONE, field.name): pl.col(f"parsed:{field.name}").is_not_null() & ~has_zone(field)
            for field in self.mixed
        }

    def doubtful(self) -> dict[Suspicion, pl.Expr]:
        """Whether a number was not read because its three decimals may be thousands."""
        fields = [field for field in self.contract.fields if field.type == "number" and field.compute is None]
        return {
            Suspicion(DOUBTFUL_THOUSANDS, field.name): cleaning.is_doubtful(field)
            for field in fields
            if field.scale < GROUP_DIGITS
        }

    def not_in_codes(self) -> dict[Suspicion, pl.Expr]:
        """Whether a text is in no code list of its field and stays, beside the meanings of those that are."""
        fields = [field for field in self.contract.fields if field.codes is not None and field.otherwise is None]
        return {
            Suspicion(NOT_IN_CODES, field.name): pl.col(f"parsed:{field.name}").is_not_null()
            & ~pl.col(f"listed:{field.name}")
            for field in fields
        }

    def discounts(self) -> dict[Suspicion, pl.Expr]:
        """Whether a discount is none of its unit: a share among percent, or more than all."""
        fields = [field for field in self.contract.fields if field.role == DISCOUNT and field.unit in DISCOUNTS]
        return {Suspicion(DISCOUNT_UNIT, field.name): is_of_another_unit(field) for field in fields}

    def warnings(self) -> Iterator[dict[str, Any]]:
        """One entry a column: code, cells, records of the table, and the amounts of the records concerned."""
        for found, cells in sorted(self.cells.items()):
            if found.code == WITHOUT_ZONE and not self.zoned[found.column]:
                continue  # nothing in the column has a zone
            money = {amount: self.exact(amount, self.money[found][amount]) for amount in self.amounts}
            yield {"column": found.column, "warning": found.code, "cells": cells, "of": self.records, "money": money}

    def exact(self, name: str, amount: Any) -> str:
        """An amount with the decimals of its field."""
        return f"{Decimal(amount):.{self.contract.by_name[name].scale}f}"


def amount(records: pl.DataFrame, name: str, suspicion: Suspicion) -> Any:
    """The sum of an amount in suspicious records; where the amount itself may be in thousands, it is read so."""
    if suspicion != Suspicion(DOUBTFUL_THOUSANDS, name):
        return records[name].sum()
    text = records[f"text:{name}"]
    sign = text.str.contains("[-(]").cast(pl.Int64) * -2 + 1
    return (text.str.replace_all("[^0-9]", "").cast(pl.Int64) * sign).sum()


def is_of_another_unit(field: Field) -> pl.Expr:
    """Whether the number of a discount is none of its unit: above 0 and below 1 percent, or more than everything."""
    number, ((low, high), most) = pl.col(field.name).cast(pl.Float64), DISCOUNTS[str(field.unit)]
    return ((number > low) & (number < high)) | (number > most)


def has_zone(field: Field) -> pl.Expr:
    """Whether a cell of a field is a time stamp that is read with its zone."""
    text, zoned = pl.col(f"text:{field.name}"), filter(is_zoned, field.formats)
    return pl.any_horizontal(dates.as_date(text, form, field.time_zone).is_not_null() for form in zoned)
