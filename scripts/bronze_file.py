"""Copy one raw file byte for byte and state what it is: hash, size, records, dialect and why.

Inputs: the raw file, the contract of its table.
Outputs: bronze/data/<file>, bronze/_meta/files/<file>.json.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared import dialects, gate, rulelog
from shared.faults import Fault
from shared.files import copy_bytes, read_yaml, sha256, staged, write_json

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def described(path: Path, where: str, contract: dict[str, Any]) -> dict[str, Any]:
    """What a raw file is; raises Fault if it cannot be the table of the contract.

    `malformed`: numbers of the first thousand records (1 is the first after the header) whose structure is not the
    header's; `malformed_records` and `faults` count all of them. Silver finds them again by the same rules.
    """
    dialect = dialects.detect(path, where, contract)
    structure = gate.inspected(path, where, dialect)
    if not structure.records and not contract.get("mayBeEmpty"):
        remedy = "Export the table again; if it may be empty, state mayBeEmpty: true in the contract"
        raise Fault(where, "has a header and no records", remedy)
    return {
        "table": contract["name"],
        "file": where,
        "bytes": path.stat().st_size,
        "dialect": replace(dialect, is_plain=structure.is_plain).described(),
        **structure.described(dialect),
    }


def main(raw: str, contract_file: str, where: str, copy: str, metadata: str) -> None:
    """Copy, describe the copy, and publish both only if the file is what the contract expects."""
    contract = read_yaml(contract_file)
    with staged(copy) as temporary, ThreadPoolExecutor() as pool:
        try:
            copy_bytes(raw, temporary)
        except OSError as error:
            remedy = "Check that it is there, that you may read it, and that the disk has room"
            raise Fault(where, f"cannot be copied ({error.strerror})", remedy) from None
        hashes = [pool.submit(sha256, path) for path in (raw, temporary)]
        found = {**described(temporary, where, contract), "sha256": hashes[1].result()}
        if hashes[0].exception() or hashes[0].result() != found["sha256"]:
            raise Fault(where, "changed while it was copied", "Start again when the export is complete")
    write_json(metadata, found)
    for warning in found["warnings"]:
        words = "%s: %s in column %s, %d records; the export was read in a wrong encoding before it came here"
        rulelog.log.warning(words, where, warning["rule"], warning["column"], warning["records"])
    rulelog.log.info("%s: %d records, %s", where, found["records"], found["dialect"]["encoding_why"])


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.raw,
        snakemake.input.contract,
        snakemake.params.where,
        snakemake.output.data,
        snakemake.output.metadata,
    )
