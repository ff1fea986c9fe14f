"""The lists for the owners of the data: every finding once, with its place, and nothing that a spreadsheet would run."""

import csv
import re
from pathlib import Path

import pytest
from one_table import clean, contract, field, write_contract

import silver_feedback
from elt.bronze.exports import source_of
from elt.run import contract_parts
from elt.run.contract import read_contract

TABLE = contract(
    field("id"),
    field("note"),
    field("amount", "number", required=True, minimum=0),
    department={"en": "Sales", "de": "Vertrieb"},
    repairs=[
        {"field": "note", "when": "note = '=1+1'", "set": "'@x'", "why": {"en": "no sums", "de": "keine Summen"}},
        {"field": "amount", "when": "amount = 5", "set": "6", "why": "five is six"},
    ],
)


def feedback(folder: Path, *raws: str, others: tuple[str, ...] = ()) -> dict[str, list[dict[str, str]]]:
    """Source -> rows, after the table was cleaned; `others`: files of another table."""
    done = clean(folder, TABLE, *raws)
    silver = done.folder / "silver"
    names = [file["file"] for file in done.summary["files"]]
    given = dict.fromkeys(names, "people") | dict.fromkeys(others, "others")
    outputs = [str(silver / f"feedback/{source}.csv") for source in sorted({source_of(name) for name in given})]
    terms = contract_parts.of_feedback(read_contract(write_contract(folder, TABLE)))
    silver_feedback.main(
        [str(silver / "quarantine/people.csv")], [str(silver / "changes/people.csv")], [terms], given, outputs
    )
    assert {Path(path).stat().st_mode & 0o777 for path in outputs} == {0o600}
    found = {}
    for path in outputs:
        with open(path, encoding="utf-8", newline="") as file:
            found[Path(path).stem] = list(csv.DictReader(file))
    return found


def test_quarantined_records_and_repaired_cells_stand_there_by_file_and_record(tmp_path):
    rows = feedback(tmp_path, "id,note,amount\nA,x,5\nB,y,abc\nC,z,-1\nD,d\n,n,1\n")["crm"]
    assert [(r["record"], r["column"], r["code"], r["what_is_wrong"]) for r in rows] == [
        ("1", "amount", "repaired", "five is six"),
        ("2", "amount", "unreadable_number", "amount cannot be read as number"),
        ("3", "amount", "out_of_range", "amount lies outside the contract's limits"),
        ("4", "", "wrong_width", "has more or fewer cells than the header"),
        ("5", "id", "missing_key", "id is missing"),
    ]
    assert (rows[0]["before"], rows[0]["after"]) == ("5.00", "6.00")
    assert (rows[1]["before"], rows[1]["after"]) == ("B,y,abc", "")
    assert {(r["department"], r["table"], r["file"]) for r in rows} == {("Sales", "people", "crm/people.csv")}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "|", "%"])
def test_no_cell_begins_as_a_formula(tmp_path, start):
    rows = feedback(tmp_path, f'id,note,amount\n"{start}cmd|x!A0",x,abc\nB,=1+1,1\n')["crm"]
    assert rows[0]["before"] == f"'{start}cmd|x!A0,x,abc"
    assert (rows[1]["before"], rows[1]["after"]) == ("'=1+1", "'@x")


@pytest.mark.parametrize("inside", ["y;=1+1", 'y;""=1+1', "y\n=1+1", "y;-1+1"])
def test_no_cell_holds_what_begins_as_a_formula_where_semicolons_part_cells(tmp_path, inside):
    rows = feedback(tmp_path, f'id,note,amount\nA,"{inside}",abc\n')["crm"]
    assert not [part for part in re.split(r'[;\n"]+', rows[0]["before"]) if part[:1] in "=-"]
    assert rows[0]["before"].count("'") == 1


def test_a_source_without_findings_gets_an_empty_list(tmp_path):
    found = feedback(tmp_path, "id,note,amount\nA,x,1\n", others=("erp/b.csv", "c.csv"))
    assert found == {"crm": [], "erp": [], "raw": []}


def test_findings_of_several_files_come_in_the_order_of_file_and_record(tmp_path):
    bad = "id,note,amount\nA,x,abc\nB,y,5\nC,z,n\n"
    rows = feedback(tmp_path, bad, bad.replace("A", "X").replace("B", "Y").replace("C", "Z"))["crm"]
    assert [(r["file"], r["record"]) for r in rows] == [
        (f"crm/people_{file}.csv", record) for file in (1, 2) for record in "123"
    ]


@pytest.mark.parametrize(
    ("where", "source"),
    [("a.csv", "raw"), ("crm/a.csv", "crm"), ("crm/2024/05/a.csv", "crm"), ("SAP export/a.csv", "SAP_export")],
)
def test_the_source_is_the_first_folder_below_the_raw_folder(where, source):
    assert source_of(where) == source
