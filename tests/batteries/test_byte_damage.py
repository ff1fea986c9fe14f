"""One byte flipped, deleted or doubled, and files cut anywhere: a refusal, or a table whose books are right."""

import random
from collections import Counter
from functools import cache

import pytest
from conftest import ROOT
from pollution_base import SOURCES, base, written
from verdicts import money_faults, run

import silver_table
from elt.faults import Fault

pytestmark = pytest.mark.slow

RECORDS = 100
POSITIONS = 40
CUTS = 100
WAYS = {
    "flipped": "one bit of a byte flipped",
    "deleted": "a byte deleted",
    "doubled": "a byte doubled",
    "cut": "file cut off",
}


def small(table: str) -> bytes:
    """The first records of a table's file."""
    b = base(table)
    return written(b, b.lines[: RECORDS + 1])


def damage(raw: bytes, at: int, way: str) -> bytes:
    """The file with the byte at a position flipped (one bit), deleted or doubled."""
    middle = {"flipped": bytes([raw[at] ^ 1 << at % 8]), "deleted": b"", "doubled": raw[at : at + 1] * 2}[way]
    return raw[:at] + middle + raw[at + 1 :]


def verdict(table: str, raw: bytes) -> tuple[str, list[str]]:
    """(accepted, refused or crashed; what is wrong with that): the books of an accepted file, the words of a refusal."""
    try:
        found = run(table, raw, budget=1.0)
    except Fault as fault:
        is_mendable = "people" in str(fault) and fault.remedy and fault.remedy != "Report this"
        return "refused", [] if is_mendable else [f"no refusal that helps: {fault}"]
    except Exception as error:  # the battery is about these
        return "crashed", [f"{type(error).__name__}: {error}"]
    summary = found.summary
    parts = [summary[outcome] for outcome in ("silver", "superseded", "duplicates")] + [len(found.quarantine)]
    counted = len(found.rows("data")) + len(found.rows("quarantine")) + summary["superseded"] + summary["duplicates"]
    problems = money_faults(found, base(table))
    if not summary["records"] == sum(parts) == counted:
        problems.append(f"{summary['records']} records in, {parts} in the books, {counted} in the files")
    return "accepted", problems


def damaged(table: str, way: str) -> dict[str, bytes]:
    """Name of the damage -> file: a byte at seeded positions, or cuts at offsets spread evenly."""
    raw = small(table)
    if way == "cut":
        return {f"cut at {at}": raw[:at] for at in (round(turn * (len(raw) - 1) / (CUTS - 1)) for turn in range(CUTS))}
    positions = random.Random(f"{table} {way}").sample(range(len(raw)), POSITIONS)
    return {f"byte {at} {way}": damage(raw, at, way) for at in positions}


@cache
def verdicts(table: str, way: str) -> dict[str, tuple[str, list[str]]]:
    """Name of the damage -> verdict."""
    return {name: verdict(table, raw) for name, raw in damaged(table, way).items()}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("table", SOURCES)
def test_a_damaged_file_is_refused_or_leaves_the_books_right(table, way):
    found = verdicts(table, way)
    assert len(found) == (CUTS if way == "cut" else POSITIONS)
    assert {name: problems for name, (_, problems) in found.items() if problems} == {}


def test_the_document_states_the_counts_that_are_measured():
    words = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
    rows = []
    for way in WAYS:
        outcomes = Counter(outcome for table in SOURCES for outcome, _ in verdicts(table, way).values())
        counts = (outcomes.total(), *(outcomes[name] for name in ("accepted", "refused", "crashed")))
        rows.append(f"| {WAYS[way]} | {' | '.join(f'{count:,}' for count in counts)} |")
    assert [row for row in rows if row not in words] == [], "the table must be:\n" + "\n".join(rows)


def test_the_battery_sees_records_that_are_lost(monkeypatch):
    """Red once: a reader that drops broken records without a word, and a ledger that nobody checks."""
    raw = small("crm_sales") + b",\n,\n"  # two records with fewer cells
    assert verdict("crm_sales", raw) == ("accepted", [])
    keep = silver_table.scan.scan
    monkeypatch.setattr(silver_table.scan, "scan", lambda *given: (keep(*given)[0], []))
    assert "accounted for" in verdict("crm_sales", raw)[1][0]
    monkeypatch.setattr(silver_table, "check_ledger", lambda *given: None)
    assert verdict("crm_sales", raw)[1] == ["102 records in, [100, 0, 0, 0] in the books, 100 in the files"]


def test_the_battery_sees_an_exception_that_is_no_message(monkeypatch):
    """Red once: a reader that trusts every cell to be text."""
    monkeypatch.setattr(silver_table.scan, "scan", lambda *given: b"\xff".decode())
    outcome, (words,) = verdict("crm_sales", small("crm_sales"))
    assert (outcome, words.partition(":")[0]) == ("crashed", "UnicodeDecodeError")
