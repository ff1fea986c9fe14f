"""What is gone from raw folder and company leaves no trace in the run, and what somebody put there is refused."""

import json
import os
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, Project, copy_project

pytestmark = pytest.mark.slow

CONFIG = ("--config", "raw=raw/shop", "company=config/flat_shop", "run_id=x")
ENTRY = """
  letters:
    title: A letter
    grain: one row a letter
    key: [letter]
    columns:
      letter: {type: string, personal: none, description: A letter}
"""


def files(run: Path, *, history: bool = False) -> dict[str, bytes]:
    """Path in the run -> content of every file, receipts apart, and the history of the run."""
    found = {path.relative_to(run).as_posix(): path for path in run.rglob("*") if path.is_file()}
    apart = ("_meta/receipts",) if history else ("_meta/receipts", "_meta/history")
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(apart)}


def in_two_files(folder: Path) -> tuple[Path, Path]:
    """The orders of the worked example as two exports, halves of one."""
    header, *lines = (ROOT / "tests/data/flat_shop/bestellungen.csv").read_bytes().splitlines(keepends=True)
    folder.mkdir(parents=True)
    paths = folder / "bestellungen_2023.csv", folder / "bestellungen_2024.csv"
    for path, part in zip(paths, (lines[:340], lines[340:]), strict=True):
        path.write_bytes(header + b"".join(part))
    return paths


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, list[str]]:
    """A run from which an export and a mart have gone, and what the console said of the second call and of a check."""
    project = copy_project(tmp_path_factory.mktemp("removed") / "project")
    company = Path(shutil.copytree(ROOT / "tests/data/flat_shop_by_sql", project.folder / "config/flat_shop"))
    former, _ = in_two_files(project.folder / "raw/shop")
    entries = company / "marts.yaml"
    kept = entries.read_text("utf-8")
    entries.write_text(kept.rstrip() + ENTRY, "utf-8")
    (company / "marts/letters.sql").write_text("SELECT 'a' AS letter FROM silver.bestellungen LIMIT 1\n", "utf-8")
    first = project.snakemake("all", "warehouse", *CONFIG)
    assert first.returncode == 0, first.stdout[-3000:]
    former.unlink()
    (company / "marts/letters.sql").unlink()
    entries.write_text(kept, "utf-8")
    planned = project.snakemake("-n", *CONFIG)
    assert "bronze/data/bestellungen-0002.csv" in files(project.run("x"))  # a plan removes nothing
    done = project.snakemake(*CONFIG)
    checked = project.snakemake("verify", *CONFIG)
    return project, [planned.stdout, done.stdout, checked.stdout]


def test_an_export_and_a_mart_that_are_gone_leave_no_trace_outside_the_history(changed):
    project, _ = changed
    found = files(project.run("x"))
    assert [name for name, content in found.items() if "-0002" in name or b"bestellungen-0002" in content] == []
    assert [name for name in found if "letters" in name] == []
    assert "gold/parquet/fact_sales.parquet" in found


def test_the_console_names_what_was_removed_and_the_run_is_as_its_manifest_says(changed):
    _, (_, done, checked) = changed
    assert "files that were made of what is gone were removed from it" in done
    assert "bronze/data/bestellungen-0002.csv" in done and "gold/parquet/letters.parquet" in done
    assert "Run x is complete." in done
    assert "Run x is as its manifest says." in checked


def test_the_run_equals_one_that_never_knew_them(changed, tmp_path):
    project, _ = changed
    (fresh := tmp_path / "fresh").mkdir()
    for part in project.folder.iterdir():
        if part.name not in ("artifacts", ".snakemake"):
            (shutil.copytree if part.is_dir() else shutil.copy2)(part, fresh / part.name)
    assert Project(fresh).snakemake(*CONFIG).returncode == 0
    apart = ("_meta/run", "_meta/logs", "_meta/benchmarks", "gold/warehouse", "gold/_meta/warehouse")
    one, other = (
        {name: content for name, content in files(run).items() if not name.startswith(apart)}
        for run in (project.run("x"), Project(fresh).run("x"))
    )
    assert one == other
    listed = [
        json.loads(files(run)["_meta/run_manifest.json"])["files"]
        for run in (project.run("x"), Project(fresh).run("x"))
    ]
    assert listed[0] == listed[1]


