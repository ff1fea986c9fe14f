"""Order lines carry a small number for their order, which counts orders as their numbers do."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from elt import tables
from elt.gold.order_ids import orders_in, with_order_ids
from elt.tables import ColumnType

SPEC = (ColumnType("order_number", "string"), ColumnType("line_number", "integer"))
NUMBERS = [None, "A1", "A1", "A10", "A2", "A2"]
IDS = pl.Series("order_id", [None, 2, 2, 3, 4, 4], dtype=pl.UInt32)


def lines(numbers: list[str | None]) -> pl.DataFrame:
    """Order lines of these orders."""
    return pl.DataFrame(
        {"order_number": numbers, "line_number": range(len(numbers))}, schema_overrides={"order_number": pl.String}
    )


def test_orders_are_numbered_in_the_order_of_their_numbers():
    found = with_order_ids(lines(NUMBERS), is_sorted=True)
    assert_frame_equal(found["order_id"].to_frame(), IDS.to_frame())


def test_lines_that_are_sorted_otherwise_get_the_same_numbers_but_for_the_missing_one():
    mixed = ["B", "A", None, "B"]
    assert with_order_ids(lines(mixed), is_sorted=False)["order_id"].to_list() == [2, 1, None, 2]


@pytest.mark.parametrize("border", [1, 3, 4])
def test_parts_that_end_with_an_order_are_numbered_as_the_whole(border):
    first, rest = lines(NUMBERS[:border]), lines(NUMBERS[border:])
    found = [with_order_ids(first, is_sorted=True), with_order_ids(rest, orders_in(first), is_sorted=True)]
    assert pl.concat(found)["order_id"].to_list() == IDS.to_list()


@pytest.mark.parametrize("is_sorted", [True, False])
def test_as_many_different_ids_as_numbers(is_sorted):
    found = with_order_ids(lines(NUMBERS), is_sorted=is_sorted)
    assert found["order_id"].n_unique() == found["order_number"].n_unique()
    pairs = found.unique(["order_id", "order_number"])
    assert pairs.height == found["order_id"].n_unique()


def test_the_twin_has_the_ids_and_the_csv_file_has_not(tmp_path):
    table, twin = tmp_path / "lines.csv", tmp_path / "lines.parquet"
    tables.write(with_order_ids(lines(NUMBERS[1:]), is_sorted=True).lazy(), SPEC, twin, table)
    assert table.read_text().splitlines()[0] == "order_number,line_number"
    assert tables.scan(twin, SPEC).collect_schema().names() == ["order_number", "line_number"]
    assert_frame_equal(tables.scan_lines(twin, SPEC).collect(), tables.scan_lines(table, SPEC).collect())
