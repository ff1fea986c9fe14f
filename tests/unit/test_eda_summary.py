"""Unit tests of eda_summary and of the modules it is made of."""

from datetime import date

import polars as pl
import pytest
from conftest import ROOT
from polars.testing import assert_frame_equal

from eda_summary import drop_repeats, main
from elt.eda.breakdowns import breakdown, summed_up, sums, whole_sums
from elt.eda.categories import age_band, shown_counts
from elt.eda.correlations import correlations
from elt.eda.customers import CUSTOMERS, concentration, customer_measures, revenue_histogram
from elt.eda.distributions import bin_edges, distribution, merged, rank_value
from elt.eda.mart_shape import kind
from elt.eda.order_values import counted, of_part, order_values
from elt.eda.origins import Source
from elt.eda.profile_text import content_text
from elt.eda.profiles import profile
from elt.files import read_json
from elt.report.figure_ledger import Told
from elt.report.words import read
from elt.run.mart import Mart

TODAY = date(2024, 6, 15)


def people(columns: dict, **values) -> tuple[pl.LazyFrame, Mart]:
    """A mart of one row a person, with keys 1, 2, …, and its entry of marts.yaml."""
    size = len(next(iter(values.values())))
    frame = pl.DataFrame({"customer_key": range(1, size + 1), **values}).lazy()
    key = {"type": "integer", "personal": "identifier"}
    mart = {"title": "People", "grain": "one row a person", "key": ["customer_key"], "columns": {"customer_key": key}}
    return frame, Mart.of("people", mart | {"columns": mart["columns"] | columns})


def lines(*rows: tuple[int, str, str]) -> pl.LazyFrame:
    """Order lines (customer_key, country, amount)."""
    frame = pl.DataFrame(rows, schema=["customer_key", "country", "sales_amount"], orient="row")
    amounts = pl.col("sales_amount").cast(pl.Decimal(18, 2))
    return frame.with_columns(amounts, document_type=pl.lit("order")).lazy()


def test_the_unknown_customer_has_no_row_among_the_customers():
    facts = pl.DataFrame(
        {
            "customer_key": [0, 7, 7],
            "order_number": ["A", "B", "B"],
            "document_type": ["order"] * 3,
            "product_key": [1, 1, 2],
            "quantity": [1, 2, 3],
            "sales_amount": ["5.00", "1.10", "2.20"],
        }
    ).with_columns(pl.col("sales_amount").cast(pl.Decimal(18, 2)))
    found = customer_measures(facts.lazy()).collect()
    expected = {
        "customer_key": [7],
        "orders": [1],
        "order_lines": [2],
        "units": [5],
        "revenue": [3.3],
        "distinct_products": [2],
        "average_order_value": [3.3],
    }
    assert_frame_equal(found, pl.DataFrame(expected), check_dtypes=False)
    assert CUSTOMERS.names == found.columns


def test_a_group_of_too_few_customers_hides_the_smallest_other_group_as_well():
    rows = (
        [(key, "Big", "10") for key in range(1, 9)] + [(key, "Mid", "10") for key in range(1, 7)] + [(1, "Few", "10")]
    )
    found = breakdown(whole_sums([sums(summed_up(lines(*rows), "country"), pl.col("country")).collect()]), 5)
    assert found == {
        "groups": [{"country": "Big", "order_lines": 8, "customers": 8, "revenue": 80.0}],
        "suppressed_groups": 2,
    }


def test_a_sum_that_one_customer_dominates_is_hidden():
    rows = [(key, place, "10") for place in "ABC" for key in range(1, 7)] + [(1, "A", "1000")]
    found = breakdown(whole_sums([sums(summed_up(lines(*rows), "country"), pl.col("country")).collect()]), 5)
    assert "A" not in [entry["country"] for entry in found["groups"]]


def test_a_group_of_unknown_customers_alone_counts_as_one_person():
    rows = [(key, place, "10") for place in "AB" for key in range(1, 7)] + [(0, "C", "10")]
    found = breakdown(whole_sums([sums(summed_up(lines(*rows), "country"), pl.col("country")).collect()]), 5)
    assert "C" not in [entry["country"] for entry in found["groups"]]


def test_the_parts_of_a_hidden_group_are_hidden():
    rows = [(key, place, "10") for place in ("A", "B") for key in range(1, 7)]
    groups = whole_sums(
        [
            sums(
                summed_up(lines(*rows), "country"),
                pl.col("country").alias("category"),
                pl.col("country").alias("subcategory"),
            ).collect()
        ]
    )
    assert [entry["category"] for entry in breakdown(groups, 5, ["A"])["groups"]] == ["A"]


