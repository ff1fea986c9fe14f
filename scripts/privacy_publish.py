"""Publish what was searched, under the names of the contract; all of it or nothing.

Inputs: all closed files, _meta/searched.json with the hash that each of them had when it was searched.
Outputs: the same files outside the closed place, with the modes of what they hold.
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
    """Publish every closed file that is as it was searched; raises Fault if one is not, and publishes nothing then."""
    run = run_folders.run_of(Path(searched))
    written = publishing.publish(run, map(Path, closed), read_json(searched), publishing.bits(published_mode))
    rulelog.log.info("%d files published", len(written))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.closed,
        snakemake.input.searched,
        snakemake.params.published_mode,
    )
