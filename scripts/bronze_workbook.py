"""Copy one workbook byte for byte; the sheets in it that are tables are written as text by `bronze_file`.

Inputs: the raw file, by the contract of one of its sheets.
Outputs: bronze/workbooks/<workbook>.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from elt import rulelog
from elt.bronze import exports
from elt.faults import Fault
from elt.files import copied, staged

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main(*, raw: str, where: str, copy: str, planned: str = "") -> None:
    """Copy the workbook; `planned`: SHA-256 of it when the run was planned, if it is known."""
    with staged(copy) as temporary:
        try:
            digest = copied(raw, temporary)
        except OSError as error:
            remedy = "Check that it is there, that you may read it, and that the disk has room"
            raise Fault(where, f"the workbook cannot be copied ({error.strerror})", remedy) from None
        if planned not in ("", digest):
            raise Fault(where, "changed while it was copied", "Start again when the export is complete")
    rulelog.log.info("%s: %d bytes", where, Path(copy).stat().st_size)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        raw=str(exports.located(Path(snakemake.params.raw), snakemake.params.contract[0], snakemake.params.file)),
        where=snakemake.params.where,
        copy=snakemake.output[0],
        planned=snakemake.params.sha256,
    )
