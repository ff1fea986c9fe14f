"""Two runs are compared: the answer first, a changed cell named exactly, and no content of any cell."""

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from conftest import ROOT
from erasure_case import RAW, erase, finished

import retention_compare
from elt import receipts
from elt.command import retention
from elt.comparison import contents, statements, text
from elt.comparison.cells import Tables
from elt.comparison.states import Pair, State, changes
from elt.comparison.wording import Wording
from elt.faults import Fault
from elt.files import write_json, write_text, write_yaml
from elt.report.words import read
from elt.retention import deletion
from elt.run import last_call, manifest, run_folders

pytestmark = pytest.mark.usefixtures("folder")
HOME = Path("artifacts/retention")
OUTPUTS = retention_compare.Outputs(*(str(HOME / name) for name in deletion.COMPARISON))
CUSTOMERS = {"customer_key": [0, 1, 2], "first_name": [None, "Anna", "Bert"], "revenue": [0, 10, 20]}
COLUMNS = {"customer_key": {"personal": "identifier"}, "first_name": {"personal": "direct"}, "revenue": {}}
MARTS = {
    "dim_customer": {"key": ["customer_key"], "columns": COLUMNS, "found": {"rows": 3}},
    "agg_month": {"key": ["month"], "columns": {"month": {"personal": "none"}}, "found": {"rows": 1}},
}
KPIS = {"revenue": {"name": {"en": "Revenue", "de": "Umsatz"}}}


def made(folder: Path, run: str, raw: dict[str, str] | None = None, **more: Any) -> Path:
    """A finished run with marts and segments. `more`: customers, months, names (segments), key_id, seed, total."""
    home = finished(folder, run, raw=raw or RAW)
    (home / "gold/parquet").mkdir(parents=True)
    pl.DataFrame(more.get("customers", CUSTOMERS)).write_parquet(home / "gold/parquet/dim_customer.parquet")
    months = {"month": ["2026-01"], "revenue": more.get("months", [30])}
    pl.DataFrame(months).write_parquet(home / "gold/parquet/agg_month.parquet")
    write_text(home / "gold/data/customer_pseudonyms.csv", "customer_key,pseudonym\n1,cu1_a\n2,cu1_b\n")
    names = more.get("names", ["Loyal", "New"])
    rows = "".join(f"cu1_{letter},{n},{name}\n" for n, (letter, name) in enumerate(zip("ab", names, strict=True)))
    write_text(home / "step3_segmentation/data/customer_segments.csv", f"customer,segment,segment_name\n{rows}")
    write_yaml(home / "gold/_meta/gold_metadata.yaml", {"marts": MARTS, "kpis": KPIS})
    write_json(home / "_meta/data_policy.json", {"pseudonyms": {"key_id": more.get("key_id", "k1")}})
    repaired = [{"column": "order", "records": more.get("repaired", 1), "why": "a reason"}]
    lost = [{"code": "missing_key", "records": more.get("lost", 2)}]
    converted = [{"column": "day", "cells": more.get("unread", 2), "rule": "unreadable"}]
    silver = {"orders": {"repairs": repaired, "conversions": converted, "quarantined": lost}}
    write_yaml(home / "silver/_meta/silver_metadata.yaml", {"tables": silver})
    money = {"orders.amount": {"silver": more.get("total", "30.00")}}
    books = {"orders": {"records": 4, "silver": 6 - more.get("lost", 2)}}
    kpis = {"revenue": {"total": more.get("revenue", "30.00")}}
    write_json(home / "_meta/ledger.json", {"tables": books, "money": money, "kpis": kpis})
    write_text(home / "reports/final_expose.md", f"Run {run} is well.\n")
    close(home, seed=more.get("seed", 42), version=more.get("version", "1"))
    return home


def close(home: Path, *, seed: int, version: str) -> None:
    """Write receipts and manifest."""
    files = manifest.files(home, manifest.present(home))
    for name, entry in files.items():
        job = {"job": f"step/{name}", "code": f"code {version}", "params": "p"}
        receipts.write(home, name, {**entry, **receipts.look(home / name), **job})
    settings = {"seed": seed, "minimum_group": 5, "raw": home.name}
    stated = {"status": "complete", "files": files, "settings": settings, "versions": {"polars": version}}
    write_text(home / manifest.NAME, json.dumps(stated))


TEMPLATES = ROOT / "scripts/templates"
ENGLISH, GERMAN = (Wording(read(TEMPLATES / f"comparison.{language}.yaml")) for language in ("en", "de"))


