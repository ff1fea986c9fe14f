"""A complete run for other programs: files and steps as an RO-Crate, steps and columns as events of OpenLineage.

Inputs: the manifest and receipts of the run, its data policy and data map, what bronze says of each raw file.
Outputs: ro-crate-metadata.json and _meta/openlineage.ndjson, which hold hashes, names of files as the run calls them,
and words of the configuration; nothing else of a table.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.files import gathered, json_text, read_json, write_text
from elt.provenance import crate, openlineage, processing
from elt.provenance.column_lineage import ColumnLineage
from elt.provenance.openlineage import Told
from elt.provenance.stated_steps import StatedSteps
from elt.run import manifest
from elt.run.controller import ControllerStatements

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def raw_files(bronze: Iterable[str]) -> dict[str, list[str]]:
    """Contract -> raw files that it reads, as the run calls them."""
    found: dict[str, list[str]] = {}
    for name, facts in gathered(bronze).items():
        found.setdefault(facts["table"], []).append(name)
    return found


def main(
    *,
    run: Path,
    policy: str,
    data_map: str,
    bronze: Iterable[str],
    tables: Mapping[str, Mapping[str, Any]],
    company: str,
    controller: Sequence[ControllerStatements],
    mode: int,
) -> None:
    """Write the events, then the crate, which has them among its files; raises Fault for a run that is not complete."""
    stated = StatedSteps.of(run)
    lineage = ColumnLineage(tables["contracts"], raw_files(bronze), read_json(data_map))
    facet = processing.facet(read_json(policy), controller[0])
    told = Told(stated, company, tables["contracts"], tables["marts"], lineage, facet)
    write_text(run / manifest.EVENTS, openlineage.text(told), mode)
    write_text(run / manifest.CRATE, json_text(crate.crate(stated, [manifest.EVENTS])), mode)
    rulelog.log.info("%d files and %d steps told", len(stated.files), len(stated.steps))


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, params = snakemake.input, snakemake.params
    main(
        run=Path(snakemake.output.crate).parent,
        policy=given.policy,
        data_map=given.map,
        bronze=given.bronze,
        tables=params.tables,
        company=params.company,
        controller=params.controller,
        mode=int(params.published_mode, 8),
    )
