"""The lists to hand back to the owners of the data: what to mend at the source, by source, file and record.

Inputs: silver/quarantine/*.csv, silver/changes/*.csv; of the contracts departments and reasons.
Outputs: silver/feedback/<source>.csv.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from elt import rulelog
from elt.bronze.exports import source_of
from elt.files import read_json, staged
from elt.run.contract import Contract
from elt.silver import feedback as findings
from elt.silver.quarantine import CHANGES, QUARANTINE

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def rows_of_source(
    tables: Mapping[str, tuple[pl.LazyFrame, pl.LazyFrame, Contract]],
    files: Mapping[str, str],
    source: str,
    real: Mapping[str, str],
) -> pl.LazyFrame:
    """The findings of one source, table by table.

    `tables`: name -> (quarantine, changes, contract); `files`: raw file -> its table; `real`: raw file called by a
    number -> its place below the raw folder.
    """
    parts = [pl.LazyFrame(schema=dict.fromkeys(findings.COLUMNS, pl.String) | {"record": pl.Int64})]
    for name in sorted(tables):
        own = sorted(file for file, table in files.items() if table == name and source_of(file) == source)
        if own:
            parts.append(findings.rows(*tables[name], {file: real.get(file, file) for file in own}))
    return pl.concat(parts)


def main(
    quarantine: Sequence[str],
    changes: Sequence[str],
    contracts: Sequence[Contract],
    files: Mapping[str, str],
    feedback: Sequence[str],
    *,
    names: Sequence[str] = (),
) -> None:
    """Gather the findings of all tables and write them by source; `files`: raw file -> its table.

    `names`: the file that says which raw file a number is, if there is one; the owners know their files by name.
    """
    tables = {}
    real = {number: place for path in names for number, place in read_json(path).items()}
    for rejects, repairs, contract in zip(quarantine, changes, contracts, strict=True):
        found = pl.scan_csv(rejects, schema=QUARANTINE), pl.scan_csv(repairs, schema=CHANGES)
        tables[contract.name] = (*found, contract)
    for path in feedback:
        with staged(path) as temporary:
            rows_of_source(tables, files, Path(path).stem, real).sink_csv(temporary, engine="streaming")
        rulelog.log.info("%s: written", Path(path).stem)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        quarantine=snakemake.input.quarantine,
        changes=snakemake.input.changes,
        contracts=snakemake.params.contracts,
        files=snakemake.params.files,
        feedback=snakemake.output,
        names=snakemake.input.names,
    )
