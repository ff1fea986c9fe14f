"""What the segments are called and what tells them apart: a step of its own, so that other words cluster nothing.

Inputs: gold/_meta/customer_clusters.json, gold/data/customer_clusters.csv, gold/data/customer_features_exact.csv
(protected layer), the words of the segmentation in all languages; with `compare_to` the published segments and
model_metadata.json of that earlier run, whose numbers and names are kept.
Outputs: step3_segmentation/_meta/model_metadata.json.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from elt import rulelog
from elt.files import read_json, sha256, write_json
from elt.report import words
from elt.run.segment_rules import SegmentRule, Segments
from elt.segmentation import matching
from elt.segmentation.descriptions import described
from elt.segmentation.limits import MEASURES
from elt.segmentation.matching import Earlier
from elt.segmentation.members import NEEDED
from elt.segmentation.segment_names import SegmentNames

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


@dataclass(frozen=True)
class Customers:
    """The tables with a row a customer: their exact features, and their segments."""

    features: str
    clusters: str

    def frame(self, rules: Sequence[SegmentRule]) -> pd.DataFrame:
        """One row a customer: the features of the rules and what is told of segments, and `segment`."""
        wanted = {"customer", *NEEDED, *MEASURES, *(part.feature for rule in rules for part in rule.when)}
        reading: dict[str, Any] = {"dtype": {"customer": "str"}, "keep_default_na": False}
        features = pd.read_csv(self.features, usecols=wanted.__contains__, **reading)
        return features.merge(pd.read_csv(self.clusters, **reading), on="customer", validate="1:1")


def earlier_run(paths: Sequence[str]) -> Earlier | None:
    """The run whose files of segments these are (customer_segments.csv, model_metadata.json); None without any."""
    if not paths:
        return None
    segments, model = paths
    customers = pd.read_csv(segments, usecols=["customer", "segment"], dtype={"customer": "str"}, keep_default_na=False)
    return Earlier(Path(model).parents[2].name, read_json(model), customers, sha256(segments))


def main(
    clusters: str,
    customers: Customers,
    word_files: Sequence[str],
    company: Segments,
    metadata: str,
    earlier: Earlier | None = None,
) -> None:
    """Read what k-means has found, name it by the company's rules, write what is published of it; `earlier`: the run
    whose numbers and names of segments are kept."""
    names = SegmentNames(company.rules, company.labels, words.read_all(word_files))
    found, frame = read_json(clusters), customers.frame(company.rules)
    if earlier is None:
        found = described(found, names, frame)
    else:
        matches = matching.matched(found, frame, earlier)
        frame = frame.assign(segment=frame["segment"].map(matches.numbers))
        found = described(matching.renumbered(found, matches), names, frame, matches.rules)
        members = frame[["customer", "segment"]]
        found |= {"migration": matching.migration(found["segments"], members, earlier, found["minimum_group"])}
    write_json(metadata, found)
    rulelog.log.info("%d segments described", len(found["segments"]))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.clusters,
        Customers(snakemake.input.features, snakemake.input.table),
        snakemake.input.words,
        snakemake.params.segments[0],
        snakemake.output[0],
        earlier_run(snakemake.input.earlier),
    )
