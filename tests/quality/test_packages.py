"""Packages of the library import downwards only, and docs/architecture/packages.md draws what they import."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "scripts/elt"
SCRIPTS = sorted((ROOT / "scripts").rglob("*.py"))
RULE_SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))
PAGE = ROOT / "docs/architecture/packages.md"
LOOSE = {path.stem for path in LIBRARY.glob("*.py")} - {"__init__"}
NETWORK = {  # modules that reach other machines
    *("aiohttp", "boto3", "ftplib", "fsspec", "http", "httpx", "imaplib", "poplib", "psycopg", "requests", "smtplib"),
    *("socket", "socketserver", "ssl", "telnetlib", "urllib.request", "urllib3", "xmlrpc"),
}
USES_OF_SOCKETS = {
    # pairs of sockets between the processes of one call: no address, no other machine
    "elt/command/fork_server.py": {"socket"},
    "elt/command/warm_worker.py": {"socket"},
    # DuckDB, in this process
    "elt/comparison/contents.py": {"duckdb.connect("},
    "warehouse_duckdb.py": {"duckdb.connect("},
    # the server of PostgreSQL that the user names
    "elt/warehouse/postgres.py": {"psycopg", "psycopg.connect("},
    "elt/warehouse/postgres_schemas.py": {"psycopg"},
    "elt/warehouse/postgres_views.py": {"psycopg"},
    "warehouse_postgres.py": {"psycopg"},
}
PACKAGES = {path.parent.name for path in LIBRARY.glob("*/__init__.py")}


def lint(folder: Path) -> subprocess.CompletedProcess:
    """Check the contract of a project's pyproject.toml against its library."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--no-logo"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "scripts")},
        capture_output=True,
        text=True,
    )


@cache
def imported_names(source: str) -> set[str]:
    """Dotted name of everything that a module imports, in functions too."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def contract() -> dict[str, Any]:
    """The contract on packages in pyproject.toml."""
    (found,) = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    return found


def real_arrows() -> set[tuple[str, str]]:
    """(package, package that a module of it imports), without loose modules and what the contract lets pass."""
    passed = {tuple(line.split(" -> ")) for line in contract().get("ignore_imports", [])}
    found = set()
    for path in LIBRARY.glob("*/*.py"):
        owner = path.parent.name
        for name in imported_names(path.read_text("utf-8")):
            first, package, *_ = [*name.split("."), "", ""]
            is_passed = any(start == f"elt.{owner}.{path.stem}" and name.startswith(end) for start, end in passed)
            if first == "elt" and package in PACKAGES - {owner} and not is_passed:
                found.add((owner, package))
    return found


def drawn_arrows(page: str) -> set[tuple[str, str]]:
    """The arrows of the page's drawing: lines such as `draft --> bronze & silver`."""
    drawing = re.search(r"^```mermaid\n(.*?)^```$", page, re.M | re.S)[1]
    return {
        (start, end)
        for start, ends in re.findall(r"^ *(\w+) --> (\w+(?: & \w+)*)$", drawing, re.M)
        for end in ends.split(" & ")
    }


def layers() -> list[set[str]]:
    """The layers of the contract, top to bottom, each with what stands in it."""
    return [set(re.findall(r"\w+", layer)) for layer in contract()["layers"]]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The library and its contract in a folder of their own."""
    shutil.copytree(LIBRARY, tmp_path / "scripts/elt", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_packages_import_downwards_only():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_check_sees_a_planted_import_of_a_higher_layer(copy):
    module = copy / "scripts/elt/bronze/lines.py"
    module.write_text(module.read_text("utf-8") + "\n\ndef late():\n    from elt.gold import calendar_days\n", "utf-8")
    done = lint(copy)
    assert done.returncode == 1
    assert "elt.bronze.lines -> elt.gold.calendar_days" in done.stdout


def test_a_new_package_must_be_given_its_layer(copy):
    (copy / "scripts/elt/newcomer").mkdir()
    (copy / "scripts/elt/newcomer/__init__.py").write_text('"""A package that no layer names."""\n', "utf-8")
    done = lint(copy)
    assert done.returncode == 1
    assert "newcomer" in done.stdout


def test_every_package_and_every_loose_module_stands_in_one_layer():
    named = [name for layer in layers() for name in layer]
    assert sorted(named) == sorted(PACKAGES | LOOSE)


def test_nothing_imports_a_script_of_a_rule():
    scripts = {path.stem for path in RULE_SCRIPTS}
    found = {
        (path.name, name)
        for path in (ROOT / "scripts").rglob("*.py")
        for name in imported_names(path.read_text("utf-8"))
        if name.split(".")[0] in scripts
    }
    assert found == set()


def on_the_network(source: str) -> set[str]:
    """What a module uses of other machines: modules that reach them, and how a socket would."""
    names = {".".join(name.split(".")[:length]) for name in imported_names(source) for length in (1, 2)}
    return (names & NETWORK) | set(re.findall(r"\bAF_INET6?\b|\bcreate_(?:connection|server)\b|\w+\.connect\(", source))


def test_no_step_reaches_the_network_but_the_publication_in_a_server():
    sources = {path.relative_to(ROOT / "scripts").as_posix(): path.read_text("utf-8") for path in SCRIPTS}
    found = {name: uses for name, source in sources.items() if (uses := on_the_network(source))}
    assert found == USES_OF_SOCKETS


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def late():\n    from urllib.request import urlopen\n", {"urllib.request"}),
        ("from urllib.parse import quote\n", set()),
        ("import http.client\n", {"http"}),
        ("import socket\nsocket.create_connection(('x', 1))\n", {"socket", "create_connection"}),
        ("import socket\nours = socket.socket(socket.AF_INET)\n", {"socket", "AF_INET"}),
        ("ours.connect(address)\n", {"ours.connect("}),
    ],
)
def test_the_check_of_the_network_sees_what_is_planted(source, found):
    assert on_the_network(source) == found


def test_the_page_draws_the_arrows_that_are_in_the_code():
    drawn, real = drawn_arrows(PAGE.read_text("utf-8")), real_arrows()
    assert (sorted(drawn - real), sorted(real - drawn)) == ([], [])


def test_the_page_has_a_paragraph_for_each_package_in_the_order_of_the_layers():
    described = re.findall(r"^\*\*`(\w+)`\*\* ", PAGE.read_text("utf-8"), re.M)
    assert sorted(described) == sorted(PACKAGES | LOOSE)
    levels = [next(level for level, names in enumerate(layers()) if name in names) for name in described]
    assert levels == sorted(levels)


def test_the_reader_of_the_drawing_sees_every_arrow():
    page = "# Page\n\n```mermaid\nflowchart TD\n    draft --> bronze & silver\n    silver --> bronze\n```\n"
    assert drawn_arrows(page) == {("draft", "bronze"), ("draft", "silver"), ("silver", "bronze")}
