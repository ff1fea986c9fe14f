"""The steps of a run, for its manifest: what is done and by which code, what has failed, what was cut off."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from elt import rulelog
from elt.files import sha256

LOGS, BENCHMARKS = "_meta/logs", "_meta/benchmarks"
RECORDS = (LOGS, BENCHMARKS)
TRACEBACKS = "bronze/_meta/tracebacks"
CLOSING = "audit_manifest"  # its records are not whole when it writes the manifest
ON_REQUEST = (
    "warehouse_",
    "release_",
    "audit_provenance",
    "expose_pdf",
)  # steps whose files are made when asked for; their failure is not the run's
CUT_OFF = "was cut off: it has not ended, and said nothing"


def made(
    known: Mapping[str, Mapping[str, Any]], versions: Mapping[str, str], failures: Sequence[Mapping[str, str]]
) -> dict[str, dict[str, Any]]:
    """Step -> its status, and of one that is done the hashes of its code and params.

    `known`: receipts by path. Where a step was made with other versions than those at hand, it has them too.
    """
    found: dict[str, dict[str, Any]] = {}
    for receipt in known.values():
        if "job" in receipt:
            facts = {"status": "done", "code": receipt.get("code"), "params": receipt.get("params")}
            others = receipt.get("versions") not in (None, dict(versions))
            found[str(receipt["job"])] = facts | ({"versions": receipt["versions"]} if others else {})
    for failure in failures:
        found[failure["step"]] = {"status": "cut off" if failure["message"] == CUT_OFF else "failed"}
    return dict(sorted(found.items()))


def records(run: Path) -> dict[str, str]:
    """Path in the run -> SHA-256 of the logs, benchmarks and tracebacks of all steps.

    A traceback may quote a value, which its hash gives nobody to guess: each ends in random digits.
    """
    paths = (path for folder in (*RECORDS, TRACEBACKS) for path in (run / folder).rglob("*") if path.is_file())
    names = {path.relative_to(run).as_posix() for path in paths}
    return {name: sha256(run / name) for name in sorted(names)}


def is_lasting(name: str) -> bool:
    """Whether a record stays as it is after the manifest: that of the closing step is not whole by then, and a step on
    request removes its traceback when it is asked for again."""
    return f"/{CLOSING}." not in name and not name.startswith(tuple(f"{TRACEBACKS}/{step}" for step in ON_REQUEST))


def of_log(run: Path, path: Path) -> str:
    """The step that a log belongs to."""
    return path.relative_to(run / LOGS).as_posix().removesuffix(".log")


def begun(run: Path, since: float) -> Iterator[Path]:
    """Logs of the steps that have begun since a time (epoch seconds), sorted."""
    for path in sorted((run / LOGS).rglob("*.log")):
        if path.stat().st_mtime >= since:
            yield path


def failures(run: Path, since: float) -> list[dict[str, str]]:
    """Step, log and message of every fault since a time, and of every step that has begun and not ended.

    Snakemake writes the benchmark of a step when it has ended well.
    """
    said = [
        {"step": of_log(run, Path(log)), "log": log, "message": message}
        for log, message in rulelog.faults(run / LOGS, since)
    ]
    known = {entry["step"] for entry in said}
    for log in begun(run, since):
        step = of_log(run, log)
        benchmark = run / BENCHMARKS / f"{step}.tsv"
        if step not in known and not (benchmark.exists() and benchmark.stat().st_mtime >= since):
            said.append({"step": step, "log": str(log), "message": CUT_OFF})
    return sorted(said, key=lambda entry: entry["step"])
