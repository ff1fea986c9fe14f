"""The books of a cleaned table: conversions in cells, repairs in records and money, every record in one place."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from shared import cleaning
from shared.faults import Fault


def statistics(contract: Mapping[str, Any], conventions: Mapping[str, Any]) -> list[pl.Expr]:
    """One-row sums over the working frame: cells by conversion, rows and money by repair, money by fate."""
    sums = [pl.len().alias("records")]
    for field in contract["fields"]:
        name = field["name"]
        text, raw, is_parsed = pl.col(f"text:{name}"), pl.col(f"raw:{name}"), pl.col(f"parsed:{name}").is_not_null()
        trimmed = raw != pl.coalesce(text, pl.when(raw.is_in(field.get("missingValues", []))).then(raw), pl.lit(""))
        counts = {"trimmed": trimmed}
        if field.get("missingValues"):
            counts["missing value"] = text.is_null() & cleaning.normalised(raw).is_in(field["missingValues"])
        if "convert" in field:
            counts["converted"] = pl.col(f"converted:{name}")
        if "codes" in field:
            counts["code"] = text.ne_missing(pl.col(f"parsed:{name}")) & pl.col(f"listed:{name}")
        if "otherwise" in field:
            counts["not in the code list"] = ~pl.col(f"listed:{name}")
        if field["type"] == "integer":
            counts["another spelling of the integer"] = is_parsed & text.str.contains(r"^[+]|^-?0[0-9]|[.]")
        if field["type"] == "number":
            decimals = field.get("decimals", 2)
            longer = text.str.contains(f"[{conventions[name]}][0-9]{{{decimals}}}[0-9]*[1-9]$")
            counts[f"rounded to {decimals} decimals"] = is_parsed & longer
        if field["type"] != "string":
            counts["unreadable"] = ~is_parsed & text.is_not_null()
        if {"minimum", "maximum"} & field.keys():
            counts["outside limits"] = ~cleaning.limits(field)
        sums += [when.sum().alias(f"cells|{name}|{rule}") for rule, when in counts.items()]
    money = [field["name"] for field in contract["fields"] if field.get("money")]
    for i, repair in enumerate(contract.get("repairs", [])):
        sums.append(cleaning.changed(i).sum().alias(f"repair|{i}"))
        if repair["field"] in money:
            effect = pl.col(f"after:{i}").fill_null(0) - pl.col(f"before:{i}").fill_null(0)
            sums.append(effect.sum().alias(f"effect|{i}"))
    units = {field["name"]: field.get("unit") for field in contract["fields"]}
    amounts = [i for i, repair in enumerate(contract.get("repairs", [])) if units[repair["field"]] == "money"]
    sums.append(pl.any_horizontal(pl.lit(False), *map(cleaning.changed, amounts)).sum().alias("repaired_amounts"))
    for name in money:
        sums.append(pl.col(f"parsed:{name}").sum().alias(f"money|{name}|raw"))
        for fate in ("silver", "quarantined", "superseded", "duplicates"):
            sums.append(pl.col(name).filter(pl.col("_fate") == fate).sum().alias(f"money|{name}|{fate}"))
    return sums


def summary(contract: Mapping[str, Any], sums: Mapping[str, Any], fates: Mapping[str, int]) -> dict[str, Any]:
    """The table's metadata: conversions in cells, repairs in records and money, money from raw to silver.

    `repaired_amounts`: records in which a repair changed a field whose unit is money, each counted once.
    """
    cells = [(key.split("|")[1:], value) for key, value in sums.items() if key.startswith("cells|") and value]
    repairs = []
    for i, repair in enumerate(contract.get("repairs", [])):
        effect = {repair["field"]: str(sums[f"effect|{i}"])} if f"effect|{i}" in sums else {}
        repairs.append(
            {"column": repair["field"], "why": repair["why"], "records": sums[f"repair|{i}"], "money": effect}
        )
    money = {}
    for field in contract["fields"]:
        if field.get("money"):
            name = field["name"]
            parts = {part: sums[f"money|{name}|{part}"] for part in
                     ("raw", "quarantined", "superseded", "duplicates", "silver")}  # fmt: skip
            effects = [Decimal(r["money"][name]) for r in repairs if name in r["money"]]
            parts["repairs"] = sum(effects, Decimal("0.00"))
            money[name] = {part: str(value) for part, value in parts.items()}
    return {
        "conversions": [{"column": column, "rule": rule, "cells": count} for (column, rule), count in cells],
        "repairs": repairs,
        "repaired_amounts": sums["repaired_amounts"],
        "money": money,
        **{fate: fates.get(fate, 0) for fate in ("silver", "superseded", "duplicates")},
    }


def check_ledger(where: str, found: Mapping[str, Any]) -> None:
    """Every record and every cent of the raw table must be in exactly one place; raises Fault otherwise."""
    quarantined = sum(reason["records"] for reason in found["quarantined"])
    counted = found["silver"] + quarantined + found["superseded"] + found["duplicates"]
    if counted != found["records"]:
        raise Fault(where, f"{found['records']} records came in and {counted} are accounted for", "Report this")
    for name, parts in found["money"].items():
        amount = {part: Decimal(value) for part, value in parts.items()}
        left = amount["silver"] + amount["quarantined"] + amount["superseded"] + amount["duplicates"]
        if amount["raw"] + amount["repairs"] != left:
            raise Fault(where, f"the money in {name} does not balance", "Report this")


def check_budget(where: str, found: Mapping[str, Any], budget: float) -> None:
    """The share of quarantined records must stay within the budget; raises Fault with the counts by reason."""
    quarantined = sum(reason["records"] for reason in found["quarantined"])
    if quarantined > budget * found["records"]:
        listed = "; ".join(
            f"{r['records']} × {r['why']} (record{'s'[: r['records'] - 1]} {', '.join(map(str, r['first_records']))}"
            f"{', …' if r['records'] > len(r['first_records']) else ''})"
            for r in found["quarantined"]
        )
        raise Fault(
            where,
            f"{quarantined} of {found['records']} records cannot be used, the budget is {budget:.1%}: {listed}",
            "Mend the export or the contract, or raise quarantine_budget in config/config.yaml",
        )