def compared(memory_gb: float = 0.25, language: str = "en") -> tuple[dict[str, str], str]:
    """(part -> its answer in the closing words, the page) of r2 compared to r1."""
    page_words, console = (str(TEMPLATES / f"comparison.{one}.yaml") for one in (language, "en"))
    phrases = (str(TEMPLATES / f"silver_report.{language}.yaml"), str(TEMPLATES / "silver_report.en.yaml"))
    retention_compare.main(
        run_id="r2", compare_to="r1", memory_gb=memory_gb, template=str(TEMPLATES / "report.html.j2"),
        page_words=page_words, console_words=console, phrases=phrases, outputs=OUTPUTS,
    )  # fmt: skip
    said = json.loads(Path(OUTPUTS.summary).read_text("utf-8"))
    answers = dict(line.split(": ", 1) for line in said["lines"])
    return {"": said["words"], **answers}, Path(OUTPUTS.markdown).read_text("utf-8")


def test_equal_runs_say_so_and_their_names_are_no_difference(folder):
    made(folder, "r1")
    made(folder, "r2")
    answers, page = compared()
    assert answers.pop("") == "Run r2 compared to r1. There is no difference."
    assert answers.pop("All of it") == OUTPUTS.page
    assert answers.pop("Settings") == "the same, read from another raw folder"
    assert set(answers.values()) == {"the same"}
    assert "**There is no difference.**" in page
    assert "##" not in page.split("| Files |")[1]


def test_one_changed_raw_cell_is_named_exactly_and_not_quoted(folder):
    made(folder, "r1")
    made(folder, "r2", {**RAW, "customers": RAW["customers"].replace("Bert", "Bertha")})
    answers, page = compared()
    assert answers["Raw files"] == "1 of 3 differs"
    assert answers["Raw records"] == "1 cell changed: customers.csv, record 2, column name"
    assert "| bronze customers.csv | record 2 | `name` | changed |" in page
    assert "Bert" not in page + Path(OUTPUTS.page).read_text("utf-8")


def test_a_record_that_came_first_moves_all_others_and_is_the_only_one_that_is_new(folder):
    made(folder, "r1")
    made(folder, "r2", {**RAW, "customers": RAW["customers"].replace("\n", "\n9;KU-009;Dora\n", 1)})
    answers, page = compared()
    assert answers["Raw records"] == "1 row new"
    assert "| bronze customers.csv | record 1 | new |" in page


def test_what_differs_is_told_by_part_and_persons_by_pseudonym(folder):
    made(folder, "r1")
    other = {**CUSTOMERS, "revenue": [0, 10, 25], "is_new": [False, False, True]}
    made(
        folder,
        "r2",
        customers=other,
        months=[35],
        seed=7,
        version="2",
        total="35.50",
        names=["Loyal", "Loyal"],
        repaired=3,
    )
    answers, page = compared()
    steps = answers["Code and packages"]
    assert steps.startswith("code of 1 step differs: step; polars 1 → 2")
    assert answers["Settings"] == "1 setting differs"
    assert answers["Repairs and quarantine"] == "1 count of repairs or quarantine differs"
    assert answers["Marts"] == "2 cells changed; other columns"
    assert answers["Key figures"] == "orders amount in silver +5.50"
    assert answers["Segments"] == "<5 of <5 customers are in another segment"
    assert "| gold dim\\_customer | pseudonym cu1\\_b | `revenue` | changed |" in page
    assert "| gold dim\\_customer |  | `is_new` | new column |" in page
    assert "| gold agg\\_month | month 2026-01 | `revenue` | changed |" in page
    assert "| `seed` | 42 | 7 |" in page
    assert "| New | &lt;5 | 0 |" in page
    assert not {"Anna", "Bert"} & set(page.split())


def test_in_german_page_and_numbers_are_german_and_the_console_stays_english(folder):
    made(folder, "r1", customers={**CUSTOMERS, "revenue": [0, 10, 20]})
    other = {**CUSTOMERS, "revenue": [1, 10, 25], "is_new": [False, False, True]}
    more = {"months": [35], "seed": 7, "version": "2", "total": "1035.50", "names": ["Loyal", "Loyal"], "repaired": 3}
    more |= {"lost": 3, "unread": 4, "revenue": "31.00"}
    made(folder, "r2", customers=other, **more)
    answers, page = compared(language="de")
    assert answers["Settings"] == "1 setting differs"
    assert page.startswith("# Lauf r2 verglichen mit r1\n\n**Die Läufe unterscheiden sich in: Code und Pakete, Einst")
    assert "| Kennzahlen | Umsatz +1,00; orders amount in Silver +1.005,50 |" in page
    assert answers["Key figures"] == "Revenue +1.00; orders amount in silver +1,005.50"
    assert "| Segmente | <5 von <5 Kunden sind in einem anderen Segment |".replace("<", "&lt;") in page
    for row in ("| gold dim\\_customer | Pseudonym cu1\\_b | `revenue` | geändert |",
                "| gold dim\\_customer | Pseudonym 0 | `revenue` | geändert |",
                "| gold dim\\_customer |  | `is_new` | neue Spalte |", "| New | &lt;5 | 0 |",
                "| orders.day: unlesbar | 2 | 4 | +2 |", "| orders: in Quarantäne als missing\\_key | 2 | 3 | +1 |",
                "| orders: bereinigt | 4 | 3 | −1 |"):  # fmt: skip
        assert row in page
    assert '<html lang="de"' in Path(OUTPUTS.page).read_text("utf-8")
    english, german = (
        set(re.findall(r"[A-Za-z]{4,}", str([said.words[key] for key in ("columns", "what", "rows_by", "outcomes")])))
        for said in (ENGLISH, GERMAN)
    )
    assert not (english - german) & set(re.findall(r"[A-Za-z]{4,}", page))


