"""The bronze report says of every file what it is and how it is read."""

import yaml

import bronze_report
from elt.files import write_json


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
        [str(tmp_path / f"{name}.json") for name in "123"], str(tmp_path / "m.yaml"), str(tmp_path / "r.md")
    )
    files = yaml.safe_load((tmp_path / "m.yaml").read_text())["files"]
    assert [file["file"] for file in files] == ["z.csv", "x.csv", "y.csv"]


def test_the_report_has_a_line_a_file_and_sums_them_up():
    text = bronze_report.report([stated("crm/x.csv", "customers", 1000, [7, 9]), stated("erp/y.csv", "places", 5)])
    assert text.startswith("# Bronze: 1,005 records in 2 files, copied byte for byte\n\n2,468 bytes.")
    assert "| `crm/x.csv` | customers | 1,000 | 1,234 | `abababababababab` |\n" in text
    assert "| `crm/x.csv` | cp1252 | because | pipe | it fits | 2 |\n" in text


def test_a_file_name_cannot_break_the_report():
    text = bronze_report.report([stated("crm/<b>x|y` [a](http://b).csv", "customers", 1)])
    assert "<b>" not in text
    assert "x|y" not in text
    assert "[a](http" not in text


def test_repairs_warnings_and_malformed_records_have_a_line_each():
    file = stated("crm/x.csv", "customers", 1000, [7, 9])
    file |= {"repairs": [{"rule": "blank lines left out", "records": 1200}]}
    file |= {"warnings": [{"rule": "mojibake", "column": "name", "records": 30}]}
    text = bronze_report.report([file])
    assert "| `crm/x.csv` | repaired | blank lines left out |  | 1,200 |\n" in text
    assert "| `crm/x.csv` | warning | mojibake | `name` | 30 |\n" in text
    assert "| `crm/x.csv` | malformed | has more or fewer cells than the header |  | 2 |\n" in text
