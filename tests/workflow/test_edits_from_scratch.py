"""After a single edit, a finished run has the bytes of a run from nothing with that edit.

Edits are made one after the other, with a call after each, and stay; a run from nothing then has them all. That hides
no file that an edit has left as it was, since the steps that a later edit runs are among those that each earlier edit
of its chain ran: had an earlier one forgotten a step, no later one runs it, and its files still are of the time before.
The test looks that it is so. A step that was kept as its inputs came out the same did not run, in these terms. Where
the steps of two edits overlap only in part, the edits are in two chains; the run from nothing at the end of one is the
finished run that the next one begins with.

Compared are all files but logs, benchmarks and the history; of receipts and of the manifest what does not tell when and
by which call something was made. To that belong the hashes of the code: where a docstring runs nothing, the manifest
still has those of the call that wrote it.
"""

import json
import re
import shutil
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import Project, jobs_in
from flat_shop import EXPORT, FlatShop
from single_edit import Edit, said

from elt.command import early_cutoff

pytestmark = pytest.mark.slow

CONFIG = ("--config", "raw=exports/x", "company=config/flat_shop", "run_id=x")
COMPANY = "config/flat_shop"
MOVED = " + CASE m.month_start WHEN DATE '2024-05-01' THEN 1 WHEN DATE '2024-06-01' THEN -1 ELSE 0 END AS revenue"
CHAINS: tuple[dict[str, tuple[Edit, ...]], ...] = (
    {
        "another installed version of a package": (Edit(installed={"polars": "9.9"}),),
        "a rule of a contract": (Edit(f"{COMPANY}/contracts/bestellungen.yaml", "set: Menge", "set: 2 * Menge"),),
        "the formula of a key figure": (
            Edit("config/standard/kpis.yaml", r"NULLIF\((?=COUNT\(DISTINCT order)", "NULLIF(2 * "),
        ),
        "the logic of a mart": (
            Edit("config/standard/marts/agg_exec_kpis.sql", r"(?<=m\.month_start, m\.revenue)(?=, m\.cost)", MOVED),
        ),
        "the name of the company": (Edit(f"{COMPANY}/company.yaml", "Shop", "Store"),),
        "a template of the exposé": (Edit("scripts/templates/final_expose.md.j2", r"\Z", "\nThe end.\n"),),
        "a comment in SQL": (Edit(f"{COMPANY}/marts/fact_sales.sql", r"\A", "-- One row a line.\n"),),
        "a setting": (Edit(settings=("assumption_budget=0.6",)),),
        "docstrings, a comment in Python and the pin of a package": (
            Edit("scripts/silver_table.py", '"""', '"""Changed. '),
            Edit("scripts/elt/files.py", '"""', '"""Changed. '),
            Edit("scripts/elt/segmentation/clustering.py", r"\Z", "# A comment.\n"),
            Edit("envs/requirements.txt", r"(?m)^polars==\S+", "polars==9.9"),
        ),
    },
    {
        "the setting language": (Edit(settings=("language=de",)),),
    },
)
RUNS_NONE = {"docstrings, a comment in Python and the pin of a package"}
OF_THE_CALL = re.compile(r"_meta/(?:logs|benchmarks|history|receipts)/|_meta/run(?:_manifest)?\.json$")
OF_MAKING = {"seal", "changed", "inode", "modified", "versions"}  # of receipts: a file that stays is of its time


