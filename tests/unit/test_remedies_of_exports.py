"""Remedies of messages about raw files: each is brought about, applied as told, and the input is accepted whole."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import one_table
import pytest
from one_table import contract, field

import bronze_file
from elt.bronze import exports, lines, structural_validation
from elt.faults import Fault
from elt.run.contract import Contract

pytestmark = pytest.mark.slow

remedy = pytest.mark.remedy
AGAIN = "Export the table again"
FIELDS = (field("id"), field("name"), field("amount", "number", decimals=2, money=True))
TABLE = contract(*FIELDS)
GOOD = "id,name,amount\n1,Änne,1.50\n2,Bert,2.00\n"


def refused(call: Callable[[], Any]) -> str:
    """The message with which a call is refused."""
    with pytest.raises(Fault) as caught:
        call()
    return str(caught.value)


def is_accepted(folder: Path, table: dict[str, Any], raw: bytes | str, apart: int = 0) -> None:
    """See a file accepted: every record is in silver, but as many as are said to be in quarantine."""
    found = one_table.clean(folder, table, raw)
    assert (len(found.quarantine), len(found.rows("data"))) == (apart, found.summary["records"] - apart)


def mended(
    folder: Path, bad: bytes | str, *better: tuple[dict[str, Any], bytes | str], table: dict[str, Any] = TABLE
) -> str:
    """See a file refused, and each (contract, file) after the remedy accepted; the message."""
    message = refused(lambda: one_table.clean(folder / "bad", made(folder / "bad", table), bad))
    for number, (with_contract, raw) in enumerate(better):
        is_accepted(folder / str(number), made(folder / str(number), with_contract), raw)
    return message


def made(folder: Path, table: dict[str, Any]) -> dict[str, Any]:
    """The contract; its folder is there then."""
    folder.mkdir(parents=True, exist_ok=True)
    return table


def stated(**dialect: Any) -> dict[str, Any]:
    """The contract with a dialect."""
    return {**TABLE, "dialect": dialect}


@remedy("elt.bronze.dialects", AGAIN)
def test_an_empty_file_is_exported_again(tmp_path):
    mended(tmp_path, "", (TABLE, GOOD))


@remedy("elt.bronze.encodings", AGAIN)
@remedy("elt.bronze.encodings", "Export the table as CSV")
def test_a_damaged_file_or_a_workbook_is_exported_again(tmp_path):
    mended(tmp_path / "a", GOOD.replace("Bert", "Be\0t"), (TABLE, GOOD))
    mended(tmp_path / "b", b"PK\x03\x04" + b"x" * 100, (TABLE, GOOD))


@remedy(
    "elt.bronze.encodings", "Export the file again in one encoding, or state encoding under dialect in the contract"
)
def test_a_file_in_two_encodings_is_exported_in_one_or_read_in_the_stated_one(tmp_path):
    bad = "id,name,amount\n1,Änne,1.50\n".encode() + "2,Jürgen,2.00\n".encode("cp1252")
    for number, good in enumerate(("utf-8", "cp1252")):
        text = "id,name,amount\n1,Änne,1.50\n2,Jürgen,2.00\n".encode(good)
        mended(tmp_path / str(number), bad, (TABLE, text), (stated(encoding="cp1252"), bad))


@remedy("elt.bronze.dialects", "Correct skipFooterLines in the contract")
@remedy(
    "elt.bronze.dialects",
    "Correct skipFooterLines in the contract; for a line of totals state a rule under quarantine there",
)
def test_a_footer_that_is_none_is_corrected_and_a_line_of_totals_goes_to_quarantine_by_a_rule(tmp_path):
    mended(tmp_path / "a", GOOD, (stated(skipFooterLines=0), GOOD), table=stated(skipFooterLines=9))
    totals, two = f"{GOOD}Total,,3.50\n", stated(skipFooterLines=1)
    mended(tmp_path / "b", GOOD, (TABLE, GOOD), table=two)
    rule = {"code": "totals", "when": "id = 'Total'", "why": "a line of totals"}
    assert "has the width of a record" in mended(tmp_path / "c", totals, table=two)
    (tmp_path / "d").mkdir()
    is_accepted(tmp_path / "d", {**TABLE, "quarantine": [rule]}, totals, apart=1)


@remedy("elt.bronze.dialects", "Correct this line, or remove it")
def test_a_line_sep_that_names_another_delimiter_is_corrected_or_removed(tmp_path):
    mended(tmp_path, f"sep=;\n{GOOD}", (TABLE, f"sep=,\n{GOOD}"), (TABLE, GOOD))


@remedy("elt.bronze.headers", "Remove lines above the header")
def test_a_blank_line_above_the_header_is_removed(tmp_path):
    mended(tmp_path, f"\n{GOOD}", (TABLE, GOOD))


@remedy("elt.bronze.lines", "Check that the file is a table with one record a line")
def test_a_file_without_line_ends_is_exported_with_one_record_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "LONGEST_LINE", 1 << 20)
    mended(tmp_path, f"id,name,amount\n{'1,Änne,1.50 ' * 100_000}", (TABLE, GOOD))


@remedy("elt.bronze.records", "Put each export into a file of its own")
def test_two_exports_in_a_file_become_two_files(tmp_path):
    first, second = GOOD, "name,id,amount\nCora,3,1.00\n"
    mended(tmp_path, first + second)
    (tmp_path / "two").mkdir()
    found = one_table.clean(tmp_path / "two", TABLE, first, second)
    assert (found.quarantine, len(found.rows("data"))) == ([], 3)


@remedy(
    "elt.bronze.structural_validation",
    "Export the table again, and look whether the delimiter also stands inside fields",
)
def test_records_of_another_structure_are_exported_again_with_the_delimiter_in_quotes(tmp_path, monkeypatch):
    monkeypatch.setattr(structural_validation, "HOPELESS_RECORDS", 100)
    bad = "id,name,amount\n" + "".join(f"{n},Änne, Berta,1.50\n" for n in range(200))
    mended(tmp_path, bad, (TABLE, bad.replace("Änne, Berta", '"Änne, Berta"')), (TABLE, bad.replace(", Berta", "")))


@remedy("bronze_file", "Check that it is there, that you may read it, and that the disk has room")
def test_a_file_that_cannot_be_copied_is_copied_once_it_is_there(tmp_path, monkeypatch):
    def full(source: str, target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(bronze_file, "copy_bytes", full)
        assert "No space left on device" in refused(lambda: one_table.bronze(tmp_path, TABLE, GOOD))
    assert one_table.bronze(tmp_path, TABLE, GOOD)["records"] == 2


@remedy("bronze_file", "Start again when the export is complete")
def test_a_file_that_changed_while_it_was_copied_is_copied_the_next_time(tmp_path, monkeypatch):
    def still_growing(source: str, target: Path) -> None:
        Path(target).write_bytes(Path(source).read_bytes())
        with open(source, "a", encoding="utf-8") as file:
            file.write("3,Cora,1.00\n")

    with monkeypatch.context() as patch:
        patch.setattr(bronze_file, "copy_bytes", still_growing)
        refused(lambda: one_table.bronze(tmp_path, TABLE, GOOD))
    assert one_table.bronze(tmp_path, TABLE, f"{GOOD}3,Cora,1.00\n")["records"] == 3


def found_in(raw: Path, pattern: str = "people*.csv", *others: str) -> list[str]:
    """The faults of a raw folder of a table, and of others with the same files."""
    named = {"people": pattern, **{f"table_{n}": other for n, other in enumerate(others)}}
    return exports.find(raw, {name: Contract.of({**TABLE, "name": name, "files": f}) for name, f in named.items()})[1]


@remedy("elt.bronze.exports", "Give the folder with the exports: --config raw=<folder>", line=True)
@remedy("elt.bronze.exports", "Export it there, or correct files: in the contract ….yaml", line=True)
def test_a_folder_that_is_none_and_a_table_without_a_file(tmp_path):
    assert "Give the folder with the exports: --config raw=<folder>" in found_in(tmp_path / "raw")[0]
    (tmp_path / "raw").mkdir()
    assert "Export it there, or correct files: in the contract people.yaml" in found_in(tmp_path / "raw")[0]
    (tmp_path / "raw/persons.csv").write_text(GOOD, encoding="utf-8")
    assert found_in(tmp_path / "raw", "persons.csv") == []
    (tmp_path / "raw/people.csv").write_text(GOOD.replace("Bert", "Britt"), encoding="utf-8")
    assert found_in(tmp_path / "raw") == []


@remedy("elt.bronze.exports", "Replace it by the exported file", line=True)
@remedy("elt.bronze.exports", "Replace it by the file itself", line=True)
def test_a_folder_or_a_link_in_place_of_a_file_is_replaced_by_it(tmp_path):
    path = tmp_path / "raw/people.csv"
    path.mkdir(parents=True)
    assert "Replace it by the exported file" in found_in(tmp_path / "raw")[0]
    path.rmdir()
    (tmp_path / "elsewhere.csv").write_text(GOOD, encoding="utf-8")
    path.symlink_to(tmp_path / "elsewhere.csv")
    assert "Replace it by the file itself" in found_in(tmp_path / "raw")[0]
    path.unlink()
    (tmp_path / "elsewhere.csv").rename(path)
    assert found_in(tmp_path / "raw") == []


@remedy("elt.bronze.exports", "Rename it", line=True)
@remedy("elt.bronze.exports", "Rename one of them", line=True)
def test_names_of_files_are_changed(tmp_path):
    for folder, name in (("a", "people;x.csv"), ("a", "people.csv"), ("b", "people.csv")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(f"{GOOD}{len(folder + name)},{folder},1.00\n", encoding="utf-8")
    faults = found_in(tmp_path, "a/people*.csv", "b/people*.csv")
    assert sorted(re.sub(r".*\. ", "", fault) for fault in faults) == ["Rename it", "Rename one of them"]
    (tmp_path / "a/people;x.csv").rename(tmp_path / "a/people_x.csv")
    (tmp_path / "b/people.csv").rename(tmp_path / "b/people_b.csv")
    assert found_in(tmp_path, "a/people*.csv", "b/people*.csv") == []


@remedy("elt.bronze.exports", "Give yourself the right to read it", line=True)
def test_a_file_that_may_be_read_is_accepted(tmp_path, monkeypatch):
    (tmp_path / "people.csv").write_text(GOOD, encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr("os.access", lambda path, mode: False)
        assert "Give yourself the right to read it" in found_in(tmp_path)[0]
    assert found_in(tmp_path) == []


@remedy("elt.bronze.exports", "Correct files: in one of the two contracts", line=True)
def test_a_file_of_two_tables_is_left_to_one(tmp_path):
    for name in ("people.csv", "peers.csv"):
        (tmp_path / name).write_text(f"{GOOD}3,{name},1.00\n", encoding="utf-8")
    assert "Correct files: in one of the two contracts" in found_in(tmp_path, "people.csv", "pe*.csv")[0]
    assert found_in(tmp_path, "people.csv", "peers.csv") == []


@remedy("elt.bronze.exports", "Remove one of them", line=True)
def test_a_second_copy_of_a_file_is_removed(tmp_path):
    for name in ("people_1.csv", "people_2.csv"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    assert "Remove one of them" in found_in(tmp_path)[0]
    (tmp_path / "people_2.csv").unlink()
    assert found_in(tmp_path) == []


GROUPED = "1,x,1'000.50\n2,x,1 000.25\n"


@remedy("elt.silver.conventions", "Correct dialect in the contract")
@remedy(
    "elt.silver.conventions",
    """State groupChar under dialect in the contract: dialect: {groupChar: "'"} or {groupChar: " "}""",
)
def test_signs_of_numbers_are_stated_in_the_dialect(tmp_path):
    same = stated(decimalChar=",", groupChar=",")
    better = stated(decimalChar=".", groupChar=",")
    mended(tmp_path / "a", 'id,name,amount\n1,x,"1,000.50"\n', (better, 'id,name,amount\n1,x,"1,000.50"\n'), table=same)
    both = f"id,name,amount\n{GROUPED}"
    assert "State groupChar under dialect" in mended(tmp_path / "b", both)
    for sign, code in (("'", 1), (" ", 1)):
        folder = tmp_path / f"c{ord(sign)}"
        folder.mkdir()
        is_accepted(folder, stated(groupChar=sign), both, apart=code)
