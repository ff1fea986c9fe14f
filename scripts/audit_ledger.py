"""The books of the run: every record and every cent from bronze to the marts; stops the run if they do not balance.

Inputs: silver/_meta/tables/*.json, silver/_meta/references/*.json, gold/_meta/marts/*.json, the words of silver.
Outputs: _meta/ledger.json.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.faults import Fault
from elt.files import gathered, write_json
from elt.gold.metadata import BuiltMart
from elt.report import assumptions
from elt.report.words import read_all
from elt.run.input_fingerprint import input_fingerprint
from elt.run.mart import MartLedger
from elt.silver.reference_text import with_references

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

OUTCOMES = ("silver", "superseded", "duplicates", "erased")  # of a record, quarantine apart


def books(found: Mapping[str, Any]) -> dict[str, int]:
    """Where the records of one table are; raises Fault if one is missing."""
    booked = {outcome: found[outcome] for outcome in OUTCOMES}
    booked["quarantined"] = sum(reason["records"] for reason in found["quarantined"])
    if (total := sum(booked.values())) != found["records"]:
        raise Fault(found["name"], f"{found['records']} records came in, {total} are booked", "Report this")
    return {"records": found["records"], **booked}


def money_of(found: Mapping[str, Any], field: str) -> dict[str, Any]:
    """The way of one amount from raw to silver, with the effect of each repair; raises Fault if it does not add up."""
    parts = found["money"][field]
    effects = [
        {"why": repair["why"], "records": repair["records"], "amount": repair["money"][field]}
        for repair in found["repairs"]
        if field in repair["money"]
    ]
    came = Decimal(parts["raw"]) + sum(Decimal(effect["amount"]) for effect in effects)
    left = sum(Decimal(parts[outcome]) for outcome in ("quarantined", *OUTCOMES))
    if came != left:
        problem = f"{field}: raw and repairs make {came}, silver and what did not reach it {left}"
        raise Fault(found["name"], problem, "Report this")
    return {**parts, "effects": effects}


def left_out(mart: BuiltMart, column: str) -> Decimal:
    """The amount of the records of silver that are no rows of a mart for a reason that marts.yaml states."""
    if mart.ledger.left_out is None or mart.source is None:
        return Decimal(0)
    table = mart.source.get("tables", {}).get(mart.ledger.table, {})
    return Decimal(table.get("amounts", {}).get(column, {}).get("left_out", 0))


def money_in_marts(tables: Mapping[str, Any], marts: Sequence[BuiltMart]) -> dict[str, dict[str, Any]]:
    """Amount (table.field) -> its way from raw to silver and its sum in every mart that carries it; raises Fault."""
    money: dict[str, dict[str, Any]] = {
        f"{name}.{field}": {**money_of(found, field), "marts": {}}
        for name, found in tables.items()
        for field in found["money"]
    }
    for mart in marts:
        for column, field in mart.ledger.money.items():
            amount, where = money.get(f"{mart.ledger.table}.{field}"), f"mart {mart.name}"
            if amount is None:
                problem = f"its ledger names {field}, which no contract marks as money"
                raise Fault(where, problem, "Correct marts.yaml")
            total, rounding = mart.money[column], mart.rounded.get(column)
            expected = Decimal(amount["silver"]) + Decimal(rounding or 0) - left_out(mart, column)
            if Decimal(total) != expected:
                problem = f"the sum of {column} is {total}, the silver table has {amount['silver']}"
                raise Fault(where, problem, "Look for lines that the mart loses or doubles")
            amount["marts"][f"{mart.name}.{column}"] = total
            if rounding is not None:
                amount.setdefault("rounded", {})[f"{mart.name}.{column}"] = rounding
    return money


def kpis_in_marts(marts: Sequence[BuiltMart]) -> dict[str, dict[str, Any]]:
    """Key figure -> its value over all order lines and its sum in every mart that proves it; raises Fault."""
    found: dict[str, dict[str, Any]] = {}
    for mart in marts:
        for column, proof in mart.kpis.items():
            entry = found.setdefault(proof["kpi"], {"total": proof["total"], "marts": {}})
            total = mart.money[column]
            if not Decimal(total) == Decimal(proof["total"]) == Decimal(entry["total"]):
                problem = f"the sum of {column} is {total}, {proof['kpi']} over all order lines is {proof['total']}"
                raise Fault(f"mart {mart.name}", problem, "Look for lines that the mart loses or doubles")
            entry["marts"][f"{mart.name}.{column}"] = total
    return found


def rows_in_marts(tables: Mapping[str, Any], marts: Sequence[BuiltMart]) -> dict[str, int]:
    """Rows of the marts that must hold every record of a silver table; raises Fault otherwise."""
    rows = {}
    for mart in marts:
        if mart.ledger.rows == "all" and mart.ledger.table:
            expected = tables[mart.ledger.table]["silver"]
            if mart.rows != expected:
                problem = f"has {mart.rows} rows, silver has {expected}"
                raise Fault(
                    f"mart {mart.name}", problem, "Check the SQL of the mart, or the roles that it is drawn from"
                )
            rows[mart.name] = expected
    return rows


def order_lines(marts: Sequence[BuiltMart]) -> dict[str, Any]:
    """Where the order lines come from, as gold found it; empty if there are none."""
    return next((dict(mart.source) for mart in marts if mart.source is not None), {})


def main(
    silver: Iterable[str],
    references: Iterable[str],
    gold: Iterable[str],
    words: Iterable[str],
    ledgers: Mapping[str, MartLedger],
    minimum_group: int,
    output: str,
) -> None:
    """Balance the books and write them; `ledgers`: what marts.yaml states of each mart; `words`: those of silver."""
    tables, built = with_references(gathered(silver), gathered(references), read_all(words)), gathered(gold)
    marts = [BuiltMart.of(name, ledgers[name], built[name]) for name in ledgers]
    records = {name: books(found) for name, found in tables.items()}
    money, rows, lines = money_in_marts(tables, marts), rows_in_marts(tables, marts), order_lines(marts)
    was_compared = bool(rows) or any(amount["marts"] for amount in money.values()) or lines.get("is_traced", False)
    contradicted = assumptions.of_all(tables, {name: built[name] for name in ledgers})
    ledger = {
        "balanced": True if was_compared else None,  # nothing is called balanced that was compared with nothing
        "input_fingerprint": input_fingerprint(tables),
        "tables": records,
        "money": money,
        "kpis": kpis_in_marts(marts),
        "rows": rows,
        "order_lines": lines,
        "assumptions": [assumptions.published(entry, minimum_group) for entry in contradicted],
    }
    write_json(output, ledger)
    how = "balance" if was_compared else "were compared with no mart"
    rulelog.log.info("books of %d tables %s", len(tables), how)


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, told = snakemake.input, snakemake.params
    main(
        given.silver,
        given.references,
        given.gold,
        given.words,
        told.ledgers,
        told.minimum_group,
        snakemake.output[0],
    )
