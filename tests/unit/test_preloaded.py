"""What the server of the warm worker has imported of the project is as the files are, and starts no Polars."""

import subprocess
import sys

import pytest

from elt.command import preloaded
from elt.command.preloaded import OwnCode

PACKAGE = {
    "kept/__init__.py": "",
    "kept/one.py": "from kept import two\n\nVALUE = two.VALUE\n",
    "kept/two.py": "VALUE = 1\n",
    "kept/tables.py": "import polars\n",
}


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The code of a small project, of which one module is imported; its modules are gone when the test ends."""
    for name, text in PACKAGE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(preloaded, "SCRIPTS", tmp_path)
    monkeypatch.setattr(preloaded, "OWN", "kept")
    found = OwnCode()
    found.import_one("kept.one")
    yield found
    for name in imported():
        del sys.modules[name]


def imported() -> set[str]:
    """Modules of the small project that this process has."""
    return {name for name in sys.modules if name.partition(".")[0] == "kept"}


def test_modules_are_kept_as_long_as_their_files_look_as_they_did(own):
    own.let_go_if_changed()
    assert imported() == {"kept", "kept.one", "kept.two"}


@pytest.mark.parametrize("change", [lambda path: path.write_text("VALUE = 2\n"), lambda path: path.unlink()])
def test_a_fork_lets_go_of_all_modules_once_a_file_of_one_has_changed(own, tmp_path, change):
    change(tmp_path / "kept/two.py")
    own.let_go_if_changed()
    assert imported() == set()


def test_a_file_that_no_module_was_imported_from_plays_no_part(own, tmp_path):
    (tmp_path / "kept/tables.py").write_text("import polars as pl\n")
    own.let_go_if_changed()
    assert imported() == {"kept", "kept.one", "kept.two"}


def test_a_module_that_needs_polars_is_left_to_the_forks(own):
    before = sys.modules.get("polars")
    with pytest.raises(ImportError):
        own.import_one("kept.tables")
    assert "kept.tables" not in imported()
    assert sys.modules.get("polars") is before


def test_every_module_of_the_project_that_the_server_is_to_import_is_there_and_needs_no_polars():
    names = [name for name in (*preloaded.FIRST, *preloaded.PACKAGES) if name.startswith("elt.")]
    assert len(names) > 5
    code = f"import sys; sys.modules['polars'] = None; import {', '.join(names)}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=preloaded.SCRIPTS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
