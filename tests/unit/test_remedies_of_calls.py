"""Remedies of messages about a call, its settings, its run folder, its company and a draft: each works as told."""

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import made_manifest
import pytest
import yaml
from conftest import ROOT
from erasure_case import WHEN, finished
from test_run_folders import lock_in_another_process

import draft_contracts
import retention_expire
from elt.command import draft, invocation, request, retention
from elt.command.refusals import RefusalError
from elt.faults import Fault
from elt.files import write_json, write_text
from elt.gold import binding
from elt.run import declared, run_folders, settings
from elt.run.company import Company
from elt.run.contract import Contract
from elt.run.mart import Query
from elt.silver import expressions

pytestmark = pytest.mark.slow

remedy = pytest.mark.remedy
NOW = datetime(2026, 11, 23, 10, 15, tzinfo=UTC)
STATED = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))
CONFIG = {"company": "config/firm", "raw": "raw"}


def refused(call: Callable[[], Any]) -> str:
    """The message with which a call is refused."""
    with pytest.raises(Fault) as caught:
        call()
    return str(caught.value)


@remedy("elt.command.request", "Call snakemake once for each")
def test_two_kinds_of_targets_are_asked_for_one_by_one():
    refused(lambda: request.of(["verify", "expire"]))
    assert [request.of([target]) for target in ("verify", "expire")] == ["verify", "expire"]


def put(name: str, **identity: str) -> None:
    """A run of before."""
    write_json(run_folders.RUNS / name / "_meta/run.json", {**CONFIG, **identity, "created_at": "2026-01-01"})


@remedy("elt.run.run_folders", "Choose another id")
@remedy("elt.run.run_folders", "Name another run_id, or run_id=new")
def test_a_run_id_that_is_taken_is_another_or_new(folder):
    (run_folders.RUNS / "mine").mkdir(parents=True)
    put("theirs", company="config/other")
    for name in ("mine", "theirs"):
        refused(lambda name=name: run_folders.choose({**CONFIG, "run_id": name}, NOW))
    assert run_folders.choose({**CONFIG, "run_id": "other"}, NOW) == "other"
    assert run_folders.choose({**CONFIG, "run_id": "new"}, NOW) == "20261123T101500Z"


@remedy("elt.run.run_folders", "Type the command without --report")
@remedy(
    "elt.run.run_folders",
    "Type the command without --report, or name the company and the raw folder of a run with --config",
)
def test_a_report_is_made_of_a_run_that_was_made_and_named(folder):
    def reported(**named: str) -> None:
        config = {**CONFIG, **named}
        run_folders.finished(run_folders.choose(config, NOW), config)

    put("theirs", raw="others")
    made_manifest.write(run_folders.RUNS / "theirs", {})
    assert "no run of company config/firm and raw folder raw; run theirs is of config/firm and others" in refused(
        reported
    )
    reported(raw="others")
    put("mine")
    made_manifest.write(run_folders.RUNS / "mine", {}, status="failed")
    assert "run mine: it is not complete" in refused(reported)
    made_manifest.write(run_folders.RUNS / "mine", {})
    reported()


@remedy("elt.run.run_folders", "Restore that file from a copy, or move the run folder elsewhere")
def test_a_run_with_a_damaged_identity_is_used_again_after_it_is_restored_and_its_name_after_it_is_moved(folder):
    put("mine")
    stated = run_folders.RUNS / "mine" / run_folders.IDENTITY
    copy = stated.read_bytes()
    stated.write_bytes(copy[:20])
    refused(lambda: run_folders.choose({**CONFIG, "run_id": "mine"}, NOW))
    stated.write_bytes(copy)
    assert run_folders.choose({**CONFIG, "run_id": "mine"}, NOW) == "mine"
    stated.write_bytes(copy[:20])
    (run_folders.RUNS / "mine").rename("elsewhere")
    assert run_folders.choose({**CONFIG, "run_id": "mine"}, NOW) == "mine"


@remedy("elt.run.run_folders", "Wait until it has ended", line=True)  # another process says so
def test_a_run_is_free_once_the_process_that_works_on_it_has_ended(folder):
    run = run_folders.RUNS / "a"
    run_folders.begin(run, CONFIG, NOW)
    assert "Wait until it has ended" in lock_in_another_process(run).stderr
    while run_folders._locks:
        os.close(run_folders._locks.pop())
    assert lock_in_another_process(run).returncode == 0


