"""Files of rules, which Snakemake turns into Python, are turned into it once, and not in every call.

What a file comes to depends on its text, on where it lies, on how many rules there are before it and on the parser: by
these the Python of it is kept from one call to the next, with the line of the file that each of its lines comes from.
The text is that of the copy that Snakemake takes of the file, as ever.
Left out, without a word, under another version or another text of the methods that it stands in for.
"""

import hashlib
import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from elt.command.monkey_patch import Guard
from elt.remembered import memory

GUARD = Guard(  # the function that turns a file into Python, as the method calls it that includes one
    (
        "snakemake.workflow:parse",
        "snakemake.workflow:Workflow.include",
        "snakemake.sourcecache:SourceCache.open",
        "snakemake.sourcecache:SourceCache.get_path",
    ),
    "11144525b0584e0a",
)


@cache
def parser() -> str:
    """SHA-256 of the source of Snakemake's parser."""
    from snakemake import parser

    return hashlib.sha256(Path(inspect.getfile(parser)).read_bytes()).hexdigest()


def remembering(ordinary: Callable[..., tuple[str, int]]) -> Callable[..., tuple[str, int]]:
    """The function that turns a file of rules into Python, unless that is known."""

    def parse(
        path: Any, workflow: Any, linemap: dict[int, int], overwrite_shellcmd: str | None = None, rulecount: int = 0
    ) -> tuple[str, int]:
        if overwrite_shellcmd is not None or linemap:
            return ordinary(path, workflow, linemap, overwrite_shellcmd, rulecount)

        def depends_on() -> tuple[object, ...]:
            text = Path(workflow.sourcecache.get_path(path)).read_bytes()
            return hashlib.sha256(text).hexdigest(), path.get_path_or_uri(secret_free=True), rulecount, parser()

        def made() -> tuple[str, int, list[tuple[int, int]]]:
            lines: dict[int, int] = {}
            return *ordinary(path, workflow, lines, rulecount=rulecount), [*lines.items()]

        code, rules, lines = memory.result("rules", depends_on, made)
        linemap.update(lines)
        return code, rules

    return parse


@GUARD
def start() -> None:
    """From now on a file of rules that is included is turned into Python only if it, or what is before it, is new."""
    from snakemake import workflow

    workflow.parse = remembering(workflow.parse)
