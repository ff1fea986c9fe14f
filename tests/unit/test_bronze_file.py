"""A raw file is copied byte for byte, or refused with a message that says what to do and quotes nothing."""

import hashlib
import zipfile
from pathlib import Path

import pytest
from one_table import CANARY, PEOPLE, bronze, contract, field, write_contract

import bronze_file
from elt.faults import Fault
from elt.run import contract_parts
from elt.run.contract import read_contract

GOOD = "id,name,joined\n1,Anna,2024-01-05\n2,Bert,2024-02-06\n"


def refusal(folder: Path, raw: bytes | str, content: dict = PEOPLE) -> str:
    """The message with which a raw file is refused; nothing may have been written, and no cell quoted."""
    with pytest.raises(Fault) as caught:
        bronze(folder, content, raw)
    message = str(caught.value)
    assert message.startswith("crm/people.csv")
    assert message.endswith("Nothing was written.")
    assert CANARY.casefold() not in message.casefold()
    assert not [path for path in (folder / "artifacts").rglob("*") if path.is_file()]
    return message


def test_the_copy_has_the_bytes_of_the_raw_file(tmp_path):
    raw = "\ufeffid;name;joined\r\n1;Änne;2024-01-05\r\n".encode()
    found = bronze(tmp_path, PEOPLE, raw)
    assert (tmp_path / "artifacts/runs/r/bronze/data/people.csv").read_bytes() == raw
    assert (found["sha256"], found["bytes"]) == (hashlib.sha256(raw).hexdigest(), len(raw))


def test_the_metadata_say_what_was_found_and_why(tmp_path):
    found = bronze(tmp_path, PEOPLE, "joined;ID;Name\n2024-01-05;1;Anna\n2024-01-06;2\n")
    assert found["records"] == 2
    assert found["malformed"] == [2]
    assert found["table"] == "people"
    assert found["file"] == "crm/people.csv"
    assert found["dialect"] == {
        "encoding": "utf-8",
        "encoding_why": "every byte is valid UTF-8",
        "delimiter": ";",
        "delimiter_name": "semicolon",
        "delimiter_why": "under it the header equals the contract's fields",
        "columns": ["joined", "id", "name"],
        "is_plain": True,
        "is_tidy": True,
        "is_unmarked": True,
        "quote": '"',
        "escape": "",
        "is_doubled": True,
        "is_quote_stated": False,
        "skip": 0,
        "after": 0,
        "repairs": [
            ["semicolon taken as delimiter", 1],
            ["columns in another order", 1],
            ["names of columns in another case or padded", 1],
        ],
    }
    assert (found["malformed_records"], found["faults"], found["warnings"]) == (1, {"wrong_width": 1}, [])
    assert [repair["rule"] for repair in found["repairs"]] == [
        "columns in another order",
        "names of columns in another case or padded",
        "semicolon taken as delimiter",
    ]


def test_records_with_too_few_and_too_many_cells_are_found_in_a_quoted_file_too(tmp_path):
    found = bronze(tmp_path, PEOPLE, 'id,name,joined\n1,"Anna\nMaria",2024-01-05\n2,x\n3,"a,b",,\n')
    assert (found["records"], found["malformed"]) == (3, [2, 3])


def test_an_empty_file_is_refused(tmp_path):
    assert "is empty" in refusal(tmp_path, b"")


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_a_header_without_records_is_refused(tmp_path, end):
    assert "has a header and no records" in refusal(tmp_path, f"id,name,joined{end}")


def test_a_missing_column_is_named(tmp_path):
    message = refusal(tmp_path, f"id,joined\n1,{CANARY}\n")
    assert "column name of the contract is missing. Export it, or take it out of the contract." in message


def test_a_renamed_column_is_hinted_at_by_position_and_not_by_its_own_name(tmp_path):
    message = refusal(tmp_path, f"id,names,joined\n1,{CANARY},2024-01-05\n")
    assert "column name of the contract is missing; column 2 of the file may be name" in message
    assert "names" not in message


def test_an_unknown_column_is_named_with_both_ways_out(tmp_path):
    message = refusal(tmp_path, f"id,name,joined,phone\n1,a,2024-01-05,{CANARY}\n")
    assert "has a column that the contract does not know: 'phone' (column 4)" in message
    assert "personal class" in message
    assert "ignore" in message


def test_an_ignored_column_is_accepted(tmp_path):
    found = bronze(tmp_path, {**PEOPLE, "ignore": ["phone"]}, "id,name,joined,phone\n1,a,2024-01-05,1\n")
    assert found["dialect"]["columns"] == ["id", "name", "joined", "phone"]


