"""One table in several files: the same warehouse, a new file reruns only what it must, records are known by file and number."""

import csv
from pathlib import Path

import pytest
from conftest import Project

pytestmark = pytest.mark.slow

CONFIG = ("--config", "seed=42", "run_id=parts")
SALES = "raw/source_crm/sales_details.csv"


def split(project: Project, *shares: float) -> list[Path]:
    """Cut the sales file into several by share of its lines, each with the header; the original goes."""
    path = project.folder / SALES
    header, *lines = path.read_bytes().splitlines(keepends=True)
    path.unlink()
    edges = [0, *(round(sum(shares[: i + 1]) * len(lines)) for i in range(len(shares)))]
    parts = []
    for i in range(len(shares)):
        part = path.with_name(f"sales_details_{2022 + i}.csv")
        part.write_bytes(header + b"".join(lines[edges[i] : edges[i + 1]]))
        parts.append(part)
    return parts


def test_a_table_in_files_gives_the_same_silver_table_and_a_third_reruns_only_its_bronze(
    project: Project, sample_run: Path
):
    parts = split(project, 0.5, 0.3, 0.2)
    kept = parts[-1].read_bytes()
    parts[-1].unlink()
    assert project.snakemake(*CONFIG, "--until", "silver_table").returncode == 0
    parts[-1].write_bytes(kept)
    jobs = project.jobs(*CONFIG, "--until", "silver_table")
    assert jobs == {"bronze_file/crm_sales-0003.csv", "silver_table/crm_sales"}
    run = project.run("parts")
    assert (run / "silver/data/crm_sales.csv").read_bytes() == (sample_run / "silver/data/crm_sales.csv").read_bytes()
    names_the_file_and_the_number_of_each_record_there(run, sample_run, parts)


def names_the_file_and_the_number_of_each_record_there(run: Path, whole: Path, parts: list[Path]) -> None:
    """The log of changes of a table in parts is that of the whole table, but for the place of each record."""
    records = [len(part.read_bytes().splitlines()) - 1 for part in parts]
    before = {f"crm_sales-{at + 1:04}.csv": sum(records[:at]) for at in range(len(parts))}

    def changes(path: Path, before: dict[str, int]) -> set[tuple[int, str, str]]:
        with open(path / "silver/changes/crm_sales.csv", encoding="utf-8", newline="") as file:
            return {
                (int(r["record"]) + before[Path(r["file"]).name], r["column"], r["after"]) for r in csv.DictReader(file)
            }

    assert changes(run, before) == changes(whole, {"sales_details.csv": 0})


def test_the_same_file_twice_in_one_table_is_refused(project: Project):
    path = project.folder / SALES
    path.with_name("sales_details_copy.csv").write_bytes(path.read_bytes())
    done = project.snakemake(*CONFIG, "--until", "silver_table")
    assert done.returncode != 0
    assert "sales_details.csv" in done.stdout
    assert "crm_sales-0002.csv (number 2 by name of what source_crm/sales_details*.csv finds)" in done.stdout
    assert "copy.csv" not in done.stdout
    assert not (project.run("parts") / "silver/data/crm_sales.csv").exists()


def test_hundreds_of_daily_files_make_one_table(project: Project, sample_run: Path):
    parts = split(project, *[1 / 200] * 200)
    assert project.snakemake(*CONFIG, "--until", "silver_table").returncode == 0
    run = project.run("parts")
    assert (run / "silver/data/crm_sales.csv").read_bytes() == (sample_run / "silver/data/crm_sales.csv").read_bytes()
    assert len(list((run / "bronze/data").glob("crm_sales-*.csv"))) == len(parts) == 200
    with open(parts[77], "ab") as file:
        file.write(parts[77].read_bytes().splitlines(keepends=True)[-1])
    jobs = project.jobs(*CONFIG, "--until", "silver_table", dry=True)
    assert jobs == {"bronze_file/crm_sales-0078.csv", "silver_table/crm_sales"}