def test_correlations_of_a_constant_column_are_none():
    found = correlations(pl.DataFrame({"a": range(10), "b": range(10, 0, -1), "c": [3] * 10}))
    assert found["pearson"] == [[1.0, -1.0, None], [-1.0, 1.0, None], [None, None, None]]
    assert found["spearman"] == found["pearson"]


def test_correlations_need_ten_rows():
    assert correlations(pl.DataFrame({"a": range(9), "b": range(9)})) is None


def test_the_revenue_histogram_leaves_out_customers_beyond_the_percentiles():
    customers = pl.DataFrame({"customer_key": range(1000), "revenue": [50.0] * 500 + [500.0] * 495 + [1e6] * 5})
    found = revenue_histogram(customers, 5)
    assert found["edges"][-1] <= 1000 and sum(found["rows"]) == 995


def test_customers_beyond_a_histogram_are_enough_people_or_none():
    few = pl.DataFrame({"customer_key": range(1000), "revenue": [50.0] * 500 + [400.0] * 489 + [500.0] * 10 + [1e6]})
    found = revenue_histogram(few, 5)
    assert sum(found["rows"]) == 989, "the number of all is published, so the one would be told"


def test_a_bin_of_too_few_people_joins_its_neighbour():
    found = pl.DataFrame({"bin": [0, 1, 2], "rows": [9, 2, 8], "people": [9, 2, 8]})
    assert merged([0, 1, 2, 3], found, 5, one_row_a_person=True) == {
        "edges": [0, 1, 3],
        "rows": [9, 10],
        "people": [9, 10],
    }


def test_people_beyond_the_edges_who_are_too_few_take_the_last_bins_with_them():
    found = pl.DataFrame({"bin": [0, 1, 2], "rows": [9, 8, 2], "people": [9, 8, 2]})
    assert merged([0, 1, 2, 3], found, 5, one_row_a_person=True, outside=2) == {
        "edges": [0, 1],
        "rows": [9],
        "people": [9],
    }
    assert merged([0, 1, 2, 3], found, 5, one_row_a_person=True, outside=3)["people"] == [9, 8]
    assert merged([0, 1, 2, 3], found, 5, one_row_a_person=True, outside=5)["rows"] == [9, 10]


def test_the_last_bin_of_too_few_people_joins_the_one_before():
    found = pl.DataFrame({"bin": [0, 2], "rows": [9, 2], "people": [9, 2]})
    assert merged([0, 1, 2, 3], found, 5, one_row_a_person=True) == {"edges": [0, 3], "rows": [11], "people": [11]}


def test_the_people_of_joined_bins_may_be_the_same():
    found = pl.DataFrame({"bin": [0, 1], "rows": [3, 3], "people": [3, 3]})
    assert merged([0, 1, 2], found, 5, one_row_a_person=False) is None
    assert merged([0, 1, 2], found, 5, one_row_a_person=True) == {"edges": [0, 2], "rows": [6], "people": [6]}


def test_a_rank_value_is_the_smallest_value_reaching_the_share():
    values = pl.DataFrame({"value": [1.0, 2.0, 9.0], "rows": [1, 2, 1]})
    assert [rank_value(values, share) for share in (0.25, 0.5, 0.75, 0.76)] == [1.0, 2.0, 2.0, 9.0]


def test_a_percentile_with_too_few_people_beyond_it_is_left_out():
    numbers = [float(value) for value in range(1, 21)]
    values = pl.DataFrame({"value": numbers, "rows": [1] * 20})
    persons = pl.DataFrame({"low": numbers, "high": numbers, "total": numbers})
    found = distribution(values, persons, 5, 2)
    assert found["percentiles"] == {"p5": None, "p25": 5.0, "p50": 10.0, "p75": 15.0, "p95": None}
    assert found["range"] == [5.0, 15.0]


def test_a_mean_that_one_person_dominates_is_left_out():
    numbers = [1.0] * 9 + [1000.0]
    values = pl.DataFrame({"value": [1.0, 1000.0], "rows": [9, 1]})
    persons = pl.DataFrame({"low": numbers, "high": numbers, "total": numbers})
    assert distribution(values, persons, 5, 2)["mean"] is None


def test_few_whole_numbers_have_a_bin_each():
    assert bin_edges(1, 3, whole=True) == [0.5, 1.5, 2.5, 3.5]


def test_the_age_on_the_birthday_is_a_year_more_than_on_the_day_before():
    births = pl.DataFrame({"birth": [date(1994, 6, 15), date(1994, 6, 16), date(2030, 1, 1), date(1850, 1, 1), None]})
    bands = births.select(band=age_band(pl.col("birth"), TODAY))["band"].to_list()
    assert bands == ["30–39", "20–29", "not plausible", "not plausible", None]


