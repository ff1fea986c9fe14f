"""The log of a rule holds records and faults, never the content of a cell; that goes to a protected file."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from one_table import CANARY

from elt import rulelog

SCRIPTS = Path(rulelog.__file__).resolve().parents[1]
START = """
import os, sys, warnings
from types import SimpleNamespace
from elt import rulelog
from elt.faults import Fault
rulelog.start(SimpleNamespace(log=["artifacts/runs/r/_meta/logs/silver_table/people.log"], rule="silver_table", output=[]))
"""


class Ran:
    """A script that ran under the log of a rule."""

    def __init__(self, folder: Path, code: str) -> None:
        done = subprocess.run(
            [sys.executable, "-c", START + code], cwd=folder, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
        )  # fmt: skip
        self.status, self.printed = done.returncode, done.stdout + done.stderr
        run = folder / "artifacts/runs/r"
        self.log = (run / "_meta/logs/silver_table/people.log").read_text(encoding="utf-8")
        self.crash = run / "bronze/_meta/tracebacks/silver_table.people.txt"


def test_records_and_warnings_go_to_the_log_and_nothing_else_does(tmp_path):
    ran = Ran(tmp_path, "rulelog.log.info('%d rows', 3)\nwarnings.warn('careful')\nprint('loud')")
    assert ran.status == 0
    assert "INFO 3 rows\n" in ran.log
    assert "UserWarning: careful" in ran.log
    assert "loud" not in ran.log
    assert ran.printed == ""
    assert not ran.crash.exists()


def test_a_fault_is_written_as_its_message_on_one_line(tmp_path):
    ran = Ran(tmp_path, "raise Fault('people', 'a\\n b', 'Mend it')")
    assert ran.status == 1
    assert ran.log == "FAULT people: a b. Mend it. Nothing was written.\n"
    assert ran.printed == ""
    assert not ran.crash.exists()


def test_a_fault_keeps_the_text_of_the_error_that_led_to_it_out_of_the_log(tmp_path):
    code = f"try:\n    int('{CANARY}')\nexcept ValueError:\n    raise Fault('people', 'is no number', 'Mend it')"
    ran = Ran(tmp_path, code)
    assert ran.log == "FAULT people: is no number. Mend it. Nothing was written.\n"
    assert not ran.crash.exists()


def test_an_unexpected_error_leaves_its_type_and_place_in_the_log_and_its_text_in_a_protected_file(tmp_path):
    ran = Ran(tmp_path, f"def work():\n    int('{CANARY}')\nwork()")
    assert ran.status == 1
    assert CANARY not in ran.log
    assert "<string>:8 in work\n" in ran.log
    assert "FAULT silver_table: unexpected ValueError." in ran.log
    assert "artifacts/runs/r/bronze/_meta/tracebacks/silver_table.people.txt (protected)" in ran.log
    assert f"invalid literal for int() with base 10: '{CANARY}'" in ran.crash.read_text(encoding="utf-8")
    assert ran.crash.stat().st_mode & 0o777 == 0o600
    assert {path.stat().st_mode & 0o777 for path in ran.crash.parents[:3]} == {0o700}


def test_the_hash_of_a_traceback_gives_nobody_to_guess_what_it_quotes(tmp_path):
    one, other = (Ran(tmp_path, f"int('{CANARY}')").crash.read_text(encoding="utf-8") for _ in range(2))
    assert one.splitlines()[:-1] == other.splitlines()[:-1]
    digits = {text.splitlines()[-1].removeprefix(rulelog.SALT) for text in (one, other)}
    assert len(digits) == 2 and all(re.fullmatch("[0-9a-f]{64}", some) for some in digits)


def test_what_a_library_prints_before_it_fails_goes_to_the_protected_file_alone(tmp_path):
    ran = Ran(tmp_path, f"print('out {CANARY}')\nos.write(2, b'err {CANARY}')\nraise RuntimeError")
    assert CANARY not in ran.log + ran.printed
    kept = ran.crash.read_text(encoding="utf-8")
    assert f"out {CANARY}" in kept
    assert f"err {CANARY}" in kept


def test_an_error_of_polars_that_quotes_data_does_not_reach_the_log(tmp_path):
    ran = Ran(tmp_path, f"import polars\npolars.Series(['{CANARY}']).cast(polars.Int64)")
    assert CANARY not in ran.log + ran.printed
    assert CANARY in ran.crash.read_text(encoding="utf-8")


def test_a_chained_error_leaves_no_text_in_the_log(tmp_path):
    code = f"try:\n    int('{CANARY}')\nexcept ValueError as error:\n    raise KeyError('{CANARY}') from error"
    ran = Ran(tmp_path, code)
    assert CANARY not in ran.log
    assert "unexpected KeyError" in ran.log


def test_a_protected_file_that_cannot_be_written_leaves_no_text_in_the_log_either(tmp_path):
    ran = Ran(tmp_path, f"rulelog.write_text = lambda *_: os.stat('/nowhere')\nint('{CANARY}')")
    assert CANARY not in ran.log + ran.printed
    assert "unexpected ValueError. The text of the error may quote data and could not be kept" in ran.log


def test_the_traceback_of_before_is_gone_when_the_rule_runs_again(tmp_path):
    assert Ran(tmp_path, "raise RuntimeError").crash.exists()
    again = Ran(tmp_path, "rulelog.log.info('good')")
    assert again.log == "INFO good\n"
    assert not again.crash.exists()


def test_the_faults_of_this_invocation_are_found_in_the_logs_and_older_ones_are_not(tmp_path):
    for name, text in (("b/x.log", "INFO 1\nFAULT two\n"), ("a.log", "FAULT one\n"), ("old.log", "FAULT old\n")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    os.utime(tmp_path / "old.log", (1000, 1000))
    assert rulelog.faults(tmp_path, 2000) == [(f"{tmp_path}/a.log", "one"), (f"{tmp_path}/b/x.log", "two")]


def test_a_script_leaves_what_it_used_where_the_benchmark_asks_for_it_and_nowhere_else(tmp_path, monkeypatch):
    Ran(tmp_path, "sum(range(100_000))")
    before = set(tmp_path.rglob("*"))
    (used := tmp_path / "used").mkdir()
    monkeypatch.setenv(rulelog.MEASURED, str(used))
    ran = Ran(tmp_path, "sum(range(100_000))")
    (left,) = used.iterdir()
    content = json.loads(left.read_text("utf-8"))
    assert content["rule"] == "silver_table" and 0 < content["processor"] < 60 and content["memory"] > 1000
    assert set(tmp_path.rglob("*")) - before == {used, left} and ran.log == ""
