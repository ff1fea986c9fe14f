"""Two more companies by roles alone: a wholesaler of spare parts with workbooks and a price list, and an office of
surveyors with invoices in four currencies. No line of SQL is theirs; the totals are computed here from the exports.
"""

import csv
import re
import runpy
import shutil
import subprocess
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import ROOT, Project, copy_project
from guide_commands import typed

pytestmark = pytest.mark.slow

Record = dict[str, Any]
CENT = Decimal("0.01")
COMPANIES = {"spare_parts": "de", "surveyors": "en"}  # company -> language of its run
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PROTECTED = ("bronze", "silver", "gold", "_closed")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project with a finished run of each company."""
    made = copy_project(tmp_path_factory.mktemp("companies") / "project")
    for name, language in COMPANIES.items():
        runpy.run_path(str(ROOT / f"tests/data/make_{name}.py"))["write"](made.folder / name)
        shutil.copytree(ROOT / "tests/data" / name, made.folder / "config" / name)
        told = ["--config", f"run_id={name}", f"company=config/{name}", f"raw={name}", f"language={language}"]
        done = made.snakemake(*(typed()[-2][1:] if name == "surveyors" else told))
        assert done.returncode == 0, done.stdout[-4000:]
    return made


def browser(page: Path, profile: Path, printed: Path) -> bytes:
    """A page as Chromium prints it."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    told = [f"--user-data-dir={profile}", "--no-pdf-header-footer", f"--print-to-pdf={printed}", page.as_uri()]
    subprocess.run([CHROMIUM, *FLAGS, *told], capture_output=True, check=True, timeout=120)
    return printed.read_bytes()


def sheet(project: Project, pattern: str, name: str) -> list[Record]:
    """The records of a sheet of the workbooks of a pattern, read without the pipeline."""
    found = []
    for path in sorted((project.folder / "spare_parts").glob(pattern)):
        head, *rows = openpyxl.load_workbook(path, read_only=True)[name].iter_rows(values_only=True)
        found += [dict(zip(map(str, head), row, strict=True)) for row in rows]
    return found


def text_file(path: Path, encoding: str = "utf-8") -> list[Record]:
    """The records of a CSV file."""
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def table(project: Project, company: str, name: str) -> list[Record]:
    """The rows of a mart of the run of a company."""
    return text_file(project.run(company) / f"gold/data/{name}.csv")


def by(key: str, records: Iterable[Record]) -> dict[Any, Record]:
    """Records by one of their values."""
    return {record[key]: record for record in records}


def sums(lines: Iterable[tuple[Any, Decimal]]) -> dict[Any, Decimal]:
    """The sum of each group, of those that come to something."""
    found: dict[Any, Decimal] = defaultdict(Decimal)
    for group, amount in lines:
        found[group] += amount
    return {group: amount for group, amount in found.items() if amount}


def of_mart(rows: Iterable[Record], group: str, column: str = "revenue") -> dict[str, Decimal]:
    """The sum of a column of a mart by the values of another one."""
    return sums((row[group], Decimal(row[column])) for row in rows)


def day(moment: Any) -> date:
    """The day of a cell."""
    return moment.date() if isinstance(moment, datetime) else datetime.strptime(moment, "%d %b %Y").date()


@pytest.fixture(scope="module")
def parts(project: Project) -> list[Record]:
    """The order lines of the wholesaler with what follows from its sheets: price and cost of their day, amount, place."""
    lists: dict[str, list[tuple[date, Record]]] = defaultdict(list)
    for price in sheet(project, "artikel.xlsx", "Preisliste"):
        lists[price["articleordernumber"]].append((day(price["Gültig ab"]), price))
    orders = by("id", sheet(project, "bestellungen_*.xlsx", "s_order"))
    addresses = by("id", sheet(project, "kunden.xlsx", "s_user_addresses"))
    found = []
    for line in sheet(project, "bestellungen_*.xlsx", "s_order_details"):
        order, known = orders[line["orderID"]], sorted(lists[line["articleordernumber"]], key=lambda one: one[0])
        place = bisect_right([since for since, _ in known], day(order["ordertime"])) - 1
        price = known[max(place, 0)][1]
        share = (100 - Decimal(str(line["Rabatt %"]))) / 100
        gross = line["quantity"] * Decimal(str(price["Preis [EUR]"]))
        found.append(
            {
                **line, "order": order, "article": line["articleordernumber"], "is_older": place < 0,
                "amount": (gross * share).quantize(CENT, ROUND_HALF_UP),
                "cost": line["quantity"] * Decimal(str(price["EK [EUR]"])),
                "country": addresses[order["shipping_addressID"]]["country"],
                "billed": addresses[order["billing_addressID"]]["country"],
            }
        )  # fmt: skip
    return found


