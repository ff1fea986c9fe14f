"""Encoding, delimiter and header are decided from bytes and contract; chunk borders play no part."""

import itertools

import pytest
from one_table import CANARY, PEOPLE

from shared import dialects
from shared.dialects import Dialect
from shared.faults import Fault


def plain(tmp_path, raw: bytes, chunk: int, monkeypatch) -> bool:
    """Whether a file counts as plain, read in chunks of a size."""
    path = tmp_path / "x.csv"
    path.write_bytes(raw)
    monkeypatch.setattr(dialects, "CHUNK", chunk)
    return dialects.is_plain(path, "utf-8")


@pytest.mark.parametrize("chunk", range(1, 8))
@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"a,b\n1,2\n", True),
        (b"a,b\r\n1,2\r\n3,4", True),
        (b"a,b\r\n1,2\n3,4\n", True),
        (b"a,b\n\n1,2\n", False),
        (b"a,b\n1,2\n\n", False),
        (b"a,b\r\n\r\n1,2\r\n", False),
        (b"a,b\n1,2\n\r\n", False),
        (b"\na,b\n1,2\n", False),
        (b"\r\na,b\n1,2\n", False),
        (b"a,b\r1,2\r", False),
        (b"a,b\n1\r,2\n", False),
        (b"a,b\n1,2\r", False),
        (b"a,b\n1,2\r\r\n", False),
        (b'a,b\n1,"2"\n', False),
    ],
)
def test_a_file_is_plain_if_its_lines_are_its_records(tmp_path, monkeypatch, raw, expected, chunk):
    assert plain(tmp_path, raw, chunk, monkeypatch) is expected


def test_plain_never_depends_on_where_a_chunk_ends(tmp_path, monkeypatch):
    for letters in itertools.product(b"a\r\n", repeat=4):
        raw = b"x" + bytes(letters)
        assert len({plain(tmp_path, raw, chunk, monkeypatch) for chunk in (1, 2, 3, 100)}) == 1, raw


@pytest.mark.parametrize("chunk", range(1, 12))
@pytest.mark.parametrize(
    ("raw", "encoding", "expected"),
    [
        ("a\nä€😀\n".encode(), "utf-8", None),
        (b"a\n\xe4b\n", "utf-8", (2, 3, 0xE4)),
        (b"a\nb\n\xf0\x9f\x98", "utf-8", (3, 5, 0xF0)),
        (b"a\nb\n\xf0\x9f\x98x", "utf-8", (3, 5, 0xF0)),
        (b"\xef\xbb\xbfa\n\xff", "utf-8-sig", (2, 6, 0xFF)),
        (b"a\n\n\x81", "cp1252", (3, 4, 0x81)),
        ("a\nä".encode("utf-16"), "utf-16", None),
        ("a".encode("utf-16") + b"\x00", "utf-16", (1, 5, 0x00)),
    ],
)
def test_the_first_broken_byte_is_found_whatever_the_chunks(tmp_path, monkeypatch, raw, encoding, expected, chunk):
    path = tmp_path / "x.csv"
    path.write_bytes(raw)
    monkeypatch.setattr(dialects, "CHUNK", chunk)
    assert dialects.first_undecodable(path, encoding) == expected


@pytest.mark.parametrize(
    ("raw", "encoding", "why"),
    [
        ("id\nä".encode(), "utf-8", "every byte is valid UTF-8"),
        ("id\nä".encode("utf-8-sig"), "utf-8-sig", "byte order mark"),
        ("id\nä".encode("utf-16"), "utf-16", "byte order mark"),
        (b"\xfe\xff" + "id\nä".encode("utf-16-be"), "utf-16", "byte order mark"),
        ("id\nä€".encode("cp1252"), "cp1252", "not valid UTF-8, so the encoding of German Windows systems"),
    ],
)
def test_the_encoding_is_decided_by_mark_then_utf8_then_cp1252(tmp_path, raw, encoding, why):
    path = tmp_path / "x.csv"
    path.write_bytes(raw)
    assert dialects.find_encoding(path, "x.csv", "auto") == (encoding, why)


def test_the_contract_decides_the_encoding_where_both_would_fit(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes("id\nä".encode())
    assert dialects.find_encoding(path, "x.csv", "cp1252") == ("cp1252", "the contract says so")


def test_the_delimiter_of_the_contract_is_the_only_one_tried(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id;name\n1;a\n")
    fields = ("id", "name")
    assert dialects.find_columns(path, "x.csv", "utf-8", fields, (), ";") == (";", ("id", "name"))
    with pytest.raises(Fault, match="not the header that the contract expects"):
        dialects.find_columns(path, "x.csv", "utf-8", fields, (), ",")


def test_a_header_in_another_order_case_and_padding_names_the_columns_of_the_contract(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('"NAME"\t iD \t Joined \n', encoding="utf-8")
    fields = ("id", "name", "joined")
    assert dialects.find_columns(path, "x.csv", "utf-8", fields, (), "auto") == ("\t", ("name", "id", "joined"))


def test_no_header_that_is_not_the_contracts_is_ever_quoted(tmp_path):
    path = tmp_path / "x.csv"
    fields = ("id", "name", "joined")
    for cells in itertools.permutations(("id", "id", "name", CANARY, "joinde"), 3):
        path.write_text(",".join(cells) + "\n")
        with pytest.raises(Fault) as caught:
            dialects.find_columns(path, "x.csv", "utf-8", fields, (), "auto")
        assert CANARY.casefold() not in str(caught.value).casefold()
        assert "joinde" not in str(caught.value)


def test_records_are_counted_from_the_first_after_the_header_and_blank_lines_do_not_count(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b'id,name\r\n\r\n1,"a\r\nb"\r\n\r\n2,c')
    dialect = Dialect("utf-8", "", ",", "", ("id", "name"), False)
    assert list(dialects.records(path, "x.csv", dialect)) == [["1", "a\r\nb"], ["2", "c"]]


def test_lines_of_a_plain_file_with_another_count_of_delimiters_are_numbered(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes("id,näme\n1,a\n2\n3,b,c\n4,d".encode())
    dialect = Dialect("utf-8", "", ",", "", ("id", "näme"), True)
    assert dialects.count_plain_records(path, dialect) == (4, [2, 3])


def test_the_metadata_name_the_delimiter(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id|name|joined\n1|a|\n")
    assert dialects.detect(path, "x.csv", PEOPLE).described()["delimiter_name"] == "pipe"
