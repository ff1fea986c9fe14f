"""How many customers stand alone is counted right, and no count of fewer people than the minimum is given."""

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from elt.privacy.uniqueness import all_measured, class_sizes, combinations_of, measured, worst
from elt.run.company import Mart
from elt.tables import ColumnType
from privacy_uniqueness import generalised, main, quasi_columns, report, uniqueness

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
        "country": "as it is", "birth_date": "ten-year bands of age", "created_date": "not published",
    }  # fmt: skip


def test_what_is_published_of_dates_of_birth_is_their_band_of_age():
    frame = pl.DataFrame({"country": ["D"], "birth_date": [date(1990, 5, 1)], "created_date": [date(2020, 1, 1)]})
    found = generalised(frame, quasi_columns(MART), date(2024, 1, 1))
    assert found.to_dict(as_series=False) == {"country": ["D"], "birth_date": ["30–39"]}


def test_the_report_says_how_many_are_alone_before_and_after_and_is_about_groups_only():
    births = [date(1980 + n, 1, 1) for n in range(9)]
    frame = pl.DataFrame({"country": ["D"] * 9, "birth_date": births, "created_date": births})
    features = pl.DataFrame({"recency_days": range(9), "frequency": [1] * 9, "monetary": [9.0] * 9})
    found = uniqueness(frame, MART, features, date(2024, 1, 1), 5)
    text = report(found)
    assert "| `birth_date` | 9 | 100.0\N{NO-BREAK SPACE}% | 0 | 0 |" in text
    assert (
        found["orders"]["after"]["frequency_band, monetary_band, recency_band"]["unique"] == 0 and "anonym" not in text
    )


def alone(run: Path, table: str, columns: tuple[str, ...]) -> tuple[int, int]:
    """People alone with the columns, and all of them; counted with nothing but the csv module."""
    with open(run / table, encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("customer_key") != "0"]
    return sum(n == 1 for n in Counter(tuple(row[c] for c in columns) for row in rows).values()), len(rows)


def stated(run: Path, part: str, when: str, columns: tuple[str, ...]) -> dict:
    """What the report of a run says of a combination."""
    found = json.loads((run / "_meta/uniqueness_report.json").read_text(encoding="utf-8"))[part]
    return found[when][", ".join(sorted(columns))]


ORDERS = ("frequency", "monetary", "recency_days")
BANDS = ("frequency_band", "monetary_band", "recency_band")
FEATURES = "step2_feature_engineering/data/customer_features.csv"


def test_the_figures_of_the_sample_equal_an_independent_count(sample_run: Path):
    for part, table, columns in (
        ("quasi_identifiers", "gold/data/dim_customer.csv", QUASI),
        ("quasi_identifiers", "gold/data/dim_customer.csv", ("birth_date", "country")),
        ("orders", FEATURES, ORDERS),
    ):
        count, rows = alone(sample_run, table, columns)
        found = stated(sample_run, part, "before", columns)
        assert (found["unique"], found["unique_share"]) == (count, round(count / rows, 6)), columns
        assert count > 0.5 * rows


def test_far_fewer_customers_of_the_sample_are_alone_after_generalisation(sample_run: Path):
    for part, exact, general in (("quasi_identifiers", QUASI, QUASI), ("orders", ORDERS, BANDS)):
        before, after = stated(sample_run, part, "before", exact), stated(sample_run, part, "after", general)
        assert after["unique"] < 0.05 * before["unique"]


@pytest.mark.real
def test_the_known_figures_of_the_bike_retailer(real_run: Path):
    found = stated(real_run, "quasi_identifiers", "before", QUASI)
    people = sum(found[name] for name in ("unique", "small", "protected"))
    assert (found["unique"], people) == (14_881, 18_484) == alone(real_run, "gold/data/dim_customer.csv", QUASI)
    assert round(stated(real_run, "orders", "before", ORDERS)["unique_share"], 2) == 0.81


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
    (tmp_path / "customers.csv").write_text(",".join(columns) + "\n0,n/a,,,\n", encoding="utf-8")
    (tmp_path / "features.csv").write_text("customer,recency_days,frequency,monetary\n", encoding="utf-8")
    (tmp_path / "facts.csv").write_text("order_date\n2024-01-01\n", encoding="utf-8")
    main(
        customers=str(tmp_path / "customers.csv"), features=str(tmp_path / "features.csv"),
        facts=str(tmp_path / "facts.csv"), mart=MART, fact_columns=[ColumnType("order_date", "date")],
        analysis_date="newest", minimum=5, output=str(tmp_path / "u.json"), page=str(tmp_path / "u.md"),
    )  # fmt: skip
    assert json.loads((tmp_path / "u.json").read_text("utf-8"))["orders"]["customers"] == 0
