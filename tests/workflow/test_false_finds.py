"""A customer called like words of the reports stops the run until somebody acknowledges the finds; then it goes on."""

import json
from pathlib import Path

import pytest
import yaml
from flat_shop import FlatShop, lines

pytestmark = pytest.mark.slow

ENTRY = "acknowledged_finds: - "


def test_the_lines_of_the_message_let_the_run_go_on_and_are_stated_where_they_belong(tmp_path: Path):
    rows = lines()
    one, two, three, *others = sorted({row["Kunden-Nr."] for row in rows})
    called = {other: f"Kunde {number}" for number, other in enumerate(others)}  # as where names are left out
    called |= {
        one: "Unique Customers",
        two: "Germany Austria",
        three: "Segment 1",
    }  # words of a template, neighbouring labels of a chart, and what a segment without a name is called
    rows = [row | {"Name": called.get(row["Kunden-Nr."], row["Name"])} for row in rows]
    shop = FlatShop(tmp_path / "project")
    with pytest.raises(AssertionError, match="personal values would have been published"):
        shop.run("false", rows)
    run = shop.project.run("false")
    log = (run / "_meta/logs/privacy_leaks.log").read_text("utf-8")
    entries = [yaml.safe_load(line.partition(ENTRY)[2]) for line in log.splitlines() if ENTRY in line]
    files = {entry["file"] for entry in entries}
    assert {"reports/final_expose.md", "release/data/released_customers.csv"} <= files, "a segment's name"
    assert "_meta/privacy/threshold_check.de.md" not in files, "16 figures of each customer name no customer 16"
    assert "step1_eda/reports/number_ledger.json" in files and "_meta/privacy/uniqueness_report.en.md" not in files
    assert "unique customers" in (run / "_closed/_meta/privacy/uniqueness_report.en.md").read_text("utf-8")
    assert "Unique Customers" not in log and not (run / "step1_eda").exists()
    statements = shop.project.folder / "config/flat_shop/privacy.yaml"
    given = {"acknowledged_finds": [entry | {"why": "the heading of a report"} for entry in entries]}
    statements.write_text(yaml.safe_dump(given), encoding="utf-8")
    told = (f"raw={shop.project.folder}/exports/false", "company=config/flat_shop", "run_id=false")
    done = shop.project.snakemake("--config", *told)
    assert done.returncode == 0, done.stdout[-4000:]
    report = json.loads((run / "_meta/leak_report.json").read_text("utf-8"))
    assert report["acknowledged"] == {"finds": len(entries), "entries_without_find": 0}
    policy = json.loads((run / "_meta/data_policy.json").read_text("utf-8"))
    assert len(policy["acknowledged_finds"]) == len(entries)
    assert "the heading of a report" in (run / "_meta/privacy/record_of_processing.en.md").read_text("utf-8")
