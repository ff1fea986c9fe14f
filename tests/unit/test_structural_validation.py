"""The structure of a file is validated before anything is parsed, and where a block ends plays no part."""

import itertools
from collections import Counter

import pytest
from one_table import CANARY, contract, field

from elt.bronze import dialects, records, structural_validation
from elt.bronze import lines as raw_lines
from elt.faults import Fault
from elt.run.contract import Contract

AB = contract(field("a"), field("b"), key="a")


def structure(path, raw: bytes, block: int, monkeypatch, table=AB) -> structural_validation.Structure:
    """What validation finds in these bytes, read in blocks of a size."""
    path.write_bytes(raw)
    monkeypatch.setattr(raw_lines, "BLOCK", block)
    return structural_validation.inspected(path, "x.csv", dialects.detect(path, "x.csv", Contract.of(table)))


@pytest.mark.parametrize("block", range(1, 8))
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
        (b"a,b\r1,2\r", False),
        (b"a,b\r1,2\n", False),
        (b"a,b\n1\r,2\n", False),
        (b"a,b\n1,2\r", False),
        (b"a,b\n1,2\r\r\n", False),
        (b'a,b\n1,"2"\n', False),
        (b"a,b\n1,\xe4\n", False),  # cp1252
        (b"a,b,\n1,2,\n", False),
    ],
)
def test_a_file_is_plain_if_its_lines_are_its_records(tmp_path, monkeypatch, raw, expected, block):
    assert structure(tmp_path / "x.csv", raw, block, monkeypatch).is_plain is expected


@pytest.mark.parametrize(("cell", "expected"), [("x\\, y", False), ("x", True)])
def test_a_file_with_a_stated_escape_is_plain_if_it_is_nowhere_used(tmp_path, monkeypatch, cell, expected):
    stated = contract(field("a"), field("b"), key="a", dialect={"escapeChar": "\\"})
    assert structure(tmp_path / "x.csv", f"a,b\n{cell},2\n".encode(), 100, monkeypatch, stated).is_plain is expected


@pytest.mark.parametrize("end", [b"\x1a", b"\x1a\r\n"])
def test_a_file_with_a_sign_for_its_end_is_not_plain(tmp_path, monkeypatch, end):
    found = structure(tmp_path / "x.csv", b"a,b\n1,2\n" + end, 100, monkeypatch)
    assert (found.records, found.is_plain, found.is_tidy) == (1, False, False)


def outcome(path, raw, block, monkeypatch):
    """The structure of a file, or the message with which it is refused."""
    try:
        return structure(path, raw, block, monkeypatch)
    except Fault as fault:
        return str(fault)


def test_nothing_depends_on_where_a_block_ends(tmp_path, monkeypatch):
    for letters in itertools.product(b',\r\n"x', repeat=4):
        raw = b"a,b\n1,2\n1,2" + bytes(letters) + b"\n3,4\n"
        found = [outcome(tmp_path / "x.csv", raw, block, monkeypatch) for block in (1, 2, 3, 7, 100)]
        assert all(other == found[0] for other in found), raw


def read(path, raw: bytes, table=AB) -> list:
    """Number, line, cells and code of every record."""
    path.write_bytes(raw)
    found = records.records(path, "x.csv", dialects.detect(path, "x.csv", Contract.of(table)))
    return [(r.number, r.line, [cell.decode() for cell in r.cells], r.code) for r in found]


def test_records_are_counted_from_the_first_after_the_header_and_blank_lines_do_not_count(tmp_path):
    raw = b'a,b\r\n\r\n1,"a\r\nb"\r\n\r\n2,c'
    assert read(tmp_path / "x.csv", raw) == [(1, 3, ["1", "a\r\nb"], ""), (2, 6, ["2", "c"], "")]


