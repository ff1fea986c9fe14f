"""The log of a rule: records, warnings and faults go to its file, never the content of a cell.

Output of a script goes to the log file alone. A `Fault` is written to the log as its message and nothing
else. Any other exception may quote data in its text, so the log keeps its type and the places in
the code that led there, and the full traceback goes to a file in a protected layer.
"""

import logging
import os
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from shared.faults import Fault
from shared.files import write_text

FAULT_MARK = "FAULT "
log = logging.getLogger("pipeline")


def start(snakemake: Any) -> None:
    """Send standard output, standard error, warnings and exceptions of this process to the rule's log."""
    path = Path(snakemake.log[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s", force=True)
    logging.captureWarnings(True)
    run = path.parts[: path.parts.index("_meta")] if "_meta" in path.parts else path.parts[:1]
    crash = Path(*run, "bronze", "_meta", "tracebacks", f"{snakemake.rule}.{path.stem}.txt")

    def record(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, Fault):
            sys.stderr.write(f"{FAULT_MARK}{error}\n")
            return
        write_text(crash, "".join(traceback.format_exception(kind, error, trace)))
        for frame in traceback.extract_tb(trace):
            sys.stderr.write(f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}\n")
        sys.stderr.write(
            f"{FAULT_MARK}{snakemake.rule}: unexpected {kind.__name__}. The text of the error may quote data and "
            f"is in {crash} (protected). Please report it. Nothing was written.\n"
        )

    sys.excepthook = record


def faults(folder: Path, since: float) -> list[tuple[str, str]]:
    """(log file, message) of every fault that the logs in `folder` have recorded since a time (epoch seconds)."""
    found = []
    for path in sorted(folder.rglob("*.log")):
        if path.stat().st_mtime >= since:
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                if line.startswith(FAULT_MARK):
                    found.append((str(path), line.removeprefix(FAULT_MARK)))
    return found
