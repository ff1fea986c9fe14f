"""Each figure that a page of a finished run prints has an entry in the ledger of the page, and comes out of it again."""

import json
import re
import shutil
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from again import Again
from conftest import ROOT

MARTS = "gold/_meta/gold_metadata.yaml"
EDA, EDA_PAGE, EDA_WORDS = "step1_eda/reports/number_ledger.json", "step1_eda/reports/eda_report.md", "eda.en.yaml"
NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?!\w)")
SEGMENTS, SEGMENTS_PAGE = (
    f"step3_segmentation/reports/{name}" for name in ("number_ledger.json", "segmentation_report.md")
)
BRONZE, BRONZE_PAGE = (f"bronze/reports/{name}" for name in ("number_ledger.json", "bronze_report.md"))
SILVER, SILVER_PAGE = (f"silver/reports/{name}" for name in ("number_ledger.json", "silver_quality_report.md"))
GOLD, GOLD_PAGE = (f"gold/reports/{name}" for name in ("number_ledger.json", "gold_marts_report.md"))

DRAWN = "figure."  # how the names of figures begin that a chart prints and the page does not
TICK = re.compile(r"[xy]tick_|scale")  # groups of an SVG whose numbers are a scale: ticks, the line at a round amount
SCALE = re.compile(r"[−+]?[\d.,/\s]+")  # 0.25, 01/2024; the label of a bar is no scale
QUARTER = re.compile(r"\d{4} Q\d")
SHARES, PEOPLE = (("share",), -2), (("people", "count"), 0)  # (units, power of ten by which a chart divides)
CHARTS: dict[str, list[tuple[tuple[tuple[str, ...], int], int]]] = {  # chart: what it prints, with how many decimals
    "revenue_by_month": [((("money",), 3), 0)],
    "revenue_bridge": [((("money",), 3), 0)],
    "segment_shares": [(SHARES, 1)],
    "revenue_concentration": [(SHARES, 1)],
    "cohort_retention": [(SHARES, 0), (PEOPLE, 0)],
    "product_classes": [(SHARES, 1)],
    "segment_evidence": [((("index", "score"), 0), 2)],
    "segment_profiles": [((("deviations",), 0), 1)],
    "segment_density": [(PEOPLE, 0)],
}


def drawn(figure: Path) -> set[str]:
    """The numbers in the texts of a chart that are no scale."""
    texts: list[str] = []

    def look(part: ElementTree.Element, *, on_axis: bool) -> None:
        on_axis = on_axis or bool(TICK.match(part.get("id", "")))
        text = "".join(part.itertext()).strip() if part.tag.endswith("}text") else ""
        if text and not (on_axis and SCALE.fullmatch(text)):
            texts.append(QUARTER.sub(" ", text))
        for child in part:
            look(child, on_axis=on_axis)

    look(ElementTree.parse(figure).getroot(), on_axis=False)
    return {number for text in texts for number in NUMBER.findall(text)}


def in_chart(value: Any, power: int, decimals: int) -> str:
    """A value as an English chart prints it, divided by a power of ten, without its sign."""
    one = abs(Decimal(str(value))).scaleb(-power).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return f"{one:,}"


def entered(run: Path, figure: Path, ledger: str) -> set[str]:
    """What a chart may print: figures of the ledger of its page, in the form of the chart."""
    entries = json.loads((run / ledger).read_text())["figures"]
    if own := {name: entry for name, entry in entries.items() if name.startswith(f"{DRAWN}{figure.stem}.")}:
        powers = {entry["value"]: len(str(entry.get("scale", 1))) - 1 for entry in own.values()}
        return {
            in_chart(entry["value"], -2 if entry["unit"] == "share" else powers[entry["value"]], entry["decimals"])
            for entry in own.values()
        }
    return {
        in_chart(entry["value"], power, decimals)
        for (units, power), decimals in CHARTS[figure.stem]
        for entry in entries.values()
        if entry["unit"] in units and entry["value"] is not None
    }


def printed(entry: dict[str, Any]) -> set[str]:
    """A figure as an English page prints it, without sign and unit; a share stands in per cent or as it is."""
    if entry["unit"] == "record":  # the number of a record, a name and no count
        return {str(entry["value"])}
    value, step = abs(Decimal(str(entry["value"]))), Decimal(1).scaleb(-entry["decimals"])
    values = [value, value * 100] if entry["unit"] == "share" else [value]
    return {f"{one.quantize(step, rounding=ROUND_HALF_UP):,}" for one in values}