def test_lines_with_another_count_of_delimiters_are_numbered(tmp_path, monkeypatch):
    found = structure(tmp_path / "x.csv", "a,b\n1,ä\n2\n3,b,c\n4,d".encode(), 9, monkeypatch)
    assert (found.records, found.malformed, dict(found.faults)) == (4, [2, 3], {"wrong_width": 2})
    assert not found.repairs


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('Rohr 1/2" Stahl,x', "stray_quote"),
        ('"say "hi" there",x', "stray_quote"),
        ('"say \\"hi\\"",x', "stray_quote"),
        ('"Meyer" GmbH,x', "stray_quote"),
        ("'Meyer',x", "single_quoted"),
        ("'Meyer, Anna',x", "wrong_width"),
        ("a,b", "repeated_header"),
        (" A ,B", "repeated_header"),
        ("\ufeffa,b", "repeated_header"),
        ("x,y,", "wrong_width"),
        ('"say ""hi"" there",x', ""),
        ("O'Brien,'t Hart", ""),
    ],
)
def test_a_fault_within_a_line_leaves_the_records_around_it_as_they_are(tmp_path, line, code):
    found = read(tmp_path / "x.csv", f"a,b\n1,2\n{line}\n3,4\n".encode())
    assert [(number, where) for number, where, *_ in found] == [(1, 2), (2, 3), (3, 4)]
    assert [fault for *_, fault in found] == ["", code, ""]
    assert [found[0][2], found[2][2]] == [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize(
    "tail",
    ['"x,2\n3,4\n', '"x,2\n3,"y"\n', 'x,"2\n3,4\n', '5" x,"y\n3,4\n"\n', '"5" x\n3,4\n'],
    ids=["never closed", "closed by an opening quote", "last field", "opened behind a stray one", "stray, may go on"],
)
def test_a_quote_that_may_swallow_the_next_line_refuses_the_file_with_the_line_where_it_opened(tmp_path, tail):
    with pytest.raises(Fault, match=r"^x.csv, line 3: a quote opens or closes in the wrong place"):
        read(tmp_path / "x.csv", f"a,b\n1,2\n{tail}".encode())


def test_a_quoted_field_that_swallows_whole_lines_refuses_the_file(tmp_path):
    abc = contract(field("a"), field("b"), field("c"), key="a")
    with pytest.raises(Fault, match=r"^x.csv, line 2: a quote opens"):
        read(tmp_path / "x.csv", b'a,b,c\n1,"x,2\n3,y",4\n', abc)


def test_a_header_in_the_middle_in_another_order_refuses_the_file(tmp_path):
    with pytest.raises(Fault, match=r"^x.csv, line 3: the header stands here again with its columns in another order"):
        read(tmp_path / "x.csv", b"a,b\n1,2\nb,a\n4,3\n")


def test_the_conventions_of_the_contract_are_read(tmp_path):
    path = tmp_path / "x.csv"
    single, backslash = {**AB, "dialect": {"quoteChar": "'"}}, {**AB, "dialect": {"escapeChar": "\\"}}
    assert read(path, b"a,b\n'x, y','it''s'\n", single)[0][2:] == (["x, y", "it's"], "")
    assert read(path, b'a,b\n"5\\" x",y\\, z\n', backslash)[0][2:] == (['5" x', "y, z"], "")
    assert read(path, b'a,b\n5" x,"y\n', {**AB, "dialect": {"quoteChar": ""}})[0][2:] == (['5" x', '"y'], "")
    undoubled = {**AB, "dialect": {"doubleQuote": False}}
    assert read(path, b'a,b\n"x""y",z\n', undoubled)[0][3] == "stray_quote"


def test_a_delimiter_at_the_end_of_every_line_is_left_out_and_counted(tmp_path, monkeypatch):
    found = structure(tmp_path / "x.csv", b"a,b,\n1,2,\n3,4,5\n6,7\n8,9,\n", 5, monkeypatch)
    assert (found.malformed, found.repairs) == ([2, 3], {"delimiter at the end of the line left out": 2})


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_field_above_a_megabyte_is_a_fault_of_its_record_alone(tmp_path, quote):
    long = CANARY * 100_000
    found = read(tmp_path / "x.csv", f"a,b\n{quote}{long}{quote},x\n3,4\n".encode())
    assert [(number, line, code) for number, line, _, code in found] == [(1, 2, "field_too_long"), (2, 3, "")]


def test_a_quoted_field_of_many_lines_above_a_megabyte_ends_where_its_quote_closes(tmp_path):
    long = "x\n" * 600_000
    found = read(tmp_path / "x.csv", f'a,b\n"{long}",x\n3,4\n'.encode())
    assert [(number, line, code) for number, line, _, code in found] == [(1, 2, "field_too_long"), (2, 600_003, "")]


def test_a_line_above_sixteen_megabytes_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(raw_lines, "LONGEST_LINE", 1000)
    with pytest.raises(Fault, match="a line is longer than 16 MB"):
        structure(tmp_path / "x.csv", b"a,b\n1," + b"x" * 5000, 100, monkeypatch)


def test_the_numbers_of_malformed_records_are_kept_only_up_to_a_bound(tmp_path, monkeypatch):
    found = structure(tmp_path / "x.csv", b"a,b\n" + b"1\n" * 5000, 100, monkeypatch)
    assert (found.records, len(found.malformed), sum(found.faults.values())) == (
        5000,
        structural_validation.NAMED_RECORDS,
        5000,
    )


def test_a_large_file_of_which_a_tenth_is_malformed_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(structural_validation, "HOPELESS_RECORDS", 10)
    with pytest.raises(Fault, match="11 of 100 records have another structure than the header"):
        structure(tmp_path / "x.csv", b"a,b\n" + b"1\n" * 11 + b"1,2\n" * 89, 100, monkeypatch)


@pytest.mark.parametrize(("bad", "good"), [(10, 0), (11, 99)])
def test_a_file_at_the_bounds_of_the_hopeless_is_read(tmp_path, monkeypatch, bad, good):
    monkeypatch.setattr(structural_validation, "HOPELESS_RECORDS", 10)
    found = structure(tmp_path / "x.csv", b"a,b\n" + b"1\n" * bad + b"1,2\n" * good, 100, monkeypatch)
    assert (found.records, found.faults.total()) == (bad + good, bad)


@pytest.mark.parametrize(("records", "warned"), [(100, [{"rule": "mojibake", "column": "a", "records": 1}]), (101, [])])
def test_garbled_cells_are_told_from_one_record_in_a_hundred_on(tmp_path, records, warned):
    (tmp_path / "x.csv").write_bytes(b"a,b\n1,2\n")
    dialect = dialects.detect(tmp_path / "x.csv", "x.csv", Contract.of(AB))
    found = structural_validation.Structure(records=records, garbled=Counter(a=1))
    assert found.described(dialect)["warnings"] == warned


def test_what_the_metadata_list_is_sorted_whatever_was_found_first(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"a,b\n1,2\n")
    dialect = dialects.detect(tmp_path / "x.csv", "x.csv", Contract.of(AB))
    found = structural_validation.Structure(
        records=2,
        garbled=Counter({"b": 1, "a": 1}),
        faults=Counter({"z": 1, "y": 2}),
        repairs=Counter({"n": 1, "m": 1}),
    )
    described = found.described(dialect)
    assert [warning["column"] for warning in described["warnings"]] == ["a", "b"]
    assert list(described["faults"]) == ["y", "z"]
    assert [repair["rule"] for repair in described["repairs"]] == ["m", "n"]


def test_a_block_larger_than_the_largest_field_is_read_record_by_record(tmp_path, monkeypatch):
    monkeypatch.setattr(structural_validation, "LARGEST_FIELD", 8)
    (tmp_path / "x.csv").write_bytes(b"a,b\n1,2\n")
    count_clean = structural_validation.clean_counter(dialects.detect(tmp_path / "x.csv", "x.csv", Contract.of(AB)))
    assert (count_clean(b"1,2\n3,4\n"), count_clean(b"1,2\n3,45\n")) == (2, 0)


@pytest.mark.parametrize("block", [2, 1 << 18])
def test_blank_lines_of_a_file_with_one_column_are_no_records_and_counted(tmp_path, monkeypatch, block):
    found = structure(tmp_path / "x.csv", b"a\n1\n\n2\n\n3\n", block, monkeypatch, contract(field("a"), key="a"))
    assert (found.records, found.repairs) == (3, {"blank lines left out": 2})


@pytest.mark.parametrize("block", [5, 1 << 18])
def test_a_value_behind_the_last_delimiter_is_seen_where_all_lines_have_as_many(tmp_path, monkeypatch, block):
    found = structure(tmp_path / "x.csv", b"a,b,\n1,2,\n3,4,5\n6,7,\n", block, monkeypatch)
    assert (found.records, found.malformed) == (3, [2])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_nul_beyond_the_first_block_is_named_by_its_line(tmp_path, monkeypatch, encoding):
    raw = ("a,b\n" + "1,2\n" * 500_000 + "1,\0\n").encode(encoding)
    with pytest.raises(Fault, match=r"^x.csv, line 500002: holds a NUL byte"):
        structure(tmp_path / "x.csv", raw, 1 << 18, monkeypatch)


def test_a_field_above_a_megabyte_is_seen_in_a_file_that_needs_no_closer_look_otherwise(tmp_path, monkeypatch):
    raw = f"a,b\n1,2\n{CANARY * 100_000},x\n3,4\n".encode()
    found = structure(tmp_path / "x.csv", raw, 1 << 18, monkeypatch)
    assert (found.records, found.malformed, dict(found.faults)) == (3, [2], {"field_too_long": 1})


@pytest.mark.parametrize(
    ("header", "again"),
    [("A,B", "A,B"), ("a,b", "A,B"), ("A,B", " a ,b"), ("KÜRZEL,b", "KÜRZEL,B"), ("kürzel,b", "KÜRZEL,b")],
)
def test_a_header_in_the_middle_is_found_in_whatever_case_it_is_written(tmp_path, monkeypatch, header, again):
    table = (
        contract(field("a"), field("b"), key="a")
        if "Ü" not in header.upper()
        else contract(field("Kürzel"), field("b"))
    )
    found = structure(tmp_path / "x.csv", f"{header}\n1,2\n{again}\n3,4\n".encode(), 1 << 18, monkeypatch, table)
    assert (found.malformed, dict(found.faults)) == ([2], {"repeated_header": 1})


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2", (True, True)),
        ("-2", (True, True)),
        ("2 ", (False, False)),
        ("\t2", (False, False)),
        ("ä", (False, False)),
        ("\xa02", (False, False)),
        ("2.5", (True, False)),
        ("2%", (True, False)),
        ("2'000", (True, False)),
        ("1E+05", (True, False)),
        ('"2"', (False, False)),
    ],
)
def test_a_file_is_tidy_without_blanks_and_unmarked_without_signs_in_numbers(tmp_path, monkeypatch, cell, expected):
    for place in (0, 500, 999):
        cells = ["1"] * 1000
        cells[place] = cell
        raw = "".join(f"{n},{c}\n" for n, c in enumerate(["b", *cells])).replace("0,b", "a,b", 1)
        found = structure(tmp_path / "x.csv", raw.encode(), 64, monkeypatch)
        assert (found.is_tidy, found.is_unmarked) == expected


