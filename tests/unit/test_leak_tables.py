"""The values of protected tables: each once, as text, from the twin as from the file."""

from datetime import date

import polars as pl
import pytest

from elt.privacy import leak_tables
from elt.privacy.leak_fingerprints import Lookup
from elt.privacy.leak_published import Published
from elt.privacy.leak_search import TextSearch
from elt.privacy.leak_tables import ProtectedTable
from elt.privacy.leak_terms import SearchTerms, add_texts
from elt.run.columns import ClassedColumn, ClassedTable

ROWS = pl.DataFrame(
    {
        "order": ["SO1", "SO1", "SO2", "SO3"],
        "again": ["a", None, "a", "b"],
        "mixed": ["z", "a", "z", ""],
        "day": [date(2013, 5, 1), None, date(1999, 1, 2), date(2013, 5, 1)],
        "number": [7, 7, None, 3],
    }
)
TYPES = {"order": "string", "again": "string", "mixed": "string", "day": "date", "number": "integer"}


def table_in(folder, *, has_twin):
    """The table of a run."""
    for name in ("data", "parquet"):
        (folder / "silver" / name).mkdir(parents=True)
    ROWS.write_csv(folder / "silver/data/orders.csv")
    if has_twin:
        ROWS.write_parquet(folder / "silver/parquet/orders.parquet")
    columns = tuple(ClassedColumn(name, kind, None, "identifier") for name, kind in TYPES.items())
    tables = {"silver.orders": ClassedTable(columns, ("order",))}
    return leak_tables.tables_of(folder, tables)[0]


@pytest.mark.parametrize("has_twin", [True, False])
def test_the_distinct_values_of_a_column_are_text_without_the_missing_ones(tmp_path, has_twin):
    table = table_in(tmp_path, has_twin=has_twin)
    assert sorted(table.distinct("order")) == ["SO1", "SO2", "SO3"]
    assert sorted(table.distinct("again")) == ["a", "b"]
    assert sorted(table.distinct("mixed")) == ["", "a", "z"]
    assert sorted(table.distinct("day")) == ["1999-01-02", "2013-05-01"]
    assert sorted(table.distinct("number")) == ["3", "7"]


@pytest.mark.parametrize("has_twin", [True, False])
def test_records_of_columns_are_text_and_each_once(tmp_path, has_twin):
    found = table_in(tmp_path, has_twin=has_twin).read(["number", "day"]).collect().rows()
    assert sorted(found, key=str) == sorted([("7", "2013-05-01"), ("7", None), (None, "1999-01-02"), ("3", "2013-05-01")], key=str)  # fmt: skip


def test_only_short_columns_are_kept_in_memory(tmp_path, monkeypatch):
    table = table_in(tmp_path, has_twin=True)
    monkeypatch.setattr(leak_tables, "KEPT", 2)
    assert table.distinct("again") is table.distinct("again")
    assert table.distinct("order") is not table.distinct("order")


def test_two_tables_do_not_share_what_they_keep(tmp_path):
    one, other = (ProtectedTable("a.b", tmp_path, ClassedTable((), ())) for _ in range(2))
    assert one._kept is not other._kept


@pytest.mark.parametrize("personal", ["identifier", "direct"])
def test_a_column_with_the_values_of_another_counts_alike_and_leaves_the_finds_to_the_first(personal):
    values = pl.Series(["AW00011000", "AW00011001", "Jörg Müller", "12"])
    terms = SearchTerms(Published.of(["AW00011001 and Jörg Müller"]), Lookup([]))
    for column, some in (("gold.a", values), ("silver.a", values.reverse()), ("silver.b", values[:2])):
        add_texts(terms, column, some, personal)
    assert terms.values == {"gold.a": 4, "silver.a": 4, "silver.b": 2}
    assert terms.alone == {"gold.a": 3, "silver.a": 3, "silver.b": 2}
    assert {column for column, _ in TextSearch(terms).in_text("AW00011001")} == {"gold.a"}
    assert [number for number, _ in terms.hashed] == [0, 1, 2]
