"""Unit tests of expose_index: the way into a run."""

import json
from pathlib import Path

import pytest
from small_run import KPIS, TEMPLATES, SmallRun, lines

import expose_index
from elt.expose.wording import Texts
from expose_index import DOORS, code, doors

HOSTILE = "<script>alert(1)</script>|[x](http://evil.example)`"


def written(folder: Path, language: str, called: str) -> tuple[str, str]:
    """Markdown and HTML of the index of a small run; the definitions are written beside them."""
    run = SmallRun(folder, lines())
    run.numbers()
    texts = Texts(*(str(TEMPLATES / f"{page}.{language}.yaml") for page in ("index", "expose", "assumptions")))
    words = {page: str(TEMPLATES / f"{page}.{language}.yaml") for page in ("index", "definitions")}
    templates = {page: str(TEMPLATES / f"{page}.md.j2") for page in words}
    templates |= {"index_page": str(TEMPLATES / "index.html.j2")}
    template = str(TEMPLATES / "report.html.j2")
    made = {f"{name}_text": str(folder / f"{name}.md") for name in words}
    made |= {f"{name}_page": str(folder / f"{name}.html") for name in words}
    ledger = str(folder / "reports/number_ledger.json")
    expose_index.main(ledger, texts, KPIS, called, words=words, templates=templates, template=template, made=made)
    return read(folder, "index")


def read(folder: Path, name: str) -> tuple[str, str]:
    """Markdown and HTML of a page."""
    return (folder / f"{name}.md").read_text(encoding="utf-8"), (folder / f"{name}.html").read_text(encoding="utf-8")


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


@pytest.mark.parametrize(("language", "ever"), [("en", "Ordered more than once at all"), ("de", "Überhaupt mehr als")])
def test_each_key_figure_has_its_definition_its_value_and_its_formula(tmp_path: Path, language: str, ever: str):
    written(tmp_path, language, "Muster & Co")
    markdown, page = read(tmp_path, "definitions")
    ledger = json.loads((tmp_path / "reports/number_ledger.json").read_text())
    shown = [KPIS[row["kpi"]] for row in ledger["pages"]["situation"]["kpis"]]
    assert shown
    for kpi in shown:
        assert f"| {kpi.name[language]} | {kpi.definition[language]} |" in markdown
        assert f"- **{kpi.name[language]}:** `{kpi.formula}`" in markdown
    assert ever in markdown and "<main" in page
    share = ledger["figures"]["return.ever"]["value"]
    assert ledger["pages"]["customers"]["returns"]["ever"] == "return.ever" and 0 < float(share) <= 1


def test_a_formula_stays_in_code_letters():
    assert code("SUM(a)\n  / `b`") == "`SUM(a) / b`"