@pytest.mark.parametrize(
    ("name", "type_", "personal", "expected"),
    [
        ("first_name", "string", "direct", "hidden"),
        ("order_number", "string", "identifier", "hidden"),
        ("order_date", "date", "quasi", "hidden"),
        ("birth_date", "date", "quasi", "ages"),
        ("children", "integer", "quasi", "hidden"),
        ("country", "string", "quasi", "category"),
        ("valid_from", "date", "none", "months"),
        ("product_key", "integer", "none", "key"),
        ("quantity", "integer", "none", "number"),
        ("anything", "string", "a class nobody knows", "hidden"),
    ],
)
def test_the_class_decides_what_is_shown(name, type_, personal, expected):
    entry = {"title": "", "grain": "", "key": ["x"], "columns": {name: {"type": type_, "personal": personal}}}
    assert kind(name, Mart.of("mart", entry)) == expected


def test_a_hidden_category_is_not_named():
    groups = pl.DataFrame({"value": ["a", "b", "c"], "rows": [10, 8, 1], "people": [10, 8, 1]})
    found = shown_counts(groups, 5, about_people=True)
    assert found["counts"] == [{"value": "a", "rows": 10, "people": 10}] and found["suppressed_groups"] == 2


def test_few_missing_cells_of_people_are_not_counted_out():
    frame, mart = people(
        {"country": {"type": "string", "personal": "quasi"}}, country=["A"] * 10 + ["B"] * 8 + [None] * 2
    )
    found = profile([frame], mart, 5, TODAY)["columns"]["country"]
    assert found["missing"] == "<5" and found["missing_share"] is None
    assert found["counts"] == [{"value": "A", "rows": 10, "people": 10}]


def test_missing_cells_that_give_a_small_group_away_are_hidden():
    frame, mart = people({"country": {"type": "string", "personal": "quasi"}}, country=["A"] * 9 + ["B"] + [None] * 6)
    assert profile([frame], mart, 5, TODAY)["columns"]["country"]["missing"] == "hidden"


def test_the_unknown_member_is_counted_and_left_out():
    frame, mart = people({"points": {"type": "integer", "personal": "none"}}, points=[1] * 6)
    unknown = pl.LazyFrame({"customer_key": [0], "points": [999]})
    found = profile([pl.concat([frame, unknown])], mart, 5, TODAY)
    assert (found["rows"], found["unknown_member_rows"]) == (7, 1)
    assert found["columns"]["points"]["mean"] == 1.0


def test_no_value_of_a_personal_column_is_in_the_profile():
    columns = {
        "first_name": {"type": "string", "personal": "direct"},
        "created_date": {"type": "date", "personal": "quasi"},
        "birth_date": {"type": "date", "personal": "quasi"},
    }
    values = {
        "first_name": ["Zoroastra"] * 6,
        "created_date": [date(2011, 3, 4)] * 6,
        "birth_date": [date(1987, 9, 8)] * 6,
    }
    frame, mart = people(columns, **values)
    text = str(profile([frame], mart, 5, TODAY))
    assert not [value for value in ("Zoroastra", "2011", "1987") if value in text]


def test_a_mean_that_would_give_away_rows_left_out_is_left_out():
    mart = {"title": "", "grain": "", "key": ["product_number"]}
    mart["columns"] = {name: {"type": "integer", "personal": "none"} for name in ("customers", "revenue")}
    frame = pl.LazyFrame({"customers": [9, 9, 2], "revenue": [10, 20, 30]})
    found = profile([frame], Mart.of("products", mart), 5, TODAY)
    assert found["rows_about_few"] == 1 and found["columns"]["revenue"]["mean"] is None


def test_the_summary_holds_every_mart_in_order_without_optional_columns(tmp_path):
    none, key = {"personal": "none"}, {"type": "integer", "personal": "identifier"}
    text, whole, money = ({"type": kind, **none} for kind in ("string", "integer", "decimal"))
    columns = {
        "dim_customer": {"customer_key": key},
        "dim_product": {"product_key": whole, "product_number": text},
        "dim_location": {"location_key": whole, "country": text},
        "fact_sales": {
            "order_number": {"type": "string", "personal": "identifier"},
            **dict.fromkeys(("customer_key", "product_key", "location_key", "quantity"), whole),
            "order_date": {"type": "date", "personal": "quasi"},
            "sales_amount": money,
            "document_type": text,
        },
        "agg_exec_kpis": {"month_start": {"type": "date", **none}, "revenue": money, "active_customers": whole},
        "agg_product_performance": {"product_number": text, "revenue": money, "customers": whole},
        "agg_geo_performance": {"country": text, "revenue": money, "customers": whole},
    }
    rows = {
        "dim_customer": [str(number) for number in range(7)],
        "dim_product": ["0,n/a", "1,P1"],
        "dim_location": ["0,n/a", "1,Here"],
        "fact_sales": [f"N{number},{number},1,1,1,2024-06-0{number},10.00,order" for number in range(1, 7)],
        "agg_exec_kpis": ["2024-06-01,60.00,6"],
        "agg_product_performance": ["P1,60.00,6"],
        "agg_geo_performance": ["Here,60.00,6"],
    }
    marts, paths = {}, []
    for name, fields in columns.items():
        entry = {"title": name, "grain": "one row", "key": list(fields)[:1], "columns": fields}
        marts[name] = Mart.of(name, entry)
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_text("\n".join([",".join(fields), *rows[name]]) + "\n", encoding="utf-8")
    main([str(path) for path in paths], marts, minimum=5, analysis_date="newest", output=str(tmp_path / "summary.json"))
    summary = read_json(tmp_path / "summary.json")
    assert [mart["name"] for mart in summary["marts"]] == list(columns)
    assert sorted(summary["breakdowns"]) == ["country", "month", "weekday"]
    assert summary["breakdowns"]["month"]["groups"] == [
        {"month": "2024-06", "order_lines": 6, "customers": 6, "revenue": 60.0}
    ]


