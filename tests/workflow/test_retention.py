"""`snakemake erase`, `expire` and `verify` as they are typed; the run after an erasure is one without the person."""

import csv
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from calls import caller
from conftest import Project, clone

pytestmark = pytest.mark.slow

NUMBER, SHORT = "AW00016484", "16484"
TRACES = [NUMBER, "AW-00016484", "SO50468"]
THEIRS = re.compile(rb"(?<!\d)(AW-?000)?16484(?!\d)")
TELLS_OF_THE_ERASURE = {  # evidence that counts what was left out, or that differs from run to run anyway
    "_meta/ledger.json", "_meta/run.json", "_meta/run_manifest.json", "_meta/leak_report.json", "bronze/_meta/bronze_metadata.yaml",
    "bronze/reports/bronze_report.md", "bronze/reports/bronze_report.html", "bronze/reports/number_ledger.json",
    "silver/_meta/silver_metadata.yaml",
}  # fmt: skip


@dataclass
class Erased:
    """A project with a finished run, from which a person was erased; what that said, and the person's pseudonym."""

    project: Project
    words: str
    pseudonym: str
    before: dict[str, bytes]


def files(run: Path) -> dict[str, bytes]:
    """Path in a run -> bytes of every file."""
    return {path.relative_to(run).as_posix(): path.read_bytes() for path in run.rglob("*") if path.is_file()}


