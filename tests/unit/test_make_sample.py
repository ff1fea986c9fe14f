"""The sample is reproducible, and planted.json says exactly what a recount of its files finds."""

import csv
import importlib.util
import json
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

RAW = Path(__file__).parents[2] / "raw"
FILES = {
    "crm_customers": "source_crm/cust_info.csv",
    "crm_products": "source_crm/prd_info.csv",
    "crm_sales": "source_crm/sales_details.csv",
    "erp_customers": "source_erp/CUST_AZ12.csv",
    "erp_locations": "source_erp/LOC_A101.csv",
    "erp_categories": "source_erp/PX_CAT_G1V2.csv",
}
GENDERS = {"male": "M", "m": "M", "männlich": "M", "female": "F", "f": "F", "weiblich": "F"}


@cache
def read(table):
    """Records of one committed file as dictionaries, by a parser the generator does not use."""
    is_erp = table.startswith("erp")
    text = (RAW / FILES[table]).read_bytes().decode("cp1252" if is_erp else "utf-8")
    assert '"' not in text
    return list(csv.DictReader(text.splitlines(), delimiter=";" if is_erp else ","))


def numbers(records, is_wanted):
    """Numbers, from 1, of the records for which `is_wanted` holds."""
    return [number for number, record in enumerate(records, start=1) if is_wanted(record)]


def true_day(line):
    """The order date of a sales line, from its ship date, which is never wrong."""
    return date.fromisoformat(line["sls_ship_dt"]) - timedelta(days=7)


def money(line):
    """Amount, quantity and price as written; None where empty."""
    values = (line["sls_sales"], line["sls_quantity"], line["sls_price"])
    return [Decimal(value) if value else None for value in values]


