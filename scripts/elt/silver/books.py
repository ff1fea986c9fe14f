"""The books of a cleaned table: conversions in cells, repairs in records and money, every record in one place."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from elt.faults import Fault
from elt.silver import cleaning, conventions, dates, trimming

MOJIBAKE = "[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€"  # UTF-8 that was read as cp1252
SUSPICIOUS = 0.01  # share of a column's texts
OUTSIDE = "outside limits"
TAKEN_AS_MISSING = {
    "en": "an amount outside the contract's limits is taken as missing",
    "de": "ein Betrag außerhalb der Grenzen des Vertrags gilt als fehlend",
}
FIRST = 5  # records that are named for a reason
FATES = ("silver", "superseded", "duplicates", "erased")  # where a record may be beside quarantine


def cell_counts(field: Mapping[str, Any], convention: Any, is_tidy: bool = False) -> dict[str, pl.Expr]:
    """Rule -> whether it changed the cell, over the working frame; numbers apart (`spelling_counts`).

    `is_tidy`: there was nothing to trim.
    """
    name, kind = field["name"], field["type"]
    text, raw, is_parsed = pl.col(f"text:{name}"), pl.col(f"raw:{name}"), pl.col(f"parsed:{name}").is_not_null()
    missing = field.get("missingValues", [])
    counts = {} if is_tidy else {"trimmed": (raw != text) | (text.is_null() & ~raw.is_in(["", *missing]))}
    if missing:
        is_blank = pl.lit(False) if is_tidy else trimming.is_blank(raw)
        counts["missing value"] = text.is_null() & raw.is_not_null() & ~is_blank
    if "convert" in field:
        counts["converted"] = pl.col(f"converted:{name}")
    if "codes" in field:
        counts["code"] = text.ne_missing(pl.col(f"parsed:{name}")) & pl.col(f"listed:{name}")
    if "otherwise" in field:
        counts["not in the code list"] = ~pl.col(f"listed:{name}")
    if kind == "integer":
        counts["another spelling of the integer"] = is_parsed & text.str.contains(r"^(?:[+]|-?0[0-9]|[^.]*[.])")
    if kind == "date":
        before: pl.Expr = pl.lit(False)
        for form in convention:
            reads = is_parsed if len(convention) == 1 else dates.as_date(text, form).is_not_null()
            if form != dates.ISO:
                counts[f"date written {form}"] = is_parsed & reads & ~before
            before |= reads
    if kind != "string":
        counts["unreadable"] = ~is_parsed & text.is_not_null()
    if {"minimum", "maximum"} & field.keys():
        counts[OUTSIDE] = ~cleaning.limits(field)
    return counts


def spelling_counts(frame: pl.DataFrame, field: Mapping[str, Any], convention: str) -> dict[str, int]:
    """Rule -> cells of a number column that were written so that the rule had to repair them."""
    text = pl.col(f"text:{field['name']}")
    whole = frame[f"text:{field['name']}"].cast(pl.Int64, strict=False)
    if whole.null_count() == frame[f"text:{field['name']}"].null_count():
        return {}
    odd = frame.filter(pl.col(f"parsed:{field['name']}").is_not_null() & ~text.str.contains(conventions.ONE_WAY))
    spellings = conventions.number_spellings(text, convention, field.get("decimals", 2))
    return odd.select(when.sum().alias(rule) for rule, when in spellings.items()).row(0, named=True)


class Books:
    """The counts of a table, filled batch by batch: what `summary` gives at the end.

    `cells`: (column, rule) -> cells; `codes`: (column, from, to) -> cells; `texts`, `garbled`: column -> cells;
    `repairs`, `effects`: number of the repair -> records, money; `money`: (column, part) -> sum;
    `reasons`: (code, why) -> records; `first`: the same -> first records (file, record).
    """

    def __init__(
        self, contract: Mapping[str, Any], found_conventions: Mapping[str, Any], is_tidy: bool = False
    ) -> None:
        self.contract, self.conventions, self.is_tidy = contract, found_conventions, is_tidy
        self.amounts = [field["name"] for field in contract["fields"] if field.get("money")]
        self.limited = [f for f in contract["fields"] if f.get("money") and {"minimum", "maximum"} & f.keys()]
        self.cells, self.codes, self.texts, self.garbled = Counter(), Counter(), Counter(), Counter()
        self.repairs, self.effects, self.money, self.fates = Counter(), Counter(), Counter(), Counter()
        self.reasons, self.repaired_amounts = Counter(), 0
        self.first: dict[tuple[str, str], list[tuple[str, int]]] = {}

    def add_batch(self, frame: pl.DataFrame) -> None:
        """Count conversions, repairs and raw money of a part of the working frame."""
        counts: dict[tuple[str, ...], pl.Expr] = {}
        for field in self.contract["fields"]:
            convention = self.conventions.get(field["name"])
            for rule, when in cell_counts(field, convention, self.is_tidy).items():
                counts["cells", field["name"], rule] = when.sum()
            if field["type"] == "number":
                for rule, cells in spelling_counts(frame, field, convention).items():
                    self.cells[field["name"], rule] += cells
        counts |= self.repair_counts()
        for name in self.amounts:
            counts["money", name, "raw"] = pl.col(f"parsed:{name}").sum()
        for field in self.limited:
            outside = (~cleaning.limits(field)).fill_null(False)
            counts["money", field["name"], "outside"] = pl.col(f"parsed:{field['name']}").filter(outside).sum()
        row = frame.select(when.alias("|".join(key)) for key, when in counts.items()).row(0)
        for (book, *key), value in zip(counts, row, strict=True):
            if book == "amounts":
                self.repaired_amounts += value
            elif book in ("repairs", "effects"):
                getattr(self, book)[int(key[0])] += value
            else:
                getattr(self, book)[tuple(key)] += value
        self.add_codes(frame)
        self.add_garbled(frame)

    def repair_counts(self) -> dict[tuple[str, ...], pl.Expr]:
        """Records and money of each repair; records in which a repair changed a field whose unit is money."""
        counts: dict[tuple[str, ...], pl.Expr] = {}
        repairs = self.contract.get("repairs", [])
        for i, repair in enumerate(repairs):
            counts["repairs", str(i)] = cleaning.changed(i).sum()
            if repair["field"] in self.amounts:
                counts["effects", str(i)] = (
                    pl.col(f"after:{i}").fill_null(0) - pl.col(f"before:{i}").fill_null(0)
                ).sum()
        units = {field["name"]: field.get("unit") for field in self.contract["fields"]}
        amounts = [i for i, repair in enumerate(repairs) if units[repair["field"]] == "money"]
        counts["amounts",] = pl.any_horizontal(pl.lit(False), *map(cleaning.changed, amounts)).sum()
        return counts

    def add_codes(self, frame: pl.DataFrame) -> None:
        """Count from which text to which meaning a code list led, where the field is not personal."""
        for field in self.contract["fields"]:
            name = field["name"]
            if "codes" in field and field["personal"] == "none":
                text, meaning = pl.col(f"text:{name}"), pl.col(f"parsed:{name}")
                is_changed = text.ne_missing(meaning) & pl.col(f"listed:{name}")
                for before, after, cells in frame.filter(is_changed).group_by(text, meaning).len().iter_rows():
                    self.codes[name, before, after] += cells

    def add_garbled(self, frame: pl.DataFrame) -> None:
        """Count texts that look like UTF-8 read in another encoding."""
        for field in self.contract["fields"]:
            if field["type"] == "string":
                text = frame[f"text:{field['name']}"]
                self.texts[field["name"]] += text.count()
                if not self.is_tidy and not trimming.is_ascii(text):
                    self.garbled[field["name"]] += text.str.contains(MOJIBAKE).sum()

    def add_fate(self, fate: str, rows: pl.DataFrame) -> None:
        """Book typed records and their money under silver, quarantined, superseded, duplicates or erased."""
        if fate != "quarantined":  # those are counted by reason
            self.fates[fate] += rows.height
        for name in self.amounts:
            self.money[name, fate] += rows[name].sum()

    def add_quarantine(self, rows: pl.DataFrame) -> None:
        """Count rows of the quarantine table by reason, with the first records of each."""
        place = pl.struct("file", "record").head(FIRST)
        for code, why, count, first in (
            rows.group_by("code", "reason", maintain_order=True).agg(pl.len(), place.alias("first")).iter_rows()
        ):
            self.reasons[code, why] += count
            places = self.first.get((code, why), []) + [(at["file"], at["record"]) for at in first]
            self.first[code, why] = sorted(places)[:FIRST]

    def quarantined(self, is_one_file: bool) -> list[dict[str, Any]]:
        """Records by reason, with the first of each (and its file if the table has several)."""
        return [
            {
                "code": code,
                "why": why,
                "records": count,
                "first_records": [n if is_one_file else f"{n} of {file}" for file, n in self.first[code, why]],
            }
            for (code, why), count in sorted(self.reasons.items())
        ]

    def summary(self, is_one_file: bool) -> dict[str, Any]:
        """The table's metadata: conversions in cells, repairs in records and money, money from raw to silver.

        `codes`: from which text to which meaning, of fields that are not personal; `repaired_amounts`: records in
        which a repair changed a field whose unit is money, each counted once.
        """
        order = {field["name"]: i for i, field in enumerate(self.contract["fields"])}
        cells, codes = (
            sorted(((key, n) for key, n in counts.items() if n), key=lambda item: (order[item[0][0]], item[0][1:]))
            for counts in (self.cells, self.codes)
        )
        repairs = [
            {
                "column": field["name"],
                "why": TAKEN_AS_MISSING,
                "records": self.cells[field["name"], OUTSIDE],
                "money": {field["name"]: self.exact(field["name"], -self.money[field["name"], "outside"])},
            }
            for field in self.limited
            if self.cells[field["name"], OUTSIDE]
        ]
        for i, repair in enumerate(self.contract.get("repairs", [])):
            moved = {repair["field"]: self.exact(repair["field"], self.effects[i])} if i in self.effects else {}
            found = {"column": repair["field"], "why": repair["why"], "records": self.repairs[i], "money": moved}
            repairs.append(found)
        return {
            "conversions": [{"column": name, "rule": rule, "cells": count} for (name, rule), count in cells],
            "codes": [
                {"column": n, "from": before, "to": after, "cells": count} for (n, before, after), count in codes
            ],
            "warnings": self.warnings(),
            "repairs": repairs,
            "repaired_amounts": self.repaired_amounts,
            "money": {name: self.money_of(name, repairs) for name in self.amounts},
            "quarantined": self.quarantined(is_one_file),
            **{fate: self.fates[fate] for fate in FATES},
        }

    def exact(self, name: str, amount: Any) -> str:
        """An amount with the decimals of its field."""
        field = next(field for field in self.contract["fields"] if field["name"] == name)
        return f"{Decimal(amount):.{field.get('decimals', 2)}f}"

    def money_of(self, name: str, repairs: list[dict[str, Any]]) -> dict[str, str]:
        """The way of an amount from raw to silver."""
        parts = {part: self.money[name, part] for part in ("raw", "quarantined", *FATES)}
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
    quarantined = sum(reason["records"] for reason in found["quarantined"])
    counted = quarantined + sum(found[fate] for fate in FATES)
    if counted != found["records"]:
        raise Fault(where, f"{found['records']} records came in and {counted} are accounted for", "Report this")
    for name, parts in found["money"].items():
        amount = {part: Decimal(value) for part, value in parts.items()}
        if amount["raw"] + amount["repairs"] != sum(amount[fate] for fate in ("quarantined", *FATES)):
            raise Fault(where, f"the money in {name} does not balance", "Report this")