def test_a_file_that_somebody_put_there_is_refused_by_plan_and_run(changed):
    project, _ = changed
    stray = project.run("x") / "reports/notes.txt"
    stray.write_text("x", "utf-8")
    try:
        for arguments in (["-n"], []):
            refused = project.snakemake(*arguments, *CONFIG)
            assert refused.returncode != 0
            assert (
                "1 files lie in it that no rule makes: reports/notes.txt. Move them out of artifacts" in refused.stdout
            )
            assert "Traceback" not in refused.stdout
    finally:
        stray.unlink()
    assert "Nothing to be done" in project.snakemake(*CONFIG).stdout


def verified(project: Project, code: int) -> str:
    """What an auditor's call says, which ends with this code and without a traceback."""
    done = project.snakemake("verify", *CONFIG)
    assert done.returncode == code and "Traceback" not in done.stdout, done.stdout[-3000:]
    return done.stdout


def damage(run: Path, outside: Path) -> list[str]:
    """One of each kind of difference that a file can have, and what `verify` must say of it."""
    outside.mkdir()
    with open(run / "reports/final_expose.md", "ab") as file:
        file.write(b"More.\n")
    (run / "gold/data/agg_geo_performance.csv").unlink()
    (run / "reports/notes.txt").write_text("x", "utf-8")
    (run / "reports/.notes.txt").write_text("x", "utf-8")
    (run / "reports/empty").mkdir()
    shutil.move(run / "reports/final_expose.html", outside / "page.html")
    (run / "reports/final_expose.html").symlink_to(outside / "page.html")
    os.link(run / "gold/data/dim_date.csv", outside / "dates.csv")
    (run / "gold/data/fact_sales.csv").chmod(0o644)
    receipts = run / "_meta/receipts/step1_eda"
    shutil.copyfile(receipts / "reports/eda_report.md.json", receipts / "data/eda_summary.json.json")
    return [
        "reports/final_expose.md was changed",
        "gold/data/agg_geo_performance.csv is missing",
        "reports/notes.txt is not in the manifest",
        "reports/.notes.txt is hidden",
        "reports/empty is an empty folder that no step has made",
        "reports/final_expose.html is a link",
        "gold/data/dim_date.csv has a second name",
        "gold/data/fact_sales.csv has the mode 0644 instead of 0600",
        "step1_eda/data/eda_summary.json has a receipt that says otherwise",
    ]


def mend(run: Path, outside: Path) -> None:
    """What the message says, word by word, before the run goes on."""
    (run / "reports/notes.txt").rename(outside / "notes.txt")
    (run / "reports/.notes.txt").rename(outside / ".notes.txt")
    (run / "reports/empty").rename(outside / "empty")
    (run / "reports/final_expose.html").unlink()
    shutil.move(outside / "page.html", run / "reports/final_expose.html")
    (outside / "dates.csv").unlink()
    (run / "gold/data/fact_sales.csv").chmod(0o600)
    (run / "reports/final_expose.md").unlink()


def test_verify_names_each_kind_of_difference_and_its_remedy_mends_them_all(changed, tmp_path):
    project, _ = changed
    run, outside = project.run("x"), tmp_path / "outside"
    before = {name: content for name, content in files(run).items() if not name.startswith("_meta")}
    words = damage(run, outside)
    said = verified(project, 1)
    assert [one for one in words if one not in said] == []
    assert f"{len(words)} files are not as the manifest says: " in said
    assert (
        "Move what is not in the manifest out of the run, then put the file itself in the place of a link, then give "
        "what has a wrong mode the one that is named, then delete what was changed, then run it again, or restore it "
        "from your backup."
    ) in said
    mend(run, outside)
    assert project.snakemake(*CONFIG).returncode == 0
    assert {name: content for name, content in files(run).items() if not name.startswith("_meta")} == before
    assert "Run x is as its manifest says." in verified(project, 0)


def test_verify_names_a_manifest_that_was_edited_and_one_that_cannot_be_read(changed):
    project, _ = changed
    path = project.run("x") / "_meta/run_manifest.json"
    whole = path.read_bytes()
    stated = json.loads(whole)
    stated["files"]["reports/final_expose.md"]["sha256"] = "0" * 64
    path.write_text(json.dumps(stated), "utf-8")
    said = verified(project, 1)
    assert "_meta/run_manifest.json was edited: its root hash is another; reports/final_expose.md" in said
    path.write_bytes(whole[: len(whole) // 2])
    said = verified(project, 1)
    assert "_meta/run_manifest.json is no JSON" in said and "restore the manifest from your backup" in said
    path.write_bytes(whole)
    assert "Run x is as its manifest says." in verified(project, 0)
