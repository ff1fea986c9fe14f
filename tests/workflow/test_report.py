"""`snakemake --report`: what is in it, that it opens in a browser, and that nothing protected is."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Project

pytestmark = pytest.mark.slow

CATEGORIES = ["1 Exposé", "2 Segmentation", "3 Features", "4 Exploration", "5 Data protection"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --virtual-time-budget=8000 --window-size=1300,900"
).split()


@pytest.fixture(scope="module")
def page(sample_project: Project) -> Path:
    """The HTML summary of the finished sample run."""
    done = sample_project.snakemake("--config", "seed=42", "run_id=sample", "--report", "report.html")
    assert done.returncode == 0, done.stdout[-4000:]
    return sample_project.folder / "report.html"


def variable(page: Path, name: str) -> dict:
    """A JSON variable of the page's script."""
    text = page.read_text(encoding="utf-8")
    start = text.index(f"var {name} = {{") + len(f"var {name} = ")
    return json.JSONDecoder().raw_decode(text[start:])[0]


def browser(page: Path, profile: Path, *arguments: str) -> subprocess.CompletedProcess:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "--enable-logging=stderr", *arguments, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_results_are_in_five_categories_and_all_are_shown_inline(page: Path):
    assert sorted(variable(page, "categories")) == CATEGORIES
    kinds = {result["mime_type"] for result in variable(page, "results").values()}
    assert kinds == {"image/svg+xml", "text/html"}


def test_every_result_has_a_caption_and_a_label(page: Path):
    results = variable(page, "results")
    assert len(results) > 15
    for name, result in results.items():
        assert len(re.sub("<[^>]+>", "", result["caption"]).strip()) > 20, name
        assert result["labels"], name


def test_the_start_page_has_three_doors_to_pages_that_are_there_and_four_figures(page: Path):
    text = page.read_text(encoding="utf-8")
    start = json.JSONDecoder().raw_decode(text[text.index("var workflow_desc = ") + len("var workflow_desc = ") :])[0]
    assert re.findall(r"<h2>(\w+)</h2>", start) == ["Director", "Analyst", "Auditor"]
    results = variable(page, "results")
    opened = re.findall(r"contentPath: results\['([^']+)'\]", start)
    assert len(opened) == 12
    assert {results[name]["mime_type"] for name in opened} == {"text/html"}
    assert start.count("</svg>") == 5
    assert "system-message" not in start


def test_the_letters_of_all_figures_of_the_start_page_are_equally_large(page: Path):
    text = page.read_text(encoding="utf-8")
    start = json.JSONDecoder().raw_decode(text[text.index("var workflow_desc = ") + len("var workflow_desc = ") :])[0]
    shown = []
    for figure in start.split("<figure")[1:]:
        rem, width = (float(re.search(mark, figure)[1]) for mark in (r"width: ([\d.]+)rem", r'viewBox="0 0 ([\d.]+) '))
        letters = [float(points) for points in re.findall(r"font-size: ([\d.]+)px", figure)]
        shown.append(max(set(letters), key=letters.count) * rem * 16 / width)
    assert len(shown) == 5 and max(shown) < 1.15 * min(shown) and min(shown) > 11


def test_nothing_of_the_protected_layers_is_in_the_report(page: Path, sample_run: Path):
    assert not [name for name in variable(page, "results") if re.search(r"/(bronze|silver|gold|_closed)/", name)]
    text = page.read_text(encoding="utf-8")
    customers = (sample_run / "gold/data/dim_customer.csv").read_text(encoding="utf-8").splitlines()[2:]
    assert not [line.split(",")[1] for line in customers if line.split(",")[1] in text]


def test_the_report_opens_in_a_browser_with_its_landing_text(page: Path, tmp_path: Path):
    shown = browser(page, tmp_path / "profile", "--dump-dom")
    visible = re.sub(r"<script[\s\S]*?</script>", "", shown.stdout)
    assert "From raw CRM and ERP exports to the executive exposé" in visible
    for category in CATEGORIES:
        assert category in visible
    assert "Uncaught" not in shown.stderr


def test_the_expose_prints_on_three_sheets(sample_run: Path, tmp_path: Path):
    printed = tmp_path / "expose.pdf"
    page = sample_run / "reports/final_expose.html"
    browser(page, tmp_path / "profile", "--no-pdf-header-footer", f"--print-to-pdf={printed}")
    assert re.findall(rb"/Count (\d+)", printed.read_bytes()) == [b"3"]


def test_the_expose_opens_in_a_browser_and_asks_for_nothing_else(sample_run: Path, tmp_path: Path):
    shown = browser(sample_run / "reports/final_expose.html", tmp_path / "profile", "--dump-dom")
    assert shown.stdout.count("<svg") == len(list((sample_run / "reports/figures").glob("*.svg")))
    assert not re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', shown.stdout)
    assert "Refused to" not in shown.stderr
