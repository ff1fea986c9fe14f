"""The benchmark: scaled exports keep their keys and references, and the comparison tells noise from what got worse."""

import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from conftest import ROOT

from elt.run.contract import Contract

sys.path.insert(0, str(ROOT / "tests/batteries"))
import benchmark
import benchmark_results as results
import benchmark_scaling as scaling
from benchmark_plan import plan_of
from benchmark_results import Measurement, Rule, Used


def field(name: str, kind: str = "string", personal: str = "none", **more: str) -> dict:
    return {"name": name, "type": kind, "personal": personal, "description": "x", **more}


def contract(name: str, key: str, *fields: dict, references: dict[str, str] | None = None) -> Contract:
    keys = [
        {"fields": own, "reference": dict(zip(("resource", "fields"), goal.split("."), strict=True))}
        for own, goal in (references or {}).items()
    ]
    entry = {"name": name, "title": name, "files": f"{name}.csv", "primaryKey": key.split(), "fields": list(fields)}
    return Contract.of(entry | {"foreignKeys": keys})


CONTRACTS = {
    "people": contract(
        "people", "id", field("id", "integer", "identifier"), field("number", personal="identifier", erasure="customer")
    ),
    "places": contract("places", "person", field("person", personal="identifier", erasure="customer")),
    "goods": contract("goods", "article", field("article")),
    "heads": contract(
        "heads", "order", field("order", personal="identifier"), field("buyer", "integer", "identifier"),
        field("invoice", personal="identifier"), references={"buyer": "people.id"},
    ),
    "lines": contract(
        "lines", "order article", field("order", personal="identifier"), field("article"), field("amount", "number"),
        references={"order": "heads.order", "article": "goods.article"},
    ),
}  # fmt: skip


def test_what_moves_and_how_often_comes_from_classes_keys_and_references():
    plan = plan_of(CONTRACTS, "lines")
    groups = plan.groups
    assert set(groups) == {
        ("people", "id"), ("people", "number"), ("places", "person"),
        ("heads", "order"), ("heads", "buyer"), ("heads", "invoice"), ("lines", "order"),
    }  # fmt: skip
    assert groups["people", "id"] == groups["heads", "buyer"] != groups["people", "number"]
    assert groups["people", "number"] == groups["places", "person"]
    assert groups["heads", "order"] == groups["lines", "order"]
    assert plan.of_orders == {groups["lines", "order"], groups["heads", "invoice"]}
    assert plan.tables_of_orders == {"heads", "lines"}


def test_lines_that_are_numbered_by_no_identifier_get_new_numbers_too():
    lines = contract(
        "lines", "line", field("line", "integer"), field("article"), references={"article": "goods.article"}
    )
    plan = plan_of({"goods": CONTRACTS["goods"], "lines": lines}, "lines")
    assert set(plan.groups) == {("lines", "line")} and plan.tables_of_orders == {"lines"}


@pytest.mark.parametrize(
    ("kind", "cells", "by", "expected"),
    [
        ("string", ["NASAW00011000", "AW-00000009", "SO43697", "n/a", None], 20_000,
         ["NASAW00031000", "AW-00020009", "SO63697", "n/a", None]),
        ("integer", ["11000", " 7 ", "11000.0", ""], 5, ["11005", " 12 ", "11005.0", ""]),
        ("string", ["99-A"], 1, ["100-A"]),
    ],
)  # fmt: skip
def test_the_number_of_a_cell_moves_and_all_else_of_it_stays(kind, cells, by, expected):
    column = Contract.of(
        {"name": "t", "title": "t", "files": "t.csv", "primaryKey": ["x"], "fields": [field("x", kind)]}
    ).by_name["x"]
    numbers = scaling.numbers_of(pl.DataFrame({"x": cells}, schema={"x": pl.String}), column)
    assert scaling.moved(numbers, by).to_list() == expected


def step(*numbers: int, copies: int, width: int = 0) -> int:
    frame = pl.DataFrame({"number": numbers}).with_columns(width=pl.lit(width, pl.Int64))
    return scaling.step_of([frame], copies, "t.x")


def test_no_two_copies_share_a_number_and_a_mistyped_one_does_not_widen_the_step():
    regular = range(1000, 1200)
    assert step(*regular, copies=9) == 200
    assert step(*regular, 99_999_999, copies=9) < 1000
    for numbers in ([1, 500, 501, 502], list(regular), [*regular, 5, 2_000_000]):
        by = step(*numbers, copies=9)
        moved = [n + by * copy for n in numbers for copy in range(9)]
        assert len(set(moved)) == len(moved)


def test_numbers_of_fixed_width_that_would_overflow_are_refused():
    assert step(10, 19, copies=9, width=2)
    with pytest.raises(SystemExit, match="too few digits for 10 copies"):
        step(10, 19, copies=10, width=2)


def rows(folder: Path, name: str) -> list[list[str]]:
    return [line.split(";") for line in (folder / f"{name}.csv").read_text("utf-8").splitlines()[1:]]


