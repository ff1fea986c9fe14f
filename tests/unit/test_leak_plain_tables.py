"""Large published tables are read natively: what is left of them is all that may be a value, else they stay text."""

import numpy as np
import pytest

from elt.privacy import leak_encodings, leak_plain_tables
from elt.privacy.leak_columns import PublishedColumn, columns_in
from elt.privacy.leak_plain_tables import plain_table
from elt.privacy.leak_stretches import BREAK
from elt.protection import pseudonyms

KEY = bytes(range(7, 7 + 64, 2))
NAMED = [pseudonyms.pseudonym(KEY, "customer", f"AW{n}") for n in range(4)]
ROWS = [
    f"{NAMED[0]},12,1.500000,Jörg Müller",
    f"{NAMED[1]},7,,2013-05-01",
    f"{NAMED[2]},123456,-3.25,AW00011000",
    f"{NAMED[3]},7,true,Jörg Müller",
]


@pytest.fixture(autouse=True)
def every_table_is_large(monkeypatch):
    monkeypatch.setattr(leak_plain_tables, "LARGE", 1)


def table_of(folder, *rows, header="customer,days,spent,said", name="t.csv"):
    """A published table."""
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8", newline="")
    return path


def test_pseudonyms_short_numbers_and_decimals_are_left_out_and_all_else_stays_once(tmp_path):
    pieces = plain_table(table_of(tmp_path, *ROWS)).text().split(BREAK)
    assert [piece.strip("\n") for piece in pieces] == [
        *("customer,days,spent,said", "123456", "2013-05-01", "AW00011000", "Jörg Müller", "true"),
    ]


def test_the_pseudonyms_spell_what_the_text_would(tmp_path):
    path = table_of(tmp_path, *ROWS)
    expected = leak_encodings.prints_of(leak_encodings.pseudonym_words(path.read_text("utf-8")))
    assert np.array_equal(plain_table(path).pseudonyms(), expected)


def test_its_columns_are_those_of_the_text(tmp_path):
    path = table_of(tmp_path, *ROWS)
    native, text = list(columns_in(path, plain_table(path))), list(columns_in(path))
    as_sets = [PublishedColumn(c.place, frozenset(c.distinct), c.count, c.is_beside_pseudonyms) for c in native]
    assert as_sets == text
    assert [column.count for column in text] == [4, 4, 2, 4]
    assert all(column.is_beside_pseudonyms for column in text)


@pytest.mark.parametrize(
    "rows",
    [
        [*ROWS, f'{NAMED[0]},1,2,"Müller, Jörg"'],
        [*ROWS, f"{NAMED[0]},1,2"],
        [*ROWS, f"{NAMED[0]},1,2,3,4"],
        [*ROWS, "", f"{NAMED[0]},1,2,3"],
        [*ROWS, f"{NAMED[0]},1,2,<b>3</b>"],
        [*ROWS, f"{NAMED[0]},1,2,a{BREAK}b"],
    ],
)
def test_a_table_that_may_say_more_than_its_cells_stays_text(tmp_path, rows):
    assert plain_table(table_of(tmp_path, *rows)) is None


def test_a_small_table_and_any_other_file_stay_text(tmp_path, monkeypatch):
    assert plain_table(table_of(tmp_path, *ROWS, name="t.md")) is None
    monkeypatch.setattr(leak_plain_tables, "LARGE", 10_000)
    assert plain_table(table_of(tmp_path, *ROWS)) is None
    assert plain_table(tmp_path / "gone.csv") is None
