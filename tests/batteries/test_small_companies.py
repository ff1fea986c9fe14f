"""Small and degenerate companies: each gets an exposé that says something, ranks nothing alone and claims nothing.

Every shape goes through the exposé here, in both forms and both languages; some of them, which stopped a run, through
the whole workflow.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import small_companies
from conftest import Project, copy_project
from made_star import document_types
from small_companies import SHAPES, Record
from small_run import KPIS, TEMPLATES, SmallRun

import expose_figures
import expose_report
from elt.expose.products import lead
from elt.expose.wording import Texts, Wording
from elt.files import read_json
from elt.report.figures import new_figure
from elt.report.words import read

pytestmark = pytest.mark.slow

LANGUAGES = ("en", "de")
NOTHING = re.compile(r"\b(None|nan|NaN|inf|Infinity)\b|\{\w*\}|\{\{")
ONE_OF_MANY = re.compile(
    r"(?<![\d.,])1\s(products|customers|months|orders|actions|points|segments|records|Produkte|Kunden|Monate|Aufträge"
    r"|Maßnahmen|Punkte|Segmente|Sätze|Datensätze)\b(?! \()"
)
TABLES = {
    "Product",
    "Produkt",
    "Category",
    "Kategorie",
    "Country",
    "Land",
    "Segment",
}  # by their first column: rankings
WHOLE = (  # shapes that stopped a run before, one for each place; one product alone has the company without products
    "one customer", "all customers unknown", "all returns", "five customers",
    "all on 29 February",
)  # fmt: skip
SETTINGS = {"all on 29 February": ("language=de", "segmentation={k: 8}")}  # more segments than customers, in German
NO_VALUE = re.compile(r"(?<![\w/#.-])(None|nan|NaN|-?inf|-?Infinity)(?![\w-])")
NO_TEXT = re.compile(r"<style>.*?</style>|<meta[^>]*>|base64,[^\"']*", re.DOTALL)


def number(text: str) -> Decimal:
    """A German number."""
    return Decimal(text.replace(".", "").replace(",", "."))


def fact_rows(rows: list[Record]) -> list[dict[str, Any]]:
    """The order lines of a shape, as the star schema has them; without a cost."""
    keys: dict[str, dict[str, int]] = {
        column: {value: n for n, value in enumerate(sorted({row[column] for row in rows} - {""}), 1)}
        for column in (small_companies.CUSTOMER, small_companies.PRODUCT, small_companies.COUNTRY)
    }
    found = [
        {
            "order_number": row[small_companies.ORDER],
            "document_type": "",
            "customer_key": keys[small_companies.CUSTOMER].get(row[small_companies.CUSTOMER], 0),
            "product_key": keys[small_companies.PRODUCT][row[small_companies.PRODUCT]],
            "location_key": keys[small_companies.COUNTRY].get(row[small_companies.COUNTRY], 0),
            "order_date": small_companies.day_of(row),
            "quantity": int(row[small_companies.PIECES]),
            "sales_amount": f"{number(row[small_companies.AMOUNT]):.2f}",
            "cost_amount": "",
        }
        for row in rows
    ]
    sold = [line | {"order_date": line["order_date"].isoformat()} for line in found]
    kinds = document_types(sold)
    return [line | {"document_type": kind} for line, kind in zip(found, kinds, strict=True)]


def small_run(folder: Path, rows: list[Record]) -> SmallRun:
    """A run folder with the warehouse of a shape; the model of one segment, as k-means gives it for alike customers."""
    run = SmallRun(folder, fact_rows(rows))
    articles = {row[small_companies.PRODUCT]: row for row in rows}
    products = [
        {"product_key": key, "product_number": article, "category": row[small_companies.CATEGORY] or "n/a"}
        for key, (article, row) in enumerate(sorted(articles.items()), 1)
    ]
    run.table("dim_product", products)
    countries = ["n/a", *sorted({row[small_companies.COUNTRY] for row in rows} - {""})]
    run.table("dim_location", [{"location_key": key, "country": name} for key, name in enumerate(countries)])
    run.table(
        "agg_product_performance",
        [{"product_number": a, "product_name": row[small_companies.TITLE]} for a, row in articles.items()],
    )
    people = len({row[small_companies.CUSTOMER] for row in rows} - {""})
    run.model |= {"rows": people if people >= 5 else None, "segments": [], "evidence": []}
    run.model["choice"] |= {"k": 1 if people else 0, "by": "none"}
    run.silver["sales"] |= {"repairs": [], "repaired_amounts": 0}
    return run


def rows_below(lines: list[str], place: int) -> int:
    """Rows of the table whose header stands there."""
    return next((n for n, line in enumerate(lines[place + 2 :]) if not line.startswith("|")), len(lines) - place - 2)


def faults(text: str) -> Iterator[str]:
    """What is no sense in an exposé as Markdown."""
    body = text.partition("## 1 ")[2]
    yield from (f"{found[0]!r} is printed" for found in NOTHING.finditer(body))
    yield from (
        f"{found[0]!r} is no language" for found in ONE_OF_MANY.finditer(body.replace("\N{NO-BREAK SPACE}", " "))
    )
    lines = [line for line in body.splitlines() if line]
    for place, line in enumerate(lines):
        if line.startswith("## ") and lines[place + 1].startswith("## "):
            yield f"section {line} says nothing"
        if line.startswith("|") and line.split("|")[1].strip() in TABLES and rows_below(lines, place) < 2:
            yield f"a ranking of one: {line}"
    if not re.search(r"^1\. ", body, re.MULTILINE):
        yield "no message"


def pages_of(ledger_file: Path, folder: Path, language: str, kpis: Any) -> tuple[str, str]:
    """(HTML, Markdown) of a number ledger in a language; charts as empty pictures."""
    names = [folder / "figures" / f"{name}.svg" for name in expose_figures.CHARTS]
    for name in names:
        name.parent.mkdir(parents=True, exist_ok=True)
        name.write_text(f"<svg><title>{name.stem}</title></svg>", encoding="utf-8")
    made = expose_report.Pages(str(folder / f"{language}.html"), str(folder / f"{language}.md"))
    templates = expose_report.Pages(str(TEMPLATES / "final_expose.html.j2"), str(TEMPLATES / "final_expose.md.j2"))
    said, assumed = (str(TEMPLATES / f"{name}.{language}.yaml") for name in ("expose", "assumptions"))
    texts = Texts(said, said, assumed, [str(TEMPLATES / f"countries.{name}.yaml") for name in ("en", "de")])
    identity = ("Flat Shop", "EUR")
    expose_report.main(
        str(ledger_file), texts, list(map(str, names)), kpis, templates=templates, made=made, identity=identity
    )
    return Path(made.html).read_text(encoding="utf-8"), Path(made.markdown).read_text(encoding="utf-8")


def empty_charts(ledger_file: Path, markdown: str, kpis: Any) -> list[str]:
    """Charts that the exposé shows and that have nothing to show."""
    ledger = read_json(str(ledger_file))
    wording = Wording(read(TEMPLATES / "expose.en.yaml"), ledger["figures"], kpis)
    shown = [name for name in expose_figures.CHARTS if f"(figures/{name}.svg)" in markdown]
    return [name for name in shown if not expose_figures.CHARTS[name][0](new_figure(), wording, ledger["pages"])]


def check(ledger_file: Path, folder: Path, kpis: Any) -> None:
    """Both forms in both languages make sense and show the same charts, none of them empty."""
    for language in LANGUAGES:
        html, markdown = pages_of(ledger_file, folder, language, kpis)
        assert list(faults(markdown)) == [], language
        assert sorted(re.findall(r"<title>(\w+)</title>", html)) == sorted(re.findall(r"figures/(\w+)\.svg", markdown))
        assert html.count("<h3>") == markdown.count("\n### ")
        assert not re.search(r"\b(None|nan|inf)\b", re.sub(r"<style>.*?</style>|<meta[^>]*>", "", html, flags=re.S))
        assert empty_charts(ledger_file, markdown, kpis) == []


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gets_an_exposé_that_makes_sense(tmp_path, shape):
    run = small_run(tmp_path, SHAPES[shape]())
    run.numbers()
    check(tmp_path / "reports/number_ledger.json", tmp_path / "pages", KPIS)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ("one customer", "hidden_this"),
        ("all customers unknown", "hidden_this"),
        ("all returns", "hidden_this"),
        ("all free of charge", "hidden_this"),
        ("one line", "method_no_month"),
        ("one product", "revenue_up_by"),
    ],
)
def test_the_first_message_tells_the_revenue_or_why_it_does_not(tmp_path, shape, message):
    ledger = small_run(tmp_path, SHAPES[shape]()).numbers()
    assert ledger["pages"]["situation"]["messages"][0]["say"] == message


def test_one_product_is_neither_ranked_nor_classed(tmp_path):
    products = small_run(tmp_path, SHAPES["one product"]()).numbers()["pages"]["products"]
    assert (products["best"], products["best_title"], products["abc_title"], products["categories_title"]) == (
        [], None, None, None,
    )  # fmt: skip


def test_the_sum_of_all_sales_is_not_told_where_it_is_that_of_one_customer(tmp_path):
    evidence = small_run(tmp_path, SHAPES["one customer"]()).numbers()["pages"]["evidence"]
    assert (evidence["quality_title"], evidence["amounts"], evidence["privacy_title"]) == (None, [], None)


def test_a_year_before_that_is_hidden_is_not_called_missing(tmp_path):
    rows = [row for row in SHAPES["two products"]() if small_companies.day_of(row).year == 2024]
    first = {column: SHAPES["one customer"]()[0][column] for column in small_companies.PERSON}
    before = [row | first for row in SHAPES["two products"]() if small_companies.day_of(row).year == 2023]
    ledger = small_run(tmp_path, [*before, *rows]).numbers()
    said = [sentence["say"] for sentence in ledger["pages"]["evidence"]["method"]]
    assert ledger["pages"]["situation"]["message"]["say"] == "revenue_alone"
    assert "hidden_last" in said and "method_months" not in said
    check(tmp_path / "reports/number_ledger.json", tmp_path / "pages", KPIS)


def test_of_all_products_the_best_is_named_and_not_their_whole_share(tmp_path):
    products = small_run(tmp_path, SHAPES["one category"]()).numbers()["pages"]["products"]
    assert products["best_title"]["say"] == "best_of_all"
    assert products["best_title"]["texts"] == {"product": "Präsentkorb"}


def test_products_are_not_called_the_best_where_a_better_one_is_hidden(tmp_path):
    ledger = small_run(tmp_path, SHAPES["one product free of charge"]()).numbers()
    assert ledger["pages"]["products"]["best_title"]["say"] == "best_shown"


def test_the_lead_is_without_gaps():
    products = {name: {"revenue": amount} for name, amount in (("A", 9), ("B", 7), ("C", 7), ("D", 1))}
    assert lead(products, [{"number": "A"}, {"number": "B"}, {"number": "C"}])
    assert not lead(products, [{"number": "A"}, {"number": "C"}])


def test_where_no_cost_is_known_the_margin_covers_nothing_and_nothing_is_said_of_it(tmp_path):
    method = small_run(tmp_path, SHAPES["two products"]()).numbers()["pages"]["evidence"]["method"]
    assert "method_cost" not in [said["say"] for said in method]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project with the configuration of the flat shop."""
    project = copy_project(tmp_path_factory.mktemp("small") / "project")
    small_companies.configure(project.folder)
    return project


