"""Charts of the exposé: the same bytes each time, names as they are, and no chart without data."""

import json
import re
from datetime import date

from small_run import KPIS, TEMPLATES, SmallRun, lines

import expose_figures
from elt.expose.charts_situation import with_room
from elt.report.colours import ACCENT, BAD


def drawn(run, folder, language="en"):
    run.numbers()
    paths = [folder / f"{name}.svg" for name in expose_figures.CHARTS]
    ledger = str(run.folder / "reports" / "number_ledger.json")
    expose_figures.main(ledger, str(TEMPLATES / f"expose.{language}.yaml"), KPIS, [str(path) for path in paths])
    return {path.stem: path.read_text(encoding="utf-8") for path in paths}


def test_the_same_ledger_gives_the_same_bytes(tmp_path):
    run = SmallRun(tmp_path, lines())
    assert drawn(run, tmp_path / "a") == drawn(run, tmp_path / "b")


def test_a_name_is_drawn_as_it_is(tmp_path):
    run = SmallRun(tmp_path, lines())
    run.model["segments"][0]["name"] = {"en": "$a_b$ <x>", "de": "x"}
    assert "$a_b$ &lt;x&gt;" in drawn(run, tmp_path)["segment_shares"]


def test_a_partial_month_is_hatched(tmp_path):
    assert "pattern" in drawn(SmallRun(tmp_path / "p", lines(date(2024, 6, 10))), tmp_path)["revenue_by_month"]


def test_a_chart_without_data_says_so(tmp_path):
    run = SmallRun(tmp_path, lines(date(2022, 1, 20)))
    charts = drawn(run, tmp_path)
    assert "Too few data to show" in charts["revenue_by_month"]
    assert "Too few data to show" in charts["revenue_bridge"]


def test_numbers_in_german_charts_are_german(tmp_path):
    ledger = SmallRun(tmp_path, lines()).numbers()
    assert json.dumps(ledger).count("segment.1.customer_share")
    assert "50,0" in drawn(SmallRun(tmp_path, lines()), tmp_path, "de")["segment_shares"]


def test_a_single_cohort_takes_no_more_room_than_its_row(tmp_path):
    chart = drawn(SmallRun(tmp_path, lines()), tmp_path)["cohort_retention"]
    height = re.search(r'viewBox="0 0 \S+ ([\d.]+)"', chart)
    assert height is not None and float(height[1]) < 60, "in points; one of many cohorts is 100.8 high"


def test_every_step_of_the_bridge_can_be_seen_beside_years_that_are_many_times_as_large(tmp_path):
    chart = drawn(SmallRun(tmp_path, lines()), tmp_path)["revenue_bridge"]
    widths = []
    for bar in re.findall(rf'<path d="([^"]+)"[^>]*fill: (?:{ACCENT}|{BAD})"', chart):
        across = [float(x) for x in re.findall(r"[ML] ([\d.]+)", bar)]
        widths.append(max(across) - min(across))
    assert max(widths) > 40, "points, of a chart 194 wide"


def test_numbers_of_the_bridge_have_room_beyond_its_bars():
    low, high = with_room([16_799.0, -8_167.0], ["+16,799", "−8,167"])
    points = 118 / (high - low)
    assert (-8_167 - low) * points > 6 * 4.45 + 2 and (high - 16_799) * points > 7 * 4.45 + 2
    assert with_room([5.0], ["+5"])[0] > -1, "no room for numbers on a side without bars"
    assert with_room([0.0], ["0"])[1] > 0