@pytest.fixture(scope="module")
def planted():
    return json.loads((RAW / "planted.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def sales():
    return read("crm_sales")


@pytest.fixture(scope="module")
def true_sales(sales):
    """Customer, order, day, true amount and product number of each line."""
    rows = []
    for line in sales:
        amount, quantity, price = money(line)
        amount = quantity * abs(price) if price is not None else amount
        keys = (line["sls_cust_id"], line["sls_ord_num"])
        rows.append((*keys, true_day(line), amount, line["sls_prd_key"]))
    return rows


def surviving(records):
    """The record that counts of each customer: the one with the latest creation date."""
    ascending = sorted(records, key=lambda record: record["cst_create_date"])
    return {record["cst_id"]: record for record in ascending if record["cst_id"]}


def test_two_runs_write_the_committed_bytes(tmp_path):
    spec = importlib.util.spec_from_file_location("make_sample", RAW / "make_sample.py")
    make_sample = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_sample)
    make_sample.main(tmp_path / "first")
    command = [sys.executable, str(RAW / "make_sample.py"), str(tmp_path / "second")]
    subprocess.run(command, check=True)
    for file in [*FILES.values(), "planted.json"]:
        first = (tmp_path / "first" / file).read_bytes()
        assert first == (tmp_path / "second" / file).read_bytes(), file
        assert first == (RAW / file).read_bytes(), file


def test_the_sample_is_smaller_than_four_megabytes():
    assert sum((RAW / file).stat().st_size for file in FILES.values()) < 4_000_000


@pytest.mark.parametrize("table", FILES)
def test_each_file_has_its_dialect(table):
    content = (RAW / FILES[table]).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") == content.count(b"\r\n")
    without_last_break = {"crm_customers", "erp_customers", "erp_categories"}
    assert content.endswith(b"\r\n") != (table in without_last_break)
    if table in {"erp_customers", "erp_locations", "erp_categories"}:
        with pytest.raises(UnicodeDecodeError):
            content.decode("utf-8")


@pytest.mark.parametrize("table", FILES)
def test_planted_names_each_file_and_counts_its_records(table, planted):
    records = read(table)
    assert planted[table]["file"] == FILES[table]
    assert planted[table]["records"] == len(records)
    assert all(None not in record and None not in record.values() for record in records)


def test_planted_agrees_with_a_recount_of_the_customers(planted):
    records, facts = read("crm_customers"), planted["crm_customers"]
    counts = surviving(records)
    assert facts["missing_key"] == numbers(records, lambda record: not record["cst_id"])
    assert facts["missing_key"][-1] == len(records)
    assert facts["superseded"] == numbers(
        records, lambda record: record["cst_id"] and record is not counts[record["cst_id"]]
    )
    assert (len(facts["missing_key"]), len(facts["superseded"])) == (4, 6)
    dates = [(record["cst_id"], record["cst_create_date"]) for record in records]
    assert max(Counter(pair for pair in dates if pair[0]).values()) == 1
    for column in records[0]:
        padded = numbers(records, lambda record, c=column: record[c] != record[c].strip())
        assert facts["padded"].get(column, []) == padded
        empty = numbers(records, lambda record, c=column: not record[c].strip())
        assert facts["empty"][column] == len(empty)


def test_planted_agrees_with_a_recount_of_the_sales(planted, sales):
    facts, repairs, dates = planted["crm_sales"], [], []
    raw = repaired = Decimal(0)
    for number, line in enumerate(sales, start=1):
        day = true_day(line)
        if line["sls_order_dt"] != day.strftime("%Y%m%d"):
            written, true_date = line["sls_order_dt"], day.isoformat()
            dates.append({"record": number, "written": written, "true_date": true_date})
        assert line["sls_due_dt"] == (day + timedelta(days=12)).strftime("%Y%m%d")
        amount, quantity, price = money(line)
        raw += amount or 0
        true_price = amount / quantity if price is None else abs(price)
        true_amount = quantity * true_price
        repaired += true_amount
        assert quantity >= 1 and true_price > 0
        for column, written, true in (
            ("sls_sales", amount, true_amount),
            ("sls_price", price, true_price),
        ):
            if written != true:
                fault = {"record": number, "column": column, "written": line[column]}
                repairs.append(fault | {"repaired": f"{true:.2f}"})
                assert true == true.quantize(Decimal("0.01"))
    assert facts["unusable_order_date"] == dates
    assert facts["repairs"] == repairs
    assert facts["money"] == {
        "raw": f"{raw:.2f}",
        "repaired": f"{repaired:.2f}",
        "effect": f"{repaired - raw:.2f}",
    }
    assert (len(dates), len(repairs)) == (19, 35)
    assert len({fault["record"] for fault in dates + repairs}) == 54
    assert raw != repaired


def test_planted_agrees_with_a_recount_of_the_products(planted, true_sales):
    records, facts = read("crm_products"), planted["crm_products"]
    starts = defaultdict(list)
    for record in records:
        starts[record["prd_key"]].append(record["prd_start_dt"])
    known = {record["ID"] for record in read("erp_categories")}
    used = Counter(record["prd_key"][:5].replace("-", "_") for record in records)
    ended = numbers(records, lambda record: record["prd_end_dt"])
    reversed_ends = numbers(records, lambda record: "" < record["prd_end_dt"] < record["prd_start_dt"])
    assert facts["end_before_start"] == ended == reversed_ends
    assert facts["versions"] == sum(len(versions) > 1 for versions in starts.values())
    assert all(versions == sorted(set(versions)) for versions in starts.values())
    assert set(used) - known == {facts["unknown_category"]["id"]}
    assert facts["unknown_category"]["records"] == numbers(
        records, lambda record: record["prd_key"][:5].replace("-", "_") not in known
    )
    assert known - set(used) == {facts["unused_category"]}
    costless = [record["prd_key"][6:] for record in records if not record["prd_cost"]]
    assert facts["missing_cost"] == numbers(records, lambda record: not record["prd_cost"])
    assert not set(costless) & {line[4] for line in true_sales}
    padded = [record for record in records if record["prd_line"] != record["prd_line"].strip()]
    assert facts["padded"] == {"prd_line": len(padded)}
    first = {key[6:]: date.fromisoformat(versions[0]) for key, versions in starts.items()}
    early = sum(day < first[product] for _, _, day, _, product in true_sales)
    assert facts["lines_before_first_version"] == early > 1000


def test_planted_agrees_with_a_recount_of_the_erp_customers(planted):
    records, facts = read("erp_customers"), planted["erp_customers"]
    crm = {row["cst_key"]: row["cst_gndr"] for row in surviving(read("crm_customers")).values()}
    assert facts["prefixed"] == len(numbers(records, lambda row: row["CID"].startswith("NAS")))
    future = numbers(records, lambda row: int(row["BDATE"][-4:]) > 2025)
    assert all(1935 <= int(row["BDATE"][-4:]) <= 2007 or int(row["BDATE"][-4:]) >= 2030 for row in records)
    assert facts["birth_date_in_future"] == future
    assert len(future) == 16
    assert facts["gender_as_written"] == Counter(row["GEN"] for row in records)
    keys = [row["CID"].removeprefix("NAS") for row in records]
    assert sorted(keys) == sorted(crm)
    pairs = [(crm[key], GENDERS.get(row["GEN"].strip().lower(), "")) for key, row in zip(keys, records, strict=True)]
    assert facts["contradicts_crm"] == sum(a != b for a, b in pairs if a and b) == 20


def test_planted_agrees_with_a_recount_of_the_erp_locations(planted):
    records, facts = read("erp_locations"), planted["erp_locations"]
    assert facts["dashed"] == sum(row["CID"][2] == "-" for row in records)
    assert facts["country_as_written"] == Counter(row["CNTRY"] for row in records)
    keys = [row["CID"].replace("-", "") for row in records]
    customers = surviving(read("crm_customers")).values()
    assert sorted(keys) == sorted(row["cst_key"] for row in customers)


def test_every_sale_has_its_customer_and_product_and_appears_once(sales):
    customers = {row["cst_id"] for row in read("crm_customers")}
    products = {row["prd_key"][6:] for row in read("crm_products")}
    assert {row["sls_cust_id"] for row in sales} <= customers
    assert {row["sls_prd_key"] for row in sales} <= products
    keys = {(row["sls_ord_num"], row["sls_prd_key"]) for row in sales}
    assert len(keys) == len(sales)


def test_the_sample_has_the_size_of_a_mid_sized_retailer(sales):
    assert len(surviving(read("crm_customers"))) == 6000
    assert len({row["prd_key"] for row in read("crm_products")}) == 300
    assert 38_000 < len(sales) < 42_000


def test_revenue_grows_every_year_and_peaks_in_spring(true_sales):
    year, month = Counter(), Counter()
    for _, _, day, amount, _ in true_sales:
        if (day.month, day.day) <= (9, 14):
            year[day.year] += amount
        month[day.month] += amount if day.year < 2025 else 0
    assert sorted(year) == [2022, 2023, 2024, 2025]
    assert all(Decimal("1.05") < year[y] / year[y - 1] < Decimal("1.25") for y in (2023, 2024, 2025))
    assert min(month[m] for m in (4, 5, 6, 7)) > 2 * max(month[m] for m in (1, 2, 11))
    assert month[12] > month[11]


def test_about_half_of_the_buyers_come_back(true_sales):
    orders = defaultdict(set)
    for customer, order, *_ in true_sales:
        orders[customer].add(order)
    assert 5_800 < len(orders) < 5_850
    assert 0.45 < sum(len(numbers_) > 1 for numbers_ in orders.values()) / len(orders) < 0.55
