"""How many customers stand alone is counted right, and no count of fewer people than the minimum is given."""

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from conftest import ROOT

from elt.features.rounding import RULES
from elt.privacy.document_text import Wording
from elt.privacy.partial_knowledge import COLUMNS as FEATURES
from elt.privacy.partial_knowledge import SCENARIOS, WHOLE_ROW, Tables, fitting, known, of_purchases
from elt.privacy.uniqueness import all_measured, class_sizes, combinations_of, measured, worst
from elt.privacy.uniqueness_text import document
from elt.report.words import read
from elt.run.mart import Mart
from elt.run.surroundings import Surroundings
from elt.tables import ColumnType
from privacy_uniqueness import TREATMENTS, generalised, main, quasi_columns, uniqueness

QUASI = ("birth_date", "country", "gender", "marital_status")
COLUMNS = {
    "customer_key": {"type": "integer", "personal": "identifier"},
    "country": {"type": "string", "personal": "quasi"},
    "birth_date": {"type": "date", "personal": "quasi"},
    "created_date": {"type": "date", "personal": "quasi"},
    "name": {"type": "string", "personal": "direct"},
}
CUSTOMERS = {"title": "Customers", "grain": "One row a customer", "key": ["customer_key"], "columns": COLUMNS}
MART = Mart.of("dim_customer", CUSTOMERS)


def people(*rows: tuple[str, str]) -> pl.DataFrame:
    """Rows of two columns, a and b."""
    return pl.DataFrame(rows, schema=["a", "b"], orient="row")


def test_a_class_is_all_rows_that_are_equal_and_a_gap_equals_a_gap():
    frame = pl.DataFrame({"a": ["x", "x", None, None, "y"]})
    assert class_sizes(frame, ["a"]).to_list() == [1, 2, 2]


def test_the_alone_the_few_and_the_protected_are_counted():
    frame = people(*[("x", str(n)) for n in range(7)], *[("y", "1")] * 6, *[("z", f"{n // 3}") for n in range(9)])
    found = measured(frame, ["a", "b"], 5)
    assert (found["unique"], found["small"], found["protected"], found["classes"]) == (7, 9, 6, 11)
    assert found["unique_share"] == round(7 / 22, 6) and found["smallest"] == "<5"


def test_few_who_are_alone_are_not_counted_and_no_other_count_tells_of_them():
    found = measured(people(("x", "1"), *[("y", "1")] * 20), ["a"], 5)
    assert found["unique"] is None and found["unique_share"] is None and found["protected"] is None


def test_where_nobody_is_alone_the_smallest_class_is_named():
    found = measured(people(*[("y", "1")] * 20), ["a", "b"], 5)
    assert (found["unique"], found["unique_share"], found["smallest"], found["protected"]) == (0, 0.0, 20, 20)


def test_nobody_at_all_is_fine():
    assert measured(people(), ["a"], 5)["smallest"] == 0


def test_combinations_are_all_up_to_four_and_all_columns_together():
    assert list(combinations_of("ba")) == [("a",), ("b",), ("a", "b")]
    assert ("a", "b", "c", "d", "e") in set(combinations_of("abcde")) and len(list(combinations_of("abcde"))) == 31
    many = list(combinations_of([f"c{n}" for n in range(12)]))
    assert len(many) == 12 + 66 + 1 and len(many[-1]) == 12


def test_the_worst_combination_is_the_one_that_leaves_most_people_alone():
    frame = people(*[("x", str(n)) for n in range(9)])
    found = all_measured(frame, ["a", "b"], 5).values()
    assert worst(found, 1)["columns"] == ["b"] and worst(found, 3) is None


def test_the_quasi_columns_are_taken_from_the_personal_classes():
    assert quasi_columns(MART) == {
        "country": "as_it_is", "birth_date": "age_bands", "created_date": "not_published",
    }  # fmt: skip


def test_what_is_published_of_dates_of_birth_is_their_band_of_age():
    frame = pl.DataFrame({"country": ["D"], "birth_date": [date(1990, 5, 1)], "created_date": [date(2020, 1, 1)]})
    found = generalised(frame, quasi_columns(MART), date(2024, 1, 1))
    assert found.to_dict(as_series=False) == {"country": ["D"], "birth_date": ["30–39"]}


