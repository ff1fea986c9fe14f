"""The console of a call on a terminal: one line a finished step, in place of the blocks that Snakemake prints.

Its log file below `.snakemake/log` keeps them all. Warnings, faults and the closing words are shown as ever, and so is
every message that is not listed here.
"""

import logging
import shutil
from dataclasses import dataclass, field
from typing import Any, TextIO

LOGGER = "snakemake.logging"
HANDLER = "DefaultStreamHandler"
UNSEEN = ("debug_dag", "job_started", "resources_info", "rulegraph", "run_info", "shellcmd", "workflow_started")
UNSEEN_TEXTS = (
    *(
        "Building DAG",
        "Conda environments",
        "Elapsed time",
        "Execute ",
        "Group jobs",
        "Kept as they are",
        "Provided ",
        "Select jobs",
    ),
    *("Rules claiming", "Using shell"),
)
BAR = 16  # characters
ENDED = "returned non-zero exit status"  # of a step, which has a line of its own and says why in the closing words
NAME = 44  # characters of a step's name, if the terminal is wide enough
REST = 52  # characters of a line beside the count and the name


def bar(done: int, total: int) -> str:
    """A bar of fixed width."""
    full = BAR * done // max(total, 1)
    return "█" * full + "░" * (BAR - full)


def clock(seconds: float) -> str:
    """Minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def step(record: logging.LogRecord) -> str:
    """Rule and wildcards of a job, as one reads them."""
    values = getattr(record, "wildcards", None) or {}
    return " ".join([getattr(record, "rule_name", ""), *map(str, values.values())])


@dataclass
class StepLines(logging.Formatter):
    """What a console shows of the records of Snakemake; `other` writes those that are shown as they are.

    A filter as well as a formatter: a record that gives no line is kept from the handler.
    """

    other: logging.Formatter | None = None
    width: int = 80
    began: float | None = None
    running: dict[int, tuple[str, float]] = field(default_factory=dict)  # number of the job -> name, start
    ended: list[tuple[str, float]] = field(default_factory=list)  # name, seconds; not shown yet

    def __post_init__(self) -> None:
        super().__init__()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is shown; start and end of jobs are noted."""
        event = str(getattr(record, "event", None) or "")
        if event == "job_info":
            self.began = self.began or record.created
            self.running[record.__dict__["jobid"]] = (step(record), record.created)
        if event == "job_finished":
            name, began = self.running.pop(record.__dict__["job_id"], ("", record.created))
            self.ended.append((name, record.created - began))
        if event in ("job_info", "job_finished", *UNSEEN) or (event == "error" and ENDED in str(record.msg)):
            return False
        return record.levelno > logging.INFO or not str(record.msg).startswith(UNSEEN_TEXTS)

    def format(self, record: logging.LogRecord) -> str:
        """The line of a step that has ended or failed; any other record as Snakemake writes it."""
        event = str(getattr(record, "event", None) or "")
        if event == "progress":
            return self.finished(record)
        if event == "job_error":
            name, _ = self.running.pop(record.__dict__.get("jobid", -1), (step(record), 0.0))
            return f"failed: {name}"
        return self.other.format(record) if self.other else super().format(record)

    def finished(self, record: logging.LogRecord) -> str:
        """A line for each step that has ended since the last one."""
        done, total = record.__dict__["done"], record.__dict__["total"]
        left, elapsed = total - done, record.created - (self.began or record.created)
        ahead = f"{left} left, about {clock(elapsed / max(done, 1) * left)}" if left else f"all in {clock(elapsed)}"
        ended, self.ended = self.ended, []
        return "\n".join(
            self.line(f"{done:>{len(str(total))}}/{total}", bar(done, total), *one, ahead) for one in ended
        )

    def line(self, count: str, drawn: str, name: str, seconds: float, ahead: str) -> str:
        """One line, no longer than the terminal is wide."""
        room = max(12, min(NAME, self.width - REST - len(count)))
        shown = name if len(name) <= room else name[: room - 1] + "…"
        return f"{count} {drawn} {shown:<{room}} {seconds:>6.1f} s  {ahead}"[: self.width]


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody sees what is written to a stream."""
    return bool(stream and getattr(stream, "isatty", lambda: False)())


def install(setting: str, settings: Any) -> None:
    """Let the console show a line a step, if it is a terminal and the call is none that shows a plan or more.

    `setting`: auto or full, of config; `settings`: output settings of Snakemake.
    """
    if setting == "full" or settings.dryrun or settings.verbose or settings.debug_dag or settings.printshellcmds:
        return
    for handler in logging.getLogger(LOGGER).handlers:
        if handler.name == HANDLER and is_terminal(getattr(handler, "stream", None)):
            lines = StepLines(handler.formatter, shutil.get_terminal_size().columns)
            handler.addFilter(lines.filter)
            handler.setFormatter(lines)