def files(folder: Path) -> dict[str, bytes]:
    """Path -> bytes of all files below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def content(run: Path) -> dict[str, Any]:
    """Path -> content of each file of a run, but for what tells of the call that made it."""
    every = files(run)
    found: dict[str, Any] = {name: made for name, made in every.items() if not OF_THE_CALL.match(name)}
    for name, made in every.items():
        if name.startswith("_meta/receipts/") and name.endswith(".json"):
            found[name] = {key: value for key, value in json.loads(made).items() if key not in OF_MAKING}
    manifest = json.loads(every["_meta/run_manifest.json"])
    told = ("company", "failures", "files", "missing", "raw_files", "settings", "status")
    found |= {f"manifest: {key}": manifest[key] for key in told}
    steps = manifest["steps"].items()
    return found | {f"step: {job}": {key: one[key] for key in ("code", "params", "status")} for job, one in steps}


def computed(told: str) -> set[str]:
    """The jobs of a call that were not kept."""
    kept = re.findall(f"^{early_cutoff.KEPT}(.*)$", told, re.MULTILINE)
    return jobs_in(told) - {one.replace(" ", "/") for one in kept}


@dataclass
class Chain:
    """What came of a chain: the jobs that ran after each edit, the files at its end, and those of a run from nothing.

    `former`: the manifest before the first edit; `history`: what the run kept of former states, by name.
    """

    jobs: dict[str, set[str]] = field(default_factory=dict)
    edited: dict[str, Any] = field(default_factory=dict)
    from_nothing: dict[str, Any] = field(default_factory=dict)
    former: bytes = b""
    history: dict[str, bytes] = field(default_factory=dict)


@pytest.fixture(scope="module")
def chains(tmp_path_factory: pytest.TempPathFactory) -> list[Chain]:
    """All chains, made in one project."""
    folder = tmp_path_factory.mktemp("edits")
    project: Project = FlatShop(folder / "project").project
    (project.folder / "exports/x").mkdir(parents=True)
    shutil.copy2(EXPORT, project.folder / "exports/x")
    (project.folder / COMPANY / "company.yaml").write_text("name: Flat Shop\n", "utf-8")
    said(project, *CONFIG)
    settings, path, made = CONFIG, (), []
    for edits in CHAINS:
        run = project.run("x")
        chain = Chain(former=(run / "_meta/run_manifest.json").read_bytes())
        for name, together in edits.items():
            for edit in together:
                edit.make(project.folder)
                settings, path = (*settings, *edit.settings), (*path, *edit.site(folder))
            chain.jobs[name] = computed(said(project, *settings, path=path))
        chain.edited, chain.history = content(run), files(run / "_meta/history")
        for place in ("artifacts", ".snakemake"):
            shutil.rmtree(project.folder / place)
        said(project, *settings, path=path)
        chain.from_nothing = content(run)
        made.append(chain)
    return made


@pytest.mark.parametrize("number", range(len(CHAINS)))
def test_the_steps_that_a_later_edit_runs_are_among_those_of_each_earlier_one(chains: list[Chain], number: int):
    jobs = list(chains[number].jobs.items())
    for (earlier, ran), (later, runs) in pairwise(jobs):
        assert runs <= ran, f"{later} runs {sorted(runs - ran)}, and {earlier} does not"


@pytest.mark.parametrize("number", range(len(CHAINS)))
def test_after_edits_a_run_has_the_bytes_of_one_from_nothing(chains: list[Chain], number: int):
    edited, scratch = chains[number].edited, chains[number].from_nothing
    assert len(scratch) > 300 and edited.keys() == scratch.keys()
    assert [name for name in scratch if edited[name] != scratch[name]] == []


def test_each_edit_runs_a_step_or_is_known_to_run_none(chains: list[Chain]):
    none = {name for chain in chains for name, jobs in chain.jobs.items() if not jobs}
    assert none == RUNS_NONE


def test_evidence_of_each_former_state_is_kept_without_tables(chains: list[Chain]):
    for chain in chains:
        states = sorted({name.partition("/")[0] for name in chain.history})
        assert len(states) == len(chain.jobs) - len(RUNS_NONE & chain.jobs.keys())
        assert chain.history[f"{states[0]}/_meta/run_manifest.json"] == chain.former
        assert f"{states[0]}/reports/final_expose.md" in chain.history
        assert not [name for name in chain.history if name.endswith(".csv")]
