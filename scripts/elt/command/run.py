"""What is said when a run ends: where the exposé is and five figures, or what failed, why, and what to do."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from elt import system_faults
from elt.files import CLOSED, PRIVATE, read_json, write_json
from elt.report import assumptions
from elt.report.numbers import decimals_of, number
from elt.report.words import read
from elt.run import declared, last_call, manifest, run_folders, steps

WORDS = Path(__file__).parents[2] / "templates" / "assumptions.en.yaml"
CENTS = 2  # decimals


def figures(run: Path) -> list[str]:
    """Five figures worth knowing, from ledger and model metadata."""
    ledger, model = (
        read_json(run / "_meta/ledger.json"),
        read_json(run / "step3_segmentation/_meta/model_metadata.json"),
    )
    tables, money = ledger["tables"].values(), ledger["money"]
    records, silver, quarantined = (sum(t[key] for t in tables) for key in ("records", "silver", "quarantined"))
    lines = [
        f"{number(records)} raw records: {number(silver)} clean, {number(quarantined)} in quarantine, "
        f"{number(records - silver - quarantined)} superseded, duplicate or erased",
        f"{number(ledger['order_lines']['lines'])} order lines in the warehouse",
    ]
    for name, amount in money.items():
        repaired = f"of it {number(amount['repairs'], decimals_of(amount['repairs']), sign=True)} by repairs"
        lines.append(f"{number(amount['silver'], decimals_of(amount['silver']))} in {name}, {repaired}")
    for name, proof in ledger["kpis"].items():
        decimals = decimals_of(proof["total"])
        exact = "to the cent" if decimals == CENTS else f"to the last of {decimals} decimals"
        lines.append(f"{number(proof['total'], decimals)} {name}, equal in {len(proof['marts'])} marts, {exact}")
    return [*lines, customers_line(model)]


def customers_line(model: Mapping[str, Any]) -> str:
    """How many customers ordered, and their segments; few customers are not counted, and all in one are no segments."""
    rows, names = model["rows"], [segment["name"]["en"] for segment in model["segments"]]
    customers = f"fewer than {model['minimum_group']}" if rows is None else number(rows)
    segments = f"{len(names)} segments: {', '.join(names)}" if len(names) > 1 else "no segments"
    return f"{customers} customers with an order, {segments}"


def contradictions(run: Path) -> list[str]:
    """A line for every assumption that the data contradict, with count and amount."""
    words = read(WORDS)
    return [assumptions.sentence(words, entry) for entry in read_json(run / "_meta/ledger.json")["assumptions"]]


def result(run: Path, *, is_complete: bool = True) -> str:
    """The closing words of a run that worked; short if only a part of it was asked for, or not all of it is made."""
    expose = run / "reports/final_expose.html"
    if not (expose.exists() and (run / "_meta/ledger.json").exists()):
        return f"\nDone. The run folder is {run}."
    if run_folders.unpublished(run):
        return f"\nDone. What was made lies in {run / CLOSED}; it is not searched and published yet."
    if not is_complete:
        rest = "the run as a whole is not complete, and a call without a target makes the rest"
        return f"\nDone. The run folder is {run}; {rest}."
    shown = "\n".join(f"  {line}" for line in figures(run))
    against = "".join(f"\n  {line}" for line in contradictions(run))
    said = f"\n\nThe data contradict what was assumed:{against}" if against else ""
    return f"\nRun {run.name} is complete.\n{shown}{said}\n\nThe exposé: {expose}"


def is_untouched(run: Path, failures: Sequence[Mapping[str, str]]) -> bool:
    """Whether nothing failed but copies made on request, and a complete run is still as its manifest says."""
    if not all(entry["step"].startswith(steps.ON_REQUEST) for entry in failures):
        return False
    stated = manifest.stated(run)
    return stated is not None and stated["status"] == "complete" and not manifest.unlike(run, stated)


def unproved(run: Path, names: Iterable[str]) -> list[str]:
    """Why a run that has come to its end is not complete, a line a reason: no manifest, or one that does not fit.

    `names`: paths in the run of the files that its rules declare.
    """
    stated = manifest.stated(run)
    if stated is None or stated["status"] != "complete":
        return [f"{manifest.NAME} is missing, or not as it was written"]
    left_out = sorted({name for name in names if not manifest.is_apart(name)} - stated["files"].keys())
    others = {"are not in the manifest": left_out, "are not as the manifest says": manifest.unlike(run, stated)}
    return [f"{len(found)} files {what}: {declared.listed(found)}" for what, found in others.items() if found]


def failure(run: Path, config: Mapping[str, Any], started: datetime, names: Iterable[str] = ()) -> str:
    """The closing words of a run that failed; writes the manifest with the failed steps, if the run has failed.

    `names`: paths in the run of the files that its rules declare.
    """
    failures = steps.failures(run, started.timestamp())
    is_whole = is_untouched(run, failures)
    with system_faults.noted() as unwritten:
        if (run / "_meta").exists() and not is_whole:
            content = manifest.describe(run, "failed", config, names, failures, sources=last_call.sources(run))
            write_json(run / manifest.NAME, content, PRIVATE)
        if (run / manifest.IDENTITY).exists():
            last_call.close(run, "complete" if is_whole else "failed")
    ended = "is complete as it was; what was asked for on top of it failed" if is_whole else "failed"
    lines = [f"\nRun {run.name} {ended}."]
    for entry in failures:
        lines += [f"  {entry['step']}", f"    {entry['message']}", f"    Log: {entry['log']}"]
    if (run / manifest.RAW_FILE_NAMES).exists():
        lines.append(f"  A raw file with a number is the one that {run / manifest.RAW_FILE_NAMES} names (protected).")
    lines += [f"  The manifest could not be written: {words}" for words in unwritten]
    if not failures:
        lines.append("  No step said why; the log above names the step, and its log file the place.")
    lines.append("  Then type the same command again: what is done stays done.")
    return "\n".join(lines)
