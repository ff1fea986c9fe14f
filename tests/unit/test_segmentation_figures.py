"""Segment figures: marks stand for segments, the bytes are the same each time, an empty model still draws."""

import copy
import re

import pytest
from conftest import ROOT

import segmentation_figures as script
from elt.report.figures import save_svg
from elt.report.words import read

MAP = {
    "width": 0.5,
    "levels": [6, 20, 80],
    "cells": [[0, 0, 1, 3], [4, -2, 2, 2]],
    "centres": {"1": [0, 0.2], "2": [2, -1]},
}
MAP |= {"directions": [{"monetary": 0.9}, {"monetary": -0.6}], "explained": [0.5, 0.2]}
SEGMENT = {"name": {"en": "Big <spenders>", "de": "Groß"}, "is_suppressed": False, "customer_share": 0.25} | {
    "revenue_share": 0.75,
    "deviation": {"monetary": 1.25},
    "label": 1,
}
MODEL = {
    "choice": {"k": 2, "stable_from": 0.75},
    "evidence": [
        {"k": 2, "silhouette": 0.5, "silhouette_error": 0.02, "lowest_jaccard": 0.9},
        {"k": 3, "silhouette": None, "silhouette_error": None, "lowest_jaccard": 0.5},
    ],
    "features": [{"name": "monetary", "is_used": True, "label": {"en": "Revenue", "de": "Umsatz"}}],
    "segments": [
        SEGMENT,
        SEGMENT | {"name": {"en": "Rest", "de": "Rest"}, "deviation": {"monetary": -0.4}, "label": 2},
    ],
    "map": MAP,
}
DRAWINGS = [script.evidence_figure, script.shares_figure, script.profiles_figure, script.density_figure]


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
    model = MODEL | {"segments": [MODEL["segments"][1], hidden], "map": MAP | {"cells": MAP["cells"][1:]}}
    for draw in DRAWINGS[1:]:
        assert not re.search("Big", svg(draw, model, "en", tmp_path))


@pytest.mark.parametrize("draw", DRAWINGS)
def test_without_customers_the_figure_says_so(draw, tmp_path):
    model = MODEL | {"choice": {"k": 0, "stable_from": 0.75}, "evidence": [], "segments": [], "map": None}
    if draw is script.density_figure:
        assert draw(model, {"language": "en"}) is None
        return
    assert "Nothing to show" in svg(draw, model, "en", tmp_path)


def test_the_map_names_what_rises_and_falls_and_how_many_customers_a_square_stands_for(tmp_path):
    text = svg(script.density_figure, MODEL, "de", tmp_path)
    assert "mehr: Umsatz\xa0→" in text and "weniger: Umsatz\xa0→" in text and "mindestens 20 Kunden" in text
    assert "1. Groß" in text
