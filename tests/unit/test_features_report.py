"""The pages of the feature dictionary say what was found, in the language of the words."""

import json

import pytest
from conftest import ROOT

import features_report

FOUND = {
    "customers": "<5",
    "analysis_date": "2024-01-21",
    "minimum_group": 5,
    "published": "rounded",
    "features": [
        {"name": "frequency", "category": None, "unit": "orders", "source": "fact_sales.order_number", "rounding": "other",
         "refused": ["degenerate", None],         "percentiles": ["1", "2", None]}
    ],
    "absent": ["gross_margin_rate"],
    "counted": {"lines_unknown": 12},
    "remarks": [],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "row", "title"),
    [("en", "How often the customer ordered", "&lt;5 customers, 1 features"), ("de", "Wie oft der Kunde bestellte", "&lt;5 Kunden, 1 Merkmale")],
)  # fmt: skip
def test_the_page_holds_title_and_table_of_the_dictionary(tmp_path, language, row, title):
    (tmp_path / "found.json").write_text(json.dumps(FOUND), encoding="utf-8")
    templates = ROOT / "scripts/templates"
    features_report.main(
        str(tmp_path / "found.json"), str(templates / f"features.{language}.yaml"), str(templates / "report.html.j2"),
        output=str(tmp_path / "d.md"), page=str(tmp_path / "p.html"),
    )  # fmt: skip
    page, text = ((tmp_path / name).read_text("utf-8") for name in ("p.html", "d.md"))
    assert f'<html lang="{language}">' in page and f"<td>{row}</td>" in page
    assert f"<h1>{title}</h1>" in page and row in text
