"""How the tests are spread over workers, and what the workers have in common."""

import os

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