def typed(project: Project, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess:
    """Type `snakemake` without --cores, with something on standard input."""
    if given is None:
        return subprocess.CompletedProcess(arguments, *caller().call(project.folder, arguments))
    return subprocess.run(
        [sys.executable, "-m", "snakemake", *arguments], cwd=project.folder, input=given,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def pseudonym_of(run: Path, number: str) -> str:
    """The pseudonym of a customer number, as gold links them."""
    with open(run / "gold/data/dim_customer.csv", encoding="utf-8", newline="") as file:
        key = next(row["customer_key"] for row in csv.DictReader(file) if row["customer_number"] == number)
    with open(run / "gold/data/customer_pseudonyms.csv", encoding="utf-8", newline="") as file:
        return next(row["pseudonym"] for row in csv.DictReader(file) if row["customer_key"] == key)


def traces(folder: Path, words: list[str]) -> list[str]:
    """Files below a folder that hold one of some words."""
    wanted = [word.encode() for word in words]
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and any(word in path.read_bytes() for word in wanted)
    )


@pytest.fixture(scope="module")
def erased(sample_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Erased:
    """The sample, its run, and a person erased by what came on standard input."""
    project = clone(sample_project, tmp_path_factory.mktemp("erased") / "project")
    run = project.run("sample")
    pseudonym, before = pseudonym_of(run, NUMBER), files(run)
    assert traces(run, [*TRACES, pseudonym])
    done = typed(project, "erase", "--config", "erase_from=-", given=f"{NUMBER}\n")
    assert done.returncode == 0, done.stdout[-3000:]
    return Erased(project, done.stdout, pseudonym, before)


@pytest.fixture(scope="module")
def again(erased: Erased) -> Path:
    """The run, made again from exports that still bring the person."""
    done = erased.project.snakemake("--config", "seed=42", "run_id=sample")
    assert done.returncode == 0, done.stdout[-6000:]
    return erased.project.run("sample")


def test_no_run_log_or_record_of_the_workflow_holds_number_order_or_pseudonym(erased):
    words = [*TRACES, erased.pseudonym]
    assert traces(erased.project.folder / "artifacts", words) == []
    assert traces(erased.project.folder / ".snakemake", words) == []
    assert NUMBER not in erased.words


def test_the_closing_words_say_how_many_and_what_is_left_to_do(erased):
    assert "1 persons are on the erasure list." in erased.words
    assert "sample: 40 files deleted" in erased.words or re.search(r"sample: \d+ files deleted", erased.words)
    assert "The raw exports and your own copies are not touched" in erased.words


def test_nothing_was_computed_again_and_no_run_was_begun(erased):
    assert "rule bronze_file" not in erased.words and "gold_mart" not in erased.words
    assert {path.name for path in (erased.project.folder / "artifacts/runs").iterdir()} == {"sample"}


def test_the_next_run_leaves_the_person_out_and_verifies(erased, again):
    assert traces(again, [*TRACES, erased.pseudonym]) == []
    done = typed(erased.project, "verify")
    assert done.returncode == 0 and "Run sample is as its manifest says." in done.stdout
    assert "Nothing to be done" in erased.project.snakemake("-n", "--config", "seed=42", "run_id=sample").stdout


def test_the_next_run_equals_one_on_exports_without_the_person(erased, again, sample_project, tmp_path):
    other = clone(sample_project, tmp_path / "other")
    shutil.rmtree(other.folder / "artifacts")
    left_out = 0
    for path in other.folder.glob("raw/source_*/*.csv"):
        lines = path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if not THEIRS.search(line)]
        left_out += len(lines) - len(kept)
        path.write_bytes(b"".join(kept))
    done = other.snakemake("--config", "seed=42", "run_id=sample")
    assert done.returncode == 0, done.stdout[-6000:]
    mine, theirs = files(again), files(other.run("sample"))
    apart = (
        "_closed/",
        "_meta/logs",
        "_meta/benchmarks",
        "_meta/history",
        "_meta/receipts",
        "bronze/_meta/files/",
        "silver/_meta/tables/",
    )
    names = {name for name in mine.keys() | theirs.keys() if not name.startswith(apart)} - TELLS_OF_THE_ERASURE
    assert sorted(name for name in names if mine.get(name) != theirs.get(name)) == []
    assert {"gold/data/customer_pseudonyms.csv", "silver/changes/crm_sales.csv", "reports/final_expose.html"} <= names
    import json

    books = json.loads(mine["_meta/ledger.json"])["tables"]
    assert sum(table["erased"] for table in books.values()) == left_out > 4
    was = json.loads(erased.before["_meta/ledger.json"])["tables"]
    assert {name: table["records"] for name, table in books.items()} == {n: t["records"] for n, t in was.items()}


def test_row_level_files_expire_on_their_day_and_the_check_accepts_it(finished: Project):
    run = finished.run("sample")
    early = typed(finished, "expire")
    assert early.returncode == 0 and "0 of 1 runs have expired." in early.stdout
    assert re.search(r"sample: due on \d{4}-\d\d-\d\d", early.stdout) and (run / "gold/data/fact_sales.csv").exists()
    done = typed(finished, "expire", "--config", "today=2100-01-01")
    assert done.returncode == 0 and "1 of 1 runs have expired." in done.stdout, done.stdout[-3000:]
    assert not list((run / "gold/data").rglob("*.csv")) and (run / "reports/final_expose.html").exists()
    assert "were deleted on purpose and have a tombstone" in typed(finished, "verify").stdout


def test_a_target_that_cannot_be_met_says_so_and_writes_nothing(project: Project):
    for arguments, words in (
        (["erase"], "erase_from: name the file with the customers"),
        (["verify"], "run_id: there is no such run"),
        (["expire", "--config", "today=tomorrow"], "config: today"),
    ):
        done = typed(project, *arguments)
        assert done.returncode != 0 and words in done.stdout, done.stdout
    assert not (project.folder / "artifacts").exists() and not (project.folder / ".env").exists()


def test_customers_who_object_get_no_features_and_no_segment_and_sales_stay_the_same(finished: Project):
    run = finished.run("sample")
    sales, totals = ((run / name).read_bytes() for name in ("gold/data/fact_sales.csv", "gold/data/agg_exec_kpis.csv"))
    numbers = [NUMBER, "AW00011000", "AW00011001", "AW00011002", "AW00011003", "AW00011005"]
    theirs = {pseudonym_of(run, number) for number in numbers}
    tables = [
        run / name
        for name in (
            "step2_feature_engineering/data/customer_features.csv",
            "step3_segmentation/data/customer_segments.csv",
        )
    ]
    assert all(word in tables[1].read_text() for word in theirs)
    (finished.folder / "objections.txt").write_text("\n".join(["# by letter", *numbers, "? AW99999999", ""]), "utf-8")
    done = finished.snakemake("--config", "seed=42", "run_id=sample", "objections=objections.txt")
    assert done.returncode == 0, done.stdout[-6000:]
    assert not any(word in table.read_text() for word in theirs for table in tables)
    page = (run / "step2_feature_engineering/reports/feature_dictionary.md").read_text("utf-8")
    assert "| Customers who object to profiling | 6 |" in page
    assert (run / "gold/data/fact_sales.csv").read_bytes() == sales
    assert (run / "gold/data/agg_exec_kpis.csv").read_bytes() == totals
    assert not traces(run / "_meta", numbers) and os.fspath(run)
