"""Results of pure functions, kept from one call to the next: a call with nothing to do need not find them again.

A result is found by the SHA-256 of all that it depends on: contents, code, versions of libraries. What has changed in
any way has another one, so a result is never out of date. Without `use`, nothing is kept and nothing read. The file
lies among Snakemake's caches and may be deleted at any time; it holds names of tables and columns, hashes and versions,
and the rules and standards of the project.
"""

import atexit
import contextlib
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from elt import files
from elt.files import read_json, read_yaml, write_text

VERSION = re.compile(r"^Version: (\S+)$", re.MULTILINE)
MOST = 1_000_000  # bytes; above that only results of the last call are kept, as each call reads all of them


class Memory:
    """The results of former calls and of this one."""

    def __init__(self) -> None:
        self.file: Path | None = None
        self.known: dict[str, Any] = {}
        self.used: dict[str, Any] = {}

    def use(self, file: Path, *, is_kept: bool = True) -> None:
        """Read the results of former calls; keep those of this call when it ends. One that cannot be read is left.

        `is_kept`: without it the file is only read, as by jobs that run beside each other on several machines.
        """
        self.file = file
        try:
            found = read_json(file)
            self.known = found if isinstance(found, dict) else {}
        except (OSError, ValueError):
            self.known = {}
        if is_kept:
            atexit.register(self.keep)

    def keep(self) -> None:
        """Write the results, if there are new ones and the folder is there and can be written to."""
        if self.file is None or not self.file.parent.is_dir() or self.used.items() <= self.known.items():
            return
        text = as_lines({**self.known, **self.used})
        try:
            write_text(self.file, text if len(text) <= MOST else as_lines(self.used))
        except OSError:
            return

    def result(self, name: str, depends_on: Callable[[], tuple[object, ...]], compute: Callable[[], Any]) -> Any:
        """What `compute` gives, in terms of JSON, or gave when `depends_on`, told by repr, was the same.

        Found or remembered, it is the same to the order of its keys: Snakemake compares params by their text.
        """
        if self.file is None:
            return compute()
        told = repr((name, sys.version, *depends_on()))
        key = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
        if key not in self.used:
            self.used[key] = self.known[key] if key in self.known else json.loads(json.dumps(compute()))
        return self.used[key]

    def faults(
        self, name: str, depends_on: Callable[[], tuple[object, ...]], compute: Callable[[], Iterable[str]]
    ) -> list[str]:
        """The faults that `compute` finds; that there are none is kept, faults are found anew each time."""
        if self.file is None:
            return list(compute())
        found: list[str] = []

        def is_clean() -> bool:
            found.extend(compute())
            return not found

        if not self.result(name, depends_on, is_clean) and not found:
            found.extend(compute())
        return found


memory = Memory()


def yaml_of(path: Path) -> Any:
    """What a YAML file of the project holds, as `read_yaml` gives it; no file of a company, whose words are not kept.

    What JSON does not give back as it is, such as a date, is read each time.
    """
    if memory.file is None:
        return read_yaml(path)
    text = path.read_bytes()
    parts = hashlib.sha256(text).hexdigest(), hashlib.sha256(Path(files.__file__).read_bytes()).hexdigest()
    known = memory.result("yaml", lambda: (*parts, installed("pyyaml")), lambda: _as_json(read_yaml(path)))
    return read_yaml(path) if known is None else json.loads(known)


def as_lines(results: Mapping[str, Any]) -> str:
    """Results as JSON, one a line: who searches the file for values looks at lines."""
    return "{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(found)}" for key, found in results.items()) + "\n}\n"


def _as_json(content: Any) -> str | None:
    """The content as JSON; None if that gives another one back."""
    with contextlib.suppress(TypeError, ValueError):
        text = json.dumps(content)
        if json.loads(text) == content:
            return text
    return None


@cache
def installed(package: str) -> str:
    """The version of an installed package, for what depends on it; of its description only that line is read."""
    try:
        described = metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return "not installed"
    found = VERSION.search(described.read_text("METADATA") or "")
    return found[1] if found else described.version
