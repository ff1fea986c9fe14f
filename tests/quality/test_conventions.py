"""Rules, scripts, logs, benchmarks and tests share one name; company knowledge and open files stay in their place."""

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
RULE_FILES = sorted((ROOT / "rules").glob("*.smk"))
MODULES = sorted((ROOT / "scripts").rglob("*.py"))
TEMPLATES = sorted(path for path in (ROOT / "scripts/templates").rglob("*") if path.is_file())
LAYERS = {
    "bronze",
    "silver",
    "gold",
    "eda",
    "features",
    "segmentation",
    "expose",
    "audit",
    "privacy",
    "warehouse",
    "draft",
    "retention",
    "release",
}
TARGETS = {
    "warehouse",
    "publish_postgres",
    "expire",
    "erase",
    "verify",
    "compare",
}  # names to ask for; their rules make nothing
RULE = re.compile(r"^rule (\w+):\n((?:(?:[ \t].*)?\n)+)", re.M)
DIRECTIVE = re.compile(r"^    (\w+):(.*\n(?:(?: {5,}.*)?\n)*)", re.M)

# What writes files, and where else a file is opened for writing, and why that is right.
WRITING = ("files.py", "table_files.py")  # decision 12
OPENED_ELSEWHERE = {
    ("pseudonyms.py", "make_key"): "the key is created exclusively, once, and never replaced",
    ("rulelog.py", "start"): "the log is written while the script runs",
    ("run_folders.py", "keep_evidence"): "evidence is copied as it is",
}
WRITERS = {
    *(
        "write_text",
        "write_bytes",
        "to_csv",
        "to_json",
        "to_parquet",
        "to_pickle",
        "to_excel",
        "write_csv",
        "write_json",
    ),
    *("write_parquet", "write_ipc", "sink_csv", "sink_parquet", "sink_ndjson", "savefig", "copyfile", "copy", "copy2"),
    *("copytree", "move", "NamedTemporaryFile", "mkstemp"),
}
MODULES_THAT_WRITE = {"shutil", "tempfile"}


def rules(text: str) -> dict[str, dict[str, str]]:
    """Rule name -> directive -> its text; the docstring under "docstring"."""
    found = {}
    for name, body in RULE.findall(text):
        directives = dict(DIRECTIVE.findall(body))
        described = re.match(r'    """(.+?)"""\n', body, re.S)
        found[name] = {"docstring": described[1] if described else "", **directives}
    return found


def stated_rules() -> dict[str, tuple[Path, dict[str, str]]]:
    """Every rule of rules/*.smk with its file."""
    return {name: (path, rule) for path in RULE_FILES for name, rule in rules(path.read_text("utf-8")).items()}


def all_rules() -> dict[str, tuple[Path, dict[str, str]]]:
    """Those that make something."""
    return {name: (path, rule) for name, (path, rule) in stated_rules().items() if not is_target(rule)}


def is_target(rule: dict[str, str]) -> bool:
    """Whether a rule only names what others make, so that a person can ask for it."""
    return rule.keys() == {"docstring", "input"}


def faults_of_rule(name: str, rule: dict[str, str], layer: str) -> list[str]:
    """Where a rule leaves the conventions."""
    after = rf"{name}(/|\.)"
    checks = {
        "docstring": len(rule["docstring"]) > 20,
        "layer in front": name.startswith(f"{layer}_"),
        "script": f'"../scripts/{name}.py"' in rule.get("script", ""),
        "log": bool(re.search(rf'"<logs>/{after}', rule.get("log", ""))),
        "benchmark": bool(re.search(rf'"<benchmarks>/{after}', rule.get("benchmark", ""))),
        "conda": '"../envs/pipeline.yaml"' in rule.get("conda", ""),
        "code_version": f'code=code_version("{name}.py")' in rule.get("params", ""),
        "input first": list(rule)[1:2] == ["input"],
        "no message, shell or run": not {"message", "shell", "run", "notebook", "wrapper"} & rule.keys(),
        "no directory": "directory(" not in "".join(rule.values()),
    }
    return [f"{name}: {what}" for what, is_kept in checks.items() if not is_kept]


