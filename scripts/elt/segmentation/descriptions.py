"""What is published of segments and features: names by the company's rules, and what tells a segment apart."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

import pandas as pd

from elt.run.segment_rules import SegmentCondition, SegmentRule
from elt.segmentation.limits import of_segments
from elt.segmentation.members import Measures, figures, share_of
from elt.segmentation.segment_names import Profile, SegmentNames

NOTHING: Mapping[int, str] = {}


def stated(condition: SegmentCondition, measures: Measures) -> dict[str, Any]:
    """A condition of a rule without what it does not state; `value`: its limit in the unit of the feature."""
    limit = measures.limit(condition)
    found = {key: value for key, value in asdict(condition).items() if value is not None}
    return found if limit is None else found | {"value": round(limit, 4)}


def described(
    clusters: Mapping[str, Any], names: SegmentNames, customers: pd.DataFrame, kept: Mapping[int, str] = NOTHING
) -> dict[str, Any]:
    """What is published of segments and features: what clustering has found, and what all of it is called.

    `clusters`: what k-means has written; `customers`: their features and segment, as `members` takes them; `kept`:
    number of a segment -> id of the rule that an earlier run has named it by. Names, actions, sums over the members and
    the features that tell a segment apart are added.
    """
    features = [feature | {"label": names.label(feature["name"])} for feature in clusters["features"]]
    used = {feature["name"] for feature in features if feature["is_used"]}
    minimum, segments, is_alone = clusters["minimum_group"], clusters["segments"], len(clusters["segments"]) == 1
    measures = Measures.of(customers, minimum, [one["name"] for one in features if one.get("is_logged")])
    shown = [segment["label"] for segment in segments if not segment["is_suppressed"]]
    told, within = figures(customers, shown, minimum), of_segments(customers, segments, minimum)
    rules = [names.all_customers()] if is_alone else names.of_profiles(profiles(segments, customers, measures, kept))
    named = []
    for segment, rule in zip(segments, rules, strict=True):
        exact = {name: deviation for name, deviation in segment["exact"].items() if name in used}
        named.append(
            {
                **{key: value for key, value in segment.items() if key != "exact"},
                **of_rule(rule, names, measures),
                "figures": told.get(segment["label"]),
                "limits": within.get(segment["label"]),
                "distinguishing": [] if is_alone or segment["is_suppressed"] else names.distinguishing(exact),
            }
        )
    return {**clusters, "features": features, "segments": named, "cycle_days": measures.cycle}


def of_rule(rule: SegmentRule, names: SegmentNames, measures: Measures) -> dict[str, Any]:
    """What a segment has from its rule: name, action, measure of success, and the rule itself."""
    return {
        **{key: getattr(rule, key) for key in ("id", "name", "action", "success", "measure")},
        "rule": [{**stated(part, measures), "label": names.label(part.feature)} for part in rule.when],
        "is_no_action": rule.no_action,
    }


def profiles(
    segments: list[Mapping[str, Any]], customers: pd.DataFrame, measures: Measures, kept: Mapping[int, str] = NOTHING
) -> list[Profile]:
    """What rules look at in each segment; nothing of one that is hidden."""
    found = []
    for segment in segments:
        number = segment["label"]
        holds = partial(share_of, members=customers[customers["segment"] == number], measures=measures)
        is_shown = not segment["is_suppressed"]
        found.append(
            Profile(segment["exact"], holds, number, kept.get(number)) if is_shown else Profile({}, number=number)
        )
    return found
