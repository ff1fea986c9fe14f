"""What the segments are called and what tells them apart: a step of its own, so that other words cluster nothing.

Inputs: gold/_meta/customer_clusters.json, gold/data/customer_clusters.csv, gold/data/customer_features_exact.csv
(protected layer), the words of the segmentation in all languages.
Outputs: step3_segmentation/_meta/model_metadata.json.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from elt import rulelog
from elt.files import read_json, write_json
from elt.report import words
from elt.run.segment_rules import SegmentRule, Segments
from elt.segmentation.descriptions import described
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
        wanted = {"customer", *NEEDED, *(part.feature for rule in rules for part in rule.when)}
        reading: dict[str, Any] = {"dtype": {"customer": "str"}, "keep_default_na": False}
        features = pd.read_csv(self.features, usecols=wanted.__contains__, **reading)
        return features.merge(pd.read_csv(self.clusters, **reading), on="customer", validate="1:1")


def main(clusters: str, customers: Customers, word_files: Sequence[str], company: Segments, metadata: str) -> None:
    """Read what k-means has found, name it by the company's rules, write what is published of it."""
    names = SegmentNames(company.rules, company.labels, words.read_all(word_files))
    found = described(read_json(clusters), names, customers.frame(company.rules))
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
    )
