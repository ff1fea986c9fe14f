"""Tables of the database in the order of their references, with types and constraints; what a refused row breaks."""

import duckdb
import pytest

import warehouse_duckdb
from elt import files
from elt.files import write_json
from elt.run.columns import Column
from elt.run.key_figures import Kpi
from elt.run.mart import Mart
from elt.warehouse import ddl, kpi_sql
from elt.warehouse.mart_files import MartFile, mart_files


def column(kind, **more):
    """A column of a mart."""
    return {"type": kind, "personal": "none", "description": f"A {kind}", **more}


ENTRIES = {
    "lines": {
        "title": "Lines", "grain": "one row a line", "key": ["order", "line"], "foreignKeys": {"place": "places.place"},
        "columns": {"order": column("string"), "line": column("integer"), "place": column("integer"),
                    "amount": column("decimal", decimals=3, unit="money", required=True)},
    },
    "places": {"title": "It's places", "grain": "one row a place", "key": ["place"], "columns": {"place": column("integer")}},
}  # fmt: skip
MARTS = {name: Mart.of(name, entry) for name, entry in ENTRIES.items()}


def test_a_table_comes_after_those_that_it_refers_to():
    assert ddl.by_reference(MARTS) == ["places", "lines"]


def test_the_files_of_marts_come_in_that_order_with_the_rows_that_their_metadata_know(tmp_path):
    for name, rows in (("lines", 3), ("places", 2)):
        write_json(tmp_path / f"{name}.json", {"rows": rows})
    found = mart_files(MARTS, ["l.csv", "p.csv"], [str(tmp_path / f"{name}.json") for name in MARTS])
    assert list(found.values()) == [MartFile(MARTS["places"], "p.csv", 2), MartFile(MARTS["lines"], "l.csv", 3)]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (column("integer"), "BIGINT"), (column("string"), "VARCHAR"), (column("date"), "DATE"),
        (column("boolean"), "BOOLEAN"), (column("decimal"), "DECIMAL(18,2)"), (column("decimal", decimals=6), "DECIMAL(18,6)"),
    ],
)  # fmt: skip
def test_every_type_of_a_mart_has_its_type_in_sql(spec, expected):
    assert ddl.sql_type(Column.of("x", spec)) == expected


def test_key_columns_and_required_ones_must_have_a_value():
    assert ddl.columns_sql(MARTS["lines"]) == [
        '"order" VARCHAR NOT NULL', '"line" BIGINT NOT NULL', '"place" BIGINT', '"amount" DECIMAL(18,3) NOT NULL',
    ]  # fmt: skip


def test_a_column_that_is_referred_to_and_is_no_key_must_be_unique():
    places = Mart.of("places", {**ENTRIES["places"], "key": ["name"]})
    assert ddl.keys_sql(places, {**MARTS, "places": places}) == ['PRIMARY KEY ("name")', 'UNIQUE ("place")']
    assert ddl.keys_sql(MARTS["places"], MARTS) == ['PRIMARY KEY ("place")']


def test_comments_hold_meaning_unit_and_class_and_a_quote_does_no_harm():
    with duckdb.connect() as connection:
        warehouse_duckdb.create(connection, MARTS)
        found = dict(
            connection.execute(
                "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'lines'"
            ).fetchall()
        )
        assert found["amount"] == "A decimal. Unit: money. Personal class: none."
        query = "SELECT comment FROM duckdb_tables() WHERE table_name = 'places'"
        assert connection.execute(query).fetchone() == ("It's places: one row a place",)


@pytest.mark.parametrize(
    ("rows", "meaning"),
    [
        ("('a', 1, 7, 1), ('a', 1, 7, 2)", "two rows have the same key order, line"),
        ("('secret', 1, 8, 1)", "a value of place is not in the table that it points to"),
        ("('secret', NULL, 7, 1)", "a required column has no value"),
    ],
)
def test_a_refused_row_is_told_by_what_it_breaks(rows, meaning):
    with duckdb.connect() as connection:
        warehouse_duckdb.create(connection, MARTS)
        connection.execute("INSERT INTO gold.places VALUES (7)")
        with pytest.raises(duckdb.IntegrityError) as error:
            connection.execute(f"INSERT INTO gold.lines VALUES {rows}")
    assert warehouse_duckdb.broken(str(error.value), MARTS["lines"]) == meaning


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [("2.675", "money", "2.68"), ("-2.675", "money", "-2.68"), ("8.0 / 3", "money", "2.67"), ("2.0 / 3", "share", "0.666667"),
     ("1.0 / 0", "share", "None"), ("3", "count", "3")],
)  # fmt: skip
def test_key_figures_are_rounded_half_away_from_zero_as_the_marts_are(value, unit, expected):
    ((found,),) = duckdb.sql(f"SELECT {kpi_sql.rounded(f'SELECT {value}', unit)}").fetchall()
    assert str(found) == expected


def kpi(formula, unit, **more):
    """A key figure."""
    words = {"name": {"en": "Margin"}, "definition": {"en": "It's so"}}
    return Kpi.of({**words, "formula": formula, "unit": unit, "direction": "up", **more})


def test_key_figures_of_a_month_count_its_lines_alone():
    kpis = {
        "revenue": kpi("SUM(sales_amount)", "money"),
        "repeat_rate": kpi("AVG(CASE WHEN orders > 1 THEN 1.0 ELSE 0.0 END)", "share", over="customers"),
    }
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA gold")
        connection.execute(
            "CREATE TABLE gold.fact_sales AS FROM (VALUES ('a', 1, DATE '2024-01-05', 10.00), ('b', 1, DATE '2024-01-31', 5.00), "
            "('c', 2, DATE '2024-02-01', 1.00), ('d', 0, DATE '2024-02-29', 2.00)) AS t(order_number, customer_key, order_date, sales_amount)"
        )
        connection.execute("ALTER TABLE gold.fact_sales ADD COLUMN document_type VARCHAR DEFAULT 'order'")
        facts = Mart("fact_sales", "", "", (), (Column("sales_amount", "decimal", 2),))
        warehouse_duckdb.create_views(connection, kpis, facts)
        months = connection.execute(
            "SELECT strftime(month_start, '%m'), revenue, repeat_rate FROM kpi.by_month"
        ).fetchall()
        assert [tuple(map(str, row)) for row in months] == [("01", "15.00", "1.000000"), ("02", "3.00", "0.000000")]
        assert [str(value) for value in connection.execute("FROM kpi.total").fetchone()] == ["18.00", "0.500000"]


def test_the_comment_of_a_key_figure_says_what_it_leaves_out():
    definition = {"en": "Revenue minus cost"}
    assert kpi_sql.comment(kpi("SUM(a)", "money", definition=definition)) == (
        "Margin: Revenue minus cost. Unit: money. Formula: SUM(a)"
    )
    exclusions = {"en": "Lines without cost"}
    assert kpi_sql.comment(kpi("SUM(a)", "money", definition=definition, exclusions=exclusions)) == (
        "Margin: Revenue minus cost. Left out: Lines without cost. Unit: money. Formula: SUM(a)"
    )


def test_the_folder_for_what_is_needed_meanwhile_is_empty_at_first_and_gone_after_a_failure(tmp_path):
    left = tmp_path / ".warehouse.tmp"
    left.mkdir()
    (left / "of a killed job").touch()
    with pytest.raises(ZeroDivisionError), files.scratch(tmp_path / "warehouse.duckdb") as folder:
        assert folder == left
        assert list(folder.iterdir()) == []
        (folder / "x").touch()
        _ = 1 / 0
    assert list(tmp_path.iterdir()) == []