@remedy("elt.command.invocation", "Move them out of …")
def test_a_foreign_file_is_moved_out_of_the_run(folder):
    home = "artifacts/runs/mine"
    write_text(Path(home) / "reports/notes.txt", "mine\n")
    call = invocation.Invocation(request.RUN, NOW, CONFIG, home)
    with pytest.raises(RefusalError, match=f"Move them out of {home}"):
        call.undeclared([])
    (Path(home) / "reports/notes.txt").rename("notes.txt")
    assert call.undeclared([])[1] == declared.Undeclared([], [])


@remedy("elt.command.draft", "Give the folder with the exports: --config raw=<folder>", line=True)
@remedy("elt.command.draft", "Give the one to draft in: --config company=config/<new>", line=True)
@remedy("elt.command.draft", "Give a folder, new or not: --config company=config/<new>", line=True)
def test_a_draft_is_given_its_two_folders(folder):
    (folder / "file").touch()
    (folder / "exports").mkdir()
    for wrong, words in (
        ({"raw": "none"}, "Give the folder with the exports"),
        ({"company": ".."}, "Give the one to draft in"),
        ({"company": "file"}, "Give a folder, new or not"),
    ):
        (line,) = draft.faults({"raw": "exports", "company": "config/new", **wrong})
        assert words in line
    assert list(draft.faults({"raw": "exports", "company": "config/new"})) == []


@remedy(
    "elt.command.retention",
    "name the file with the customers: --config erase_from=<file>, or - for standard input",
    line=True,
)
def test_an_erasure_is_given_its_list(folder):
    finished(folder, "r1")
    (folder / "who.txt").write_text("KU001\n")
    stated = {"today": "clock", "run_id": None}
    (line,) = retention.faults("erase", {**stated, "erase_from": None})
    assert "name the file with the customers: --config erase_from=<file>, or - for standard input" in line
    for given in ("who.txt", "-"):
        assert list(retention.faults("erase", {**stated, "erase_from": given})) == []


SHOP = "number,name\n1,Bell\n2,Horn\n"


def drafted(folder: Path, **files: bytes | str) -> list[str]:
    """Contracts that are drafted for the exports of a folder; those that cannot be are named in a refusal."""
    raw = folder / "raw"
    shutil.rmtree(raw, ignore_errors=True)
    raw.mkdir(parents=True)
    for name, content in files.items():
        (raw / name.replace("__", ".")).write_bytes(content if isinstance(content, bytes) else content.encode())
    shutil.rmtree(folder / "new", ignore_errors=True)
    draft_contracts.main(str(raw), str(folder / "new"), str(folder / "staging"), str(folder / "draft.json"))
    return sorted(path.stem for path in (folder / "new/contracts").glob("*.yaml"))


@remedy("draft_contracts", "Give the folder with the exports: --config raw=<folder>")
@remedy("draft_contracts", "Export the tables as CSV into this folder")
def test_a_folder_with_exports_is_drafted(tmp_path):
    refused(lambda: draft_contracts.main(str(tmp_path / "no"), str(tmp_path / "new"), str(tmp_path / "s"), "x"))
    refused(lambda: drafted(tmp_path))
    assert drafted(tmp_path, products__csv=SHOP) == ["products"]


@remedy("draft_contracts", "Mend or remove it")
@pytest.mark.parametrize("how", ["mended", "removed"])
def test_a_file_among_the_contracts_that_is_none_is_mended_or_removed(tmp_path, how):
    write_text(tmp_path / "raw/products.csv", SHOP)
    wrong = tmp_path / "new/contracts/notes.yaml"
    write_text(wrong, "just: notes\n")

    def made() -> None:
        draft_contracts.main(str(tmp_path / "raw"), str(tmp_path / "new"), str(tmp_path / "s"), str(tmp_path / "d"))

    refused(made)
    if how == "mended":
        write_text(wrong, "name: notes\nfiles: notes.csv\n")
    else:
        wrong.unlink()
    made()
    assert (tmp_path / "new/contracts/products.yaml").exists()


@remedy("draft_contracts", "Start again")
def test_a_contract_that_appears_meanwhile_is_kept_when_the_draft_is_started_again(tmp_path, monkeypatch):
    write_text(tmp_path / "raw/products.csv", SHOP)
    theirs, sound = tmp_path / "new/contracts/products.yaml", draft_contracts.profiled

    def slow(drafts: Any, staging: Path) -> Any:
        found = sound(drafts, staging)
        write_text(theirs, "name: products\nfiles: products.csv\n")
        return found

    def made() -> None:
        draft_contracts.main(str(tmp_path / "raw"), str(tmp_path / "new"), str(tmp_path / "s"), str(tmp_path / "d"))

    with monkeypatch.context() as patch:
        patch.setattr(draft_contracts, "profiled", slow)
        refused(made)
    made()
    assert theirs.read_text("utf-8") == "name: products\nfiles: products.csv\n"


