"""docs/architecture/artifact_contract.md and the run folder say the same, and so do the rules."""

import re
import stat
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/architecture/artifact_contract.md"
ROW = re.compile(r"^\| `([^`]+)` \| (\S+) \| (yes|no) \| (.+) \|$", re.M)
SEVERAL_FOLDERS = {"step", "path"}
BESIDE_THE_RUNS = ("draft_", "retention_")  # rules whose files lie in no run folder
PROTECTED = ("bronze/", "silver/", "gold/", "_closed/", "_meta/logs/")
FOLDERS = {  # pathvars of the Snakefile; where they lie in the closed place, the folder that this is a mirror of
    "bronze": "bronze", "silver": "silver", "gold": "gold", "eda": "step1_eda", "features": "step2_feature_engineering",
    "segmentation": "step3_segmentation", "reports": "reports", "meta": "_meta", "evidence": "_meta", "release": "release",
    "home": ".",
}  # fmt: skip


class Row(NamedTuple):
    """One row of the document."""

    path: str
    rule: str
    is_protected: bool
    what: str

    @property
    def pattern(self) -> str:
        """The path as a regular expression."""
        return expression(self.path)


def expression(path: str) -> str:
    """A path with <names> as a regular expression; <path> and <step> may hold folders."""
    parts = re.split(r"<(\w+)>", path)
    literal = [re.escape(part) for part in parts[::2]]
    free = [".+" if name in SEVERAL_FOLDERS else "[^/]+" for name in parts[1::2]]
    return "".join(part for pair in zip(literal, [*free, ""], strict=True) for part in pair)


ROWS = [
    Row(path, rule, protected == "yes", what)
    for path, rule, protected, what in ROW.findall(DOCUMENT.read_text("utf-8"))
]


def rows_of(name: str, rows: list[Row]) -> list[Row]:
    """The rows that a file belongs to; exact names before patterns."""
    exact = [row for row in rows if row.path == name]
    return exact or [row for row in rows if re.fullmatch(row.pattern, name)]


def files(run: Path) -> list[str]:
    """Every file of a run folder, as a path inside it."""
    return sorted(path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file())


def outputs_of_rules() -> dict[str, set[str]]:
    """Rule -> paths of its outputs as the document writes them: silver/data/<table>.csv."""
    found = {}
    for path in (ROOT / "rules").glob("*.smk"):
        for rule in re.finditer(r"^rule (\w+):\n(.*?)(?=^rule |\Z)", path.read_text("utf-8"), re.M | re.S):
            output = re.search(r"^    output:\n(.*?)^    \w+:", rule[2], re.M | re.S)
            if output is None:
                continue  # a target that only names what others make
            paths = re.findall(r'"<(\w+)>/([^"]+)"', output[1])
            written = {f"{FOLDERS[var]}/{rest}".removeprefix("./") for var, rest in paths}
            found[rule[1]] = {path.replace("{", "<").replace("}", ">") for path in written}
    return found


def test_every_file_of_a_run_is_in_the_document_exactly_once(sample_run: Path):
    wrong = {
        name: [row.path for row in rows_of(name, ROWS)] for name in files(sample_run) if len(rows_of(name, ROWS)) != 1
    }
    assert wrong == {}


def test_every_row_of_the_document_is_in_a_run(sample_run: Path):
    names = files(sample_run)
    met = {row for name in names for row in rows_of(name, ROWS)}
    assert [row.path for row in ROWS if row not in met and "only after" not in row.what] == []


def test_every_contract_and_every_mart_has_its_files(sample_run: Path):
    company = ROOT / yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))["company"]
    values = {
        "table": [path.stem for path in company.glob("contracts/*.yaml")],
        "mart": list(yaml.safe_load((company / "marts.yaml").read_text("utf-8"))["marts"]),
    }
    always = [row for row in ROWS if "only after" not in row.what and "that states any" not in row.what]
    for row in always:
        for name in re.findall(r"<(table|mart)>", row.path):
            for value in values[name]:
                assert (sample_run / row.path.replace(f"<{name}>", value)).is_file(), (row.path, value)


def test_protected_files_are_closed_and_the_document_says_which(sample_run: Path):
    for name in files(sample_run):
        (row,) = rows_of(name, ROWS)
        mode = stat.S_IMODE((sample_run / name).stat().st_mode)
        assert row.is_protected == name.startswith(PROTECTED), name
        assert not row.is_protected or mode == 0o600, name


def test_the_document_names_the_rule_that_makes_each_file():
    for row in ROWS:
        if row.rule not in ("all", "(start)"):
            name = row.path.removeprefix("_closed/")
            assert any(re.fullmatch(expression(path), name) for path in outputs_of_rules()[row.rule]), row.path


def test_every_output_of_a_rule_is_in_the_document():
    for rule, paths in outputs_of_rules().items():
        if rule.startswith(BESIDE_THE_RUNS):
            assert [path for path in paths if f"`{path}`" not in DOCUMENT.read_text("utf-8")] == [], rule
            continue
        documented = [row.path.removeprefix("_closed/") for row in ROWS if row.rule == rule]
        for path in paths:
            assert any(re.fullmatch(expression(path), known) for known in documented), (rule, path)


def test_no_file_of_a_run_is_empty_but_quarantine_and_changes_have_a_header(sample_run: Path):
    assert [name for name in files(sample_run) if not (sample_run / name).stat().st_size and "/logs/" not in name] == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("silver/data/crm_sales.csv", ["silver/data/<table>.csv"]),
        ("gold/data/customer_pseudonyms.csv", ["gold/data/customer_pseudonyms.csv"]),
        ("_meta/logs/silver_table/crm_sales.log", ["_meta/logs/<step>.log"]),
        ("silver/data/folder/crm_sales.csv", []),
        ("notes.txt", []),
    ],
)
def test_a_file_is_found_under_its_row_and_a_stranger_under_none(name, expected):
    assert [row.path for row in rows_of(name, ROWS)] == expected
