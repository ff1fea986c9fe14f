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
    called = {record["label"]: record["name"][language] for record in read_json(metadata)["segments"]}
    found = pd.read_csv(clusters, dtype={"customer": "str"}, keep_default_na=False)
    write_frame(table, found.assign(segment_name=found["segment"].map(called)))
    rulelog.log.info("%d segments named", len(called))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.clusters,
        snakemake.input.metadata,
        snakemake.params.language,
        snakemake.output[0],
    )
