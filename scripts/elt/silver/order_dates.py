"""The dates of a table that feed the order date of fact_sales: counted while it is cleaned, then taken apart.

Records with an implausible one go to quarantine. That can be told only when all dates are known, so it happens on the
way from the sorted parts to the deduplication: a record of another time supersedes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from elt.report.assumptions import IMPLAUSIBLE_DATES
from elt.run import reasons
from elt.run.contract import Contract
from elt.silver.books import QUARANTINED, Books
from elt.silver.cleaning import APART, PLACE
from elt.silver.plausible_dates import Span


def why(name: str, side: str, limit: str) -> str:
    """The reason of a record in words, with what to do if it is right."""
    return f"{name} lies far {side} all other records; if the date is right, state a {limit} for {name} in the contract"


class OrderDates:
    """Of one table: `fields`: names of its dates that count; `apart`: file, record, code and reason of the records that
    go to quarantine; `lost`: their number and amounts by field."""

    def __init__(self, contract: Contract, fields: Sequence[str], books: Books) -> None:
        self.contract, self.fields, self.books = contract, fields, books
        self.amounts = [field.name for field in contract.fields if field.money]
        self.days: dict[str, Counter[date]] = {name: Counter() for name in fields}
        self.records = 0
        self.money: Counter[str] = Counter()
        self.lost: dict[str, Counter[str]] = {name: Counter() for name in fields}
        self.apart = [pl.DataFrame(schema=APART)]

    def add_batch(self, rows: pl.DataFrame) -> None:
        """Count the days of typed records that nothing else sends to quarantine."""
        if self.fields:
            self.records += rows.height
            self.money.update(self.sums(rows))
        for name in self.fields:
            self.days[name].update(dict(rows[name].drop_nulls().value_counts().iter_rows()))

    def sums(self, rows: pl.DataFrame) -> dict[str, Any]:
        """Sum of each amount."""
        return {name: rows[name].sum() for name in self.amounts}

    @cached_property
    def spans(self) -> dict[str, Span]:
        """Field -> its plausible span, of those with a date; to be asked after the last batch."""
        return {name: Span.of(self.contract.by_name[name], days) for name, days in self.days.items() if days}

    def plausible(self, parts: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """The rows without those that go to quarantine, which are booked."""
        for part in parts:
            for name, span in self.spans.items():
                part = self.within(part, name, span) if span.records else part
            yield part

    def within(self, part: pl.DataFrame, name: str, span: Span) -> pl.DataFrame:
        """The rows whose date lies in its span or is missing; the others are booked."""
        is_before = (pl.col(name) < span.first).fill_null(value=False)
        is_after = (pl.col(name) > span.newest).fill_null(value=False)
        self.book(part.filter(is_before), name, why(name, "before", "minimum"))
        self.book(part.filter(is_after), name, why(name, "after", "maximum"))
        return part.filter(~is_before, ~is_after)

    def book(self, rows: pl.DataFrame, name: str, reason: str) -> None:
        """Book rows that go to quarantine for a field, and remember their place."""
        if rows.height:
            self.books.add_outcome(QUARANTINED, rows)
            self.lost[name].update({"records": rows.height} | self.sums(rows))
            words = {"code": pl.lit(reasons.IMPLAUSIBLE_DATE), "reason": pl.lit(reason)}
            self.apart.append(rows.select(*PLACE, **words))

    def warnings(self) -> Iterator[dict[str, Any]]:
        """One entry a field: records that went to quarantine and their amounts, of those that were looked at."""
        whole = self.exact(self.money)
        for name, lost in self.lost.items():
            if lost:
                found = {"column": name, "warning": IMPLAUSIBLE_DATES, "cells": lost["records"], "of": self.records}
                yield {**found, "money": self.exact(lost), "of_money": whole}

    def exact(self, sums: Mapping[str, Any]) -> dict[str, str]:
        """The amounts, each with the decimals of its field."""
        return {name: self.books.exact(name, sums[name]) for name in self.amounts}

    def described(self) -> dict[str, Any]:
        """Field -> its plausible span, in the metadata of the table."""
        return {name: span.described for name, span in self.spans.items()}
