"""The list of customers who object to profiling."""

import polars as pl
import pytest

from elt.faults import Fault
from elt.features import objections


def test_numbers_are_read_one_a_line_without_comments_blanks_and_byte_order_mark(tmp_path):
    path = tmp_path / "list.txt"
    path.write_bytes("\ufeff# by letter\n KU1 \r\n\nKU2\n".encode())
    assert objections.read(path) == {"KU1", "KU2"}


def test_a_list_that_is_no_text_is_refused_and_not_quoted(tmp_path):
    path = tmp_path / "list.txt"
    path.write_bytes(b"KU1\xff\n")
    with pytest.raises(Fault, match="list.txt: cannot be read as UTF-8 text") as caught:
        objections.read(path)
    assert "KU1" not in str(caught.value)


def test_a_list_in_git_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(objections, "is_tracked", lambda path: True)
    with pytest.raises(Fault, match="git tracks the list"):
        objections.read(tmp_path / "list.txt")


def test_keys_are_those_of_customers_that_there_are():
    customers = pl.LazyFrame({"customer_key": [0, 1, 2, 3], "customer_number": ["n/a", "KU1", "KU2", "KU3"]})
    assert objections.keys(customers, {"KU3", "KU1", "KU9"}) == [1, 3]