ODD = "Give each column a name of its own, which starts with a letter and has letters, digits, blanks and _ - . , ( ) / % & + # only"


@remedy("elt.draft.export_files", "Export the table again")
@remedy("elt.draft.export_files", "Export the table with its records")
@remedy("elt.draft.export_files", "Export the table with the names of its columns in the first line")
@remedy("elt.draft.export_files", ODD)
@remedy("elt.draft.export_files", "Rename the file")
def test_an_export_that_is_no_table_is_drafted_once_it_is_one(tmp_path):
    for bad in ("", "number,name\n", "1,Bell\n2,Horn\n", "\n\n\n", "?,!,number\n1,Bell,1\n"):
        refused(lambda bad=bad: drafted(tmp_path, products__csv=bad))
        assert drafted(tmp_path, products__csv=SHOP) == ["products"]
    refused(lambda: drafted(tmp_path, **{"products;1__csv": SHOP}))
    assert drafted(tmp_path, products_1__csv=SHOP) == ["products"]


@pytest.fixture
def firm(folder: Path) -> Path:
    """A copy of the company and the schemas of the project in the folder of the test."""
    shutil.copytree(ROOT / "config", folder / "config")
    return folder / "config/bike_retailer"


def loaded(**more: Any) -> list[str]:
    """The faults of the settings and the company in the folder of the test."""
    return settings.load(settings.prepared({**STATED, **more}), Path.cwd())[1]


