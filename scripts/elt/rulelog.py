"""The log of a rule: records, warnings and faults go to its file, never the content of a cell.

A `Fault`, and what the operating system refuses, is written to the log as its message and nothing else. Any other
exception may quote data in its text, and so may what libraries print. Of such an exception the log keeps its type and
the places in the code that led there; the full traceback and what was printed go to a file in a protected layer.
"""

import atexit
import contextlib
import logging
import os
import resource
import secrets
import sys
import tempfile
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from elt import receipts, system_faults
from elt.faults import Fault
from elt.files import PRIVATE, write_json, write_text

FAULT_MARK = "FAULT "
SALT = "Random, so that the hash of this text, which others may read, gives nobody to guess it: "
SALT_BYTES = 32
MEASURED = "ELT_MEASURED"  # names a folder in which each script leaves what it used; tests/batteries/benchmark.py
log = logging.getLogger("pipeline")


def leave_usage(folder: str, rule: str) -> None:
    """Write seconds of processor and largest resident set (KiB; on a warm worker with what it shares) of this process.

    In no file of the run: they differ each time, and everything published is the same bytes each time.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    content = {"rule": rule, "processor": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss}
    write_json(Path(folder) / f"{rule}.{os.getpid()}.json", content)


def start(snakemake: Any) -> None:
    """Send log records, warnings and exceptions of this process to the rule's log; what is printed stays apart.

    Then the job's inputs are compared with their receipts; raises Fault for one that its job has not written so.
    """
    path = Path(snakemake.log[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    stream = os.fdopen(descriptor, "w", encoding="utf-8", buffering=1)
    printed = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115 (nameless, and gone with the process)
    for output in (sys.stdout, sys.stderr):
        output.flush()
        os.dup2(printed.fileno(), output.fileno())
    logging.basicConfig(stream=stream, level=logging.INFO, format="%(levelname)s %(message)s", force=True)
    logging.captureWarnings(capture=True)
    run = path.parts[: path.parts.index("_meta")] if "_meta" in path.parts else path.parts[:1]
    crash = Path(*run, "bronze", "_meta", "tracebacks", f"{snakemake.rule}.{path.stem}.txt")
    crash.unlink(missing_ok=True)
    if MEASURED in os.environ:
        atexit.register(leave_usage, os.environ[MEASURED], snakemake.rule)

    def record(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if known := error if isinstance(error, Fault) else system_faults.fault(error):
            with contextlib.suppress(OSError):  # where the disk is full the log is, too; the closing words tell it
                stream.write(f"{FAULT_MARK}{' '.join(str(known).split())}\n")
            return
        sys.stderr.flush()
        printed.seek(0)
        text = "".join(traceback.format_exception(kind, error, trace)) + printed.read().decode("utf-8", "replace")
        text += f"\n{SALT}{secrets.token_hex(SALT_BYTES)}\n"
        try:
            write_text(crash, text)
            kept = f"is in {crash} (protected)"
        except OSError:
            kept = "could not be kept"
        for frame in traceback.extract_tb(trace):
            stream.write(f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}\n")
        stream.write(
            f"{FAULT_MARK}{snakemake.rule}: unexpected {kind.__name__}. The text of the error may quote data and "
            f"{kept}. Please report it. Nothing was written.\n"
        )

    sys.excepthook = record
    receipts.start(snakemake)


def faults(folder: Path, since: float) -> list[tuple[str, str]]:
    """(log file, message) of every fault that the logs in `folder` have recorded since a time (epoch seconds)."""
    found = []
    for path in sorted(folder.rglob("*.log")):
        if path.stat().st_mtime >= since:
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                if line.startswith(FAULT_MARK):
                    found.append((str(path), line.removeprefix(FAULT_MARK)))
    return found