def tables(exact: list[tuple], shown: list[tuple], bought: list[tuple], published: str = "rounded") -> Tables:
    """Rows of features (customer, recency, tenure, orders, money) and purchases (customer, rank, days, amount)."""
    names = ["customer", *FEATURES]
    types = {"customer": pl.String, **dict.fromkeys(FEATURES[:3], pl.Int64), "monetary": pl.Float64}
    made = pl.DataFrame(bought, ["customer", "rank", "days", "amount"], orient="row")
    return Tables(*(pl.DataFrame(rows, names, schema_overrides=types, orient="row") for rows in (exact, shown)), made, published)  # fmt: skip


NINE = [(f"cu1_{n}", n, n, 1, 100.0 + n) for n in range(9)]
ROUNDED = [(f"cu1_{n}", 0, 0, 1, 100.0) for n in range(9)]
BOUGHT = [(f"cu1_{n}", 1, n, 100.0 + n) for n in range(9)]


def said(found: dict, language: str) -> str:
    """The report in a language."""
    words = read(ROOT / f"scripts/templates/privacy.{language}.yaml")
    return document(Wording(words, Surroundings("r", "shop", "config/shop")), found)


def test_the_report_says_how_many_are_alone_before_and_after_and_is_about_groups_only():
    births = [date(1980 + n, 1, 1) for n in range(9)]
    frame = pl.DataFrame({"country": ["D"] * 9, "birth_date": births, "created_date": births})
    found = uniqueness(frame, MART, tables(NINE, ROUNDED, BOUGHT), date(2024, 1, 1), 5)
    text, german = said(found, "en"), said(found, "de")
    assert "| `birth_date` | 9 | 100.0\N{NO-BREAK SPACE}% | 0 | 0 |" in text and "anonym" not in text
    assert "| dates and amounts of the three latest purchases | 9 | 100.0\N{NO-BREAK SPACE}% | 0 | 0 |" in text
    assert "| dates and amounts of the three latest purchases | 0 | 0.0\N{NO-BREAK SPACE}% | 0 | 9 |" in text
    assert "The purchases of 9 customers were looked up" in text and "| `birth_date` | ten-year bands of age |" in text
    assert "| Tage und Beträge der letzten drei Käufe | 9 | 100,0\N{NO-BREAK SPACE}% | 0 | 0 |" in german
    assert "| `birth_date` | Altersgruppen von zehn Jahren |" in german and "mit 1 bis 3 anderen" in german
    assert [text.count(mark) for mark in "#|"] == [german.count(mark) for mark in "#|"]


def test_a_table_of_dashes_is_a_sentence():
    births = [date(1980 + n, 1, 1) for n in range(9)]
    frame = pl.DataFrame({"country": ["D"] * 9, "birth_date": births, "created_date": births})
    found = uniqueness(frame, MART, tables(NINE, ROUNDED, BOUGHT), date(2024, 1, 1), 5)
    for when in ("before", "after"):
        for entry in found["quasi_identifiers"][when].values():
            entry |= dict.fromkeys(("unique", "unique_share", "small", "protected"))
    text = said(found, "de")
    assert text.count("Keine dieser Zahlen wird genannt: Jede beträfe weniger als 5 Personen") == 2
    assert "| `country` | – |" not in text


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_way_of_publishing_and_every_kind_of_knowledge_has_words(language):
    words = read(ROOT / f"scripts/templates/privacy.{language}.yaml")["uniqueness"]
    assert set(words["published_as"]) == {*TREATMENTS.values(), *RULES, "other", "exact"}
    assert set(words["knows"]) == {*SCENARIOS, WHOLE_ROW}


def test_one_amount_fits_everybody_who_spent_as_much_or_more():
    found = of_purchases(tables(NINE, NINE, BOUGHT, "exact"), 2)["before"]["one_amount"]
    assert (found["unique"], found["small"], found["protected"]) == (None, 0, None), "one is alone, the richest"
    rich = [*NINE, *[(f"cu1_x{n}", 50, 50, 1, 900.0) for n in range(5)]]
    found = of_purchases(tables(rich, rich, BOUGHT, "exact"), 5)["before"]["one_amount"]
    assert (found["unique"], found["protected"]) == (0, 9)


def test_two_dates_fit_only_who_bought_on_the_latest_day_and_as_long_ago_as_the_other():
    rows = [
        ("a", 3, 90, 2, 5.0),
        ("b", 3, 200, 5, 5.0),
        ("c", 3, 40, 2, 5.0),
        ("d", 3, 90, 1, 5.0),
        ("e", 4, 90, 2, 5.0),
    ]
    scenario = SCENARIOS["two_dates"]
    made = tables(rows, rows, [("a", 1, 3, 1.0), ("a", 2, 90, 4.0)], "exact")
    asked = known(made.bought, made.exact.select("customer", orders="frequency"), scenario)
    assert fitting(asked, made.exact, scenario).tolist() == [2], "a himself and b"


