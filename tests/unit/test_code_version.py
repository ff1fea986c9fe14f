"""The version of a script changes with its code and with that of every module it imports, and with nothing else."""

import ast
import os
import re
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from elt import code_version as versions
from elt import remembered

FILES = {
    "rule.py": "import elt.one\nfrom elt import two as renamed\nimport os, polars\n",
    "elt/__init__.py": "",
    "elt/one.py": "from elt.three import name\n",
    "elt/two.py": "def late():\n    from elt import four\n",
    "elt/three.py": "from elt import one\n",
    "elt/four.py": "",
    "elt/unused.py": "",
    "other.py": "import rule\n",
}
CODE = '''"""What the module is for."""

import os

LIMIT = 5


class Table(os.PathLike):
    """A table."""

    rows: int = 0

    async def read(self, path: str, text="", *, limit=LIMIT) -> str:
        """Read it."""
        limit = limit or 1
        "no docstring, as it is not the first statement"
        if limit:
            "no docstring, as it is the first statement of a branch"
        return f"{path}: {limit:>5} rows"


def empty():
    f"no docstring, as it is an f-string"


def silent():
    """Nothing but a docstring."""
'''


@pytest.fixture
def scripts(tmp_path, monkeypatch):
    """A folder of small scripts."""
    monkeypatch.setattr(versions, "SCRIPTS", tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def version(script: str = "rule.py") -> dict[str, str]:
    """The version as another invocation would compute it."""
    for function in (versions.source, versions.code_version, remembered.installed):
        function.cache_clear()
    return versions.code_version(script)


def test_the_version_names_the_script_and_all_local_modules_that_it_needs(scripts):
    names = ["elt/four.py", "elt/one.py", "elt/three.py", "elt/two.py", "rule.py"]
    assert list(version()) == [*names, "python", "polars"]


def test_another_version_of_a_package_changes_what_imports_it_at_any_depth_and_nothing_else(scripts, monkeypatch):
    (scripts / "elt/three.py").write_text("def late():\n    import yaml.loader\n")
    before = {script: version(script) for script in ("rule.py", "elt/one.py", "elt/two.py")}
    assert before["elt/one.py"]["yaml"] == metadata.version("pyyaml")
    monkeypatch.setattr(
        metadata, "distribution", lambda name: SimpleNamespace(read_text=lambda file: "Name: a\nVersion: 9.9.9\n")
    )
    assert {name for name, found in version().items() if found != before["rule.py"][name]} == {"polars", "yaml"}
    assert version("elt/one.py") == {**before["elt/one.py"], "yaml": "9.9.9"}
    assert version("elt/two.py") == before["elt/two.py"]


def test_every_package_that_the_scripts_import_is_known_by_the_name_that_it_is_installed_under(monkeypatch):
    monkeypatch.setattr(versions, "SCRIPTS", Path(versions.__file__).resolve().parents[1])
    paths = versions.SCRIPTS.rglob("*.py")
    imported = frozenset().union(*(versions.foreign(versions.parsed(path.read_bytes())[0]) for path in paths))
    assert {"polars", "sklearn", "matplotlib"} <= imported
    names = {name: remembered.installed(versions.DISTRIBUTIONS.get(name, name)) for name in imported - {"psycopg"}}
    assert [name for name, found in names.items() if found == "not installed"] == []


@pytest.mark.parametrize("name", ["rule.py", "elt/one.py", "elt/two.py", "elt/three.py", "elt/four.py"])
def test_a_changed_code_changes_the_hash_of_its_file_alone(scripts, name):
    before = version()
    (scripts / name).write_text(FILES[name] + "changed = 1\n")
    after = version()
    assert {file for file in before if before[file] != after[file]} == {name}


def digest(text: str) -> str:
    """The digest of a module with this text."""
    return versions.digest(ast.parse(text))


def replaced(old: str, new: str) -> str:
    """CODE with one thing changed."""
    assert CODE.count(old) == 1, old
    return CODE.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("What the module is for.", "Something else."),
        ('"""What the module is for."""\n', ""),
        ("A table.", "A table; one row a customer."),
        ('    """A table."""\n', ""),
        ("Read it.", "Read it.\n\n        More about it."),
        ('        """Read it."""\n', ""),
        ("Nothing but a docstring.", "Other words."),
        ("LIMIT = 5\n", "LIMIT = 5  # a reason\n"),
        ("LIMIT = 5\n", "# a reason\nLIMIT = 5\n\n\n"),
        ("LIMIT = 5", "LIMIT=(5)"),
        ('text="", *, limit=LIMIT) -> str:', "\n        text='',\n        *,\n        limit=LIMIT,\n    ) -> str:"),
        ('f"{path}: {limit:>5} rows"', "f'{path}: ' f'{limit:>5} rows'"),
    ],
)
def test_docstrings_comments_and_layout_are_no_code(old, new):
    assert digest(replaced(old, new)) == digest(CODE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 5", "LIMIT = 6"),
        ("LIMIT = 5", "LIMIT = 5.0"),
        ('text=""', 'text=" "'),
        ("limit=LIMIT", "limit=5"),
        ("rows: int = 0", "rows: int = 1"),
        ("rows: int = 0", "rows: float = 0"),
        ("rows: int = 0", "rows = 0"),
        ("path: str", "path: bytes"),
        ("-> str", "-> object"),
        ("{limit:>5}", "{limit:>6}"),
        ("{limit:>5}", "{LIMIT:>5}"),
        (' rows"', ' lines"'),
        ("not the first statement", "the second statement"),
        ("the first statement of a branch", "in a branch"),
        ("an f-string", "put together"),
        ("(os.PathLike)", ""),
        ("async def", "def"),
        ("import os", "import os as os"),
        ("def silent", "def quiet"),
    ],
)
def test_any_code_counts_and_so_does_a_string_that_is_no_docstring(old, new):
    assert digest(replaced(old, new)) != digest(CODE)


