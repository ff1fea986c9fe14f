"""No placeholder is left in documents, notebooks, captions and settings."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Put together from halves, so that this file does not name what it looks for.
WORDS = ["TO" + "DO", "TB" + "D", "TB" + "C", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
PHRASES = [
    "coming " + "soon",
    "lorem " + "ipsum",
    "to be " + "decided",
    "fill in " + "here",
    "place" + "holder text",
]
PATTERN = re.compile(rf"\b({'|'.join(WORDS)})\b|(?i:{'|'.join(PHRASES)})")
KINDS = {".md", ".rst", ".ipynb", ".yaml", ".yml", ".smk", ".py", ".sql", ".toml", ".in", ".json"}
SCANNED = [
    *sorted(path.name for path in ROOT.glob("*.md")),
    *("Snakefile", "Dockerfile", "CITATION.cff", "pyproject.toml"),
    *(".snakemake-workflow-catalog.yml", ".pre-commit-config.yaml", ".devcontainer"),
    "docs",
    "config",
    "rules",
    "scripts",
    "envs",
    "profiles",
    "tests",
    "raw",
    ".github",
]


def texts() -> list[Path]:
    """Every text of the project that a person may read."""
    found = [ROOT / name for name in SCANNED if (ROOT / name).is_file()]
    for name in SCANNED:
        found += [path for path in (ROOT / name).rglob("*") if path.suffix in KINDS and path.is_file()]
    return sorted(found)


def placeholders(text: str) -> list[str]:
    """Lines of a text with a placeholder in them."""
    return [line.strip() for line in text.splitlines() if PATTERN.search(line)]


@pytest.mark.parametrize("word", [*WORDS, *PHRASES])
def test_the_scan_finds_a_planted_placeholder(word):
    assert placeholders(f"All is well.\n- {word}: describe the key\n") == [f"- {word}: describe the key"]


def test_the_scan_leaves_ordinary_words_alone():
    assert placeholders("Todos are personal; xxl is a size; the tabs stay.") == []


def test_documents_notebooks_and_code_hold_no_placeholder():
    found = [
        f"{path.relative_to(ROOT)}: {line[:80]}" for path in texts() for line in placeholders(path.read_text("utf-8"))
    ]
    assert not found, "\n".join(found)


def test_the_scan_reads_documents_and_notebooks():
    kinds = {path.suffix for path in texts() if path.is_relative_to(ROOT / "docs")}
    assert {".md", ".rst", ".ipynb"} <= kinds
