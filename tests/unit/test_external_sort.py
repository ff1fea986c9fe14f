"""A large table is sorted part by part, and reads as if it had been sorted in memory."""

import random
import threading

import polars as pl
import pytest

from elt.bronze import scan
from elt.faults import Fault
from elt.silver import external_sort


@pytest.fixture
def small_parts(monkeypatch):
    for name, rows in (("PART", 20), ("EVERY", 3), ("BLOCK", 4)):
        monkeypatch.setattr(external_sort, name, rows)


ORDERS = {
    "sorted": lambda keys: keys,
    "upside down": lambda keys: keys[::-1],
    "shuffled": lambda keys: random.Random(7).sample(keys, len(keys)),
    "two halves that reach into each other": lambda keys: keys[::2] + keys[1::2],
    "three rows a key, keys in order": lambda keys: sorted(keys[:50] * 3),
    "all keys alike": lambda keys: [keys[0]] * len(keys),
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [7, 50, 1000])
def test_parts_together_are_the_sorted_table(tmp_path, small_parts, order, size):
    keys = ORDERS[order]([f"SO{n}" for n in range(150)])
    table = pl.DataFrame({"a": keys, "b": range(150)}).with_columns(b=(pl.col("b") * 37) % 151)
    parts = external_sort.SortedParts(tmp_path, ["a", "b"])
    for frame in table.iter_slices(size):
        parts.add(frame)
    found = list(parts)
    assert pl.concat(found).equals(table.sort("a", "b"))
    firsts = [set(part["a"]) for part in found]
    assert sum(map(len, firsts)) == len(set().union(*firsts))  # one key, one part
    assert (len(found) > 1) == (size < 150 and order != "all keys alike")


def test_a_table_without_rows_has_no_parts(tmp_path):
    parts = external_sort.SortedParts(tmp_path, ["a"])
    parts.add(pl.DataFrame(schema={"a": pl.String}))
    assert list(parts) == []


def test_items_that_are_prefetched_come_in_order_from_another_thread():
    threads = set()

    def made():
        for number in range(5):
            threads.add(threading.get_ident())
            yield number

    assert list(external_sort.prefetched(made())) == [0, 1, 2, 3, 4]
    assert threading.get_ident() not in threads


def test_a_fault_while_making_an_item_reaches_the_caller_in_its_place():
    def made():
        yield 1
        raise Fault("people", "cannot be read", "Mend it")

    found = []
    with pytest.raises(Fault, match="people: cannot be read"):
        for item in external_sort.prefetched(made()):
            found.append(item)
    assert found == [1]


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
@pytest.mark.parametrize("block", [1, 40, 10_000])
def test_a_plain_file_in_blocks_is_the_same_as_read_at_once(tmp_path, monkeypatch, block, end):
    from one_table import bronze, contract, field

    eol = b"\r\n" if end == b"\r\n" else b"\n"
    lines = [b"id,name", *(f"{i},Ä{i}".encode() for i in range(30))]
    content = contract(field("id"), field("name"), field("place", compute="CONCAT(_file, _record)"))
    metadata = bronze(tmp_path, content, eol.join(lines) + end)
    paths, names = [str(tmp_path / "artifacts/runs/r/bronze/data/people.csv")], ["id", "name", "place"]
    raw, _ = scan.scan(paths, [metadata], names, tmp_path)
    monkeypatch.setattr(scan, "BLOCK", block)
    found = list(scan.batches(raw, paths, [metadata]))
    assert pl.concat(found).equals(raw.collect())
    assert pl.concat(found)["_record"].to_list() == list(range(1, 31))
