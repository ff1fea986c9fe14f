"""Data quality of the source tables, in records and money: what was repaired and left out, what is to be corrected."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from elt.expose.number_ledger import NumberLedger, say
from elt.report.figure_ledger import at
from elt.report.languages import LANGUAGES, in_language

SILVER = "silver/_meta/silver_metadata.yaml"
LEDGER = "_meta/ledger.json"
LEFT_OUT = ("quarantined", "superseded", "duplicates")
OUTCOMES = ("records", "silver", *LEFT_OUT, "repairs")  # columns of the table of source tables
QUALITY_PARTS = {  # figure of a source table -> where its parts stand, where it is a sum
    "records": ["files", "*", "records"],
    "quarantined": ["quarantined", "*", "records"],
    "repairs": ["repairs", "*", "records"],
}


def short_title(table: Mapping[str, Any]) -> dict[str, str]:
    """The title of a source table by language, without its remarks after the first comma."""
    return {language: in_language(table["title"], language).split(",")[0] for language in LANGUAGES}


def quality_rows(ledger: NumberLedger, tables: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row a source table: records, silver, repairs, quarantined, superseded, duplicates."""
    rows = []
    for name in sorted(tables):
        table = tables[name]
        row: dict[str, Any] = {"title": short_title(table)}
        counts = {outcome: table.get(outcome, 0) for outcome in ("records", "silver", "superseded", "duplicates")}
        counts["records"] -= table.get("erased", 0)  # how many these are stands in no published file
        counts["quarantined"] = sum(reason["records"] for reason in table.get("quarantined", []))
        counts["repairs"] = sum(repair["records"] for repair in table.get("repairs", []))
        for column, count in counts.items():
            parts = QUALITY_PARTS.get(column, [[column]])
            origin = at(SILVER, "tables", name, *parts, function="sum")
            row[column] = ledger.enter(f"quality.{name}.{column}", int(count), "count", origin)
        rows.append(row)
    return rows


def money_messages(
    ledger: NumberLedger, tables: Mapping[str, Mapping[str, Any]], accounts: Mapping[str, Any], minimum: int
) -> list[dict[str, Any]]:
    """What repairs and records left out did to each amount, and that the sum holds from the exports to the marts.

    accounts: ledger.json. An effect of fewer records than the minimum is not stated.
    """
    sentences, money = [], accounts.get("money", {})
    for key in sorted(money):
        (table, column), entry, name = key.split(".", 1), money[key], f"amount.{key}"
        if table not in tables:
            continue
        repairs = [
            repair["records"] for repair in tables[table].get("repairs", []) if column in repair.get("money", {})
        ]
        origin = at(SILVER, "tables", table, "repaired_amounts")
        figures = {
            "repaired": ledger.enter(f"{name}.repaired", tables[table]["repaired_amounts"], "count", origin),
            "records": f"quality.{table}.records",
        }
        texts = {"table": short_title(tables[table])}
        parts = {part: Decimal(str(entry.get(part, 0))) for part in ("raw", "repairs", *LEFT_OUT, "silver")}
        left_out = sum(ledger.value(f"quality.{table}.{outcome}") for outcome in LEFT_OUT)
        if parts["repairs"] and sum(repairs) < minimum:
            sentences.append(say("amount_repaired_few", figures, texts))
            continue
        figures["repairs"] = ledger.enter(f"{name}.repairs", parts["repairs"], "money", of_money(key, "repairs"), 0)
        sentences.append(say("amount_repaired", figures, texts))
        marts = entry.get("marts", {})
        removed = -sum(parts[outcome] for outcome in LEFT_OUT)
        balanced = parts["raw"] + parts["repairs"] + removed == parts["silver"]
        same = all(Decimal(str(value)) == parts["silver"] for value in marts.values())
        if not marts or not same or not balanced or 0 < left_out < minimum:
            continue
        figures |= {
            "raw": ledger.enter(f"{name}.raw", parts["raw"], "money", of_money(key, "raw"), 0),
            "silver": ledger.enter(f"{name}.silver", parts["silver"], "money", of_money(key, "silver"), 0),
            "removed": ledger.enter(f"{name}.removed", removed, "money", of_money(key, [*LEFT_OUT], times=-1), 0),
            "sums": ledger.enter(
                f"{name}.sums",
                len(marts) + proofs_of(accounts, parts["silver"]),
                "count",
                of_proofs(accounts, key, parts["silver"]),
            ),
        }
        sentences.append(say("amount_balanced", figures))
    return sentences