def test_nothing_that_a_script_does_depends_on_a_docstring():
    texts = {path: path.read_text("utf-8") for path in versions.SCRIPTS.rglob("*.py") if path.name != "code_version.py"}
    assert [path.name for path, text in texts.items() if re.search(r"__doc__|getdoc|get_docstring", text)] == []


def test_a_module_that_is_not_imported_plays_no_part(scripts):
    before = version()
    (scripts / "elt/unused.py").write_text("x = 1\n")
    (scripts / "other.py").write_text("x = 1\n")
    assert version() == before


def test_touching_moving_and_other_line_ends_change_nothing(scripts, tmp_path_factory, monkeypatch):
    before = version()
    for name, text in FILES.items():
        os.utime(scripts / name, (1, 1))
        (scripts / name).write_bytes(text.replace("\n", "\r\n").encode())
    assert version() == before
    moved = tmp_path_factory.mktemp("moved") / "scripts"
    scripts.rename(moved)
    monkeypatch.setattr(versions, "SCRIPTS", moved)
    assert version() == before


def test_a_new_import_adds_its_module(scripts):
    (scripts / "elt/four.py").write_text("from elt.unused import x\n")
    assert "elt/unused.py" in version()


def test_every_script_of_the_project_has_a_version_with_the_modules_that_it_names(monkeypatch):
    monkeypatch.setattr(versions, "SCRIPTS", Path(versions.__file__).resolve().parents[1])
    found = version("silver_table.py")
    assert {"silver_table.py", "elt/silver/cleaning.py", "elt/silver/conventions.py", "elt/tables.py"} <= set(found)
    assert all(len(hash_) == 12 for name, hash_ in found.items() if name.endswith(".py"))
    assert "polars" in found and not {"sklearn", "matplotlib", "holidays", "snakemake"} & found.keys()
    assert {"sklearn", "numpy"} <= version("segmentation_kmeans.py").keys()
