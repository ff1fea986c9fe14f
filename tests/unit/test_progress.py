"""The console of a call on a terminal: a line a finished step, and nothing that matters is lost."""

import io
import logging
from types import SimpleNamespace
from typing import Any

import pytest

from elt.command import progress


class Terminal(io.StringIO):
    """A stream that somebody sees."""

    def isatty(self) -> bool:
        return True


QUIET = {"dryrun": False, "verbose": False, "debug_dag": False, "printshellcmds": False}


@pytest.fixture
def console(monkeypatch):
    """The logger of Snakemake with its handler on a terminal of 90 columns."""
    monkeypatch.setattr(progress, "LOGGER", "test.progress")
    monkeypatch.setenv("COLUMNS", "90")
    logger = logging.getLogger("test.progress")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    handler = logging.StreamHandler(Terminal())
    handler.name = progress.HANDLER
    logger.addHandler(handler)
    yield logger
    logger.removeHandler(handler)


def said(logger: logging.Logger) -> str:
    """What the console shows."""
    return logger.handlers[0].stream.getvalue()  # type: ignore[attr-defined]


def job(logger: logging.Logger, number: int, rule: str, **wildcards: Any) -> None:
    """A job begins."""
    more = {"event": "job_info", "jobid": number, "rule_name": rule, "wildcards": wildcards}
    logger.info("rule %s:\n    input: a very long list", rule, extra=more)


def ended(logger: logging.Logger, number: int, done: int, total: int) -> None:
    """A job ends."""
    logger.info("Finished jobid", extra={"event": "job_finished", "job_id": number})
    logger.info(None, extra={"event": "progress", "done": done, "total": total})


def test_a_finished_step_is_one_line_with_what_is_left(console):
    progress.install("auto", SimpleNamespace(**QUIET))
    console.info("Building DAG of jobs...")
    console.info("Job stats:\n...", extra={"event": "run_info"})
    job(console, 1, "silver_table", table="crm_sales")
    job(console, 2, "gold_mart", mart="a_name_that_is_much_longer_than_there_is_room_for")
    ended(console, 2, 1, 4)
    ended(console, 1, 2, 4)
    first, second = said(console).splitlines()
    assert first.startswith("1/4 ████░░░░░░░░░░░░ gold_mart a_name_that_is_much_long")
    assert "…" in first
    assert second.startswith("2/4 ████████░░░░░░░░ silver_table crm_sales ")
    assert second.endswith("2 left, about 0:00")
    assert max(map(len, (first, second))) <= 90


def test_faults_warnings_and_messages_that_nobody_foresaw_are_shown(console):
    progress.install("auto", SimpleNamespace(**QUIET))
    job(console, 7, "silver_table", table="crm_sales")
    console.error(
        "RuleException:\nCommand 'x' returned non-zero exit status 1.",
        extra={"event": "error", "exception": "RuleException"},
    )
    console.error("Error in rule", extra={"event": "job_error", "jobid": 7, "rule_name": "silver_table"})
    console.error("MissingOutputException: y", extra={"event": "error", "exception": "MissingOutputException"})
    console.warning("Falling back")
    console.info("Nothing to be done (all requested files are present and up to date).")
    console.info("Something new")
    assert said(console).splitlines() == [
        "failed: silver_table crm_sales",
        "MissingOutputException: y",
        "Falling back",
        "Nothing to be done (all requested files are present and up to date).",
        "Something new",
    ]


@pytest.mark.parametrize(
    ("setting", "changed"),
    [("full", {}), *(("auto", {name: True}) for name in QUIET)],
)
def test_all_is_shown_where_it_is_asked_for(console, setting, changed):
    progress.install(setting, SimpleNamespace(**{**QUIET, **changed}))
    job(console, 1, "silver_table", table="crm_sales")
    assert "a very long list" in said(console)


def test_all_is_shown_where_the_output_is_no_terminal(console):
    console.handlers[0].setStream(io.StringIO())  # type: ignore[attr-defined]
    progress.install("auto", SimpleNamespace(**QUIET))
    job(console, 1, "silver_table", table="crm_sales")
    assert "a very long list" in said(console)
