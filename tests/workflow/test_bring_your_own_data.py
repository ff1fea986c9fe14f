"""The worked example of docs/bring_your_own_data.md: its commands and files, as they stand there, lead to an exposé."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from calls import caller
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
    return subprocess.CompletedProcess(command, *caller().call(project.folder, arguments))


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, dict[str, list[str]]]:
    """A copy of the project in which the page was followed, and what the console said: by mark of the block."""
    project = copy_project(tmp_path_factory.mktemp("newcomer") / "project")
    shutil.copytree(ROOT / "tests/data/flat_shop", project.folder / "tests/data/flat_shop")
    said: dict[str, list[str]] = {"": [], "refused": []}
    for language, mark, text in blocks():
        if language == "console":  # of another company, typed in test_companies_by_roles.py
            continue
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
    assert "714 order lines in the warehouse" in said[""][-1]
    assert "160,947.90 revenue, equal in 5 marts" in said[""][-1]
    header = (project.run("first") / "reports/final_expose.md").read_text("utf-8").splitlines()
    assert header[0].startswith("# Clay Shop: ") and "- Amounts in EUR" in header
    assert (project.run("first") / "reports/final_expose.html").stat().st_size > 10_000


def test_the_page_needs_no_sql_and_its_star_is_the_one_that_was_written_by_hand(followed):
    project, _ = followed
    assert sorted(path.name for path in (project.folder / "config/flat_shop").rglob("*") if path.is_file()) == [
        "bestellungen.yaml", "company.yaml",
    ]  # fmt: skip
    shutil.copytree(ROOT / "tests/data/flat_shop_by_sql", project.folder / "config/by_hand")
    told = ("raw=tests/data/flat_shop", "company=config/by_hand", "run_id=by_hand")
    assert project.snakemake("--until", "gold_report", "--config", *told).returncode == 0
    for name in ("dim_customer", "dim_product", "dim_location", "fact_sales", "agg_exec_kpis", "agg_customer_value"):
        drawn, by_hand = ((project.run(run) / f"gold/data/{name}.csv").read_bytes() for run in ("first", "by_hand"))
        assert drawn == by_hand.replace(b",name,country\n", b",customer_name,country\n"), name


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
    protected = ("bronze", "silver", "gold", "_closed")
    for path in run.rglob("*"):
        if path.is_file() and path.relative_to(run).parts[0] not in protected:
            texts += path.read_bytes().decode("utf-8", "replace")
    for path in Path(project.folder, "artifacts/drafts").rglob("*"):
        texts += path.read_text("utf-8") if path.is_file() else ""
    assert [name for name in sorted(names) if name in texts] == []


def mistyped(project: Project, folder: str, **days: str) -> str:
    """The raw folder of the page with other dates of some orders, by order number."""
    text = (ROOT / "tests/data/flat_shop/bestellungen.csv").read_bytes().decode("cp1252")
    for order, day in days.items():
        text, count = re.subn(rf"^({order};\d+);[\d.]+;", rf"\g<1>;{day};", text, flags=re.M)
        assert count
    (project.folder / folder).mkdir()
    (project.folder / folder / "bestellungen.csv").write_bytes(text.encode("cp1252"))
    return folder


def test_mistyped_order_dates_become_neither_today_nor_the_first_day(followed):
    project, _ = followed
    raw = mistyped(project, "mistyped", B24059="02.05.2042", B24176="01.01.1900")
    done = project.snakemake("--config", f"raw={raw}", "company=config/flat_shop", "run_id=mistyped")
    assert done.returncode == 0, done.stdout[-3000:]
    run = project.run("mistyped")
    found = yaml.safe_load((run / "silver/_meta/silver_metadata.yaml").read_text("utf-8"))["tables"]["bestellungen"]
    span = found["order_dates"]["Bestelldatum"]
    assert (span["first"], span["newest"], span["implausible"]) == (
        "2023-01-02", "2024-12-21", {"before": 2, "after": 3},
    )  # fmt: skip
    told = "bestellungen.Bestelldatum: 5 of 714 records"
    assert told in done.stdout and told in (run / "silver/reports/silver_quality_report.md").read_text("utf-8")
    assert "2,570.30 in Betrag" in done.stdout
    expose = (run / "reports/final_expose.md").read_text("utf-8").replace("\xa0", " ")
    assert "Order lines of the shop (Bestelldatum): 5 of 714 records" in expose
    assert "Data as of 21 December 2024, without 5 records whose order dates lie far from all others" in expose
    assert "10 complete months" in expose
    analysis = json.loads((run / "gold/_meta/analysis.json").read_text("utf-8"))
    assert (analysis["analysis_date"], analysis["incomplete_months"]) == ("2024-12-21", ["2023-01", "2024-12"])
    assert "implausible" in (run / "silver/quarantine/bestellungen.csv").read_text("utf-8")
    segments = json.loads((run / "step3_segmentation/_meta/model_metadata.json").read_text("utf-8"))["segments"]
    names = {segment["name"]["en"] for segment in segments}  # by days and orders, which such dates would have moved
    assert {"Regular customers", "Occasional customers"} <= names


def test_a_stated_limit_lets_the_date_pass_and_the_calendar_names_its_column_and_span(followed):
    project, _ = followed
    raw = mistyped(project, "stated", B24059="01.01.1900")
    contract = project.folder / "config/flat_shop/contracts/bestellungen.yaml"
    text = contract.read_text("utf-8")
    contract.write_text(text.replace("type: date,", 'type: date, minimum: "1900-01-01",'), "utf-8")
    try:
        done = project.snakemake("--config", f"raw={raw}", "company=config/flat_shop", "run_id=stated")
    finally:
        contract.write_text(text, "utf-8")
    assert done.returncode != 0
    assert (
        "1 values of order_date are not in dim_date.date: 1 lie outside calendar.days, which runs from 1990-01-01 to "
        "2079-12-31; they come from silver.bestellungen.Bestelldatum"
    ) in re.sub(r"\s+", " ", done.stdout)
