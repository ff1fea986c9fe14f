"""Segments described: what k-means has found, named by the company's rules; a hidden segment tells nothing of itself."""

from math import ceil, floor

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

import segmentation_profiles
from elt.files import read_json, write_json
from elt.run.segment_rules import SegmentCondition, SegmentRule, Segments
from elt.segmentation.limits import limits, rounded

TEMPLATES = ROOT / "scripts/templates"
BOTH = {"en": "x", "de": "x"}
BIG = SegmentRule("big", {"en": "Big", "de": "Groß"}, (SegmentCondition("monetary", above=0.5),), BOTH, BOTH)
LABELS = {"monetary": {"en": "Revenue", "de": "Umsatz"}}
COMPANY = Segments(("monetary",), (BIG,), LABELS)


HEADER = "customer,recency_days,frequency,monetary,days_between_orders,revenue_of_year,costed_revenue,gross_margin\n"


def described(folder, *segments, company=COMPANY, members=(), earlier=None, is_logged=False):
    """Model metadata of segments (number, exact deviation of the revenue or None for a hidden one). members: twelve rows
    a segment (recency, orders, revenue, days between orders); revenue is that of the year, a quarter of it is margin."""
    rows = members or [(10, 2, 100, 30)] * 12 * len(segments)
    people = [f"c{place:03}" for place in range(len(rows))]
    lines = [f"{c},{r},{f},{m},{d},{m},{m},{m / 4}\n" for c, (r, f, m, d) in zip(people, rows, strict=True)]
    (folder / "features.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
    numbers = [f"{c},{segments[place // 12][0]}\n" for place, c in enumerate(people)]
    (folder / "clusters.csv").write_text("customer,segment\n" + "".join(numbers), encoding="utf-8")
    found = [
        {"label": label, "is_suppressed": at is None, "exact": {} if at is None else {"monetary": at}, "customers": 12}
        | {"nearest": None}
        for label, at in segments
    ]
    features = [{"name": "monetary", "is_used": True} | ({"is_logged": True} if is_logged else {})]
    write_json(folder / "clusters.json", {"features": features, "segments": found, "minimum_group": 5})
    words = [str(TEMPLATES / f"segmentation.{language}.yaml") for language in ("en", "de")]
    customers = segmentation_profiles.Customers(str(folder / "features.csv"), str(folder / "clusters.csv"))
    written = str(folder / "model.json")
    segmentation_profiles.main(str(folder / "clusters.json"), customers, words, company, written, earlier)
    return read_json(folder / "model.json")


def test_each_segment_gets_the_name_of_its_rule_and_what_tells_it_apart(tmp_path):
    members = [(10, 2, 900, 30)] * 12 + [(10, 2, 100, 30)] * 12
    found = described(tmp_path, (1, 1.2344), (2, -0.4), members=members)
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


def test_a_segment_keeps_number_and_name_of_an_earlier_run_where_its_rule_still_holds(tmp_path):
    """By their deviation the second one would be big; the earlier run has called the first one so, by number 9."""
    before = pd.DataFrame({"customer": [f"c{n:03}" for n in range(24)], "segment": [9] * 12 + [4] * 12})
    then = [{"label": n, "id": i, "name": BOTH, "is_suppressed": False} for n, i in ((9, "big"), (4, "segment_4"))]
    earlier = segmentation_profiles.Earlier("r1", {"segments": then}, before)
    members = [(10, 2, 900, 30)] * 24 + [(10, 2, 1, 30)] * 24
    hidden = (3, None), (4, None)
    found = described(tmp_path, (1, 0.6), (2, 0.9), *hidden, earlier=earlier, members=members)
    assert [(one["label"], one["id"], one["is_kept"]) for one in found["segments"][:2]] == [
        (9, "big", True),
        (4, "segment_4", True),
    ]
    assert found["migration"]["run"] == "r1"
    found = described(tmp_path, (1, 0.4), (2, 0.9), *hidden, earlier=earlier, members=members)
    assert [(one["label"], one["id"]) for one in found["segments"][:2]] == [(9, "segment_9"), (4, "big")]


@pytest.mark.parametrize(("poor", "name"), [(3, "big"), (4, "segment_1")])
def test_a_name_by_standard_deviations_is_held_against_the_members_too(tmp_path, poor, name):
    """The mean of the first segment is high in either case; the name is not given where four of twelve have little."""
    members = [(10, 2, 1, 30)] * poor + [(10, 2, 9000, 30)] * (12 - poor) + [(10, 2, 1, 30)] * 12
    found = described(tmp_path, (1, 1.2), (2, -1.2), members=members)
    assert found["segments"][0]["id"] == name


def test_a_name_below_an_average_by_logarithms_is_held_against_members_on_that_scale(tmp_path):
    few = SegmentRule("few", BOTH, (SegmentCondition("monetary", below=-0.9),), BOTH, BOTH)
    members = [(10, 2, 1, 30)] * 12 + [(10, 2, 10_000, 30)] * 6 + [(10, 2, 1_000_000, 30)] * 6
    found = described(tmp_path, (1, -1.1), (2, 1.1), company=Segments((), (few,), LABELS), members=members)
    assert found["segments"][0]["id"] == "segment_1", "as amounts, no customer is so far below the mean"
    logged = described(
        tmp_path, (1, -1.1), (2, 1.1), company=Segments((), (few,), LABELS), members=members, is_logged=True
    )
    assert logged["segments"][0]["id"] == "few"


def test_limits_hold_for_nine_of_ten_or_half_of_the_members_and_are_no_extreme_person(tmp_path):
    people = [(n, 1, 100.5 + n, 30) for n in range(1, 101)]
    found = limits(pd.DataFrame(people, columns=["recency_days", "frequency", "monetary", "other"]), 5)
    assert found == {"share": 0.9, "people": 6} | {
        "ranges": {"recency_days": [6.0, 95.0], "frequency": [1.0, 1.0], "monetary": [100.0, 200.0]}
    }
    half = limits(pd.DataFrame({"monetary": np.arange(20.0)}), 5)
    assert half == {"share": 0.5, "people": 6, "ranges": {"monetary": [5.0, 14.0]}}
    assert limits(pd.DataFrame({"monetary": np.arange(19.0)}), 5) is None


@pytest.mark.parametrize(
    ("value", "low", "high"), [(0.0, 0, 0), (7.4, 7, 8), (123.0, 120, 130), (-123.0, -130, -120), (1200.0, 1200, 1200)]
)
def test_a_limit_is_rounded_outwards_to_two_digits(value, low, high):
    assert (rounded(value, floor), rounded(value, ceil)) == (low, high)


def test_without_customers_there_is_no_segment(tmp_path):
    assert described(tmp_path)["segments"] == []


LONG_AGO = SegmentRule("gone", BOTH, (SegmentCondition("recency_days", at_least=2, unit="cycles"),), BOTH, BOTH)
GONE = Segments(("monetary",), (LONG_AGO,), LABELS)


@pytest.mark.parametrize(("recent", "name"), [(3, "gone"), (4, "segment_1")])
def test_a_name_that_more_than_a_quarter_of_the_members_contradict_is_not_given(tmp_path, recent, name):
    """The repurchase cycle is 30 days; who ordered less than 60 days ago is not gone."""
    members = [(59, 2, 100, 30)] * recent + [(60, 2, 100, 30)] * (12 - recent)
    found = described(tmp_path, (1, -2.0), (2, 0.0), company=GONE, members=members + [(10, 2, 100, 30)] * 12)
    assert found["segments"][0]["id"] == name and found["cycle_days"] == 30


def test_a_limit_in_cycles_is_told_in_days_and_none_holds_where_few_people_ordered_again(tmp_path):
    (first, _) = described(tmp_path, (1, -2.0), (2, 0.0), company=GONE, members=[(90, 2, 1, 30)] * 24)["segments"]
    assert first["rule"][0] == {"feature": "recency_days", "at_least": 2, "unit": "cycles", "value": 60.0} | {
        "label": {"en": "Days since last order", "de": "Tage seit dem letzten Auftrag"}
    }
    few = [(90, 2, 1, 30)] * 4 + [(90, 1, 1, 30)] * 20
    found = described(tmp_path, (1, -2.0), (2, 0.0), company=GONE, members=few)
    assert (found["cycle_days"], found["segments"][0]["id"]) == (None, "segment_1")


def test_a_limit_in_medians_is_a_multiple_of_that_of_all_customers(tmp_path):
    rule = SegmentRule("rich", BOTH, (SegmentCondition("monetary", at_least=2, unit="medians"),), BOTH, BOTH)
    members = [(10, 2, 200, 30)] * 12 + [(10, 2, 100, 30)] * 13 + [(10, 2, 10, 30)] * 11
    found = described(tmp_path, (1, 1.0), (2, 0.0), (3, 0.0), company=Segments((), (rule,), LABELS), members=members)
    assert [segment["id"] for segment in found["segments"]] == ["rich", "segment_2", "segment_3"]


def test_sums_over_the_members_are_told_and_those_of_few_people_are_not(tmp_path):
    """Of the last segment one customer brings all revenue, so its sums are hidden, and those of a second one with it."""
    members = [(10, 2, 100, 30)] * 12 + [(400, 1, 100, 30)] * 12 + [(10, 1, 1, 30)] * 11 + [(400, 4, 9000, 30)]
    members = [(10, 2, 100, 30)] * 12 + members
    found = described(tmp_path, (1, 0.1), (2, 0.1), (3, 0.0), (4, 0.0), members=members)["segments"]
    *others, last = (segment["figures"] for segment in found)
    assert others[0]["average_order_value"] == 50.0 and last["average_order_value"] == round(9011 / 15, 2)
    assert (last["repeat_share"], last["active_share"]) == (None, None), "one customer of twelve"
    assert (last["revenue_of_year"], last["gross_margin"], last["margin_rate"]) == (None, None, None)
    told = [one for one in others if one["gross_margin"] is not None]
    assert len(told) < 3 and all((one["gross_margin"], one["margin_rate"]) == (300.0, 0.25) for one in told)
