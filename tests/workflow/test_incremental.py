"""Only what depends on a change runs again; each test looks at the jobs.

Single edits stand in test_single_edits.py, and their bytes in test_edits_from_scratch.py.
"""

import os
import re
import secrets
import shutil
from pathlib import Path

import pytest
from conftest import Project, copy_project, jobs_in

from elt.command import early_cutoff

pytestmark = pytest.mark.slow

CONFIG = ("--config", "seed=42", "run_id=sample")
AFTER_GOLD = {"audit_ledger", "privacy_policy", "audit_manifest", "gold_report", "silver_report"}


def replace(path: Path, pattern: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    changed, count = re.subn(pattern, new, text, count=1)
    assert count == 1, f"{pattern} is not in {path.name}"
    path.write_text(changed, encoding="utf-8")


def tables(jobs: set[str]) -> set[str]:
    return {job for job in jobs if job.startswith("silver_table/")}


def test_a_second_run_has_nothing_to_be_done_and_changes_no_file(finished: Project):
    finished.snakemake(*CONFIG)  # notes the look of files that are copies of those of the finished run
    files = {p: p.stat().st_mtime_ns for p in finished.run("sample").rglob("*") if p.is_file()}
    done = finished.snakemake(*CONFIG)
    assert "Nothing to be done" in done.stdout
    assert files == {p: p.stat().st_mtime_ns for p in finished.run("sample").rglob("*") if p.is_file()}


def test_without_an_id_the_newest_run_of_the_same_data_goes_on(finished: Project):
    assert "Nothing to be done" in finished.snakemake("--config", "seed=42").stdout


def test_a_changed_raw_file_reruns_its_table_and_no_other_table_whatever_its_time(finished: Project):
    path = finished.folder / "raw/source_erp/LOC_A101.csv"
    path.write_bytes(path.read_bytes().replace(b";Polen\r\n", b";PL\r\n", 1))
    os.utime(path, (4e9, 4e9))  # in the year 2096: Snakemake refuses outputs that are older than an input
    done = finished.snakemake(*CONFIG)
    jobs, kept = jobs_in(done.stdout), set(re.findall(f"^{early_cutoff.KEPT}(.*)$", done.stdout, re.MULTILINE))
    assert done.returncode == 0, done.stdout[-6000:]
    assert tables(jobs) == {"silver_table/erp_locations"}
    assert {"bronze_file/LOC_A101.csv", "gold_mart/dim_customer", "expose_report", *AFTER_GOLD} <= jobs
    assert {"gold_mart dim_customer", "gold_mart fact_sales", "eda_summary", "segmentation_kmeans"} <= kept
    assert not kept & {"bronze_file LOC_A101.csv", "silver_table erp_locations", "privacy_leaks", "audit_manifest"}
    assert not jobs & {"gold_mart/dim_product", "gold_mart/dim_date", "bronze_file/sales_details.csv"}
    assert finished.jobs(*CONFIG, dry=True) == set()


def test_a_raw_file_replaced_under_its_old_time_of_change_is_noticed(finished: Project):
    path = finished.folder / "raw/source_erp/LOC_A101.csv"
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b";Polen\r\n", b";PL\r\n", 1))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "silver_table/erp_locations" in finished.jobs(*CONFIG, dry=True)


def test_a_fixed_number_of_segments_on_the_command_line_reruns_the_segmentation(finished: Project):
    jobs = finished.jobs(*CONFIG, "segmentation={k: 3}", dry=True)
    assert "segmentation_kmeans" in jobs
    assert not {job for job in jobs if job.startswith(("bronze", "silver", "gold", "eda", "features"))}


def test_a_changed_shared_module_reruns_just_the_scripts_that_import_it(finished: Project):
    replace(finished.folder / "scripts/elt/segmentation/clustering.py", r"\Z", "ADDED = True\n")
    jobs = finished.jobs(*CONFIG, dry=True)
    assert "segmentation_kmeans" in jobs
    assert not {job for job in jobs if job.startswith(("bronze", "silver", "gold", "eda", "features"))}


def test_touching_every_input_and_script_reruns_nothing(finished: Project):
    for part in ("raw", "scripts", "config", "rules", "docs"):
        for path in (finished.folder / part).rglob("*"):
            os.utime(path)
    assert "Nothing to be done" in finished.snakemake(*CONFIG).stdout


