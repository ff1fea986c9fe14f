"""The Golden Path as a user sees it: what it leaves, what it says, and that the same command gives the same bytes."""

import json
import re
import stat
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import ROOT, Project, copy_project
from jsonschema import Draft202012Validator

from elt.run import manifest

pytestmark = pytest.mark.slow

CONTRACTED = [
    "_meta/run_manifest.json",
    "_meta/data_policy.json",
    "_meta/ledger.json",
    "bronze/reports/bronze_report.md",
    "bronze/_meta/bronze_metadata.yaml",
    "silver/reports/silver_quality_report.md",
    "silver/_meta/silver_metadata.yaml",
    "gold/reports/gold_marts_report.md",
    "gold/reports/data_dictionary.md",
    "gold/_meta/gold_metadata.yaml",
    "step1_eda/data/eda_summary.json",
    "step1_eda/reports/eda_report.md",
    "step2_feature_engineering/data/customer_features.csv",
    "step2_feature_engineering/reports/feature_dictionary.md",
    "step3_segmentation/data/customer_segments.csv",
    "step3_segmentation/_meta/model_metadata.json",
    "step3_segmentation/reports/segmentation_report.md",
    "reports/final_expose.md",
    "reports/final_expose.html",
]
FOLDERS = [
    "_meta/logs",
    "_meta/benchmarks",
    "bronze/data",
    "silver/data",
    "silver/quarantine",
    "silver/changes",
    "gold/data",
    "step1_eda/figures",
    "step3_segmentation/figures",
    "reports/figures",
]
MAY_DIFFER = ("_meta/run_manifest.json", "_meta/logs", "_meta/benchmarks", "_meta/receipts", "_meta/run.json")


def contents(run: Path) -> dict[str, bytes]:
    """Path in the run -> bytes of every file that must be the same each time."""
    found = {path.relative_to(run).as_posix(): path.read_bytes() for path in run.rglob("*") if path.is_file()}
    return {name: data for name, data in found.items() if not name.startswith(MAY_DIFFER)}


def facts(run: Path) -> dict[str, Any]:
    """What the manifest says but for the facts of the call."""
    return {
        name: said
        for name, said in json.loads((run / manifest.NAME).read_bytes()).items()
        if name not in manifest.OF_THE_CALL
    }


def test_every_contracted_path_has_content(sample_run: Path):
    for name in CONTRACTED:
        assert (sample_run / name).stat().st_size > 100, name
    for name in FOLDERS:
        assert any(path.stat().st_size for path in (sample_run / name).rglob("*")), name


def test_the_closing_words_name_the_expose_and_five_figures(sample_project: Project):
    words = (sample_project.folder / "console.txt").read_text(encoding="utf-8").partition("Run sample is complete.")[2]
    assert "The exposé: artifacts/runs/sample/reports/final_expose.html" in words
    figures = words.partition("The data contradict")[0].strip().splitlines()
    assert len(figures) == 5
    assert all(re.search(r"\d", line) for line in figures)
    assert "39,543 order lines" in words


def test_one_core_without_the_warm_worker_in_another_folder_gives_the_same_bytes(
    sample_project: Project, tmp_path: Path
):
    other = copy_project(tmp_path / "another folder/with blanks")
    (other.folder / ".env").write_bytes((sample_project.folder / ".env").read_bytes())
    (other.folder / ".env").chmod(0o600)
    done = other.snakemake(
        "--config", "seed=42", "run_id=sample", "warm_worker=off", cores=1,
        TZ="Pacific/Auckland", LC_ALL="C", PYTHONHASHSEED="7", POLARS_MAX_THREADS="1", OMP_NUM_THREADS="1",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
    first, second = contents(sample_project.run("sample")), contents(other.run("sample"))
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
    assert facts(sample_project.run("sample")) == facts(other.run("sample"))


def test_a_dry_run_and_a_listing_create_nothing(project: Project):
    for arguments in (["-n"], ["--list"], ["-n", "--config", "run_id=new"]):
        done = project.snakemake(*arguments)
        assert done.returncode == 0, done.stdout
    assert not (project.folder / "artifacts").exists()
    assert not (project.folder / ".env").exists()


def test_the_list_explains_every_target(project: Project):
    lines = [line for line in project.snakemake("--list").stdout.splitlines() if re.match(r"^\w+( \(|$)", line)]
    assert len(lines) > 15
    assert all(re.fullmatch(r"\w+ \(.{20,}\)", line) for line in lines), lines


def test_protected_layers_are_closed_whatever_the_umask(sample_run: Path):
    for layer in ("bronze", "silver", "gold", "_closed"):
        assert stat.S_IMODE((sample_run / layer).stat().st_mode) == 0o700
        for path in (sample_run / layer).rglob("*"):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_the_key_file_is_made_for_the_owner_alone(sample_project: Project):
    assert stat.S_IMODE((sample_project.folder / ".env").stat().st_mode) == 0o600


def test_the_summary_of_the_exploration_fits_its_published_schema(sample_run: Path):
    schema = json.loads((ROOT / "docs/architecture/eda_summary.schema.json").read_text("utf-8"))
    summary = json.loads((sample_run / "step1_eda/data/eda_summary.json").read_text("utf-8"))
    check = Draft202012Validator(schema)
    assert [f"{list(fault.absolute_path)}: {fault.message[:200]}" for fault in check.iter_errors(summary)] == []
    planted = summary | {"concentration": [{"customers": 0, "revenue_share": 1.5}]}
    assert len([*check.iter_errors(planted)]) == 2


def test_the_values_of_orders_and_the_tenths_of_customers_are_those_of_the_order_lines(sample_run: Path):
    lines = pd.read_csv(sample_run / "gold/data/fact_sales.csv", dtype={"order_number": str})
    lines = lines[(lines["customer_key"] != 0) & (lines["document_type"] == "order")]
    summary = json.loads((sample_run / "step1_eda/data/eda_summary.json").read_text("utf-8"))
    orders = lines.groupby("order_number")["sales_amount"].sum().round(2)
    quartiles = [float(orders[orders > 0].quantile(share, interpolation="lower")) for share in (0.25, 0.5, 0.75)]
    assert [summary["order_values"]["percentiles"][name] for name in ("p25", "p50", "p75")] == quartiles
    revenue = lines.groupby("customer_key")["sales_amount"].sum().sort_values(ascending=False)
    tenth = revenue.head(round(len(revenue) / 10)).sum() / revenue.sum()
    assert summary["concentration"][0] == {"customers": round(len(revenue) / 10), "revenue_share": round(tenth, 4)}
