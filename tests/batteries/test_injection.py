"""Forty payloads as value, column, file name and run id: no page gets an element, attribute or address from them."""

import copy
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import yaml
from small_run import SmallRun, lines

import bronze_report
import eda_report
import segmentation_report
import silver_report
from elt import formulas
from elt.features.measures import category_features
from elt.files import read_json, read_yaml
from elt.report import figures, pages, templates, words
from elt.report.figure_ledger import Told
from elt.report.markdown import code, escape, table
from elt.run.settings import schema_faults

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "scripts/templates/report.html.j2"
SILVER_WORDS = [ROOT / f"scripts/templates/{page}.en.yaml" for page in ("silver_report", "assumptions")]
PAYLOADS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "</td></table><h1>x</h1>",
    "<iframe src=//evil.example></iframe>", "<a href='javascript:alert(1)'>x</a>", "\"><b onmouseover=alert(1)>",
    "' autofocus onfocus=alert(1) x='", "<!--", "--><script>alert(1)</script>", "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>", "<![CDATA[<script>alert(1)</script>]]>", "<meta http-equiv=refresh content=0>",
    "<base href=http://evil.example/>", "<form action=http://evil.example><input>", "<link rel=stylesheet href=//evil.example>",
    "<math><mtext><script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;img src=x&#62;",
    "[x](http://evil.example)", "![x](http://evil.example/x.png)", "<http://evil.example>", "https://evil.example/?q=1",
    "www.evil.example", "[x]: http://evil.example", "[x][y]", "a|b|c", "# heading", "```\ncode", "- item", "1. item", "---", "*x* _y_ ~~z~~",
    "{{ 7*7 }}", "{% for x in y %}{{ x }}{% endfor %}", "{{ config.__class__.__mro__ }}", "${7*7} #{7*7} <%= 7*7 %>",
    "=HYPERLINK(\"http://evil.example\")", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1", "\u202egpj.exe", "x\x00y\x1b[31m",
]  # fmt: skip
TEXTS = {
    *(
        "category",
        "subcategory",
        "country",
        "title",
        "description",
        "grain",
        "unit",
        "file",
        "column",
        "from",
        "to",
        "why",
    ),
    *("department", "encoding_why", "delimiter_name", "action", "success", "words"),
}


