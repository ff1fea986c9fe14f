"""The books of the run: every record and every cent from bronze to the marts; stops the run if they do not balance.

Inputs: silver/_meta/silver_metadata.yaml, gold/_meta/gold_metadata.yaml.
Outputs: _meta/ledger.json.
"""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.faults import Fault
from elt.files import read_yaml, write_json

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

FATES = ("silver", "superseded", "duplicates", "erased")


def fingerprint(tables: Mapping[str, Any]) -> str:
    """16 hex digits that name the content of all raw files, whatever their names and places."""
    hashes = sorted(f"{name} {file['sha256']}" for name, found in tables.items() for file in found["files"])
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()[:16]


def books(found: Mapping[str, Any]) -> dict[str, int]:
    """Where the records of one table are; raises Fault if one is missing."""
    fates = {fate: found[fate] for fate in FATES}
    fates["quarantined"] = sum(reason["records"] for reason in found["quarantined"])
    if sum(fates.values()) != found["records"]:
        raise Fault(
            found["name"], f"{found['records']} records came in, {sum(fates.values())} are booked", "Report this"
        )
    return {"records": found["records"], **fates}


def money_of(found: Mapping[str, Any], field: str) -> dict[str, Any]:
    """The way of one amount from raw to silver, with the effect of each repair; raises Fault if it does not add up."""
    parts = found["money"][field]
    effects = [
        {"why": repair["why"], "records": repair["records"], "amount": repair["money"][field]}
        for repair in found["repairs"]
        if field in repair["money"]
    ]
    came = Decimal(parts["raw"]) + sum(Decimal(effect["amount"]) for effect in effects)
    left = sum(Decimal(parts[fate]) for fate in ("quarantined", *FATES))
    if came != left:
        problem = f"{field}: raw and repairs make {came}, silver and what did not reach it {left}"
        raise Fault(found["name"], problem, "Report this")
    return {**parts, "effects": effects}


def money_in_marts(tables: Mapping[str, Any], marts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Amount (table.field) -> its way from raw to silver and its sum in every mart that carries it; raises Fault."""
    money: dict[str, dict[str, Any]] = {
        f"{name}.{field}": {**money_of(found, field), "marts": {}}
        for name, found in tables.items()
        for field in found["money"]
    }
    for name, mart in marts.items():
        for column, field in mart.get("ledger", {}).get("money", {}).items():
            amount = money.get(f"{mart['ledger']['table']}.{field}")
            if amount is None:
                raise Fault(
                    f"mart {name}", f"its ledger names {field}, which no contract marks as money", "Correct marts.yaml"
                )
            total = mart["found"]["money"][column]
            if Decimal(total) != Decimal(amount["silver"]):
                raise Fault(
                    f"mart {name}",
                    f"the sum of {column} is {total}, the silver table has {amount['silver']}",
                    f"Look for lines that {name}.sql loses or doubles",
                )
            amount["marts"][f"{name}.{column}"] = total
    return money


def kpis_in_marts(marts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Key figure -> its value over all order lines and its sum in every mart that proves it; raises Fault."""
    found: dict[str, dict[str, Any]] = {}
    for name, mart in marts.items():
        for column, proof in mart["found"].get("kpis", {}).items():
            entry = found.setdefault(proof["kpi"], {"total": proof["total"], "marts": {}})
            total = mart["found"]["money"][column]
            if not Decimal(total) == Decimal(proof["total"]) == Decimal(entry["total"]):
                problem = f"the sum of {column} is {total}, {proof['kpi']} over all order lines is {proof['total']}"
                raise Fault(f"mart {name}", problem, f"Look for lines that {name}.sql loses or doubles")
            entry["marts"][f"{name}.{column}"] = total
    return found


def rows_in_marts(tables: Mapping[str, Any], marts: Mapping[str, Any]) -> dict[str, int]:
    """Rows of the marts that must hold every record of a silver table; raises Fault otherwise."""
    rows = {}
    for name, mart in marts.items():
        ledger = mart.get("ledger", {})
        if ledger.get("rows") == "all":
            expected = tables[ledger["table"]]["silver"]
            if mart["found"]["rows"] != expected:
                raise Fault(
                    f"mart {name}", f"has {mart['found']['rows']} rows, silver has {expected}", f"Check {name}.sql"
                )
            rows[name] = expected
    return rows


def main(silver_metadata: str, gold_metadata: str, output: str) -> None:
    """Balance the books and write them."""
    tables, marts = read_yaml(silver_metadata)["tables"], read_yaml(gold_metadata)["marts"]
    ledger = {
        "balanced": True,
        "input_fingerprint": fingerprint(tables),
        "tables": {name: books(found) for name, found in tables.items()},
        "money": money_in_marts(tables, marts),
        "kpis": kpis_in_marts(marts),
        "rows": rows_in_marts(tables, marts),
    }
    write_json(output, ledger)
    rulelog.log.info("books of %d tables balance", len(tables))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.input.silver, snakemake.input.gold, snakemake.output[0])
