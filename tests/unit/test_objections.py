"""The list of customers who object to profiling: how it is read, and that an entry that is no customer is refused."""

import polars as pl
import pytest

from elt.faults import Fault
from elt.features import objections

CUSTOMERS = pl.LazyFrame(
    {"customer_key": [0, 1, 2, 3, 4], "customer_number": ["n/a", "00026", "00052", "KU-7a", "Öhl, Änne"]}
)
COLUMNS = ["Kunden-Nr.", "Name"]


def matched(folder, content: str | bytes, **more):
    """What a list with this content gives."""
    path = folder / "list.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return objections.matched(objections.read(path), CUSTOMERS, COLUMNS, **more)


def test_numbers_are_read_one_a_line_without_comments_blanks_and_byte_order_mark(tmp_path):
    assert matched(tmp_path, "\ufeff# by letter\n 00026 \r\n\n00052\n").keys == [1, 2]


def test_a_list_that_is_no_text_is_refused_and_not_quoted(tmp_path):
    with pytest.raises(Fault, match="list.txt: cannot be read as UTF-8 text") as caught:
        matched(tmp_path, b"KU1\xff\n")
    assert "KU1" not in str(caught.value)


def test_a_list_in_git_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(objections, "is_tracked", lambda path: True)
    with pytest.raises(Fault, match="git tracks the list"):
        objections.read(tmp_path / "list.txt")


@pytest.mark.parametrize("content", ["", "# nobody yet\n", "Kunden-Nr.\n"])
def test_a_list_of_nobody_leaves_out_nobody(tmp_path, content):
    assert matched(tmp_path, content).keys == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("26\n52\n", "2 of 2 entries match no customer in dim_customer: 2 would match with other leading zeros"),
        ("00026\n00099\n", "1 of 2 entries match no customer in dim_customer. Write"),
        ("26.0\n", "1 would match without a decimal part"),
        ("ku 7A\n", "1 would match but for case, blanks and punctuation"),
        ("1;00026\n2;00052\n", "2 would match by another column than the first"),
        ("2,6E+01\n", "1 are in scientific notation, so their last digits are lost"),
        (
            "26\nku7a\n999\n",
            "3 of 3 entries match no customer in dim_customer: 1 would match with other leading zeros; 1 would",
        ),
        ("00026;00052\n", "1 lines hold more than one number that is a customer's"),
        (";00026\n", "1 would match by another column"),
        ("n/a\n", "1 of 1 entries match no customer"),
    ],
)
def test_an_entry_that_is_no_customer_is_refused_with_the_likely_reason_and_never_quoted(tmp_path, content, why):
    with pytest.raises(Fault) as caught:
        matched(tmp_path, content)
    assert why in str(caught.value)
    assert not any(cell in str(caught.value) for cell in ("26\n", "00026", "ku", "KU"))


@pytest.mark.parametrize(
    ("content", "keys", "header"),
    [
        ("Kunden-Nr.;Name\n00026;Beispiel\n", [1], True),
        ("Name;Kunden-Nr\n00026;Beispiel\n", [1], True),  # the column is checked by what it holds, not by its name
        ("customer_number\n00026\n", [], None),  # KU-7a has a digit, "Öhl, Änne" has none: no header for certain
        ('="00026"\n', [1], False),
        ('"00026";"Muster; Eva"\n', [1], False),
        ("00026\tMuster\n00052\t\n", [1, 2], False),
        ("Öhl, Änne\n", [4], False),
        ("O\u0308hl, A\u0308nne\n", [4], False),
    ],
)
def test_headers_columns_quotes_and_wrappers_of_a_spreadsheet_are_read(tmp_path, content, keys, header):
    if header is None:
        with pytest.raises(Fault, match="1 of 2 entries match no customer"):
            matched(tmp_path, content)
        return
    found = matched(tmp_path, content)
    assert found.keys == keys
    assert any("line 1 of list.txt was taken for a header and left out" in remark for remark in found.remarks) == header


def test_a_first_line_without_a_digit_is_a_header_where_every_number_has_one(tmp_path):
    (tmp_path / "list.txt").write_text("customer_number\n00026\n")
    found = objections.matched(objections.read(tmp_path / "list.txt"), CUSTOMERS.head(4), [])
    assert (found.keys, len(found.remarks)) == ([1], 1)


def test_a_customer_who_is_erased_or_awaited_may_be_absent_and_is_counted_as_such(tmp_path):
    found = matched(tmp_path, "00026\n00077\n? 00099\n", is_erased=lambda number: number == "00077")
    assert (found.keys, found.awaited) == ([1], 2)


def test_an_awaited_customer_is_left_out_as_soon_as_there_is_one(tmp_path):
    found = matched(tmp_path, "?00052\n")
    assert (found.keys, found.awaited) == ([2], 0)
