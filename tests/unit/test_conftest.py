"""How the tests are spread over workers, and what the workers have in common."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import once_a_machine, workers

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
