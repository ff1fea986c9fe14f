"""State of all raw files, for people and for programs.

Inputs: bronze/_meta/files/*.json, the words in the language of the run, the template of pages.
Outputs: bronze/_meta/bronze_metadata.yaml, bronze/reports/bronze_report.md and .html; the ledger of all figures of the
report, bronze/reports/number_ledger.json.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.files import read_json, write_json, write_yaml
from elt.report import pages
from elt.report.figure_ledger import Origin, Told, at
from elt.report.markdown import Markdown, code, escape, table
from elt.report.words import phrase, read
from elt.run import reasons
from elt.run.manifest import RAW_FILE_NAMES

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

File = Mapping[str, Any]  # the metadata of one raw file
METADATA = "bronze/_meta/bronze_metadata.yaml"
SHEET = ", sheet "  # between a workbook and its sheet in the metadata


def is_numbered(file: File) -> bool:
    """Whether a file is called by its contract and a number."""
    return re.fullmatch(rf"{re.escape(file['table'])}-\d{{4,}}(\.\w+)?", PurePosixPath(file["file"]).name) is not None


def called(file: File, words: Told) -> Markdown:
    """A file as the page calls it: the sheet of a workbook in the language of the page."""
    workbook, _, sheet = str(file["file"]).partition(SHEET)
    return Markdown(words["sheet"].format(workbook=escape(workbook), sheet=escape(sheet))) if sheet else code(workbook)


def figure(file: File, words: Told, *steps: Any) -> str:
    """A number of a file, entered with its place in the metadata."""
    value: Any = file
    for step in steps:
        value = value[step]
    return words.number(f"{file['file']}.{'.'.join(map(str, steps))}", value, place(file, *steps))


def place(file: File, *steps: Any) -> Origin:
    """A place in the metadata of a file."""
    return at(METADATA, "files", {"file": file["file"]}, *steps)


def file_rows(files: Sequence[File], words: Told) -> list[list[Any]]:
    """One row a file: table, records, bytes, hash."""
    return [
        [called(f, words), f["table"], *(figure(f, words, key) for key in ("records", "bytes")), code(f["sha256"][:16])]
        for f in files
    ]


def dialect_rows(files: Sequence[File], words: Told) -> Iterator[list[Any]]:
    """One row a file: how it is written, and why it is read so."""
    for file in files:
        why = {key: phrase(words["phrases"], str(value)) for key, value in file["dialect"].items()}
        cells = (
            file["dialect"]["encoding"],
            *(why[key] for key in ("encoding_why", "delimiter_name", "delimiter_why")),
        )
        yield [called(file, words), *cells, figure(file, words, "malformed_records")]


def findings_of(file: File) -> Iterator[tuple[str, str, str, tuple[Any, ...]]]:
    """(kind, rule, column or nothing, steps to the number of records) of all that was found in a file."""
    for kind, key in (("repaired", "repairs"), ("warning", "warnings")):
        for number, finding in enumerate(file[key]):
            yield kind, finding["rule"], finding.get("column", ""), (key, number, "records")
    for fault in file["faults"]:
        yield "malformed", reasons.STRUCTURE[fault], "", ("faults", fault)
    if file["erased"]:
        yield "left_out", "records of erased persons", "", ("erased",)


def finding_rows(files: Sequence[File], words: Told) -> Iterator[list[Any]]:
    """One row a finding in the structure of a file."""
    for file in files:
        for kind, rule, column, steps in findings_of(file):
            told, records = phrase(words["phrases"], rule), figure(file, words, *steps)
            yield [called(file, words), words["kinds"][kind], told, code(column) if column else "", records]


def head(files: Sequence[File], words: Told) -> str:
    """The title, and what the copies are."""
    records, size = (
        words.number(key, sum(file[key] for file in files), at(METADATA, "files", "*", key, function="sum"))
        for key in ("records", "bytes")
    )
    count = words.number("files", len(files), at(METADATA, "files", "*", "file", function="count"))
    lines = [f"# {words['title'].format(records=records, files=count)}", words["size"].format(bytes=size)]
    if any("workbook" in file for file in files):
        lines.append(words["workbooks"])
    if any(file["erased"] for file in files):
        lines.append(words["erased"])
    if any(is_numbered(file) for file in files):
        lines.append(words["numbered"].format(names=RAW_FILE_NAMES))
    return "".join(f"{line}\n\n" for line in lines)


def report(files: Sequence[File], words: Told) -> str:
    """The report as Markdown: one row a file, then why each dialect was decided, then what was found."""
    findings, columns, headings = list(finding_rows(files, words)), words["columns"], words["headings"]
    written = [columns[key] for key in ("file", "encoding", "because", "delimiter", "because", "malformed")]
    found = [columns[key] for key in ("file", "kind", "rule", "column", "lines")]
    return (
        head(files, words)
        + table([columns[key] for key in ("file", "table", "records", "bytes", "hash")], file_rows(files, words))
        + f"## {headings['dialect']}\n\n"
        + table(written, dialect_rows(files, words), words["always_zero"])
        + f"## {headings['structure']}\n\n{words['kinds_told']}\n\n"
        + (table(found, findings) if findings else f"{words['nothing']}\n")
    )


def main(
    metadata: Sequence[str],
    word_file: str,
    template: pages.Template,
    *,
    metadata_file: str,
    report_file: str,
    page_file: str,
    ledger: str,
) -> None:
    """Gather what is known of each file, write it as YAML and as a report with the ledger of its figures."""
    files = sorted((read_json(path) for path in metadata), key=lambda f: (f["table"], f["file"]))
    write_yaml(metadata_file, {"files": files})
    words = Told(read(word_file))
    pages.write(report(files, words), report_file, page_file, template=template, language=words.language)
    write_json(ledger, {"figures": words.ledger.figures})


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.metadata,
        snakemake.input.words,
        snakemake.input.template,
        metadata_file=snakemake.output.metadata,
        report_file=snakemake.output.report,
        page_file=snakemake.output.page,
        ledger=snakemake.output.ledger,
    )
