"""Customer features: each formula on frames small enough to check by hand."""

from datetime import date

import pandas as pd
import polars as pl
import pytest
from conftest import ROOT

import features_customers as script
from elt.faults import Fault
from elt.features.catalogue import Feature, catalogue, guard, slugs
from elt.features.dictionary import NotInTable, dictionary, facts, people_behind
from elt.features.measures import (
    category_features,
    days_between_orders,
    features,
    price_level,
    revenue_trend,
)
from elt.features.rounding import rounded
from elt.files import read_json
from elt.report.words import read
from elt.sales.collective_accounts import CollectiveAccounts
from elt.tables import ColumnType

OUTPUTS = ("exact.csv", "table.csv", "dictionary.json", "people.json")
EN, DE = (read(ROOT / f"scripts/templates/features.{language}.yaml") for language in ("en", "de"))
ANNA, BERT = "cu1_" + "a" * 26, "cu1_" + "b" * 26
FACTS = [
    ColumnType("order_number", "string"),
    ColumnType("document_type", "string"),
    ColumnType("customer_key", "integer"),
    ColumnType("product_key", "integer"),
    ColumnType("order_date", "date"),
    ColumnType("quantity", "integer"),
    ColumnType("sales_amount", "decimal", 2),
    ColumnType("cost_amount", "decimal", 2),
]
PRODUCTS = [
    ColumnType("product_key", "integer"),
    ColumnType("product_number", "string"),
    ColumnType("category", "string"),
]
LINES = """order_number,document_type,customer_key,product_key,order_date,quantity,sales_amount,cost_amount
O1,order,1,1,2024-01-01,1,100.10,60.00
O2,order,1,1,2024-01-11,2,0.20,
O2,order,1,2,2024-01-11,1,99.70,40.00
O3,order,2,2,2024-01-21,1,50.00,30.00
O4,order,0,1,2024-01-21,1,7.00,3.00
"""
CATALOGUE = """product_key,product_number,category
1,P1,Räder
2,P2,Zubehör
"""
PEOPLE = f"customer_key,pseudonym\n1,{BERT}\n2,{ANNA}\n3,{'cu1_' + 'c' * 26}\n"


def customers(folder):
    """dim_customer."""
    path = folder / "customers.csv"
    path.write_text("customer_key,customer_number\n0,n/a\n1,99999\n2,B\n3,C\n", encoding="utf-8")
    return script.Source(str(path), [ColumnType("customer_key", "integer"), ColumnType("customer_number", "string")])


@pytest.fixture
def run(tmp_path):
    """Runs the script on tables given as text; gives (table as text, dictionary)."""

    def run(
        lines=LINES,
        analysis_date="newest",
        facts=FACTS,
        products=PRODUCTS,
        catalogue=CATALOGUE,
        people=PEOPLE,
        listed=(),
        published="exact",
    ):
        for name, text in (("facts", lines), ("products", catalogue), ("people", people)):
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        paths = [str(tmp_path / f"{name}.csv") for name in ("facts", "products", "people")]
        table, told = tmp_path / "table.csv", tmp_path / "dictionary.json"
        script.main(
            script.Source(paths[0], facts),
            script.Source(paths[1], products),
            paths[2],
            objected=None,
            accounts=script.CollectiveList(CollectiveAccounts(0.1, listed), customers(tmp_path)) if listed else None,
            analysis_date=analysis_date,
            minimum_group=5,
            published=published,
            outputs=script.Outputs(*(str(tmp_path / name) for name in OUTPUTS)),
        )
        return table.read_text(encoding="utf-8"), dictionary(read_json(told), EN)

    return run


def test_a_collective_account_gets_no_features_and_is_counted(run):
    table, report = run(listed=("99999", "77777"))
    assert BERT not in table and ANNA in table
    assert "| Collective accounts, as the contracts list them | 1 |" in report
    assert "Collective accounts" not in run()[1]