@pytest.mark.parametrize("shape", WHOLE)
def test_the_whole_run_of_a_small_company_ends_with_an_exposé(shop, tmp_path, shape):
    name = shape.replace(" ", "_")
    small_companies.write(SHAPES[shape](), shop.folder / name)
    settings = (f"raw={name}", "company=config/flat_shop", f"run_id={name}", *SETTINGS.get(shape, ()))
    done = shop.snakemake("--config", *settings)
    assert done.returncode == 0, done.stdout[-3000:]
    ledger = shop.run(name) / "reports/number_ledger.json"
    check(ledger, tmp_path, standard_kpis())
    said = (shop.run(name) / "reports/final_expose.md").read_text("utf-8")
    assert list(faults(said)) == []
    assert no_values(shop.run(name)) == []


def test_a_company_with_invoices_alone_ends_in_pages_without_holes(shop, tmp_path):
    totals = small_companies.lean(shop.folder)
    done = shop.snakemake("--config", "raw=lean", "company=config/lean", "run_id=lean", "language=de")
    assert done.returncode == 0, done.stdout[-3000:]
    run = shop.run("lean")
    check(run / "reports/number_ledger.json", tmp_path, standard_kpis())
    assert no_values(run) == []
    assert "contradict" not in done.stdout  # that nobody stated a place is no contradiction
    said = (run / "reports/final_expose.md").read_text("utf-8")
    assert list(faults(said)) == []
    assert "Es fehlen, weil die Daten nicht enthalten, was dafür nötig ist: Rohertrag," in said
    assert "die Daten es nicht zulassen: ABC der Produkte, umsatzstärkste Produkte, Kategorien, Länder." in said
    books = read_json(run / "_meta/ledger.json")
    assert Decimal(books["kpis"]["revenue"]["total"]) == sum(totals.values())