def test_the_delimiter_is_no_blank_and_no_mark(tmp_path, monkeypatch):
    for delimiter in ("\t", ","):
        found = structure(tmp_path / "x.csv", f"a{delimiter}b\n1{delimiter}2\n".encode(), 64, monkeypatch)
        assert (found.is_tidy, found.is_unmarked) == (True, True)
    assert not structure(tmp_path / "x.csv", b"a;b\n1;2,5\n", 64, monkeypatch).is_unmarked


def test_a_field_in_single_quotes_takes_its_block_to_a_closer_look_and_stays_a_field(tmp_path, monkeypatch):
    for line in (b"'1',2", b"1,'2'"):
        looked_at = []
        monkeypatch.setattr(
            structural_validation.Inspection, "add", lambda self, record, to=looked_at: to.append(record)
        )
        structure(tmp_path / "x.csv", b"a,b\n" + line + b"\n", 100, monkeypatch)
        assert len(looked_at) == 1, line
    looked_at = []
    stated = contract(field("a"), field("b"), key="a", dialect={"quoteChar": '"'})
    structure(tmp_path / "x.csv", b"a,b\n'1',2\n", 100, monkeypatch, stated)
    structure(tmp_path / "x.csv", b"a,b\n1'1,2\n", 100, monkeypatch)
    assert looked_at == []


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_cells_that_were_garbled_by_a_wrong_encoding_are_counted_by_column_and_told_above_a_share(
    tmp_path, monkeypatch, encoding
):
    garbled = "Müller".encode().decode("cp1252").encode("utf-8" if encoding == "utf-8" else "cp1252")
    stated = contract(field("a"), field("b"), key="a", dialect={"encoding": encoding})
    for sound, told in ((3, True), (99, True), (100, False)):
        raw = b"a,b\n" + garbled + b"," + garbled + b"\n" + b"1,Lot\n" * sound + b"2," + garbled * (sound == 3) + b"\n"
        found = structure(tmp_path / "x.csv", raw, 1000, monkeypatch, stated)
        assert found.garbled == {"a": 1, "b": 1 + (sound == 3)}
        path = tmp_path / "x.csv"
        warnings = found.described(dialects.detect(path, "x.csv", Contract.of(stated)))["warnings"]
        rows = [("a", 1), ("b", found.garbled["b"])] if told and sound != 99 else []
        assert [(one["column"], one["records"]) for one in warnings] == rows