def changed(path: Path, old: str, new: str) -> list[str]:
    """The faults while a text of a file is another one."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        return loaded()
    finally:
        path.write_text(text, encoding="utf-8")


@remedy(
    "elt.run.settings",
    "Draft them from the exports: …",
    line=True,
)
@pytest.mark.parametrize("is_there", [False, True])
def test_a_company_that_is_not_there_is_drafted_by_the_command(firm, tmp_path, is_there):
    if is_there:
        write_text(tmp_path / "config/new/company.yaml", "")
    (line,) = loaded(company="config/new")
    found = re.search(r"snakemake (\w+) --config raw=<folder> company=(\S+)", line)
    assert found is not None and request.of([found[1]]) == request.DRAFT
    write_text(tmp_path / "exports/products.csv", SHOP)
    draft_contracts.main("exports", found[2], str(tmp_path / "s"), str(tmp_path / "d"))
    assert not [line for line in loaded(company="config/new") if "in this folder" in line]


@remedy(
    "elt.run.settings",
    "Replace … by …",
    line=True,
)
def test_a_class_is_decided_as_told(firm):
    path = firm / "contracts/crm_products.yaml"
    old = "personal: none"
    (line,) = changed(path, old, f"personal: {settings.UNCLASSIFIED}")
    assert f"Replace {settings.UNCLASSIFIED} by none" in line
    for name in ("none", "quasi", "identifier", "direct"):
        assert not [one for one in changed(path, old, f"personal: {name}") if settings.UNCLASSIFIED in one]
    assert loaded() == []


@remedy("elt.run.mart_faults", "Rename all but one", line=True)
def test_columns_and_key_figures_that_differ_in_case_are_renamed(firm):
    marts = firm / "marts.yaml"
    column = re.search(r"^ +country: \{type: string.*\n", marts.read_text("utf-8"), re.M)
    assert column is not None
    twice = column[0] + column[0].replace("country:", "COUNTRY:")
    assert any("Rename all but one" in line for line in changed(marts, column[0], twice))
    renamed = column[0] + column[0].replace("country:", "land:")
    assert not any("Rename all but one" in line for line in changed(marts, column[0], renamed))


def bound(company: Company, mart: str, old: str, new: str) -> list[str]:
    """The faults if the SQL of a mart is another one."""
    text = company.queries[mart].text
    assert old in text
    queries = {**company.queries, mart: Query("x.sql", text.replace(old, new))}
    return list(binding.faults(replace(company, queries=queries)))


@pytest.fixture(scope="module")
def company() -> Company:
    """The company of the project, all of whose SQL is written, as `draft_star` writes it."""
    found, faults = settings.load(settings.prepared({**STATED, "company": str(ROOT / "config/bike_retailer")}), ROOT)
    assert faults == [] and found is not None
    return replace(found, marts={name: replace(mart, is_drawn=False) for name, mart in found.marts.items()})


@remedy("elt.gold.binding", "Correct …", line=True)
@remedy("elt.gold.binding", "Correct …, or add the field to …", line=True)
@remedy("elt.gold.binding", "Correct …, or describe the column in marts.yaml, under marts.…", line=True)
@remedy("elt.tables", "Correct …")
def test_the_sql_of_a_mart_is_corrected_or_gets_the_column_that_it_names(company):
    (calendar, *_) = bound(company, "dim_date", "d.iso_week,", "d.iso_wek,")
    assert calendar.endswith("Correct the SQL")
    drawn = replace(company, marts={**company.marts, "dim_date": replace(company.marts["dim_date"], is_drawn=True)})
    (calendar, *_) = bound(drawn, "dim_date", "d.iso_week,", "d.iso_wek,")
    written = "(snakemake draft_star writes dim_date.sql)"
    assert calendar.endswith(f"Correct the roles and foreignKeys of the contracts {written}")
    assert bound(company, "dim_date", "d.iso_week,", "d.iso_week,") == []
    lines = bound(company, "dim_customer", "erp.BDATE AS", "erp.BORN AS")
    assert any("Correct the SQL, or add the field to" in line for line in lines)
    erp = company.contracts["erp_customers"]
    born = replace(erp.by_name["BDATE"], name="BORN")
    wider = {**company.contracts, "erp_customers": replace(erp, fields=(*erp.fields, born))}
    assert bound(replace(company, contracts=wider), "dim_customer", "erp.BDATE AS", "erp.BORN AS") == []
    changed_sql = ("dim_location", "DISTINCT\n    country\nFROM", "DISTINCT land AS country FROM")
    lines = bound(company, *changed_sql)
    assert any("or describe the column in marts.yaml, under marts.dim_customer" in line for line in lines)
    mart = company.marts["dim_customer"]
    land = replace(mart.by_name["country"], name="land")
    more = {**company.marts, "dim_customer": replace(mart, columns=(*mart.columns, land))}
    described = replace(company, marts=more)
    assert [line for line in bound(described, *changed_sql) if "dim_location" in line] == []


def expressed(sql: str, *more: dict[str, Any]) -> list[str]:
    """What is said of a contract with a rule under quarantine, and more fields."""
    fields = [{"name": "number", "type": "string", "personal": "none", "description": "d"}, *more]
    entry = {"name": "c", "title": "t", "files": "*.csv", "primaryKey": ["number"], "fields": fields}
    rule = {"code": "c", "when": sql, "why": "w"}
    return list(expressions.contract_faults(Contract.of({**entry, "quarantine": [rule]}), "c.yaml"))


@remedy(
    "elt.silver.expressions",
    "Correct the expression, in which text stands in single quotes, or add the field",
    line=True,
)
@remedy("elt.silver.expressions", "Correct the expression", line=True)
def test_an_expression_is_corrected_or_gets_the_field_that_it_names():
    (line,) = expressed("status = 'open'")
    assert line.endswith("Correct the expression, in which text stands in single quotes, or add the field")
    assert (
        expressed("status = 'open'", {"name": "status", "type": "string", "personal": "none", "description": "d"}) == []
    )
    assert len(expressed('number = "open"')) == 1
    assert expressed("number = 'open'") == []
    (line,) = expressed("number = ")
    assert line.endswith(". Correct the expression")
    assert expressed("number = '1'") == []


@remedy("elt.silver.expressions", "Correct convert, compute, repairs or quarantine in it", line=True)
def test_expressions_that_no_one_alone_breaks_are_corrected(monkeypatch):
    monkeypatch.setattr(expressions, "alone", lambda contract: [])
    (line,) = expressed("number = 1 +")
    assert line.endswith("Correct convert, compute, repairs or quarantine in it")
    assert expressed("number = '1'") == []


@remedy("elt.run.contract_faults", "name: must be …, like the file", line=True)
def test_a_contract_is_called_like_its_file(firm):
    path = firm / "contracts/crm_products.yaml"
    (line,) = (line for line in changed(path, "name: crm_products", "name: products") if "like the file" in line)
    assert "name: must be crm_products, like the file" in line
    assert loaded() == []


@remedy("retention_expire", "type the same again later", line=True)
def test_a_run_that_was_at_work_expires_when_the_same_is_typed_again(folder, monkeypatch):
    finished(folder, "r1")

    def typed() -> list[str]:
        retention_expire.main(30, date(2026, 12, 31), WHEN, str(folder / "summary.json"))
        return json.loads((folder / "summary.json").read_text("utf-8"))["lines"]

    def at_work(run: Path) -> None:
        raise Fault(f"run {run.name}", "another process is working on it", "Wait until it has ended")

    with monkeypatch.context() as patch:
        patch.setattr(run_folders, "lock", at_work)
        assert any("type the same again later" in line for line in typed())
    assert any("files deleted" in line for line in typed())
