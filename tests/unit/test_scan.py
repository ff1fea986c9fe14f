"""How a file is cut into batches plays no part in what becomes of its records."""

import pytest
from one_table import clean, contract, field

from elt.bronze import scan
from elt.run.contract import Contract
from elt.silver import cleaning

VERSIONS = contract(
    field("id", "integer"), field("product"), field("start", "date"), field("until", "date"),
    repairs=[{"field": "until", "when": "until < start", "why": "a version ends before the next one starts",
              "set": "LEAD(start) OVER (PARTITION BY product ORDER BY start) - INTERVAL '1 day'"}],
)  # fmt: skip
HEADER = "id,product,start,until\n"


@pytest.mark.parametrize("files", [1, 2])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_repair_that_looks_at_other_records_sees_all_of_the_table(tmp_path, monkeypatch, size, files):
    monkeypatch.setattr(scan, "BATCH", size)
    monkeypatch.setattr(scan, "BLOCK", size)
    lines = [f"{n},P,2024-0{n}-01,2020-01-01\n" for n in range(1, 9)]
    parts = [HEADER + "".join(lines[i::files]) for i in range(files)]
    until = [row["until"] for row in clean(tmp_path, VERSIONS, *parts).rows("data")]
    assert until == [
        "2024-01-31",
        "2024-02-29",
        "2024-03-31",
        "2024-04-30",
        "2024-05-31",
        "2024-06-30",
        "2024-07-31",
        "",
    ]


@pytest.mark.parametrize("size", [1, 7, 30, 10_000])
@pytest.mark.parametrize("quote", ["", '"'])
def test_files_and_numbers_of_records_are_the_same_in_batches_of_any_size(tmp_path, monkeypatch, size, quote):
    monkeypatch.setattr(scan, "BATCH", size)
    monkeypatch.setattr(scan, "BLOCK", size)
    table = contract(field("id", "integer"), field("name"))
    raw = "id,name\n" + "".join(f"{n},{quote}N{n}{quote}\n" for n in range(1, 20)) + "x,N20\n"
    found = clean(tmp_path, table, raw)
    assert [row["name"] for row in found.rows("data")] == [f"N{n}" for n in range(1, 20)]
    assert [(row["file"], row["record"]) for row in found.rows("quarantine")] == [("crm/people.csv", "20")]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("ABS(price) * pieces", False),
        ("COALESCE(over_all, discount)", False),
        ("price > AVG(price)", True),
        ("row_number() over (partition by id)", True),
    ],
)
def test_expressions_that_look_at_other_records_are_known(rule, expected):
    table = contract(field("id"), quarantine=[{"code": "odd", "when": rule, "why": "odd"}])
    assert cleaning.looks_across(Contract.of(table)) is expected
