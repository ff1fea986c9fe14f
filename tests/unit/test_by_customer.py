"""What is counted over parts of the customers is what is counted over all order lines at once."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import eda_summary
import features_customers
from elt.eda.aggregates import known_rows
from elt.eda.mart_shape import Shape
from elt.files import read_json
from elt.gold import documents
from elt.run.columns import Column
from elt.run.key_figures import Kpi
from elt.run.mart import Mart
from elt.sales import by_customer, overview
from elt.tables import Spec, scan, scan_lines

WHOLE = 10_000
FACTS = {
    "order_number": {"type": "string", "personal": "identifier"},
    **{name: {"type": "integer", "personal": "none"} for name in ("customer_key", "product_key", "location_key")},
    "order_date": {"type": "date", "personal": "none"},
    "ship_date": {"type": "date", "personal": "none"},
    "quantity": {"type": "integer", "personal": "none"},
    "sales_amount": {"type": "decimal", "personal": "none"},
    "cost_amount": {"type": "decimal", "personal": "none"},
    "is_late": {"type": "boolean", "personal": "none"},
    "document_type": {"type": "string", "personal": "none"},
}
PRODUCTS = {
    "product_key": {"type": "integer", "personal": "none"},
    "product_number": {"type": "string", "personal": "none"},
    "category": {"type": "string", "personal": "none"},
}
MONTHS = {"month_start": {"type": "date", "personal": "none"}, "is_complete": {"type": "boolean", "personal": "none"}}
KPIS = {
    "orders": "COUNT(DISTINCT order_number) FILTER (WHERE document_type = 'order')",
    "value": "SUM(sales_amount) / NULLIF(COUNT(DISTINCT order_number), 0)",
}


def mart(name: str, columns: dict) -> Mart:
    return Mart.of(name, {"title": name, "grain": "one row", "key": [next(iter(columns))], "columns": columns})


def made_lines(seed: int) -> list[str]:
    """Lines of 40 customers over two years, some without a customer, some orders of two customers, all types."""
    chance, rows = random.Random(seed), []
    for number in range(400):
        customer, day = chance.randrange(40), date(2022, 1, 1) + timedelta(days=chance.randrange(730))
        for _ in range(chance.randrange(1, 4)):
            kind = chance.choice(["order"] * 6 + list(documents.TYPES))
            amount = chance.randrange(-500, 9000) / 100
            own = customer if chance.random() < 0.9 else chance.randrange(40)
            shipped = day + timedelta(days=3) if chance.random() < 0.8 else ""
            cost = f"{chance.randrange(1, 900) / 100:.2f}" if chance.random() < 0.7 else ""
            product, late = chance.randrange(7), str(chance.random() < 0.3).lower()
            rows.append(
                f"N{number:03},{own},{product},{own % 3},{day},{shipped},{chance.randrange(9)},{amount:.2f},{cost},"
                f"{late},{kind}"
            )
    return rows


@pytest.fixture(params=[1, 2])
def tables(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], Path]:
    """Path of a table of gold, by its name."""
    products = ["0,n/a,", *(f"{key},P{key // 2},{'ABC'[key % 3]}" for key in range(1, 7))]
    months = [f"{year}-{month:02}-01,true" for year in (2022, 2023) for month in range(1, 13)]
    rows = {
        "fact_sales": [",".join(FACTS), *made_lines(request.param)],
        "dim_product": [",".join(PRODUCTS), *products],
        "dim_location": ["location_key,country", "0,n/a", "1,Here", "2,There"],
        "months": ["month_start,is_complete", *months],
        "people": ["customer_key,pseudonym", *(f"{key},cu1_{'abcdefghijklmnopqrstuvwxyz234567'[key % 32] * 13}"
                                               f"{'ab'[key // 32] * 13}" for key in range(1, 40))],
    }  # fmt: skip
    for name, lines in rows.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return lambda name: tmp_path / f"{name}.csv"


def same(monkeypatch: pytest.MonkeyPatch, compute: Callable[[], dict[str, pl.DataFrame]]) -> None:
    """The tables are equal, whether computed in parts of some 100 lines, put apart 200 at a time, or at once."""
    found = []
    for at_once in (WHOLE, 100):
        monkeypatch.setattr(by_customer, "AT_ONCE", at_once)
        monkeypatch.setattr(by_customer, "SLICE", 2 * at_once)
        found.append(compute())
    assert found[0].keys() == found[1].keys()
    for name, table in found[0].items():
        assert_frame_equal(table, found[1][name], check_row_order=name == name.strip("*"))


def columns(fields: dict, name: str = "x") -> Spec:
    return mart(name, fields).typed_columns


def test_the_views_of_the_expose_are_the_same_in_parts(tables, monkeypatch, tmp_path):
    kpis = {name: Kpi({}, {}, formula, "count", "up") for name, formula in KPIS.items()}
    kpis["repeat"] = Kpi({}, {}, "AVG(CASE WHEN orders > 1 THEN 1.0 ELSE 0.0 END)", "share", "up", over="customers")
    flag = Column("is_late", "boolean", personal="none", doubts=("cost_amount",))

    def compute():
        found = overview.sales_of(
            scan_lines(tables("fact_sales"), columns(FACTS)),
            scan(tables("dim_product"), columns(PRODUCTS)),
            scan(tables("months"), columns(MONTHS)),
            kpis, "newest", 5, [flag], tmp_path / "views.json",
        )  # fmt: skip
        assert {"period this", "kpis last", "products", "categories rest", "costs this"} <= found.views.keys()
        return {("*" if name == "customers" else "") + name: table for name, table in found.views.items()}

    same(monkeypatch, compute)
    assert not list(tmp_path.glob(".*"))


def test_the_features_are_the_same_in_parts(tables, monkeypatch, tmp_path):
    facts = features_customers.Source(str(tables("fact_sales")), columns(FACTS))
    products = features_customers.Source(str(tables("dim_product")), columns(PRODUCTS))
    outputs = [str(tmp_path / name) for name in ("exact.csv", "table.csv", "text.md", "people.json")]

    def compute():
        features_customers.main(
            facts, products, str(tables("people")), objected=None, analysis_date="2023-11-05", minimum_group=5,
            outputs=features_customers.Outputs(*outputs),
        )  # fmt: skip
        texts = {name: Path(name).read_text(encoding="utf-8") for name in outputs}
        return {name: pl.DataFrame({"text": [text]}) for name, text in texts.items()}

    same(monkeypatch, compute)


def test_the_exploration_is_the_same_in_parts(tables, monkeypatch, tmp_path):
    whole, money = ({"type": kind, "personal": "none"} for kind in ("integer", "decimal"))
    place = {"location_key": whole, "country": {"type": "string", "personal": "none"}}
    kpis = {"month_start": MONTHS["month_start"], "revenue": money, "active_customers": whole}
    fields = {"fact_sales": FACTS, "dim_product": PRODUCTS, "dim_location": place, "agg_exec_kpis": kpis}
    marts = {name: mart(name, own) for name, own in fields.items()}
    (tmp_path / "agg_exec_kpis.csv").write_text("month_start,revenue,active_customers\n2023-01-01,60.00,6\n")
    paths, output = [str(tables(name)) for name in marts], str(tmp_path / "summary.json")

    def compute():
        eda_summary.main(paths, marts, minimum=5, analysis_date="newest", output=output)
        return {"summary": pl.DataFrame({"text": [str(read_json(output))]})}

    same(monkeypatch, compute)


def test_a_column_of_which_only_gaps_are_shown_is_kept_as_gaps_alone():
    shape = Shape.of(mart("fact_sales", FACTS))
    frame = pl.LazyFrame({name: [None, "x"] if name == "order_number" else [1, 2] for name in FACTS})
    kept = known_rows(frame, shape, date(2024, 1, 1), pl.lit(value=True)).collect()["order_number"]
    assert kept.to_list() == [None, True]