def test_the_table_holds_every_formula_and_money_to_the_cent(run):
    table, _ = run()
    assert table == (
        "customer,recency_days,tenure_days,frequency,monetary,average_order_value,"
        "days_between_orders,revenue_trend,price_level,lines_per_order,units_per_order,"
        "distinct_products,distinct_categories,main_category_share,category_share_raeder,category_share_zubehoer,"
        "gross_margin_rate\n"
        f"{ANNA},0,0,1,50.00,50.00,10,1.000000,0.668003,1.000000,1.000000,1,1,1.000000,0.000000,1.000000,0.400000\n"
        f"{BERT},10,20,2,200.00,100.00,10,1.000000,1.141878,1.500000,2.000000,2,2,0.501500,0.501500,0.498500,0.499499\n"
    )


def test_what_is_published_is_rounded_and_the_exact_table_is_kept_for_the_segmentation(run, tmp_path):
    exact, _ = run()
    table, report = run(published="rounded")
    assert table.splitlines()[1:] == [
        f"{ANNA},0,0,1,50.00,50.00,0,1.000000,0.700000,1.000000,1.000000,1,1,1.000000,0.000000,1.000000,0.400000",
        f"{BERT},0,0,2,200.00,100.00,0,1.000000,1.100000,2.000000,2.000000,2,2,0.500000,0.500000,0.500000,0.500000",
    ]
    kept = pd.read_csv(tmp_path / "exact.csv", dtype="str")
    sums = kept[["customer", "revenue_of_year", "costed_revenue", "gross_margin"]].to_csv(index=False)
    assert kept.drop(columns=["revenue_of_year", "costed_revenue", "gross_margin"]).to_csv(index=False) == exact
    assert sums == (
        f"customer,revenue_of_year,costed_revenue,gross_margin\n{ANNA},50.00,50.00,20.00\n{BERT},200.00,199.80,99.80\n"
    )
    assert "| whole steps of 28 days, downwards |" in report and "| one significant digit |" in report
    assert "Values are rounded" in report and "| tenths |" in report


def test_people_behind_what_the_dictionary_shows_are_counted_and_nothing_of_few_is():
    table = pd.DataFrame({"x": [1.0] * 8 + [2.0, 3.0]})
    entry = Feature("x", "money", "")
    found = people_behind(table, [entry], NotInTable(customers_without_orders=3, customers_objected=7), 5)
    assert found == {"customers": 10, "x.5": 8, "x.50": 8, "objected": 7}


def test_the_dictionary_says_where_values_are_exact(run):
    _, report = run(published="exact")
    assert "Values are exact, as the setting `published_features` asks for" in report and "digit" not in report


@pytest.mark.parametrize(
    ("unit", "exact", "published"),
    [
        ("days", [0, 27, 28, 365], [0, 0, 28, 364]),
        ("orders", [1, 9, 12, 28, 95], [1, 9, 10, 30, 100]),
        ("money", [0.0, -37.5, 0.04, 3578.27, 1049.99], [0.0, -40.0, 0.04, 4000.0, 1000.0]),
        ("share", [0.0, 0.04, 0.06, 0.4999, 1.0, -0.01, -0.26], [0.0, 0.0, 0.1, 0.5, 1.0, 0.0, -0.3]),
        ("pieces", [0.125, 12.5], [0.1, 10.0]),
    ],
)
def test_each_unit_is_rounded_by_its_rule(unit, exact, published):
    entry = Feature("x", unit, "")
    found = rounded(pd.DataFrame({"x": exact}), [entry])["x"]
    assert found.tolist() == pytest.approx(published) and found.dtype == pd.Series(exact).dtype
    assert not any(str(value).startswith("-0.0") for value in found)
    again = rounded(pd.DataFrame({"x": found}), [entry])["x"]
    assert again.tolist() == pytest.approx(found.tolist()), "what is rounded stays as it is"


def test_a_table_of_nobody_is_rounded_too():
    table = pd.DataFrame({"x": pd.Series([], dtype="int64")})
    assert rounded(table, [Feature("x", "orders", "")])["x"].dtype == "int64"


def test_recency_is_zero_for_the_customer_of_the_newest_order(run):
    table, _ = run()
    assert table.splitlines()[1].split(",")[1] == "0"


def test_the_unknown_customer_and_customers_without_orders_are_counted_not_listed(run):
    table, report = run()
    assert len(table.splitlines()) == 3
    assert "| Customers without an order | &lt;5 |" in report
    assert "| Order lines of the unknown customer (key 0) | 1 |" in report


