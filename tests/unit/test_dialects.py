"""Encoding, delimiter and header are decided from bytes and contract; chunk borders play no part."""

import itertools

import pytest
import yaml
from one_table import CANARY, PEOPLE, contract, field

from elt.bronze import dialects, encodings
from elt.faults import Fault
from elt.run.contract import Contract


def detect(path, content):
    """The dialect of a file under a contract."""
    return dialects.detect(path, "x.csv", Contract.of(content))


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
    monkeypatch.setattr(encodings, "CHUNK", chunk)
    assert encodings.first_undecodable(path, encoding) == expected


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
    assert encodings.find_encoding(path, "x.csv", "auto") == (encoding, why)


def test_the_contract_decides_the_encoding_where_both_would_fit(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes("id\nä".encode())
    assert encodings.find_encoding(path, "x.csv", "cp1252") == ("cp1252", "the contract says so")


def test_the_delimiter_of_the_contract_is_the_only_one_tried(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id;name\n1;a\n")
    table = contract(field("id"), field("name"))
    found = detect(path, {**table, "dialect": {"delimiter": ";"}})
    assert (found.delimiter, found.columns) == (";", ("id", "name"))
    with pytest.raises(Fault, match="not the header that the contract expects"):
        detect(path, {**table, "dialect": {"delimiter": ","}})


def test_a_header_in_another_order_case_and_padding_names_the_columns_of_the_contract(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('"NAME"\t iD \t Joined \n', encoding="utf-8")
    found = detect(path, PEOPLE)
    assert (found.delimiter, found.columns) == ("\t", ("name", "id", "joined"))
    assert {rule for rule, _ in found.repairs} == {
        "tab taken as delimiter",
        "columns in another order",
        "names of columns in another case or padded",
    }


def test_no_header_that_is_not_the_contracts_is_ever_quoted(tmp_path):
    path = tmp_path / "x.csv"
    for cells in itertools.permutations(("id", "id", "name", CANARY, "joinde"), 3):
        path.write_text(",".join(cells) + "\n")
        with pytest.raises(Fault) as caught:
            detect(path, PEOPLE)
        assert CANARY.casefold() not in str(caught.value).casefold()
        assert "joinde" not in str(caught.value)


def test_the_metadata_name_the_delimiter(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id|name|joined\n1|a|\n")
    assert detect(path, PEOPLE).described()["delimiter_name"] == "pipe"


def test_a_renamed_column_is_named_even_if_nothing_of_its_name_is_left(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(f"id,{CANARY},joined\n1,a,\n")
    with pytest.raises(Fault, match="column 2 of the file, the only one .* may be name") as caught:
        detect(path, PEOPLE)
    assert CANARY not in str(caught.value)


def test_two_renamed_columns_are_each_named_by_the_nearest_name(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,joined_at,names\n1,a,\n")
    with pytest.raises(Fault, match="column 2 of the file may be joined; column 3 of the file may be name"):
        detect(path, PEOPLE)


def test_the_line_for_a_new_column_is_yaml_whose_class_is_open(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,name,joined,Umsatz: €\n1,a,,2\n", encoding="utf-8")
    with pytest.raises(Fault) as caught:
        detect(path, PEOPLE)
    line = next(line for line in str(caught.value).splitlines() if line.startswith("  - "))
    assert yaml.safe_load(line) == [
        {"name": "Umsatz €", "position": 4, "type": "string", "personal": None, "description": None}
    ]


@pytest.mark.parametrize(("raw", "after"), [("id\n1\n\x1a", 1), ("id\n1\r\n\x1a\r\n", 3), ("id\n\x1a1\n", 0)])
def test_a_sign_for_the_end_of_the_file_counts_only_at_the_end(tmp_path, raw, after):
    path = tmp_path / "x.csv"
    path.write_text(raw, newline="")
    assert dialects.find_end(path, "x.csv", "utf-8", footers=0, delimiter=",", width=1)[0] == after


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_footers_are_counted_back_from_the_end_in_any_encoding(tmp_path, encoding):
    path = tmp_path / "x.csv"
    path.write_bytes("id\n1\nGesamt ä\nEnde".encode(encoding))
    footer = len("Gesamt ä\nEnde".encode(encoding.replace("utf-16", "utf-16-le")))
    found = dialects.find_end(path, "x.csv", encoding, footers=2, delimiter=",", width=1)
    assert found == (footer, (("lines below the records left out", 2),))


def test_a_line_that_looks_like_a_record_is_never_left_out_as_a_footer(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(f"id,name,joined\n1,a,\n2,{CANARY},\n")
    with pytest.raises(Fault, match="^x.csv, line 1 from its end: the contract calls it a footer") as caught:
        detect(path, {**PEOPLE, "dialect": {"skipFooterLines": 1}})
    assert CANARY not in str(caught.value)


def test_a_form_feed_in_a_footer_ends_no_line(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id\n1\n\x0cSum \u2028 1\n", encoding="utf-8")
    assert dialects.find_end(path, "x.csv", "utf-8", footers=1, delimiter=",", width=1)[0] == len(
        "\x0cSum \u2028 1\n".encode()
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_line_of_a_broken_byte_is_counted_with_any_line_end(tmp_path, end):
    path = tmp_path / "x.csv"
    path.write_bytes(end.join(["id", "1", ""]).encode() + b"\xff")
    assert encodings.first_undecodable(path, "utf-8")[0] == 3


@pytest.mark.parametrize("chunk", range(1, 8))
@pytest.mark.parametrize("letter", ["ä", "€", "„"])
def test_a_file_partly_in_utf8_is_refused_wherever_a_chunk_ends(tmp_path, monkeypatch, letter, chunk):
    path = tmp_path / "x.csv"
    path.write_bytes(f"id\n{letter}\n".encode() + b"\xe4\n")
    monkeypatch.setattr(encodings, "CHUNK", chunk)
    with pytest.raises(Fault, match="line 3: the byte 0xE4 .* is not UTF-8, although other lines are"):
        encodings.find_encoding(path, "x.csv", "auto")