def test_scaled_exports_keep_keys_unique_and_references_and_the_bytes_of_other_tables(tmp_path: Path):
    raw, into = tmp_path / "raw", tmp_path / "scaled"
    raw.mkdir()
    texts = {
        "people": 'id;number\r\n1;AW0001\r\n2;"AW;0002"\r\n',
        "places": "person\r\n'AW-0001\r\nAW-0002\r\n",
        "goods": "article\r\nA 1\r\n",
        "heads": "order;buyer;invoice\r\nSO1;1;R7\r\nSO2;9;R8\r\n",
        "lines": "order;article;amount\r\nSO1;A 1;3\r\nSO1;A 2;4\r\nSO2;A 1;5\r\n",
    }
    for name, text in texts.items():
        (raw / f"{name}.csv").write_bytes(text.encode())
    company = type("Company", (), {"contracts": CONTRACTS, "marts": {"fact_sales": MART}})
    scaling.scale(raw, into, company, 16)
    found = {name: rows(into, name) for name in texts}
    assert {name: len(table) for name, table in found.items()} == {
        "people": 4, "places": 4, "goods": 1, "heads": 32, "lines": 48,
    }  # fmt: skip
    assert len({row[0] for row in found["heads"]}) == len({row[2] for row in found["heads"]}) == 32
    assert len({tuple(row[:2]) for row in found["lines"]}) == 48
    assert {row[0] for row in found["lines"]} == {row[0] for row in found["heads"]}
    people, buyers = {row[0] for row in found["people"]}, [row[1] for row in found["heads"]]
    assert len(people) == 4 and sum(buyer in people for buyer in buyers) == 16
    assert (into / "goods.csv").read_bytes() == (raw / "goods.csv").read_bytes()
    assert (into / "people.csv").read_bytes().startswith(texts["people"].encode())


MART = type("Mart", (), {"ledger": type("Ledger", (), {"table": "lines"})})


BEFORE = Measurement(
    1000, 1.0, "a machine", {"golden_path": Used(20, 30, 500), "duckdb": Used(1, 2, 100), "nothing_to_do": Used(2, 2, 100)},
    {"gold_mart": Rule(11, 4.0, 300), "bronze_file": Rule(6, 0.1, 100)},
)  # fmt: skip


def worse(found: Measurement) -> list[str]:
    return [one.what for one in results.compared(BEFORE, found) if one.is_worse]


def test_the_same_again_and_a_machine_of_half_the_speed_are_no_worse():
    slow = {
        name: replace(used, seconds=2 * used.seconds, processor=2 * used.processor)
        for name, used in BEFORE.sides.items()
    }
    rules = {name: replace(rule, processor=2 * rule.processor) for name, rule in BEFORE.rules.items()}
    assert worse(BEFORE) == worse(replace(BEFORE, sides=slow, rules=rules)) == []


def test_a_rule_that_takes_twice_as_long_is_named_and_a_short_one_is_not():
    rules = {"gold_mart": Rule(11, 8.0, 300), "bronze_file": Rule(6, 0.3, 100), "new_rule": Rule(1, 99, 9999)}
    assert worse(replace(BEFORE, rules=rules)) == ["gold_mart: processor, s"]


def test_more_memory_and_a_worse_ratio_are_named():
    assert worse(replace(BEFORE, rules={"gold_mart": Rule(11, 4.0, 600)})) == ["gold_mart: memory, MB"]
    sides = BEFORE.sides | {"golden_path": Used(60, 30, 500)}
    assert worse(replace(BEFORE, sides=sides)) == ["seconds, times duckdb"]
    assert "20.00 | 60.00 | 40.00" in results.worse_table(list(results.compared(BEFORE, replace(BEFORE, sides=sides))))
    assert results.worse_table(list(results.compared(BEFORE, BEFORE))) == ""


def test_what_snakemake_takes_alone_and_what_a_small_change_takes_are_told_as_shares():
    sides = BEFORE.sides | {"empty_workflow": Used(1.6, 1.6, 100), "small_file_changed": Used(9, 12, 400)}
    table = results.sides_table(replace(BEFORE, sides=sides))
    assert "with nothing to do 1.25 × the time, 1.25 × the processor" in table
    assert "then of the whole 0.45 × the time, 0.40 × the processor" in table
    slower = sides | {"small_file_changed": Used(9, 29, 400)}
    found = results.compared(replace(BEFORE, sides=sides), replace(BEFORE, sides=slower))
    assert [one.what for one in found if one.is_worse] == ["processor, times small_file_changed"]


def test_the_last_two_records_of_the_smallest_file_change_places(tmp_path: Path):
    texts = {"large.csv": b"a\r\n" * 9, "small.csv": b"a\r\n1\r\n2\r\n", "open.csv": b"a;b;c;d\n1;2;3;4\n5;6;7;8"}
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text)
    assert benchmark.with_records_swapped(tmp_path) == (tmp_path / "small.csv", texts["small.csv"])
    assert (tmp_path / "small.csv").read_bytes() == b"a\r\n2\r\n1\r\n"
    (tmp_path / "small.csv").unlink()
    assert benchmark.with_records_swapped(tmp_path)[0].read_bytes() == b"a;b;c;d\n5;6;7;8\n1;2;3;4\n"


def test_what_is_stored_is_read_again_by_size_and_told_and_drawn(tmp_path: Path):
    path, figure = tmp_path / "stored.json", tmp_path / "figure.svg"
    results.store(path, replace(BEFORE, lines=5000))
    found = results.store(path, BEFORE)
    assert list(found) == [1000, 5000] and results.read(path) == found
    assert "| the whole Golden Path | 20.0 | 30.0 | 500 |" in results.page(list(found.values()))
    assert "20.0 × the time, 15.0 × the processor" in results.page(list(found.values()))
    assert "| `gold_mart` | 11 | 4.0 | 300 | 4.0 | 300 |" in results.page(list(found.values()))
    results.draw(list(found.values()), figure)
    first = figure.read_bytes()
    results.draw(list(found.values()), figure)
    assert figure.read_bytes() == first and b"order lines" in first


def test_the_page_shows_what_is_stored():
    text = benchmark.PAGE.read_text("utf-8")
    block = text.partition(benchmark.BEGIN)[2].partition(benchmark.END)[0].strip()
    assert block == results.page(list(results.read(benchmark.STORED).values())).strip()
    assert "images/benchmark.svg" in text and benchmark.FIGURE.is_file()