def test_an_ignored_column_need_not_be_there(tmp_path):
    assert bronze(tmp_path, {**PEOPLE, "ignore": ["phone"]}, GOOD)["records"] == 2


@pytest.mark.parametrize("header", ["id,name,name,joined", "id,name,Name ,joined"])
def test_a_column_that_stands_twice_is_named(tmp_path, header):
    assert "column name stands in the header more than once" in refusal(tmp_path, f"{header}\n1,a,b,2024-01-05\n")


def test_a_person_in_place_of_the_header_is_not_quoted(tmp_path):
    message = refusal(tmp_path, f"1,{CANARY},2024-01-05\n2,Bert,2024-02-06\n")
    assert "line 1: is not the header that the contract expects (id, name, joined)" in message
    assert "2024" not in message


def test_a_blank_line_above_the_header_is_refused(tmp_path):
    assert "the first line is blank" in refusal(tmp_path, f"\n{GOOD}")


def test_a_first_line_of_a_megabyte_is_refused_as_no_header(tmp_path):
    assert "is not the header" in refusal(tmp_path, CANARY * 100_000)


@pytest.mark.parametrize(
    "header", ['id,name,"joined', 'id,"name,joined', '"id"x,name,joined'], ids=["last", "middle", "letters after"]
)
def test_a_broken_quote_in_the_header_swallows_no_record(tmp_path, header):
    message = refusal(tmp_path, f'{header}\n1,{CANARY},2024-01-05"\n2,Bert,2024-02-06\n')
    assert message.startswith("crm/people.csv, line 1")


def test_a_byte_that_is_not_utf8_is_named_by_line_and_value_when_the_contract_says_utf8(tmp_path):
    wants_utf8 = {**PEOPLE, "dialect": {"encoding": "utf-8"}}
    message = refusal(tmp_path, f"id,name,joined\n1,Anna,\n2,{CANARY}".encode() + b"\xfc,\n", wants_utf8)
    assert message.startswith("crm/people.csv, line 3: the byte 0xFC at position 38 is not utf-8")
    assert "Export the file again in UTF-8" in message


def test_a_cut_off_character_at_the_end_is_found_when_the_contract_says_utf8(tmp_path):
    wants_utf8 = {**PEOPLE, "dialect": {"encoding": "utf-8"}}
    assert "line 2: the byte 0xC3" in refusal(tmp_path, b"id,name,joined\n1,Anna,\xc3", wants_utf8)