class Skeleton(HTMLParser):
    """What a page is made of: elements, attributes and addresses; and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.addresses: set[str] = set()
        self.comments = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.add(tag)
        for name, value in attrs:
            self.attributes.add((tag, name))
            if name in ("href", "src", "action", "xlink:href", "data", "content", "style") and not (
                value or ""
            ).startswith("data:"):
                self.addresses.add(
                    re.sub(r"[\d.]+", "0", value or "") if name != "style" else (value or "").partition(":")[0]
                )

    def handle_comment(self, data: str) -> None:
        """Note a comment."""
        self.comments += 1


def page_of(text: str, folder: Path) -> str:
    """The page of a Markdown report."""
    return pages.page(text, folder, TEMPLATE)


def more(clean: str, attacked: str) -> list[Any]:
    """What the attacked page has and the clean one has not."""
    one, other = Skeleton(clean), Skeleton(attacked)
    extra = other.comments - one.comments
    return [
        *(other.elements - one.elements),
        *(other.attributes - one.attributes),
        *(other.addresses - one.addresses),
        *[extra] * bool(extra),
    ]


def poisoned(content: Any, start: int) -> Any:
    """The content with a payload, each in turn, wherever a text from the data or from a contract stands."""
    count = iter(range(start, 1_000_000))

    def walk(part: Any, key: str) -> Any:
        if isinstance(part, dict):
            return {name: walk(value, key if key in TEXTS else name) for name, value in part.items()}
        if isinstance(part, list):
            return [walk(value, key) for value in part]
        return PAYLOADS[next(count) % len(PAYLOADS)] if isinstance(part, str) and key in TEXTS else part

    return walk(copy.deepcopy(content), "")


def worded(summary: dict[str, Any]) -> dict[str, Any]:
    """The summary of the exploration with words of its marts."""
    described = {
        mart["name"]: {
            "title": "x",
            "grain": "x",
            "description": {item["name"]: "x" for item in mart["columns"]},
        }
        for mart in summary["marts"]
    }
    return {**summary, "words": described}


def shown(content: Any, kind: str, run: Path) -> str:
    """The page that a report makes of its metadata."""
    if kind == "bronze":
        return page_of(
            bronze_report.report(content, Told(words.read(ROOT / "scripts/templates/bronze.en.yaml"))),
            run / "bronze/reports",
        )
    if kind == "silver":
        return page_of(
            silver_report.report(content["tables"], {"default": 0.01}, Told(words.read(*SILVER_WORDS))),
            run / "silver/reports",
        )
    if kind == "segmentation":
        return page_of(
            segmentation_report.report(content, Told(words.read(ROOT / "scripts/templates/segmentation.en.yaml"))),
            run / "step3_segmentation/reports",
        )
    content = copy.deepcopy(content)
    content["customers"]["columns"] = {column["name"]: column for column in content["customers"]["columns"]}
    content["marts"] = eda_report.with_words(content["marts"], content.pop("words"))
    links = {path.stem: f"../figures/{path.name}" for path in (run / "step1_eda/figures").glob("*.svg")}
    told = words.read(ROOT / "scripts/templates/eda.en.yaml")
    return page_of(eda_report.report(content, links, Told(told)), run / "step1_eda/reports")


@pytest.mark.parametrize("kind", ["bronze", "silver", "eda", "segmentation"])
def test_report_pages_get_nothing_from_payloads_in_values_columns_and_file_names(sample_run: Path, kind: str):
    content = {
        "bronze": lambda: list(read_yaml(sample_run / "bronze/_meta/bronze_metadata.yaml")["files"]),
        "silver": lambda: read_yaml(sample_run / "silver/_meta/silver_metadata.yaml"),
        "eda": lambda: worded(read_json(sample_run / "step1_eda/data/eda_summary.json")),
        "segmentation": lambda: read_json(sample_run / "step3_segmentation/_meta/model_metadata.json"),
    }[kind]()  # fmt: skip
    clean = shown(content, kind, sample_run)
    for start in (0, 11, 23):
        attacked = shown(poisoned(content, start), kind, sample_run)
        assert attacked != clean
        assert more(clean, attacked) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_table_a_heading_and_a_name_in_code_show_a_payload_as_text(payload):
    def page(text: str) -> str:
        return page_of(
            f"# {escape(text)}\n\nSeen: {escape(text)}\n\n{table([text, 'b'], [[text, code(text)]])}\n", Path()
        )

    clean = page("x/y z")
    assert set(more(clean, page(payload))) <= {"code"}
    assert Skeleton(clean).elements >= {"table", "h1"}


def test_the_skeleton_would_show_an_element_an_attribute_and_an_address():
    clean = page_of("# x\n", Path())
    for planted in ("<b>x</b>", "<p class='x'>", "<a href='http://evil.example'>", "<!-- x -->", "<h1 style='x:1'>"):
        assert more(clean, clean.replace("</body>", planted + "</body>"))


def test_the_exposé_gets_nothing_from_payloads_in_the_data_and_its_figures_neither(tmp_path):
    def made(name: str, folder: Path) -> tuple[str, str]:
        run = SmallRun(folder, lines(), product_name=name)
        html_page, text = run.reports(has_charts=True)
        return html_page, page_of(text, run.folder / "reports")

    clean = made("Road bike", tmp_path / "clean")
    for start in range(0, len(PAYLOADS), 16):
        attacked = made(" ".join(PAYLOADS[start : start + 16]), tmp_path / str(start))
        assert attacked[0] != clean[0]
        assert more(clean[0], attacked[0]) == []
        assert more(clean[1], attacked[1]) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_svg_text_holds_a_payload_as_text(payload):
    def drawn(text: str) -> str:
        import io

        figure = figures.new_figure(3, 2)
        axes = figure.subplots()
        axes.set_title(figures.label(text, 80))
        axes.bar([figures.label(text)], [1])
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None})
        return stream.getvalue()

    assert more(drawn("x"), drawn(payload)) == []


def test_no_page_names_an_address_outside_and_each_forbids_all_that_it_does_not_need(sample_run: Path):
    found = sorted(sample_run.rglob("*.html"))
    assert len(found) >= 5
    for path in found:
        page = path.read_text("utf-8")
        policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', page)[1]
        assert policy == templates.POLICY, path
        assert page.index("Content-Security-Policy") < page.index("<style>"), path
        assert Skeleton(page).elements & {"script", "iframe", "object", "embed", "form", "base", "link"} == set(), path
        outside = {a for a in Skeleton(page).addresses if "//" in a}
        assert outside == set(), path
    for part in ("default-src 'none'", "base-uri 'none'", "form-action 'none'"):
        assert part in templates.POLICY


@pytest.mark.parametrize("payload", [p for p in PAYLOADS if p.lstrip(" ")[:1] in "=+-@\t\r"])
def test_a_cell_for_the_owners_of_the_data_is_no_formula(payload):
    cell = pl.DataFrame({"x": [payload]}).select(formulas.as_texts(pl.col("x"))).item()
    assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r")


def test_a_category_of_payloads_makes_plain_column_names_and_numbers():
    revenue = pd.DataFrame({"customer_key": np.arange(len(PAYLOADS)) + 1, "category": PAYLOADS, "revenue": 100})
    revenue["is_ordered"] = True
    published = category_features(revenue)
    assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in published.columns)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_is_no_run_id_but_for_a_plain_name(payload):
    schema = yaml.safe_load((ROOT / "config/schema.yaml").read_text("utf-8"))["properties"]["run_id"]
    assert bool(list(schema_faults(payload, schema))) == (payload != "www.evil.example")
    assert "http" not in escape("www.evil.example")
    assert more(page_of("# x\n", Path()), page_of(f"# {escape('www.evil.example')}\n", Path())) == []