def reports(text: str) -> Iterator[tuple[str, str]]:
    """(path, other arguments) of every report(...)."""
    for found in re.finditer(r'report\(\s*f?"([^"]+)",(.*?)\n\s*\),?\n', text, re.S):
        yield found[1], found[2]


def captions(folder: Path, written: str) -> list[Path]:
    """Caption files that a rule names; {name} stands for each of several."""
    return sorted(folder.glob(re.sub(r"\{[^}]+\}", "*", written)))


def staged_names(with_items: list[ast.withitem]) -> bool:
    """Whether a with statement opens a staged file."""
    return any(ast.unparse(item.context_expr).startswith(("staged(", "files.staged(")) for item in with_items)


def names_shutil_copy(tree: ast.Module) -> bool:
    """Whether shutil.copy, copy2 or another of them is named anywhere in a module."""
    named = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr.startswith("copy"))
    return any(isinstance(node.value, ast.Name) and node.value.id == "shutil" for node in named)


@cache
def opened_for_writing(source: str) -> list[tuple[str, int]]:
    """(function, line) of each place that opens a file for writing and is not inside `with staged(...)`."""
    found = []
    tree = ast.parse(source)
    may_copy = names_shutil_copy(tree)  # without it no expression is written out, each with all that it holds

    def is_writing(call: ast.Call) -> bool:
        called = ast.unparse(call.func)
        words = [
            node.value for node in ast.walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        if called in ("open", "os.fdopen") or called.endswith(".open"):
            flags = ast.unparse(call)
            return "O_WRONLY" in flags or "O_RDWR" in flags or any(re.fullmatch(r"[wax]b?\+?|r\+b?", w) for w in words)
        owner, _, method = called.rpartition(".")
        if method in ("copy", "move"):
            return owner in MODULES_THAT_WRITE
        return bool(owner) and method in WRITERS

    def visit(node: ast.AST, function: str, is_staged: bool) -> None:
        if isinstance(node, ast.FunctionDef):
            function = node.name
        if isinstance(node, ast.With):
            is_staged = is_staged or staged_names(node.items)
        if isinstance(node, ast.Call) and is_writing(node) and not is_staged:
            found.append((function, node.lineno))
        if (
            may_copy
            and isinstance(node, ast.Expr | ast.expr)
            and "shutil.copy" in ast.unparse(node)[:40]
            and not is_staged
        ):
            found.append((function, node.lineno))
        for child in ast.iter_child_nodes(node):
            visit(child, function, is_staged)

    visit(tree, "", False)
    return sorted(set(found))


def forbidden_calls(source: str) -> list[str]:
    """Unsafe loaders, pickles, evaluated text, shells."""
    found = []
    tree = ast.parse(source)
    classes = [n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)]
    safe = {n.name for n in classes if any("SafeLoader" in ast.unparse(base) for base in n.bases)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
            found += [name for name in names if name in ("pickle", "marshal", "shelve", "joblib", "dill")]
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            loader = ast.unparse(node.args[1]) if len(node.args) > 1 else ""
            if called in ("yaml.load", "yaml.load_all") and "SafeLoader" not in loader and loader not in safe:
                found.append(called)
            if called in ("eval", "exec", "os.system", "os.popen", "yaml.unsafe_load", "yaml.full_load", "compile"):
                found.append(called)
            if any(keyword.arg == "shell" for keyword in node.keywords):
                found.append(f"{called}(shell=…)")
    return found


def more_than_a_docstring(source: str) -> bool:
    """Whether a module holds anything but one docstring."""
    tree = ast.parse(source)
    return ast.get_docstring(tree) is None or len(tree.body) > 1


@cache
def company_words() -> frozenset[str]:
    """What only a company's configuration may name: source columns, raw tables, raw files, meanings of codes."""
    words = set()
    for path in (ROOT / "config").glob("*/contracts/*.yaml"):
        contract = yaml.safe_load(path.read_text("utf-8"))
        words |= {contract["name"], *(field["name"] for field in contract["fields"])}
        words |= {part for part in re.findall(r"\w+", contract["files"]) if "_" in part}
        for field in contract["fields"]:
            words |= {str(meaning) for meaning in field.get("codes", {}).values() if len(str(meaning)) > 4}
    return frozenset(words)


def named_in_the_world(path: Path) -> set[str]:
    """Codes and names of countries where a file lists those of the whole world; elsewhere they tell of a company."""
    lists = [file for file in TEMPLATES if file.name.startswith("countries.")]
    if path not in lists:
        return set()
    named = [yaml.safe_load(file.read_text("utf-8"))["countries"] for file in lists]
    assert all(len(names) > 240 for names in named)
    return {word for names in named for word in [*names, *names.values()]}


def named_in(text: str, words: Collection[str]) -> list[str]:
    """Words of a list that stand in a text as words of their own, in this spelling."""
    inside = [word for word in words if word in text]  # hundreds of words: few are worth an expression
    return sorted(word for word in inside if re.search(rf"(?<![A-Za-z0-9_]){re.escape(word)}(?![A-Za-z0-9_])", text))


def relative(path: Path) -> str:
    """Path below the project."""
    return path.relative_to(ROOT).as_posix()


def in_files(paths: Iterable[Path], finds: Callable[[Path], list[Any]]) -> dict[str, list[Any]]:
    """What a check finds in each of many files, those left out in which it finds nothing; a test for each file would
    cost more than the checks."""
    files = list(paths)
    assert files
    return {relative(path): found for path in files if (found := finds(path))}


def test_every_layer_has_its_file_of_rules():
    assert {path.stem for path in RULE_FILES} == LAYERS | {"common"}
    assert {path.stem for path, _ in all_rules().values()} == LAYERS


def test_every_rule_keeps_the_conventions():
    found = [fault for name, (path, rule) in all_rules().items() for fault in faults_of_rule(name, rule, path.stem)]
    assert found == []


def test_a_target_says_what_is_asked_for_and_takes_it_from_rules_of_its_own_file():
    targets = {name: found for name, found in stated_rules().items() if is_target(found[1])}
    assert targets.keys() >= {"expire", "erase", "verify", "warehouse", "publish_postgres"}
    for name, (path, rule) in targets.items():
        assert rule["docstring"].startswith("On request: "), name
        made = set(re.findall(r"\brules\.(\w+)", rule["input"]))
        assert made and made <= rules(path.read_text("utf-8")).keys(), name


def test_every_script_belongs_to_a_rule():
    assert {path.stem for path in (ROOT / "scripts").glob("*.py")} == set(all_rules())


def test_every_rule_has_a_unit_test_of_its_name():
    tested = {path.stem.removeprefix("test_") for path in (ROOT / "tests/unit").glob("test_*.py")}
    assert sorted(set(all_rules()) - tested) == []


def test_a_file_of_rules_opens_with_what_it_needs_and_gives():
    heads = {path.stem: path.read_text("utf-8").split('"""')[1] for path in RULE_FILES if path.stem != "common"}
    assert [name for name, head in heads.items() if "Needs: " not in head or "Gives: " not in head] == []


def test_every_report_has_a_caption_that_exists_a_category_and_labels():
    found = [(path, goal, rest) for path in RULE_FILES for goal, rest in reports(path.read_text("utf-8"))]
    texts = [path.read_text("utf-8") for path in RULE_FILES if path.stem != "common"]  # which says what `report` does
    assert len(found) == sum(text.count("report(") for text in texts) > 0
    for path, goal, rest in found:
        caption = re.search(r'caption=f?"([^"]+)"', rest)
        assert caption and captions(path.parent, caption[1]), goal
        assert "category=" in rest and "labels=" in rest, goal


def test_nothing_of_the_protected_layers_goes_into_the_report():
    goals = [goal for path in RULE_FILES for goal, _ in reports(path.read_text("utf-8"))]
    assert [goal for goal in goals if goal.startswith(("<bronze>", "<silver>", "<gold>"))] == []


def test_every_caption_belongs_to_a_report():
    named = {ROOT / "docs/report/workflow.rst"}
    for path in RULE_FILES:
        for _, rest in reports(path.read_text("utf-8")):
            caption = re.search(r'caption=f?"([^"]+)"', rest)
            named |= {found.resolve() for found in captions(path.parent, caption[1])}
    assert set((ROOT / "docs/report").glob("*.rst")) == named


def test_no_module_but_files_opens_a_file_for_writing():
    def places(path: Path) -> list[tuple[str, int]]:
        found = opened_for_writing(path.read_text("utf-8"))
        return [place for place in found if (path.name, place[0]) not in OPENED_ELSEWHERE]

    assert in_files([path for path in MODULES if path.name not in WRITING], places) == {}


def test_every_exception_for_writing_is_needed():
    places = {(path.name, name) for path in MODULES for name, _ in opened_for_writing(path.read_text("utf-8"))}
    assert set(OPENED_ELSEWHERE) <= places


def test_no_unsafe_loader_pickle_shell_or_evaluated_text():
    files = [*MODULES, ROOT / "raw/make_sample.py"]
    assert in_files(files, lambda path: forbidden_calls(path.read_text("utf-8"))) == {}


def test_a_package_holds_a_docstring_and_nothing_else_as_versions_of_scripts_leave_it_out():
    packages = [path for path in MODULES if path.name == "__init__.py"]
    assert [relative(path) for path in packages if more_than_a_docstring(path.read_text("utf-8"))] == []
    folders = {path.parent for path in MODULES if path.is_relative_to(ROOT / "scripts/elt")}
    assert {path.parent for path in packages} == folders


def test_no_installed_package_has_a_module_named_like_the_library():
    modules = packages_distributions()  # Snakemake puts scripts/ last on sys.path: another `elt` would win
    assert {"polars", "pytest", "snakemake"} <= modules.keys()
    assert "elt" not in modules


def test_scripts_and_rules_know_nothing_of_a_company():
    def words(path: Path) -> list[str]:
        return named_in(path.read_text("utf-8"), company_words() - named_in_the_world(path))

    assert in_files([*MODULES, *TEMPLATES, *RULE_FILES, ROOT / "Snakefile"], words) == {}


def test_the_checks_of_rules_see_planted_faults():
    text = 'rule gold_mart:\n    """Short."""\n    output:\n        "x",\n    shell:\n        "true"\n'
    faults = faults_of_rule("gold_mart", rules(text)["gold_mart"], "gold")
    missing = (
        "docstring",
        "script",
        "log",
        "benchmark",
        "conda",
        "code_version",
        "input first",
        "no message, shell or run",
    )
    assert faults == [f"gold_mart: {what}" for what in missing]


def test_the_check_of_open_files_sees_planted_ones():
    source = "\n".join([
        "def a(p, f): open(p, 'w')",
        "def b(p, f): p.write_text('x')",
        "def c(p, f): f.to_csv(p)",
        "def d(p, f): os.open(p, os.O_WRONLY)",
        "def e(p, f): shutil.copy2(p, f)",
        "def g(p, f):\n    with staged(p) as t: f.sink_csv(t)",
        "def h(p, f): open(p, 'rb'); f.copy()",
    ])  # fmt: skip
    assert [name for name, _ in opened_for_writing(source)] == ["a", "b", "c", "d", "e"]


def test_the_check_of_calls_sees_planted_ones():
    source = "import pickle\nyaml.load(text)\nyaml.load(text, yaml.SafeLoader)\neval(text)\nrun(a, shell=True)\n"
    assert forbidden_calls(source) == ["pickle", "yaml.load", "eval", "run(shell=…)"]


def test_the_check_of_packages_sees_planted_code():
    assert not more_than_a_docstring('"""Bronze."""\n# a comment\n')
    assert more_than_a_docstring('"""Bronze."""\nfrom elt.bronze.scan import rows\n')
    assert more_than_a_docstring("")
    assert more_than_a_docstring("LIMIT = 5\n")


def test_the_check_of_company_words_sees_a_planted_one():
    column = sorted(word for word in company_words() if "_" in word)[0]
    assert named_in(f"frame.select({column!r})", company_words()) == [column]
    assert named_in("frame.select('customer_key')", company_words()) == []
