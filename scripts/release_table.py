"""Search the table of customers in bands for every personal value of the run, as all else is searched, and publish it.

Inputs: release/data/released_customers.csv and release/anonymity_report.json, still closed; silver, gold, quarantine.
Outputs: the same two outside the closed place; release/leak_report.json and release/searched.json, which stay closed.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import privacy_leaks
from elt import rulelog
from elt.files import read_json
from elt.privacy import publishing
from elt.run import run_folders

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main(closed: Sequence[str], published_mode: str, searched: Path, **gate: Any) -> None:
    """Search, then publish; `gate`: what the gate is given beside `searched`. Raises Fault for a find."""
    privacy_leaks.main(**gate, searched=searched)
    run = run_folders.run_of(searched)
    publishing.publish(run, map(Path, closed), read_json(searched), publishing.bits(published_mode))


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, params = snakemake.input, snakemake.params
    main(
        given.closed,
        params.published_mode,
        Path(snakemake.output.searched),
        output=Path(snakemake.output.report),
        tables=params.tables,
        pseudonyms=given.pseudonyms,
        own_words=given.own_words,
        known_days=params.known_days,
        own_log=Path(snakemake.log[0]),
    )
