"""Files that other tools and people look for beside the code: each is readable, and what it says is so."""

import json
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", ROOT / "config/README.md"]
PROGRAM_OF = {"lint-imports": "import-linter"}
STAGE = re.compile(r"^FROM \S+ AS (\w+)$", re.M)
CHANGES = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}  # the kinds that Keep a Changelog knows


def read(path: str) -> str:
    """A text of the project."""
    return (ROOT / path).read_text("utf-8")


def version() -> str:
    """The version of the project."""
    return tomllib.loads(read("pyproject.toml"))["project"]["version"]


def programs(text: str) -> set[str]:
    """Programs of .venv that a text calls."""
    return set(re.findall(r"\.venv/bin/([\w-]+)", text))


def pinned() -> set[str]:
    """Packages of both lock files."""
    return set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", read("envs/requirements-dev.txt"), re.M))


def missing(page: str, folder: Path) -> list[str]:
    """Paths of the project that a page names in code and that are not there; names in <brackets> stand for many."""
    named = re.findall(r"`([\w.-]+(?:/[\w.-]+)*/?)`", page)
    known = [name for name in named if "/" in name or re.search(r"\.(md|py|yaml|yml|toml|sql|smk)$", name)]
    places = (ROOT, folder, folder / "bike_retailer", ROOT / "config/bike_retailer", ROOT / "tests/batteries")
    runs = ("bronze", "silver", "gold", "artifacts")  # parts of a run folder
    return [
        name
        for name in known
        if not name.startswith((*runs, ".env", ".venv")) and not any((place / name).exists() for place in places)
    ]


@pytest.mark.parametrize(("name", "value"), [("version", version()), ("license", "MIT"), ("cff-version", "1.2.0")])
def test_the_citation_agrees_with_the_project(name, value):
    assert str(yaml.safe_load(read("CITATION.cff"))[name]) == value


def test_the_changelog_has_the_version_of_the_project_on_top_and_known_kinds_of_change():
    text = read("CHANGELOG.md")
    headings = re.findall(r"^## \[(.+?)\](?: - (.+))?$", text, re.M)
    assert headings[0] == ("Unreleased", "")
    assert headings[1][0] == version()
    days = [date.fromisoformat(day) for _, day in headings[1:]]
    assert days == sorted(days, reverse=True)
    assert set(re.findall(r"^### (.+)$", text, re.M)) <= CHANGES
    assert yaml.safe_load(read("CITATION.cff"))["date-released"] == headings[1][1]


def test_hooks_before_a_commit_call_pinned_tools_on_files_that_exist():
    (local,) = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    assert local["repo"] == "local"
    for hook in local["hooks"]:
        (program,) = programs(hook["entry"])
        assert PROGRAM_OF.get(program, program) in pinned()
        assert [path for path in re.findall(r"tests/\S+", hook["entry"]) if not (ROOT / path).is_file()] == []
        assert hook["language"] == "system"


def test_the_catalog_is_told_what_is_so():
    usage = yaml.safe_load(read(".snakemake-workflow-catalog.yml"))["usage"]
    assert usage["software-stack-deployment"] == {"conda": True, "report": True}
    rules = [path for path in (ROOT / "rules").glob("*.smk") if re.search(r"^rule ", path.read_text("utf-8"), re.M)]
    assert [path.name for path in rules if "../envs/pipeline.yaml" not in path.read_text("utf-8")] == []


def test_the_development_container_installs_what_the_readme_installs():
    settings = json.loads(read(".devcontainer/devcontainer.json"))
    build = settings["build"]
    dockerfile = (ROOT / ".devcontainer" / build["dockerfile"]).read_text("utf-8")
    assert build["target"] in STAGE.findall(dockerfile)
    assert f"useradd --create-home --uid 1000 {settings['remoteUser']}" in dockerfile
    for step in settings["postCreateCommand"].split(" && "):
        assert step in read("README.md")


def test_the_image_copies_what_exists_and_runs_the_golden_path_of_the_readme():
    dockerfile = read("Dockerfile")
    assert STAGE.findall(dockerfile)[-1] == "golden_path"
    for sources in re.findall(r"^COPY (?:--\S+ )*(.+) \S+$", dockerfile, re.M):
        assert [name for name in sources.split() if not (ROOT / name).exists()] == []
    entry, command = (json.loads(re.search(rf"^{word} (.+)$", dockerfile, re.M)[1]) for word in ("ENTRYPOINT", "CMD"))
    assert f".venv/bin/{' '.join([*entry, *command])}" in read("README.md")
    python = re.search(r"^FROM python:(\d+\.\d+)-slim AS python$", dockerfile, re.M)[1]
    assert f">={python}" == tomllib.loads(read("pyproject.toml"))["project"]["requires-python"]


def test_nothing_that_git_ignores_goes_into_the_image():
    copied = {line.removeprefix("**/").strip("/") for line in read(".dockerignore").splitlines()}
    ignored = {line.strip("/") for line in read(".gitignore").splitlines() if line and not line.startswith("#")}
    assert ignored - copied == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_pinned_tools_and_paths_that_exist(page):
    text = page.read_text("utf-8")
    called = {PROGRAM_OF.get(program, program) for program in programs(text)}
    assert called <= pinned()
    assert missing(text, page.parent) == []


def test_the_check_of_paths_sees_a_planted_one():
    assert missing("`tests/unit/test_none.py` and `README.md`, `scripts/<name>.py`, `marts.yaml`", ROOT) == [
        "tests/unit/test_none.py"
    ]
