"""Copy one raw file byte for byte and state what it is: hash, size, records, dialect and why.

Of a workbook the sheet of the table is written as text; `bronze_workbook` copies the workbook. Records of persons on
the erasure list are left out of the copy and counted.

Inputs: the raw file, by its name in bronze where its own may name a person; if persons were erased, the raw files that
tie their identifiers. Of the contracts of their tables: what describes a file.
Outputs: bronze/data/<file>, bronze/_meta/files/<file>.json.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.bronze import dialects, exports, scan, sheet_text, structural_validation
from elt.bronze.structural_validation import MOJIBAKE
from elt.faults import Fault
from elt.files import copy_bytes, sha256, sha256_of_copy, staged, write_json
from elt.retention import erasures
from elt.run.contract import Contract

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


@dataclass(frozen=True)
class ErasureList:
    """The list of erased persons: its digest, the file of its key, and what ties identifiers of a person together.

    `ties`: name of a raw file -> contract of the other tables that do; `raw`: the folder of the raw files.
    """

    digest: str
    key_file: str
    ties: Mapping[str, Contract]
    raw: str


def described(path: Path, where: str, contract: Contract) -> dict[str, Any]:
    """What a raw file is; raises Fault if it cannot be the table of the contract.

    `malformed`: numbers of the first thousand records (1 is the first after the header) whose structure is not the
    header's; `malformed_records` and `faults` count all of them. Silver finds them again by the same rules.
    """
    dialect = dialects.detect(path, where, contract)
    structure = structural_validation.inspected(path, where, dialect)
    if not structure.records and not contract.may_be_empty:
        remedy = "Export the table again; if it may be empty, state mayBeEmpty: true in the contract"
        raise Fault(where, "has a header and no records", remedy)
    return {
        "table": contract.name,
        "file": where,
        "bytes": path.stat().st_size,
        "dialect": structure.flagged(dialect).described(),
        **structure.described(dialect),
    }


def leave_out(path: Path, found: dict[str, Any], contract: Contract, erasure: ErasureList) -> int:
    """Write a copy again without the records of erased persons; how many there were."""
    from elt.retention import erased_records

    if erasures.digest() != erasure.digest:
        raise Fault(erasures.LIST, "persons were erased while this run was at work", "Start the run again")
    key = erasures.read_key(Path(erasure.key_file))
    erased, tables = (
        erasures.ErasedIdentifiers(key, erasures.read(key)),
        [erased_records.located(path, found, contract)],
    )
    for other, its in erasure.ties.items():
        path_of_other = exports.located(Path(erasure.raw), its, other)
        with sheet_text.readable(path_of_other, other, its, path.with_name(other)) as (text, read_by):
            tables.append(erased_records.located(text, described(text, other, read_by), its))
    erased_records.tie(erased, tables)
    count, lines = erased_records.lines_of(tables[0], erased)
    if lines:
        erased_records.leave_out(path, scan.dialect_of(found), lines)
    return count


def described_sheet(path: Path, where: str, contract: Contract) -> dict[str, Any]:
    """What the text of a sheet is; raises Fault as `described` does."""
    found = described(path, where, sheet_text.as_read(contract))
    return {**found, "dialect": found["dialect"] | {"encoding_why": sheet_text.WHY, "delimiter_why": sheet_text.WHY}}


def text_of_sheet(raw: str, target: Path, where: str, contract: Contract) -> dict[str, Any]:
    """Write the sheet of a workbook as text; what the text is, with its hash and that of the workbook. Raises Fault.

    `source`: SHA-256 of the workbook; empty if it changed in the meantime.
    """
    before = sha256(raw)
    hidden = sheet_text.write(Path(raw), target, where, contract)
    found = described_sheet(target, where, contract)
    source = before if sha256(raw) == before else ""
    workbook = {"sheet": contract.sheet, "sha256": source, "bytes": Path(raw).stat().st_size}
    warnings = [*found["warnings"], *hidden]
    return {**found, "warnings": warnings, "workbook": workbook, "sha256": sha256(target), "source": source}


def copy_of_file(raw: str, target: Path, where: str, contract: Contract) -> dict[str, Any]:
    """Copy a raw file byte for byte; what the copy is, with its hash. Raises Fault.

    `source`: SHA-256 of the raw file; empty if it changed in the meantime.
    """
    try:
        copy_bytes(raw, target)
    except OSError as error:
        remedy = "Check that it is there, that you may read it, and that the disk has room"
        raise Fault(where, f"cannot be copied ({error.strerror})", remedy) from None
    with ThreadPoolExecutor() as pool:
        digest = pool.submit(sha256_of_copy, raw, target)
        found = described(target, where, contract)
        return {**found, "sha256": digest.result(), "source": digest.result()}


def copied(
    raw: str, target: Path, where: str, contract: Contract, *, erasure: ErasureList | None, planned: str
) -> dict[str, Any]:
    """Copy a raw file without the records of erased persons; what the copy is, with its hash. Raises Fault."""
    is_sheet = contract.sheet is not None
    found = (text_of_sheet if is_sheet else copy_of_file)(raw, target, where, contract)
    source = found.pop("source")
    if not source or planned not in ("", source):
        raise Fault(where, "changed while it was copied", "Start again when the export is complete")
    count = leave_out(target, found, contract, erasure) if erasure else 0
    if count:
        again = described_sheet(target, where, contract) if is_sheet else described(target, where, contract)
        again["warnings"] += [warning for warning in found["warnings"] if warning["rule"] != MOJIBAKE]
        found = {**found, **again, "sha256": sha256(target)}
    return {**found, "erased": count}


def main(
    *,
    raw: str,
    contract: Contract,
    where: str,
    copy: str,
    metadata: str,
    erasure: ErasureList | None = None,
    planned: str = "",
) -> None:
    """Copy, describe the copy, and publish both only if the file is what the contract expects.

    `where`: the raw file in messages; `erasure`: none if nobody was erased whose record the file can hold; `planned`:
    SHA-256 of the file when the run was planned, if it is known.
    """
    with staged(copy) as temporary:
        found = copied(raw, temporary, where, contract, erasure=erasure, planned=planned)
    write_json(metadata, found)
    for warning in found["warnings"]:
        told = f"{warning['rule']} in column {warning['column']}" if "column" in warning else warning["rule"]
        why = "; the export was read in a wrong encoding before it came here" if warning["rule"] == MOJIBAKE else ""
        rulelog.log.warning("%s: %s, %d records%s", where, told, warning["records"], why)
    rulelog.log.info("%s: %d records, %s", where, found["records"], found["dialect"]["encoding_why"])


if __name__ == "__main__":
    rulelog.start(snakemake)
    params, its_contract = snakemake.params, snakemake.params.contract[0]
    main(
        raw=str(exports.located(Path(params.raw), its_contract, snakemake.wildcards.file)),
        contract=its_contract,
        where=params.where,
        copy=snakemake.output.data,
        metadata=snakemake.output.metadata,
        erasure=None
        if params.erased == erasures.NOTHING
        else ErasureList(params.erased, params.key_file, params.ties, params.raw),
        planned=params.sha256,
    )
