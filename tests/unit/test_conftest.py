"""How the tests are spread over workers, and what the workers have in common."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from conftest import copy_project, once_a_machine, place_of, pytest_ignore_collect, workers

PROCESSORS = os.cpu_count() or 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], PROCESSORS),
        (["tests/unit"], PROCESSORS),
        (["tests/unit/test_books.py"], 0),
        (["tests/unit/test_books.py::test_x[a.py]", "tests/unit/test_files.py"], 0),
        ([f"tests/unit/test_books.py::test_{n}" for n in range(9)], 0),
        (["tests/unit/test_books.py", "tests/quality"], PROCESSORS),
        ([f"tests/unit/test_{n}.py" for n in range(9)], PROCESSORS),
    ],
)
def test_a_few_files_are_tested_without_workers(arguments, expected):
    assert workers(arguments) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import heavy\n\npytestmark = pytest.mark.slow\n", True),
        ("pytestmark = pytest.mark.slow  # and why\n", True),
        ("pytestmark = [pytest.mark.slow, pytest.mark.real]\n", None),
        ("    pytestmark = pytest.mark.slow\n", None),
        ("@pytest.mark.slow\ndef test_one(): ...\n", None),
    ],
)
def test_a_file_of_slow_tests_alone_is_left_out_with_them(tmp_path, text, expected):
    (tmp_path / "test_some.py").write_text(text, "utf-8")
    asked = [SimpleNamespace(option=SimpleNamespace(markexpr=marks)) for marks in ("not slow", "", "slow")]
    found = [pytest_ignore_collect(tmp_path / "test_some.py", config) for config in asked]
    assert found == [expected, None, None]


def test_what_a_session_needs_is_made_once_and_again_after_a_failure(tmp_path_factory):
    made = []

    def make(folder):
        made.append(folder)
        folder.mkdir()
        if len(made) == 1:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        once_a_machine(tmp_path_factory, "made_once", make)
    first, second = (once_a_machine(tmp_path_factory, "made_once", make) for _ in range(2))
    assert first == second and len(made) == 2


def test_workers_that_come_meanwhile_wait_until_it_is_whole(tmp_path_factory):
    made, workers_at_once = [], 4
    start = threading.Barrier(workers_at_once)

    def make(folder):
        made.append(folder)
        folder.mkdir()
        time.sleep(0.1)
        (folder / "last").touch()

    def worker(_):
        start.wait()
        return (once_a_machine(tmp_path_factory, "waited_for", make) / "last").exists()

    with ThreadPoolExecutor(workers_at_once) as pool:
        assert all(pool.map(worker, range(workers_at_once)))
    assert len(made) == 1


def test_files_that_take_long_come_first():
    tests = [
        f"{name}/test_x.py::test_x"
        for name in ("tests/unit", "tests/batteries", "x", "tests/quality", "tests/workflow")
    ]
    folders = [test.split("/test_x")[0] for test in sorted(tests, key=place_of)]
    assert folders == ["tests/workflow", "tests/batteries", "tests/quality", "tests/unit", "x"]


def test_a_copy_of_the_project_has_the_bytecode_of_its_scripts(tmp_path):
    copy_project(tmp_path)
    told = subprocess.run(
        [sys.executable, "-v", "-c", "import elt.files"], cwd=tmp_path / "scripts", capture_output=True, text=True
    )
    assert "code object from" in told.stderr and f"matches {tmp_path / 'scripts/elt/files.py'}" in told.stderr