def test_lines_after_a_fixed_analysis_date_do_not_count(run):
    table, report = run(analysis_date="2024-01-10")
    assert [line.split(",")[:4] for line in table.splitlines()[1:]] == [[BERT, "9", "9", "1"]]
    assert "| Order lines after the analysis date | 3 |" in report


def test_without_orders_the_table_is_empty_and_says_so(run):
    table, report = run(lines=LINES.splitlines()[0] + "\n")
    assert len(table.splitlines()) == 1
    assert report.startswith("# 0 customers")


def test_a_missing_optional_column_leaves_out_what_needs_it(run):
    lines = pl.read_csv(LINES.encode(), infer_schema=False).drop("cost_amount").write_csv()
    table, report = run(
        lines=lines, facts=FACTS[:-1], products=PRODUCTS[:-1], catalogue="product_key,product_number\n1,P1\n2,P2\n"
    )
    assert table.splitlines()[0].endswith("units_per_order,distinct_products")
    assert "no gross margin rate" in report and "no features about categories" in report


def test_a_customer_without_a_pseudonym_is_refused_without_naming_the_key(run):
    with pytest.raises(Fault, match="1 customers of fact_sales have no pseudonym"):
        run(people=f"customer_key,pseudonym\n1,{BERT}\n")


def test_a_customer_whose_revenue_is_not_positive_has_category_shares_of_zero():
    revenue = pd.DataFrame({"customer_key": [1], "category": ["A"], "revenue": [-500], "is_ordered": [True]})
    result = category_features(revenue)
    assert result.loc[1].to_dict() == {"distinct_categories": 1, "main_category_share": 0.0, "category_share_a": 0.0}


def test_a_customer_without_known_cost_gets_the_margin_rate_of_all():
    day = pd.Timestamp("2024-01-01")
    customers = pd.DataFrame(
        {"customer_key": [1, 2], "first_order": day, "last_order": day, "frequency": 1, "lines": 1, "units": 1}
        | {
            "order_days": 1,
            "revenue_of_year": 1000,
            "revenue_of_year_before": 0,
            "sold": 1000,
            "sold_at_usual_prices": 1000,
        }
        | {"distinct_products": 1, "revenue": [1000, 1000], "costed": [1000, 0], "margin": [250, 0]}
    )
    result = features(customers, None, {1: ANNA, 2: BERT}, date(2024, 1, 1))
    assert result["gross_margin_rate"].tolist() == [0.25, 0.25]


def test_slugs_are_ascii_and_never_collide():
    assert slugs(["Räder", "Raeder", "n/a", "Größe & Maß", "自転車"]) == {
        "Größe & Maß": "groesse_mass",
        "Raeder": "raeder",
        "Räder": "raeder_2",
        "n/a": "n_a",
        "自転車": "category",
    }


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("customer", [ANNA, ANNA]),
        ("customer", ["AW00011000", BERT]),
        ("recency_days", [-1, 0]),
        ("main_category_share", [1.5, 0.2]),
        ("monetary", [None, 1.0]),
        ("country", ["Germany", "France"]),
    ],
)
def test_the_guard_refuses_a_broken_table_and_quotes_no_value(column, values):
    entries = catalogue([], with_category=True, with_cost=False)
    good = pd.DataFrame({"customer": pd.Series([ANNA, BERT], dtype="str")}).assign(
        **{entry.name: 1 if entry.is_whole else 1.0 for entry in entries}
    )
    guard(good, entries)
    with pytest.raises(Fault) as fault:
        guard(good.assign(**{column: values}), entries)
    assert "AW00011000" not in str(fault.value) and "Germany" not in str(fault.value)


def test_the_dictionary_hides_percentiles_that_few_customers_hold():
    entries = catalogue([], with_category=False, with_cost=False)[:1]
    few, many = (
        dictionary(facts(pd.DataFrame({"recency_days": range(size)}), entries, date(2024, 1, 1), NotInTable(), 5), EN)
        for size in (20, 200)
    )
    assert "| `recency_days` | – | 10 | – |" in few
    assert "| `recency_days` | 9 | 100 | 189 |" in many
    assert "remains personal data" in many


