"""What is said when a run ends: where the exposé is and five figures, or what failed, why, and what to do."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from shared import manifest, rulelog
from shared.files import read_json, write_json
from shared.numbers import number


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
        f"{number(records - silver - quarantined)} superseded or duplicate",
        f"{number(sum(ledger['rows'].values()))} order lines in the warehouse",
    ]
    for amount in money.values():
        lines.append(
            f"{number(amount['silver'], 2)} revenue, of it {number(amount['repairs'], 2, sign=True)} by repairs; "
            f"equal in {len(amount['marts'])} marts, to the cent"
        )
    segments = [segment["name"]["en"] for segment in model["segments"]]
    lines.append(f"{number(model['rows'] or 0)} customers with an order")
    lines.append(f"{len(segments)} customer segments: {', '.join(segments)}")
    return lines


def result(run: Path) -> str:
    """The closing words of a run that worked; short if only a part of it was asked for."""
    expose = run / "reports/final_expose.html"
    if not (expose.exists() and (run / "_meta/ledger.json").exists()):
        return f"\nDone. The run folder is {run}."
    shown = "\n".join(f"  {line}" for line in figures(run))
    return f"\nRun {run.name} is complete.\n{shown}\n\nThe exposé: {expose}"


def failure(run: Path, started: datetime, settings: Mapping[str, Any]) -> str:
    """The closing words of a run that failed; writes the manifest with the failed steps."""
    found = rulelog.faults(run / "_meta/logs", started.timestamp())
    failures = [{"log": path, "message": message} for path, message in found]
    if (run / "_meta").exists():
        write_json(run / "_meta/run_manifest.json", manifest.describe(run, "failed", settings, failures))
    lines = [f"\nRun {run.name} failed."]
    for entry in failures:
        step = Path(entry["log"]).relative_to(run / "_meta/logs").with_suffix("").as_posix()
        lines += [f"  {step}", f"    {entry['message']}", f"    Log: {entry['log']}"]
    if not failures:
        lines.append("  No step said why; the log above names the step, and its log file the place.")
    lines.append("  Then type the same command again: what is done stays done.")
    return "\n".join(lines)
