"""Unit tests of expose_departments: each page tells what concerns it, in the order of weight."""

import json
from pathlib import Path

import pytest
from small_run import KPIS, TEMPLATES, SmallRun, lines

import expose_departments
import expose_figures
from elt.expose.wording import Texts
from expose_departments import CONCERNS, told

HOSTILE = "<script>alert(1)</script>|[x](http://evil.example)`"


def finding(kind: str, subject: str = "") -> dict:
    """A finding of the number ledger."""
    return {"kind": kind, "subject": subject, "said": None if kind == "gap" else {"say": f"{kind} {subject}"}}


def ledger(*findings: dict, gaps: tuple = ()) -> dict:
    """As much of a number ledger as is told."""
    return {"findings": list(findings), "pages": {"situation": {"gaps": list(gaps)}}}


def test_a_department_hears_what_concerns_it_in_the_order_of_weight():
    found = ledger(finding("margin"), finding("place", "A"), finding("category", "B"))
    assert [said["say"] for said in told(found, "sales")] == ["place A", "category B"]
    assert [said["say"] for said in told(found, "purchasing")] == ["margin ", "category B"]
    assert [said["say"] for said in told(found, "marketing")] == ["place A"]


def test_a_category_that_ends_early_comes_first_and_once():
    found = ledger(finding("category", "B"), finding("gap", "B"), gaps=({"say": "gap B"},))
    assert [said["say"] for said in told(found, "sales")] == ["gap B", "category B"]
    assert [said["say"] for said in told(found, "marketing")] == []


def pages(folder: Path, language: str, **how: str) -> dict[str, str]:
    """The pages of a small run by name of output."""
    run = SmallRun(folder, lines(), **how)
    run.numbers()
    numbers = str(folder / "reports/number_ledger.json")
    figures = [str(folder / "reports/figures" / f"{name}.svg") for name in expose_figures.CHARTS]
    words = [str(TEMPLATES / f"{page}.{language}.yaml") for page in ("departments", "expose", "assumptions")]
    expose_figures.main(numbers, words[1], KPIS, figures)
    endings = {"text": "md", "page": "html"}
    made = {
        f"{name}_{kind}": str(folder / f"reports/{name}.{end}") for name in CONCERNS for kind, end in endings.items()
    }
    expose_departments.main(
        numbers, Texts(*words), figures, KPIS,
        templates=(str(TEMPLATES / "department.md.j2"), str(TEMPLATES / "report.html.j2")),
        made=made, identity=("Small & Shop", "EUR"),
    )  # fmt: skip
    return {name: Path(path).read_text(encoding="utf-8") for name, path in made.items()}


@pytest.mark.parametrize(("language", "title"), [("en", "sales"), ("de", "Vertrieb")])
def test_pages_speak_the_language_and_show_the_figures_of_the_ledger(tmp_path: Path, language: str, title: str):
    made = pages(tmp_path, language)
    assert made["sales_text"].startswith(f"# Small &amp; Shop: {title}\n")
    assert f'<html lang="{language}">' in made["sales_page"] and "EUR" in made["sales_text"]
    figures = json.loads((tmp_path / "reports/number_ledger.json").read_text("utf-8"))["figures"]
    revenue = int(float(figures["kpi.revenue.this"]["value"]))
    mark = {"en": ",", "de": "."}[language]
    assert f"{revenue:,}".replace(",", mark) in made["sales_text"]
    assert "data:image/svg+xml" in made["sales_page"]


def test_a_hostile_name_of_a_product_is_text(tmp_path: Path):
    made = pages(tmp_path, "en", product_name=HOSTILE)
    for name, text in made.items():
        assert "<script" not in text, name
        assert 'href="http' not in text, name


@pytest.mark.parametrize(
    ("language", "heading", "subject"), [("en", "Findings", "Revenue"), ("de", "Befunde", "Der Umsatz")]
)
def test_how_all_revenue_moved_is_told_once_above_the_findings(tmp_path: Path, language, heading, subject):
    made = pages(tmp_path, language)
    entered = json.loads((tmp_path / "reports/number_ledger.json").read_text("utf-8"))
    assert not [one["subject"] for one in entered["findings"] if "total" in (one["said"] or {}).get("figures", {})]
    for name in CONCERNS:
        section = made[f"{name}_text"].partition(f"## {heading}")[2].partition("##")[0].splitlines()
        first, *findings = [line for line in section[1:] if line]
        assert first.startswith(subject) and not first[0].isdigit(), name
        assert findings and not [line for line in findings if subject.lower() in line.lower()[:12]], name