@pytest.fixture(scope="module")
def hours(project: Project) -> list[Record]:
    """The items of the surveyors with their document, and their amount in Swiss francs."""
    folder = project.folder / "surveyors"
    read: Callable[[str], list[Record]] = lambda name: text_file(folder / name, "utf-8-sig")  # noqa: E731
    documents, clients = by("Invoice No.", read("invoices.csv")), by("Client ID", read("clients.csv"))
    rates: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for one in read("exchange_rates.csv"):
        rates[one["Currency"]].append((day(one["Valid from"]), Decimal(one["Rate in CHF"])))
    found = []
    for item in read("invoice_items.csv"):
        document = documents[item["Invoice No."]]
        own = [rate for since, rate in sorted(rates[document["Currency"]]) if since <= day(document["Invoice Date"])]
        rate = own[-1] if own else Decimal(1)
        amount = (Decimal(item["Net Amount"].replace(",", "")) * rate).quantize(CENT, ROUND_HALF_UP)
        found.append({**item, **document, **clients[document["Client ID"]], "amount": amount})
    return found


@pytest.mark.parametrize("company", COMPANIES)
def test_nothing_but_contracts_and_a_name_is_theirs(project, company):
    folder = project.folder / "config" / company
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {name for name in files if not name.startswith("contracts/")} - {"logo.svg"} == {"company.yaml"}


@pytest.mark.parametrize("company", COMPANIES)
def test_the_exposé_prints_on_three_sheets(project, company, tmp_path):
    printed = browser(project.run(company) / "reports/final_expose.html", tmp_path / "profile", tmp_path / "expose.pdf")
    assert re.findall(rb"/Count (\d+)", printed) == [b"3"]


def test_each_line_has_the_price_and_the_cost_of_the_list_of_its_day(project, parts):
    facts = table(project, "spare_parts", "fact_sales")
    assert len(facts) == len(parts) > 2000
    told = sorted((row["order_number"], Decimal(row["sales_amount"]), Decimal(row["cost_amount"])) for row in facts)
    assert told == sorted((line["order"]["ordernumber"], line["amount"], line["cost"]) for line in parts)
    flags = ("is_before_first_price", "is_before_first_cost")
    (older,) = {sum(row[flag] == "true" for row in facts) for flag in flags}
    assert older == sum(line["is_older"] for line in parts) > 10


def test_parts_have_their_totals_by_category_product_customer_and_place_of_delivery(project, parts):
    names = by("id", sheet(project, "artikel.xlsx", "s_categories"))
    articles = by("ordernumber", sheet(project, "artikel.xlsx", "s_articles"))
    wanted = {
        ("agg_category_performance", "category"): lambda line: names[articles[line["article"]]["categoryID"]]["description"],
        ("agg_product_performance", "product_number"): lambda line: line["article"],
        ("agg_geo_performance", "country"): lambda line: line["country"],
    }  # fmt: skip
    for (mart, column), group in wanted.items():
        found = of_mart(table(project, "spare_parts", mart), column)
        assert found == sums((group(line), line["amount"]) for line in parts), mart
    people = by("customer_key", table(project, "spare_parts", "dim_customer"))
    values = table(project, "spare_parts", "agg_customer_value")
    numbers = by("id", sheet(project, "kunden.xlsx", "s_user"))
    homes = by("id", sheet(project, "kunden.xlsx", "s_user_addresses"))
    assert {(row["customer_number"], row["country"], row["city"]) for row in people.values()} - {("n/a",) * 3} == {
        (one["customernumber"], *(homes[one["default_billing_address_id"]][part] for part in ("country", "city")))
        for one in numbers.values()
    }
    found = of_mart(({**row, **people[row["customer_key"]]} for row in values), "customer_number")
    assert found == sums((numbers[line["order"]["userID"]]["customernumber"], line["amount"]) for line in parts)
    assert sums((line["billed"], line["amount"]) for line in parts) != sums(
        (line["country"], line["amount"]) for line in parts
    )