def test_a_fresh_checkout_in_another_folder_reruns_nothing(finished: Project, tmp_path: Path):
    fresh = copy_project(tmp_path / "elsewhere/fresh")
    for part in ("raw", "scripts", "config", "rules", "docs"):
        for path in (fresh.folder / part).rglob("*"):
            os.utime(path)
    for part in ("artifacts", ".snakemake"):
        shutil.copytree(finished.folder / part, fresh.folder / part)
    shutil.copy2(finished.folder / ".env", fresh.folder / ".env")
    assert "Nothing to be done" in fresh.snakemake(*CONFIG).stdout


def test_another_key_reruns_pseudonyms_and_what_follows_and_no_table(finished: Project):
    key = finished.folder / ".env"
    key.write_text(f"ELT_PSEUDONYM_KEY={secrets.token_hex(32)}\n")
    jobs = finished.jobs(*CONFIG, dry=True)
    assert {"gold_pseudonyms", "features_customers", "privacy_policy"} <= jobs
    assert not {job for job in jobs if job.startswith(("bronze", "silver", "gold_mart", "eda"))}


@pytest.mark.parametrize("wanted", ["new", "other"])
def test_a_new_run_leaves_the_old_one_alone(finished: Project, wanted: str):
    jobs = finished.jobs("--config", "seed=42", f"run_id={wanted}", dry=True)
    assert len(tables(jobs)) == 6
    assert [path.name for path in (finished.folder / "artifacts/runs").iterdir()] == ["sample"]


@pytest.mark.parametrize(
    ("lost", "job"),
    [
        ("reports/final_expose.html", "privacy_publish"),
        ("_closed/reports/final_expose.html", "expose_report"),
        ("_closed/reports/figures/cohort_retention.svg", "expose_figures"),
        ("_closed/step2_feature_engineering/reports/feature_dictionary.html", "features_report"),
        ("bronze/data/cust_info.csv", "bronze_file/cust_info.csv"),
        ("silver/changes/crm_sales.csv", "silver_table/crm_sales"),
        ("gold/_meta/marts/dim_date.json", "gold_mart/dim_date"),
        ("_closed/_meta/data_policy.json", "privacy_policy"),
        ("_meta/data_policy.json", "privacy_publish"),
    ],
)
def test_a_file_that_is_lost_is_made_again(finished: Project, lost: str, job: str):
    (finished.run("sample") / lost).unlink()
    assert job in finished.jobs(*CONFIG, dry=True)


def test_a_lost_expose_comes_back_with_the_same_bytes(finished: Project):
    path = finished.run("sample") / "reports/final_expose.html"
    before = path.read_bytes()
    path.unlink()
    assert finished.jobs(*CONFIG) == {"privacy_publish", "audit_manifest"}
    assert path.read_bytes() == before


def test_a_published_file_that_was_edited_is_published_again_and_nothing_else_runs(finished: Project):
    run = finished.run("sample")
    path = run / "step2_feature_engineering/data/customer_features.csv"
    before = path.read_bytes()
    path.write_bytes(before.replace(b",", b";", 1))
    again = {"privacy_publish", "audit_manifest"}
    assert finished.jobs(*CONFIG, dry=True) == again
    assert path.read_bytes() != before  # a plan touches nothing
    assert finished.jobs(*CONFIG) == again
    assert path.read_bytes() == before and path.stat().st_mode & 0o777 == 0o600
    assert finished.jobs(*CONFIG, dry=True) == set()


def test_an_edited_published_table_changes_nothing_that_is_made_later(finished: Project):
    run = finished.run("sample")
    shares = (run / "reports/figures/segment_shares.svg").read_bytes()
    table = run / "step3_segmentation/_meta/model_metadata.json"
    table.write_bytes(table.read_bytes().replace(b'"rows"', b'"lines"'))
    (run / "_closed/reports/number_ledger.json").unlink()
    jobs = finished.jobs(*CONFIG)
    assert {"expose_numbers", "privacy_publish"} <= jobs and "segmentation_kmeans" not in jobs
    assert (run / "reports/figures/segment_shares.svg").read_bytes() == shares