def test_the_dictionary_speaks_german_and_counts_few_people_in_no_language():
    entries = catalogue(["Räder"], with_category=True, with_cost=False)
    frame = pd.DataFrame({entry.name: [1200.5] * 9 for entry in entries})
    told = facts(frame, entries, None, NotInTable(customers_objected=3, lines_later=1200), 5)
    text = dictionary(told, DE)
    assert text.startswith(
        "# 9 Kunden, 14 Merkmale\n\nEine Zeile je Kunde mit mindestens einem Auftrag bis zum Stichtag, "
    )
    assert "| Anteil der Kategorie Räder am Umsatz des Kunden |" in text and "| `monetary` | 1.200,50 |" in text
    assert "| Kunden, die der Profilbildung widersprechen | &lt;5 |" in text
    assert "| Auftragspositionen nach dem Stichtag | 1.200 |" in text
    assert "keine Rohertragsquote" in text and "Sammelkonten" not in text


def test_every_feature_has_its_words():
    names = {
        "category_share" if entry.category else entry.name
        for entry in catalogue(["x"], with_category=True, with_cost=True)
    }
    assert set(EN["features"]) == set(DE["features"]) == names


def test_customers_of_whom_only_returns_are_known_are_no_rows_and_their_categories_no_columns(run):
    returned = LINES.replace("O3,order,2,2,2024-01-21,1,50.00,30.00", "O3,credit_note,2,2,2024-01-21,-1,-50.00,-30.00")
    table, _ = run(lines=returned.replace("O2,order,1,2,", "O2,order,1,1,"))
    header, *rows = table.splitlines()
    assert "category_share_raeder" in header and "category_share_zubehoer" not in header
    assert [row.split(",")[0] for row in rows] == [BERT]


def test_nothing_but_returns_gives_an_empty_table(run):
    header = LINES.splitlines()[0]
    table, _ = run(lines=f"{header}\nO3,credit_note,2,2,2024-01-21,-1,-50.00,-30.00\n")
    assert len(table.splitlines()) == 1


def customers_of(**columns):
    """One row a customer as the features take it, with what the test is about."""
    return pd.DataFrame(columns)


def test_days_between_orders_are_those_of_repeaters_and_their_median_for_who_ordered_on_one_day():
    days = [pd.Timestamp("2024-01-01") + pd.Timedelta(days=after) for after in (0, 30, 90, 0)]
    bought = customers_of(first_order=days[0], last_order=days, order_days=[1, 2, 4, 1])
    assert days_between_orders(bought).tolist() == [30, 30, 30, 30]
    assert days_between_orders(bought.assign(order_days=[1, 2, 2, 1])).tolist() == [60, 30, 90, 60]
    assert days_between_orders(bought.assign(order_days=1)) is None


def test_the_trend_runs_from_stopped_to_new_and_returns_count_as_no_revenue():
    bought = customers_of(revenue_of_year=[0, 500, 100, 300, 0, -50], revenue_of_year_before=[500, 0, 100, 100, 0, 70])
    assert revenue_trend(bought).tolist() == [0.0, 1.0, 0.5, 0.75, 0.5, 0.0]


def test_a_customer_without_a_sale_has_the_usual_price_level():
    bought = customers_of(sold=[50, 0], sold_at_usual_prices=[100, 0])
    assert price_level(bought).tolist() == [0.5, 1.0]


def test_a_feature_that_tells_nobody_apart_is_told_with_the_reason():
    entries = catalogue([], with_category=False, with_cost=False)[:4]
    rows = range(100)
    frame = pd.DataFrame({"recency_days": rows, "tenure_days": [3 * row + 1 for row in rows], "frequency": 1})
    frame = frame.assign(monetary=[0.0] * 96 + [1.0] * 4)
    text = dictionary(facts(frame, entries, date(2024, 1, 1), NotInTable(), 5), EN)
    told = {line.split("`")[1]: line.split("|")[-2].strip() for line in text.splitlines() if line.startswith("| `")}
    assert told == {
        "recency_days": "yes",
        "tenure_days": "no: says the same as recency\\_days (correlation above 0.95)",
        "frequency": "no: the same for all",
        "monetary": "no: the same for 95 % of the customers or more",
    }
    assert {entry["refused"][0] if entry["refused"] else None for entry in facts(
        frame.head(4), entries, None, NotInTable(), 5)["features"]} == {None}, "of few people nothing is told"  # fmt: skip
