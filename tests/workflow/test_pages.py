"""Every page of a run as people meet it: with axe-core, on screens from 360 to 1,920 pixels, and in print on A4.

Each check is shown once to see a planted fault.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import Project, clone
from playwright.sync_api import Browser, Page, sync_playwright
from svg_parts import too_pale

pytestmark = pytest.mark.slow

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
WIDTHS = (360, 768, 1280, 1920)
A4_INSIDE = 680  # pixels of 180 mm: A4 less the margins of the stylesheet
SHEET = re.compile(rb"/Type\s*/Page\b(?!s)")
BEYOND = """width => [...document.querySelectorAll("body *")]
    .filter(part => !part.closest("svg") && part.getBoundingClientRect().right > width + 1)
    .map(part => part.tagName + " " + part.textContent.trim().slice(0, 40)).slice(0, 3)"""
REPEATED = """() => [...document.querySelectorAll("img, [role=img]")]
    .map(part => (part.getAttribute("alt") ?? part.getAttribute("aria-label") ?? "").trim())
    .filter(text => !text || [...document.querySelectorAll("h1, h2, h3, h4")].some(h => h.textContent.trim() === text))"""

LETTERS = """() => [...document.querySelectorAll("figure svg")].map(part => {
    const sizes = [...part.querySelectorAll("text")].map(text => parseFloat(getComputedStyle(text).fontSize));
    return Math.min(...sizes) * part.getBoundingClientRect().width / part.viewBox.baseVal.width;
})"""  # height in pixels of the smallest letters of each figure
READABLE = 6.5
SHRUNK = """() => [...document.querySelectorAll(".figure img")].map(part => part.width / part.naturalWidth)"""
LEAST_SIZE = 0.75  # of a figure of a report, whose letters are 7 points and more


@pytest.fixture(scope="module")
def runs(sample_project: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of the finished sample run by language."""
    german = clone(sample_project, tmp_path_factory.mktemp("german") / "project")
    done = german.snakemake("--config", "seed=42", "run_id=sample", "language=de")
    assert done.returncode == 0, done.stdout[-4000:]
    return {"en": sample_project.run("sample"), "de": german.run("sample")}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty tab that axe-core may be put into, whatever the policy of a page."""
    context = browser.new_context(bypass_csp=True)
    yield context.new_page()
    context.close()


def pages(run: Path) -> list[Path]:
    """All pages that a run has published."""
    parts = (
        "reports",
        "step1_eda",
        "step2_feature_engineering",
        "step3_segmentation",
        "bronze/reports",
        "silver/reports",
        "gold/reports",
        "_meta/privacy",
    )
    found = sorted(path for part in parts for path in (run / part).rglob("*.html"))
    assert len(found) >= 19
    return found


def violations(page: Page) -> list[str]:
    """What axe-core finds, good practice included: rule and the first place."""
    return [f"{found['id']}: {found['nodes'][0]['html'][:80]}" for found in Axe().run(page).response["violations"]]


def wider_than(page: Page, width: int) -> int:
    """Pixels of a page that a screen of this width cannot show without scrolling sideways."""
    page.set_viewport_size({"width": width, "height": 900})
    return int(page.evaluate("document.documentElement.scrollWidth")) - width


def cut_off(page: Page) -> list[str]:
    """What reaches beyond the paper in print."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": A4_INSIDE, "height": 960})
    return [str(found) for found in page.evaluate(BEYOND, A4_INSIDE)]


def sheets(page: Page) -> int:
    """Sheets of paper of the page in print."""
    return len(SHEET.findall(page.pdf(prefer_css_page_size=True)))


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_page_is_accessible_fits_every_screen_and_is_whole_in_print(runs, page: Page, language: str):
    found: dict[str, object] = {}
    for path in pages(runs[language]):
        page.emulate_media(media="screen")
        page.goto(path.as_uri())
        name = path.relative_to(runs[language]).as_posix()
        found[f"{name}, axe"] = violations(page)
        found[f"{name}, alternative texts"] = page.evaluate(REPEATED)
        found[f"{name}, too wide"] = [width for width in WIDTHS if wider_than(page, width) > 0]
        found[f"{name}, cut off in print"] = cut_off(page)
    assert {place: faults for place, faults in found.items() if faults} == {}