def test_who_knows_that_there_were_no_other_purchases_needs_the_very_same_row():
    rows = [("a", 3, 90, 2, 5.0), ("b", 3, 90, 2, 6.0), ("c", 3, 90, 3, 5.0)]
    made = tables(rows, rows, [("a", 1, 3, 1.0), ("a", 2, 90, 4.0)], "exact")
    people = made.exact.select("customer", orders="frequency")
    counts = {
        name: fitting(known(made.bought, people, SCENARIOS[name]), made.exact, SCENARIOS[name]).tolist()
        for name in SCENARIOS
    }
    assert counts["three_purchases"] == [3] and counts["no_others"] == [1]


def test_a_person_whom_no_row_fits_is_not_found():
    rows = [("a", 3, 3, 1, 2.0)]  # bought for 9 and gave back goods for 7
    found = of_purchases(tables(rows * 6, rows * 6, [("a", 1, 3, 9.0)], "exact"), 5)["before"]["three_purchases"]
    assert found["unique"] == 0


def alone(run: Path, table: str, columns: tuple[str, ...]) -> tuple[int, int]:
    """People alone with the columns, and all of them; counted with nothing but the csv module."""
    with open(run / table, encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("customer_key") != "0"]
    return sum(n == 1 for n in Counter(tuple(row[c] for c in columns) for row in rows).values()), len(rows)


def stated(run: Path, part: str, when: str, columns: tuple[str, ...]) -> dict:
    """What the report of a run says of a combination."""
    found = json.loads((run / "_meta/uniqueness_report.json").read_text(encoding="utf-8"))[part]
    return found[when][", ".join(sorted(columns))]


TABLE = "step2_feature_engineering/data/customer_features.csv"
EXACT = "gold/data/customer_features_exact.csv"