def without_entry(run: Path, ledger: str, page: str, *texts: str) -> set[str]:
    """Numbers of a page that are none of its ledger's figures; texts: where numbers that are no figures come from."""
    entries = json.loads((run / ledger).read_text())["figures"]
    figures = {text for name, entry in entries.items() if not name.startswith(DRAWN) for text in printed(entry)}
    shown = re.sub(r"`[^`]*`|\]\([^)]*\)", " ", (run / page).read_text())
    return set(NUMBER.findall(shown)) - figures - {number for text in texts for number in NUMBER.findall(text)}


def texts_of_exploration(run: Path) -> list[str]:
    """The words of the page, the descriptions of the marts, their texts of categories, and months."""
    summary = json.loads((run / "step1_eda/data/eda_summary.json").read_text())
    columns = [column for mart in summary["marts"] for column in mart["columns"]]
    values = [str(entry["value"]) for column in columns for entry in column.get("counts", [])]
    marts = yaml.safe_load((run / MARTS).read_text())["marts"].values()
    said = [mart[key] for mart in marts for key in ("title", "grain")]
    said += [column["description"] for mart in marts for column in mart["columns"].values()]
    said += [str(column["months"]) for column in columns if "months" in column]
    months = [group["month"] for group in summary["breakdowns"]["month"]["groups"]]
    words = str(yaml.safe_load((ROOT / "scripts/templates" / EDA_WORDS).read_text()))
    return [words, "5 25 75 95", *values, *said, *(month.replace("-", " ") for month in months)]


def texts_of_segments(run: Path) -> list[str]:
    """The words of the page, the company's words for segments and features, their numbers, and versions."""
    model = json.loads((run / "step3_segmentation/_meta/model_metadata.json").read_text())
    told = [part[key]["en"] for part in model["segments"] for key in ("name", "action", "success")]
    told += [feature["label"]["en"] for feature in model["features"]]
    numbers = [f"{segment['label']}." for segment in model["segments"]] + [str(s["label"]) for s in model["segments"]]
    words = str(yaml.safe_load((ROOT / "scripts/templates/segmentation.en.yaml").read_text()))
    return [words, *told, *numbers, *model["versions"].values()]


def test_every_figure_of_the_segments_comes_out_of_its_entry_again(sample_run):
    again = Again(sample_run, SEGMENTS)
    assert again.differences() == {} and not again.in_words
    assert sum("query" in entry for entry in again.figures.values()) > 80


def test_no_number_stands_on_the_page_of_segments_without_an_entry(sample_run):
    assert without_entry(sample_run, SEGMENTS, SEGMENTS_PAGE, *texts_of_segments(sample_run)) == set()


def texts_of_marts(run: Path) -> list[str]:
    """The words of the page, what is stated of marts and columns, and where assumptions are contradicted."""
    marts = yaml.safe_load((run / "gold/_meta/gold_metadata.yaml").read_text())["marts"].values()
    stated = [str({key: part for key, part in mart.items() if key != "found"}) for mart in marts]
    told = [
        str(entry[key])
        for mart in marts
        for entry in mart["found"].get("assumptions", [])
        for key in ("where", "why")
        if key in entry
    ]
    words = [(ROOT / f"scripts/templates/{page}.en.yaml").read_text() for page in ("gold", "assumptions")]
    return [*words, *stated, *told]


def test_every_figure_of_the_marts_comes_out_of_its_entry_again(sample_run):
    again = Again(sample_run, GOLD)
    assert again.differences() == {} and not again.in_words
    assert sum("query" in entry for entry in again.figures.values()) > 100


def test_no_number_stands_on_the_page_of_the_marts_without_an_entry(sample_run):
    assert without_entry(sample_run, GOLD, GOLD_PAGE, *texts_of_marts(sample_run)) == set()


def texts_of_raw_data(run: Path, page: str) -> list[str]:
    """The words of a page on raw data and their phrases, names of files and encodings, titles, repairs and codes."""
    files = yaml.safe_load((run / "bronze/_meta/bronze_metadata.yaml").read_text())["files"]
    tables = yaml.safe_load((run / "silver/_meta/silver_metadata.yaml").read_text())["tables"].values()
    told = [str(file[key]) for file in files for key in ("file", "dialect")]
    told += [str([table[key] for key in ("title", "department", "conventions")]) for table in tables]
    told += [str((one["why"], one["column"])) for table in tables for one in table["repairs"]]
    told += [str((one["from"], one["to"])) for table in tables for one in table["codes"]]
    words = [(ROOT / f"scripts/templates/{name}.en.yaml").read_text() for name in (page, "assumptions")]
    return [*words, *told]


def test_every_figure_of_the_raw_files_comes_out_of_its_entry_and_bytes_are_those_of_the_copies(sample_run):
    again = Again(sample_run, BRONZE)
    assert again.differences() == {} and not again.in_words and len(again.figures) > 20
    sizes = {file.name: file.stat().st_size for file in (sample_run / "bronze/data").glob("*")}
    entered = {name.split("/")[-1]: entry["value"] for name, entry in again.figures.items() if name.endswith(".bytes")}
    assert entered == {f"{name}.bytes": size for name, size in sizes.items()}


