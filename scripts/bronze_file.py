"""Copy one raw file byte for byte and state what it is: hash, size, records, dialect and why.

Inputs: the raw file, the contract of its table.
Outputs: bronze/data/<file>, bronze/_meta/files/<file>.json.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared import dialects, rulelog
from shared.faults import Fault
from shared.files import copy_bytes, read_yaml, sha256, staged, write_json

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def described(path: Path, where: str, contract: dict[str, Any]) -> dict[str, Any]:
    """What a raw file is; raises Fault if it cannot be the table of the contract.

    `malformed`: numbers of the records (1 is the first after the header) with another count of cells than the header.
    """
    dialect = dialects.detect(path, where, contract)
    if dialect.is_plain:
        count, malformed = dialects.count_plain_records(path, dialect)
    else:
        count, malformed = 0, []
        for count, cells in enumerate(dialects.records(path, where, dialect), 1):
            if len(cells) != len(dialect.columns):
                malformed.append(count)
    if not count:
        raise Fault(where, "has a header and no records", "Export the table again")
    return {
        "table": contract["name"],
        "file": where,
        "sha256": sha256(path),
        "bytes": path.stat().st_size,
        "records": count,
        "malformed": malformed,
        "dialect": dialect.described(),
    }


def main(raw: str, contract_file: str, where: str, copy: str, metadata: str) -> None:
    """Copy, describe the copy, and publish both only if the file is what the contract expects."""
    contract = read_yaml(contract_file)
    with staged(copy) as temporary:
        try:
            copy_bytes(raw, temporary)
        except OSError as error:
            remedy = "Check that it is there, that you may read it, and that the disk has room"
            raise Fault(where, f"cannot be copied ({error.strerror})", remedy) from None
        found = described(temporary, where, contract)
        if sha256(raw) != found["sha256"]:
            raise Fault(where, "changed while it was copied", "Start again when the export is complete")
    write_json(metadata, found)
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
