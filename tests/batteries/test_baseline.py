"""The baseline of the benchmark makes the same warehouse as the Golden Path: else their times say nothing."""

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from baseline_duckdb import build
from conftest import REAL, ROOT

pytestmark = pytest.mark.slow
RUNS = [("sample_run", ROOT / "raw"), pytest.param(("real_run", REAL), marks=pytest.mark.real)]
FEATURES = "step2_feature_engineering/data/customer_features.csv"


def table(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)


def total(frame: pl.DataFrame, column: str) -> Decimal:
    return frame[column].cast(pl.Decimal(38, 6)).sum()


@pytest.mark.parametrize("case", RUNS, ids=["sample", "bike retailer"])
def test_rows_of_every_table_and_all_amounts_are_those_of_the_run(case, request, tmp_path):
    name, raw = case
    run = request.getfixturevalue(name)
    build(raw, tmp_path / "made", cores=2)
    made = {path.stem: table(path) for path in (tmp_path / "made").glob("*.csv")}
    ours = {path.stem: table(path) for layer in ("silver", "gold") for path in (run / layer / "data").glob("*.csv")}
    ours["customer_features"] = table(run / FEATURES)
    assert set(made) == set(ours) - {"customer_pseudonyms", "customer_features_exact", "customer_clusters"}
    assert {name: len(frame) for name, frame in made.items()} == {name: len(ours[name]) for name in made}
    columns = [
        (n, c)
        for n in made
        for c in ("revenue", "sales_amount", "cost_amount", "cost", "units")
        if c in made[n].columns
    ]
    assert len(columns) > 12
    for name, column in columns:
        assert total(made[name], column) == total(ours[name], column), (name, column)
