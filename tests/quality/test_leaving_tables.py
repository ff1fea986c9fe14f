"""Every CSV file that leaves the protected layers is written by the writers that let no formula through."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROTECTED = ("<bronze>", "<silver>", "<gold>")
RAW_WRITERS = {"write_rows", "write_parts", "write_csv", "sink_csv", "to_csv"}
SAFE_WRITERS = {"write_frame", "write_leaving"}
RULE = re.compile(r"^rule (\w+):\n((?:(?:[ \t].*)?\n)+)", re.M)
OUTPUT = re.compile(r"^    output:(.*\n(?:(?: {5,}.*)?\n)*)", re.M)


def tables(text: str) -> Iterator[tuple[str, list[str]]]:
    """(rule, its CSV outputs) of a file of rules."""
    for name, body in RULE.findall(text):
        found = OUTPUT.search(body)
        written = re.findall(r'f?"([^"]+\.csv)"', found[1] if found else "")
        if written:
            yield name, written


def last_name(node: ast.expr) -> str:
    """The last part of a name with dots, or of whatever else is called."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ast.unparse(node).rpartition(".")[2]


def called(source: str) -> set[str]:
    """Names of all functions and methods that a module calls, and all writers that it names."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            found.add(last_name(node.func))
        if isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.Attribute | ast.Name):
            found.add(last_name(node))
    return found


def faults(name: str, written: list[str], source: str) -> list[str]:
    """Why a rule's CSV files that leave may hold a formula."""
    if all(path.startswith(PROTECTED) for path in written):
        return []
    names = called(source)
    raw = sorted(names & RAW_WRITERS) + ["csv.writer"] * bool({"csv", "DictWriter", "writer"} & names)
    found = [f"{name}: {writer} writes cells as they are" for writer in raw]
    return found if names & SAFE_WRITERS else [*found, f"{name}: none of {', '.join(sorted(SAFE_WRITERS))}"]


RULES = [entry for path in sorted((ROOT / "rules").glob("*.smk")) for entry in tables(path.read_text("utf-8"))]


@pytest.mark.parametrize(("name", "written"), RULES, ids=[name for name, _ in RULES])
def test_a_table_that_leaves_is_written_without_formulas(name: str, written: list[str]):
    assert faults(name, written, (ROOT / f"scripts/{name}.py").read_text("utf-8")) == []


def test_the_tables_that_leave_are_known():
    leaving = {name for name, written in RULES if not all(path.startswith(PROTECTED) for path in written)}
    assert leaving == {"features_customers", "segmentation_names", "release_bands"}


def test_the_library_writes_no_csv_itself_but_for_the_protected_layers():
    names = {path.relative_to(ROOT / "scripts/elt").as_posix() for path in (ROOT / "scripts/elt").rglob("*.py")
             if called(path.read_text("utf-8")) & RAW_WRITERS}  # fmt: skip
    assert names == {"files.py", "table_files.py", "bronze/scan.py", "bronze/sheet_text.py", "typed_twin.py"}


def test_notebooks_export_no_table():
    for path in (ROOT / "docs/notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        assert not re.search(r"to_csv|write_csv|sink_csv|csv\.writer|DictWriter|to_excel|write_excel", code), path.name


def test_the_check_sees_planted_writers():
    leaves, stays = ["<features>/x.csv"], ["<gold>/x.csv"]
    assert faults("x", leaves, "from elt.table_files import write_frame\nwrite_frame(path, frame)") == []
    assert faults("x", leaves, "write_frame(a, b)\nframe.to_csv(path)") == ["x: to_csv writes cells as they are"]
    assert len(faults("x", leaves, "import csv\ncsv.writer(file)")) == 2
    assert len(faults("x", [*stays, *leaves], "frame.sink_csv(path)")) == 2
    assert faults("x", stays, "frame.sink_csv(path)") == []
