"""The table of single edits in docs/reliability.md: which jobs run after each, as a dry run of a finished run says."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import ROOT, Project, clone, jobs_in

pytestmark = pytest.mark.slow

CONFIG = ("--config", "seed=42", "run_id=sample")
COMPANY, CONTRACT = "config/bike_retailer", "config/bike_retailer/contracts/erp_categories.yaml"
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| (\d+) \| ([^|]+) \|$", re.MULTILINE)
CHANGED = re.compile(r"^ +reason: (?!Input files updated by another job: [^;]*$)", re.MULTILINE)
DRIVER = """
import json, os, sys
import snakemake.cli
for line in sys.stdin:
    asked = json.loads(line)
    if (child := os.fork()) == 0:
        file = os.open(asked["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, 1), os.dup2(file, 2)
        sys.path[:0] = asked["path"]
        sys.argv = ["snakemake", *asked["arguments"]]
        snakemake.cli.main()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass(frozen=True)
class Edit:
    """One edit: the first match of a pattern in a file becomes something else, or a setting is another."""

    file: str = ""
    pattern: str = ""
    new: str = ""
    settings: tuple[str, ...] = ()
    installed: dict[str, str] = field(default_factory=dict)


EDITS = {
    "a cell of a raw file": Edit("raw/source_erp/LOC_A101.csv", r";Polen\r\n", ";PL\r\n"),
    "a rule of a contract": Edit(CONTRACT, r"\{2\}\$'", "{2,}$'"),
    "the description of a field in a contract": Edit(CONTRACT, r"(?<=description: \{en: )", "The "),
    "the title of a contract": Edit(CONTRACT, r'(?<=title: \{en: ")', "All "),
    "the department of a contract": Edit(CONTRACT, r"(?<=department: \{en: )", "All "),
    "the logic of a mart": Edit("config/standard/marts/agg_geo_performance.sql", "GROUP BY", "WHERE TRUE GROUP BY"),
    "a comment in SQL": Edit(f"{COMPANY}/marts/fact_sales.sql", r"\A", "-- One row a line.\n"),
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
    "the logic of a script": Edit("scripts/gold_report.py", '"–"', '"-"'),
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


def measured(said: str) -> tuple[str, int, str]:
    """The same of what a dry run says."""
    blocks = [block for block in re.split(r"\n\n|\n(?=\[)", said) if re.search(r"^(?:local)?rule ", block, re.M)]
    begins = set[str]().union(*(jobs_in(block) for block in blocks if CHANGED.search(block)))
    rules = list(dict.fromkeys(job.partition("/")[0] for job in sorted(begins)))
    counts = {rule: sum(job.partition("/")[0] == rule for job in begins) for rule in rules}
    named = [f"`{rule}`" + (f" × {counts[rule]}" if counts[rule] > 1 else "") for rule in rules]
    jobs = jobs_in(said)
    order = ("bronze", "silver", "gold", "eda", "features", "segmentation", "expose", "privacy", "release", "audit")
    layers = {layer: sum(job.startswith(layer) for job in jobs) for layer in order}
    listed = [f"{layer} {count}" for layer, count in layers.items() if count]
    return ", ".join(named) or "none", len(jobs), ", ".join(listed) or "none"


class Planner:
    """Dry runs of a project, by a process that has imported Snakemake once and forks for each."""

    def __init__(self, project: Project, folder: Path) -> None:
        self.project, self.folder = project, folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER],
            cwd=project.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def said(self, *settings: str, path: tuple[str, ...] = ()) -> str:
        """What a dry run says."""
        said = self.folder / "said"
        arguments = ["--cores", "2", "-n", *CONFIG, *settings]
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"arguments": arguments, "said": str(said), "path": path}) + "\n")
        self.process.stdin.flush()
        code = self.process.stdout.readline().strip()
        text = said.read_text("utf-8")
        assert code == "0", text[-3000:]
        return text


@pytest.fixture(scope="module")
def planner(sample_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planner]:
    """A copy of the finished run in which edits are made and taken back."""
    folder = tmp_path_factory.mktemp("edits")
    made = Planner(clone(sample_project, folder / "project"), folder)
    yield made
    made.process.stdin.close()
    made.process.wait()


def after(planner: Planner, edit: Edit, folder: Path) -> str:
    """What a dry run says after an edit, which is taken back."""
    for package, version in edit.installed.items():
        there = folder / f"{package}-{version}.dist-info"
        there.mkdir()
        (there / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    if not edit.file:
        return planner.said(*edit.settings, path=(str(folder),) if edit.installed else ())
    path = planner.project.folder / edit.file
    before = path.read_bytes()
    changed, count = re.subn(edit.pattern, edit.new, before.decode("utf-8", "surrogateescape"), count=1)
    assert count == 1, f"{edit.pattern} is not in {edit.file}"
    path.write_bytes(changed.encode("utf-8", "surrogateescape"))
    try:
        return planner.said()
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize("edit", EDITS)
def test_after_a_single_edit_the_jobs_run_that_the_page_states(planner: Planner, tmp_path: Path, edit: str):
    assert measured(after(planner, EDITS[edit], tmp_path)) == stated()[edit]


def test_the_page_states_every_edit_and_no_other():
    assert list(stated()) == list(EDITS)
