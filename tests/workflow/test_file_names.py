"""The name of a raw file that may be a person's reaches no console, log, record of Snakemake or published file."""

import os
import re
from pathlib import Path

import pytest
from conftest import ROOT, Project
from flat_shop import FlatShop

pytestmark = pytest.mark.slow

CONFIG = ("--config", "raw=raw/shop", "company=config/flat_shop", "run_id=x")
PERSON = ("Xaverius", "Quallmann", "Ludolfina", "K9917")
NAMES = ("bestellungen_Xaverius_Quallmann.csv", "bestellungen_Ludolfina.csv")
BAD = "bestellungen_K9917.csv"


def places_of_the_person(project: Project) -> list[str]:
    """Every file outside the raw folder whose path or bytes name the person, in any case."""
    words = re.compile("|".join(PERSON).encode(), re.I)
    found = []
    for path in project.folder.rglob("*"):
        name = path.relative_to(project.folder).as_posix()
        is_looked_at = path.is_file() and not path.is_symlink() and not name.startswith("raw/")
        if is_looked_at and (words.search(os.fsencode(name)) or words.search(path.read_bytes())):
            found.append(name)
    return sorted(found)


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, dict[str, str]]:
    """The flat shop in two exports named after persons, and what the console said of all that can be asked for."""
    project = FlatShop(tmp_path_factory.mktemp("names") / "project").project
    header, *lines = (ROOT / "tests/data/flat_shop/bestellungen.csv").read_bytes().splitlines(keepends=True)
    raw = project.folder / "raw/shop"
    raw.mkdir(parents=True)
    for name, part in zip(NAMES, (lines[:340], lines[340:]), strict=True):
        (raw / name).write_bytes(header + b"".join(part))
    said = {}

    def call(what: str, *arguments: str) -> None:
        done = project.snakemake(*arguments, *CONFIG)
        said[what] = done.stdout

    call("plan", "-n")
    call("run")
    call("again")
    call("verify", "verify")
    call("report", "--report", "report.html")
    (raw / BAD).write_bytes(header.replace(b";", b",,;") + lines[0])
    call("plan of a change", "-n")
    call("refusal")
    (raw / BAD).unlink()
    (raw / NAMES[1]).rename(raw / "bestellungen_Xaverius.csv")
    call("plan of another name", "-n")
    call("another name")
    (raw / BAD).write_bytes((raw / NAMES[0]).read_bytes())
    call("twice")
    (raw / BAD).unlink()
    return project, said


def test_console_logs_records_and_pages_say_contract_and_number(called):
    project, said = called
    for what, text in said.items():
        assert not re.search("|".join(PERSON), text, re.I), what
    assert "bronze_file" in said["plan"] and "bestellungen-0001.csv" in said["plan"]
    allowed = {"artifacts/runs/x/bronze/_meta/raw_file_names.json", "artifacts/runs/x/silver/feedback/raw.csv"}
    assert {*places_of_the_person(project)} <= allowed
    assert (project.folder / "report.html").exists()


def test_the_run_works_and_is_as_its_manifest_says(called):
    _, said = called
    assert "Run x is complete." in said["run"] and "Nothing to be done" in said["again"]
    assert "as its manifest says" in said["verify"]


def test_a_refusal_names_contract_and_number_and_says_where_the_name_stands(called):
    project, said = called
    assert "bestellungen-0001.csv" in said["refusal"]
    where = "artifacts/runs/x/bronze/_meta/raw_file_names.json"
    assert f"A raw file with a number is the one that {where} names (protected)." in said["refusal"]
    assert "bestellungen-0003.csv (number 3 by name of what bestellungen*.csv finds) is the same file" in said["twice"]
    assert (project.folder / where).stat().st_mode & 0o777 == 0o600


def test_another_name_reruns_what_says_the_name_and_nothing_else(called):
    project, said = called
    assert "rule bronze_names" in said["plan of another name"]
    path = project.run("x") / "bronze/_meta/raw_file_names.json"
    assert "bestellungen_Xaverius.csv" in path.read_text() and "Ludolfina" not in path.read_text()


def test_the_owners_of_the_data_read_the_name_of_their_file(called):
    project, _ = called
    text = Path(project.run("x") / "silver/feedback/raw.csv").read_text("utf-8")
    assert "bestellungen-0" not in text
