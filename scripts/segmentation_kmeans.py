"""Customer segments: k-means on customer features, the number of segments from evidence, names by rules.

Inputs: step2_feature_engineering/data/customer_features.csv.
Outputs: step3_segmentation/data/customer_segments.csv, step3_segmentation/_meta/model_metadata.json.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import sklearn

from elt import rulelog
from elt.files import write_frame, write_json
from elt.protection.disclosure import publishable_sums
from elt.run.company import SegmentCondition, Segments
from elt.segmentation import clustering
from elt.segmentation.clustering import Scaled, Solution
from elt.segmentation.segment_names import ALL_CUSTOMERS, distinguishing, label, named

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def fixed_k(setting: Any) -> int | None:
    """The number of segments that the settings ask for, or None for "auto"."""
    return None if str(setting) == "auto" else int(setting)


def chosen(found: Sequence[Solution], asked: int | None, minimum: int) -> tuple[Solution | None, str]:
    """The solution and why: evidence, settings, reduced (fewer distinct customers than asked for) or none.

    An asked number overrules the evidence; None means one segment, all customers.
    """
    if asked is None:
        best = clustering.choose(found, minimum)
        return best, "evidence" if best else "none"
    within = [solution for solution in found if solution.k <= asked]
    best = max(within, key=lambda solution: solution.k, default=None)
    return best, "settings" if asked == (best.k if best else 1) else "reduced"


def hidden_segments(labels: np.ndarray, cents: np.ndarray, minimum_group: int) -> set[int]:
    """Segments of which nothing is published: too small, dominated, or needed to hide such a one from the total."""
    groups = {}
    for segment in np.unique(labels):
        largest = np.sort(cents[labels == segment])[::-1]
        sums = {"revenue": largest.sum(), "largest": largest[0], "largest_two": largest[:2].sum()}
        sums["largest_three"] = largest[:3].sum()
        groups[int(segment)] = {"customers": len(largest)} | {name: float(value) for name, value in sums.items()}
    return {segment for segment, is_shown in publishable_sums(groups, minimum_group).items() if not is_shown}


def stated(condition: SegmentCondition) -> dict[str, Any]:
    """A condition of a rule as the metadata have it: without the limit that it does not state."""
    return {key: value for key, value in asdict(condition).items() if value is not None}


def segment_records(
    profile: Mapping[str, Any],
    labels: np.ndarray,
    cents: np.ndarray,
    scaled: Scaled,
    jaccard: Sequence[float],
    company: Segments,
    minimum_group: int,
) -> list[dict[str, Any]]:
    """One record a segment, in order of revenue: name, rule, size, revenue, profile, action."""
    if not len(labels):
        return []
    deviations = [profile["deviation"].loc[s].to_dict() for s in range(labels.max() + 1)]
    hidden = hidden_segments(labels, cents, minimum_group)
    is_whole = len(deviations) == 1
    public = [{} if segment in hidden else deviation for segment, deviation in enumerate(deviations)]
    rules = [ALL_CUSTOMERS] if is_whole else named(public, company.rules)
    names = company.labels
    records = []
    for segment, (deviation, rule) in enumerate(zip(deviations, rules, strict=True)):
        mine = labels == segment
        record = {
            "label": segment + 1,
            **{key: getattr(rule, key) for key in ("id", "name", "action", "success")},
            "rule": [{**stated(condition), "label": label(condition.feature, names)} for condition in rule.when],
            "is_no_action": rule.no_action,
            "is_suppressed": segment in hidden,
            "jaccard": round(jaccard[segment], 3) if jaccard else None,
        }
        figures = {
            "customers": int(mine.sum()),
            "customer_share": round(float(mine.mean()), 6),
            "revenue": int(cents[mine].sum()) / 100,
            "revenue_share": round(int(cents[mine].sum()) / int(cents.sum()), 6) if cents.sum() else 0.0,
            "centre": {f: round(float(v), 4) + 0.0 for f, v in profile["centre"].loc[segment].items()},
            "deviation": {f: round(float(v), 3) + 0.0 for f, v in deviation.items()},
            "distinguishing": [] if is_whole else distinguishing({f: deviation[f] for f in scaled.used}, names),
        }
        empty: dict[str, Any] = dict.fromkeys(figures) | {"distinguishing": []}
        records.append(record | (empty if segment in hidden else figures))
    return records


def feature_records(overall: pd.Series, scaled: Scaled, company: Segments, is_shown: bool) -> list[Any]:
    """One record a configured feature: label, whether used or why refused, transformation, scale, what is typical."""
    records = []
    for name in dict.fromkeys(company.features):
        reason, twin = scaled.refused.get(name, (None, None))
        is_used = name in scaled.used
        records.append(
            {
                "name": name,
                "label": label(name, company.labels),
                "is_used": is_used,
                "refused": reason,  # missing, constant or near_duplicate
                "near_duplicate_of": twin,
                "is_logged": name in scaled.logged,
                "mean": round(scaled.mean[name], 6) if is_used and is_shown else None,  # after the logarithm
                "scale": round(scaled.scale[name], 6) if is_used and is_shown else None,
                "overall": round(float(overall[name]), 4) + 0.0 if name in overall and is_shown else None,
            }
        )
    return records


def model(
    table: pd.DataFrame, seed: int, settings: Mapping[str, Any], company: Segments, minimum_group: int
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Segments and metadata from the feature table, one row a customer.

    Gives the frame (customer, segment: 1 is the one with most revenue; sorted by customer) and a dictionary.
    """
    table = clustering.by_value(table, company.features)
    rows = len(table)
    cents = (table["monetary"].astype("float64") * 100).round().astype("int64").to_numpy()
    scaled = clustering.scale(table, company.features)
    asked = fixed_k(settings["k"])
    minimum = max(ceil(round(settings["minimum_share"] * rows, 6)), minimum_group)
    ks = sorted({*range(settings["k_min"], settings["k_max"] + 1), *([asked] if asked else [])})
    found = clustering.solutions(scaled.values, cents, ks, settings["bootstraps"], seed)
    best, reason = chosen(found, asked, minimum)
    labels = best.labels if best else np.zeros(rows, dtype=int)
    jaccard = best.jaccard if best else []
    profile = clustering.profile(table, labels, company.features, scaled.logged)
    is_shown = rows >= minimum_group
    metadata = {
        "method": "k-means",
        "seed": seed,
        "rows": rows if is_shown or not rows else None,
        "minimum_group": minimum_group,
        "features": feature_records(profile["overall"], scaled, company, is_shown),
        "choice": {
            "k": (best.k if best else 1) if rows else 0,
            "by": reason,
            "asked": asked or "auto",
            **{key: settings[key] for key in ("k_min", "k_max", "minimum_share", "bootstraps")},
            "minimum_customers": minimum,
            "stable_from": clustering.STABLE,
            "unstable_below": clustering.UNSTABLE,
            "silhouette_rows": min(rows, clustering.SILHOUETTE_ROWS) if is_shown else None,
        },
        "evidence": clustering.evidence(found, minimum, rows, minimum_group),
        "segments": segment_records(profile, labels, cents, scaled, jaccard, company, minimum_group),
        "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
    }
    result = pd.DataFrame({"customer": table["customer"], "segment": labels + 1})
    return result.sort_values("customer", ignore_index=True), metadata


def main(
    features: str,
    seed: int,
    settings: Mapping[str, Any],
    company: Segments,
    minimum_group: int,
    language: str,
    table: str,
    metadata: str,
) -> None:
    """Read the features, segment the customers, write segments and metadata."""
    frame = pd.read_csv(features, dtype={"customer": "str"}, keep_default_na=False)
    segments, described = model(frame, seed, settings, company, minimum_group)
    names = {record["label"]: record["name"][language] for record in described["segments"]}
    write_frame(table, segments.assign(segment_name=segments["segment"].map(names)))
    write_json(metadata, described)
    rulelog.log.info("%s segments, chosen by %s", described["choice"]["k"], described["choice"]["by"])


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.features,
        snakemake.params.seed,
        snakemake.params.settings,
        snakemake.params.segments,
        snakemake.params.minimum_group,
        snakemake.params.language,
        snakemake.output.table,
        snakemake.output.metadata,
    )
