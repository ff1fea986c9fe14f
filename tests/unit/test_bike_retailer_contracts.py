"""What the contracts of the bike retailer make of single records."""

import yaml
from conftest import ROOT
from one_table import clean

SALES = yaml.safe_load((ROOT / "config/bike_retailer/contracts/crm_sales.yaml").read_text(encoding="utf-8"))


def test_a_price_rounded_to_the_cent_does_not_change_an_amount(tmp_path):
    header = ",".join(entry["name"] for entry in SALES["fields"])
    line = "SO1,P{},1,20240101,20240108,20240113,{},3,{}"
    lines = [line.format(1, "10.00", ""), line.format(2, "10.00", "3.33"), line.format(3, "11.00", "3.33")]
    done = clean(tmp_path, {**SALES, "name": "people"}, "\n".join([header, *lines]) + "\n")
    assert [(row["sls_price"], row["sls_sales"]) for row in done.rows("data")] == [
        ("3.33", "10.00"),
        ("3.33", "10.00"),
        ("3.33", "9.99"),
    ]
