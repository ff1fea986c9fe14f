"""The version of a script: hashes of its code and of every local module that it imports, and versions of packages.

Snakemake tracks a script by its time of change only, and imported modules not at all. As a param these hashes and
versions make dependents rerun on a change of code, and only then: comments, docstrings and layout are no code. Of
packages those count that this code imports, at any depth of it; what these need themselves is pinned with them.
"""

import ast
import hashlib
import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from elt.remembered import installed, memory

SCRIPTS = Path(__file__).resolve().parents[1]
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)  # a first string is a docstring here
NO_PART = frozenset({"elt", "snakemake"})  # own code; what starts a script takes no part in what it computes
DISTRIBUTIONS = {  # where a package is installed under another name
    "markdown_it": "markdown-it-py",
    "sklearn": "scikit-learn",
    "stdnum": "python-stdnum",
    "yaml": "pyyaml",
}


class Source(NamedTuple):
    """What counts of one Python file."""

    imports: frozenset[str]  # files that it imports, directly, by their path below scripts/
    packages: frozenset[str]  # names of packages of others that it imports, directly
    digest: str  # first 12 hex digits of a SHA-256


def statements(block: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block and of the blocks inside them; expressions, which hold no import, are passed over."""
    for statement in block:
        yield statement
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from statements(getattr(statement, part, []))


def imported(tree: ast.Module) -> list[str]:
    """Dotted names of modules, or of what is in them, that a module imports, directly; sorted."""
    names: set[str] = set()
    for node in statements(tree.body):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return sorted(names)


def local_files(names: Iterable[str]) -> frozenset[str]:
    """The files that modules of these names have below scripts/, by their path in it."""
    return frozenset(file for name in names if (file := file_of(name, SCRIPTS)) is not None)


def foreign(names: Iterable[str]) -> frozenset[str]:
    """The packages, neither local nor Python's own, that modules of these names belong to."""
    found = {name.partition(".")[0] for name in names} - NO_PART - sys.stdlib_module_names
    return frozenset(name for name in found if file_of(name, SCRIPTS) is None)


@cache
def file_of(name: str, folder: Path) -> str | None:
    """The file of a module below a folder, its path in it, by its dotted name; None if it has none there."""
    path = name.replace(".", "/") + ".py"
    return path if os.path.isfile(f"{folder}/{path}") else None  # noqa: PTH113 (a thousand names; this is much faster)


def digest(tree: ast.Module) -> str:
    """First 12 hex digits of the SHA-256 of a module's syntax tree; takes the docstrings out of the tree.

    The same code gives the same digest under one minor version of Python; another one may write the tree otherwise.
    """
    for node in (tree, *statements(tree.body)):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    found: list[str] = []
    tell(tree, found.append)
    return hashlib.sha256(" ".join(found).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def tell(node: ast.AST, put: Callable[[str], None]) -> None:
    """Put a syntax tree down without places in the text; `ast.dump` takes more than twice as long for the same."""
    put(type(node).__name__)
    for name in node._fields:
        value = getattr(node, name, None)
        parts = value if isinstance(value, list) else (value,)
        put(f"{len(parts)}")
        for part in parts:
            if isinstance(part, ast.AST):
                tell(part, put)
            else:
                put(repr(part))


def parsed(text: bytes) -> list[Any]:
    """[names that a module imports, its digest], of its text."""
    tree = ast.parse(text)
    return [imported(tree), digest(tree)]


def sha_of(text: bytes) -> str:
    """What a text comes to as something that a result depends on."""
    return hashlib.sha256(text).hexdigest()


@cache
def own_text() -> str:
    """What the text of this module comes to, on which every digest depends."""
    return sha_of(Path(__file__).read_bytes())


@cache
def source(path: str) -> Source:
    """Imports and digest of a Python file, by its path below scripts/."""
    text = (SCRIPTS / path).read_bytes()
    names, found = memory.result("code", lambda: (sha_of(text), own_text()), lambda: parsed(text))
    return Source(local_files(names), foreign(names), found)


@cache
def code_version(script: str) -> dict[str, str]:
    """{file: digest} of scripts/<script> and of all local modules that it needs, directly or not, and what runs it.

    The latter is Python and the packages that these files import: {name: version}.
    """
    waiting, seen, packages = {script}, set[str](), set[str]()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        packages |= source(path).packages
        waiting |= source(path).imports - seen
    code = {path: source(path).digest for path in sorted(seen, key=lambda path: path.split("/"))}
    used = {name: installed(DISTRIBUTIONS.get(name, name)) for name in sorted(packages)}
    return {**code, "python": platform.python_version(), **used}
