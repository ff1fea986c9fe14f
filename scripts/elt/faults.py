"""A fault: what is wrong with input or settings, said so that a person can mend it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Fault(Exception):  # noqa: N818 (a fault of the input, not of the program)
    """Input or a setting that cannot be used.

    The message names the file, the record or key, what was expected and what to do. It never quotes a
    cell's content: what stands in a cell may be a person.
    """

    def __init__(self, where: str, problem: str, remedy: str) -> None:
        self.where, self.problem, self.remedy = where, problem, remedy
        super().__init__(f"{where}: {problem}. {remedy}. Nothing was written.")


class DamagedFileError(Fault, ValueError):
    """A file that was written by a run, by now cut off or overwritten."""


def is_refused(check: Callable[[Any], None], path: str | Path) -> bool:
    """Whether a check raises Fault for what a JSON file holds; no where there is none, or a damaged one."""
    try:
        check(json.loads(Path(path).read_bytes()))
    except Fault:
        return True
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return False
