"""Unit tests of expose_index: the way into a run."""

from pathlib import Path

import pytest
from small_run import KPIS, TEMPLATES, SmallRun, lines

import expose_index
from elt.expose.wording import Texts
from expose_index import DOORS, doors

HOSTILE = "<script>alert(1)</script>|[x](http://evil.example)`"


def written(folder: Path, language: str, called: str) -> tuple[str, str]:
    """Markdown and HTML of the index of a small run."""
    run = SmallRun(folder, lines())
    run.numbers()
    words = (str(TEMPLATES / f"{page}.{language}.yaml") for page in ("index", "expose", "assumptions"))
    made = (str(folder / "index.md"), str(folder / "index.html"))
    templates = (str(TEMPLATES / "index.md.j2"), str(TEMPLATES / "report.html.j2"))
    expose_index.main(
        str(folder / "reports/number_ledger.json"), Texts(*words), KPIS, called, templates=templates, made=made
    )
    markdown, page = (Path(path).read_text(encoding="utf-8") for path in made)
    return markdown, page


def test_every_page_has_a_name_and_a_link_in_both_languages():
    for language in ("en", "de"):
        links = [link for of_reader in doors(language).values() for link in of_reader.values()]
        assert len(links) == sum(map(len, DOORS.values())) == len(set(links))
        assert f"../_meta/privacy/data_map.{language}.html" in links


@pytest.mark.parametrize(("language", "door"), [("en", "For auditors"), ("de", "Für die Prüfung")])
def test_the_page_says_what_happened_and_opens_a_door_for_each_reader(tmp_path: Path, language: str, door: str):
    markdown, page = written(tmp_path, language, "Muster & Co")
    assert markdown.startswith("# Muster &amp; Co: ")
    assert f"## {door}" in markdown and f"<h2>{door}</h2>" in page
    assert "1. " in markdown.partition("##")[2].partition("##")[0]


def test_a_hostile_name_of_a_company_is_text(tmp_path: Path):
    _, page = written(tmp_path, "en", HOSTILE)
    assert "<script" not in page and 'href="http' not in page