def of_money(key: str, part: str | list[str], **more: int) -> dict[str, Any]:
    """Where a part of the books of an amount comes from; what is not there is zero."""
    return at(LEDGER, "money", key, part if isinstance(part, list) else [part], function="sum", **more)


def of_proofs(accounts: Mapping[str, Any], key: str, amount: Decimal) -> dict[str, Any]:
    """Where the number of sums that are equal to an amount comes from: of marts, and of key figures in them."""
    proofs = [name for name, proof in accounts.get("kpis", {}).items() if Decimal(proof["total"]) == amount]
    places = [["money", key, "marts", "*"], *([["kpis", proofs, "marts", "*"]] if proofs else [])]
    return {"file": LEDGER, "paths": places, "function": "count"}


def proofs_of(accounts: Mapping[str, Any], amount: Decimal) -> int:
    """How many marts prove a key figure that is equal to an amount."""
    proofs = accounts.get("kpis", {}).values()
    return sum(len(proof["marts"]) for proof in proofs if Decimal(proof["total"]) == amount)


def effect_of(repair: Mapping[str, Any]) -> Decimal:
    """The sum of a repair's effects on all amounts of its table."""
    return sum((Decimal(value) for value in repair.get("money", {}).values()), Decimal(0))


def open_points(
    ledger: NumberLedger, tables: Mapping[str, Mapping[str, Any]], minimum: int, most: int = 5
) -> list[dict[str, Any]]:
    """What the departments should correct at the source: most amount at stake first, then most records.

    Each reason for quarantine and each repair is a point; counts are of records, not of people. The effect on amounts
    is named only from the minimum of records on: that of a few lines would tell what a customer paid. What is not named
    decides on no place either: such points come last, by records.
    """
    points = []
    for name in sorted(tables):
        table = tables[name]
        for kind, entries in (("quarantined", table.get("quarantined", [])), ("repaired", table.get("repairs", []))):
            for number, entry in enumerate(entries, start=1):
                if records := int(entry["records"]):
                    stated = effect_of(entry) if records >= minimum else Decimal(0)
                    points.append((stated, records, name, kind, number, entry["why"]))
    points.sort(key=lambda point: (-abs(point[0]), -point[1], point[2:5]))
    sentences = []
    for effect, records, name, kind, number, why in points[:most]:
        key = f"open.{name}.{kind}.{number}"
        row = ("tables", name, "repairs" if kind == "repaired" else kind, number - 1)
        figures = {
            "records": ledger.enter(f"{key}.records", records, "count", at(SILVER, *row, "records")),
            "of": f"quality.{name}.records",
        }
        is_stated = bool(effect)
        if is_stated:
            origin = at(SILVER, *row, "money", "*", function="sum")
            figures["effect"] = ledger.enter(f"{key}.effect", effect, "money", origin, 0)
        texts = {
            "department": tables[name].get("department") or short_title(tables[name]),
            "table": short_title(tables[name]),
        }
        sentences.append(say(f"open_{kind}{'_money' if is_stated else ''}", figures, texts | {"why": why}))
    return sentences


def gap_points(gaps: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The question that each message about a category that ends early raises."""
    kind = {True: "open_gap", False: "open_gap_month"}
    return [say(kind["day" in gap["figures"]], gap["figures"], gap["texts"]) for gap in gaps]
