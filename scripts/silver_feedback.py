"""The lists to hand back to the owners of the data: what to mend at the source, by source, file and record.

Inputs: silver/quarantine/*.csv, silver/changes/*.csv, the contracts.
Outputs: silver/feedback/<source>.csv.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from elt import rulelog
from elt.bronze.exports import source_of
from elt.files import read_yaml, staged
from elt.silver import feedback as handback
from elt.silver.quarantine import CHANGES, QUARANTINE

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main(
    quarantine: Sequence[str],
    changes: Sequence[str],
    contracts: Sequence[str],
    files: Mapping[str, str],
    feedback: Sequence[str],
) -> None:
    """Gather the findings of all tables and write them by source; `files`: raw file -> its table."""
    tables = {}
    for rejects, repairs, contract_file in zip(quarantine, changes, contracts, strict=True):
        contract = read_yaml(contract_file)
        found = pl.scan_csv(rejects, schema=QUARANTINE), pl.scan_csv(repairs, schema=CHANGES)
        tables[contract["name"]] = (*found, contract)
    for path in feedback:
        source = Path(path).stem
        parts = [pl.LazyFrame(schema=dict.fromkeys(handback.COLUMNS, pl.String) | {"record": pl.Int64})]
        for name in sorted(tables):
            own = sorted(f for f, table in files.items() if table == name and source_of(f) == source)
            if own:
                parts.append(handback.rows(*tables[name], own))
        with staged(path) as temporary:
            pl.concat(parts).sink_csv(temporary, engine="streaming")
        rulelog.log.info("%s: written", source)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.quarantine,
        snakemake.input.changes,
        snakemake.input.contracts,
        snakemake.params.files,
        snakemake.output,
    )
