"""Which raw file a number is, for the files whose own names may name a person.

Inputs: the raw folder; of the contracts of these files what describes a file; the pseudonym key.
Outputs: bronze/_meta/raw_file_names.json (place with the number -> real place below the raw folder; a salt).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from elt import rulelog
from elt.bronze import exports
from elt.files import write_json
from elt.protection import pseudonyms
from elt.run.contract import Contract
from elt.run.manifest import RAW_FILE_NAMES

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

SALT = "salt"  # no place: that of a file ends in a number


def real_places(raw: Path, contracts: Iterable[Contract]) -> dict[str, str]:
    """Place with contract and number -> place below the raw folder, of every numbered file of some contracts."""
    found = [file for contract in contracts for file in exports.of_contract(raw, contract) if file.number]
    return {file.place: exports.place_of(Path(file.path), raw) for file in found}


def main(raw: str, contracts: Sequence[Contract], key_file: str, output: str) -> None:
    """Find the files again and write what their numbers stand for."""
    found = real_places(Path(raw), contracts)
    salt = pseudonyms.salt(pseudonyms.read_key(Path(key_file)), RAW_FILE_NAMES)
    write_json(output, {**found, SALT: salt})
    rulelog.log.info("%d files are called by contract and number", len(found))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.params.raw, snakemake.params.contracts, snakemake.params.key_file, snakemake.output[0])
