"""The page of the feature dictionary says what its Markdown says."""

from conftest import ROOT

import features_report


def test_the_page_holds_title_and_table_of_the_dictionary(tmp_path):
    (tmp_path / "d.md").write_text("# Two features\n\n| a | b |\n| --- | --- |\n| Käufe | 2 |\n", encoding="utf-8")
    features_report.main(
        str(tmp_path / "d.md"), str(ROOT / "scripts/templates/report.html.j2"), str(tmp_path / "p.html")
    )
    page = (tmp_path / "p.html").read_text("utf-8")
    assert "<title>Two features</title>" in page and "<td>Käufe</td>" in page