def test_a_new_customer_moves_surrogate_keys_and_no_pseudonym(folder):
    made(folder, "r1")
    home = made(folder, "r2")
    frame = pl.DataFrame(
        {"customer_key": [0, 1, 2, 3], "first_name": [None, "Aaron", "Anna", "Bert"], "revenue": [0, 1, 10, 20]}
    )
    frame.write_parquet(home / "gold/parquet/dim_customer.parquet")
    write_text(home / "gold/data/customer_pseudonyms.csv", "customer_key,pseudonym\n1,cu1_new\n2,cu1_a\n3,cu1_b\n")
    close(home, seed=42, version="1")
    answers, page = compared()
    assert answers["Marts"] == "1 row new"
    assert "| gold dim\\_customer | pseudonym cu1\\_new | new |" in page


def test_pseudonyms_of_different_keys_are_not_compared_and_the_page_says_so(folder):
    made(folder, "r1")
    made(folder, "r2", customers={**CUSTOMERS, "revenue": [0, 10, 25]}, key_id="k2")
    answers, page = compared()
    assert answers["Segments"] == "cannot be compared, as their pseudonyms were made with different keys"
    assert "; not told: segments." in answers[""]
    assert "| gold dim\\_customer | row 3 | `revenue` | changed |" in page


def test_what_was_deleted_from_a_run_is_named_and_an_erasure_deletes_the_comparison(folder):
    made(folder, "r1")
    made(folder, "r2", {**RAW, "customers": RAW["customers"].replace("Bert", "Bertha")}, months=[31])
    compared()
    erase(folder, "KU001\n", ["r1"])
    assert not any(Path(name).exists() for name in OUTPUTS)
    answers, _ = compared()
    assert answers["Raw records"] == "not in both runs any more: customers.csv"
    assert answers["Marts"] == "not in both runs any more: agg_month"
    assert answers["Segments"] == "cannot be compared, as the tables of segments are gone"


def restated(home: Path, **facts: Any) -> None:
    """Give the manifest of a run other facts."""
    path = home / manifest.NAME
    write_text(path, json.dumps({**json.loads(path.read_text("utf-8")), **facts}))


def test_contracts_and_marts_that_differ_are_named(folder):
    company = {"contracts/orders.yaml": "a", "marts/fact_sales.sql": "a", "marts/old.sql": "a", "kpis.yaml": "a"}
    standard = {"config/standard/star.yaml": "a", "scripts/gold_mart.py": "a"}
    other = {"contracts/orders.yaml": "b", "marts/fact_sales.sql": "a", "marts/new.sql": "a", "kpis.yaml": "a"}
    restated(made(folder, "r1"), company=company, code=standard)
    restated(made(folder, "r2"), company=other, code=dict.fromkeys(standard, "b"))
    answers, page = compared()
    assert answers["Contracts, marts and parameters"] == (
        "config/standard/star.yaml, contracts/orders.yaml, marts/new.sql, marts/old.sql differ"
    )
    for row in ("contracts/orders.yaml` | other content", "marts/new.sql` | new", "marts/old.sql` | gone"):
        assert f"| `{row} |" in page
    assert "gold_mart.py" not in page


def test_a_run_that_failed_says_so_with_its_steps(folder):
    made(folder, "r1")
    failure = {"step": "gold_mart/fact_sales", "log": "x.log", "message": "mart fact_sales: it broke"}
    restated(made(folder, "r2"), status="failed", failures=[failure])
    answers, page = compared()
    assert answers["State"] == "r1 is complete; r2 has failed"
    assert answers[""] == "Run r2 compared to r1. The runs differ in: state."
    assert "| `r2` | `gold_mart/fact_sales` | mart fact\\_sales: it broke |" in page


