"""Customer segments by name, in the language of the run: a step of its own, so that another language clusters nothing.

Inputs: gold/data/customer_clusters.csv (protected layer), step3_segmentation/_meta/model_metadata.json.
Outputs: step3_segmentation/data/customer_segments.csv.
"""

from typing import TYPE_CHECKING

import pandas as pd

from elt import rulelog
from elt.files import read_json
from elt.table_files import write_frame

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main(clusters: str, metadata: str, language: str, table: str) -> None:
    """Read the segment of each customer, write it with its name."""
    segments = {record.get("cluster", record["label"]): record for record in read_json(metadata)["segments"]}
    found = pd.read_csv(clusters, dtype={"customer": "str"}, keep_default_na=False)
    numbers = {cluster: record["label"] for cluster, record in segments.items()}
    names = {cluster: record["name"][language] for cluster, record in segments.items()}
    write_frame(table, found.assign(segment=found["segment"].map(numbers), segment_name=found["segment"].map(names)))
    rulelog.log.info("%d segments named", len(segments))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.clusters,
        snakemake.input.metadata,
        snakemake.params.language,
        snakemake.output[0],
    )
