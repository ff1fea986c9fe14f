"""Close the run: its settings, versions, and the hash of every file.

Inputs: everything the run has made.
Outputs: _meta/run_manifest.json.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.files import write_json
from elt.run import manifest

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main(settings: Mapping[str, Any], output: str) -> None:
    """Describe the finished run and write the manifest."""
    write_json(output, manifest.describe(Path(output).parents[1], "complete", settings))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.params.settings, snakemake.output[0])
