"""What documents say is so: commands, links, settings, messages, quoted lines, figures, versions."""

import ast
import json
import re
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from conftest import Project

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), ROOT / "config/README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = [
    path
    for path in DOCUMENTS
    if not (path.name == "README.md" and path.parent == ROOT) and not path.name.startswith("0")
]  # the README has a table of readers, the decisions one index
MADE_BY_THE_READER = ("config/flat_shop",)
IMPORT_NAMES = {
    "markdown-it-py": "markdown_it",
    "python-calamine": "python_calamine",
    "python-stdnum": "stdnum",
    "pyyaml": "yaml",
    "scikit-learn": "sklearn",
}
NOT_IMPORTED = {"pygments": "needed by snakemake --report"}
OUTSIDE = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|file:|(?:^|[ @])/\w")


def read(path: str) -> str:
    """A text of the project."""
    return (ROOT / path).read_text("utf-8")


def named(path: Path) -> str:
    """Path below the project."""
    return path.relative_to(ROOT).as_posix()


def commands() -> list[str]:
    """The commands of the README: its blocks of shell."""
    return re.findall(r"^```sh\n(.*?)^```$", read("README.md"), re.M | re.S)


def anchor(heading: str) -> str:
    """The anchor of a heading, as renderers of Markdown make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def broken_links(path: Path) -> list[str]:
    """Relative links and images of a document whose file or heading does not exist."""
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")):
        file, _, heading = link.partition("#")
        if link.startswith(("https://", "http://")):
            continue
        target = (path.parent / file).resolve() if file else path
        headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.M) if heading else []
        if not target.exists() or (heading and heading not in map(anchor, headings)):
            broken.append(link)
    return broken


def reader(path: Path) -> str:
    """For whom a page is: the first words below its title, up to the end of the sentence; empty if it does not say."""
    found = re.match(r"# [^\n]+\n\n(For [^.:\n]+)[.:]", path.read_text("utf-8"))
    return found[1] if found else ""


def absent_paths(text: str) -> list[str]:
    """Files and folders of the project that a text names in code and that are not there."""
    folders = "|".join(("scripts", "rules", "config", "tests", "envs", "docs", "profiles", "raw"))
    named = re.findall(rf"`((?:{folders})/[\w./-]*)`", text)
    tests = re.findall(r"`(test_\w+\.py)`", text)
    return [path for path in named if not (ROOT / path).exists() and not path.startswith(MADE_BY_THE_READER)] + [
        name for name in tests if not list((ROOT / "tests").rglob(name))
    ]


def keys(schema: dict, before: str = "") -> list[str]:
    """Every key of the settings, dotted; a group stands for its keys."""
    found = []
    for name, entry in schema["properties"].items():
        found += keys(entry, f"{before}{name}.") if "properties" in entry else [f"{before}{name}"]
    return found


@cache
def texts_of_code() -> list[str]:
    """Every string in scripts, f-strings in pieces."""
    nodes = (node for path in (ROOT / "scripts").rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def messages() -> list[str]:
    """Messages that the runbook quotes: first cells of its tables of symptoms."""
    tables = re.findall(r"^\| message \|.*?\n\n", read("docs/runbook.md"), re.M | re.S)
    return [message for table in tables for row in table.splitlines()[2:]
            for message in re.findall(r"`([^`]+)`", row.split(" | ")[0])]  # fmt: skip


def quoted_lines() -> list[tuple[str, str]]:
    """(file, line) of every line that golden_path.md quotes from the sample."""
    blocks = re.findall(r"^```text (\S+)\n(.*?)^```$", read("docs/architecture/golden_path.md"), re.M | re.S)
    return [(file, line) for file, block in blocks for line in block.splitlines()]


def pins(text: str) -> dict[str, str]:
    """Package -> version of a lock file; of two, each for some versions of Python, the one for those that it began with."""
    return dict(reversed(re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", text, re.M)))


def direct(text: str) -> set[str]:
    """Packages that an .in file names."""
    return set(re.findall(r"^([a-z0-9][a-z0-9_-]*)", text, re.M))


def imported() -> set[str]:
    """Packages beyond the standard library that scripts and rules import."""
    found = set()
    for path in [ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk")]:
        found |= set(re.findall(r"^ *(?:import|from) (\w+)", path.read_text("utf-8"), re.M))
    for path in (ROOT / "scripts").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - {"elt"}


def reached(start: str, after: dict[str, set[str]]) -> set[str]:
    """Every rule that comes after one, directly or not."""
    found, waiting = set(), [start]
    while waiting:
        new = after[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def test_the_readme_has_two_commands_of_one_line_each():
    first, second = commands()
    assert first.count("\n") == second.count("\n") == 1
    assert "snakemake --cores 4 --config seed=42" in first
    assert second.strip().endswith(".venv/bin/pytest -q")


def test_the_commands_of_the_readme_assume_no_activated_environment():
    for command in commands():
        for part in command.strip().split(" && "):
            assert part.startswith((".venv/bin/", "python3 -m venv .venv")), part


def test_ci_runs_the_commands_of_the_readme_as_they_stand_there():
    script = read(".ci/run")
    function = re.search(r"^readme_command\(\) \{.*?^\}$", script, re.M | re.S)[0]
    for number, command in enumerate(commands(), 1):
        shown = subprocess.run(
            ["bash", "-c", f"{function}\nreadme_command {number}"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert shown.stdout == command
        assert re.search(rf'^ *step "README, .*" readme {number}$', script, re.M)


def test_the_workflow_of_the_hosting_service_runs_all_parts_of_the_same_script_and_nothing_else():
    workflow = yaml.safe_load(read(".github/workflows/ci.yml"))
    called = []
    for job in workflow["jobs"].values():
        (command,) = [step["run"] for step in job["steps"] if "run" in step]
        parts = job.get("strategy", {}).get("matrix", {}).get("part", [""])
        called += [command.replace("${{ matrix.part }}", part) for part in parts]
    stated = re.findall(r"^    (\w+)\) ", read(".ci/run"), re.M)
    assert sorted(called) == sorted(f"bash .ci/run {part}" for part in stated if part != "all")
    assert workflow["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("check", ["ruff check .", "ruff format --check .", "snakefmt --check", "snakemake --lint"])
def test_ci_runs_every_check(check):
    assert f".venv/bin/{check}" in read(".ci/run")


def test_links_between_documents_lead_somewhere():
    assert {named(path): found for path in DOCUMENTS if (found := broken_links(path))} == {}


def test_the_check_of_links_sees_a_broken_one(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A heading\n[a](page.md) [b](#a-heading) [c](none.md) [d](page.md#nothing)\n", "utf-8")
    assert broken_links(page) == ["none.md", "page.md#nothing"]


def test_a_page_says_below_its_title_for_whom_it_is():
    assert [named(path) for path in PAGES if not reader(path)] == []


def test_the_check_of_readers_sees_a_page_without_one(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Page\n\nFor auditors and developers. What it tells.\n", "utf-8")
    assert reader(page) == "For auditors and developers"
    page.write_text("# Page\n\nWhat it tells.\n\nFor auditors.\n", "utf-8")
    assert reader(page) == ""


def test_a_page_names_no_file_of_the_project_that_is_gone():
    assert {named(path): found for path in DOCUMENTS if (found := absent_paths(path.read_text("utf-8")))} == {}


def test_the_check_of_paths_sees_a_planted_one():
    text = "`scripts/elt/files.py`, `scripts/shared/files.py`, `test_files.py`, `test_none.py`, `rules/<layer>.smk`"
    assert absent_paths(text) == ["scripts/shared/files.py", "test_none.py"]


def test_every_setting_is_in_the_runbook_and_has_a_meaning():
    schema, runbook = yaml.safe_load(read("config/schema.yaml")), read("docs/runbook.md")

    def meaning(key: str) -> str:
        entry = schema
        for part in key.split("."):
            entry = entry["properties"][part]
        return entry["description"]

    assert len(keys(schema)) > 25
    assert [key for key in keys(schema) if not meaning(key) or f"`{key}`" not in runbook] == []


def test_every_setting_has_a_default_in_the_configuration_but_the_run():
    settings, found = yaml.safe_load(read("config/config.yaml")), set()
    for name, value in settings.items():
        found |= {f"{name}.{part}" for part in value} if isinstance(value, dict) else {name}
    assert set(keys(yaml.safe_load(read("config/schema.yaml")))) - found == {"run_id"}


def test_a_message_in_the_runbook_is_one_that_the_code_gives():
    texts = texts_of_code()

    def is_given(message: str) -> bool:
        pieces = [piece.strip() for piece in message.split("…") if len(piece.strip()) > 3]
        return bool(pieces) and all(any(piece in text for text in texts) for piece in pieces)

    assert [message for message in messages() if not is_given(message)] == []


def test_the_runbook_quotes_many_messages():
    assert len(messages()) > 25


def test_lines_that_the_golden_path_quotes_are_in_the_sample_and_in_its_run(sample_run: Path):
    assert len(quoted_lines()) > 12
    for name, line in quoted_lines():
        path = ROOT / name if name.startswith("raw/") else sample_run / name
        encoding = "cp1252" if "source_erp" in name else "utf-8"
        assert line in path.read_text(encoding).splitlines(), (name, line)


def test_the_drawing_of_the_golden_path_has_every_rule_and_no_arrow_that_is_none(sample_project: Project):
    output = sample_project.snakemake("--rulegraph").stdout
    names = dict(re.findall(r'^\s*(\d+)\[label = "(\w+)"', output, re.M))
    after: dict[str, set[str]] = {name: set() for name in names.values()}
    for before, later in re.findall(r"^\s*(\d+) -> (\d+)", output, re.M):
        after[names[before]].add(names[later])
    drawing = re.search(r"^```mermaid\n.*?\n(.*?)^```$", read("docs/architecture/golden_path.md"), re.M | re.S)[1]
    chains = [[re.findall(r"\w+(?=\[|\s|$)", part) for part in line.split("-->")] for line in drawing.splitlines()]
    arrows = {(a, b) for chain in chains for left, right in pairwise(chain) for a in left for b in right}
    drawn = {name for arrow in arrows for name in arrow}
    assert drawn & after.keys() == after.keys() - {"all"}
    false = {(a, b) for a, b in arrows if a in after and b not in reached(a, after)}
    assert false == set()


def test_the_readme_states_customers_and_order_lines_of_the_sample(sample_run: Path):
    ledger = json.loads((sample_run / "_meta/ledger.json").read_text("utf-8"))
    model = json.loads((sample_run / "step3_segmentation/_meta/model_metadata.json").read_text("utf-8"))
    assert f"{model['rows']:,} buying customers" in read("README.md")
    assert f"{sum(ledger['rows'].values()):,} order lines" in read("README.md")


def test_the_figures_of_the_readme_are_those_of_the_sample(sample_run: Path):
    of_the_benchmark = ROOT / "docs/images/benchmark.svg"  # of measurements, not of a run
    for image in {*(ROOT / "docs/images").iterdir()} - {of_the_benchmark}:
        (made,) = sample_run.glob(f"step*/figures/{image.name}")
        assert image.read_bytes() == made.read_bytes(), f"copy {made.relative_to(sample_run)} to docs/images/"


def test_the_glossary_gives_each_word_one_meaning_and_each_thing_one_word():
    page = read("docs/glossary.md")
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in re.findall(r"^\|.*\|$", page, re.M)]
    entries = [row for row in rows if row[0] not in ("term", "---")]
    assert all(len(row) == 3 and all(row) for row in entries)
    for column in zip(*entries, strict=True):
        words = [cell.lower() for cell in column]
        assert [word for word in words if words.count(word) > 1] == []


def test_every_decision_is_in_their_index_under_its_number():
    index = re.findall(r"^\| \[(\d+)\]\((\d{4})-.*\.md\) \|", read("docs/decisions/README.md"), re.M)
    files = sorted(path.name[:4] for path in (ROOT / "docs/decisions").glob("0*.md"))
    assert [f"{int(shown):04d}" for shown, _ in index] == [number for _, number in index] == files


def test_every_package_that_scripts_import_is_a_direct_requirement():
    wanted = {IMPORT_NAMES.get(name, name) for name in direct(read("envs/requirements.in")) - NOT_IMPORTED.keys()}
    assert imported() == wanted


def test_every_direct_requirement_is_in_the_decision_on_dependencies():
    page = read("docs/decisions/0013-dependencies.md")
    wanted = direct(read("envs/requirements.in")) | direct(read("envs/requirements-dev.in"))
    assert [name for name in sorted(wanted) if not re.search(rf"^\|[^|]*\b{name}\b[^|]*\|", page, re.M)] == []


def test_lock_files_pin_with_hashes_and_agree_with_each_other_and_with_conda():
    run_time, development = pins(read("envs/requirements.txt")), pins(read("envs/requirements-dev.txt"))
    assert run_time.items() <= development.items()
    for text in (read("envs/requirements.txt"), read("envs/requirements-dev.txt")):
        entries = re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]
        assert entries and all("--hash=sha256:" in entry for entry in entries)
    conda = yaml.safe_load(read("envs/pipeline.yaml"))["dependencies"][1:]
    stated = dict(re.sub(r"^python-(?=duckdb)|-(?:base|minimal)(?==)", "", entry).split("=") for entry in conda)
    assert stated == {name: run_time[name] for name in direct(read("envs/requirements.in"))}


def test_environments_name_no_registry_and_no_place_of_a_machine():
    texts = {named(path): path.read_text("utf-8").splitlines() for path in sorted((ROOT / "envs").iterdir())}
    lines = [(name, line) for name, text in texts.items() for line in text if not line.startswith("#")]
    assert lines and [(name, line) for name, line in lines if OUTSIDE.search(line)] == []


def test_the_example_of_the_key_file_holds_no_key():
    assert not re.search(r"[0-9a-fA-F]{64}", read(".env.example"))
    assert "ELT_PSEUDONYM_KEY=\n" in read(".env.example")
