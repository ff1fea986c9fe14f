"""Two runs compared as a user types it: equal ones say so, one changed raw cell is named exactly."""

import shutil

import pytest
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
