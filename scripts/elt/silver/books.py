"""The books of a cleaned table: conversions in cells, repairs in records and money, every record in one place."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from elt.faults import Fault
from elt.report.numbers import with_decimals
from elt.silver import cleaning, trimming
from elt.silver.alike_keys import AlikeKeys
from elt.silver.conversion_counts import OUTSIDE, cell_counts, is_coded, spelling_counts
from elt.silver.reused_numbers import ReusedNumbers
from elt.silver.suspicions import Suspicions

MOJIBAKE = "[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€"  # UTF-8 that was read as cp1252
ROUNDED = "rounded_amounts"  # code of what is told where amounts have more decimals than their field
SUSPICIOUS = 0.01  # share of a column's texts; fewer such texts may be meant so
NAMED_RECORDS = 5  # records that are named for a reason
SILVER, SUPERSEDED, DUPLICATES, ERASED, QUARANTINED = "silver", "superseded", "duplicates", "erased", "quarantined"
OUTCOMES = (SILVER, SUPERSEDED, DUPLICATES, ERASED)  # where a record may be beside quarantine


@dataclass(frozen=True)
class CellRule:
    """A rule that changed cells of a column."""

    column: str
    rule: str


@dataclass(frozen=True)
class CodeChange:
    """A text of a column and what a code list made of it."""

    column: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class MoneyPart:
    """A part of the way of an amount: raw (as the file has it), rounded (the effect of it), outside its limits, or an
    outcome."""

    column: str
    part: str


@dataclass(frozen=True)
class QuarantineReason:
    """Why records are in quarantine: a code, and words for people."""

    code: str
    why: str


@dataclass(frozen=True)
class Counted:
    """A number over the working frame, and the counter and key under which it is added up."""

    value: pl.Expr
    counter: Counter[Any]
    key: Hashable


class Books:
    """The counts of a table, filled batch by batch: what `summary` gives at the end.

    `cells`, `codes`: cells; `texts`, `garbled`: column -> cells; `repairs`, `effects`: number of the repair -> records,
    money; `repaired_amounts`: records by name of the table; `money`: sums; `outcomes`: outcome -> records; `reasons`:
    records; `first`: the first records (file, record) of each reason; `rounded`: amounts by column, of all that were
    read (`read`) those that had more decimals than their field. What the code itself does to amounts has a code, under
    which the words of silver say it.
    """

    def __init__(self, rules: cleaning.Rules) -> None:
        self.rules, self.contract = rules, rules.contract
        self.stated = [field for field in self.contract.fields if field.is_amount]
        self.rounded: Counter[str] = Counter()
        self.read: Counter[str] = Counter()
        self.amounts = [field.name for field in self.contract.fields if field.money]
        self.limited = [field for field in self.contract.fields if field.money and field.is_limited]
        self.cells: Counter[CellRule] = Counter()
        self.codes: Counter[CodeChange] = Counter()
        self.texts: Counter[str] = Counter()
        self.garbled: Counter[str] = Counter()
        self.repairs: Counter[int] = Counter()
        self.effects: Counter[int] = Counter()
        self.repaired_amounts: Counter[str] = Counter()
        self.money: Counter[MoneyPart] = Counter()
        self.suspicions = Suspicions(self.contract, is_tidy=rules.is_tidy)
        self.alike_keys = AlikeKeys(self.contract)
        self.reused_numbers = ReusedNumbers(self.contract)
        self.outcomes: Counter[str] = Counter()
        self.reasons: Counter[QuarantineReason] = Counter()
        self.first: dict[QuarantineReason, list[tuple[str, int]]] = {}

    def add_batch(self, frame: pl.DataFrame) -> None:
        """Count conversions, repairs and raw money of a part of the working frame."""
        counted = [*self.counted_cells(), *self.counted_repairs(), *self.counted_money()]
        row = frame.select(item.value.alias(str(i)) for i, item in enumerate(counted)).row(0)
        for item, value in zip(counted, row, strict=True):
            item.counter[item.key] += value
        for field in self.contract.fields:
            if field.type == "number":
                for rule, cells in spelling_counts(frame, field, str(self.rules.conventions[field.name])).items():
                    self.cells[CellRule(field.name, rule)] += cells
        self.add_codes(frame)
        self.add_garbled(frame)
        self.suspicions.add_batch(frame)

    def counted_cells(self) -> Iterator[Counted]:
        """Cells by column and the rule that changed them."""
        for field in self.contract.fields:
            convention = self.rules.conventions.get(field.name)
            for rule, when in cell_counts(field, convention, is_tidy=self.rules.is_tidy).items():
                yield Counted(when.sum(), self.cells, CellRule(field.name, rule))

    def counted_repairs(self) -> Iterator[Counted]:
        """Records and money of each repair; records in which a repair changed a field whose unit is money."""
        repairs = self.contract.repairs
        for i, repair in enumerate(repairs):
            yield Counted(cleaning.changed(i).sum(), self.repairs, i)
            if repair.field in self.amounts:
                moved = pl.col(f"after:{i}").fill_null(0) - pl.col(f"before:{i}").fill_null(0)
                yield Counted(moved.sum(), self.effects, i)
        amounts = [i for i, repair in enumerate(repairs) if self.contract.by_name[repair.field].unit == "money"]
        is_rounded = [pl.col(f"parsed:{f.name}").ne_missing(pl.col(f"exact:{f.name}")) for f in self.stated]
        is_repaired = pl.any_horizontal(pl.lit(value=False), *map(cleaning.changed, amounts), *is_rounded)
        yield Counted(is_repaired.sum(), self.repaired_amounts, self.contract.name)

    def counted_money(self) -> Iterator[Counted]:
        """Raw sums of the amounts, what rounding them changes, and what of them lies outside the contract's limits."""
        for name in self.amounts:
            if not self.contract.by_name[name].is_amount:  # computed, so no file has it
                yield Counted(pl.col(f"parsed:{name}").sum(), self.money, MoneyPart(name, "raw"))
        for field in self.stated:
            name, exact, value = field.name, pl.col(f"exact:{field.name}"), pl.col(f"parsed:{field.name}")
            yield Counted(exact.sum(), self.money, MoneyPart(name, "raw"))
            yield Counted((value - exact).sum(), self.money, MoneyPart(name, "rounded"))
            yield Counted((value != exact).sum(), self.rounded, name)
            yield Counted(exact.count(), self.read, name)
        for field in self.limited:
            outside = (~cleaning.within_limits(field)).fill_null(value=False)
            amount = pl.col(f"parsed:{field.name}").filter(outside).sum()
            yield Counted(amount, self.money, MoneyPart(field.name, "outside"))

    def add_codes(self, frame: pl.DataFrame) -> None:
        """Count from which text to which meaning a code list led, where the field is not personal."""
        for field in self.contract.fields:
            if field.codes is not None and field.personal == "none":
                text, meaning = pl.col(f"text:{field.name}"), pl.col(f"parsed:{field.name}")
                for before, after, cells in frame.filter(is_coded(field)).group_by(text, meaning).len().iter_rows():
                    self.codes[CodeChange(field.name, before, after)] += cells

    def add_garbled(self, frame: pl.DataFrame) -> None:
        """Count texts that look like UTF-8 read in another encoding."""
        for field in self.contract.fields:
            if field.type == "string":
                text = frame[f"text:{field.name}"]
                self.texts[field.name] += text.count()
                if not self.rules.is_tidy and not trimming.is_ascii(text):
                    self.garbled[field.name] += int(text.str.contains(MOJIBAKE).sum())

    def add_outcome(self, outcome: str, rows: pl.DataFrame) -> None:
        """Book typed records and their money under an outcome, or under quarantined."""
        if outcome != QUARANTINED:  # those are counted by reason
            self.outcomes[outcome] += rows.height
        for name in self.amounts:
            amount: Any = rows[name].sum()
            self.money[MoneyPart(name, outcome)] += amount

    def add_quarantine(self, rows: pl.DataFrame) -> None:
        """Count rows of the quarantine table by reason, with the first records of each."""
        place = pl.struct("file", "record").head(NAMED_RECORDS)
        for code, why, count, first in (
            rows.group_by("code", "reason", maintain_order=True).agg(pl.len(), place.alias("first")).iter_rows()
        ):
            reason = QuarantineReason(code, why)
            self.reasons[reason] += count
            places = self.first.get(reason, []) + [(at["file"], at["record"]) for at in first]
            self.first[reason] = sorted(places)[:NAMED_RECORDS]

    def summary(self, again: Iterable[pl.LazyFrame], *, is_one_file: bool) -> dict[str, Any]:
        """The table's metadata: conversions in cells, repairs in records and money, money from raw to silver.

        `again`: what `alike_keys` was given, once more.
        `codes`: from which text to which meaning, of fields that are not personal; `repaired_amounts`: records in
        which a repair changed a field whose unit is money, each counted once.
        """
        repairs = [*self.roundings(), *self.amounts_taken_as_missing(), *self.repairs_done()]
        return {
            "conversions": self.conversions(),
            "codes": self.code_changes(),
            "warnings": [
                *self.warnings(),
                *self.suspicions.warnings(),
                *self.rounded_amounts(),
                *self.alike_keys.warnings(again),
                *self.reused_numbers.warnings(),
            ],
            "repairs": repairs,
            "repaired_amounts": self.repaired_amounts[self.contract.name],
            "money": {name: self.money_of(name, repairs) for name in self.amounts},
            "quarantined": self.quarantined(is_one_file=is_one_file),
            **{outcome: self.outcomes[outcome] for outcome in OUTCOMES},
        }

    def conversions(self) -> list[dict[str, Any]]:
        """Cells by column and rule, in the order of the contract."""
        order = self.contract.names
        found = sorted(self.cells, key=lambda key: (order.index(key.column), key.rule))
        return [{"column": key.column, "rule": key.rule, "cells": self.cells[key]} for key in found if self.cells[key]]

    def code_changes(self) -> list[dict[str, Any]]:
        """Cells by column, text and meaning, in the order of the contract."""
        order = self.contract.names
        found = sorted(self.codes, key=lambda key: (order.index(key.column), key.before or "", key.after))
        return [{"column": key.column, "from": key.before, "to": key.after, "cells": self.codes[key]} for key in found]

    def rounded_money(self, name: str) -> dict[str, str]:
        """What rounding an amount to the decimals of its field adds to its sum."""
        return {name: self.exact(name, self.money[MoneyPart(name, "rounded")])}

    def roundings(self) -> Iterator[dict[str, Any]]:
        """Amounts that have more decimals than their field, as a repair each."""
        for field in self.stated:
            if count := self.rounded[field.name]:
                money = self.rounded_money(field.name) if field.money else {}
                yield {"column": field.name, "code": "rounded", "records": count, "money": money}

    def rounded_amounts(self) -> Iterator[dict[str, Any]]:
        """The same as warnings: nobody rounds an amount without knowing."""
        for field in self.stated:
            name = field.name
            if self.rounded[name]:
                raw = {name: self.exact(name, self.money[MoneyPart(name, "raw")])}
                counts = {"cells": self.rounded[name], "of": self.read[name]}
                yield {"column": name, "warning": ROUNDED, **counts, "money": self.rounded_money(name), "of_money": raw}

    def amounts_taken_as_missing(self) -> Iterator[dict[str, Any]]:
        """Amounts outside their limits, as a repair each."""
        for field in self.limited:
            if count := self.cells[CellRule(field.name, OUTSIDE)]:
                lost = self.exact(field.name, -self.money[MoneyPart(field.name, "outside")])
                money = {field.name: lost}
                yield {"column": field.name, "code": "taken_as_missing", "records": count, "money": money}

    def repairs_done(self) -> Iterator[dict[str, Any]]:
        """The repairs of the contract, in order."""
        for i, repair in enumerate(self.contract.repairs):
            moved = {repair.field: self.exact(repair.field, self.effects[i])} if i in self.effects else {}
            yield {"column": repair.field, "why": repair.why, "records": self.repairs[i], "money": moved}

    def quarantined(self, *, is_one_file: bool) -> list[dict[str, Any]]:
        """Records by reason, with the first of each (and its file if the table has several)."""
        return [
            {
                "code": reason.code,
                "why": reason.why,
                "records": self.reasons[reason],
                "first_records": [n if is_one_file else f"{n} of {file}" for file, n in self.first[reason]],
            }
            for reason in sorted(self.reasons, key=lambda reason: (reason.code, reason.why))
        ]

    def exact(self, name: str, amount: Any) -> str:
        """An amount with the decimals of its field, or with more where it has more."""
        return with_decimals(Decimal(amount), self.contract.by_name[name].scale)

    def money_of(self, name: str, repairs: list[dict[str, Any]]) -> dict[str, str]:
        """The way of an amount from raw to silver."""
        parts: dict[str, Any] = {part: self.money[MoneyPart(name, part)] for part in ("raw", QUARANTINED, *OUTCOMES)}
        parts["repairs"] = sum((Decimal(repair["money"].get(name, 0)) for repair in repairs), Decimal(0))
        return {part: self.exact(name, value) for part, value in parts.items()}

    def warnings(self) -> list[dict[str, Any]]:
        """Text columns of which a notable share looks like UTF-8 that was read in another encoding."""
        return [
            {"column": name, "warning": "mojibake", "cells": self.garbled[name], "of": count}
            for name, count in self.texts.items()
            if self.garbled[name] and self.garbled[name] >= SUSPICIOUS * count
        ]


def check_ledger(where: str, found: Mapping[str, Any]) -> None:
    """Every record and every cent of the raw table must be in exactly one place; raises Fault otherwise."""
    quarantined = sum(reason["records"] for reason in found[QUARANTINED])
    counted = quarantined + sum(found[outcome] for outcome in OUTCOMES)
    if counted != found["records"]:
        raise Fault(where, f"{found['records']} records came in and {counted} are accounted for", "Report this")
    for name, parts in found["money"].items():
        amount = {part: Decimal(value) for part, value in parts.items()}
        if amount["raw"] + amount["repairs"] != sum(amount[outcome] for outcome in (QUARANTINED, *OUTCOMES)):
            raise Fault(where, f"the money in {name} does not balance", "Report this")