def outsider(run: Path, table: str, days: int, digits: int | None) -> tuple[Counter, int]:
    """How many rows fit the dates and amounts of the three latest purchases, counted without the pipeline's code.

    days, digits: how the table is rounded. Gives people by number of candidates (5: five or more), and all people.
    """
    import pandas as pd

    def money(value: float) -> float:
        return value if digits is None else float(f"{value:.{digits - 1}e}")

    rows = pd.read_csv(run / table)
    facts = pd.read_csv(run / "gold/data/fact_sales.csv", parse_dates=["order_date"])
    today = facts["order_date"].max()
    is_order = facts["document_type"] == "order"
    facts["day"] = facts["order_date"].where(is_order)
    orders = (
        facts[facts["customer_key"] != 0]
        .groupby(["customer_key", "order_number"])
        .agg(day=("day", "max"), amount=("sales_amount", "sum"))
    )
    orders = (
        orders.dropna()
        .reset_index()
        .sort_values(["customer_key", "day", "order_number"], ascending=[True, False, True])
    )
    by_day = dict(list(rows.groupby("recency_days")))
    found: Counter = Counter()
    for _, part in orders.groupby("customer_key"):
        latest = part.head(3)
        ago = [(today - day).days // days * days for day in latest["day"]]
        there = by_day.get(ago[0])
        if there is None:
            continue
        fits = (there["tenure_days"] >= max(ago)) & (there["frequency"] >= len(latest))
        fits &= there["monetary"] >= money(round(latest["amount"].sum(), 6)) - 1e-6
        found[min(int(fits.sum()), 5) or 5] += 1
    return found, len(rows)


@pytest.mark.parametrize(("table", "when", "days", "digits"), [(EXACT, "before", 1, None), (TABLE, "after", 28, 1)])
def test_what_an_outsider_finds_with_three_purchases_equals_an_independent_count(sample_run, table, when, days, digits):
    found, rows = outsider(sample_run, table, days, digits)
    said = json.loads((sample_run / "_meta/uniqueness_report.json").read_text("utf-8"))["purchases"][when][
        "three_purchases"
    ]
    assert (said["unique"], said["small"], said["protected"]) == (found[1], found[2] + found[3] + found[4], found[5])
    assert said["unique_share"] == round(found[1] / rows, 6)


def test_far_fewer_customers_of_the_sample_are_found_by_what_is_published(sample_run: Path):
    found = json.loads((sample_run / "_meta/uniqueness_report.json").read_text("utf-8"))["purchases"]
    before, after = (found[when]["three_purchases"] for when in ("before", "after"))
    assert before["unique_share"] > 0.2 and after["unique_share"] < 0.01
    assert before["unique"] + before["small"] > 0.5 * found["customers"]
    assert after["unique"] + after["small"] < 0.05 * found["customers"]
    assert found["after"]["no_others"]["unique_share"] < 0.05


def test_the_segments_are_made_of_the_exact_values(sample_run: Path):
    exact, shown = (pl.read_csv(sample_run / name) for name in (EXACT, TABLE))
    assert exact["customer"].equals(shown["customer"]) and not exact["monetary"].equals(shown["monetary"])
    segments = pl.read_csv(sample_run / "step3_segmentation/data/customer_segments.csv")
    model = json.loads((sample_run / "step3_segmentation/_meta/model_metadata.json").read_text("utf-8"))
    sums = segments.join(exact, on="customer").group_by("segment").agg(pl.col("monetary").sum())
    assert {s["label"]: s["revenue"] for s in model["segments"]} == pytest.approx(dict(sums.iter_rows()))


def test_the_figures_of_the_sample_equal_an_independent_count(sample_run: Path):
    for columns in (QUASI, ("birth_date", "country")):
        count, rows = alone(sample_run, "gold/data/dim_customer.csv", columns)
        found = stated(sample_run, "quasi_identifiers", "before", columns)
        assert (found["unique"], found["unique_share"]) == (count, round(count / rows, 6)), columns
        assert count > 0.5 * rows


def test_far_fewer_customers_of_the_sample_are_alone_after_generalisation(sample_run: Path):
    before, after = (stated(sample_run, "quasi_identifiers", when, QUASI) for when in ("before", "after"))
    assert after["unique"] < 0.05 * before["unique"]


@pytest.mark.real
def test_the_known_figures_of_the_bike_retailer(real_run: Path):
    found = stated(real_run, "quasi_identifiers", "before", QUASI)
    people = sum(found[name] for name in ("unique", "small", "protected"))
    assert (found["unique"], people) == (14_881, 18_484) == alone(real_run, "gold/data/dim_customer.csv", QUASI)
    bought = json.loads((real_run / "_meta/uniqueness_report.json").read_text(encoding="utf-8"))["purchases"]
    before, after = (bought[when]["three_purchases"]["unique_share"] for when in ("before", "after"))
    assert round(before, 3) == 0.066 and after < 0.002
    assert round(bought["before"]["no_others"]["unique_share"], 2) == 0.81
    assert round(bought["after"]["no_others"]["unique_share"], 2) == 0.05


@pytest.mark.real
def test_seven_more_are_alone_with_the_dates_of_birth_that_silver_takes_for_impossible(real_run: Path):
    born = pl.read_csv(real_run / "bronze/data/CUST_AZ12.csv", infer_schema=False)
    born = dict(born.select(pl.col("CID").str.tail(10), "BDATE").iter_rows())
    people = pl.read_csv(real_run / "gold/data/dim_customer.csv", infer_schema=False).filter(
        pl.col("customer_key") != "0"
    )
    rows = people.select("customer_number", "gender", "country", "marital_status").iter_rows()
    classes = Counter((born[number], *rest) for number, *rest in rows)
    assert sum(count == 1 for count in classes.values()) == 14_888


def test_features_of_nobody_are_measured_too(tmp_path):
    columns = ("customer_key", "country", "birth_date", "created_date", "name")
    header = "customer,recency_days,tenure_days,frequency,monetary\n"
    texts = {
        "customers": ",".join(columns) + "\n0,n/a,,,\n",
        "exact": header,
        "features": header,
        "pseudonyms": "customer_key,pseudonym\n",
        "facts": "order_number,document_type,customer_key,order_date,sales_amount\nO1,order,0,2024-01-01,1.00\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    kinds = {"customer_key": "integer", "order_date": "date", "sales_amount": "decimal"}
    facts = [ColumnType(name, kinds.get(name, "string")) for name in texts["facts"].splitlines()[0].split(",")]
    main(
        inputs={name: str(tmp_path / f"{name}.csv") for name in texts}, mart=MART, fact_columns=facts,
        analysis_date="newest", minimum=5, published="rounded", output=str(tmp_path / "u.json"),
    )  # fmt: skip
    found = json.loads((tmp_path / "u.json").read_text("utf-8"))["purchases"]
    assert found["customers"] == 0 and found["after"]["three_purchases"]["unique"] == 0
