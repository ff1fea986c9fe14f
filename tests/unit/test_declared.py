"""What rules declare is known from the rules; what nothing declares is left over if a rule made it, else foreign."""

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import made_manifest
import pytest

from elt.command.invocation import Invocation
from elt.command.refusals import RefusalError
from elt.run import declared
from elt.run.company import NO_COMPANY
from elt.run.declared import Declared

HOME = "artifacts/runs/r"


def rule(name: str, output: Iterable[str], wildcard: str = "") -> SimpleNamespace:
    """A rule as Snakemake knows it: paths with the constraints of their wildcards, a log and a benchmark."""
    return SimpleNamespace(
        name=name,
        output=[f"{HOME}/{path}" for path in output],
        log=[f"{HOME}/_meta/logs/{name}{wildcard}.log"],
        benchmark=f"{HOME}/_meta/benchmarks/{name}{wildcard}.tsv",
    )


FILE = r"{file,new\.csv|other\.csv}"
RULES = [
    rule("bronze_file", [f"bronze/data/{FILE}", f"bronze/_meta/files/{FILE}.json"], f"/{FILE}"),
    rule("bronze_report", ["bronze/reports/bronze_report.md"]),
    SimpleNamespace(name="all", output=[], log=[], benchmark=None),
    SimpleNamespace(name="retention_verify", output=[f"{HOME}/_meta/verify.json"], log=["x.log"], benchmark=None),
]
VALUES = {"file": ["new.csv", "other.csv"]}
OLD = [
    "_meta/benchmarks/bronze_file/old.csv.tsv",
    "_meta/logs/bronze_file/old.csv.log",
    "bronze/_meta/files/old.csv.json",
    "bronze/_meta/tracebacks/bronze_file.old.csv.txt",
    "bronze/data/old.csv",
]
PRESENT = [
    *("bronze/data/new.csv", "bronze/_meta/files/new.csv.json", "bronze/reports/bronze_report.md"),
    *("_meta/logs/bronze_file/new.csv.log", "_meta/benchmarks/bronze_report.tsv"),
    "bronze/_meta/tracebacks/bronze_file.new.csv.txt",
]


def put(run: Path, names: Iterable[str]) -> None:
    """Files in a run folder."""
    for name in names:
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).write_text("x")


def found_in(run: Path, names: Iterable[str]) -> declared.Undeclared:
    """What is undeclared in a run folder with these files."""
    put(run, names)
    return declared.undeclared(run, Declared.of(RULES[:3], HOME, VALUES))


def test_what_is_declared_is_every_output_log_and_benchmark_for_every_value():
    files = Declared.of(RULES[:1], HOME, VALUES).files
    assert "bronze/data/other.csv" in files and "_meta/logs/bronze_file/new.csv.log" in files
    assert len(files) == 2 * 5


def test_a_run_that_holds_what_its_rules_make_has_nothing_undeclared(tmp_path):
    apart = ["_meta/run.json", "_meta/history/1/bronze/old.csv", "_meta/logs/of_another_version.log", ".DS_Store"]
    assert found_in(tmp_path, [*PRESENT, *apart, "gold/warehouse.duckdb.wal"]) == ([], [])


def test_all_that_was_made_of_a_raw_file_that_is_gone_is_left_over(tmp_path):
    assert found_in(tmp_path, [*PRESENT, *OLD]) == (OLD, [])


def test_the_log_of_a_file_that_failed_and_is_gone_is_left_over(tmp_path):
    assert found_in(tmp_path, OLD[1:2]) == (OLD[1:2], [])


def test_what_a_killed_job_left_half_written_is_left_over(tmp_path):
    half = [
        "_meta/history/.1.tmp/run.json",
        "_meta/receipts/bronze/data/.new.csv.json.4711.tmp",
        "bronze/data/.old.4711.tmp.csv",
        "silver/data/.customers.tmp/part.arrow",
    ]
    assert found_in(tmp_path, half) == (half, [])


def test_what_the_manifest_lists_and_no_rule_makes_any_more_is_left_over(tmp_path):
    put(tmp_path, ["_meta/run.json"])
    made_manifest.write(tmp_path, {"silver/feedback/gone.csv": {"sha256": "0", "bytes": 1}})
    rules = [*RULES[:3], rule("audit_manifest", ["_meta/run_manifest.json"])]
    put(tmp_path, ["silver/feedback/gone.csv"])
    found = declared.undeclared(tmp_path, Declared.of(rules, HOME, VALUES))
    assert found == (["silver/feedback/gone.csv"], [])


@pytest.mark.parametrize("name", ["notes.txt", "reports/final_expose.pdf", "bronze/data/mine.csv", "a/b.log"])
def test_a_file_that_no_rule_has_made_is_foreign_even_under_a_name_that_one_could_have_made(tmp_path, name):
    assert found_in(tmp_path, [*PRESENT, name]) == ([], [name])


def test_removing_leaves_nothing_but_what_is_declared(tmp_path):
    put(tmp_path, [*PRESENT, *OLD, "gold/parquet/old.parquet"])
    declared.remove(tmp_path, [*OLD, "gold/parquet/old.parquet"])
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()} == set(PRESENT)
    assert not (tmp_path / "gold").exists()


def test_a_link_that_is_left_over_is_removed_and_not_what_it_points_to(tmp_path):
    put(tmp_path, ["elsewhere.csv", f"{HOME}/_meta/logs/bronze_file/old.csv.log"])
    run = tmp_path / HOME
    (run / "bronze/data").mkdir(parents=True)
    (run / "bronze/data/old.csv").symlink_to(tmp_path / "elsewhere.csv")
    found = declared.undeclared(run, Declared.of(RULES[:3], HOME, VALUES))
    declared.remove(run, found.left_over)
    assert (tmp_path / "elsewhere.csv").exists() and not (run / "bronze").exists()


def begun(folder: Path, names: Iterable[str]) -> str:
    """What is said when a call begins with a run folder of these files."""
    put(folder / HOME, names)
    from datetime import UTC, datetime

    call = Invocation("run", datetime.now(UTC), {"company": "config/firm", "raw": "raw"}, HOME, NO_COMPANY)
    return call.begin([rule("bronze_file", ["bronze/data/{file,}"], "/{file,}"), RULES[3]])


def test_a_run_that_begins_says_what_it_removes(folder):
    said = begun(folder, ["bronze/data/old.csv", "_meta/logs/bronze_file/old.csv.log"])
    assert said == (
        "Run r: 2 files that were made of what is gone were removed from it: _meta/logs/bronze_file/(a raw file).log, "
        "bronze/data/(a raw file)\n"
    )
    assert not (folder / HOME / "bronze").exists()


def test_a_run_with_a_foreign_file_is_refused_and_nothing_is_removed_until_it_is_moved_out(folder, monkeypatch):
    from elt.run import run_folders

    names = ["reports/notes.txt", "bronze/data/old.csv", "_meta/logs/bronze_file/old.csv.log"]
    with pytest.raises(RefusalError, match="1 files lie in it that no rule makes: reports/notes.txt. Move them out of"):
        begun(folder, names)
    assert all((folder / HOME / name).exists() for name in names)
    (folder / HOME / "reports/notes.txt").unlink()
    for descriptor in run_folders._locks:
        __import__("os").close(descriptor)
    monkeypatch.setattr(run_folders, "_locks", [])
    assert begun(folder, []).startswith("Run r: 2 files")


def test_a_message_names_the_first_of_many():
    assert declared.listed([f"{n}.csv" for n in range(22)]).endswith("19.csv, and 2 more")
