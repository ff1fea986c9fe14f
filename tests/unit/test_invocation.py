"""One call of Snakemake: what it asks for is found before any rule; each kind is checked as it needs, and ends in words."""

import fcntl
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import ROOT

from elt.command import invocation, request
from elt.command.invocation import Invocation
from elt.command.refusals import RefusalError
from elt.faults import Fault
from elt.files import read_yaml, write_json, write_text
from elt.retention import erasures
from elt.run import settings
from elt.run.company import NO_COMPANY

NOW = datetime(2026, 11, 23, 10, 15, tzinfo=UTC)


@pytest.fixture
def project(folder: Path) -> Path:
    """A folder to work in with the sample, the company and the schemas of the project."""
    for name in ("config", "raw"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def config(**more) -> dict:
    """The settings of the project as Snakemake hands them over, some changed."""
    return settings.prepared({**read_yaml(ROOT / "config/config.yaml"), **more})


def prepared(*arguments: str, **more) -> Invocation:
    """The call of a command line."""
    return invocation.prepared(arguments, config(**more), Path(), NOW)


def refusal(*arguments: str, **more) -> list[str]:
    """The lines with which a call is refused; nothing may have been written."""
    before = sorted(Path().rglob("*"))
    with pytest.raises(RefusalError) as refused:
        prepared(*arguments, **more)
    assert sorted(Path().rglob("*")) == before
    return str(refused.value).splitlines()


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ([], []),
        (["-n"], []),
        (["--cores", "2", "--config", "seed=42", "run_id=verify"], []),
        (["--cores", "2", "--config", "seed=42", "run_id=x", "--", "warehouse"], ["warehouse"]),
        (["-n", "verify"], ["verify"]),
        (["expire", "all", "--cores", "2"], ["expire", "all"]),
        (["--until", "silver_report"], []),
        (["--no-such-option-anywhere"], []),
    ],
    ids=" ".join,
)
def test_the_targets_are_those_that_snakemake_finds_on_the_command_line(arguments, found, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert request.targets(arguments) == found


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ([], "run"),
        (["--cores", "2", "warehouse"], "run"),
        (["--config", "erase_from=x", "--", "erase"], "erase"),
        (["-n", "--until", "erase"], "run"),
        (["expire"], "expire"),
    ],
    ids=str,
)
def test_the_kind_of_request_is_that_of_the_targets(arguments, kind, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert request.asked(arguments) == kind


@pytest.mark.parametrize(
    ("arguments", "is_plain"),
    [
        ("--cores 2 --config seed=42 run_id=new", True),
        ("-c1 warehouse", False),
        ("-c 1 -p --quiet=rules warehouse", True),
        ("--cores 2 -n", False),
        ("--lint", False),
        ("--report report.html", False),
        ("--until gold_mart", False),
        ("--cores 1 expire", False),
    ],
)
def test_only_plain_words_ask_for_a_run_that_is_to_be_made_now(arguments: str, is_plain: bool):
    assert request.is_plain_run(arguments.split()) == is_plain


@pytest.mark.parametrize(
    ("targets", "kind"),
    [
        ([], "run"),
        (["all"], "run"),
        (["warehouse", "gold_report"], "run"),
        (["draft_contracts"], "draft"),
        (["draft_star"], "draft_star"),
        (["expire"], "expire"),
        (["retention_expire", "expire"], "expire"),
        (["retention_erase"], "erase"),
        (["erase"], "erase"),
        (["verify"], "verify"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_every_target_makes_its_kind_of_request(targets, kind):
    assert request.of(targets) == kind


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        (["all", "verify"], "`all` and `verify` cannot be asked for in one call"),
        (["expire", "erase"], "`expire` and `erase` cannot be asked for in one call"),
        (["draft_contracts", "warehouse", "gold_report"], "`draft_contracts` and `warehouse` cannot"),
    ],
)
def test_two_kinds_in_one_call_are_refused_by_their_names(targets, words):
    with pytest.raises(Fault, match=words):
        request.of(targets)


def test_two_kinds_are_refused_before_any_setting_is_read(folder):
    lines = refusal("-n", "all", "verify", seed="x")
    assert lines == [
        "This cannot be asked for. Nothing was written.",
        "  targets: `all` and `verify` cannot be asked for in one call. Call snakemake once for each. Nothing was written.",
    ]


def test_a_refusal_ends_the_process_with_its_text():
    refused = RefusalError("It cannot be.", ["one", "two"])
    assert isinstance(refused, SystemExit)
    assert refused.code == "It cannot be.\n  one\n  two"


def test_a_run_has_company_raw_files_and_a_folder_and_nothing_is_made_yet(project):
    found = prepared("-n", run_id="mine")
    assert (found.request, found.home, found.run_id, found.erased) == ("run", "artifacts/runs/mine", "mine", "none")
    assert found.company.name == "bike_retailer"
    assert set(found.raw_files.tables.values()) == set(found.company.contracts)
    assert not Path("artifacts").exists()


@pytest.mark.parametrize("asked", [["--report", "report.html"], ["--report=report.html"], ["--cores", "2", "--report"]])
def test_a_report_of_a_run_that_is_not_there_is_refused_before_any_rule(project, asked):
    assert "there is no run of company config/bike_retailer and raw folder raw" in refusal(*asked)[1]
    assert prepared("--report", "report.html", "--", "gold_report").request == request.RUN


@pytest.mark.parametrize(
    ("more", "lines"),
    [
        ({"seed": "x"}, ["The settings cannot be used. Nothing was written.", "  config: seed: "]),
        ({"raw": "none"}, ["The raw folder cannot be used. Nothing was written.", "  none: there is no such folder."]),
        ({"run_id": "taken"}, ["The run cannot be used.", "  run_id taken: a folder of that name is there"]),
    ],
    ids=["settings", "raw", "run"],
)
def test_a_run_that_cannot_be_is_refused_with_what_is_wrong(project, more, lines):
    Path("artifacts/runs/taken").mkdir(parents=True)
    found = refusal(**more)
    assert len(found) == 2
    assert found[0] == lines[0] and found[1].startswith(lines[1])


def test_a_run_is_refused_where_the_list_of_erased_persons_lacks_its_key(project):
    write_text(erasures.HOME / erasures.LIST, "x\n")
    assert refusal()[0] == "The erasure list cannot be used."


def test_a_draft_needs_raw_files_and_the_name_of_a_company_that_is_not_there_yet(folder):
    (folder / "raw").mkdir()
    found = prepared("draft_contracts", company="config/new")
    assert (found.request, found.home) == ("draft", "artifacts/drafts/new")
    assert (found.company, found.raw_files.names) == (NO_COMPANY, [])
    assert refusal("draft_contracts", company="config/new", raw="none") == [
        "Nothing can be drafted. Nothing was written.",
        "  raw: none is no folder. Give the folder with the exports: --config raw=<folder>",
    ]


def test_an_erasure_knows_the_contracts_and_no_run(project):
    write_text("people.txt", "customer,1\n")
    found = prepared("erase", erase_from="people.txt")
    assert (found.request, found.home, found.company) == ("erase", "artifacts/retention", NO_COMPANY)
    assert "crm_customers" in found.erasable


@pytest.mark.parametrize("target", ["expire", "verify"])
def test_what_works_on_finished_runs_needs_no_company(project, target):
    write_json("artifacts/runs/r1/_meta/run.json", {"company": "gone", "raw": "raw", "created_at": "2026-11-01"})
    shutil.rmtree("config/bike_retailer")
    found = prepared(target, run_id="r1")
    assert (found.request, found.company, found.erasable) == (target, NO_COMPANY, {})


def test_a_check_of_a_run_that_is_not_there_is_refused(project):
    assert refusal("verify", run_id="none") == [
        "Nothing can be done. Nothing was written.", "  run_id: there is no such run",
    ]  # fmt: skip


def test_a_dry_run_makes_no_key_and_a_run_makes_one(folder, capfd):
    call = Invocation("run", NOW, {}, "artifacts/runs/r")
    assert call.key_id(will_plan=True, will_run=False) == "none yet"
    assert not Path(".env").exists()
    made = call.key_id(will_plan=True, will_run=True)
    assert call.key_id(will_plan=False, will_run=False) == made
    assert "A new pseudonym key was made" in capfd.readouterr().err


def test_a_lost_key_is_missed_where_jobs_are_planned_and_not_in_a_listing(folder):
    write_json("artifacts/runs/r1/_meta/run.json", {"company": "c", "raw": "r", "created_at": "2026-11-01"})
    write_text("artifacts/runs/r1/_meta/data_policy.json", "{}\n")
    call = Invocation("run", NOW, {}, "artifacts/runs/r1")
    assert call.key_id(will_plan=False, will_run=False) == "none yet"
    with pytest.raises(RefusalError, match="The pseudonym key cannot be used.\n.*run r1 was made with a key"):
        call.key_id(will_plan=True, will_run=False)


def test_a_run_begins_with_its_identity_and_other_requests_begin_with_nothing(folder):
    settings_found = {"company": "config/firm", "raw": "raw"}
    Invocation("verify", NOW, settings_found, "artifacts/retention").begin()
    assert list(folder.iterdir()) == []
    Invocation("run", NOW, settings_found, "artifacts/runs/r").begin()
    assert Path("artifacts/runs/r/_meta/run.json").exists()


def test_the_jobs_of_a_new_run_work_on_that_run(folder, monkeypatch):
    monkeypatch.delenv(invocation.RUN_ID, raising=False)
    assert invocation.of_run() == {}
    monkeypatch.setenv(invocation.RUN_ID, "20261129T010203Z")
    assert invocation.of_run() == {"run_id": "20261129T010203Z"}


def test_a_run_in_which_another_process_works_is_refused(folder):
    call = Invocation("run", NOW, {"company": "config/firm", "raw": "raw"}, "artifacts/runs/r")
    folder.joinpath("artifacts/runs/r/_meta/receipts").mkdir(parents=True)
    other = os.open("artifacts/runs/r/_meta", os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    refusal = "The run cannot be used.\n  run r: another process is working on it"
    for step in (call.begin, call.take, lambda: call.altered([], will_run=True)):
        with pytest.raises(RefusalError, match=refusal):
            step()
    assert call.altered([], will_run=False) == []
    os.close(other)
    call.take()
    call.begin()


DRAFTED = {
    "drafted": {"t": {"records": 3, "hints": 1, "fields": 2, "has_key": True, "open": 0, "ignored": 0}},
    "kept": {},
    "faults": [],
}
ENDS = {  # request -> (file that says what was done, its content, words)
    "run": ("x", {}, "Done. The run folder is home."),
    "draft": ("_meta/draft.json", DRAFTED, "1 contracts drafted in config/firm/contracts."),
    "draft_star": (
        "_meta/star.json",
        {"written": ["a", "b"]},
        "2 files written, which take the place of what was drawn",
    ),
    "expire": ("_meta/expire.json", {"words": "Expired.", "lines": ["a"]}, "Expired.\n  a"),
    "erase": ("_meta/erase.json", {"words": "Erased.", "lines": []}, "Erased."),
    "verify": ("_meta/verify.json", {"words": "As it was.", "lines": []}, "As it was."),
    "compare": ("_meta/compare.json", {"words": "Run b compared to a.", "lines": []}, "Run b compared to a."),
}
FAILURES = {
    "run": "Run home failed.\n  step\n    here: is wrong. Mend it.",
    "draft": "No contract was drafted.\n  here: is wrong. Mend it.",
    "draft_star": "No star schema was drafted.\n  here: is wrong. Mend it.",
    "expire": "Expiry has failed.\n  here: is wrong. Mend it.",
    "erase": "Erasure has failed.\n  here: is wrong. Mend it.",
    "verify": "The run is not as it was.\n  here: is wrong. Mend it.",
    "compare": "The runs cannot be compared.\n  here: is wrong. Mend it.",
}


@pytest.mark.parametrize("kind", ENDS)
def test_every_request_ends_in_its_own_words(folder, kind):
    place, content, words = ENDS[kind]
    write_json(Path("home") / place, content)
    call = Invocation(kind, NOW, {"company": "config/firm", "raw": "raw"}, "home")
    assert call.result().startswith(f"\n{words}")


@pytest.mark.parametrize("kind", FAILURES)
def test_every_request_that_fails_says_what_and_why(folder, kind):
    write_text("home/_meta/logs/step.log", "FAULT here: is wrong. Mend it.\n")
    call = Invocation(kind, datetime(2020, 1, 1, tzinfo=UTC), {"company": "config/firm", "raw": "raw"}, "home")
    assert call.failure().startswith(f"\n{FAILURES[kind]}")
