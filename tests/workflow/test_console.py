"""A run on a terminal: a line a step on the console, everything in the log file."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Project, copy_project

pytestmark = pytest.mark.slow


def on_terminal(project: Project, *arguments: str) -> tuple[int, str]:
    """(exit code, what is shown) of `snakemake` on a terminal of 100 columns."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--nocolor", *arguments]
    process = subprocess.Popen(
        command, cwd=project.folder, stdout=theirs, stderr=theirs, env={**os.environ, "COLUMNS": "100"}
    )
    os.close(theirs)
    parts = []
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        parts.append(part)
    os.close(ours)
    return process.wait(), b"".join(parts).decode().replace("\r\n", "\n")


def log_of(project: Project) -> str:
    """The text of the newest log file."""
    return max((project.folder / ".snakemake/log").iterdir()).read_text("utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project."""
    return copy_project(tmp_path_factory.mktemp("console") / "project")


def test_a_line_a_step_and_the_log_file_keeps_the_rest(project):
    code, shown = on_terminal(project, "bronze_report", "--config", "run_id=r")
    assert code == 0, shown
    steps = re.findall(
        r"^ *(\d+)/(\d+) [█░]{16} (\S+) .* s  (?:\d+ left, about \d+:\d\d|all in \d+:\d\d)$", shown, re.M
    )
    total = int(steps[-1][1])
    assert [int(number) for number, _, _ in steps] == [*range(1, total + 1)]
    assert {rule for _, _, rule in steps} == {"bronze_file", "bronze_report"}
    assert "input:" not in shown
    assert "Done. The run folder is artifacts/runs/r." in shown
    assert log_of(project).count("    output: ") == total
    assert "Nothing to be done" in on_terminal(project, "bronze_report", "--config", "run_id=r")[1]


def test_a_failure_is_told_once_with_its_reason(project):
    raw = project.folder / "raw/source_crm/prd_info.csv"
    Path(raw).write_bytes(raw.read_bytes() + b'1,2,"x\n')
    code, shown = on_terminal(project, "bronze_report", "--config", "run_id=s")
    assert code == 1
    assert shown.count("failed: bronze_file") == 1
    assert shown.count("a quote opens or closes in the wrong place") == 1
    assert "RuleException" not in shown
    assert "RuleException" in log_of(project)
