"""What the segments are called and what tells them apart: a step of its own, so that other words cluster nothing.

Inputs: gold/_meta/customer_clusters.json (protected layer), the words of the segmentation in all languages.
Outputs: step3_segmentation/_meta/model_metadata.json.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from elt import rulelog
from elt.files import read_json, write_json
from elt.report import words
from elt.run.segment_rules import Segments
from elt.segmentation.descriptions import described
from elt.segmentation.segment_names import SegmentNames

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main(clusters: str, word_files: Sequence[str], company: Segments, metadata: str) -> None:
    """Read what k-means has found, name it by the company's rules, write what is published of it."""
    names = SegmentNames(company.rules, company.labels, words.read_all(word_files))
    found = described(read_json(clusters), names)
    write_json(metadata, found)
    rulelog.log.info("%d segments described", len(found["segments"]))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.clusters,
        snakemake.input.words,
        snakemake.params.segments[0],
        snakemake.output[0],
    )
