"""The version of a script: content hashes of the script and of every local module that it imports.

Snakemake tracks a script by its time of change only, and imported modules not at all. As a param these
hashes make dependents rerun on a change of content, and only then.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1]


def statements(block: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block and of the blocks inside them; expressions, which hold no import, are passed over."""
    for statement in block:
        yield statement
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from statements(getattr(statement, part, []))


@cache
def local_imports(path: Path) -> tuple[Path, ...]:
    """The files below scripts/ that a Python file imports, directly."""
    names = set()
    for node in statements(ast.parse(path.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    candidates = (SCRIPTS.joinpath(*name.split(".")).with_suffix(".py") for name in names)
    return tuple(sorted(file for file in candidates if file.is_file()))


@cache
def digest(path: Path) -> str:
    """First 12 hex digits of the SHA-256 of a file's text, whatever its line ends."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:12]


@cache
def code_version(script: str) -> dict[str, str]:
    """{file: hash} of scripts/<script> and of all local modules that it needs, directly or not."""
    waiting, seen = [SCRIPTS / script], set()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting.extend(local_imports(path))
    return {path.relative_to(SCRIPTS).as_posix(): digest(path) for path in sorted(seen)}