def test_of_fifteen_categories_the_pages_show_ten_and_the_others_together(project):
    expose = (project.run("spare_parts") / "reports/final_expose.md").read_text("utf-8")
    assert "| 5 weitere zusammen |" in expose.replace("\N{NO-BREAK SPACE}", " ")
    rows = [line for line in expose.splitlines() if line.startswith(("| Bremsen |", "| Auspuff |"))]
    assert "| Land des Auftrags |" in expose
    assert len(rows) == 2 and "Teilelager" in expose.splitlines()[0] and "- Beträge in EUR" in expose


def test_each_item_counts_in_the_currency_of_the_books_at_the_rate_of_its_day(project, hours):
    facts = table(project, "surveyors", "fact_sales")
    told = sorted((row["order_number"], row["line_number"], Decimal(row["sales_amount"])) for row in facts)
    assert told == sorted((item["Invoice No."], item["Item"], item["amount"]) for item in hours)
    assert {row["currency"] for row in facts} == {"CHF", "EUR", "GBP", "USD"}
    assert sum(Decimal(row["quantity"]) for row in facts) == sum(Decimal(item["Hours"]) for item in hours)


def test_services_have_their_totals_by_month_country_and_client(project, hours):
    wanted = {
        ("agg_exec_kpis", "month_start"): lambda item: f"{day(item['Invoice Date']):%Y-%m-01}",
        ("agg_product_performance", "product_number"): lambda item: item["Service Code"],
        ("agg_geo_performance", "country"): lambda item: item["Country"],
    }
    for (mart, column), group in wanted.items():
        assert of_mart(table(project, "surveyors", mart), column) == sums((group(i), i["amount"]) for i in hours), mart
    people = by("customer_key", table(project, "surveyors", "dim_customer"))
    values = table(project, "surveyors", "agg_customer_value")
    found = of_mart(({**row, **people[row["customer_key"]]} for row in values), "customer_number")
    assert found == sums((item["Client ID"], item["amount"]) for item in hours)


def test_credit_notes_are_returns_and_no_orders(project, hours):
    months = table(project, "surveyors", "agg_exec_kpis")
    credited = [item for item in hours if item["Type"] == "Credit note"]
    assert sum(Decimal(row["returns"]) for row in months) == sum(item["amount"] for item in credited) < 0
    kinds = sums((row["document_type"], Decimal(1)) for row in table(project, "surveyors", "fact_sales"))
    assert kinds == {"order": len(hours) - len(credited), "credit_note": len(credited)}


def test_an_exposé_without_categories_and_costs_says_so_and_ranks_neither(project):
    expose = (project.run("surveyors") / "reports/final_expose.md").read_text("utf-8")
    assert expose.startswith("# Hill Surveyors: ") and "- Amounts in CHF" in expose
    assert "- This year: 1 July 2024 to 30 June 2025 (12 complete months)" in expose.replace("\N{NO-BREAK SPACE}", " ")
    assert "- Business year: 1 July 2024 to 30 June 2025" in expose.replace("\N{NO-BREAK SPACE}", " ")
    pages = [path for path in project.run("surveyors").rglob("*.html") if "_closed" not in path.parts]
    picture = '<img class="logo" src="data:image/svg+xml;base64,'
    assert len(pages) > 15 and {path.read_text("utf-8").count(picture) for path in pages} == {1}
    assert "| Category |" not in expose and "Not shown, because the data do not allow it: categories." in expose


@pytest.mark.parametrize("company", COMPANIES)
def test_no_name_or_number_of_a_customer_leaves_the_protected_layers(project, company):
    people = table(project, company, "dim_customer")
    secrets = {row["customer_name"] for row in people} - {"", "n/a"}
    secrets |= {row["customer_number"] for row in people} - {"n/a"} if company == "surveyors" else set()
    assert len(secrets) > 40
    run = project.run(company)
    for path in sorted(run.rglob("*.*")):
        if path.is_file() and path.relative_to(run).parts[0] not in PROTECTED:
            text = path.read_bytes().decode("utf-8", "replace")
            assert not [secret for secret in secrets if secret in text], path.name


@pytest.mark.parametrize("company", COMPANIES)
def test_a_second_call_has_nothing_to_do(project, company):
    told = (f"run_id={company}", f"company=config/{company}", f"raw={company}", f"language={COMPANIES[company]}")
    assert project.jobs("--config", *told, dry=True) == set()
