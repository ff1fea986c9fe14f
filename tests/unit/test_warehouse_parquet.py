"""A Parquet file has the types of the mart, and says what it is and what it was made from."""

import hashlib
import json

import polars as pl
import pytest

import warehouse_parquet
from elt.faults import Fault
from elt.run.company import Mart

MART = Mart.of("x", {
    "title": "Lines", "grain": "one row a line", "key": ["k"],
    "columns": {
        "k": {"type": "integer", "personal": "identifier", "description": "Key"},
        "day": {"type": "date", "personal": "none", "description": "Day"},
        "amount": {"type": "decimal", "decimals": 3, "unit": "money", "personal": "none", "description": "Amount"},
    },
})  # fmt: skip


def test_types_and_values_are_those_of_the_mart(tmp_path):
    (tmp_path / "x.csv").write_text("k,day,amount\n1,2024-02-29,1.005\n2,,\n")
    warehouse_parquet.main(MART, str(tmp_path / "x.csv"), str(tmp_path / "x.parquet"))
    found = pl.read_parquet(tmp_path / "x.parquet")
    assert found.schema == {"k": pl.Int64, "day": pl.Date, "amount": pl.Decimal(18, 3)}
    assert [str(value) for value in found["amount"]] == ["1.005", "None"]
    about = pl.read_parquet_metadata(tmp_path / "x.parquet")
    assert about["title"] == "Lines: one row a line"
    assert json.loads(about["columns"])["amount"] == "Amount. Unit: money. Personal class: none."
    assert about["sha256_of_csv"] == hashlib.sha256((tmp_path / "x.csv").read_bytes()).hexdigest()


@pytest.mark.parametrize("cell", ["secret", "12345678901234567890.5"])
def test_a_value_that_does_not_fit_is_a_fault_without_its_content_and_leaves_no_file(tmp_path, cell):
    (tmp_path / "x.csv").write_text(f"k,day,amount\n1,2024-02-29,{cell}\n")
    with pytest.raises(Fault, match="mart x: its file cannot be read") as told:
        warehouse_parquet.main(MART, str(tmp_path / "x.csv"), str(tmp_path / "x.parquet"))
    assert cell not in str(told.value)
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
