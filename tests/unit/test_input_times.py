"""An input whose time of change lies in the future fails no job, and is made use of once."""

import os
from pathlib import Path

from calls import caller
from conftest import ROOT

SNAKEFILE = """
import sys
sys.path.insert(0, {scripts!r})
from elt.command import input_times
{start}

rule made:
    input: "words.txt"
    output: "made.txt"
    run: open(output[0], "w").write(open(input[0]).read())
"""


def called(folder: Path, start: str) -> tuple[int, str]:
    """(exit code, output) of Snakemake in a folder with an input of the year 2096."""
    (folder / "Snakefile").write_text(SNAKEFILE.format(scripts=str(ROOT / "scripts"), start=start), encoding="utf-8")
    if not (folder / "words.txt").exists():
        (folder / "words.txt").write_text("words", encoding="utf-8")
        os.utime(folder / "words.txt", (4e9, 4e9))
    return caller().call(folder, ["--cores", "1", "--quiet", "rules"])


def test_an_input_of_the_year_2096_fails_no_job_and_runs_it_once(tmp_path: Path):
    code, said = called(tmp_path, "input_times.start()")
    assert code == 0, said
    made = (tmp_path / "made.txt").stat().st_mtime_ns
    code, said = called(tmp_path, "input_times.start()")
    assert code == 0 and (tmp_path / "made.txt").stat().st_mtime_ns == made, said


def test_without_it_snakemake_refuses_such_an_input(tmp_path: Path):
    code, said = called(tmp_path, "")
    assert code != 0 and "has older modification time" in said
