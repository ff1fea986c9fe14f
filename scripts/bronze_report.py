"""State of all raw files, for people and for programs.

Inputs: bronze/_meta/files/*.json.
Outputs: bronze/_meta/bronze_metadata.yaml, bronze/reports/bronze_report.md.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.files import read_json, write_text, write_yaml
from elt.report.markdown import code, table
from elt.report.numbers import number
from elt.run import reasons
from elt.run.manifest import RAW_FILE_NAMES

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

File = Mapping[str, Any]  # the metadata of one raw file
WORKBOOKS = (
    "A sheet of a workbook is in `bronze/data/` as text: line n is row n of the sheet. The workbook itself, byte for "
    "byte, is in `bronze/workbooks/`, unless it may hold records of erased persons; its SHA-256 is in "
    "`bronze/_meta/bronze_metadata.yaml`."
)
NUMBERED = (
    "A file whose name comes from outside, where it may name a person, is called by its contract and its number in "
    f"the order of names. Which file that is stands in `{RAW_FILE_NAMES}` alone."
)


def is_numbered(file: File) -> bool:
    """Whether a file is called by its contract and a number."""
    return re.fullmatch(rf"{re.escape(file['table'])}-\d{{4,}}(\.\w+)?", PurePosixPath(file["file"]).name) is not None


def file_rows(files: Sequence[File]) -> list[list[Any]]:
    """One row a file: table, records, bytes, hash."""
    return [
        [code(f["file"]), f["table"], number(f["records"]), number(f["bytes"]), code(f["sha256"][:16])] for f in files
    ]


def dialect_rows(files: Sequence[File]) -> list[list[Any]]:
    """One row a file: how it is written, and why it is read so."""
    keys = ("encoding", "encoding_why", "delimiter_name", "delimiter_why")
    return [[code(f["file"]), *(f["dialect"][key] for key in keys), number(f["malformed_records"])] for f in files]


def finding_rows(files: Sequence[File]) -> Iterator[list[Any]]:
    """One row a finding in the structure of a file."""
    for file in files:
        malformed = [{"rule": reasons.STRUCTURE[fault], "records": n} for fault, n in file["faults"].items()]
        left_out = [{"rule": "records of erased persons", "records": file["erased"]}] if file["erased"] else []
        by_kind = {
            "repaired": file["repairs"],
            "warning": file["warnings"],
            "malformed": malformed,
            "left out": left_out,
        }
        for kind, findings in by_kind.items():
            for finding in findings:
                column = code(finding["column"]) if "column" in finding else ""
                yield [code(file["file"]), kind, finding["rule"], column, number(finding["records"])]


def head(files: Sequence[File]) -> str:
    """The title, and what the copies are."""
    records, size = sum(f["records"] for f in files), sum(f["bytes"] for f in files)
    lines = [
        f"# Bronze: {number(records)} records in {len(files)} files, copied byte for byte",
        f"{number(size)} bytes. The copies in `bronze/data/` have the SHA-256 of the raw files; the full hashes "
        "are in `bronze/_meta/bronze_metadata.yaml`.",
    ]
    if any("workbook" in file for file in files):
        lines.append(WORKBOOKS)
    if any(file["erased"] for file in files):
        lines.append(
            "Records of erased persons are left out of the copies; hashes and numbers are those of the copies."
        )
    if any(is_numbered(file) for file in files):
        lines.append(NUMBERED)
    return "".join(f"{line}\n\n" for line in lines)


def report(files: Sequence[File]) -> str:
    """The report as Markdown: one row a file, then why each dialect was decided, then what was found."""
    findings = list(finding_rows(files))
    header = ["File", "What happened", "Rule", "Column", "Lines or records"]
    return (
        head(files)
        + table(["File", "Table", "Records", "Bytes", "SHA-256 (first 16 digits)"], file_rows(files))
        + "## How each file is written, and why it is read so\n\n"
        + table(["File", "Encoding", "Because", "Delimiter", "Because", "Malformed records"], dialect_rows(files))
        + "## What was found in the structure of the files\n\n"
        "Repaired: set right by rule while the file is read; the copy stays as it came. Warning: taken as it is. "
        "Malformed: in `silver/quarantine/`, as nobody can say what stands in which column.\n\n"
        + (table(header, findings) if findings else "Nothing.\n")
    )


def main(metadata: Sequence[str], metadata_file: str, report_file: str) -> None:
    """Gather what is known of each file, write it as YAML and as a report."""
    files = sorted((read_json(path) for path in metadata), key=lambda f: (f["table"], f["file"]))
    write_yaml(metadata_file, {"files": files})
    write_text(report_file, report(files))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        metadata=snakemake.input.metadata,
        metadata_file=snakemake.output.metadata,
        report_file=snakemake.output.report,
    )
