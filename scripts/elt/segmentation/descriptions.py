"""What is published of segments and features: names by the company's rules, and what tells a segment apart."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from elt.run.segment_rules import SegmentCondition
from elt.segmentation.segment_names import SegmentNames


def stated(condition: SegmentCondition) -> dict[str, Any]:
    """A condition of a rule without the limit that it does not state."""
    return {key: value for key, value in asdict(condition).items() if value is not None}


def described(clusters: Mapping[str, Any], names: SegmentNames) -> dict[str, Any]:
    """What is published of segments and features: what clustering has found, and what all of it is called.

    `clusters`: what k-means has written; names, actions and the features that tell a segment apart are added.
    """
    features = [feature | {"label": names.label(feature["name"])} for feature in clusters["features"]]
    used = {feature["name"] for feature in features if feature["is_used"]}
    segments, is_alone = clusters["segments"], len(clusters["segments"]) == 1
    deviations = [segment["exact"] for segment in segments]
    rules = [names.all_customers()] if is_alone else names.of_profiles(deviations)
    named = []
    for segment, rule in zip(segments, rules, strict=True):
        exact = {name: deviation for name, deviation in segment["exact"].items() if name in used}
        named.append(
            {
                **{key: value for key, value in segment.items() if key != "exact"},
                **{key: getattr(rule, key) for key in ("id", "name", "action", "success")},
                "rule": [{**stated(part), "label": names.label(part.feature)} for part in rule.when],
                "is_no_action": rule.no_action,
                "distinguishing": [] if is_alone or segment["is_suppressed"] else names.distinguishing(exact),
            }
        )
    return {**clusters, "features": features, "segments": named}
