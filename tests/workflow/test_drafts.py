"""`snakemake draft_contracts` as a newcomer types it: without cores, without a company, and once more."""

import subprocess
from pathlib import Path

import pytest
from calls import caller
from conftest import Project

pytestmark = pytest.mark.slow


def asked(project: Project, *arguments: str) -> subprocess.CompletedProcess:
    """Type `snakemake` without --cores, as the issue and the document do."""
    return subprocess.CompletedProcess(arguments, *caller().call(project.folder, arguments))


def files(folder: Path) -> dict[str, bytes]:
    """Path -> bytes of all files below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_draft_needs_no_company_and_makes_neither_run_nor_key(project: Project):
    done = asked(project, "draft_contracts", "--config", "raw=raw", "company=config/new")
    assert done.returncode == 0, done.stdout[-3000:]
    assert "6 contracts drafted in config/new/contracts." in done.stdout
    assert sorted(path.name for path in (project.folder / "config/new").rglob("*")) == sorted([
        "contracts", "cust_az12.yaml", "cust_info.yaml", "loc_a101.yaml", "prd_info.yaml", "px_cat_g1v2.yaml",
        "sales_details.yaml",
    ])  # fmt: skip
    assert not (project.folder / "artifacts/runs").exists()
    assert not (project.folder / ".env").exists()
    protected = project.folder / "artifacts/drafts/new/bronze"
    assert not list(protected.rglob("*")) and protected.stat().st_mode & 0o777 == 0o700


@pytest.mark.slow
def test_the_second_call_overwrites_nothing_and_names_what_is_there(project: Project):
    call = ("draft_contracts", "--config", "raw=raw", "company=config/new")
    assert asked(project, *call).returncode == 0
    contracts = project.folder / "config/new/contracts"
    (contracts / "loc_a101.yaml").open("a").write("# mine\n")
    (contracts / "prd_info.yaml").unlink()
    before = files(contracts)
    done = asked(project, *call)
    assert "1 contracts drafted" in done.stdout and "  prd_info.yaml: 430 records" in done.stdout
    left = done.stdout.partition("Left as they are, as a contract is there:")[2].partition("\n\n")[0]
    assert len(left.strip().splitlines()) == 5 and "loc_a101.yaml" in left
    after = files(contracts)
    assert {name: after[name] for name in before} == before
    assert "0 contracts drafted" in asked(project, *call).stdout
    assert files(contracts) == after


@pytest.mark.slow
def test_a_run_refuses_drafts_with_one_line_a_contract_that_says_what_the_classes_mean(project: Project):
    assert asked(project, "draft_contracts", "--config", "raw=raw", "company=config/new").returncode == 0
    done = asked(project, "-n", "--config", "raw=raw", "company=config/new")
    assert done.returncode != 0
    lines = [line for line in done.stdout.splitlines() if "a person has to decide" in line]
    assert len(lines) == 6
    assert "config/new/contracts/loc_a101.yaml: personal: a person has to decide the class of CID, CNTRY." in lines[2]
    assert all(word in lines[2] for word in ("none (", "quasi (", "identifier (", "direct (never)"))
    assert "is not one of" not in done.stdout


def test_a_missing_company_says_how_to_draft_one(project: Project):
    done = asked(project, "-n", "--config", "raw=raw", "company=config/none")
    assert done.returncode != 0
    assert "config/none: there is no company in this folder" in done.stdout
    assert "snakemake draft_contracts --config raw=<folder> company=config/none" in done.stdout


def test_a_raw_folder_that_is_none_is_refused_before_anything_is_written(project: Project):
    done = asked(project, "draft_contracts", "--config", "raw=none", "company=config/new")
    assert done.returncode != 0
    assert "raw: none is no folder" in done.stdout
    assert not (project.folder / "config/new").exists() and not (project.folder / "artifacts").exists()


def test_a_dry_run_of_a_draft_writes_nothing(project: Project):
    assert asked(project, "draft_contracts", "-n", "--config", "raw=raw", "company=config/new").returncode == 0
    assert not (project.folder / "config/new").exists() and not (project.folder / "artifacts").exists()


@pytest.mark.slow
def test_a_draft_that_fails_says_why_and_shows_no_cell(project: Project):
    raw = project.folder / "exports"
    raw.mkdir()
    (raw / "people.csv").write_text("Anna;1987-02-03\nBernd;1999-02-03\n", encoding="utf-8")
    done = asked(project, "draft_contracts", "--config", "raw=exports", "company=config/new")
    assert done.returncode != 0
    assert "No contract was drafted." in done.stdout and "people.csv: has no header" in done.stdout
    assert "Anna" not in done.stdout and not (project.folder / "config/new").exists()


def test_the_list_of_targets_names_the_draft(project: Project):
    assert "draft_contracts (Draft a contract for every raw export that has none" in asked(project, "--list").stdout