@pytest.mark.parametrize("byte", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
def test_a_byte_that_neither_utf8_nor_cp1252_knows_is_named(tmp_path, byte):
    message = refusal(tmp_path, b"id,name,joined\n1,Anna,\n2," + bytes([byte]) + CANARY.encode() + b",\n")
    assert f"line 3: the byte 0x{byte:02X}" in message


def test_a_byte_is_named_by_line_beyond_the_first_mebibyte(tmp_path):
    line = b"1," + b"a" * 1021 + b",\n"
    raw = b"id,name,joined\n" + line * 2000 + b"2,\x81,\n"
    assert "line 2002: the byte 0x81 at position 2050018" in refusal(tmp_path, raw)


def test_a_nul_byte_is_refused(tmp_path):
    assert "holds a NUL byte" in refusal(tmp_path, f"id,name,joined\n1,{CANARY}\0,2024-01-05\n")


def test_utf16_without_a_mark_is_refused(tmp_path):
    assert "state encoding: utf-16-le" in refusal(tmp_path, GOOD.encode("utf-16-le"))


def excel(path: Path) -> bytes:
    """The bytes of a ZIP archive, as Excel workbooks are."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", CANARY)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("start", "kind"),
    [(b"%PDF-1.7", "a PDF"), (b"\x1f\x8b\x08", "a gzip archive"), (b"PAR1", "a Parquet file"),
     (b"\xd0\xcf\x11\xe0", "an old Excel workbook"), (b"\n<!DOCTYPE html><p>", "an HTML page"),
     (b"<html>", "an HTML page")],
)  # fmt: skip
def test_another_kind_of_file_is_called_by_its_kind(tmp_path, start, kind):
    assert f"is {kind}, not a CSV file. Export the table as CSV" in refusal(tmp_path, start + CANARY.encode())


def test_a_workbook_is_called_by_its_kind(tmp_path):
    assert "is a ZIP archive or Excel workbook" in refusal(tmp_path, excel(tmp_path / "x.zip"))


def test_an_unclosed_quote_is_found_with_the_line_where_it_opened(tmp_path):
    raw = f'id,name,joined\n1,"Anna\nMaria",2024-01-05\n2,"{CANARY},2024-01-06\n3,Carl,2024-01-07\n'
    message = refusal(tmp_path, raw)
    assert message.startswith("crm/people.csv, line 4: a quote opens or closes in the wrong place")
    assert "quotes doubled" in message


def test_a_quote_that_ends_in_the_next_quoted_field_is_found_with_the_line_where_it_opened(tmp_path):
    raw = f'id,name,joined\n1,Anna,\n2,"{CANARY},2024-01-06\n3,"Carl",2024-01-07\n'
    assert refusal(tmp_path, raw).startswith("crm/people.csv, line 3:")


def test_a_field_above_a_megabyte_makes_its_record_malformed(tmp_path):
    found = bronze(tmp_path, PEOPLE, f'id,name,joined\n1,Anna,\n2,"{CANARY * 100_000}",\n')
    assert (found["malformed"], found["faults"]) == ([2], {"field_too_long": 1})


def test_a_last_record_without_its_last_cells_and_line_end_is_refused_as_cut_off(tmp_path):
    message = refusal(tmp_path, f"id,name,joined\n1,Anna,2024-01-05\n2,{CANARY}")
    assert message.startswith("crm/people.csv, line 3: the last record is cut off")
    assert "Fetch the file again" in message


def test_a_file_of_two_encodings_is_refused_with_the_line_of_the_first_odd_byte(tmp_path):
    raw = "id,name,joined\n1,Änne,\n".encode() + "2,Jörg,\n".encode("cp1252")
    message = refusal(tmp_path, raw)
    assert message.startswith("crm/people.csv, line 3: the byte 0xF6 at position 28 is not UTF-8")


@pytest.mark.parametrize(("garbled", "warnings"), [(1, 1), (0, 0)])
def test_garbled_umlauts_are_a_warning_by_column_and_stay_as_they_are(tmp_path, garbled, warnings):
    name = "MÃ¼ller" if garbled else "Müller"
    found = bronze(tmp_path, PEOPLE, f"id,name,joined\n1,{name},\n" + "2,Anna,\n" * 50)
    assert found["warnings"] == [{"rule": "mojibake", "column": "name", "records": 1}] * warnings


def test_a_few_garbled_umlauts_are_no_warning(tmp_path):
    assert not bronze(tmp_path, PEOPLE, "id,name,joined\n1,MÃ¼ller,\n" + "2,Anna,\n" * 100)["warnings"]


def test_a_table_that_may_be_empty_is_accepted_without_records(tmp_path):
    assert bronze(tmp_path, {**PEOPLE, "mayBeEmpty": True}, "id,name,joined\n")["records"] == 0


def test_a_file_that_changes_while_it_is_copied_is_refused(tmp_path, monkeypatch):
    def copy_and_append(source, target):
        Path(target).write_bytes(Path(source).read_bytes())
        Path(source).write_bytes(b"more")

    monkeypatch.setattr(bronze_file, "copy_bytes", copy_and_append)
    assert "changed while it was copied" in refusal(tmp_path, GOOD)


def test_a_raw_file_that_is_gone_is_refused(tmp_path):
    with pytest.raises(Fault, match="crm/people.csv: cannot be copied .No such file"):
        bronze_file.main(
            raw=str(tmp_path / "gone.csv"),
            contract=contract_parts.of_file(read_contract(write_contract(tmp_path, PEOPLE))),
            where="crm/people.csv",
            copy=str(tmp_path / "copy.csv"),
            metadata=str(tmp_path / "copy.json"),
        )
    assert not (tmp_path / "copy.csv").exists()


def test_a_refused_file_leaves_the_copy_of_before_as_it_was(tmp_path):
    bronze(tmp_path, PEOPLE, GOOD)
    with pytest.raises(Fault):
        bronze(tmp_path, PEOPLE, "id,name\n1,a\n")
    assert (tmp_path / "artifacts/runs/r/bronze/data/people.csv").read_text() == GOOD


def test_a_text_column_may_hold_the_delimiter_of_another_dialect(tmp_path):
    found = bronze(tmp_path, contract(field("id"), field("a,b")), "id;a,b\n1;x\n")
    assert found["dialect"]["delimiter_name"] == "semicolon"