def test_a_run_whose_last_call_was_killed_says_so(folder):
    made(folder, "r1")
    home = made(folder, "r2")
    identity = json.loads((home / manifest.IDENTITY).read_text("utf-8"))
    call = {"status": last_call.RUNNING, "began": "2026-11-29T10:00:00+00:00"}
    write_json(home / manifest.IDENTITY, {**identity, last_call.KEY: call})
    assert compared()[0]["State"] == "r1 is complete; r2 was killed"


def test_the_database_of_a_comparison_fetches_no_extension_from_a_network(folder):
    with contents.database(folder, 1) as connection:
        (fetches,) = connection.execute("SELECT current_setting('autoinstall_known_extensions')").fetchone()
    assert fetches is False


@pytest.mark.remedy("elt.comparison.states", "Run it again")
@pytest.mark.remedy("elt.comparison.contents", "Check both with snakemake verify")
@pytest.mark.remedy("elt.comparison.contents", "Raise warehouse_memory_gb")
def test_runs_that_cannot_be_compared_say_why(folder, monkeypatch):
    made(folder, "r1")
    home = made(folder, "r2", months=[31])
    write_text(home / "gold/parquet/agg_month.parquet", "Anna")
    with pytest.raises(Fault, match="a table of the two runs cannot be read") as caught:
        compared()
    assert "Anna" not in str(caught.value)
    with pytest.raises(Fault, match="the memory limit is too small"), contents.database(folder, 0.25):
        raise duckdb.OutOfMemoryException
    (home / manifest.NAME).unlink()
    with pytest.raises(Fault, match="run r2: has no manifest"):
        compared()


@pytest.mark.remedy(
    "elt.command.retention", "name the run that it is compared to: --config compare_to=<run>", line=True
)
def test_two_runs_must_be_there_and_of_one_company(folder):
    config = {"company": "config/shop", "raw": "raw", "run_id": "r2", "today": "clock"}
    for name, company in (("r1", "shop"), ("r2", "shop"), ("r3", "firm")):
        identity = {"company": f"config/{company}", "raw": "raw", "created_at": "2026-11-01T00:00:00+00:00"}
        write_json(run_folders.RUNS / name / "_meta/run.json", identity)
    expected = {
        None: "compare_to: name the run that it is compared to: --config compare_to=<run>",
        "r9": "compare_to: there is no such run",
        "r2": "compare_to: r2 is the same run",
        "r3": "compare_to: r3 belongs to company config/firm, r2 to config/shop",
    }
    for other, fault in expected.items():
        assert list(retention.faults("compare", {**config, "compare_to": other})) == [fault]
    assert list(retention.faults("compare", {**config, "compare_to": "r1"})) == []
    assert list(retention.faults("compare", {**config, "run_id": "r9"})) == ["run_id: there is no such run"]


def test_long_lists_are_cut_and_the_rest_is_counted():
    with duckdb.connect() as connection:
        connection.execute("CREATE VIEW a AS SELECT range AS _place, range AS x, 'p' AS y FROM range(100)")
        connection.execute(
            "CREATE VIEW b AS SELECT range AS _place, range + (range < 30)::INT AS x, 'p' AS y FROM range(100)"
        )
        found = Tables(connection).difference()
        keyed = Tables(connection, ("z",)).difference()
    assert (found.rows, found.cells, len(found.named), found.gone) == (30, 30, 20, 0)
    assert keyed.is_none
    rows = list(text.cell_rows(contents.Compared("silver", "t", "row", found), ENGLISH))
    assert len(rows) == 21
    assert rows[-1][1] == "10 more rows"
    assert ENGLISH.listed(str(n) for n in range(25)).endswith("and 5 more")


def test_rows_that_changed_their_place_are_no_difference_and_types_are_compared_as_text():
    with duckdb.connect() as connection:
        connection.execute("CREATE VIEW a AS SELECT range AS _place, range AS x FROM range(9)")
        connection.execute("CREATE VIEW b AS SELECT range AS _place, (8 - range)::VARCHAR AS x FROM range(9)")
        assert Tables(connection).difference().is_none


def test_nested_statements_are_compared_leaf_by_leaf():
    assert changes({"a": {"b": 1}, "c": 1}, {"a": {"b": 2}, "d": 1}) == [
        ("a.b", 1, 2), ("c", 1, "(none)"), ("d", "(none)", 1),
    ]  # fmt: skip


def test_a_run_without_receipts_does_not_tell_its_code(folder):
    runs = [made(folder, name) for name in ("r1", "r2")]
    for path in (runs[0] / receipts.FOLDER).rglob("*.json"):
        path.unlink()
    part = statements.versions(Pair(*map(State, runs)), ENGLISH)
    assert (part.is_same, part.is_known) == (True, False)
