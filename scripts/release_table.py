"""Publish the table of customers in bands, if it is what the leak gate searched with all of the run; on request.

Inputs: release/data/released_customers.csv and release/anonymity_report.json, still closed; _meta/searched.json.
Outputs: the same two outside the closed place.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from elt import rulelog
from elt.files import read_json
from elt.privacy import publishing
from elt.run import run_folders

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main(closed: Sequence[str], searched: str, published_mode: str) -> None:
    """Publish both files; raises Fault if one is not as it was searched, and publishes nothing then."""
    run = run_folders.run_of(Path(searched))
    written = publishing.publish(run, map(Path, closed), read_json(searched), publishing.bits(published_mode))
    rulelog.log.info("%d files published", len(written))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.input.closed, snakemake.input.searched, snakemake.params.published_mode)
