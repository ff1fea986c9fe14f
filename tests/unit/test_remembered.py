"""Results of pure functions are kept from call to call, and are never those of other inputs."""

import json
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from elt import remembered
from elt.remembered import Memory, installed


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "remembered.json"


def call(file: Path, depends_on: tuple[object, ...], result: object) -> tuple[object, bool]:
    """(result in a call of its own, whether it was computed)."""
    memory, computed = Memory(), []
    memory.use(file)

    def compute() -> object:
        computed.append(1)
        return result

    found = memory.result("name", lambda: depends_on, compute)
    memory.keep()
    return found, bool(computed)


def test_what_only_reads_leaves_the_file_as_it_is(file: Path, monkeypatch: pytest.MonkeyPatch):
    at_exit: list[object] = []
    monkeypatch.setattr("elt.remembered.atexit.register", at_exit.append)
    Memory().use(file, is_kept=False)
    assert at_exit == []
    Memory().use(file)
    assert len(at_exit) == 1


def faults_of(file: Path, texts: list[str]) -> tuple[list[str], bool]:
    """(faults in a call of its own, whether they were looked for)."""
    memory, looked = Memory(), []
    memory.use(file)

    def compute() -> Iterator[str]:
        looked.append(1)
        yield from texts

    found = memory.faults("faults", lambda: ("the same",), compute)
    memory.keep()
    return found, bool(looked)


def test_the_next_call_need_not_compute_again(file: Path):
    assert call(file, ("a", 1), ["x", 2]) == (["x", 2], True)
    assert call(file, ("a", 1), None) == (["x", 2], False)


@pytest.mark.parametrize("other", [("a", 2), ("a", "1"), ("b", 1), ("a", 1, None), ("a", 1.0), ()])
def test_whatever_it_depends_on_makes_another_result(file: Path, other: tuple[object, ...]):
    call(file, ("a", 1), "old")
    assert call(file, other, "new") == ("new", True)


def test_that_there_are_no_faults_is_kept(file: Path):
    assert faults_of(file, []) == ([], True)
    assert faults_of(file, ["not looked at"]) == ([], False)


def test_faults_are_found_anew_each_time(file: Path):
    assert faults_of(file, ["one"]) == (["one"], True)
    assert faults_of(file, ["two"]) == (["two"], True)
    assert faults_of(file, []) == ([], True)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"text"', "\ufeff{}"])
def test_a_file_that_cannot_be_read_is_no_memory(file: Path, text: str):
    file.write_text(text)
    assert call(file, ("a",), "x") == ("x", True)
    assert call(file, ("a",), "y") == ("x", False)


def test_bytes_that_are_no_text_are_no_memory(file: Path):
    file.write_bytes(b"\xff\xfe\x00")
    assert call(file, ("a",), "x") == ("x", True)


def test_without_a_folder_nothing_is_made(tmp_path: Path):
    assert call(tmp_path / "absent/remembered.json", ("a",), "x") == ("x", True)
    assert not list(tmp_path.iterdir())


def test_without_use_nothing_is_kept_and_nothing_asked():
    memory = Memory()
    assert memory.result("name", lambda: pytest.fail("asked"), lambda: 1) == 1
    assert memory.faults("name", lambda: pytest.fail("asked"), lambda: ["one"]) == ["one"]
    memory.keep()


def test_the_file_holds_hashes_and_results_only(file: Path):
    call(file, ("something long that it depends on",), ["x"])
    call(file, ("something else",), {"y": 1})
    (entry, _) = json.loads(file.read_text()).items()
    assert len(entry[0]) == 64
    assert entry[1] == ["x"]
    assert [line.count('": ') for line in file.read_text().splitlines()] == [0, 1, 2, 0]  # a result a line


def test_it_does_not_grow_for_ever(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("elt.remembered.MOST", 300)
    for number in range(10):
        call(file, (number,), number)
    assert 1 <= len(json.loads(file.read_text())) <= 4
    call(file, ("large",), "x" * 400)
    assert call(file, ("large",), None) == ("x" * 400, False)


def test_versions_are_those_of_what_is_installed():
    names = ("polars", "sqlglot", "pyyaml", "scikit-learn", "snakemake")
    assert {name: installed(name) for name in names} == {name: metadata.version(name) for name in names}
    assert installed("of_nobody") == "not installed"


def test_what_is_remembered_has_the_order_and_the_types_of_what_was_found(file: Path):
    found, _ = call(file, ("a",), {"why": {"en": "x", "de": "y"}, "path": ("b", "a")})
    remembered, was_computed = call(file, ("a",), None)
    assert not was_computed
    assert repr(found) == repr(remembered) == "{'why': {'en': 'x', 'de': 'y'}, 'path': ['b', 'a']}"


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("a: {b: [1, 1.5, true, null, é]}\n", True),
        ("a: 2020-01-31\n", False),
        ("1: one\n", False),
        ("a: .nan\n", False),
    ],
)
def test_a_yaml_file_is_read_once_if_json_can_hold_it(
    file: Path, monkeypatch: pytest.MonkeyPatch, text: str, is_kept: bool
):
    path, asked, ordinary = file.with_name("a.yaml"), [], remembered.read_yaml
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(remembered, "read_yaml", lambda path: asked.append(path) or ordinary(path))
    for _ in range(2):
        monkeypatch.setattr(remembered, "memory", memory := Memory())
        memory.use(file, is_kept=False)
        asked.clear()
        assert repr(remembered.yaml_of(path)) == repr(ordinary(path))
        memory.keep()
    assert (asked == []) == is_kept
    path.write_text("a: other\n", encoding="utf-8")
    found = remembered.yaml_of(path)
    found["b"] = "changed by who asked"
    assert remembered.yaml_of(path) == {"a": "other"}
