"""Segment figures: marks stand for segments, the bytes are the same each time, an empty model still draws."""

import copy
import re

import pytest
from conftest import ROOT

import segmentation_figures as script
from elt.report.figures import save_svg
from elt.report.words import read

SEGMENT = {"name": {"en": "Big <spenders>", "de": "Groß"}, "is_suppressed": False, "customer_share": 0.25} | {
    "revenue_share": 0.75,
    "deviation": {"monetary": 1.25},
}
MODEL = {
    "choice": {"k": 2, "stable_from": 0.75},
    "evidence": [
        {"k": 2, "silhouette": 0.5, "silhouette_error": 0.02, "lowest_jaccard": 0.9},
        {"k": 3, "silhouette": None, "silhouette_error": None, "lowest_jaccard": 0.5},
    ],
    "features": [{"name": "monetary", "is_used": True, "label": {"en": "Revenue", "de": "Umsatz"}}],
    "segments": [SEGMENT, SEGMENT | {"name": {"en": "Rest", "de": "Rest"}, "deviation": {"monetary": -0.4}}],
}
DRAWINGS = [script.evidence_figure, script.shares_figure, script.profiles_figure]


def svg(draw, model, language, folder):
    path = folder / "figure.svg"
    save_svg(draw(model, read(ROOT / f"scripts/templates/segmentation.{language}.yaml")), path)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("draw", DRAWINGS)
def test_the_same_model_gives_the_same_bytes(draw, tmp_path):
    assert svg(draw, MODEL, "en", tmp_path) == svg(draw, copy.deepcopy(MODEL), "en", tmp_path)


def test_german_figures_use_german_numbers(tmp_path):
    assert "75,0\xa0%" in svg(script.shares_figure, MODEL, "de", tmp_path)


def test_names_are_escaped(tmp_path):
    assert "Big &lt;spenders&gt;" in svg(script.shares_figure, MODEL, "en", tmp_path)


def test_a_suppressed_segment_is_not_drawn(tmp_path):
    hidden = SEGMENT | {"is_suppressed": True, "deviation": None, "customer_share": None, "revenue_share": None}
    model = MODEL | {"segments": [MODEL["segments"][1], hidden]}
    for draw in DRAWINGS[1:]:
        assert not re.search("Big", svg(draw, model, "en", tmp_path))


@pytest.mark.parametrize("draw", DRAWINGS)
def test_without_customers_the_figure_says_so(draw, tmp_path):
    model = MODEL | {"choice": {"k": 0, "stable_from": 0.75}, "evidence": [], "segments": []}
    assert "Nothing to show" in svg(draw, model, "en", tmp_path)
