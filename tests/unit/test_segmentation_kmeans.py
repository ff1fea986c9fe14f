"""Segments: the same customers get the same segment whatever the row order or key; every edge has a defined answer."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from sklearn.metrics import silhouette_score

import segmentation_kmeans as script
from elt.features.scaling import scale
from elt.files import json_text
from elt.protection.disclosure import publishable_shares
from elt.report.words import read_all
from elt.run.segment_rules import SegmentCondition, SegmentRule, Segments
from elt.segmentation import clustering, evidence
from elt.segmentation.descriptions import described
from elt.segmentation.evidence import Solution
from elt.segmentation.metadata import hidden_segments
from elt.segmentation.segment_names import Profile, SegmentNames

WORDS = read_all(ROOT / f"scripts/templates/segmentation.{language}.yaml" for language in ("en", "de"))
SEARCH = {"k": "auto", "k_min": 2, "k_max": 5, "minimum_share": 0.03, "bootstraps": 5}
BOTH = {"en": "x", "de": "x"}


def rule(identifier, *conditions):
    when = tuple(SegmentCondition(**condition) for condition in conditions)
    return SegmentRule(identifier, {"en": identifier, "de": identifier}, when, action=BOTH, success=BOTH)


COMPANY = Segments(("recency_days", "monetary"), (rule("big", {"feature": "monetary", "above": 0.5}),))


def model(table, *, company=COMPANY, **search):
    """Segments and metadata of a table of features, with the settings of the test."""
    settings = script.Settings(seed=42, search=SEARCH | search, features=company.features, minimum_group=5)
    segments, clusters = script.model(table, settings)
    written = json.loads(json_text(clusters))  # as the next step reads it
    people = table.merge(segments, on="customer").assign(frequency=1, revenue_of_year=0.0)
    return segments, described(written, SegmentNames(company.rules, {}, WORDS), people)


def scores(*values):
    """Silhouettes on two samples or more."""
    return np.array(values if len(values) > 1 else values * 2)


def all_hold(condition):
    """A condition that holds for all members."""
    return 1.0


def names(*rules):
    """Names of segments by these rules."""
    return SegmentNames(rules, {}, WORDS)


def customers(*groups, seed=1):
    """A feature table: (number of customers, recency, revenue) a group, with a little noise."""
    random = np.random.default_rng(seed)
    size = [group[0] for group in groups]
    recency = np.repeat([group[1] for group in groups], size) + random.integers(0, 5, sum(size))
    monetary = np.repeat([group[2] for group in groups], size) + random.integers(0, 500, sum(size)) / 100
    names = [f"cu1_{number:03}" for number in range(sum(size))]
    return pd.DataFrame({"customer": names, "recency_days": recency, "monetary": monetary})


THREE = customers((40, 10, 100.0), (30, 200, 50.0), (20, 100, 500.0))


def test_three_clear_groups_are_found_and_numbered_by_revenue():
    segments, metadata = model(THREE)
    assert metadata["choice"]["k"] == 3 and metadata["choice"]["by"] == "evidence"
    assert [s["customers"] for s in metadata["segments"]] == [20, 40, 30]
    assert segments["segment"].tolist() == [2] * 40 + [3] * 30 + [1] * 20


def test_row_order_and_pseudonyms_do_not_change_segments():
    segments, metadata = model(THREE)
    shuffled = THREE.sample(frac=1, random_state=7)
    other = {name: f"cu1_{place:03}" for place, name in enumerate(shuffled["customer"])}
    again, metadata_again = model(shuffled.replace({"customer": other}))
    expected = segments.assign(customer=segments["customer"].map(other)).sort_values("customer", ignore_index=True)
    pd.testing.assert_frame_equal(again, expected)
    assert metadata_again == metadata


def test_revenue_of_the_segments_adds_up_to_the_cent():
    _, metadata = model(THREE)
    assert sum(round(s["revenue"] * 100) for s in metadata["segments"]) == round(THREE["monetary"].sum() * 100)


def test_a_fixed_number_overrules_the_evidence():
    _, metadata = model(THREE, k=2)
    assert (metadata["choice"]["k"], metadata["choice"]["by"]) == (2, "settings")


def test_without_stable_solution_all_customers_form_one_segment():
    noise = np.random.default_rng(3)
    table = pd.DataFrame({"customer": [f"cu1_{n:03}" for n in range(200)], "recency_days": noise.random(200)})
    company = replace(COMPANY, features=("recency_days", "monetary", "a", "b", "c"))
    table = table.assign(**{name: noise.random(200) for name in ("monetary", "a", "b", "c")})
    segments, metadata = model(table, company=company)
    assert (metadata["choice"]["k"], metadata["choice"]["by"]) == (1, "none")
    assert set(segments["segment"]) == {1}
    assert metadata["segments"][0]["id"] == "all_customers"


@pytest.mark.parametrize("k", ["auto", 3, 20])
@pytest.mark.parametrize(
    "table",
    [
        THREE.head(0),
        THREE.head(1),
        THREE.head(2),
        THREE.head(4),
        THREE.assign(recency_days=5, monetary=1.0),
        THREE.assign(monetary=0.0),
        THREE.assign(monetary=-3.5),
        pd.concat([THREE, THREE.tail(1).assign(customer="cu1_zzz", monetary=9e9)]),
    ],
    ids=["nobody", "one", "two", "fewer than k_max", "all equal", "no revenue", "returns only", "one giant"],
)
def test_edge_cases_have_a_defined_answer_without_nan(table, k):
    segments, metadata = model(table, k=k)
    json.dumps(metadata, allow_nan=False)
    assert len(segments) == len(table)
    assert segments["segment"].nunique() == metadata["choice"]["k"]


def test_the_description_of_a_segment_with_too_few_customers_is_withheld():
    table = customers((40, 10, 100.0), (30, 200, 120.0), (3, 400, 90.0))
    _, metadata = model(table, k=3)
    small = metadata["segments"][2]
    assert small["is_suppressed"] and small["customers"] is None and small["centre"] is None
    assert small["name"]["en"] == "Segment 3"
    assert sum(segment["is_suppressed"] for segment in metadata["segments"]) == 2, "the total would give it away"
    assert metadata["evidence"][1]["smallest_customers"] is None


def test_a_segment_whose_revenue_one_customer_dominates_is_withheld():
    labels = np.repeat([0, 1, 2], [10, 10, 12])
    assert hidden_segments(labels, np.array([100] + [1] * 9 + [50] * 22), 5) == {0, 1}


def test_one_customer_is_described_by_nothing():
    _, metadata = model(THREE.head(1))
    assert metadata["rows"] is None
    assert all(feature["overall"] is None for feature in metadata["features"])


def test_a_constant_a_missing_and_a_near_duplicate_feature_are_refused():
    table = THREE.assign(twin=THREE["monetary"] * 2 + 1, same=4)
    scaled = scale(table, ["monetary", "twin", "same", "absent"])
    assert scaled.used == ["monetary"]
    assert scaled.refused == {
        "twin": ("near_duplicate", "monetary"),
        "same": ("constant", None),
        "absent": ("missing", None),
    }


def test_a_feature_with_one_value_for_nearly_all_is_refused_as_degenerate():
    table = pd.DataFrame({"rare": [0] * 95 + list(range(1, 6)), "fine": [0] * 94 + list(range(1, 7))})
    assert scale(table, ["rare", "fine"]).refused == {"rare": ("degenerate", None)}


def test_only_a_skewed_feature_is_taken_as_logarithm():
    table = pd.DataFrame({"skewed": [1, 1, 1, 1, 100], "even": [1, 2, 3, 4, 5]})
    assert scale(table, ["skewed", "even"]).logged == ["skewed"]


def test_jaccard_is_one_for_the_same_clusters_under_other_labels():
    before, after = np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0])
    assert evidence.jaccard(before, after, 2).tolist() == [1.0, 1.0]


def test_jaccard_is_shared_by_united_members():
    before, after = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    assert evidence.jaccard(before, after, 2).tolist() == [2 / 3, 1 / 2]


def test_of_equal_silhouettes_the_smaller_number_is_chosen():
    labels = np.repeat([0, 1, 2], 10)
    found = [Solution(k, labels, scores(0.5), 1.0, [0.9] * k) for k in (2, 3)]
    assert evidence.choose(found, 5).k == 2


def test_the_smaller_number_is_chosen_where_the_larger_is_better_by_less_than_the_error():
    labels = np.repeat([0, 1, 2], 10)
    smaller = Solution(2, labels, scores(0.50, 0.52, 0.48), 1.0, [0.9] * 2)
    within = Solution(3, labels, scores(0.56, 0.49, 0.49), 1.0, [0.9] * 3)
    beyond = Solution(3, labels, scores(0.53, 0.55, 0.51), 1.0, [0.9] * 3)
    assert (evidence.choose([smaller, within], 5).k, evidence.choose([smaller, beyond], 5).k) == (2, 3)


def test_the_silhouette_is_that_of_the_literature():
    values = THREE[["recency_days", "monetary"]].to_numpy("float64")
    labels = np.repeat([0, 1, 2], [40, 30, 20])
    distances = np.sqrt(((values[:, None] - values) ** 2).sum(axis=2))
    for labelling in (labels, np.arange(90) % 4, np.minimum(np.arange(90), 1)):
        expected = silhouette_score(values, labelling)
        assert evidence.silhouette(distances, labelling) == pytest.approx(expected, abs=1e-12)


def test_a_solution_that_all_resamples_show_to_be_unstable_is_not_taken(monkeypatch):
    settings = script.Settings(42, SEARCH | {"bootstraps": 40}, ("a",), 5)
    two, labels = np.repeat([0, 1], 10), np.arange(20) % 3
    found = [Solution(2, two, scores(0.9), 1.0, [0.9, 0.9]), Solution(3, labels, scores(0.5), 1.0, [0.8] * 3)]
    monkeypatch.setattr(evidence, "stability", lambda values, labels, k, turns, seed: [0.55 if k == 2 else 0.8] * k)
    best, reason, seen = script.chosen(found, settings, 5, np.zeros((20, 1)))
    assert (best.k, reason, best.resamples) == (3, "evidence", 40)
    assert [(one.k, round(one.lowest_jaccard, 3), one.resamples) for one in seen] == [(2, 0.725, 40), (3, 0.8, 40)]


def test_customers_between_two_centres_are_borderline_and_the_nearest_segment_is_named():
    values = np.array([[0.0], [0.0], [4.4], [10.0], [10.0], [30.0]])
    found = clustering.neighbours(values, np.array([0, 0, 0, 1, 1, 2]))
    assert found.nearest == [1, 0, 1]
    assert found.borderline == [0.0, 0.0, 0.0], "a customer at 4.4 is 2.9 from its own centre and 5.6 from the next"
    values[2] = 5.7
    assert clustering.neighbours(values, np.array([0, 0, 0, 1, 1, 2])).borderline == [1 / 3, 0.0, 0.0]


def test_a_share_of_few_people_is_told_of_nobody_nor_from_the_total():
    size = {0: 100, 1: 100, 2: 100}
    assert publishable_shares({0: 50, 1: 40, 2: 3}, size, 5) == {0: 0.5}
    assert publishable_shares({0: 50, 1: 40, 2: 97}, size, 5) == {1: 0.4}
    assert publishable_shares({0: 50, 1: 40, 2: 0}, size, 5) == {0: 0.5, 1: 0.4, 2: 0.0}


def test_an_unstable_or_too_small_solution_is_not_chosen():
    labels = np.repeat([0, 1], [10, 2])
    unstable = Solution(2, np.repeat([0, 1], 10), scores(0.9), 1.0, [0.9, 0.7])
    small = Solution(2, labels, scores(0.9), 1.0, [0.9, 0.9])
    assert evidence.choose([unstable, small], 5) is None


def test_a_name_goes_to_the_best_match_and_the_other_gets_the_next():
    rules = [rule("rich", {"feature": "monetary", "above": 0.5}), rule("good", {"feature": "monetary", "above": 0})]
    found = names(*rules).of_profiles(
        [Profile(one, all_hold) for one in ({"monetary": 0.6}, {"monetary": 1.2}, {"monetary": 0.1}, {})]
    )
    assert [segment.id for segment in found] == ["good", "rich", "segment_3", "segment_4"]


def test_a_rule_needs_every_condition():
    rules = [rule("new", {"feature": "monetary", "above": 0}, {"feature": "recency_days", "below": -0.5})]
    profiles = [{"monetary": 1, "recency_days": 0}, {"monetary": 1, "recency_days": -1}]
    found = names(*rules).of_profiles([Profile(one, all_hold) for one in profiles])
    assert [segment.id for segment in found] == ["segment_1", "new"]


def test_a_centre_above_the_overall_one_deviates_upwards_even_under_a_logarithm():
    table = pd.DataFrame({"monetary": [1.0, 1.0, 400.0, 10.0, 90.0, 90.0]})
    profile = clustering.profile(table, np.array([0, 0, 0, 1, 1, 1]), ["monetary"], ["monetary"])
    above = profile["centre"]["monetary"] > profile["overall"]["monetary"]
    assert above.tolist() == (profile["deviation"]["monetary"] > 0).tolist() == [False, True]


@pytest.mark.parametrize(
    ("deviation", "expected"),
    [
        (1.0, "far above average"),
        (0.5, "above average"),
        (0.25, "slightly above average"),
        (0.1, "about average"),
        (-0.25, "slightly below average"),
        (-0.5, "below average"),
        (-3, "far below average"),
    ],
)
def test_words_follow_the_deviation(deviation, expected):
    assert names().distinguishing({"a": deviation})[0]["words"]["en"] == expected


def test_three_to_five_features_distinguish_a_segment():
    few = names().distinguishing({"a": 0.1, "b": -2.0, "c": 0.0, "d": 0.1})
    many = names().distinguishing(dict.fromkeys("abcdefg", 1.0))
    assert [entry["feature"] for entry in few] == ["b", "a", "d"]
    assert len(many) == 5


def test_of_very_many_customers_an_even_part_makes_the_evidence_and_all_get_a_segment(monkeypatch):
    table = customers((400, 10, 100.0), (300, 200, 50.0), (200, 100, 500.0))
    whole, described = model(table)
    monkeypatch.setattr("elt.segmentation.clustering.FIT_ROWS", 200)
    monkeypatch.setattr("elt.segmentation.clustering.EVIDENCE_ROWS", 450)
    monkeypatch.setattr("elt.segmentation.evidence.EVIDENCE_ROWS", 450)
    sampled, said = model(table)
    again, _ = model(table.sample(frac=1, random_state=3))
    assert sampled.equals(again) and sampled["segment"].equals(whole["segment"])
    assert said["choice"]["evidence_rows"] == 450 and "evidence_rows" not in described["choice"]
    assert sum(record["customers"] for record in said["segments"]) == len(table)
