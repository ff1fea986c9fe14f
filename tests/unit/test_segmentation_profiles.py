"""Segments described: what k-means has found, named by the company's rules; a hidden segment tells nothing of itself."""

from conftest import ROOT

import segmentation_profiles
from elt.files import read_json, write_json
from elt.run.segment_rules import SegmentCondition, SegmentRule, Segments

TEMPLATES = ROOT / "scripts/templates"
BOTH = {"en": "x", "de": "x"}
BIG = SegmentRule("big", {"en": "Big", "de": "Groß"}, (SegmentCondition("monetary", above=0.5),), BOTH, BOTH)
LABELS = {"monetary": {"en": "Revenue", "de": "Umsatz"}}


def described(folder, *segments):
    """Model metadata of segments (number, exact deviation of the revenue or None for a hidden one)."""
    found = [
        {"label": label, "is_suppressed": at is None, "exact": {} if at is None else {"monetary": at}, "customers": 9}
        for label, at in segments
    ]
    features = [{"name": "monetary", "is_used": True}]
    write_json(folder / "clusters.json", {"features": features, "segments": found})
    words = [str(TEMPLATES / f"segmentation.{language}.yaml") for language in ("en", "de")]
    company = Segments(("monetary",), (BIG,), LABELS)
    segmentation_profiles.main(str(folder / "clusters.json"), words, company, str(folder / "model.json"))
    return read_json(folder / "model.json")


def test_each_segment_gets_the_name_of_its_rule_and_what_tells_it_apart(tmp_path):
    found = described(tmp_path, (1, 1.2344), (2, -0.4))
    assert [segment["id"] for segment in found["segments"]] == ["big", "segment_2"]
    assert found["segments"][0]["rule"] == [{"feature": "monetary", "above": 0.5, "label": LABELS["monetary"]}]
    assert found["segments"][0]["distinguishing"][0]["deviation"] == 1.23
    assert found["features"] == [{"name": "monetary", "is_used": True, "label": LABELS["monetary"]}]
    assert not [segment for segment in found["segments"] if "exact" in segment]


def test_a_hidden_segment_has_no_name_of_a_rule_and_nothing_that_tells_it_apart(tmp_path):
    hidden = described(tmp_path, (1, 0.1), (2, None))["segments"][1]
    assert (hidden["id"], hidden["distinguishing"]) == ("segment_2", [])


def test_one_segment_is_all_customers_and_told_apart_by_nothing(tmp_path):
    (alone,) = described(tmp_path, (1, 0.0))["segments"]
    assert (alone["id"], alone["distinguishing"], alone["rule"]) == ("all_customers", [], [])


def test_without_customers_there_is_no_segment(tmp_path):
    assert described(tmp_path)["segments"] == []
