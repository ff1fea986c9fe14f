"""A new mart needs one SQL file and one entry in marts.yaml, and nothing else."""

import csv
import json
from decimal import Decimal

import pytest
import yaml
from conftest import Project

pytestmark = pytest.mark.slow

SQL = """-- One row a weekday: gold.agg_geo_performance and 'silver.nothing' stand in a comment and a text only.
SELECT d.weekday, 'silver.nothing' AS note, kpi.revenue AS revenue, kpi.orders AS orders
FROM gold.fact_sales AS f
JOIN gold.dim_date AS d ON f.order_date = d.date
GROUP BY d.weekday
"""
ENTRY = """
  agg_weekday:
    title: Key figures by weekday
    grain: one row a weekday
    key: [weekday]
    ledger: {kpis: {revenue: revenue}}
    columns:
      weekday: {type: integer, required: true, personal: none, description: Weekday}
      note: {type: string, personal: none, description: Note}
      revenue: {type: decimal, decimals: 2, required: true, unit: money, personal: none, description: Revenue}
      orders: {type: integer, required: true, unit: orders, personal: none, description: Orders}
"""


def with_mart(project: Project, sql: str = SQL, entry: str = ENTRY) -> Project:
    """The project with one more mart."""
    folder = project.folder / "config/bike_retailer"
    (folder / "marts/agg_weekday.sql").write_text(sql, encoding="utf-8")
    with open(folder / "marts.yaml", "a", encoding="utf-8") as file:
        file.write(entry)
    return project


def test_a_new_mart_is_built_proved_described_and_packaged_and_no_other_mart_runs_again(finished: Project):
    jobs = with_mart(finished).jobs("--config", "seed=42", "run_id=sample")
    assert {job for job in jobs if job.startswith("gold_mart/")} == {"gold_mart/agg_weekday"}
    assert not {job for job in jobs if job.startswith(("bronze_file", "silver_table", "features_", "segmentation_"))}
    run = finished.run("sample")
    with open(run / "gold/data/agg_weekday.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ledger = json.loads((run / "_meta/ledger.json").read_text(encoding="utf-8"))
    assert [int(row["weekday"]) for row in rows] == [1, 2, 3, 4, 5, 6, 7]
    assert sum(Decimal(row["revenue"]) for row in rows) == Decimal(ledger["kpis"]["revenue"]["total"])
    assert "agg_weekday.revenue" in ledger["kpis"]["revenue"]["marts"]
    marts = yaml.safe_load((run / "gold/_meta/gold_metadata.yaml").read_text(encoding="utf-8"))["marts"]
    assert marts["agg_weekday"]["found"]["reads"] == ["gold.dim_date", "gold.fact_sales"]
    assert "Key figures by weekday" in (run / "gold/reports/data_dictionary.md").read_text(encoding="utf-8")
    package = json.loads((run / "gold/datapackage.json").read_text(encoding="utf-8"))
    assert "agg_weekday" in {resource["name"] for resource in package["resources"]}


def test_a_mart_that_loses_lines_is_refused_with_both_sums(finished: Project):
    lossy = SQL.replace("GROUP BY", "WHERE d.weekday <> 7\nGROUP BY")
    done = with_mart(finished, lossy).snakemake("--config", "seed=42", "run_id=sample")
    assert done.returncode != 0
    assert "mart agg_weekday: the sum of revenue is" in done.stdout
    assert "Look for lines that are lost or doubled by agg_weekday.sql" in done.stdout
    assert not (finished.run("sample") / "gold/data/agg_weekday.csv").exists()


def test_a_mart_that_reads_what_nobody_knows_is_named_before_anything_runs(finished: Project):
    done = with_mart(finished, SQL.replace("gold.dim_date", "gold.dim_day")).snakemake("--config", "run_id=sample")
    assert done.returncode != 0
    assert "agg_weekday.sql: gold.dim_day is neither a contract nor a mart" in done.stdout
