"""Two runs compared as a user types it: equal ones say so, one changed raw cell is named exactly."""

import json
import shutil

import pytest
from again import Again
from flat_shop import FlatShop, first, lines

pytestmark = pytest.mark.slow


def compared(shop: FlatShop, run: str, other: str) -> str:
    """What the console says."""
    told = ("company=config/flat_shop", f"raw=exports/{run}", f"run_id={run}", f"compare_to={other}")
    done = shop.project.snakemake("compare", "--config", *told)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def test_equal_runs_do_not_differ_and_one_changed_cell_of_a_raw_file_is_named_exactly(tmp_path):
    shop = FlatShop(tmp_path / "project")
    rows = lines()
    plain = shop.run("plain", rows)
    shutil.copytree(plain, shop.project.run("same"))
    assert "Run same compared to plain. There is no difference." in compared(shop, "same", "plain")
    changed = first(rows, lambda row: row["Betrag"] == "9,50" and row["Menge"] == "1")
    number = rows.index(changed) + 1
    shop.run("other", [row | {"Artikel": "Kekse"} if row is changed else row for row in rows])
    said = compared(shop, "other", "plain")
    assert f"Raw records: 1 cell changed: bestellungen.csv, record {number}, column Artikel" in said
    assert "Settings: the same, read from another raw folder" in said and "State: the same" in said
    assert "Kekse" not in said
    keeps_the_numbers_of(shop, "other", "plain")


def keeps_the_numbers_of(shop: FlatShop, run: str, other: str) -> None:
    """With `compare_to` the segments of a run keep the numbers of another, and the page says who moved; it is refused
    where the other one's files were edited, until that run is made whole again."""
    told = ("company=config/flat_shop", f"raw=exports/{run}", f"run_id={run}", f"compare_to={other}")
    table = shop.project.run(other) / "step3_segmentation/data/customer_segments.csv"
    as_written = table.read_bytes()
    table.write_bytes(as_written + b"x")
    refused = shop.project.snakemake("--config", *told)
    assert refused.returncode != 0 and "Make that run whole again" in refused.stdout
    table.write_bytes(as_written)
    (shop.project.run(run) / "console.txt").unlink()
    done = shop.project.snakemake("--config", *told)
    assert done.returncode == 0, done.stdout[-3000:]
    folder = shop.project.run(run) / "step3_segmentation"
    model = json.loads((folder / "_meta/model_metadata.json").read_text("utf-8"))
    assert all(one["is_kept"] for one in model["segments"]) and model["migration"]["run"] == other
    assert f"keep the number that they had in run {other}" in (folder / "reports/segmentation_report.md").read_text(
        "utf-8"
    )
    again = Again(folder.parent, "step3_segmentation/reports/number_ledger.json")
    assert again.differences() == {} and again.files["earlier"]["run"] == other
    assert [name for name, entry in again.figures.items() if "FROM earlier" in entry.get("query", "")]
    assert Again(folder.parent, "reports/number_ledger.json").differences() == {}
    assert "Nothing to be done" in shop.project.snakemake("--config", *told).stdout
    checked = shop.project.snakemake("verify", "--config", *told[:3])
    assert checked.returncode == 0, checked.stdout[-3000:]
