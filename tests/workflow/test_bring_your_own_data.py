"""The worked example of docs/bring_your_own_data.md: its commands and files, as they stand there, lead to an exposé."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Project, copy_project

pytestmark = pytest.mark.slow

PAGE = ROOT / "docs/bring_your_own_data.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)


def blocks() -> list[tuple[str, str, str]]:
    """(language, file or mark, text) of every block of the page, in order."""
    return BLOCK.findall(PAGE.read_text("utf-8"))


def typed(project: Project, command: str) -> subprocess.CompletedProcess:
    """Type a command of the page in the project."""
    program, *arguments = shlex.split(command)
    assert program == ".venv/bin/snakemake"
    return subprocess.run(
        [sys.executable, "-m", "snakemake", *arguments],
        cwd=project.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, dict[str, list[str]]]:
    """A copy of the project in which the page was followed, and what the console said: by mark of the block."""
    project = copy_project(tmp_path_factory.mktemp("newcomer") / "project")
    shutil.copytree(ROOT / "tests/data/flat_shop", project.folder / "tests/data/flat_shop")
    said: dict[str, list[str]] = {"": [], "refused": []}
    for language, mark, text in blocks():
        if language == "sh":
            done = typed(project, text)
            assert (done.returncode == 0) is not (mark == "refused"), done.stdout[-3000:]
            said[mark].append(done.stdout)
            continue
        path = project.folder / mark
        assert mark.startswith("config/flat_shop/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return project, said


def test_the_page_has_a_draft_a_refusal_a_check_and_a_run():
    commands = [(mark, text) for language, mark, text in blocks() if language == "sh"]
    assert [mark for mark, _ in commands] == ["", "refused", "", ""]
    assert "draft_contracts" in commands[0][1] and "run_id=first" in commands[3][1]


def test_following_the_page_leads_to_an_expose(followed):
    project, said = followed
    assert "Run first is complete." in said[""][-1]
    assert (project.run("first") / "reports/final_expose.html").stat().st_size > 10_000


def test_the_draft_of_the_page_is_refused_until_a_person_has_decided(followed):
    _, said = followed
    (refusal,) = said["refused"]
    assert "bestellungen.yaml: personal: a person has to decide the class of Bestell-Nr., Position" in refusal
    assert "identifier (only as a pseudonym)" in refusal


def test_the_page_tells_the_repairs_and_the_quarantine_that_happened(followed):
    project, _ = followed
    run = project.run("first")
    changes = (run / "silver/changes/bestellungen.csv").read_text("utf-8").splitlines()
    quarantine = (run / "silver/quarantine/bestellungen.csv").read_text("utf-8").splitlines()
    assert (len(changes) - 1, len(quarantine) - 1) == (3, 1)
    assert "Three amounts were repaired here, and one record is in quarantine." in PAGE.read_text("utf-8")
    left_out = (run / "gold/reports/gold_marts_report.md").read_text("utf-8")
    assert "cost" in left_out


def test_the_flat_export_is_what_its_script_writes():
    import runpy

    made = runpy.run_path(str(ROOT / "tests/data/make_flat_shop.py"))
    lines = [made["HEADER"], *(";".join(row) for row in made["rows"](made["random"].Random(20240101)))]
    committed = (ROOT / "tests/data/flat_shop/bestellungen.csv").read_bytes()
    assert committed == "".join(f"{line}\r\n" for line in lines).encode("cp1252")


def test_no_customer_of_the_export_stands_outside_the_protected_layers(followed):
    project, said = followed
    rows = (ROOT / "tests/data/flat_shop/bestellungen.csv").read_bytes().decode("cp1252").splitlines()[1:]
    names = {row.split(";")[4] for row in rows} | {row.split(";")[5] for row in rows}
    run = project.run("first")
    texts = "".join(text for texts in said.values() for text in texts)
    protected = ("bronze", "silver", "gold")
    for path in run.rglob("*"):
        if path.is_file() and path.relative_to(run).parts[0] not in protected:
            texts += path.read_bytes().decode("utf-8", "replace")
    for path in Path(project.folder, "artifacts/drafts").rglob("*"):
        texts += path.read_text("utf-8") if path.is_file() else ""
    assert [name for name in sorted(names) if name in texts] == []
