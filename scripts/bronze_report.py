"""State of all raw files, for people and for programs.

Inputs: bronze/_meta/files/*.json.
Outputs: bronze/_meta/bronze_metadata.yaml, bronze/reports/bronze_report.md.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.bronze.records import REASONS
from elt.files import read_json, write_text, write_yaml
from elt.report.markdown import code, table
from elt.report.numbers import number

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def report(files: Sequence[Mapping[str, Any]]) -> str:
    """The report as Markdown: one row a file, then why each dialect was decided."""
    rows = [
        [code(f["file"]), f["table"], number(f["records"]), number(f["bytes"]), code(f["sha256"][:16])] for f in files
    ]
    dialects = [
        [
            code(f["file"]),
            f["dialect"]["encoding"],
            f["dialect"]["encoding_why"],
            f["dialect"]["delimiter_name"],
            f["dialect"]["delimiter_why"],
            number(f["malformed_records"]),
        ]
        for f in files
    ]
    findings = [
        [
            code(f["file"]),
            what,
            finding["rule"],
            column(finding),
            number(finding["records"]),
        ]
        for f in files
        for what, found in (
            ("repaired", f["repairs"]),
            ("warning", f["warnings"]),
            ("malformed", fault_rows(f)),
            ("left out", erased_rows(f)),
        )
        for finding in found
    ]
    records, size = sum(f["records"] for f in files), sum(f["bytes"] for f in files)
    return (
        f"# Bronze: {number(records)} records in {len(files)} files, copied byte for byte\n\n"
        f"{number(size)} bytes. The copies in `bronze/data/` have the SHA-256 of the raw files; the full hashes "
        "are in `bronze/_meta/bronze_metadata.yaml`.\n\n"
        + (
            "Records of erased persons are left out of the copies; hashes and numbers are those of the copies.\n\n"
            if any(map(erased_rows, files))
            else ""
        )
        + table(["File", "Table", "Records", "Bytes", "SHA-256 (first 16 digits)"], rows)
        + "## How each file is written, and why it is read so\n\n"
        + table(["File", "Encoding", "Because", "Delimiter", "Because", "Malformed records"], dialects)
        + "## What was found in the structure of the files\n\n"
        "Repaired: set right by rule while the file is read; the copy stays as it came. Warning: taken as it is. "
        "Malformed: in `silver/quarantine/`, as nobody can say what stands in which column.\n\n"
        + (
            table(["File", "What happened", "Rule", "Column", "Lines or records"], findings)
            if findings
            else "Nothing.\n"
        )
    )


def column(finding: Mapping[str, Any]) -> str:
    """The column of a finding, "" if it is about whole lines."""
    return code(finding["column"]) if "column" in finding else ""


def fault_rows(file: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rule and records of a file's malformed records."""
    return [{"rule": REASONS[fault], "records": count} for fault, count in file["faults"].items()]


def erased_rows(file: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Records of a file that are not in the copy, as they are about erased persons."""
    return [{"rule": "records of erased persons", "records": file["erased"]}] if file.get("erased") else []


def main(metadata: Sequence[str], metadata_file: str, report_file: str) -> None:
    """Gather what is known of each file, write it as YAML and as a report."""
    files = sorted((read_json(path) for path in metadata), key=lambda f: (f["table"], f["file"]))
    write_yaml(metadata_file, {"files": files})
    write_text(report_file, report(files))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.input.metadata, snakemake.output.metadata, snakemake.output.report)
