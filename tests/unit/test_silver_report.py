"""The silver report says where every record and every cent is, what was found and who can mend it."""

import polars as pl
import pytest
import yaml
from again import Again, is_same
from conftest import ROOT

import silver_report
from elt.files import write_json
from elt.report.figure_ledger import Told
from elt.report.words import phrase, read
from elt.run import reasons
from elt.run.contract import Contract
from elt.silver import cleaning, conventions, order_dates
from elt.silver.budget_text import in_force

FILES, GERMAN = (
    [ROOT / f"scripts/templates/{page}.{language}.yaml" for page in ("silver_report", "assumptions")]
    for language in ("en", "de")
)
SILVER_WORDS = [ROOT / f"scripts/templates/silver.{language}.yaml" for language in ("en", "de")]

PEOPLE = {
    "name": "people",
    "title": "People | all", "department": "Sales", "records": 1000, "silver": 990, "superseded": 3, "duplicates": 1, "erased": 0,
    "files": [{"file": "crm/people.csv"}, {"file": "crm/old.csv"}],
    "warnings": [{"column": "name", "warning": "mojibake", "cells": 20, "of": 900}],
    "codes": [{"column": "kind", "from": "M|", "to": "Mountain", "cells": 12}],
    "quarantined": [
        {"code": "missing_key", "why": "id is missing", "records": 4, "first_records": [1, 2, 3, 4]},
        {"code": "malformed", "why": "too long", "records": 7, "first_records": [5, 6, 7, 8, 9]},
    ],
    "repairs": [
        {"column": "amount", "why": "no sign", "records": 2, "money": {"amount": "748.00"}},
        {"column": "day", "why": "never", "records": 0, "money": {}},
    ],
    "money": {"amount": {"raw": "1000.00", "repairs": "748.00", "quarantined": "4.00", "superseded": "3.00",
                         "duplicates": "0.00", "silver": "1741.00"}},
    "conversions": [{"column": "name", "rule": "trimmed", "cells": 15}],
}  # fmt: skip
PLACES = {"name": "places", "files": [{"file": "places.csv"}], "warnings": [], "codes": [], "title": "Places", "department": "", "records": 10, "silver": 10, "superseded": 0, "duplicates": 0, "erased": 0,
          "quarantined": [], "repairs": [], "money": {}, "conversions": []}  # fmt: skip


def report() -> str:
    """The report on two tables."""
    return silver_report.report({"people": PEOPLE, "places": PLACES}, 0.01, Told(read(*FILES)))


def test_the_title_sums_up_all_tables():
    assert report().startswith("# Silver: 1,000 of 1,010 records are clean, 11 in quarantine\n")
    assert "Up to 1.0\u00a0% of a table may go to quarantine" in report()


def test_every_record_is_in_exactly_one_column():
    assert "| `people` | 1,000 | 990 | 11 | 3 | 1 |\n" in report()
    assert "| `places` | 10 | 10 | 0 | 0 | 0 |\n" in report()


def test_the_way_of_money_adds_up_from_left_to_right():
    assert "| `people.amount` | 1,000.00 | 748.00 | −4.00 | −3.00 | 1,741.00 |\n" in report()


def test_a_column_that_is_0_in_every_row_stands_below_the_table_by_its_name_alone():
    text = silver_report.report({"places": PLACES}, 0.01, Told(read(*FILES)))
    assert "| Table | Records in | Silver |\n" in text and "| `places` | 10 | 10 |\n" in text
    assert "0 in every row: Quarantined, Superseded, Duplicates.\n" in text


def test_findings_name_department_reason_first_records_and_money():
    text = report()
    assert "| Sales | `people` | quarantined | id is missing (records 1, 2, 3, 4) | 4 |  | `crm.csv` |\n" in text
    assert "| Sales | `people` | quarantined | too long (records 5, 6, 7, 8, 9, …) | 7 |  | `crm.csv` |\n" in text
    assert "| Sales | `people` | repaired | amount: no sign | 2 | +748.00 | `crm.csv` |\n" in text
    assert "| Sales | `people` | superseded | the key repeats | 3 |" in text
    assert "never" not in text


def test_a_column_that_was_read_in_a_wrong_encoding_is_a_warning_for_its_department():
    assert "| Sales | `people` | warning | people.name: 20 of 900 texts (2.2\u00a0%) look like Ã¤ for ä" in report()
    assert "wrong encoding | 20 |" in report()


def test_quarantine_is_shown_by_reason_with_the_budget_it_uses():
    text = report()
    assert "| `people` | `missing_key` | 4 | 0.40\u00a0% | 1.0\u00a0% | 40\u00a0% |\n" in text
    assert "| `people` | `malformed` | 7 | 0.70\u00a0% | 1.0\u00a0% | 70\u00a0% |\n" in text
    assert "| `people` | all | 11 | 1.10\u00a0% | 5.0\u00a0% | 22\u00a0% |\n" in text


def test_a_reason_with_its_own_budget_is_measured_by_it():
    text = silver_report.report(
        {"people": PEOPLE}, {"default": 0.01, "malformed": 0.1, "missing_key": 0, "total": 0.5}, Told(read(*FILES))
    )
    assert "| `people` | `malformed` | 7 | 0.70\u00a0% | 10.0\u00a0% | 7\u00a0% |\n" in text
    assert "| `people` | `missing_key` | 4 | 0.40\u00a0% | 0.0\u00a0% | – |\n" in text
    assert "| `people` | all | 11 | 1.10\u00a0% | 50.0\u00a0% | 2\u00a0% |\n" in text


def test_the_budget_of_a_small_table_is_its_floor():
    text = silver_report.report({"people": {**PEOPLE, "records": 80}}, 0.01, Told(read(*FILES)))
    assert "| `people` | `missing_key` | 4 | 5.00\u00a0% | 5 records | 80\u00a0% |\n" in text
    assert "Of a small table 5 records may go in any case" in text


