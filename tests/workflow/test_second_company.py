"""Another company by configuration alone: two tables for an order, no categories, costs or attributes, three currencies.

tests/data/office_supplier/ differs from the sample in all of these; no line of Python knows it.
"""

import csv
import json
import shutil
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from conftest import ROOT, Project, copy_project

pytestmark = pytest.mark.slow

COMPANY = ROOT / "tests/data/office_supplier"
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def wholesaler(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project with one finished run, `second`, of the second company."""
    project = copy_project(tmp_path_factory.mktemp("second") / "project")
    shutil.copytree(COMPANY, project.folder / "config/office_supplier", ignore=shutil.ignore_patterns("raw"))
    shutil.copytree(COMPANY / "raw", project.folder / "exports")
    done = project.snakemake(
        "--config", "seed=42", "run_id=second", "company=config/office_supplier", "raw=exports", "language=de"
    )
    assert done.returncode == 0, done.stdout[-6000:]
    return project


@pytest.fixture(scope="module")
def run(wholesaler: Project) -> Path:
    """Folder of that run."""
    return wholesaler.run("second")


def exported(pattern: str) -> list[dict[str, str]]:
    """The records of the raw files of a table, read without the pipeline."""
    found = []
    for path in sorted((COMPANY / "raw").glob(pattern)):
        with open(path, encoding="cp1252", newline="") as file:
            found += list(csv.DictReader(file, delimiter=";"))
    return found


def table(run: Path, name: str) -> list[dict[str, str]]:
    """The rows of a table of the run."""
    with open(run / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> Decimal:
    """A German number."""
    return Decimal(text.replace(",", "."))


def in_euro() -> list[tuple[dict[str, str], dict[str, str], Decimal]]:
    """(line, its order, its amount in euro), computed from the exports: price times quantity, discount, rate."""
    orders = {row["Belegnr"]: row for row in exported("auftraege_*.csv")}
    rates = {(row["Waehrung"], row["Monat"]): number(row["Kurs"]) for row in exported("kurse.csv")}
    found = []
    for line in exported("positionen_*.csv"):
        order = orders[line["Belegnr"]]
        share = (100 - number(line["Rabatt"])) / 100
        amount = (int(line["Menge"]) * number(line["Einzelpreis"]) * share).quantize(CENT, ROUND_HALF_UP)
        rate = rates[order["Waehrung"], f"01.{order['Datum'][3:]}"]
        found.append((line, order, (amount * rate).quantize(CENT, ROUND_HALF_UP)))
    return found


def test_every_line_is_in_the_warehouse_with_its_amount_in_euro(run):
    facts, lines = table(run, "gold/data/fact_sales.csv"), in_euro()
    assert len(facts) == len(lines) > 1500
    assert sorted(Decimal(row["sales_amount"]) for row in facts) == sorted(amount for _, _, amount in lines)


def test_revenue_is_the_same_by_month_country_product_and_customer(run):
    lines = in_euro()
    by_country: dict[str, Decimal] = defaultdict(Decimal)
    for _, order, amount in lines:
        by_country[order["Land"]] += amount
    found = {row["country"]: Decimal(row["revenue"]) for row in table(run, "gold/data/agg_geo_performance.csv")}
    assert found == by_country
    total = sum(by_country.values())
    for mart in ("agg_exec_kpis", "agg_product_performance", "agg_customer_value"):
        assert sum(Decimal(row["revenue"]) for row in table(run, f"gold/data/{mart}.csv")) == total
    proof = json.loads((run / "_meta/ledger.json").read_text(encoding="utf-8"))["kpis"]["revenue"]
    assert Decimal(proof["total"]) == total
    assert len(proof["marts"]) == 4


def test_credit_notes_lower_revenue_stand_apart_and_are_no_orders(run):
    lines = in_euro()
    returned = sum(amount for _, _, amount in lines if amount < 0)
    months = table(run, "gold/data/agg_exec_kpis.csv")
    assert returned < 0
    assert sum(Decimal(row["returns"]) for row in months) == returned
    assert sum(Decimal(row["gross_sales"]) for row in months) == sum(amount for _, _, amount in lines if amount >= 0)
    orders = {line["Belegnr"] for line, _, amount in lines if amount >= 0}
    assert sum(int(row["orders"]) for row in table(run, "gold/data/agg_customer_value.csv")) == len(orders)
    assert "Stornos und Retouren" in (run / "reports/final_expose.md").read_text(encoding="utf-8")


def test_lines_get_numbers_and_equal_lines_of_an_order_stay_two(run):
    facts, lines = table(run, "gold/data/fact_sales.csv"), exported("positionen_*.csv")
    assert len({tuple(line.values()) for line in lines}) < len(lines)
    numbers: dict[str, list[int]] = defaultdict(list)
    for row in facts:
        numbers[row["order_number"]].append(int(row["line_number"]))
    assert all(sorted(found) == list(range(1, len(found) + 1)) for found in numbers.values())


def test_customers_products_and_places_are_derived_and_customer_numbers_stay_text(run):
    customers = table(run, "gold/data/dim_customer.csv")
    assert {row["customer_number"] for row in customers} == {r["Kundennr"] for r in exported("auftraege_*.csv")} | {
        "n/a"
    }
    products = table(run, "gold/data/dim_product.csv")
    assert len(products) == len({row["Artikelnr"] for row in exported("positionen_*.csv")}) + 1
    cities = {(row["country"], row["city"]) for row in table(run, "gold/data/dim_location.csv")}
    assert cities == {(row["Land"], row["Ort"]) for row in exported("auftraege_*.csv")} | {("n/a", "n/a")}


def test_what_needs_a_missing_column_is_left_out_with_a_line_in_the_report(run):
    report = (run / "gold/reports/gold_marts_report.md").read_text(encoding="utf-8").partition("## Weggelassen")[2]
    for missing, left_out in {
        "fact_sales.cost_amount": "agg_exec_kpis.gross_margin",
        "dim_product.category": "agg_category_performance",
    }.items():
        line = next(line for line in report.splitlines() if f"`{missing}`" in line)
        assert f"`{left_out}`" in line
    assert "gross_margin" not in table(run, "gold/data/agg_exec_kpis.csv")[0]
    assert not (run / "gold/data/agg_category_performance.csv").exists()
    expose = (run / "reports/final_expose.md").read_text(encoding="utf-8")
    assert "Es fehlen, weil die Daten nicht enthalten, was dafür nötig ist: Rohertrag, " in expose
    assert "keine Kategorie der Artikel" in (run / "step2_feature_engineering/reports/feature_dictionary.md").read_text(
        encoding="utf-8"
    )


def test_no_company_name_or_number_is_published(run):
    secrets = {row[name] for row in exported("auftraege_*.csv") for name in ("Firma", "Kundennr")}
    for folder in ("step1_eda", "step2_feature_engineering", "step3_segmentation", "reports", "_meta"):
        for path in (run / folder).rglob("*"):
            if path.is_file():
                text = path.read_text(encoding="utf-8")
                assert not [secret for secret in secrets if secret in text], path.name


def test_a_new_file_of_a_table_reruns_only_its_own_bronze(wholesaler: Project, tmp_path: Path):
    project = copy_project(tmp_path / "project")
    shutil.copytree(wholesaler.folder, project.folder, dirs_exist_ok=True)
    new = (COMPANY / "raw/kurse.csv").read_text(encoding="cp1252").splitlines()[0] + "\r\nUSD;01.01.2024;0,9000\r\n"
    (project.folder / "exports/kurse_usd.csv").write_text(new, encoding="cp1252")
    contract = project.folder / "config/office_supplier/contracts/exchange_rates.yaml"
    contract.write_text(contract.read_text(encoding="utf-8").replace("kurse.csv", "kurse*.csv"), encoding="utf-8")
    config = ["--config", "seed=42", "run_id=second", "company=config/office_supplier", "raw=exports", "language=de"]
    jobs = project.jobs(*config, dry=True)
    assert "bronze_file/exchange_rates-0002.csv" in jobs
    assert not {job for job in jobs if job.startswith(("bronze_file/orders", "bronze_file/order_lines"))}
    assert "silver_table/orders" not in jobs


def test_an_erased_customer_is_gone_from_the_next_run_and_its_records_are_counted(wholesaler: Project, tmp_path: Path):
    project = copy_project(tmp_path / "project")
    shutil.copytree(wholesaler.folder, project.folder, dirs_exist_ok=True)
    (tmp_path / "erase.txt").write_text("K-0056\n", encoding="utf-8")
    company = ["company=config/office_supplier", "raw=exports"]
    done = project.snakemake("erase", "--config", *company, f"erase_from={tmp_path / 'erase.txt'}")
    assert done.returncode == 0, done.stdout[-6000:]
    done = project.snakemake("--config", "seed=42", "run_id=second", *company, "language=de")
    assert done.returncode == 0, done.stdout[-6000:]
    run = project.run("second")
    gone = {row["Belegnr"] for row in exported("auftraege_*.csv") if row["Kundennr"] == "K-0056"}
    tables = json.loads((run / "_meta/ledger.json").read_text(encoding="utf-8"))["tables"]
    assert tables["orders"]["erased"] == len(gone) > 100
    assert tables["order_lines"]["erased"] == sum(row["Belegnr"] in gone for row in exported("positionen_*.csv"))
    assert not [path for path in run.rglob("*") if path.is_file() and b"K-0056" in path.read_bytes()]


def test_lines_of_a_header_with_an_implausible_date_are_refused_with_the_column_it_comes_from(
    wholesaler: Project, tmp_path: Path
):
    project = copy_project(tmp_path / "project")
    shutil.copytree(wholesaler.folder, project.folder, dirs_exist_ok=True)
    headers = project.folder / "exports/auftraege_2025.csv"
    text = headers.read_text(encoding="cp1252").replace(";02.09.2025;", ";02.09.2052;", 1)
    headers.write_text(text, encoding="cp1252")
    company = ["company=config/office_supplier", "raw=exports", "language=de"]
    done = project.snakemake("--config", "seed=42", "run_id=second", *company)
    assert done.returncode != 0
    said = " ".join(done.stdout.split())
    assert "required column order_date is missing in" in said
    assert "it comes from silver.orders.Datum. Check fact_sales.sql, and in silver/reports whether" in said


def test_the_star_drawn_from_roles_is_the_one_that_was_written_by_hand(wholesaler, run):
    by_roles = wholesaler.folder / "config/by_roles"
    shutil.copytree(COMPANY / "contracts", by_roles / "contracts")
    (by_roles / "company.yaml").write_text("calendar: {country: DE, subdivision: NW}\n", encoding="utf-8")
    call = ("seed=42", "run_id=by_roles", "company=config/by_roles", "raw=exports")
    done = wholesaler.snakemake("--until", "gold_report", "--config", *call)
    assert done.returncode == 0, done.stdout[-6000:]
    drawn = wholesaler.run("by_roles") / "gold/data"
    tables = sorted(path.name for path in drawn.glob("*.csv"))
    assert len(tables) == 10 and "agg_cohort_retention.csv" in tables
    for name in tables:
        by_hand = (run / "gold/data" / name).read_bytes()
        assert (drawn / name).read_bytes() == by_hand.replace(b",company_name\n", b",customer_name\n"), name
