"""Every script says what it is for, what it reads and what it leaves; every function what it does."""

import ast
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))
MODULES = sorted((ROOT / "scripts").rglob("*.py"))
SHORT = 20  # letters; less is no purpose


def in_files(paths: Iterable[Path], finds: Callable[[str], list[Any]]) -> dict[str, list[Any]]:
    """What a check finds in the text of each file below scripts/, those left out in which it finds nothing."""
    files = list(paths)
    assert files
    told = {path.relative_to(ROOT / "scripts").as_posix(): finds(path.read_text("utf-8")) for path in files}
    return {name: found for name, found in told.items() if found}


def faults_of_docstring(source: str) -> list[str]:
    """What is missing in the docstring of a script."""
    text = ast.get_docstring(ast.parse(source)) or ""
    lines = text.splitlines()
    faults = [] if lines and len(lines[0]) >= SHORT and lines[0].rstrip().endswith((".", ":")) else ["purpose"]
    return faults + [word for word in ("Inputs:", "Outputs:") if not any(line.startswith(f"{word} ") for line in lines)]


def undocumented(source: str) -> list[str]:
    """Public functions and classes without a docstring, methods too; functions inside functions are private."""
    waiting, found = list(ast.parse(source).body), []
    for node in waiting:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            found += [] if (ast.get_docstring(node) or "").strip() else [node.name]
            waiting += node.body if isinstance(node, ast.ClassDef) else []
    return found


def untyped(source: str) -> list[str]:
    """Functions without a type for what they return, or for a parameter."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
        and (
            (node.returns is None)
            or any(
                a.annotation is None and a.arg not in ("self", "cls") for a in (*node.args.args, *node.args.kwonlyargs)
            )
        )
    ]


def touched_elsewhere(source: str) -> list[str]:
    """Where a script knows of Snakemake above its last block, or begins no log in it."""
    body, last = source.split('if __name__ == "__main__":')
    faults = [] if "rulelog.start(snakemake)" in last else ["no log"]
    return faults + ["body"] * ("snakemake." in body.replace("from snakemake.iocontainers import snakemake", ""))


def work_at_import(source: str) -> list[int]:
    """Lines that do something when a script is imported: all but constants, definitions, imports and the last block."""
    allowed = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.If)
    lines = []
    for position, node in enumerate(ast.parse(source).body):
        if position == 0 and isinstance(node, ast.Expr):
            continue
        guarded = isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "__name__ == '__main__'")
        if not isinstance(node, allowed) or (isinstance(node, ast.If) and not guarded):
            lines.append(node.lineno)
    return lines


def test_a_script_states_purpose_inputs_and_outputs():
    assert in_files(SCRIPTS, faults_of_docstring) == {}


def test_public_functions_have_docstrings_and_types():
    assert in_files(MODULES, lambda source: [*undocumented(source), *untyped(source)]) == {}


def test_nothing_happens_at_import_time():
    assert in_files(MODULES, work_at_import) == {}


def test_only_the_last_block_touches_snakemake():
    assert in_files(SCRIPTS, touched_elsewhere) == {}


def test_the_standard_sees_what_is_missing():
    assert faults_of_docstring('"""Too short."""') == ["purpose", "Inputs:", "Outputs:"]
    assert faults_of_docstring('"""Copy one raw file byte for byte.\n\nInputs: a.\nOutputs: b.\n"""') == []
    assert undocumented('def silent():\n    """ """\n\nclass Quiet:\n    pass\n') == ["silent", "Quiet"]
    assert untyped("def loose(a) -> int:\n    return a\n\ndef bare():\n    pass\n") == ["loose", "bare"]
    assert touched_elsewhere('use(snakemake.input)\nif __name__ == "__main__":\n    main()\n') == ["no log", "body"]
    assert in_files(SCRIPTS[:1], lambda source: ["a fault"]) == {SCRIPTS[0].name: ["a fault"]}
    assert work_at_import('"""Doc."""\nimport os\nLIMIT = 5\nprint(LIMIT)\nfor i in ():\n    pass\n') == [4, 5]