def test_codes_are_shown_with_their_meaning_and_cannot_break_the_report():
    assert "| `people` | `kind` | M\\| | Mountain | 12 |\n" in report()


def test_a_table_without_findings_says_so():
    text = silver_report.report({"places": PLACES}, 0.01, Told(read(*FILES)))
    assert text.count("\nNothing.\n") == 5


def test_conversions_are_counted_in_cells_and_as_a_share():
    assert "| `people` | `name` | trimmed | 15 | 1.5\u00a0% |\n" in report()


def test_titles_cannot_break_the_report():
    assert "- `people`: People \\| all\n" in report()


def test_texts_in_two_languages_are_shown_in_english():
    both = {"en": "Shops", "de": "Läden"}
    repair = {"column": "amount", "why": {"en": "no sign", "de": "ohne"}, "records": 2, "money": {"amount": "1.00"}}
    text = silver_report.report(
        {"people": {**PEOPLE, "title": both, "department": both, "repairs": [repair]}}, 0.01, Told(read(*FILES))
    )
    assert "| Shops | `people` | repaired | amount: no sign | 2 | +1.00 |" in text
    assert "- `people`: Shops\n" in text
    assert "Läden" not in text


def test_the_metadata_hold_all_tables_by_name(tmp_path):
    for name, found in (("places", PLACES), ("people", PEOPLE)):
        write_json(tmp_path / f"{name}.json", found)
    paths = [str(tmp_path / f"{name}.json") for name in ("places", "people")]
    outputs = (str(tmp_path / "m.yaml"), str(tmp_path / "r.md"), str(tmp_path / "r.html"), str(tmp_path / "l.json"))
    told: dict[str, dict[str, str]] = {"people": {}, "places": {}}
    template = ROOT / "scripts/templates/report.html.j2"
    silver_report.main(
        paths, told, [], 0.01, outputs=outputs, template=template, word_files=FILES, silver_words=SILVER_WORDS
    )
    assert yaml.safe_load((tmp_path / "m.yaml").read_text(encoding="utf-8")) == {
        "tables": {"people": PEOPLE, "places": PLACES},
        "quarantine_budget": {"default": 0.01, "total": 0.05, "floor": 5},
    }
    assert (tmp_path / "r.md").read_text(encoding="utf-8") == report()
    assert "<td>Mountain</td>" in (tmp_path / "r.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("records", [1_001, 80, 30])
def test_each_figure_that_is_no_sql_comes_out_of_its_place_or_formula_again(tmp_path, records):
    silver = records - 15
    people = PEOPLE | {"silver": silver, "records": records, "order_dates": {}}
    tables, budget = {"people": people, "places": PLACES}, {"default": 0.01, "malformed": 0.1}
    told = Told(read(*FILES))
    text = silver_report.report(tables, budget, told)
    (tmp_path / "silver/_meta").mkdir(parents=True)
    metadata = {"tables": tables, "quarantine_budget": in_force(budget)}
    (tmp_path / "silver/_meta/silver_metadata.yaml").write_text(yaml.safe_dump(metadata))
    write_json(tmp_path / "l.json", {"figures": told.ledger.figures})
    again = Again(tmp_path, "l.json")
    checked = [(name, entry) for name, entry in again.figures.items() if "query" not in entry]
    assert [name for name, entry in checked if not is_same(entry["value"], again.again(name), entry)] == []
    assert len(checked) > 30 and ("| 5 records |" in text or "| 3 records |" in text) == (records < 100)


def test_the_report_is_written_in_german_with_the_reasons_of_contracts():
    reason = {
        "code": "not_a_key",
        "why": "no number",
        "records": 2_000,
        "first_records": ["7 of old.csv", "9 of old.csv"],
    }
    people = {**PEOPLE, "quarantined": [*PEOPLE["quarantined"], reason], "department": {"en": "Shops", "de": "Läden"}}
    words = Told(silver_report.with_reasons(read(*GERMAN), [{"en": "no number", "de": "keine Nummer"}, "too long"]))
    text = silver_report.report({"people": people}, 0.01, words)
    assert "| Läden | `people` | in Quarantäne | id fehlt (Datensätze 1, 2, 3, 4) | 4 |" in text
    assert "| in Quarantäne | keine Nummer (Datensätze 7 aus old.csv, 9 aus old.csv, …) | 2.000 |" in text
    assert "| in Quarantäne | too long (Datensätze 5, 6, 7, 8, 9, …) | 7 |" in text
    assert "| `people` | `name` | Leerzeichen am Rand entfernt | 15 | 1,5\u00a0% |\n" in text
    assert "Von einer kleinen Tabelle dürfen in jedem Fall 5 Datensätze gehen" in text


def test_every_reason_and_rule_of_the_code_has_a_german_phrase():
    phrases = read(*GERMAN)["phrases"]
    fields = [{"name": "id", "type": "integer", "minimum": 1}, {"name": "amount", "type": "number", "decimals": 2}]
    fields += [{"name": "day", "type": "date", "format": "%d.%m.%Y"}]
    fields = [{**field, "personal": "none", "invalid": "quarantine", "required": True} for field in fields]
    entry = {"name": "t", "title": "T", "files": "t.csv", "primaryKey": "id", "fields": fields}
    told = [reason.why for reason in cleaning.reasons(Contract.of(entry))]
    told += [order_dates.why("day", *limit) for limit in (("before", "minimum"), ("after", "maximum"))]
    told += [*reasons.STRUCTURE.values(), *conventions.number_spellings(pl.col("a"), ".,", 2)]
    assert len(told) > 20
    assert [text for text in told if phrase(phrases, text) == text] == []