def test_groups_that_are_all_hidden_stay_said_as_hidden():
    columns = {"country": {"shown": "category", "counts": [], "suppressed_groups": 2}}
    drop_repeats({"dim_customer": {"about_people": "row", "columns": columns}}, {"country": {"groups": []}})
    told = Told(read(ROOT / "scripts/templates/eda.en.yaml"))
    source = Source("dim_customer", ("marts", "dim_customer"), "gold.dim_customer")
    assert content_text("country", columns["country"], told, source) == "2 groups suppressed"


def test_values_whose_rows_are_not_counted_a_second_time_are_all_there_hidden_ones_too():
    shown = [{"value": "A", "rows": 9}, {"value": "B", "rows": 7}]
    column = {"shown": "category", "counts": shown, "suppressed_groups": 3, "missing": "hidden"}
    drop_repeats({"dim_customer": {"about_people": "row", "columns": {"country": column}}}, {"country": {"groups": []}})
    assert "counts" not in column and column["distinct"] == 4, "one of the hidden groups has no value"


def test_a_tenth_of_the_customers_brings_a_share_of_the_revenue():
    revenue = [1000.0] * 10 + [100.0] * 90
    found = concentration(pl.DataFrame({"revenue": revenue}), 5, 2)
    assert [entry["customers"] for entry in found] == [10] * 10
    assert found[0]["revenue_share"] == round(10 / 19, 4) and found[-1]["revenue_share"] == 1


def test_a_tenth_of_too_few_customers_is_not_shown():
    assert concentration(pl.DataFrame({"revenue": [1.0] * 49}), 5, 2) == []
    assert concentration(pl.DataFrame({"revenue": [1e6] + [1.0] * 99}), 5, 2) == [], "one of them is the tenth"


def order_lines(*rows: tuple[int, str, str, str]) -> pl.LazyFrame:
    """Lines (customer_key, order_number, document_type, amount)."""
    names = ["customer_key", "order_number", "document_type", "sales_amount"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    return frame.with_columns(pl.col("sales_amount").cast(pl.Decimal(18, 2))).lazy()


def test_the_value_of_an_order_is_the_sum_of_its_lines_without_credit_notes_and_unknown_customers():
    rows = [(1, "A", "order", "2.00"), (1, "A", "order", "3.00"), (1, "A", "credit_note", "-1.00"),
            (0, "B", "order", "7.00"), (2, "C", "order", "0.00"), (2, "D", "order", "9.00")]  # fmt: skip
    found = of_part(order_lines(*rows)).collect().sort("value")
    assert found.rows() == [(1, 500), (2, 900)]


def test_orders_of_all_parts_make_one_distribution_and_bins_hold_enough_customers():
    first = [(key, f"A{key}", "order", "10.00") for key in range(1, 31)]
    second = [(key, f"B{key}", "order", "100.00") for key in range(31, 41)]
    parts = [counted(of_part(order_lines(*rows)).collect()) for rows in (first, second)]
    found = order_values(parts, 5, 2)
    assert found is not None and (found["people"], found["percentile_people"]) == (40, 10)
    assert found["percentiles"] == {"p5": 10.0, "p25": 10.0, "p50": 10.0, "p75": 10.0, "p95": 100.0}
    drawn = found["histogram"]
    assert sum(drawn["rows"]) == 40 and all(count == 0 or count >= 5 for count in drawn["people"])
    assert drawn["edges"][0] == 10


def test_orders_of_too_few_customers_have_no_distribution():
    parts = [counted(of_part(order_lines(*((key, f"A{key}", "order", "10.00") for key in range(1, 5)))).collect())]
    assert order_values(parts, 5, 2) is None
    assert order_values([counted(of_part(order_lines((0, "A", "order", "1.00"))).collect())], 5, 2) is None
