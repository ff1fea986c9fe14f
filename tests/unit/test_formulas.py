"""A cell of a table that leaves is no formula for a spreadsheet, and a number stays a number."""

import csv
import io
import itertools
import re
from decimal import Decimal
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from elt import files, formulas, table_files

SIGNS = "=+-@＝＋－＠"
BEFORE = ["", " ", "  ", '"', '""', "\u00a0", "\ufeff", "\u200b", "\u00ad", "\x00", "\t", "\r", "\n", "\u3000"]
INSIDE = ["", "Stuhl;", 'Stuhl;"', "Stuhl; ", "Stuhl\n", "Stuhl\r\n", "Stuhl\t", 'Stuhl;""', "a;b;c;"]
ATTACKS = ["".join(parts) + "HYPERLINK(1)" for parts in itertools.product(INSIDE, BEFORE, SIGNS)]
PLAIN = [
    "Stuhl",
    "Tisch-Set",
    "a=b",
    "x+y",
    "mail@example.org",
    "Größe ≥ 5",
    "",
    "'quoted'",
    "30–60",
    "Stuhl; Tisch",
    "'=1",
]
NUMBERS = ["-5", "-5.00", "0", "12.5", "-1.5e-05", "1E+9"]


def starts(cell: str) -> list[str]:
    """What a spreadsheet may take for beginnings of cells, without blanks, quotes and signs that nobody sees."""
    parts = re.split(r"[;\t\r\n]", cell)
    return [part.lstrip(' "\u00a0\ufeff\u200b\u00ad\x00\u3000')[:1] for part in parts]


def test_no_beginning_of_a_cell_is_a_sign_of_a_formula():
    for cell in ATTACKS:
        made = formulas.as_text(cell)
        assert not {*starts(made)} & {*SIGNS} and made[:1] not in ("\t", "\r", "\n"), repr(cell)
        assert made.replace("'", "") == cell.replace("'", "")  # nothing is lost
        assert formulas.as_text(made) == made


@pytest.mark.parametrize("cell", ["\t", "\r", "\ttext", "\rtext", "\n"])
def test_a_cell_that_begins_with_a_tab_or_line_end_is_text(cell: str):
    assert formulas.as_text(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", [*PLAIN, *NUMBERS])
def test_texts_and_numbers_stay_as_they_are(cell: str):
    assert formulas.as_text(cell) == cell


@pytest.mark.parametrize("cell", ["+49301234567", "-5\n=1", "-2+3", "--5", "-5 ", "+5", "-٣", "-=1"])
def test_what_only_begins_like_a_number_is_none(cell: str):
    assert formulas.as_text(cell).startswith("'")


def test_polars_makes_the_same_texts():
    cells = [cell for cell in [*ATTACKS, *PLAIN] if not cell.startswith("-")]
    made = pl.DataFrame({"x": cells}).select(formulas.as_texts(pl.col("x")))["x"].to_list()
    assert made == [formulas.as_text(cell) for cell in cells]


def test_a_table_that_leaves_has_no_formula_in_its_cells_or_its_header(tmp_path: Path):
    frame = pd.DataFrame({"=name": ["@a", None], "amount": [-1.5, 2.0], "money": [Decimal("-2.00"), Decimal(3)]})
    frame["kind"] = pd.Categorical(["＝1", "x"])
    table_files.write_frame(tmp_path / "frame.csv", frame)
    assert (tmp_path / "frame.csv").read_text() == (
        "'=name,amount,money,kind\n'@a,-1.500000,-2.00,'＝1\n,2.000000,3,x\n"
    )
    files.write_leaving(tmp_path / "rows.csv", ["+a", "b"], iter([["-x", -5], ["-5", None]]))
    assert (tmp_path / "rows.csv").read_text() == "'+a,b\n'-x,-5\n-5,\n"


def test_a_german_spreadsheet_finds_no_formula_in_a_line_of_a_comma_separated_table(tmp_path: Path):
    files.write_leaving(tmp_path / "x.csv", ["a", "b"], [[cell, "x"] for cell in ATTACKS])
    text = (tmp_path / "x.csv").read_text("utf-8")
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=";"):
        assert not {start for cell in row for start in starts(cell)} & {*SIGNS}
