"""Settings and company knowledge: every fault in one message, a line each, naming the key."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from elt.files import read_yaml
from elt.run import settings
from elt.run.company import Company
from elt.run.contract import Contract
from elt.run.key_figures import Kpi
from elt.run.mart import Query

ROOT = Path(__file__).resolve().parents[2]

CONTRACT = {
    "name": "sales",
    "title": "Sales",
    "files": "sales*.csv",
    "primaryKey": ["id"],
    "fields": [
        {"name": "id", "type": "string", "personal": "identifier", "description": "Number"},
        {"name": "amount", "type": "number", "money": True, "personal": "none", "description": "Amount"},
    ],
}
MART = {
    "title": "Facts",
    "grain": "one row a sale",
    "key": ["id"],
    "columns": {"id": {"type": "string", "personal": "identifier", "description": "Number"}},
}
WORDS = {"en": "x", "de": "x"}
SEGMENT = {name: {"en": "x", "de": "x"} for name in ("name", "action", "success")}


def company(folder: Path, contract: Any = CONTRACT, marts: Any = None, sql: dict[str, str] | None = None) -> Path:
    """A small company folder."""
    (folder / "contracts").mkdir(parents=True, exist_ok=True)
    (folder / "marts").mkdir(exist_ok=True)
    text = contract if isinstance(contract, str) else yaml.safe_dump(contract, allow_unicode=True)
    (folder / "contracts/sales.yaml").write_text(text, encoding="utf-8")
    content = {"calendar": {"country": "DE"}, "marts": marts or {"facts": MART}}
    (folder / "marts.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    for name, query in (sql or {"facts": "SELECT id FROM silver.sales"}).items():
        (folder / f"marts/{name}.sql").write_text(query, encoding="utf-8")
    (folder / "kpis.yaml").write_text("{}\n", encoding="utf-8")
    (folder / "segments.yaml").write_bytes((ROOT / "config/bike_retailer/segments.yaml").read_bytes())
    return folder


def config(folder: Path | str, **more: Any) -> dict[str, Any]:
    """The settings of the project with another company."""
    return {**read_yaml(ROOT / "config/config.yaml"), "company": str(folder), **more}


def load(content: dict[str, Any], root: Path) -> tuple[Company | None, list[str]]:
    """Company and faults, in a project that has the schemas and no standard tables, marts and KPIs."""
    (root / "config/standard").mkdir(parents=True, exist_ok=True)
    for name in ("schema.yaml", "company.schema.yaml", "standard/time_zones.yaml", "standard/segments.yaml"):
        shutil.copy2(ROOT / "config" / name, root / "config" / name)
    for name, text in (("star", "{}"), ("marts", "marts: {}"), ("kpis", "{}")):
        (root / f"config/standard/{name}.yaml").write_text(text, encoding="utf-8")
    return settings.load(content, root)


def faults(folder: Path, *arguments: Any) -> list[str]:
    """The faults of a small company."""
    return load(config(company(folder / "firm", *arguments)), folder)[1]


def changed(content: dict, **more: Any) -> dict:
    """A copy with other values; None takes a key away."""
    return {key: value for key, value in {**content, **more}.items() if value is not None}


def with_field(**more: Any) -> dict:
    """The contract whose second field is changed."""
    return changed(CONTRACT, fields=[CONTRACT["fields"][0], changed(CONTRACT["fields"][1], **more)])


def test_the_settings_of_the_project_have_no_fault(monkeypatch):
    monkeypatch.chdir(ROOT)
    found, faults_found = settings.load(read_yaml("config/config.yaml"), ROOT)
    assert faults_found == []
    assert (found.name, found.folder) == ("bike_retailer", "config/bike_retailer")
    parts = (found.contracts, found.marts, found.queries, found.kpis, found.formulas, found.star, found.standard)
    assert all(parts) and found.segments.rules and found.controller_statements and found.left_out == {}


def test_a_small_company_has_no_fault(tmp_path):
    found, faults_found = load(config(company(tmp_path)), tmp_path)
    assert faults_found == []
    assert found.contracts == {"sales": Contract.of(CONTRACT)}
    assert found.queries == {"facts": Query("marts/facts.sql", "SELECT id FROM silver.sales")}


def test_a_company_with_a_fault_is_none(tmp_path):
    found, faults_found = load(config(company(tmp_path, with_field(personal=None))), tmp_path)
    assert found is None and faults_found


def test_an_erasure_gets_the_contracts_and_what_needs_none_reads_no_company(tmp_path):
    content = config(company(tmp_path / "firm"))
    load(content, tmp_path)
    assert settings.contracts_of(content, tmp_path, is_needed=True) == ({"sales": Contract.of(CONTRACT)}, [])
    assert settings.contracts_of(config("nowhere"), tmp_path, is_needed=False) == ({}, [])
    assert settings.contracts_of(config("nowhere", seed="x"), tmp_path, is_needed=False)[1][0].startswith(
        "config: seed"
    )


def test_the_faults_of_contracts_stop_an_erasure(tmp_path):
    content = config(company(tmp_path / "firm", changed(CONTRACT, primaryKey=["number"])))
    load(content, tmp_path)
    contracts, found = settings.contracts_of(content, tmp_path, is_needed=True)
    assert found == ["contracts/sales.yaml: primaryKey: number is not one of the fields"]
    assert contracts.keys() == {"sales"}


def test_what_the_command_line_hands_over_as_text_gets_its_type():
    given = {
        "analysis_date": date(2024, 1, 5),
        "segmentation": {"k_min": "3", "k": None},
        "quarantine_budget": 0.1,
        "run_id": "7",
        "erase_from": [""],
    }
    assert settings.prepared(given) == {
        "analysis_date": "2024-01-05",
        "segmentation": {"k_min": 3, "k": None},
        "quarantine_budget": 0.1,
        "run_id": "7",
        "erase_from": "-",
    }
    assert settings.prepared({"erase_from": "people.csv"}) == {"erase_from": "people.csv"}


def test_every_fault_of_the_settings_is_a_line_that_names_its_key(tmp_path):
    wrong = config(tmp_path, seed="x", language="fr", segmentation={"k": 0, "k_min": 1}, speed="fast")
    lines = load(wrong, tmp_path)[1]
    assert [line.split(":")[1].strip() for line in lines] == [
        "top level", "language", "seed", "segmentation", "segmentation", "segmentation", "segmentation.k",
        "segmentation.k_min",
    ]  # fmt: skip
    assert "'speed' was unexpected" in lines[0]
    assert all("\n" not in line for line in lines)


def test_a_missing_setting_is_named(tmp_path):
    assert load(changed(config(tmp_path), seed=None), tmp_path)[1] == [
        "config: top level: 'seed' is a required property"
    ]


HOSTILE = [
    "", ".", "..", "../x", "a/b", "/etc", "a\\b", ".hidden", "-x", "_x", "a..b", "x" * 65, "a b", " a", "a ", "a\n",
    "\na", "a\0b", "a\tb", "ä", "ａ", "a:b", "a*", "$(id)", "a;b", "'a'", "~", "a%2fb", "a\u202eb", 1e5, 7, True, None,
    float("nan"), ["a"], {"a": 1},
]  # fmt: skip


@pytest.mark.parametrize("run_id", HOSTILE, ids=repr)
def test_a_hostile_run_id_is_refused_by_its_key(tmp_path, run_id):
    lines = load(config(tmp_path, run_id=run_id), tmp_path)[1]
    assert len(lines) == 1
    assert lines[0].startswith("config: run_id: ")


@pytest.mark.parametrize("run_id", ["a", "7", "real", "2026-11-23", "A.b_c-d", "x" * 64, "new", "1e5"])
def test_an_ordinary_run_id_is_accepted(tmp_path, run_id):
    assert load(config(company(tmp_path), run_id=run_id), tmp_path)[1] == []


@pytest.mark.parametrize("day", ["2024-02-30", "2024-13-01", "24-01-01", "tomorrow", "２０２４-01-01"])
def test_an_analysis_date_that_is_no_day_is_refused(tmp_path, day):
    lines = load(config(company(tmp_path), analysis_date=day), tmp_path)[1]
    assert len(lines) == 1
    assert lines[0].startswith("config: analysis_date: ")


def test_a_range_of_segments_that_is_upside_down_is_refused(tmp_path):
    content = config(company(tmp_path))
    content["segmentation"] = {**content["segmentation"], "k_min": 6, "k_max": 4}
    assert load(content, tmp_path)[1] == ["config: segmentation.k_min: 6 is larger than k_max (4)"]


def test_one_number_of_segments_alone_may_be_tried(tmp_path):
    content = config(company(tmp_path))
    content["segmentation"] = {**content["segmentation"], "k_min": 4, "k_max": 4}
    assert load(content, tmp_path)[1] == []


def test_a_company_folder_that_is_not_there_is_named(tmp_path):
    lines = load(config(tmp_path / "none"), tmp_path)[1]
    assert lines == [
        f"{tmp_path}/none: there is no company in this folder. Draft them from the exports: "
        f"snakemake draft_contracts --config raw=<folder> company={tmp_path}/none"
    ]


def test_a_company_folder_without_contracts_is_named_with_the_way_to_draft_them(tmp_path):
    for contract in company(tmp_path).glob("contracts/*.yaml"):
        contract.unlink()
    lines = load(config(tmp_path), tmp_path)[1]
    assert lines == [
        f"{tmp_path}: there are no contracts in this folder. Draft them from the exports: "
        f"snakemake draft_contracts --config raw=<folder> company={tmp_path}"
    ]


def test_a_company_without_segments_of_its_own_gets_the_standard_ones(tmp_path):
    (company(tmp_path) / "segments.yaml").unlink()
    found, lines = load(config(tmp_path), tmp_path)
    assert lines == []
    standard = read_yaml(ROOT / "config/standard/segments.yaml")
    assert [rule.id for rule in found.segments.rules] == [one["id"] for one in standard["segments"]]
    assert any(rule.no_action for rule in found.segments.rules)


def test_a_company_without_marts_and_without_roles_is_told_which_roles_it_takes(tmp_path):
    folder = company(tmp_path)
    (folder / "marts.yaml").unlink()
    (folder / "marts/facts.sql").unlink()
    lines = load(config(tmp_path), tmp_path)[1]
    assert [line.partition("role: ")[2].partition(" ")[0] for line in lines] == [
        "quantity", "order_number", "order_date", "customer_number", "product_number", "sales_amount",
    ]  # fmt: skip
    assert lines[0] == (
        f"{tmp_path}/contracts: no field has role: quantity (quantity of an order line); it may be sales.amount. "
        "Write role: quantity to the field that is it, or compute such a field"
    )


@pytest.mark.remedy("elt.run.settings", "Write one such as Europe/Berlin", line=True)
def test_the_time_zone_of_the_company_takes_the_place_of_its_country_s_and_must_be_one(tmp_path):
    stamp = {**CONTRACT["fields"][0], "name": "day", "type": "date", "format": "%Y-%m-%dT%H:%M:%S%z"}
    folder = company(tmp_path, {**CONTRACT, "fields": [*CONTRACT["fields"], stamp]})
    (folder / "company.yaml").write_text("timeZone: Europe/Nowhere\n", encoding="utf-8")
    assert load(config(tmp_path), tmp_path)[1] == [
        f"{tmp_path}/company.yaml: timeZone: Europe/Nowhere is no time zone. Write one such as Europe/Berlin"
    ]
    (folder / "company.yaml").write_text("timeZone: Europe/London\n", encoding="utf-8")
    found, lines = load(config(tmp_path), tmp_path)
    assert (lines, found.contracts["sales"].by_name["day"].time_zone) == ([], "Europe/London")


@pytest.mark.parametrize(("marts", "own", "country"), [("AT", "DE", "AT"), (None, "DE", "DE"), (None, None, "")])
def test_the_country_of_the_calendar_is_that_of_the_marts_else_of_the_company_else_none(tmp_path, marts, own, country):
    folder = company(tmp_path)
    stated = {"marts": {"facts": MART}} | ({"calendar": {"country": marts}} if marts else {})
    (folder / "marts.yaml").write_text(yaml.safe_dump(stated), encoding="utf-8")
    if own:
        (folder / "company.yaml").write_text(yaml.safe_dump({"calendar": {"country": own}}), encoding="utf-8")
    found, lines = load(config(tmp_path), tmp_path)
    assert (lines, found.calendar.country) == ([], country)


def test_a_file_that_is_no_yaml_is_named_with_its_line(tmp_path):
    assert faults(tmp_path, "name: sales\ntitle: [") == [f"{tmp_path}/firm/contracts/sales.yaml: is not YAML (line 3)"]


def test_a_contract_that_is_not_utf8_is_named(tmp_path):
    (company(tmp_path) / "contracts/sales.yaml").write_bytes("title: Verkäufe".encode("cp1252"))
    lines = load(config(tmp_path), tmp_path)[1]
    assert len(lines) == 1
    assert lines[0].startswith(f"{tmp_path}/contracts/sales.yaml: is not UTF-8")


def test_a_key_that_stands_twice_in_a_contract_is_a_fault_as_one_would_be_lost(tmp_path):
    text = yaml.safe_dump(CONTRACT) + "title: Other\n"
    lines = faults(tmp_path, text)
    assert len(lines) == 1
    assert "sales.yaml: 'title' stands there twice (line" in lines[0]


def test_an_empty_contract_is_a_fault(tmp_path):
    assert faults(tmp_path, "") == [f"{tmp_path}/firm/contracts.sales: None is not of type 'object'"]


def test_a_field_without_personal_class_is_refused(tmp_path):
    lines = faults(tmp_path, with_field(personal=None))
    assert lines == [f"{tmp_path}/firm/contracts.sales.fields[1]: 'personal' is a required property"]


def test_a_personal_class_that_is_none_of_the_four_is_refused(tmp_path):
    lines = faults(tmp_path, with_field(personal="secret"))
    assert len(lines) == 1
    assert "contracts.sales.fields[1].personal: 'secret' is not one of" in lines[0]
    assert "direct: never leaves the protected layers" in lines[0]


def test_a_mart_column_without_personal_class_is_refused(tmp_path):
    column = changed(MART["columns"]["id"], personal=None)
    lines = faults(tmp_path, CONTRACT, {"facts": changed(MART, columns={"id": column})})
    assert lines == [f"{tmp_path}/firm/marts.yaml.marts.facts.columns.id: 'personal' is a required property"]


def test_every_fault_of_a_contract_is_a_line(tmp_path):
    lines = faults(tmp_path, with_field(type="decimal", money=None, personal=None, unknown=1))
    assert [line.split(": ")[0].removeprefix(f"{tmp_path}/firm/") for line in lines] == [
        "contracts.sales.fields[1]", "contracts.sales.fields[1]", "contracts.sales.fields[1].type",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("contract", "line"),
    [
        (changed(CONTRACT, name="orders"), "name: must be sales, like the file"),
        (changed(CONTRACT, primaryKey=["number"]), "primaryKey: number is not one of the fields"),
        (changed(CONTRACT, keep={"latest": "day"}), "keep.latest: day is not one of the fields"),
        (changed(CONTRACT, repairs=[{"field": "price", "when": "TRUE", "set": "1", "why": "w"}]),
         "repairs[0].field: price is not one of the fields"),
        (with_field(name="id"), "fields: id is listed twice"),
        (with_field(name="ID"), "fields: id is listed twice"),
        (changed(CONTRACT, timeZone="Europe/Berlim"),
         "timeZone: Europe/Berlim is no time zone; write one such as Europe/Berlin"),
        (with_field(type="date", money=None, format="%Y-%m-%dT%H:%M:%SZ"),
         "fields.amount.format: Z in %Y-%m-%dT%H:%M:%SZ would cut the time zone off, so that days near midnight are wrong. "
         "Write %z in its place, which reads Z, UTC, GMT, CET, CEST and offsets such as +02:00"),
        (with_field(type="date", money=None, format="%m/%d/%Y", dayFirst=True),
         "fields.amount.dayFirst: true contradicts the format %m/%d/%Y. Correct one of them; of several formats dayFirst may "
         "be a list, with true or false for each"),
        (with_field(type="date", money=None, format="%d/%m/%Y", dayFirst=[True, False]),
         "fields.amount.dayFirst: 2 are stated for 1 formats. State one for each format, or one for all"),
    ],
)  # fmt: skip
def test_what_the_schema_cannot_say_of_a_contract_is_checked_too(tmp_path, contract, line):
    assert faults(tmp_path, contract) == [f"{tmp_path}/firm/contracts/sales.yaml: {line}"]


ZONED = with_field(type="date", money=None, format="%Y-%m-%dT%H:%M:%S%z")


@pytest.mark.parametrize(
    ("country", "stated", "zone"),
    [("DE", None, "Europe/Berlin"), ("CH", None, "Europe/Zurich"), ("DE", "Asia/Tokyo", "Asia/Tokyo"),
     ("US", "America/Chicago", "America/Chicago"), ("US", None, None)],
)  # fmt: skip
def test_the_time_zone_is_that_of_the_contract_or_of_the_calendar_s_country(tmp_path, country, stated, zone):
    firm = company(tmp_path / "firm", changed(ZONED, timeZone=stated))
    text = (firm / "marts.yaml").read_text("utf-8")
    (firm / "marts.yaml").write_text(text.replace("DE", country), encoding="utf-8")
    found, lines = load(config(firm), tmp_path)
    assert ["State timeZone in the contract" in line for line in lines] == ([] if zone else [True])
    assert found is None or found.contract("sales").by_name["amount"].time_zone == zone
    contracts, _ = settings.contracts_of(config(firm), tmp_path, is_needed=True)
    assert contracts["sales"].by_name["amount"].time_zone == zone


def test_a_table_without_zones_in_its_dates_needs_none(tmp_path):
    dated = changed(with_field(type="date", money=None, format="%d.%m.%Y %H:%M"), timeZone="Europe/Berlin")
    found, _ = load(config(company(tmp_path / "firm", dated)), tmp_path)
    assert found.contract("sales").by_name["amount"].time_zone is None


@pytest.mark.parametrize(
    ("contract", "key", "words"),
    [
        (with_field(type="date", money=None, dayFirst=True), "fields[1]", "'format' is a required property"),
        (with_field(dayFirst=True, format="%d.%m.%Y"), "fields[1].type", "only a date has a day and a month"),
        (changed(CONTRACT, timeZone="+02:00"), "timeZone", "such as Europe/Berlin"),
        (with_field(type="string"), "fields[1].type", "'number' was expected (an amount is a number)"),
        (with_field(minimum="a"), "fields[1].minimum", "'a' is not of type 'number'"),
        (with_field(type="date", money=None, maximum=5), "fields[1].maximum", "5 is not of type 'string' (a day, yyyy-mm-dd)"),
        (with_field(type="date", money=None, maximum="31.12.2015"), "fields[1].maximum", "(a day, yyyy-mm-dd)"),
        (with_field(type="string", money=None, minimum=5), "fields[1].type", "'string' is not one of ['integer', 'number', 'date']"),
        (changed(CONTRACT, files="/etc/*.csv"), "files", "(Pattern of the raw files, below the raw folder)"),
        (changed(CONTRACT, files="../other/*.csv"), "files", "(Pattern of the raw files, below the raw folder)"),
        (changed(CONTRACT, fields=[]), "fields", "[] should be non-empty"),
        (changed(CONTRACT, primarykey=["id"]), "", "'primarykey' was unexpected"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_in_a_contract_is_refused_by_its_key(tmp_path, contract, key, words):
    lines = faults(tmp_path, contract)
    assert len(lines) == 1
    assert lines[0].startswith(f"{tmp_path}/firm/contracts.sales{f'.{key}' if key else ''}: ")
    assert words in lines[0]


@pytest.mark.parametrize("codes", [{"Y": True}, {True: "Yes"}, {1: "One"}, {"A": None}], ids=repr)
def test_a_code_that_yaml_turned_into_another_value_is_refused(tmp_path, codes):
    lines = faults(tmp_path, with_field(type="string", money=None, codes=codes))
    assert len(lines) == 1
    assert ".codes" in lines[0]
    assert "is not of type 'string'" in lines[0]


def test_dates_in_a_contract_may_be_written_without_quotes(tmp_path):
    text = yaml.safe_dump(with_field(type="date", money=None)) + "quarantine: []\n"
    text = text.replace("name: amount\n", "name: amount\n  minimum: 1900-01-01\n")
    assert faults(tmp_path, text) == []


def test_a_date_in_a_contract_that_is_none_is_refused(tmp_path):
    text = yaml.safe_dump(with_field(type="date", money=None)).replace(
        "name: amount\n", "name: amount\n  minimum: 1900-02-30\n"
    )
    lines = faults(tmp_path, text)
    assert len(lines) == 1
    assert "contracts/sales.yaml: holds a date that is none" in lines[0]


@pytest.mark.parametrize("sql", ["SELECT 'id FROM silver.sales", "SELECT id FROM silver.sales /* more"])
def test_sql_whose_quotes_or_comments_do_not_close_is_refused(tmp_path, sql):
    lines = faults(tmp_path, CONTRACT, None, {"facts": sql})
    assert lines == [f"{tmp_path}/firm/marts/facts.sql: is not SQL: a quote or a comment does not close"]


READING = "MAX((SELECT name FROM read_csv('people.csv')))"


@pytest.mark.parametrize(
    ("key", "contract"),
    [
        ("fields.amount.convert", with_field(convert=READING)),
        ("fields.amount.compute", with_field(compute=READING)),
        ("repairs[0].when", changed(CONTRACT, repairs=[{"field": "id", "when": READING, "set": "id", "why": "x"}])),
        ("repairs[0].set", changed(CONTRACT, repairs=[{"field": "id", "when": "TRUE", "set": READING, "why": "x"}])),
        ("quarantine[0].when", changed(CONTRACT, quarantine=[{"code": "x", "when": READING, "why": "x"}])),
    ],
)
def test_an_expression_of_a_contract_that_reads_a_file_is_refused_before_anything_runs(tmp_path, key, contract):
    lines = faults(tmp_path, contract)
    where = f"{tmp_path}/firm/contracts/sales.yaml: {key}: "
    assert [line.removeprefix(where) for line in lines] == [
        "read_csv(…) is not allowed. An expression reads columns of its table alone",
        "a query is not allowed here. An expression reads columns of its table alone",
    ]
    found = settings.contracts_of(config(tmp_path / "firm"), tmp_path, is_needed=True)[1]
    assert len(found) == 2  # an erasure reads the contracts too


def test_a_key_figure_and_a_mart_that_read_a_file_are_refused_before_anything_runs(tmp_path):
    folder = company(tmp_path / "firm", sql={"facts": "SELECT id FROM read_csv('people.csv')"})
    figure = {"name": WORDS, "definition": WORDS, "formula": READING, "unit": "money", "direction": "up"}
    (folder / "kpis.yaml").write_text(yaml.safe_dump({"richest": figure}), encoding="utf-8")
    lines = [line.removeprefix(f"{folder}/") for line in load(config(folder), tmp_path)[1]]
    assert {line.rpartition(": ")[0] for line in lines} == {"kpis.yaml: richest.formula", "marts/facts.sql"}
    assert (
        "marts/facts.sql: read_csv(…) is not allowed. A mart reads silver.<table>, gold.<mart> and calendar.days"
        in lines
    )


def marts(**tables: dict) -> dict:
    """Marts by name, each like MART with changes."""
    return {name: changed(MART, **more) for name, more in tables.items()}


def doubting(doubts: list[str], **more: Any) -> dict:
    """A mart with a flag that doubts columns."""
    flag = {"type": "boolean", "personal": "none", "description": "x", "doubts": doubts, "why": {"en": "x", "de": "x"}}
    return marts(facts={"columns": MART["columns"] | {"is_guessed": changed(flag, **more)}})


@pytest.mark.parametrize(
    ("entries", "sql", "line"),
    [
        (marts(facts={}), {"facts": "SELECT id FROM silver.sales", "more": "SELECT 1 AS id"},
         "marts.yaml: marts.more: has SQL (marts/more.sql) but no entry"),
        (marts(facts={}, more={}), {"facts": "SELECT id FROM silver.sales"},
         "marts.yaml: marts.more: has no SQL (marts/more.sql)"),
        (marts(facts={}), {"facts": "SELECT id FROM silver.orders"},
         "marts/facts.sql: silver.orders is neither a contract nor a mart"),
        (marts(facts={}), {"facts": "SELECT id FROM gold.orders"},
         "marts/facts.sql: gold.orders is neither a contract nor a mart"),
        (marts(facts={"key": ["number"]}), None, "marts.yaml: marts.facts.key: number is not a column"),
        (marts(facts={"foreignKeys": {"id": "none.id"}}), None,
         "marts.yaml: marts.facts.foreignKeys.id: none.id or id does not exist"),
        (marts(facts={"ledger": {"table": "orders", "money": {"id": "amount"}}}), None,
         "marts.yaml: marts.facts.ledger.table: orders is not a contract"),
        (marts(facts={"ledger": {"table": "sales", "money": {"id": "price"}}}), None,
         "marts.yaml: marts.facts.ledger.money.id: price is not a money field of sales"),
        (marts(facts={"ledger": {"table": "sales", "money": {"sum": "amount"}}}), None,
         "marts.yaml: marts.facts.ledger.money.sum: is not a column"),
        (doubting(["cost"]), None, "marts.yaml: marts.facts.columns.is_guessed.doubts: cost is not a column"),
        (doubting(["id"], why=None), None, "marts.yaml.marts.facts.columns.is_guessed: 'why' is a dependency of 'doubts'"),
        (doubting(["id"], type="integer"), None,
         "marts.yaml.marts.facts.columns.is_guessed.type: 'boolean' was expected (only a flag can doubt)"),
    ],
)  # fmt: skip
def test_marts_and_sql_must_fit_each_other(tmp_path, entries, sql, line):
    assert faults(tmp_path, CONTRACT, entries, sql) == [f"{tmp_path}/firm/{line}"]


@pytest.mark.remedy("elt.run.mart_faults", "Add money: true to its field … in contracts/….yaml", line=True)
def test_an_amount_of_a_ledger_is_made_money_by_the_line_that_is_named(tmp_path):
    entries = marts(facts={"ledger": {"table": "sales", "money": {"id": "amount"}}})
    plain = [{key: value for key, value in one.items() if key != "money"} for one in CONTRACT["fields"]]
    [line] = faults(tmp_path / "a", {**CONTRACT, "fields": plain}, entries, None)
    assert line.endswith("Add money: true to its field amount in contracts/sales.yaml")
    assert faults(tmp_path / "b", CONTRACT, entries, None) == []


def with_category(*names: str) -> dict:
    """A mart with more columns, of these names."""
    return changed(MART, columns={**MART["columns"], **dict.fromkeys(names, MART["columns"]["id"])})


@pytest.mark.parametrize(
    ("entries", "line"),
    [
        ({"facts": with_category("category", "Category")},
         "marts.yaml: marts.facts.columns: Category and category differ only in upper and lower case"),
        ({"facts": with_category("LAND", "land", "Land")},
         "marts.yaml: marts.facts.columns: LAND and Land and land differ only in upper and lower case"),
    ],
)  # fmt: skip
def test_names_that_a_database_takes_for_one_are_refused_until_one_is_renamed(tmp_path, entries, line):
    sql = dict.fromkeys(entries, "SELECT * FROM silver.sales")
    (fault,) = faults(tmp_path, CONTRACT, entries, sql)
    assert fault.startswith(f"{tmp_path}/firm/{line}, so a database takes them for one. Rename all but one")


def test_key_figures_that_differ_only_in_case_are_refused(tmp_path):
    with_figures(tmp_path, {}, {}, {"revenue": FIGURE, "Revenue": FIGURE})
    assert load(config(tmp_path), tmp_path)[1] == [
        f"{tmp_path}/kpis.yaml: Revenue and revenue differ only in upper and lower case, so a database takes them for "
        "one. Rename all but one"
    ]


def test_columns_with_names_of_their_own_are_no_fault_whatever_their_case(tmp_path):
    entries = {"facts": with_category("Category", "categories", "CATEGORY_ID")}
    assert faults(tmp_path, CONTRACT, entries, {"facts": "SELECT * FROM silver.sales"}) == []


@pytest.mark.parametrize(
    ("table", "hint"),
    [("silver.sale", "; it may be silver.sales"), ("gold.sales", "; it may be silver.sales"), ("silver.people", "")],
)
def test_a_table_that_is_none_is_named_with_its_likely_spelling(tmp_path, table, hint):
    (fault,) = faults(tmp_path, CONTRACT, marts(facts={}), {"facts": f"SELECT id FROM {table}"})
    assert fault == f"{tmp_path}/firm/marts/facts.sql: {table} is neither a contract nor a mart{hint}"


def test_marts_that_read_each_other_in_a_circle_are_named(tmp_path):
    sql = {"a": "SELECT id FROM gold.b", "b": "SELECT id FROM gold.c", "c": "SELECT id FROM gold.a"}
    lines = faults(tmp_path, CONTRACT, marts(a={}, b={}, c={}), sql)
    assert lines == [f"{tmp_path}/firm/marts: these read each other in a circle: a → c → b → a"]


def test_several_faults_of_marts_and_contracts_stand_side_by_side(tmp_path):
    contract = changed(CONTRACT, primaryKey=["number"])
    lines = faults(tmp_path, contract, marts(facts={"key": ["number"]}), {"facts": "SELECT id FROM silver.none"})
    assert len(lines) == 3


@pytest.mark.parametrize("budget", [0.02, 0, {"default": 0.01}, {"default": 0.01, "total": 0.02, "wrong_width": 0.001}])
def test_the_budget_of_quarantine_is_a_share_or_shares_by_reason(tmp_path, budget):
    assert load(config(company(tmp_path / "firm"), quarantine_budget=budget), tmp_path)[1] == []


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        (1.5, "config: quarantine_budget: 1.5 is greater than the maximum of 1"),
        ({"wrong_width": 0.1}, "config: quarantine_budget: 'default' is a required property"),
        ({"default": -0.1}, "config: quarantine_budget.default: -0.1 is less than the minimum of 0"),
        ({"default": 0.01, "wrong_widht": 0.1}, "config: quarantine_budget.wrong_widht: no record goes to quarantine"),
    ],
)
def test_a_budget_of_quarantine_that_cannot_be_used_is_named(tmp_path, budget, words):
    (fault,) = load(config(company(tmp_path / "firm"), quarantine_budget=budget), tmp_path)[1]
    assert fault.startswith(words)


FACTS = {
    "title": "Facts",
    "grain": "one row a sale",
    "key": ["id"],
    "columns": {
        "id": {"type": "string", "personal": "identifier", "description": "Number"},
        "sum": {"type": "decimal", "personal": "none", "description": "Amount"},
    },
}
FIGURE = {
    "name": {"en": "x", "de": "x"}, "definition": {"en": "x", "de": "x"}, "formula": "SUM(sum)", "unit": "money",
    "direction": "up",
}  # fmt: skip
PROVED = {"ledger": {"kpis": {"id": "revenue"}}}


def with_figures(folder: Path, entries: dict, sql: dict[str, str], figures: dict | None) -> Path:
    """A small company with fact_sales, other marts and key figures (None: no kpis.yaml)."""
    sql = {"fact_sales": "SELECT id, amount AS sum FROM silver.sales", **sql}
    company(folder, CONTRACT, {"fact_sales": FACTS, **entries}, sql)
    if figures is None:
        (folder / "kpis.yaml").unlink()
    else:
        (folder / "kpis.yaml").write_text(yaml.safe_dump(figures), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("entry", "sql", "line"),
    [
        ({}, "SELECT kpi.profit AS id FROM gold.fact_sales",
         "marts/months.sql: kpi.profit is not a key figure over order lines (kpis.yaml)"),
        ({}, "SELECT kpi.repeat_rate AS id FROM gold.fact_sales",
         "marts/months.sql: kpi.repeat_rate is not a key figure over order lines (kpis.yaml)"),
        ({"ledger": {"kpis": {"id": "profit"}}}, "SELECT id FROM gold.fact_sales",
         "marts.yaml: marts.months.ledger.kpis.id: profit is not a key figure over order lines"),
        ({"ledger": {"kpis": {"turnover": "revenue"}}}, "SELECT id FROM gold.fact_sales",
         "marts.yaml: marts.months.ledger.kpis.turnover: is not a column"),
    ],
)  # fmt: skip
def test_a_key_figure_that_a_mart_names_must_exist_and_run_over_order_lines(tmp_path, entry, sql, line):
    figures = {"revenue": FIGURE, "repeat_rate": {**FIGURE, "over": "customers"}}
    with_figures(tmp_path, marts(months=entry), {"months": sql}, figures)
    assert load(config(tmp_path), tmp_path)[1] == [f"{tmp_path}/{line}"]


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ({"unit": "count"}, "kpis.yaml.people: 'counts_people' is a required property"),
        ({"unit": "share", "counts_people": True},
         "kpis.yaml.people.counts_people: False was expected (only a count is a number of persons)"),
        ({"unit": "count", "counts_people": "yes"},
         "kpis.yaml.people.counts_people: 'yes' is not of type 'boolean' (Whether a count is a number of persons"),
    ],
    ids=["not stated", "a share", "no truth value"],
)  # fmt: skip
def test_a_count_has_to_say_whether_it_counts_people(tmp_path, figure, words):
    with_figures(tmp_path / "firm", {}, {}, {"people": {**FIGURE, **figure}})
    (line,) = load(config(tmp_path / "firm"), tmp_path)[1]
    assert line.startswith(f"{tmp_path}/firm/{words}")


@pytest.mark.parametrize("stated", [True, False])
def test_a_count_is_one_of_people_where_its_entry_says_so(tmp_path, stated):
    entry = {**FIGURE, "formula": "COUNT(*)", "unit": "count", "counts_people": stated}
    with_figures(tmp_path / "firm", {}, {}, {"people": entry})
    found, lines = load(config(tmp_path / "firm"), tmp_path)
    assert lines == []
    assert found.kpis["people"].counts_people is stated


@pytest.mark.parametrize(
    ("entries", "sql", "circle"),
    [
        (marts(a={"foreignKeys": {"id": "b.id"}}, b={}), {"a": "SELECT id FROM silver.sales", "b": "SELECT id FROM gold.a"},
         "a → b → a"),
        (marts(a=PROVED), {"a": "SELECT id FROM silver.sales", "fact_sales": "SELECT id, sum FROM gold.a"},
         "a → fact_sales → a"),
        (marts(a={}), {"a": "SELECT id FROM gold.a"}, "a → a"),
    ],
    ids=["by a foreign key", "by a ledger", "with itself"],
)  # fmt: skip
def test_a_circle_is_refused_however_the_marts_need_each_other(tmp_path, entries, sql, circle):
    with_figures(tmp_path, entries, sql, {"revenue": FIGURE})
    assert load(config(tmp_path), tmp_path)[1] == [
        f"{tmp_path}/marts: these read each other in a circle: {circle}"
    ]  # fmt: skip


def standard(root: Path, star: dict, entries: dict, sql: dict[str, str], figures: dict) -> None:
    """The standard tables, marts and key figures of a project whose schemas are there."""
    load(config(root), root)
    folder = root / "config/standard"
    (folder / "marts").mkdir(exist_ok=True)
    for name, content in (("star", star), ("marts", {"marts": entries}), ("kpis", figures)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    for name, query in sql.items():
        (folder / f"marts/{name}.sql").write_text(query, encoding="utf-8")


STANDARD_SQL = {"months": "SELECT id FROM gold.fact_sales", "places": "SELECT place FROM gold.fact_sales"}


def standard_project(root: Path) -> Path:
    """A project with two standard marts, of which one needs a column, and two standard key figures."""
    figures = {"revenue": FIGURE, "orders": {**FIGURE, "formula": "COUNT(*)"}}
    star = {"fact_sales": {"id": {"type": "string"}, "place": {"type": "string", "optional": True}}}
    standard(root, star, marts(months={}, places={"needs": "fact_sales.place"}), STANDARD_SQL, figures)
    return root


def test_every_company_gets_the_standard_marts_whose_columns_it_has(tmp_path):
    standard_project(tmp_path)
    with_figures(tmp_path / "firm", {}, {}, {"revenue": FIGURE})
    found, lines = settings.load(config(tmp_path / "firm"), tmp_path)
    assert lines == []
    assert (list(found.marts), found.standard) == (["fact_sales", "months"], ("months",))
    assert found.left_out == {"places": "fact_sales.place"}
    assert found.queries["months"] == Query("config/standard/marts/months.sql", STANDARD_SQL["months"])


def test_a_mart_of_the_company_takes_the_place_of_the_standard_one(tmp_path):
    standard_project(tmp_path)
    own = "SELECT id FROM silver.sales WHERE id <> 'x'"
    with_figures(tmp_path / "firm", marts(months={"title": "Own"}), {"months": own}, {"revenue": FIGURE})
    found, lines = settings.load(config(tmp_path / "firm"), tmp_path)
    assert lines == []
    assert (found.marts["months"].title, found.standard) == ("Own", ())
    assert found.queries["months"] == Query("firm/marts/months.sql", own)


def test_a_key_figure_of_the_company_takes_the_place_of_the_standard_one_and_only_its_own_are_shown(tmp_path):
    standard_project(tmp_path)
    own = {"revenue": {**FIGURE, "formula": "SUM(sum) - 1"}, "profit": FIGURE}
    with_figures(tmp_path / "firm", {}, {}, own)
    found, lines = settings.load(config(tmp_path / "firm"), tmp_path)
    assert lines == []
    assert found.kpis == {name: Kpi.of(figure) for name, figure in own.items()}
    assert found.formulas == {"revenue": "SUM(sum) - 1", "orders": "COUNT(*)", "profit": "SUM(sum)"}


def test_without_kpis_yaml_the_standard_key_figures_hold(tmp_path):
    standard_project(tmp_path)
    with_figures(tmp_path / "firm", {}, {}, None)
    found, lines = settings.load(config(tmp_path / "firm"), tmp_path)
    assert lines == []
    assert list(found.kpis) == ["revenue", "orders"]
    assert found.formulas == {"revenue": "SUM(sum)", "orders": "COUNT(*)"}


def test_a_company_without_the_star_schema_is_refused_table_by_table_and_column_by_column(tmp_path):
    star = {"fact_sales": {"id": {"type": "integer"}, "day": {"type": "date"}}, "dim_date": {"date": {"type": "date"}}}
    standard(tmp_path, star, {}, {}, {})
    with_figures(tmp_path / "firm", {}, {}, {"revenue": FIGURE})
    where = f"{tmp_path}/firm/marts.yaml: marts"
    assert settings.load(config(tmp_path / "firm"), tmp_path)[1] == [
        f"{where}.fact_sales.columns.id: is string, the star schema has it as integer",
        f"{where}.fact_sales.columns: day (date) is missing; the star schema needs it",
        f"{where}.dim_date: is missing; every later stage reads it (date)",
    ]


def test_a_person_is_asked_for_the_classes_of_a_draft_in_one_line_a_contract():
    contracts = {
        "orders": {"fields": [{"name": "number", "personal": "unclassified"}, {"name": "price", "personal": "none"}]},
        "people": {
            "fields": [{"name": "name", "personal": "unclassified"}, {"name": "age", "personal": "unclassified"}]
        },
        "none": None,
    }
    lines = list(settings.unclassified(contracts))
    assert [line.partition(" Replace ")[0] for line in lines] == [
        "contracts/orders.yaml: personal: a person has to decide the class of number.",
        "contracts/people.yaml: personal: a person has to decide the class of name, age.",
    ]
    assert all(f"{word} (" in lines[0] for word in ("none", "quasi", "identifier", "direct"))


def with_keys(folder: Path, *keys: dict) -> list[str]:
    """The faults of a company whose sales refer to people by these foreign keys."""
    people = changed(CONTRACT, name="people", files="people.csv")
    base = company(folder / "firm", changed(CONTRACT, foreignKeys=list(keys)))
    (base / "contracts/people.yaml").write_text(yaml.safe_dump(people, allow_unicode=True), encoding="utf-8")
    return [fault.partition("contracts/")[2] for fault in load(config(base), folder)[1]]


def test_foreign_keys_name_fields_that_exist_and_have_one_type(tmp_path):
    names = [field["name"] for field in CONTRACT["fields"]]
    first, other = names[:2]
    good = {"fields": first, "reference": {"resource": "people", "fields": [first]}, "budget": 0.5}
    assert with_keys(tmp_path / "good", good, {"fields": [first], "reference": {"fields": first}}) == []
    wrong = [
        (
            {"fields": "nowhere", "reference": {"resource": "people", "fields": first}},
            "nowhere is not one of the fields",
        ),
        ({"fields": first, "reference": {"resource": "orders", "fields": first}}, "orders is not a contract"),
        ({"fields": first, "reference": {"resource": "people", "fields": "x"}}, "x is not a field of people"),
        ({"fields": names[:2], "reference": {"resource": "people", "fields": first}}, "must be equally many"),
        ({"fields": first, "reference": {"resource": "people", "fields": other}}, "give both the same type"),
    ]
    for number, (key, words) in enumerate(wrong):
        (fault,) = with_keys(tmp_path / str(number), key)
        assert fault.startswith("sales.yaml: foreignKeys[0]") and words in fault


def test_a_unique_key_names_fields_that_exist(tmp_path):
    assert faults(tmp_path / "good", changed(CONTRACT, uniqueKeys=[["id"]])) == []
    (fault,) = faults(tmp_path / "bad", changed(CONTRACT, uniqueKeys=[["id", "nowhere"]]))
    assert fault.endswith("contracts/sales.yaml: uniqueKeys[0]: nowhere is not one of the fields")


@pytest.mark.parametrize("given", ["0640", "640", 640, 0o640])
def test_a_mode_is_one_text_however_yaml_or_the_command_line_take_it(given):
    assert settings.prepared({"published_mode": given})["published_mode"] == "0640"


@pytest.mark.parametrize("given", ["0777", "0641", 755, 0o777, "rw-r-----", None, True, -640])
def test_a_mode_that_lets_others_write_or_is_none_is_refused(given):
    schema = {"properties": {"published_mode": read_yaml(ROOT / "config/schema.yaml")["properties"]["published_mode"]}}
    found = settings.prepared({"published_mode": given})
    assert [fault.partition(":")[0] for fault in settings.schema_faults(found, schema)] == ["published_mode"]