def test_the_letters_of_every_figure_of_the_expose_can_be_read_on_a_narrow_screen(runs, page: Page):
    page.set_viewport_size({"width": min(WIDTHS), "height": 900})
    page.goto((runs["de"] / "reports/final_expose.html").as_uri())
    letters = page.evaluate(LETTERS)
    assert len(letters) == 6 and min(letters) > READABLE


@pytest.mark.parametrize("name", ["reports/marketing", "step1_eda/reports/eda_report"])
def test_the_letters_of_every_figure_of_a_report_can_be_read_on_a_narrow_screen(runs, page: Page, name: str):
    page.set_viewport_size({"width": min(WIDTHS), "height": 900})
    page.goto((runs["de"] / f"{name}.html").as_uri())
    sizes = page.evaluate(SHRUNK)
    assert len(sizes) >= 2 and min(sizes) > LEAST_SIZE


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_expose_prints_on_three_sheets(runs, page: Page, language: str):
    page.goto((runs[language] / "reports/final_expose.html").as_uri())
    assert sheets(page) == 3


@pytest.mark.parametrize("department", ["sales", "marketing", "purchasing"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_of_a_department_prints_on_one_sheet(runs, page: Page, language: str, department: str):
    page.goto((runs[language] / f"reports/{department}.html").as_uri())
    assert sheets(page) == 1


def test_the_expose_as_a_pdf_is_made_on_request_and_known_to_verify(sample_project: Project, tmp_path: Path):
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    project = clone(sample_project, tmp_path / "project")
    for target in ("expose_pdf", "verify"):
        done = project.snakemake(target, "--config", "run_id=sample", *(["seed=42"] if target == "expose_pdf" else []))
        assert done.returncode == 0, done.stdout[-3000:]
    printed = (project.run("sample") / "reports/final_expose.pdf").read_bytes()
    assert len(SHEET.findall(printed)) == 3


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_door_of_the_index_opens(runs, page: Page, language: str):
    index = runs[language] / "reports/index.html"
    page.goto(index.as_uri())
    links = page.eval_on_selector_all("main a", "links => links.map(link => link.getAttribute('href'))")
    assert len(links) == 22
    assert [link for link in links if not (index.parent / link).resolve().is_file()] == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_story_of_the_exploration_prints_on_four_sheets(runs, page: Page, language: str, tmp_path: Path):
    whole = (runs[language] / "step1_eda/reports/eda_report.html").read_text(encoding="utf-8")
    appendix = {"en": "<h2>Appendix: ", "de": "<h2>Anhang: "}[language]
    story, found, _ = whole.partition(appendix)
    assert found
    (tmp_path / "story.html").write_text(f"{story}</main></body></html>", encoding="utf-8")
    page.goto((tmp_path / "story.html").as_uri())
    assert sheets(page) <= 4


def test_every_text_bar_line_and_mark_of_the_german_figures_stands_out(runs):
    assert too_pale(runs["de"]) == []


def test_a_page_says_its_language(runs, page: Page):
    for language, run in runs.items():
        page.goto((run / "step1_eda/reports/eda_report.html").as_uri())
        assert page.get_attribute("html", "lang") == language


def test_planted_faults_are_seen(page: Page, tmp_path: Path):
    faulty = tmp_path / "faulty.html"
    faulty.write_text(
        '<html><title>x</title><h2>One</h2><h4>Message</h4><img alt="Message"><figure role="img" aria-label="One"></figure><p style="color:#ccc">pale</p>'
        f"<table><td style='white-space:nowrap'>{'word ' * 200}</table>" + "<p>line</p>" * 200,
        encoding="utf-8",
    )
    page.goto(faulty.as_uri())
    rules = {found.partition(":")[0] for found in violations(page)}
    assert {"html-has-lang", "color-contrast", "landmark-one-main", "heading-order"} <= rules
    assert page.evaluate(REPEATED) == ["Message", "One"]
    assert wider_than(page, 1920) > 0 and cut_off(page)
    assert sheets(page) > 3