def test_every_figure_of_the_quality_of_data_comes_out_of_its_entry_again(sample_run):
    again = Again(sample_run, SILVER)
    assert again.differences() == {} and not again.in_words
    assert sum("query" in entry for entry in again.figures.values()) > 15


@pytest.mark.parametrize(
    ("ledger", "page", "words"), [(BRONZE, BRONZE_PAGE, "bronze"), (SILVER, SILVER_PAGE, "silver_report")]
)
def test_no_number_stands_on_the_pages_of_raw_data_without_an_entry(sample_run, ledger, page, words):
    assert without_entry(sample_run, ledger, page, *texts_of_raw_data(sample_run, words)) == set()


def test_every_figure_of_the_exploration_comes_out_of_its_entry_again(sample_run):
    assert Again(sample_run, EDA).differences() == {}


def test_every_figure_of_the_expose_and_its_pages_comes_out_of_its_entry_again(sample_run):
    again = Again(sample_run, "reports/number_ledger.json")
    assert again.differences() == {}
    steps = {name for name in again.in_words if re.fullmatch(r"bridge\.\w+\.effect", name)}
    assert again.in_words - steps == {"risk.smallest_group"}, "beside the bridge"


def test_no_number_stands_on_the_page_of_the_exploration_without_an_entry(sample_run):
    assert without_entry(sample_run, EDA, EDA_PAGE, *texts_of_exploration(sample_run)) == set()


LEDGERS = {"reports": "reports/number_ledger.json", "step1_eda": EDA, "step3_segmentation": SEGMENTS}


def charts(run: Path) -> Iterator[tuple[Path, str]]:
    """Each chart of a run with the ledger of its page."""
    for part, ledger in LEDGERS.items():
        yield from ((figure, ledger) for figure in sorted((run / part / "figures").glob("*.svg")))


def test_no_number_stands_in_a_chart_without_an_entry_in_the_ledger_of_its_page(sample_run):
    labels = {str(number) for number in range(1, 9)}  # numbers of segments, which are names
    found, count = {}, 0
    for figure, ledger in charts(sample_run):
        shown = drawn(figure) - (labels if figure.stem == "segment_density" else set())
        count += len(shown)
        if missing := shown - entered(sample_run, figure, ledger):
            found[f"{ledger}: {figure.stem}"] = missing
    assert count > 140 and len([*charts(sample_run)]) == 18
    assert found == {}


def test_a_number_of_a_chart_that_no_entry_has_is_found(sample_run, tmp_path):
    chart = sample_run / "reports/figures/revenue_bridge.svg"
    amount = max(drawn(chart), key=lambda text: float(text.replace(",", "")))
    planted = tmp_path / chart.name
    planted.write_text(chart.read_text("utf-8").replace(f">{amount}<", ">9,876,543<"), encoding="utf-8")
    assert drawn(planted) - entered(sample_run, planted, LEDGERS["reports"]) == {"9,876,543"}


def test_no_two_numbers_of_a_page_stand_beside_each_other_behind_a_comma(sample_run):
    beside = re.compile(r"\d(?:\s?%)?\)?, [−+]?\d.*")
    pages = [page for part in ("reports", "step*/reports", "gold/reports") for page in sample_run.glob(f"{part}/*.md")]
    assert len(pages) > 8 and beside.search("brought 1,324, 266 less")
    assert {found[0] for page in pages for found in beside.finditer(page.read_text("utf-8"))} == set()


@pytest.fixture
def planted(sample_run: Path, tmp_path: Path) -> Path:
    """The ledger of the exploration with one figure changed and one taken out, beside the files that it is about."""
    for path in (EDA, EDA_PAGE, MARTS, "step1_eda/data/eda_summary.json"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(sample_run / path, tmp_path / path)
    ledger = json.loads((tmp_path / EDA).read_text())
    ledger["figures"]["columns.hidden"]["value"] += 1
    total = printed(ledger["figures"]["month.revenue"])
    figures = {name: entry for name, entry in ledger["figures"].items() if not printed(entry) & total}
    (tmp_path / EDA).write_text(json.dumps(ledger | {"figures": figures}))
    return tmp_path


def test_a_changed_figure_and_a_number_without_an_entry_are_found(planted):
    again = Again(planted, EDA)
    again.figures = {name: entry for name, entry in again.figures.items() if "path" in entry}
    assert list(again.differences()) == ["columns.hidden"]
    assert len(without_entry(planted, EDA, EDA_PAGE, *texts_of_exploration(planted))) == 1
