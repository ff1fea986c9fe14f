"""The version of a script changes with its content and with that of every module it imports, and with nothing else."""

import os
from pathlib import Path

import pytest

from elt import code_version as versions

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
    for function in (versions.local_imports, versions.digest, versions.code_version):
        function.cache_clear()
    return versions.code_version(script)


def test_the_version_names_the_script_and_all_local_modules_that_it_needs(scripts):
    assert list(version()) == ["elt/four.py", "elt/one.py", "elt/three.py", "elt/two.py", "rule.py"]


@pytest.mark.parametrize("name", ["rule.py", "elt/one.py", "elt/two.py", "elt/three.py", "elt/four.py"])
def test_a_changed_content_changes_the_hash_of_its_file_alone(scripts, name):
    before = version()
    (scripts / name).write_text(FILES[name] + "# changed\n")
    after = version()
    assert {file for file in before if before[file] != after[file]} == {name}


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
    assert all(len(hash_) == 12 for hash_ in found.values())
