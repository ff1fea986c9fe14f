"""Tables are read with the types of their specification, by name, exactly."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from one_table import CANARY
from polars.testing import assert_frame_equal

from elt import tables
from elt.faults import Fault
from elt.tables import ColumnType

SPEC = (
    ColumnType("key", "integer"),
    ColumnType("name", "string"),
    ColumnType("amount", "decimal", 2),
    ColumnType("day", "date"),
    ColumnType("is_open", "boolean"),
)
TEXT = "key,name,amount,day,is_open\n1,007,0.10,2024-01-05,true\n2,n/a,,,\n"


def test_a_table_is_scanned_with_the_types_of_its_specification(tmp_path):
    (tmp_path / "t.csv").write_text(TEXT)
    expected = pl.DataFrame(
        {"key": [1, 2], "name": ["007", "n/a"], "amount": [Decimal("0.10"), None], "day": ["2024-01-05", None],
         "is_open": [True, None]},
        schema_overrides={"amount": pl.Decimal(38, 2)},
    ).with_columns(pl.col("day").str.to_date())  # fmt: skip
    assert_frame_equal(tables.scan(tmp_path / "t.csv", SPEC).collect(), expected)


@pytest.mark.parametrize(("decimals", "scale"), [(None, 2), (0, 0), (6, 6)])
def test_a_decimal_has_the_decimals_that_are_stated_or_two(decimals, scale):
    for kind in ("decimal", "number"):
        column = ColumnType("amount", kind, decimals)
        assert (column.scale, tables.polars_type(column)) == (scale, pl.Decimal(38, scale))


def test_columns_that_a_table_lacks_are_missing_values_of_their_type():
    absent = [ColumnType("amount", "decimal", 3), ColumnType("day", "date")]
    expected = pl.DataFrame(
        {"key": [1], "amount": [None], "day": [None]}, schema_overrides={"amount": pl.Decimal(38, 3), "day": pl.Date}
    )
    assert_frame_equal(tables.with_absent(pl.LazyFrame({"key": [1]}), absent).collect(), expected)


def test_columns_are_matched_by_name_and_not_by_place(tmp_path):
    (tmp_path / "t.csv").write_text("name,key\na,1\n")
    assert tables.scan(tmp_path / "t.csv", SPEC[:2]).collect().rows() == [(1, "a")]


@pytest.mark.parametrize("digits", [18, 19, 30])
def test_an_amount_of_more_digits_than_a_twin_has_room_for_is_written_exactly_in_both_files(tmp_path, digits):
    amount = Decimal("9" * (digits - 2) + ".99")
    frame = pl.LazyFrame({"amount": [amount]}, schema={"amount": pl.Decimal(38, 2)})
    tables.write(frame, SPEC[2:3], tmp_path / "t.parquet", tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == f"amount\n{amount}\n"
    assert tables.scan(tmp_path / "t.parquet", SPEC[2:3]).collect().rows() == [(amount,)]
    kept = pl.read_parquet_schema(tmp_path / "t.parquet")["amount"]
    assert kept == pl.Decimal(18 if digits == 18 else 38, 2)


def test_a_cast_of_the_sql_that_fails_is_no_matter_of_digits_and_stays_an_error(tmp_path):
    frame = pl.LazyFrame({"key": ["x"]}).with_columns(pl.col("key").cast(pl.Int64))
    with pytest.raises(pl.exceptions.InvalidOperationError):
        tables.write(frame, SPEC[:1], tmp_path / "t.parquet")


def test_an_error_of_the_planner_becomes_a_fault_with_its_first_line():
    frame = pl.LazyFrame({"a": [CANARY]})
    with (
        pytest.raises(
            Fault, match='^here: the SQL cannot be run: unable to find column "b"; valid columns: ."a".. Mend.'
        ),
        tables.planning("here", "Mend"),
    ):
        frame.select("b").collect_schema()


def test_an_error_on_the_data_becomes_a_fault_without_its_text():
    with pytest.raises(Fault) as caught, tables.computing("here", "Mend"):
        pl.Series([CANARY]).cast(pl.Int64)
    assert str(caught.value) == "here: the SQL fails on the data (InvalidOperationError). Mend. Nothing was written."
    assert caught.value.__suppress_context__


DAYS = {
    "some": [date(2024, 2, 28), None, date(2024, 3, 1), date(2024, 2, 28)],
    "far apart": [date(1, 1, 1), date(9999, 12, 31), None],
    "none": [None, None],
    "no rows": [],
    "around the year 1000": [date(999, 12, 31), date(1000, 1, 1), date(1000, 1, 1)],
}


@pytest.mark.parametrize("days", DAYS)
def test_dates_as_text_are_written_as_the_dates_are(days):
    frame = pl.DataFrame({"day": DAYS[days], "n": range(len(DAYS[days]))}, schema_overrides={"day": pl.Date})
    assert tables.dates_as_text(frame).write_csv() == frame.write_csv()
