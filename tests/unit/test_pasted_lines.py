"""A refusal over the budget names lines of a contract, and with the line that fits the table is accepted."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from one_table import clean, contract, field

from elt.faults import Fault
from elt.silver.budgets import PASTED

GOOD = 8


def refused(folder: Path, content: dict[str, Any], raw: str) -> list[str]:
    """The lines that a refusal names."""
    folder.mkdir()
    with pytest.raises(Fault) as caught:
        clean(folder, content, raw, budget=0.01)
    _, _, told = str(caught.value).partition("; lines for the contract, as they fit:")
    return [line.strip() for line in told.splitlines() if line.startswith("  ")]


@pytest.mark.parametrize(
    ("kind", "stated", "good", "bad", "line"),
    [
        ("date", {"format": "%d.%m.%Y"}, "31.01.2024", "2024-01-31", 'format: ["%d.%m.%Y", "%Y-%m-%d"]'),
        ("date", {"format": "%d.%m.%Y"}, "31.01.2024", "31.01.24", 'format: ["%d.%m.%Y", "%d.%m.%y"] # at value'),
        ("date", {"format": "%Y-%m-%d"}, "2024-01-31", "01/31/2024 13:05", 'format: ["%Y-%m-%d", "%m/%d/%Y %H:%M"]'),
        ("date", {"format": "%d.%m.%Y"}, "31.01.2024", "-", 'missingValues: ["-"]'),
        ("number", {"decimals": 2}, "1.50", "-", 'missingValues: ["-"]'),
        ("number", {"decimals": 2}, "1.50", "x7", "type: string"),
        ("integer", {}, "7", "7-B", "type: string"),
        ("number", {"decimals": 2}, "12.5", "1.249", "decimals: 3"),
    ],
)
def test_the_line_for_a_field_mends_it(
    tmp_path: Path, kind: str, stated: dict[str, Any], good: str, bad: str, line: str
):
    cells = [good] * GOOD + [bad] * 2
    raw = "id,value\n" + "".join(f"{number},{cell}\n" for number, cell in enumerate(cells))
    lines = refused(tmp_path / "bad", contract(field("id"), field("value", kind, **stated)), raw)
    [pasted] = [one for one in lines if one.startswith(line)]
    given = {**stated, **yaml.safe_load(pasted)}
    mended = contract(field("id"), field("value", given.pop("type", kind), **given))
    (tmp_path / "good").mkdir()
    assert clean(tmp_path / "good", mended, raw, budget=0.01).quarantine == []


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        (["31.01.2024 00:00:00"] * 10, 'format: ["%d.%m.%Y %H:%M:%S"] # at value, which stands so'),
        (["03/04/2024"] * 10, "format: ["),  # day or month first: nobody knows
        (["soon"] * 10, "format: ["),
    ],
)
def test_the_format_that_stands_in_a_column_is_named_and_an_example_where_it_is_not_clear(tmp_path, cells, line):
    raw = "id,value\n" + "".join(f"{number},{cell}\n" for number, cell in enumerate(cells))
    lines = refused(tmp_path / "bad", contract(field("id"), field("value", "date", format="%d.%m.%Y")), raw)
    assert lines[0].startswith(line) and ("at the field" in lines[0]) is not ("at value" in lines[0])


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("id,value\n" + "1,a\n2,b\n" + "end of the list,,\n", "dialect: {skipFooterLines: 1}"),
        ("id,value\n1,'a'\n2,'b'\n", 'dialect: {quoteChar: "\'"}'),
        ('id,value\n1,pipe 1/2" steel\n2,b\n', "dialect: {quoteChar: ''}"),
    ],
)
def test_the_line_for_the_dialect_mends_the_file(tmp_path: Path, raw: str, line: str):
    content = contract(field("id"), field("value"))
    [pasted] = [one for one in refused(tmp_path / "bad", content, raw) if one.startswith(line)]
    (tmp_path / "good").mkdir()
    found = clean(tmp_path / "good", {**content, **yaml.safe_load(pasted)}, raw, budget=0.01)
    assert (len(found.rows("data")), found.quarantine) == (2, [])


def test_every_line_is_one_of_a_contract():
    lines = [line for of_code in PASTED.values() for line in of_code]
    assert all(len(yaml.safe_load(line)) == 1 and "#" in line for line in lines)
