"""The table of single edits in docs/reliability.md: which jobs run after each, as a dry run of a finished run says."""

import re
from pathlib import Path

import pytest
from conftest import ROOT, Project, clone, jobs_in
from single_edit import Edit, said

pytestmark = pytest.mark.slow

CONFIG = ("--config", "seed=42", "run_id=sample")
COMPANY, CONTRACT = "config/bike_retailer", "config/bike_retailer/contracts/erp_categories.yaml"
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| (\d+) \| ([^|]+) \|$", re.MULTILINE)
CHANGED = re.compile(r"^ +reason: (?!Input files updated by another job: [^;]*$)", re.MULTILINE)

EDITS = {
    "a cell of a raw file": Edit("raw/source_erp/LOC_A101.csv", r";Polen\r\n", ";PL\r\n"),
    "a rule of a contract": Edit(CONTRACT, r"\{2\}\$'", "{2,}$'"),
    "the description of a field in a contract": Edit(CONTRACT, r"(?<=description: \{en: )", "The "),
    "the title of a contract": Edit(CONTRACT, r'(?<=title: \{en: ")', "All "),
    "the department of a contract": Edit(CONTRACT, r"(?<=department: \{en: )", "All "),
    "the logic of a mart": Edit("config/standard/marts/agg_geo_performance.sql", "GROUP BY", "WHERE TRUE GROUP BY"),
    "a comment in SQL": Edit(f"{COMPANY}/marts/dim_customer.sql", r"\A", "-- One row a person.\n"),
    "the description of a column of a mart": Edit(f"{COMPANY}/marts.yaml", r"(?<=description: \{en: )Surr", "Own surr"),
    "the formula of a key figure": Edit(f"{COMPANY}/kpis.yaml", r"SUM\(sales_amount\)", "SUM(sales_amount + 0)"),
    "the name of a key figure": Edit(f"{COMPANY}/kpis.yaml", r"(?<=name: \{en: )", "All "),
    "a rule of a segment": Edit(f"{COMPANY}/segments.yaml", r"above: [\d.]+", "above: 0.55"),
    "the words of a segment": Edit(f"{COMPANY}/segments.yaml", r"(?<=name: \{en: )", "Our "),
    "a word of privacy.yaml": Edit(f"{COMPANY}/privacy.yaml", "Musterallee", "Musterweg"),
    "a word of the templates of silver": Edit("scripts/templates/silver.en.yaml", "amount", "sum"),
    "a template of the exposé": Edit("scripts/templates/final_expose.md.j2", r"\Z", "\n"),
    "the docstring of a script": Edit("scripts/silver_table.py", '"""', '"""Changed. '),
    "the docstring of a library": Edit("scripts/elt/files.py", '"""', '"""Changed. '),
    "the logic of a script": Edit("scripts/gold_report.py", "if not left_out:", "if len(left_out) == 0:"),
    "the pin of a package": Edit("envs/requirements.txt", r"(?m)^polars==\S+", "polars==9.9"),
    "another installed version of a package": Edit(installed={"matplotlib": "9.9"}),
    "the setting language": Edit(settings=("language=de",)),
    "the setting minimum_group": Edit(settings=("minimum_group=6",)),
    "the setting seed": Edit(settings=("seed=43",)),
    "the setting quarantine_budget": Edit(settings=("quarantine_budget={default: 0.02}",)),
    "the setting assumption_budget": Edit(settings=("assumption_budget=0.6",)),
}


def stated() -> dict[str, tuple[str, int, str]]:
    """Edit -> (jobs that it changes, number of all that run, their layers), as the page has it."""
    page = (ROOT / "docs/reliability.md").read_text("utf-8").partition("## Single edits")[2].partition("\n## ")[0]
    return {edit: (begins, int(jobs), layers) for edit, begins, jobs, layers in ROW.findall(page)}


def measured(told: str) -> tuple[str, int, str]:
    """The same of what a dry run says."""
    blocks = [block for block in re.split(r"\n\n|\n(?=\[)", told) if re.search(r"^(?:local)?rule ", block, re.M)]
    begins = set[str]().union(*(jobs_in(block) for block in blocks if CHANGED.search(block)))
    rules = list(dict.fromkeys(job.partition("/")[0] for job in sorted(begins)))
    counts = {rule: sum(job.partition("/")[0] == rule for job in begins) for rule in rules}
    named = [f"`{rule}`" + (f" × {counts[rule]}" if counts[rule] > 1 else "") for rule in rules]
    jobs = jobs_in(told)
    order = ("bronze", "silver", "gold", "eda", "features", "segmentation", "expose", "privacy", "release", "audit")
    layers = {layer: sum(job.startswith(layer) for job in jobs) for layer in order}
    listed = [f"{layer} {count}" for layer, count in layers.items() if count]
    return ", ".join(named) or "none", len(jobs), ", ".join(listed) or "none"


@pytest.fixture(scope="module")
def edited(sample_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the finished run in which edits are made and taken back."""
    return clone(sample_project, tmp_path_factory.mktemp("edits") / "project")


def after(project: Project, edit: Edit, folder: Path) -> str:
    """What a dry run says after an edit, which is taken back."""
    before = edit.make(project.folder)
    try:
        return said(project, "-n", *CONFIG, *edit.settings, path=edit.site(folder))
    finally:
        if edit.file:
            (project.folder / edit.file).write_bytes(before)


@pytest.mark.parametrize("edit", EDITS)
def test_after_a_single_edit_the_jobs_run_that_the_page_states(edited: Project, tmp_path: Path, edit: str):
    assert measured(after(edited, EDITS[edit], tmp_path)) == stated()[edit]


def test_the_page_states_every_edit_and_no_other():
    assert list(stated()) == list(EDITS)