NOTHING_USABLE = {  # name -> (what each record is changed to, settings, the words of the refusal)
    "everything in quarantine": (
        {small_companies.PIECES: "0"}, ("quarantine_budget=1.0",),
        "has no rows, as silver.bestellungen has none. Look in silver/reports where the records are",
    ),
    "no products": ({small_companies.PRODUCT: "", small_companies.TITLE: ""}, (), "38 × Artikel-Nr. is missing"),
}  # fmt: skip


@pytest.mark.parametrize("case", NOTHING_USABLE)
def test_a_run_without_a_usable_record_is_refused_with_the_place_and_publishes_nothing(shop, case):
    change, settings, words = NOTHING_USABLE[case]
    name = case.replace(" ", "_")
    small_companies.write([row | change for row in SHAPES["one month"]()], shop.folder / name)
    done = shop.snakemake("--config", f"raw={name}", "company=config/flat_shop", f"run_id={name}", *settings)
    assert done.returncode == 1 and words in done.stdout and "Traceback" not in done.stdout, done.stdout[-3000:]
    run = shop.run(name)
    assert read_json(run / "_meta/run_manifest.json")["status"] == "failed"
    assert not [path for part in ("reports", "step1_eda", "release") for path in (run / part).rglob("*.*")]


def no_values(run: Path) -> list[str]:
    """Files of a run that print what is no value, with it: tables, metadata, reports, pages and figures."""
    found = []
    for path in sorted(run.rglob("*.*")):
        name = path.relative_to(run).as_posix()
        if path.suffix in (".csv", ".json", ".yaml", ".md", ".html", ".svg") and not name.startswith("_meta/receipts"):
            text = NO_TEXT.sub("", path.read_text("utf-8")) if "bronze/data" not in name else ""
            found += [f"{name}: {hit[0]}" for hit in NO_VALUE.finditer(text)]
    return found


def standard_kpis() -> Any:
    """The key figures of a company without its own."""
    from made_star import STANDARD

    return STANDARD.kpis


def test_a_file_that_prints_no_value_is_found(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\nnan,1\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("| -inf | Infinity War | information, Nancy |\n", encoding="utf-8")
    assert no_values(tmp_path) == ["a.csv: nan", "b.md: -inf", "b.md: Infinity"]


def test_a_fault_of_each_kind_is_found():
    text = "x\n## 1 S\n\n1. nan\n\n## 2 C\n\n## 3 P\n\n1 products\n\n| Product | R |\n| --- | --- |\n| A | 1 |\n"
    assert len(list(faults(text))) == 4
    assert list(faults(json.dumps("## 1 S"))) == ["no message"]