def test_lines_in_utf_7_refuse_a_file_whose_encoding_the_contract_does_not_state(tmp_path, monkeypatch):
    raw = b"a,b\nM+APw-ller,1\nK+APY-nig,2\n"
    with pytest.raises(Fault, match="UTF-7"):
        structure(tmp_path / "x.csv", raw, 100, monkeypatch)
    stated = contract(field("a"), field("b"), key="a", dialect={"encoding": "utf-8"})
    assert structure(tmp_path / "x.csv", raw, 100, monkeypatch, stated).in_utf7 == 2
    assert structure(tmp_path / "x.csv", b"a,b\n1+A,2\n", 100, monkeypatch).in_utf7 == 0


@pytest.mark.parametrize("sign", [" ", "\t", "#", "Err:", "err:", '="'])
def test_each_sign_of_a_spreadsheet_or_of_trimming_makes_a_file_untidy(tmp_path, monkeypatch, sign):
    raw = f"a,b\n1,x{sign}y\n".encode()
    found = structure(tmp_path / "x.csv", raw, 100, monkeypatch)
    assert found.is_tidy is False and found.is_unmarked is False
    dialect = dialects.detect(tmp_path / "x.csv", "x.csv", Contract.of(AB))
    flagged = found.flagged(dialect)
    assert (flagged.is_plain, flagged.is_tidy, flagged.is_unmarked) == (found.is_plain, False, False)


@pytest.mark.parametrize("mark", ".'%+")
def test_each_mark_in_a_number_makes_a_file_marked_and_leaves_it_tidy(tmp_path, monkeypatch, mark):
    found = structure(tmp_path / "x.csv", f"a,b\n1,2{mark}5\n".encode(), 100, monkeypatch)
    assert (found.is_plain, found.is_tidy, found.is_unmarked) == (True, True, False)
    assert structural_validation.MOJIBAKE == "mojibake"  # what metadata and pages call it
