"""The sample knows what was planted in it (raw/planted.json): silver finds exactly that, nothing missed, nothing invented."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import ROOT

PLANTED = json.loads((ROOT / "raw/planted.json").read_text(encoding="utf-8"))


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def books(run: Path, table: str) -> dict:
    return json.loads((run / f"silver/_meta/tables/{table}.json").read_text(encoding="utf-8"))


def cells(run: Path, table: str) -> dict[tuple[str, str], int]:
    return {(c["column"], c["rule"]): c["cells"] for c in books(run, table)["conversions"]}


def test_quarantine_holds_the_customers_without_a_number_and_no_other_record(sample_run: Path):
    found = rows(sample_run / "silver/quarantine/crm_customers.csv")
    assert [int(row["record"]) for row in found] == PLANTED["crm_customers"]["missing_key"]
    assert {row["code"] for row in found} == {"missing_key"}
    for table in PLANTED.keys() - {"crm_customers"}:
        assert rows(sample_run / f"silver/quarantine/{table}.csv") == []


def test_exactly_the_older_records_of_repeated_customers_are_superseded(sample_run: Path):
    planted = PLANTED["crm_customers"]
    with open(sample_run / "bronze/data/cust_info.csv", encoding="utf-8", newline="") as file:
        raw = list(csv.reader(file))[1:]
    gone = {*planted["missing_key"], *planted["superseded"]}
    expected = {tuple(cell.strip() for cell in raw[n][:4]) for n in range(len(raw)) if n + 1 not in gone}
    silver = rows(sample_run / "silver/data/crm_customers.csv")
    assert {(r["cst_id"], r["cst_key"], r["cst_firstname"], r["cst_lastname"]) for r in silver} == expected
    assert books(sample_run, "crm_customers")["superseded"] == len(planted["superseded"])


def test_every_padded_name_is_trimmed_and_counted(sample_run: Path):
    found = cells(sample_run, "crm_customers")
    for column, records in PLANTED["crm_customers"]["padded"].items():
        assert found.get((column, "trimmed"), 0) == len(records)


def test_empty_codes_are_counted(sample_run: Path):
    found = cells(sample_run, "crm_customers")
    for column in ("cst_gndr", "cst_marital_status"):
        assert found[column, "not in the code list"] == PLANTED["crm_customers"]["empty"][column]


def test_exactly_the_unusable_order_dates_are_recovered_and_to_the_true_day(sample_run: Path):
    found = [r for r in rows(sample_run / "silver/changes/crm_sales.csv") if r["column"] == "sls_order_dt"]
    assert {(int(r["record"]), r["after"]) for r in found} == {
        (p["record"], p["true_date"]) for p in PLANTED["crm_sales"]["unusable_order_date"]
    }


def test_exactly_the_wrong_amounts_and_prices_are_repaired_to_the_true_value(sample_run: Path):
    found = [r for r in rows(sample_run / "silver/changes/crm_sales.csv") if r["column"] != "sls_order_dt"]
    assert {(int(r["record"]), r["column"], Decimal(r["after"])) for r in found} == {
        (p["record"], p["column"], Decimal(p["repaired"])) for p in PLANTED["crm_sales"]["repairs"]
    }
    assert len(found) == len(PLANTED["crm_sales"]["repairs"])


def test_the_money_balances_to_the_cent(sample_run: Path):
    planted, found = PLANTED["crm_sales"]["money"], books(sample_run, "crm_sales")["money"]["sls_sales"]
    assert Decimal(found["raw"]) == Decimal(planted["raw"])
    assert Decimal(found["repairs"]) == Decimal(planted["effect"])
    assert Decimal(found["silver"]) == Decimal(planted["repaired"])


def test_exactly_the_impossible_end_dates_are_replaced_by_the_day_before_the_next_version(sample_run: Path):
    found = rows(sample_run / "silver/changes/crm_products.csv")
    assert {int(r["record"]) for r in found} == set(PLANTED["crm_products"]["end_before_start"])
    products = rows(sample_run / "silver/data/crm_products.csv")
    assert all(r["prd_end_dt"] == "" or r["prd_end_dt"] > r["prd_start_dt"] for r in products)


def test_exactly_the_birth_dates_in_the_future_are_emptied(sample_run: Path):
    planted = PLANTED["erp_customers"]["birth_date_in_future"]
    assert cells(sample_run, "erp_customers")["BDATE", "outside limits"] == len(planted)
    with open(sample_run / "bronze/data/CUST_AZ12.csv", encoding="cp1252", newline="") as file:
        raw = [row[0].removeprefix("NAS") for row in list(csv.reader(file, delimiter=";"))[1:]]
    without = {r["CID"] for r in rows(sample_run / "silver/data/erp_customers.csv") if not r["BDATE"]}
    assert without == {raw[record - 1] for record in planted}


def test_prefixes_and_dashes_of_the_erp_keys_are_removed_and_counted(sample_run: Path):
    assert cells(sample_run, "erp_customers")["CID", "converted"] == PLANTED["erp_customers"]["prefixed"]
    assert cells(sample_run, "erp_locations")["CID", "converted"] == PLANTED["erp_locations"]["dashed"]


@pytest.mark.parametrize(
    ("table", "column", "key", "meaning"),
    [
        ("erp_customers", "GEN", "gender_as_written",
         {"Male": "Male", "M": "Male", "männlich": "Male", "Female": "Female", "F": "Female", "weiblich": "Female", "": "n/a"}),
        ("erp_locations", "CNTRY", "country_as_written",
         {"DE": "Germany", "Deutschland": "Germany", "AT": "Austria", "Österreich": "Austria", "CH": "Switzerland",
          "Schweiz": "Switzerland", "Frankreich": "France", "Niederlande": "Netherlands", "Dänemark": "Denmark",
          "Polen": "Poland", "Belgien": "Belgium", "Luxemburg": "Luxembourg", "Tschechien": "Czechia"}),
    ],
)  # fmt: skip
def test_every_spelling_of_a_code_becomes_its_meaning(
    sample_run: Path, table: str, column: str, key: str, meaning: dict
):
    expected: dict[str, int] = {}
    for written, count in PLANTED[table][key].items():
        value = meaning.get(written.strip(), written.strip())
        expected[value] = expected.get(value, 0) + count
    found: dict[str, int] = {}
    for row in rows(sample_run / f"silver/data/{table}.csv"):
        found[row[column]] = found.get(row[column], 0) + 1
    assert found == expected


def test_contradictions_between_crm_and_erp_are_counted(sample_run: Path):
    marts = json.loads((sample_run / "gold/_meta/marts/dim_customer.json").read_text(encoding="utf-8"))
    assert marts["flags"]["is_gender_contradictory"] == PLANTED["erp_customers"]["contradicts_crm"]


def test_sales_older_than_the_first_version_of_their_product_are_flagged(sample_run: Path):
    fact = json.loads((sample_run / "gold/_meta/marts/fact_sales.json").read_text(encoding="utf-8"))
    assert fact["flags"]["is_before_first_version"] == PLANTED["crm_products"]["lines_before_first_version"]


def test_the_unknown_category_is_shown_as_unknown_and_its_sales_are_kept(sample_run: Path):
    planted = PLANTED["crm_products"]["unknown_category"]
    products = rows(sample_run / "gold/data/dim_product.csv")
    assert sum(r["category"] == "n/a" and r["product_key"] != "0" for r in products) == len(planted["records"])


def test_three_quarters_of_the_members_of_a_segment_bear_out_its_name(sample_run: Path):
    """The rule of each name is checked on the members themselves, as the tables of the run hold them."""
    model = json.loads((sample_run / "step3_segmentation/_meta/model_metadata.json").read_text("utf-8"))
    segment_of = {row["customer"]: int(row["segment"]) for row in rows(sample_run / "gold/data/customer_clusters.csv")}
    people = rows(sample_run / "gold/data/customer_features_exact.csv")
    checked = 0
    for segment in model["segments"]:
        members = [row for row in people if segment_of[row["customer"]] == segment["label"]]
        for condition in (part for part in segment["rule"] if "value" in part):
            values = [float(row[condition["feature"]]) for row in members]
            met = sum(
                value >= condition["value"] if "at_least" in condition else value <= condition["value"]
                for value in values
            )
            assert met >= 0.75 * len(members), (segment["id"], condition["feature"])
            checked += 1
    assert checked >= 10 and len(members) == segment["customers"]
