"""The same table written another way gives the same silver: order of rows and columns, Unicode form, blanks, all at once."""

import random
import unicodedata

import pytest
from pollution_base import SOURCES, Base, Cells, base, quoted
from verdicts import clean_table, run

pytestmark = pytest.mark.slow

Table = list[Cells]  # header and records


def shuffled(t: Table) -> Table:
    """The records in another order."""
    return [t[0], *random.Random("rows").sample(t[1:], len(t) - 1)]


def reordered(t: Table) -> Table:
    """The columns in another order."""
    order = random.Random("columns").sample(range(len(t[0])), len(t[0]))
    return [[cells[i] for i in order] for cells in t]


def decomposed(t: Table) -> Table:
    """Umlauts as a letter and a mark, by which most cells of German text change."""
    return [[unicodedata.normalize("NFD", cell) for cell in cells] for cells in t]


def padded(t: Table) -> Table:
    """Blanks and no-break spaces around every cell."""
    return [t[0], *[[f" {cell}\u00a0" for cell in cells] for cells in t[1:]]]


def all_at_once(t: Table) -> Table:
    """Everything above."""
    return padded(decomposed(reordered(shuffled(t))))


def in_bytes(t: Table, delimiter: str, end: str, encoding: str) -> bytes:
    """The table as a file, every cell in quotes."""
    return "".join(delimiter.join(map(quoted, cells)) + end for cells in t).encode(encoding)


def of(b: Base) -> Table:
    """Header and records of a base."""
    return [b.header, *b.rows]


@pytest.mark.parametrize("change", [shuffled, reordered, decomposed, padded, all_at_once])
@pytest.mark.parametrize("table", SOURCES)
def test_a_table_written_another_way_gives_the_same_silver(table, change):
    for delimiter, end, encoding in ((",", "\n", "utf-8"), (";", "\r\n", "utf-8-sig"), ("\t", "\r\n", "utf-16")):
        assert run(table, in_bytes(change(of(base(table))), delimiter, end, encoding)).table == clean_table(table)


@pytest.mark.parametrize("table", ["crm_customers", "crm_products", "erp_locations"])
def test_another_cell_gives_another_silver(table):
    """Red once: the comparison sees a single letter."""
    b = base(table)
    cells = list(b.rows[-1])
    cells[b.column] += "x"
    assert run(table, in_bytes([b.header, *b.rows[:-1], cells], ",", "\n", "utf-8")).table != clean_table(table)
