"""The bronze report says of every file what it is and how it is read."""

import re

import pytest
import yaml
from conftest import ROOT

import bronze_report
from elt.bronze import dialects, encodings, headers, sheet_text
from elt.bronze.structural_validation import MOJIBAKE
from elt.files import write_json
from elt.report.figure_ledger import Told
from elt.report.words import phrase, read
from elt.run import reasons

TEMPLATES = ROOT / "scripts/templates"
WORDS = {language: read(TEMPLATES / f"bronze.{language}.yaml") for language in ("en", "de")}


def stated(file, table, records, malformed=()):
    """The metadata of one file."""
    dialect = {"encoding": "cp1252", "encoding_why": "because", "delimiter": "|", "delimiter_name": "pipe",
               "delimiter_why": "it fits", "columns": ["a"], "is_plain": False}  # fmt: skip
    return {"table": table, "file": file, "sha256": "ab" * 32, "bytes": 1234, "records": records,
            "malformed": list(malformed), "malformed_records": len(malformed), "dialect": dialect,
            "faults": {"wrong_width": len(malformed)} if malformed else {}, "repairs": [], "warnings": [],
            "erased": 0}  # fmt: skip


def test_all_files_are_gathered_in_the_order_of_tables_and_names(tmp_path):
    for name, content in (
        ("1", stated("y.csv", "b", 1)),
        ("2", stated("z.csv", "a", 2)),
        ("3", stated("x.csv", "b", 3)),
    ):
        write_json(tmp_path / f"{name}.json", content)
    bronze_report.main(
        [str(tmp_path / f"{name}.json") for name in "123"],
        TEMPLATES / "bronze.en.yaml",
        TEMPLATES / "report.html.j2",
        metadata_file=tmp_path / "m.yaml",
        report_file=tmp_path / "r.md",
        page_file=tmp_path / "r.html",
        ledger=str(tmp_path / "l.json"),
    )
    files = yaml.safe_load((tmp_path / "m.yaml").read_text())["files"]
    assert [file["file"] for file in files] == ["z.csv", "x.csv", "y.csv"]
    assert "<h1>Bronze: 6 records in 3 files" in (tmp_path / "r.html").read_text("utf-8")


def test_the_report_has_a_line_a_file_and_sums_them_up():
    text = bronze_report.report(
        [stated("crm/x.csv", "customers", 1000, [7, 9]), stated("erp/y.csv", "places", 5)], Told(WORDS["en"])
    )
    assert text.startswith("# Bronze: 1,005 records in 2 files, copied byte for byte\n\n2,468 bytes.")
    assert "| `crm/x.csv` | customers | 1,000 | 1,234 | `abababababababab` |\n" in text
    assert "| `crm/x.csv` | cp1252 | because | pipe | it fits | 2 |\n" in text


def test_a_file_name_cannot_break_the_report():
    text = bronze_report.report([stated("crm/<b>x|y` [a](http://b).csv", "customers", 1)], Told(WORDS["en"]))
    assert "<b>" not in text
    assert "x|y" not in text
    assert "[a](http" not in text


def test_repairs_warnings_and_malformed_records_have_a_line_each():
    file = stated("crm/x.csv", "customers", 1000, [7, 9])
    file |= {"repairs": [{"rule": "blank lines left out", "records": 1200}]}
    file |= {"warnings": [{"rule": "mojibake", "column": "name", "records": 30}]}
    text = bronze_report.report([file], Told(WORDS["en"]))
    assert "| `crm/x.csv` | repaired | blank lines left out |  | 1,200 |\n" in text
    assert "| `crm/x.csv` | warning | mojibake | `name` | 30 |\n" in text
    assert "| `crm/x.csv` | malformed | has more or fewer cells than the header |  | 2 |\n" in text


def test_what_the_metadata_keep_in_english_is_told_in_german():
    file = stated("crm/x.csv", "customers", 1000, [7, 9])
    file["dialect"] |= {"encoding_why": encodings.AS_STATED, "delimiter_why": dialects.FITS}
    file |= {"repairs": [{"rule": "semicolon taken as delimiter", "records": 1}], "erased": 3}
    text = bronze_report.report([file], Told(WORDS["de"]))
    assert text.startswith("# Bronze: 1.000 Datensätze in 1 Dateien, Byte für Byte kopiert\n")
    assert "| cp1252 | der Datenvertrag sagt es | senkrechter Strich | mit ihm gleicht die Kopfzeile" in text
    assert "| `crm/x.csv` | repariert | Semikolon als Trennzeichen erkannt | 1 |\n" in text
    assert "| `crm/x.csv` | fehlerhaft | hat mehr oder weniger Zellen als die Kopfzeile | 2 |\n" in text
    assert "| `crm/x.csv` | ausgelassen | Datensätze gelöschter Personen | 3 |\n" in text


def test_the_sheet_of_a_workbook_is_called_so_in_the_language_of_the_page():
    text = bronze_report.report([stated("a.xlsx, sheet s_user", "customers", 3, [])], Told(WORDS["de"]))
    assert "| a.xlsx, Blatt s\\_user | customers | 3 |" in text and ", sheet " not in text


def test_every_text_of_the_metadata_has_a_phrase():
    words = [*reasons.STRUCTURE.values(), encodings.AS_STATED, dialects.FITS, dialects.CR_ALONE, MOJIBAKE]
    words += [sheet_text.WHY, sheet_text.HIDDEN_SHEET, sheet_text.HIDDEN_ROWS, sheet_text.HIDDEN_COLUMN]
    words += [*headers.DELIMITERS.values(), *(f"{name} taken as delimiter" for name in headers.DELIMITERS.values())]
    assert {text: phrase(WORDS["de"]["phrases"], text) for text in words if is_untold(text)} == {}


def is_untold(text):
    """Whether the German report has the text as the metadata have it."""
    return phrase(WORDS["de"]["phrases"], text) == text


@pytest.mark.parametrize(
    ("report", "folder"), [("bronze", "bronze"), ("silver_report", "silver")], ids=["bronze", "silver"]
)
def test_no_phrase_stands_for_a_text_that_the_code_does_not_write(report, folder):
    files = [*sorted((ROOT / "scripts/elt" / folder).glob("*.py")), ROOT / "scripts/elt/run/reasons.py"]
    code = "".join(path.read_text("utf-8") for path in [*files, ROOT / "scripts/bronze_report.py"])
    code = re.sub(r'"\s*\n\s*f?"', "", code)  # a text on two lines
    pieces = {part for text in read(TEMPLATES / f"{report}.en.yaml")["phrases"] for part in text.split("*")}
    assert [piece for piece in pieces if piece not in code] == []
