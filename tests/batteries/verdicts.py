"""What the engine makes of a polluted file, held against what the file truly says."""

import csv
import io
import re
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import one_table
from one_table import Cleaned
from pollution import Variant, variants
from pollution_base import CANARY, Base, Reading, base, written
from pollution_truth import true_rows

from elt.faults import Fault

OUTCOMES = ("same", "accounted", "refused", "vague", "excess", "wrong", "crash")
BUDGET = 0.1  # of a table's records; what leaves more of them in quarantine counts as refused
PLACE = re.compile(r"\blines? \d|\brecords? \d|\bcolumn .+ (of the contract|stands)|\(column \d+\)|\bfirst line\b")


@dataclass(frozen=True)
class Verdict:
    """The outcome of a variant and why.

    same: silver equals that of the clean file, quarantine is empty. accounted: silver holds just what the file says
    without the records in quarantine, which the file spoiled. refused: a Fault that names file, place and remedy.
    vague: a Fault that does not, or quotes a cell. excess: sound records are in quarantine too. wrong: silver or the
    books differ from the truth. crash: any other exception.
    """

    outcome: str
    why: str


def secrets(b: Base) -> set[str]:
    """Contents of cells that no message may quote."""
    known = " ".join([b.table, str(b.contract)])
    return {CANARY} | {cell for row in b.rows for cell in row if len(cell) > 4 and cell not in known}


@cache
def cell_pattern(table: str) -> re.Pattern[str]:
    """Finds the content of any cell of a table."""
    return re.compile("|".join(map(re.escape, sorted(secrets(base(table))))), re.IGNORECASE)


def spoiled_lines(variant: Variant) -> range:
    """Lines of a file in which the damage must lie: those between what it shares at both ends with the clean file."""
    b = base(variant.table)
    lines, clean = (re.split(rb"\r\n|\r|\n", raw) for raw in (variant.raw, written(b, b.lines)))
    same = [one == other for one, other in zip(lines, clean, strict=False)]
    same_at_end = [one == other for one, other in zip(lines[::-1], clean[::-1], strict=False)]
    first = [*same, False].index(False) + 1
    return range(first, max(first, len(lines) - [*same_at_end, False].index(False)) + 1)


def refusal(variant: Variant, fault: Fault) -> Verdict:
    """Whether a message names the file, the place (if a line, the right one) and the remedy and quotes no cell."""
    message = str(fault)
    named = {int(line) for line in re.findall(r"\bline (\d+)", message)}
    lacking = [
        word
        for word, is_there in {
            "file": "people.csv" in message,
            "place": not variant.has_place or PLACE.search(message),
            "right line": not (named and variant.has_place) or named & set(spoiled_lines(variant)),
            "remedy": fault.remedy and fault.remedy in message,
            "silence about cells": not cell_pattern(variant.table).search(message),
        }.items()
        if not is_there
    ]
    return Verdict("vague", f"lacks {', '.join(lacking)}: {message}") if lacking else Verdict("refused", message)


def money_faults(found: Cleaned, b: Base) -> list[str]:
    """Amounts whose books do not balance, or miss the sum of what stands in silver."""
    faults = []
    for name, parts in found.summary["money"].items():
        amount = {part: Decimal(value) for part, value in parts.items()}
        written_sum = sum((Decimal(row[name]) for row in found.rows("data")), Decimal(0))
        left = sum(amount[part] for part in ("silver", "quarantined", "superseded", "duplicates"))
        if amount["raw"] + amount["repairs"] != left or amount["silver"] != written_sum:
            faults.append(f"money in {name} does not balance")
    return faults


