"""One byte flipped, deleted or doubled, and files cut anywhere: a refusal, or a table whose books are right."""

import random

import pytest
from pollution import SOURCES, base, written
from verdicts import money_faults, run

from shared.faults import Fault

RECORDS = 100
POSITIONS = 60
CUTS = 200


def small(table: str) -> bytes:
    """The first records of a table's file."""
    b = base(table)
    return written(b, b.lines[: RECORDS + 1])


def damage(raw: bytes, at: int, way: str) -> bytes:
    """The file with the byte at a position flipped (one bit), deleted or doubled."""
    middle = {"flipped": bytes([raw[at] ^ 1 << at % 8]), "deleted": b"", "doubled": raw[at : at + 1] * 2}[way]
    return raw[:at] + middle + raw[at + 1 :]


def faults(table: str, raw: bytes) -> list[str]:
    """What is wrong with the books of an accepted file; none for one that is refused with a Fault."""
    try:
        found = run(table, raw, budget=1.0)
    except Fault as fault:
        return [] if "people" in str(fault) and fault.remedy else [f"no file or remedy: {fault}"]
    summary = found.summary
    parts = [summary[fate] for fate in ("silver", "superseded", "duplicates")] + [len(found.quarantine)]
    counted = len(found.rows("data")) + len(found.rows("quarantine")) + summary["superseded"] + summary["duplicates"]
    problems = money_faults(found, base(table))
    if not summary["records"] == sum(parts) == counted:
        problems.append(f"{summary['records']} records in, {parts} in the books, {counted} in the files")
    return problems


def found_faults(table: str, damaged: dict[str, bytes]) -> dict[str, list[str]]:
    """Name of the damage -> faults, for those that have any; an unexpected exception is one."""
    found = {}
    for name, raw in damaged.items():
        try:
            problems = faults(table, raw)
        except Exception as error:  # the battery is about these
            problems = [f"{type(error).__name__}: {error}"]
        if problems:
            found[name] = problems
    return found


@pytest.mark.parametrize("way", ["flipped", "deleted", "doubled"])
@pytest.mark.parametrize("table", SOURCES)
def test_a_damaged_byte_is_refused_or_leaves_the_books_right(table, way):
    raw = small(table)
    positions = random.Random(f"{table} {way}").sample(range(len(raw)), POSITIONS)
    assert found_faults(table, {f"byte {at} {way}": damage(raw, at, way) for at in positions}) == {}


@pytest.mark.parametrize("table", SOURCES)
def test_a_file_cut_anywhere_is_refused_or_leaves_the_books_right(table):
    raw = small(table)
    offsets = {round(turn * (len(raw) - 1) / (CUTS - 1)) for turn in range(CUTS)}
    assert len(offsets) == CUTS
    assert found_faults(table, {f"cut at {at}": raw[:at] for at in sorted(offsets)}) == {}


def test_the_battery_sees_a_record_that_is_lost(monkeypatch):
    """Red once: a reader that drops broken records without a word, and books that nobody checks."""
    import silver_table

    keep = silver_table.sources.scan
    monkeypatch.setattr(silver_table.sources, "scan", lambda *given: (keep(*given)[0], []))
    monkeypatch.setattr(silver_table.accounting, "check_ledger", lambda *given: None)
    assert found_faults("crm_sales", {"a delimiter more": small("crm_sales") + b",\n"})
