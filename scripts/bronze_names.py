"""Which raw file a number is, for the files whose own names may name a person.

Inputs: the contracts of these files, the raw folder.
Outputs: bronze/_meta/raw_file_names.json (place with the number -> real place below the raw folder).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from elt import rulelog
from elt.bronze import exports
from elt.files import write_json
from elt.run.contract import read_contract

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def real_places(raw: Path, contract_files: Iterable[str]) -> dict[str, str]:
    """Place with contract and number -> place below the raw folder, of every numbered file of some contracts."""
    found = [file for path in contract_files for file in exports.of_contract(raw, read_contract(path)) if file.number]
    return {file.place: exports.place_of(Path(file.path), raw) for file in found}


def main(raw: str, contract_files: Sequence[str], output: str) -> None:
    """Find the files again and write what their numbers stand for."""
    found = real_places(Path(raw), contract_files)
    write_json(output, found)
    rulelog.log.info("%d files are called by contract and number", len(found))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.params.raw, snakemake.input.contracts, snakemake.output[0])