def against(reading: Reading, variant: Variant, found: Cleaned) -> Verdict:
    """The verdict on an accepted file if this reading is what the file says."""
    b = base(variant.table)
    bad = [number for number, _ in found.quarantine]
    if found.summary["records"] != len(reading):
        return Verdict("wrong", f"{found.summary['records']} records counted, there are {len(reading)}")
    if len(set(bad)) != len(bad) or not set(bad) <= set(range(1, len(reading) + 1)):
        return Verdict("wrong", f"quarantine lists {bad}")
    unseen = [n for n, cells in enumerate(reading, 1) if cells is None and n not in bad]
    if unseen:
        return Verdict("wrong", f"record {unseen[0]} has no reading and is not in quarantine")
    silver = sorted(tuple(row.values()) for row in found.rows("data"))
    why = "?"
    for seen_too in (set(), set(bad)):
        rows, superseded, duplicates = true_rows(b, reading, set(bad), seen_too)
        counts = [found.summary[part] for part in ("silver", "superseded", "duplicates")]
        if silver == sorted(rows) and counts == [len(rows), superseded, duplicates]:
            break
        only = sorted(set(silver) - set(rows)), sorted(set(rows) - set(silver))
        why = f"{len(only[0])} rows only in silver, {len(only[1])} missing; counts {counts}, true {[len(rows), superseded, duplicates]}; {[part[:2] for part in only]}"
    else:
        return Verdict("wrong", why)
    if faults := money_faults(found, b):
        return Verdict("wrong", "; ".join(faults))
    if found.table == clean_table(variant.table) and not bad:
        return Verdict("same", "")
    keys = Counter(tuple(cells[: len(b.contract["primaryKey"])]) for cells in reading if cells)
    sound = [
        n for n in bad if reading[n - 1] in b.rows and keys[tuple(reading[n - 1][: len(b.contract["primaryKey"])])] == 1
    ]
    return (
        Verdict("excess", f"records {sound[:5]} are sound and in quarantine")
        if sound
        else Verdict("accounted", str(bad))
    )


def run(table: str, raw: bytes, budget: float = BUDGET) -> "Kept":
    """A file of one of the six tables through bronze and silver; raises what the engine raises."""
    return run_contract({**base(table).contract, "name": "people"}, raw, budget)


def run_contract(contract: dict[str, Any], raw: bytes, budget: float) -> "Kept":
    """A file through bronze and silver in a folder of its own; raises what the engine raises.

    What silver holds is read before the folder goes.
    """
    folder = Path(tempfile.mkdtemp(prefix="polluted"))
    try:
        return Kept(one_table.clean(folder, contract, raw, budget=budget))
    finally:
        shutil.rmtree(folder)


class Kept(Cleaned):
    """A cleaned table held in memory."""

    def __init__(self, found: Cleaned) -> None:
        super().__init__(found.folder, found.summary)
        self.parts = {}
        for part in ("data", "quarantine", "changes"):
            path = found.folder / "silver" / part / "people.csv"
            self.parts[part] = path.read_bytes().decode("utf-8")

    def rows(self, part: str) -> list[dict[str, str]]:
        """The rows of data, quarantine or changes."""
        before = csv.field_size_limit(1 << 24)
        try:
            return list(csv.DictReader(io.StringIO(self.parts[part], newline="")))
        finally:
            csv.field_size_limit(before)

    @property
    def table(self) -> str:
        """The silver table as written."""
        return self.parts["data"]


@cache
def clean_table(table: str) -> str:
    """Silver of the table as the sample has it, as bytes that the engine wrote."""
    b = base(table)
    return run(table, written(b, b.lines)).table


def verdict_of(variant: Variant) -> Verdict:
    """The best verdict over the readings of a variant."""
    try:
        found = run(variant.table, variant.raw)
    except Fault as fault:
        return refusal(variant, fault)
    except Exception as error:
        return Verdict("crash", f"{type(error).__name__}: {error}"[:300])
    verdicts = [against(reading, variant, found) for reading in variant.readings]
    return min(verdicts, key=lambda verdict: OUTCOMES.index(verdict.outcome))


@cache
def verdicts(kind: str) -> tuple[tuple[Variant, Verdict], ...]:
    """All variants of a class with their verdicts."""
    return tuple((variant, verdict_of(variant)) for variant in variants(kind))


def table(kinds: list[str]) -> list[str]:
    """Markdown: one row a class with its variants by outcome, and their sum."""
    lines = [
        "| class | variants | same | accounted | refused | wrong | crash | usable |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    total: Counter[str] = Counter()
    for kind in kinds:
        counts = Counter(verdict.outcome for _, verdict in verdicts(kind))
        total += counts
        lines.append(table_row(kind, counts))
    return [*lines, table_row("**all**", total)]


def table_row(kind: str, counts: Counter[str]) -> str:
    """One row of the table."""
    usable = (counts["same"] + counts["accounted"]) / counts.total()
    cells = (
        kind,
        f"{counts.total():,}",
        *(f"{counts[o]:,}" for o in ("same", "accounted", "refused", "wrong", "crash")),
        f"{usable:.0%}",
    )
    return f"| {' | '.join(cells)} |"
